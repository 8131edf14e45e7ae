"""A line that shows how far a long job is, its rate, and the time left."""

from __future__ import annotations

import time
from typing import TextIO

_EVERY = 0.2  # seconds between two drawings on a terminal
_EVERY_LOGGED = 15.0  # seconds between two lines elsewhere


class ProgressLine:
    """Draws over itself on a terminal; elsewhere prints a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._what = ""
        self._began = self._drawn = 0.0
        self._open = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def show(self, what: str, done: int, of: int) -> None:
        """Tells that `done` of `of` things are done; `what` names them and the work."""
        now = time.monotonic()
        if what != self._what:
            self._end()
            self._what, self._began, self._drawn = what, now, now
        finished = done >= of
        if not finished and now - self._drawn < (_EVERY if self._terminal else _EVERY_LOGGED):
            return
        if finished and not self._open and now - self._began < 1:
            return  # too quick to be worth a line
        self._drawn = now
        seconds = now - self._began
        rate = done / seconds if seconds > 0 else 0.0
        left = f", {_duration((of - done) / rate)} left" if rate and not finished else ""
        text = f"{what}: {done}/{of} ({rate:.0f} a second{left})" if rate >= 1 else f"{what}: {done}/{of}{left}"
        if self._terminal:
            self._stream.write(f"\r\x1b[K{text}")
            self._open = True
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def _end(self) -> None:
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
        self._open = False


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
