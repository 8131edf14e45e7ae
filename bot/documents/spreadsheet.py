"""What the sheets of an Excel file show: cells' texts, merged ranges, what is hidden (SpreadsheetML, ECMA-376 part 1).

Sheets are read as a stream, a row at a time: a file of 20 MiB holds some two million cells.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.documents.number_format import BUILT_IN, GENERAL, number_shown, text_shown
from bot.documents.opc import Element, Package, is_on, relation_id
from bot.errors import UnreadableDocument

MAX_CELLS = 1_000_000  # filled ones, of all sheets
_COLUMNS = 16_384
_MERGED_ROWS = 4_000_000  # of all merged ranges; ranges that lie upon each other would cost time without end
_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _RUN = (_M + name for name in ("c", "v", "f", "is", "t", "r"))
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a character that XML cannot hold is written
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)")


class Range(NamedTuple):
    """A stretch of cells, its ends included; the first row and the first column are 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """A sheet's cells as they are shown, those in hidden rows and columns too."""

    name: str
    part: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)  # row, column: text; no blank and no merged cells
    merged: list[tuple[Range, str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    header_rows: set[int] = field(default_factory=set)  # those with filters, and the first ones of Excel's own tables


@dataclass(slots=True)
class Workbook:
    """An Excel file's sheets, in order."""

    sheets: list[Sheet] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    unstored: int = 0  # formulas whose value the file does not hold


def read_workbook(package: Package) -> Workbook:
    """The visible sheets of an Excel file. Raises UnreadableDocument where they hold too many cells."""
    root = package.parse_main(f"{_M}workbook")
    relations = package.relations(package.main)
    formats = _formats(package)
    dates = root.find(f"{_M}workbookPr")
    reader = _Reader(_shared_strings(package), formats, is_on(dates, "date1904", "0"))
    workbook = Workbook()
    for element in root.iterfind(f"{_M}sheets/{_M}sheet"):
        name, relation = element.get("name", ""), relations.get(relation_id(element))
        if relation is None or relation.kind != "worksheet":
            continue
        if element.get("state", "visible") != "visible":
            workbook.hidden_sheets.append(name)
            continue
        sheet = Sheet(name, relation.target)
        reader.read(package, sheet)
        workbook.sheets.append(sheet)
    workbook.unstored = reader.unstored
    return workbook


class _Reader:
    """Reads sheets, and counts over all of them."""

    def __init__(self, strings: list[str], formats: list[str], date1904: bool) -> None:
        self.unstored = 0
        self._cells = 0
        self._strings = strings
        self._formats = formats
        self._date1904 = date1904

    def read(self, package: Package, sheet: Sheet) -> None:
        """Fills a sheet in."""
        row_tag, merged_tag, column_tag, filter_tag = (_M + name for name in ("row", "mergeCell", "col", "autoFilter"))
        number = 0
        ranges = []
        for element in _stream(package, sheet.part, row_tag, merged_tag, column_tag, filter_tag):
            if element.tag == row_tag:
                number = int(element.get("r", number + 1))
                if is_on(element, "hidden", "0"):
                    sheet.hidden_rows.add(number)
                if row := self._row(element):
                    sheet.rows[number] = row
            elif element.tag == merged_tag:
                ranges += _ranges(element)
            elif element.tag == filter_tag:
                sheet.header_rows.update(area.top for area in _ranges(element))
            elif element.tag == column_tag and is_on(element, "hidden", "0"):
                last = min(int(element.get("max")), _COLUMNS)
                sheet.hidden_columns.update(range(int(element.get("min")), last + 1))
        sheet.merged = list(_taken_out(ranges, sheet.rows))
        for part in package.related(sheet.part, "table"):
            table = package.parse(part)
            if table is not None and is_on(table, "headerRowCount"):
                sheet.header_rows.update(area.top for area in _ranges(table))

    def _row(self, element: Element) -> dict[int, str]:
        row = {}
        column = 0
        for cell in element.iterchildren(_CELL):
            reference = cell.get("r")
            column = _column(reference.rstrip("0123456789")) if reference else column + 1
            if (text := self._text(cell)).strip():
                row[column] = text
        self._cells += len(row)
        if self._cells > MAX_CELLS:
            raise UnreadableDocument(f"has over {MAX_CELLS:,} filled cells; split it into smaller files")
        return row

    def _text(self, cell: Element) -> str:
        """What a cell shows."""
        kind, style = cell.get("t", "n"), int(cell.get("s", 0))
        code = self._formats[style] if style < len(self._formats) else GENERAL
        formula, value = False, ""
        for child in cell:
            if child.tag == _VALUE:
                value = child.text or ""
            elif child.tag == _FORMULA:
                formula = True
            elif child.tag == _INLINE:
                value = _string(child)
        if not value:
            self.unstored += formula and kind != "str"
            return ""
        match kind:
            case "n":
                return _number(value, code, self._date1904)
            case "s":
                return text_shown(self._strings[int(value)], code)
            case "b":
                return "FALSE" if value == "0" else "TRUE"
            case "str":
                return text_shown(_unescaped(value), code)
            case _:
                return text_shown(value, code)


def _ranges(element: Element) -> list[Range]:
    """The range that an element refers to, in a list that is empty where it is none."""
    match = _RANGE.fullmatch(element.get("ref", ""))
    if not match:
        return []
    left, top, right, bottom = match.groups()
    return [Range(int(top), _column(left), int(bottom), _column(right))]


def _taken_out(ranges: Sequence[Range], rows: dict[int, dict[int, str]]) -> Iterator[tuple[Range, str]]:
    """Merged ranges and the texts at their upper left; their cells, of which the others are not seen, leave `rows`."""
    end = max(rows, default=0)
    steps = 0
    for area in ranges:
        bottom = min(area.bottom, end)
        steps += max(bottom - area.top, 0)
        if steps > _MERGED_ROWS:
            return
        text = rows.get(area.top, {}).get(area.left, "")
        for row in filter(None, map(rows.get, range(area.top, bottom + 1))):
            for column in [column for column in row if area.left <= column <= area.right]:
                del row[column]
        if text:
            yield area, text


def _number(value: str, code: str, date1904: bool) -> str:
    try:
        return number_shown(float(value), code, date1904)
    except ValueError:
        return value


def _stream(package: Package, part: str, *tags: str) -> Iterator[Element]:
    """The elements of a part with these tags; each is gone when the next one comes."""
    from lxml import etree

    file = package.open(part)
    if file is None:
        return
    with file:
        for _, element in etree.iterparse(file, tag=tags, resolve_entities=False, no_network=True):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _shared_strings(package: Package) -> list[str]:
    return [
        _string(element)
        for part in package.related(package.main, "sharedStrings")[:1]
        for element in _stream(package, part, f"{_M}si")
    ]


def _string(element: Element) -> str:
    """The text of a string, whose runs may look different; how it is pronounced is left out."""
    texts = (child.find(_TEXT) if child.tag == _RUN else child for child in element.iterchildren(_TEXT, _RUN))
    return _unescaped("".join(text.text or "" for text in texts if text is not None))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _formats(package: Package) -> list[str]:
    """The number format of each cell style."""
    own: dict[str, str] = {}
    formats: list[str] = []
    for part in package.related(package.main, "styles")[:1]:
        root = package.parse(part)
        if root is None:
            continue
        for element in root.iterfind(f"{_M}numFmts/{_M}numFmt"):
            own[element.get("numFmtId", "")] = element.get("formatCode", GENERAL)
        for element in root.iterfind(f"{_M}cellXfs/{_M}xf"):
            number = element.get("numFmtId", "0")
            formats.append(own.get(number) or BUILT_IN.get(int(number), GENERAL))
    return formats


@functools.lru_cache(maxsize=_COLUMNS)
def _column(letters: str) -> int:
    """A column's number by its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
