"""The structure of plain text: headings, furniture, and lines that a layout broke in mid-sentence. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.documents.furniture import credit_tail, is_furniture, is_trail
from bot.documents.headings import ARTICLE, LETTERED, article_end, heading_level, is_plain_heading
from bot.names import is_byline
from bot.text import crosses, paragraphs, word_ends
from bot.types import Block, BlockKind, Span

_TERMINAL = re.compile(r"[。！？!?…；;：:—][”’」』）)】》\"']*$")
_GOES_ON = re.compile(r"[，,、]$")
_CANNOT_BEGIN = re.compile(r"[，,。、；;：:！？!?）)】》」』”’%]|等[，,。、]")
_ITEM = re.compile(
    r"[（(]?\d{1,3}[)）.、．]\s*\D|[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+[、是]|[①-⑳]|[-*•·●■◆▪★]\s*\S|——|—\s"
    r"|第[一二三四五六七八九十百\d]+[条章节]|附件?[：:]|[\w\u4e00-\u9fff （）()]{1,10}[：:]"
)
_RUNNING = re.compile(r"[，,。；;]")
_PAIRS = {"“": "”", "（": "）", "(": ")", "《": "》", "「": "」", "『": "』", "【": "】"}
_LEAST_RUNNING = 15  # characters from which a line with a comma is running text
_LEAST_WRAPPED = 40  # columns, a Chinese character two, from which lines may be wrapped
_RAGGED = 3  # columns by which a wrapped line may fall short of the widest
_TRAILS = 12  # lines at the beginning that may be a page's trail
_LETTERS = 3  # lettered lines, at least, that make a series
_BODY = 30  # characters from which a paragraph under a line makes that line a heading


def line_blocks(text: str, start: int = 0) -> list[Block]:
    """The blocks of plain text from an offset on.

    A block is a line, or several that are one paragraph, or a part of a line: a heading that runs
    into the text after it (`E剑指黑恶势力…`, `第三条　…`), a credit at a paragraph's end.
    """
    lines = list(paragraphs(text, start))
    kinds = _Kinds(text, lines)
    spans = list(_joined(text, lines, kinds))
    cuts = _fused(text, spans)
    blocks: list[Block] = []
    for number, span in enumerate(spans):
        blocks += _blocks(text, span, kinds, cuts.get(number, 0))
    return _with_plain_headings(text, blocks)


class _Kinds:
    """Which lines are furniture or headings by themselves, and how wide the layout is."""

    def __init__(self, text: str, lines: Sequence[Span]) -> None:
        told = [text[slice(*span)] for span in lines]
        trails = [i for i, line in enumerate(told[:_TRAILS]) if is_trail(line)]
        self._furniture = {
            span[0]
            for i, (span, line) in enumerate(zip(lines, told, strict=True))
            if is_furniture(line) or (trails and i <= trails[-1] and len(line) <= _LEAST_WRAPPED)
        }
        self._furniture |= {
            after[0]
            for before, after in pairwise(lines)
            if is_byline(text[slice(*after)]) and is_plain_heading(text[slice(*before)])
        }
        articles = [line for line in told if article_end(line)]
        self.has_articles = len(articles) > 1
        self.width = _wrapped_width(text, lines)

    def furniture(self, span: Span) -> bool:
        """Whether a line serves the site or the layout."""
        return span[0] in self._furniture


def _joined(text: str, lines: Sequence[Span], kinds: _Kinds) -> Iterator[Span]:
    """The lines, those together that are one paragraph."""
    start = end = last = -1
    for span in lines:
        if start >= 0 and _goes_on(text, (start, end), last, span, kinds):
            end, last = span[1], span[0]
            continue
        if start >= 0:
            yield start, end
        start, end = span
        last = start
    if start >= 0:
        yield start, end


def _goes_on(text: str, told: Span, last: int, following: Span, kinds: _Kinds) -> bool:
    """Whether a paragraph, whose last line begins at `last`, goes on in the following line."""
    if kinds.furniture((last, told[1])) or kinds.furniture(following):
        return False
    paragraph, line, after = text[slice(*told)], text[last : told[1]], text[slice(*following)]
    if _CANNOT_BEGIN.match(after) and not _TERMINAL.search(line):
        return True
    if _TERMINAL.search(line) or heading_level(after) or _ITEM.match(after):
        return False
    if heading_level(line) and not kinds.width:
        return False
    if _GOES_ON.search(line) or _opens(paragraph, after):
        return True
    if kinds.width and _width(text, last, told[1]) >= kinds.width - _RAGGED:
        return True
    if _RUNNING.search(line) and len(line) >= _LEAST_RUNNING and not is_plain_heading(line):
        return True
    return len(line) >= 10 and crosses(line, after)


def _opens(paragraph: str, after: str) -> bool:
    """Whether quotation marks or brackets are open at the end that the next line closes."""
    for opening, closing in _PAIRS.items():
        if paragraph.count(opening) > paragraph.count(closing):
            place = after.find(closing)
            return place >= 0 and opening not in after[:place]
    return False


def _wrapped_width(text: str, lines: Sequence[Span]) -> int:
    """The width, in columns, at which a text's lines are broken; 0 where each line is a paragraph."""
    widths = [_width(text, start, end) for start, end in lines]
    if len(widths) < 5 or max(widths) < _LEAST_WRAPPED:
        return 0
    widest = max(widths)
    full = [span for span, width in zip(lines, widths, strict=True) if width >= widest - _RAGGED]
    unfinished = sum(not _TERMINAL.search(text[slice(*span)]) for span in full)
    return widest if len(full) >= 0.4 * len(lines) and unfinished >= 0.6 * len(full) else 0


