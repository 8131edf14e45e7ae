"""Saved web pages, through lxml: all visible text is kept, and what only serves the site is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.documents.builder import Builder
from bot.documents.encodings import decode
from bot.documents.extracted import Extracted, normalised
from bot.documents.furniture import is_furniture, is_trail
from bot.documents.headings import heading_level
from bot.documents.html_metadata import chosen_title, is_web_address, said_by
from bot.documents.html_parts import (
    HEADINGS,
    INVISIBLE,
    ITEMS,
    LINES,
    collapsed,
    count_sentences,
    is_bold,
    is_visible,
    serves_site,
    unwrapped,
)
from bot.documents.html_tables import read_table
from bot.documents.metadata import told_by
from bot.errors import UnreadableDocument
from bot.types import BlockKind

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_DEPTH = 256  # elements; the parser itself stops there
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]{0,100}encoding=[\"']([\w-]+)", re.I)
_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "utf-16"), "utf-8"),  # a page whose bytes can name UTF-16 is not in it
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "x-gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "windows-1252"), "cp1252"),
    **{name: name for name in ("shift_jis", "euc-jp", "euc-kr", "windows-1251")},
}
_MAX_DAMAGED = 0.001  # of the characters of a page
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)

_PUNCTUATION = re.compile("[，,。；;：:！!？?…]")
_LONGEST_HEADING = 100  # characters; pages set whole paragraphs in a heading's type
_LONGEST_BOLD = 40  # characters of a bold paragraph that is a heading
_LONGEST_LINKS = 80  # characters of a line of links that is furniture
_BOLD_LEVEL = 5


def read(path: Path) -> Iterator[Extracted]:
    """The document in an HTML file."""
    yield from read_page(path.read_bytes())


def read_page(data: bytes, charset: str = "", url: str = "") -> Iterator[Extracted]:
    """The document in a page's bytes, if it holds any text; `charset` and `url` are what came with the page.

    Raises UnreadableDocument where the encoding cannot be told, or the parser would leave out a part.
    """
    from lxml import etree

    page, damaged = _decoded(data, charset)
    tree = _parsed(page)
    if tree is None:
        return
    saved_from = _SAVED_FROM.search(page[:2000])
    said = said_by(tree)  # before the scripts go, since one may tell of the page
    etree.strip_elements(tree, *INVISIBLE, with_tail=False)
    body = tree.find("body")
    walker = _Walker(tree if body is None else body)
    text, blocks = walker.builder.text, walker.builder.blocks
    if all(block.kind is BlockKind.FURNITURE for block in blocks):
        return
    first_level = [block for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
    addresses = (said.url, url, saved_from.group(1) if saved_from else "")
    yield Extracted(
        text,
        blocks,
        title=chosen_title(said, [" ".join(text[block.start : block.end].split()) for block in first_level]),
        # A site's name is the least that can be said of who published a page.
        publisher=said.publisher or (said.site if said.site and not told_by(text, blocks).publisher else ""),
        author=said.author,
        date=said.date,
        url=next((address for address in addresses if is_web_address(address)), ""),
        oddities=[f"{damaged} characters are damaged and stand as \ufffd"] if damaged else [],
        property_date=said.other_date,
    )


def _decoded(data: bytes, charset: str) -> tuple[str, int]:
    """A page's text, and how many of its characters are damaged.

    The bytes tell the encoding. What the page names counts where they do not: a few broken bytes,
    which browsers pass over, or a language that `decode` does not know.
    """
    try:
        return decode(data), 0
    except UnreadableDocument:
        named = _CHARSET.search(data[:4096])
        name = charset or ((named.group(1) or named.group(2)).decode("ascii") if named else "")
        codec = _CODECS.get(name.lower())
        if codec is None or b"\0" in data[:4096]:
            raise
        page = normalised(data.decode(codec, "replace"))
        damaged = page.count("\ufffd")
        if damaged > _MAX_DAMAGED * len(page):
            raise
        return page, damaged


def _parsed(page: str) -> _Element | None:
    """The page's elements, or None where it has none. Nothing outside the page is read."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = etree.fromstring(page.encode(), parser)
    except etree.XMLSyntaxError:  # an empty page
        return None
    # What is too deep or too big for the parser, it leaves out with all that follows.
    if fatal := parser.error_log.filter_from_fatals():
        why = " ".join(fatal[0].message.split(",")[0].split())
        raise UnreadableDocument(f"its HTML cannot be read whole ({why}); save it anew as plain HTML")
    return tree


