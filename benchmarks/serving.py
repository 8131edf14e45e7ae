"""`python server.py` in a process of its own, for what is measured over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # a proxy knows no 127.0.0.1 of ours


class Server:
    """Serves an index on a free port of 127.0.0.1, and is ended when done; it logs into a file, where one is given.

    `command` is what Python runs, with `options`; `environ` is set beside what is in this process's environment.
    """

    def __init__(
        self,
        root: Path,
        index: Path,
        log: Path | None = None,
        command: Sequence[str] = ("server.py",),
        options: Sequence[str] = (),
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.ready_after = 0.0  # seconds
        where = ("--index", str(index), "--host", "127.0.0.1", "--port", str(port))
        self._command = [sys.executable, *command, *where, *options]
        self._root = root
        self._environ = {**os.environ, **environ}
        self._log: BinaryIO | int = log.open("wb") if log else subprocess.DEVNULL

    def __enter__(self) -> Server:
        began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, cwd=self._root, env=self._environ, stdout=subprocess.DEVNULL, stderr=self._log
        )
        while time.perf_counter() - began < 120 and self._process.poll() is None:
            try:
                with open_url(f"{self.address}/readyz", timeout=1):
                    self.ready_after = time.perf_counter() - began
                    return self
            except OSError:
                time.sleep(0.05)
        self._end()
        raise RuntimeError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._end()

    def peak_mib(self) -> float:
        """The most memory the server has held, from Linux's /proc; 0 elsewhere."""
        return self._mib("VmHWM")

    def resident_mib(self) -> float:
        """The memory the server holds now, from Linux's /proc; 0 elsewhere."""
        return self._mib("VmRSS")

    def _mib(self, name: str) -> float:
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return 0.0
        line = next(line for line in status.read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024

    def _end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)
        if not isinstance(self._log, int):
            self._log.close()
