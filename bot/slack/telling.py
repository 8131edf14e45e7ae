"""Telling Slack something: a press or a command is acknowledged at once, and `Retry-After` is obeyed, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from slack_bolt import Ack, Respond
    from slack_sdk import WebClient

    from bot.slack.blocks import Message

T = TypeVar("T")

LONGEST_WAIT = 60  # seconds of a Retry-After that are waited
_TOO_MANY = 429


def acknowledge(ack: Ack, next_: Callable[[], None]) -> None:
    """Acknowledges a request at once: a listener's own ack would wait for a free worker, and Slack only 3 s."""
    ack()
    next_()


def called(call: Callable[[], T]) -> T:
    """What a call of the Web API gives; made once more where Slack says to wait. Raises SlackApiError."""
    from slack_sdk.errors import SlackApiError

    try:
        return call()
    except SlackApiError as error:
        if error.response.status_code != _TOO_MANY:
            raise
        _wait(error.response.headers)
        return call()


def responded(respond: Respond, message: Message, **how: Any) -> None:
    """Posts a message to the address that came with a press or a command: to its sender alone, or as `how` says.

    Raises SlackApiError, as `removed` does.
    """
    shown = {"response_type": "ephemeral", "replace_original": False, "unfurl_links": False, "unfurl_media": False}
    _sent(respond, {"text": message.text, "blocks": message.blocks, **shown, **how})


def whispered(client: WebClient, message: Message, channel: str, user: str, thread: str | None) -> None:
    """Shows a message to one person alone, in a thread: where a response_url takes none. Raises SlackApiError."""
    called(
        lambda: client.chat_postEphemeral(
            channel=channel, user=user, thread_ts=thread, text=message.text, blocks=message.blocks
        )
    )


def removed(respond: Respond) -> None:
    """Takes away the message that a button was pressed under."""
    _sent(respond, {"delete_original": True})


def _sent(respond: Respond, fields: Mapping[str, Any]) -> None:
    from slack_sdk.errors import SlackApiError

    response = respond(**fields)
    if response.status_code == _TOO_MANY:
        _wait(response.headers)
        response = respond(**fields)
    if response.status_code != 200:
        refused = {"ok": False, "error": response.body or response.status_code}
        raise SlackApiError("a response was refused", refused)  # type: ignore[no-untyped-call]


def _wait(headers: Mapping[str, Any]) -> None:
    """Waits as long as a response's headers say."""
    said = {name.lower(): value for name, value in headers.items()}.get("retry-after", "1")
    seconds = str(said[0] if isinstance(said, list) else said)
    time.sleep(min(int(seconds) if seconds.isdigit() else 1, LONGEST_WAIT))
