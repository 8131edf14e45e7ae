"""The names a server goes by, the pages of other sites that may use it, and what browsers are told."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.config import Server
from bot.web.app import create_app
from bot.web.hosts import Names
from tests.fake_encoder import config_in
from tests.fakes import FakeBot

TOKEN = "alice-0123456789abcdef"
TOOL = "https://tool.example.org"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def client_in(folder: Path, tokens: str = f"alice:ask+read:{TOKEN}", **server: Any) -> FlaskClient:
    config = config_in(folder, server=server)
    return create_app(FakeBot(), config, environ={"BOT_API_TOKENS": tokens}).test_client()  # type: ignore[arg-type]


# Names

MACHINE = socket.gethostname()


@pytest.mark.parametrize(
    ("server", "known", "strange"),
    [
        ({}, "localhost LOCALHOST 127.0.0.1 127.0.0.9 ::1", "evil.example localhost.evil.example 10.0.0.5 0.0.0.0"),
        ({"public_url": "https://bot.example.org/a"}, "bot.example.org BOT.example.org localhost", "example.org"),
        ({"host": "10.0.0.5"}, "10.0.0.5", "10.0.0.6 localhost 127.0.0.1 evil.example"),
        ({"host": "wenda.office", "hosts": ["Wenda"]}, "wenda.office WENDA", "localhost office"),
        (
            {"host": "0.0.0.0"},
            f"10.0.0.5 ::1 fe80::1 localhost {MACHINE.upper()}",
            "evil.example 10.0.0.5.evil.example",
        ),
        ({"host": "::", "hosts": ["wenda.office"]}, "wenda.office localhost 127.0.0.1", "10.0.0.5 evil.example"),
        ({"host": "[::1]", "hosts": ["[fe80::1]"]}, "::1 localhost fe80::1", "fe80::2"),
    ],
)
def test_a_server_goes_by_what_it_listens_on_and_what_it_was_told(
    server: dict[str, Any], known: str, strange: str
) -> None:
    names = Names.of(Server(**server))
    assert [name for name in known.split() if not names.have(name)] == []
    assert [name for name in strange.split() if names.have(name)] == []


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/chat.js", "/nowhere", "/api/index"])
@pytest.mark.parametrize("tokens", ["", f"alice:ask+read:{TOKEN}"], ids=["open", "tokens"])
def test_a_server_goes_by_no_other_name_on_any_route(tmp_path: Path, tokens: str, path: str) -> None:
    response = client_in(tmp_path, tokens).get(path, headers={"Host": "evil.example:8000", **BEARER})
    message = "this server does not go by the name evil.example; add it to [server] hosts if it is to"
    assert (response.status_code, response.get_json()) == (403, {"error": {"code": "forbidden", "message": message}})


@pytest.mark.parametrize(
    "host", ["", "localhost, evil.example", "a@localhost", "localhost:", "localhost:x", "[::1", "a b", "localhost/x"]
)
def test_a_host_header_that_is_not_one_host_is_malformed(tmp_path: Path, host: str) -> None:
    message = "the Host header is not one host with or without a port; send the name of this server"
    response = client_in(tmp_path).get("/healthz", headers={"Host": host})
    assert (response.status_code, response.get_json()) == (400, {"error": {"code": "bad_request", "message": message}})


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "BOT.example.org"])
def test_its_own_names_with_any_port_are_answered(tmp_path: Path, host: str) -> None:
    client = client_in(tmp_path, hosts=["bot.example.org"])
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


# Pages of other sites


def test_a_page_of_a_listed_origin_may_use_the_api_with_a_token(tmp_path: Path) -> None:
    client = client_in(tmp_path, cors_origins=[TOOL])
    wanted = {"Origin": TOOL, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    before = client.options("/api/ask", headers=wanted)
    assert (before.status_code, before.data) == (204, b"")
    assert before.headers["Access-Control-Allow-Origin"] == TOOL
    assert before.headers["Access-Control-Allow-Methods"] == "GET, POST, DELETE"
    allowed = before.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "X-Request-Id", "Mcp-Protocol-Version"} <= set(allowed)
    sent = {"Origin": TOOL, "Sec-Fetch-Site": "cross-site", **BEARER}
    asked = client.post("/api/ask", json={"question": "止付"}, headers=sent)
    for response in (asked, client.get("/v1/models", headers=sent)):
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == TOOL
        assert response.headers["Access-Control-Expose-Headers"] == "X-Request-Id, Retry-After"
        assert "Origin" in response.vary
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Cross-Origin-Resource-Policy" not in response.headers


def test_a_listed_origin_without_a_token_is_told_so_in_words_it_may_read(tmp_path: Path) -> None:
    response = client_in(tmp_path, cors_origins=[TOOL]).get("/api/index", headers={"Origin": TOOL})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (401, TOOL)


def test_what_a_person_signed_in_for_is_not_a_listed_pages_to_use(tmp_path: Path) -> None:
    client = client_in(tmp_path, cors_origins=[TOOL])
    assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
    assert client.get("/api/index").status_code == 200
    sent = {"Origin": TOOL, "Sec-Fetch-Site": "cross-site"}
    assert client.get("/api/index", headers=sent).status_code == 403
    assert client.post("/api/ask", json={"question": "止付"}, headers=sent).status_code == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{TOOL}.evil.example", f"{TOOL}:8443", TOOL.upper(), "null"]
)
def test_others_are_told_nothing_and_their_pages_may_not_read(tmp_path: Path, origin: str) -> None:
    client = client_in(tmp_path, cors_origins=[TOOL])
    wanted = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    before = client.options("/api/ask", headers=wanted)
    got = client.get("/api/index", headers={"Origin": origin, **BEARER})
    for response in (before, got):
        assert [name for name, _ in response.headers if name.startswith("Access-Control")] == []
        assert "Origin" in response.vary
    assert before.status_code == 401


@pytest.mark.parametrize("path", ["/", "/sign-in", "/index", "/documents/d1", "/nowhere", "/apix"])
def test_pages_are_no_other_sites_even_where_it_is_listed(tmp_path: Path, path: str) -> None:
    response = client_in(tmp_path, cors_origins=[TOOL]).get(path, headers={"Origin": TOOL, **BEARER})
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_without_a_list_nothing_varies_by_origin(tmp_path: Path) -> None:
    response = client_in(tmp_path).get("/api/index", headers={"Origin": TOOL, **BEARER})
    assert "Access-Control-Allow-Origin" not in response.headers and "Origin" not in response.vary


# TLS


@pytest.mark.parametrize(
    ("public_url", "told"),
    [("https://bot.example.org", "max-age=31536000; includeSubDomains"), ("http://bot.example.org", None), ("", None)],
)
def test_browsers_are_told_to_use_tls_where_others_reach_it_so(
    tmp_path: Path, public_url: str, told: str | None
) -> None:
    client = client_in(tmp_path, public_url=public_url)
    assert client.get("/").headers.get("Strict-Transport-Security") == told
