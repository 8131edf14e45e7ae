"""Scores in hand-made numbers, and `eval` over a few paragraphs whose scores can be worked out on paper."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import scores
from bot.evaluate import outcome
from bot.labelled import Label
from bot.scores import Outcome, summary
from bot.store import Store
from bot.types import Answer, Question, Value
from tests.fake_encoder import Result, json_lines, write_files
from tests.fakes import DOCUMENT, FakeBot, hit

Cli = Callable[..., Result]

ORDOS = "鄂尔多斯全年紧急止付涉案资金3.01亿元。"  # 21 characters
BAYANNUR = "巴彦淖尔共划分网格5780个。"  # 15 characters
PARAGRAPHS: list[dict[str, Any]] = [
    {
        "id": "p1",
        "text": ORDOS,
        "questions": [{"question": "鄂尔多斯止付多少资金？", "answers": ["3.01亿元"], "unanswerable": False}],
    },
    {
        "id": "p2",
        "text": BAYANNUR,
        "questions": [
            {"question": "巴彦淖尔划分了多少个网格？", "answers": ["共5780个"], "unanswerable": False},
            {"question": "巴彦淖尔的市长是谁？", "answers": [], "unanswerable": True},
            {"question": "巴彦淖尔划分过网格吗？", "answers": ["YES"], "unanswerable": False},
        ],
    },
]


# Measures


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("3.01亿元", ["3", "01", "亿", "元"]),
        ("“长安杯”！", ["长", "安", "杯"]),
        ("Covid-19 Ａ", ["covid", "19", "ａ"]),
        ("a_b", ["a", "b"]),
        ("，。 ", []),
    ],
)
def test_latin_words_and_numbers_are_whole_and_punctuation_is_gone(text: str, tokens: list[str]) -> None:
    assert scores.tokens(text) == tokens


@pytest.mark.parametrize(
    ("answer", "gold", "em", "f1"),
    [
        ("3.01亿元", "3.01亿元", 1, 1),
        ("长安杯", "“长安杯”", 1, 1),
        ("ABC", "abc", 1, 1),
        ("800余万元", "800万元", 0, 2 * 2 / 7),  # 万元, of 800 余 万 元 and 800 万 元
        ("5780个", "共5780个", 0, 2 * 2 / 5),
        ("2019年至2021年", "2021年", 0, 2 * 2 / 7),
        ("甲乙丙丁", "乙丙", 0, 2 * 2 / 6),
        ("甲乙", "乙甲", 0, 2 * 1 / 4),  # a stretch, not a bag
        ("甲", "乙", 0, 0),
        ("", "甲", 0, 0),
        ("甲", "", 0, 0),
        ("", "", 0, 0),
    ],
)
def test_exact_match_and_f1_are_those_of_cmrcs_script(answer: str, gold: str, em: float, f1: float) -> None:
    assert scores.exact_match(answer, gold) == em
    assert scores.f1(answer, gold) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("pairs", "area"),
    [
        ([], None),
        ([(0.9, True)], 0.0),
        ([(0.9, False)], 1.0),
        ([(0.7, True), (0.9, True), (0.8, False)], round((0 + 1 / 2 + 1 / 3) / 3, 4)),
        ([(0.9, False), (0.1, True)], round((1 + 1 / 2) / 2, 4)),
    ],
)
def test_the_area_under_risk_and_coverage(pairs: list[tuple[float, bool]], area: float | None) -> None:
    assert scores.aurc(pairs) == area


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([], None),
        ([(1.0, True), (0.0, False)], 0.0),
        ([(1.0, False)], 1.0),
        ([(0.95, True), (0.85, False), (0.82, True), (0.15, False)], round((0.05 + 0.67 + 0.15) / 4, 4)),
        ([(0.5, True), (0.5, False)], 0.0),
    ],
)
def test_the_expected_calibration_error(pairs: list[tuple[float, bool]], error: float | None) -> None:
    assert scores.calibration_error(pairs) == error


@pytest.mark.parametrize(
    ("pairs", "area"),
    [
        ([], None),
        ([(0.9, True), (0.8, True)], None),
        ([(0.9, False)], None),
        ([(0.9, True), (0.1, False)], 1.0),
        ([(0.1, True), (0.9, False)], 0.0),
        ([(0.9, True), (0.4, True), (0.4, False), (0.1, False)], 0.875),
    ],
)
def test_the_area_under_the_roc_curve(pairs: list[tuple[float, bool]], area: float | None) -> None:
    assert scores.auroc(pairs) == area


def made(**fields: Any) -> Outcome:
    """An outcome of a question that was answered rightly, but for these fields."""
    right = Outcome(
        answerable=True, em=1.0, f1=1.0, rank=1, answer_rank=1, quote_hit=True, quote_length=20, status_right=True,
        not_found=False, confidence=0.9,
    )  # fmt: skip
    return dataclasses.replace(right, **fields)


def test_a_summary_is_of_the_answerable_and_the_unanswerable_apart() -> None:
    told = summary(
        [
            made(),
            made(
                em=0.0, f1=0.5, rank=4, answer_rank=5, quote_hit=False, quote_length=40, status_right=False,
                confidence=0.7,
            ),
            made(
                em=0.0, f1=0.0, rank=0, answer_rank=6, quote_hit=None, status_right=None, not_found=True,
                confidence=0.2,
            ),
            made(
                answerable=False, em=0.0, f1=0.0, rank=None, answer_rank=None, quote_hit=None, not_found=True,
                confidence=0.1,
            ),
            made(answerable=False, em=0.0, f1=0.0, rank=None, answer_rank=None, status_right=False, confidence=0.8),
        ]
    )  # fmt: skip
    # By confidence: right 0.9, wrong 0.8, 0.7, 0.2, 0.1.
    assert told == {
        "n": 5,
        "em": round(1 / 3, 4),
        "f1": 0.5,
        "recall@1": round(1 / 3, 4),
        "recall@5": round(2 / 3, 4),
        "mrr@10": round((1 + 1 / 4) / 3, 4),
        "answer@5": round(2 / 3, 4),
        "quote_hit": round(1 / 3, 4),
        "quote_len": 30.0,
        "status": 0.5,
        "refused_wrongly": round(1 / 3, 4),
        "not_found_rightly": 0.5,
        "aurc": round((0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 5, 4),
        "ece": round((0.1 + 0.8 + 0.7 + 0.2 + 0.1) / 5, 4),
        "auroc": 1.0,
    }


def test_a_measure_without_meaning_is_null() -> None:
    assert summary([]) == dict.fromkeys(scores.NAMES) | {"n": 0}
    told = summary([made(rank=None, answer_rank=None, quote_hit=None, status_right=None)])
    assert {name for name, value in told.items() if value is None} == {
        "recall@1", "recall@5", "mrr@10", "answer@5", "quote_len", "status", "not_found_rightly", "auroc",
    }  # fmt: skip


# What is scored of one answer


def answer(question: str = "止付", **fields: Any) -> Answer:
    return dataclasses.replace(FakeBot().ask(Question(question)), **fields)


def label(*answers: str, status: str = "answered", documents: tuple[str, ...] = ("d1",)) -> Label:
    return Label("止付", answers, status, documents)


def test_an_answer_is_scored_against_the_best_of_its_labels() -> None:
    scored = outcome(label("金额3.01亿元", "3.01亿元"), answer())
    assert scored == Outcome(True, 1.0, 1.0, 1, 1, True, 14, True, False, 0.93)


def test_of_a_conflict_any_of_the_values_may_match() -> None:
    scored = outcome(label("537起", status="conflict"), answer("冲突"))
    assert (scored.em, scored.status_right, scored.answerable) == (1.0, True, True)


def test_a_label_without_a_status_asks_for_a_value_and_scores_no_status() -> None:
    scored = outcome(label("4亿元", status=""), answer())
    assert (scored.answerable, scored.status_right, scored.em, scored.f1) == (True, None, 0.0, pytest.approx(4 / 7))


def test_nothing_found_has_no_quote() -> None:
    scored = outcome(label(status="not_found", documents=()), answer("无", confidence=0.1))
    assert scored == Outcome(False, 0.0, 0.0, None, None, None, 0, True, True, 0.1)


@pytest.mark.parametrize(
    ("documents", "rank"),
    [
        (("d1",), 2),
        (("a.txt",), 2),
        (("reports/a.txt",), 2),  # the whole source
        (("nobody", "d1"), 2),
        (("eports/a.txt",), 0),
        (("nobody",), 0),
        ((), None),
    ],
)
def test_the_right_document_is_known_by_its_id_its_source_or_the_end_of_it(
    documents: tuple[str, ...], rank: int | None
) -> None:
    other = dataclasses.replace(hit(), document=dataclasses.replace(DOCUMENT, id="d0", source="x/b.txt"))
    assert outcome(label("x", documents=documents), answer(passages=(other, hit()))).rank == rank


def test_a_quote_hits_where_an_answer_stands_in_it_whatever_was_answered() -> None:
    scored = outcome(label("止付涉案资金3.01"), answer(answers=(Value("537起", 1),)))
    assert (scored.quote_hit, scored.em) == (True, 0.0)


@pytest.mark.parametrize(
    ("answers", "texts", "rank"),
    [
        (("3.01亿元",), ["止付3.01亿元。"], 1),
        (("3.01亿元",), ["甲。", "乙。", "止付3.01亿元。", "3.01亿元"], 3),
        (("3亿", "3.01亿元"), ["甲。", "止付3.01亿元。"], 2),  # any of the wordings
        (("4亿元",), ["止付3.01亿元。"], 11),  # one beyond the ten that are looked at
        (("4亿元",), [], 11),
        ((), ["止付3.01亿元。"], None),
    ],
)
def test_the_first_passage_with_an_answer_string_is_told_whichever_document_it_is_of(
    answers: tuple[str, ...], texts: list[str], rank: int | None
) -> None:
    passages = tuple(dataclasses.replace(hit(), text=text) for text in texts)
    assert outcome(label(*answers, documents=("nobody",)), answer(passages=passages)).answer_rank == rank


def test_an_answer_in_parts_is_scored_by_the_mean_and_found_where_its_last_part_is() -> None:
    two = dataclasses.replace(label("3.01亿元", "3亿"), more=(("537起",), ("9人", "9名")))
    passages = tuple(dataclasses.replace(hit(), text=text) for text in ("止付3.01亿元。", "破案537起。", "又9名。"))
    said = (Value("3.01亿元", 1), Value("537起", 1))
    scored = outcome(two, answer(passages=passages, answers=said))
    assert (scored.em, scored.f1) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert scored.answer_rank == 3
    assert outcome(two, answer(passages=passages[:2], answers=said)).answer_rank == 11


# The command


def told(result: Result) -> dict[str, Any]:
    assert result.status == 0, result.err
    parsed: dict[str, Any] = json.loads(result.out)
    return parsed


def test_paragraphs_are_pooled_and_asked_open(cli: Cli, tmp_path: Path) -> None:
    # Answered: 3.01亿元 (right) and 5780个 (of 共5780个: F1 4/5, right from 3/5 on); the third is refused.
    # The fourth asks for yes or no, which stands nowhere, and is left out.
    files = write_files(tmp_path, {"p.jsonl": json_lines(PARAGRAPHS)})
    scored = told(cli("eval", files / "p.jsonl", "--index", tmp_path / "index", "--json"))
    assert set(scored) == {"files", "seed", "index", "config"}
    (measures,) = scored["files"].values()
    calibration = {name: measures.pop(name) for name in ("aurc", "ece", "auroc")}
    assert measures == {
        "n": 3,
        "em": 0.5,
        "f1": 0.9,
        "recall@1": 1.0,
        "recall@5": 1.0,
        "mrr@10": 1.0,
        "answer@5": 0.5,  # 共5780个 stands nowhere in one piece
        "quote_hit": 0.5,
        "quote_len": 18.0,
        "status": 1.0,
        "refused_wrongly": 0.0,
        "not_found_rightly": 1.0,
    }
    assert calibration["aurc"] == round((0 + 0 + 1 / 3) / 3, 4)
    assert calibration["auroc"] == 1.0
    assert 0 <= calibration["ece"] < 0.5


def test_the_paragraph_files_of_one_call_are_indexed_together_and_apart_from_the_configured_index(
    cli: Cli, tmp_path: Path
) -> None:
    files = write_files(
        tmp_path, {"one.jsonl": json_lines(PARAGRAPHS[:1]), "two.jsonl": json_lines(PARAGRAPHS[1:]), "d/a.txt": "甲。"}
    )
    index = tmp_path / "index"
    cli("index", files / "d", "--index", index)
    scored = told(cli("eval", files / "one.jsonl", files / "two.jsonl", "--index", index, "--json"))
    assert {name: measures["n"] for name, measures in scored["files"].items()} == {"one.jsonl": 1, "two.jsonl": 2}
    assert set(scored["index"]) == {str(files / "one.jsonl"), str(files / "two.jsonl")}
    assert pooled(index) == {"p1", "p2"}
    told(cli("eval", files / "two.jsonl", "--index", index, "--json"))
    assert pooled(index) == {"p2"}  # what an earlier call pooled is gone
    with closing(Store(index).open(None)) as generation:
        assert [document.source for document in generation.documents] == ["d/a.txt"]


def pooled(index: Path) -> set[str]:
    """The ids of the documents that the last call asked."""
    with closing(Store(index / "eval").open(None)) as generation:
        return {document.id for document in generation.documents}


def test_given_asks_each_question_within_its_own_paragraph(cli: Cli, tmp_path: Path) -> None:
    wrong_home: list[dict[str, Any]] = [
        {"id": "p1", "text": ORDOS, "questions": []},
        {"id": "p2", "text": BAYANNUR, "questions": [{"question": "鄂尔多斯止付多少资金？", "answers": ["3.01亿元"]}]},
    ]
    file = write_files(tmp_path, {"p.jsonl": json_lines(wrong_home)}) / "p.jsonl"
    (opened,) = told(cli("eval", file, "--index", tmp_path / "index", "--json"))["files"].values()
    scored = told(cli("eval", file, "--given", "--index", tmp_path / "index", "--json"))
    (given,) = scored["files"].values()
    assert (opened["em"], given["em"], given["refused_wrongly"]) == (1.0, 0.0, 1.0)
    assert scored["config"]["given"] is True


@pytest.mark.parametrize("name", ["more.jsonl", "more.jsonl.gz"])
def test_distractors_are_added_by_the_seed(cli: Cli, tmp_path: Path, name: str) -> None:
    lines = json_lines([{"id": f"x{number}", "text": f"第{number}条别的消息。"} for number in range(20)]).encode()
    files = write_files(
        tmp_path,
        {"p.jsonl": json_lines(PARAGRAPHS), name: gzip.compress(lines) if name.endswith("gz") else lines},
    )
    chosen = []
    for seed in (1, 1, 2):
        call = ("eval", files / "p.jsonl", "--distractors", files / name, "--limit", 5, "--seed", seed, "--json")
        scored = told(cli(*call, "--index", tmp_path / "index"))
        assert (scored["seed"], scored["config"]["limit"]) == (seed, 5)
        chosen.append(pooled(tmp_path / "index") - {"p1", "p2"})
    assert [len(ids) for ids in chosen] == [5, 5, 5]
    assert chosen[0] == chosen[1] != chosen[2]


def test_question_files_ask_the_configured_index(cli: Cli, tmp_path: Path) -> None:
    questions: list[dict[str, Any]] = [
        {"question": "鄂尔多斯止付多少资金？", "answers": ["3.01亿元"], "status": "answered", "document": "d/a.txt"},
        {"question": "巴彦淖尔的市长是谁？", "answers": [], "status": "not_found", "document": None},
        {"question": "巴彦淖尔划分了多少个网格？", "answers": ["5780个"], "documents": ["x", "b.txt"]},
    ]
    files = write_files(tmp_path, {"d/a.txt": ORDOS, "d/b.txt": BAYANNUR, "q.jsonl": json_lines(questions)})
    cli("index", files / "d", "--index", tmp_path / "index")
    (measures,) = told(cli("eval", files / "q.jsonl", "--index", tmp_path / "index", "--json"))["files"].values()
    assert {name: measures[name] for name in ("n", "em", "recall@1", "status", "not_found_rightly")} == {
        "n": 3, "em": 1.0, "recall@1": 1.0, "status": 1.0, "not_found_rightly": 1.0,
    }  # fmt: skip


def test_a_masked_answer_told_as_such_is_no_question_that_should_have_been_refused(cli: Cli, tmp_path: Path) -> None:
    masked = {"question": "鄂尔多斯止付多少资金？", "answers": ["*.**亿元"], "status": "masked", "document": "a.txt"}
    files = write_files(tmp_path, {"d/a.txt": ORDOS.replace("3.01", "*.**"), "q.jsonl": json_lines([masked])})
    cli("index", files / "d", "--index", tmp_path / "index")
    (measures,) = told(cli("eval", files / "q.jsonl", "--index", tmp_path / "index", "--json"))["files"].values()
    assert measures["status"] == 1.0
    assert measures["not_found_rightly"] is None


def test_without_json_a_table_is_printed(cli: Cli, tmp_path: Path) -> None:
    files = write_files(tmp_path, {"p.jsonl": json_lines(PARAGRAPHS[:1])})
    lines = cli("eval", files / "p.jsonl", "--index", tmp_path / "index").out.splitlines()
    assert [line.split()[:6] for line in lines] == [
        ["file", "n", "em", "f1", "recall@1", "recall@5"],
        ["p.jsonl", "1", "1.000", "1.000", "1.000", "1.000"],
    ]
    columns = dict(zip(lines[0].split(), lines[1].split(), strict=True))
    assert columns["not_found_rightly"] == "-"  # no question was unanswerable


def test_a_sample_asks_so_many_questions_of_each_file_by_the_seed(cli: Cli, tmp_path: Path) -> None:
    files = write_files(tmp_path, {"p.jsonl": json_lines(PARAGRAPHS)})
    call = ("eval", files / "p.jsonl", "--sample", 2, "--index", tmp_path / "index", "--json")
    first, second = told(cli(*call)), told(cli(*call))
    assert first["files"] == second["files"]
    assert first["files"]["p.jsonl"]["n"] == 2


def test_rgbs_questions_are_asked_each_of_its_own_passages(cli: Cli, tmp_path: Path) -> None:
    # Asked of all passages, either would find the other's value too: a conflict, and one of them not first.
    lines: list[dict[str, Any]] = [
        {"id": 0, "query": "甲市止付多少？", "answer": "9亿元", "positive": ["甲市止付9亿元。"], "negative": ["丙。"]},
        {"id": 1, "query": "甲市止付多少？", "answer": "4亿元", "positive": ["甲市止付4亿元。"], "negative": ["丁。"]},
    ]
    files = write_files(tmp_path, {"r.jsonl": json_lines(lines)})
    scored = told(cli("eval", files / "r.jsonl", "--index", tmp_path / "index", "--json"))
    (measures,) = scored["files"].values()
    assert pooled(tmp_path / "index") == {"r-0-0", "r-0-1", "r-1-0", "r-1-1"}
    assert {name: measures[name] for name in ("n", "em", "recall@1", "answer@5", "status")} == {
        "n": 2, "em": 1.0, "recall@1": 1.0, "answer@5": 1.0, "status": 1.0,
    }  # fmt: skip
