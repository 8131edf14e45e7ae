"""Fits what answers are weighed with, and prints it: `python -m benchmarks fit`.

Fitted on the half of the documents that `Label.is_held_out` leaves:

- the weights of a sentence (`bot/evidence.py`): of the sentences read for a question, one with the answer is to
  have the highest score (a conditional logit; McFadden, Conditional logit analysis, 1974);
- those of a span among those of its sentence, likewise;
- the curves of `bot/confidence.py`: logistic regressions of whether the best candidate is right, and of whether its
  sentence tells the answer, a kind of question each. For every third answerable question the same is asked
  of the documents without its own, where nothing is right.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.answers import LabelSet, label_sets, open_set
from bot.answerer import may_answer
from bot.bot import open_encoder
from bot.calibration import Example, texts
from bot.confidence import Curve, margin
from bot.config import load_config
from bot.evaluate import Sampling
from bot.evidence import OF_SENTENCE, OF_SPAN
from bot.labelled import Label
from bot.progress import ProgressLine
from bot.question_words import Form
from bot.reader import Candidate
from bot.types import Filters, Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SETS = ("cmrc2018-trial", "xquad-zh", "drcd-dev", "dureader-checklist-dev", "cail2019-dev", "news-qa-dev")
_WITHOUT = 3  # every third question is asked of the documents without its own as well
_RIDGE = 1e-3


def main(arguments: Sequence[str], shared: Path, root: Path, work: Path) -> int:
    """Asks the half of the questions to fit on, and prints the weights; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fit", description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=1200, metavar="N", help="at most N questions a set (1200)")
    parser.add_argument("--work", type=Path, default=work / "answers", help="where the indexes are kept (%(default)s)")
    options = parser.parse_args(arguments)
    config, sets = load_config(root / "config.toml"), [one for one in label_sets(shared, root) if one.file.stem in SETS]
    encoder = open_encoder(config)
    examples: list[Example] = []
    with ExitStack() as opened:
        line = opened.enter_context(ProgressLine(sys.stderr))
        for one in sets:
            with open_set(one, config, encoder, options.work, line) as (bot, file):
                labels = [label for label in file.labels if not label.is_held_out()]
                for number, label in enumerate(Sampling(sample=options.sample).of(labels)):
                    line.show(f"{one.name}: questions asked", number, len(labels))
                    trail = bot.trail(Question(label.question[:1000], filters=_filters(one, label)))
                    examples.append(Example(label, trail.asked[0], trail.candidates, texts(bot, trail.candidates)))
    print(report(examples))
    return 0


def _filters(asked: LabelSet, label: Label) -> Filters:
    return Filters(document=label.documents if asked.given else label.among)


def report(examples: Sequence[Example]) -> str:
    """All that is fitted, as it stands in the code."""
    lines = []
    for form in Form:
        of_form = [example for example in examples if Form.of(example.asked.wants) is form]
        lines += [
            f"sentence {form}: {sentence_weights(of_form)}",
            f"span {form}: {span_weights(of_form)}",
            f"confidence {form}: {fitted_curve(of_form, Example.is_right)}",
            f"support {form}: {fitted_curve(of_form, Example.tells)}",
        ]
    return "\n".join(lines)


def sentence_weights(examples: Iterable[Example]) -> dict[str, float]:
    """The weights by which a sentence with the answer comes before those without."""
    groups = []
    for example in examples:
        first = [candidates[0] for candidates in by_sentence(example.candidates)]
        groups.append((first, [_sentence_tells(example, candidate) for candidate in first]))
    return _conditional_logit(groups, tuple(OF_SENTENCE[Form.PHRASE]))


def span_weights(examples: Iterable[Example]) -> dict[str, float]:
    """The weights by which a right span comes before the others of its sentence."""
    groups = []
    for example in examples:
        for candidates in by_sentence(example.candidates):
            if _sentence_tells(example, candidates[0]):
                groups.append((candidates, [example.is_right(candidate) for candidate in candidates]))
    return _conditional_logit(groups, tuple(OF_SPAN[Form.PHRASE]))


def by_sentence(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """The candidates of each sentence."""

    def place(candidate: Candidate) -> tuple[str, int, int]:
        return (candidate.hit.document.id, *candidate.sentence)

    for _, of in groupby(sorted(candidates, key=place), place):
        yield list(of)


def _sentence_tells(example: Example, candidate: Candidate) -> bool:
    start, end = candidate.sentence
    text = example.texts[candidate.hit.document.id][start:end]
    return example.label.answerable and any(answer in text for answer in example.label.answers)


def _conditional_logit(
    groups: Iterable[tuple[Sequence[Candidate], Sequence[bool]]], names: Sequence[str]
) -> dict[str, float]:
    """The weights of these fields of the evidence that make the right ones of each group likeliest."""
    import numpy as np
    from scipy.optimize import minimize

    parts = [
        (np.array([[getattr(c.evidence, name) for name in names] for c in of]), np.array(right))
        for of, right in groups
        if any(right) and not all(right)
    ]
    deviation = np.concatenate([features for features, _ in parts]).std(axis=0) + 1e-9

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(weights)
        for features, right in parts:
            scaled = features / deviation
            worth = np.exp(scaled @ weights - (scaled @ weights).max())
            chances, hits = worth / worth.sum(), worth * right / (worth * right).sum()
            total -= np.log(chances[right].sum())
            gradient -= (hits - chances) @ scaled
        return float(total / len(parts) + _RIDGE * weights @ weights), gradient / len(parts) + 2 * _RIDGE * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / deviation
    return {name: round(float(weight), 2) for name, weight in zip(names, found, strict=True)}


def fitted_curve(examples: Sequence[Example], is_right: Callable[[Example, Candidate], bool]) -> Curve:
    """The curve of questions of one form."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    rows, right = [], []
    for number, example in enumerate(examples):
        wide = len({c.hit.document.id for c in example.candidates}) > 1
        also = [example.without_its_documents()] if example.label.answerable and wide and not number % _WITHOUT else []
        for one in [example, *also]:
            fitting = may_answer(one.asked, one.candidates)
            if fitting:
                rows.append(Curve.features(fitting[0], margin(fitting[0], fitting)))
                right.append(is_right(one, fitting[0]))
    told = np.array(rows)
    deviation = told.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(told / deviation, right)
    weights = fitted.coef_[0] / deviation
    return Curve(*(round(float(weight), 2) for weight in (fitted.intercept_[0], *weights)))
