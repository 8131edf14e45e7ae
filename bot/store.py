"""The index on disk: generations beside each other, one of them current.

    DIR/current                      the name of the current generation
    DIR/lock                         held by whoever writes
    DIR/vectors.sqlite               the vector cache
    DIR/generations/NAME/            one whole index, never changed once it is there:
        manifest.json                schema, model fingerprint, roots, counts, SHA-256 of every file
        settings.json                what the content depends on beside the documents
        texts.sqlite  vectors.faiss  lexical/

A generation is written under a name that begins with a dot, renamed when whole, and made current
by one rename of the file `current`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import BotError, CorruptIndex, NoIndex
from bot.lexical import LexicalIndex
from bot.synonyms import groups
from bot.types import Block, BlockKind, Document, Passage, StoredDocument
from embeddings.index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 5
KEPT = 3  # generations
_REBUILD = "run: python -m bot index"

_TABLES = """
CREATE TABLE documents (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, source TEXT NOT NULL,
    publisher TEXT, url TEXT, date TEXT, path TEXT NOT NULL, text TEXT NOT NULL, blocks TEXT NOT NULL,
    page_starts TEXT NOT NULL
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, document INTEGER NOT NULL REFERENCES documents (position),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL, page INTEGER, tokens BLOB NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
"""
_FILES = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, source TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, skipped TEXT NOT NULL
);
"""
_DOCUMENT = "id, title, source, publisher, url, date"


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


@dataclass(frozen=True, slots=True)
class Settings:
    """What a generation depends on beside the documents and the model; another gives another generation."""

    reading: str = ""  # digest of how files are read and split
    dense_weight: float = 0.0
    synonyms: str = ""  # as `bot.synonyms` reads them
    dictionary: str = ""  # as `bot.dictionary` reads it


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of."""

    name: str
    schema: int
    model: str
    roots: tuple[str, ...]  # absolute paths that were indexed
    documents: int
    passages: int
    files: dict[str, str]  # path below the generation's folder -> SHA-256


class Generation:
    """One whole index, open for reading by any number of threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.vectors = VectorIndex.load(folder / "vectors.faiss")
        self.settings = Settings(**json.loads((folder / "settings.json").read_text(encoding="utf-8")))
        self.synonyms = groups(self.settings.synonyms)
        self.lexical = LexicalIndex.load(folder / "lexical", manifest.passages, self.settings.dictionary)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            f"{(folder / 'texts.sqlite').resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.documents = [Document(*row) for row in self._rows(f"SELECT {_DOCUMENT} FROM documents ORDER BY position")]
        self._positions = {document.id: position for position, document in enumerate(self.documents)}

    def document_of_row(self) -> NDArray[np.int32]:
        """The position in `documents` of every passage row, of shape (passages,)."""
        import numpy as np

        found = self._rows("SELECT document FROM passages ORDER BY row")
        return np.fromiter((position for (position,) in found), dtype=np.int32, count=self.manifest.passages)

    def passages(self, rows: Sequence[int]) -> list[tuple[Passage, Document, str]]:
        """The passages in these rows, with their documents and texts, in the order of `rows`."""
        found = []
        for row in rows:
            values = self._rows(
                "SELECT p.id, p.start, p.end, p.heading, p.page, p.document, "
                "substr(d.text, p.start + 1, p.end - p.start) "
                "FROM passages p JOIN documents d ON d.position = p.document WHERE p.row = ?",
                (int(row),),
            )
            for passage_id, start, end, heading, page, position, text in values:
                document = self.documents[position]
                found.append((Passage(passage_id, document.id, start, end, heading, page), document, text))
        return found

    def document(self, document_id: str) -> StoredDocument | None:
        """The document with an id, and its text, or None."""
        position = self._positions.get(document_id)
        if position is None:
            return None
        ((text, blocks, page_starts),) = self._rows(
            "SELECT text, blocks, page_starts FROM documents WHERE position = ?", (position,)
        )
        return StoredDocument(self.documents[position], text, _blocks(blocks), tuple(json.loads(page_starts)))

    def entries(self) -> Iterator[Entry]:
        """Everything that was indexed, in order."""
        for position, document in enumerate(self.documents):
            stored = self.document(document.id)
            ((path,),) = self._rows("SELECT path FROM documents WHERE position = ?", (position,))
            rows = self._rows(
                'SELECT tokens, id, start, "end", heading, page FROM passages WHERE document = ? ORDER BY row',
                (position,),
            )
            if stored:
                passages = tuple(Passage(row[1], document.id, *row[2:]) for row in rows)
                yield Entry(stored, path, passages, tuple(row[0] for row in rows))

    def files(self) -> dict[str, FileRecord]:
        """The files that were read, by their paths."""
        found = self._rows("SELECT path, source, size, mtime_ns, sha256, skipped FROM files")
        return {row[0]: FileRecord(row[0], row[1], row[2], row[3], row[4], tuple(json.loads(row[5]))) for row in found}

    def close(self) -> None:
        """Closes the files."""
        self._database.close()

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, values).fetchall()


