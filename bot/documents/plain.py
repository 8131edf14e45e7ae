"""Plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.documents.encodings import decode
from bot.documents.extracted import Extracted
from bot.documents.lines import line_blocks


def read(path: Path) -> Iterator[Extracted]:
    """The document in a text file."""
    text = decode(path.read_bytes())
    blocks = line_blocks(text)
    if blocks:
        yield Extracted(text, blocks)
