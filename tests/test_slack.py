"""The Slack channel with real Bolt, real signatures, a real websocket; only Slack's own servers are replaced."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, Log, config_from
from bot.errors import BadConfig, BotError, NoIndex
from bot.links import text_version
from bot.slack.app import create_slack, start_socket
from bot.slack.markup import escaped, plain_text
from bot.slack.socket_mode import Socket
from bot.slack.tokens import read_tokens
from bot.slack.words import ZH
from bot.types import (
    Answer,
    Question,
)
from bot.web.app import MAX_BODY
from bot.web.logs import Text
from tests.fakes import ANSWER_START, QUOTE_END, TEXT, FakeBot
from tests.slack_server import (
    APP_TOKEN,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER,
    SIGNING_SECRET,
    TICKET,
    SlackServer,
    signed,
)
from tests.slack_workspace import (
    QUESTION,
    SlowBot,
    Workspace,
    command,
    direct,
    envelope,
    in_folder,
    journal_of,
    mention,
)

VERSION = text_version(TEXT)


class FailingBot(FakeBot):
    """Raises an error that repeats the question."""

    def __init__(self, kind: type[Exception]) -> None:
        super().__init__()
        self.kind = kind

    def ask(self, question: Question) -> Answer:
        raise self.kind(f"no answer to {question.text}; rebuild the index")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SLACK_") or name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as running:
        yield running


@pytest.fixture
def workspace(server: SlackServer) -> Workspace:
    return Workspace(server)


def link(start: int, end: int, version: str = VERSION) -> str:
    return f"http://127.0.0.1:8000/documents/d1?start={start}&end={end}&v={version}#mark"


def text(content: str, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": content} | ({"style": {"bold": True}} if bold else {})


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_quote", "elements": list(elements)}


def block(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(parts)}


def button(action: str, face: str, **more: str) -> dict[str, Any]:
    shown = {"type": "plain_text", "text": face, "emoji": True}
    return {"type": "button", "action_id": action, "text": shown, "value": "a1"} | more


ANSWERED = [
    block(section(text("3.01亿元", bold=True))),
    block(
        quote(text("紧急止付涉案资金"), text("3.01亿元", bold=True)),
        section(
            {"type": "link", "url": link(ANSWER_START, QUOTE_END), "text": "平安白皮书"},
            text(" · 草原日报 · 2022-01-06"),
        ),
    ),
    {
        "type": "actions",
        "elements": [
            button("rate_up", "👍", accessibility_label="有用"),
            button("rate_down", "👎", accessibility_label="不对"),
            button("passages", "显示段落"),
        ],
    },
]


# What is answered, and where


def test_a_mention_is_answered_in_its_thread_with_the_answer_its_quote_and_a_link_to_the_span(
    workspace: Workspace,
) -> None:
    assert workspace.event(mention()).status_code == 200
    [post] = workspace.posts()
    assert post["channel"] == "C1"
    assert post["thread_ts"] == "1700000000.000100"
    assert post["blocks"] == ANSWERED
    assert post["text"] == "3.01亿元\n“紧急止付涉案资金3.01亿元”\n平安白皮书 · 草原日报 · 2022-01-06"
    assert (post["mrkdwn"], post["unfurl_links"], post["unfurl_media"]) == (False, False, False)
    assert [(asked.text, asked.request_id) for asked in workspace.bot.asked] == [(QUESTION, "Ev1")]


def test_a_mention_inside_a_thread_is_answered_in_that_thread(workspace: Workspace) -> None:
    workspace.event(mention(thread_ts="1600000000.000001"))
    [post] = workspace.posts()
    assert post["thread_ts"] == "1600000000.000001"


def test_a_direct_message_is_answered_in_its_thread(workspace: Workspace) -> None:
    workspace.event(direct())
    [post] = workspace.posts()
    assert (post["channel"], post["thread_ts"], post["blocks"]) == ("D1", "1700000000.000100", ANSWERED)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_direct_message_with_a_file_or_sent_to_the_channel_too_is_answered(
    workspace: Workspace, subtype: str
) -> None:
    workspace.event(direct(subtype=subtype))
    assert len(workspace.posts()) == 1


@pytest.mark.parametrize(
    "event",
    [
        direct(channel="C1", channel_type="channel"),
        direct(channel="G1", channel_type="mpim"),
        direct(bot_id="B9"),
        direct(bot_id=BOT_ID),
        direct(subtype="bot_message"),
        direct(user=BOT_USER),
        mention(user=BOT_USER),
        mention(bot_id="B9"),
        mention(edited={"user": "U1", "ts": "1700000001.000000"}),
        direct(edited={"user": "U1", "ts": "1700000001.000000"}),
        {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im", "ts": "1.1"}
        | {"message": {"user": "U1", "text": QUESTION}},
        {"type": "message", "subtype": "message_deleted", "channel": "D1", "channel_type": "im", "ts": "1.1"},
        direct(subtype="channel_join"),
    ],
    ids=lambda event: "-".join(str(event.get(key, "")) for key in ("type", "channel", "subtype", "user", "bot_id")),
)
def test_bots_itself_edits_deletions_and_talk_in_channels_are_left_alone(
    workspace: Workspace, event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert workspace.event(event).status_code == 200
    assert workspace.posts() == []
    assert workspace.bot.asked == []
    assert caplog.messages == []


def test_an_event_that_slack_sends_again_is_answered_once(workspace: Workspace) -> None:
    for _ in range(3):
        assert workspace.event(mention()).status_code == 200
    assert len(workspace.posts()) == 1


def test_a_message_that_comes_as_mention_and_as_message_is_answered_once(workspace: Workspace) -> None:
    workspace.event(direct(type="app_mention"), "Ev1")
    workspace.event(direct(), "Ev2")
    assert len(workspace.posts()) == 1


def test_a_mention_whose_message_came_first_is_answered(workspace: Workspace) -> None:
    workspace.event(mention(type="message", channel_type="channel"), "Ev1")
    workspace.event(mention(), "Ev2")
    assert len(workspace.posts()) == 1


def test_two_questions_in_one_channel_are_both_answered(workspace: Workspace) -> None:
    workspace.event(mention(ts="1.1"), "Ev1")
    workspace.event(mention(ts="1.2"), "Ev2")
    assert sorted(post["thread_ts"] for post in workspace.posts()) == ["1.1", "1.2"]


def test_only_the_channels_of_the_configuration_are_answered_and_direct_messages_always(server: SlackServer) -> None:
    workspace = Workspace(server, config=config_from({"slack": {"channels": ["C2"]}}))
    for number, event in enumerate([mention(ts="1.1"), mention(channel="C2", ts="1.2"), direct(ts="1.3")]):
        workspace.event(event, f"Ev{number}")
    assert sorted(post["channel"] for post in workspace.posts()) == ["C2", "D1"]


def test_the_event_is_acknowledged_before_the_question_is_answered(server: SlackServer) -> None:
    workspace = Workspace(server, bot := SlowBot())
    assert workspace.event(mention()).status_code == 200
    assert server.sent("chat.postMessage") == []
    bot.go.set()
    assert len(workspace.posts()) == 1


# What is not a question, and what goes wrong


def test_a_mention_without_a_question_gives_one_line_of_help(workspace: Workspace) -> None:
    workspace.event(mention(f"<@{BOT_USER}>  "))
    [post] = workspace.posts()
    assert post["blocks"] == [block(section(text(ZH.help)))]
    assert "\n" not in ZH.help


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("问" * 1001, "抱歉，问题太长了：有 1001 个字符，最多 1000 个。请缩短后再问。"),
        ("why " * 300 + "?", "Sorry, the question is too long: 1201 characters, 1000 at most. Please shorten it."),
        ("多少\x00", ZH.unreadable),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_kindly(workspace: Workspace, question: str, line: str) -> None:
    workspace.event(direct(question))
    [post] = workspace.posts()
    assert post["text"] == line
    assert workspace.bot.asked == []


@pytest.mark.parametrize(
    ("kind", "line", "logged"),
    [
        (BotError, ZH.failed, "failed: no answer to …; rebuild the index"),
        (NoIndex, ZH.no_index, "no_index: no answer to …; rebuild the index"),
        (ZeroDivisionError, ZH.failed, "ZeroDivisionError"),
    ],
)
def test_a_failure_gives_a_line_and_is_logged_without_the_question(
    server: SlackServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
    line: str,
    logged: str,
) -> None:
    monkeypatch.setattr(caplog.handler, "formatter", Text(told=False))  # as the server writes it
    workspace = Workspace(server, FailingBot(kind))
    workspace.event(mention())
    [post] = workspace.posts()
    assert post["text"] == line
    assert logged in caplog.text
    assert QUESTION not in caplog.text


def test_what_slack_refuses_to_post_is_logged_by_its_code_alone(
    server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.errors["chat.postMessage"] = "missing_scope"
    workspace = Workspace(server)
    workspace.event(mention())
    workspace.finish()
    assert caplog.messages == ["Slack refused a request: missing_scope"]


def test_a_question_that_comes_while_slack_cannot_be_reached_is_answered_when_slack_sends_it_again(
    server: SlackServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caplog.handler, "formatter", Text(told=False))  # as the server writes it
    workspace = Workspace(server, SLACK_API_URL=f"http://127.0.0.1:{free_port()}/api/")
    assert workspace.event(mention()).status_code == 500
    workspace.app.client.base_url = server.address
    assert workspace.event(mention()).status_code == 200
    assert len(workspace.posts()) == 1
    assert "Slack request failed\n" in caplog.text and "\n  URLError\n" in caplog.text


# Logs


def test_questions_are_logged_only_where_the_configuration_says_so(
    server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for log in (Log(questions=False), Log(questions=True)):
        workspace = Workspace(server, config=Config(log=log))
        workspace.event(mention())
        workspace.event(mention("hello", type="message", channel_type="channel"))
        workspace.post(json.dumps(envelope(mention())), signed("another body"))
        workspace.command(QUESTION)
        workspace.finish()
        assert (QUESTION in caplog.text) == log.questions


def test_no_secret_is_ever_logged(server: SlackServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "websockets")  # the stand-in's own log
    workspace = Workspace(server)
    with socket_mode(server):
        server.wait(lambda: server.sockets)
        asked = server.send(envelope(mention(ts="1.1"), "Ev1"))
        server.wait(lambda: server.acked(asked) and server.sent("chat.postMessage"))
        server.errors["chat.postMessage"] = "not_in_channel"
        workspace.command(QUESTION)
        workspace.event(mention())
        workspace.finish()
    assert "not_in_channel" in caplog.text
    for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, TICKET, server.response_url):
        assert secret not in caplog.text


def test_tokens_are_not_shown_where_they_are_printed() -> None:
    environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    assert repr(read_tokens(environ)) == "Tokens(api_url='https://slack.com/api/')"


# Signatures


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed("another body"),
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "²", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=é"},
    ],
    ids=["unsigned", "other body", "no number", "no digit", "no date", "not ASCII"],
)
def test_a_request_with_a_wrong_signature_gets_401_and_nothing_is_answered(
    workspace: Workspace, headers: dict[str, str]
) -> None:
    response = workspace.post(json.dumps(envelope(mention())), headers)
    assert (response.status_code, response.json["error"]["code"]) == (401, "unauthorized")
    assert workspace.posts() == []
    assert workspace.server.calls == []


@pytest.mark.parametrize(("age", "status"), [(0, 200), (290, 200), (310, 401), (-310, 401)])
def test_a_signature_counts_for_300_seconds(workspace: Workspace, age: int, status: int) -> None:
    body = json.dumps(envelope(mention()))
    assert workspace.post(body, signed(body, age=age)).status_code == status
    assert len(workspace.posts()) == (1 if status == 200 else 0)


@pytest.mark.parametrize("secret", ["", "another secret"])
def test_a_request_signed_with_another_secret_gets_401(workspace: Workspace, secret: str) -> None:
    body = json.dumps(envelope(mention()))
    assert workspace.post(body, signed(body, secret)).status_code == 401
    assert workspace.posts() == []


def test_without_a_signing_secret_no_request_is_taken_for_slacks(server: SlackServer) -> None:
    workspace = Workspace(server, SLACK_APP_TOKEN=APP_TOKEN, SLACK_SIGNING_SECRET="")
    body = json.dumps(envelope(mention()))
    assert workspace.post(body, signed(body, "")).status_code == 401
    assert workspace.posts() == []


@pytest.mark.parametrize("body", ["[]", "{", "null", '"a"', "payload=[", "[" * 100_000])
def test_a_body_that_slack_never_sends_is_refused_quietly(
    workspace: Workspace, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert workspace.post(body, {}).status_code == 401
    assert workspace.post(body).status_code in (200, 401, 404)
    assert workspace.posts() == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_slacks_check_of_the_address_is_answered(workspace: Workspace) -> None:
    response = workspace.post(json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"}))
    assert (response.status_code, response.json) == (200, {"challenge": "c1"})


def test_a_message_as_long_as_slack_takes_is_acknowledged_and_answered(workspace: Workspace) -> None:
    workspace.http.application.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    assert workspace.event(mention(f"<@{BOT_USER}> {'问' * 40_000}")).status_code == 200
    [post] = workspace.posts()
    assert post["text"] == ZH.too_long.format(length=40_000, limit=1000)


# Set-up


def test_without_a_bot_token_there_is_no_slack() -> None:
    app: Any = FakeBot()
    assert (
        create_slack(app, Config(), {"SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": "s"}, journal_of(Config()))
        is None
    )
    assert create_slack(app, Config(), {"SLACK_BOT_TOKEN": " "}, journal_of(Config())) is None


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxp-1-secret"}, "SLACK_BOT_TOKEN is malformed; copy the Bot User OAuth Token"),
        ({"SLACK_BOT_TOKEN": "xoxb-1 secret"}, "SLACK_BOT_TOKEN is malformed"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": "xoxb-1-secret"}, "SLACK_APP_TOKEN is malformed"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": "a secret"}, "SLACK_SIGNING_SECRET is malformed"),
        (
            {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": "slack.com/api/"},
            "SLACK_API_URL must begin with http:// or https://",
        ),
    ],
)
def test_a_wrong_token_stops_the_start_with_its_mend_and_without_the_token(environ: dict[str, str], said: str) -> None:
    bot: Any = FakeBot()
    with pytest.raises(BadConfig) as caught:
        create_slack(bot, Config(), environ, journal_of(Config()))
    assert said in str(caught.value)
    assert "secret" not in str(caught.value).replace("SLACK_SIGNING_SECRET", "").lower().replace("signing secret", "")


def test_a_token_without_the_library_stops_the_start_with_its_mend(
    server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    with pytest.raises(BadConfig, match="pip install slack-bolt"):
        Workspace(server)


def test_the_credentials_of_slacks_oauth_are_refused_because_bolt_would_ignore_the_token(
    server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "2")
    with pytest.raises(BadConfig, match="SLACK_CLIENT_ID"):
        Workspace(server)


def test_the_app_is_made_without_a_word_to_slack_and_without_a_warning(
    server: SlackServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    Workspace(server)
    assert server.calls == []
    assert caplog.messages == []


def test_an_address_without_its_last_slash_is_the_same_address(server: SlackServer) -> None:
    workspace = Workspace(server, SLACK_API_URL=server.address.rstrip("/"))
    workspace.event(mention())
    assert len(workspace.posts()) == 1


# Socket Mode


@contextmanager
def socket_mode(server: SlackServer, app_token: str = APP_TOKEN) -> Iterator[Socket]:
    """The connection of a bot that Slack reaches by Socket Mode alone."""
    environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": app_token, "SLACK_API_URL": server.address}
    bot: Any = FakeBot()
    config = in_folder(Config(log=Log(questions=True)), Path(tempfile.mkdtemp(dir=server.folder)))
    slack = create_slack(bot, config, environ, journal_of(config))
    assert slack is not None
    slack.start()
    connection = start_socket(slack.app, environ)
    assert connection is not None
    try:
        yield connection
    finally:
        connection.close()
        slack.close()


def test_socket_mode_answers_events_and_commands_acknowledges_each_and_connects_anew_when_told(
    server: SlackServer,
) -> None:
    with socket_mode(server) as connection:
        server.wait(lambda: server.sockets)
        first = server.send(envelope(mention(ts="1.1"), "Ev1"))
        server.wait(lambda: server.acked(first) and server.sent("chat.postMessage"))
        assert server.sent("chat.postMessage")[0]["blocks"] == ANSWERED
        asked = server.send(command(QUESTION, "C1", server), "slash_commands")
        server.wait(lambda: server.acked(asked) and server.sent("response"))
        assert server.sent("response")[0]["blocks"][:2] == ANSWERED[:2]

        server.refresh()
        server.wait(lambda: len(server.sockets) == 2)
        server.sockets[0].close()
        again = server.send(envelope(mention(ts="1.1"), "Ev1"))
        new = server.send(envelope(mention(ts="1.2"), "Ev2"))
        server.wait(lambda: server.acked(again) and server.acked(new))
        server.wait(lambda: len(server.sent("chat.postMessage")) == 2)
        assert [post["thread_ts"] for post in server.sent("chat.postMessage")] == ["1.1", "1.2"]
        assert connection.connected
    assert not connection.connected


def test_socket_mode_connects_as_soon_as_slack_can_be_reached(
    server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.errors["apps.connections.open"] = "internal_error"
    with socket_mode(server):
        server.wait(lambda: server.sent("apps.connections.open"))
        server.errors.clear()
        server.wait(lambda: server.sockets)
    assert "Slack not reached (internal_error); trying again in 1 s" in caplog.messages


def test_an_app_token_that_slack_refuses_is_logged_with_its_mend(
    server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    with socket_mode(server, "xapp-wrong"):
        server.wait(lambda: server.sent("apps.connections.open"))
    assert "Slack refused SLACK_APP_TOKEN (invalid_auth); make a new one with connections:write" in caplog.messages
    assert "xapp-wrong" not in caplog.text


def test_without_an_app_token_there_is_no_socket(workspace: Workspace) -> None:
    assert start_socket(workspace.app, {}) is None


# Markup


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        (f"<@{BOT_USER}> {QUESTION}", QUESTION),
        (f"请问<@{BOT_USER}|bot> <!here> 多少", "请问 多少"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ("看<http://x.cn/a|这篇报道>和<https://y.cn/>", "看这篇报道和https://y.cn/"),
        ("<mailto:a@b.cn|a@b.cn> <#C1|general> <#C2>", "a@b.cn #general"),
        ("*.**亿元是多少", "*.**亿元是多少"),
        (f"<@{BOT_USER}>", ""),
    ],
)
def test_a_question_is_what_a_person_reads_in_the_message(markup: str, plain: str) -> None:
    assert plain_text(markup) == plain


@given(st.text())
def test_escaped_text_holds_no_control_characters_and_reads_as_before(content: str) -> None:
    assert not {"<", ">"} & set(escaped(content))
    assert (
        plain_text(escaped(content)) == plain_text(content.replace("<", "&lt;").replace(">", "&gt;")) or "&" in content
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
