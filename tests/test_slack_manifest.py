"""The manifest asks for exactly what the code uses: its Web API methods, events, commands and buttons."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from bot.slack.scopes import SCOPES

ROOT = Path(__file__).parent.parent
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}

# As https://docs.slack.dev/reference/methods/ gives them, for a bot's token.
OF_METHODS = {
    "apps_connections_open": set(),  # an app-level token's connections:write
    "auth_test": set(),
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "conversations_replies": HISTORY,
    "reactions_add": {"reactions:write"},
    "reactions_remove": {"reactions:write"},
    "views_open": set(),
}
# As https://docs.slack.dev/reference/events/ gives them; Bolt calls each of the message events "message".
OF_EVENTS = {
    "app_mention": {"app_mention": "app_mentions:read"},
    "message": {
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "message.mpim": "mpim:history",
    },
}
FAMILIES = ("apps_", "auth_", "bots_", "chat_", "conversations_", "files_", "pins_", "reactions_", "users_", "views_")


def calls() -> Iterator[tuple[str, list[Any]]]:
    """Every call of a method in the code for Slack: its name, and the arguments that are constants."""
    for file in sorted(ROOT.glob("bot/slack/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            # A method that is handed on and called later counts too.
            if isinstance(node, ast.Attribute) and node.attr.startswith(FAMILIES):
                yield node.attr, []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.func.attr, [arg.value for arg in node.args if isinstance(arg, ast.Constant)]


CALLS = list(calls())
METHODS = {name for name, _ in CALLS if name.startswith(FAMILIES)}
EVENTS = {events[0] for name, events in CALLS if name == "event" and events}


def manifest() -> Any:
    return yaml.safe_load((ROOT / "slack" / "manifest.yaml").read_text(encoding="utf-8"))


def test_the_scopes_are_those_of_the_methods_events_and_commands_in_the_code() -> None:
    used = set[str]().union(*(OF_METHODS[method] for method in METHODS))
    used |= {scope for event in EVENTS for scope in OF_EVENTS[event].values()} | {"commands"}
    asked = manifest()["oauth_config"]["scopes"]["bot"]
    assert asked == sorted(used)
    assert set(SCOPES) == used


def test_the_events_are_those_that_the_code_listens_to() -> None:
    listened = sorted(name for event in EVENTS for name in OF_EVENTS[event])
    assert manifest()["settings"]["event_subscriptions"] == {"bot_events": listened}


def test_the_command_the_buttons_and_direct_messages_are_turned_on() -> None:
    made = manifest()
    settings, features = made["settings"], made["features"]
    assert [slash["command"] for slash in features["slash_commands"]] == ["/ask"]
    assert features["app_home"]["messages_tab_enabled"] is True
    assert ("action" in dict(CALLS), settings["interactivity"]) == (True, {"is_enabled": True})
    assert settings["socket_mode_enabled"] is True


def test_over_http_events_commands_and_buttons_go_to_one_address() -> None:
    lines = (ROOT / "slack" / "manifest.yaml").read_text(encoding="utf-8").split("\n")
    there = [line.split("# ", 1)[1] for line in lines if line.endswith("https://YOUR.HOST/slack/events")]
    assert there == [f"{key}: https://YOUR.HOST/slack/events" for key in ("url", "request_url", "request_url")]
