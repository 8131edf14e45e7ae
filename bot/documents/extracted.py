"""What every format's reader gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.types import Block, Fact


@dataclass(slots=True)
class Extracted:
    """A document's text and what its file says of it; empty where it says nothing.

    What the text itself says of its title, publisher, author, date and number need not be told
    here: `bot.documents.metadata` finds it for every format.
    """

    text: str
    blocks: Sequence[Block]
    title: str = ""
    publisher: str = ""
    author: str = ""
    date: str = ""  # YYYY-MM-DD
    url: str = ""
    id: str = ""
    part: str = ""  # tells apart the documents of one file
    page_starts: Sequence[int] = field(default_factory=tuple)
    facts: Sequence[Fact] = field(default_factory=tuple)  # what the reader itself found, such as front matter
    oddities: Sequence[str] = field(default_factory=tuple)  # what a person should know of it, a line each
    # What the file's properties say; programs fill them in, so they count where nothing else tells.
    property_title: str = ""
    property_author: str = ""
    property_publisher: str = ""
    property_date: str = ""  # YYYY-MM-DD


def normalised(text: str) -> str:
    """The stored form: no byte order mark, CRLF as LF, lone surrogates as U+FFFD, all else as it was."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
