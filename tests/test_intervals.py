"""Intervals in hand-made numbers: Wilson's from tables, resampling by document where it can be worked out."""

from __future__ import annotations

import pytest

from benchmarks.intervals import FEWEST_DOCUMENTS, Figure, bootstrap, measured, share, wilson


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (14, 15, 0.7018, 0.9881)],
)
def test_wilsons_interval_is_that_of_the_tables(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_items_of_one_document_are_drawn_together() -> None:
    alike = [[1.0] * 50, [0.0] * 50]
    assert bootstrap(alike, mean) == (0.0, 1.0)  # two documents, however many questions: nothing is known
    low, high = bootstrap([[value] for group in alike for value in group], mean) or (0, 0)
    assert (0.35 < low < 0.45, 0.55 < high < 0.65) == (True, True)


def test_drawing_again_gives_the_same_and_another_seed_something_else() -> None:
    groups = [[number / 7] for number in range(30)]
    assert bootstrap(groups, mean, seed=1) == bootstrap(groups, mean, seed=1) != bootstrap(groups, mean, seed=2)


def test_a_measure_that_has_no_meaning_in_most_draws_has_no_interval() -> None:
    assert bootstrap([[1.0]] * 3, lambda drawn: None) is None


def test_a_share_of_few_documents_or_of_all_or_none_is_told_by_wilson() -> None:
    assert share([[True], [False]] * 5) == Figure(0.5, *wilson(5, 10))
    assert share([[True, True]] * FEWEST_DOCUMENTS) == Figure(1.0, *wilson(40, 40))
    assert share([[False]] * FEWEST_DOCUMENTS) == Figure(0.0, *wilson(0, 20))
    assert share([]) is None


def test_a_share_of_many_documents_is_told_by_resampling_them() -> None:
    groups = [[True] * 3, [False] * 3] * FEWEST_DOCUMENTS
    told = share(groups)
    assert told is not None
    assert told == Figure(0.5, *(bootstrap(groups, mean) or ()))
    assert told.low is not None
    assert told.low < wilson(60, 120)[0]  # wider than if each question stood alone


def test_a_measure_of_few_documents_has_a_value_and_no_interval() -> None:
    assert measured([[1.0], [2.0, 3.0]], mean) == Figure(2.0, None, None)
    assert measured([], mean) is None
