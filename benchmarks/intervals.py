"""Figures with 95 % intervals: by resampling documents, never questions alone, which stand and fall together. Pure."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Measure = Callable[[Sequence[T]], float | None]

RESAMPLES = 1000
FEWEST_DOCUMENTS = 20  # with fewer, resampling them says little of others
_Z = 1.959964  # of the normal distribution, 95 %


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its interval; both ends are None where the documents are too few to tell."""

    value: float
    low: float | None
    high: float | None


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The ends of Wilson's score interval of `hits` in `n`, which holds at 0 and at n too (Wilson, JASA 1927)."""
    share, z2 = hits / n, _Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(groups: Sequence[Sequence[T]], measure: Measure[T], seed: int = 0) -> tuple[float, float] | None:
    """The 2.5th and 97.5th percentile of a measure over documents drawn with replacement, a group of items each.

    None where the measure has no meaning in most of the draws.
    """
    drawn = random.Random(seed)
    values = []
    for _ in range(RESAMPLES):
        value = measure([item for group in drawn.choices(groups, k=len(groups)) for item in group])
        values += [] if value is None else [value]
    if len(values) < RESAMPLES / 2:
        return None
    values.sort()
    return values[round(0.025 * (len(values) - 1))], values[round(0.975 * (len(values) - 1))]


def share(groups: Sequence[Sequence[bool]]) -> Figure | None:
    """A share of items, a group of them a document; by Wilson where resampling tells nothing, None of none."""
    items = [item for group in groups for item in group]
    if not items:
        return None
    hits = sum(items)
    if len(groups) < FEWEST_DOCUMENTS or hits in (0, len(items)):
        return Figure(hits / len(items), *wilson(hits, len(items)))
    return measured(groups, lambda drawn: sum(drawn) / len(drawn))


def measured(groups: Sequence[Sequence[T]], measure: Measure[T]) -> Figure | None:
    """A measure of items, a group of them a document; None where it has no meaning."""
    value = measure([item for group in groups for item in group])
    if value is None:
        return None
    ends = bootstrap(groups, measure) if len(groups) >= FEWEST_DOCUMENTS else None
    return Figure(value, *(ends or (None, None)))
