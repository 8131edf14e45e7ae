"""A server that loads, gets ready, and stops: a process of its own, over a bot that takes as long as it is told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.errors import PortInUse
from bot.listening import bind
from bot.web.app import create_app
from tests.fake_encoder import config_in, environment
from tests.test_watcher import until

# A question such as 慢2 takes two seconds.
SCRIPT = """
import sys, time
import server
from tests.fakes import FakeBot

class SlowBot(FakeBot):
    encoder = None

    def ask(self, question):
        if question.text.startswith("慢"):
            print("asked", flush=True)
            time.sleep(float(question.text[1:].split()[0]))
        return super().ask(question)

    def close(self):
        print("closed", flush=True)

def opened(config):
    time.sleep(float(sys.argv[1]))
    return SlowBot()

server.Bot.open = opened
sys.exit(server.main(sys.argv[2:]))
"""


class Running:
    """A server's process, and what it has said."""

    def __init__(self, folder: Path, loads: float, settings: str, tokens: str, port: int) -> None:
        (folder / "config.toml").write_text(settings, encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as held:
            self.port = port or held.getsockname()[1]
        self.connections: list[http.client.HTTPConnection] = []
        self.output = folder / f"output-{loads}.txt"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(loads), "--port", str(self.port), "--index", str(folder / "index")],
                cwd=folder, env=environment(BOT_API_TOKENS=tokens), stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_for(self, words: str) -> None:
        assert until(lambda: words in self.said()), self.said()

    def send(self, which: signal.Signals = signal.SIGTERM) -> None:
        os.kill(self.process.pid, which)

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.connect()
        self.connections.append(connection)
        return connection

    def asks(self, question: str) -> http.client.HTTPConnection:
        """A connection that has asked, and whose question is in work."""
        connection = self.connect()
        body = json.dumps({"question": question})
        connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
        self.wait_for("asked")
        return connection

    def is_refused(self) -> bool:
        try:
            self.connect().close()
        except (ConnectionRefusedError, ConnectionResetError):  # reset: it came between two turns of the loop
            return True
        return False


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def starting(loads: float = 0.0, settings: str = "", tokens: str = "", port: int = 0) -> Running:
        started.append(Running(tmp_path, loads, settings, tokens, port))
        return started[-1]

    yield starting
    for running in started:
        running.process.kill()
        running.process.wait()
        for connection in running.connections:
            connection.close()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, object]:
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


STOPPING = {"error": {"code": "unavailable", "message": "the server is stopping; try again in 5 seconds"}}


def test_it_refuses_connections_until_it_is_ready_and_then_it_is(start: Start) -> None:
    running = start(loads=1.5)
    while "Ready" not in running.said():
        refused = running.is_refused()
        assert refused or until(lambda: "Ready" in running.said()), running.said()
        time.sleep(0.1)
    assert get(running.connect(), "/readyz") == (200, {"status": "ready", "index": "fake-1"})


def test_of_two_that_load_for_one_port_the_later_one_is_told_that_it_is_taken(start: Start) -> None:
    first = start(loads=0.5)
    second = start(loads=3.0, port=first.port)
    assert second.process.wait(timeout=30) == 1
    told = f"error: 127.0.0.1:{first.port} is taken; stop what listens there, or choose another with --port\n"
    assert second.said() == f"closed\n{told}"
    assert get(first.connect(), "/healthz")[0] == 200


def test_a_port_that_somebody_listens_at_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held, pytest.raises(PortInUse):
        bind("127.0.0.1", held.getsockname()[1])


def test_what_is_in_hand_is_answered_and_what_comes_then_is_refused(start: Start) -> None:
    running = start()
    running.wait_for("Ready")
    kept = running.connect()
    assert get(kept, "/readyz")[0] == 200
    asking = running.asks("慢2 止付")
    running.send()
    assert until(running.is_refused)
    assert get(kept, "/readyz") == (503, STOPPING)
    assert get(kept, "/api/index") == (503, STOPPING)
    assert get(kept, "/healthz") == (200, {"status": "ok"})
    response = asking.getresponse()
    told = json.loads(response.read())
    assert (response.status, told["status"], told["answer"]) == (200, "answered", "3.01亿元")
    assert running.process.wait(timeout=30) == 0
    assert running.said().endswith("closed\nstopped\n")


