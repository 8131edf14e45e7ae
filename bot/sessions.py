"""Who is signed in on the page: random values that stand in cookies, kept as digests.

``DIR/sessions.sqlite`` in the index's folder, readable by its owner alone. It holds neither tokens nor the values of
cookies, so that whoever reads it can sign in with nothing.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bot.access import Key, digest
from bot.database import WAIT, create
from bot.errors import BotError

FILE = "sessions.sqlite"
_SCHEMA = """CREATE TABLE IF NOT EXISTS sessions (
    digest BLOB PRIMARY KEY, name TEXT NOT NULL, key BLOB NOT NULL, created REAL NOT NULL, seen REAL NOT NULL)"""
_DAY = 86400  # seconds
_IDLE = 7 * _DAY  # after which an unused session ends
_OFTEN = 600  # seconds between two notes of when a session was last used


class Sessions:
    """The sessions of one index's folder; any number of threads and processes use them. Raises BotError."""

    def __init__(self, folder: Path, days: int, clock: Callable[[], float] = time.time) -> None:
        """`days` is the longest that a session lasts; `clock` gives seconds. Nothing is made before the first."""
        self._file = folder / FILE
        self.longest = days * _DAY  # seconds
        self._clock = clock

    def begin(self, key: Key) -> str:
        """The value of a new session of a token's holder: 256 random bits. Sessions that are over are removed."""
        value, now = secrets.token_urlsafe(32), self._clock()
        row = digest(value), key.visitor.name, key.digest, now, now
        with self._database() as database:
            with database:  # until this ends the file is empty, as `_is_there` expects
                database.execute("BEGIN IMMEDIATE")
                database.execute(_SCHEMA)
                database.execute("DELETE FROM sessions WHERE created <= ? OR seen <= ?", self._over(now))
                database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)
            with suppress(sqlite3.OperationalError):  # another is at work: then the next sign-in sets it
                database.execute("PRAGMA journal_mode = WAL")
        return value

    def find(self, value: str) -> bytes | None:
        """The digest of the token that a session was begun with; None where it is over or never was."""
        if not value or not self._is_there():
            return None
        now = self._clock()
        with self._database() as database:
            found = database.execute(
                "SELECT key, seen FROM sessions WHERE digest = ? AND created > ? AND seen > ?",
                (digest(value), *self._over(now)),
            ).fetchone()
            if found is None:
                return None
            if now - found[1] > _OFTEN:
                database.execute("UPDATE sessions SET seen = ? WHERE digest = ?", (now, digest(value)))
        return bytes(found[0])

    def end(self, value: str) -> None:
        """Ends a session."""
        if value and self._is_there():
            with self._database() as database:
                database.execute("DELETE FROM sessions WHERE digest = ?", (digest(value),))

    def _over(self, now: float) -> tuple[float, float]:
        """The latest times of beginning and of last use that a session is over with."""
        return now - self.longest, now - _IDLE

    def _is_there(self) -> bool:
        """Whether there ever was a session."""
        return self._file.exists() and self._file.stat().st_size > 0

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The file, made where there is none."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            create(self._file)
            with closing(sqlite3.connect(self._file, timeout=WAIT, isolation_level=None)) as database:
                yield database
        except (OSError, sqlite3.Error) as error:
            why = getattr(error, "strerror", None) or error
            raise BotError(
                f"{FILE} in the index's folder cannot be used ({why}); delete it, and sign in again"
            ) from None
