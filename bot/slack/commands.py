"""``/ask``: what only the asker sees."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from bot.errors import BotError
from bot.jobs import JobState, Stage
from bot.slack.blocks import Message, Offer, line_message
from bot.slack.desk import Desk
from bot.slack.markup import plain_text
from bot.slack.replies import reply
from bot.slack.telling import acknowledge, responded
from bot.slack.words import Words

if TYPE_CHECKING:
    from slack_bolt import Ack, App, BoltResponse, Respond

log = logging.getLogger(__name__)

COMMAND = "/ask"
_HELP = {"", "help", "帮助"}
_STATUS = {"status", "状态"}
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60))  # of an age, in seconds


def register_commands(app: App, desk: Desk) -> None:
    """Connects the command with what it does; as many are in hand at most as `[slack] waiting` says."""
    places = BoundedSemaphore(desk.config.slack.waiting)

    def admit(command: dict[str, Any], ack: Ack, next_: Callable[[], None]) -> BoltResponse | None:
        if not places.acquire(blocking=False):
            log.warning("a command was refused: [slack] waiting = %d are in hand", desk.config.slack.waiting)
            return ack(desk.words(plain_text(command.get("text") or ""), command["channel_id"]).full)
        next_()
        return None

    @app.command(COMMAND, middleware=[admit, acknowledge])
    def ask(command: dict[str, Any], respond: Respond) -> None:
        try:
            on_ask(desk, command, respond)
        finally:
            places.release()


def on_ask(desk: Desk, command: Mapping[str, Any], respond: Respond) -> None:
    """Answers ``/ask QUESTION``, ``/ask help`` and ``/ask status`` to the asker alone."""
    text, channel = plain_text(command.get("text") or ""), command["channel_id"]
    words = desk.words("", channel)  # a command's name is no sign of a language
    if text.lower() in _HELP:
        message = line_message(words.help, words)
    elif text.lower() in _STATUS:
        message = status_message(desk, channel, words)
    elif not desk.is_open(channel):
        words = desk.words(text, channel)
        message = line_message(words.elsewhere, words)
    else:
        message = reply(desk, text, channel, offers=private_offers(desk, channel)).message
    responded(respond, message)


def private_offers(desk: Desk, channel: str) -> tuple[Offer, ...]:
    """The buttons under what one person alone sees: it has no address to give to others, but can be shared."""
    kept = tuple(offer for offer in desk.offers if offer is not Offer.PERSON)
    return kept if channel.startswith("D") else (*kept, Offer.SHARE)


def status_message(desk: Desk, channel: str, words: Words) -> Message:
    """What the index holds, how old it is, what indexing does, and whether answers can be rated."""
    said = words.status
    state = desk.job.state() if desk.job else JobState()
    feedback = said["feedback" if desk.config.journal.feedback else "no_feedback"]
    return line_message("\n".join([_index(desk, channel, words), _indexing(state, words), feedback]), words)


def _index(desk: Desk, channel: str, words: Words) -> str:
    try:
        held = desk.bot.overview((source,) if (source := desk.filters(channel).source) else None)
    except BotError:
        return words.no_index
    age = _age(time.time() - held.built, words)
    return words.status["index"].format(documents=len(held.documents), passages=held.passages, age=age)


def _indexing(state: JobState, words: Words) -> str:
    said = words.status
    match state.state:
        case Stage.RUNNING if state.of:
            return said["running"].format(done=state.done, of=state.of)
        case Stage.RUNNING:
            return said["waiting"]
        case Stage.FAILED:
            return said["failed"]
    return said["idle"]


def _age(seconds: float, words: Words) -> str:
    """A stretch of time in its largest whole unit."""
    unit, length = next(((name, size) for name, size in _UNITS if seconds >= size), _UNITS[-1])
    return words.status[unit].format(int(max(seconds, 0) // length))
