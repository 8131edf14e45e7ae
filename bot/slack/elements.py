"""The elements that Slack's messages are made of, within Slack's limits. Pure.

What is said stands in ``rich_text`` blocks, whose text Slack shows as it is: ``*.**亿元`` keeps its stars, and nothing
in a quote is a mention or a link.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TEXT_LIMIT = 3000  # Slack's, per text; kept for each run of text
VALUE_LIMIT = 2000  # Slack's, of a button's value

Element = dict[str, Any]
Part = tuple[str, bool]  # a text, and whether it is bold


def texts(parts: Sequence[Part], cut: str, limit: int = TEXT_LIMIT) -> list[Element]:
    """Text elements of at most `limit` characters in all, `cut` at their end where more was given.

    Slack refuses empty ones; there are none.
    """
    if sum(len(text) for text, _ in parts) > limit:
        parts = [*_first(parts, limit - len(cut)), (cut, False)]
    return [
        {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})} for text, bold in parts if text
    ]


def link(url: str, text: str) -> Element:
    """A text that opens an address."""
    return {"type": "link", "url": url, "text": text}


def user(user_id: str) -> Element:
    """A person, by the name that Slack shows."""
    return {"type": "user", "user_id": user_id}


def channel(channel_id: str) -> Element:
    """A channel, by the name that Slack shows."""
    return {"type": "channel", "channel_id": channel_id}


def section(elements: Sequence[Element]) -> Element:
    """A line or more of texts."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(elements: Sequence[Element]) -> Element:
    """What somebody else has said."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def block(*parts: Element) -> Element:
    """A block of sections and quotes."""
    return {"type": "rich_text", "elements": list(parts)}


def buttons(elements: Sequence[Element]) -> Element:
    """A block of buttons, in a row."""
    return {"type": "actions", "elements": list(elements)}


def button(action: str, text: str, value: str, read_out: str = "") -> Element:
    """A button; `read_out` is what a screen reader says in place of its text."""
    label = {"accessibility_label": read_out} if read_out else {}
    return {"type": "button", "action_id": action, "text": plain(text), "value": value, **label}


def plain(text: str) -> Element:
    """A text without markup, where Slack takes no rich text."""
    return {"type": "plain_text", "text": text, "emoji": True}


def cut_to(text: str, limit: int, note: str) -> str:
    """The text, or its beginning and the note where it is longer than the limit."""
    return text if len(text) <= limit else text[: limit - len(note)] + note


def _first(parts: Sequence[Part], room: int) -> list[Part]:
    kept = []
    for text, bold in parts:
        kept.append((text[:room], bold))
        room -= len(text[:room])
    return kept
