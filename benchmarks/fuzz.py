"""Sends what nobody would to every operation that /openapi.json describes: `python -m benchmarks fuzz`.

Schemathesis makes requests that fit the description, and requests that break it, from a seed, and holds each
response against it. The server runs over samples/ in a process of its own, with a token of all scopes.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.serving import Server

if TYPE_CHECKING:
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine.recorder import CheckNode, ScenarioRecorder
    from schemathesis.schemas import BaseSchema

EXAMPLES = 200  # of an operation, beside those at the bounds of its schemas
SHOWN = 20  # faults printed

_BROKEN, _TAKEN = "not_a_server_error", "negative_data_rejection"
_UNDESCRIBED = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
# Pages show people what they can, and a batch tells of a line that is wrong in its place.
_FORGIVING = "^/(?!api/|v1/|mcp$)|^/api/ask/batch$"
_LINES = ("application/x-ndjson", "application/jsonl")
_CONFIG = """
[documents]
paths = [{documents}]
[index]
dir = "index"
[uploads]
folder = "uploads"
[server]
download_originals = true
[limits]
per_minute = 0
waiting = 1000
[journal]
questions = true
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a response."""

    check: str  # Schemathesis's name for it
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what became of it."""

    operation: str  # POST /api/ask
    status: int  # 0: there was no response
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """All requests of a run, and why others could not be made."""

    cases: tuple[Case, ...]
    errors: tuple[str, ...]

    @property
    def faults(self) -> list[str]:
        """All that is wrong, a line each."""
        return [f"{case.operation}: {fault.why}" for case in self.cases for fault in case.faults]


def report(root: Path, examples: int, seed: int) -> str:
    """A table of what was sent to a server over samples/, and of what came back."""
    import schemathesis

    os.environ["NO_PROXY"] = "127.0.0.1"  # a proxy knows no 127.0.0.1 of ours
    token = secrets.token_urlsafe()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "config.toml"
        file.write_text(_CONFIG.format(documents=json.dumps(str(root / "samples"))), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "bot", "index", "--config", str(file)], cwd=root, check=True)
        secret = {"BOT_CONFIG": str(file), "BOT_API_TOKENS": f"boss:ask+read+write+admin:{token}"}
        with Server(root, folder / "index", folder / "log", environ=secret) as server:
            began = time.perf_counter()
            schema = schemathesis.openapi.from_url(
                f"{server.address}/openapi.json", config=settings(seed, examples, token)
            )
            done = fuzzed(schema)
            seconds = time.perf_counter() - began
    return told(
        done, seconds, f"Schemathesis {schemathesis.__version__}, seed {seed}, {examples} examples an operation"
    )


def settings(seed: int, examples: int, token: str) -> SchemathesisConfig:
    """How requests are made, and what is checked of their responses."""
    from schemathesis.config import SchemathesisConfig

    checks = {name: {"enabled": True} for name in (_BROKEN, *_UNDESCRIBED, _TAKEN)}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "suppress-health-check": ["all"],
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
            "checks": {"enabled": False, **checks},
            "phases": {"stateful": {"enabled": False}},
            "operations": [{"include-path-regex": _FORGIVING, "checks": {_TAKEN: {"enabled": False}}}],
        }
    )


def fuzzed(schema: BaseSchema) -> Fuzzed:
    """What becomes of requests to every operation of a description."""
    import schemathesis
    from schemathesis.engine import events, from_schema

    schemathesis.serializer(*_LINES)(lambda _, value: _encoded(value))
    cases: list[Case] = []
    errors: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            cases += _cases(event.recorder)
        elif isinstance(event, events.NonFatalError):
            errors.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return Fuzzed(tuple(cases), tuple(errors))


def told(done: Fuzzed, seconds: float, how: str) -> str:
    """What was sent and what came back, as a table in Markdown, and the first faults."""
    found = Counter(fault.check for case in done.cases for fault in case.faults)
    rows = {
        "operations": len({case.operation for case in done.cases}),
        "requests": f"{len(done.cases):,}",
        "of these refused (4xx)": f"{sum(400 <= case.status < 500 for case in done.cases):,}",
        "5xx": sum(case.status >= 500 for case in done.cases),
        "without a response": sum(not case.status for case in done.cases),
        "with a status, a media type, a header, a body or a method that is not described": sum(
            any(fault.check in _UNDESCRIBED for fault in case.faults) for case in done.cases
        ),
        "wrong and yet taken, of what programs send": found[_TAKEN],
        "operations that could not be tried": len(done.errors),
        "seconds": f"{seconds:.0f}",
    }
    faults = [f"- {fault}" for fault in (*done.errors, *done.faults)]
    more = [f"- and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
    lines = [f"{how}.", "", "| what | figure |", "| --- | --- |", *(f"| {name} | {it} |" for name, it in rows.items())]
    return "\n".join([*lines, *([""] if faults else []), *faults[:SHOWN], *more])


def _cases(recorder: ScenarioRecorder) -> Iterator[Case]:
    for id_, exchange in recorder.interactions.items():
        sent = f"{exchange.request.method} {exchange.request.uri[:300]} {(exchange.request.body or b'')[:300]!r}"
        faults = [Fault(check.name, f"{_why(check)} ({sent})") for check in recorder.checks.get(id_, ()) if _why(check)]
        if exchange.response is None:
            yield Case(recorder.label, 0, (*faults, Fault("no_response", f"no response ({sent})")))
        else:
            yield Case(recorder.label, exchange.response.status_code, tuple(faults))


def _why(check: CheckNode) -> str:
    """What a check found, on a line; empty where all is well."""
    if check.failure_info is None:
        return ""
    failure = check.failure_info.failure
    return " ".join(f"{check.name}: {failure.title} {failure.message}".split())[:500]


def _encoded(value: Any) -> bytes:
    """A body of lines, which its schema has as one text."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")
