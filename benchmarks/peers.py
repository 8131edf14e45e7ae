"""Puts txtai and Haystack beside our own retrieval: one pool, one encoder, one machine, one run.

    PEERS_PYTHON=PEERS/bin/python python -m benchmarks.peers [--articles N] [--noise N] [--questions N]

The peers have no place among the product's packages, so they live in an environment of their own,
named by PEERS_PYTHON (where it is not set, the running Python is tried). It is made once, PyTorch
first, since any other order may fetch the wheel with CUDA:

    python3.11 -m venv PEERS
    PEERS/bin/pip install torch==2.13.0
    PEERS/bin/pip install -r requirements.lock
    PEERS/bin/pip install -e .[peers]

Every figure is taken in a process that holds one system and nothing else, so that its peak memory is
its own; such a process prints one line of JSON. What they share is written into a folder beforehand.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from statistics import quantiles
from typing import Any, Protocol

from benchmarks.peers_material import (
    NOISE,
    QUESTIONS,
    TOP_K,
    Figures,
    Material,
    Setting,
    Trial,
    best,
    config_in,
    prepare,
    rank,
    scores,
)
from benchmarks.peers_report import told

ROOT = Path(__file__).resolve().parent.parent
PEERS = {"txtai": "txtai", "haystack": "haystack-ai"}  # a system, and the package it comes in
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "TOKENIZERS_PARALLELISM": "false"}


class System(Protocol):
    """A retrieval system, its models loaded."""

    def trials(self, material: Material) -> list[Trial]:
        """What each setting it can be given reaches on the material, with the given vectors."""

    def build(self, material: Material, given: bool) -> None:
        """Indexes the material; the vectors are the `given` ones, or encoded now."""

    def search(self, question: str) -> list[str]:
        """The ids of the `TOP_K` best units, best first."""


class Wenda:
    """Our own retrieval, through the classes that the product runs."""

    def __init__(self, index: Path, vectors: Path, backend: str) -> None:
        from bot.bot import open_encoder
        from bot.text import warm_up

        shutil.rmtree(index, ignore_errors=True)
        self._config = config_in(index, backend)
        self._given = vectors
        self._encoder = open_encoder(self._config)
        self._encoder.encode_queries(["预热"])  # it is loaded when it first encodes
        warm_up()

    def trials(self, material: Material) -> list[Trial]:
        return []  # as it is shipped

    def build(self, material: Material, given: bool) -> None:
        from bot.indexer import index
        from bot.retriever import Retriever
        from bot.store import Store

        store = Store(self._config.index_dir)
        if given:
            store.vector_cache.parent.mkdir(parents=True)
            store.vector_cache.symlink_to(self._given.resolve())
        known = _rows(store.vector_cache) if given else 0
        made = index(self._config, self._encoder, [material.documents])
        if given:
            assert _rows(store.vector_cache) == known, "wenda encoded passages whose vectors were to be given"
            assert made.passages == len(material.units()), "wenda's passages are not the peers' units"
        generation = store.open(self._encoder.fingerprint)
        self._retriever = Retriever(generation, self._encoder, self._config.retriever)

    def search(self, question: str) -> list[str]:
        return [hit.document.id for hit in self._retriever.search(question, TOP_K).hits]


def _rows(cache: Path) -> int:
    """How many vectors are in a cache."""
    with closing(sqlite3.connect(cache)) as database:
        return int(database.execute("SELECT count(*) FROM vectors").fetchone()[0])


def report(
    shared: Path,
    root: Path,
    work: Path,
    articles: int,
    noise: int = NOISE,
    questions: int = QUESTIONS,
    vectors: Path | None = None,
) -> str:
    """Measures wenda and its peers one after the other; Markdown.

    `vectors` is the cache that the given vectors are kept in, so that a second run encodes nothing.
    """
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    if not (shared / "eval").exists():
        return "Not measured: ../shared is not there."
    if missing := _missing(python):
        return f"Not measured: {' and '.join(missing)} not installed; see the head of benchmarks/peers.py."
    work = work.resolve() / "peers"
    cache = (vectors or work / "vectors.sqlite").resolve()
    run = _Runner(root, python, work, cache)
    run("prepare", "wenda", shared=shared.resolve(), articles=articles, noise=noise, questions=questions)
    tried = {peer: [Trial(**trial) for trial in _tuned(run, peer, work)] for peer in PEERS}
    kept = {peer: best(trials).setting for peer, trials in tried.items()}
    pool = {name: run("pool", name, kept.get(name)) for name in ("wenda", "wenda-torch", *PEERS)}
    scale = {name: run("scale", name, kept.get(name)) for name in ("wenda", *PEERS)}
    return "\n\n".join(told(pool, scale, tried, noise))


def _tuned(run: _Runner, peer: str, work: Path) -> list[Any]:
    """A peer's trials; those of an earlier run are kept in a file, since they take minutes."""
    kept = work / f"tune-{peer}.json"
    if not kept.exists():
        kept.write_text(json.dumps(run("tune", peer), ensure_ascii=False), encoding="utf-8")
    trials: list[Any] = json.loads(kept.read_text(encoding="utf-8"))["trials"]
    return trials


