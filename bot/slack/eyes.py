"""The reaction that a message has while its answer takes long. Whatever goes wrong with it costs nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING

from bot.slack.inbox import Arrival, Inbox
from bot.slack.post import retry_after

if TYPE_CHECKING:
    from slack_sdk import WebClient

log = logging.getLogger(__name__)

NAME = "eyes"
SLOW = 1.0  # seconds from a message's arrival


@dataclass(frozen=True, slots=True)
class Eyes:
    """Puts the reaction under messages that wait, and takes it away when they are answered."""

    inbox: Inbox
    client: WebClient

    def look(self) -> float | None:
        """Adds or removes one reaction; the seconds to wait before the next, or None where there is nothing to do."""
        if done := self.inbox.take_done():
            return self._call("reactions.remove", done)
        if slow := self.inbox.take_slow(SLOW):
            return self._call("reactions.add", slow)
        return None

    def _call(self, method: str, message: Arrival) -> float:
        from slack_sdk.errors import SlackApiError

        try:
            self.client.api_call(method, params={"channel": message.channel, "timestamp": message.ts, "name": NAME})
        except SlackApiError as error:
            log.debug("%s: %s", method, error.response.get("error"))
            return retry_after(error) or 0.0
        except (OSError, HTTPException) as error:
            log.debug("%s: %s", method, type(error).__name__)
        return 0.0
