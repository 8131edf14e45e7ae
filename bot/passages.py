"""Documents to passages: stretches of whole sentences, with their offsets and headings kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from bot.config import Passages
from bot.text import Span, clauses, sentences
from bot.types import BlockKind, Passage, StoredDocument


def split(stored: StoredDocument, sizes: Passages) -> list[Passage]:
    """The passages of a document, in order.

    A passage is a stretch of neighbouring paragraphs, or of one long paragraph's sentences, of
    `sizes.min_chars` to `sizes.max_chars` characters where the text allows it. It never crosses a
    heading or furniture, and cuts a sentence only where that alone is longer. Headings are
    passages' headings and, since they are text too, begin the passage after them.
    """
    passages = []
    for heading, units in _sections(stored):
        for start, end in _packed(stored.text, units, sizes):
            digest = hashlib.sha256(f"{stored.document.id}\n{start}\n{end}".encode("utf-8", "replace"))
            passages.append(
                Passage(digest.hexdigest()[:16], stored.document.id, start, end, heading, stored.page(start))
            )
    return passages


def _sections(stored: StoredDocument) -> Iterator[tuple[str, list[Span]]]:
    """Each stretch between headings and furniture: its heading, and its blocks, the heading among them."""
    heading: str = ""
    units: list[Span] = []
    only_headings = True
    for block in stored.blocks:
        if block.kind is BlockKind.PARAGRAPH:
            units.append((block.start, block.end))
            only_headings = False
            continue
        if units and not (only_headings and block.kind is BlockKind.HEADING):
            yield heading, units
            units, only_headings = [], True
        if block.kind is BlockKind.HEADING:
            heading = stored.text[block.start : block.end].lstrip("# ")
            units.append((block.start, block.end))
    if units:
        yield heading, units


def _packed(text: str, units: list[Span], sizes: Passages) -> Iterator[Span]:
    """The units joined while they are short, and cut where they are long."""
    start = end = -1
    for unit in _cut(text, units, sizes.max_chars):
        short = end - start < sizes.min_chars or unit[1] - unit[0] < sizes.min_chars / 2
        if start >= 0 and short and unit[1] - start <= sizes.max_chars:
            end = unit[1]
            continue
        if start >= 0:
            yield start, end
        start, end = unit
    if start >= 0:
        yield start, end


def _cut(text: str, units: list[Span], longest: int) -> Iterator[Span]:
    """The units, those over `longest` in parts of about the same length that end with a sentence."""
    for unit in units:
        length = unit[1] - unit[0]
        goal = length / -(-length // longest)
        start = end = -1
        for piece in _pieces(text, unit, longest):
            if start >= 0 and end - start < goal and piece[1] - start <= longest:
                end = piece[1]
                continue
            if start >= 0:
                yield start, end
            start, end = piece
        yield start, end


def _pieces(text: str, unit: Span, longest: int) -> Iterator[Span]:
    """A unit's sentences; the clauses of one over `longest`; stretches of a clause over that."""
    if unit[1] - unit[0] <= longest:
        yield unit
        return
    for sentence in sentences(text, *unit):
        if sentence[1] - sentence[0] <= longest:
            yield sentence
            continue
        for start, end in clauses(text, *sentence):
            for place in range(start, end, longest):
                yield place, min(end, place + longest)
