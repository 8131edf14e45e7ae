"""Markdown, kept as its source: what a person wrote is what is quoted, and ``**市`` stays a mask.

After CommonMark 0.31 and GitHub's tables, as far as blocks go, and with the habits of Chinese
offices: a heading without the space after its ``#``, a paragraph a line, numbered headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from bot.documents.dates import DATE, find_date
from bot.documents.encodings import decode
from bot.documents.extracted import Extracted
from bot.documents.front_matter import front_matter
from bot.documents.furniture import is_furniture
from bot.documents.headings import heading_level
from bot.documents.markdown_marks import inline_marks
from bot.text import paragraphs, trimmed
from bot.types import Block, BlockKind, Span, Table

_OPENING = re.compile(r"^[ \t]*(`{3,}(?=[^`\n]*$)|~{3,})[^\n]*|<!--", re.MULTILINE)  # of a fence or a comment
_CLOSING = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_HARD_BREAK = re.compile(r"(?:\\|<br ?/?>)$", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(?=\S)|(?=[《“（【\u3400-\u9fff][^#]*#*$))")  # #话题# is no heading
_SIGN = re.compile(rf"{_HEADING.pattern}|[-*+][ \t]+(?=\S)")  # of a heading, or of an item without a number
_UNDERLINE = re.compile(r"=+|-+")  # of a heading: === of the first level, --- of the second
_BOLD_LINE = re.compile(r"\*\*([^*]+)\*\*|__([^_]+)__")
_MARKUP = re.compile(
    r"([-*_=][ \t]*){3,}|\|?([ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*:?-*:?[ \t]*|(</?[a-z][^<>]*>\s*)+|\[toc\]|#{1,6}",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_NUMBERED = re.compile(  # an item that a person numbered by hand
    r"\d{1,3}(?:[、．]|[.)](?=[^\d\s]))|[（(]?[①-⑳]|[（(]\d{1,3}[)）]|[（(]?[一二三四五六七八九十]{1,3}[)）、]"
)
_DATE_LINE = re.compile(rf"(?:{DATE.pattern})日?")
_LABEL = re.compile(r"[\u3400-\u9fff]{2,6}[：:]\s*\S")  # 联系人：沈苡
_SENTENCE_END = re.compile(r"[。！？；：!?;:…][”’」』）)】》\"']*$")
_DELIMITER = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?|\|\s*:?-+:?")
_PIPE = re.compile(r"(?<!\\)\|")
_LONGEST_HEADING = 100  # characters over an underline


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the source without the white space around it."""

    start: int
    end: int
    text: str
    lead: str  # the white space before it
    broken: bool  # whether a line break after it is one for the reader too
    kind: BlockKind | None  # of a line that is a block for itself
    level: int

    @property
    def is_item(self) -> bool:
        """Whether an item of a list begins here."""
        return bool(_ITEM.match(self.text) or _NUMBERED.match(self.text))


def read(path: Path) -> Iterator[Extracted]:
    """The document in a Markdown file; front matter is what it says of itself, not text to quote."""
    text = decode(path.read_bytes())
    front = front_matter(text)
    blocks = list(_blocks(text, front.end))
    if all(block.kind is BlockKind.FURNITURE for block in blocks):
        return
    authors = [name for names in front.told(text, "author") for name in re.split(r"\s*[,，;；、]\s*", names)]
    yield Extracted(
        text,
        [*(Block(start, end, BlockKind.FURNITURE) for start, end in paragraphs(text, 0, front.end)), *blocks],
        title="".join(front.told(text, "title")[:1]),
        publisher="、".join(front.told(text, "publisher")),
        author="、".join(authors),
        date=find_date(" ".join(front.told(text, "date"))),
        url=next((url for url in front.told(text, "url") if re.match("https?://", url)), ""),
        facts=list(front.facts(text)),
    )


