"""Saved web pages, through lxml: all visible text is kept, and what only serves the site is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.documents.extracted import Extracted, decode, find_date, head_metadata, is_furniture, normalised
from bot.errors import UnreadableDocument
from bot.types import Block, BlockKind

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_INVISIBLE = {"script", "style", "noscript", "template", "head", "svg", "iframe", "object", "select", "button"}
_SITE = {"nav", "footer", "aside", "form", "menu"}
_SITE_ROLES = {"navigation", "contentinfo", "complementary", "search", "banner", "menu"}
_SITE_NAMES = re.compile(
    r"(^|[\s_-])(nav|navbar|menu|breadcrumbs?|crumbs?|footer|foot|sidebar|side|share|related|recommend|hot|comments?"
    r"|copyright|topbar|toolbar|pager|pagination|ads?|advert\w*|login|search)($|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_CELLS = {"td", "th"}
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_META = {
    "date": ("article:published_time", "publishdate", "pubdate", "publish-date", "date", "dc.date", "datepublished"),
    "publisher": ("source", "og:site_name", "publisher", "mediaid", "author"),
    "title": ("og:title", "articletitle", "dc.title"),
    "url": ("og:url",),
}
MAX_DEPTH = 400


def read(path: Path) -> Iterator[Extracted]:
    """The document in an HTML file."""
    from lxml import html

    page = _decode(path.read_bytes()).strip()
    if not page:
        return
    tree = html.document_fromstring(
        page, parser=html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    )
    walker = _Walker()
    body = tree.find("body")
    walker.walk(tree if body is None else body, furniture=False, heading=False, depth=0)
    text, blocks = walker.text_and_blocks()
    told = [block for block in blocks if block.kind is not BlockKind.FURNITURE]
    if not told:
        return
    _, publisher, date = head_metadata(text, blocks)
    for block in blocks:  # a dateline may stand anywhere above the article
        if (
            block.kind is BlockKind.FURNITURE
            and not (publisher and date)
            and is_furniture(text[block.start : block.end])
        ):
            _, near_publisher, near_date = head_metadata(text, [block])
            publisher, date = publisher or near_publisher, date or near_date
    yield Extracted(
        text,
        blocks,
        _heading(tree) or _meta(tree, "title") or _title(tree),
        publisher or _meta(tree, "publisher"),
        find_date(_meta(tree, "date") or _time(tree)) or date,
        _url(tree),
    )


def _decode(data: bytes) -> str:
    """The page's text: in the encoding it names if that is right, else in the one its bytes show."""
    named = _CHARSET.search(data[:4096])
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = named.group(1).decode("ascii").lower()
        try:
            return normalised(data.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


class _Walker:
    """Collects the visible text of a page, a line for each block of it, and what each line is."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, BlockKind]] = []
        self._words: list[str] = []
        self._linked = 0
        self._kind = BlockKind.PARAGRAPH

    def walk(self, element: HtmlElement, furniture: bool, heading: bool, depth: int) -> None:
        """Adds an element's text and that of all it holds."""
        if depth > MAX_DEPTH:
            raise UnreadableDocument(f"nests over {MAX_DEPTH} elements deep; save it anew as plain HTML")
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _INVISIBLE or element.get("hidden") is not None:
            return
        furniture = furniture or _serves_site(element, tag)
        heading = heading or tag in _HEADINGS
        if tag in _LINES:
            self._break()
        self._set(furniture, heading)
        self._add(element.text, linked=tag == "a")
        for child in element:
            self.walk(child, furniture, heading, depth + 1)
            self._set(furniture, heading)
            self._add(child.tail, linked=tag == "a")
        if tag in _CELLS:
            self._words.append("\t")
        if tag in _LINES:
            self._break()

    def _set(self, furniture: bool, heading: bool) -> None:
        self._kind = BlockKind.HEADING if heading else BlockKind.PARAGRAPH
        if furniture:
            self._kind = BlockKind.FURNITURE

    def _add(self, text: str | None, linked: bool) -> None:
        if text:
            self._words.append(re.sub(r"[ \t\r\n\f\v]+", " ", text))
            self._linked += len(text.strip()) if linked else 0

    def _break(self) -> None:
        line = re.sub(r" *\t *", "\t", re.sub(r"  +", " ", "".join(self._words))).strip(" \t")
        if line:
            kind = self._kind
            mostly_links = self._linked > 0.6 * len(line) and len(line) < 80
            if kind is BlockKind.PARAGRAPH and (mostly_links or is_furniture(line)):
                kind = BlockKind.FURNITURE
            self._lines.append((line, kind))
        self._words, self._linked = [], 0

    def text_and_blocks(self) -> tuple[str, list[Block]]:
        """The page's text, a line a block, and the blocks."""
        self._break()
        text, blocks = [], []
        place = 0
        for line, kind in self._lines:
            line = normalised(line)
            blocks.append(Block(place, place + len(line), kind))
            text.append(line)
            place += len(line) + 1
        return "\n".join(text), blocks


def _serves_site(element: HtmlElement, tag: str) -> bool:
    if tag in _SITE or element.get("role", "").lower() in _SITE_ROLES:
        return True
    if tag in {"body", "html", "article", "main"}:
        return False
    named = _SITE_NAMES.search(f"{element.get('class', '')} {element.get('id', '')}")
    return bool(named) and not element.xpath("boolean(.//article | .//main | .//h1)")


def _heading(tree: HtmlElement) -> str:
    heads = tree.xpath("//article//h1 | //main//h1") or tree.xpath("//h1")
    return " ".join(heads[0].text_content().split()) if len(heads) == 1 else ""


def _title(tree: HtmlElement) -> str:
    """The page's title without the site's name, which follows the last bar or dash with spaces around it."""
    title = " ".join((tree.findtext(".//title") or "").split())
    return re.split(r"\s*[|_]\s*|\s+[-–—]{1,2}\s+", title)[0]


def _meta(tree: HtmlElement, what: str) -> str:
    named: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        named.setdefault(name, (meta.get("content") or "").strip())
    return next((named[name] for name in _META[what] if named.get(name)), "")


def _time(tree: HtmlElement) -> str:
    found = tree.xpath("//time/@datetime")
    return str(found[0]) if found else ""


def _url(tree: HtmlElement) -> str:
    found = tree.xpath("//link[@rel='canonical']/@href")
    url = str(found[0]) if found else _meta(tree, "url")
    return url if url.startswith(("http://", "https://")) else ""
