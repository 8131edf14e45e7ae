"""Paragraphs: which lines of a column, of the next one or of the page overleaf go on with each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from bot.documents.pdf_layout import Line, em_of, lead

# Lengths in ems, that is in sizes of the type in question.
_SLACK = 0.6  # edges that are no farther apart are one
_DEEPEST_INDENT = 5.0
_NARROWEST_COLUMN = 8.0
_WIDEST_LEADING = 3.0
_LONG_LINE = 15.0

_CLOSING = "，。、；：？！）》〉”’」』】〕"


@dataclass(frozen=True, slots=True)
class Measure:
    """The edges that a column's text runs between, and how it is set."""

    left: float
    right: float
    leading: float  # from line to line, in ems
    sure: bool  # some lines are seen to be full, and to end at `right`
    justified: bool = False  # they all end there
    indented: bool = False  # paragraphs begin with an indent

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """Half-way between the edges."""
        return (self.left + self.right) / 2


def measured(column: Sequence[Line], known: Sequence[Measure] = ()) -> Measure:
    """How a column of whole lines is set; one too short to tell is taken for the one of those known that it fits in."""
    em = em_of(column)
    left = _shared(sorted(line.x0 for line in column), em)
    widest = max(line.x1 for line in column)
    indented = any(1.2 * em <= line.x0 - left <= 3 * em for line in column)
    told = [line for line in column if not line.gapped and not line.is_contents_entry]
    right = _shared(sorted((line.x1 for line in told), reverse=True), em) if told else widest
    full = [line for line, below in pairwise(told) if -em <= right - line.x1 <= lead(below) * em]
    wrapped = [line for line in full if not line.ends_sentence]
    # Two lines of one length may be so by chance, the more so where they are short.
    enough = len(full) >= (2 if right - left >= _LONG_LINE * em else 4)
    if enough and len(wrapped) >= len(full) / 2 and right - left >= _NARROWEST_COLUMN * em:
        justified = sum(right - line.x1 <= _SLACK * em for line in wrapped) >= 0.8 * len(wrapped)
        return Measure(left, right, _leading(column), True, justified, indented)
    fits = [one for one in known if one.left <= left + em and widest - em <= one.right and left < one.middle]
    if fits:
        return min(fits, key=lambda one: one.width)
    return Measure(left, widest, _leading(column), False, indented=indented)


def goes_on(
    paragraph: Sequence[Line], set_as: Measure, line: Line, set_next: Measure, same_column: bool = True
) -> bool:
    """Whether a line goes on with a paragraph whose last line stands in the same column or in the one before."""
    last = paragraph[-1]
    if last.gapped or line.gapped or last.is_contents_entry or not _alike(last, line):
        return False
    if last.ends_sentence and (line.begins_item or not (same_column or set_as.indented)):
        return False
    if same_column and line.bottom - last.bottom > 1.25 * set_as.leading * line.size:
        return False
    if abs(set_as.width - set_next.width) > 3 * line.size and set_next.sure:
        return False
    return _is_full(last, set_as, line) and _begins_within(paragraph, set_as, line, set_next)


def is_centred(line: Line, set_as: Measure) -> bool:
    """Whether a line stands in the middle of its column, with room on both sides."""
    off = (line.x0 + line.x1) / 2 - set_as.middle
    return abs(off) <= line.size and line.x0 - set_as.left >= 1.5 * line.size


def _is_full(last: Line, set_as: Measure, line: Line) -> bool:
    """Whether what the next line begins with had no room at the end of this one, or their words tell it."""
    if _is_broken(last, line):
        return True
    room = (set_as.right - last.x1) / last.size
    if not set_as.sure:
        return room < _SLACK and last.x1 - last.x0 >= _LONG_LINE * last.size and not last.ends_sentence
    return room < (_SLACK if set_as.justified else lead(line)) + _SLACK


def _is_broken(last: Line, line: Line) -> bool:
    """Whether the words of two lines tell that a clause goes on from the one to the other."""
    end, begin = last.text[-1], line.text[0]
    small = end.isascii() and begin.isascii() and begin.islower() and not last.ends_sentence
    return small or end in "，、," or begin in _CLOSING


def _begins_within(paragraph: Sequence[Line], set_as: Measure, line: Line, set_next: Measure) -> bool:
    """Whether a line begins where a paragraph's later lines do, and not where one begins."""
    indent = (line.x0 - set_next.left) / line.size
    step = indent - (paragraph[-1].x0 - set_as.left) / line.size
    if indent > _DEEPEST_INDENT:
        return False
    if len(paragraph) > 1:
        return abs(step) <= _SLACK
    if abs(step) <= _SLACK:
        return indent <= _SLACK or not paragraph[0].ends_sentence
    if step > 0:
        return paragraph[0].begins_item and step <= _DEEPEST_INDENT
    return -step <= _DEEPEST_INDENT


def _leading(column: Sequence[Line]) -> float:
    steps = [
        (below.bottom - above.bottom) / above.size
        for above, below in pairwise(column)
        if _alike(above, below) and below.bottom > above.bottom
    ]
    return min(median(steps), _WIDEST_LEADING) if steps else _WIDEST_LEADING


def _shared(places: Sequence[float], em: float) -> float:
    """The first of places in order that the next one shares, within a little; else the first."""
    return next((one for one, other in pairwise(places) if abs(one - other) <= _SLACK * em), places[0])


def _alike(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= 0.07 * one.size
