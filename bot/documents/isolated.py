"""Reads files in a process of its own: one that crashes, hangs or swells its reader costs that file alone.

The process is started as a program and not through `multiprocessing`, whose spawned children import
the caller's main module anew: a script on standard input has none, and an unguarded one would run twice.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import NoReturn, Self

from bot.documents import File, read_file
from bot.errors import UnreadableDocument
from bot.types import StoredDocument

MAX_SECONDS = 120.0  # between two documents of a file
MAX_MEMORY = 4 * 1024**3  # bytes of address space beyond what the process begins with
_STARTS = 60.0  # seconds in which a process starts, on the slowest machine
_GRACE = 2.0  # seconds in which a process that is told to end removes its temporary files


@dataclass(frozen=True, slots=True)
class _Read:
    """A file was read to its end; a worn process has grown by what it never gave back, and is to be replaced."""

    worn: bool


@dataclass(frozen=True, slots=True)
class _Begun:
    """A file was taken in hand: what ends the process from now on is that file's doing."""


_Message = StoredDocument | UnreadableDocument | _Begun | _Read


class IsolatedReader:
    """Gives what `read_file` gives, whatever a file does to the process that reads it.

    A file that takes over `max_seconds` from one document to the next, needs over `max_memory` bytes
    or crashes its reader keeps the documents read before, and ends with an error that says so.
    """

    def __init__(self, max_seconds: float = MAX_SECONDS, max_memory: int = MAX_MEMORY) -> None:
        self._max_seconds, self._max_memory = max_seconds, max_memory
        self._process: _Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, file: File) -> Iterator[StoredDocument | UnreadableDocument]:
        """The documents in a file, and an error, naming the file and the mend, for each part that cannot be read."""
        process = self._asked(file)
        worn = True  # unless it comes to the file's end
        try:
            while not isinstance(message := process.answer(self._max_seconds), _Read):
                if not isinstance(message, _Begun):
                    yield message
            worn = message.worn
        except TimeoutError:
            limit = f"takes longer than {self._max_seconds:g} s to read"
            yield UnreadableDocument(f"{file.source}: {limit}; split it, or raise [documents] max_seconds")
        except (EOFError, OSError):
            yield UnreadableDocument(f"{file.source}: {process.cause_of_death()}")
        finally:
            if worn:
                self._end()

    def _asked(self, file: File) -> _Process:
        """The process with the file in hand, or a new one where it died before, which is not this file's doing."""
        if self._process is None or not self._process.takes(file):
            self._end()
            self._process = _Process(self._max_seconds, self._max_memory)
            self._process.takes(file)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


class _Process:
    """The process that reads, seen from the one that asks."""

    def __init__(self, max_seconds: float, max_memory: int) -> None:
        self._connection, theirs = Pipe()
        program = f"import sys; sys.path[:] = {sys.path!r}; from bot.documents.isolated import main; main()"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", program, str(theirs.fileno()), str(max_seconds), str(max_memory)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                process_group=0,  # a terminal's Ctrl-C reaches the asking process alone
            )

    def takes(self, file: File) -> bool:
        """Whether the process lives, and takes a file in hand; its documents are the answers that follow."""
        try:
            self._connection.send(file)
            return isinstance(self.answer(_STARTS), _Begun)
        except (TimeoutError, EOFError, OSError):
            return False

    def answer(self, max_seconds: float) -> _Message:
        """The next of them. Raises TimeoutError where none comes in time, EOFError or OSError where it has died."""
        if not self._connection.poll(max_seconds):
            raise TimeoutError
        message: _Message = self._connection.recv()
        return message

    def cause_of_death(self) -> str:
        """What became of the process, and the mend."""
        status = self._waited()
        if status == -signal.SIGKILL:
            return "its reader was killed, most often for want of memory; split it"
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return f"crashes its reader ({how}); save it anew"

    def end(self) -> None:
        """Ends the process; it is told to first, so that it removes its temporary files."""
        self._process.terminate()
        self._waited()
        self._connection.close()

    def _waited(self) -> int:
        """The exit status of a process that is ending; it is killed where that takes too long."""
        try:
            return self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def main() -> None:
    """Reads the files that it is asked for until it is told to end or nobody is left to ask: what the process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks decides
    signal.signal(signal.SIGTERM, _leave)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries say of a file is no user's business
    warnings.simplefilter("ignore")
    logging.disable()
    connection, max_seconds, max_memory = Connection(int(sys.argv[1])), float(sys.argv[2]), int(sys.argv[3])
    began = _address_space()
    _limit(began + max_memory)
    files: SimpleQueue[File] = SimpleQueue()
    threading.Thread(target=_listen, args=(connection, files), daemon=True).start()
    while True:
        file = files.get()
        connection.send(_Begun())
        _end_in(max_seconds + _GRACE)
        for found in read_file(file):
            _end_in(0)
            connection.send(found)
            _end_in(max_seconds + _GRACE)
        _end_in(0)
        connection.send(_Read(worn=_address_space() - began > max_memory // 2))


def _listen(connection: Connection, files: SimpleQueue[File]) -> NoReturn:
    """Takes in what is to be read; ends this process, whatever it is at, with the one that asks."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            files.put(connection.recv())
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(1)


def _end_in(seconds: float) -> None:
    """Lets the system end this process in so many seconds (0: not at all), should nobody be left who does.

    A thread cannot where C code does not let go of the interpreter's lock.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(1)


def _address_space() -> int:
    """The bytes of address space that this process has, or 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _limit(max_memory: int) -> None:
    """Holds this process's address space to so many bytes, where the system can, and keeps it from dumping core."""
    import resource

    with contextlib.suppress(OSError, ValueError):  # a lower limit is set already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))
