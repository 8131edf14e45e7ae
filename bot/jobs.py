"""Indexing while the server runs: one job at a time, in a thread, and how far it is."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from bot.config import Config
from bot.errors import BotError, Busy, NoDocuments
from bot.indexer import index
from embeddings.encoder import Encoder

_PATIENCE = 300.0  # seconds that another process may hold the index
_RETRY = 1.0  # seconds until it is tried again
_logger = logging.getLogger(__name__)


class Stage(StrEnum):
    """Where a job is."""

    IDLE = "idle"  # there was none since the server started
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobState:
    """How far the job is, or how the last one ended."""

    state: Stage = Stage.IDLE
    what: str = ""  # what is done now, as `bot.indexer.Progress` tells it, or `waiting`
    done: int = 0
    of: int = 0
    skipped: tuple[str, ...] = ()  # a line each, when it is done: the source, why it is not in the index, the mend
    error: str | None = None  # why it failed, and the mend
    started: float | None = None  # seconds since 1970
    ended: float | None = None


class IndexJob:
    """Makes the index match paths, in a thread; the bot takes up what it writes by itself.

    What is asked for while it runs is done right after, in the same job: a job that has ended has
    taken in every file that was there when it was last asked for.
    """

    def __init__(self, config: Config, encoder: Encoder, patience: float = _PATIENCE) -> None:
        self._config, self._encoder, self._patience = config, encoder, patience
        self._lock = threading.Lock()  # over the three below
        self._state = JobState()
        self._wanted: tuple[Path, ...] = ()  # asked for, and not begun
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def start(self, paths: Sequence[Path]) -> JobState:
        """Has the index made to match what lies under the paths, now or right after what is under way."""
        with self._lock:
            self._wanted = _union(self._wanted, paths)
            if self._state.state is not Stage.RUNNING:
                self._state = JobState(Stage.RUNNING, started=time.time())
                self._thread = threading.Thread(target=self._run, name="index job", daemon=True)
                self._thread.start()
            return self._state

    def state(self) -> JobState:
        """How far it is, or how it ended."""
        return self._state

    def close(self) -> None:
        """Begins no more; what is under way ends with what it does, or with the process, and the index stays whole."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        # A run that follows another at once covers its paths too, so that the end tells what was skipped of both.
        paths: tuple[Path, ...] = ()
        while True:
            with self._lock:
                paths, self._wanted = _union(paths, self._wanted), ()
            ended = self._ended(paths)
            if ended.error:
                paths = ()  # what made this run fail is not to fail the next
            with self._lock:
                if not self._wanted or self._stop.is_set():
                    self._state = ended
                    return

    def _ended(self, paths: Sequence[Path]) -> JobState:
        """Indexes; how that ended."""
        skipped: Sequence[str] = ()
        error = None
        try:
            skipped = self._index(paths)
        except NoDocuments as nothing:
            skipped = nothing.skipped
            error = None if skipped else str(nothing)
        except BotError as failure:
            error = str(failure)
        except (OSError, sqlite3.Error) as failure:
            error = f"{failure}; see that the disk has room and may be written, then index again"
        except Exception:
            _logger.exception("not indexed")
            error = "indexing failed; the server's log says why"
        for line in skipped:
            _logger.warning("skipped: %s", line)
        if error:
            _logger.error("not indexed: %s", error)
        stage = Stage.FAILED if error else Stage.DONE
        started = self._state.started
        return JobState(stage, skipped=tuple(skipped), error=error, started=started, ended=time.time())

    def _index(self, paths: Sequence[Path]) -> Sequence[str]:
        """Indexes when no other process does; what was skipped. Raises what `bot.indexer.index` does."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                report = index(self._config, self._encoder, paths, progress=self._show)
                _logger.info("indexed: %d documents, index %s", report.documents, report.generation)
                return report.skipped
            except Busy:
                self._show("waiting", 0, 0)
                if time.monotonic() > deadline or self._stop.wait(_RETRY):
                    raise

    def _show(self, what: str, done: int, of: int) -> None:
        self._state = replace(self._state, what=what, done=done, of=of)


def _union(paths: Sequence[Path], more: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys([*paths, *more]))
