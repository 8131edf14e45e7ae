"""Fits how sure answers are to labelled questions: the other half of what `python -m bot tune` does.

Two numbers are fitted each for confidence and for support: a slope and an intercept on the logit of the curves that
come with the bot (Platt, Probabilistic outputs for support vector machines, 1999). A ridge draws them to 1 and 0, so
that few labels move little. They are fitted on one half of the questions and measured on the other, as the weight is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from bot import scores
from bot.answerer import may_answer
from bot.asked import Asked
from bot.bot import Bot
from bot.composer import quote_span
from bot.confidence import Logits, Scale, logits, was_read
from bot.config import Answers, Config
from bot.evaluate import Progress, Sampling, aligned
from bot.labelled import Label, LabelFile, named
from bot.reader import Candidate
from bot.types import Filters, Question, Status
from embeddings.encoder import Encoder

_LEAST = 10  # labelled questions in a half
_RIDGE = 5.0  # weighs what some thirty questions of a probability of 0.2 tell of the intercept
_STEPS = 10_000  # in a tenth of a second; 1,000 leave the second place open where all is sure
_EVERY = 3  # of the answerable questions, where few are labelled as unanswerable
_THRESHOLDS = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled question, and all that was read for it, best first."""

    label: Label
    asked: Asked
    candidates: tuple[Candidate, ...]
    texts: dict[str, str]  # of the documents that candidates stand in, by id

    def is_right(self, candidate: Candidate) -> bool:
        """Whether a candidate is the answer."""
        wordings = self.label.answers if self.label.answerable else ()
        return any(scores.f1(candidate.text, answer) >= scores.RIGHT for answer in wordings)

    def tells(self, candidate: Candidate) -> bool:
        """Whether a candidate's quote holds the answer."""
        start, end = quote_span(candidate)
        quote = self.texts[candidate.hit.document.id][start:end]
        return self.label.answerable and any(answer in quote for answer in self.label.answers)

    def is_of_source(self, candidate: Candidate) -> bool:
        """Whether a candidate stands in a document that the label names for the answer, or its quote holds it."""
        is_named = named(candidate.hit.document, self.label.documents)
        return self.label.answerable and (is_named or self.tells(candidate))

    def is_supported(self, candidate: Candidate, others: Sequence[Candidate]) -> bool:
        """Whether a candidate has what `support` is the probability of, which is more where a reader has read."""
        return self.is_of_source(candidate) if was_read(others) else self.tells(candidate)

    def without_its_documents(self) -> Example:
        """The same question of the other documents, where nothing answers it."""
        own = {
            candidate.hit.document.id
            for candidate in self.candidates
            if named(candidate.hit.document, self.label.documents) or self.tells(candidate)
        }
        rest = tuple(candidate for candidate in self.candidates if candidate.hit.document.id not in own)
        return replace(self, label=replace(self.label, status=Status.NOT_FOUND.value), candidates=rest)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the curves say of a question's best candidate, and what the label does."""

    answerable: bool
    logits: Logits | None  # None: no candidate may answer
    is_right: bool
    is_supported: bool

    def pair(self, name: str, scale: Scale) -> tuple[float, bool]:
        """The confidence or the support of the candidate, and whether it has what that is the probability of."""
        outcome = self.is_right if name == "confidence" else self.is_supported
        return (scale.probability(getattr(self.logits, name)) if self.logits else 0.0), outcome


@dataclass(frozen=True, slots=True)
class Worth:
    """How good probabilities are; None where one has no meaning."""

    ece: float | None
    auroc: float | None
    log_loss: float | None


@dataclass(frozen=True, slots=True)
class Refit:
    """A fitted scale beside the configured one, and what each is worth on the questions held out."""

    configured: Scale
    fitted: Scale
    before: Worth
    after: Worth

    @property
    def is_better(self) -> bool:
        """Whether what was fitted carries over to questions it was not fitted on."""
        return self.fitted != self.configured and (self.after.log_loss or 0) < (self.before.log_loss or 0)


