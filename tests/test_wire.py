"""JSON in and out: what is taken, what is refused and in which words, and the contract's answer."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from bot.errors import BadInput
from bot.types import Complaint, Document, Duplicate, Filters, Question, Rating, Reason, Verdict
from bot.wire import (
    MAX_QUESTION,
    answer_to_json,
    checked_question,
    clean,
    document_to_json,
    json_from,
    question_from_json,
    rating_from_json,
)
from tests.fakes import DOCUMENT, FakeBot

NO_DOCUMENT = "filters.document must be a document's id or a list of ids"
KEYS = "question, top_k, filters, previous, today, request_id"
DOCUMENT_JSON = {
    "id": "d1",
    "title": "平安白皮书",
    "source": "reports/a.txt",
    "publisher": "草原日报",
    "url": None,
    "date": "2022-01-06",
    "author": None,
    "editor": None,
    "number": None,
}


def test_a_document_tells_who_wrote_and_edited_it_and_its_number() -> None:
    told = document_to_json(Document("d", "公告", "a/b.txt", author="甲、乙", editor="丙", number="云政发〔2022〕12号"))
    assert (told["author"], told["editor"], told["number"]) == ("甲、乙", "丙", "云政发〔2022〕12号")


# In


def test_a_question_alone_gets_the_defaults() -> None:
    assert question_from_json({"question": "止付多少"}) == Question("止付多少", 5, Filters(), None, None, None)


def test_every_field_is_taken() -> None:
    asked = question_from_json(
        {
            "question": "去年呢",
            "top_k": 50,
            "filters": {"document": ["a", "b"], "source": "r/", "date_from": "2022-01-01", "date_to": "2022-12-31"},
            "previous": "止付多少",
            "today": "2023-05-06",
            "request_id": "r-1",
        }
    )
    filters = Filters(("a", "b"), "r/", "2022-01-01", "2022-12-31")
    assert asked == Question("去年呢", 50, filters, "止付多少", "2023-05-06", "r-1")


def test_null_is_as_good_as_nothing() -> None:
    empty = {"document": None, "source": None, "date_from": None, "date_to": None}
    fields: dict[str, Any] = dict.fromkeys(("top_k", "filters", "previous", "today", "request_id"))
    assert question_from_json({"question": "止付", **fields}) == Question("止付")
    assert question_from_json({"question": "止付", "filters": empty}) == Question("止付")


def test_one_document_may_be_named_without_a_list() -> None:
    assert question_from_json({"question": "止付", "filters": {"document": "a"}}).filters == Filters(("a",))


@pytest.mark.parametrize("length", [1, MAX_QUESTION])
def test_a_question_of_the_allowed_length_is_taken(length: int) -> None:
    assert question_from_json({"question": "𠮷" * length}).text == "𠮷" * length


@pytest.mark.parametrize(
    ("given", "taken"),
    [("止付\ud800多少", "止付\ufffd多少"), ("\udc00", "\ufffd"), ("a\tb\nc", "a\tb\nc"), (" 止付 ", " 止付 ")],
)
def test_lone_surrogates_become_replacement_characters_and_all_else_stays(given: str, taken: str) -> None:
    assert checked_question(given) == taken
    assert question_from_json({"question": given}).text == taken
    taken.encode("utf-8")


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (None, 'the body must be a JSON object such as {"question": "…"}'),
        ([], 'the body must be a JSON object such as {"question": "…"}'),
        ("止付", 'the body must be a JSON object such as {"question": "…"}'),
        ({}, 'question is missing; send {"question": "…"}'),
        ({"question": None}, "question must be a text"),
        ({"question": 1}, "question must be a text"),
        ({"question": ["止付"]}, "question must be a text"),
        ({"question": ""}, "question is blank; write what you want to know"),
        ({"question": " \u3000\t\n"}, "question is blank; write what you want to know"),
        ({"question": "x" * 1001}, "question has 1001 characters; at most 1000 are allowed, shorten it"),
        ({"question": "a\0b"}, "question holds control characters; send plain text"),
        ({"question": "\x1b[31m"}, "question holds control characters; send plain text"),
        ({"question": "止付", "previous": " "}, "previous is blank; write what you want to know"),
        ({"question": "止付", "previous": 5}, "previous must be a text"),
        ({"question": "止付", "top_k": 0}, "top_k must be a whole number from 1 to 50"),
        ({"question": "止付", "top_k": 51}, "top_k must be a whole number from 1 to 50"),
        ({"question": "止付", "top_k": 2.0}, "top_k must be a whole number from 1 to 50"),
        ({"question": "止付", "top_k": True}, "top_k must be a whole number from 1 to 50"),
        ({"question": "止付", "top_k": "5"}, "top_k must be a whole number from 1 to 50"),
        ({"question": "止付", "top_k": float("nan")}, "top_k must be a whole number from 1 to 50"),
        ({"question": "止付", "request_id": 7}, "request_id must be a text of at most 200 characters, or null"),
        ({"question": "止付", "request_id": "x" * 201}, "request_id must be a text of at most 200 characters, or null"),
        ({"question": "止付", "Question": "x"}, f"unknown key Question; the keys are {KEYS}"),
        ({"question": "止付", "id": "x"}, f"unknown key id; the keys are {KEYS}"),
        ({"question": "止付", "\ud800": 1}, f"unknown key \ufffd; the keys are {KEYS}"),
        ({"question": "止付", "filters": []}, "filters must be a JSON object"),
        ({"question": "止付", "filters": "a"}, "filters must be a JSON object"),
        (
            {"question": "止付", "filters": {"from": "2022"}},
            "unknown key filters.from; the keys are document, source, date_from, date_to",
        ),
        ({"question": "止付", "filters": {"document": 5}}, NO_DOCUMENT),
        ({"question": "止付", "filters": {"document": [""]}}, NO_DOCUMENT),
        ({"question": "止付", "filters": {"document": {"a": 1}}}, NO_DOCUMENT),
        (
            {"question": "止付", "filters": {"source": 5}},
            "filters.source must be the beginning of a source, such as reports/2022/",
        ),
        ({"question": "止付", "filters": {"date_from": "2022"}}, "date_from must be a date written YYYY-MM-DD"),
        (
            {"question": "止付", "filters": {"date_from": "2022-02-01", "date_to": "2022-01-31"}},
            "date_from is after date_to; swap them",
        ),
        ({"question": "止付", "filters": {"date_to": "2022-02-30"}}, "date_to must be a date written YYYY-MM-DD"),
        ({"question": "止付", "filters": {"date_to": "20220228"}}, "date_to must be a date written YYYY-MM-DD"),
        ({"question": "止付", "filters": {"date_to": 20220228}}, "date_to must be a date written YYYY-MM-DD"),
        ({"question": "止付", "filters": {"date_to": "2022-W01-1"}}, "date_to must be a date written YYYY-MM-DD"),
        ({"question": "止付", "today": "昨天"}, "today must be a date written YYYY-MM-DD"),
        ({"question": "止付", "today": "２０２２-01-06"}, "today must be a date written YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name_in_one_line(payload: object, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        question_from_json(payload)
    assert str(caught.value) == message
    str(caught.value).encode("utf-8")


@pytest.mark.parametrize(
    ("payload", "rating"),
    [
        ({"id": "a1", "verdict": "up"}, Rating("a1", Verdict.UP)),
        ({"id": "a1", "verdict": "up", "reason": None, "note": " 很快\n"}, Rating("a1", Verdict.UP, None, "很快")),
        ({"id": "a1", "verdict": "down"}, Rating("a1", Verdict.DOWN)),
        (
            {"id": "a1", "verdict": "down", "reason": "missed", "note": "长" * 500},
            Rating("a1", Verdict.DOWN, Complaint.MISSED, "长" * 500),
        ),
        ({"id": "a1", "verdict": None, "reason": None, "note": None}, Rating("a1", None)),
        ({"id": "\udcff", "verdict": "down", "note": "\ud800"}, Rating("\ufffd", Verdict.DOWN, None, "\ufffd")),
    ],
)
def test_what_is_said_of_an_answer_is_taken(payload: object, rating: Rating) -> None:
    assert rating_from_json(payload) == rating


NO_ID = "id must be the id of an answer, as POST /api/ask gave it"
NO_REASON = "reason must be wrong_value, wrong_quote, missed, not_in_documents, other or null"
NO_NOTE = "note must be a text of at most 500 characters, or null"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ([], 'the body must be a JSON object such as {"id": "…", "verdict": "up"}'),
        ({"verdict": "up"}, NO_ID),
        ({"id": "", "verdict": "up"}, NO_ID),
        ({"id": 7, "verdict": "up"}, NO_ID),
        ({"id": "a" * 201, "verdict": "up"}, NO_ID),
        ({"id": "a1"}, "verdict is missing; send up, down or null"),
        ({"id": "a1", "verdict": "UP"}, "verdict must be up, down or null"),
        ({"id": "a1", "verdict": ["up"]}, "verdict must be up, down or null"),
        ({"id": "a1", "verdict": False}, "verdict must be up, down or null"),
        ({"id": "a1", "verdict": "down", "reason": "rude"}, NO_REASON),
        ({"id": "a1", "verdict": "down", "reason": ""}, NO_REASON),
        ({"id": "a1", "verdict": "up", "reason": "other"}, "reason goes with the verdict down alone; leave it out"),
        ({"id": "a1", "verdict": None, "reason": "other"}, "reason goes with the verdict down alone; leave it out"),
        ({"id": "a1", "verdict": None, "note": "x"}, "note goes with a verdict; leave it out"),
        ({"id": "a1", "verdict": "up", "note": 1}, NO_NOTE),
        ({"id": "a1", "verdict": "up", "note": "长" * 501}, NO_NOTE),
        ({"id": "a1", "verdict": "up", "note": "a\0"}, "note holds control characters; send plain text"),
        ({"id": "a1", "verdict": "up", "answer": {}}, "unknown key answer; the keys are id, verdict, reason, note"),
    ],
)
def test_what_is_wrong_in_it_is_refused_by_name(payload: object, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        rating_from_json(payload)
    assert str(caught.value) == message


def test_clean_leaves_whole_pairs_alone() -> None:
    assert clean("😀\ud83d\ude00\ud83d") == "😀\ufffd\ufffd\ufffd"  # a pair in a Python text is two lone ones


# Out


def test_an_answer_has_the_contracts_fields_in_its_order() -> None:
    answer = FakeBot().ask(Question("电诈止付多少", request_id="r-1"))
    told = answer_to_json(answer)
    assert told == {
        "id": "a1",
        "request_id": "r-1",
        "question": "电诈止付多少",
        "understood": "电诈止付多少",
        "status": "answered",
        "reason": None,
        "answer": "3.01亿元",
        "answers": [{"text": "3.01亿元", "citation": 1, "target": False}],
        "text": "3.01亿元。\n“紧急止付涉案资金3.01亿元”[1]",
        "confidence": 0.93,
        "citations": [
            {
                "n": 1,
                "document": DOCUMENT_JSON,
                "passage_id": "p1",
                "page": None,
                "start": 19,
                "end": 33,
                "quote": "紧急止付涉案资金3.01亿元",
                "answer_start": 27,
                "answer_end": 33,
                "duplicates": [],
                "cells": [],
            }
        ],
        "passages": [
            {
                "passage_id": "p1",
                "document": DOCUMENT_JSON,
                "start": 6,
                "end": 73,
                "text": answer.passages[0].text,
                "score": 0.9,
            }
        ],
        "undated_excluded": 0,
        "index": "fake-1",
        "took_ms": 7,
        "parts": [],
    }
    assert (
        list(told)
        == (
            "id request_id question understood status reason answer answers text confidence citations passages "
            "undated_excluded index took_ms parts"
        ).split()
    )
    assert json.loads(json.dumps(told)) == told


def test_an_answer_that_was_not_found_says_why() -> None:
    told = answer_to_json(dataclasses.replace(FakeBot().ask(Question("无")), reason=Reason.OTHER_PLACE))
    assert (told["status"], told["reason"], told["answer"], told["answers"], told["citations"]) == (
        "not_found", "other_place", None, [], [],
    )  # fmt: skip


def test_duplicates_are_told_with_their_documents() -> None:
    answer = FakeBot().ask(Question("止付"))
    citation = dataclasses.replace(answer.citations[0], duplicates=(Duplicate(DOCUMENT, 3, 9),), page=2)
    (told,) = answer_to_json(dataclasses.replace(answer, citations=(citation,)))["citations"]
    assert told["duplicates"] == [{"document": DOCUMENT_JSON, "start": 3, "end": 9}]
    assert told["page"] == 2


def test_a_document_is_given_as_the_whole_object() -> None:
    assert document_to_json(DOCUMENT) == DOCUMENT_JSON


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"b": [{"a": 1, "a": 2}]}', '{"a": 1, "\\u0061": 2}'])
def test_an_object_with_a_key_twice_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"^a is there twice; send it once$"):
        json_from(text)
