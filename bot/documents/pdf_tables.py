"""Tables between rules: where their cells are, and what stands in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from bot.documents.builder import Cell
from bot.documents.pdf_layout import Glyph, lead, lines, stretches

_TOLERANCE = 3.0  # points: rules that are no farther apart are one
_SHORTEST = 1.0  # points: the ends of thick rules are shorter
_MOST_CROSSINGS = 6000  # of rules on a page; one with more is a drawing, and would take minutes
_PADDING = 1.2  # ems on both sides of a cell's text together

_Rule = dict[str, Any]  # pdfplumber's


class Box(NamedTuple):
    """A place on a page, in points from its top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table that stands between rules."""

    x0: float
    top: float
    x1: float
    bottom: float
    rows: Sequence[Sequence[Cell]]  # a merged cell is the same object in every place
    rules: Sequence[float]  # where the vertical ones stand


@dataclass(eq=False, slots=True)
class _Place:
    """A cell's width, and the characters that stand in it."""

    width: float
    upright: list[Glyph] = field(default_factory=list)
    sideways: list[Glyph] = field(default_factory=list)

    def text(self) -> str:
        """The words in one line: those broken for the cell's width are put together again."""
        text, last = "", None
        for line in lines(stretches(self.upright)):
            if last:
                room = (self.width - (last.x1 - last.x0)) / last.size
                broken = room < lead(line) + _PADDING and not _are_words(text, line.text)
                text += "" if broken else " "
            text, last = text + line.text, line
        return f"{text} {''.join(glyph.text for glyph in self.sideways)}".strip()


def _are_words(text: str, following: str) -> bool:
    """Whether a space stands between a text and the next line's: letters on both sides, and not one long number."""
    if not (text[-1].isascii() and following[0].isascii()):
        return False
    return " " in text or not (text[0].isdigit() and following[0].isdigit())


def ruled_cells(page: Any, curves: Sequence[_Rule]) -> list[list[Box]]:
    """The cells of each table that a pdfplumber page's curves rule, of one without outer sides too."""
    from pdfplumber.table import merge_edges
    from pdfplumber.utils.geometry import filter_edges, obj_to_edges

    edges = [edge for curve in curves for edge in obj_to_edges(curve) if edge["orientation"]]
    edges = merge_edges(filter_edges(edges, min_length=_SHORTEST), *[_TOLERANCE] * 4)
    level = [edge for edge in edges if edge["orientation"] == "h"]
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    upright += _open_sides(level, upright)
    if min(len(level), len(upright)) < 2 or len(level) * len(upright) > _MOST_CROSSINGS:
        return []
    settings = {
        "horizontal_strategy": "explicit",
        "vertical_strategy": "explicit",
        "explicit_horizontal_lines": level,
        "explicit_vertical_lines": upright,
    }
    return [[Box(*cell) for cell in table.cells] for table in page.find_tables(settings)]


def ruled_table(cells: Sequence[Box], upright: Sequence[Glyph], sideways: Sequence[Glyph] = ()) -> RuledTable:
    """The table of these cells with the characters that stand in it; rows without a text of their own are left out."""
    xs = sorted({place for cell in cells for place in (cell.x0, cell.x1)})
    ys = sorted({place for cell in cells for place in (cell.top, cell.bottom)})
    grid = [[_Place(right - left) for left, right in pairwise(xs)] for _ in ys[1:]]
    for cell in cells:
        place = _Place(cell.x1 - cell.x0)
        for row in grid[ys.index(cell.top) : ys.index(cell.bottom)]:
            left, right = xs.index(cell.x0), xs.index(cell.x1)
            row[left:right] = [place] * (right - left)
    for glyph in upright:
        _at(grid, xs, ys, glyph).upright.append(glyph)
    for glyph in sideways:
        _at(grid, xs, ys, glyph).sideways.append(glyph)
    told = {place: Cell(place.text()) for row in grid for place in row}
    rows = _without_empty([[told[place] for place in row] for row in grid])
    return RuledTable(xs[0], ys[0], xs[-1], ys[-1], rows, xs)


def without_empty_columns(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """A table's rows but for the columns without a text of their own."""
    return _turned(_without_empty(_turned(rows)))


def _at(grid: Sequence[Sequence[_Place]], xs: Sequence[float], ys: Sequence[float], glyph: Glyph) -> _Place:
    row = bisect_right(ys, (glyph.top + glyph.bottom) / 2) - 1
    column = bisect_right(xs, (glyph.x0 + glyph.x1) / 2) - 1
    return grid[min(row, len(grid) - 1)][min(column, len(grid[0]) - 1)]


def _without_empty(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """The rows but for those in which each cell is empty or goes on from the row before."""
    kept: list[Sequence[Cell]] = []
    for row in rows:
        above = kept[-1] if kept else [None] * len(row)
        if any(cell.text and cell is not over for cell, over in zip(row, above, strict=True)):
            kept.append(row)
    return kept


def _turned(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    return list(zip(*rows, strict=True))


def _open_sides(level: Sequence[_Rule], upright: Sequence[_Rule]) -> list[_Rule]:
    """The outer sides that tables lack whose level rules begin and end together, with upright rules between them."""
    sides: list[_Rule] = []
    ordered = sorted(level, key=lambda rule: (round(rule["x0"]), round(rule["x1"]), rule["top"]))
    for (x0, x1), group in groupby(ordered, key=lambda rule: (round(rule["x0"]), round(rule["x1"]))):
        rules = list(group)
        top, bottom = rules[0]["top"], rules[-1]["top"]
        between = [rule["x0"] for rule in upright if rule["top"] < bottom and rule["bottom"] > top]
        if any(x0 + _TOLERANCE < x < x1 - _TOLERANCE for x in between):
            missing = [x for x in (x0, x1) if all(abs(x - other) > _TOLERANCE for other in between)]
            sides += [_upright(x, top, bottom) for x in missing]
    return sides


def _upright(x: float, top: float, bottom: float) -> _Rule:
    place = {"x0": x, "x1": x, "top": top, "bottom": bottom, "width": 0.0, "height": bottom - top}
    return {"object_type": "line", "orientation": "v", **place}
