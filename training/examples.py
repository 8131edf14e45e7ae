"""Questions with the stretch of text that answers them: what the reader learns from and is measured on."""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.labelled import Label, LabelFile, read_labels
from bot.text import fold
from bot.types import Span

PARTS = ("train", "fit", "held-out")
_HALVED = {"cmrc2018-trial"}  # of which half is held out; of the others a fifth
_SAYS_NOTHING = {"YES", "NO"}


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a text, both folded; every place where the answer stands, none where the text has none."""

    question: str
    text: str
    spans: tuple[Span, ...]
    answers: tuple[str, ...]  # folded as well, to score by; none: the text has no answer
    source: str


def part_of(label: Label, source: str) -> str:
    """What a labelled question serves for: train, fit (the answerer's weights and curves) or held-out.

    By paragraph, never by question. The held-out part lies in the half that `Label.is_held_out` names,
    which the answerer's weights were never fitted on either.
    """
    number = zlib.crc32(f"0\n{label.group}".encode("utf-8", "replace")) % 10
    if (source in _HALVED and label.is_held_out()) or number in (1, 3):
        return "held-out"
    return "fit" if number == 0 else "train"


def examples(file: LabelFile, part: str, corpus: dict[str, str]) -> Iterator[Example]:
    """A file's examples of one part; `corpus` has the texts of documents that the file itself does not hold."""
    source = file.path.name.removesuffix(".jsonl")
    texts = _paragraphs(file.path) if file.has_paragraphs else corpus
    for label in file.labels:
        if part_of(label, source) != part or not label.question.strip():
            continue
        answers = tuple(fold(answer) for answer in label.answers if answer.strip() and answer not in _SAYS_NOTHING)
        text = fold(texts.get(label.documents[0], "")) if label.documents else ""
        if not text or (label.answers and not answers):
            continue
        spans = tuple(sorted({span for answer in answers for span in _found(answer, text)}))
        if bool(answers) == bool(spans) or part != "train":
            yield Example(fold(label.question), text, spans, answers, source)


def from_corpus(example: Example, size: int = 700) -> Example:
    """An example on a long article, cut to the neighbourhood of the answer that shares most with the question."""
    wanted = set(_pairs(example.question))
    best = max(example.spans, key=lambda span: (_shared(example.text, span, wanted), -span[0]), default=(0, 0))
    start = max(0, best[0] - size // 2)
    text = example.text[start : start + size]
    spans = tuple((s - start, e - start) for s, e in example.spans if start <= s and e <= start + len(text))
    return Example(example.question, text, spans, example.answers, example.source)


def _shared(text: str, span: Span, wanted: set[str]) -> int:
    return len(wanted & set(_pairs(text[max(0, span[0] - 80) : span[1] + 80])))


def _pairs(text: str) -> Iterator[str]:
    return (text[i : i + 2] for i in range(len(text) - 1))


def _found(answer: str, text: str) -> Iterator[Span]:
    answer = answer.strip()
    if not answer:
        return
    for match in re.finditer(re.escape(answer), text):
        yield match.span()


def _paragraphs(file: Path) -> dict[str, str]:
    with file.open(encoding="utf-8-sig") as lines:
        return {row["id"]: row["text"] for row in map(json.loads, lines) if "id" in row}


class Neighbours:
    """Paragraphs that share pairs of characters: where a question finds texts that look right and are not."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for pair in set(_pairs(text)):
                self._holding[pair].append(number)

    def nearest(self, example: Example, count: int) -> list[str]:
        """The texts, other than its own and without its answer, that share most with an example's question."""
        scores: dict[int, float] = defaultdict(float)
        for pair in sorted(set(_pairs(example.question))):  # in one order, since the sums are rounded
            holding = self._holding.get(pair, ())
            for number in holding:
                scores[number] += 1 / len(holding) ** 0.5
        ranked = sorted(scores, key=lambda number: (-scores[number], number))
        near = (self._texts[number] for number in ranked)
        found = (
            text for text in near if text != example.text and not any(answer in text for answer in example.answers)
        )
        return [text for text, _ in zip(found, range(count), strict=False)]


def load(files: Iterable[Path], part: str, corpus: dict[str, str]) -> list[Example]:
    """The examples of one part of some files, in their order."""
    loaded = []
    for path in files:
        for example in examples(read_labels(path), part, corpus):
            loaded.append(example if len(example.text) < 3000 or not example.spans else from_corpus(example))
    return loaded
