"""Scores labelled questions: what `python -m bot eval` prints.

The paragraph files of a call, the passages that come with RGB's questions, and the distractors are
indexed together and asked open (RGB's questions each of their own passages); a question file asks
the configured index.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot import scores
from bot.bot import Bot, open_encoder
from bot.config import Config, Index
from bot.errors import BadInput
from bot.indexer import index
from bot.labelled import Label, LabelFile, named, names, read_labels
from bot.types import Answer, Filters, Question, Status
from embeddings.encoder import Encoder

Progress = Callable[[str, int, int], None]
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which documents are added, and which questions asked."""

    distractors: Path | None = None
    limit: int = 2000  # documents
    seed: int = 0
    sample: int = 0  # questions a file; 0: all

    def of(self, labels: Sequence[Label]) -> Sequence[Label]:
        """The questions to ask."""
        if 0 < self.sample < len(labels):
            return random.Random(self.seed).sample(labels, self.sample)
        return labels


def evaluate(
    config: Config, files: Sequence[Path], given: bool, sampling: Sampling, progress: Progress
) -> dict[str, Any]:
    """The contract's scores of each file. Raises BadInput for a file that is in no format of labelled questions."""
    encoder = open_encoder(config)
    config = replace(config, retriever=replace(config.retriever, depth=DEPTH))
    read = [read_labels(file) for file in files]
    told, generations, called = {}, {}, names(files)
    asked_of = indexed(config, encoder, read, sampling, progress)
    for file in read:
        bot = Bot.open(asked_of[file.path], encoder)
        generations[str(file.path)] = bot.generation
        chosen = sampling.of(file.labels)
        told[called[file.path]] = _score(
            bot, chosen, given and file.has_paragraphs, lambda d, n: progress("questions asked", d, n)
        )
        bot.close()
    return {
        "files": told,
        "seed": sampling.seed,
        "index": generations,
        "config": {
            "given": given,
            "distractors": str(sampling.distractors or ""),
            "limit": sampling.limit if sampling.distractors else 0,
        },
    }


def indexed(
    config: Config, encoder: Encoder, files: Sequence[LabelFile], sampling: Sampling, progress: Progress
) -> dict[Path, Config]:
    """Indexes what comes with the questions; for each file the configuration whose index it is asked of."""
    if sampling.limit < 0 or sampling.sample < 0:
        raise BadInput("--limit and --sample count questions and documents; give whole numbers from 0")
    pooled = replace(config, index=Index(str(config.index_dir / "eval")))
    paths = [file.path.resolve() for file in files if file.has_paragraphs]
    passages = [passage for file in files for passage in file.passages]
    if passages:
        lines = [json.dumps(passage, ensure_ascii=False).encode() for passage in passages]
        paths.append(_written(lines, config.index_dir / "eval-passages.jsonl"))
    if paths:
        if sampling.distractors:
            paths.append(_written(_drawn(sampling), config.index_dir / "eval-distractors.jsonl"))
        index(pooled, encoder, paths, only=True, progress=progress)
    return {file.path: pooled if file.is_pooled else config for file in files}


def table(evaluated: dict[str, Any]) -> str:
    """The scores as a table for a person."""
    rows = [["file", *scores.NAMES]]
    for name, scored in evaluated["files"].items():
        rows.append([name, *(_cell(key, scored[key]) for key in scores.NAMES)])
    return aligned(rows)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The cells of a table, one row a line, each column as wide as its widest cell."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if name == "n" else f"{value:.1f}" if name == "quote_len" else f"{value:.3f}"


def _score(bot: Bot, labels: Sequence[Label], given: bool, progress: Callable[[int, int], None]) -> dict[str, Any]:
    outcomes = []
    for number, label in enumerate(labels):
        progress(number, len(labels))
        filters = Filters(document=label.documents if given else label.among)
        answer = bot.ask(Question(label.question[:1000], top_k=DEPTH, filters=filters))
        outcomes.append(outcome(label, answer))
    progress(len(labels), len(labels))
    return scores.summary(outcomes)


def outcome(label: Label, answer: Answer) -> scores.Outcome:
    """What is scored of one answer; of an answer in parts, the mean over the parts."""
    said = [value.text for value in answer.answers] or [""]
    rank = next((i for i, hit in enumerate(answer.passages, 1) if named(hit.document, label.documents)), 0)
    quote = answer.citations[0].quote if answer.citations else ""
    return scores.Outcome(
        answerable=label.answerable,
        em=_over_parts(scores.exact_match, said, label),
        f1=_over_parts(scores.f1, said, label),
        rank=rank if label.documents else None,
        answer_rank=max(_first(part, answer) for part in label.parts) if label.answers else None,
        quote_hit=any(gold in quote for gold in label.answers) if quote else None,
        quote_length=len(quote),
        status_right=(answer.status.value == label.status) if label.status else None,
        not_found=answer.status is Status.NOT_FOUND,
        confidence=answer.confidence,
        masked=label.status == Status.MASKED.value,
    )


def _over_parts(measure: Callable[[str, str], float], said: Sequence[str], label: Label) -> float:
    best = [max((measure(text, gold) for text in said for gold in part), default=0.0) for part in label.parts]
    return sum(best) / len(best)


def _first(wordings: Sequence[str], answer: Answer) -> int:
    """The rank of the first passage with one of the wordings; one beyond all where none has it."""
    passages = [hit.text for hit in answer.passages]
    found = (rank for rank, text in enumerate(passages, 1) if any(word in text for word in wordings))
    return next(found, DEPTH + 1)


def _drawn(sampling: Sampling) -> list[bytes]:
    """The documents to add, drawn by the seed."""
    file = sampling.distractors
    assert file is not None
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as opened:
            lines = [line.strip() for line in opened if line.strip()]
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{file}: cannot be opened ({error}); name a .jsonl or .jsonl.gz file") from None
    return random.Random(sampling.seed).sample(lines, min(sampling.limit, len(lines)))


def _written(lines: Sequence[bytes], file: Path) -> Path:
    """A file with these lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file.resolve()
