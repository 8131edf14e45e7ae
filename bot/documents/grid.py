"""The tables on a sheet's grid of cells: where one ends, which lines are its titles and its notes. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from bot.documents.builder import Builder, Cell
from bot.documents.dates import find_date
from bot.documents.headings import heading_level
from bot.documents.tables import header_rows
from bot.types import BlockKind

SHEET_LEVEL = 2  # of a sheet's name, which is seldom its workbook's title
_TITLE_LEVEL = 3  # of a table's title
_DEPTH = 8  # tables within parts of a sheet's parts
_PLACES = 4_000_000  # of a grid, empty ones too; cells strewn over more are no table
_LONGEST_TITLE = 40  # characters
_LONGEST_NAME = 20  # characters of a single cell at a table's foot that is a row of its own, such as 合计
_SENTENCE_END = "。！？!?；;，,、…"
_LABEL = re.compile(r"[：:]|^[（(]|^单位\b|^(附?注|备注|说明|(资料|数据)?来源)")
_VALUE = re.compile(r"[¥￥$€£+\-−]?[\d,.]+%?")


class Placed(NamedTuple):
    """A cell with text and the rows and columns that it covers, both ends included."""

    cell: Cell
    top: int
    left: int
    bottom: int
    right: int


_Row = list[Placed]
_Edge = Callable[[Placed], int]
_TOP, _LEFT, _BOTTOM, _RIGHT = (itemgetter(i) for i in range(1, 5))


def add_sheet(builder: Builder, placed: Sequence[Placed], marked: Collection[int] = (), depth: int = 0) -> None:
    """Adds what stands on a sheet; blank rows and blank columns part its tables.

    `marked` are rows that end a table's headers, as the file says.
    """
    bands = _bands(placed, _TOP, _BOTTOM)
    for i, band in enumerate(bands):
        head, body, foot = _parted(band)
        _add_lines(builder, head, titles=bool(body) or (len(head) <= 2 and i + 1 < len(bands)))
        parts = _bands(body, _LEFT, _RIGHT)
        for part in parts:
            if len(parts) > 1 and depth < _DEPTH:
                add_sheet(builder, part, marked, depth + 1)
            else:
                _add_grid(builder, part, marked)
        _add_lines(builder, foot, titles=False)


def add_table(builder: Builder, placed: Sequence[Placed]) -> None:
    """Adds all that stands on a sheet as one table with the lines above and below it."""
    head, body, foot = _parted(placed)
    _add_lines(builder, head, titles=bool(body))
    _add_grid(builder, body)
    _add_lines(builder, foot, titles=False)


def sheet_title(builder: Builder) -> str:
    """The title that stands over all else on a document's first sheet, but for the sheet's name; or the empty text."""
    headings = (
        block for block in builder.blocks[:2] if block.kind is BlockKind.HEADING and block.level == _TITLE_LEVEL
    )
    return next((builder.text[block.start : block.end] for block in headings), "")


def _bands(placed: Iterable[Placed], first: _Edge, last: _Edge) -> list[list[Placed]]:
    """Cells in groups between which nothing stands, from one side of the sheet to the other."""
    bands: list[list[Placed]] = []
    covered = 0
    for one in sorted(placed, key=first):
        if not bands or first(one) > covered + 1:
            bands.append([])
            covered = last(one)
        bands[-1].append(one)
        covered = max(covered, last(one))
    return bands


def _parted(placed: Sequence[Placed]) -> tuple[list[_Row], list[Placed], list[_Row]]:
    """The rows above a table, its cells, and the rows below it. Where no row has two cells there is no table."""
    cells = sorted(sorted(placed, key=_LEFT), key=_TOP)
    rows = [list(row) for _, row in groupby(cells, key=_TOP)]
    width = max(map(len, rows), default=0)
    if width < 2:
        return rows, [], []
    left = min(one.left for one in cells)
    first, last = 0, len(rows)
    while last - first > 1 and _is_above(rows[first], rows[first + 1][0].top, left, width):
        first += 1
    while last - first > 1 and _is_below(rows[last - 1], left, width):
        last -= 1
    return rows[:first], [one for row in rows[first:last] for one in row], rows[last:]


def _is_above(row: _Row, next_top: int, left: int, width: int) -> bool:
    """Whether a row over a table is a title, a unit or what tells of the table."""
    if any(one.bottom >= next_top for one in row):
        return False
    return _tells(row, width) or (len(row) == 1 and (row[0].left == left or row[0].right > row[0].left))


def _is_below(row: _Row, left: int, width: int) -> bool:
    """Whether a row under a table is a note."""
    text = row[0].cell.text.strip()
    return _tells(row, width) or (len(row) == 1 and row[0].left == left and len(text) > _LONGEST_NAME)


def _tells(row: _Row, width: int) -> bool:
    """Whether a row of few cells names what each of them tells, such as 单位：万元."""
    return len(row) < width and all(_LABEL.search(one.cell.text.strip()) for one in row)


def _add_lines(builder: Builder, rows: Sequence[_Row], titles: bool) -> None:
    """Adds a line a cell; with `titles` the short ones are headings."""
    for row in rows:
        for one in row:
            text = one.cell.text.strip()
            level = _TITLE_LEVEL if titles and _is_title(text) else heading_level(text)
            if level:
                builder.paragraph(text.split("\n"), BlockKind.HEADING, level)
            else:
                builder.line(text)


def _is_title(text: str) -> bool:
    if len(text) > _LONGEST_TITLE or text[-1] in _SENTENCE_END or _LABEL.search(text) or _VALUE.fullmatch(text):
        return False
    return not (find_date(text) and len(text) <= len("2022年12月31日"))


def _add_grid(builder: Builder, placed: Sequence[Placed], marked: Collection[int] = ()) -> None:
    """Adds a table; rows and columns in which no cell begins are left out, one column is lines."""
    tops, lefts = sorted(set(map(_TOP, placed))), sorted(set(map(_LEFT, placed)))
    if len(lefts) < 2 or len(tops) * len(lefts) > _PLACES:
        for _, row in groupby(sorted(placed, key=_TOP), key=_TOP):
            builder.line(" ".join(one.cell.text for one in row))
        return
    rows = _grid(placed, tops, lefts)
    headers = max((i for i, top in enumerate(tops, 1) if top in marked), default=0)
    builder.table(rows, max(header_rows(rows), header_rows(rows, headers)))


def _grid(placed: Sequence[Placed], tops: list[int], lefts: list[int]) -> list[list[Cell]]:
    """Cells in rows and columns, of which each is told by the first place that it covers on the sheet."""
    row_at, column_at = ({place: i for i, place in enumerate(places)} for places in (tops, lefts))
    grid: list[list[Cell | None]] = [[None] * len(lefts) for _ in tops]
    free = len(tops) * len(lefts)  # merged cells that lie upon each other, a fault, would need more places
    for cell, top, left, bottom, right in placed:
        row, column = row_at[top], column_at[left]
        height, width = bisect_right(tops, bottom) - row, bisect_right(lefts, right) - column
        free -= height * width
        if height * width == 1 or free < 0:
            grid[row][column] = cell
        else:
            for covered in grid[row : row + height]:
                covered[column : column + width] = [cell] * width
    return [[cell or Cell() for cell in row] for row in grid]
