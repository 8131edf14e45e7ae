"""What is done once only, however often it is asked for, over restarts and among processes of one machine.

A table of ``DIR/slack.sqlite`` in the index's folder, readable by its owner alone (`bot/database.py`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from bot.database import Writer
from bot.slack.inbox import FILE

KEPT = 90 * 86400.0  # seconds
_SCHEMA = ("CREATE TABLE IF NOT EXISTS done (what TEXT PRIMARY KEY, at REAL NOT NULL)",)


class Once:
    """What was done already; any number of threads and processes ask. Raises OSError or sqlite3.Error."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds. Nothing is made before the first is asked for."""
        self._writer = Writer(folder / FILE, _SCHEMA, "slack-once")
        self._clock = clock

    def first(self, what: str) -> bool:
        """Whether it is asked for the first time; from now on it counts as done."""

        def insert(database: sqlite3.Connection) -> bool:
            database.execute("DELETE FROM done WHERE at < ?", (self._clock() - KEPT,))
            row = (what, self._clock())
            return database.execute("INSERT OR IGNORE INTO done VALUES (?, ?)", row).rowcount == 1

        return self._writer.write(insert).result()

    def again(self, what: str) -> None:
        """Lets it be done another time, where it failed."""
        self._writer.write(lambda database: database.execute("DELETE FROM done WHERE what = ?", (what,))).result()

    def close(self) -> None:
        """Waits until all is written."""
        self._writer.close()
