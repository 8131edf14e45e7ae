"""Fits what answers are weighed with, and prints it: `python -m benchmarks fit`.

Fitted on the half of the documents that `Label.is_held_out` leaves:

- the weights of a sentence (`bot/evidence.py`): of the sentences read for a question, one with the answer is to
  have the highest score (a conditional logit; McFadden, Conditional logit analysis, 1974);
- those of a span among those of its sentence, likewise;
- the curves of `bot/confidence.py`: logistic regressions of whether the best candidate is right, and of whether its
  sentence tells the answer, a kind of question each. For every third answerable question the same is asked
  of the documents without its own, where nothing is right.

With `--reader`, all of it again for answers with the trained reader's help, on questions that it was not trained on
(`training.examples.part_of`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
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
from bot.evidence import OF_SENTENCE, OF_SPAN, Blend, Evidence, weighed
from bot.labelled import Label
from bot.progress import ProgressLine
from bot.question_words import Form
from bot.reader import Candidate
from bot.types import Filters, Question
from training.examples import part_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SETS = ("cmrc2018-trial", "xquad-zh", "drcd-dev", "dureader-checklist-dev", "cail2019-dev", "news-qa-dev")
TRAINED_ON = frozenset(SETS) - {"cail2019-dev"}  # what the reader learns from
_WITHOUT = 3  # every third question is asked of the documents without its own as well
_RIDGE = 1e-3
_Group = tuple[Sequence[Candidate], Sequence[bool]]


def main(arguments: Sequence[str], shared: Path, root: Path, work: Path) -> int:
    """Asks the half of the questions to fit on, and prints the weights; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fit", description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=1200, metavar="N", help="at most N questions a set (1200)")
    parser.add_argument("--work", type=Path, default=work / "answers", help="where the indexes are kept (%(default)s)")
    parser.add_argument("--reader", action="store_true", help="with the trained reader, on what it was not trained on")
    options = parser.parse_args(arguments)
    config, sets = load_config(root / "config.toml"), [one for one in label_sets(shared, root) if one.file.stem in SETS]
    config = replace(config, reader=replace(config.reader, enabled=options.reader, sure=1.0))
    encoder = open_encoder(config)
    examples: list[Example] = []
    with ExitStack() as opened:
        line = opened.enter_context(ProgressLine(sys.stderr))
        for one in sets:
            with open_set(one, config, encoder, options.work, line) as (bot, file):
                labels = [label for label in file.labels if _serves(label, one, options.reader)]
                for number, label in enumerate(Sampling(sample=options.sample).of(labels)):
                    line.show(f"{one.name}: questions asked", number, len(labels))
                    trail = bot.trail(Question(label.question[:1000], filters=_filters(one, label)))
                    examples.append(Example(label, trail.asked[0], trail.candidates, texts(bot, trail.candidates)))
    print(report(examples, options.reader))
    return 0


def _serves(label: Label, asked: LabelSet, reader: bool) -> bool:
    """Whether a question is one to fit on."""
    if reader and asked.file.stem in TRAINED_ON:
        return part_of(label, asked.file.stem) == "fit"
    return not label.is_held_out()


def _filters(asked: LabelSet, label: Label) -> Filters:
    return Filters(document=label.documents if asked.given else label.among)


def report(examples: Sequence[Example], reader: bool = False) -> str:
    """All that is fitted, as it stands in the code; with the reader's help the curves are of the blends in use."""
    lines = []
    for form in Form:
        of_form = [example for example in examples if Form.of(example.asked.wants) is form]
        if reader:
            lines.append(f"blend {form}: {blend(of_form, form)}")
        else:
            lines.append(f"sentence {form}: {dict(_rounded(OF_SENTENCE[form], sentence_weights(of_form, form)))}")
            lines.append(f"span {form}: {dict(_rounded(OF_SPAN[form], span_weights(of_form, form)))}")
        lines.append(f"confidence {form}: {fitted_curve(of_form, Example.is_right)}")
        lines.append(f"support {form}: {fitted_curve(of_form, Example.is_of_source if reader else Example.tells)}")
    return "\n".join(lines)


def _rounded(names: Iterable[str], weights: Sequence[float]) -> Iterator[tuple[str, float]]:
    return ((name, round(weight, 2)) for name, weight in zip(names, weights, strict=True))


def blend(examples: Sequence[Example], form: Form) -> Blend:
    """How much the rules and the trained reader are to weigh."""

    def of_sentence(evidence: Evidence) -> list[float]:
        return [weighed(evidence, OF_SENTENCE[form]), evidence.told]

    def of_span(evidence: Evidence) -> list[float]:
        return [weighed(evidence, OF_SPAN[form]), evidence.read]

    sentence = _conditional_logit(_sentences(examples), of_sentence)
    span = _conditional_logit(_spans(examples), of_span)
    return Blend((round(sentence[0], 2), round(sentence[1], 2)), (round(span[0], 2), round(span[1], 2)))


def sentence_weights(examples: Iterable[Example], form: Form) -> list[float]:
    """The weights by which a sentence with the answer comes before those without."""
    names = tuple(OF_SENTENCE[form])
    return _conditional_logit(_sentences(examples), lambda told: [getattr(told, name) for name in names])


def span_weights(examples: Iterable[Example], form: Form) -> list[float]:
    """The weights by which a right span comes before the others of its sentence."""
    names = tuple(OF_SPAN[form])
    return _conditional_logit(_spans(examples), lambda told: [getattr(told, name) for name in names])


def _sentences(examples: Iterable[Example]) -> Iterator[_Group]:
    """The sentences of each question, and which of them hold the answer."""
    for example in examples:
        first = [candidates[0] for candidates in by_sentence(example.candidates)]
        yield first, [_sentence_tells(example, candidate) for candidate in first]


def _spans(examples: Iterable[Example]) -> Iterator[_Group]:
    """The spans of each sentence that holds the answer, and which of them are right."""
    for example in examples:
        for candidates in by_sentence(example.candidates):
            if _sentence_tells(example, candidates[0]):
                yield candidates, [example.is_right(candidate) for candidate in candidates]


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


def _conditional_logit(groups: Iterable[_Group], features: Callable[[Evidence], list[float]]) -> list[float]:
    """The weights of these features that make the right ones of each group likeliest."""
    import numpy as np
    from scipy.optimize import minimize

    parts = [
        (np.array([features(candidate.evidence) for candidate in of]), np.array(right))
        for of, right in groups
        if any(right) and not all(right)
    ]
    deviation = np.concatenate([told for told, _ in parts]).std(axis=0) + 1e-9

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(weights)
        for told, right in parts:
            scaled = told / deviation
            worth = np.exp(scaled @ weights - (scaled @ weights).max())
            chances, hits = worth / worth.sum(), worth * right / (worth * right).sum()
            total -= np.log(chances[right].sum())
            gradient -= (hits - chances) @ scaled
        return float(total / len(parts) + _RIDGE * weights @ weights), gradient / len(parts) + 2 * _RIDGE * weights

    found: NDArray[np.float64] = minimize(loss, np.zeros(len(deviation)), jac=True, method="L-BFGS-B").x / deviation
    return [float(weight) for weight in found]


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
    deviation = told.std(axis=0)
    deviation[deviation == 0] = np.inf  # what is always the same weighs nothing
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(told / deviation, right)
    weights = fitted.coef_[0] / deviation
    return Curve(*(round(float(weight), 2) for weight in (fitted.intercept_[0], *weights)))
