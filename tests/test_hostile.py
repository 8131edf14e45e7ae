"""Hostile requests, byte for byte over a socket: each gets the status that it must, and the server goes on."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import serving
from bot.bot import Bot
from bot.indexer import index
from bot.jobs import IndexJob
from bot.listening import bind
from bot.web.app import create_app
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import FakeBot

BOSS, ALICE, ASKER = "boss-0123456789abcdef", "alice-0123456789abcdef", "asker-0123456789abcdef"
TOKENS = f"boss:ask+read+write+admin:{BOSS},alice:ask+read+write:{ALICE},asker:ask:{ASKER}"
GRANTS = {"boss": ["*"], "alice": ["卷宗/公开"], "asker": ["*"]}
QUESTION = "柳林镇水渠长多少"
SECRET = "93公里"
HIDDEN = "HIDDENHIDDENHIDD"  # stands for the id of a document that Alice may not see
FILES = {
    "公开/年报.txt": "柳林镇年报\n柳林镇新修水渠，全长41公里，年底完工。\n",
    "内部/底稿.txt": f"柳林镇底稿\n柳林镇新修水渠，全长{SECRET}，年底完工。\n",
}


@dataclass(frozen=True)
class Address:
    """Where a server listens, and what its tests know of its index."""

    port: int
    hidden: str = ""  # the id of a document that Alice may not see
    cursor: str = ""  # how the boss's list of documents goes on

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def send(self, raw: bytes) -> bytes:
        """All that comes back until the server closes the connection."""
        with self.connect() as connection:
            connection.sendall(raw)
            return b"".join(iter(lambda: _received(connection), b""))


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:  # the server had closed it with some of the request unread
        return b""


@contextmanager
def listening(bot: Any, config: Any, tokens: str = "", job: Any = None) -> Iterator[int]:
    """The port of a server like `server.py`'s, without its loading and its signals."""
    bound = bind("127.0.0.1", 0)
    app = create_app(bot, config, {"BOT_API_TOKENS": tokens}, job)
    running = serving.Serving(app, bound, config)
    thread = threading.Thread(target=running.run)
    thread.start()
    yield bound.getsockname()[1]
    running.stop()
    thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A server over two folders, of which Alice sees one."""
    folder = tmp_path_factory.mktemp("hostile")
    docs = write_files(folder / "卷宗", FILES)
    write_files(folder, {"config.toml": f"# {SECRET}"})
    config = config_in(
        folder,
        reader={"enabled": False},
        access={"sources": GRANTS},
        uploads={"folder": "uploads"},
        limits={"per_minute": 0},
    )
    index(config, FakeEncoder(), [docs])
    bot = Bot.open(config, FakeEncoder())
    hidden = next(document.id for document in bot.overview().documents if "内部" in document.source)
    with listening(bot, config, TOKENS, IndexJob(config, bot.encoder)) as port:
        first = Address(port).send(sent("GET", "/api/documents?limit=1", token=BOSS))
        yield Address(port, hidden, json.loads(first.partition(b"\r\n\r\n")[2])["next"])
    bot.close()


def sent(
    method: str, target: str, body: bytes = b"", kind: str = "application/json", token: str = ALICE, **more: str
) -> bytes:
    """A request as bytes; a header that is given as `Host=` takes the place of that one."""
    headers = {"Host": "localhost", "Connection": "close"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body:
        headers |= {"Content-Type": kind, "Content-Length": str(len(body))}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value != "-")]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def asks(body: bytes, kind: str = "application/json", target: str = "/api/ask", **more: str) -> bytes:
    return sent("POST", target, body, kind, **more)


def fields(**values: Any) -> bytes:
    return asks(json.dumps({"question": QUESTION, **values}).encode())


def form(name: str, content: bytes = b"x", token: str = BOSS) -> bytes:
    """An upload of one file."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return asks(head + content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b", "/api/documents", token=token)