class _Runner:
    """Runs one part for one system in a process of its own."""

    def __init__(self, root: Path, python: str, work: Path, cache: Path) -> None:
        self._root, self._python, self._work, self._cache = root, python, work, cache

    def __call__(self, part: str, system: str, setting: Setting | None = None, **options: object) -> Figures:
        """What the process printed. Raises CalledProcessError where it failed."""
        print(f"measuring: peers, {part}, {system}", file=sys.stderr, flush=True)
        options |= {"part": part, "system": system, "work": self._work, "vectors": self._cache}
        options["setting"] = json.dumps(setting or {})
        command = [self._python if system in PEERS else sys.executable, "-m", "benchmarks.peers"]
        command += [word for name, value in options.items() for word in (f"--{name}", str(value))]
        environ = {**os.environ, **_OFFLINE}
        done = subprocess.run(command, cwd=self._root, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        figures: Figures = json.loads(done.stdout.splitlines()[-1])
        if part in {"pool", "scale"}:
            print(f"  {figures}", file=sys.stderr, flush=True)
        return figures


def _missing(python: str) -> list[str]:
    """The peers that this Python does not have."""
    told = "from importlib import metadata; print({d.name for d in metadata.distributions()})"
    done = subprocess.run([python, "-c", told], stdout=subprocess.PIPE, text=True, check=True)
    return [package for package in PEERS.values() if f"'{package}'" not in done.stdout]


def measured(system: System, material: Material, given: bool) -> Figures:
    """What it takes a system to index the material, and how well and how quickly it answers."""
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    began = time.perf_counter()
    system.build(material, given)
    seconds = time.perf_counter() - began
    asked, ranks, times = material.asked(), [], []
    system.search(asked[0].question)  # what is loaded at the first search is no one's usual time
    for one in asked:
        began = time.perf_counter()
        found = system.search(one.question)
        times.append(1000 * (time.perf_counter() - began))
        ranks.append(rank(found, one.right))
    spread = quantiles(times, n=100)
    units = len(material.units())
    figures: Figures = {"units": units, "asked": len(asked), "seconds": seconds, "p50": spread[49], "p95": spread[94]}
    return {**figures, **scores(ranks), "peak": _peak_mib()}


def _peak_mib() -> float:
    """The most memory this process has held, from Linux's /proc; 0 elsewhere.

    (The `ru_maxrss` of `resource` would begin with what the parent held when it forked.)
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _opened(name: str, setting: Setting, work: Path, vectors: Path) -> System:
    """The system of a name, set so, with its models loaded."""
    if name == "txtai":
        from benchmarks.peers_txtai import Txtai

        return Txtai(setting)
    if name == "haystack":
        from benchmarks.peers_haystack import Haystack

        return Haystack(setting)
    return Wenda(work / "index", vectors, "torch" if name == "wenda-torch" else "")


def _version(name: str) -> str:
    return f"{name} {metadata.version(PEERS[name])}" if name in PEERS else name


def main() -> int:
    """Prints the report; or, told a system and a part, that part's figures as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=20000, help="news articles for the search at scale (20000)")
    parser.add_argument("--noise", type=int, default=NOISE, help=f"passages of news in the pool ({NOISE})")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help=f"asked of the pool ({QUESTIONS})")
    parser.add_argument("--vectors", type=Path, help="the vector cache to use (WORK/vectors.sqlite)")
    parser.add_argument("--work", type=Path, default=ROOT / ".index" / "bench", help="a folder for what is written")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the labelled questions' folder")
    parser.add_argument("--part", choices=["prepare", "tune", "pool", "scale"], help=argparse.SUPPRESS)
    parser.add_argument("--system", choices=["wenda", "wenda-torch", *PEERS], help=argparse.SUPPRESS)
    parser.add_argument("--setting", type=json.loads, default={}, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.part:
        print(report(given.shared, ROOT, given.work, given.articles, given.noise, given.questions, given.vectors))
        return 0
    print(json.dumps(_part(given), ensure_ascii=False))
    return 0


def _part(given: argparse.Namespace) -> Figures:
    """The figures of one part for one system."""
    if given.part == "prepare":
        return prepare(given.shared, given.work, given.vectors, given.articles, given.noise, given.questions)
    system = _opened(given.system, given.setting, given.work, given.vectors)
    if given.part == "tune":
        return {"trials": [asdict(one) for one in system.trials(Material(given.work / "pool"))]}
    figures = measured(system, Material(given.work / given.part), given=given.part == "scale")
    return {"version": _version(given.system), **figures}


if __name__ == "__main__":
    sys.exit(main())
