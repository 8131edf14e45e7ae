"""What a table's look tells: which of its rows name the columns, and whether it is one at all. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.documents.builder import Cell

_VALUE = re.compile(r"[¥￥$€£+\-−约超近]*\s*[\d*×■]")  # begins as a number or a mask does
_PERIOD = re.compile(
    r"(?:19|20)\d{2}(?:[-—至]\d{2,4})?(?:年度?(?:\d{1,2}月)?|[./-]\d{1,2})?|\d{1,2}月份?|\d{1,2}[-—至]\d{1,2}月"
)
_LONGEST_NAME = 30  # characters of a cell that names a column
_LONGEST_CELL = 200  # characters, on the average, of a cell of a table that is not there for the layout


def header_rows(rows: Sequence[Sequence[Cell]], marked: int = 0) -> int:
    """How many rows at the top of a table name its columns; `marked` says how many the file itself marks.

    By their look: a first row that holds no values over rows that do, or three columns and more
    of which the first row is all short names; with it the rows under a name that spans columns.
    Two columns without such a row are names and their values.
    """
    if marked:
        return min(marked, len(rows) - 1)
    titles = next((number for number, row in enumerate(rows) if not _is_title(row)), len(rows))
    return titles + _naming(rows[titles:]) if titles < len(rows) else 0


def _is_title(row: Sequence[Cell]) -> bool:
    """Whether one cell covers all of a row, as a table's title does."""
    return len(row) > 1 and all(cell is row[0] for cell in row)


def _naming(rows: Sequence[Sequence[Cell]]) -> int:
    """How many of the first rows name the columns."""
    if len(rows) < 2 or not rows[0] or not _names(rows[0]):
        return 0
    rest = rows[1:]
    columns = len(rows[0])
    if columns == 2:
        values = sum(_is_value(row[1].text) for row in rest if len(row) > 1)
        if values < 0.6 * len(rest) or _is_value(rows[0][1].text):
            return 0
    count = 1
    while count < len(rows) - 1 and _spans(rows[count - 1]) and _names(rows[count]):
        count += 1
    return count


def is_data(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether rows of cells are a table, and not a page's layout: two columns and more, of short cells."""
    cells = {id(cell): cell for row in rows for cell in row if cell.text.strip()}
    if max((len({id(cell) for cell in row}) for row in rows), default=0) < 2 or not cells:
        return False
    return sum(len(cell.text) for cell in cells.values()) <= _LONGEST_CELL * len(cells)


def _names(row: Sequence[Cell]) -> bool:
    """Whether a row's cells are short, no values, and tell different things."""
    texts = [cell.text.strip() for cell in row if cell.text.strip()]
    cells = {id(cell) for cell in row if cell.text.strip()}
    return (
        len(cells) >= min(2, len(row))
        and len({*texts}) >= len(cells) / 2
        and all(len(text) <= _LONGEST_NAME and not _is_value(text) for text in texts)
    )


def _is_value(text: str) -> bool:
    return bool(_VALUE.match(text.strip())) and not _PERIOD.fullmatch(text.strip())


def _spans(row: Sequence[Cell]) -> bool:
    """Whether a cell of the row covers several columns."""
    return any(left is right and left.text.strip() for left, right in pairwise(row))
