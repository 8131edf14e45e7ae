"""Vectors that were computed once, kept by model and text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
_BATCH = 64  # texts encoded between two commits: what a kill can lose


def encode_cached(
    encoder: Encoder, texts: Sequence[str], file: Path, progress: Callable[[int, int], None] = lambda done, of: None
) -> NDArray[np.float32]:
    """Vectors of shape (len(texts), dimension) for passages, encoding only texts the file does not know.

    New vectors are written as they come, so an interrupted call goes on where it stopped.
    `progress` gets how many of the unknown texts are encoded, and how many there are.
    """
    import numpy as np

    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    keys = [hashlib.sha256(f"{encoder.fingerprint}\n{text}".encode("utf-8", "replace")).digest() for text in texts]
    with closing(_opened(file)) as database:
        missing: dict[bytes, list[int]] = {}
        for row, key in enumerate(keys):
            found = database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
            if found and len(found[0]) == 4 * encoder.dimension:
                vectors[row] = np.frombuffer(found[0], dtype="<f4")
            else:
                missing.setdefault(key, []).append(row)
        # Long texts first: a batch of like lengths wastes no padding, and the time left is never underestimated.
        todo = sorted(missing, key=lambda key: (-len(texts[missing[key][0]]), missing[key][0]))
        for place in range(0, len(todo), _BATCH):
            progress(place, len(todo))
            batch = todo[place : place + _BATCH]
            fresh = encoder.encode_passages([texts[missing[key][0]] for key in batch])
            for key, vector in zip(batch, fresh, strict=True):
                vectors[missing[key]] = vector
            with database:
                database.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(key, vector.astype("<f4").tobytes()) for key, vector in zip(batch, fresh, strict=True)],
                )
        progress(len(todo), len(todo))
    return vectors


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
