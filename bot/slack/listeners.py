"""What the bot does with what Slack sends: plain functions, registered in `bot.slack.app`."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.errors import BadInput, BotError, NoIndex
from bot.slack.blocks import Message, Offer, answer_message, line_message
from bot.slack.desk import Desk
from bot.slack.markup import plain_text
from bot.slack.seen import Seen
from bot.types import Question
from bot.wire import MAX_QUESTION, checked_question

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Send = Callable[..., Any]

# Message subtypes that are still a person's own words; edits, deletions, joins and bots have others.
_OWN_WORDS = (None, "file_share", "thread_broadcast")


def on_mention(desk: Desk, body: Payload, say: Send) -> None:
    """Answers a mention in its thread."""
    event = body["event"]
    if _from_person(event) and desk.is_open(event["channel"]):
        _answer_event(desk, body, say)


def on_message(desk: Desk, body: Payload, say: Send) -> None:
    """Answers a direct message in its thread; whatever else is said in a channel is not for the bot."""
    event = body["event"]
    if event.get("channel_type") == "im" and _from_person(event):
        _answer_event(desk, body, say)


def reply(desk: Desk, text: str, channel: str, offers: Sequence[Offer], request_id: str | None = None) -> Message:
    """The message that answers a text: the answer, the help where it is empty, or a line that says what failed."""
    words = desk.words(text, channel)
    if not text:
        return line_message(words.help, words)
    try:
        question = Question(text=checked_question(text), request_id=request_id)
        if desk.config.log.questions:
            log.info("question in %s: %r", channel, question.text)
        answer = desk.answered(question, channel)
        return answer_message(answer, desk.link, words, offers)
    except BadInput:
        too_long = words.too_long.format(length=len(text), limit=MAX_QUESTION)
        return line_message(too_long if len(text) > MAX_QUESTION else words.unreadable, words)
    except BotError as error:
        log.error("question not answered: %s: %s", error.code, str(error).replace(text, "…"))
        return line_message(words.no_index if isinstance(error, NoIndex) else words.failed, words)
    except Exception as error:  # a mistake in the bot: the person who asked still gets a line
        log.error("question not answered: %s", trace(error))
        return line_message(words.failed, words)


def log_failure(error: Exception) -> None:
    """Writes what went wrong with Slack to the log: Slack's own code where it gave one, else where it happened."""
    from slack_sdk.errors import SlackApiError

    if isinstance(error, SlackApiError):
        log.error("Slack refused a request: %s", error.response.get("error"))
    else:
        log.error("Slack request failed: %s", trace(error))


def _answer_event(desk: Desk, body: Payload, say: Send) -> None:
    event = body["event"]
    if not _new(desk.seen, body):
        return
    message = reply(desk, plain_text(event.get("text") or ""), event["channel"], desk.offers, body.get("event_id"))
    say(
        text=message.text,
        blocks=message.blocks,
        thread_ts=event.get("thread_ts") or event["ts"],
        mrkdwn=False,
        unfurl_links=False,
        unfurl_media=False,
    )


def _new(seen: Seen, body: Payload) -> bool:
    """Whether a message comes for the first time: Slack retries, and sends a mention as a message too."""
    event = body["event"]
    keys = [("message", event["channel"], event["ts"])]
    if "event_id" in body:
        keys.append(("event", body["event_id"], ""))
    return seen.first(*keys)


def _from_person(event: Payload) -> bool:
    by_person = event.get("user") and not event.get("bot_id")
    return bool(by_person) and "edited" not in event and event.get("subtype") in _OWN_WORDS


def trace(error: Exception) -> str:
    """What kind of error, and where; not its message, which may hold the question."""
    return "\n".join([type(error).__name__, *traceback.format_tb(error.__traceback__)])
