"""What the bot does with what Slack sends: plain functions, registered in `bot.slack.app`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.slack.blocks import line_message
from bot.slack.desk import Desk
from bot.slack.inbox import Arrival, Inbox, Stored
from bot.slack.manners import cause, conversation, thread
from bot.slack.markup import plain_text
from bot.slack.post import packed

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]


def on_message(desk: Desk, inbox: Inbox, body: Payload, bot_user: str) -> None:
    """Stores a message that is for the bot, whatever event it comes in; it is answered later."""
    event = body["event"]
    channel = event["channel"]
    rules = desk.config.slack.in_channel(channel)
    if not cause(event, rules.answer, bot_user, lambda thread: inbox.answers_in(channel, thread)):
        return
    text = plain_text(event.get("text") or "")
    words = desk.words(text, channel)
    arrival = Arrival(
        event_id=body["event_id"],
        team=body.get("team_id") or "",
        channel=channel,
        ts=event["ts"],
        thread=thread(event),
        conversation=conversation(event),
        text=text,
    )
    if inbox.store(arrival, packed(line_message(words.full, words))) is Stored.FULL:
        log.warning("a question was refused: [slack] waiting = %d are in hand", desk.config.slack.waiting)
