"""What the trained reader gives, against the rules alone, on what it was not trained on: `python -m benchmarks reader`.

Each set is asked twice of the same index, of the paragraphs that `training.examples.part_of` holds out; of
cail2019-dev, which the reader never saw, of half.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.answers import Judged, LabelSet, Row, judge, open_set, summary
from bot.bot import Bot, open_encoder
from bot.config import Config, Index, load_config
from bot.evaluate import DEPTH, Sampling, indexed
from bot.labelled import Label, LabelFile, read_labels
from bot.progress import ProgressLine
from bot.types import Filters, Question
from embeddings.encoder import Encoder
from training.examples import part_of

_UNSEEN = "cail2019-dev"
_DISTRACTORS = 2000  # news articles
_COLUMNS = ("f1", "em", "quote_hit", "quote_len", "not_found_rightly", "refused_wrongly", "ece", "auroc")
_WAYS = ("rules", "reader")


@dataclass(frozen=True, slots=True)
class Asked:
    """A set, and how it is asked."""

    labels: LabelSet
    distractors: Path | None = None

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.labels.name + (f", open, with {_DISTRACTORS} articles" if self.distractors else "")


def main(arguments: Sequence[str], shared: Path, root: Path, work: Path) -> int:
    """Asks every set both ways, and prints the table; its exit status."""
    sets = {asked.name: asked for asked in _sets(shared)}
    parser = argparse.ArgumentParser(prog="python -m benchmarks reader", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", default=";".join(sets), metavar="A;B", help="these only (%(default)s)")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="ask only N questions a set")
    parser.add_argument("--work", type=Path, default=work / "answers", help="where the indexes are kept (%(default)s)")
    options = parser.parse_args(arguments)
    config = load_config(root / "config.toml")
    encoder = open_encoder(config)
    lines = [f"| set | | n | {' | '.join(_COLUMNS)} | p50 ms |", f"|{' --- |' * (len(_COLUMNS) + 4)}"]
    print("\n".join(lines), flush=True)
    for name in options.sets.split(";"):
        with ProgressLine(sys.stderr) as line:
            for way, judged in _ask(sets[name], config, encoder, options, line):
                print(_row(name, way, summary(judged), judged), flush=True)
    return 0


def _sets(shared: Path) -> Iterator[Asked]:
    labelled, seeds, news = shared / "eval", shared / "seeds", shared / "corpus"
    for name in ("cmrc2018-trial", "drcd-dev", "xquad-zh", "dureader-checklist-dev", _UNSEEN):
        yield Asked(LabelSet(labelled / f"{name}.jsonl", given=True))
    yield Asked(LabelSet(labelled / "cmrc2018-trial.jsonl"), news / "news-20k.jsonl.gz")
    yield Asked(LabelSet(labelled / "news-qa-dev.jsonl", (seeds, news)))


def _ask(
    asked: Asked, config: Config, encoder: Encoder, options: argparse.Namespace, line: ProgressLine
) -> Iterator[tuple[str, list[Judged]]]:
    """What each way comes to."""
    for way in _WAYS:
        chosen = replace(config, reader=replace(config.reader, enabled=way == "reader"))
        with _opened(asked, chosen, encoder, options.work, line) as (bot, file):
            labels = [label for label in file.labels if _is_held_out(label, asked.labels.file.stem)]
            judged = []
            for number, label in enumerate(Sampling(sample=options.sample).of(labels)):
                line.show(f"{asked.name}, {way}: questions asked", number, len(labels))
                filters = Filters(document=label.documents if asked.labels.given else ())
                answer = bot.ask(Question(label.question[:1000], top_k=DEPTH, filters=filters))
                judged.append(judge(label, answer))
        yield way, judged


@contextmanager
def _opened(
    asked: Asked, config: Config, encoder: Encoder, work: Path, line: ProgressLine
) -> Iterator[tuple[Bot, LabelFile]]:
    """A bot over the index that a set is asked of, and the set's questions."""
    if asked.distractors is None:
        with open_set(asked.labels, config, encoder, work, line) as opened:
            yield opened
        return
    file = read_labels(asked.labels.file)
    config = replace(config, index=Index(str((work / "distracted").absolute())))
    sampling = Sampling(distractors=asked.distractors, limit=_DISTRACTORS)
    with closing(Bot.open(indexed(config, encoder, [file], sampling, line.show)[file.path], encoder)) as bot:
        yield bot, file


def _is_held_out(label: Label, source: str) -> bool:
    return label.is_held_out() if source == _UNSEEN else part_of(label, source) == "held-out"


def _row(name: str, way: str, row: Row, judged: Sequence[Judged]) -> str:
    cells = []
    for column in _COLUMNS:
        figure = row.figures[column]
        factor = 100 if column not in ("quote_len", "ece", "auroc") else 1
        cells.append(
            "-" if figure is None else f"{factor * figure.value:.{1 if column not in ('ece', 'auroc') else 3}f}"
        )
    took = median(one.answer.took_ms for one in judged)
    return f"| {name} | {way} | {row.n} | {' | '.join(cells)} | {took:.0f} |"
