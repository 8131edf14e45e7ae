"""A document's text as its page shows it: blocks, tables, and the span that is marked. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.links import text_version
from bot.text import breaks
from bot.types import Block, BlockKind, Span, StoredDocument, Table

TITLE = 1  # the heading that is the document's title; the document's own headings are 2 to 4
BREAK, SPACE = "break", "space"  # what stands for a line break of the layout: nothing, or a space

_MOST_CELLS = 50_000  # of a table shown as one; that many take a second, more are shown as lines
_BETWEEN_CELLS = re.compile(r"[\s|:+=-]*")  # what parts a table's cells, in tabs or in Markdown's signs
_Gap = tuple[int, int, str]  # where a line break of the layout begins and ends, and what stands for it
_JOINED = (BlockKind.PARAGRAPH, BlockKind.HEADING)  # in these a line break is the layout's


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is shown in one way."""

    start: int
    text: str
    marked: bool
    gap: str = ""  # BREAK or SPACE; empty where it is no line break of the layout


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, and how many rows and columns it covers."""

    runs: tuple[Run, ...]
    rows: int
    columns: int

    @property
    def marked(self) -> bool:
        """Whether any of it is marked."""
        return any(run.marked for run in self.runs)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the cells that begin in it."""

    cells: tuple[Cell, ...]
    names: bool  # whether it names the columns


@dataclass(frozen=True, slots=True)
class Section:
    """A block of a document, or the text between two; ``kind`` is empty where all is blank."""

    kind: str
    runs: tuple[Run, ...] = ()
    heading: int = 0  # TITLE, or 2 to 4; of what is no heading 0
    rows: tuple[Row, ...] = ()  # of a table, which has no runs of its own
    page: int | None = None  # the page that begins with this section

    def all_runs(self) -> Iterator[Run]:
        """Its runs, or those of its cells."""
        yield from self.runs
        for row in self.rows:
            for cell in row.cells:
                yield from cell.runs


def requested_span(text: str, arguments: Mapping[str, str]) -> tuple[Span | None, str]:
    """The span that a link asks to mark, and the name of the note that says what became of it.

    Both are empty where none is asked for; the note is ``marked``, ``stale`` where the text is
    not the one the link was made for, or ``outside`` where the offsets are not in the text.
    """
    if "start" not in arguments and "end" not in arguments:
        return None, ""
    if "v" in arguments and arguments["v"] != text_version(text):
        return None, "stale"
    start, end = _offset(arguments.get("start", "")), _offset(arguments.get("end", ""))
    if start is None or end is None or not start < end <= len(text):
        return None, "outside"
    return (start, end), "marked"


def sections(stored: StoredDocument, span: Span | None) -> list[Section]:
    """The whole text in order: its blocks, what stands between them, and the marked span.

    Of a table, what only parts its cells is left out.
    """
    made: list[Section] = []
    page = min(1, len(stored.page_starts))
    for start, end, block in _stretches(stored):
        if start < end:
            section, before = _section(stored.text, start, end, block, span), page
            page = bisect_right(stored.page_starts, start) if section.kind else page
            made.append(replace(section, page=page if page > before else None))
    return _with_title(made, stored.document.title)


def anchor(made: Iterable[Section]) -> int | None:
    """Where the run begins that a link's fragment scrolls to: the first that is marked, blank ones aside."""
    marked = [run for section in made for run in section.all_runs() if run.marked]
    return min(marked, key=lambda run: (run.text.isspace(), run.start)).start if marked else None


def _with_title(made: list[Section], title: str) -> list[Section]:
    """The sections, with the heading that is the document's title as such, where one is."""
    for index, section in enumerate(made):
        if section.heading and _letters("".join(run.text for run in section.runs)) == _letters(title):
            made[index] = replace(section, heading=TITLE)
            break
    return made


def _letters(text: str) -> str:
    """The text without white space, which a title broken over lines has where its name has none."""
    return "".join(text.split())