@dataclass(frozen=True, slots=True)
class Refused:
    """Shares of the questions held out whose support is below a threshold; None where there is no such question."""

    min_support: float
    unanswerable: float | None
    answerable: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure answers are to be; nothing is fitted where a half is too small."""

    fitted_on: int  # questions
    held_out: int
    refits: dict[str, Refit]  # of confidence and support
    refused: dict[str, tuple[Refused, ...]]  # by the configured support and the fitted one


def calibrate(
    encoder: Encoder, asked_of: Sequence[tuple[LabelFile, Config]], sampling: Sampling, progress: Progress
) -> Calibration:
    """Fits on one half of all files' questions together, where both halves have questions enough."""
    halves = Counter(label.is_held_out(sampling.seed) for file, _ in asked_of for label in usable(file, sampling))
    if min(halves[False], halves[True]) < _LEAST:
        return Calibration(halves[False], halves[True], {}, {})
    read: dict[bool, list[Judged]] = {False: [], True: []}
    for file, config in asked_of:
        with closing(Bot.open(config, encoder)) as bot:
            for example in read_examples(bot, file, sampling, progress):
                read[example.label.is_held_out(sampling.seed)].append(judged(example))
    return calibrated(config.answers, read[False], read[True])


def read_examples(bot: Bot, file: LabelFile, sampling: Sampling, progress: Progress) -> Iterator[Example]:
    """What is read for the questions of a file; unanswerable ones are made where few are labelled so.

    A question is made unanswerable by leaving out the documents that answer it.
    """
    labels = usable(file, sampling)
    answerable = sum(label.answerable for label in labels)
    has_few = (len(labels) - answerable) * _EVERY < answerable
    for number, label in enumerate(labels):
        progress("questions read", number, len(labels))
        trail = bot.trail(Question(label.question[:1000], filters=Filters(document=label.among)))
        example = Example(label, trail.asked[0], trail.candidates, texts(bot, trail.candidates))
        yield example
        if has_few and label.answerable and number % _EVERY == 0:
            other = example.without_its_documents()
            yield from [other] if other.candidates else []
    progress("questions read", len(labels), len(labels))


def usable(file: LabelFile, sampling: Sampling) -> list[Label]:
    """The questions of which it is known what answers them, or that nothing does."""
    unanswerable = Status.NOT_FOUND.value
    return [
        label
        for label in sampling.of(file.labels)
        if label.status == unanswerable or (label.answerable and label.answers)
    ]


def judged(example: Example) -> Judged:
    """What the curves and the label say of a question's best candidate."""
    fitting = may_answer(example.asked, example.candidates)
    if not fitting:
        return Judged(example.label.answerable, None, is_right=False, is_supported=False)
    best = fitting[0]
    told = logits(example.asked.wants, best, fitting)
    return Judged(example.label.answerable, told, example.is_right(best), example.is_supported(best, fitting))


def calibrated(answers: Answers, fit: Sequence[Judged], held: Sequence[Judged]) -> Calibration:
    """The scales fitted on the questions of `fit`, measured on those of `held`."""
    refits = {name: _refit(name, Scale(*getattr(answers, name)), fit, held) for name in Logits._fields}
    thresholds = sorted({*_THRESHOLDS, answers.min_support, answers.min_read_support})
    scales = {"configured": refits["support"].configured, "fitted": refits["support"].fitted}
    refused = {by: tuple(_refused(held, scale, least) for least in thresholds) for by, scale in scales.items()}
    return Calibration(len(fit), len(held), refits, refused)


