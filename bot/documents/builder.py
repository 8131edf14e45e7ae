"""Puts a document's text and blocks together from its parts, in the order in which a person reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.documents.extracted import normalised
from bot.types import Block, BlockKind, Span, Table


@dataclass(eq=False, slots=True)
class Cell:
    """A table's cell. A merged one is the same object in every place that it covers."""

    text: str = ""


class Builder:
    """Collects parts; `text`, `blocks` and `page_starts` are those of an `Extracted`."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.page_starts: list[int] = []
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """All that was added, a line each."""
        return "".join(self._parts)

    def page(self) -> None:
        """What follows begins a page."""
        self.page_starts.append(self._length)

    def line(self, text: str, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        """Adds a block; each line of a text that has several is one. `level` is a heading's, 1 the outermost."""
        for line in re.split("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+", normalised(text)):
            if line.strip():
                self._block(line, kind, level)

    def paragraph(self, lines: Sequence[str], kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        """Adds one block of lines that the layout broke in mid-sentence."""
        told = [line for line in map(normalised, lines) if line.strip()]
        if told:
            self._block("\n".join(told), kind, level)

    def table(self, rows: Sequence[Sequence[Cell]], headers: int) -> None:
        """Adds a table, a line a row with tabs between its cells; `headers` rows at its top name the columns.

        Of a merged cell the first place holds the text; all its places have that offset.
        """
        places: dict[int, Span] = {}
        grid: list[tuple[Span, ...]] = []
        for row in rows:
            spans: list[Span] = []
            written = False
            for cell in row:
                if id(cell) not in places:
                    if written:
                        self._write("\t")
                    written = True
                    text = normalised(cell.text).replace("\t", " ").strip()
                    places[id(cell)] = (self._length, self._length + len(text))
                    self._write(text)
                spans.append(places[id(cell)])
            if written:
                self._write("\n")
            grid.append(tuple(spans))
        told = [span for span in places.values() if span[0] < span[1]]
        if told:
            start, end = min(told)[0], max(end for _, end in told)
            self.blocks.append(Block(start, end, BlockKind.TABLE, table=Table(tuple(grid), headers)))

    def _block(self, text: str, kind: BlockKind, level: int) -> None:
        lead = len(text) - len(text.lstrip())
        self.blocks.append(Block(self._length + lead, self._length + len(text.rstrip()), kind, level))
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)
