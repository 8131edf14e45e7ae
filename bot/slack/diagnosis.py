"""What Slack itself says of the tokens, for `python -m bot doctor`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.slack.scopes import APP_SCOPE, SCOPES
from bot.slack.tokens import Tokens

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

TIMEOUT = 5  # seconds
_BOT_MEND = "copy the Bot User OAuth Token (xoxb-…) of OAuth & Permissions again, or reinstall the app there"
_APP_MEND = f"make an App-Level Token with the scope {APP_SCOPE} in Basic Information, and set that"
_ELSEWHERE = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}  # Slack's own


class _Trouble(Exception):
    """What is wrong, and its mend."""


def diagnosed(tokens: Tokens, workspaces: Collection[str]) -> tuple[str, list[str]]:
    """Where the bot works, by Slack's own word, and what is wrong, a line each with its mend.

    `workspaces`: the ids that the configuration names; empty: any.
    """
    troubles: list[str] = []
    where = ""
    try:
        where, found = _bot(tokens, workspaces)
        troubles += found
    except _Trouble as trouble:
        troubles.append(str(trouble))
    try:
        way = _way(tokens)
    except _Trouble as trouble:
        way = ""
        if str(trouble) not in troubles:  # where Slack is not reached, once is enough
            troubles.append(str(trouble))
    return f"{where}, {way}", troubles


def _bot(tokens: Tokens, workspaces: Collection[str]) -> tuple[str, list[str]]:
    """Whose token the bot's is, and what it lacks. Raises _Trouble where Slack refuses it."""
    told = _asked(_client(tokens.bot, tokens).auth_test, "SLACK_BOT_TOKEN", _BOT_MEND, tokens)
    name, team = told.get("team"), str(told.get("team_id"))
    where = f"{told.get('user') or told.get('user_id')} in the workspace {f'{name} ({team})' if name else team}"
    return where, [*_workspace(told, workspaces), *_scopes(told.headers)]


def _way(tokens: Tokens) -> str:
    """How Slack reaches the bot. Raises _Trouble where Slack refuses the app's token."""
    if tokens.app is None:
        return "by HTTP at /slack/events; whether SLACK_SIGNING_SECRET is right, only Slack's own requests show"
    client = _client(tokens.app, tokens)
    _asked(lambda: client.apps_connections_open(app_token=str(tokens.app)), "SLACK_APP_TOKEN", _APP_MEND, tokens)
    return "by Socket Mode"


def _client(token: str, tokens: Tokens) -> WebClient:
    from slack_sdk import WebClient

    silent = logging.Logger("silent", logging.CRITICAL)  # the finding says what the library would log
    return WebClient(token, base_url=tokens.api_url, timeout=TIMEOUT, logger=silent)


def _asked(call: Callable[[], SlackResponse], variable: str, mend: str, tokens: Tokens) -> SlackResponse:
    from slack_sdk.errors import SlackApiError

    try:
        return call()
    except SlackApiError as error:
        code = " ".join(str(error.response.get("error")).split())[:100]
        if error.response.status_code != 200 or code in _ELSEWHERE:
            raise _Trouble(f"Slack could not say ({code}); ask again later") from None
        raise _Trouble(f"Slack refuses {variable} ({code}); {mend}") from None
    except Exception as error:  # of the network, in as many ways as there are
        why = " ".join(str(getattr(error, "reason", error)).split()) or type(error).__name__
        mend = "see that this machine has a way there (HTTPS_PROXY), and what SLACK_API_URL is"
        raise _Trouble(f"{tokens.api_url} is not reached ({why}); {mend}") from None


def _workspace(told: SlackResponse, workspaces: Collection[str]) -> Iterator[str]:
    team = str(told.get("team_id"))
    if workspaces and not {team, told.get("enterprise_id")} & set(workspaces):
        mend = f"add it there, or install the app in {' or '.join(workspaces)}"
        yield f"SLACK_BOT_TOKEN is of the workspace {team}, which [slack] workspaces leaves out; {mend}"


def _scopes(headers: Mapping[str, Any]) -> Iterator[str]:
    """What the token lacks, from a header of Slack's answers; nothing where there is none."""
    said = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if said is None:
        return
    held = {scope.strip() for scope in str(said).split(",")}
    lacking = [f"{scope} (to {purpose})" for scope, purpose in SCOPES.items() if scope not in held]
    if lacking:
        mend = "add them in OAuth & Permissions as slack/manifest.yaml has them, and reinstall the app"
        yield f"SLACK_BOT_TOKEN lacks {', '.join(lacking)}; {mend}"
