"""Fits the weight of the two legs, and how sure answers are, on labelled questions: what `python -m bot tune` does.

The questions are parted in two by the document they are of. The weight is fitted on one half, so that
the mean over the files of MRR@10 is highest; what it gains is measured on the other. `bot/calibration.py`
does the same for confidence and support.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bot import open_encoder
from bot.calibration import Calibration, calibrate
from bot.config import Config
from bot.errors import BadInput
from bot.evaluate import DEPTH, Progress, Sampling, aligned, indexed
from bot.labelled import Label, LabelFile, named, names, read_labels
from bot.retriever import Candidates, Retriever
from bot.store import Store
from bot.types import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.encoder import Encoder

_STEPS = 20
WEIGHTS = tuple(step / _STEPS for step in range(_STEPS + 1))


@dataclass(frozen=True, slots=True)
class Asked:
    """What both legs propose for a question, and which of it is right, of shape (n,)."""

    label: Label
    candidates: Candidates
    right: NDArray[np.bool_]

    def rank(self, dense_weight: float) -> int:
        """The rank of the first right passage, from 1; 0 where none is among the first ten."""
        import numpy as np

        hits = np.flatnonzero(self.right[self.candidates.best(dense_weight, DEPTH)])
        return int(hits[0]) + 1 if len(hits) else 0

    def is_held_out(self, seed: int) -> bool:
        """Which half the question is of."""
        return self.label.is_held_out(seed)


@dataclass(frozen=True, slots=True)
class Ranks:
    """How well right passages are ranked: shares and a mean, 0 to 1."""

    first: float  # recall@1
    five: float  # recall@5
    mrr: float  # MRR@10


@dataclass(frozen=True, slots=True)
class Tuned:
    """The weight that was found, and what each weight is worth on the questions it was not fitted on."""

    dense_weight: float
    configured: float
    fitted_on: dict[str, int]  # questions, by file
    held_out: dict[str, int]
    ranks: dict[str, dict[float, Ranks]]  # of the held-out questions, by file and weight

    @property
    def gain(self) -> float:
        """The mean over the files of MRR@10 with the weight found, less that with the configured one."""
        gains = [ranks[self.dense_weight].mrr - ranks[self.configured].mrr for ranks in self.ranks.values()]
        return sum(gains) / len(gains)


def tune(config: Config, files: Sequence[Path], sampling: Sampling, progress: Progress) -> tuple[Tuned, Calibration]:
    """Fits the weight of the dense leg, and how sure answers are.

    Raises BadInput where a half of a file holds no answerable question.
    """
    encoder = open_encoder(config)
    asked_of = _asked_of(config, encoder, files, sampling, progress)
    weight = _tuned_weight(config, encoder, asked_of, sampling, progress)
    return weight, calibrate(encoder, asked_of, sampling, progress)


def _tuned_weight(
    config: Config,
    encoder: Encoder,
    asked_of: Sequence[tuple[LabelFile, Config]],
    sampling: Sampling,
    progress: Progress,
) -> Tuned:
    fit: dict[str, list[Asked]] = {}
    held: dict[str, list[Asked]] = {}
    called = names([file.path for file, _ in asked_of])
    for file, asked in _asked_all(encoder, asked_of, sampling, progress).items():
        name = called[file]
        fit[name] = [one for one in asked if not one.is_held_out(sampling.seed)]
        held[name] = [one for one in asked if one.is_held_out(sampling.seed)]
        if not fit[name] or not held[name]:
            raise BadInput(
                f"{file}: too few answerable questions for a half to fit on and another to measure; label more"
            )
    return fitted(config.retriever.dense_weight, fit, held)


def ask_all(
    config: Config, files: Sequence[Path], sampling: Sampling, progress: Progress = lambda what, done, of: None
) -> dict[Path, list[Asked]]:
    """What both legs propose for every answerable question, by file. Raises BadInput as `read_labels`."""
    encoder = open_encoder(config)
    return _asked_all(encoder, _asked_of(config, encoder, files, sampling, progress), sampling, progress)


def _asked_of(
    config: Config, encoder: Encoder, files: Sequence[Path], sampling: Sampling, progress: Progress
) -> list[tuple[LabelFile, Config]]:
    """The labelled questions of each file, and the configuration whose index they are asked of."""
    read = [read_labels(file) for file in files]
    configs = indexed(config, encoder, read, sampling, progress)
    return [(file, configs[file.path]) for file in read]


def _asked_all(
    encoder: Encoder, asked_of: Sequence[tuple[LabelFile, Config]], sampling: Sampling, progress: Progress
) -> dict[Path, list[Asked]]:
    found = {}
    for file, config in asked_of:
        labels = [label for label in sampling.of(file.labels) if label.answerable and label.answers]
        with closing(Store(config.index_dir).open(encoder.fingerprint)) as generation:
            retriever = Retriever(generation, encoder, config.retriever)
            found[file.path] = _asked(retriever, file, labels, progress)
    return found


def fitted(configured: float, fit: Mapping[str, Sequence[Asked]], held: Mapping[str, Sequence[Asked]]) -> Tuned:
    """The best weight on the questions of `fit`, measured on those of `held`. Of equals, the nearest to the old."""

    def worth(weight: float) -> tuple[float, float]:
        each = [measured(asked, weight).mrr for asked in fit.values()]
        return round(sum(each) / len(each), 6), -abs(weight - configured)

    best = max(WEIGHTS, key=worth)
    shown = sorted({0.0, configured, best, 1.0})
    return Tuned(
        dense_weight=best,
        configured=configured,
        fitted_on={name: len(asked) for name, asked in fit.items()},
        held_out={name: len(asked) for name, asked in held.items()},
        ranks={name: {weight: measured(asked, weight) for weight in shown} for name, asked in held.items()},
    )


def measured(asked: Sequence[Asked], dense_weight: float) -> Ranks:
    """How well a weight ranks the right passages of some questions."""
    ranks = [one.rank(dense_weight) for one in asked]
    return Ranks(
        first=sum(rank == 1 for rank in ranks) / len(ranks),
        five=sum(1 <= rank <= 5 for rank in ranks) / len(ranks),
        mrr=sum(1 / rank for rank in ranks if rank) / len(ranks),
    )


def table(tuned: Tuned) -> str:
    """What was found, for a person."""
    lines = [["file", "fitted on", "held out", "dense_weight", "recall@1", "recall@5", "MRR@10"]]
    for name, ranks in tuned.ranks.items():
        counts = [str(tuned.fitted_on[name]), str(tuned.held_out[name])]
        for weight, told in ranks.items():
            figures = [f"{figure:.4f}" for figure in (told.first, told.five, told.mrr)]
            lines.append([name, *counts, _described(weight, tuned), *figures])
    rows = aligned(lines).splitlines()
    if tuned.dense_weight == tuned.configured:
        return "\n".join([*rows, f"The configured dense_weight, {tuned.configured:g}, is the best."])
    gain = f"{100 * tuned.gain:+.2f} points of MRR@10 on the held-out questions, the mean over the files"
    mend = f"To take it up, set [retriever] dense_weight = {tuned.dense_weight:g} and run: python -m bot index"
    if tuned.gain <= 0:
        mend = f"Leave dense_weight at {tuned.configured:g}: what was fitted does not carry over to other questions."
    return "\n".join([*rows, f"Fitted: {tuned.dense_weight:g}, {gain}.", mend])


def _described(weight: float, tuned: Tuned) -> str:
    """A weight, and which it is."""
    names = {0.0: "lexical alone", 1.0: "dense alone", tuned.configured: "configured", tuned.dense_weight: "fitted"}
    return f"{weight:g} ({names[weight]})"


def _asked(retriever: Retriever, file: LabelFile, labels: Sequence[Label], progress: Progress) -> list[Asked]:
    import numpy as np

    asked = []
    for number, label in enumerate(labels):
        progress("questions asked", number, len(labels))
        candidates, _ = retriever.candidates(label.question, Filters(document=label.among))
        right = [
            named(document, label.documents) if file.is_pooled else any(answer in text for answer in label.answers)
            for _, document, text in candidates.found
        ]
        asked.append(Asked(label, replace(candidates, found=()), np.asarray(right, dtype=bool)))
    progress("questions asked", len(labels), len(labels))
    return asked