def fitted_scale(pairs: Sequence[tuple[float, bool]]) -> Scale:
    """The scale that makes these outcomes of logits likeliest, under the ridge, to two places.

    Each step goes to the minimum of a parabola that lies above the loss (Böhning and Lindsay, Monotonicity of
    quadratic-approximation algorithms, 1988), so that none overshoots.
    """
    import numpy as np

    features = np.array([(logit, 1.0) for logit, _ in pairs]).reshape(-1, 2)
    outcomes = np.array([outcome for _, outcome in pairs], dtype=float)
    unscaled = np.array([1.0, 0.0])
    bound = features.T @ features / 4 + _RIDGE * np.eye(2)
    found = unscaled
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-features @ found))
        gradient = features.T @ (chances - outcomes) + _RIDGE * (found - unscaled)
        found = found - np.linalg.solve(bound, gradient)
    slope, intercept = (round(float(value), 2) for value in found)
    return Scale(max(0.01, slope), intercept)


def table(calibration: Calibration) -> str:
    """What was found, for a person."""
    if not calibration.refits:
        return (
            f"Confidence and support are left as they are: {calibration.fitted_on} questions to fit on and"
            f" {calibration.held_out} to measure on are too few; label questions of more documents,"
            f" until each half has {_LEAST}."
        )
    rows = [["", "fitted on", "held out", "[slope, intercept]", "ECE", "AUROC", "log loss"]]
    for name, refit in calibration.refits.items():
        counts = [name, str(calibration.fitted_on), str(calibration.held_out)]
        rows.append([*counts, f"{_written(refit.configured)} (configured)", *_figures(refit.before)])
        rows.append([*counts, f"{_written(refit.fitted)} (fitted)", *_figures(refit.after)])
    refused = [["min_support", "unanswerable refused", "answerable refused"]]
    for old, new in zip(calibration.refused["configured"], calibration.refused["fitted"], strict=True):
        unanswerable = f"{_figure(old.unanswerable)} -> {_figure(new.unanswerable)}"
        answerable = f"{_figure(old.answerable)} -> {_figure(new.answerable)}"
        refused.append([f"{old.min_support:g}", unanswerable, answerable])
    return "\n".join([aligned(rows), aligned(refused), _mend(calibration.refits)])


def _mend(refits: dict[str, Refit]) -> str:
    better = [f"{name} = {_written(refit.fitted)}" for name, refit in refits.items() if refit.is_better]
    if not better:
        return "Leave confidence and support as they are: what was fitted is no better on the held-out questions."
    return f"To take it up, set [answers] {' and '.join(better)}."


def _refit(name: str, configured: Scale, fit: Sequence[Judged], held: Sequence[Judged]) -> Refit:
    told = [(one.logits, one.pair(name, configured)[1]) for one in fit]
    fitted = fitted_scale([(getattr(of, name), outcome) for of, outcome in told if of])
    before, after = (_worth([one.pair(name, scale) for one in held]) for scale in (configured, fitted))
    return Refit(configured, fitted, before, after)


def _worth(pairs: Sequence[tuple[float, bool]]) -> Worth:
    return Worth(scores.calibration_error(pairs), scores.auroc(pairs), scores.log_loss(pairs))


def _refused(held: Sequence[Judged], scale: Scale, least: float) -> Refused:
    def share(answerable: bool) -> float | None:
        below = [one.pair("support", scale)[0] < least for one in held if one.answerable == answerable]
        return round(sum(below) / len(below), 4) if below else None

    return Refused(least, share(answerable=False), share(answerable=True))


def texts(bot: Bot, candidates: Iterable[Candidate]) -> dict[str, str]:
    """The texts of the documents that candidates stand in, by id."""
    stored = {candidate.hit.document.id: bot.document(candidate.hit.document.id) for candidate in candidates}
    return {id_: document.text for id_, document in stored.items() if document}


def _written(scale: Scale) -> str:
    return f"[{scale.slope:g}, {scale.intercept:g}]"


def _figures(worth: Worth) -> list[str]:
    return [_figure(worth.ece), _figure(worth.auroc), _figure(worth.log_loss)]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
