"""The manifest asks for exactly what the code uses: its Web API methods, events, commands and buttons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from bot.slack.scopes import SCOPES

ROOT = Path(__file__).parent.parent
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}

# As https://docs.slack.dev/reference/methods/ gives them, for a bot's token.
OF_METHODS = {
    "apps.connections.open": set(),  # an app-level token's connections:write
    "auth.test": set(),
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "conversations.replies": HISTORY,
    "reactions.add": {"reactions:write"},
    "reactions.remove": {"reactions:write"},
    "views.open": set(),
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
METHOD = re.compile(r"(?:apps|auth|bots|chat|conversations|files|pins|reactions|users|views)[._][a-z]\w+")

OTHERS = {"auth_test_result"}  # an attribute of Bolt's


def names() -> Iterator[str]:
    """Every attribute, method and text in the code for Slack."""
    for file in sorted(ROOT.glob("bot/slack/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


NAMES = set(names())
METHODS = {name.replace("_", ".") for name in NAMES - OTHERS if METHOD.fullmatch(name)}
EVENTS = set(OF_EVENTS) & NAMES


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
    assert ("action" in NAMES, settings["interactivity"]) == (True, {"is_enabled": True})
    assert settings["socket_mode_enabled"] is True


def test_over_http_events_commands_and_buttons_go_to_one_address() -> None:
    lines = (ROOT / "slack" / "manifest.yaml").read_text(encoding="utf-8").split("\n")
    there = [line.split("# ", 1)[1] for line in lines if line.endswith("https://YOUR.HOST/slack/events")]
    assert there == [f"{key}: https://YOUR.HOST/slack/events" for key in ("url", "request_url", "request_url")]
