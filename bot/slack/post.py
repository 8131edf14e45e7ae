"""The only place that posts answers: each once, at Slack's pace, and again where Slack failed.

A reply carries the event it answers as metadata. Where it may have been posted before, by a process that was killed or
in a call whose end nobody saw, its thread is read first.
https://docs.slack.dev/messaging/message-metadata/ and https://docs.slack.dev/apis/web-api/rate-limits/
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bot.slack.blocks import Message
from bot.slack.inbox import Entry, Inbox
from bot.slack.replies import log_failure

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

log = logging.getLogger(__name__)

EVENT_TYPE = "wenda_answer"
ATTEMPTS = 20  # with waits of 1, 2, 4 … 60 s between them: a quarter of an hour
LONGEST_WAIT = 60.0  # seconds between two of them
_PAGE = 200  # messages of a thread read at once
# With these Slack says that it failed itself; what it was asked to do may be done all the same.
_PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts the replies of an inbox. `client` must not send anything twice by itself."""

    inbox: Inbox
    client: WebClient

    def post(self, entry: Entry) -> None:
        """Posts a reply that was taken from the inbox, or notes why it is not posted."""
        from slack_sdk.errors import SlackApiError

        try:
            self._post(entry)
        except SlackApiError as error:
            wait = retry_after(error)
            if wait is not None:
                self.inbox.hold_all(entry, wait)
            elif is_passing(error):
                self._put_off(entry, f"{error.response.status_code}")
            else:
                log_failure(error)
                self.inbox.leave(entry)
        except Exception as error:  # time-outs, closed connections, or what nobody thought of
            self._put_off(entry, type(error).__name__)

    def _post(self, entry: Entry) -> None:
        if entry.unsure and self._is_there(entry):
            self.inbox.posted(entry)
        elif self.inbox.begin(entry):
            self.client.chat_postMessage(
                channel=entry.channel,
                thread_ts=entry.thread,
                metadata={
                    "event_type": EVENT_TYPE,
                    "event_payload": {"event_id": entry.event_id, "message_ts": entry.ts},
                },
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
                **json.loads(entry.reply),
            )
            self.inbox.posted(entry)

    def _is_there(self, entry: Entry) -> bool:
        """Whether the reply stands in its thread. Where Slack does not let the thread be read, it counts as not."""
        from slack_sdk.errors import SlackApiError

        try:
            pages = self.client.conversations_replies(
                channel=entry.channel, ts=entry.thread, oldest=entry.ts, include_all_metadata=True, limit=_PAGE
            )
            said = [message.get("metadata") or {} for page in pages for message in page["messages"]]
        except SlackApiError as error:
            if retry_after(error) is not None or is_passing(error):
                raise
            log_failure(error)
            return False
        return any(
            told.get("event_type") == EVENT_TYPE and told["event_payload"].get("event_id") == entry.event_id
            for told in said
        )

    def _put_off(self, entry: Entry, why: str) -> None:
        if entry.failures + 1 >= ATTEMPTS:
            log.error("Slack did not take an answer in %d attempts (%s); it is given up", ATTEMPTS, why)
            self.inbox.leave(entry)
            return
        wait = min(2.0**entry.failures, LONGEST_WAIT)
        log.warning("Slack did not take an answer (%s); trying again in %.0f s", why, wait)
        self.inbox.put_off(entry, wait)


def packed(message: Message) -> str:
    """A message as the inbox keeps it: the arguments of chat.postMessage that it has, as JSON."""
    return json.dumps(asdict(message), ensure_ascii=False)


def retry_after(error: SlackApiError) -> float | None:
    """The seconds that Slack asks to wait for, or None where it does not ask."""
    if error.response.status_code != 429 and error.response.get("error") != "ratelimited":
        return None
    told = {name.lower(): value for name, value in error.response.headers.items()}.get("retry-after", "")
    return max(float(told), 1.0) if told.isascii() and told.isdigit() else 1.0


def is_passing(error: SlackApiError) -> bool:
    """Whether Slack failed in a way that passes."""
    return bool(error.response.status_code >= 500 or error.response.get("error") in _PASSING)
