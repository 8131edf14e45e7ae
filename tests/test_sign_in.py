"""Who is let in over HTTP, how a session begins and ends, and that nobody sees what is hidden from them."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.access import Scope
from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from bot.record import find_record
from bot.slack.app import add_slack_routes
from bot.web.app import create_app
from bot.web.attempts import MOST
from bot.web.visitors import OPEN, needed, visitor
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import FakeBot

BOSS, READER, ASKER = "boss-0123456789abcdef", "reader-0123456789abcdef", "asker-0123456789abcdef"
TOKENS = f"boss:ask+read+write+admin:{BOSS},reader:read:{READER},asker:ask:{ASKER}"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
GUARDED = [
    ("GET", "/", Scope.ASK),
    ("POST", "/", Scope.ASK),
    ("POST", "/api/ask", Scope.ASK),
    ("POST", "/api/search", Scope.ASK),
    ("GET", "/api/documents/d1", Scope.READ),
    ("GET", "/api/documents", Scope.READ),
    ("GET", "/documents/d1", Scope.READ),
    ("GET", "/api/index", Scope.READ),
    ("GET", "/index", Scope.READ),
]
UNTOLD = {"code": "unauthorized", "message": "a token is needed; send it as Authorization: Bearer TOKEN"}
WRONG = {"code": "unauthorized", "message": "the token is wrong; see that it is one of BOT_API_TOKENS"}


def app_in(folder: Path, tokens: str = TOKENS, **tables: Any) -> Flask:
    return create_app(FakeBot(), config_in(folder, **tables), environ={"BOT_API_TOKENS": tokens})  # type: ignore[arg-type]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed_in(app: Flask, token: str = BOSS) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"token": token}).status_code == 303
    return client


def call(client: FlaskClient, method: str, path: str, **more: Any) -> Any:
    bodies: dict[str, Any] = {"/api/ask": {"question": "止付"}, "/api/search": {"query": "止付"}}
    body = {"json": bodies[path]} if path in bodies else {"data": {"q": "止付"}} if method == "POST" else {}
    return client.open(path, method=method, **body, **more)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_in(tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


# Every route is shut


def test_every_route_is_declared_open_or_names_its_scope(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {endpoint for endpoint in endpoints - OPEN if needed(app, endpoint) is None} == set()
    assert {endpoint for endpoint in endpoints & OPEN if needed(app, endpoint)} == set()


def test_a_route_that_names_no_scope_lets_nobody_in(app: Flask, tmp_path: Path) -> None:
    def forgotten() -> str:
        return "secret"

    for made in (app, create_app(FakeBot(), config_in(tmp_path))):  # type: ignore[arg-type]
        made.add_url_rule("/forgotten", view_func=forgotten)
        response = made.test_client().get("/forgotten", headers=bearer(BOSS))
        assert response.status_code == 403
        told = {"code": "forbidden", "message": "nobody is let in here: the route names no scope"}
        assert response.get_json() == {"error": told}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/static/page.css", "/sign-in"])
def test_what_is_open_takes_no_token(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        assert response.status_code == 200


def test_slack_signs_its_requests_and_takes_no_token(app: Flask) -> None:
    add_slack_routes(app, None)  # type: ignore[arg-type]
    response = app.test_client().post("/slack/events", json={})
    assert (response.status_code, response.get_json()["error"]["message"]) == (
        401,
        "this is not a request signed by Slack",
    )


def test_the_description_says_what_takes_a_token(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()
    assert set(described["components"]["securitySchemes"]) == {"token", "session"}
    for path, operations in described["paths"].items():
        for operation in operations.values():
            shut = path not in ("/sign-in", "/sign-out", "/healthz", "/readyz", "/openapi.json")
            assert ("security" in operation) is shut
            assert ({"401", "403", "429", "503"} if shut else {"403"}) <= set(operation["responses"])


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_a_route_takes_a_token_with_its_scope_and_no_other(
    client: FlaskClient, method: str, path: str, scope: Scope
) -> None:
    right, other = (ASKER, READER) if scope is Scope.ASK else (READER, ASKER)
    for token in (right, BOSS):
        response = call(client, method, path, headers=bearer(token))
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    refused = call(client, method, path, headers=bearer(other))
    message = f"this needs the scope {scope}; ask whoever runs this server for a token with it"
    assert (refused.status_code, refused.get_json()) == (403, {"error": {"code": "forbidden", "message": message}})


def test_a_person_reads_that_a_scope_is_missing(app: Flask) -> None:
    response = signed_in(app, ASKER).get("/index", headers=BROWSER)
    assert response.status_code == 403
    assert "没有这样做的权限" in response.text and "需要权限 read" in response.text


# Who is turned away


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, UNTOLD),
        (bearer(""), WRONG),
        (bearer(BOSS[:-1]), WRONG),
        (bearer(BOSS + "0"), WRONG),
        (bearer(BOSS.upper()), WRONG),
        (bearer(f"{BOSS} {BOSS}"), WRONG),
        (bearer("\xe9" * 20), WRONG),
        (bearer(f"boss:{BOSS}"), WRONG),
        ({"Authorization": f"Basic {BOSS}"}, UNTOLD),
        ({"Authorization": BOSS}, UNTOLD),
        ({"X-Api-Key": BOSS}, UNTOLD),
        ({"Cookie": f"wenda={BOSS}"}, UNTOLD),
        ({"Cookie": f"token={BOSS}"}, UNTOLD),
    ],
)
def test_no_or_wrong_credentials_are_401(
    app: Flask, method: str, path: str, scope: Scope, headers: dict[str, str], told: dict[str, str]
) -> None:
    response = call(app.test_client(use_cookies=False), method, path, headers=headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert response.get_json() == {"error": told}


def test_a_token_in_the_address_counts_for_nothing(client: FlaskClient) -> None:
    assert client.get(f"/api/index?token={BOSS}&access_token={BOSS}").status_code == 401


def test_the_scheme_is_written_in_any_case(client: FlaskClient) -> None:
    assert client.get("/api/index", headers={"Authorization": f"bEARER  {BOSS}"}).status_code == 200


def test_a_wrong_bearer_is_not_mended_by_a_session(app: Flask) -> None:
    assert signed_in(app).get("/api/index", headers=bearer("x")).status_code == 401


def test_a_proxys_own_password_does_not_hide_a_session(app: Flask) -> None:
    assert signed_in(app).get("/api/index", headers={"Authorization": "Basic dTpw"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        ("/", "/sign-in?next=/"),
        ("/?q=%E6%AD%A2%E4%BB%98&x=1", "/sign-in?next=/?q%3D%25E6%25AD%25A2%25E4%25BB%2598%26x%3D1"),
        ("/documents/a%2541%20b", "/sign-in?next=/documents/a%252541%2520b"),
        ("/index", "/sign-in?next=/index"),
    ],
)
def test_a_person_is_sent_to_sign_in_and_back(app: Flask, path: str, onward: str) -> None:
    client = app.test_client()
    sent = client.get(path, headers=BROWSER)
    assert (sent.status_code, sent.headers["Location"]) == (303, onward)
    back = client.post(onward, data={"token": BOSS})
    assert (back.status_code, back.headers["Location"]) == (303, path)


def test_a_form_that_a_stranger_sends_leads_to_the_chat_after_signing_in(client: FlaskClient) -> None:
    response = client.post("/", data={"q": "止付"}, headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")


def test_the_api_gives_a_browser_401_too(client: FlaskClient) -> None:
    assert client.get("/api/index", headers=BROWSER).status_code == 401


def test_where_the_app_is_mounted_is_kept(app: Flask) -> None:
    client = app.test_client()
    mounted = {"SCRIPT_NAME": "/bot"}
    sent = client.get("/index", headers=BROWSER, environ_overrides=mounted)
    assert sent.headers["Location"] == "/bot/sign-in?next=/bot/index"
    for onward, target in [("/bot/index", "/bot/index"), ("/index", "/bot/"), ("/botany", "/bot/"), ("/bot", "/bot/")]:
        done = client.post("/sign-in", query_string={"next": onward}, data={"token": BOSS}, environ_overrides=mounted)
        assert (done.status_code, done.headers["Location"]) == (303, target)
        assert "Path=/bot" in done.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/a\\b", "https://evil.example",
        "https:evil.example", "javascript:alert(1)", "evil.example", "", " /", "/ /", "/\tevil", "/\r\nSet-Cookie: a=b",
        "/\x00", "/\x7f", "\n//evil.example",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_site_after_signing_in(app: Flask, onward: str) -> None:
    client = app.test_client()
    page = client.get("/sign-in", query_string={"next": onward})
    assert 'action="/sign-in"' in page.text
    done = client.post("/sign-in", query_string={"next": onward}, data={"token": BOSS})
    assert (done.status_code, done.headers["Location"]) == (303, "/")


# Sessions


def test_the_page_asks_for_a_token_in_both_languages(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert "<h1>登录</h1>" in page and 'type="password"' in page
    assert "<h1>Sign in</h1>" in client.get("/sign-in?lang=en").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(app: Flask) -> None:
    client = app.test_client()
    cookie = client.post("/sign-in", data={"token": f" {BOSS} "}).headers["Set-Cookie"]
    assert re.fullmatch(
        r"wenda=[\w-]{43}; Expires=[^;]+; Max-Age=2592000; HttpOnly; Path=/; SameSite=Lax",
        cookie,
    )
    assert client.get("/", headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "base", "mounted", "name"),
    [
        ("", "https://localhost", "", "__Host-wenda"),
        ("https://bot.example.org", "http://localhost", "", "__Host-wenda"),
        ("https://bot.example.org/bot", "http://localhost", "/bot", "__Secure-wenda"),
    ],
)
def test_over_tls_the_cookie_is_secure(tmp_path: Path, public_url: str, base: str, mounted: str, name: str) -> None:
    app = app_in(tmp_path, server={"public_url": public_url})
    more = {"base_url": base, "environ_overrides": {"SCRIPT_NAME": mounted}}
    cookie = app.test_client().post("/sign-in", data={"token": BOSS}, **more).headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=") and "; Secure; HttpOnly; " in cookie
    assert "Domain" not in cookie
    back = app.test_client(use_cookies=False)
    value = cookie.partition(";")[0].partition("=")[2]
    for sent, status in ((name, 200), ("wenda", 401)):
        assert back.get("/index", headers={"Cookie": f"{sent}={value}"}, **more).status_code == status


def test_every_sign_in_has_a_value_of_its_own_and_ends_the_one_before(app: Flask) -> None:
    client = signed_in(app)
    first = client.get_cookie("wenda")
    client.post("/sign-in", data={"token": BOSS})
    second = client.get_cookie("wenda")
    assert first and second and first.value != second.value
    old = app.test_client()
    old.set_cookie("wenda", first.value)
    assert old.get("/api/index").status_code == 401


@pytest.mark.parametrize("value", ["", "x", secrets.token_urlsafe(32), "'; DROP TABLE sessions; --", "é" * 43])
def test_a_value_that_was_never_given_opens_nothing(app: Flask, value: str) -> None:
    signed_in(app)
    client = app.test_client()
    client.set_cookie("wenda", value)
    assert client.get("/api/index").status_code == 401


def test_signing_out_ends_the_session_on_the_server(app: Flask) -> None:
    client = signed_in(app)
    cookie = client.get_cookie("wenda")
    response = client.post("/sign-out")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")
    assert response.headers["Clear-Site-Data"] == '"storage"'
    assert cookie and client.get_cookie("wenda") is None
    client.set_cookie("wenda", cookie.value)
    assert client.get("/api/index").status_code == 401
    assert client.get("/sign-out").status_code == 405


@pytest.mark.parametrize(
    "tokens", [f"asker:ask:{ASKER}", TOKENS.replace(BOSS, BOSS + "2")], ids=["removed", "another token"]
)
def test_a_session_ends_with_its_token(app: Flask, tmp_path: Path, tokens: str) -> None:
    cookie = signed_in(app).get_cookie("wenda")
    after = app_in(tmp_path, tokens).test_client()
    assert cookie
    after.set_cookie("wenda", cookie.value)
    assert after.get("/api/index").status_code == 401


def test_a_session_outlives_the_server_and_follows_the_scopes_of_its_token(app: Flask, tmp_path: Path) -> None:
    cookie = signed_in(app).get_cookie("wenda")
    after = app_in(tmp_path, f"boss:ask:{BOSS}").test_client()
    assert cookie
    after.set_cookie("wenda", cookie.value)
    assert [after.get("/").status_code, after.get("/api/index").status_code] == [200, 403]


def test_a_wrong_token_shows_the_page_again_and_says_so(app: Flask) -> None:
    client = app.test_client()
    response = client.post("/sign-in", query_string={"next": "/index"}, data={"token": "wrong-0123456789abcdef"})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "令牌不对" in response.text and 'action="/sign-in?next=/index"' in response.text
    assert "wrong-0123456789abcdef" not in response.text and "Set-Cookie" not in response.headers


@pytest.mark.parametrize("way", ["form", "header"])
def test_after_ten_wrong_tokens_a_client_is_told_to_wait(app: Flask, way: str) -> None:
    client = app.test_client()

    def tried(token: str, address: str = "10.0.0.1") -> Any:
        more = {"environ_overrides": {"REMOTE_ADDR": address}}
        if way == "form":
            return client.post("/sign-in", data={"token": token}, **more)
        return client.get("/api/index", headers=bearer(token), **more)

    assert [tried("wrong").status_code for _ in range(MOST)] == [401] * MOST
    response = tried(BOSS)
    assert response.status_code == 429
    assert 55 <= int(response.headers["Retry-After"]) <= 60
    assert (
        "请等一分钟" in response.text if way == "form" else response.get_json()["error"]["code"] == "too_many_requests"
    )
    assert tried(BOSS, "10.0.0.2").status_code in (200, 303)


def test_a_session_is_not_kept_waiting_for_wrong_tokens(app: Flask) -> None:
    client = signed_in(app)
    for _ in range(MOST + 1):
        client.get("/api/index", headers=bearer("wrong"))
    assert client.get("/api/index").status_code == 200
    assert client.get("/api/index", headers=bearer(BOSS)).status_code == 200  # right here before


def test_a_damaged_file_of_sessions_is_told_and_lets_nobody_in(app: Flask, tmp_path: Path) -> None:
    write_files(tmp_path / "index", {"sessions.sqlite": b"no database" * 100})
    client = app.test_client()
    client.set_cookie("wenda", "x")
    for headers, mend in (({}, "delete it, and sign in again"), (BROWSER, "删掉它，再登录一次")):
        response = client.get("/index", headers=headers)
        assert response.status_code == 503
        assert mend in response.text and str(tmp_path) not in response.text


# Without tokens


def test_without_tokens_there_is_nothing_to_sign_in_to(tmp_path: Path) -> None:
    client = app_in(tmp_path, "").test_client()
    assert client.get("/sign-in?next=/index").headers["Location"] == "/index"
    assert client.post("/sign-in", data={"token": "x"}).headers["Location"] == "/"
    assert client.get("/api/index", headers=bearer("x")).status_code == 200
    assert "Cache-Control" not in client.get("/api/index").headers
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("0.0.0.0", 403)])
def test_without_tokens_only_this_machine_may_write(tmp_path: Path, host: str, status: int) -> None:
    from bot.web.visitors import needs

    app = app_in(tmp_path, "", server={"host": host})
    app.add_url_rule("/write", view_func=needs(Scope.WRITE)(lambda: "written"), endpoint="write")
    client = app.test_client()
    assert client.get("/write").status_code == status
    assert [call(client, method, path).status_code for method, path, _ in GUARDED] == [200] * len(GUARDED)


# Other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "http://evil.example#localhost"},
        {"Origin": "http://[::1"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/ask", "/sign-in", "/sign-out"])
@pytest.mark.parametrize("tokens", [TOKENS, ""], ids=["tokens", "none"])
def test_what_another_site_sends_is_refused(tmp_path: Path, tokens: str, path: str, headers: dict[str, str]) -> None:
    app = app_in(tmp_path, tokens)
    client = signed_in(app) if tokens else app.test_client()
    response = call(client, "POST", path, headers=headers)
    assert response.status_code == 403
    told = {"code": "forbidden", "message": "another site sent this; open this server's own page"}
    assert response.get_json() == {"error": told}
    assert not tokens or client.get("/api/index").status_code == 200  # still signed in


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "http://LOCALHOST", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://bot.example.org"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example", "Authorization": f"Bearer {BOSS}"},
    ],
)
def test_what_this_site_or_a_program_sends_passes(tmp_path: Path, headers: dict[str, str]) -> None:
    app = app_in(tmp_path, server={"public_url": "https://bot.example.org"})
    client = app.test_client()
    client.post("/sign-in", data={"token": BOSS}, base_url="https://localhost")
    base = {"base_url": "https://localhost"}
    assert client.post("/api/ask", json={"question": "止付"}, headers=headers, **base).status_code == 200


def test_another_site_may_link_here(client: FlaskClient) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/sign-in", headers={**BROWSER, **followed}).status_code == 200


@pytest.mark.parametrize(
    ("mode", "kind"), [("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe")]
)
def test_another_site_may_not_have_this_one_in_its_pages(tmp_path: Path, mode: str, kind: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": kind}
    response = app_in(tmp_path, "").test_client().get("/?q=止付", headers=headers)
    assert response.status_code == 403


def test_who_may_only_read_begins_at_the_index(tmp_path: Path) -> None:
    client = app_in(tmp_path).test_client()
    assert client.post("/sign-in", data={"token": READER}).location == "/index"
    assert 'class="name" href="/index"' in client.get("/nowhere", headers=BROWSER).text


# Secrets


def test_no_token_is_ever_logged_or_sent(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = app.test_client()
    with caplog.at_level(logging.DEBUG):
        said = [
            client.post("/sign-in", data={"token": BOSS}),
            client.post("/sign-in", data={"token": BOSS + "x"}),
            client.get("/index", headers=BROWSER),
            client.get("/api/index", headers=bearer(BOSS)),
            client.get("/api/index", headers=bearer(BOSS + "x")),
            client.post("/api/ask", headers=bearer(READER), json={"question": "止付"}),
            *(client.get("/api/index", headers=bearer(ASKER + "x")) for _ in range(MOST)),
        ]
        cookie = client.get_cookie("wenda")
    messages = [record.getMessage() for record in caplog.records if record.name != "bot.requests"]
    assert messages[:2] == ["boss signed in from 127.0.0.1", "a wrong token from 127.0.0.1"]
    assert "reader from 127.0.0.1 has no scope ask" in messages
    assert messages[-1] == "too many wrong tokens from 127.0.0.1"
    assert cookie
    told = "\n".join([caplog.text, *(response.text for response in said)])
    assert [secret for secret in (BOSS, READER, ASKER, cookie.value) if secret in told] == []


def test_templates_know_who_is_there(app: Flask) -> None:
    with app.test_request_context("/", headers=bearer(READER)):
        context: dict[str, Any] = {}
        app.update_template_context(context)
        assert context["visitor"] is visitor()
        assert (context["visitor"].name, context["visitor"].scopes) == ("reader", {Scope.READ})


# What is hidden


PUBLIC = {
    "公开/年报.txt": "青石县防汛年报\n2023年，青石县水库最高水位为41.2米，全年止付资金***万元。\n",
    "公开/简讯.csv": "村,网格员\n柳湾村,12人\n",
    "公开/旧.rar": "x",
}
SECRET = {
    "内部/核查.txt": "青石县防汛核查\n2023年，青石县水库最高水位为47.8米，全年止付资金560万元。\n",
    "内部/底稿.csv": "村,网格员\n石桥村,31人\n",
    "内部/底稿.rar": "x",
}
QUESTIONS = {
    "2023年青石县水库最高水位是多少": ("answered", ["41.2米"], "conflict", ["41.2米", "47.8米"]),
    "青石县全年止付资金多少": ("masked", [], "answered", ["560万元"]),
}
OFFICE = f"boss:ask+read:{BOSS},clerk:ask+read:{READER},guest:ask+read:{ASKER}"
GRANTS = {"boss": ["*"], "clerk": ["台账/公开"], "guest": []}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bot, Config]]:
    """A bot over two folders, of which the clerk sees one, the guest none, and the boss both."""
    folder = tmp_path_factory.mktemp("office")
    docs = write_files(folder / "台账", PUBLIC | SECRET)
    config = config_in(folder, reader={"enabled": False}, access={"sources": GRANTS}, record={"enabled": True})
    index(config, FakeEncoder(), [docs])
    opened = Bot.open(config, FakeEncoder())
    yield opened, config
    opened.close()


@pytest.fixture
def desk(office: tuple[Bot, Config]) -> FlaskClient:
    return create_app(*office, environ={"BOT_API_TOKENS": OFFICE}).test_client()


def asked(client: FlaskClient, token: str, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, "top_k": 50, **more}, headers=bearer(token))
    assert response.status_code == 200
    told: dict[str, Any] = response.get_json()
    return told


def sources_in(answer: dict[str, Any]) -> set[str]:
    """The sources of every document that an answer names."""
    copies = [copy for citation in answer["citations"] for copy in citation["duplicates"]]
    return {item["document"]["source"] for item in [*answer["citations"], *answer["passages"], *copies]}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_comes_from_what_the_visitor_may_see(desk: FlaskClient, question: str) -> None:
    status, values, status_of_all, values_of_all = QUESTIONS[question]
    whole, part = asked(desk, BOSS, question), asked(desk, READER, question)
    assert (whole["status"], [value["text"] for value in whole["answers"]]) == (status_of_all, values_of_all)
    assert (part["status"], [value["text"] for value in part["answers"]]) == (status, values)
    assert "台账/内部/核查.txt" in sources_in(whole)
    assert sources_in(part) == {"台账/公开/年报.txt", "台账/公开/简讯.csv"}


@pytest.mark.parametrize(
    "question", [*QUESTIONS, "石桥村有多少网格员", "防汛核查是哪天发布的", "水库水位和止付资金各多少"]
)
def test_what_is_hidden_changes_nothing(desk: FlaskClient, question: str) -> None:
    own = {"id": "", "took_ms": 0}
    hidden = asked(desk, READER, question) | own
    assert hidden == asked(desk, BOSS, question, filters={"source": "台账/公开/"}) | own
    assert hidden["undated_excluded"] == 0
    dated = asked(desk, READER, question, filters={"date_from": "2001-01-01"})
    assert dated["undated_excluded"] == 2


def test_the_list_of_documents_has_what_the_visitor_may_see(desk: FlaskClient) -> None:
    def listed(token: str, **asked: str) -> list[str]:
        told = desk.get("/api/documents", query_string=asked, headers=bearer(token)).get_json()
        assert told["found"] == len(told["documents"])
        return [document["source"] for document in told["documents"]]

    assert len(listed(BOSS)) == 4
    assert listed(READER) == ["台账/公开/年报.txt", "台账/公开/简讯.csv"]
    assert listed(READER, source="台账/内部/") == listed(READER, q="核查") == listed(ASKER) == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_batch_is_answered_from_what_the_visitor_may_see(desk: FlaskClient, question: str) -> None:
    data = json.dumps({"question": question, "top_k": 50}).encode()
    kind = "application/x-ndjson"
    response = desk.post("/api/ask/batch", data=data, content_type=kind, headers=bearer(READER))
    own = {"id": "", "took_ms": 0}
    assert json.loads(response.data) | own == asked(desk, READER, question) | own
    assert desk.post("/api/ask/batch", data=data, content_type=kind).status_code == 401


@pytest.mark.parametrize("query", [*QUESTIONS, "防汛核查"])
def test_a_search_finds_what_the_visitor_may_see(desk: FlaskClient, query: str) -> None:
    def found(token: str, **filters: str) -> Any:
        sent = {"query": query, "top_k": 50, "filters": filters}
        return desk.post("/api/search", json=sent, headers=bearer(token)).get_json()

    assert "台账/内部/核查.txt" in {item["document"]["source"] for item in found(BOSS)["passages"]}
    hidden = found(READER)
    assert {item["document"]["source"] for item in hidden["passages"]} == {"台账/公开/年报.txt", "台账/公开/简讯.csv"}
    assert hidden == found(BOSS, source="台账/公开/")
    assert hidden["undated_excluded"] == 0
    assert found(READER, date_from="2001-01-01")["undated_excluded"] == 2
    assert found(ASKER)["passages"] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_follow_up_and_the_plain_page_are_bound_too(desk: FlaskClient, question: str) -> None:
    followed = asked(desk, READER, "那2023年呢？", previous=question)
    assert sources_in(followed) <= {"台账/公开/年报.txt", "台账/公开/简讯.csv"}
    page = desk.post("/", data={"q": question}, headers=bearer(READER)).text
    assert "内部" not in page and "核查" not in page and "47.8米" not in page and "560万元" not in page


@pytest.mark.parametrize("question", QUESTIONS)
def test_who_sees_nothing_finds_nothing(desk: FlaskClient, question: str) -> None:
    answer = asked(desk, ASKER, question)
    assert (answer["status"], answer["reason"], answer["passages"]) == ("not_found", "nothing_close", [])


@pytest.mark.parametrize(
    "filters", [{"visible": None}, {"visible": ["台账/内部"]}, {"source": "台账/公开/", "visible": ["*"]}]
)
def test_a_request_cannot_widen_what_it_sees(desk: FlaskClient, filters: dict[str, Any]) -> None:
    response = desk.post("/api/ask", json={"question": "水位", "filters": filters}, headers=bearer(READER))
    assert response.status_code == 400
    assert response.get_json()["error"]["message"].startswith("unknown key filters.visible")
    response = desk.post("/api/ask", json={"question": "水位", "visible": ["台账/内部"]}, headers=bearer(READER))
    assert response.status_code == 400


def test_a_filter_for_what_is_hidden_finds_nothing(desk: FlaskClient, office: tuple[Bot, Config]) -> None:
    hidden = document_id(office[0], "台账/内部/核查.txt")
    for filters in ({"source": "台账/内部/"}, {"document": hidden}, {"source": "台账/公开/../内部/"}):
        assert asked(desk, READER, "青石县水库最高水位", filters=filters)["passages"] == []


def document_id(bot: Bot, source: str) -> str:
    return next(document.id for document in bot.overview().documents if document.source == source)


@pytest.mark.parametrize("path", ["/api/documents/{}", "/documents/{}", "/documents/{}?start=0&end=5&v=000000000000"])
def test_a_document_that_is_hidden_is_as_one_that_is_not_there(
    desk: FlaskClient, office: tuple[Bot, Config], path: str
) -> None:
    hidden, seen = (document_id(office[0], f"台账/{name}") for name in ("内部/核查.txt", "公开/年报.txt"))
    refused = desk.get(path.format(hidden), headers=bearer(READER))
    missing = desk.get(path.format("nowhere"), headers=bearer(READER))
    assert (refused.status_code, refused.data) == (404, missing.data)
    assert desk.get(path.format(hidden), headers=bearer(BOSS)).status_code == 200
    assert desk.get(path.format(seen), headers=bearer(READER)).status_code == 200


def test_the_index_shows_what_the_visitor_may_see(desk: FlaskClient) -> None:
    def told(token: str) -> dict[str, Any]:
        held: dict[str, Any] = desk.get("/api/index", headers=bearer(token)).get_json()
        return {name: held[name] for name in ("files", "documents", "passages", "tables", "skipped", "oddities")}

    whole, part, nothing = told(BOSS), told(READER), told(ASKER)
    assert {name: whole[name] for name in ("documents", "passages", "tables")} == {
        "documents": 4, "passages": 4, "tables": 2,
    }  # fmt: skip
    assert [line.partition(":")[0] for line in whole["skipped"]] == ["台账/公开/旧.rar", "台账/内部/底稿.rar"]
    assert {name: part[name] for name in ("documents", "passages", "tables")} == {
        "documents": 2, "passages": 2, "tables": 1,
    }  # fmt: skip
    assert [line.partition(":")[0] for line in part["skipped"]] == ["台账/公开/旧.rar"]
    assert nothing == {"files": 0, "documents": 0, "passages": 0, "tables": 0, "skipped": [], "oddities": []}
    page = desk.get("/index", headers=bearer(READER)).text
    assert "公开/年报.txt" in page and "内部" not in page and "底稿" not in page
    assert "内部/底稿.rar" in desk.get("/index", headers=bearer(BOSS)).text


def test_an_answer_that_was_bound_is_replayed_as_it_was(office: tuple[Bot, Config]) -> None:
    config = office[1]
    bot = Bot.open(config, FakeEncoder())
    client = create_app(bot, config, environ={"BOT_API_TOKENS": OFFICE}).test_client()
    bounded = asked(client, READER, "青石县全年止付资金多少")
    bot.close()  # all is recorded then
    question = find_record(config.index_dir, bounded["id"]).question
    assert question.filters.visible == ("台账/公开",)
    again = office[0].ask(replace(question, via=""))
    assert (again.status.value, again.answer, len(again.passages)) == ("masked", None, 2)
