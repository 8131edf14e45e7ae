"""Tokens, what they let do and see, how often a wrong one may be shown, and sessions."""

from __future__ import annotations

import re
import socket
import sqlite3
import stat
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.access import ANYONE, PASSER_BY, Key, Keyring, Scope, Visitor, digest, is_loopback, sees
from bot.config import Server
from bot.doctor import checks
from bot.errors import BadConfig, BotError
from bot.sessions import FILE, Sessions
from bot.web.attempts import MOST, Attempts
from tests.fake_encoder import ROOT, FakeEncoder, Result, config_in

SALES, BOSS = "sales-0123456789abcdef", "boss_~+/.=ABCDEFGH=="
TOKENS = f"sales:ask+read:{SALES}, boss:ask+read+write+admin:{BOSS}"
DAY = 86400.0


def keyring(tokens: str, host: str = "127.0.0.1", **sources: tuple[str, ...]) -> Keyring:
    return Keyring.read({"BOT_API_TOKENS": tokens}, sources, Server(host=host).is_local)


class Clock:
    """A time that the test sets."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


# The document


def test_every_test_that_the_document_names_is_there() -> None:
    document = (ROOT / "docs/SECURITY.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"\b([A-Z]): `(tests/\w+\.py)`", document))
    tests = {letter: (ROOT / file).read_text(encoding="utf-8") for letter, file in files.items()}
    named = re.findall(r"\b([A-Z]) `(\w+)…`", document)
    assert len(named) >= 100 and {letter for letter, _ in named} == set(files)
    assert [name for letter, name in named if f"def test_{name}" not in tests[letter]] == []


# Tokens


def test_each_entry_is_a_name_its_scopes_and_a_token() -> None:
    keys = keyring(TOKENS).keys
    assert [key.visitor for key in keys] == [
        Visitor("sales", frozenset({Scope.ASK, Scope.READ})),
        Visitor("boss", frozenset(Scope)),
    ]
    assert [key.digest for key in keys] == [digest(SALES), digest(BOSS)]


def test_a_key_is_found_by_its_tokens_digest_alone() -> None:
    ring = keyring(TOKENS)
    assert ring.key(digest(BOSS)) is ring.keys[1]
    assert [ring.key(digest(other)) for other in ("", SALES[:-1], SALES + "f", SALES.upper(), "\ud800")] == [None] * 5


def test_no_token_is_kept_or_printed() -> None:
    ring = keyring(TOKENS)
    assert SALES not in repr(ring) and BOSS not in repr(ring)
    assert digest(SALES).hex() not in repr(ring) and repr(digest(SALES)) not in repr(ring)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (",", "entry 1 of BOT_API_TOKENS is malformed; write name:scope+scope:token, several parted by commas"),
        (f"{TOKENS},", "entry 3 of BOT_API_TOKENS is malformed; write"),
        (SALES, "entry 1 of BOT_API_TOKENS is malformed; write"),
        (f"sales:{SALES}", "entry 1 of BOT_API_TOKENS is malformed; write"),
        (f"ask:{SALES}:sales", "the token of entry 1 of BOT_API_TOKENS is not 16 or more letters, digits and"),
        (f":ask:{SALES}", "entry 1 of BOT_API_TOKENS is malformed; write"),
        (f"a b:ask:{SALES}", "entry 1 of BOT_API_TOKENS is malformed; write"),
        (f"sales::{SALES}", "entry 1 of BOT_API_TOKENS is malformed; write"),
        (f"sales:ask+:{SALES}", "entry 1 of BOT_API_TOKENS has a scope that there is not; the scopes are ask, read, "),
        (f"sales:{BOSS.strip('=')}+ask:{SALES}", "entry 1 of BOT_API_TOKENS has a scope that there is not; the scopes"),
        (f"sales:Ask:{SALES}", "entry 1 of BOT_API_TOKENS has a scope that there is not; the scopes"),
        ("sales:ask:0123456789abcde", "the token of entry 1 of BOT_API_TOKENS is not 16 or more letters, digits"),
        ("sales:ask:0123456789 abcdef", "the token of entry 1 of BOT_API_TOKENS is not 16 or more letters, digits"),
        ("sales:ask:0123456789\tabcdef", "the token of entry 1 of BOT_API_TOKENS is not 16 or more letters, digits"),
        ("sales:ask:0123:456789abcdef", "the token of entry 1 of BOT_API_TOKENS is not 16 or more letters, digits"),
        ("sales:ask:零一二三四五六七八九零一二三四五", "the token of entry 1 of BOT_API_TOKENS is not 16 or more"),
        (f"a:ask:{SALES},a:read:{BOSS}", "BOT_API_TOKENS has the name a twice; give each token a name of its own"),
        (f"a:ask:{SALES},b:read:{SALES}", "BOT_API_TOKENS has one token under two names; make one with: python -c"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_told_with_its_mend_and_without_the_token(tokens: str, message: str) -> None:
    with pytest.raises(BadConfig) as caught:
        keyring(tokens)
    assert str(caught.value).startswith(message)
    assert not any(secret in str(caught.value) for secret in (SALES, BOSS.strip("="), "0123", "零一"))


# What they see


def test_a_token_sees_the_sources_it_is_granted() -> None:
    ring = keyring(TOKENS, sales=("reports/sales", "公文/"), boss=("*",))
    assert [key.visitor.visible for key in ring.keys] == [("reports/sales", "公文/"), None]
    assert [key.visitor.visible for key in keyring(TOKENS).keys] == [None, None]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"sales": ("a",)}, '[access] sources has no "boss"; add boss = ["*"], or the sources that this token may see'),
        ({"sales": ("a",), "boss": ("*",), "bos": ("b",)}, "[access] sources grants to bos, which BOT_API_TOKENS"),
    ],
)  # fmt: skip
def test_a_token_that_was_forgotten_and_a_name_mistyped_are_told(
    sources: Mapping[str, tuple[str, ...]], message: str
) -> None:
    with pytest.raises(BadConfig) as caught:
        keyring(TOKENS, **sources)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_sources_that_are_granted_where_no_tokens_are_set_are_told(host: str) -> None:
    with pytest.raises(BadConfig) as caught:
        keyring(" ", host, sales=("a",))
    assert str(caught.value) == (
        "[access] sources bounds what tokens see, but BOT_API_TOKENS is not set; set it, or empty sources"
    )


@pytest.mark.parametrize(
    ("visible", "source", "seen"),
    [
        (None, "reports/a.txt", True),
        ((), "reports/a.txt", False),
        (("reports",), "reports/a.txt", True),
        (("reports/",), "reports/a.txt", True),
        (("reports",), "reports-secret/a.txt", False),
        (("reports/a.txt",), "reports/a.txt", True),
        (("reports/a",), "reports/a.txt", False),
        (("Reports",), "reports/a.txt", False),
        (("x", "reports/2022"), "reports/2022/b/c.txt", True),
    ],
)
def test_a_source_is_seen_where_it_is_granted_or_lies_below(
    visible: tuple[str, ...] | None, source: str, seen: bool
) -> None:
    assert sees(visible, source) is seen


# Without tokens


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_without_tokens_this_machine_may_do_all(host: str) -> None:
    assert is_loopback(host)
    assert keyring(" ", host) == Keyring((), ANYONE)


@pytest.mark.parametrize(
    ("public_url", "is_local"), [("", True), ("http://localhost:8000", True), ("https://bot.example.org", False)]
)
def test_behind_a_proxy_that_others_reach_a_server_is_not_this_machines_alone(public_url: str, is_local: bool) -> None:
    assert Server(public_url=public_url).is_local is is_local


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "bot.example.org", "localhost.example.org", "128.0.0.1"])
def test_without_tokens_others_may_ask_and_read(host: str) -> None:
    assert keyring("", host).anyone == PASSER_BY
    assert PASSER_BY.scopes == {"ask", "read"}


@pytest.mark.parametrize(
    ("tokens", "ok", "finding"),
    [
        ("", True, "off: BOT_API_TOKENS is not set; whoever reaches the server may admin, ask, read, write"),
        (TOKENS, True, "sales (ask+read), boss (admin+ask+read+write)"),
        ("x", False, "entry 1 of BOT_API_TOKENS is malformed; write name:scope+scope:token, several parted by commas"),
    ],
)
def test_doctor_tells_who_may_do_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens: str, ok: bool, finding: str
) -> None:
    monkeypatch.setattr("bot.bot.open_encoder", lambda config: FakeEncoder())
    config = config_in(tmp_path, reader={"enabled": False})
    found = {check.name: check for check in checks(config, {"BOT_API_TOKENS": tokens})}["access"]
    assert (found.ok, found.needed, found.finding) == (ok, False, finding)


def refused(url: str) -> str:
    """What is said of a server that others reach, and that has no tokens."""
    return f"whoever reaches {url} could ask and read; set BOT_API_TOKENS, or [server] open = true if that is meant"


def test_doctor_tells_that_a_server_would_be_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.bot.open_encoder", lambda config: FakeEncoder())

    def told(**server: object) -> tuple[bool, str]:
        config = config_in(tmp_path, reader={"enabled": False}, server={"host": "0.0.0.0", **server})
        found = {check.name: check for check in checks(config, {})}["access"]
        return found.ok, found.finding

    assert told() == (False, refused("http://0.0.0.0:8000"))
    assert told(open=True) == (True, "off: BOT_API_TOKENS is not set; whoever reaches the server may ask, read")


@pytest.mark.parametrize(
    ("server", "url"),
    [('host = "0.0.0.0"', "http://0.0.0.0:{}"), ('public_url = "https://bot.example.org"', "https://bot.example.org")],
)
def test_a_server_that_others_reach_does_not_start_without_tokens(
    tmp_path: Path, process: Callable[..., Result], server: str, url: str
) -> None:
    with socket.create_server(("0.0.0.0", 0)) as held:
        port = held.getsockname()[1]
    (tmp_path / "config.toml").write_text(f"[server]\n{server}\nport = {port}\n", encoding="utf-8")
    done = process(program=[str(ROOT / "server.py")])
    assert done == Result(2, "", f"error: {refused(url.format(port))}\n")


@pytest.mark.parametrize(
    ("host", "tokens", "warned"), [("0.0.0.0", "", True), ("0.0.0.0", TOKENS, False), ("127.0.0.1", "", False)]
)
def test_a_server_that_is_meant_to_be_open_warns_and_starts(
    tmp_path: Path, process: Callable[..., Result], host: str, tokens: str, warned: bool
) -> None:
    with socket.create_server((host, 0)) as held:
        port = held.getsockname()[1]
    (tmp_path / "config.toml").write_text("[server]\nopen = true\n", encoding="utf-8")
    done = process("--host", host, "--port", port, program=[str(ROOT / "server.py")], BOT_API_TOKENS=tokens)
    assert (done.status, "there is no index" in done.err) == (1, True)
    assert (f"whoever reaches http://{host}:{port} may ask and read: BOT_API_TOKENS is not set" in done.err) is warned


def test_a_server_with_a_malformed_token_does_not_start(process: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    done = process("--port", port, program=[str(ROOT / "server.py")], BOT_API_TOKENS=SALES)
    told = "error: entry 1 of BOT_API_TOKENS is malformed; write name:scope+scope:token, several parted by commas\n"
    assert done == Result(2, "", told)


# Attempts


def test_after_ten_wrong_tokens_an_address_waits_until_the_minute_is_over() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(MOST):
        assert attempts.wait("10.0.0.1") == 0
        attempts.wrong("10.0.0.1")
        clock.now += 1
    assert [attempts.wait("10.0.0.1"), attempts.wait("10.0.0.1", "sales"), attempts.wait("10.0.0.2")] == [50, 50, 0]
    clock.now += 50
    assert attempts.wait("10.0.0.1") == 0


def test_a_token_that_was_right_there_before_does_not_wait_for_the_wrong_ones_of_others() -> None:
    attempts = Attempts(Clock())
    attempts.right("10.0.0.1", "sales")
    for _ in range(MOST):
        attempts.wrong("10.0.0.1")
    waits = [attempts.wait("10.0.0.1", "sales"), attempts.wait("10.0.0.1", "boss"), attempts.wait("10.0.0.1")]
    assert waits == [0, 60, 60]


def test_addresses_are_remembered_in_bounds() -> None:
    attempts = Attempts(Clock())
    for _ in range(MOST):
        attempts.wrong("first")
    for number in range(10_000):
        attempts.wrong(str(number))
        attempts.right(str(number), "sales")
    assert attempts.wait("first") == 0
    assert (len(attempts._wrong), len(attempts._right)) == (10_000, 10_000)


# Sessions


KEY = Key(Visitor("sales", frozenset({Scope.ASK})), digest(SALES))


def stored(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / FILE)) as database:
        return database.execute("SELECT name, created, seen FROM sessions ORDER BY created").fetchall()


def test_a_session_is_found_by_its_value_until_it_is_ended(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "index", days=30)
    one, other = sessions.begin(KEY), sessions.begin(KEY)
    assert len(one) == 43 and one != other  # 256 bits in base 64
    assert [sessions.find(value) for value in (one, other, "", one[:-1])] == [KEY.digest, KEY.digest, None, None]
    sessions.end(one)
    assert [sessions.find(one), sessions.find(other)] == [None, KEY.digest]


def test_the_file_is_its_owners_and_holds_neither_token_nor_value(tmp_path: Path) -> None:
    value = Sessions(tmp_path, days=30).begin(KEY)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert value.encode() not in held and SALES.encode() not in held


def test_a_session_ends_after_its_days_however_much_it_is_used(tmp_path: Path) -> None:
    clock = Clock()
    sessions = Sessions(tmp_path, days=30, clock=clock)
    value = sessions.begin(KEY)
    for _ in range(29):
        clock.now += DAY
        assert sessions.find(value) == KEY.digest
    clock.now += DAY
    assert sessions.find(value) is None


def test_a_session_ends_after_a_week_without_use_and_is_swept_at_the_next_sign_in(tmp_path: Path) -> None:
    clock = Clock()
    sessions = Sessions(tmp_path, days=30, clock=clock)
    value, began = sessions.begin(KEY), clock.now
    clock.now += 7 * DAY - 1
    assert sessions.find(value) == KEY.digest
    assert stored(tmp_path) == [("sales", began, clock.now)]
    clock.now += 7 * DAY
    assert sessions.find(value) is None
    sessions.begin(KEY)
    assert stored(tmp_path) == [("sales", clock.now, clock.now)]


def test_many_threads_begin_and_find_sessions_at_once(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, days=30)

    def begun(_: int) -> list[bytes | None]:
        value = sessions.begin(KEY)
        found = [sessions.find(value) for _ in range(5)]
        sessions.end(value)
        return [*found, sessions.find(value)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(begun, range(16))) == [[*[KEY.digest] * 5, None]] * 16


def test_looking_for_a_session_makes_no_file(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "index", days=30)
    sessions.end("x")
    assert sessions.find("x") is None
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_told_with_its_mend_and_without_its_folder(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(BotError) as caught:
        Sessions(tmp_path, days=30).find("x")
    told = "sessions.sqlite in the index's folder cannot be used (file is not a database); delete it, and sign in again"
    assert str(caught.value) == told
