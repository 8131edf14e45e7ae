"""Answers as the templates show them, and text as HTML. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from bot.text import on_one_line
from bot.web.sheet import Run


@dataclass(frozen=True, slots=True)
class QuotedCell:
    """A cell of a quoted row: its column's name, and its text before the answer, the answer's part, and after it."""

    label: str
    before: str
    answer: str
    after: str


def shown(text: str) -> Markup:
    """Text as HTML that a browser reads back letter for letter.

    A bare carriage return would be read as a line feed, and a NUL dropped.
    """
    return Markup(str(escape(text)).replace("\r", "&#13;").replace("\0", "\ufffd"))


def inside(runs: Iterable[Run], anchor: int | None) -> Markup:
    """Runs as HTML: those that are marked in one mark, which has the link's fragment where `anchor` is among them."""
    parts = []
    for marked, group in groupby(runs, key=lambda run: run.marked):
        own = list(group)
        words = "".join(map(_words, own))
        name = ' id="mark"' if any(run.start == anchor for run in own) else ""
        parts.append(f"<mark{name}>{words}</mark>" if marked else words)
    return Markup("".join(parts))


def _words(run: Run) -> str:
    return f'<span class="{run.gap}">{shown(run.text)}</span>' if run.gap else shown(run.text)


def quote_parts(citation: Mapping[str, Any]) -> tuple[str, str, str]:
    """The quote of a citation's JSON on one line: before the answer, the answer, after it."""
    quote: str = citation["quote"]
    start, end = (citation[name] - citation["start"] for name in ("answer_start", "answer_end"))
    line = on_one_line(quote)
    low, high = len(line) - len(on_one_line(quote[start:])), len(on_one_line(quote[:end]))
    return line[:low], line[low:high], line[high:]


def quoted_cells(citation: Mapping[str, Any]) -> list[QuotedCell]:
    """The cells of the row that a citation's JSON quotes, letter for letter; none where it quotes no row."""
    cells = []
    for cell in citation["cells"]:
        start, end = cell["start"], cell["end"]
        low, high = (min(max(citation[name], start), end) for name in ("answer_start", "answer_end"))
        stretches = ((start, low), (low, high), (high, end))
        cells.append(QuotedCell(cell["label"], *(_quoted(citation, *stretch) for stretch in stretches)))
    return cells


def _quoted(citation: Mapping[str, Any], start: int, end: int) -> str:
    """The stretch of a document's text that a citation's JSON quotes there."""
    quote: str = citation["quote"]
    return quote[start - citation["start"] : end - citation["start"]]


def in_lines(text: str) -> str:
    """A passage for a person: its lines as they are, a row's cells parted by bars."""
    return "\n".join(map(on_one_line, text.strip().split("\n")))


def about(item: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """Who published a cited document, when, and the page, as far as they are known."""
    page = item.get("page")
    known = (item["document"]["publisher"], item["document"]["date"], page and words["page"].format(page))
    return " · ".join(part for part in known if part)


def told(value: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """A value's JSON on one line; where it is aimed at or expected, it says so."""
    return on_one_line(value["text"]) + (words["target"] if value["target"] else "")


def facts(answer: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """How sure an answer is, where one was given, and how long it took."""
    ms = answer["took_ms"]
    tenths = (ms + 50) // 100
    took = words["milliseconds"].format(ms) if ms < 1000 else words["seconds"].format(f"{tenths // 10}.{tenths % 10}")
    if answer["status"] not in ("answered", "masked"):
        return str(took)
    sure = next(said for least, said in words["confidence"] if answer["confidence"] >= least)
    return f"{sure} · {took}"
