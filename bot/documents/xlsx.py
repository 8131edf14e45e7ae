"""Excel workbooks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.documents.builder import Builder, Cell
from bot.documents.drawings import text_boxes
from bot.documents.extracted import Extracted
from bot.documents.grid import SHEET_LEVEL, Placed, add_sheet, sheet_title
from bot.documents.opc import Package
from bot.documents.spreadsheet import Sheet, Workbook, read_workbook
from bot.types import BlockKind

_DEFAULT_NAME = re.compile(r"(sheet|worksheet|table|工作表|表格?)[ _]?\d*", re.IGNORECASE)


def read(path: Path) -> Iterator[Extracted]:
    """The document in an Excel file: the values that it shows, sheet by sheet."""
    with Package(path) as package:
        properties = package.properties()
        workbook = read_workbook(package)
        boxes = {sheet.part: text_boxes(package, sheet.part) for sheet in workbook.sheets}
    placed = {sheet.part: _visible(sheet) for sheet in workbook.sheets}
    told = [sheet for sheet in workbook.sheets if placed[sheet.part] or boxes[sheet.part]]
    builder = Builder()
    for sheet in told:
        if len(told) > 1 or not _DEFAULT_NAME.fullmatch(sheet.name):
            builder.line(sheet.name, BlockKind.HEADING, SHEET_LEVEL)
        rows = _Axis(sheet.hidden_rows)
        add_sheet(builder, placed[sheet.part], {rows.place(number) for number in sheet.header_rows})
        for line in boxes[sheet.part]:
            builder.line(line)
    if builder.blocks:
        yield Extracted(
            builder.text,
            builder.blocks,
            title=sheet_title(builder),
            oddities=list(_oddities(workbook)),
            property_title=properties.title,
            property_author=properties.author,
            property_date=properties.date,
        )


class _Axis:
    """The rows or the columns of a sheet that are seen, counted on without those that are hidden."""

    def __init__(self, hidden: Iterable[int]) -> None:
        self._hidden = sorted(hidden)

    def place(self, number: int) -> int:
        """How many of those that are seen stand before a row or a column."""
        return number - 1 - bisect_left(self._hidden, number)


def _visible(sheet: Sheet) -> list[Placed]:
    """A sheet's cells without those in hidden rows and columns, on the grid of what is seen."""
    rows, columns = _Axis(sheet.hidden_rows), _Axis(sheet.hidden_columns)
    placed = []
    for area, text in sheet.merged:
        top, bottom = rows.place(area.top), rows.place(area.bottom + 1) - 1
        left, right = columns.place(area.left), columns.place(area.right + 1) - 1
        if top <= bottom and left <= right:
            placed.append(Placed(Cell(text), top, left, bottom, right))
    for number, row in sheet.rows.items():
        if number not in sheet.hidden_rows:
            top = rows.place(number)
            seen = [(column, columns.place(column)) for column in row if column not in sheet.hidden_columns]
            placed += [Placed(Cell(row[column]), top, left, top, left) for column, left in seen]
    return placed


def _oddities(workbook: Workbook) -> Iterator[str]:
    """What is not seen of a workbook, and what its file does not hold."""
    if workbook.hidden_sheets:
        yield f"hidden sheets are left out: {', '.join(workbook.hidden_sheets)}"
    for sheet in workbook.sheets:
        rows = sheet.hidden_rows & sheet.rows.keys()
        columns = sheet.hidden_columns & {column for row in sheet.rows.values() for column in row}
        hidden = [_counted(len(found), word) for found, word in ((rows, "row"), (columns, "column")) if found]
        if hidden:
            yield f"hidden cells of the sheet {sheet.name} are left out: {' and '.join(hidden)}"
    if workbook.unstored:
        formulas = f"{_counted(workbook.unstored, 'formula')} {'has' if workbook.unstored == 1 else 'have'}"
        yield f"{formulas} no stored value; open and save the file in Excel or LibreOffice"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
