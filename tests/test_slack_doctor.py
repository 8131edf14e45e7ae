"""What `python -m bot doctor` says of Slack, from Slack's own answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from bot.config import Config, config_from
from bot.doctor import Check, _slack
from bot.slack.scopes import SCOPES
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Fault, SlackServer


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as running:
        yield running


def findings(server: SlackServer, config: Config | None = None, **environ: str) -> list[tuple[bool, str]]:
    """What is found with both tokens, `environ` in their place."""
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": server.address}
    found: list[Check] = list(_slack(config or Config(), tokens | environ))
    assert not any(check.needed for check in found)  # asking here works without Slack
    assert {check.name for check in found} == {"slack"}
    return [(check.ok, check.finding) for check in found]


def test_tokens_that_slack_takes_are_told_with_where_the_bot_works(server: SlackServer) -> None:
    assert findings(server) == [(True, "UBOT in the workspace T1, by Socket Mode")]
    assert [call.method for call in server.calls] == ["auth.test", "apps.connections.open"]


def test_without_socket_mode_the_address_of_events_is_told(server: SlackServer) -> None:
    [(ok, told)] = findings(server, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=SIGNING_SECRET)
    assert ok
    assert told.startswith("UBOT in the workspace T1, by HTTP at /slack/events; whether SLACK_SIGNING_SECRET is right")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_missing_scope_is_named_with_what_it_is_for(server: SlackServer, scope: str) -> None:
    server.scopes = ", ".join(held for held in SCOPES if held != scope)
    assert findings(server) == [
        (
            False,
            f"SLACK_BOT_TOKEN lacks {scope} (to {SCOPES[scope]}); add them in OAuth & Permissions as "
            "slack/manifest.yaml has them, and reinstall the app",
        )
    ]


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (
            {"SLACK_BOT_TOKEN": "xoxb-wrong"},
            "Slack refuses SLACK_BOT_TOKEN (invalid_auth); copy the Bot User OAuth Token (xoxb-…) of OAuth & "
            "Permissions again, or reinstall the app there",
        ),
        (
            {"SLACK_APP_TOKEN": "xapp-wrong"},
            "Slack refuses SLACK_APP_TOKEN (invalid_auth); make an App-Level Token with the scope connections:write "
            "in Basic Information, and set that",
        ),
    ],
    ids=["bot", "app"],
)
def test_a_token_that_slack_refuses_is_told_with_its_mend_and_never_shown(
    server: SlackServer, environ: dict[str, str], told: str
) -> None:
    assert findings(server, **environ) == [(False, told)]
    assert "wrong" not in told


def test_both_tokens_wrong_are_both_told(server: SlackServer) -> None:
    found = findings(server, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN="xapp-wrong")
    assert [told.split(" (")[0] for _, told in found] == [
        "Slack refuses SLACK_BOT_TOKEN",
        "Slack refuses SLACK_APP_TOKEN",
    ]


def test_a_workspace_that_the_configuration_leaves_out_is_told(server: SlackServer) -> None:
    [(ok, told)] = findings(server, config_from({"slack": {"workspaces": ["T7", "T8"]}}))
    assert not ok
    assert told == (
        "SLACK_BOT_TOKEN is of the workspace T1, which [slack] workspaces leaves out; "
        "add it there, or install the app in T7 or T8"
    )
    assert findings(server, config_from({"slack": {"workspaces": ["T1"]}}))[0][0]


def test_a_slack_that_cannot_be_reached_is_told_once(server: SlackServer, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    [(ok, told)] = findings(server, SLACK_API_URL=f"http://127.0.0.1:{port}/api/")
    assert not ok
    assert told.startswith(f"http://127.0.0.1:{port}/api/ is not reached (")
    assert told.endswith("; see that this machine has a way there (HTTPS_PROXY), and what SLACK_API_URL is")
    assert caplog.messages == []


@pytest.mark.parametrize("fault", [Fault(500), Fault(429, retry_after=30)], ids=["500", "429"])
def test_where_slack_is_in_trouble_no_token_is_blamed(
    server: SlackServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults["auth.test"] = [fault]
    [(ok, told)] = findings(server)
    assert not ok
    assert told.startswith("Slack could not say (")
    assert caplog.messages == []


def test_a_server_that_does_not_tell_scopes_is_not_asked_for_them(
    server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = server.reply

    def bare(*call: Any) -> Any:
        told = reply(*call)
        return type(told)(told.body, told.status)

    monkeypatch.setattr(server, "reply", bare)
    assert findings(server) == [(True, "UBOT in the workspace T1, by Socket Mode")]
