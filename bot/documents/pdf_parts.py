"""From pages to paragraphs and tables, column by column; what goes on overleaf is one. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.documents.builder import Cell
from bot.documents.pdf_columns import columns
from bot.documents.pdf_layout import Line, lines
from bot.documents.pdf_paragraphs import Measure, goes_on, measured
from bot.documents.pdf_running import Sheet
from bot.documents.pdf_tables import RuledTable

_LARGER = 1.1  # times the body's size is another size
_HEADING_LEADING = 2.2  # ems from line to line of one heading
_SAME_RULE = 3.0  # points

_CONTINUED = re.compile(r"[（(]?续\s*表.{0,10}|.{0,24}[（(]续\s*表?[)）]")
_NOWHERE = Measure(0, 0, 0, sure=False)


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """A column of a page: its whole lines and its tables, from the top."""

    page: int
    items: Sequence[Line | RuledTable]
    measure: Measure


@dataclass(eq=False, slots=True)
class Paragraph:
    """Lines with the page of each, and the column that the last one stands in."""

    lines: list[Line]
    pages: list[int]
    column: Column

    @property
    def text(self) -> str:
        """The words without the line breaks."""
        return "".join(line.text for line in self.lines)


@dataclass(eq=False, slots=True)
class PagedTable:
    """A table's rows with the page of each."""

    rows: list[Sequence[Cell]]
    pages: list[int]
    rules: Sequence[float]
    repeated: int = 0  # rows at its top that stand on later pages again


Part = Paragraph | PagedTable


@dataclass(frozen=True, slots=True)
class Body:
    """What the greater part of a document is set in."""

    size: float
    bold: bool

    def is_below(self, line: Line) -> bool:
        """Whether a line is set larger."""
        return line.size >= _LARGER * self.size

    def is_above(self, line: Line) -> bool:
        """Whether a line is set smaller, as notes are."""
        return line.size * _LARGER <= self.size

    def is_outdone_by(self, line: Line) -> bool:
        """Whether a line is set larger or bolder, as headings are."""
        return self.is_below(line) or (line.bold and not self.bold)


def columns_of(sheets: Sequence[Sheet]) -> list[Column]:
    """The columns of all pages, in reading order."""
    found: list[tuple[int, list[Line], list[RuledTable]]] = []
    for page, sheet in enumerate(sheets):
        items: list[Line | RuledTable] = [*sheet.lines, *sheet.tables]
        for column in columns(items):
            told = lines([item for item in column if isinstance(item, Line)])
            found.append((page, told, [item for item in column if isinstance(item, RuledTable)]))
    sure = {measure for _, told, _ in found if told and (measure := measured(told)).sure}
    known = sorted(sure, key=lambda one: (one.left, one.right))
    return [
        Column(page, sorted([*told, *tables], key=lambda item: item.top), measured(told, known) if told else _NOWHERE)
        for page, told, tables in found
    ]


def body_of(found: Sequence[Column]) -> Body:
    """What the greatest length of lines is set in."""
    sizes: defaultdict[float, float] = defaultdict(float)
    bold = 0.0
    for line in (item for column in found for item in column.items if isinstance(item, Line)):
        sizes[line.size] += line.x1 - line.x0
        bold += line.bold * (line.x1 - line.x0)
    return Body(max(sizes, key=lambda size: (sizes[size], -size), default=0.0), 2 * bold > sum(sizes.values()))


def parts_of(found: Sequence[Column], body: Body, sheets: Sequence[Sheet]) -> list[Part]:
    """The paragraphs and tables, in reading order; what a page repeats of a table is put with that page's head."""
    parts: list[Part] = []
    for column in found:
        head = sheets[column.page].head
        for item in column.items:
            if isinstance(item, RuledTable):
                head += _add_table(parts, item, column.page)
            elif parts and isinstance(parts[-1], PagedTable) and _is_continuation(item, parts[-1], column.page):
                head.append(item.text)
            else:
                _add_line(parts, item, column, body)
    return parts


def _add_line(parts: list[Part], line: Line, column: Column, body: Body) -> None:
    begun = _begun(parts, line, column, body)
    if begun:
        # Notes at the foot of the page before stand before a paragraph that goes on below them.
        parts.remove(begun)
        parts.append(begun)
        begun.lines.append(line)
        begun.pages.append(column.page)
        begun.column = column
    else:
        parts.append(Paragraph([line], [column.page], column))


def _begun(parts: Sequence[Part], line: Line, column: Column, body: Body) -> Paragraph | None:
    """The paragraph that a line goes on with: the last one, or in a new column the last above the notes of the old."""
    for part in reversed(parts):
        if not isinstance(part, Paragraph):
            return None
        same = part.column is column
        if goes_on(part.lines, part.column.measure, line, column.measure, same_column=same):
            return part
        if same and _is_one_heading(part, line, body):
            return part
        if same or not body.is_above(part.lines[0]):
            return None
    return None


def _is_one_heading(part: Paragraph, line: Line, body: Body) -> bool:
    """Whether a line in the middle goes on with a heading in the middle."""
    last = part.lines[-1]
    return (
        body.is_outdone_by(last)
        and (last.size, last.bold) == (line.size, line.bold)
        and line.bottom - last.bottom <= _HEADING_LEADING * line.size
        and abs(last.x0 + last.x1 - line.x0 - line.x1) <= 2 * line.size
        and abs(last.x0 - line.x0) > 0.5 * line.size
        and not (last.ends_sentence or line.begins_item)
    )


def _is_continuation(line: Line, table: PagedTable, page: int) -> bool:
    """Whether a line only says that the table before it goes on."""
    return table.pages[-1] < page and bool(_CONTINUED.fullmatch(line.text))


def _add_table(parts: list[Part], table: RuledTable, page: int) -> list[str]:
    """Adds a table, or its rows to the one that it goes on with; gives those at its top that only repeat that one's."""
    last = parts[-1] if parts else None
    if not isinstance(last, PagedTable) or not _is_rest(table, last, page):
        parts.append(PagedTable([*table.rows], [page] * len(table.rows), table.rules))
        return []
    again = _repeated(last.rows, table.rows)
    last.repeated = last.repeated or again
    last.rows += table.rows[again:]
    last.pages += [page] * (len(table.rows) - again)
    return ["\t".join({id(cell): cell.text for cell in row}.values()) for row in table.rows[:again]]


def _is_rest(table: RuledTable, before: PagedTable, page: int) -> bool:
    """Whether a table that stands first on a page is the rest of the one that stands last on the page before."""
    return (
        before.pages[-1] == page - 1
        and len(before.rules) == len(table.rules)
        and all(abs(one - other) <= _SAME_RULE for one, other in zip(before.rules, table.rules, strict=True))
    )


def _repeated(rows: Sequence[Sequence[Cell]], later: Sequence[Sequence[Cell]]) -> int:
    """How many rows at the top of a table its rest begins with again."""
    count = 0
    for row, again in zip(rows, later[:-1], strict=False):
        if [cell.text for cell in row] != [cell.text for cell in again]:
            break
        count += 1
    return count
