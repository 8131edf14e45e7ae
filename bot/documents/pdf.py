"""PDF, through PDFium."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.documents.extracted import Extracted, find_date, head_metadata, is_furniture, is_heading, normalised
from bot.errors import UnreadableDocument
from bot.text import paragraphs
from bot.types import Block, BlockKind

_PAGE_NUMBER = re.compile(r"[-—–·\s]*(第\s*\d+\s*页.{0,12}|\d{1,4}(\s*/\s*\d{1,4})?)[-—–·\s]*")
MAX_PAGES = 5000


def read(path: Path) -> Iterator[Extracted]:
    """The document in a PDF file; a page's text begins on a new line, and its offset is kept."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    try:
        if len(pdf) > MAX_PAGES:
            raise UnreadableDocument(f"has {len(pdf)} pages; split it into parts of at most {MAX_PAGES}")
        pages = [_page_text(pdf, number) for number in range(len(pdf))]
        properties = pdf.get_metadata_dict(skip_empty=True)
    finally:
        pdf.close()
    if not any(page.strip() for page in pages):
        return
    text = "\n".join(pages)
    starts, place = [], 0
    for page in pages:
        starts.append(place)
        place += len(page) + 1
    blocks = _blocks(text, starts)
    title, publisher, date = head_metadata(text, blocks)
    yield Extracted(
        text,
        blocks,
        title or properties.get("Title", ""),
        publisher,
        date or find_date(_pdf_date(properties)),
        page_starts=starts,
    )


def _page_text(pdf: object, number: int) -> str:
    page = pdf[number]  # type: ignore[index]
    text_page = page.get_textpage()
    try:
        # PDFium marks a hyphen at a line's end with U+FFFE, and ends lines with CRLF.
        return normalised(text_page.get_text_bounded()).replace("\r", "\n").replace("\ufffe", "-")
    finally:
        text_page.close()
        page.close()


def _blocks(text: str, starts: list[int]) -> list[Block]:
    """A block a line; lines that most pages begin or end with, and page numbers, are furniture."""
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    pages = [list(paragraphs(text, start, max(start, end))) for start, end in zip(starts, ends, strict=True)]
    edges: Counter[str] = Counter()
    for lines in pages:
        edges.update({text[start:end] for start, end in {*lines[:1], *lines[-2:]}})
    blocks = []
    for lines in pages:
        for i, (start, end) in enumerate(lines):
            line = text[start:end]
            at_edge = i == 0 or i >= len(lines) - 2
            running = len(pages) > 1 and edges[line] > len(pages) / 2
            kind = BlockKind.PARAGRAPH
            if (at_edge and (running or _PAGE_NUMBER.fullmatch(line))) or is_furniture(line):
                kind = BlockKind.FURNITURE
            elif is_heading(line):
                kind = BlockKind.HEADING
            blocks.append(Block(start, end, kind))
    return blocks


def _pdf_date(properties: dict[str, str]) -> str:
    match = re.match(r"D:(\d{4})(\d{2})(\d{2})", properties.get("CreationDate", ""))
    return "-".join(match.groups()) if match else ""
