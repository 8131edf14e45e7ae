"""`python server.py` in earnest: a process that gets ready, answers over HTTP, keeps its secrets, and ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from bot.config import Config
from bot.store import Store
from tests.fake_encoder import ROOT, environment, write_files
from tests.slack_server import SlackServer
from tests.test_watcher import until

QUESTION = "鄂尔多斯电诈止付多少"
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-never-printed-bot",
    "SLACK_SIGNING_SECRET": "never-printed-8f742231b10e8888",
    "BOT_API_TOKENS": "alice:ask+read+write:never-printed-token",
}
TOKEN = SECRETS["BOT_API_TOKENS"].split(":")[-1]
PATIENCE = 180  # seconds until a slow machine must be ready
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Served:
    """A server's process, its address, and where its output goes."""

    process: subprocess.Popen[bytes]
    address: str
    output: Path

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def get(self, path: str, body: object = None) -> tuple[int, str]:
        """Status and text of a GET, or of a POST of this JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with _OPENER.open(request, timeout=60) as response:
                return response.status, response.read().decode("utf-8")
        except HTTPError as error:
            with error:
                return error.code, error.read().decode("utf-8")

    def json(self, path: str, body: object = None) -> tuple[int, Any]:
        status, text = self.get(path, body)
        return status, json.loads(text)


@pytest.fixture(scope="module")
def served(samples_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the samples, with every secret set, that has said it is ready."""
    folder = tmp_path_factory.mktemp("server")
    output = folder / "output.txt"
    settings = folder / "config.toml"
    write_files(folder, {"config.toml": '[uploads]\nfolder = "uploads"\n', "uploads/空.txt": ""})
    index = samples_config.index_dir
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with SlackServer() as slack, output.open("wb") as file:
        process = subprocess.Popen(
            [
                *(sys.executable, ROOT / "server.py", "--config", settings),
                *("--index", index, "--port", str(port)),
            ],
            cwd=folder,
            env=environment(SLACK_API_URL=slack.address, **SECRETS),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        running = Served(process, f"http://127.0.0.1:{port}", output)
        try:
            deadline = time.monotonic() + PATIENCE
            while "Ready: " not in running.said():
                assert process.poll() is None, running.said()
                assert time.monotonic() < deadline, running.said()
                time.sleep(0.05)
            yield running
        finally:
            process.kill()
            process.wait()


def test_it_says_where_it_is_ready(served: Served) -> None:
    assert f"Ready: {served.address} and Slack\n" in served.said()


def test_it_is_alive_and_ready(served: Served, samples_config: Config) -> None:
    assert served.json("/healthz") == (200, {"status": "ok"})
    generation = Store(samples_config.index_dir).current()
    assert served.json("/readyz") == (200, {"status": "ready", "index": generation})


def test_it_answers_over_http_and_its_links_open_the_words(served: Served) -> None:
    status, told = served.json("/api/ask", {"question": QUESTION, "request_id": "r-1"})
    assert (status, told["status"], told["answer"], told["request_id"]) == (200, "answered", "3.01亿元", "r-1")
    (citation,) = told["citations"]
    status, document = served.json(f"/api/documents/{citation['document']['id']}")
    assert (status, document["source"]) == (200, "samples/ordos-pingan.txt")
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert document["text"][citation["answer_start"] : citation["answer_end"]] == "3.01亿元"
    status, page = served.get(citation["link"].removeprefix(served.address).split("#")[0])
    assert status == 200
    assert re.findall(r"<mark\b[^>]*>(.*?)</mark>", page) == ["3.01亿元"]


def test_bad_input_has_one_shape(served: Served) -> None:
    status, told = served.json("/api/ask", {"question": "x" * 1001})
    message = "question has 1001 characters; at most 1000 are allowed, shorten it"
    assert (status, told) == (400, {"error": {"code": "bad_request", "message": message}})


def test_its_log_names_the_request(served: Served) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}", "X-Request-Id": "log-1"}
    data = json.dumps({"question": QUESTION}).encode()
    with _OPENER.open(urllib.request.Request(f"{served.address}/api/ask", data, headers), timeout=60) as response:
        assert response.headers["X-Request-Id"] == "log-1"
    assert re.search(r"(?m)^\S+ \S+ INFO log-1 bot\.web: asked id=", served.said())
    assert until(lambda: re.search(r"(?m)^\S+ \S+ WARNING - bot\.jobs: ", served.said()))  # of the job it begins with


def skipped(served: Served) -> list[str]:
    """The sources that the job skipped, when it has ended."""
    assert until(lambda: served.json("/api/index")[1]["job"]["state"] == "done")
    return [line.partition(": ")[0] for line in served.json("/api/index")[1]["job"]["skipped"]]


def test_it_indexes_what_was_sent_before_it_started(served: Served) -> None:
    assert "uploads/空.txt" in skipped(served)


def test_it_takes_a_long_file_and_says_why_it_cannot_be_read(served: Served) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + bytes(5 * 1024**2)
    kind = {"Content-Type": "multipart/form-data; boundary=x", "Authorization": f"Bearer {TOKEN}"}
    sent = urllib.request.Request(f"{served.address}/api/documents", body + b"\r\n--x--\r\n", kind)
    with _OPENER.open(sent, timeout=60) as response:
        assert (response.status, json.load(response)["files"][0]["bytes"]) == (202, 5 * 1024**2)
    assert skipped(served) == ["uploads/a.pdf", "uploads/空.txt"]


def test_it_goes_on_while_a_client_says_nothing(served: Served) -> None:
    port = int(served.address.rsplit(":", 1)[1])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    try:
        for connection in silent:
            connection.sendall(b"POST /api/ask HTTP/1.1\r\nContent-Length: 100\r\n")
        assert served.json("/healthz") == (200, {"status": "ok"})
    finally:
        for connection in silent:
            connection.close()


def test_a_port_that_it_holds_is_told_to_a_second_server(served: Served, samples_config: Config) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "server.py"), "--port", served.address.rsplit(":", 1)[1]],
        env=environment(),
        cwd=served.output.parent,
        capture_output=True,
        timeout=60,
        check=False,
    )
    told = done.stderr.decode()
    assert (done.returncode, done.stdout, len(told.splitlines())) == (1, b"", 1)
    assert told.startswith("error: ")
    assert served.address.removeprefix("http://") in told
    assert told.endswith("stop what listens there, or choose another with --port\n")


def test_it_ends_on_sigterm_having_told_neither_secrets_nor_questions(served: Served) -> None:
    status, _ = served.get("/api/ask", {"question": QUESTION})
    assert status == 200
    served.get("/api/ask", {"question": ""})
    served.get("/nowhere")
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=60) == 0
    said = served.said()
    assert "status=answered" in said  # something is logged of an answer
    assert QUESTION not in said
    assert [name for name, secret in SECRETS.items() if secret in said or secret.split(":")[-1] in said] == []
    assert "Traceback" not in said
