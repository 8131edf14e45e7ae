"""Word documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bot.documents.builder import Builder, Cell
from bot.documents.dates import find_date
from bot.documents.drawings import CHART, DIAGRAM, Chart, chart, diagram
from bot.documents.extracted import Extracted
from bot.documents.furniture import is_furniture
from bot.documents.headings import heading_level
from bot.documents.opc import Element, Package, is_on, relation_id
from bot.documents.tables import header_rows, is_data
from bot.documents.word_numbering import Numbering
from bot.documents.word_styles import VALUE, Styles, W, numbering_of, outline_level, toggled
from bot.types import BlockKind

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
_PARAGRAPH, _TABLE, _RUN, _TEXT, _BOX, _SYMBOL = (W + name for name in ("p", "tbl", "r", "t", "txbxContent", "sym"))
_AROUND = {W + name for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")}  # paragraphs and more
_UNSEEN = {W + name for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sdtPr", "rt")}
_SIGNS = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_SYMBOLS = {  # of forms that are filled in, by font and code
    **{("Wingdings", code): "□" for code in (0x6F, 0x70, 0x71, 0x72, 0xA8)},
    **{("Wingdings", 0xFE): "☑", ("Wingdings", 0xFD): "☒", ("Wingdings", 0xFC): "✓", ("Wingdings", 0xFB): "✗"},
    **{("Wingdings 2", 0xA3): "□", ("Wingdings 2", 0x52): "☑", ("Wingdings 2", 0x53): "☒"},
    **{("Wingdings 2", 0x50): "✓", ("Wingdings 2", 0x4F): "✗"},
}
_PRIVATE_USE = 0xF000  # where the codes of symbol fonts begin in Unicode
_MOST_COLUMNS = 63  # of a table; Word allows no more
_MOST_PLACES = 1_000_000  # of a table, so that a long one with a wide row does not take all memory
_LONGEST_HEADING = 120  # characters; longer text in a heading's style is a paragraph all the same
_LONGEST_BOLD_HEADING = 40
_BOLD_LEVEL = 5  # below all levels that a numbering tells
_NO_HEADING = re.compile(r"[。！？!?；;：:]|[，,、…]$")  # in what is a sentence, or a label with what it names


@dataclass(slots=True)
class _Paragraph:
    """A paragraph's text and what its looks tell."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    bold: bool = False


@dataclass(slots=True)
class _Table:
    """A table; `rows` hold a merged cell in each of its places."""

    rows: list[list[Cell]] = field(default_factory=list)
    marked: int = 0  # rows at the top that the file marks as headers


_Item = _Paragraph | _Table | Chart


def read(path: Path) -> Iterator[Extracted]:
    """The document in a Word file: headers, body, footnotes and endnotes, footers."""
    with Package(path) as package:
        word = _Word(package)
        headers, footers = word.edges("header"), word.edges("footer")
        items = [*headers, *word.body(), *word.notes("footnote"), *word.notes("endnote"), *footers]
        properties = package.properties()
    builder = Builder()
    _add(builder, items)
    if builder.blocks:
        yield Extracted(
            builder.text,
            builder.blocks,
            property_title=properties.title,
            property_author=properties.author,
            property_date=properties.date,
        )


