"""The trained reader's part: where the rules alone are not sure, it reads the likeliest passages."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from bot.answerer import may_answer
from bot.asked import Asked
from bot.confidence import Scale, confidence
from bot.config import Answers, Reader
from bot.errors import BadModel
from bot.question_words import Wants
from bot.reader import Candidate, Sheet
from bot.types import Hit
from reading.reader import FOLDER, ReaderError, Reading, TrainedReader


class SpanReader(Protocol):
    """What reads texts for a question."""

    @property
    def fingerprint(self) -> str:
        """What changes with the model."""

    def read(self, question: str, texts: Iterable[str], tokens: int) -> list[Reading]:
        """What it says of the first of the texts, as many as so many tokens allow; all folded."""


def open_reader(config: Reader, base: Path) -> SpanReader | None:
    """The reader that the configuration names, opened once; None where it is switched off. Raises BadModel."""
    if not config.enabled:
        return None
    return _opened(base / config.model if config.model else FOLDER, config.threads)


@functools.lru_cache(maxsize=2)
def _opened(folder: Path, threads: int) -> SpanReader:
    try:
        return TrainedReader(folder, threads)
    except ReaderError as error:
        mend = "set [reader] model to what `python -m training export` wrote, or [reader] enabled = false"
        raise BadModel(f"{error}; {mend}") from None


def read_hits(
    asked: Asked, sheet: Sheet, hits: Sequence[Hit], trained: SpanReader | None, reader: Reader, answers: Answers
) -> list[Candidate]:
    """The candidates of a question's hits, best first: by the rules where these are sure, else with the reader.

    Whether something is so is answered by a clause, and left to the rules: a reader looks for what is missing.
    """
    candidates = sheet.candidates()
    if trained is None or asked.wants is Wants.YES_NO or _is_sure(asked, candidates, reader.sure, answers):
        return candidates
    texts = {name: sheet.text(name) for name in _likeliest(candidates, hits)}
    prose = [name for name, text in texts.items() if text]
    told = trained.read(asked.folded, (texts[name] for name in prose), reader.tokens) if prose else []
    readings: dict[str, Reading | None] = dict(zip(prose, told, strict=False))
    if not readings:
        return candidates
    rows = list(texts)[: list(texts).index(prose[len(told) - 1])]  # before the last that was read
    return sheet.candidates(readings | {name: None for name in rows if not texts[name]})


def _is_sure(asked: Asked, candidates: Sequence[Candidate], sure: float, answers: Answers) -> bool:
    """Whether the best candidate is likely enough right by the rules alone."""
    fitting = may_answer(asked, candidates)
    return bool(fitting) and confidence(asked.wants, fitting[0], fitting, Scale(*answers.confidence)) >= sure


def _likeliest(candidates: Sequence[Candidate], hits: Sequence[Hit]) -> list[str]:
    """The ids of the passages, those that hold the best candidates first, then those of the best hits."""
    passages = [candidate.hit.passage.id for candidate in candidates] + [hit.passage.id for hit in hits]
    return list(dict.fromkeys(passages))
