"""What a Markdown file says of itself before its text: fields in YAML between `---`, or in TOML between `+++`.

Of both only what such files hold is known: a value on a line, in quotation marks or plain, and lists of values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.documents.dates import DATE
from bot.text import trimmed
from bot.types import About, Fact, Span

_FENCED = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?\n)?(?:\1|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"([\w-]+)[ \t]*[:=](?=\s|$|[\"'\[\d《“\u3400-\u9fff])")
_ITEM = re.compile(r"\s*-[ \t]+")
_NO_FIELD = re.compile(r"\s*(?:#.*|\[.*\])?|[ \t].*|[\])],?")  # a comment, a TOML table, or what goes on from above
_VALUE = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s,\[\]\"'][^,\[\]]*)")
_NO_VALUE = re.compile(r"[>|][+-]?|~|null")  # what follows on the next lines, or nothing
_WHOLE = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|(\S.*?)(?=\s+#|\s*$)")
_NAMES = {
    "title": ("title", "标题"),
    "publisher": ("publisher", "source", "发布单位", "发布机构", "发文机关", "来源"),
    "author": ("author", "authors", "作者", "记者"),
    "editor": ("editor", "editors", "编辑", "责任编辑", "责编"),
    "date": ("date", "published", "pubdate", "publishdate", "发布日期", "发布时间", "日期"),
    "number": ("number", "文号", "发文字号"),
    "url": ("url", "link", "canonical", "链接", "原文链接"),
}
_FIELDS = {name: known for known, names in _NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where the values of each field stand in the text; `end` is where the document's own text begins."""

    end: int = 0
    values: dict[str, list[Span]] = field(default_factory=dict)

    def told(self, text: str, name: str) -> list[str]:
        """The values of a field: title, publisher, author, editor, date, number or url."""
        return [text[start:end] for start, end in self.values.get(name, [])]

    def facts(self, text: str) -> Iterator[Fact]:
        """What can be cited of it."""
        for name in (About.PUBLISHER, About.AUTHOR, About.EDITOR, About.NUMBER):
            yield from (Fact(name, start, end) for start, end in self.values.get(name, []))
        for start, end in self.values.get(About.DATE, []):
            if date := DATE.search(text, start, end):
                yield Fact(About.DATE, *date.span())


def front_matter(text: str) -> FrontMatter:
    """The front matter of a text; empty where there is none, as where two rules merely stand above and below prose."""
    fenced = _FENCED.match(text)
    if not fenced or not fenced.group(2):
        return FrontMatter()
    values: dict[str, list[Span]] = {}
    known, fields = "", 0
    for line in re.finditer(r"[^\n]+", fenced.group(2)):
        start, end = fenced.start(2) + line.start(), fenced.start(2) + line.end()
        if begun := _FIELD.match(text, start, end):
            fields += 1
            known = _FIELDS.get(begun.group(1).lower(), "")
        elif not (begun := _ITEM.match(text, start, end)) and not _NO_FIELD.fullmatch(text, start, end):
            return FrontMatter()
        if begun and known:
            values.setdefault(known, []).extend(_values(text, begun.end(), end))
    return FrontMatter(fenced.end(), values) if fields else FrontMatter()


def _values(text: str, start: int, end: int) -> Iterator[Span]:
    """Where the values on a line stand, without what quotes them."""
    start, end = trimmed(text, start, end)
    listed = text.startswith("[", start)
    for match in (_VALUE if listed else _WHOLE).finditer(text, start + listed, end):
        span = trimmed(text, *match.span(match.lastindex or 0))
        if span[0] < span[1] and not _NO_VALUE.fullmatch(text, *span):
            yield span
        if not listed:
            return
