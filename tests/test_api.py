"""What programs use beside asking one question: search, batches, and the ids of requests."""

from __future__ import annotations

import io
import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.config import Config
from bot.errors import CorruptIndex
from bot.types import Answer, Filters, Query, Question
from bot.web.app import create_app
from bot.web.request_ids import mark
from bot.wire import document_to_json
from tests.fakes import DOCUMENT, TEXT, FakeBot


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def app(bot: FakeBot, tmp_path: Path) -> Flask:
    return create_app(bot, Config(base=tmp_path))  # type: ignore[arg-type]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def refusal(response: Any) -> tuple[int, str, str]:
    """Status, code and message of an error."""
    told = response.get_json()["error"]
    return response.status_code, told["code"], told["message"]


# ---- search ----


def test_a_search_gives_the_passages_of_an_answer_with_their_links(client: FlaskClient) -> None:
    told = client.post("/api/search", json={"query": "止付"}).get_json()
    passage = {
        "passage_id": "p1",
        "document": document_to_json(DOCUMENT),
        "start": 6,
        "end": len(TEXT),
        "text": TEXT[6:],
        "score": 0.9,
    }
    answer = client.post("/api/ask", json={"question": "止付"}).get_json()
    assert told == {"passages": answer["passages"], "undated_excluded": 2, "index": "fake-1"}
    assert told["passages"] == [{**passage, "link": answer["passages"][0]["link"]}]


def test_every_field_of_a_query_reaches_the_bot(bot: FakeBot, client: FlaskClient) -> None:
    filters = {"document": "d1", "source": "r/", "date_from": "2022-01-01", "date_to": "2022-12-31"}
    client.post("/api/search", json={"query": " 止付 ", "top_k": 50, "filters": filters})
    client.post("/api/search", json={"query": "止付", "top_k": None, "filters": None})
    bounded = Filters(("d1",), "r/", "2022-01-01", "2022-12-31")
    assert bot.searched == [Query(" 止付 ", 50, bounded), Query("止付", 5, Filters())]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], 'the body must be a JSON object such as {"query": "…"}'),
        ({}, 'query is missing; send {"query": "…"}'),
        ({"question": "止付"}, "unknown key question; the keys are query, top_k, filters"),
        ({"query": 5}, "query must be a text"),
        ({"query": " \u3000"}, "query is blank; write what you want to know"),
        ({"query": "长" * 1001}, "query has 1001 characters; at most 1000 are allowed, shorten it"),
        ({"query": "a\0"}, "query holds control characters; send plain text"),
        ({"query": "止付", "top_k": 51}, "top_k must be a whole number from 1 to 50"),
        ({"query": "止付", "filters": []}, "filters must be a JSON object"),
    ],
)
def test_a_bad_search_is_refused_with_its_mend(bot: FakeBot, client: FlaskClient, body: object, message: str) -> None:
    assert refusal(client.post("/api/search", json=body)) == (400, "bad_request", message)
    assert bot.searched == []


def test_the_description_has_the_fields_of_a_search(client: FlaskClient) -> None:
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    told = client.post("/api/search", json={"query": "止付"}).get_json()
    assert list(schemas["SearchResult"]["properties"]) == list(told)
    assert list(schemas["Query"]["properties"]) == ["query", "top_k", "filters"]


@pytest.mark.parametrize("questions", [True, False])
def test_a_query_is_logged_only_where_the_configuration_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, questions: bool
) -> None:
    config = Config(base=tmp_path)
    made = create_app(FakeBot(), replace(config, log=replace(config.log, questions=questions)))  # type: ignore[arg-type]
    with caplog.at_level("INFO"):
        made.test_client().post("/api/search", json={"query": "止付"})
    assert "searched found=1" in caplog.text
    assert ("止付" in caplog.text) is questions


# ---- batches ----

LINES = "application/x-ndjson"


def batch(client: FlaskClient, *lines: object, **more: Any) -> Any:
    """The response to these lines, each JSON unless it is bytes."""
    data = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return client.post("/api/ask/batch", data=data, content_type=LINES, **more)


def replies(response: Any) -> list[dict[str, Any]]:
    assert (response.status_code, response.mimetype) == (200, LINES)
    return [json.loads(line) for line in response.data.decode().splitlines()]


def test_a_batch_is_answered_by_the_line_in_order_as_each_question_alone(client: FlaskClient) -> None:
    told = replies(batch(client, {"id": "one", "question": "止付"}, b"  ", {"id": 2, "question": "隐藏"}))
    alone = [
        client.post("/api/ask", json={"question": question, "request_id": request_id}).get_json()
        for question, request_id in (("止付", "one"), ("隐藏", "2"))
    ]
    assert told == alone
    assert told[0]["citations"][0]["link"].startswith("/documents/d1?")


def test_an_answer_is_sent_before_the_next_question_is_asked(bot: FakeBot, client: FlaskClient) -> None:
    lines = [{"question": "止付"}, {"question": "隐藏"}]
    with batch(client, *lines, buffered=False) as response:
        first = next(response.response)
        assert (json.loads(first)["status"], len(bot.asked)) == ("answered", 1)
        assert json.loads(next(response.response))["status"] == "masked"


