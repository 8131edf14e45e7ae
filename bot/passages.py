"""Documents to passages: stretches of whole sentences, and rows of tables, with their offsets and headings kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from bot.config import Passages
from bot.rows import row_pieces, titles
from bot.text import clauses, sentences
from bot.types import Block, BlockKind, Outside, Passage, Piece, Span, StoredDocument
from bot.view import unbroken, unmarked, viewed

_MARK = re.compile(r"\A(?:#+[ \t]*|[A-Z](?=[\u3400-\u9fff*])|[■◆●★▲]\s*)")  # before a heading's own words
_LONGEST_CAPTION = 40  # characters
_CAPTIONS = 2  # paragraphs over a table that may name it and its unit
_Path = tuple[str, ...]
_Stretch = tuple[_Path, Span, tuple[Piece, ...]]


def split(stored: StoredDocument, sizes: Passages) -> list[Passage]:
    """The passages of a document, in order.

    A passage is a row of a table, or a stretch of neighbouring paragraphs, or of one long
    paragraph's sentences, of `sizes.min_chars` to `sizes.max_chars` characters where the text
    allows it. It never crosses a heading, furniture or a table, and cuts a sentence only where
    that alone is longer. Headings are the path of the passages under them and, since they are
    text too, begin the passage after them. A table's header is in the pieces of its rows.
    """
    passages = []
    for path, (start, end), pieces in _stretches(stored, sizes):
        name = passage_id(stored.document.id, start, end)
        passages.append(Passage(name, stored.document.id, start, end, path, stored.page(start), pieces))
    return passages


def passage_id(document_id: str, start: int, end: int) -> str:
    """16 hexadecimal digits of a passage's place: the same place has the same id."""
    return hashlib.sha256(f"{document_id}\n{start}\n{end}".encode("utf-8", "replace")).hexdigest()[:16]


def _heading_words(text: str, block: Block) -> str:
    """A heading's own words: without the mark or letter before it, on one line."""
    words = "".join(block.read(text).split("\n")).strip()
    is_marked = any(start == block.start for start, _ in block.marks)  # then what comes first is the heading's own
    return words if is_marked else _MARK.sub("", words).strip()


def _stretches(stored: StoredDocument, sizes: Passages) -> Iterator[_Stretch]:
    """Each passage's path, span and pieces; the pieces are empty where they are the whole span."""
    above: list[tuple[int, str]] = []  # the headings above, each with its level
    units: list[Block] = []  # headings and paragraphs since the last passage's
    for number, block in enumerate(stored.blocks):
        path = tuple(words for _, words in above)
        if block.kind is BlockKind.PARAGRAPH:
            units.append(block)
            continue
        if any(unit.kind is BlockKind.PARAGRAPH for unit in units) or block.kind is not BlockKind.HEADING:
            yield from _of_text(stored.text, path, units, sizes)
            units = []
        if block.kind is BlockKind.HEADING:
            words = _heading_words(stored.text, block)
            above = [*(heading for heading in above if heading[0] < block.level), (block.level, words)]
            units.append(block)
        elif block.table:
            yield from _of_rows(stored.text, path, block, _captions(stored, number), sizes)
    yield from _of_text(stored.text, tuple(words for _, words in above), units, sizes)


def _of_text(text: str, path: _Path, units: Sequence[Block], sizes: Passages) -> Iterator[_Stretch]:
    for start, end in _packed(text, units, sizes):
        inside = [(unit.start, unit.end) for unit in units if unit.start < end and start < unit.end]
        marks = [mark for unit in units for mark in unit.marks]
        yield path, (start, end), unbroken(text, inside, start, end, marks)


def _of_rows(text: str, path: _Path, block: Block, captions: Sequence[str], sizes: Passages) -> Iterator[_Stretch]:
    assert block.table
    captions = [*captions, *titles(text, block.table)]
    for pieces in row_pieces(text, block.table, "\n".join(captions), sizes.max_chars):
        spans = [piece for piece in pieces if isinstance(piece, tuple)]
        start, end = spans[0][0], spans[-1][1]
        if len(spans) > 1 or end - start <= sizes.max_chars:
            yield (*path, *captions), (start, end), _without(pieces, block.marks)
            continue
        words = [piece for piece in pieces[: pieces.index(spans[0])] if isinstance(piece, str)]
        cell = Block(start, end, BlockKind.PARAGRAPH)
        for part in _packed(text, [cell], sizes):  # one long cell
            yield (*path, *captions), part, _without([*words, part], block.marks)


def _without(pieces: Sequence[Piece], marks: Sequence[Span]) -> tuple[Piece, ...]:
    """The pieces of a row without the marks of markup in its cells."""
    kept: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            kept.append(piece)
        elif isinstance(piece, Outside):
            spans = unmarked(piece.start, piece.start + len(piece.words), marks)
            kept += [Outside(piece.words[left - piece.start : right - piece.start], left) for left, right in spans]
        else:
            kept += unmarked(*piece, marks)
    return tuple(kept)


def _captions(stored: StoredDocument, number: int) -> list[str]:
    """The short paragraphs right above a table, which name it and the unit of its numbers."""
    found: list[str] = []
    for block in reversed(stored.blocks[max(0, number - _CAPTIONS) : number]):
        words = "".join(block.read(stored.text).split("\n")).strip()
        if block.kind is not BlockKind.PARAGRAPH or len(words) > _LONGEST_CAPTION or words[-1:] in "。！？；，":
            break
        found.insert(0, words)
    return found


def _packed(text: str, units: Sequence[Block], sizes: Passages) -> Iterator[Span]:
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


def _cut(text: str, units: Sequence[Block], longest: int) -> Iterator[Span]:
    """The units, those over `longest` in parts of about the same length that end with a sentence."""
    for unit in units:
        length = unit.end - unit.start
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


def _pieces(text: str, unit: Block, longest: int) -> Iterator[Span]:
    """A unit's sentences; the clauses of one over `longest`; stretches of a clause over that."""
    if unit.end - unit.start <= longest:
        yield unit.start, unit.end
        return
    whole_unit = (unit.start, unit.end)
    told = viewed(text, unbroken(text, [whole_unit], *whole_unit) or (whole_unit,))
    for sentence in sentences(told.text):
        whole = told.cover(*sentence) or whole_unit
        if whole[1] - whole[0] <= longest:
            yield whole
            continue
        for clause in clauses(told.text, *sentence):
            start, end = told.cover(*clause) or whole
            for place in range(start, end, longest):
                yield place, min(end, place + longest)