def _blocks(text: str, place: int) -> Iterator[Block]:
    """The blocks from a place on: fenced code, comments, and what stands between them."""
    search, comments = place, True
    while opening := _OPENING.search(text, search):
        search = opening.end()
        if fence := opening.group(1):
            inside, end = _fenced(text, search, fence)
            yield from _text_blocks(text, place, opening.start())
            yield Block(*trimmed(text, *opening.span()), BlockKind.FURNITURE)
            yield from (Block(*span, BlockKind.PARAGRAPH) for span in paragraphs(text, search, inside))
            yield from (Block(*span, BlockKind.FURNITURE) for span in paragraphs(text, inside, end))
            search = place = end
        elif comments:
            end = text.find("-->", search)
            comments = end >= 0  # one that is not closed is text, as are all after it
            if comments:
                yield from _text_blocks(text, place, opening.start())
                yield Block(opening.start(), end + 3, BlockKind.FURNITURE)
                search = place = end + 3
    yield from _text_blocks(text, place, len(text))


def _fenced(text: str, place: int, fence: str) -> Span:
    """Where the code ends whose opening fence ends at a place, and where the line that closes it does."""
    for closing in _CLOSING.finditer(text, place):
        if closing.group(1).startswith(fence):
            return closing.span()
    return len(text), len(text)


def _text_blocks(text: str, start: int, end: int) -> Iterator[Block]:
    """The blocks of a stretch without code and comments, each with its marks of markup."""
    for block in _unmarked_blocks(text, start, end):
        if block.table:
            yield _marked_table(text, block, block.table)
        elif block.kind is BlockKind.FURNITURE:
            yield block
        else:
            yield replace(block, marks=tuple(_line_marks(text, block)))


def _line_marks(text: str, block: Block) -> list[Span]:
    """The marks in a heading, a paragraph or an item, and the sign before it."""
    sign = _SIGN.match(text, block.start, block.end)
    if not sign:
        return inline_marks(text, block.start, block.end)
    return [sign.span(), *inline_marks(text, sign.end(), block.end)]


def _marked_table(text: str, block: Block, table: Table) -> Block:
    """A table whose cells stand between the marks at their edges, with the marks inside them."""
    told = [[_bare_cell(text, *cell) for cell in row] for row in table.rows]
    rows = tuple(tuple(cell for cell, _ in row) for row in told)
    marks = tuple(mark for row in told for _, inside in row for mark in inside)
    return replace(block, table=replace(table, rows=rows), marks=marks)


def _bare_cell(text: str, start: int, end: int) -> tuple[Span, list[Span]]:
    """Where a cell stands without the marks at its edges, and the marks inside it."""
    marks = inline_marks(text, start, end)
    while marks and marks[0][0] == start:
        start = marks.pop(0)[1]
    while marks and marks[-1][1] == end:
        end = marks.pop()[0]
    return (start, end), marks


def _unmarked_blocks(text: str, start: int, end: int) -> Iterator[Block]:
    """The blocks of a stretch without code and comments."""
    lines = list(_lines(text, start, end))
    number = 0
    while number < len(lines):
        first, line = number, lines[number]
        if _is_delimited(lines, number):
            block, number = _table(text, lines, number)
            if block.start < block.end:  # a table may be blank
                yield block
            continue
        number += 1
        if line.kind:
            yield Block(line.start, line.end, line.kind, line.level)
        elif line.text:
            while number < len(lines) and _goes_on(lines, first, number):
                number += 1
            below = lines[number].text if number < len(lines) and not line.is_item else ""
            yield _paragraph(text, line.start, lines[number - 1].end, below)


def _paragraph(text: str, start: int, end: int, below: str) -> Block:
    """A paragraph, or a heading where the line below underlines it, and does not just rule off a section."""
    words = text[start:end]
    if not _UNDERLINE.fullmatch(below) or len(words) > _LONGEST_HEADING or _SENTENCE_END.search(words):
        return Block(start, end, BlockKind.PARAGRAPH)
    return Block(start, end, BlockKind.HEADING, 1 if below[0] == "=" else 2)


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    """The lines of a stretch, the blank ones too."""
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield _line(text, start, line_end)
        start = line_end + 1


