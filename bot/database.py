"""SQLite files that their owner alone may read, and that any number of processes write beside each other.

A thread of its own writes, so that no answer waits for the disk; what it has written outlives a killed process.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

WAIT = 10  # seconds for another process that writes


class Writer:
    """Writes to one file in a thread of its own, in the order in which the work is handed in."""

    def __init__(self, file: Path, schema: Sequence[str], name: str) -> None:
        """`schema` is run whenever the file is opened; `name` is the thread's. Nothing is opened yet."""
        self._file = file
        self._schema = schema
        self._thread = ThreadPoolExecutor(1, name)
        self._database: sqlite3.Connection | None = None  # the thread's own; kept open: closing waits for the disk

    def write(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Does a piece of work soon, in one transaction; the process does not end before that is done.

        The future raises OSError or sqlite3.Error where the file cannot be written, and whatever `work` raises.
        """
        return self._thread.submit(self._do, work)

    def rest(self) -> Future[None]:
        """Closes the file soon, until there is more to write; SQLite empties its own journal then."""
        return self._thread.submit(self._disconnect)

    def close(self) -> None:
        """Waits until all is written, for good."""
        self.rest()
        self._thread.shutdown()

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._database is None:
                self._database = _opened(self._file, self._schema)
            with _transaction(self._database):
                return work(self._database)
        except (OSError, sqlite3.Error):
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def create(file: Path) -> None:
    """Makes a file that its owner alone may read, where there is none."""
    # An existing file is not opened here: closing it would drop the locks that SQLite has on it in this process.
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # SQLite gives its journal the same mode


def rows(file: Path, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
    """What a query finds, a row at a time; nothing where the file was never written. Raises sqlite3.Error."""
    if not file.exists() or not file.stat().st_size:
        return
    with closing(sqlite3.connect(file, timeout=WAIT)) as database:
        yield from database.execute(query, values)


def _opened(file: Path, schema: Sequence[str]) -> sqlite3.Connection:
    """The file, open for writing; made where there is none."""
    create(file)
    database = sqlite3.connect(file, timeout=WAIT, isolation_level=None)
    try:
        with _transaction(database):  # before the journal is set: until this ends the file is empty, as `rows` expects
            for statement in schema:
                database.execute(statement)
        _use_wal(database)
        database.execute("PRAGMA synchronous = NORMAL")  # a crash of the system may lose the last rows, never the file
    except sqlite3.Error:
        database.close()
        raise
    return database


def _use_wal(database: sqlite3.Connection) -> None:
    """Sets the journal; SQLite does not wait for others by itself here, where two begin at once."""
    patience = time.monotonic() + WAIT
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """One transaction that waits for other writers before it reads, so that none has to be given up."""
    database.execute("BEGIN IMMEDIATE")
    with database:
        yield
