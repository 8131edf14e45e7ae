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
import gzip
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.config import Config

    Vectors = NDArray[np.float32]

Setting = dict[str, Any]
Figures = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
TOP_K = 10
BATCH = 8  # passages the peers encode at once: 3.4 a second on two cores, 2.7 with their default of 32
NOISE, QUESTIONS, SCALE_QUESTIONS = 300, 600, 200
PEERS = {"txtai": "txtai", "haystack": "haystack-ai"}  # a system, and the package it comes in
LABELLED = ("cmrc2018-trial", "xquad-zh")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "TOKENIZERS_PARALLELISM": "false"}
_SEED = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """A text that every system indexes as one piece."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the id of the unit that should come first; empty where only time is measured."""

    question: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a setting of a peer reached while the best one was sought."""

    setting: Setting
    recall_1: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Material:
    """What the systems are measured on, in a folder: the same for all of them."""

    folder: Path

    @property
    def articles(self) -> Path:
        """At scale, the articles that wenda cuts into the units."""
        return self.folder / "articles.jsonl"

    @property
    def documents(self) -> Path:
        """What wenda indexes: the articles, or where there are none the units themselves."""
        return self.articles if self.articles.exists() else self.folder / "units.jsonl"

    def units(self) -> list[Unit]:
        """The units, in order."""
        return [Unit(**line) for line in _lines(self.folder / "units.jsonl")]

    def asked(self, name: str = "asked") -> list[Asked]:
        """The questions that are measured, in order; or the others, for ``tuning`` the peers."""
        return [Asked(**line) for line in _lines(self.folder / f"{name}.jsonl")]

    def vectors(self, name: str) -> Vectors:
        """The given vectors of the ``units`` or of the questions for ``tuning``, one row each."""
        import numpy as np

        return np.asarray(np.load(self.folder / f"{name}.npy"), dtype=np.float32)

    def write(self, name: str, rows: Sequence[Unit | Asked], vectors: Vectors | None = None) -> None:
        """Writes a file of units or questions, and their vectors beside it."""
        import numpy as np

        self.folder.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
        (self.folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        if vectors is not None:
            np.save(self.folder / f"{name}.npy", vectors)


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
        self._config = _config(index, backend)
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
    tried = {peer: [Trial(**trial) for trial in run("tune", peer)["trials"]] for peer in PEERS}
    kept = {peer: best(trials).setting for peer, trials in tried.items()}
    pool = {name: run("pool", name, kept.get(name)) for name in ("wenda", "wenda-torch", *PEERS)}
    scale = {name: run("scale", name, kept.get(name)) for name in ("wenda", *PEERS)}
    return "\n\n".join(_told(pool, scale, tried, noise))


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
        return figures


def _missing(python: str) -> list[str]:
    """The peers that this Python does not have."""
    told = "from importlib import metadata; print({d.name for d in metadata.distributions()})"
    done = subprocess.run([python, "-c", told], stdout=subprocess.PIPE, text=True, check=True)
    return [package for package in PEERS.values() if f"'{package}'" not in done.stdout]


def best(trials: Sequence[Trial]) -> Trial:
    """The trial with the highest recall@1, then MRR; the first of equals."""
    return max(trials, key=lambda trial: (trial.recall_1, trial.mrr))


def trial(setting: Setting, found: Sequence[Sequence[str]], asked: Sequence[Asked]) -> Trial:
    """What a setting reached that found these ids for these questions."""
    scored = scores([rank(ids, one.right) for ids, one in zip(found, asked, strict=True)])
    return Trial(setting, scored["recall@1"], scored["mrr@10"])


def rank(ids: Sequence[str], right: str) -> int:
    """The place of the right id, from 1; 0 where it is not there."""
    return ids.index(right) + 1 if right in ids else 0


def scores(ranks: Sequence[int]) -> dict[str, float]:
    """Recall@1, recall@5 and MRR@10, in per cent."""
    part = 100 / len(ranks)
    return {
        "recall@1": part * sum(place == 1 for place in ranks),
        "recall@5": part * sum(1 <= place <= 5 for place in ranks),
        "mrr@10": part * sum(1 / place for place in ranks if 1 <= place <= 10),
    }


def prepare(shared: Path, work: Path, cache: Path, articles: int, noise: int, questions: int) -> Figures:
    """Writes both materials, with the vectors that our own encoder gives them."""
    from bot.bot import open_encoder
    from bot.text import fold
    from embeddings.cache import encode_cached

    config = _config(work / "index")
    encoder = open_encoder(config)
    pool, scale = Material(work / "pool"), Material(work / "scale")
    for material in (pool, scale):
        shutil.rmtree(material.folder, ignore_errors=True)
        material.folder.mkdir(parents=True)
    cache.parent.mkdir(parents=True, exist_ok=True)
    _write_articles(shared / "corpus" / "news-20k.jsonl.gz", scale.articles, articles)

    units, asked = _pool(shared / "eval", noise, scale.articles, config)
    chosen = random.Random(_SEED).sample(asked, min(2 * questions, len(asked)))
    tuning = chosen[questions:]
    pool.write("units", units, encode_cached(encoder, [unit.text for unit in units], cache))
    pool.write("tuning", tuning, encoder.encode_queries([one.question for one in tuning]))
    pool.write("asked", chosen[:questions])

    units = [Unit(id, context) for id, context, _ in _news(scale.articles, config)]
    folded = [fold(unit.text) for unit in units]  # as wenda looks them up
    scale.write("units", units, encode_cached(encoder, folded, cache))
    scale.write("asked", _news_questions(shared / "eval"))
    return {"units": len(units)}


def _write_articles(corpus: Path, file: Path, articles: int) -> None:
    with gzip.open(corpus, "rb") as lines:
        file.write_bytes(b"".join(islice(lines, articles)))


def _news(file: Path, config: Config) -> Iterator[tuple[str, str, str]]:
    """The passages that wenda makes of the articles: an id, what is searched for it, and its bare text."""
    from bot.documents import find_files, read_file
    from bot.indexer import context
    from bot.passages import split
    from bot.types import StoredDocument

    for stored in (stored for file in find_files(file) for stored in read_file(file)):
        assert isinstance(stored, StoredDocument), stored
        for passage in split(stored, config.passages):
            text = stored.text[passage.start : passage.end]
            yield passage.id, context(stored.document, passage, text), text


def _pool(labels: Path, noise: int, articles: Path, config: Config) -> tuple[list[Unit], list[Asked]]:
    """The labelled paragraphs and the first passages of the news; the paragraphs' questions."""
    paragraphs = [line for name in LABELLED for line in _lines(labels / f"{name}.jsonl")]
    units = [Unit(str(line["id"]), line["text"]) for line in paragraphs]
    units += [Unit(id, text) for id, _, text in islice(_news(articles, config), noise)]
    assert len(units) == len(paragraphs) + noise, "too few articles for that much noise"
    assert len({unit.id for unit in units}) == len(units), "two paragraphs have one id"
    asked = [Asked(one["question"], str(line["id"])) for line in paragraphs for one in line["questions"]]
    return units, [one for one in asked if one.question.strip()]  # two of CMRC are blank, which Haystack refuses


