"""What a document's text says of the document itself: title, publisher, author, editor, date, number. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.documents.dates import DATE, date_of
from bot.documents.furniture import credits
from bot.documents.headings import is_plain_heading
from bot.names import is_byline
from bot.types import About, Block, BlockKind, Fact, Span

_SENTENCE_END = "。！？!?；;，,：:、…"
_NAME = r"[^\s|｜　，,；;。（()）]{2,30}"
_LABEL = "来源|來源|稿源|转自|出处|(?:发布|编制|填报|制表|报送|印发)(?:单位|机构|机关)|发文机关|发文单位|主办单位?"
_PUBLISHER = re.compile(rf"(?<![\u4e00-\u9fff])(?:文章|信息|稿件|消息)?(?:{_LABEL})\s*[：:]\s*({_NAME})")
_LABELLED_DATE = re.compile(
    r"(发布|發布|发稿|印发|成文|更新|刊发|公布|签发|时间|日期|报道日期|编制)[^\n\d〇○零一二三四五六七八九]{0,6}$"
)
_ENDS = "社|报|网|台|局|厅|办|部|委|院|会|处|队|办公室|中心|集团|公司|政府|法院|银行|大学|学校"
_OFFICE = rf"[^\s　\d，。：:、（(]{{2,25}}(?:{_ENDS})"
_SIGNATURE = re.compile(rf"(?:^[（(]?|(?<=[ 　]))({_OFFICE})[ 　]+(?=\d{{4}}\s*[年./-])")
_RED_HEAD = re.compile(  # the office's name over an official document
    r"[^\s　\d，。：:、（(]{2,25}(?:政府|委员会|办公室|指挥部|领导小组|法院|检察院|集团|公司|[厅局委])"
    r"(?:文件|[（(][^）)]*[)）])?"
)
_LABELLED = re.compile(
    r"[（(]?(?:(?:计量|金额)?单位|(?:编制|填报|制表|填表|报送|发布|印发)\S{0,4}|日期|时间|电话)\s*[：:]"
)
_ENACTED = re.compile(
    rf"[（(]({DATE.pattern})\s*(?P<by>{_OFFICE})(?P<number>令第?\d+号)?[^）)]{{0,20}}?(?:公布|发布|通过|印发)"
)
_NUMBER = re.compile(r"[\u4e00-\u9fffA-Za-z]{1,15}[〔\[【（(〈]\s*(?:19|20)\d{2}\s*[〕\]】）)〉]\s*第?\s*\d{1,5}\s*号")
_MAX_TITLE = 60  # characters
_MAX_LINE = 120  # characters of a line that may be about the document
_HEAD, _FOOT = 15, 6  # blocks
_TITLE_WITHIN = 40  # blocks


@dataclass(slots=True)
class Told:
    """What a text says of its document; empty where it says nothing."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    editor: str = ""
    date: str = ""  # YYYY-MM-DD
    number: str = ""
    facts: Sequence[Fact] = ()


def told_by(text: str, blocks: Sequence[Block]) -> Told:
    """What a text says of its document, by its head, its foot and its furniture.

    A date counts where a dateline, a label or a signature gives it, never in a sentence or a caption.
    """
    lines = [block for block in blocks if block.kind is not BlockKind.TABLE and block.end - block.start <= _MAX_LINE]
    near = {id(block) for block in [*blocks[:_HEAD], *blocks[-_FOOT:]]}
    about = [block for block in lines if id(block) in near or block.kind is BlockKind.FURNITURE]
    facts: list[Fact] = []
    for number, block in enumerate(about):
        facts += _facts(text, block, about[number - 1] if number else None)
    first: dict[About, Fact] = {}
    for fact in facts:
        first.setdefault(fact.about, fact)
    words = {kind: text[fact.start : fact.end] for kind, fact in first.items()}
    dated = DATE.search(words.get(About.DATE, ""))
    return Told(
        title=_title(text, blocks),
        publisher=words.get(About.PUBLISHER, ""),
        author=_names(words.get(About.AUTHOR, "")),
        editor=_names(words.get(About.EDITOR, "")),
        date=date_of(dated) if dated else "",
        number=words.get(About.NUMBER, ""),
        facts=tuple(facts),
    )


