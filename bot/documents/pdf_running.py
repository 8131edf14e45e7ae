"""Running heads and feet: what pages repeat above and below their text, and their numbers. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.documents.pdf_layout import Line, joined, rows
from bot.documents.pdf_tables import RuledTable

_EDGE = 0.12  # of a page's height: its head and its foot stand no farther from the edge
_EDGE_ROWS = 3
_OFTEN = 3  # pages with the same line; where there are fewer than six, half of them

_DIGITS = re.compile(r"\d+")
_BARE_NUMBER = re.compile(r"\d{1,4}(?:\s*/\s*\d{1,4})?|[ivxlc]{1,7}")
_PAGE_NUMBER = re.compile(
    r"[-—–·•]\s*\d{1,4}\s*[-—–·•]|[-—–·•\s]*第\s*[\d一二三四五六七八九十百]+\s*页.{0,12}"
    r"|共\s*\d+\s*页.{0,4}第\s*\d+\s*页|[Pp]age\s*\d+(?:\s*of\s*\d+)?"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page: stretches of lines, tables, and what is printed askew, such as a watermark."""

    height: float
    lines: Sequence[Line]
    tables: Sequence[RuledTable] = ()
    askew: Sequence[str] = ()


@dataclass(slots=True)
class Sheet:
    """A page with its running lines apart from its text."""

    tables: Sequence[RuledTable]
    lines: list[Line] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a page's text."""

    line: Line
    stretches: Sequence[Line]
    from_top: int
    from_bottom: int
    place: float  # of its middle, from 0 at the page's top to 1
    is_apart: bool  # from the rows nearer to the page's middle

    @property
    def is_head(self) -> bool:
        return self.from_top < self.from_bottom

    @property
    def key(self) -> tuple[str, bool]:
        """The same for rows with the same text; where they stand apart, also for those that differ in numbers."""
        text = "".join(self.line.text.split())
        return _DIGITS.sub("0", text) if self.is_apart else text, self.is_head

    @property
    def is_at_edge(self) -> bool:
        return min(self.from_top, self.from_bottom) < _EDGE_ROWS and not _EDGE < self.place < 1 - _EDGE

    @property
    def is_page_number(self) -> bool:
        """Whether a first or last row is a page's number; a bare one only where it stands at the page's edge."""
        if min(self.from_top, self.from_bottom) > 0:
            return False
        bare = self.is_at_edge and _BARE_NUMBER.fullmatch(self.line.text)
        return bool(bare or _PAGE_NUMBER.fullmatch(self.line.text))


def sheets_of(pages: Sequence[Page]) -> list[Sheet]:
    """The pages with what several of them repeat at an edge, and their numbers, apart."""
    found = [_rows(page) for page in pages]
    repeats = Counter(key for page in found for key in {row.key for row in page if row.is_at_edge})
    often = min(_OFTEN, max(2, -(-len(pages) // 2)))
    return [_sheet(page, page_rows, repeats, often) for page, page_rows in zip(pages, found, strict=True)]


def _rows(page: Page) -> list[_Row]:
    told = [(joined(row), row) for row in rows(page.lines)]
    found = []
    for i, (line, row) in enumerate(told):
        from_bottom = len(told) - 1 - i
        if i < from_bottom:
            gap = told[i + 1][0].top - line.bottom
        else:
            gap = line.top - told[i - 1][0].bottom if i else math.inf
        place = (line.top + line.bottom) / 2 / page.height
        found.append(_Row(line, row, i, from_bottom, place, gap >= line.size))
    return found


def _sheet(page: Page, page_rows: Sequence[_Row], repeats: Counter[tuple[str, bool]], often: int) -> Sheet:
    sheet = Sheet(page.tables)
    for row in page_rows:
        if (row.is_at_edge and repeats[row.key] >= often) or row.is_page_number:
            (sheet.head if row.is_head else sheet.foot).append(row.line.text)
        else:
            sheet.lines += row.stretches
    sheet.foot += page.askew
    return sheet