def _width(text: str, start: int, end: int) -> int:
    """The columns that a line takes, with its indent."""
    line = text[text.rfind("\n", 0, start) + 1 : end]
    return sum(1 if char < "\u1100" else 2 for char in line)


def _fused(text: str, spans: Sequence[Span]) -> dict[int, int]:
    """Where headings end that begin with a letter in a series, by the number of their span.

    One that stands alone ends with its line. One that runs into the text after it has no mark at
    its end: it is as long as its siblings that stand alone, to the nearest end of a word.
    """
    series: list[int] = []
    for number, (start, end) in enumerate(spans):
        letter = chr(ord("A") + len(series))
        if re.match(rf"{letter}[\u3400-\u9fff]{{4}}", text[start:end]):
            series.append(number)
    if len(series) < _LETTERS:
        return {}
    alone = [number for number in series if is_plain_heading(text[slice(*spans[number])])]
    cuts = {number: spans[number][1] for number in alone}
    if alone:
        length = round(statistics.median(spans[number][1] - spans[number][0] for number in alone))
        for number in series:
            start, end = spans[number]
            if number not in cuts and end - start > length:
                ends = word_ends(text[start : min(end, start + 2 * length)])
                cuts[number] = start + min(ends, key=lambda place: (abs(place - length), place))
    return cuts


def _blocks(text: str, span: Span, kinds: _Kinds, cut: int) -> Iterator[Block]:
    """The blocks of one span of lines."""
    start, end = span
    line = text[start:end]
    level = heading_level(line)
    if kinds.furniture(span):
        yield Block(start, end, BlockKind.FURNITURE)
        return
    if level and "\n" not in line:
        yield Block(start, end, BlockKind.HEADING, level)
        return
    if not cut and kinds.has_articles and article_end(line):
        cut, level = start + article_end(line), ARTICLE
    if cut:
        yield Block(start, cut, BlockKind.HEADING, level or LETTERED)
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    tail = start + credit_tail(text[start:end])
    if start < tail:
        yield Block(start, start + len(text[start:tail].rstrip()), BlockKind.PARAGRAPH)
    if tail < end:
        yield Block(tail, end, BlockKind.FURNITURE)


def _with_plain_headings(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with lines that have a heading's form and place as headings.

    Its place: after a whole paragraph or none, and before a paragraph of some length; before a
    byline or dateline it is the title.
    """
    found: list[Block] = []
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        line = text[block.start : block.end]
        if block.kind is BlockKind.PARAGRAPH and following and "\n" not in line and is_plain_heading(line):
            under = text[following.start : following.end]
            if following.kind is BlockKind.FURNITURE and _is_about(under) and not _titled(found):
                block = Block(block.start, block.end, BlockKind.HEADING, 1)
            elif (
                following.kind is BlockKind.PARAGRAPH
                and (len(under) >= _BODY and _TERMINAL.search(under))
                and (not found or found[-1].kind is not BlockKind.PARAGRAPH or _ends(text, found[-1]))
            ):
                block = Block(block.start, block.end, BlockKind.HEADING, LETTERED)
        found.append(block)
    return found


def _titled(blocks: Sequence[Block]) -> bool:
    return any(block.kind is BlockKind.HEADING and block.level == 1 for block in blocks)


def _is_about(line: str) -> bool:
    """Whether furniture tells of the document, as under a title: who wrote it, when, or where it comes from."""
    return is_byline(line) or bool(re.search(r"\d{4}\s*[年./-]|来源|作者|记者", line))


def _ends(text: str, block: Block) -> bool:
    return bool(_TERMINAL.search(text[block.start : block.end]))
