"""What indexing says it did: counts, what was skipped and why, what is odd."""

from __future__ import annotations

import pytest

from bot.report import Report, details, grouped, summary


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (Report("g1", 2, 2, 9), "2 documents, 9 passages: index g1"),
        (Report("g1", 1, 1, 1, 1), "1 document, 1 passage, 1 table: index g1"),
        (
            Report("", 27, 35, 289, 16, ["a: b; c"]),
            "27 files, 35 documents, 289 passages, 16 tables, 1 skipped: nothing was written",
        ),
        (Report("g1"), "0 documents, 0 passages: index g1"),
    ],
)
def test_a_line_says_what_the_index_holds(report: Report, line: str) -> None:
    assert summary(report) == line


def test_what_was_skipped_and_what_is_odd_is_told_a_line_each() -> None:
    report = Report(skipped=["d/a.doc: is old; convert it"], oddities=["d/b.pdf: 2 of 3 pages hold no text"])
    assert details(report) == ["skipped: d/a.doc: is old; convert it", "note: d/b.pdf: 2 of 3 pages hold no text"]


def test_many_of_one_cause_are_counted_after_the_first_five() -> None:
    report = Report(skipped=[f"d/{number}.doc: is old; convert it" for number in range(12)])
    told = details(report)
    assert told[:5] == [f"skipped: d/{number}.doc: is old; convert it" for number in range(5)]
    assert told[5:] == ["skipped: and 7 more: is old; convert it"]


def test_numbers_and_what_is_in_brackets_do_not_part_a_cause() -> None:
    lines = [
        "a: is damaged (bad zip 12); save it",
        "b: is damaged (no root); save it",
        "c: line 7 is bad",
        "d: line 9 is bad",
    ]
    assert grouped(lines) == {"is damaged; save it": lines[:2], "line … is bad": lines[2:]}
