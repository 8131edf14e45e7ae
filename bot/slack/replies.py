"""What the bot says to a text: the answer, the help, or a line that says what failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import BadInput, BotError, NoIndex
from bot.slack.blocks import Message, Offer, answer_message, line_message
from bot.slack.desk import Desk
from bot.types import Answer, Question
from bot.wire import MAX_QUESTION, checked_question

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A message, and the answer that it gives where it gives one."""

    message: Message
    answer: Answer | None = None

    @property
    def understood(self) -> str:
        """The question as it was understood; empty where none was answered."""
        return self.answer.understood if self.answer else ""


def reply(
    desk: Desk,
    text: str,
    channel: str,
    request_id: str | None = None,
    previous: str | None = None,
    offers: Sequence[Offer] | None = None,
) -> Reply:
    """The reply to a text in a channel: the help where it is empty.

    `previous` is the question before, if any; `offers` are the buttons under an answer, None: those of all channels.
    """
    words = desk.words(text, channel)
    if not text:
        return Reply(line_message(words.help, words))
    try:
        question = Question(text=checked_question(text), request_id=request_id, previous=previous)
        if desk.config.log.questions:
            log.info("question in %s: %r", channel, question.text)
        answer = desk.answered(question, channel)
        return Reply(answer_message(answer, desk.link, words, desk.offers if offers is None else offers), answer)
    except BadInput:
        too_long = words.too_long.format(length=len(text), limit=MAX_QUESTION)
        return Reply(line_message(too_long if len(text) > MAX_QUESTION else words.unreadable, words))
    except BotError as error:
        log.error("question not answered: %s: %s", error.code, str(error).replace(text, "…"))
        return Reply(line_message(words.no_index if isinstance(error, NoIndex) else words.failed, words))
    except Exception as error:  # a mistake in the bot: the person who asked still gets a line
        log.error("question not answered", exc_info=error)
        return Reply(line_message(words.failed, words))


def log_failure(error: Exception) -> None:
    """Writes what went wrong with Slack to the log: Slack's own code where it gave one, else where it happened."""
    from slack_sdk.errors import SlackApiError

    if isinstance(error, SlackApiError):
        log.error("Slack refused a request: %s", error.response.get("error"))
    else:
        log.error("Slack request failed", exc_info=error)
