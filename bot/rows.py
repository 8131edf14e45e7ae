"""A table's rows as they are searched and read: each cell after what its column is called. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.text import fold
from bot.types import Outside, Piece, Span, Table
from bot.values import find_values
from bot.view import BETWEEN_CELLS

_UNIT = re.compile(r"\s*[（(]\s*(?:单位\s*[：:])?\s*([^（）()]{1,6}?)\s*[)）]$")
_TABLE_UNIT = re.compile(r"(?:(?<![\u4e00-\u9fff])|计量|金额)单位\s*[：:]\s*([^\s，,；;（）()]{1,6})")
_BARE = re.compile(r"[-+]?(?:\d[\d,]*(?:\.\d+)?|[*×■]+(?:\.[*×■]+)?)")
_NO_AMOUNT = re.compile("序号|编号|年份|年度|月份|日期|名次|排名|代码|电话|率|比|占|%|人|数|次")
_LABEL = 30  # characters of a row's first cell that may stand before its other parts


def row_pieces(text: str, table: Table, caption: str, longest: int) -> Iterator[list[Piece]]:
    """The pieces of each row under the headers, in order: `地区：巴彦淖尔；指标：网格员；数量：23700人`.

    What stands in the row is a span, a cell merged with one above is `Outside`, headers and units
    are words. A row over `longest` characters is told in parts, each after the row's
    first cell. `caption` may give the unit of the table's bare numbers.
    """
    names = [_named(text, table, column) for column in range(max(map(len, table.rows), default=0))]
    over = _TABLE_UNIT.search(caption)
    unit = over.group(1) if over and _is_unit(over.group(1)) else ""
    units = [own or ("" if _NO_AMOUNT.search(name) else unit) for name, own in names]
    bare = [_holds_bare(text, table, column) for column in range(len(names))]
    labels = [
        f"{name}（{unit}）" if unit and is_bare and not own else name
        for (name, own), unit, is_bare in zip(names, units, bare, strict=True)
    ]
    above = {span for row in table.rows[: table.headers] for span in row}
    for row in table.rows[table.headers :]:
        cells = [
            _cell(text, span, labels[column], units[column], span in above)
            for column, span in enumerate(row)
            if span[0] < span[1] and (column == 0 or row[column - 1] != span)
        ]
        above.update(row)
        if not table.headers and len(cells) == 2 and len(row) == 2:  # a name and its value
            cells = [[*cells[0], "：", *cells[1]]]
        if any(isinstance(piece, tuple) for cell in cells for piece in cell):
            yield from _parts(text, cells, longest)


def titles(text: str, table: Table) -> list[str]:
    """What stands over all columns of a table in rows of its own: its title, its unit."""
    rows = [row for row in table.rows[: table.headers] if is_title(row)]
    return [words for row in rows if (words := " ".join(text[slice(*row[0])].split()))]


def is_title(row: Sequence[Span]) -> bool:
    """Whether one cell covers all columns of a row."""
    return len(row) > 1 and len(set(row)) == 1


def _named(text: str, table: Table, column: int) -> tuple[str, str]:
    """What a column is called, by all the rows of the header, and the unit that the name gives in brackets."""
    told = []
    for row in table.rows[: table.headers]:
        if is_title(row):
            continue
        words = " ".join(text[slice(*row[column])].split()) if column < len(row) else ""
        if words and words not in told:
            told.append(words)
    name = " ".join(told)
    match = _UNIT.search(name)
    return name, match.group(1) if match and _is_unit(match.group(1)) else ""


def _is_unit(words: str) -> bool:
    """Whether words count or measure: 万元, 人, %."""
    values = find_values(f"1{words}")
    return len(values) == 1 and bool(values[0].unit) and values[0].end == 1 + len(words)


def _holds_bare(text: str, table: Table, column: int) -> bool:
    """Whether a column's cells are numbers without a unit, for the most part."""
    cells = [fold(text[slice(*row[column])]) for row in table.rows[table.headers :] if column < len(row)]
    told = [cell for cell in cells if cell]
    return 2 * sum(bool(_BARE.fullmatch(cell)) for cell in told) > len(told)


def _cell(text: str, span: Span, name: str, unit: str, elsewhere: bool) -> list[Piece]:
    words = text[slice(*span)]
    pieces: list[Piece] = [f"{name}："] if name else []
    pieces.append(Outside(words, span[0]) if elsewhere else span)
    if unit and _BARE.fullmatch(fold(words)):
        pieces.append(unit)
    return pieces


def _parts(text: str, cells: Sequence[list[Piece]], longest: int) -> Iterator[list[Piece]]:
    """A row's cells in one part, or, where that is too long, in parts of whole cells after the first one's words."""
    label = "".join(_words(text, piece) for piece in cells[0])
    part: list[Piece] = []
    for number, cell in enumerate(cells):
        if part and _length(part) + _length(cell) > longest:
            yield part
            part = [label] if number and len(label) <= _LABEL else []
        part += [BETWEEN_CELLS, *cell] if part else cell
    if any(isinstance(piece, tuple) for piece in part):
        yield part


def _length(pieces: Sequence[Piece]) -> int:
    return sum(piece[1] - piece[0] if isinstance(piece, tuple) else len(_words("", piece)) for piece in pieces)


def _words(text: str, piece: Piece) -> str:
    if isinstance(piece, tuple):
        return text[slice(*piece)]
    return piece if isinstance(piece, str) else piece.words
