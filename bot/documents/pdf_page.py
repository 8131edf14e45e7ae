"""A page of a PDF file, through pdfplumber: its characters, turned upright, and its tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from bot.documents.pdf_layout import Glyph, stretches
from bot.documents.pdf_running import Page
from bot.documents.pdf_tables import Box, RuledTable, ruled_cells, ruled_table, without_empty_columns
from bot.documents.tables import is_data

_SMALLEST = 1.0  # points; smaller type is not to be seen
_TILT = 0.05  # of a baseline that still counts as level: three degrees
_STAMP = 20  # characters; a scan may have as many beside its picture, such as a number or the scanner's name
_SCAN_AREA = 0.5  # of the page
_OUTLINES = 200  # curves on a page without text: letters that were turned into drawings

_UNMAPPED = re.compile(r"\(cid:\d+\)|[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = "\ufeff\u200b"
_BOLD = re.compile(r"(?i)bold|black|heavy|demi|simhei|heiti|黑体|(?<!ya)hei\b")
_OBLIQUE = -1  # in place of a number of quarter turns

Place = TypeVar("Place", Glyph, Box)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands on a page of a PDF file, and how well that can be told from it."""

    page: Page
    unmapped: int = 0  # characters of which the font does not say what they are; they stand as U+FFFD
    is_picture: bool = False  # its text can only be told by its looks


class _Printed(NamedTuple):
    """A character, and where its text runs to: quarter turns against the clock from upright, or oblique."""

    glyph: Glyph
    turn: int


def read_page(page: Any) -> Told:
    """What stands on a pdfplumber page, turned as most of its text runs.

    Characters are taken from pdfminer's layout: pdfplumber's dictionaries of them double the time.
    """
    from pdfminer.layout import LTChar, LTCurve, LTImage

    drawn = list(_drawn(page.layout))
    printed = list(_printed(page, [item for item in drawn if isinstance(item, LTChar)]))
    curves = [page.process_object(item) for item in drawn if isinstance(item, LTCurve)]
    visible = [one.glyph.text for one in printed if not one.glyph.text.isspace()]
    unmapped = sum("\ufffd" in text for text in visible)
    pictures = sum(item.width * item.height for item in drawn if isinstance(item, LTImage)) / (page.width * page.height)
    if visible:
        is_picture = unmapped > len(visible) / 2 or (len(visible) <= _STAMP and pictures >= _SCAN_AREA)
    else:
        is_picture = pictures > 0 or len(curves) >= _OUTLINES
    return Told(_upright(printed, ruled_cells(page, curves), Box(*page.bbox)), unmapped, is_picture)


def _upright(printed: Sequence[_Printed], ruled: Sequence[Sequence[Box]], around: Box) -> Page:
    """The page, turned as most of its text runs: characters to lines, cells between rules to tables."""
    turns = Counter(one.turn for one in printed if one.turn != _OBLIQUE)
    turn = max(turns, key=turns.__getitem__, default=0)
    upright = [_turned(one.glyph, turn, around) for one in printed if one.turn == turn]
    askew = [_Printed(_turned(one.glyph, turn, around), one.turn) for one in printed if one.turn != turn]
    tables = []
    for cells in ruled:
        table, inside = _table([_turned(cell, turn, around) for cell in cells], upright, askew)
        if is_data(without_empty_columns(table.rows)):
            tables.append(table)
            upright = [glyph for glyph in upright if id(glyph) not in inside]
            askew = [one for one in askew if id(one.glyph) not in inside]
    return Page(_turned(around, turn, around).bottom - around.top, stretches(upright), tables, _strings(askew))


def _drawn(container: Any) -> Iterator[Any]:
    """What is drawn in pdfminer's layout of a page, in order."""
    from pdfminer.layout import LTFigure

    for item in container:
        if isinstance(item, LTFigure):
            yield from _drawn(item)
        else:
            yield item


def _printed(page: Any, characters: Iterable[Any]) -> Iterator[_Printed]:
    """Those of pdfminer's characters that can be seen."""
    x0, top, x1, bottom = page.cropbox
    left, above = page.mediabox[0], page.mediabox[1] + page.height
    for char in characters:
        text = char.get_text()
        if not text.isprintable() or len(text) > 1:
            text = _UNMAPPED.sub("\ufffd", text).strip(_INVISIBLE)
        glyph = Glyph(text, char.x0 + left, above - char.y1, char.x1 + left, above - char.y0, _is_bold(char.fontname))
        seen = x0 <= (glyph.x0 + glyph.x1) / 2 <= x1 and top <= (glyph.top + glyph.bottom) / 2 <= bottom
        if text and seen and char.size >= _SMALLEST:
            yield _Printed(glyph, _turn(*char.matrix[:2]))


def _turn(a: float, b: float) -> int:
    """The direction of a text matrix that moves a character's right hand by (a, b), b upwards."""
    if abs(b) <= _TILT * abs(a):
        return 0 if a > 0 else 2
    if abs(a) <= _TILT * abs(b):
        return 1 if b > 0 else 3
    return _OBLIQUE


def _turned(one: Place, turn: int, around: Box) -> Place:
    """Where something stands when the page is turned so that text with this turn is upright."""
    left, right = one.x0 - around.x0, around.x1 - one.x1
    above, below = one.top - around.top, around.bottom - one.bottom
    width, height = one.x1 - one.x0, one.bottom - one.top
    if turn == 1:
        return one._replace(x0=below, top=left, x1=below + height, bottom=left + width)
    if turn == 2:
        return one._replace(x0=right, top=below, x1=right + width, bottom=below + height)
    if turn == 3:
        return one._replace(x0=above, top=right, x1=above + height, bottom=right + width)
    return one


def _table(cells: Sequence[Box], upright: Sequence[Glyph], askew: Sequence[_Printed]) -> tuple[RuledTable, set[int]]:
    """The table of cells, and the identities of the characters in it; what a watermark prints over it is not."""
    x0, top = min(cell.x0 for cell in cells), min(cell.top for cell in cells)
    x1, bottom = max(cell.x1 for cell in cells), max(cell.bottom for cell in cells)

    def inside(glyph: Glyph) -> bool:
        return x0 <= (glyph.x0 + glyph.x1) / 2 < x1 and top <= (glyph.top + glyph.bottom) / 2 < bottom

    straight = [glyph for glyph in upright if inside(glyph)]
    sideways = [glyph for glyph, turn in askew if turn != _OBLIQUE and inside(glyph)]
    return ruled_table(cells, straight, sideways), {id(glyph) for glyph in (*straight, *sideways)}


def _strings(askew: Iterable[_Printed]) -> list[str]:
    """What characters say that are drawn one after the other, each beside the one before."""
    texts: list[str] = []
    last: _Printed | None = None
    for one in askew:
        if last and one.turn == last.turn and _is_beside(last.glyph, one.glyph):
            texts[-1] += one.glyph.text
        else:
            texts.append(one.glyph.text)
        last = one
    return [text.strip() for text in texts if text.strip()]


def _is_beside(one: Glyph, other: Glyph) -> bool:
    reach = 1.5 * max(one.x1 - one.x0, one.size, other.x1 - other.x0, other.size)
    return (
        abs(one.x0 + one.x1 - other.x0 - other.x1) / 2 <= reach
        and abs(one.top + one.bottom - other.top - other.bottom) / 2 <= reach
    )


@lru_cache(maxsize=1000)
def _is_bold(font: str | bytes) -> bool:
    return bool(_BOLD.search(str(font)))
