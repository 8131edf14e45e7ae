"""How quick it is: indexing, the server's start, answers over HTTP, memory."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import time
import urllib.request
from itertools import islice
from pathlib import Path
from statistics import quantiles

from benchmarks.serving import Server, open_url

QUESTIONS = 200


def report(shared: Path, root: Path, work: Path, articles: int) -> str:
    """Indexes, serves, asks 200 questions one after the other; a Markdown table."""
    index = work / "speed"
    paths, questions, what = _input(shared, root, work, articles)
    indexing, seconds = _timed([sys.executable, "-m", "bot", "index", "--index", str(index), *map(str, paths)], root)
    again = _timed([sys.executable, "-m", "bot", "index", "--index", str(index), *map(str, paths)], root)[1]
    with Server(root, index) as server:
        first = _ask(server.address, questions[0])
        times = sorted(_ask(server.address, question) for question in questions)
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


def _ask(address: str, question: str) -> float:
    """Milliseconds to the whole answer of one question."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{address}/api/ask", body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with open_url(request, timeout=60) as reply:
        reply.read()
    return 1000 * (time.perf_counter() - began)
