"""Files to documents: one module a format, one line here for each."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bot.documents.extracted import Extracted, normalised
from bot.errors import UnreadableDocument
from bot.types import Document, StoredDocument

FORMATS = {
    ".txt": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
}
READERS = 1  # grows when a reader gives another text or other blocks for the same file
MAX_BYTES = 200 * 1024 * 1024
_Read = Callable[[Path], Iterator[Extracted | UnreadableDocument]]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: where it lies, and its source as documents name it."""

    path: Path
    source: str


def format_of(path: Path) -> str | None:
    """The ending that tells a file's format, or None where it is not one that can be read."""
    name = path.name.lower()
    return next((ending for ending in sorted(FORMATS, key=len, reverse=True) if name.endswith(ending)), None)


def find_files(root: Path) -> Iterator[File]:
    """The files under a folder, or the file itself, in order; hidden and temporary ones left out.

    Links that lead out of the folder are not followed.
    """
    if root.is_file():
        yield File(root, f"{root.resolve().parent.name}/{root.name}")
        return
    top = root.resolve()
    for folder, names, files in os.walk(top):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith((".", "~$")) or not path.is_file() or not path.resolve().is_relative_to(top):
                continue
            yield File(path, f"{top.name}/{path.relative_to(top).as_posix()}")


def read_file(file: File) -> Iterator[StoredDocument | UnreadableDocument]:
    """The documents in a file, and an error, naming the file and the mend, for each part that cannot be read."""
    try:
        ending = format_of(file.path)
        if ending is None:
            raise UnreadableDocument(f"this format is not read; convert it to one of {' '.join(FORMATS)}")
        if file.path.stat().st_size > MAX_BYTES:
            raise UnreadableDocument(f"is over {MAX_BYTES // 1024**2} MiB; split it")
        read: _Read = import_module(f"bot.documents.{FORMATS[ending]}").read
        found = False
        for extracted in read(file.path):
            found = True
            if isinstance(extracted, UnreadableDocument):
                yield UnreadableDocument(f"{file.source}: {extracted}")
            else:
                yield _stored(extracted, file)
        if not found:
            raise UnreadableDocument("holds no text; if it is a scan, run OCR on it first")
    except UnreadableDocument as error:
        yield UnreadableDocument(f"{file.source}: {error}")
    except OSError as error:
        why = error.strerror or error
        yield UnreadableDocument(f"{file.source}: cannot be opened ({why}); check that it is whole and may be read")
    except Exception as error:
        # Readers of foreign formats fail in ways of their own; one damaged file must not stop the rest.
        why = " ".join(str(error).split())[:120] or type(error).__name__
        yield UnreadableDocument(f"{file.source}: is damaged or not what its name says ({why}); save it anew")


def _stored(extracted: Extracted, file: File) -> StoredDocument:
    source = normalised(file.source)
    told = f"{source}:{extracted.part}" if extracted.part else source
    document = Document(
        id=extracted.id or hashlib.sha256(told.encode()).hexdigest()[:16],
        title=" ".join(normalised(extracted.title).split()) or normalised(file.path.name),
        source=source,
        publisher=" ".join(normalised(extracted.publisher).split()) or None,
        url=extracted.url or None,
        date=extracted.date if _DATE.fullmatch(extracted.date) else None,
    )
    return StoredDocument(document, extracted.text, tuple(extracted.blocks), tuple(extracted.page_starts))
