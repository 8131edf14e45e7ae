"""What the buttons under an answer do; they hold its id alone, and the journal knows the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import BadInput
from bot.journal import Given
from bot.slack.blocks import (
    Message,
    Offer,
    line_message,
    passages_message,
    passed_on_message,
    shared_message,
    wanted_message,
)
from bot.slack.desk import VISITOR, Desk
from bot.slack.once import Once
from bot.slack.rating import CALLBACK, Place, rating_form, read_form, read_place
from bot.slack.replies import log_failure
from bot.slack.telling import acknowledge, called, removed, responded, whispered
from bot.slack.words import Words
from bot.types import Rating, Verdict

if TYPE_CHECKING:
    from slack_bolt import App, Respond
    from slack_sdk import WebClient

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed under an answer: by whom, and where."""

    answer_id: str
    user: str
    channel: str
    message: str  # ts of the message with the button
    thread: str | None  # ts of the first message of the thread that it stands in
    trigger: str  # lets a form be opened, for 3 seconds


@dataclass(frozen=True, slots=True)
class Work:
    """A press, what the journal knows of the answer, and how to tell Slack of it."""

    desk: Desk
    once: Once
    press: Press
    given: Given
    words: Words
    respond: Respond
    client: WebClient

    def line(self, text: str) -> Message:
        """A message of one line."""
        return line_message(text, self.words)


Handler = Callable[[Work], Message | None]
"""Does what a button is for; what who pressed it is told, or None where that can be seen."""


def register_actions(app: App, desk: Desk, once: Once) -> None:
    """Connects the buttons, and the form behind 👎, with what they do."""
    for offer, handler in HANDLERS.items():
        app.action(offer.value, middleware=[acknowledge])(_listener(desk, once, handler))

    @app.view(CALLBACK, middleware=[acknowledge])
    def complaint(body: Payload, client: WebClient) -> None:
        on_complaint(desk, body, client)


def _listener(desk: Desk, once: Once, handler: Handler) -> Callable[..., None]:
    def press(body: Payload, respond: Respond, client: WebClient) -> None:
        on_press(desk, once, handler, body, respond, client)

    return press


def on_press(desk: Desk, once: Once, handler: Handler, body: Payload, respond: Respond, client: WebClient) -> None:
    """Does what a button is for; who pressed it is told what came of it, also where the answer is no longer known."""
    press = read_press(body)
    words = desk.words("", press.channel)
    try:
        given = desk.journal.given(press.answer_id, VISITOR)
        if given is None:
            told: Message | None = line_message(words.forgotten, words)
        else:
            words = desk.words(given.question, press.channel)
            told = handler(Work(desk, once, press, given, words, respond, client))
    except Exception as error:  # whoever pressed it is not left without a word
        log_failure(error)
        told = line_message(words.failed, words)
    if told is None:
        return
    if press.thread is None:
        responded(respond, told)
    else:
        whispered(client, told, press.channel, press.user, press.thread)


def read_press(body: Payload) -> Press:
    """The press that Slack tells of."""
    container = body["container"]
    return Press(
        answer_id=body["actions"][0]["value"],
        user=body["user"]["id"],
        channel=container["channel_id"],
        message=container["message_ts"],
        thread=container.get("thread_ts") or body.get("message", {}).get("thread_ts"),
        trigger=body["trigger_id"],
    )


def on_up(work: Work) -> Message:
    """Keeps that an answer is right."""
    return work.line(_failure(work, Verdict.UP) or work.words.rating.thanks)


def on_down(work: Work) -> Message | None:
    """Keeps that an answer is wrong, and asks why; it counts also where nothing is said to that."""
    if failure := _failure(work, Verdict.DOWN):
        return work.line(failure)
    place = Place(work.press.answer_id, work.press.channel, work.press.thread)
    called(lambda: work.client.views_open(trigger_id=work.press.trigger, view=rating_form(place, work.words)))
    return None


def on_complaint(desk: Desk, body: Payload, client: WebClient) -> None:
    """Keeps what is wrong with an answer; who says so is told where it could not be kept."""
    place, user = read_place(body["view"]), body["user"]["id"]
    words = desk.words("", place.channel)
    try:
        kept = desk.journal.rate(read_form(body["view"]), VISITOR, rater(place.answer_id, user))
        failure = "" if kept else words.forgotten
    except BadInput:
        failure = words.unreadable
    except Exception as error:
        log_failure(error)
        failure = words.failed
    if failure:
        whispered(client, line_message(failure, words), place.channel, user, place.thread)


def on_passages(work: Work) -> Message:
    """Shows the passages that come closest."""
    answer = work.desk.again(work.given, work.press.channel)
    return passages_message(answer.passages, work.desk.link, work.words)


def on_person(work: Work) -> Message | None:
    """Passes a question on to the channel of people, once, and says in the thread that it did."""
    from slack_sdk.errors import SlackApiError

    desk, press, people = work.desk, work.press, work.desk.config.slack.people
    try:
        with _once(work.once, f"person {press.answer_id}") as first:
            if not first:
                return work.line(work.words.person.already)
            words = desk.words(work.given.question, people)
            answer = desk.again(work.given, press.channel)
            wanted = wanted_message(answer, desk.link, words, press.user, _permalink(work))
            called(
                lambda: work.client.chat_postMessage(
                    channel=people, text=wanted.text, blocks=wanted.blocks, unfurl_links=False, unfurl_media=False
                )
            )
    except SlackApiError as error:
        log_failure(error)
        return work.line(work.words.person.failed)
    thread = press.thread or press.message
    responded(work.respond, passed_on_message(people, work.words), response_type="in_channel", thread_ts=thread)
    return None


def on_share(work: Work) -> None:
    """Shows the channel, once, what its asker alone has seen; what they saw goes."""
    desk, press = work.desk, work.press
    with _once(work.once, f"share {press.answer_id}") as first:
        if first:
            answer = desk.again(work.given, press.channel)
            shared = shared_message(answer, desk.link, work.words, press.user, desk.offers)
            responded(work.respond, shared, response_type="in_channel")
    removed(work.respond)


HANDLERS: Mapping[Offer, Handler] = {
    Offer.UP: on_up,
    Offer.DOWN: on_down,
    Offer.PASSAGES: on_passages,
    Offer.PERSON: on_person,
    Offer.SHARE: on_share,
}


def rater(answer_id: str, user: str) -> str:
    """Who rates an answer, for the journal: the same for each of their presses under it, and no trace under others."""
    return f"{VISITOR} {hashlib.sha256(f'{answer_id} {user}'.encode()).hexdigest()[:8]}"


def _failure(work: Work, verdict: Verdict) -> str:
    """Keeps a verdict; why it was not kept, empty where it was."""
    words, answer_id = work.words, work.press.answer_id
    if not work.desk.config.journal.feedback:
        return words.rating.off
    kept = work.desk.journal.rate(Rating(answer_id, verdict), VISITOR, rater(answer_id, work.press.user))
    return "" if kept else words.forgotten


def _permalink(work: Work) -> str | None:
    """The address of the message with the answer, or None where Slack does not tell the bot."""
    from slack_sdk.errors import SlackApiError

    press = work.press
    try:
        found = called(lambda: work.client.chat_getPermalink(channel=press.channel, message_ts=press.message))
    except SlackApiError:
        return None
    return str(found["permalink"])


@contextmanager
def _once(once: Once, what: str) -> Iterator[bool]:
    """Whether it is done for the first time; where it fails, it may be done again."""
    first = once.first(what)
    try:
        yield first
    except Exception:
        if first:
            once.again(what)
        raise
