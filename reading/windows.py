"""Windows: a question and a stretch of text as the reader's network takes them.

``<s> question </s> </s> stretch </s>``, as XLM-RoBERTa puts two texts together; a long text becomes
several windows that overlap, so that every short span is whole in one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Span = tuple[int, int]

SIZE = 320  # tokens a window, the question's and the marks' among them
OVERLAP = 96  # tokens that two neighbouring windows share
_LONGEST_QUESTION = 64  # tokens; of a longer question the end is read, where the question word stands
_MARKS = ("<s>", "</s>", "<pad>")
_MARKS_A_WINDOW = 4  # tokens: <s>, </s></s>, </s>


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as tokens."""

    ids: list[int]
    offsets: list[Span]  # characters of the text that each token stands for


@dataclass(frozen=True, slots=True)
class Window:
    """What the network reads at once."""

    ids: list[int]
    types: list[int]  # 0: the question's tokens, 1: the text's
    first: int  # where in `ids` the text's tokens begin
    offsets: list[Span]  # characters of the text that each of its tokens stands for


class Tokenizer:
    """The tokens of the reader's vocabulary."""

    def __init__(self, file: Path) -> None:
        from tokenizers import Tokenizer as Pieces

        self._pieces: Any = Pieces.from_file(str(file))
        numbers: Any = self._pieces.token_to_id
        self.start, self.end, self.padding = (int(numbers(mark)) for mark in _MARKS)

    def __len__(self) -> int:
        return int(self._pieces.get_vocab_size())

    def encode(self, text: str) -> Encoded:
        """The tokens of a text, without marks."""
        encoding = self._pieces.encode(text, add_special_tokens=False)
        return Encoded(encoding.ids, [_bare(text, *span) for span in encoding.offsets])

    def window(self, question: Encoded, text: Encoded, first: int, last: int) -> Window:
        """The window of a question and the tokens `first` to `last` (exclusive) of a text."""
        head = [self.start, *question.ids[-_LONGEST_QUESTION:], self.end, self.end]
        ids = [*head, *text.ids[first:last], self.end]
        types = [0] * len(head) + [1] * (len(ids) - len(head))
        return Window(ids, types, len(head), text.offsets[first:last])


def room(question: Encoded, size: int = SIZE) -> int:
    """How many of a text's tokens fit beside a question."""
    return size - _MARKS_A_WINDOW - min(len(question.ids), _LONGEST_QUESTION)


def stretches(tokens: int, room: int, overlap: int = OVERLAP) -> Iterator[Span]:
    """The stretches of at most `room` tokens that cover a text of so many, the last one flush with its end."""
    first = 0
    while first + room < tokens:
        yield first, first + room
        first += max(1, room - overlap)
    yield max(0, tokens - room), tokens


def _bare(text: str, start: int, end: int) -> Span:
    """A token's characters without the white space before them."""
    while start < end and text[start].isspace():
        start += 1
    return start, end
