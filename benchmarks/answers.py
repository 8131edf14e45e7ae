"""What answers are worth, set by set, in one table: `python -m benchmarks answers`.

Each set is asked of an index of its own: of the paragraphs or passages that come with it, of the seeds, or of
the seeds and the news together. Every figure is told for the half of the documents that nothing may be fitted
on (`Label.is_held_out`), and for all.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, TextIO

from benchmarks.intervals import Figure, measured, share
from bot import scores
from bot.bot import Bot, open_encoder
from bot.config import Config, Index, load_config
from bot.evaluate import DEPTH, Sampling, indexed, outcome
from bot.indexer import index
from bot.labelled import Label, LabelFile, read_labels
from bot.progress import ProgressLine
from bot.text import fold
from bot.types import Answer, Citation, Filters, Question, Status
from embeddings.encoder import Encoder

HALVES = ("held", "fit", "all")
Wordings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A file of labelled questions, and what it is asked of."""

    file: Path
    documents: tuple[Path, ...] = ()  # what is indexed; none: what comes with the questions
    given: bool = False  # each question is asked of its own paragraph

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.file.stem + (", given" if self.given else "")


@dataclass(frozen=True, slots=True)
class Judged:
    """What one question came to."""

    label: Label
    answer: Answer
    outcome: scores.Outcome
    both: bool | None  # every part quoted, or every value of a conflict shown; None: one value is meant
    right: bool  # status and value

    @property
    def gave_value(self) -> bool:
        """Whether the answer says a value."""
        return bool(self.answer.answers)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what some questions came to."""

    n: int  # questions
    figures: Mapping[str, Figure | None]
    p50_ms: int | None  # the median of `took_ms`


def label_sets(shared: Path, root: Path) -> list[LabelSet]:
    """The sets of the table, in its order, as far as their files are there."""
    labelled, seeds, news = shared / "eval", shared / "seeds", shared / "corpus"
    sets = [
        LabelSet(labelled / "seeds.jsonl", (seeds,)),
        LabelSet(labelled / "cmrc2018-trial.jsonl"),
        LabelSet(labelled / "dureader-checklist-dev.jsonl", given=True),
        LabelSet(labelled / "rgb-zh_fact.jsonl"),
        LabelSet(labelled / "rgb-zh_int.jsonl"),
        LabelSet(labelled / "xquad-zh.jsonl"),
        LabelSet(labelled / "drcd-dev.jsonl"),
        LabelSet(labelled / "cail2019-dev.jsonl", given=True),
        LabelSet(root / "tests" / "questions" / "own.jsonl", (seeds, news)),
        LabelSet(labelled / "news-qa-dev.jsonl", (seeds, news)),
    ]
    return [one for one in sets if one.file.exists() and all(path.exists() for path in one.documents)]


def main(arguments: Sequence[str], shared: Path, root: Path, work: Path) -> int:
    """Asks every set, and prints the table; its exit status."""
    sets = {one.file.stem: one for one in label_sets(shared, root)}
    options = _options(arguments, list(sets), work)
    config = load_config(options.config or root / "config.toml")
    encoder = open_encoder(config)
    rows: dict[str, Row] = {}
    with ExitStack() as opened:
        line = opened.enter_context(ProgressLine(sys.stderr))
        outcomes = opened.enter_context(options.outcomes.open("w", encoding="utf-8")) if options.outcomes else None
        for name in options.sets:
            judged = ask(sets[name], config, encoder, options, line)
            if outcomes:
                _write(outcomes, sets[name], judged)
            own = {row: summary(of_half) for row, of_half in _halves(sets[name].name, judged)}
            rows |= own
            if options.json:
                options.json.write_text(_json(rows, options), encoding="utf-8")
            print(table(own), flush=True)
    print("\n" + table(rows))
    return 0


def _options(arguments: Sequence[str], known: Sequence[str], work: Path) -> argparse.Namespace:
    """What a call asks for; ends the process with status 2 where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks answers", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", default=",".join(known), metavar="A,B", help="these only (%(default)s)")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="ask only N questions a set")
    parser.add_argument("--half", choices=HALVES, default="all", help="which half of the documents to ask of (all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too, after each set")
    parser.add_argument(
        "--outcomes", type=Path, metavar="FILE", help="write what each question came to here, a line each"
    )
    parser.add_argument("--config", metavar="FILE", help="the configuration (config.toml)")
    parser.add_argument("--work", type=Path, default=work / "answers", help="where the indexes are kept (%(default)s)")
    options = parser.parse_args(arguments)
    options.sets = [name for name in options.sets.split(",") if name]
    if not known:
        parser.error("../shared is not there, and with it the labelled questions")
    if unknown := [name for name in options.sets if name not in known]:
        parser.error(f"no such set: {', '.join(unknown)}; there are: {', '.join(known)}")
    return options


