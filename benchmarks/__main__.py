"""Measures the bot and writes benchmarks/RESULTS.md: `make bench`, or parts of it by name.

    python -m benchmarks [PART …]
    python -m benchmarks answers --help
    python -m benchmarks citations --help
    python -m benchmarks fit --help
    python -m benchmarks reader --help
    python -m benchmarks slack --help

The labelled questions and the news corpus lie in ../shared; without them the samples are measured.
`news` and `peers` take half an hour each where no vectors are kept from another time (`--index`), and
`peers` needs an environment of its own (see benchmarks/peers.py); `page` asks in a browser, and `load`,
`settings` and `soak` with many clients, over the index that `news` made; `fuzz` sends a server over the samples
what nobody would: all these run only when named.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    answers,
    citations,
    encoding,
    fit,
    fuzz,
    load,
    page,
    peers,
    quality,
    reading,
    retrieval,
    slack,
    span_reader,
    speed,
)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
WORK = ROOT / ".index" / "bench"
RESULTS = ROOT / "benchmarks" / "RESULTS.md"


def main() -> int:
    """Runs the parts asked for, all of them where none is, and keeps the others' last results."""
    with_options = {
        "answers": answers.main,
        "citations": citations.main,
        "fit": fit.main,
        "reader": span_reader.main,
        "slack": slack.main,
    }
    if called := with_options.get(next(iter(sys.argv[1:]), "")):
        return called(sys.argv[2:], SHARED, ROOT, WORK)
    parts: dict[str, Callable[[argparse.Namespace], str]] = {
        "speed": lambda options: speed.report(SHARED, ROOT, WORK, options.articles),
        "reading": lambda options: reading.report(SHARED, ROOT, WORK),
        "seeds": lambda options: quality.seeds(SHARED, ROOT, WORK),
        "retrieval": lambda options: retrieval.report(SHARED, WORK),
        "encoding": lambda options: encoding.report(SHARED, encoding.PASSAGES),
        "news": lambda options: retrieval.news(SHARED, ROOT, options.index),
        "page": lambda options: page.report(SHARED, ROOT, options.index),
        "load": lambda options: load.report(SHARED, ROOT, options.index),
        "settings": lambda options: load.settings(SHARED, ROOT, WORK, options.index),
        "soak": lambda options: load.soak(SHARED, ROOT, options.index, options.minutes),
        "fuzz": lambda options: fuzz.report(ROOT, options.examples, options.seed),
        "peers": lambda options: peers.report(SHARED, ROOT, WORK, 20000),
    }
    when_named = ("news", "page", "load", "settings", "soak", "fuzz", "peers")
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", choices=[[], *parts], help=f"all but {', '.join(when_named)}, where none is named"
    )
    parser.add_argument("--articles", type=int, default=2000, help="news articles to index for the speed (2000)")
    parser.add_argument("--minutes", type=int, default=10, help="how long 32 clients soak the server (10)")
    parser.add_argument("--index", type=Path, default=WORK / "news", help="the index of the news corpus")
    parser.add_argument(
        "--examples", type=int, default=fuzz.EXAMPLES, help=f"requests made up of each operation ({fuzz.EXAMPLES})"
    )
    parser.add_argument("--seed", type=int, default=1, help="what they are made from (1)")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    sections = _sections()
    for name in options.parts or [name for name in parts if name not in when_named]:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        sections[name] = f"## {name}\n\n{machine()}\n\n{parts[name](options)}\n"
        RESULTS.write_text("# Results\n\nWritten by `make bench`.\n\n" + "\n".join(sections.values()), encoding="utf-8")
        print(sections[name], flush=True)
    return 0


def machine() -> str:
    """The machine and the date, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    cpu = next((line for line in _cpuinfo() if line.startswith("model name")), ":?").split(":")[1].strip()
    today = datetime.date.today().isoformat()
    return f"{today}, {os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def _sections() -> dict[str, str]:
    """The last results, by part."""
    if not RESULTS.exists():
        return {}
    blocks = RESULTS.read_text(encoding="utf-8").split("\n## ")[1:]
    return {block.split("\n", 1)[0]: "## " + block.rstrip("\n") + "\n" for block in blocks}


if __name__ == "__main__":
    sys.exit(main())
