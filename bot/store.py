"""The index on disk: generations beside each other, one of them current.

    DIR/current                      the name of the current generation
    DIR/lock                         held by whoever writes
    DIR/vectors.sqlite               the vector cache
    DIR/names.sqlite                 the cache of names
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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.access import sees
from bot.errors import BotError, Busy, CorruptIndex, NoIndex
from bot.lexical import LexicalIndex
from bot.record import needed_generations
from bot.synonyms import groups
from bot.texts import Entry, FileRecord, Texts, write_texts
from bot.types import Overview
from embeddings.index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 7
KEPT = 3  # generations
_REBUILD = "run: python -m bot index"


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


class Generation(Texts):
    """One whole index, open for reading by any number of threads: its texts, vectors and word counts."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.vectors = VectorIndex.load(folder / "vectors.faiss")
        self.settings = Settings(**json.loads((folder / "settings.json").read_text(encoding="utf-8")))
        self.synonyms = groups(self.settings.synonyms)
        self.lexical = LexicalIndex.load(folder / "lexical", manifest.passages, self.settings.dictionary)
        self._built = (folder / "manifest.json").stat().st_mtime
        super().__init__(folder / "texts.sqlite")

    def overview(self, visible: tuple[str, ...] | None = None) -> Overview:
        """What was indexed, what was not, and what is odd about it, of the sources that are visible."""
        files = [file for file in self.files().values() if sees(visible, file.source)]
        skipped = [line for file in files for line in file.skipped]
        if visible is not None:  # the mend is for whoever runs the server, and may name another file
            skipped = [line.partition("; ")[0] for line in skipped]
        return Overview(
            self.manifest.name,
            self._built,
            tuple(document for document in self.documents if sees(visible, document.source)),
            len(files),
            self.count(visible),
            self.tables(visible),
            tuple(skipped),
            tuple(self.oddities(visible)),
        )


class Store:
    """The folder that holds an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vector_cache = folder / "vectors.sqlite"
        self.name_cache = folder / "names.sqlite"

    def open(self, model: str | None, name: str | None = None) -> Generation:
        """The current generation, or the one with a name, checked against its manifest.

        `model` is the fingerprint it must have been built with; None takes any. Raises NoIndex
        where there is none or it is another model's or schema's, CorruptIndex where a file is not
        what it should be.
        """
        name = name or self.current()
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

    def has(self, name: str) -> bool:
        """Whether a generation is still on the disk."""
        return (self._generations / name / "manifest.json").exists()

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
        """Holds the writer's lock; a dead writer's is free. Raises Busy, or BotError where it cannot write."""
        import filelock

        try:
            self._generations.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / "lock", timeout=0):
                self._sweep()
                yield
        except filelock.Timeout:
            raise Busy(f"another process is indexing into {self.folder}; wait until it is done") from None
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
        documents = write_texts(beside / "texts.sqlite", entries, files)
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
        """Removes what a dead writer left, and all but the current, the `kept` newest, and those that records need."""
        whole = sorted((p for p in self._generations.iterdir() if not p.name.startswith(".")), key=lambda p: p.name)
        needed = {self.current(), *needed_generations(self.folder)}
        for path in [*self._generations.glob(".*"), *whole[:-kept]]:
            if path.name not in needed:
                shutil.rmtree(path, ignore_errors=True)


def _digest(manifest: Manifest) -> str:
    """8 hexadecimal digits of what a manifest says, its name aside."""
    told = json.dumps(asdict(replace(manifest, name="")), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


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
