"""What was computed of a text once, kept by what computed it and the text: vectors, first of all."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
_BATCH = 64  # texts between two commits: what a kill can lose

Progress = Callable[[int, int], None]  # how many of the unknown texts are done, and how many there are


def encode_cached(
    encoder: Encoder, texts: Sequence[str], file: Path, progress: Progress = lambda done, of: None
) -> NDArray[np.float32]:
    """Vectors of shape (len(texts), dimension) for passages, encoding only texts the file does not know.

    New vectors are written as they come, so an interrupted call goes on where it stopped.
    """
    import numpy as np

    def encoded(batch: Sequence[str]) -> Iterator[bytes]:
        return (vector.astype("<f4").tobytes() for vector in encoder.encode_passages(batch))

    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    for row, kept in compute_cached(encoder.fingerprint, encoded, texts, file, progress, 4 * encoder.dimension):
        vectors[row] = np.frombuffer(kept, dtype="<f4")
    return vectors


def compute_cached(
    fingerprint: str,
    compute: Callable[[Sequence[str]], Iterable[bytes]],
    texts: Sequence[str],
    file: Path,
    progress: Progress = lambda done, of: None,
    size: int | None = None,
) -> Iterator[tuple[int, bytes]]:
    """What `compute` gives of each text, with the text's place in `texts`, computing only what the file does not know.

    `fingerprint` says what computes; another's results are not used, nor any that is not of `size` bytes.
    New ones are written as they come, so an interrupted call goes on where it stopped.
    """
    keys = [hashlib.sha256(f"{fingerprint}\n{text}".encode("utf-8", "replace")).digest() for text in texts]
    with closing(_opened(file)) as database:
        missing: dict[bytes, list[int]] = {}
        for row, key in enumerate(keys):
            found = database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
            if found and size in {None, len(found[0])}:
                yield row, found[0]
            else:
                missing.setdefault(key, []).append(row)
        # Long texts first: a batch of like lengths wastes no padding, and the time left is never underestimated.
        todo = sorted(missing, key=lambda key: (-len(texts[missing[key][0]]), missing[key][0]))
        for place in range(0, len(todo), _BATCH):
            progress(place, len(todo))
            batch = todo[place : place + _BATCH]
            fresh = list(zip(batch, compute([texts[missing[key][0]] for key in batch]), strict=True))
            yield from ((row, value) for key, value in fresh for row in missing[key])
            with database:
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", fresh)
        progress(len(todo), len(todo))


def _opened(file: Path) -> sqlite3.Connection:
    """The cache's database; one that is damaged is made anew, since it holds nothing that cannot be computed."""
    for attempt in (1, 2):
        database = sqlite3.connect(file)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(_SCHEMA)
            database.execute("SELECT count(*) FROM (SELECT key FROM vectors LIMIT 1)")
            return database
        except sqlite3.DatabaseError as error:
            database.close()
            if attempt == 2 or isinstance(error, sqlite3.OperationalError):
                raise
            for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
                file.with_name(name).unlink(missing_ok=True)
    raise AssertionError("unreachable")
