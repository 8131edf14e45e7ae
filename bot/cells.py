"""The cells of a table's row that have the form asked for, and how well their column fits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.asked import Asked
from bot.evidence import present
from bot.names import is_name
from bot.question_words import Wants
from bot.spans import Proposal, propose
from bot.types import Span
from bot.values import find_values, is_masked
from bot.view import View

_NAMES = frozenset({Wants.PERSON, Wants.PLACE, Wants.ORGANISATION, Wants.NAME, Wants.PHRASE, Wants.REASON})
_AMOUNTS = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE, Wants.DURATION})
_BARE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?|[*×■]+(?:[.,][*×■]+)*")
_OFFICE = re.compile(
    r"(?:公司|集团|[局厅办委院所站队科处部室厂社店行]|中心|学校|政府|街道|协会|医院|大学|银行|指挥部)$"
)
_HIDING = 8  # characters of a cell in which a mask is what it would tell
_LEAST_FIT = 0.3  # of a column that is no better than others, where the question names none


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with what its column is called; offsets in the row as it is read."""

    label: str
    span: Span  # label and content
    start: int  # of the content

    @property
    def content(self) -> Span:
        """Where the content stands, with a unit that the column gives."""
        return self.start, self.span[1]


class Row:
    """A row as it is read, in folded text, and what is asked of it."""

    def __init__(self, asked: Asked, text: str, view: View, head: str) -> None:
        self._asked, self._text = asked, text
        self.cells = [_cell(text, view, span) for span in view.cells]
        before, asking, after = _around(asked)
        self._hints = [hint for hint in (asked.suffix, asking, before[-1:] + after[:1]) if len(hint) > 1]
        contents = "\n".join(text[slice(*cell.content)] for cell in self.cells)
        labels = "\n".join(cell.label for cell in self.cells)
        # What the columns must tell: the words that no cell says, and of these, if any, those that a column has.
        left = [term for term in asked.terms if present(term, contents) < 0.8]
        named = [term for term in left if present(term, labels) > 0]
        self._named = bool(named)
        self._left = named or [term for term in left if present(term, head) < 0.8]

    def fit(self, cell: Cell) -> float:
        """How much of what the columns must tell a cell's column tells, from 0 to 1."""
        hinted = any(hint in cell.label for hint in self._hints)
        if not self._named:
            return 1.0 if hinted else 0.7 if not self._left else _LEAST_FIT
        total = sum(term.local_weight for term in self._left)
        found = sum(term.local_weight * present(term, cell.label) for term in self._left) / total
        length = sum(len(term.word) for term in self._left)
        exact = min(1.0, length / max(1, len(cell.label)))  # 网格 rather than 网格员
        return max(found * (0.9 + 0.1 * exact), 0.8 if hinted else 0.0)

    def propose(self, cell: Cell) -> Iterator[Proposal]:
        """The spans of a cell that have the form asked for."""
        wants = self._asked.wants
        words = self._text[slice(*cell.content)]
        if not words or words in self._asked.folded:
            return
        if wants in _NAMES:
            shape = self._name_shape(words)
            if shape:
                yield Proposal(*cell.content, is_masked(words) and len(words) <= _HIDING, shape)
            return
        found = list(propose(self._asked, self._text, cell.content))
        yield from found
        if not found and wants in _AMOUNTS and _BARE.fullmatch(words):
            yield Proposal(*cell.content, is_masked(words), 0.7)

    def _name_shape(self, words: str) -> float:
        """How well a cell's words fit the kind of name asked for."""
        wants, suffix = self._asked.wants, self._asked.suffix
        if find_values(words) and not re.search(r"[\u3400-\u9fff]{3}", words):
            return 0.4 if wants in {Wants.PHRASE, Wants.REASON} else 0.0
        if wants is Wants.PERSON:
            return 1.0 if all(map(is_name, re.split(r"[、，, ]", words))) else 0.0
        if wants is Wants.ORGANISATION:
            return 1.0 if (suffix and words.endswith(suffix)) or _OFFICE.search(words) else 0.4
        if wants is Wants.PLACE:
            return 1.0 if suffix and words.endswith(suffix) else 0.7
        return 0.9


def _around(asked: Asked) -> tuple[str, str, str]:
    """What stands before the question word, in it beside the asking, and after it: 供, 水 in 供了多少水."""
    start, end = asked.hole
    before = re.sub("[了过着]$", "", asked.folded[:start])
    return before, asked.folded[start:end].strip("多少几个哪什么是?。 "), asked.folded[end:].lstrip("的")


def _cell(text: str, view: View, span: Span) -> Cell:
    start = next((max(here, span[0]) for here, _, length in view.stretches if span[0] < here + length), span[0])
    start = min(start, span[1])
    return Cell(text[span[0] : start].rstrip(":："), span, start)
