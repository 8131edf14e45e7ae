"""How likely a candidate is right: calibrated on labelled questions, unanswerable ones among them. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.question_words import Form, Wants
from bot.reader import Candidate, unread

_FAR = 8.0  # a margin beyond which nothing is surer


@dataclass(frozen=True, slots=True)
class Curve:
    """The weights of a logistic regression on a candidate's score, its margin and its evidence."""

    intercept: float
    score: float
    margin: float  # over the best candidate of another sentence that says something else
    near: float
    shape: float
    told: float = 0.0  # what the trained reader says of its sentence
    read: float = 0.0  # and of the candidate

    @staticmethod
    def features(candidate: Candidate, margin: float) -> tuple[float, ...]:
        """What the weights are of, in their order."""
        of = candidate.evidence
        return candidate.score, min(_FAR, margin), of.near, of.shape, of.told, of.read

    def logit(self, candidate: Candidate, margin: float) -> float:
        """The logit of the probability for a candidate."""
        weights = self.score, self.margin, self.near, self.shape, self.told, self.read
        parts = (weight * part for weight, part in zip(weights, self.features(candidate, margin), strict=True))
        return self.intercept + sum(parts)


@dataclass(frozen=True, slots=True)
class Scale:
    """A slope and an intercept on the logit, which fit a curve to other questions than those it was made of."""

    slope: float = 1.0
    intercept: float = 0.0

    def probability(self, logit: float) -> float:
        """The probability for a curve's logit, to three places."""
        return round(1 / (1 + math.exp(-self.slope * logit - self.intercept)), 3)


class Logits(NamedTuple):
    """What both curves say of a candidate, before it is scaled."""

    confidence: float
    support: float


# Fitted by `python -m benchmarks fit` on the halves that docs/DECISIONS.md names: right is an F1 of 0.6.
_CONFIDENCE = {
    Form.VALUE: Curve(intercept=-4.66, score=0.25, margin=0.06, near=0.06, shape=2.17),
    Form.NAME: Curve(intercept=-4.27, score=0.19, margin=0.08, near=0.37, shape=1.18),
    Form.PHRASE: Curve(intercept=-6.16, score=0.17, margin=-0.04, near=0.81, shape=3.14),
}
# The same for whether the quote tells the answer, whichever of its spans is the one.
_SUPPORT = {
    Form.VALUE: Curve(intercept=-4.83, score=0.51, margin=0.07, near=-0.53, shape=0.78),
    Form.NAME: Curve(intercept=-3.93, score=0.48, margin=0.04, near=-0.49, shape=-0.53),
    Form.PHRASE: Curve(intercept=-2.76, score=0.36, margin=0.03, near=-0.63, shape=-0.42),
}


# Both where a trained reader has read some of the passages: `python -m benchmarks fit --reader`. Support is then of
# the source: that it has an answer to the question, which the reader tells better than which of its quotes has it.
_READ_CONFIDENCE = {
    Form.VALUE: Curve(intercept=-3.26, score=0.16, margin=-0.08, near=1.65, shape=0.99, told=0.11, read=2.43),
    Form.NAME: Curve(intercept=-1.03, score=-0.11, margin=0.18, near=-0.53, shape=-0.06, told=1.3, read=2.12),
    Form.PHRASE: Curve(intercept=-1.77, score=-0.01, margin=0.11, near=0.58, shape=0.12, told=0.98, read=1.57),
}
_READ_SUPPORT = {
    Form.VALUE: Curve(intercept=-1.96, score=0.57, margin=-0.09, near=-0.48, shape=-0.75, told=0.46, read=0.46),
    Form.NAME: Curve(intercept=-1.28, score=0.25, margin=0.04, near=-0.57, shape=-0.05, told=0.87, read=0.98),
    Form.PHRASE: Curve(intercept=-0.04, score=0.12, margin=-0.13, near=0.29, shape=0.82, told=1.26, read=1.24),
}


# How much of the confidence in what a reader has read too is still that of the rules, where these propose it.
_RULES_SHARE = {Form.VALUE: 0.5, Form.NAME: 0.25, Form.PHRASE: 0.0}


def logits(wants: Wants, candidate: Candidate, others: Sequence[Candidate]) -> Logits:
    """What both curves say of a candidate; `others` are those that it is the best of."""
    form, ahead = Form.of(wants), margin(candidate, others)
    if not was_read(others):
        return Logits(_CONFIDENCE[form].logit(candidate, ahead), _SUPPORT[form].logit(candidate, ahead))
    right = _READ_CONFIDENCE[form].logit(candidate, ahead)
    by_rule = unread(others)
    same = next((one for one in by_rule if _place(one) == _place(candidate)), None)
    if same:
        right += _RULES_SHARE[form] * (_CONFIDENCE[form].logit(same, margin(same, by_rule)) - right)
    return Logits(right, _READ_SUPPORT[form].logit(candidate, ahead))


def _place(candidate: Candidate) -> tuple[str, int, int]:
    return candidate.hit.document.id, candidate.start, candidate.end


def was_read(candidates: Sequence[Candidate]) -> bool:
    """Whether a trained reader has read any of the passages that these stand in."""
    return any(candidate.evidence.told > -1.0 for candidate in candidates)


def confidence(wants: Wants, candidate: Candidate, others: Sequence[Candidate], scale: Scale) -> float:
    """The probability that a candidate is right."""
    return scale.probability(logits(wants, candidate, others).confidence)


def support(wants: Wants, candidate: Candidate, others: Sequence[Candidate], scale: Scale) -> float:
    """The probability that a candidate's quote tells the answer."""
    return scale.probability(logits(wants, candidate, others).support)


def margin(candidate: Candidate, others: Sequence[Candidate]) -> float:
    """How far the best candidate of another sentence of the same document that says something else is behind.

    Another document may tell the same, or stand against it: that makes neither less likely to be what is told.
    """
    document = candidate.hit.document.id
    elsewhere = (c for c in others if c.hit.document.id == document and c.sentence != candidate.sentence)
    other = next((c for c in elsewhere if c.text != candidate.text), None)
    return candidate.score - other.score if other else _FAR
