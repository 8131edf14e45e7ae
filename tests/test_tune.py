"""The weight of the two legs, fitted on one half of labelled questions and measured on the other."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.labelled import Label
from bot.retriever import Candidates
from bot.tune import WEIGHTS, Asked, Ranks, Tuned, fitted, measured, table
from tests.fake_encoder import FakeEncoder, Result, json_lines, write_files

Cli = Callable[..., Result]


def asked(right: Sequence[int], dense: Sequence[float], lexical: Sequence[float]) -> Asked:
    """A question whose candidates are rows 0, 1, … with these scores; `right` are the rows of right passages."""
    rows = np.arange(len(dense))
    candidates = Candidates(
        rows, np.asarray(dense, np.float32), np.asarray(lexical, np.float32), np.asarray(lexical, np.float32)
    )
    return Asked(Label("？", ("甲",), "answered", ()), candidates, np.isin(rows, right))


# Of two candidates each leg puts one a deviation above the mean and the other one below: the first, which the
# dense leg prefers, has 2w - 1 in all and the second 1 - 2w. They tie at 1/2, and then the first row is first.
DENSE = asked([0], [1, 0], [0, 1])  # rank 1 from a weight of 1/2 on, else 2
LEXICAL = asked([1], [1, 0], [0, 1])  # rank 1 below 1/2, else 2
NOWHERE = asked([], [1, 0], [0, 1])
SAME = asked([9], [1] * 12, [1] * 12)  # nothing tells the passages apart: the tenth, whatever the weight


# Ranks


@pytest.mark.parametrize(
    ("one", "ranks"),
    [
        (DENSE, [2, 2, 2, 1, 1, 1]),
        (LEXICAL, [1, 1, 1, 2, 2, 2]),
        (NOWHERE, [0] * 6),
        (SAME, [10] * 6),
        (asked([10], [1] * 12, [1] * 12), [0] * 6),  # the eleventh is not among the first ten
        (asked([3, 1], [1] * 12, [1] * 12), [2] * 6),  # the first of the right ones counts
        # In deviations dense 0, 0, √2, -√2 and lexical -1.37, 1.37, 0.34, -0.34: even at 0.42.
        (asked([2], [0.5, 0.5, 0.75, 0.25], [1, 9, 6, 4]), [2, 2, 1, 1, 1, 1]),
        (asked([], [], []), [0] * 6),  # no passage passes the filters
    ],
)
def test_the_rank_is_that_of_the_first_right_passage_among_ten(one: Asked, ranks: list[int]) -> None:
    assert [one.rank(weight) for weight in (0.0, 0.25, 0.45, 0.5, 0.75, 1.0)] == ranks


def test_ranks_are_measured_as_shares_and_a_mean() -> None:
    sixth = asked([5], [1] * 6, [1] * 6)
    # Ranks 1, 2, 0, 10, 6 and 5.
    questions = [DENSE, LEXICAL, NOWHERE, SAME, sixth, asked([4], [1] * 6, [1] * 6)]
    assert measured(questions, 0.5) == Ranks(1 / 6, 3 / 6, pytest.approx((1 + 1 / 2 + 1 / 10 + 1 / 6 + 1 / 5) / 6))
    assert measured([NOWHERE], 0.5) == Ranks(0, 0, 0)


# Halves


def held_out(seed: int, *documents: str, question: str = "？") -> bool:
    label = Label(question, ("甲",), "answered", documents)
    return dataclasses.replace(DENSE, label=label).is_held_out(seed)


def test_which_half_a_question_is_of_is_told_by_its_document_and_the_seed() -> None:
    names = [f"p{number}" for number in range(1, 9)]
    assert [name for name in names if held_out(0, name)] == ["p1", "p2", "p3", "p8"]  # by CRC-32 of "0\np1", …
    assert [name for name in names if held_out(1, name)] == ["p4", "p5", "p6", "p7"]
    assert {held_out(0, "p1", question=question) for question in FRUITS} == {True}
    assert {held_out(0, "p4", question=question) for question in FRUITS} == {False}


def test_a_question_that_names_no_document_is_told_by_itself() -> None:
    assert [held_out(0, question=name) for name in ("p1", "p4")] == [True, False]


def test_the_halves_are_about_as_large() -> None:
    assert 450 < sum(held_out(0, f"{number}") for number in range(1000)) < 550


# The best weight


def test_the_weights_that_are_tried_are_twentieths_from_0_to_1() -> None:
    assert (len(WEIGHTS), WEIGHTS[0], WEIGHTS[11], WEIGHTS[-1]) == (21, 0.0, 0.55, 1.0)


@pytest.mark.parametrize(
    ("fit", "configured", "best"),
    [
        ([DENSE], 0.3, 0.5),  # all from 0.5 on are as good: the nearest to the configured one
        ([DENSE], 0.55, 0.55),
        ([DENSE], 0.8, 0.8),
        ([DENSE], 1.0, 1.0),
        ([LEXICAL], 0.8, 0.45),
        ([LEXICAL], 0.3, 0.3),
        ([LEXICAL], 0.0, 0.0),
        ([SAME, NOWHERE], 0.55, 0.55),  # all weights are as good
        ([DENSE, LEXICAL], 0.7, 0.7),
        ([DENSE, DENSE, LEXICAL], 0.2, 0.5),
        ([LEXICAL, DENSE, LEXICAL], 0.7, 0.45),
    ],
)
def test_the_weight_that_is_best_on_the_questions_to_fit_on_is_found(
    fit: list[Asked], configured: float, best: float
) -> None:
    for held in ([DENSE], [LEXICAL]):  # which have no part in it
        tuned = fitted(configured, {"q": fit}, {"q": held})
        assert (tuned.dense_weight, tuned.configured) == (best, configured)


def test_a_configured_weight_between_two_that_are_tried_gives_way_to_the_nearer() -> None:
    assert fitted(0.52, {"q": [SAME]}, {"q": [SAME]}).dense_weight == 0.5
    assert fitted(0.54, {"q": [SAME]}, {"q": [SAME]}).dense_weight == 0.55


def test_every_file_counts_the_same_however_many_questions_it_has() -> None:
    # By file: (7/8 + 1/2) / 2 from 0.5 on, (5/8 + 1) / 2 below; by question 4/5 and 7/10.
    fit = {"many": [DENSE, DENSE, DENSE, LEXICAL], "one": [LEXICAL]}
    assert fitted(0.8, fit, {"many": [DENSE], "one": [DENSE]}).dense_weight == 0.45


def test_what_each_weight_is_worth_is_told_of_the_held_out_questions() -> None:
    tuned = fitted(0.8, {"q": [LEXICAL]}, {"q": [LEXICAL, LEXICAL, DENSE]})
    low, high = Ranks(2 / 3, 1, pytest.approx(5 / 6)), Ranks(1 / 3, 1, pytest.approx(2 / 3))
    assert tuned == Tuned(0.45, 0.8, {"q": 1}, {"q": 3}, {"q": {0.0: low, 0.45: low, 0.8: high, 1.0: high}})
    assert list(tuned.ranks["q"]) == [0.0, 0.45, 0.8, 1.0]
    assert tuned.gain == pytest.approx(1 / 6)


def test_the_gain_is_the_mean_over_the_files() -> None:
    tuned = fitted(0.8, {"a": [LEXICAL], "b": [LEXICAL]}, {"a": [LEXICAL], "b": [DENSE, DENSE, LEXICAL]})
    # a: 1 for 1/2; b: (1/2 + 1/2 + 1) / 3 for (1 + 1 + 1/2) / 3.
    assert tuned.gain == pytest.approx((1 / 2 - 1 / 6) / 2)


# The table


def test_a_gain_is_told_with_how_to_take_it_up() -> None:
    lines = table(fitted(0.8, {"q": [LEXICAL]}, {"q": [LEXICAL, LEXICAL, DENSE]})).splitlines()
    assert [line.split() for line in lines[1:5]] == [
        ["q", "1", "3", "0", "(lexical", "alone)", "0.6667", "1.0000", "0.8333"],
        ["q", "1", "3", "0.45", "(fitted)", "0.6667", "1.0000", "0.8333"],
        ["q", "1", "3", "0.8", "(configured)", "0.3333", "1.0000", "0.6667"],
        ["q", "1", "3", "1", "(dense", "alone)", "0.3333", "1.0000", "0.6667"],
    ]
    assert len({len(line) for line in lines[:5]}) == 1
    assert lines[5:] == [
        "Fitted: 0.45, +16.67 points of MRR@10 on the held-out questions, the mean over the files.",
        "To take it up, set [retriever] dense_weight = 0.45 and run: python -m bot index",
    ]


@pytest.mark.parametrize(
    ("held", "gain"), [([DENSE], "-50.00"), ([LEXICAL, DENSE], "+0.00"), ([NOWHERE, SAME], "+0.00")]
)
def test_where_nothing_is_gained_on_other_questions_the_weight_is_to_be_left(held: list[Asked], gain: str) -> None:
    lines = table(fitted(0.8, {"q": [LEXICAL]}, {"q": held})).splitlines()
    assert lines[5:] == [
        f"Fitted: 0.45, {gain} points of MRR@10 on the held-out questions, the mean over the files.",
        "Leave dense_weight at 0.8: what was fitted does not carry over to other questions.",
    ]


def test_where_the_configured_weight_is_the_best_there_is_nothing_to_do() -> None:
    lines = table(fitted(0.55, {"q": [DENSE]}, {"q": [LEXICAL]})).splitlines()
    assert [line.split()[3:5] for line in lines[1:-1]] == [["0", "(lexical"], ["0.55", "(fitted)"], ["1", "(dense"]]
    assert lines[-1] == "The configured dense_weight, 0.55, is the best."


# The command


# What a seed of 0 holds out, by the CRC-32 of "0\n" and the id: p1, p2 and p3, not p4 and p5; a seed of 1 the
# others. So many questions each, that any sum of them tells which paragraphs they are of.
COUNTS = {"p1": 1, "p2": 2, "p3": 4, "p4": 8, "p5": 16}
FRUITS = ("苹果园", "葡萄架", "樱桃树", "核桃林", "石榴花")


TOO_FEW = (
    "Confidence and support are left as they are: 24 questions to fit on and 7 to measure on are too few;"
    " label questions of more documents, until each half has 10."
)


def paragraphs() -> list[dict[str, Any]]:
    """Five paragraphs, each with a word of its own, of which the fake dense leg knows nothing."""
    return [
        {
            "id": id_,
            "text": f"{fruit}开放。",
            "questions": [{"question": f"{fruit}第{number}问", "answers": [fruit]} for number in range(count)],
        }
        for (id_, count), fruit in zip(COUNTS.items(), FRUITS, strict=True)
    ]


def tune(cli: Cli, folder: Path, *arguments: object, weight: float = 0.55) -> Result:
    """Calls ``tune`` with a configuration of this weight, in a folder with p.jsonl."""
    write_files(folder, {"x.toml": f"[index]\ndir = 'index'\n[retriever]\ndense_weight = {weight}\n"})
    return cli("tune", *arguments, "--config", folder / "x.toml", encoder=FakeEncoder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path, {"p.jsonl": json_lines(paragraphs())})


def told(result: Result) -> dict[str, Any]:
    assert (result.status, result.err) == (0, "")
    parsed: dict[str, Any] = json.loads(result.out)
    return parsed


@pytest.mark.parametrize(("seed", "fit", "held"), [(0, 8 + 16, 1 + 2 + 4), (1, 1 + 2 + 4, 8 + 16)])
def test_halves_are_by_document_and_never_part_one(cli: Cli, folder: Path, seed: int, fit: int, held: int) -> None:
    tuned = told(tune(cli, folder, folder / "p.jsonl", "--seed", seed, "--json"))
    assert (tuned["fitted_on"], tuned["held_out"]) == ({"p.jsonl": fit}, {"p.jsonl": held})


def test_tune_finds_that_the_lexical_leg_is_worth_something(cli: Cli, folder: Path) -> None:
    # The dense leg cannot tell the paragraphs apart, so that alone it leaves them in the order of the index: the
    # held-out questions are one of the first, two of the second and four of the third paragraph.
    tuned = told(tune(cli, folder, folder / "p.jsonl", "--json", weight=1.0))
    right = {"first": 1.0, "five": 1.0, "mrr": 1.0}
    assert tuned == {
        "dense_weight": 0.95,
        "configured": 1.0,
        "fitted_on": {"p.jsonl": 24},
        "held_out": {"p.jsonl": 7},
        "ranks": {
            "p.jsonl": {
                "0.0": right,
                "0.95": right,
                "1.0": {"first": 1 / 7, "five": 1.0, "mrr": pytest.approx((1 + 2 / 2 + 4 / 3) / 7)},
            }
        },
        "calibration": {"fitted_on": 24, "held_out": 7, "refits": {}, "refused": {}},
    }


def test_without_json_a_table_is_printed_with_what_to_do(cli: Cli, folder: Path) -> None:
    lines = tune(cli, folder, folder / "p.jsonl", weight=1.0).out.splitlines()
    assert [line.split()[:4] for line in lines[:4]] == [
        ["file", "fitted", "on", "held"],
        ["p.jsonl", "24", "7", "0"],
        ["p.jsonl", "24", "7", "0.95"],
        ["p.jsonl", "24", "7", "1"],
    ]
    # Of 1 less (1 + 1 + 4/3) / 7.
    assert lines[4:] == [
        "Fitted: 0.95, +52.38 points of MRR@10 on the held-out questions, the mean over the files.",
        "To take it up, set [retriever] dense_weight = 0.95 and run: python -m bot index",
        TOO_FEW,
    ]


def test_a_weight_that_is_as_good_as_any_is_left(cli: Cli, folder: Path) -> None:
    done = tune(cli, folder, folder / "p.jsonl")
    assert (done.status, done.out.splitlines()[-2]) == (0, "The configured dense_weight, 0.55, is the best.")


def test_tuning_leaves_the_configured_index_as_it_is(cli: Cli, folder: Path) -> None:
    write_files(folder, {"docs/a.txt": "甲。"})
    cli("index", folder / "docs", "--index", folder / "index")
    before = (folder / "index" / "current").read_text(encoding="utf-8")
    assert tune(cli, folder, folder / "p.jsonl").status == 0
    assert (folder / "index" / "current").read_text(encoding="utf-8") == before


def test_question_files_are_asked_of_the_configured_index_and_a_passage_with_the_answer_is_right(
    cli: Cli, folder: Path
) -> None:
    # The halves are by the document that a question names; no document need be the one where the answer is found.
    questions = [
        {"question": f"{fruit}在哪里", "answers": [f"{fruit}开放"], "document": f"p{number}"}
        for number, fruit in enumerate(FRUITS, 1)
    ]
    write_files(folder, {"q.jsonl": json_lines(questions)})
    write_files(folder, {f"docs/{number}.txt": f"{fruit}开放。" for number, fruit in enumerate(FRUITS)})
    assert tune(cli, folder, folder / "q.jsonl").status == 1  # there is no index yet
    cli("index", folder / "docs", "--index", folder / "index")
    tuned = told(tune(cli, folder, folder / "q.jsonl", "--json"))
    assert (tuned["fitted_on"], tuned["held_out"]) == ({"q.jsonl": 2}, {"q.jsonl": 3})
    assert tuned["ranks"]["q.jsonl"]["0.55"] == {"first": 1.0, "five": 1.0, "mrr": 1.0}


def test_questions_that_cannot_be_answered_are_not_asked(cli: Cli, folder: Path) -> None:
    more = paragraphs()
    more[0]["questions"].append({"question": "樱桃树", "answers": [], "unanswerable": True})
    more[3]["questions"].append({"question": "樱桃树", "answers": ["YES"]})
    write_files(folder, {"p.jsonl": json_lines(more)})
    tuned = told(tune(cli, folder, folder / "p.jsonl", "--json"))
    assert (tuned["fitted_on"], tuned["held_out"]) == ({"p.jsonl": 24}, {"p.jsonl": 7})


def test_rgbs_questions_are_tuned_on_among_their_own_passages(cli: Cli, folder: Path) -> None:
    # The question's word stands in the right passages of all others too, which it is not asked of.
    lines = [
        {"id": n, "query": "樱桃树", "answer": f"樱桃树{n}", "positive": [f"樱桃树{n}。"], "negative": ["末"]}
        for n in range(6)
    ]
    write_files(folder, {"r.jsonl": json_lines(lines)})
    tuned = told(tune(cli, folder, folder / "r.jsonl", "--json"))
    assert tuned["fitted_on"]["r.jsonl"] + tuned["held_out"]["r.jsonl"] == 6
    assert tuned["ranks"]["r.jsonl"]["0.55"] == {"first": 1.0, "five": 1.0, "mrr": 1.0}


def test_a_sample_tunes_on_so_many_questions_of_each_file(cli: Cli, folder: Path) -> None:
    write_files(folder, {"q.jsonl": json_lines(paragraphs())})
    tuned = told(tune(cli, folder, folder / "p.jsonl", folder / "q.jsonl", "--sample", 20, "--json"))
    assert {name: tuned["fitted_on"][name] + tuned["held_out"][name] for name in tuned["fitted_on"]} == {
        "p.jsonl": 20, "q.jsonl": 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param([], id="no question"),
        pytest.param([1, 2], id="one half"),  # p2 and p3: both held out
        pytest.param([3, 4], id="the other half"),
        pytest.param([4], id="one document"),
    ],
)
def test_too_few_questions_are_one_line_and_the_call_was_wrong(cli: Cli, folder: Path, kept: list[int]) -> None:
    lines = [line | {"questions": line["questions"] if i in kept else []} for i, line in enumerate(paragraphs())]
    write_files(folder, {"p.jsonl": json_lines(lines)})
    done = tune(cli, folder, folder / "p.jsonl")
    assert (done.status, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"error: {folder / 'p.jsonl'}: too few answerable questions for a half to fit on")


def test_too_few_questions_are_told_with_the_mend(cli: Cli, folder: Path) -> None:
    write_files(folder, {"p.jsonl": json_lines(paragraphs()[:1])})
    assert "; " in tune(cli, folder, folder / "p.jsonl").err
