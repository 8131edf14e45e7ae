"""The table of answers: what counts as right, as shown and as quoted, in hand-made answers."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import answers
from benchmarks.answers import COLUMNS, MEASURES, SHARES, LabelSet, all_stand, false_values, judge, stands, summary
from benchmarks.intervals import Figure, wilson
from bot.labelled import Label
from bot.types import Answer, Question
from tests.fake_encoder import FakeEncoder, json_lines, write_files
from tests.fakes import FakeBot

ANSWERED = FakeBot().ask(Question("止付多少"))  # 3.01亿元
MASKED = FakeBot().ask(Question("隐藏多少"))
CONFLICT = FakeBot().ask(Question("冲突多少"))  # 3.01亿元 and 537起
NOT_FOUND = FakeBot().ask(Question("无"))


def label(*wordings: str, status: str = "answered", document: str = "d1", **more: Any) -> Label:
    return Label("止付多少", wordings, status, (document,), **more)


@pytest.mark.parametrize(
    ("wording", "text", "does"),
    [
        ("3.01亿元", "止付3.01亿元。", True),
        ("70", "共170个议席", False),
        ("2.3%", "增长12.3%", False),
        ("长安杯", "“长安杯”", True),
        ("ＡＢＣ", "abc", True),
        ("發展", "发展", True),
        ("甲乙", "甲丙乙", False),
        ("，", "，", False),
    ],
)
def test_a_wording_stands_in_a_text_but_not_as_a_part_of_a_number(wording: str, text: str, does: bool) -> None:
    assert stands(wording, text) is does


def test_all_stand_where_of_each_thing_any_wording_does() -> None:
    meant = [("甲", "乙"), ("丙",)]
    assert all_stand(meant, ["有乙", "有丙"])
    assert not all_stand(meant, ["有甲", "有乙"])
    assert not all_stand(meant, [])


@pytest.mark.parametrize(
    ("meant", "answer", "right"),
    [
        (label("3.01亿元"), ANSWERED, True),
        (label("3.02亿元", "3.01亿元"), ANSWERED, True),
        (label("3.01亿元", status=""), ANSWERED, True),  # a label without a status means a value
        (label("3.01亿"), ANSWERED, False),
        (label("3.01亿元"), CONFLICT, False),  # a value is meant, not a dispute
        (label("3.01亿元"), NOT_FOUND, False),
        (label("*.**亿元", status="masked"), MASKED, True),
        (label("*.**亿元", status="masked"), ANSWERED, False),
        (label(status="not_found"), NOT_FOUND, True),
        (label(status="not_found"), MASKED, False),
        (label("3.01亿元", "537起", status="conflict"), CONFLICT, True),
        (label("3.01亿元", "536起", status="conflict"), CONFLICT, False),
        (label("3.01亿元", status="conflict"), ANSWERED, False),
    ],
)
def test_right_is_status_and_value(meant: Label, answer: Answer, right: bool) -> None:
    assert judge(meant, answer).right is right


def test_of_sources_that_disagree_the_true_and_the_false_value_must_be_shown() -> None:
    meant = label("3.01亿元", "301百万元", status="conflict")
    assert judge(meant, CONFLICT, ("537起",)).both is True
    assert judge(meant, CONFLICT, ("37起",)).both is False
    assert judge(meant, ANSWERED, ("3.01亿元",)).both is False


def test_of_an_answer_in_parts_every_part_must_be_quoted() -> None:
    assert judge(label("3.01亿元", more=(("537",),)), CONFLICT).both is True
    assert judge(label("3.01亿元", more=(("538",),)), CONFLICT).both is False
    assert judge(label("3.01亿元"), CONFLICT).both is None


def test_false_values_are_read_from_rgbs_file(tmp_path: Path) -> None:
    lines = [{"query": "甲？", "fakeanswer": "乙"}, {"query": "丙？", "fakeanswer": ["丁", "戊"]}, {"query": "己？"}]
    file = write_files(tmp_path, {"f.jsonl": json_lines(lines)}) / "f.jsonl"
    assert false_values(file) == {"甲？": ("乙",), "丙？": ("丁", "戊")}


def test_a_row_has_every_figure_over_the_questions_that_count() -> None:
    row = summary(
        [
            judge(label("3.01亿元"), ANSWERED),
            judge(label("3.02亿元"), NOT_FOUND),
            judge(label(status="not_found"), ANSWERED),
            judge(label(status="not_found"), NOT_FOUND),
            judge(label(status="masked"), MASKED),
        ]
    )
    assert (row.n, row.p50_ms) == (5, 7)
    assert set(row.figures) == set(COLUMNS) == set(SHARES) | set(MEASURES)
    assert row.figures["right"] == Figure(3 / 5, *wilson(3, 5))
    assert row.figures["value_given"] == Figure(1 / 3, *wilson(1, 3))
    assert row.figures["quote_hit"] == Figure(1 / 2, *wilson(1, 2))
    assert row.figures["not_found_rightly"] == Figure(1 / 2, *wilson(1, 2))
    assert row.figures["refused_wrongly"] == Figure(1 / 2, *wilson(1, 2))
    assert row.figures["em"] == Figure(0.5, None, None)
    assert row.figures["both"] is None


def test_confidence_is_held_against_what_was_right() -> None:
    sure, unsure = (dataclasses.replace(ANSWERED, confidence=confidence) for confidence in (0.75, 0.25))
    row = summary([judge(label("3.01亿元"), sure), judge(label("5780个"), unsure)])
    assert row.figures["auroc"] == Figure(1.0, None, None)
    assert row.figures["ece"] == Figure(0.25, None, None)


def test_an_outcome_tells_what_was_meant_and_what_was_said() -> None:
    told = answers.told(judge(label("3.01亿元"), ANSWERED))
    assert (told["gold"], told["label"], told["status"], told["answer"]) == (
        [["3.01亿元"]],
        "answered",
        "answered",
        "3.01亿元",
    )
    assert (told["marked"], told["quotes"], told["cited"]) == (["3.01亿元"], ["紧急止付涉案资金3.01亿元"], ["d1"])
    assert (told["right"], told["confidence"]) == (True, 0.93)


def test_a_half_is_all_of_a_document_or_nothing() -> None:
    halves = {document: label("a", document=document).is_held_out() for document in map(str, range(200))}
    assert 80 < sum(halves.values()) < 120
    assert all(Label("别的问题", (), "", (document,)).is_held_out() is held for document, held in halves.items())


def test_the_sets_are_those_whose_files_are_there(tmp_path: Path) -> None:
    write_files(tmp_path, {"shared/eval/xquad-zh.jsonl": "", "shared/eval/seeds.jsonl": ""})
    assert answers.label_sets(tmp_path / "shared", tmp_path) == [LabelSet(tmp_path / "shared/eval/xquad-zh.jsonl")]


def test_a_set_is_asked_and_its_table_and_outcomes_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paragraph = {
        "id": "p1",
        "text": "鄂尔多斯全年紧急止付涉案资金3.01亿元。",
        "questions": [{"question": "鄂尔多斯止付多少资金？", "answers": ["3.01亿元"]}],
    }
    write_files(tmp_path, {"shared/eval/xquad-zh.jsonl": json_lines([paragraph]), "config.toml": ""})
    monkeypatch.setattr(answers, "open_encoder", lambda config: FakeEncoder())
    written = ["--json", str(tmp_path / "f.json"), "--outcomes", str(tmp_path / "o.jsonl")]
    assert answers.main(written, tmp_path / "shared", tmp_path, tmp_path / "work") == 0
    (outcome,) = map(json.loads, (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines())
    assert (outcome["set"], outcome["answer"], outcome["right"]) == ("xquad-zh", "3.01亿元", True)
    rows = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["rows"]
    assert rows["xquad-zh: held out"]["figures"]["f1"] == {"value": 1.0, "low": None, "high": None}
    assert "| xquad-zh: held out | 1 | 100.0 (20.7–100.0) |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "../shared is not there"),
        ({"eval/xquad-zh.jsonl": ""}, "no such set: other; there are: xquad-zh"),
    ],
)
def test_an_unknown_set_is_refused_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], said: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        answers.main(["--sets", "other"], write_files(tmp_path, files), tmp_path, tmp_path)
    assert said in capsys.readouterr().err
