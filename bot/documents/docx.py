"""Word documents, through python-docx."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from bot.documents.extracted import Extracted, head_metadata, is_furniture, is_heading, normalised
from bot.errors import UnreadableDocument
from bot.types import Block, BlockKind

_TEMPLATE = "2013-12-23"  # python-docx's own template, which dates no document
MAX_UNPACKED = 1024**3  # bytes


def read(path: Path) -> Iterator[Extracted]:
    """The document in a Word file: paragraphs a line each, a table's rows a line each with tabs between cells."""
    import docx
    from docx.table import Table

    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise UnreadableDocument("unpacks to over 1 GiB; save it anew without its pictures")
    word = docx.Document(str(path))
    lines: list[tuple[str, BlockKind]] = []
    for item in word.iter_inner_content():
        if isinstance(item, Table):
            lines += [(_row(row.cells), BlockKind.PARAGRAPH) for row in item.rows]
        else:
            line = normalised(item.text)
            lines.append((line, _kind(line.strip(), (item.style.name if item.style else "") or "")))
    text, blocks = "", []
    for line, kind in lines:
        if line.strip():
            blocks.append(Block(len(text), len(text) + len(line), kind))
        text += line + "\n"
    if not blocks:
        return
    title, publisher, date = head_metadata(text, blocks)
    properties = word.core_properties
    created = properties.created.date().isoformat() if properties.created else ""
    created = "" if created == _TEMPLATE else created
    yield Extracted(text, blocks, title or properties.title, publisher, date or created)


def _kind(line: str, style: str) -> BlockKind:
    if style.startswith(("Heading", "heading", "Title", "标题")) or (line and is_heading(line)):
        return BlockKind.HEADING
    return BlockKind.FURNITURE if is_furniture(line) else BlockKind.PARAGRAPH


def _row(cells: object) -> str:
    """The texts of a row's cells; a merged cell, which stands in each column it spans, once."""
    texts: list[str] = []
    last = None
    for cell in cells:  # type: ignore[attr-defined]
        if cell._tc is not last:
            texts.append(" ".join(normalised(cell.text).split()))
        last = cell._tc
    return "\t".join(texts)