def test_a_stream_in_hand_is_sent_to_its_end(start: Start) -> None:
    running = start()
    running.wait_for("Ready")
    connection = running.connect()
    lines = "".join(json.dumps({"question": f"慢0.5 {number}"}) + "\n" for number in range(4))
    connection.request("POST", "/api/ask/batch", lines.encode(), {"Content-Type": "application/x-ndjson"})
    running.wait_for("asked")
    running.send()
    answers = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    assert [answer["question"] for answer in answers] == [f"慢0.5 {number}" for number in range(4)]
    assert running.process.wait(timeout=30) == 0


def test_a_stream_that_takes_longer_than_it_may_says_so_in_every_line_that_is_left(start: Start) -> None:
    running = start(settings="[server]\nstop_seconds = 1\n")
    running.wait_for("Ready")
    connection = running.connect()
    lines = "".join(json.dumps({"question": f"慢0.3 {number}", "id": str(number)}) + "\n" for number in range(20))
    connection.request("POST", "/api/ask/batch", lines.encode(), {"Content-Type": "application/x-ndjson"})
    running.wait_for("asked")
    running.send()
    told = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    assert [line["request_id"] for line in told] == [str(number) for number in range(20)]
    left = {"code": "unavailable", "message": "the server is stopping; send this line again"}
    assert told[0]["question"] == "慢0.3 0" and told[-1]["error"] == left
    assert running.process.wait(timeout=30) == 0
    assert "stopped before" not in running.said()


def test_a_second_signal_ends_it_at_once(start: Start) -> None:
    running = start()
    running.wait_for("Ready")
    asking = running.asks("慢60")
    running.send()
    assert until(running.is_refused)
    began = time.monotonic()
    running.send(signal.SIGINT)
    assert running.process.wait(timeout=30) == 0
    assert time.monotonic() - began < 10
    with pytest.raises((http.client.HTTPException, OSError)):
        asking.getresponse()


def test_what_takes_longer_than_it_may_is_cut_off(start: Start) -> None:
    running = start(settings="[server]\nstop_seconds = 1\n")
    running.wait_for("Ready")
    running.asks("慢60")
    running.send()
    assert running.process.wait(timeout=30) == 0
    assert "WARNING - bot.serving: stopped before all requests were answered: 1\n" in running.said()


def test_nobody_who_is_silent_keeps_it_from_stopping(start: Start) -> None:
    running = start()
    running.wait_for("Ready")
    idle, half = running.connect(), running.connect()
    assert get(idle, "/healthz")[0] == 200
    half.sock.sendall(b"POST /api/ask HTTP/1.1\r\nContent-Length: 100\r\n")
    running.send()
    assert running.process.wait(timeout=5) == 0


@pytest.mark.parametrize(
    ("proxy", "address"), [("", "127.0.0.1"), ("127.0.0.1", "10.1.2.3"), ("10.0.0.1", "127.0.0.1")]
)
def test_the_clients_address_is_a_proxys_word_only_where_that_is_told(start: Start, proxy: str, address: str) -> None:
    running = start(settings=f'[server]\nproxy = "{proxy}"\n', tokens="alice:ask:alice-0123456789abcdef")
    running.wait_for("Ready")
    connection = running.connect()
    body = "token=wrong-0123456789abcdef"
    kind = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": "10.1.2.3"}
    connection.request("POST", "/sign-in", body, {**kind, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "x"})
    connection.getresponse().read()
    assert f"a wrong token from {address}\n" in running.said()


def test_an_app_that_is_not_stopping_refuses_nobody(tmp_path: Path) -> None:
    app = create_app(None, config_in(tmp_path))
    assert app.test_client().get("/healthz").status_code == 200
    app.extensions["stopping"].set()
    page = app.test_client().get("/index", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "服务器正在停止；请在 5 秒后再试" in page.text