class Store:
    """The folder that holds an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vector_cache = folder / "vectors.sqlite"

    def open(self, model: str | None) -> Generation:
        """The current generation, checked against its manifest.

        `model` is the fingerprint it must have been built with; None takes any. Raises NoIndex
        where there is none or it is another model's or schema's, CorruptIndex where a file is not
        what it should be.
        """
        name = self.current()
        if name is None:
            raise NoIndex(f"there is no index in {self.folder}; {_REBUILD}")
        folder = self._generations / name
        manifest = self._manifest(folder)
        if model is not None and manifest.model != model:
            raise NoIndex(f"the index in {self.folder} was built with another model or token limit; {_REBUILD}")
        for file, digest in manifest.files.items():
            if _sha256(folder / file) != digest:
                raise CorruptIndex(f"the index file {folder / file} is damaged; {_REBUILD}")
        try:
            return Generation(folder, manifest)
        except (sqlite3.Error, RuntimeError, OSError, ValueError) as error:
            raise CorruptIndex(f"the index in {folder} cannot be opened ({error}); {_REBUILD}") from None

    def current(self) -> str | None:
        """The name of the current generation, or None where nothing was indexed."""
        try:
            return (self.folder / "current").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CorruptIndex(
                f"{self.folder / 'current'} cannot be read ({error}); delete it and {_REBUILD}"
            ) from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the writer's lock; a dead writer's is free. Raises BotError where another writes."""
        import filelock

        try:
            self._generations.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / "lock", timeout=0):
                self._sweep()
                yield
        except filelock.Timeout:
            raise BotError(f"another process is indexing into {self.folder}; wait until it is done") from None
        except OSError as error:
            why = error.strerror or error
            raise BotError(
                f"the index in {self.folder} cannot be written ({why}); set [index] dir or --index"
            ) from None

    def write(
        self,
        entries: Iterable[Entry],
        vectors: NDArray[np.float32],
        lexical: LexicalIndex,
        model: str,
        roots: Sequence[str],
        kept: int = KEPT,
        files: Iterable[FileRecord] = (),
        settings: Settings = Settings(),
    ) -> str:
        """Writes a generation and makes it current; its name. Rows of `vectors` are the entries' passages in order.

        The `kept` newest generations stay on the disk, this one among them.
        """
        beside = self._generations / ".beside"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        documents = _write_texts(beside / "texts.sqlite", entries, files)
        VectorIndex.build(vectors).save(beside / "vectors.faiss")
        lexical.save(beside / "lexical")
        (beside / "settings.json").write_text(json.dumps(asdict(settings), ensure_ascii=False), encoding="utf-8")
        digests = {
            path.relative_to(beside).as_posix(): _sha256(path) for path in sorted(beside.rglob("*")) if path.is_file()
        }
        number = 1 + max((_number(path.name) for path in self._generations.iterdir()), default=0)
        manifest = Manifest("", SCHEMA, model, tuple(roots), documents, len(vectors), digests)
        name = f"{number:06d}-{_digest(manifest)}"
        manifest = replace(manifest, name=name)
        _write_synced(beside / "manifest.json", json.dumps(asdict(manifest), indent=1, ensure_ascii=False))
        os.rename(beside, self._generations / name)
        _write_synced(self.folder / "current.new", name + "\n")
        os.replace(self.folder / "current.new", self.folder / "current")
        self._sweep(kept)
        return name

    @property
    def _generations(self) -> Path:
        return self.folder / "generations"

    def _manifest(self, folder: Path) -> Manifest:
        """A generation's manifest. Its own digest is in the generation's name, so no part can change unnoticed."""
        try:
            found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if found["schema"] != SCHEMA:
                raise NoIndex(f"the index in {self.folder} is of another version of this program; {_REBUILD}")
            manifest = Manifest(**{**found, "roots": tuple(found["roots"])})
            if manifest.name == folder.name and folder.name.endswith(_digest(manifest)):
                return manifest
        except (OSError, ValueError, KeyError, TypeError):
            pass
        raise CorruptIndex(f"{folder / 'manifest.json'} is missing or damaged; {_REBUILD}")

    def _sweep(self, kept: int = KEPT) -> None:
        """Removes what a dead writer left, and all but the current and the `kept` newest generations."""
        whole = sorted((p for p in self._generations.iterdir() if not p.name.startswith(".")), key=lambda p: p.name)
        current = self.current()
        for path in [*self._generations.glob(".*"), *whole[:-kept]]:
            if path.name != current:
                shutil.rmtree(path, ignore_errors=True)


def _digest(manifest: Manifest) -> str:
    """8 hexadecimal digits of what a manifest says, its name aside."""
    told = json.dumps(asdict(replace(manifest, name="")), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _write_texts(file: Path, entries: Iterable[Entry], files: Iterable[FileRecord]) -> int:
    """Writes documents and passages; how many documents."""
    row = position = 0
    with closing(sqlite3.connect(file)) as database:
        database.executescript(_TABLES + _FILES)
        database.executemany(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)",
            [
                (f.path, f.source, f.size, f.mtime_ns, f.sha256, json.dumps(f.skipped, ensure_ascii=False))
                for f in files
            ],
        )
        for position, entry in enumerate(entries, 1):
            stored, document = entry.stored, entry.stored.document
            database.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    position - 1, document.id, document.title, document.source, document.publisher, document.url,
                    document.date, entry.path, stored.text,
                    json.dumps([[block.start, block.end, block.kind.value] for block in stored.blocks]),
                    json.dumps(stored.page_starts),
                ),
            )  # fmt: skip
            for passage, tokens in zip(entry.passages, entry.tokens, strict=True):
                database.execute(
                    "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (row, passage.id, position - 1, passage.start, passage.end, passage.heading, passage.page, tokens),
                )
                row += 1
        database.commit()
    return position


def _blocks(packed: str) -> tuple[Block, ...]:
    return tuple(Block(start, end, BlockKind(kind)) for start, end, kind in json.loads(packed))


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _number(name: str) -> int:
    head = name.split("-")[0]
    return int(head) if head.isdigit() else 0