@dataclass(frozen=True, slots=True)
class _Place:
    """What the text at a place of the page is."""

    furniture: bool = False
    level: int = 0  # of the heading it is in
    item: bool = False  # of a list or a table: bold there makes no heading
    kept: bool = False  # with its white space
    linked: bool = False
    bold: bool = False


class _Walker:
    """Builds the visible text of an element, a line for each block of it, with its tables."""

    def __init__(self, root: _Element) -> None:
        self.builder = Builder()
        self._sentences = count_sentences(root)
        self._place = _Place()  # of the last words
        self._words: list[str] = []
        self._lines: list[str] = []  # of a heading that is broken by <br>
        self._linked = self._bold = 0  # characters
        self._walk(root, self._place, 0)
        self._break()

    def _walk(self, element: _Element, place: _Place, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise UnreadableDocument(f"nests over {MAX_DEPTH} elements deep; save it anew as plain HTML")
        if element.tag == "br":
            self._break(inside=True)
            return
        inner = self._within(element, place)
        if element.tag == "table" and not inner.furniture and self._table(element):
            return
        apart = element.tag in LINES or inner.furniture != place.furniture
        if apart:
            self._break()
        self._add(element.text, inner)
        for child in element:
            if is_visible(child):
                self._walk(child, inner, depth + 1)
            self._add(child.tail, inner)
        if apart:
            self._break()

    def _within(self, element: _Element, place: _Place) -> _Place:
        """What text in an element is, of which the element itself stands at a place."""
        tag = element.tag
        return _Place(
            furniture=place.furniture or serves_site(element, self._sentences),
            level=HEADINGS.get(tag, place.level),
            item=place.item or tag in ITEMS,
            kept=place.kept or tag == "pre",
            linked=place.linked or tag == "a",
            bold=place.bold or is_bold(element),
        )

    def _add(self, text: str | None, place: _Place) -> None:
        if not text:
            return
        if text.strip():
            self._place = place
            if place.linked or place.bold:
                length = len("".join(text.split()))
                self._linked += length * place.linked
                self._bold += length * place.bold
        elif not self._words:
            return
        self._words.append(text if place.kept else unwrapped(text))

    def _break(self, inside: bool = False) -> None:
        """Ends a line; inside a heading it goes on with the next."""
        if not self._words and not self._lines:
            return
        line = "".join(self._words)
        self._words = []
        if not self._place.kept:
            line = collapsed(line)
        if self._place.level and not self._place.furniture:
            self._lines.append(line)
            if inside:
                return
            line = "\n".join(self._lines)
        self._end(line, self._place)
        self._lines = []
        self._linked = self._bold = 0

    def _end(self, line: str, place: _Place) -> None:
        kind, level = self._kind(line.strip(), place)
        if kind is BlockKind.HEADING:
            self.builder.paragraph(line.split("\n"), kind, level)
        else:
            self.builder.line(line, kind)

    def _kind(self, line: str, place: _Place) -> tuple[BlockKind, int]:
        if place.furniture:
            return BlockKind.FURNITURE, 0
        if place.level and len(line) <= _LONGEST_HEADING:
            return BlockKind.HEADING, place.level
        length = len("".join(line.split()))
        links = len(line) < _LONGEST_LINKS and (self._linked > 0.6 * length or (self._linked and is_trail(line)))
        if links or is_furniture(line):
            return BlockKind.FURNITURE, 0
        level = 0 if place.kept else heading_level(line)
        if not level and self._bold == length and not place.item and _is_short_name(line):
            level = _BOLD_LEVEL
        return (BlockKind.HEADING, level) if level else (BlockKind.PARAGRAPH, 0)

    def _table(self, element: _Element) -> bool:
        """Adds a table, unless it is there for the layout."""
        table = read_table(element)
        if table is None:
            return False
        self._break()
        for line in table.over:
            self.builder.line(line)
        self.builder.table(table.rows, table.headers)
        for line in table.under:
            self.builder.line(line)
        return True


def _is_short_name(line: str) -> bool:
    return len(line) <= _LONGEST_BOLD and any(map(str.isalpha, line)) and not _PUNCTUATION.search(line)
