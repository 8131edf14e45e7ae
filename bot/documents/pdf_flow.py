"""From pages to a document's text and blocks. Pure.

A page's running head stands before its text and its foot after it. A paragraph or a table that
goes on overleaf is one block: there the foot stands before that block, the next page's head after
it, and that page starts in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.documents.builder import Builder
from bot.documents.furniture import is_furniture
from bot.documents.pdf_headings import heading_levels
from bot.documents.pdf_parts import PagedTable, Paragraph, body_of, columns_of, parts_of
from bot.documents.pdf_running import Page, sheets_of
from bot.documents.pdf_tables import without_empty_columns
from bot.documents.tables import header_rows
from bot.types import BlockKind


def flow(pages: Sequence[Page]) -> Builder:
    """The document that pages make, in reading order."""
    sheets = sheets_of(pages)
    columns = columns_of(sheets)
    body = body_of(columns)
    parts = parts_of(columns, body, sheets)
    levels = heading_levels(parts, body)
    beginning: defaultdict[int, list[int]] = defaultdict(list)
    for i, part in enumerate(parts):
        beginning[part.pages[0]].append(i)
    builder = Builder()
    for page, sheet in enumerate(sheets):
        if len(builder.page_starts) == page:
            builder.page()
        _add_furniture(builder, sheet.head)
        foot = sheet.foot
        for i in beginning[page]:
            part = parts[i]
            if part.pages[-1] > page:
                _add_furniture(builder, foot)
                foot = []
            if isinstance(part, PagedTable):
                _add_table(builder, part)
            else:
                _add_paragraph(builder, part, levels.get(i, 0))
        _add_furniture(builder, foot)
    return builder


def _add_furniture(builder: Builder, texts: Iterable[str]) -> None:
    for text in texts:
        builder.line(text, BlockKind.FURNITURE)


def _add_paragraph(builder: Builder, part: Paragraph, level: int) -> None:
    told = [line.text for line in part.lines]
    kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
    if not level and (part.lines[0].is_contents_entry or is_furniture(part.text)):
        kind = BlockKind.FURNITURE
    builder.paragraph(told, kind, level)
    start = builder.blocks[-1].start
    for i, (page, following) in enumerate(pairwise(part.pages), 1):
        builder.page_starts += [start + len("\n".join(told[:i])) + 1] * (following - page)


def _add_table(builder: Builder, part: PagedTable) -> None:
    rows = without_empty_columns(part.rows)
    builder.table(rows, header_rows(rows, part.repeated))
    table = builder.blocks[-1].table
    for i, (page, following) in enumerate(pairwise(part.pages), 1):
        if table and following > page:
            builder.page_starts += [table.rows[i][0][0]] * (following - page)