def raw(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def statuses(reply: bytes) -> list[int]:
    """The status of each response in a reply."""
    return [int(found) for found in re.findall(rb"(?m)^HTTP/1\.[01] (\d{3}) ", reply)]


GOOD = fields()
AFTER = "Connection: close"
AUTH = f"Authorization: Bearer {ALICE}"
POST = ("Host: localhost", AUTH, "Content-Type: application/json")
FORM = "application/x-www-form-urlencoded"
EVIL = {"token": "", "Origin": "https://evil.example"}
SMUGGLED = sent("GET", "/api/index", token=BOSS)

TRAVERSAL = [
    ("a static file above its folder", sent("GET", "/static/../../config.toml"), 404),
    ("the same encoded", sent("GET", "/static/%2e%2e/%2e%2e/config.toml"), 404),
    ("the same with encoded slashes", sent("GET", "/static/..%2f..%2fconfig.toml"), 404),
    ("the same encoded twice", sent("GET", "/static/%252e%252e%252f%252e%252e%252fconfig.toml"), 404),
    ("backslashes", sent("GET", "/static/..\\..\\config.toml"), 404),
    ("encoded backslashes", sent("GET", "/static/..%5c..%5cconfig.toml"), 404),
    ("a NUL before an ending", sent("GET", "/static/chat.js%00.toml"), 404),
    ("overlong UTF-8 for a dot", sent("GET", "/static/%c0%ae%c0%ae/config.toml"), 404),
    ("an absolute path", sent("GET", "/static//etc/passwd"), 404),
    ("a document by a path", sent("GET", "/api/documents/../../etc/passwd"), 404),
    ("the same encoded", sent("GET", "/api/documents/..%2F..%2Fetc%2Fpasswd"), 404),
    ("an original by a path", sent("GET", "/originals/..%2F..%2Fconfig.toml"), 404),
    ("a deletion by a path", sent("DELETE", "/api/documents/..%2F..%2Fconfig.toml", token=BOSS), 404),
]
HOSTS = [
    ("two hosts", raw("GET / HTTP/1.1", "Host: localhost", "Host: evil.example", AFTER), 400),
    ("the same host twice", raw("GET / HTTP/1.1", "Host: localhost", "Host: localhost", AFTER), 400),
    ("no host", raw("GET / HTTP/1.1", AFTER), 400),
    ("an empty host", sent("GET", "/", Host=""), 400),
    ("a name that leads here", sent("GET", "/", Host="rebind.evil.example:8000"), 403),
    ("a name that begins as ours", sent("GET", "/", Host="localhost.evil.example"), 403),
    ("a host with a user", sent("GET", "/", Host="localhost@evil.example"), 400),
    ("a host with a user after it", sent("GET", "/", Host="evil.example@localhost"), 400),
    ("a host with a port that is none", sent("GET", "/", Host="localhost:80@evil.example"), 400),
    ("a host with a path", sent("GET", "/", Host="localhost/evil.example"), 400),
    ("another host in the request line", sent("GET", "http://evil.example/healthz"), 400),
    ("a forwarded host", sent("GET", "/", X_Forwarded_Host="localhost", Host="evil.example"), 403),
]
SMUGGLING = [
    ("a length and chunks", asks(b"0\r\n\r\n" + SMUGGLED, Transfer_Encoding="chunked", Connection="keep-alive"), 400),
    ("two lengths", raw("POST /api/ask HTTP/1.1", *POST, "Content-Length: 2", "Content-Length: 3", body=b"{}x"), 400),
    ("two lengths in one", asks(b"{}", Content_Length="2, 2"), 400),
    ("a length with a sign", asks(b"{}", Content_Length="+2"), 400),
    ("a negative length", asks(b"{}", Content_Length="-2"), 400),
    ("a length in other digits", asks(b"{}", Content_Length="\xb2"), 400),
    ("chunks that are none", asks(b"zz\r\n{}\r\n0\r\n\r\n", Content_Length="-", Transfer_Encoding="chunked"), 400),
    ("a chunk without its end", asks(b"2\r\n{}0\r\n\r\n", Content_Length="-", Transfer_Encoding="chunked"), 400),
    ("chunks under another name", asks(b"{}", Content_Length="-", Transfer_Encoding="xchunked"), 501),
    ("chunks after another coding", asks(b"{}", Content_Length="-", Transfer_Encoding="gzip, chunked"), 501),
    ("chunks in HTTP/1.0", raw("POST / HTTP/1.0", *POST, "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    ("a space before a colon", raw("GET /healthz HTTP/1.1", "Host : localhost", AFTER), 400),
    ("a folded header", raw("GET /healthz HTTP/1.1", "Host: localhost", "X-A: b", " c", AFTER), 400),
    ("a line feed alone", b"GET /healthz HTTP/1.1\r\nHost: localhost\nX-A: b\r\nConnection: close\r\n\r\n", 400),
    ("a carriage return in a header", sent("GET", "/healthz", X_A="b\rX-B: c"), 400),
    ("a NUL in a header", sent("GET", "/healthz", X_A="b\0c"), 400),
]  # fmt: skip
SIZES = [
    ("a giant header", sent("GET", "/healthz", X_A="a" * 70_000), 431),
    ("a thousand headers", sent("GET", "/healthz", **{f"X_{n}": "a" * 100 for n in range(1000)}), 431),
    ("a giant request line", sent("GET", "/?q=" + "a" * 70_000), 431),
    ("a giant body", asks(b"{}", Content_Length="99999999999"), 413),
    ("a length of a thousand digits", asks(b"{}", Content_Length="9" * 1000), 413),
    ("a body over the route's bound", fields(previous="a" * 70_000), 413),
    ("a batch over its bound", asks(b"\n" * 1_100_000, "application/x-ndjson", "/api/ask/batch"), 413),
]
JSONS = [
    ("60,000 brackets", asks(b"[" * 60_000), 400),
    ("100,000 brackets", asks(b"[" * 100_000), 413),
    ("60,000 objects in each other", asks(b'{"a":' * 12_000), 400),
    ("60,000 brackets for OpenAI", asks(b"[" * 60_000, target="/v1/chat/completions"), 400),
    ("60,000 brackets for MCP", asks(b"[" * 60_000, target="/mcp", Accept="application/json, text/event-stream"), 400),
    ("a number of 5,000 digits", asks(b'{"question": "a", "top_k": ' + b"9" * 5000 + b"}"), 400),
    ("a number over all bounds", asks(b'{"question": "a", "top_k": 1e999}'), 400),
    ("a key twice", asks(b'{"question": "a", "question": "b"}'), 400),
    ("NaN", asks(b'{"question": "a", "top_k": NaN}'), 400),
    ("a lone surrogate, which becomes U+FFFD", asks(b'{"question": "\\ud800"}'), 200),
    ("a NUL in the question", asks(b'{"question": "a\\u0000b"}'), 400),
    ("bytes that are no UTF-8", asks(b'{"question": "\xff\xfe"}'), 400),
    ("UTF-16", asks('{"question": "a"}'.encode("utf-16")), 400),
    ("a list", asks(b'["a"]'), 400),
    ("a form for JSON", asks(b"question=a", FORM), 415),
    ("text for JSON", asks(b'{"question": "a"}', "text/plain"), 415),
    ("a compressed body", asks(gzip.compress(b'{"question": "a"}'), Content_Encoding="gzip"), 415),
]
TOKEN = [
    ("no token", sent("GET", "/api/index", token=""), 401),
    ("an empty token", sent("GET", "/api/index", token="", Authorization="Bearer "), 401),
    ("another scheme", sent("GET", "/api/index", token="", Authorization=f"Basic {BOSS}"), 401),
    ("the beginning of a token", sent("GET", "/api/index", token=BOSS[:-1]), 401),
    ("a token and more", sent("GET", "/api/index", token=f"{BOSS}x"), 401),
    ("a token in capitals", sent("GET", "/api/index", token=BOSS.upper()), 401),
    (
        "two tokens",
        raw("GET /api/index HTTP/1.1", "Host: localhost", AUTH, f"Authorization: Bearer {BOSS}", AFTER),
        401,
    ),
    ("a token in the query", sent("GET", f"/api/index?token={BOSS}&access_token={BOSS}", token=""), 401),
    ("a token in a cookie", sent("GET", "/api/index", token="", Cookie=f"wenda={BOSS}"), 401),
]
SCOPES = [
    ("a scope that is missing", sent("GET", "/api/index", token=ASKER), 403),
    ("another method in a header", sent("GET", "/api/index", token=ASKER, X_HTTP_Method_Override="POST"), 403),
    ("HEAD", sent("HEAD", "/api/index", token=ASKER), 403),
    ("OPTIONS", sent("OPTIONS", "/api/index", token=ASKER), 403),
    ("TRACE", sent("TRACE", "/api/index", token=BOSS), 405),
    ("a method that there is not", sent("FROB", "/api/index", token=BOSS), 405),
    ("a slash at the end", sent("GET", "/api/index/", token=ASKER), 404),
    ("a slash at the beginning", sent("GET", "//api/index", token=ASKER), 403),
    ("other letters", sent("GET", "/API/index", token=ASKER), 404),
    ("a path with dots", sent("GET", "/healthz/../api/index", token=ASKER), 404),
    ("a path parameter", sent("GET", "/api/index;/healthz", token=ASKER), 404),
    ("metrics without admin", sent("GET", "/metrics"), 403),
    ("the journal without admin", sent("GET", "/admin/questions.csv"), 403),
]
SOURCES = [
    ("a sight in the body", fields(visible=["*"]), 400),
    ("a sight in the filters", fields(filters={"visible": None}), 400),
    ("a source above", fields(filters={"source": "卷宗/公开/../内部/"}), 200),
    ("a document of another folder in a filter", fields(filters={"document": HIDDEN}), 200),
    ("a document of another folder", sent("GET", "/api/documents/" + HIDDEN), 404),
    ("its page", sent("GET", "/documents/" + HIDDEN), 404),
    ("its original", sent("GET", "/originals/" + HIDDEN), 404),
    ("its deletion", sent("DELETE", "/api/documents/" + HIDDEN), 403),
    ("the cursor of another", sent("GET", "/api/documents?cursor=CURSOR"), 200),
    ("a cursor that is none", sent("GET", "/api/documents?cursor=../../x"), 400),
    ("a file for a folder of others", form("a.txt", token=ALICE), 403),
    ("a file that is named to lie elsewhere", form("../../../tmp/.bashrc"), 400),
    ("a file that is named as a device", form("CON.txt"), 400),
    ("a file that is named as nothing", form("..")  , 400),
]  # fmt: skip
BROWSERS = [
    ("a form of another site", asks(b"q=a", FORM, "/", **EVIL), 403),
    ("a form of no site", asks(b"token=x", FORM, "/sign-in", token="", Origin="null"), 403),
    ("a script of another site", asks(b"{}", token="", Sec_Fetch_Site="cross-site"), 403),
    ("a picture that is a page", sent("GET", "/", token="", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="image"), 403),
    ("a preflight of another site", sent("OPTIONS", "/api/ask", **EVIL, Access_Control_Request_Method="POST"), 401),
    ("a forged signature of Slack", asks(b"{}", target="/slack/events", X_Slack_Signature="v0=00"), 404),
]  # fmt: skip
PROTOCOLS = [
    ("a WebSocket", sent("GET", "/mcp", Upgrade="websocket", Sec_WebSocket_Key="x"), 405),
    ("HTTP/0.9", b"GET /healthz\r\n\r\n", 400),
    ("HTTP/2 without TLS", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("a version that there is not", b"GET /healthz HTTP/9.9\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
    ("CONNECT", raw("CONNECT evil.example:443 HTTP/1.1", "Host: localhost", AFTER), 400),
    ("OPTIONS for all", raw("OPTIONS * HTTP/1.1", "Host: localhost", AFTER), 404),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ("an expectation", asks(b"{}", Expect="the impossible"), 400),
]
CASES = [*TRAVERSAL, *HOSTS, *SMUGGLING, *SIZES, *JSONS, *TOKEN, *SCOPES, *SOURCES, *BROWSERS, *PROTOCOLS]


@pytest.mark.parametrize(("name", "request_", "status"), CASES, ids=[name for name, _, _ in CASES])
def test_each_gets_one_answer_with_the_right_status(server: Address, name: str, request_: bytes, status: int) -> None:
    known = request_.replace(HIDDEN.encode(), server.hidden.encode()).replace(b"CURSOR", server.cursor.encode())
    reply = server.send(known)
    assert statuses(reply) == [status], reply[:500]
    assert SECRET not in reply.decode("utf-8", "replace")
    answer = server.send(GOOD)
    assert statuses(answer) == [200]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["answer"] == "41公里"


def test_there_are_more_than_forty_and_each_is_another() -> None:
    assert len({request for _, request, _ in CASES}) == len(CASES) > 100


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (b"GET /healthz HTTP/9.9\r\n\r\n", "bad_request", "the version is not HTTP/1.1; mend the request"),
        (dict((name, request) for name, request, _ in SMUGGLING)["chunks under another name"], "not_implemented",
         "Transfer-Encoding requested is not supported; mend the request"),
        ("GET /api/documents?q=账本 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), "bad_request",
         "the address has characters that are not percent-encoded; encode them, with curl by: "
         "-G --data-urlencode 'q=…'"),
        (SIZES[0][1], "headers_too_large", "exceeds max_header of 32768; mend the request"),
        (SIZES[3][1], "too_large", "exceeds max_body of 56623104; mend the request"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_the_shape_of_all_errors(
    server: Address, request_: bytes, code: str, message: str
) -> None:
    head, _, body = server.send(request_).partition(b"\r\n\r\n")
    assert json.loads(body) == {"error": {"code": code, "message": message}}
    assert b"\r\nContent-Type: application/json\r\n" in head + b"\r\n" and b"waitress" not in head + body


# Clients that stop in the middle

HALVES = {
    "in its request line": b"GET /heal",
    "in its headers": b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nX-A: b",
    "in its body": sent("POST", "/api/ask", b"{}", Content_Length="100"),
    "in a chunk": asks(b"5\r\n{}", Content_Length="-", Transfer_Encoding="chunked"),
    "after nothing": b"",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_client_that_stops_in_the_middle_holds_nobody_up_and_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: bytes
) -> None:
    monkeypatch.setattr(serving, "SILENCE", 1)
    config = config_in(tmp_path, server={"threads": 1}, limits={"waiting": 0})
    with listening(FakeBot(), config) as port:
        address, began = Address(port), time.monotonic()
        stopped = [address.connect() for _ in range(20)]
        for connection in stopped:
            connection.sendall(half)
        for _ in range(3):
            assert statuses(address.send(asks(b'{"question": "\xe6\xad\xa2\xe4\xbb\x98"}', token=""))) == [200]
        for connection in stopped:
            assert _received(connection) == b""
            connection.close()
        assert 0.9 < time.monotonic() - began < 15


@pytest.mark.parametrize("half", [HALVES["in its headers"], HALVES["in its body"]], ids=["headers", "body"])
def test_a_client_that_sends_a_byte_now_and_then_is_cut_off_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: bytes
) -> None:
    monkeypatch.setattr(serving, "SLOWEST", 1)
    with listening(FakeBot(), config_in(tmp_path)) as port, Address(port).connect() as connection:
        connection.sendall(half)
        connection.settimeout(0.1)
        for _ in range(100):
            try:
                assert _received(connection) == b""
                break
            except TimeoutError:
                with suppress(BrokenPipeError, ConnectionResetError):  # it is cut off between the two
                    connection.sendall(b"x")
        else:
            pytest.fail("it was never cut off")
