"""From characters with their places to lines. Pure.

Places are in points from a page's top left corner, so `top < bottom`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple, Protocol, TypeVar

# Lengths in ems, that is in sizes of the type in question.
_GAP = 0.9  # a stretch of text ends where a gap is wider; columns stand no closer
_WIDE_GAP = 2.0  # such a gap is a table's or a tabulator's: the line is no part of a running text
_WORD_GAP = 0.18  # between words in letters; Chinese characters stand with more and with less between them
_OVERPRINT = 0.15  # a character printed again, for boldness or a shadow, is no farther off

_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—]")
_UNPARTED = re.compile(r"[（《〈“‘「『【〔]*(?:[!-~]+|.)[，。、；：？！）》〉”’」』】〕…]*")
_SENTENCE_END = re.compile(r"[。！？!?；;：:….][”’」』）)】]*$")
_BULLETS = r"[•●○■□◆◇▪\uf000-\uf0ff]"  # those of symbol fonts are private characters
_BULLET = re.compile(_BULLETS)
_ITEM = re.compile(
    r"[（(]?(?:[一二三四五六七八九十百]{1,4}|\d{1,3}|[a-zA-Z])(?:[）)、]|[.．](?!\d))|[①-⑳]|[*·–-]\s"
    rf"|{_BULLETS}|第[一二三四五六七八九十百零〇\d]+[编篇章节条款]"
)
_CONTENTS = re.compile(r".*\S\s*(?:[.．·•]\s?|…){4,}\s*\d{1,4}")


class Placed(Protocol):
    """What has a place on a page: a character, a line, a table."""

    @property
    def x0(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def bottom(self) -> float: ...


Item = TypeVar("Item", bound=Placed)


class Glyph(NamedTuple):
    """A printed character, upright."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    bold: bool = False

    @property
    def size(self) -> float:
        """The size of its type."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a stretch of one."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool = False
    gapped: bool = False  # has a gap as tables have

    @property
    def ends_sentence(self) -> bool:
        """Whether it ends as a sentence does."""
        return bool(_SENTENCE_END.search(self.text))

    @property
    def begins_item(self) -> bool:
        """Whether it begins as an item of a list or a numbered heading does."""
        return bool(_ITEM.match(self.text))

    @property
    def is_bulleted(self) -> bool:
        """Whether it begins with the mark of an unnumbered list."""
        return bool(_BULLET.match(self.text))

    @property
    def is_contents_entry(self) -> bool:
        """Whether it is a line of a table of contents: words, dots and a page."""
        return bool(_CONTENTS.fullmatch(self.text))


def stretches(glyphs: Sequence[Glyph]) -> list[Line]:
    """The text of characters in rows from the top, each row parted where a gap is as wide as a character.

    A character that is printed over itself is taken once, and for bold.
    """
    return [_stretch(run) for row in rows(glyphs) for run in _runs(_without_overprints(row))]


def rows(items: Sequence[Item]) -> list[list[Item]]:
    """Items in rows from the top, each from the left: those of a row overlap by half of the lower one's height."""
    found: list[list[Item]] = []
    tallest: list[Item] = []
    for item in sorted(items, key=lambda item: item.top + item.bottom):
        height = item.bottom - item.top
        for i in range(len(found) - 1, max(-1, len(found) - 4), -1):
            beside = tallest[i]
            if overlap(item, beside) > 0.5 * min(height, beside.bottom - beside.top):
                found[i].append(item)
                if height > beside.bottom - beside.top:
                    tallest[i] = item
                break
        else:
            found.append([item])
            tallest.append(item)
    return [sorted(row, key=lambda item: item.x0) for row in found]


def lines(column: Sequence[Line]) -> list[Line]:
    """The whole lines that a column's stretches make, from the top."""
    return [joined(row) for row in rows(column)]


def joined(row: Sequence[Line]) -> Line:
    """The line that a row's stretches make."""
    if len(row) == 1:
        return row[0]
    longest = max(row, key=lambda line: len(line.text))
    return Line(
        " ".join(line.text for line in row),
        row[0].x0,
        longest.top,
        max(line.x1 for line in row),
        longest.bottom,
        longest.size,
        bold=all(line.bold for line in row),
        gapped=any(right.x0 - left.x1 > _WIDE_GAP * longest.size for left, right in pairwise(row)),
    )


def _without_overprints(row: Sequence[Glyph]) -> list[Glyph]:
    kept: list[Glyph] = []
    for glyph in row:
        if kept and kept[-1].text == glyph.text and glyph.x0 - kept[-1].x0 < _OVERPRINT * glyph.size:
            kept[-1] = kept[-1]._replace(bold=True)
        else:
            kept.append(glyph)
    return kept


def _runs(row: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """The runs of a row's printed characters without a wide gap; one space stands where there are some."""
    run: list[Glyph] = []
    spaced = False
    for glyph in row:
        if glyph.text.isspace():
            spaced = True
            continue
        if run:
            last = run[-1]
            gap = (glyph.x0 - last.x1) / max(glyph.size, last.size)
            if gap > _GAP:
                yield run
                run = []
            elif spaced or (gap > _WORD_GAP and not _CJK.match(glyph.text) and not _CJK.match(last.text)):
                run.append(Glyph(" ", last.x1, last.top, glyph.x0, last.bottom, last.bold))
        run.append(glyph)
        spaced = False
    if run:
        yield run


def _stretch(run: Sequence[Glyph]) -> Line:
    sizes = Counter(round(glyph.size * 2) / 2 for glyph in run)
    size = max(sizes, key=lambda size: (sizes[size], size))
    # What is set smaller, and higher or lower, does not move the line.
    body = [glyph for glyph in run if round(glyph.size * 2) / 2 == size]
    return Line(
        "".join(glyph.text for glyph in run),
        run[0].x0,
        min(glyph.top for glyph in body),
        max(glyph.x1 for glyph in run),
        max(glyph.bottom for glyph in body),
        size,
        bold=sum(glyph.bold for glyph in run) >= 0.9 * len(run),
    )


def lead(line: Line) -> float:
    """The width in ems of what a line begins with that may not be parted: a word, a character with its punctuation."""
    match = _UNPARTED.match(line.text)
    return sum(1.0 if _CJK.match(char) else 0.5 for char in match.group()) if match else 1.0


def overlap(one: Placed, other: Placed) -> float:
    """How much of two items' heights is the same."""
    return min(one.bottom, other.bottom) - max(one.top, other.top)


def width_of(items: Sequence[Placed]) -> float:
    """The width that items take together."""
    return max(item.x1 for item in items) - min(item.x0 for item in items)


def em_of(column: Sequence[Line]) -> float:
    """The usual size of lines."""
    return median(line.size for line in column)
