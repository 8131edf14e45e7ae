"""How quick it is: indexing, the server's start, answers over HTTP, memory."""

from __future__ import annotations

import gzip
import json
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

QUESTIONS = 200


def report(shared: Path, root: Path, work: Path, articles: int) -> str:
    """Indexes, serves, asks 200 questions one after the other; a Markdown table."""
    index = work / "speed"
    paths, questions, what = _input(shared, root, work, articles)
    indexing, seconds = _timed([sys.executable, "-m", "bot", "index", "--index", str(index), *map(str, paths)], root)
    again = _timed([sys.executable, "-m", "bot", "index", "--index", str(index), *map(str, paths)], root)[1]
    with _Server(root, index) as server:
        first = server.ask(questions[0])
        times = sorted(server.ask(question) for question in questions)
        peak = server.peak_mib()
    p50, p95 = quantiles(times, n=100)[49], quantiles(times, n=100)[94]
    rows = {
        "documents": what,
        "indexed": indexing.strip().splitlines()[-1],
        "seconds to index (what is in the vector cache is not encoded again)": f"{seconds:.1f}",
        "seconds to index the same again": f"{again:.1f}",
        "seconds from `python server.py` to ready": f"{server.ready_after:.1f}",
        "ms to the first answer, from then": f"{first:.0f}",
        f"ms of `POST /api/ask`, p50 and p95 of {len(questions)} questions": f"{p50:.0f} and {p95:.0f}",
        "peak memory of the server": f"{peak:.0f} MiB",
    }
    return "| what | figure |\n| --- | --- |\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _input(shared: Path, root: Path, work: Path, articles: int) -> tuple[list[Path], list[str], str]:
    """The paths to index, the questions to ask, and a line that says what they are."""
    corpus = shared / "corpus" / "news-20k.jsonl.gz"
    if not corpus.exists():
        asked = [json.loads(line)["question"] for line in (root / "tests" / "samples.jsonl").open(encoding="utf-8")]
        return [root / "samples"], [asked[i % len(asked)] for i in range(QUESTIONS)], "samples/ (no ../shared here)"
    news = work / f"news-{articles}.jsonl"
    with gzip.open(corpus, "rb") as lines:
        news.write_bytes(b"".join(islice(lines, articles)))
    labelled = (shared / "eval" / "news-qa-dev.jsonl").read_text(encoding="utf-8").splitlines()
    chosen = random.Random(0).sample(labelled, QUESTIONS)
    questions = [json.loads(line)["question"] for line in chosen]
    return [shared / "seeds", news], questions, f"../shared/seeds and {articles} articles of ../shared/corpus"


def _timed(command: list[str], cwd: Path) -> tuple[str, float]:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout, time.perf_counter() - began


class _Server:
    """`python server.py` on a free port, ended when done."""

    def __init__(self, root: Path, index: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._command = [sys.executable, "server.py", "--index", str(index), "--port", str(self._port)]
        self._root = root
        self.ready_after = 0.0

    def __enter__(self) -> _Server:
        began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, cwd=self._root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while time.perf_counter() - began < 120 and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/readyz", timeout=1):
                    self.ready_after = time.perf_counter() - began
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)

    def ask(self, question: str) -> float:
        """Milliseconds to the whole answer of one question."""
        body: dict[str, Any] = {"question": question}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api/ask",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as reply:
            reply.read()
        return 1000 * (time.perf_counter() - began)

    def peak_mib(self) -> float:
        """The most memory the server has held, from Linux's /proc; 0 elsewhere."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return 0.0
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