def _offset(digits: str) -> int | None:
    # int() alone would also take "1_0", " 1" and digits of other scripts.
    return int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else None


def _stretches(stored: StoredDocument) -> Iterator[tuple[int, int, Block | None]]:
    """Every character of the text in one stretch: a block, or what stands between two."""
    at = 0
    for block in stored.blocks:
        yield at, block.start, None
        yield block.start, block.end, block
        at = block.end
    yield at, len(stored.text), None


def _section(text: str, start: int, end: int, block: Block | None, span: Span | None) -> Section:
    if block and block.table and _can_be_shown(text, block, block.table):
        return Section(block.kind.value, rows=tuple(_rows(text, block.table, span)))
    gaps = _gaps(text, start, end) if block and block.kind in _JOINED else ()
    runs = tuple(_runs(text, start, end, span, gaps))
    if block is None or block.kind is BlockKind.TABLE:
        return Section("" if text[start:end].isspace() else BlockKind.PARAGRAPH.value, runs)
    # Levels 1 and 2 are h2, 3 and 4 are h3, deeper ones h4.
    heading = min(2 + max(block.level - 1, 0) // 2, 4) if block.kind is BlockKind.HEADING else 0
    return Section(block.kind.value, runs, heading)


def _gaps(text: str, start: int, end: int) -> Iterator[_Gap]:
    """The line breaks in a stretch, with the white space around them, and what stands for each."""
    for (left, right), between in breaks(text, start, end):
        yield left, right, SPACE if between else BREAK


def _runs(text: str, start: int, end: int, span: Span | None, gaps: Iterable[_Gap] = ()) -> Iterator[Run]:
    at = start
    for left, right, gap in gaps:
        yield from _cut(text, at, left, span)
        yield from _cut(text, left, right, span, gap)
        at = right
    yield from _cut(text, at, end, span)


def _cut(text: str, start: int, end: int, span: Span | None, gap: str = "") -> Iterator[Run]:
    low, high = (min(max(offset, start), end) for offset in span or (end, end))
    for left, right, marked in ((start, low, False), (low, high, True), (high, end, False)):
        if left < right:
            yield Run(left, text[left:right], marked, gap)


def _can_be_shown(text: str, block: Block, table: Table) -> bool:
    """Whether a table is not too large, and its cells, in order, have all of its block's words, each once."""
    if sum(map(len, table.rows)) > _MOST_CELLS:
        return False
    at = block.start
    for start, end in dict.fromkeys(cell for row in table.rows for cell in row if cell[0] < cell[1]):
        if start < at or not _BETWEEN_CELLS.fullmatch(text, at, start):
            return False
        at = end
    return at <= block.end and bool(_BETWEEN_CELLS.fullmatch(text, at, block.end))


def _rows(text: str, table: Table, span: Span | None) -> Iterator[Row]:
    told: set[Span] = set()
    covered: set[tuple[int, int]] = set()  # rows and columns that a cell covers which begins elsewhere
    for number, row in enumerate(table.rows):
        cells = []
        for column, (start, end) in enumerate(row):
            if (number, column) in covered:
                continue
            rows, columns = _extent(table, number, column)
            if rows * columns > 1:
                covered |= {(r, c) for r in range(number, number + rows) for c in range(column, column + columns)}
            runs = () if (start, end) in told else tuple(_runs(text, start, end, span))
            told.add((start, end))
            cells.append(Cell(runs, rows, columns))
        yield Row(tuple(cells), number < table.headers)


def _extent(table: Table, number: int, column: int) -> tuple[int, int]:
    """How many rows and columns the cell covers that begins there."""
    row = table.rows[number]
    right = column + 1
    while right < len(row) and row[right] == row[column]:
        right += 1
    below = number + 1
    while below < len(table.rows) and table.rows[below][column:right] == row[column:right]:
        below += 1
    return below - number, right - column
