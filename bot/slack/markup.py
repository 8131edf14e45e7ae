"""Slack's message markup, to and from plain text. Pure."""

from __future__ import annotations

import re

# What people type as <, > and & arrives as &lt;, &gt; and &amp;, so that every <…> is Slack's own:
# https://docs.slack.dev/messaging/formatting-message-text
_SPECIAL = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain_text(markup: str) -> str:
    """What a person reads in a message: mentions gone, links as their text, ``&lt;`` as ``<``."""
    text = re.sub(r"[ \t]+", " ", _SPECIAL.sub(_shown, markup))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def escaped(text: str) -> str:
    """The text with Slack's three control characters escaped, so that nothing in it is a mention or a link."""
    return "".join(_ESCAPES.get(char, char) for char in text)


def _shown(special: re.Match[str]) -> str:
    target, label = special[1], special[2]
    if target.startswith(("@", "!")):  # a person, a group, @here: nothing to search for
        return " "
    if target.startswith("#"):
        return f"#{label}" if label else " "
    return label or target.removeprefix("mailto:")