def test_a_bad_line_has_its_error_in_its_place(client: FlaskClient) -> None:
    told = replies(batch(client, b"{", {"id": "b", "question": ""}, b"\xff", {"id": "d", "question": "止付"}))
    not_json = 'is not a JSON object in UTF-8, such as {"question": "…"}'
    assert told[:3] == [
        {"request_id": None, "error": {"code": "bad_request", "message": f"line 1: {not_json}"}},
        {
            "request_id": "b",
            "error": {"code": "bad_request", "message": "line 2: question is blank; write what you want to know"},
        },
        {"request_id": None, "error": {"code": "bad_request", "message": f"line 3: {not_json}"}},
    ]
    assert (told[3]["request_id"], told[3]["answer"]) == ("d", "3.01亿元")


def test_a_bad_line_is_told_in_chinese_to_who_prefers_it(client: FlaskClient) -> None:
    response = batch(client, {"question": ""}, headers={"Accept-Language": "zh"})
    assert replies(response)[0]["error"]["message"] == "line 1: question 是空的；写下想知道的事"
    assert response.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CorruptIndex("the index file x is damaged; run: python -m bot index"), None),
        (RuntimeError("a secret"), {"code": "internal", "message": "the server failed; its log says why"}),
    ],
)
def test_a_failure_stands_in_its_place_and_the_batch_goes_on(
    bot: FakeBot, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception, told: object
) -> None:
    answered = bot.ask

    def fails_once(question: Question) -> Answer:
        if question.request_id == "a":
            raise error
        return answered(question)

    monkeypatch.setattr(bot, "ask", fails_once)
    failed, answer = replies(batch(client, {"id": "a", "question": "止付"}, {"question": "止付"}))
    assert failed == {"request_id": "a", "error": told or {"code": "corrupt_index", "message": str(error)}}
    assert answer["answer"] == "3.01亿元"


def test_a_batch_is_bounded_in_bytes_and_lines(bot: FakeBot, client: FlaskClient) -> None:
    told = (413, "too_large", "the body is too large; send at most 1024 KiB")
    assert refusal(batch(client, b" " * (1024 * 1024 + 1))) == told
    assert refusal(batch(client, *[{}] * 1001)) == (413, "too_large", "the batch has 1001 lines; send 1000 at most")
    assert bot.asked == []
    assert len(replies(batch(client, *[{}] * 1000))) == 1000
    assert len(replies(batch(client, {"question": "止付"}, b" " * 900_000))) == 1


def test_a_batch_is_json_lines(client: FlaskClient) -> None:
    message = "send a JSON object a line with the header Content-Type: application/x-ndjson"
    assert refusal(client.post("/api/ask/batch", json={})) == (415, "unsupported_media_type", message)
    assert client.post("/api/ask/batch", data=b"{}", content_type="application/jsonl").status_code == 200


def test_without_an_index_a_batch_is_refused_whole(tmp_path: Path) -> None:
    closed = create_app(None, Config(base=tmp_path)).test_client()
    told = (503, "no_index", "no index is open; run: python -m bot index")
    assert refusal(batch(closed, {"question": "止付"})) == told


# ---- request ids ----


@pytest.mark.parametrize("given", ["a", "r-1_2.Z", "x" * 64])
@pytest.mark.parametrize("path", ["/healthz", "/api/documents/none", "/nowhere", "/", "/static/page.css"])
def test_a_response_has_the_id_that_its_request_has(client: FlaskClient, path: str, given: str) -> None:
    with client.get(path, headers={"X-Request-Id": given}) as response:
        assert response.headers.getlist("X-Request-Id") == [given]


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a;b", "é", "a\u00a0", "止"])
def test_a_request_without_a_plain_id_gets_one_of_its_own(client: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given.encode().decode("latin-1")}
    told = [client.get("/healthz", headers=headers).headers["X-Request-Id"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in told) and told[0] != told[1]


def test_a_failure_has_the_id_too(bot: FakeBot, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot, "ask", lambda question: 1 / 0)
    response = client.post("/api/ask", json={"question": "止付"}, headers={"X-Request-Id": "r-1"})
    assert (response.status_code, response.headers["X-Request-Id"]) == (500, "r-1")


def test_the_lines_of_a_log_have_the_id_of_their_request(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(mark)
    handler.setFormatter(logging.Formatter("%(request_id)s %(name)s"))
    logger = logging.getLogger("bot")
    logger.addHandler(handler)
    with caplog.at_level(logging.INFO, "bot"):
        client.post("/api/ask", json={"question": "止付"}, headers={"X-Request-Id": "r-1"})
        batch(client, {"question": "止付"}, {"question": "止付"}, headers={"X-Request-Id": "r-2"}).get_data()
        logger.info("ready")
    logger.removeHandler(handler)
    assert stream.getvalue().splitlines() == [
        *("r-1 bot.web", "r-1 bot.requests"),
        *("r-2 bot.web", "r-2 bot.web", "- bot"),
    ]
