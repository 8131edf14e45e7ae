"""Many clients at once: how quick the server stays, ours and Flask's own, by its settings, and over ten minutes."""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from benchmarks.serving import Server

CLIENTS = (1, 8, 32)
REQUESTS = 600  # of each row
SOAKING = 32  # clients
TIMEOUT = 60  # seconds for an answer
PLAIN = ("-m", "benchmarks.plain")
NO_NEWS = "Not measured: it takes ../shared, and the index that `python -m benchmarks news` makes."

# Processes, [server] threads of each, and the cores that encoder and reader use for one question.
SETTINGS = ((1, 1, 2), (1, 2, 2), (1, 4, 2), (1, 8, 2), (1, 2, 1), (1, 4, 1), (2, 2, 1))


@dataclass(frozen=True, slots=True)
class Fired:
    """What became of requests: the milliseconds that each took, those that failed, and the seconds of all."""

    times: tuple[float, ...]
    failed: tuple[str, ...]
    seconds: float

    @property
    def cells(self) -> str:
        """p50 and p95 in milliseconds, requests a second, and how many failed, as cells of a table."""
        cuts = quantiles(self.times, n=100)
        return f"{cuts[49]:.0f} | {cuts[94]:.0f} | {len(self.times) / self.seconds:.1f} | {len(self.failed)}"


class Clients:
    """Threads that ask, each the next question as soon as it has its answer, over a connection that stays open."""

    def __init__(self, servers: Sequence[Server], questions: Sequence[str]) -> None:
        self._hosts = [urlsplit(server.address).netloc for server in servers]
        self._questions = cycle(questions)
        self._lock = threading.Lock()
        self._left = 0
        self._until = 0.0
        self._times: list[float] = []
        self._failed: list[str] = []

    def fire(self, clients: int, requests: int = sys.maxsize, seconds: float = float("inf")) -> Fired:
        """Asks so many questions, or for so long."""
        self._left, self._times, self._failed = requests, [], []
        began = time.perf_counter()
        self._until = began + seconds
        hosts = islice(cycle(self._hosts), clients)
        threads = [threading.Thread(target=self._ask_on, args=(host,)) for host in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Fired(tuple(self._times), tuple(self._failed), time.perf_counter() - began)

    def _ask_on(self, host: str) -> None:
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
        while (question := self._next()) is not None:
            body = json.dumps({"question": question})
            began = time.perf_counter()
            try:
                connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
                reply = connection.getresponse()
                told = reply.read()
                if reply.status != 200:
                    self._failed.append(f"{reply.status} {told[:200]!r}")
            except (OSError, http.client.HTTPException) as error:
                self._failed.append(repr(error))
                connection.close()
            self._times.append(1000 * (time.perf_counter() - began))
        connection.close()

    def _next(self) -> str | None:
        with self._lock:
            self._left -= 1
            return next(self._questions) if self._left >= 0 and time.perf_counter() < self._until else None


def report(shared: Path, root: Path, index: Path) -> str:
    """A table of 1, 8 and 32 clients, ours beside Flask's own threaded server over the same pipeline."""
    questions = _questions(shared, index)
    if not questions:
        return NO_NEWS
    rows = []
    for name, command in (("ours", ("server.py",)), ("Flask's threaded server", PLAIN)):
        with Server(root, index, command=command) as server:
            for clients, fired in _fired([server], questions, CLIENTS):
                rows.append(f"| {name} | {clients} | {fired.cells} |")
    head = "| server | clients | p50 ms | p95 ms | requests/s | failed |\n" + "| --- " * 6 + "|\n"
    return head + "\n".join(rows) + f"\n\n{REQUESTS} requests a row, after as many that warm it."


def settings(shared: Path, root: Path, work: Path, index: Path) -> str:
    """The same table for one client and 32, by processes, by what works at once in each, and by cores for one."""
    questions = _questions(shared, index)
    if not questions:
        return NO_NEWS
    rows = []
    for processes, threads, cores in SETTINGS:
        file = work / "load.toml"
        tables = {"server": threads, "model": cores, "reader": cores}
        file.write_text("".join(f"[{name}]\nthreads = {count}\n" for name, count in tables.items()), encoding="utf-8")
        with ExitStack() as running:
            servers = [
                running.enter_context(Server(root, index, options=("--config", str(file)))) for _ in range(processes)
            ]
            for clients, fired in _fired(servers, questions, (1, 32)):
                memory = sum(server.resident_mib() for server in servers)
                rows.append(f"| {processes} | {threads} | {cores} | {clients} | {fired.cells} | {memory:.0f} |")
    head = "| processes | at once in each | cores for one | clients | p50 ms | p95 ms | requests/s | failed | MiB |\n"
    return head + "| --- " * 9 + "|\n" + "\n".join(rows)


def soak(shared: Path, root: Path, index: Path, minutes: int) -> str:
    """What 32 clients that ask without a pause do to the server: errors, and its memory by the minute."""
    questions = _questions(shared, index)
    if not questions:
        return NO_NEWS
    with Server(root, index) as server:
        clients, memory = Clients([server], questions), []
        failed, times = 0, list[float]()
        for minute in range(minutes):
            fired = clients.fire(SOAKING, seconds=60)
            memory.append(server.resident_mib())
            times += fired.times
            failed += len(fired.failed)
            print(f"minute {minute + 1}: {memory[-1]:.0f} MiB, {failed} failed", file=sys.stderr, flush=True)
    cuts = quantiles(times, n=100)
    rows = {
        "requests": f"{len(times):,}, of which {failed} failed",
        "p50 and p95, ms": f"{cuts[49]:.0f} and {cuts[94]:.0f}",
        "MiB after each minute": ", ".join(f"{size:.0f}" for size in memory),
        "memory at the end against that after the first minute": f"{100 * (memory[-1] / memory[0] - 1):+.1f} %",
    }
    return "| what | figure |\n| --- | --- |\n" + "\n".join(f"| {name} | {figure} |" for name, figure in rows.items())


def _questions(shared: Path, index: Path) -> list[str]:
    """Questions on the news, in an order that stays; none where they or their index are not there."""
    labelled = shared / "eval" / "news-qa-dev.jsonl"
    if not labelled.exists() or not (index / "current").exists():
        return []
    asked = [json.loads(line)["question"] for line in labelled.read_text(encoding="utf-8").splitlines()]
    return random.Random(0).sample(asked, min(REQUESTS, len(asked)))


def _fired(servers: Sequence[Server], questions: Sequence[str], counts: Sequence[int]) -> Iterator[tuple[int, Fired]]:
    clients = Clients(servers, questions)
    clients.fire(2, REQUESTS)
    for count in counts:
        yield count, clients.fire(count, REQUESTS)
