"""How sure answers are: fitted on one half of labelled questions, measured on the other."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answerer import choose
from bot.asked import understand
from bot.calibration import (
    Calibration,
    Example,
    Judged,
    Refit,
    Refused,
    Worth,
    calibrated,
    fitted_scale,
    judged,
    table,
    usable,
)
from bot.confidence import Logits, Scale, confidence, logits, support
from bot.config import Answers, config_from
from bot.evaluate import Sampling
from bot.labelled import Label, LabelFile
from bot.types import Status, StoredDocument
from tests.corpus.handmade import TODAY, candidates_for, hits_of, stored
from tests.fake_encoder import FakeEncoder, Result, json_lines, write_files

Cli = Callable[..., Result]

# The fit


def outcomes(slope: float, intercept: float, each: int) -> list[tuple[float, bool]]:
    """Logits from -4 to 4, and outcomes in the shares that a scale says, as nearly as `each` questions allow."""
    pairs = []
    for logit in range(-4, 5):
        right = round(each / (1 + math.exp(-slope * logit - intercept)))
        pairs += [(float(logit), number < right) for number in range(each)]
    return pairs


@pytest.mark.parametrize("scale", [Scale(), Scale(0.6, -0.8), Scale(1.5, 0.5), Scale(0.8, 2.0)])
def test_many_labels_give_the_scale_that_they_were_made_with(scale: Scale) -> None:
    found = fitted_scale(outcomes(scale.slope, scale.intercept, 2000))
    assert (found.slope, found.intercept) == pytest.approx((scale.slope, scale.intercept), abs=0.011)


# Of n even chances none came: the intercept i is where n / (1 + e^-i) is -5i, what the ridge takes to hold them.
@pytest.mark.parametrize(("labels", "intercept"), [(0, 0.0), (1, -0.1), (4, -0.33), (40, -1.48)])
def test_few_labels_move_little(labels: int, intercept: float) -> None:
    assert fitted_scale([(0.0, False)] * labels) == Scale(1.0, intercept)


def test_the_order_of_candidates_is_never_turned_round() -> None:
    assert fitted_scale([(8.0, False), (-8.0, True)] * 500) == Scale(0.01, 0.0)


@given(st.lists(st.tuples(st.floats(-12, 12), st.booleans()), max_size=60))
def test_whatever_is_fitted_can_be_configured(pairs: list[tuple[float, bool]]) -> None:
    found = fitted_scale(pairs)
    answers = config_from({"answers": {"support": [found.slope, found.intercept]}}).answers
    assert Scale(*answers.support) == found


# A question


TOLD = stored("青石镇全年修缮老屋48座。", "d1", "青石镇")
OTHER = stored("白沙镇全年修缮老屋31座。", "d2", "白沙镇")
ASKED = "全年修缮老屋多少座"


def example(*documents: StoredDocument, status: str = "answered", of: tuple[str, ...] = ()) -> Example:
    label = Label(ASKED, ("48座",), status, of)
    texts = {document.document.id: document.text for document in documents}
    return Example(label, understand(ASKED, TODAY), tuple(candidates_for(ASKED, *documents)), texts)


def test_a_candidate_is_judged_by_the_label_and_its_logits_are_those_of_its_confidence() -> None:
    one = example(TOLD)
    candidates = one.candidates
    told = logits(one.asked.wants, candidates[0], candidates)
    assert judged(one) == Judged(answerable=True, logits=told, is_right=True, is_supported=True)
    scale = Scale(0.5, -1.0)
    assert judged(one).pair("confidence", scale) == (
        confidence(one.asked.wants, candidates[0], candidates, scale),
        True,
    )
    assert judged(one).pair("support", scale) == (support(one.asked.wants, candidates[0], candidates, scale), True)


def test_a_question_labelled_as_unanswerable_has_no_right_candidate() -> None:
    told = judged(example(TOLD, status="not_found"))
    assert (told.answerable, told.is_right, told.is_supported) == (False, False, False)


def test_where_nothing_may_answer_the_probability_is_nought() -> None:
    told = judged(example())
    assert told == Judged(answerable=True, logits=None, is_right=False, is_supported=False)
    assert told.pair("support", Scale(1.0, 9.0)) == (0.0, False)


def test_answers_are_given_by_the_configured_scales() -> None:
    one, hits = example(TOLD), hits_of([TOLD])
    unsure = choose(one.asked, one.candidates, hits, Answers(confidence=(0.01, -2.0)))
    assert (unsure.status, unsure.confidence) == (Status.ANSWERED, judged(one).pair("confidence", Scale(0.01, -2.0))[0])
    refused = choose(one.asked, one.candidates, hits, Answers(support=(0.01, -2.0)))
    assert (refused.status, refused.confidence) == (Status.NOT_FOUND, judged(one).pair("confidence", Scale())[0])


@pytest.mark.parametrize("of", [("d1",), ()])  # without a document named it is the one that holds the answer
def test_asked_without_its_documents_a_question_is_unanswerable(of: tuple[str, ...]) -> None:
    other = example(TOLD, OTHER, of=of).without_its_documents()
    assert {candidate.hit.document.id for candidate in other.candidates} == {"d2"}
    assert other.label == Label(ASKED, ("48座",), "not_found", of)
    assert example(TOLD, of=of).without_its_documents().candidates == ()


def test_usable_are_answerable_questions_with_an_answer_and_unanswerable_ones() -> None:
    labels = tuple(
        Label(status or "plain", answers, status, ())
        for status, answers in [
            ("answered", ("甲",)), ("", ("甲",)), ("", ()), ("conflict", ("甲", "乙")),
            ("not_found", ()), ("masked", ()),
        ]
    )  # fmt: skip
    file = LabelFile(Path("q.jsonl"), labels, has_paragraphs=False)
    assert [label.question for label in usable(file, Sampling())] == ["answered", "plain", "conflict", "not_found"]


# What is found


def sure(logit: float, tells: bool, answerable: bool = True) -> Judged:
    return Judged(answerable, Logits(logit, logit), is_right=tells, is_supported=tells)


# As often right as wrong, but far too sure of it: what was fitted is near even.
FIT = [sure(3.0, number % 2 == 0) for number in range(400)]
HELD = [sure(3.0, tells=True), sure(3.0, tells=False, answerable=False), sure(-3.0, tells=False)]


def test_what_a_scale_is_worth_is_told_of_the_held_out_questions() -> None:
    found = calibrated(Answers(), FIT, HELD)
    assert (found.fitted_on, found.held_out, list(found.refits)) == (400, 3, ["confidence", "support"])
    # 0.953 twice, of which one is right, and 0.047, of which none is: (1.906 - 1 + 0.047) / 3.
    before = Worth(ece=0.3177, auroc=0.75, log_loss=round(-(2 * math.log(0.953) + math.log(0.047)) / 3, 4))
    assert found.refits["support"].configured == Scale()
    assert found.refits["support"].before == before
    assert found.refits["support"].is_better


def test_refused_is_told_for_each_threshold_of_answerable_and_unanswerable_questions() -> None:
    found = calibrated(Answers(min_support=0.97), FIT, HELD).refused
    assert [at.min_support for at in found["configured"]] == [0.1, 0.2, 0.25, 0.3, 0.4, 0.42, 0.5, 0.97]
    # Of 0.953 and 0.047, answerable, and 0.953, unanswerable.
    assert found["configured"][0] == Refused(0.1, unanswerable=0.0, answerable=0.5)
    assert found["configured"][-1] == Refused(0.97, unanswerable=1.0, answerable=1.0)
    assert calibrated(Answers(), FIT, HELD[:1]).refused["fitted"][0].unanswerable is None


def test_a_configured_scale_is_what_is_measured_against() -> None:
    found = calibrated(Answers(support=(0.01, 0.0)), FIT, HELD)
    assert found.refits["support"].configured == Scale(0.01, 0.0)
    # 0.507 twice, of which one is right, and 0.493, of which none is: (1.014 - 1 + 0.493) / 3.
    assert found.refits["support"].before.ece == 0.169


def refit(fitted: Scale, loss: float) -> Refit:
    return Refit(Scale(), fitted, Worth(0.1, 0.8, 0.5), Worth(0.05, None, loss))


def test_a_gain_is_told_with_the_lines_to_set() -> None:
    refits = {"confidence": refit(Scale(0.9, -0.25), 0.4), "support": refit(Scale(1.2, 0.0), 0.4)}
    refused = {"configured": (Refused(0.25, 0.75, 0.125),), "fitted": (Refused(0.25, 1.0, None),)}
    lines = table(Calibration(20, 18, refits, refused)).splitlines()
    assert [line.split() for line in lines[1:5]] == [
        ["confidence", "20", "18", "[1,", "0]", "(configured)", "0.1000", "0.8000", "0.5000"],
        ["confidence", "20", "18", "[0.9,", "-0.25]", "(fitted)", "0.0500", "-", "0.4000"],
        ["support", "20", "18", "[1,", "0]", "(configured)", "0.1000", "0.8000", "0.5000"],
        ["support", "20", "18", "[1.2,", "0]", "(fitted)", "0.0500", "-", "0.4000"],
    ]
    assert [line.split() for line in lines[5:7]] == [
        ["min_support", "unanswerable", "refused", "answerable", "refused"],
        ["0.25", "0.7500", "->", "1.0000", "0.1250", "->", "-"],
    ]
    assert lines[7:] == ["To take it up, set [answers] confidence = [0.9, -0.25] and support = [1.2, 0]."]


@pytest.mark.parametrize(
    ("support", "last"),
    [
        (refit(Scale(1.2, 0.0), 0.4), "To take it up, set [answers] support = [1.2, 0]."),
        (refit(Scale(1.2, 0.0), 0.5), "Leave confidence and support as they are: what was fitted is no better on the"),
        (refit(Scale(), 0.5), "Leave confidence and support as they are: what was fitted is no better on the"),
    ],
)
def test_what_does_not_carry_over_is_to_be_left(support: Refit, last: str) -> None:
    refits = {"confidence": refit(Scale(0.9, -0.25), 0.6), "support": support}
    assert table(Calibration(20, 18, refits, {"configured": (), "fitted": ()})).splitlines()[-1].startswith(last)


def test_too_few_labels_are_told_with_how_many_are_needed() -> None:
    assert table(Calibration(16, 9, {}, {})) == (
        "Confidence and support are left as they are: 16 questions to fit on and 9 to measure on are too few;"
        " label questions of more documents, until each half has 10."
    )


# The command


TOWNS = [first + second for first in "青白红黄紫黑金银" for second in "石沙水木山田"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty-eight paragraphs, a question each, with a configuration."""
    lines = [
        {
            "id": f"p{number}",
            "text": f"{town}镇全年修缮老屋{number + 11}座。",
            "questions": [{"question": f"{town}镇全年修缮老屋多少座", "answers": [f"{number + 11}座"]}],
        }
        for number, town in enumerate(TOWNS)
    ]
    return write_files(
        tmp_path, {"p.jsonl": json_lines(lines), "x.toml": "[index]\ndir = 'index'\n[reader]\nenabled = false\n"}
    )


def test_tune_makes_questions_unanswerable_where_few_are_labelled_so(cli: Cli, folder: Path) -> None:
    result = cli("tune", folder / "p.jsonl", "--config", folder / "x.toml", "--json", encoder=FakeEncoder())
    assert (result.status, result.err) == (0, "")
    told = json.loads(result.out)["calibration"]
    assert told["fitted_on"] + told["held_out"] == 48 + 16  # every third once more, without its document
    assert told["refits"]["support"]["configured"] == {"slope": 1.0, "intercept": 0.0}
    assert [at["min_support"] for at in told["refused"]["fitted"]] == [0.1, 0.2, 0.25, 0.3, 0.4, 0.42, 0.5]


def test_tune_is_the_same_again(cli: Cli, folder: Path) -> None:
    first, again = (
        cli("tune", folder / "p.jsonl", "--config", folder / "x.toml", encoder=FakeEncoder()).out for _ in range(2)
    )
    assert first == again
    assert first.splitlines()[-1].startswith(("To take it up, set [answers]", "Leave confidence and support"))
