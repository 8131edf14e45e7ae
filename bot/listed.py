"""Lists of items and lists of their values: of `甲、乙分别下降34.4%和15.5%` which value is whose. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.question_words import CHANGES
from bot.text import clauses
from bot.types import Span
from bot.values import Kind, ValueSpan, find_values

Weigh = Callable[[str], float]

_MARKER = re.compile("分别|依次|respectively")
_AND = (  # not the 和 of 总和 and 和平, nor the 及 of 涉及
    "以及|(?<![总共饱平中温调缓柔])和(?![平谐睦解县田林龙硕静政])|(?<![参赋给])与(?![会否])|(?<![以涉普危])及(?![时格其])"
)
_BETWEEN = re.compile(rf"[、,/;\t]|{_AND}")
# Between two values of one list; after a comma, 满意度 and the like begin another.
_GAP = re.compile(rf"[^、,/;\t]{{0,3}}(?:(?:[、/\t]|{_AND})[^,;。]{{0,4}}|[,;](?:{CHANGES})?了?)")
_ITEM = 14  # characters of an item that stands right before its value
_SHARED = re.compile("的|[全我本][省市县区旗国]|其中|[:：]")  # what ends the words that all items share: 全市粮食


@dataclass(frozen=True, slots=True)
class _Group:
    """Items and their values, one each, and the stretch of text that they take up."""

    items: tuple[str, ...]
    values: tuple[ValueSpan, ...]
    span: Span


def of_item(folded: str, sentence: Span, values: Sequence[ValueSpan], weigh: Weigh) -> list[ValueSpan]:
    """The values of a sentence of the folded text without those that belong to another item than the one asked of.

    `weigh` tells how much an item is what is asked of, from 0. Where no item, or more than one, is the
    heaviest, all values are given.
    """
    groups = list(_respectively(folded, sentence, values))
    groups += _pairs(folded, _outside(groups, values))
    weighed = [(weigh(item), value) for group in groups for item, value in zip(group.items, group.values, strict=True)]
    best = max((weight for weight, _ in weighed), default=0.0)
    heaviest = [value for weight, value in weighed if weight == best]
    if best <= 0 or len(heaviest) != 1:
        return list(values)
    return sorted([*_outside(groups, values), *heaviest], key=lambda value: value.start)


def _outside(groups: Sequence[_Group], values: Sequence[ValueSpan]) -> list[ValueSpan]:
    """The values that stand in no group: those in one are told of its items."""
    return [v for v in values if all(v.end <= group.span[0] or group.span[1] <= v.start for group in groups)]


def _respectively(folded: str, sentence: Span, values: Sequence[ValueSpan]) -> Iterator[_Group]:
    """The groups that 分别 and the like announce."""
    start = sentence[0]
    for marker in _MARKER.finditer(folded, *sentence):
        ruled = _run(folded, find_values(folded, marker.end(), sentence[1]), values)
        if len(ruled) < 2:
            continue
        for first in _beginnings(folded, start, marker.start()):
            items = next((items for items in _items(folded, first, marker.start()) if len(items) == len(ruled)), None)
            if items:
                yield _Group(items, tuple(ruled), (first, ruled[-1].end))
                break
        start = ruled[-1].end


def _run(folded: str, found: Sequence[ValueSpan], fitting: Sequence[ValueSpan]) -> list[ValueSpan]:
    """The first values that stand side by side and of which one at least fits, bare ones with the unit of the last."""
    run: list[ValueSpan] = []
    for value in (part for whole in found for part in _parts(folded, whole)):
        gap = folded[run[-1].end : value.start] if run else ""
        if run and not _GAP.fullmatch(gap):
            if any(one.start == value.start or one in fitting for one in run):
                break
            run = []
        run.append(value)
    if not any(one.start <= value.start < one.end for one in fitting for value in run):
        return []
    last = run[-1]
    return [replace(v, unit=last.unit, kind=last.kind) if not v.unit and v.kind is Kind.COUNT else v for v in run]


def _parts(folded: str, value: ValueSpan) -> Iterator[ValueSpan]:
    """The values of a list that share a unit, `10、20、30个`, one by one; any other value as it is."""
    place = value.start
    for piece in folded[value.start : value.end].split("、")[:-1]:
        for bare in find_values(f"{piece}{value.unit}"):
            yield replace(bare, start=place, end=place + len(piece))
        place += len(piece) + 1
    if place == value.start:
        yield value
    else:
        yield from find_values(folded, place, value.end)


def _beginnings(folded: str, start: int, end: int) -> Iterator[int]:
    """Where the items may begin: with the clause before the marker, or one of the two before that."""
    begins = [begin for begin, _ in clauses(folded, start, end)]
    yield from reversed(begins[-3:])


def _items(folded: str, start: int, end: int) -> Iterator[tuple[str, ...]]:
    """The items of a stretch: without the values in it, or the dates in it, where they are what is listed."""
    told = find_values(folded, start, end)
    bare = folded[start:end]
    for value in reversed([value for value in told if value.kind is not Kind.RANK]):  # 第二组 is an item
        bare = bare[: value.start - start] + bare[value.end - start :]
    items = [item.strip(" ,:：、") for item in _BETWEEN.split(bare)]
    yield _own([item for item in items if item])
    dates = [value for value in told if value.kind is Kind.DATE]
    if all(_BETWEEN.search(folded[a.end : b.start]) for a, b in pairwise(dates)):
        yield tuple(folded[date.start : date.end] for date in dates)


def _own(items: Sequence[str]) -> tuple[str, ...]:
    """The items, the first without the words before it that all share."""
    return tuple(_SHARED.split(item)[-1] or item if i == 0 else item for i, item in enumerate(items))


def _pairs(folded: str, values: Sequence[ValueSpan]) -> Iterator[_Group]:
    """The groups of items that have their value right behind them: 甲3人、乙5人."""
    pairs: list[tuple[str, ValueSpan]] = []
    for before, value in zip([None, *values], values, strict=False):
        head = folded[max(before.end if before else 0, value.start - _ITEM - 1) : value.start]
        parted = re.fullmatch(rf"(?:[、;]|{_AND})([^、,;。]{{1,{_ITEM}}})", head) if before else None
        if pairs and not (parted and before and (before.kind, before.unit) == (value.kind, value.unit)):
            yield from _paired(pairs)
            pairs = []
        item = parted.group(1) if parted and pairs else re.split("[、,;。:：\n]", head)[-1]
        pairs.append((item, value))
    yield from _paired(pairs)


def _paired(pairs: Sequence[tuple[str, ValueSpan]]) -> Iterator[_Group]:
    if len(pairs) > 1 and all(item for item, _ in pairs):
        items, values = zip(*pairs, strict=True)
        yield _Group(_own(items), values, (values[0].start, values[-1].end))
