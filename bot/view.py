"""A passage as it is searched and read: broken lines joined, a row's cells after their headers. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.text import breaks
from bot.types import Passage, Piece, Span

BETWEEN_CELLS = "；"


@dataclass(frozen=True, slots=True)
class View:
    """The text of a passage as a person reads it, and the way back to the text it stands in."""

    text: str
    stretches: tuple[tuple[int, int, int], ...]  # (place here, place there, length) of what stands there, in order
    cells: tuple[Span, ...] = ()  # of a row: each cell with its header; empty elsewhere

    def origin(self, start: int, end: int) -> Span | None:
        """Where a stretch of this text stands; words that do not stand there are left off its two ends.

        None where nothing of it stands there, or not as one: it reaches from a cell into another.
        """
        own = [(max(start, here), min(end, here + length)) for here, _, length in self.stretches]
        own = [span for span in own if span[0] < span[1]]
        if any(self.text[left[1] : right[0]].strip() for left, right in pairwise(own)):
            return None
        return self.cover(start, end)

    def cover(self, start: int, end: int) -> Span | None:
        """From the first character of a stretch of this text that stands there to the last; None where none does."""
        told = [part for part in self.stretches if part[0] < end and start < part[0] + part[2]]
        if not told:
            return None
        (first, there, _), (last, where, length) = told[0], told[-1]
        return there + max(0, start - first), where + min(length, end - last)


def view(text: str, passage: Passage) -> View:
    """The view of a passage; `text` is the document's from the passage's start to its end."""
    return viewed(text, passage.pieces or ((passage.start, passage.end),), passage.start)


def viewed(text: str, pieces: Sequence[Piece], offset: int = 0) -> View:
    """The view of these pieces of a text that begins at `offset` in its document."""
    told: list[str] = []
    stretches = []
    length = began = 0
    cells: list[Span] = []
    for piece in pieces:
        if piece == BETWEEN_CELLS:
            cells.append((began, length))
            began = length + len(BETWEEN_CELLS)
        if isinstance(piece, tuple):
            words, start = text[piece[0] - offset : piece[1] - offset], piece[0]
        else:
            words, start = (piece, -1) if isinstance(piece, str) else (piece.words, piece.start)
        if start >= 0:
            stretches.append((length, start, len(words)))
        told.append(words)
        length += len(words)
    is_row = cells or any(isinstance(piece, str) and piece.strip() for piece in pieces)
    return View("".join(told), tuple(stretches), (*cells, (began, length)) if is_row else ())


def unbroken(text: str, spans: Sequence[Span], start: int, end: int, marks: Sequence[Span] = ()) -> tuple[Piece, ...]:
    """The pieces of a stretch without the line breaks inside these spans and without these marks of markup.

    None where there is nothing to leave out, or nothing else.
    """
    gaps = [gap for span in spans for gap in breaks(text, max(start, span[0]), min(end, span[1]))] + [
        (mark, "") for mark in _within(marks, start, end)
    ]
    pieces: list[Piece] = []
    place = start
    for (left, right), between in sorted(gaps):
        pieces += [(place, left)] if place < left else []
        pieces += [between] if between else []
        place = max(place, right)
    pieces += [(place, end)] if place < end else []
    return tuple(pieces) if gaps else ()


def unmarked(start: int, end: int, marks: Sequence[Span]) -> list[Span]:
    """A stretch without these marks of markup: what is left of it, in order."""
    edges = [start, *(place for mark in _within(marks, start, end) for place in mark), end]
    return [span for span in zip(edges[::2], edges[1::2], strict=True) if span[0] < span[1]]


def _within(marks: Sequence[Span], start: int, end: int) -> list[Span]:
    """What lies of these marks, which are in order, in a stretch."""
    first = bisect_right(marks, start, key=lambda mark: mark[1])
    last = bisect_left(marks, end, key=lambda mark: mark[0])
    return [(max(start, left), min(end, right)) for left, right in marks[first:last]]
