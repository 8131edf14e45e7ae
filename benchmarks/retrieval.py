"""How well passages are found: each leg alone, and both, on labelled paragraphs and on the news."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles

from benchmarks.quality import NO_SHARED
from bot.bot import open_encoder
from bot.config import Config, Index, load_config
from bot.evaluate import Sampling
from bot.retriever import Retriever
from bot.store import Store
from bot.text import warm_up
from bot.tune import Asked, ask_all, measured

QUESTIONS = 200


def report(shared: Path, work: Path) -> str:
    """Recall of the right paragraph, asked open: Chinese with news as distractors, traditional Chinese."""
    news = shared / "corpus" / "news-20k.jsonl.gz"
    labelled = shared / "eval"
    config = replace(load_config(), index=Index(str(work / "retrieval")))
    if not news.exists():
        return NO_SHARED
    pools = {
        "cmrc2018-trial and xquad-zh among 2,000 news articles": (
            ["cmrc2018-trial", "xquad-zh"],
            Sampling(distractors=news, limit=2000),
        ),
        "drcd-dev": (["drcd-dev"], Sampling()),
    }
    rows = []
    for name, (files, sampling) in pools.items():
        found = ask_all(config, [labelled / f"{file}.jsonl" for file in files], sampling)
        asked = [one for of_file in found.values() for one in of_file]
        rows += _rows(name, asked, config)
        if len(found) > 1:
            rows += [row for file, of_file in found.items() for row in _rows(f"of these, {file.stem}", of_file, config)]
    head = ["| asked of all together | questions | leg | recall@1 | recall@5 | MRR@10 |", f"|{' --- |' * 6}"]
    return "\n".join([*head, *rows])


def _rows(name: str, asked: Sequence[Asked], config: Config) -> list[str]:
    both = config.retriever.dense_weight
    rows = []
    for leg, weight in (("lexical", 0.0), ("dense", 1.0), (f"both, dense_weight {both:g}", both)):
        ranks = measured(asked, weight)
        figures = " | ".join(f"{100 * figure:.1f} %" for figure in (ranks.first, ranks.five, ranks.mrr))
        rows.append(f"| {name} | {len(asked)} | {leg} | {figures} |")
    return rows


def news(shared: Path, root: Path, index: Path) -> str:
    """Over the news corpus in `index`: answer strings found, the time of a query and of indexing again, memory."""
    corpus, questions = shared / "corpus", shared / "eval" / "news-qa-dev.jsonl"
    if not corpus.exists():
        return NO_SHARED
    config = replace(load_config(), index=Index(str(index)))
    indexing = _run([sys.executable, "-m", "bot", "index", str(corpus), "--index", str(index)], root)
    again = _run([sys.executable, "-m", "bot", "index", str(corpus), "--index", str(index)], root)
    rows = [
        ("index", indexing.said),
        ("seconds to index (what is in the vector cache is not encoded again)", f"{indexing.seconds:.1f}"),
        ("peak memory of indexing", f"{indexing.peak_mib:.0f} MiB"),
        ("seconds to index the same again", f"{again.seconds:.1f}"),
    ]
    rows += _query_times(config, questions)
    (asked,) = ask_all(config, [questions], Sampling()).values()
    both = config.retriever.dense_weight
    for leg, weight in (("lexical", 0.0), ("dense", 1.0), (f"both, dense_weight {both:g}", both)):
        found = measured(asked, weight).five
        rows.append((f"answer string in the first 5 passages, {len(asked)} questions, {leg}", f"{100 * found:.2f} %"))
    return "| what | figure |\n| --- | --- |\n" + "\n".join(f"| {name} | {figure} |" for name, figure in rows)


def _query_times(config: Config, questions: Path) -> list[tuple[str, str]]:
    """Milliseconds to encode a question and search, one after the other in this process."""
    encoder = open_encoder(config)
    generation = Store(config.index_dir).open(encoder.fingerprint)
    retriever = Retriever(generation, encoder, config.retriever)
    lines = questions.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in random.Random(0).sample(lines, QUESTIONS)]
    warm_up()
    retriever.search(asked[0], 10)
    times = []
    for question in asked:
        began = time.perf_counter()
        retriever.search(question, 10)
        times.append(1000 * (time.perf_counter() - began))
    generation.close()
    cuts = quantiles(times, n=100)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        (f"ms to encode a question and search, p50 and p95 of {QUESTIONS}", f"{cuts[49]:.1f} and {cuts[94]:.1f}"),
        ("peak memory of that process (encoder, index, search)", f"{peak:.0f} MiB"),
    ]


@dataclass(frozen=True, slots=True)
class _Done:
    """What a command came to."""

    said: str  # its last line
    seconds: float
    peak_mib: float


def _run(command: Sequence[str], cwd: Path) -> _Done:
    """Runs a command in a process whose peak memory is told."""
    measure = "import resource,subprocess,sys;c=subprocess.run(sys.argv[1:]);"
    measure += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss);sys.exit(c.returncode)"
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", measure, *command], cwd=cwd, stdout=subprocess.PIPE, text=True, check=True
    )
    seconds = time.perf_counter() - began
    *_, said, peak = done.stdout.splitlines()
    return _Done(said, seconds, int(peak) / 1024)
