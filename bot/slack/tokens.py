"""Slack's secrets from the environment, checked for what can be seen without asking Slack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import BadConfig

DEFAULT_API_URL = "https://slack.com/api/"

_BOT_TOKEN = re.compile(r"xoxb-[\w-]+", re.ASCII)
_APP_TOKEN = re.compile(r"xapp-[\w-]+", re.ASCII)
_SECRET = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the bot shows Slack and Slack shows the bot; never printed."""

    bot: str = field(repr=False)
    app: str | None = field(repr=False)  # set: Socket Mode
    signing_secret: str | None = field(repr=False)  # set: HTTP events
    api_url: str


def read_tokens(environ: Mapping[str, str]) -> Tokens | None:
    """The tokens in an environment, or None where SLACK_BOT_TOKEN is not set.

    Raises BadConfig where one is malformed, or where there is no way for Slack to reach the bot.
    """
    bot = _variable(environ, "SLACK_BOT_TOKEN", _BOT_TOKEN, "the Bot User OAuth Token (xoxb-…) of OAuth & Permissions")
    if bot is None:
        return None
    app = read_app_token(environ)
    secret = _variable(environ, "SLACK_SIGNING_SECRET", _SECRET, "the Signing Secret of Basic Information")
    if app is None and secret is None:
        raise BadConfig(
            "SLACK_BOT_TOKEN is set, but Slack has no way to reach the bot; "
            "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP events), or unset SLACK_BOT_TOKEN"
        )
    return Tokens(bot, app, secret, _api_url(environ))


def read_app_token(environ: Mapping[str, str]) -> str | None:
    """The token of Socket Mode, or None where it is not set. Raises BadConfig where it is malformed."""
    takes = "an App-Level Token (xapp-…) of Basic Information with the scope connections:write"
    return _variable(environ, "SLACK_APP_TOKEN", _APP_TOKEN, takes)


def _variable(environ: Mapping[str, str], name: str, form: re.Pattern[str], takes: str) -> str | None:
    value = environ.get(name, "").strip()
    if value and not form.fullmatch(value):
        raise BadConfig(f"{name} is malformed; copy {takes} from your app's page on api.slack.com/apps")
    return value or None


def _api_url(environ: Mapping[str, str]) -> str:
    url = environ.get("SLACK_API_URL", "").strip() or DEFAULT_API_URL
    if not url.startswith(("http://", "https://")):
        raise BadConfig(f"SLACK_API_URL must begin with http:// or https://, such as {DEFAULT_API_URL}, or be unset")
    return url.rstrip("/") + "/"
