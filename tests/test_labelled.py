"""Labelled questions: the three formats they come in, what is left out of them, and bad lines by their number."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.labelled import Label, LabelFile, named, read_labels
from bot.types import Document
from tests.fake_encoder import json_lines, write_files

PARAGRAPH: dict[str, Any] = {
    "id": "p1",
    "text": "鄂尔多斯止付3.01亿元。",
    "questions": [
        {"question": "止付多少？", "answers": ["3.01亿元", "3.01亿"], "unanswerable": False},
        {"question": "市长是谁？", "answers": [], "unanswerable": True},
        {"question": "哪一年？", "answers": [2021]},
    ],
}
QUESTION: dict[str, Any] = {"question": "止付多少？", "answers": ["3.01亿元"]}
RGB: dict[str, Any] = {
    "id": 7,
    "query": "何时颁奖？",
    "answer": ["1月3日", "1月03日"],
    "positive": ["1月3日颁奖。", "颁奖在1月03日。"],
    "negative": ["无关之一。", "无关之二。"],
}


def read(folder: Path, *lines: Mapping[str, Any], name: str = "q.jsonl") -> LabelFile:
    return read_labels(write_files(folder, {name: json_lines(lines)}) / name)


def texts(file: LabelFile) -> list[str]:
    return [passage["text"] for passage in file.passages]


# Paragraph files


def test_a_paragraphs_questions_are_of_the_paragraph(tmp_path: Path) -> None:
    file = read(tmp_path, PARAGRAPH)
    assert file == LabelFile(
        tmp_path / "q.jsonl",
        (
            Label("止付多少？", ("3.01亿元", "3.01亿"), "answered", ("p1",)),
            Label("市长是谁？", (), "not_found", ("p1",)),
            Label("哪一年？", ("2021",), "answered", ("p1",)),
        ),
        has_paragraphs=True,
    )
    assert file.is_pooled
    assert [label.answerable for label in file.labels] == [True, False, True]


def test_a_paragraph_without_questions_is_still_a_paragraph(tmp_path: Path) -> None:
    file = read(tmp_path, PARAGRAPH | {"questions": []})
    assert (file.labels, file.has_paragraphs) == ((), True)


# Question files


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({}, Label("止付多少？", ("3.01亿元",), "", ())),
        ({"status": "answered", "document": "a.txt"}, Label("止付多少？", ("3.01亿元",), "answered", ("a.txt",))),
        ({"document": None}, Label("止付多少？", ("3.01亿元",), "", ())),
        ({"documents": ["x", "y"]}, Label("止付多少？", ("3.01亿元",), "", ("x", "y"))),
        ({"documents": ["x"], "document": "y"}, Label("止付多少？", ("3.01亿元",), "", ("x",))),
        ({"documents": [], "document": "y"}, Label("止付多少？", ("3.01亿元",), "", ("y",))),
        ({"answers": [], "status": "not_found"}, Label("止付多少？", (), "not_found", ())),
    ],
)
def test_a_question_is_of_the_documents_it_names(tmp_path: Path, more: dict[str, Any], label: Label) -> None:
    file = read(tmp_path, QUESTION | more)
    assert file == LabelFile(tmp_path / "q.jsonl", (label,), has_paragraphs=False)
    assert not file.is_pooled  # it is asked of the configured index


@pytest.mark.parametrize(
    ("status", "answerable"),
    [("", True), ("answered", True), ("conflict", True), ("not_found", False), ("masked", False)],
)
def test_a_value_is_expected_unless_the_label_says_that_there_is_none(status: str, answerable: bool) -> None:
    assert Label("止付多少？", ("3.01亿元",), status, ()).answerable is answerable


# RGB


def test_a_question_of_rgb_comes_with_its_passages_the_right_ones_first(tmp_path: Path) -> None:
    file = read(tmp_path, RGB, name="rgb.jsonl")
    ids = ("rgb-7-0", "rgb-7-1", "rgb-7-2", "rgb-7-3")
    label = Label("何时颁奖？", ("1月3日", "1月03日"), "answered", ids[:2], among=ids)
    assert file.labels == (label,)
    assert label.parts == (("1月3日", "1月03日"),)
    assert texts(file) == ["1月3日颁奖。", "颁奖在1月03日。", "无关之一。", "无关之二。"]
    assert [passage["id"] for passage in file.passages] == list(ids)
    assert (file.has_paragraphs, file.is_pooled) == (False, True)


def test_an_answer_that_is_one_text_is_its_only_wording(tmp_path: Path) -> None:
    (label,) = read(tmp_path, RGB | {"answer": "1月3日"}).labels
    assert label.parts == (("1月3日",),)


def test_sources_that_disagree_are_taken_in_turn_and_are_a_conflict(tmp_path: Path) -> None:
    file = read(tmp_path, RGB | {"positive_wrong": ["2月9日颁奖。", "颁奖在2月9日。", "据说2月9日。"]})
    (label,) = file.labels
    assert texts(file) == [
        *("1月3日颁奖。", "2月9日颁奖。", "颁奖在1月03日。", "颁奖在2月9日。", "据说2月9日。"),
        *("无关之一。", "无关之二。"),
    ]
    assert label.status == "conflict"
    assert len(label.documents) == 5


def test_groups_are_taken_in_turn_and_each_is_a_part_of_the_answer(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        RGB | {"answer": ["1月3日", ["九人", "9人"]], "positive": [["1月3日颁奖。", "甲。", "乙。"], ["共9人。"]]},
    )
    (label,) = file.labels
    assert texts(file)[:4] == ["1月3日颁奖。", "共9人。", "甲。", "乙。"]
    assert (label.answers, label.more) == (("1月3日",), (("九人", "9人"),))
    assert label.parts == (("1月3日",), ("九人", "9人"))
    assert (label.status, len(label.documents)) == ("answered", 4)


def many(name: str, count: int) -> list[str]:
    return [f"{name}{number}，1月3日。" for number in range(count)]


@pytest.mark.parametrize(
    ("positive", "wrong", "negative", "right", "of"),
    [
        (many("正", 3), [], many("反", 30), 3, 20),
        (many("正", 30), [], many("反", 30), 20, 20),
        (many("正", 12), many("误", 12), many("反", 30), 20, 20),
        ([many("甲", 9), many("乙", 9)], [], many("反", 30), 10, 20),  # put together: at most ten are right
        ([many("甲", 2), many("乙", 3)], [], many("反", 30), 5, 20),
        (many("正", 3), [], many("反", 4), 3, 7),  # no more than there are
    ],
)
def test_a_question_is_asked_of_twenty_passages(
    tmp_path: Path, positive: Sequence[Any], wrong: list[str], negative: list[str], right: int, of: int
) -> None:
    line = RGB | {"positive": positive, "negative": negative} | ({"positive_wrong": wrong} if wrong else {})
    file = read(tmp_path, line)
    (label,) = file.labels
    assert (len(label.documents), len(label.among), len(file.passages)) == (right, of, of)
    assert label.among == tuple(passage["id"] for passage in file.passages)
    assert label.documents == label.among[:right]
    assert texts(file)[right:] == negative[: of - right]


def test_a_question_whose_answer_stands_in_none_of_its_passages_is_left_out(tmp_path: Path) -> None:
    # Nor is it kept for an answer that stands only in another question's passages, or beyond the twentieth.
    beyond = RGB | {"id": 9, "answer": "5月5日", "positive": [*many("正", 20), "5月5日。"]}
    file = read(tmp_path, RGB, RGB | {"id": 8, "answer": ["4月4日"]}, RGB | {"answer": ["3日"], "id": 10}, beyond)
    assert [label.among[0] for label in file.labels] == ["q-7-0", "q-10-0"]


def test_any_wording_of_the_answer_keeps_a_question(tmp_path: Path) -> None:
    assert len(read(tmp_path, RGB | {"answer": ["元月三日", "1月03日"]}).labels) == 1


# What is left out, and bad lines


@pytest.mark.parametrize(
    "line",
    [
        PARAGRAPH | {"questions": [{"question": "止付过吗？", "answers": ["YES"]}]},
        PARAGRAPH | {"questions": [{"question": "止付过吗？", "answers": ["止付过", "NO"]}]},
        QUESTION | {"answers": ["NO"]},
    ],
)
def test_questions_for_yes_or_no_which_stand_in_no_text_are_left_out(tmp_path: Path, line: dict[str, Any]) -> None:
    assert read(tmp_path, line, QUESTION | {"question": "哪个？"}).labels == (Label("哪个？", ("3.01亿元",), "", ()),)


def test_blank_lines_and_a_byte_order_mark_are_nothing(tmp_path: Path) -> None:
    file = write_files(tmp_path, {"q.jsonl": f"\ufeff{json_lines([QUESTION])}\n  \n{json_lines([QUESTION])}"})
    assert len(read_labels(file / "q.jsonl").labels) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[1]", "line 1 is no labelled question"),
        ("5", "line 1 is no labelled question"),
        ("null", "line 1 is no labelled question"),
        ('"questions"', "line 1 is no labelled question"),
        ("{}", "line 1 is no labelled question"),
        ('{"q": 1}', "line 1 is no labelled question"),
        (json_lines([QUESTION, {"question": "止付？"}]), "line 2 is no labelled question"),
        (json_lines([QUESTION, QUESTION | {"answers": None}]), "line 2 is no labelled question"),
        (json_lines([QUESTION, QUESTION | {"documents": 5}]), "line 2 is no labelled question"),
        (json_lines([PARAGRAPH, {"text": "甲。", "questions": [{"question": "?", "answers": []}]}]), "line 2 is no"),
        (json_lines([PARAGRAPH, PARAGRAPH | {"questions": 5}]), "line 2 is no labelled question"),
        (json_lines([PARAGRAPH, PARAGRAPH | {"questions": [5]}]), "line 2 is no labelled question"),
        (json_lines([PARAGRAPH, PARAGRAPH | {"questions": [{"question": "?"}]}]), "line 2 is no labelled question"),
        (json_lines([RGB, RGB, {"query": "?", "answer": "甲"}]), "line 3 is no labelled question"),
        (json_lines([RGB, RGB | {"positive": 5}]), "line 2 is no labelled question"),
        (json_lines([RGB, RGB | {"negative": None}]), "line 2 is no labelled question"),
        ("止付多少？", "is not JSON lines in UTF-8"),
        (json_lines([QUESTION]) + '{"question": ', "is not JSON lines in UTF-8"),
        (b"\xff\xfe{}", "is not JSON lines in UTF-8"),
        ("\n\n" + json_lines([QUESTION]) + "\n[1]\n", "line 5 is no labelled question"),
        ("[" * 100_000, "is not JSON lines in UTF-8"),
        (json_lines([QUESTION | {"answers": [None]}]), "line 1 is no labelled question"),
        (json_lines([QUESTION | {"answers": "甲乙"}]), "line 1 is no labelled question"),
    ],
)
def test_a_bad_line_is_told_by_the_files_name_and_its_number(tmp_path: Path, content: str | bytes, told: str) -> None:
    file = write_files(tmp_path, {"q.jsonl": content}) / "q.jsonl"
    with pytest.raises(BadInput) as caught:
        read_labels(file)
    assert str(caught.value).startswith(f"{file}: {told}")
    assert "; " in str(caught.value)  # the mend


def test_a_file_that_is_not_there_is_told_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.jsonl: cannot be opened \(No such file.*\); name a file of labelled"):
        read_labels(tmp_path / "none.jsonl")


# Names


@pytest.mark.parametrize(
    ("names", "is_one"),
    [
        (("d1",), True),
        (("other", "d1"), True),
        (("a.txt",), True),
        (("2022/a.txt",), True),
        (("reports/2022/a.txt",), True),
        (("s/2022/a.txt",), False),
        (("d",), False),
        ((), False),
    ],
)
def test_a_document_is_named_by_its_id_or_the_end_of_its_source(names: tuple[str, ...], is_one: bool) -> None:
    document = Document("d1", "题", "reports/2022/a.txt")
    assert named(document, names) is is_one
    assert named(dataclasses.replace(document, id="d9", source="x"), names) is False
