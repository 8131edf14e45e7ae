"""Scores labelled questions: what `python -m bot eval` prints.

A paragraph file has ``{"id", "text", "questions": [{"question", "answers", "unanswerable"}]}`` a
line; all paragraph files of a call, and the distractors, are indexed together and asked open. A
question file has ``{"question", "answers", "status"?, "document"?, "documents"?}`` a line and asks
the configured index.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot import scores
from bot.bot import Bot, open_encoder
from bot.config import Config, Index
from bot.errors import BadInput
from bot.indexer import index
from bot.types import Answer, Filters, Question, Status

Progress = Callable[[str, int, int], None]
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Label:
    """A question, and what its answer should be."""

    question: str
    answers: tuple[str, ...]
    status: str  # empty: not labelled
    documents: tuple[str, ...]  # ids, or the ends of sources

    @property
    def answerable(self) -> bool:
        """Whether a value is expected."""
        return self.status in {"", "answered", "conflict"}


def evaluate(
    config: Config,
    files: Sequence[Path],
    given: bool,
    distractors: Path | None,
    limit: int,
    seed: int,
    sample: int,
    progress: Progress,
) -> dict[str, Any]:
    """The contract's scores of each file. Raises BadInput for a file that is not of either format."""
    if limit < 0 or sample < 0:
        raise BadInput("--limit and --sample count questions and documents; give whole numbers from 0")
    labels = {file: _labels(file) for file in files}
    paragraphs = [file for file in files if _has_paragraphs(file)]
    encoder = open_encoder(config)
    config = replace(config, retriever=replace(config.retriever, depth=DEPTH))
    bots: dict[bool, Bot] = {}
    if paragraphs:
        pooled = replace(config, index=Index(str(config.index_dir / "eval")))
        paths = [path.resolve() for path in paragraphs]
        if distractors:
            paths.append(_sampled(distractors, limit, seed, config.index_dir))
        index(pooled, encoder, paths, only=True, progress=progress)
        bots[True] = Bot.open(pooled, encoder)
    if len(paragraphs) < len(files):
        bots[False] = Bot.open(config, encoder)
    told = {}
    for file in files:
        bot = bots[file in paragraphs]
        chosen = labels[file]
        if sample and sample < len(chosen):
            chosen = random.Random(seed).sample(chosen, sample)
        told[file.name] = _score(
            bot, chosen, given and file in paragraphs, lambda d, n: progress("questions asked", d, n)
        )
    return {
        "files": told,
        "seed": seed,
        "index": {str(file): bots[file in paragraphs].generation for file in files},
        "config": {"given": given, "distractors": str(distractors or ""), "limit": limit if distractors else 0},
    }


def table(evaluated: dict[str, Any]) -> str:
    """The scores as a table for a person."""
    rows = [["file", *scores.NAMES]]
    for name, scored in evaluated["files"].items():
        rows.append([name, *(_cell(key, scored[key]) for key in scores.NAMES)])
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
        filters = Filters(document=label.documents) if given else Filters()
        answer = bot.ask(Question(label.question[:1000], top_k=DEPTH, filters=filters))
        outcomes.append(outcome(label, answer))
    progress(len(labels), len(labels))
    return scores.summary(outcomes)


def outcome(label: Label, answer: Answer) -> scores.Outcome:
    """What is scored of one answer."""
    said = [value.text for value in answer.answers] or [""]
    rank = next((i for i, hit in enumerate(answer.passages, 1) if _is_one_of(hit.document, label.documents)), 0)
    quote = answer.citations[0].quote if answer.citations else ""
    return scores.Outcome(
        answerable=label.answerable,
        em=max((scores.exact_match(text, gold) for text in said for gold in label.answers), default=0.0),
        f1=max((scores.f1(text, gold) for text in said for gold in label.answers), default=0.0),
        rank=rank if label.documents else None,
        quote_hit=any(gold in quote for gold in label.answers) if quote else None,
        quote_length=len(quote),
        status_right=(answer.status.value == label.status) if label.status else None,
        not_found=answer.status is Status.NOT_FOUND,
        confidence=answer.confidence,
        masked=label.status == Status.MASKED.value,
    )


def _is_one_of(document: Any, named: tuple[str, ...]) -> bool:
    return document.id in named or any(f"/{document.source}".endswith(f"/{name}") for name in named)


def _has_paragraphs(file: Path) -> bool:
    return any("text" in line for line in _lines(file, 1))


def _labels(file: Path) -> list[Label]:
    labels: list[Label] = []
    for number, line in enumerate(_lines(file), 1):
        try:
            if "questions" in line:
                for asked in line["questions"]:
                    status = "not_found" if asked.get("unanswerable") else "answered"
                    answers = tuple(str(answer) for answer in asked["answers"])
                    labels.append(Label(str(asked["question"]), answers, status, (str(line["id"]),)))
            else:
                documents = (
                    line.get("documents") or [line["document"]] if line.get("document") else line.get("documents")
                )
                labels.append(
                    Label(str(line["question"]), tuple(line["answers"]), line.get("status", ""), tuple(documents or ()))
                )
        except (KeyError, TypeError, AttributeError):
            raise BadInput(
                f"{file}: line {number} is no labelled question; see docs/ARCHITECTURE.md, Evaluation"
            ) from None
    return [label for label in labels if not set(label.answers) & {"YES", "NO"}]


def _lines(file: Path, most: int = 0) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield json.loads(line)
                if number == most:
                    return
    except OSError as error:
        raise BadInput(f"{file}: cannot be opened ({error.strerror}); name a file of labelled questions") from None
    except ValueError:
        raise BadInput(f"{file}: is not JSON lines in UTF-8; name a file of labelled questions") from None


def _sampled(distractors: Path, limit: int, seed: int, folder: Path) -> Path:
    """A file with `limit` of the documents, chosen by `seed`."""
    import gzip

    try:
        with gzip.open(distractors, "rb") if distractors.suffix == ".gz" else distractors.open("rb") as opened:
            lines = [line for line in opened if line.strip()]
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{distractors}: cannot be opened ({error}); name a .jsonl or .jsonl.gz file") from None
    chosen = random.Random(seed).sample(lines, min(limit, len(lines)))
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "eval-distractors.jsonl").resolve()
    file.write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in chosen))
    return file
