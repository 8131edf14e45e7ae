"""The texts of a generation: documents, their passages, and the files they were read from, in SQLite."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.access import sees
from bot.types import (
    About,
    Block,
    BlockKind,
    Document,
    Fact,
    Name,
    NameKind,
    Outside,
    Passage,
    Piece,
    StoredDocument,
    Table,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLES = """
CREATE TABLE documents (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, source TEXT NOT NULL,
    publisher TEXT, url TEXT, date TEXT, author TEXT, editor TEXT, number TEXT, path TEXT NOT NULL,
    text TEXT NOT NULL, blocks TEXT NOT NULL, page_starts TEXT NOT NULL, facts TEXT NOT NULL,
    oddities TEXT NOT NULL, tables INTEGER NOT NULL
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, document INTEGER NOT NULL REFERENCES documents (position),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, path TEXT NOT NULL, page INTEGER, pieces TEXT NOT NULL,
    names TEXT NOT NULL, tokens BLOB NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE files (
    path TEXT PRIMARY KEY, source TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, skipped TEXT NOT NULL
);
"""
_DOCUMENT = "id, title, source, publisher, url, date, author, editor, number"
_PASSAGE = 'p.id, p.start, p."end", p.path, p.page, p.pieces, p.names'


@dataclass(frozen=True, slots=True)
class Entry:
    """A document, the absolute path of the file it was read from, its passages, and their tokens if known."""

    stored: StoredDocument
    path: str
    passages: tuple[Passage, ...]
    tokens: tuple[bytes, ...] = ()  # of each passage, as `lexical.packed` gives them


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was when it was read, and what of it could not be."""

    path: str  # absolute
    source: str
    size: int  # bytes
    mtime_ns: int
    sha256: str
    skipped: tuple[str, ...] = ()


def open_unchanged(record: FileRecord) -> BinaryIO | None:
    """The recorded file, open at its first byte; None where it is gone, or no longer what it was."""
    try:
        status = os.stat(record.path)
        if not stat.S_ISREG(status.st_mode) or status.st_size != record.size:
            return None
        file = Path(record.path).open("rb")  # noqa: SIM115  closed by whoever reads it
        if hashlib.file_digest(file, "sha256").hexdigest() == record.sha256:
            file.seek(0)
            return file
        file.close()
    except OSError:
        pass
    return None


class Texts:
    """The texts of one generation, open for reading by any number of threads.

    Raises sqlite3.Error where the file is no such database.
    """

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.documents = [Document(*row) for row in self._rows(f"SELECT {_DOCUMENT} FROM documents ORDER BY position")]
        self._positions = {document.id: position for position, document in enumerate(self.documents)}

    def document_of_row(self) -> NDArray[np.int32]:
        """The position in `documents` of every passage row, of shape (passages,)."""
        import numpy as np

        found = self._rows("SELECT document FROM passages ORDER BY row")
        return np.asarray([position for (position,) in found], dtype=np.int32)

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Document, str]]:
        """The passages in these rows, with their documents and texts, in the order of `rows`."""
        found = []
        for row in rows:
            values = self._rows(
                f"SELECT p.document, substr(d.text, p.start + 1, p.end - p.start), {_PASSAGE} "
                "FROM passages p JOIN documents d ON d.position = p.document WHERE p.row = ?",
                (int(row),),
            )
            for position, text, *passage in values:
                document = self.documents[position]
                found.append((_passage(document.id, *passage), document, text))
        return found

    def passages_of(self, document_id: str, most: int) -> list[tuple[Passage, str]]:
        """The first passages of a document, in order, with their texts; at most so many."""
        rows = self._rows(
            "SELECT row FROM passages WHERE document = ? ORDER BY row LIMIT ?", (self._positions[document_id], most)
        )
        return [(passage, text) for passage, _, text in self.passages([row for (row,) in rows])]

    def document(self, document_id: str) -> StoredDocument | None:
        """The document with an id, and its text, or None."""
        position = self._positions.get(document_id)
        if position is None:
            return None
        ((text, blocks, page_starts, facts, oddities),) = self._rows(
            "SELECT text, blocks, page_starts, facts, oddities FROM documents WHERE position = ?", (position,)
        )
        return StoredDocument(
            self.documents[position],
            text,
            tuple(_block(*told) for told in json.loads(blocks)),
            tuple(json.loads(page_starts)),
            tuple(Fact(About(about), start, end) for about, start, end in json.loads(facts)),
            tuple(json.loads(oddities)),
        )

    def entries(self) -> Iterator[Entry]:
        """Everything that was indexed, in order."""
        for position, document in enumerate(self.documents):
            stored = self.document(document.id)
            ((path,),) = self._rows("SELECT path FROM documents WHERE position = ?", (position,))
            rows = self._rows(
                f"SELECT p.tokens, {_PASSAGE} FROM passages p WHERE p.document = ? ORDER BY p.row", (position,)
            )
            if stored:
                passages = tuple(_passage(document.id, *row[1:]) for row in rows)
                yield Entry(stored, path, passages, tuple(row[0] for row in rows))

    def files(self) -> dict[str, FileRecord]:
        """The files that were read, by their paths."""
        found = self._rows("SELECT path, source, size, mtime_ns, sha256, skipped FROM files ORDER BY path")
        return {row[0]: FileRecord(row[0], row[1], row[2], row[3], row[4], tuple(json.loads(row[5]))) for row in found}

    def source_of(self, document_id: str) -> str | None:
        """The source of a document, or None where there is no such document."""
        position = self._positions.get(document_id)
        return None if position is None else self.documents[position].source

    def file_of(self, document_id: str) -> FileRecord | None:
        """The file that a document was read from, or None where there is no such document."""
        found = self._rows(
            "SELECT f.path, f.source, f.size, f.mtime_ns, f.sha256 FROM files f "
            "JOIN documents d ON d.path = f.path WHERE d.id = ?",
            (document_id,),
        )
        return FileRecord(*found[0]) if found else None

    def tables(self, visible: tuple[str, ...] | None = None) -> int:
        """How many tables the documents of the visible sources hold."""
        found = self._rows("SELECT source, tables FROM documents WHERE tables")
        return sum(tables for source, tables in found if sees(visible, source))

    def count(self, visible: tuple[str, ...] | None = None) -> int:
        """How many passages the documents of the visible sources hold."""
        found = self._rows("SELECT document, count(*) FROM passages GROUP BY document")
        return sum(count for position, count in found if sees(visible, self.documents[position].source))

    def oddities(self, visible: tuple[str, ...] | None = None) -> list[str]:
        """What is odd about documents of the visible sources, a line each, after the document's source."""
        found = self._rows("SELECT source, oddities FROM documents WHERE oddities != '[]' ORDER BY source, position")
        seen = ((source, json.loads(told)) for source, told in found if sees(visible, source))
        return [f"{source}: {oddity}" for source, oddities in seen for oddity in oddities]

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, values).fetchall()


