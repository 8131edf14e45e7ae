"""Markdown, kept as its source: what a person wrote is what is quoted, and ``**市`` stays a mask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.documents.extracted import Extracted, decode, find_date, head_metadata, is_furniture
from bot.text import paragraphs
from bot.types import Block, BlockKind

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*(\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(\w+)[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_MARKUP = re.compile(r"([-*_=][ \t]*){3,}|`{3,}.*|~{3,}.*|\|?([ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*:?-*:?[ \t]*")


def read(path: Path) -> Iterator[Extracted]:
    """The document in a Markdown file; front matter is metadata, not text to quote."""
    text = decode(path.read_bytes())
    front = _FRONT_MATTER.match(text)
    body = front.end() if front else 0
    fields = {key.lower(): value.strip("\"'") for key, value in _FIELD.findall(front.group(1))} if front else {}
    blocks = [Block(start, end, BlockKind.FURNITURE) for start, end in paragraphs(text, 0, body)]
    blocks += [Block(start, end, _kind(text[start:end])) for start, end in paragraphs(text, body)]
    told = [block for block in blocks if block.start >= body]
    if not told:
        return
    title, publisher, date = head_metadata(text, told)
    first = next((block for block in told if block.kind is BlockKind.HEADING), None)
    if first:
        title = text[first.start : first.end].strip("# \t")
    yield Extracted(
        text,
        blocks,
        fields.get("title") or title,
        fields.get("publisher") or fields.get("author") or publisher,
        find_date(fields.get("date", "")) or date,
        fields.get("url", ""),
    )


def _kind(line: str) -> BlockKind:
    if _HEADING.match(line):
        return BlockKind.HEADING
    return BlockKind.FURNITURE if _MARKUP.fullmatch(line) or is_furniture(line) else BlockKind.PARAGRAPH
