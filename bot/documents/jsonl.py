"""JSON lines: one document a line, ``{"id"?, "title"?, "text", "url"?, "date"?}``, plain or gzipped."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.documents.dates import find_date
from bot.documents.extracted import Extracted, normalised
from bot.documents.lines import line_blocks
from bot.errors import UnreadableDocument

MAX_LINE = 20 * 1024**2  # bytes
MAX_UNPACKED = 4 * 1024**3  # bytes
MAX_BAD = 1000  # lines
_TITLE = 30  # characters of the text that stand for a missing title


def read(path: Path) -> Iterator[Extracted | UnreadableDocument]:
    """The documents in a JSON lines file; in place of a bad line, the error with its number."""
    bad = 0
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                yield _document(_object(line, number), number)
            except UnreadableDocument as error:
                yield error
                bad += 1
        if bad == MAX_BAD:
            raise UnreadableDocument(f"has {MAX_BAD} bad lines up to line {number}, where reading stops; mend them")


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked where it is gzipped. Raises UnreadableDocument where they are too long or many."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if packed else path.open("rb") as lines:
        unpacked = number = 0
        while line := lines.readline(MAX_LINE):
            number += 1
            unpacked += len(line)
            if len(line) == MAX_LINE:
                raise UnreadableDocument(f"line {number} is over {MAX_LINE // 1024**2} MiB; split that document")
            if unpacked > MAX_UNPACKED:
                raise UnreadableDocument(f"unpacks to over {MAX_UNPACKED // 1024**3} GiB; split it")
            yield line


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableDocument(f"line {number} is not JSON in UTF-8; mend that line") from None
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        raise UnreadableDocument(f'line {number} has no "text"; each line is an object like {{"text": "…"}}')
    if not found["text"].strip():
        raise UnreadableDocument(f"line {number} has a blank text; leave that line out")
    return found


def _document(found: dict[str, Any], number: int) -> Extracted:
    def field(name: str) -> str:
        value = found.get(name)
        return normalised(str(value)) if isinstance(value, str | int) else ""

    text = normalised(found["text"])
    opening = " ".join(text.split())
    title = field("title") or (opening[:_TITLE] + ("…" if len(opening) > _TITLE else ""))
    return Extracted(
        text,
        line_blocks(text),
        title,
        field("publisher"),
        field("author"),
        find_date(field("date")),
        field("url"),
        field("id"),
        part=str(number),
    )
