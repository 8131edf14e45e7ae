"""Which paragraphs of a document are headings, by their type, their place and their numbering. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from bot.documents.headings import heading_level
from bot.documents.pdf_paragraphs import is_centred
from bot.documents.pdf_parts import Body, Paragraph, Part

_LONGEST = 80  # characters
_LONGEST_BOLD = 40

_LETTER = re.compile(r"[^\W\d_]")
_RUNS_ON = re.compile(r"[。；;，,、：:]$")
_CAPTION = re.compile(r"(?:附?[表图]|Table|Figure|Fig\.)\s*[\d一二三四五六七八九十]")


def heading_levels(parts: Sequence[Part], body: Body) -> Mapping[int, int]:
    """The level of each part that is a heading, by its place among the parts.

    The larger the type the outer the heading; of one size those are outer that are so by their
    numbers, and one without a number stands as far out as any. The largest on the first page, or
    else a line in the middle that the document begins with, is its title.
    """
    found = {i: part for i, part in enumerate(parts) if isinstance(part, Paragraph) and _is_heading(part, body)}
    sizes = {i: max(part.lines[0].size, body.size) for i, part in found.items()}
    numbers = {i: heading_level(part.text) for i, part in found.items()}
    outermost: dict[float, int] = {}
    for i, number in numbers.items():
        if number:
            outermost[sizes[i]] = min(number, outermost.get(sizes[i], number))
    ranks = {i: (-sizes[i], numbers[i] or outermost.get(sizes[i], 0)) for i in found}
    titles = [i for i, part in found.items() if part.pages[0] == 0 and body.is_below(part.lines[0])]
    if not titles and _is_plain_title(parts):
        ranks[0] = (-math.inf, 0)
    order = sorted(set(ranks.values()))
    levels = {i: order.index(rank) + 1 for i, rank in ranks.items()}
    if titles:
        levels[min(titles, key=ranks.__getitem__)] = 1
    return levels


def _is_heading(part: Paragraph, body: Body) -> bool:
    first, text = part.lines[0], part.text
    if not _LETTER.search(text) or _CAPTION.match(text) or first.is_contents_entry or first.is_bulleted:
        return False
    if body.is_below(first):
        return len(text) <= _LONGEST and not _RUNS_ON.search(text)
    if first.gapped:
        return False
    if all(map(body.is_outdone_by, part.lines)):
        return len(text) <= _LONGEST_BOLD and not (_RUNS_ON.search(text) or part.lines[-1].ends_sentence)
    return len(part.lines) == 1 and heading_level(text) > 0


def _is_plain_title(parts: Sequence[Part]) -> bool:
    """Whether a document begins with short lines in the middle, though set as its body is."""
    first = parts[0] if len(parts) > 1 else None
    if not isinstance(first, Paragraph) or first.lines[-1].ends_sentence or len(first.text) > _LONGEST:
        return False
    return all(is_centred(line, first.column.measure) for line in first.lines)
