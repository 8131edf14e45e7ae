"""Tables in plain text, their cells parted by commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bot.documents.builder import Builder, Cell
from bot.documents.encodings import decode
from bot.documents.extracted import Extracted
from bot.documents.grid import Placed, add_table, sheet_title
from bot.errors import UnreadableDocument

MAX_CELLS = 1_000_000  # filled ones
_DELIMITERS = ",\t;|"  # where two part a file as well, the first
_SAMPLE = 200  # rows that tell what parts the cells


def read(path: Path) -> Iterator[Extracted]:
    """The document in a file of comma-separated values: one table, and the lines above and below it."""
    text = decode(path.read_bytes())
    builder = Builder()
    add_table(builder, list(_placed(text)))
    if builder.blocks:
        yield Extracted(builder.text, builder.blocks, title=sheet_title(builder))


def _placed(text: str) -> Iterator[Placed]:
    """The cells that are not blank, each in its row and column."""
    delimiter = _delimiter(text)
    count = 0
    try:
        for top, row in enumerate(_rows(text, delimiter)):
            for left, value in enumerate(row):
                if value.strip():
                    count += 1
                    yield Placed(Cell(value.strip()), top, left, top, left)
            if count > MAX_CELLS:
                raise UnreadableDocument(f"has over {MAX_CELLS:,} filled cells; split it into smaller files")
    except csv.Error:
        raise UnreadableDocument("has a quotation mark that is never closed; close it or take it out") from None


def _delimiter(text: str) -> str:
    """The character that parts most rows into the same number of cells, two or more; a comma where none does."""

    def alike(delimiter: str) -> int:
        try:
            widths = Counter(len(row) for row in islice(_rows(text, delimiter), _SAMPLE) if len(row) > 1)
        except csv.Error:
            return 0
        return max(widths.values(), default=0)

    return max(_DELIMITERS, key=alike)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