def write_texts(file: Path, entries: Iterable[Entry], files: Iterable[FileRecord]) -> int:
    """Writes documents, passages and files; how many documents."""
    row = position = 0
    with closing(sqlite3.connect(file)) as database:
        database.executescript(_TABLES)
        records = [(*astuple(record)[:5], _json(record.skipped)) for record in files]
        database.executemany(f"INSERT INTO files VALUES ({_marks(6)})", records)
        for position, entry in enumerate(entries, 1):
            values = (position - 1, *_document_values(entry))
            database.execute(f"INSERT INTO documents VALUES ({_marks(len(values))})", values)
            for passage, tokens in zip(entry.passages, entry.tokens, strict=True):
                database.execute(
                    f"INSERT INTO passages VALUES ({_marks(10)})",
                    (
                        row, passage.id, position - 1, passage.start, passage.end, _json(passage.path), passage.page,
                        _json([_kept(piece) for piece in passage.pieces]), names_json(passage.names), tokens,
                    ),
                )  # fmt: skip
                row += 1
        database.commit()
    return position


def _document_values(entry: Entry) -> tuple[object, ...]:
    stored = entry.stored
    return (
        *astuple(stored.document),
        entry.path,
        stored.text,
        _json([_told(block) for block in stored.blocks]),
        _json(stored.page_starts),
        _json([(fact.about.value, fact.start, fact.end) for fact in stored.facts]),
        _json(stored.oddities),
        sum(block.kind is BlockKind.TABLE for block in stored.blocks),
    )


def _told(block: Block) -> tuple[object, ...]:
    """A block as JSON keeps it; what is empty at its end is left out."""
    table = (block.table.headers, block.table.rows) if block.table else (0, None)
    told: tuple[object, ...] = (block.start, block.end, block.kind.value, block.level, *table, block.marks)
    while not told[-1]:
        told = told[:-1]
    return told


def _block(
    start: int, end: int, kind: str, level: int = 0, headers: int = 0, rows: Any = None, marks: Any = ()
) -> Block:
    table = None if rows is None else Table(tuple(tuple((a, b) for a, b in row) for row in rows), headers)
    return Block(start, end, BlockKind(kind), level, table, tuple((a, b) for a, b in marks))


def _passage(
    document_id: str, passage_id: str, start: int, end: int, path: str, page: int | None, pieces: str, names: str
) -> Passage:
    read = tuple(map(_piece, json.loads(pieces)))
    return Passage(passage_id, document_id, start, end, tuple(json.loads(path)), page, read, names_from_json(names))


def names_json(names: Iterable[Name]) -> str:
    """Names as a generation and the cache keep them."""
    return _json([(name.start, name.end, name.kind) for name in names])


def names_from_json(told: str | bytes) -> tuple[Name, ...]:
    """The names that `names_json` was given."""
    return tuple(Name(start, end, NameKind(kind)) for start, end, kind in json.loads(told))


def _kept(piece: Piece) -> object:
    return astuple(piece) if isinstance(piece, Outside) else piece


def _piece(told: Any) -> Piece:
    if isinstance(told, str):
        return told
    return Outside(told[0], told[1]) if isinstance(told[0], str) else (told[0], told[1])


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _marks(count: int) -> str:
    return ", ".join("?" * count)
