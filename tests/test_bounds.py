"""How much one client may ask for in a minute, and how much all together at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.types import Answer, Question
from bot.web.app import create_app
from bot.web.bounds import Rates, Turns
from tests.fake_encoder import config_in
from tests.fakes import FakeBot
from tests.test_watcher import until

ALICE, BEN = "alice-0123456789abcdef", "ben-0123456789abcdef"
TOKENS = f"alice:ask+read:{ALICE},ben:ask+read:{BEN}"
BUSY = {"code": "too_many_requests", "message": "the server is busy; try again in 2 seconds"}


def app_in(folder: Path, bot: FakeBot | None = None, tokens: str = TOKENS, **tables: Mapping[str, Any]) -> Flask:
    return create_app(bot or FakeBot(), config_in(folder, **tables), environ={"BOT_API_TOKENS": tokens})  # type: ignore[arg-type]


def asked(client: FlaskClient, token: str = ALICE, address: str = "10.0.0.1", **headers: str) -> Any:
    given = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get("/api/index", headers=given | headers, environ_overrides={"REMOTE_ADDR": address})


# A minute


class Clock:
    """A time that the test sets."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_client_waits_until_its_first_request_is_a_minute_old(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, rates = Clock(), Rates(2)
    monkeypatch.setattr("time.time", clock)
    assert rates.wait("token", "a") == 0
    clock.now += 10.5
    assert (rates.wait("token", "a"), rates.wait("token", "a")) == (0, 50)
    assert (rates.wait("token", "b"), rates.wait("address", "a")) == (0, 0)
    clock.now += 49.4
    assert rates.wait("token", "a") == 1
    clock.now += 0.2
    assert (rates.wait("token", "a"), rates.wait("token", "a")) == (0, 11)


def test_each_token_has_a_minute_of_its_own_wherever_it_is_used(tmp_path: Path) -> None:
    client = app_in(tmp_path, limits={"per_minute": 2}).test_client()
    assert [asked(client, ALICE, address).status_code for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3")] == [
        200,
        200,
        429,
    ]
    assert asked(client, BEN).status_code == 200


def test_a_refusal_says_when_to_come_back(tmp_path: Path) -> None:
    client = app_in(tmp_path, limits={"per_minute": 1}).test_client()
    asked(client)
    response = asked(client)
    wait = response.headers["Retry-After"]
    assert (response.status_code, wait) in ((429, "59"), (429, "60"))
    told = {"code": "too_many_requests", "message": f"too many requests; try again in {wait} seconds"}
    assert response.get_json() == {"error": told}
    chinese = asked(client, **{"Accept-Language": "zh"}).get_json()["error"]["message"]
    assert re.fullmatch("请求太多；请在 (59|60) 秒后再试", chinese)
    page = client.get("/index", headers={"Authorization": f"Bearer {ALICE}", "Accept": "text/html"})
    assert page.status_code == 429 and "问得太快了，请稍等片刻再试" in page.text