def ask(
    asked: LabelSet, config: Config, encoder: Encoder, options: argparse.Namespace, line: ProgressLine
) -> list[Judged]:
    """Asks the questions of a set, and judges the answers."""
    false = false_values(asked.file)
    judged = []
    with open_set(asked, config, encoder, options.work, line) as (bot, file):
        chosen = [label for label in file.labels if options.half in ("all", "held" if label.is_held_out() else "fit")]
        chosen = list(Sampling(sample=options.sample).of(chosen))
        for number, label in enumerate(chosen):
            line.show(f"{asked.name}: questions asked", number, len(chosen))
            filters = Filters(document=label.documents if asked.given else label.among)
            answer = bot.ask(Question(label.question[:1000], top_k=DEPTH, filters=filters))
            judged.append(judge(label, answer, false.get(label.question)))
        line.show(f"{asked.name}: questions asked", len(chosen), len(chosen))
    return judged


@contextmanager
def open_set(
    asked: LabelSet, config: Config, encoder: Encoder, work: Path, line: ProgressLine
) -> Iterator[tuple[Bot, LabelFile]]:
    """A bot over the index that a set is asked of, and the set's questions."""
    file = read_labels(asked.file)
    with closing(Bot.open(_index(asked, file, config, encoder, work, line), encoder)) as bot:
        yield bot, file


def _index(
    asked: LabelSet, file: LabelFile, config: Config, encoder: Encoder, work: Path, line: ProgressLine
) -> Config:
    """The configuration whose index a set is asked of, brought up to date."""
    name = "-".join(path.name for path in asked.documents) or "pooled"
    config = replace(config, index=Index(str((work / name).absolute())))
    if asked.documents:
        index(config, encoder, asked.documents, only=True, progress=line.show)
        return config
    return indexed(config, encoder, [file], Sampling(), line.show)[file.path]


def false_values(file: Path) -> dict[str, Wordings]:
    """The false values that RGB put into copies of its passages, in their wordings, by question."""
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    told = {line["query"]: line["fakeanswer"] for line in lines if "fakeanswer" in line}
    return {query: tuple(value) if isinstance(value, list) else (value,) for query, value in told.items()}


def judge(label: Label, answer: Answer, false: Wordings | None = None) -> Judged:
    """What an answer is worth; `false` is the value that stands against the label's, in any of its wordings."""
    found = outcome(label, answer)
    both = None
    if label.status == Status.CONFLICT:
        meant = (label.answers, false) if false else tuple((value,) for value in label.answers)
        both = answer.status is Status.CONFLICT and all_stand(meant, [value.text for value in answer.answers])
        right = both
    else:
        status_right = answer.status.value == (label.status or Status.ANSWERED)
        right = status_right and (found.em == 1 or not label.answerable)
    if label.more:
        both = all_stand(label.parts, [citation.quote for citation in answer.citations])
    return Judged(label, answer, found, both, right)


def all_stand(meant: Sequence[Wordings], texts: Sequence[str]) -> bool:
    """Whether of each of the things meant a wording stands in one of the texts."""
    return all(any(stands(word, text) for word in wordings for text in texts) for wordings in meant)


def stands(wording: str, text: str) -> bool:
    """Whether a wording stands in a text, but for punctuation, width and case; 70 does not stand in 170."""
    part, whole = scores.tokens(fold(wording)), scores.tokens(fold(text))
    return bool(part) and any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


