"""Answers and documents as the templates show them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from bot.links import text_version
from bot.types import BlockKind, StoredDocument
from bot.web.words import ZH

Span = tuple[int, int]

TITLE = "title"  # the kind of a heading that is the document's title, before all else but furniture


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is marked as a whole or not at all."""

    text: str
    marked: bool
    first: bool  # the one that a link's fragment scrolls to


@dataclass(frozen=True, slots=True)
class Section:
    """A block of a document, or the text between two, in runs; ``kind`` is empty where all is blank."""

    kind: str
    runs: tuple[Run, ...]
    page: int | None = None  # the page that begins with this section


def requested_span(text: str, arguments: Mapping[str, str]) -> tuple[Span | None, str]:
    """The span that a link asks to mark, and the name of the note that says what became of it.

    Both are empty where none is asked for; the note is ``marked``, ``stale`` where the text is
    not the one the link was made for, or ``outside`` where the offsets are not in the text.
    """
    if "start" not in arguments and "end" not in arguments:
        return None, ""
    if "v" in arguments and arguments["v"] != text_version(text):
        return None, "stale"
    start, end = _offset(arguments.get("start", "")), _offset(arguments.get("end", ""))
    if start is None or end is None or not start < end <= len(text):
        return None, "outside"
    return (start, end), "marked"


def sections(stored: StoredDocument, span: Span | None) -> list[Section]:
    """The whole text in order: its blocks, what stands between them, and the marked span."""
    made: list[Section] = []
    page = min(1, len(stored.page_starts))
    for kind, start, end in _stretches(stored):
        before, page = page, bisect_right(stored.page_starts, start) if kind else page
        runs = tuple(_runs(stored.text, start, end, span))
        made.append(Section(kind, runs, page if page > before else None))
    return _with_title(made, stored.document.title)


def shown(text: str) -> Markup:
    """Text as HTML that a browser reads back letter for letter.

    A bare carriage return would be read as a line feed, and a NUL dropped.
    """
    return Markup(escape(text).replace("\r", Markup("&#13;")).replace("\0", "\ufffd"))


def quote_parts(citation: Mapping[str, Any]) -> tuple[str, str, str]:
    """The quote of a citation's JSON: before the answer, the answer, after it."""
    quote: str = citation["quote"]
    start, end = (citation[name] - citation["start"] for name in ("answer_start", "answer_end"))
    return quote[:start], quote[start:end], quote[end:]


def about(item: Mapping[str, Any]) -> str:
    """Who published a cited document, when, and the page, as far as they are known."""
    page = item.get("page")
    known = (item["document"]["publisher"], item["document"]["date"], page and ZH["page"].format(page))
    return " · ".join(part for part in known if part)


def facts(answer: Mapping[str, Any]) -> str:
    """How sure an answer is, where one was given, and how long it took."""
    ms = answer["took_ms"]
    tenths = (ms + 50) // 100
    took = ZH["milliseconds"].format(ms) if ms < 1000 else ZH["seconds"].format(f"{tenths // 10}.{tenths % 10}")
    if answer["status"] not in ("answered", "masked"):
        return str(took)
    sure = next(words for least, words in ZH["confidence"] if answer["confidence"] >= least)
    return f"{sure} · {took}"


def _with_title(made: list[Section], title: str) -> list[Section]:
    """The sections with the first that is no furniture as ``title``, where it is the title as a heading."""
    first = next((index for index, part in enumerate(made) if part.kind not in ("", BlockKind.FURNITURE)), None)
    if first is not None and made[first].kind == BlockKind.HEADING:
        words = "".join(run.text for run in made[first].runs)
        if words.strip() == title.strip():
            made[first] = replace(made[first], kind=TITLE)
    return made


def _offset(digits: str) -> int | None:
    # int() alone would also take "1_0", " 1" and digits of other scripts.
    return int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else None


def _stretches(stored: StoredDocument) -> Iterator[tuple[str, int, int]]:
    """Every character of the text in one stretch: its kind, its start, its end."""
    at = 0
    for block in stored.blocks:
        yield from _between(stored.text, at, block.start)
        if block.start < block.end:
            yield block.kind.value, block.start, block.end
        at = block.end
    yield from _between(stored.text, at, len(stored.text))


def _between(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    if start < end:
        yield "" if text[start:end].isspace() else BlockKind.PARAGRAPH.value, start, end


def _runs(text: str, start: int, end: int, span: Span | None) -> Iterator[Run]:
    low, high = (min(max(offset, start), end) for offset in span or (end, end))
    for left, right, marked in ((start, low, False), (low, high, True), (high, end, False)):
        if left < right:
            yield Run(text[left:right], marked, marked and span is not None and left == span[0])
