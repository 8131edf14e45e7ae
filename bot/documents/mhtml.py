"""Web pages saved with all that they show in one MIME message, `.mht` and `.mhtml` (RFC 2557)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from bot.documents.extracted import Extracted
from bot.documents.html import read_page
from bot.errors import UnreadableDocument


def read(path: Path) -> Iterator[Extracted]:
    """The document in the first page of the message; the others are its frames."""
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes), "only a message of several parts has another payload"
            yield from read_page(data, part.get_content_charset(""), _address(message, part))
            return
    raise UnreadableDocument("holds no page; save it anew as HTML")


def _address(message: EmailMessage, part: EmailMessage) -> str:
    """Where the page was saved from."""
    return str(part["Content-Location"] or message["Snapshot-Content-Location"] or message["Content-Location"] or "")
