"""What programs use beside asking: search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.config import Config
from bot.types import Filters, Query
from bot.web.app import create_app
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