def _line(text: str, start: int, end: int) -> _Line:
    first, last = trimmed(text, start, end)
    lead = text[start:first]
    hard = _HARD_BREAK.search(text, max(first, last - 6), last)
    broken = bool(hard) or text.endswith("  ", last, end)
    if hard:
        first, last = trimmed(text, first, hard.start())
    quote = _QUOTE.match(text, first, last)
    if quote:
        first, last = trimmed(text, quote.end(), last)
    bold = _BOLD_LINE.fullmatch(text, first, last)
    if bold and heading_level(bold.group(bold.lastindex or 0)):
        first, last = bold.span(bold.lastindex or 0)
    kind, level = _kind(text[first:last], lead)
    if kind is BlockKind.HEADING:
        last = _without_closing_marks(text, first, last)
    elif quote and kind is None and first < last:
        kind = BlockKind.PARAGRAPH
    return _Line(first, last, text[first:last], lead, broken, kind, level)


def _kind(line: str, lead: str) -> tuple[BlockKind | None, int]:
    """What a line is that is a block for itself, and the level of a heading; None for other lines."""
    if not line:
        return None, 0
    if (marks := _HEADING.match(line)) and len(lead) < 4:
        return BlockKind.HEADING, len(marks.group(1))
    if _MARKUP.fullmatch(line) or _UNDERLINE.fullmatch(line) or is_furniture(line):
        return BlockKind.FURNITURE, 0
    if level := heading_level(line):
        return BlockKind.HEADING, level
    if line.startswith("|") or _DATE_LINE.fullmatch(line):
        return BlockKind.PARAGRAPH, 0
    return None, 0


def _without_closing_marks(text: str, start: int, end: int) -> int:
    """Where a heading ends that may be closed with `#` as it began: `## 值班安排 ##`."""
    bare = text[start:end].rstrip("#")
    return start + len(bare.rstrip()) if bare[-1:] in {" ", "\t"} else end


def _goes_on(lines: Sequence[_Line], first: int, number: int) -> bool:
    """Whether a line belongs to the paragraph or the item that began at `first` and holds the line before."""
    before, line = lines[number - 1], lines[number]
    if not line.text or line.kind or line.is_item or before.broken or _is_delimited(lines, number):
        return False
    if line.lead.endswith("\u3000") or _LABEL.match(line.text):
        return False
    inside = lines[first].is_item and len(line.lead) > len(lines[first].lead)
    return inside or not _SENTENCE_END.search(before.text)


def _is_delimited(lines: Sequence[_Line], number: int) -> bool:
    """Whether a line is the header of a table."""
    below = lines[number + 1].text if number + 1 < len(lines) else ""
    return "|" in lines[number].text and bool(_DELIMITER.fullmatch(below))


def _table(text: str, lines: Sequence[_Line], number: int) -> tuple[Block, int]:
    """The table whose header is at `number`, and the number of the line after it."""
    stop = number + 2
    while stop < len(lines) and "|" in lines[stop].text:
        stop += 1
    header, *rows = (_cells(text, line) for line in (lines[number], *lines[number + 2 : stop]))
    told = [row for row in (header, *rows) if any(start < end for start, end in row)]
    headers = 1 if header in told[:-1] else 0  # a table without one has a blank row there
    spans = [span for row in told for span in row if span[0] < span[1]] or [(lines[number].start, lines[number].start)]
    return Block(spans[0][0], spans[-1][1], BlockKind.TABLE, table=Table(tuple(told), headers)), stop


def _cells(text: str, line: _Line) -> tuple[Span, ...]:
    """Where the cells of a line stand."""
    pipes = [match.start() for match in _PIPE.finditer(text, line.start, line.end)]
    if pipes[:1] != [line.start]:
        pipes.insert(0, line.start - 1)
    if pipes[-1] != line.end - 1:
        pipes.append(line.end)
    return tuple(trimmed(text, left + 1, right) for left, right in pairwise(pipes))
