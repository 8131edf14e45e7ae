"""`GET /metrics`: who may read it, what it counts, and what it never names."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import NoIndex
from bot.jobs import JobState, Stage
from bot.types import Overview
from bot.web.app import create_app
from tests.fake_encoder import config_in
from tests.fakes import OVERVIEW, FakeBot
from tests.test_watcher import until

BOSS, ALICE = "boss-0123456789abcdef", "alice-0123456789abcdef"
TOKENS = f"boss:ask+read+write+admin:{BOSS},alice:ask+read+write:{ALICE}"


class FakeJob:
    """A job that is under way."""

    def state(self) -> JobState:
        return JobState(Stage.RUNNING)


def client_in(folder: Path, bot: Any = None, tokens: str = "", job: Any = None, **tables: Any) -> FlaskClient:
    return create_app(bot or FakeBot(), config_in(folder, **tables), {"BOT_API_TOKENS": tokens}, job).test_client()


def told(client: FlaskClient) -> dict[str, float]:
    """Every sample by its name and its labels' values, as Prometheus's own parser reads them."""
    response = client.get("/metrics")
    assert response.status_code == 200
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


@pytest.mark.parametrize(("token", "status"), [(BOSS, 200), (ALICE, 403), ("", 401)])
def test_who_reads_it_has_the_scope_admin(tmp_path: Path, token: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = client_in(tmp_path, tokens=TOKENS).get("/metrics", headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("0.0.0.0", 403)])
def test_without_tokens_this_machine_alone_may_read_it(tmp_path: Path, host: str, status: int) -> None:
    client = client_in(tmp_path, server={"host": host, "open": True})
    assert client.get("/metrics").status_code == status


def test_it_is_in_prometheus_format(tmp_path: Path) -> None:
    response = client_in(tmp_path).get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert "# TYPE wenda_http_requests_total counter\n" in response.text


def test_requests_are_counted_by_rule_method_and_status(tmp_path: Path) -> None:
    client = client_in(tmp_path)
    for path in ("/api/documents/d1", "/api/documents/d1?q=止付", "/api/documents/none", "/nowhere/1", "/nowhere/2"):
        client.get(path)
    client.open("/api/index", method="止付")
    counts = told(client)
    rule = "/api/documents/<document:document_id>"
    assert {name: value for name, value in counts.items() if name.startswith("wenda_http_requests_total")} == {
        f"wenda_http_requests_total GET {rule} 200": 2.0,
        f"wenda_http_requests_total GET {rule} 404": 1.0,
        "wenda_http_requests_total GET  404": 2.0,
        "wenda_http_requests_total OTHER  405": 1.0,
    }
    assert counts[f"wenda_http_request_duration_seconds_count {rule}"] == 3.0
    assert counts[f"wenda_http_request_duration_seconds_bucket +Inf {rule}"] == 3.0
    assert 0 < counts[f"wenda_http_request_duration_seconds_sum {rule}"] < 10


def test_a_stream_is_counted_once_when_it_is_sent(tmp_path: Path) -> None:
    client = client_in(tmp_path)
    lines = {
        "data": b'{"question": "x"}\n{"question": "\xe6\xad\xa2\xe4\xbb\x98"}\n',
        "content_type": "application/jsonl",
    }
    response = client.post("/api/ask/batch", **lines)
    name = "wenda_http_requests_total POST /api/ask/batch 200"
    assert name not in told(client)
    assert response.data.count(b"\n") == 2
    response.close()
    counts = told(client)
    assert counts[name] == 1.0
    assert (counts["wenda_answers_total answered"], counts["wenda_answers_total not_found"]) == (1.0, 1.0)


def test_every_way_that_a_question_ends_is_there_from_the_start(tmp_path: Path) -> None:
    counts = {
        name: value for name, value in told(client_in(tmp_path)).items() if name.startswith("wenda_answers_total")
    }
    assert counts == {
        f"wenda_answers_total {status}": 0.0 for status in ("answered", "masked", "conflict", "not_found")
    }


def test_it_tells_what_the_index_holds_and_how_old_it_is(tmp_path: Path) -> None:
    held = replace(OVERVIEW, built=time.time() - 100, passages=7)
    counts = told(client_in(tmp_path, FakeBot(held), job=FakeJob()))
    assert counts["wenda_index_info fake-1"] == 1.0
    assert (counts["wenda_index_documents"], counts["wenda_index_passages"]) == (1.0, 7.0)
    assert 100 <= counts["wenda_index_age_seconds"] < 130
    states = {name: value for name, value in counts.items() if name.startswith("wenda_index_job")}
    assert states == {f"wenda_index_job {state}": float(state == "running") for state in Stage}


def test_it_tells_of_the_process(tmp_path: Path) -> None:
    counts = told(client_in(tmp_path))
    assert counts["process_resident_memory_bytes"] > 10_000_000 and counts["process_open_fds"] > 2


class NoIndexBot(FakeBot):
    """Has no index."""

    def overview(self, visible: tuple[str, ...] | None = None) -> Overview:
        raise NoIndex("no index is open; run: python -m bot index")


def test_without_an_index_all_else_is_told(tmp_path: Path) -> None:
    for bot in (None, NoIndexBot()):
        client = create_app(bot, config_in(tmp_path)).test_client()  # type: ignore[arg-type]
        counts = told(client)
        assert "wenda_index_documents" not in counts and counts["wenda_index_job idle"] == 1.0


def test_it_is_told_when_nobody_else_finds_a_turn(tmp_path: Path) -> None:
    client = client_in(tmp_path, server={"threads": 1}, limits={"waiting": 1})
    turns = client.application.extensions["turns"]
    assert turns.take()
    with ThreadPoolExecutor(1) as pool:
        another = pool.submit(turns.take)
        assert until(lambda: turns.waiting() == 1)
        assert client.get("/api/index").status_code == 429
        counts = told(client)
        turns.give_back()
        assert another.result(timeout=30)
    assert (counts["wenda_requests_in_work"], counts["wenda_requests_waiting"]) == (1.0, 1.0)
    assert counts["wenda_http_requests_total GET /api/index 429"] == 1.0


def test_who_sees_some_sources_alone_is_refused(tmp_path: Path) -> None:
    sources = {"boss": ["*"], "alice": ["reports"], "part": ["reports"]}
    tokens = f"{TOKENS},part:read+admin:part-0123456789abcdef"
    client = client_in(tmp_path, tokens=tokens, access={"sources": sources})
    refused = client.get("/metrics", headers={"Authorization": "Bearer part-0123456789abcdef"})
    message = "the metrics count all sources; this token sees some of them alone"
    assert (refused.status_code, refused.get_json()["error"]["message"]) == (403, message)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {BOSS}"}).status_code == 200


def test_nobody_and_nothing_is_named(tmp_path: Path) -> None:
    client = client_in(tmp_path, tokens=TOKENS)
    boss = {"Authorization": f"Bearer {BOSS}"}
    client.post("/api/ask", json={"question": "止付多少"}, headers=boss)
    client.get("/documents/d1?q=止付", headers=boss)
    client.get("/api/documents/平安白皮书", headers=boss)
    text = client.get("/metrics", headers=boss).text
    assert not re.search("止付|平安|%E6|d1\\b|a\\.txt|boss|alice", text)
