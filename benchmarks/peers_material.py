"""What txtai, Haystack and wenda are measured on, and by: texts, questions, vectors, ranks."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.config import Config

    Vectors = NDArray[np.float32]

Setting = dict[str, Any]
Figures = dict[str, Any]

TOP_K = 10
BATCH = 8  # passages the peers encode at once: 3.4 a second on two cores, 2.7 with their default of 32
NOISE, QUESTIONS, SCALE_QUESTIONS = 300, 600, 200
LABELLED = ("cmrc2018-trial", "xquad-zh")
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

    config = config_in(work / "index")
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


def config_in(index: Path, backend: str = "") -> Config:
    """The product's defaults, with the index in a folder and, where one is named, another backend."""
    from bot.config import Config, Index

    config = Config(index=Index(str(index)))
    return replace(config, model=replace(config.model, backend=backend)) if backend else config


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
