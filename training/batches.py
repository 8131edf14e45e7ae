"""Windows with their answers, batch by batch: the same ones for the same seed, however often a run is taken up."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reading.windows import Encoded, Span, Tokenizer, Window, room, stretches
from training.examples import Example, Neighbours

if TYPE_CHECKING:
    import torch

_EMPTY_WINDOWS = 0.25  # chance of a window of the same text without the answer, a question
_NEIGHBOURS = 0.35  # chance of a window of another text that looks right, a question
_NEAREST = 5  # neighbours to draw from
_SORTED = 32  # batches whose windows are sorted by length, so that little is padding
_LONGEST_ANSWER = 120  # tokens


@dataclass(frozen=True, slots=True)
class Row:
    """A window and the places in it, of its tokens, where answers begin and end; none: no answer in it."""

    window: Window
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What the network takes: all (batch, tokens), `answers` (batch, tokens, 2)."""

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    places: torch.Tensor
    answers: torch.Tensor


class Windows:
    """The windows of some examples, drawn anew each epoch."""

    def __init__(self, tokenizer: Tokenizer, examples: Sequence[Example], negatives: bool, size: int) -> None:
        self._tokenizer, self._examples, self._size = tokenizer, examples, size
        self._neighbours = Neighbours([example.text for example in examples]) if negatives else None
        self._encoded: dict[str, Encoded] = {}
        self._near: dict[int, list[str]] = {}

    def epoch(self, seed: int) -> list[Row]:
        """An epoch's windows, in no order."""
        draw = random.Random(seed)
        rows = [row for number in range(len(self._examples)) for row in self._rows(number, draw)]
        draw.shuffle(rows)
        return rows

    def batches(self, seed: int, size: int) -> list[list[Row]]:
        """An epoch's batches; each one's windows are about as long as each other."""
        rows, draw = self.epoch(seed), random.Random(seed)
        found = []
        for i in range(0, len(rows), size * _SORTED):
            near = sorted(rows[i : i + size * _SORTED], key=lambda row: len(row.window.ids))
            found += [near[j : j + size] for j in range(0, len(near), size)]
        draw.shuffle(found)
        return found

    def _rows(self, number: int, draw: random.Random) -> Iterator[Row]:
        example = self._examples[number]
        question, text = self._encode(example.question), self._encode(example.text)
        space = room(question, self._size)
        answers = [found for span in example.spans if (found := token_span(text.offsets, span))]
        answers = [(start, end) for start, end in answers if end - start < min(_LONGEST_ANSWER, space)]
        if not answers:
            if not example.spans:
                first, last = draw.choice(list(stretches(len(text.ids), space)))
                yield self._row(question, text, first, last, ())
            return
        start, end = draw.choice(answers)
        first = draw.randint(max(0, end - space + 1), min(start, max(0, len(text.ids) - space)))
        yield self._row(question, text, first, first + space, answers)
        if self._neighbours is None:
            return
        empty = [
            (first, last)
            for first, last in stretches(len(text.ids), space)
            if not any(first < end + 1 and start < last for start, end in answers)
        ]
        if empty and draw.random() < _EMPTY_WINDOWS:
            yield self._row(question, text, *draw.choice(empty), ())
        if draw.random() < _NEIGHBOURS:
            if number not in self._near:
                self._near[number] = self._neighbours.nearest(example, _NEAREST)
            if self._near[number]:
                other = self._encode(draw.choice(self._near[number]))
                yield self._row(question, other, *draw.choice(list(stretches(len(other.ids), space))), ())

    def _row(self, question: Encoded, text: Encoded, first: int, last: int, answers: Sequence[Span]) -> Row:
        window = self._tokenizer.window(question, text, first, last)
        shift = window.first - first
        inside = [(start + shift, end + shift) for start, end in answers if first <= start and end < last]
        return Row(window, tuple(start for start, _ in inside), tuple(end for _, end in inside))

    def _encode(self, text: str) -> Encoded:
        if text not in self._encoded:
            self._encoded[text] = self._tokenizer.encode(text)
        return self._encoded[text]


def token_span(offsets: Sequence[Span], span: Span) -> Span | None:
    """The first and the last token (inclusive) that stand in a span of characters."""
    inside = [i for i, (start, end) in enumerate(offsets) if start < span[1] and span[0] < end]
    return (inside[0], inside[-1]) if inside else None


def batch_of(rows: Sequence[Row], padding: int) -> Batch:
    """Rows as tensors, padded to the longest."""
    import torch

    longest = max(len(row.window.ids) for row in rows)
    ids = torch.full((len(rows), longest), padding)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    places = torch.zeros(len(rows), longest, dtype=torch.bool)
    answers = torch.zeros(len(rows), longest, 2, dtype=torch.bool)
    for i, row in enumerate(rows):
        window, length = row.window, len(row.window.ids)
        ids[i, :length], types[i, :length] = torch.tensor(window.ids), torch.tensor(window.types)
        mask[i, :length] = 1
        places[i, window.first : length - 1] = places[i, 0] = True
        for end, found in enumerate((row.starts, row.ends)):
            answers[i, list(found) or [0], end] = True
    return Batch(ids, types, mask, places, answers)
