"""The words in drawings of Office files: text boxes, charts and diagrams (DrawingML, ECMA-376 part 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.documents.builder import Builder, Cell
from bot.documents.number_format import GENERAL, number_shown
from bot.documents.opc import Element, Package

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CHART = f"{_C}chart"  # refers to the chart's part
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"  # refers to the diagram's parts
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SHEET_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_PLACES = 100_000  # of a chart's table; nobody reads more off a chart


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows: its titles, and its series as columns of tables whose first row names them."""

    titles: Sequence[str]
    tables: Sequence[Sequence[Sequence[Cell]]]

    def add(self, builder: Builder) -> None:
        """Adds the chart to a document."""
        for title in self.titles:
            builder.line(title)
        for rows in self.tables:
            builder.table(rows, headers=1)


@dataclass(slots=True)
class _Series:
    name: str
    categories: dict[int, str] = field(default_factory=dict)
    values: dict[int, str] = field(default_factory=dict)


def paragraphs(element: Element) -> Iterator[str]:
    """The paragraphs under an element of DrawingML, with their line breaks; empty ones are left out."""
    for paragraph in element.iter(f"{A}p"):
        parts = paragraph.iter(f"{A}t", _MATH_TEXT, f"{A}br")
        text = "".join("\n" if part.tag == f"{A}br" else part.text or "" for part in parts)
        if text.strip():
            yield text


def text_boxes(package: Package, sheet: str) -> list[str]:
    """The paragraphs in the text boxes that lie on a sheet of an Excel file."""
    roots = [package.parse(drawing) for drawing in package.related(sheet, "drawing")]
    bodies = [body for root in roots if root is not None for body in root.iter(f"{_SHEET_DRAWING}txBody")]
    return [text for body in bodies for text in paragraphs(body)]


def diagram(package: Package, part: str) -> list[str]:
    """The paragraphs of a diagram (SmartArt) by its data part."""
    root = package.parse(part)
    return [] if root is None else list(paragraphs(root))


def chart(package: Package, part: str) -> Chart:
    """What a chart shows, from the values that are stored with it."""
    root = package.parse(part)
    if root is None:
        return Chart((), ())
    titles = [text for title in root.iter(f"{_C}title") for text in paragraphs(title)]
    alike: dict[tuple[tuple[int, str], ...], list[_Series]] = {}
    for series in map(_series, root.iter(f"{_C}ser")):
        alike.setdefault(tuple(series.categories.items()), []).append(series)
    return Chart(titles, [rows for group in alike.values() if (rows := _rows(group))])


def _rows(group: Sequence[_Series]) -> list[list[Cell]]:
    """Series over the same categories as a table."""
    places = sorted({place for series in group for place in (*series.categories, *series.values)})
    if not places or len(places) * len(group) > _PLACES:
        return []
    rows = [[Cell(), *(Cell(series.name) for series in group)]]
    for place in places:
        rows.append(
            [Cell(group[0].categories.get(place, "")), *(Cell(series.values.get(place, "")) for series in group)]
        )
    return rows


def _series(element: Element) -> _Series:
    series = _Series("".join(_points(element.find(f"{_C}tx")).values()))
    for tag in ("cat", "xVal"):
        series.categories |= _points(element.find(_C + tag))
    for tag in ("val", "yVal"):
        series.values |= _points(element.find(_C + tag))
    return series


def _points(element: Element | None) -> dict[int, str]:
    """The stored texts of a series by their places; of categories in levels, the outer ones first."""
    if element is None:
        return {}
    levels = list(element.iter(f"{_C}lvl")) or list(element.iter(f"{_C}strCache", f"{_C}numCache")) or [element]
    points = _cached(levels[0])
    for level in levels[1:]:
        outer = _cached(level)
        shown = ""
        for place in sorted(points):
            shown = outer.get(place, shown)
            points[place] = f"{shown} {points[place]}".strip()
    return points


def _cached(element: Element) -> dict[int, str]:
    code = element.findtext(f"{_C}formatCode")
    points = {}
    for point in element.iter(f"{_C}pt"):
        text = point.findtext(f"{_C}v") or ""
        points[int(point.get("idx", 0))] = _number(text, point.get("formatCode") or code) if code else text
    alone = element.findtext(f"{_C}v")
    return points or ({0: alone} if alone else {})


def _number(text: str, code: str | None) -> str:
    try:
        return number_shown(float(text), code or GENERAL)
    except ValueError:
        return text
