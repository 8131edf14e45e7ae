"""Candidates to what is answered: answered, masked, conflict or not_found, and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.asked import Asked
from bot.confidence import Scale, confidence, support, was_read
from bot.config import Answers
from bot.question_words import NAMES, VALUES
from bot.read_spans import CERTAIN
from bot.reader import Candidate, unread
from bot.rivals import copies, period, rivals, tells
from bot.text import fold
from bot.types import Hit, Reason, Status

_ABOUT = 0.8  # share of the question's words from which a passage is about it
_LEAST = 0.55  # share of the question that a value's sentence must tell of
_BETTER = 0.5  # score by which a place that tells of something else outdoes another


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the answer says before it is put into words."""

    status: Status
    reason: Reason | None
    confidence: float
    candidates: tuple[Candidate, ...]  # one a citation
    copies: tuple[Candidate, ...] = ()  # of the first
    part: str = ""  # what this answers of a question that asks several things


def choose(asked: Asked, candidates: Sequence[Candidate], hits: Sequence[Hit], answers: Answers) -> Chosen:
    """Which candidates answer, or why none does."""
    fitting = may_answer(asked, candidates)
    best = fitting[0] if fitting else None
    sure = confidence(asked.wants, best, fitting, Scale(*answers.confidence)) if best else 0.0
    if best is None or not _supported(asked, best, fitting, answers):
        return Chosen(Status.NOT_FOUND, _reason(asked, candidates, hits, answers), sure, ())
    if best.masked:
        sources = (c for c in fitting if not c.masked and tells(c, best))
        source = next(sources, None) if answers.fold_masked_copies else None
        if source is None:
            return Chosen(Status.MASKED, None, sure, (best,))
        best = source  # a reprint hides what its source shows
    against = rivals(asked, best, fitting)
    same = tuple(c for c in copies(best, fitting) if answers.fold_masked_copies or not c.masked)
    if not against:
        return Chosen(Status.ANSWERED, None, sure, (best,), same)
    told = sorted([best, *against], key=lambda c: c.hit.document.date or "", reverse=True)
    periods = {period(candidate) for candidate in told}
    if not asked.years and len(periods) == len(told) and "" not in periods:
        return Chosen(Status.ANSWERED, None, sure, tuple(sorted(told, key=period, reverse=True)), ())
    return Chosen(Status.CONFLICT, None, sure, tuple(told), same if told[0] is best else ())


def may_answer(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of the place, the period and the subject asked of, in the same order."""
    candidates = [candidate for candidate in candidates if _bears(asked, candidate)]
    return [c for c in candidates if c.place_ok and c.period_ok and c.subject_ok and not _passed_over(c, candidates)]


def _supported(asked: Asked, candidate: Candidate, others: Sequence[Candidate], answers: Answers) -> bool:
    """Whether a candidate's quote is likely enough to tell the answer; where it was read, its source to have one."""
    least = answers.min_read_support if was_read(others) else answers.min_support
    return support(asked.wants, candidate, others, Scale(*answers.support)) >= least


def _bears(asked: Asked, candidate: Candidate) -> bool:
    """Whether the sentence of a value, with what stands over it, tells of most of the question.

    As of a name that a reader has read and is not sure of.
    """
    evidence = candidate.evidence
    if asked.wants not in VALUES and not (asked.wants in NAMES and evidence.read > -1.0):
        return True
    return evidence.sentence >= _LEAST or evidence.read >= CERTAIN


def _passed_over(candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether its document has another place for the answer, better supported, that tells of something else.

    Where 海事案件 were asked of and a document tells of other cases in the very words of the question, the
    next figure of that document is no answer either.
    """
    others = [c for c in candidates if not c.subject_ok and c.hit.document.id == candidate.hit.document.id]
    return any(
        min(c.score - candidate.score, c.ruled - candidate.ruled) > (0 if c.sentence == candidate.sentence else _BETTER)
        for c in others
    )


def _reason(asked: Asked, candidates: Sequence[Candidate], hits: Sequence[Hit], answers: Answers) -> Reason:
    candidates = unread(candidates)  # to a reader a sentence of another place is no answer, however near it comes
    best = candidates[0] if candidates else None
    if best and not (best.place_ok and best.period_ok) and _supported(asked, best, candidates, answers):
        return Reason.OTHER_PERIOD if best.place_ok else Reason.OTHER_PLACE
    told = sum(term.weight for term in asked.terms)
    fitting = {candidate.hit.passage.id for candidate in candidates if candidate.subject_ok}
    for hit in hits:
        text = fold(hit.text)
        held = sum(term.weight for term in asked.terms if term.word in text)
        if told and held > _ABOUT * told and hit.passage.id not in fitting:
            return Reason.KIND_MISSING
    return Reason.NOTHING_CLOSE
