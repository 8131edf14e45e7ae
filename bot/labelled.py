"""Labelled questions: what `eval` scores and `tune` learns from.

Three formats, JSON lines each:
- a paragraph file: ``{"id", "text", "questions": [{"question", "answers", "unanswerable"}]}``;
- a question file: ``{"question", "answers", "status"?, "document"?, "documents"?}``;
- RGB's (Chen et al., Benchmarking Large Language Models in Retrieval-Augmented Generation, AAAI 2024):
  ``{"id", "query", "answer", "positive", "negative", "positive_wrong"?}``, each question with passages of its own.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from bot.errors import BadInput

_RGB_PASSAGES = 20  # a question is asked of so many


@dataclass(frozen=True, slots=True)
class Label:
    """A question, and what its answer should be."""

    question: str
    answers: tuple[str, ...]  # any of these
    status: str  # empty: not labelled
    documents: tuple[str, ...]  # ids, or the ends of sources: where the answer stands
    more: tuple[tuple[str, ...], ...] = ()  # further parts of the answer, each in any of its wordings
    among: tuple[str, ...] = ()  # ids of the documents it is asked of; none: of all

    @property
    def answerable(self) -> bool:
        """Whether a value is expected."""
        return self.status in {"", "answered", "conflict"}

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """What must be said: of each part any wording."""
        return (self.answers, *self.more)

    @property
    def group(self) -> str:
        """The document it is of, or else the question itself: what stands and falls together."""
        return self.documents[0] if self.documents else self.question

    def is_held_out(self, seed: int = 0) -> bool:
        """Which half it is of: all of one document's questions are of the same."""
        return zlib.crc32(f"{seed}\n{self.group}".encode("utf-8", "replace")) % 2 == 1


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labelled questions, and what must be indexed to ask them."""

    path: Path
    labels: tuple[Label, ...]
    has_paragraphs: bool  # the file itself holds the documents
    passages: tuple[dict[str, str], ...] = ()  # documents that came with the questions: id and text

    @property
    def is_pooled(self) -> bool:
        """Whether it is asked of a temporary index, not of the configured one."""
        return self.has_paragraphs or bool(self.passages)


def read_labels(path: Path) -> LabelFile:
    """The labelled questions of a file. Raises BadInput with the number of a bad line.

    Questions whose answer is YES or NO, which stands in no text, are left out; so are those of RGB
    whose answer stands in none of the passages it is asked of.
    """
    labels: list[Label] = []
    passages: list[dict[str, str]] = []
    has_paragraphs = False
    for number, line in _lines(path):
        try:
            if "questions" in line:
                has_paragraphs = True
                labels += _of_paragraph(line)
            elif "query" in line:
                label, texts = _of_rgb(line, path.stem)
                passages += texts
                labels += [label] if any(part in text["text"] for text in texts for part in label.answers) else []
            else:
                labels.append(_of_question(line))
        except (KeyError, TypeError, AttributeError):
            raise BadInput(
                f"{path}: line {number} is no labelled question; see docs/ARCHITECTURE.md, Evaluation"
            ) from None
    kept = tuple(label for label in labels if not set(label.answers) & {"YES", "NO"})
    return LabelFile(path, kept, has_paragraphs, tuple(passages))


def _of_paragraph(line: dict[str, Any]) -> Iterator[Label]:
    for asked in line["questions"]:
        status = "not_found" if asked.get("unanswerable") else "answered"
        yield Label(str(asked["question"]), _texts(asked["answers"]), status, (str(line["id"]),))


def _of_question(line: dict[str, Any]) -> Label:
    documents = line.get("documents") or ([line["document"]] if line.get("document") else [])
    return Label(str(line["question"]), _texts(line["answers"]), line.get("status", ""), _texts(documents))


def _of_rgb(line: dict[str, Any], file: str) -> tuple[Label, list[dict[str, str]]]:
    """A question of RGB, and its twenty passages.

    The positive ones come from every group in turn, ten at most where groups must be put together;
    negative ones make up the rest.
    """
    told = line["answer"] if isinstance(line["answer"], list) else [line["answer"]]
    disagree = "positive_wrong" in line
    together = bool(line["positive"]) and isinstance(line["positive"][0], list)
    groups = line["positive"] if together else [line["positive"], line.get("positive_wrong", [])]
    right = _in_turn(groups)[: _RGB_PASSAGES // 2 if together else _RGB_PASSAGES]
    texts = [*right, *line["negative"]][:_RGB_PASSAGES]
    ids = [f"{file}-{line['id']}-{number}" for number in range(len(texts))]
    parts = [_wordings(part) for part in told] if together else [_wordings(told)]
    label = Label(
        str(line["query"]),
        parts[0],
        "conflict" if disagree else "answered",
        tuple(ids[: len(right)]),
        tuple(parts[1:]),
        tuple(ids),
    )
    return label, [{"id": id_, "text": text} for id_, text in zip(ids, texts, strict=True)]


def _in_turn(groups: Sequence[Sequence[str]]) -> list[str]:
    """One of each group, then another of each, and so on."""
    return [text for text in chain.from_iterable(zip_longest(*groups)) if text is not None]


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or of numbers taken as texts. Raises TypeError for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str | int | float) for item in value):
        raise TypeError(value)
    return tuple(map(str, value))


def _wordings(part: Any) -> tuple[str, ...]:
    return tuple(map(str, part)) if isinstance(part, list) else (str(part),)


def named(document: Any, names: Iterable[str]) -> bool:
    """Whether a document is one of those named, by its id or the end of its source."""
    return any(document.id == name or f"/{document.source}".endswith(f"/{name}") for name in names)


def names(paths: Sequence[Path]) -> dict[Path, str]:
    """What each file is called: by its name, and by its whole path where two have the same name."""
    called = [path.name for path in paths]
    return {path: path.name if called.count(path.name) == 1 else str(path) for path in paths}


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line that is not blank, with its number."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, json.loads(line)
    except OSError as error:
        raise BadInput(f"{path}: cannot be opened ({error.strerror}); name a file of labelled questions") from None
    except (ValueError, RecursionError):
        raise BadInput(f"{path}: is not JSON lines in UTF-8; name a file of labelled questions") from None
