"""Indexes again what changes under the documents' folders, while the server runs."""

from __future__ import annotations

import logging
import threading

from bot.config import Config
from bot.jobs import IndexJob

_QUIET = 1000  # ms without a change after which what has changed is indexed
_FIRST = 500  # ms from which a turn comes without a change
_logger = logging.getLogger(__name__)


class Watcher:
    """A thread that watches the configured documents, and has what changes indexed."""

    def __init__(self, config: Config, job: IndexJob) -> None:
        self._config, self._job = config, job
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Indexes once what changed while nobody watched, and then what changes."""
        self._thread.start()

    def close(self) -> None:
        """Ends the watching."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        import watchfiles

        paths = [path for path in self._config.document_paths if path.exists()]
        if not paths:
            _logger.warning("nothing to watch: none of [documents] paths is there")
            return
        words = (self._config.synonyms_file, self._config.dictionary_file)
        watched = [*paths, *(file for file in words if file and file.exists())]
        changes = watchfiles.watch(
            *watched,
            debounce=_QUIET,
            rust_timeout=_FIRST,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        )
        # The first turn comes when the watch stands: what changed before it is found by looking.
        for number, changed in enumerate(changes):
            if changed or number == 0:
                self._job.start(paths)