def test_without_tokens_each_address_has_a_minute_of_its_own(tmp_path: Path) -> None:
    open_to_all = {"host": "0.0.0.0", "open": True}
    client = app_in(tmp_path, tokens="", server=open_to_all, limits={"per_minute": 1}).test_client()
    told = [asked(client, "", address).status_code for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")]
    assert told == [200, 200, 429]


@pytest.mark.parametrize(("tokens", "per_minute"), [("", 1), (TOKENS, 0)])
def test_this_machine_alone_and_a_bound_of_0_are_not_counted(tmp_path: Path, tokens: str, per_minute: int) -> None:
    client = app_in(tmp_path, tokens=tokens, limits={"per_minute": per_minute}).test_client()
    assert [asked(client, ALICE if tokens else "").status_code for _ in range(5)] == [200] * 5


def test_what_is_open_is_never_refused(tmp_path: Path) -> None:
    client = app_in(tmp_path, limits={"per_minute": 1, "waiting": 0}, server={"threads": 1}).test_client()
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/openapi.json") * 3] == [200] * 9


# At once


def test_turns_are_given_to_some_at_once_and_the_others_wait() -> None:
    turns = Turns(at_once=1, waiting=1)
    assert turns.take()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(turns.take)
        assert until(lambda: turns.waiting() == 1)
        assert not waiting.done()
        assert not turns.take()
        turns.give_back()
        assert waiting.result(timeout=10)
    turns.give_back()
    assert turns.take()


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, came = Turns(at_once=1, waiting=20), list[int]()

    def work(number: int) -> None:
        assert turns.take()
        came.append(number)
        turns.give_back()

    assert turns.take()
    with ThreadPoolExecutor(20) as pool:
        for number in range(20):
            pool.submit(work, number)
            assert until(lambda: turns.waiting() == number + 1)  # noqa: B023 (it is asked at once)
        turns.give_back()
    assert (came, turns.in_work(), turns.waiting()) == (list(range(20)), 0, 0)


def test_work_of_many_parts_lets_the_others_go_first_between_two() -> None:
    turns, done = Turns(at_once=1, waiting=2), list[str]()

    def short(name: str) -> None:
        assert turns.take()
        done.append(name)
        turns.give_back()

    assert turns.take()
    turns.pass_on()  # nobody waits
    with ThreadPoolExecutor(2) as pool:
        for number, name in enumerate(("one", "two")):
            pool.submit(short, name)
            assert until(lambda: turns.waiting() == number + 1)  # noqa: B023 (it is asked at once)
        turns.pass_on()
        done.append("part")
    turns.give_back()
    assert (done, turns.in_work(), turns.waiting()) == (["one", "two", "part"], 0, 0)


class SlowBot(FakeBot):
    """Answers when it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def ask(self, question: Question) -> Answer:
        answer = super().ask(question)
        assert self.go_on.wait(timeout=30)
        return answer


def test_more_than_may_wait_is_refused_at_once(tmp_path: Path) -> None:
    bot = SlowBot()
    app = app_in(tmp_path, bot, tokens="", server={"threads": 1}, limits={"waiting": 1})

    def ask() -> int:
        return app.test_client().post("/api/ask", json={"question": "止付"}).status_code

    with ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(ask), pool.submit(ask)]
        assert until(lambda: app.extensions["turns"].waiting() == 1 and len(bot.asked) == 1)
        response = app.test_client().get("/api/index")
        assert (response.status_code, response.get_json(), response.headers["Retry-After"]) == (
            429,
            {"error": BUSY},
            "2",
        )
        assert app.test_client().get("/healthz").status_code == 200
        assert len(bot.asked) == 1
        bot.go_on.set()
        assert [one.result(timeout=30) for one in slow] == [200, 200]
    assert app.test_client().get("/api/index").status_code == 200


@pytest.mark.parametrize("path", ["/api/index", "/api/documents/none", "/api/ask", "/admin", "/"])
def test_every_request_gives_its_turn_back(tmp_path: Path, path: str) -> None:
    client = app_in(tmp_path, tokens="", server={"threads": 1}, limits={"waiting": 0}).test_client()
    assert 429 not in [client.get(path).status_code for _ in range(3)]


def test_a_failure_gives_its_turn_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = FakeBot()
    monkeypatch.setattr(bot, "ask", lambda question: 1 / 0)
    client = app_in(tmp_path, bot, tokens="", server={"threads": 1}, limits={"waiting": 0}).test_client()
    assert [client.post("/api/ask", json={"question": "止付"}).status_code for _ in range(3)] == [500] * 3


def test_a_stream_has_its_turn_until_it_is_sent(tmp_path: Path) -> None:
    client = app_in(tmp_path, tokens="", server={"threads": 1}, limits={"waiting": 0}).test_client()
    lines = {"data": b'{"question": "x"}\n' * 2, "content_type": "application/x-ndjson"}
    response = client.post("/api/ask/batch", **lines)  # type: ignore[arg-type]
    assert client.get("/api/index").status_code == 429
    response.close()
    assert client.get("/api/index").status_code == 200


def test_a_batch_lets_others_ask_between_its_lines(tmp_path: Path) -> None:
    bot = SlowBot()
    app = app_in(tmp_path, bot, tokens="", server={"threads": 1})
    lines = "".join(f'{{"question": "{number}"}}\n' for number in range(3))

    def batch() -> bytes:
        return app.test_client().post("/api/ask/batch", data=lines, content_type="application/x-ndjson").data

    with ThreadPoolExecutor(2) as pool:
        many = pool.submit(batch)
        assert until(lambda: len(bot.asked) == 1)
        one = pool.submit(app.test_client().post, "/api/ask", json={"question": "止付"})
        assert until(lambda: app.extensions["turns"].waiting() == 1)
        bot.go_on.set()
        assert one.result(timeout=30).status_code == 200
        assert len(many.result(timeout=30).splitlines()) == 3
    assert [question.text for question in bot.asked] == ["0", "止付", "1", "2"]
