"""Plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.documents.extracted import Extracted, decode, head_metadata, line_blocks


def read(path: Path) -> Iterator[Extracted]:
    """The document in a text file."""
    text = decode(path.read_bytes())
    blocks = line_blocks(text)
    if blocks:
        title, publisher, date = head_metadata(text, blocks)
        yield Extracted(text, blocks, title, publisher, date)
