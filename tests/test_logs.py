"""The log: a line a request, in text and in JSON, without what was asked, and that nobody can forge."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bot.config import Log
from bot.types import Answer, Question
from bot.web import logs
from bot.web.app import create_app
from bot.web.exchanges import Exchange
from tests.fake_encoder import config_in
from tests.fakes import FakeBot

TOKEN = "alice-0123456789abcdef"
ID = {"X-Request-Id": "r-1"}
BEARER = {"Authorization": f"Bearer {TOKEN}", **ID}


def app_in(folder: Path, bot: FakeBot | None = None) -> Flask:
    return create_app(bot or FakeBot(), config_in(folder), environ={"BOT_API_TOKENS": f"alice:ask+read:{TOKEN}"})  # type: ignore[arg-type]


class Said:
    """What a log of this configuration has written."""

    def __init__(self, config: Log) -> None:
        self.stream = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stderr", self.stream)
            patch.setattr(logging, "root", logging.RootLogger(logging.WARNING))
            logs.set_up(config)
            (self.handler,) = logging.root.handlers
        logging.getLogger("bot").addHandler(self.handler)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().split("\n")[:-1]

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def text() -> Iterator[Said]:
    yield from _said(Log())


@pytest.fixture
def lines_of_json() -> Iterator[Said]:
    yield from _said(Log(format="json"))


def _said(config: Log) -> Iterator[Said]:
    logger, levels = logging.getLogger("bot"), {name: logging.getLogger(name).level for name in (*logs._CHATTY, "bot")}
    said = Said(config)
    logger.setLevel(logging.INFO)
    yield said
    logger.removeHandler(said.handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def without_times(line: str) -> str:
    return re.sub(r"ms=\d+", "ms=7", re.sub(r"^\S+ \S+", "T", line))


def test_each_request_has_a_line_with_its_rule_and_never_its_query(tmp_path: Path, text: Said) -> None:
    client = app_in(tmp_path).test_client()
    client.get("/api/documents/d1?secret=止付", headers=BEARER)
    client.get("/nowhere/止付", headers=ID)
    client.open("/api/ask", method="止付", headers=ID)
    assert list(map(without_times, text.lines)) == [
        "T INFO r-1 bot.requests: GET /api/documents/<document:document_id> 200 ms=7 bytes=313 client=alice",
        "T INFO r-1 bot.requests: GET - 404 ms=7 bytes=108 client=-",
        "T INFO r-1 bot.requests: OTHER - 405 ms=7 bytes=122 client=-",
    ]


def test_a_line_has_its_zone(text: Said) -> None:
    logging.getLogger("bot.x").warning("a")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d WARNING - bot\.x: a", text.lines[0])


def test_json_has_the_same_in_fields(tmp_path: Path, lines_of_json: Said) -> None:
    app_in(tmp_path).test_client().get("/api/documents/d1?secret=止付", headers=BEARER)
    (told,) = lines_of_json.objects
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told.pop("time"))
    assert 0 <= told.pop("ms") < 10_000
    rule = "/api/documents/<document:document_id>"
    assert re.sub(r"ms=\d+", "ms=7", told.pop("message")) == f"GET {rule} 200 ms=7 bytes=313 client=alice"
    assert told == {
        "level": "info",
        "logger": "bot.requests",
        "request_id": "r-1",
        "method": "GET",
        "route": rule,
        "status": 200,
        "client": "alice",
        "bytes": 313,
    }


def test_a_stream_has_its_line_when_it_is_sent_with_the_bytes_that_were(tmp_path: Path, lines_of_json: Said) -> None:
    kind = {"Content-Type": "application/x-ndjson"}
    response = (
        app_in(tmp_path).test_client().post("/api/ask/batch", data=b'{"question": "x"}\n' * 2, headers=BEARER | kind)
    )
    assert [told for told in lines_of_json.objects if told["logger"] == "bot.requests"] == []
    sent = response.data
    response.close()
    (told,) = [told for told in lines_of_json.objects if told["logger"] == "bot.requests"]
    assert (told["route"], told["bytes"], told["request_id"]) == ("/api/ask/batch", len(sent), "r-1")
    assert len(sent) > 1000


def test_a_file_has_a_line_whatever_of_it_is_sent(tmp_path: Path, lines_of_json: Said) -> None:
    client, path = app_in(tmp_path).test_client(), "/static/page.css"
    with client.get(path) as first:
        size, etag = len(first.data), first.headers["ETag"]
    for headers in ({"If-None-Match": etag}, {"Range": "bytes=0-9"}):
        client.get(path, headers=headers).close()
    client.head(path).close()
    told = [(line["method"], line["status"], line["bytes"]) for line in lines_of_json.objects]
    assert told == [("GET", 200, size), ("GET", 304, 0), ("GET", 206, 10), ("HEAD", 200, 0)]


FORGED = "a\r\nT ERROR r-2 bot: b\u2028c\u0085d\x1b[2Je\u202ef\ud800g\x00"


def test_no_text_ends_a_line_or_steers_a_terminal(text: Said, lines_of_json: Said) -> None:
    logging.getLogger("bot.x").warning("sent %s", FORGED)
    written = r"sent a\r\nT ERROR r-2 bot: b\u2028c\x85d\x1b[2Je\u202ef\ud800g\x00"
    assert list(map(without_times, text.lines)) == [f"T WARNING - bot.x: {written}"]
    (line,) = lines_of_json.lines
    assert line.isascii() and line.isprintable()
    assert json.loads(line)["message"] == f"sent {FORGED}"
    assert json.loads(line)["request_id"] is None


@pytest.mark.parametrize("header", ["X-Request-Id", "User-Agent", "Referer", "Authorization", "Origin", "Cookie"])
def test_no_header_of_a_request_gets_into_the_log(tmp_path: Path, text: Said, header: str) -> None:
    app_in(tmp_path).test_client().get(
        "/api/index", headers={header: "forged\u0085line 止付".encode().decode("latin-1")}
    )
    assert len(text.lines) == 1 and "forged" not in text.stream.getvalue()


AFTER = "\nT ERROR r-2 bot: forged"


class FailingBot(FakeBot):
    """Fails with the question in its message, over another that has it too."""

    def ask(self, question: Question) -> Answer:
        try:
            raise KeyError(question.text)
        except KeyError as error:
            raise RuntimeError(question.text + AFTER) from error


def failed(folder: Path) -> None:
    client = app_in(folder, FailingBot()).test_client()
    assert client.post("/api/ask", json={"question": "止付多少"}, headers=BEARER).status_code == 500
    response = client.post(
        "/api/ask/batch", data='{"question": "止付多少"}', headers=BEARER | {"Content-Type": "application/x-ndjson"}
    )
    assert json.loads(response.data)["error"]["code"] == "internal"


def test_an_error_is_traced_without_what_it_says(tmp_path: Path) -> None:
    for said in (Said(Log()), Said(Log(format="json"))):
        app = app_in(tmp_path, FailingBot())
        logging.getLogger(app.name).addHandler(said.handler)
        failed(tmp_path)
        logging.getLogger(app.name).removeHandler(said.handler)
        logging.getLogger("bot").removeHandler(said.handler)
        written = said.stream.getvalue()
        assert "止付" not in written and "\\u6b62" not in written and "forged" not in written
        assert "KeyError" in written and "RuntimeError" in written and "test_logs.py" in written


def test_what_an_error_says_is_logged_where_questions_are_and_in_lines_that_are_no_others() -> None:
    record = logging.LogRecord("bot.x", logging.ERROR, "", 0, "failed", None, None)
    asked = Question("止付多少")
    try:
        FailingBot().ask(asked)
    except RuntimeError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    told = logs.Text(told=True).format(record).split("\n")
    assert "RuntimeError: 止付多少" in "\n".join(told)
    assert [line for line in told[1:] if not line.startswith("  ")] == []
    assert "止付" not in logs.Text(told=False).format(record)


def test_a_request_without_a_length_has_none(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "bot.requests"):
        logs.tell(Exchange("GET", "/", 200, "", "r-1", 0.0014, None))
    (record,) = caplog.records
    assert record.getMessage() == "GET / 200 ms=1 bytes=- client=-"
    assert record.fields["bytes"] is None and record.fields["ms"] == 1.4  # type: ignore[attr-defined]