def _news_questions(labels: Path) -> list[Asked]:
    lines = list(_lines(labels / "news-qa-dev.jsonl"))
    return [Asked(line["question"]) for line in random.Random(_SEED).sample(lines, SCALE_QUESTIONS)]


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


def _config(index: Path, backend: str = "") -> Config:
    """The product's defaults, with the index in a folder and, where one is named, another backend."""
    from bot.config import Config, Index

    config = Config(index=Index(str(index)))
    return replace(config, model=replace(config.model, backend=backend)) if backend else config


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _told(
    pool: Mapping[str, Figures], scale: Mapping[str, Figures], tried: Mapping[str, list[Trial]], noise: int
) -> Iterator[str]:
    """The report's paragraphs and tables."""
    units, asked = pool["wenda"]["units"], pool["wenda"]["asked"]
    yield (
        f"**A pool of {units} paragraphs** ({' and '.join(LABELLED)} whole, {noise} passages of news as noise),"
        f" {asked} questions; the same texts, encoder folder, prefixes and cut at 512 tokens for each system. A"
        " paragraph is one unit; wenda cuts long ones into passages, as it always does, and its ranks are counted in"
        " passages. Indexing encodes everything anew, the models loaded. `wenda-torch` runs the encoder in PyTorch, as"
        " the peers do, and so shows what OpenVINO brings (sentence-transformers' own way to it holds transformers"
        f" below 5.6). The peers' settings were chosen on other questions. One question is {100 / asked:.2f} %."
    )
    yield _table(
        ["system", "recall@1", "recall@5", "MRR@10", "paragraphs indexed/s", "search p50, ms", "peak MiB"],
        [
            [
                figures["version"],
                *(f"{figures[name]:.1f} %" for name in ("recall@1", "recall@5", "mrr@10")),
                f"{figures['units'] / figures['seconds']:.1f}",
                f"{figures['p50']:.0f}",
                f"{figures['peak']:.0f}",
            ]
            for figures in pool.values()
        ],
    )
    yield (
        f"**{scale['wenda']['units']} passages of news**, {scale['wenda']['asked']} questions one after the other: the"
        " question encoded and both legs searched. The passages' vectors were computed once, by our encoder, and given"
        " to every system (txtai: `method: external`; Haystack: `Document(embedding=…)`; wenda: its vector cache): the"
        " time to build is that of the rest. Memory is that of building and searching, the given vectors and texts"
        " among it. Haystack's in-memory store is the one that needs no service, as nothing here does; its"
        " documentation does not recommend it for production. txtai's FAISS index is approximate (IVF) from 5,001 on."
    )
    shown = (("seconds", 1), ("p50", 0), ("p95", 0), ("peak", 0))  # with that many digits behind the point
    yield _table(
        ["system", "seconds to build", "search p50, ms", "p95, ms", "peak MiB"],
        [
            [figures["version"], *(f"{figures[name]:.{digits}f}" for name, digits in shown)]
            for figures in scale.values()
        ],
    )
    for peer, trials in tried.items():
        yield _tried(peer, trials)


def _tried(peer: str, trials: Sequence[Trial]) -> str:
    """What a peer's settings reached: the first, which is how it comes, and the best for each way to make tokens."""
    kept, groups = best(trials), dict.fromkeys(one.setting["tokens"] for one in trials)
    shown = [trials[0], *(best([one for one in trials if one.setting["tokens"] == tokens]) for tokens in groups)]
    options = {name: dict.fromkeys(one.setting[name] for one in trials) for name in kept.setting if name != "tokens"}
    listed = "; ".join(f"{name} {', '.join(sorted(map(str, values)))}" for name, values in options.items())
    notes = {id(trials[0]): "as it comes", id(kept): "kept"}
    rows = [
        [*map(str, one.setting.values()), f"{one.recall_1:.1f} %", f"{one.mrr:.1f} %", notes.get(id(one), "")]
        for place, one in enumerate(shown)
        if one not in shown[:place]
    ]
    return (
        f"**Settings of {peer}**: {len(trials)} were tried, on questions of the pool that are not among the measured"
        f" ones, with the given vectors: for each way to make tokens {listed} (the dense leg's). As it comes, and the"
        " best of each:\n\n" + _table([*kept.setting, "recall@1", "MRR@10", ""], rows)
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


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
