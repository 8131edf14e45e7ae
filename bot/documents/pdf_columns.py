"""Columns: what stands side by side on a page and is read one after the other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from statistics import fmean, median

from bot.documents.headings import heading_level
from bot.documents.pdf_layout import Item, Line, Placed, em_of, overlap, rows, width_of

_TRIED_GUTTERS = 6  # of a page; the right one has most lines on its sides, but for those of a long table
_MOST_ITEMS = 800  # on a page; one with more is no prose, and would take seconds
_NARROWEST = 8.0  # ems of a column
_SHORT_LINE = 5.0  # ems; most of a column's are longer
_SLACK = 0.6  # ems: what reaches no farther into a line stands above it


def columns(items: Sequence[Item]) -> list[list[Item]]:
    """Items in their columns, in reading order.

    A page is parted, again and again, at a gutter with prose on both sides; what crosses it, such
    as a title or a wide table, is read where it stands. What has gaps and is no prose, such as a
    table without rules, is not parted.
    """
    gutters = _gutters(items) if len(items) <= _MOST_ITEMS else []
    for gutter in gutters:
        found = _parted(items, gutter)
        if len(found) > 1:
            return found
    return [list(items)] if items else []


def _gutters(items: Sequence[Placed]) -> list[float]:
    """Where gutters may be, first the one that most items stand on the left of."""
    gaps = []
    for item in items:
        beside = [one.x0 for one in items if one.x0 >= item.x1 and overlap(one, item) > 0]
        if beside:
            gaps.append((item.x1, min(beside)))
    found = []
    for right in {right for _, right in gaps}:
        across = [left for left, end in gaps if left < right <= end]
        if len(across) > 1:
            found.append((len(across), (max(across) + right) / 2))
    return [gutter for _, gutter in sorted(found, reverse=True)[:_TRIED_GUTTERS]]


def _parted(items: Sequence[Item], gutter: float) -> list[list[Item]]:
    """The columns of items that a gutter parts wherever nothing crosses it."""
    found: list[list[Item]] = []
    whole: list[Item] = []
    ordered = sorted(items, key=lambda item: item.top)
    bands = [(crosses, list(band)) for crosses, band in groupby(ordered, key=lambda one: one.x0 < gutter < one.x1)]
    for i, (crosses, band) in enumerate(bands):
        heading = [] if crosses or i == len(bands) - 1 else _heading_below(band)
        beside = band[: len(band) - len(heading)]
        sides = [] if crosses else _side_by_side(beside, gutter)
        if sides:
            found += [*columns(whole), *sides]
            whole = heading
        else:
            whole += band
    return [*found, *columns(whole)] if found else [whole]


def _heading_below(items: Sequence[Item]) -> list[Item]:
    """The heading at the foot of items from the top: it belongs to what comes below, and to none of their columns."""
    told = [item for item in items if isinstance(item, Line)]
    size, bold = median(line.size for line in told) if told else 0.0, 2 * sum(line.bold for line in told) > len(told)
    last = items[-1]
    if not isinstance(last, Line) or any(item.bottom > last.top + _SLACK * size for item in items[:-1]):
        return []
    stands_out = last.size > 1.05 * size or (last.bold and not bold) or heading_level(last.text) > 0
    return [last] if stands_out else []


def _side_by_side(items: Sequence[Item], gutter: float) -> list[list[Item]]:
    """The columns on the left and on the right of a gutter; none where these are not prose, or too little to tell."""
    left = [item for item in items if item.x1 <= gutter]
    right = [item for item in items if item.x1 > gutter]
    if min(len(left), len(right)) < 2 or len(items) < 6 or not (_has_long_lines(left) and _has_long_lines(right)):
        return []
    found = [*columns(left), *columns(right)]
    if not all(_is_prose(column) for column in found):
        return []
    return found if fmean(_full_share(column) for column in found) >= 0.4 else []


def _has_long_lines(items: Sequence[Placed]) -> bool:
    """Whether there may be columns of prose among items; to part a page of short cells in every way takes minutes."""
    lengths = [(item.x1 - item.x0) / item.size for item in items if isinstance(item, Line)]
    return not lengths or median(lengths) >= _SHORT_LINE


def _is_prose(column: Sequence[Placed]) -> bool:
    """Whether a column's lines are whole, wide enough, and most of them long."""
    told = [item for item in column if isinstance(item, Line)]
    found = rows(told)
    alone = sum(len(row) == 1 for row in found)
    widths = [row[-1].x1 - row[0].x0 for row in found]
    return not told or (
        alone >= 0.7 * len(found)
        and width_of(told) >= _NARROWEST * em_of(told)
        and fmean(widths) >= 0.5 * width_of(told)
    )


def _full_share(column: Sequence[Placed]) -> float:
    """The share of a column's lines that fill it; 1 where it holds tables alone."""
    told = [item for item in column if isinstance(item, Line)]
    return fmean(line.x1 - line.x0 >= 0.85 * width_of(told) for line in told) if told else 1.0
