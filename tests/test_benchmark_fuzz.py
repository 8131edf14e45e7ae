"""What is sent to every operation: routes that break what they say of themselves are caught, each for its own fault."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from flask import Flask, Response, abort, jsonify

from benchmarks.fuzz import Case, Fault, Fuzzed, fuzzed, settings, told
from bot.access import Scope
from bot.web.app import create_app
from bot.web.described import described, gives
from bot.web.openapi import description
from bot.web.shapes import Done
from bot.web.visitors import needs
from tests.fake_encoder import config_in
from tests.fakes import FakeBot

TOKEN = "boss-0123456789abcdef"


def keeps() -> Response:
    """Keeps what it says."""
    return jsonify({"status": "ok"})


def other_body() -> Response:
    """Says something else."""
    return jsonify({"status": "fine"})


def other_type() -> Response:
    """Says it otherwise."""
    return Response("ok", mimetype="text/plain")


def other_status() -> Response:
    """Has a status of its own."""
    abort(418)


def fails() -> Response:
    """Fails."""
    abort(500)


def checks_of(folder: Path, route: object) -> tuple[set[str], set[int]]:
    """The checks that a route fails, and the statuses it has."""
    app: Flask = create_app(FakeBot(), config_in(folder), {"BOT_API_TOKENS": f"boss:ask:{TOKEN}"})  # type: ignore[arg-type]
    marked = needs(Scope.ASK)(described("tried", gives(Done, "done"))(route))  # type: ignore[type-var]
    app.add_url_rule("/api/tried", "tried", marked)
    whole = description(app)
    alone = {**whole, "paths": {"/api/tried": whole["paths"]["/api/tried"]}}
    schema = schemathesis.openapi.from_dict(alone, config=settings(1, 1, TOKEN))
    schema.app = app
    done = fuzzed(schema)
    assert done.errors == ()
    return {fault.check for case in done.cases for fault in case.faults}, {case.status for case in done.cases}


@pytest.mark.parametrize(
    ("route", "failed", "status"),
    [
        (keeps, set(), 200),
        (other_body, {"response_schema_conformance"}, 200),
        (other_type, {"content_type_conformance"}, 200),
        (other_status, {"status_code_conformance"}, 418),
        (fails, {"not_a_server_error", "status_code_conformance"}, 500),
    ],
)
def test_a_route_that_breaks_its_word_is_caught(tmp_path: Path, route: object, failed: set[str], status: int) -> None:
    checks, statuses = checks_of(tmp_path, route)
    assert checks == failed
    assert status in statuses


def test_the_table_counts_what_came_back_and_names_what_is_wrong() -> None:
    broken = Fault("not_a_server_error", "not_a_server_error: Server error (POST /api/ask)")
    strange = Fault("status_code_conformance", "status_code_conformance: 500 (POST /api/ask)")
    cases = (
        Case("POST /api/ask", 200, ()),
        Case("POST /api/ask", 400, ()),
        Case("POST /api/ask", 500, (broken, strange)),
        Case("GET /healthz", 200, ()),
        Case("GET /healthz", 0, (Fault("no_response", "no response (GET /healthz)"),)),
    )
    table = told(Fuzzed(cases, ("GET /x: cannot be tried",)), 61.4, "Seed 1")
    assert table.splitlines() == [
        "Seed 1.",
        "",
        "| what | figure |",
        "| --- | --- |",
        "| operations | 2 |",
        "| requests | 5 |",
        "| of these refused (4xx) | 1 |",
        "| 5xx | 1 |",
        "| without a response | 1 |",
        "| with a status, a media type, a header, a body or a method that is not described | 1 |",
        "| wrong and yet taken, of what programs send | 0 |",
        "| operations that could not be tried | 1 |",
        "| seconds | 61 |",
        "",
        "- GET /x: cannot be tried",
        f"- POST /api/ask: {broken.why}",
        f"- POST /api/ask: {strange.why}",
        "- GET /healthz: no response (GET /healthz)",
    ]