# Of one question: whether it is a hit; None where the question does not count.
SHARES: Mapping[str, Callable[[Judged], bool | None]] = {
    "right": lambda one: one.right,
    "value_given": lambda one: None if one.label.answerable else one.gave_value,
    "quote_hit": lambda one: bool(one.outcome.quote_hit) if one.label.answerable else None,
    "not_found_rightly": lambda one: one.outcome.not_found if one.label.status == Status.NOT_FOUND else None,
    "refused_wrongly": lambda one: one.outcome.not_found if one.label.answerable else None,
    "both": lambda one: one.both,
}
# Of several questions.
MEASURES: Mapping[str, Callable[[Sequence[Judged]], float | None]] = {
    "em": lambda asked: _mean([one.outcome.em for one in asked if one.label.answerable]),
    "f1": lambda asked: _mean([one.outcome.f1 for one in asked if one.label.answerable]),
    "quote_len": lambda asked: _mean([one.outcome.quote_length for one in asked if one.answer.citations]),
    "ece": lambda asked: scores.calibration_error(scores.confidences([one.outcome for one in asked])),
    "auroc": lambda asked: scores.auroc(scores.confidences([one.outcome for one in asked])),
}
COLUMNS = (
    "right", "value_given", "em", "f1", "quote_hit", "quote_len", "not_found_rightly", "refused_wrongly",
    "ece", "auroc", "both",
)  # fmt: skip


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def summary(judged: Sequence[Judged]) -> Row:
    """The figures of some questions, resampled by document."""
    by_document: dict[str, list[Judged]] = {}
    for one in judged:
        by_document.setdefault(one.label.group, []).append(one)
    groups = list(by_document.values())
    figures = {name: share(_hits(groups, hit)) for name, hit in SHARES.items()}
    figures |= {name: measured(groups, measure) for name, measure in MEASURES.items()}
    return Row(len(judged), figures, round(median(one.answer.took_ms for one in judged)) if judged else None)


def _hits(groups: Sequence[Sequence[Judged]], hit: Callable[[Judged], bool | None]) -> list[list[bool]]:
    """Whether each question that counts is a hit, by document."""
    told = ([is_hit for one in group if (is_hit := hit(one)) is not None] for group in groups)
    return [group for group in told if group]


def _halves(name: str, judged: Sequence[Judged]) -> Iterator[tuple[str, Sequence[Judged]]]:
    """The rows of a set: its held-out half, and all that was asked."""
    held = [one for one in judged if one.label.is_held_out()]
    yield f"{name}: held out", held
    if len(held) < len(judged):
        yield f"{name}: all asked", judged


def table(rows: Mapping[str, Row]) -> str:
    """The figures as a table in Markdown: shares in per cent, intervals of 95 % in brackets."""
    lines = [f"| set | n | {' | '.join(COLUMNS)} | p50 ms |", f"|{' --- |' * (len(COLUMNS) + 3)}"]
    for name, row in rows.items():
        cells = [_cell(column, row.figures[column]) for column in COLUMNS]
        lines.append(f"| {name} | {row.n} | {' | '.join(cells)} | {row.p50_ms} |")
    return "\n".join(lines)


def _cell(name: str, figure: Figure | None) -> str:
    if figure is None:
        return "-"
    factor, digits = (100, 1) if name in SHARES or name in ("em", "f1") else (1, 1 if name == "quote_len" else 3)
    told = f"{factor * figure.value:.{digits}f}"
    if figure.low is None or figure.high is None:
        return told
    return f"{told} ({factor * figure.low:.{digits}f}–{factor * figure.high:.{digits}f})"


def _json(rows: Mapping[str, Row], options: argparse.Namespace) -> str:
    told = {name: asdict(row) for name, row in rows.items()}
    return json.dumps({"rows": told, "half": options.half, "sample": options.sample}, ensure_ascii=False, indent=1)


def _write(outcomes: TextIO, asked: LabelSet, judged: Sequence[Judged]) -> None:
    """Writes a line for each question: what was meant, and what was said."""
    for one in judged:
        outcomes.write(json.dumps({"set": asked.file.stem, **told(one)}, ensure_ascii=False) + "\n")
    outcomes.flush()


def told(one: Judged) -> dict[str, Any]:
    """What there is to read of one question's outcome."""
    label, answer = one.label, one.answer
    return {
        "question": label.question,
        "gold": [list(part) for part in label.parts],
        "label": label.status or Status.ANSWERED.value,
        "documents": list(label.documents),
        "held_out": label.is_held_out(),
        "right": one.right,
        "f1": round(one.outcome.f1, 3),
        "both": one.both,
        "status": answer.status.value,
        "reason": answer.reason and answer.reason.value,
        "answer": answer.answer,
        "answers": [value.text for value in answer.answers],
        "quotes": [citation.quote for citation in answer.citations],
        "marked": [_marked(citation) for citation in answer.citations],
        "cited": [citation.document.id for citation in answer.citations],
        "confidence": answer.confidence,
        "quote_hit": one.outcome.quote_hit,
        "gold_rank": one.outcome.rank,
        "took_ms": answer.took_ms,
    }


def _marked(citation: Citation) -> str:
    return citation.quote[citation.answer_start - citation.start : citation.answer_end - citation.start]