class _Word:
    """A Word file's content as items in the order in which they are read."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root = package.parse_main(f"{W}document")
        self._relations = package.relations(package.main)
        self._styles = Styles(self._related("styles"))
        self._numbering = Numbering(self._related("numbering"), self._styles)

    def body(self) -> list[_Item]:
        """The items of the text itself."""
        return list(self._items(self._root.iterchildren(f"{W}body")))

    def notes(self, kind: str) -> list[_Item]:
        """The items of the footnotes or the endnotes."""
        root = self._related(f"{kind}s")
        notes = root.iterchildren(W + kind) if root is not None else ()
        return list(self._items(note for note in notes if note.get(f"{W}type", "normal") == "normal"))

    def edges(self, kind: str) -> list[_Paragraph]:
        """The lines of the headers or the footers that are in use, each once."""
        settings = self._related("settings")
        both = settings is not None and is_on(settings.find(f"{W}evenAndOddHeaders"), VALUE)
        parts: dict[str, None] = {}
        current: dict[str, str] = {}  # a section goes on with what the one before it has
        for section in self._root.iter(f"{W}sectPr"):
            for reference in section.iterchildren(f"{W}{kind}Reference"):
                if relation := self._relations.get(relation_id(reference)):
                    current[reference.get(f"{W}type", "default")] = relation.target
            used = {"default": True, "even": both, "first": is_on(section.find(f"{W}titlePg"), VALUE)}
            parts |= {part: None for name, part in current.items() if used.get(name)}
        roots = [root for root in map(self._package.parse, parts) if root is not None]
        return [_Paragraph(line, BlockKind.FURNITURE) for line in dict.fromkeys(_lines(self._items(roots)))]

    def _related(self, kind: str) -> Element | None:
        """The part of a kind that the document has one of, or None."""
        return next(map(self._package.parse, self._package.related(self._package.main, kind)), None)

    def _items(self, elements: Iterable[Element]) -> Iterator[_Item]:
        """The items within elements: their paragraphs and tables, however they are wrapped."""
        for element in elements:
            for child in element:
                if child.tag == _PARAGRAPH:
                    yield from self._paragraph(child)
                elif child.tag == _TABLE:
                    yield from self._table(child)
                elif child.tag in _AROUND:
                    yield from self._items([child])

    def _paragraph(self, element: Element) -> Iterator[_Item]:
        """A paragraph, and behind it the text boxes, charts and diagrams that are anchored in it."""
        pieces = list(_pieces(element))
        text = "".join(piece for piece in pieces if isinstance(piece, str))
        told = self._told(element, text)  # an empty paragraph is numbered too
        if text.strip():
            yield told
        for piece in pieces:
            if not isinstance(piece, str):
                yield from self._anchored(piece)

    def _told(self, element: Element, text: str) -> _Paragraph:
        """A paragraph with the label that Word puts before it."""
        properties = element.find(f"{W}pPr")
        named = properties.find(f"{W}pStyle") if properties is not None else None
        identity = named.get(VALUE, "") if named is not None else ""
        style = self._styles.style(identity)
        number, depth = numbering_of(properties)
        if number is None:
            number, depth = style.numbering, style.depth if depth is None else depth
        if number and element.find(f"{W}pPr/{W}rPr/{W}del") is None:
            text = self._numbering.label(number, depth, identity) + text
        if style.is_contents:
            return _Paragraph(text, BlockKind.FURNITURE)
        level = outline_level(properties)
        level = style.level if level is None else level
        if level and len(text) <= _LONGEST_HEADING:
            return _Paragraph(text, BlockKind.HEADING, level)
        return _Paragraph(text, bold=len(text) <= _LONGEST_BOLD_HEADING and _is_bold(element, bool(style.bold)))

    def _anchored(self, element: Element) -> Iterator[_Item]:
        if element.tag == _BOX:
            yield from self._items([element])
        elif element.tag == CHART and (relation := self._relations.get(relation_id(element))):
            yield chart(self._package, relation.target)
        elif element.tag == DIAGRAM and (relation := self._relations.get(relation_id(element, "dm"))):
            yield from map(_Paragraph, diagram(self._package, relation.target))

    def _table(self, element: Element) -> Iterator[_Item]:
        """A table, or the items in its cells where it only serves the layout."""
        table = _Table()
        contents: dict[int, list[_Item]] = {}
        for row in _inside(element, f"{W}tr"):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                continue
            if table.marked == len(table.rows) and properties is not None:
                table.marked += is_on(properties.find(f"{W}tblHeader"), VALUE)
            table.rows.append(self._row(row, table.rows[-1] if table.rows else [], contents))
        width = max(map(len, table.rows), default=0)
        if width <= _MOST_COLUMNS and width * len(table.rows) <= _MOST_PLACES and is_data(table.rows):
            for cells in table.rows:
                cells += [Cell() for _ in range(width - len(cells))]
            yield table
        else:
            for items in contents.values():
                yield from items

    def _row(self, element: Element, above: Sequence[Cell], contents: dict[int, list[_Item]]) -> list[Cell]:
        """A row's cells; what is in each is put in `contents` by the cell's identity."""
        row = [Cell() for _ in range(_count(element.find(f"{W}trPr/{W}gridBefore"), 0))]
        for found in _inside(element, f"{W}tc"):
            properties = found.find(f"{W}tcPr")
            merged = properties.find(f"{W}vMerge") if properties is not None else None
            if merged is not None and merged.get(VALUE, "continue") == "continue" and len(row) < len(above):
                cell = above[len(row)]
            else:
                cell = Cell()
                contents[id(cell)] = list(self._items([found]))
                cell.text = "\n".join(_lines(contents[id(cell)]))
            span = properties.find(f"{W}gridSpan") if properties is not None else None
            row += [cell] * max(1, min(_count(span), _MOST_COLUMNS - len(row)))
        return row


def _pieces(element: Element) -> Iterator[str | Element]:
    """What is seen of a paragraph: its text in pieces, and the boxes, charts and diagrams in it as elements."""
    for child in element:
        tag = child.tag
        if tag in (_TEXT, _MATH_TEXT):
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == _SYMBOL:
            yield _symbol(child)
        elif tag == _WORD_ART:
            yield child.get("string", "")
        elif tag in (_BOX, CHART, DIAGRAM):
            yield child
        elif tag not in _UNSEEN and not (tag == _RUN and toggled(child.find(f"{W}rPr"), "vanish")):
            yield from _pieces(child)


def _symbol(element: Element) -> str:
    """A character of a symbol font as an ordinary one; empty where it is not known."""
    code = int(element.get(f"{W}char", "0"), 16)
    known = _SYMBOLS.get((element.get(f"{W}font", ""), code & 0xFF))
    return known or (chr(code) if code < _PRIVATE_USE else "")


def _is_bold(paragraph: Element, by_style: bool) -> bool:
    """Whether all runs with text are bold."""
    runs = [run for run in paragraph.iter(_RUN) if "".join(text.text or "" for text in run.iterchildren(_TEXT)).strip()]
    told = [toggled(run.find(f"{W}rPr"), "b") for run in runs]
    return bool(told) and all(by_style if bold is None else bold for bold in told)


def _inside(element: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, however they are wrapped."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, tag)


def _count(element: Element | None, default: int = 1) -> int:
    """How many columns an element tells."""
    return default if element is None else max(default, min(int(element.get(VALUE, default)), _MOST_COLUMNS))


def _lines(items: Iterable[_Item]) -> Iterator[str]:
    """Items as lines of text, as they stand in a cell."""
    for item in items:
        if isinstance(item, _Paragraph):
            yield item.text
        else:
            for rows in [item.rows] if isinstance(item, _Table) else item.tables:
                yield from (" ".join(dict.fromkeys(cell.text for cell in row if cell.text)) for row in rows)


def _add(builder: Builder, items: Sequence[_Item]) -> None:
    """Adds items to a document."""
    for item, following in pairwise([*items, None]):
        if isinstance(item, Chart):
            item.add(builder)
        elif isinstance(item, _Table):
            builder.table(item.rows, header_rows(item.rows, item.marked))
        elif isinstance(item, _Paragraph):
            _add_paragraph(builder, item, following)


def _add_paragraph(builder: Builder, item: _Paragraph, following: _Item | None) -> None:
    lines = [line.strip() for line in item.text.split("\n") if line.strip()]
    if item.kind is BlockKind.HEADING:
        builder.paragraph(lines, item.kind, item.level)
    elif item.kind is BlockKind.FURNITURE:
        builder.line(item.text, item.kind)
    elif len(lines) == 1 and _is_bold_heading(item, following):
        builder.line(item.text, BlockKind.HEADING, heading_level(lines[0]) or _BOLD_LEVEL)
    else:
        for line in item.text.split("\n"):
            _add_line(builder, line)


def _add_line(builder: Builder, line: str) -> None:
    text = line.strip()
    if text and is_furniture(text):
        builder.line(line, BlockKind.FURNITURE)
    elif level := heading_level(text) if text else 0:
        builder.line(line, BlockKind.HEADING, level)
    else:
        builder.line(line)


def _is_bold_heading(item: _Paragraph, following: _Item | None) -> bool:
    """Whether a paragraph is a heading by its looks: short, all bold, no sentence, and over a longer one."""
    text = item.text.strip()
    return (
        item.bold
        and not _NO_HEADING.search(text)
        and not find_date(text)
        and isinstance(following, _Paragraph)
        and following.kind is BlockKind.PARAGRAPH
        and len(following.text.strip()) > len(text)
    )
