"""PowerPoint presentations (PresentationML, ECMA-376 part 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path

from bot.documents.builder import Builder, Cell
from bot.documents.drawings import CHART, DIAGRAM, A, chart, diagram, paragraphs
from bot.documents.extracted import Extracted
from bot.documents.opc import Element, Package, Relation, is_on, relation_id
from bot.documents.tables import header_rows, is_data
from bot.types import BlockKind

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHAPE, _GROUP, _FRAME = (_P + name for name in ("sp", "grpSp", "graphicFrame"))
_TITLES = {"title", "ctrTitle"}
_EDGES = {"sldNum", "ftr", "dt", "hdr"}  # placeholders that every slide repeats
_MASTERS_NAME = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}  # of what a layout calls otherwise
_SAME_LINE = 1 / 40  # of a slide's height: shapes whose tops lie closer stand side by side
_HEIGHT = 6_858_000  # of a slide where the file tells none, in English Metric Units
_MOST_PLACES = 100_000  # of a table; PowerPoint itself makes 75 rows of 75 cells at most

_Place = tuple[int, int]  # top and left, in English Metric Units
_Places = Mapping[str, _Place]  # of placeholders, by their index or their type
_Relations = Mapping[str, Relation]


def read(path: Path) -> Iterator[Extracted]:
    """The document in a PowerPoint file; each slide, hidden ones too, is a page."""
    builder = Builder()
    hidden = []
    with Package(path) as package:
        root = package.parse_main(f"{_P}presentation")
        relations = package.relations(package.main)
        size = root.find(f"{_P}sldSz")
        slides = _Slides(package, builder, int(size.get("cy", _HEIGHT)) if size is not None else _HEIGHT)
        for number, element in enumerate(root.iterfind(f"{_P}sldIdLst/{_P}sldId"), 1):
            builder.page()
            relation = relations.get(relation_id(element))
            slide = package.parse(relation.target) if relation else None
            if slide is None or relation is None:
                continue
            if is_on(slide, "show"):
                slides.add(slide, package.relations(relation.target))
            else:
                hidden.append(str(number))
        properties = package.properties()
    if builder.blocks:
        yield Extracted(
            builder.text,
            builder.blocks,
            page_starts=builder.page_starts,
            oddities=[f"hidden slides are left out: {', '.join(hidden)}"] if hidden else [],
            property_title=properties.title,
            property_author=properties.author,
            property_date=properties.date,
        )


class _Slides:
    """Adds slides to a document."""

    def __init__(self, package: Package, builder: Builder, height: int) -> None:
        self._package = package
        self._builder = builder
        self._same_line = height * _SAME_LINE
        self._places: dict[str, _Places] = {"": {}}  # by the layout's or the master's part

    def add(self, slide: Element, relations: _Relations) -> None:
        """Adds a slide: its title, the rest from top to bottom, its notes."""
        places = self._inherited(relations, "slideLayout")
        shapes = [shape for tree in slide.iter(f"{_P}spTree") for shape in self._ordered(tree, places)]
        for shape in sorted(shapes, key=lambda shape: _placeholder(shape)[0] not in _TITLES):
            self._add_shape(shape, places, relations)
        for part in _related(relations, "notesSlide"):
            self._add_notes(part)

    def _add_shape(self, shape: Element, places: _Places, relations: _Relations) -> None:
        kind, _ = _placeholder(shape)
        if shape.tag == _GROUP:
            for inner in self._ordered(shape, places):
                self._add_shape(inner, places, relations)
        elif shape.tag == _FRAME:
            self._add_frame(shape, relations)
        elif kind in _TITLES:
            lines = [line for text in paragraphs(shape) for line in text.split("\n")]
            self._builder.paragraph(lines, BlockKind.HEADING, 1)
        else:
            self._add_lines(paragraphs(shape), BlockKind.FURNITURE if kind in _EDGES else BlockKind.PARAGRAPH)

    def _add_frame(self, frame: Element, relations: _Relations) -> None:
        """Adds the tables, the charts and the diagrams in a frame."""
        for element in frame.iter(f"{A}tbl", CHART, DIAGRAM):
            if element.tag == f"{A}tbl":
                self._add_table(element)
            elif element.tag == CHART and (relation := relations.get(relation_id(element))):
                chart(self._package, relation.target).add(self._builder)
            elif element.tag == DIAGRAM and (relation := relations.get(relation_id(element, "dm"))):
                self._add_lines(diagram(self._package, relation.target))

    def _add_table(self, element: Element) -> None:
        rows = _rows(element)
        if len({*map(len, rows)}) == 1 and is_data(rows):
            self._builder.table(rows, header_rows(rows))
        else:
            self._add_lines(cell.text for cell in {id(cell): cell for row in rows for cell in row}.values())

    def _add_notes(self, part: str) -> None:
        for shape in self._shapes(part):
            if _placeholder(shape)[0] == "body":
                self._add_lines(paragraphs(shape))

    def _add_lines(self, lines: Iterable[str], kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        for line in lines:
            self._builder.line(line, kind)

    def _ordered(self, parent: Element, places: _Places) -> list[Element]:
        """The shapes that are seen in a slide or a group, from top to bottom and from left to right."""
        shapes = [shape for shape in parent.iterchildren(_SHAPE, _GROUP, _FRAME) if not _is_hidden(shape)]
        lines: list[list[tuple[int, Element]]] = []
        line_top = 0
        for (top, left), shape in sorted(((_place(shape, places), shape) for shape in shapes), key=itemgetter(0)):
            if not lines or top - line_top > self._same_line:
                lines.append([])
                line_top = top
            lines[-1].append((left, shape))
        return [shape for line in lines for _, shape in sorted(line, key=itemgetter(0))]

    def _inherited(self, relations: _Relations, kind: str) -> _Places:
        """Where the placeholders of a layout or a master stand; its own words are added where it is first used."""
        part = next(_related(relations, kind), "")
        if part not in self._places:
            outer = self._inherited(self._package.relations(part), "slideMaster") if kind == "slideLayout" else {}
            found: dict[str, _Place] = {}
            for shape in self._shapes(part):
                name, index = _placeholder(shape)
                if not name:
                    self._add_lines(paragraphs(shape), BlockKind.FURNITURE)
                elif place := _own_place(shape) or outer.get(_MASTERS_NAME.get(name, name)):
                    found |= {name: place, index: place}
            self._places[part] = found
        return self._places[part]

    def _shapes(self, part: str) -> Iterator[Element]:
        root = self._package.parse(part)
        if root is not None:
            yield from root.iter(_SHAPE)


def _related(relations: _Relations, kind: str) -> Iterator[str]:
    return (relation.target for relation in relations.values() if relation.kind == kind)


def _placeholder(shape: Element) -> tuple[str, str]:
    """The type and the index of a placeholder, such as title and 0; both empty for any other shape."""
    found = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return ("", "") if found is None else (found.get("type", "obj"), found.get("idx", "0"))


def _is_hidden(shape: Element) -> bool:
    """Whether a shape is not shown; its properties stand in its first child."""
    return any(is_on(told, "hidden", "0") for told in shape.iterfind(f"*/{_P}cNvPr"))


def _place(shape: Element, places: _Places) -> _Place:
    name, index = _placeholder(shape)
    return _own_place(shape) or places.get(index) or places.get(name) or (0, 0)


def _own_place(shape: Element) -> _Place | None:
    for path in (f"{_P}spPr/{A}xfrm/{A}off", f"{_P}grpSpPr/{A}xfrm/{A}off", f"{_P}xfrm/{A}off"):
        found = shape.find(path)
        if found is not None:
            return int(found.get("y", 0)), int(found.get("x", 0))
    return None


def _rows(table: Element) -> list[list[Cell]]:
    """A table's cells, a merged one in each of its places."""
    rows: list[list[Cell]] = []
    for element in table.iterchildren(f"{A}tr"):
        above = rows[-1] if rows else []
        row: list[Cell] = []
        for found in element.iterchildren(f"{A}tc"):
            if is_on(found, "hMerge", "0") and row:
                row.append(row[-1])
            elif is_on(found, "vMerge", "0") and len(row) < len(above):
                row.append(above[len(row)])
            else:
                row.append(Cell("\n".join(paragraphs(found))))
        rows.append(row)
    width = max(map(len, rows), default=0)
    if width * len(rows) > _MOST_PLACES:
        return rows
    return [row + [Cell() for _ in range(width - len(row))] for row in rows]
