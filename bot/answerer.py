"""Spans to an Answer: which candidate answers, what is quoted, and the check that fails closed."""

from __future__ import annotations

import difflib
import logging
import math
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot import templates
from bot.asked import Asked
from bot.evidence import Evidence
from bot.question_words import Wants
from bot.reader import Candidate
from bot.text import fold
from bot.types import Answer, Citation, CitedCell, Duplicate, Hit, Question, Reason, Status, StoredDocument, Value
from bot.values import find_values

MAX_QUOTE = 120  # characters, unless the answer itself is longer
_CLOSE = 0.1  # scores this near to the best may stand against it
_LEAST_SENTENCE = 0.55  # share of the question that a sentence must tell of, however near the rest
_COPY = 0.8  # share of like characters from which two sentences are copies
_VALUES = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE, Wants.DATE, Wants.DURATION})
_NAMES = frozenset({Wants.PERSON, Wants.PLACE, Wants.ORGANISATION, Wants.NAME})
_logger = logging.getLogger(__name__)
Documents = Callable[[str], StoredDocument | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the answer says before it is put into words."""

    status: Status
    reason: Reason | None
    confidence: float
    candidates: tuple[Candidate, ...]  # one a citation
    copies: tuple[Candidate, ...] = ()  # of the first


def confidence(wants: Wants, score: float) -> float:
    """The probability that a candidate with a score is right, to three places: a logistic curve a kind of answer."""
    slope, even = _CURVES.get(wants, _PHRASE_CURVE)
    return round(1 / (1 + math.exp(-slope * (score - even))), 3)


# Fitted on cmrc2018-trial and 900 questions of drcd-dev, asked open (1,858 questions): slope, and the
# score at which right and wrong are even. Right: F1 of 0.6, or a value or name that the label holds.
_VALUE_CURVE, _NAME_CURVE, _PHRASE_CURVE = (5.4, 0.546), (3.8, 0.7), (2.1, 1.37)
_CURVES = dict.fromkeys([*_VALUES, Wants.RANK, Wants.PHONE], _VALUE_CURVE) | dict.fromkeys(_NAMES, _NAME_CURVE)


def choose(asked: Asked, candidates: Sequence[Candidate], hits: Sequence[Hit], least: float) -> Chosen:
    """Which candidates answer, or why none does; `least` is the support below which none does."""
    candidates = [candidate for candidate in candidates if _bears(candidate.evidence)]
    fitting = [candidate for candidate in candidates if candidate.place_ok and candidate.period_ok]
    best = fitting[0] if fitting else None
    sure = confidence(asked.wants, best.score) if best else 0.0
    if best is None or best.score < least:
        return Chosen(Status.NOT_FOUND, _reason(asked, candidates, hits, least), sure, ())
    if best.masked:
        source = next((c for c in fitting if not c.masked and _tells(c, best)), None)
        if source is None:
            return Chosen(Status.MASKED, None, sure, (best,))
        best = source  # a reprint hides what its source shows
    rivals = _rivals(asked, best, fitting)
    copies = tuple(_copies(best, fitting))
    if not rivals:
        return Chosen(Status.ANSWERED, None, sure, (best,), copies)
    told = sorted([best, *rivals], key=lambda c: c.hit.document.date or "", reverse=True)
    periods = {_period(candidate) for candidate in told}
    if not asked.years and len(periods) == len(told) and "" not in periods:
        return Chosen(Status.ANSWERED, None, sure, tuple(sorted(told, key=_period, reverse=True)), ())
    return Chosen(Status.CONFLICT, None, sure, tuple(told), copies if told[0] is best else ())


def _tells(candidate: Candidate, masked: Candidate) -> bool:
    """Whether another document tells what a mask hides: in nearly the same sentence, or as well supported.

    What is less well supported is another figure, and never stands in a mask's place.
    """
    if candidate.hit.document.id == masked.hit.document.id:
        return False
    one, other = candidate.evidence, masked.evidence
    support = (one.sentence - other.sentence, one.clause - other.clause, one.near - other.near, one.shape - other.shape)
    copied = candidate.score >= masked.score - _CLOSE and _is_copy(masked, candidate)
    return copied or min(support) >= 0


def _bears(evidence: Evidence) -> bool:
    """Whether a candidate's sentence tells of the question, and its own clause of something in it."""
    return evidence.sentence >= _LEAST_SENTENCE and evidence.clause > 0


def _reason(asked: Asked, candidates: Sequence[Candidate], hits: Sequence[Hit], least: float) -> Reason:
    sure = [candidate for candidate in candidates if candidate.score >= least]
    if any(candidate.place_ok for candidate in sure):
        return Reason.OTHER_PERIOD
    if sure:
        return Reason.OTHER_PLACE
    told = sum(term.weight for term in asked.terms)
    for hit in hits:
        text = fold(hit.text)
        if told and sum(term.weight for term in asked.terms if term.word in text) > 0.8 * told and not candidates:
            return Reason.KIND_MISSING
    return Reason.NOTHING_CLOSE


def _rivals(asked: Asked, best: Candidate, fitting: Sequence[Candidate]) -> list[Candidate]:
    """The best candidates of other documents that are as well supported and say another value."""
    if asked.wants not in _VALUES:
        return []
    said, unit = {value_key(best.text)}, value_key(best.text)[1]
    looked_at, rivals = {best.hit.document.id}, []
    for candidate in fitting:
        if candidate.hit.document.id in looked_at or candidate.score < best.score - _CLOSE:
            continue
        looked_at.add(candidate.hit.document.id)  # a document speaks through its best candidate alone
        key = value_key(candidate.text)
        as_close = _as_close(candidate.evidence, best.evidence)
        if as_close and not candidate.masked and key not in said and key[1] == unit:
            said.add(key)
            rivals.append(candidate)
    return rivals


def _as_close(rival: Evidence, best: Evidence) -> bool:
    """Whether a rival stands by the same words of the question as the best candidate does."""
    return (
        rival.sentence >= best.sentence - 0.05 and rival.clause >= best.clause - 0.05 and rival.near >= best.near - 0.2
    )


def value_key(text: str) -> tuple[str, str]:
    """What is compared of a value: its number, units of ten thousand multiplied out, and its unit; or its letters."""
    values = find_values(text)
    if len(values) == 1 and values[0].number is not None:
        return str(values[0].number), values[0].unit
    return re.sub(r"[\W_]+", "", fold(text)), ""


def _copies(best: Candidate, fitting: Sequence[Candidate]) -> list[Candidate]:
    """Candidates of other documents that say, or mask, the same in nearly the same sentence."""
    copies: dict[str, Candidate] = {}
    for candidate in fitting:
        document = candidate.hit.document.id
        same = candidate.masked or value_key(candidate.text) == value_key(best.text)
        if document != best.hit.document.id and document not in copies and same and _is_copy(best, candidate):
            copies[document] = candidate
    return list(copies.values())


def _is_copy(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates stand in nearly the same sentence."""
    return difflib.SequenceMatcher(None, _sentence(one), _sentence(other), autojunk=False).ratio() >= _COPY


def _sentence(candidate: Candidate) -> str:
    start = candidate.hit.passage.start
    told = candidate.hit.text[candidate.sentence[0] - start : candidate.sentence[1] - start]
    return fold(re.sub(r"\s*\n\s*", "", told))


def _period(candidate: Candidate) -> str:
    """The year a value belongs to, by its sentence or else its document's date; empty where neither says."""
    years = re.findall(r"(?<!\d)((?:19|20)\d{2})年", _sentence(candidate))
    return max(years, default="") or (candidate.hit.document.date or "")[:4]


def compose(
    question: Question,
    chosen: Chosen,
    hits: Sequence[Hit],
    documents: Documents,
    generation: str,
    undated: int,
    understood: str | None = None,
) -> Answer:
    """The answer in words, with its citations, checked: what is not exact is not sent.

    `understood` is the question as it was asked of the index, where that is not as it was typed.
    """
    citations = tuple(_citation(n, c, chosen, documents) for n, c in enumerate(chosen.candidates, 1))
    values: tuple[Value, ...] = ()
    if chosen.status is Status.CONFLICT:
        values = tuple(Value(candidate.text, n) for n, candidate in enumerate(chosen.candidates, 1))
    elif chosen.status is Status.ANSWERED:
        values = (Value(chosen.candidates[0].text, 1),)
    answer = Answer(
        id=uuid.uuid4().hex,
        request_id=question.request_id,
        question=question.text,
        understood=understood or question.text,
        status=chosen.status,
        reason=chosen.reason,
        answer=values[0].text if values else None,
        answers=values,
        text="",
        confidence=chosen.confidence,
        citations=citations,
        passages=tuple(hits[: question.top_k]),
        undated_excluded=undated,
        index=generation,
        took_ms=0,
    )
    answer = replace(answer, text=templates.render(answer))
    return checked(answer, documents)


def checked(answer: Answer, documents: Documents) -> Answer:
    """The answer if every citation is exact, else one that says nothing was found.

    Every reply on every channel comes through here. Exact means that the stored text holds the
    quote at its offsets, that the answer stands inside it, and that each value is what stands there.
    """
    texts = {citation.n: documents(citation.document.id) for citation in answer.citations}
    if all(_exact(citation, texts[citation.n]) for citation in answer.citations) and _values_stand(answer):
        return answer
    _logger.error("answer %s was not sent: a citation is not exact", answer.id)
    empty = replace(answer, status=Status.NOT_FOUND, reason=Reason.NOTHING_CLOSE, answer=None, answers=(), citations=())
    return replace(empty, text=templates.render(empty))


def _exact(citation: Citation, stored: StoredDocument | None) -> bool:
    return (
        stored is not None
        and 0 <= citation.start <= citation.answer_start < citation.answer_end <= citation.end
        and citation.end <= len(stored.text)
        and stored.text[citation.start : citation.end] == citation.quote
        and all(0 <= copy.start < copy.end for copy in citation.duplicates)
        and _in_a_cell(citation)
    )


def _in_a_cell(citation: Citation) -> bool:
    """Whether a row's cells, where there are any, stand in the quote, and the answer in one of them."""
    cells = citation.cells
    return all(citation.start <= cell.start < cell.end <= citation.end for cell in cells) and (
        not cells or any(cell.start <= citation.answer_start and citation.answer_end <= cell.end for cell in cells)
    )


def _values_stand(answer: Answer) -> bool:
    by_number = {citation.n: citation for citation in answer.citations}
    first = answer.answers[0].text if answer.answers else None
    fitting = {
        Status.ANSWERED: bool(answer.citations) and len(answer.answers) == 1,
        Status.CONFLICT: len(answer.citations) == len(answer.answers) > 1,
        Status.MASKED: bool(answer.citations) and not answer.answers,
        Status.NOT_FOUND: not answer.citations and not answer.answers,
    }[answer.status]
    return (
        fitting
        and answer.answer == first
        and all(
            (citation := by_number.get(value.citation)) is not None
            and citation.quote[citation.answer_start - citation.start : citation.answer_end - citation.start]
            == value.text
            for value in answer.answers
        )
    )


def _citation(n: int, candidate: Candidate, chosen: Chosen, documents: Documents) -> Citation:
    stored = documents(candidate.hit.document.id)
    text = stored.text if stored else ""
    start, end = quote_span(candidate)
    copies = chosen.copies if n == 1 else ()
    return Citation(
        n,
        candidate.hit.document,
        candidate.hit.passage.id,
        stored.page(candidate.start) if stored else None,
        start,
        end,
        text[start:end],
        candidate.start,
        candidate.end,
        tuple(Duplicate(copy.hit.document, copy.start, copy.end) for copy in copies),
        _cells_in(candidate, start, end),
    )


def _cells_in(candidate: Candidate, start: int, end: int) -> tuple[CitedCell, ...]:
    """The cells of a candidate's row that a quote holds; none where it holds the answer's only in part."""
    cells = tuple(cell for cell in candidate.cells if start <= cell.start and cell.end <= end)
    return cells if any(cell.start <= candidate.start and candidate.end <= cell.end for cell in cells) else ()


def quote_span(candidate: Candidate) -> tuple[int, int]:
    """The sentence around a candidate, or, where that is too long, as many clauses of it as fit."""
    start, end = candidate.sentence
    if end - start <= MAX_QUOTE:
        return start, end
    spans = candidate.clauses
    touched = [i for i, span in enumerate(spans) if span[0] < candidate.end and candidate.start < span[1]]
    first, last = touched[0], touched[-1]
    if spans[last][1] - spans[first][0] > MAX_QUOTE:
        return _window(candidate, spans[first][0], spans[last][1])
    while True:  # the clause before, then the one after, as long as they fit
        if first > 0 and spans[last][1] - spans[first - 1][0] <= MAX_QUOTE:
            first -= 1
        elif last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= MAX_QUOTE:
            last += 1
        else:
            return spans[first][0], spans[last][1]


def _window(candidate: Candidate, start: int, end: int) -> tuple[int, int]:
    """At most MAX_QUOTE characters of a clause around the answer; the answer alone where it is longer."""
    room = max(0, MAX_QUOTE - (candidate.end - candidate.start))
    begin = max(start, candidate.start - room // 2)
    return begin, min(end, max(candidate.end, begin + MAX_QUOTE))
