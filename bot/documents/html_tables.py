"""A page's tables: their cells in rows and columns, told from tables that only lay the page out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from bot.documents.builder import Cell
from bot.documents.html_parts import is_visible, text_of
from bot.documents.tables import header_rows, is_data

if TYPE_CHECKING:
    from lxml.etree import _Element

_CELLS = {"td", "th"}
_LAYOUT_ROLES = {"none", "presentation"}
_NEVER_IN_CELLS = ("table", "article", "aside", "footer", "form", "h1", "h2", "header", "main", "nav")
_ORDER = {"thead": 0, "tfoot": 2}  # what stands between is 1
_MAX_SPAN = 1000  # columns or rows, as browsers clip them; 65,534 rows are allowed and never meant
_MAX_PLACES = 1_000_000  # rows by columns


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table as it is read, with the lines that stand over and under it."""

    over: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    headers: int
    under: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as the page has it."""

    cells: list[_Element]
    group: _Element  # thead, tbody, tfoot or the table: no cell reaches from one into another
    names: bool  # whether the page marks it as names of columns


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it is seen: a cell for each column."""

    cells: list[Cell]
    names: bool


def read_table(table: _Element) -> HtmlTable | None:
    """The rows of a table, or None where it is there for the layout.

    A caption, and a row at the top or the bottom that is one cell, which titles the table or notes
    something on it, are lines of their own.
    """
    if table.get("role") in _LAYOUT_ROLES or next(table.iterdescendants(*_NEVER_IN_CELLS), None) is not None:
        return None
    parts = list(_parts(table))
    if any(map(_is_broken, (table, *parts))):
        return None
    rows = [row for row in _grid(_rows(parts)) if any(cell.text for cell in row.cells)]
    first, last = 0, len(rows)
    while first < last and _is_line(rows, first):
        first += 1
    while first < last and _is_line(rows, last - 1):
        last -= 1
    cells = [row.cells for row in rows[first:last]]
    if len(cells) < 2 or not is_data(cells):
        return None
    marked = len(list(takewhile(lambda row: row.names, rows[first:last])))
    return HtmlTable(
        [*(text_of(part) for part in parts if part.tag == "caption"), *(row.cells[0].text for row in rows[:first])],
        cells,
        header_rows(cells, marked if marked < len(cells) else 0),
        [row.cells[0].text for row in rows[last:]],
    )


def _parts(element: _Element) -> Iterator[_Element]:
    """What a table is made of, in order, down to its cells and captions."""
    for child in element:
        if is_visible(child):
            yield child
            if child.tag not in _CELLS and child.tag != "caption":
                yield from _parts(child)


def _is_broken(part: _Element) -> bool:
    """Whether words stand outside the cells, or a cell outside the rows: as a table, something would be lost."""
    if part.tag in _CELLS:
        return bool(part.getparent().tag != "tr")
    if part.tag == "caption":
        return False
    return bool((part.text or "").strip()) or any((child.tail or "").strip() for child in part)


def _rows(parts: Sequence[_Element]) -> list[_Row]:
    """The rows in the order in which they are seen: the foot of a table may stand before its body."""
    rows = []
    for part in parts:
        if part.tag == "tr":
            group = part.getparent()
            cells = [child for child in part if child.tag in _CELLS and is_visible(child)]
            names = group.tag == "thead" or (bool(cells) and all(cell.tag == "th" for cell in cells))
            rows.append(_Row(cells, group, names))
    return sorted(rows, key=lambda row: _ORDER.get(row.group.tag, 1))


def _grid(rows: Sequence[_Row]) -> list[_Line]:
    """The cells by row and column; no rows where they would be more than any table has."""
    if sum(_span(cell, "colspan") * _span(cell, "rowspan") for row in rows for cell in row.cells) > _MAX_PLACES:
        return []
    # A cell alone in its row, such as a title, covers what the others are wide, whatever it says.
    width = max((sum(_span(cell, "colspan") for cell in row.cells) for row in rows if len(row.cells) > 1), default=1)
    grid: list[_Line] = []
    above: dict[int, tuple[Cell, int]] = {}  # by column, the cell that reaches down into this row, and how far
    places = 0
    for number, row in enumerate(rows):
        if number and row.group is not rows[number - 1].group:
            above = {}
        cells, above = _cells(row, above, width)
        grid.append(_Line(cells, row.names))
        places += len(cells)
        if places > _MAX_PLACES:
            return []
    return grid


def _cells(row: _Row, above: dict[int, tuple[Cell, int]], width: int) -> tuple[list[Cell], dict[int, tuple[Cell, int]]]:
    """A row's cells by column, and those that reach down from it."""
    cells: list[Cell] = []
    below = {column: (cell, rows - 1) for column, (cell, rows) in above.items() if rows > 1}
    for element in row.cells:
        while len(cells) in above:
            cells.append(above[len(cells)][0])
        cell, rows = Cell(text_of(element)), _span(element, "rowspan")
        for _ in range(min(_span(element, "colspan"), width)):
            if len(cells) in above:
                break
            if rows > 1:
                below[len(cells)] = cell, rows - 1
            cells.append(cell)
    for column in sorted(column for column in above if column >= len(cells)):
        cells += [Cell() for _ in range(column - len(cells))]
        cells.append(above[column][0])
    return cells, below


def _span(cell: _Element, name: str) -> int:
    """How many columns or rows a cell says that it covers."""
    told = cell.get(name)
    said = re.match(r"\s*(\d{1,9})", told) if told else None
    return min(_MAX_SPAN, max(1, int(said.group(1)))) if said else 1


def _is_line(rows: Sequence[_Line], number: int) -> bool:
    """Whether a row is one cell that stands in no other row."""
    cell = rows[number].cells[0]
    near = [*rows[max(0, number - 1) : number], *rows[number + 1 : number + 2]]
    return all(other is cell for other in rows[number].cells) and not any(cell in row.cells for row in near)
