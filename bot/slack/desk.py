"""What everything in Slack works with: the bot, its configuration, and the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.config import Config
from bot.jobs import IndexJob
from bot.journal import Given, Journal
from bot.links import document_link, text_version
from bot.slack.blocks import Offer
from bot.slack.words import EN, ZH, Words, words_for
from bot.types import Answer, Filters, Question

if TYPE_CHECKING:
    from bot.bot import Bot

VISITOR = "@slack"  # in the journal, a name that no token can have; who asks in Slack is nowhere written down


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers from what a channel may see, in the words of its language, and keeps the journal."""

    bot: Bot
    config: Config
    journal: Journal
    job: IndexJob | None = None  # what indexes while the server runs

    def answered(self, question: Question, channel: str) -> Answer:
        """The answer to a question in a channel, from the channel's sources; remembered. Raises BotError."""
        filters = self.filters(channel)
        answer = self.bot.ask(replace(question, filters=filters, via="slack"))
        self.journal.answered(answer, VISITOR, "slack", filters != Filters())
        return answer

    def again(self, given: Given, channel: str) -> Answer:
        """An answer that was given in a channel, as the documents tell it now; nothing is kept. Raises BotError."""
        answer = self.bot.ask(Question(given.understood, filters=self.filters(channel)))
        return replace(answer, id=given.id, question=given.question, understood=given.understood)

    def filters(self, channel: str) -> Filters:
        """Which documents may answer in a channel."""
        return Filters(source=self.config.slack.in_channel(channel).source)

    def words(self, text: str, channel: str) -> Words:
        """The words to answer a text in a channel with."""
        languages = {"zh": ZH, "en": EN}
        return languages.get(self.config.slack.in_channel(channel).language) or words_for(text)

    def link(self, document_id: str, start: int, end: int, text: str) -> str | None:
        """The address of the page that marks a span, or None where the document no longer has that text there.

        Where nobody else reaches that page, a document that has an address of its own is better opened there.
        """
        stored = self.bot.document(document_id)
        if stored is None or stored.text[start:end] != text:
            return None
        if stored.document.url and not self.config.server.public_url:
            return None
        return document_link(self.config.server.url, document_id, start, end, text_version(stored.text))

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What the buttons under an answer in a channel do."""
        rating = (Offer.UP, Offer.DOWN) if self.config.journal.feedback else ()
        return (*rating, Offer.PASSAGES, *((Offer.PERSON,) if self.config.slack.people else ()))

    def is_open(self, channel: str) -> bool:
        """Whether questions may be asked there: in direct messages always, else where the channel's rules let them."""
        return channel.startswith("D") or self.config.slack.in_channel(channel).answer != "never"

    def serves(self, *workspaces: str | None) -> bool:
        """Whether any of a request's workspaces (its team, its enterprise) is one that the bot works for."""
        served = self.config.slack.workspaces
        return not served or any(workspace in served for workspace in workspaces)