def _title(text: str, blocks: Sequence[Block]) -> str:
    """The title: the first heading of the outermost level, or the first line if it is no sentence."""
    told = [block for block in blocks[:_TITLE_WITHIN] if block.kind is not BlockKind.FURNITURE]
    told = [block for block in told if not _is_letterhead(text[block.start : block.end])]
    titles = [block for block in told if block.kind is BlockKind.HEADING and block.level == 1]
    candidate = titles[0] if titles else told[0] if told and told[0].kind is not BlockKind.TABLE else None
    if candidate is None or len(blocks) < 2:
        return ""
    title = "".join(candidate.read(text).lstrip("#").split("\n")).strip()
    numbered = candidate.kind is BlockKind.HEADING and candidate.level > 1 and not is_plain_heading(title)
    return "" if numbered or len(title) > _MAX_TITLE or title[-1:] in _SENTENCE_END else title


def _is_letterhead(line: str) -> bool:
    """Whether a line is the red head or the number of an official document, or a label such as 单位：万元."""
    return bool(_RED_HEAD.fullmatch(line) or _NUMBER.fullmatch(line) or _LABELLED.match(line))


def _facts(text: str, block: Block, before: Block | None) -> Iterator[Fact]:
    """What one line says of the document; `before` is the line before it, where that may sign it."""
    line, start = text[block.start : block.end], block.start
    furniture = block.kind is BlockKind.FURNITURE

    def fact(about: About, span: Span) -> Fact:
        return Fact(about, start + span[0], start + span[1])

    if match := _PUBLISHER.search(line):
        yield fact(About.PUBLISHER, match.span(1))
    for role, *names in credits(line):
        editor = re.search("编|审|校", role)
        yield fact(About.EDITOR if editor else About.AUTHOR, (names[0], names[1]))
    if furniture and is_byline(line):
        yield fact(About.AUTHOR, (0, len(line)))
    match = _NUMBER.search(line)
    if match and line[-1] not in _SENTENCE_END and "《" not in line[: match.start()]:
        yield fact(About.NUMBER, match.span())
    if enacted := _ENACTED.match(line):
        yield fact(About.DATE, enacted.span(1))
        yield fact(About.PUBLISHER, enacted.span("by"))
        if enacted.group("number"):
            yield fact(About.NUMBER, (enacted.start("by"), enacted.end("number")))
        return
    date = DATE.search(line)
    if date is None or not date_of(date):
        return
    labelled = _LABELLED_DATE.search(line[: date.start()])
    if furniture or labelled or _is_dateline(line):
        yield fact(About.DATE, date.span())
        signed = _SIGNATURE.search(line)
        if signed and _is_dateline(line):
            yield fact(About.PUBLISHER, signed.span(1))
        elif before and _is_dateline(line):
            office = re.fullmatch(rf"[（(]?({_OFFICE})[)）]?", text[before.start : before.end])
            if office:
                yield Fact(About.PUBLISHER, before.start + office.start(1), before.start + office.end(1))


def _is_dateline(line: str) -> bool:
    """Whether a line is a date with no sentence around it: alone, or with who published it and the time."""
    if line[-1] in _SENTENCE_END or len(line) > 60:
        return False
    rest = DATE.sub("", line).strip(" 　年月日（）()[]")
    return len(rest) <= 3 or bool(_SIGNATURE.search(line)) or bool(DATE.match(line.strip("（( ")) and len(rest) <= 16)


def _names(words: str) -> str:
    return "、".join(re.split(r"[\s　、，,]+", words.strip()))
