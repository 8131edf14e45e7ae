"""What was chosen, in words: the answer, its citations, and the check that fails closed."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot import templates
from bot.answerer import Chosen
from bot.reader import MAX_QUOTE, Candidate
from bot.types import Answer, Citation, CitedCell, Duplicate, Hit, Part, Question, Reason, Status, StoredDocument, Value

_logger = logging.getLogger(__name__)
Documents = Callable[[str], StoredDocument | None]


def compose(
    question: Question,
    chosen: Sequence[Chosen],
    hits: Sequence[Hit],
    documents: Documents,
    generation: str,
    undated: int,
    understood: str | None = None,
) -> Answer:
    """The answer in words, with its citations, checked: what is not exact is not sent.

    `chosen` has what answers each thing that the question asks. `understood` is the question as it was
    asked of the index, where that is not as it was typed.
    """
    citations, values, parts = list[Citation](), list[Value](), list[Part]()
    for one in chosen:
        first = len(citations) + 1
        cited = [_citation(n, c, one if n == first else None, documents) for n, c in enumerate(one.candidates, first)]
        said = list(_values(one, first))
        citations += cited
        values += said
        if one.part:
            parts.append(Part(one.part, one.status, one.reason, tuple(said), tuple(c.n for c in cited)))
    status = _status(chosen)
    answer = Answer(
        id=uuid.uuid4().hex,
        request_id=question.request_id,
        question=question.text,
        understood=understood or question.text,
        status=status,
        reason=chosen[0].reason if status is Status.NOT_FOUND else None,
        answer=values[0].text if values else None,
        answers=tuple(values),
        text="",
        confidence=min(one.confidence for one in chosen),
        citations=tuple(citations),
        passages=tuple(hits[: question.top_k]),
        undated_excluded=undated,
        index=generation,
        took_ms=0,
        parts=tuple(parts),
    )
    answer = replace(answer, text=templates.render(answer))
    return checked(answer, documents)


def _status(chosen: Sequence[Chosen]) -> Status:
    """What becomes of the whole: the parts' conflict, or else an answer, a mask, or nothing."""
    told = {one.status for one in chosen}
    order = (Status.CONFLICT, Status.ANSWERED, Status.MASKED, Status.NOT_FOUND)
    return next(status for status in order if status in told)


def _values(chosen: Chosen, first: int) -> Iterator[Value]:
    """The values that one part says, in the citations from number `first` on."""
    saying = {Status.ANSWERED: chosen.candidates[:1], Status.CONFLICT: chosen.candidates}.get(chosen.status, ())
    for n, candidate in enumerate(saying, first):
        yield Value(candidate.text, n, candidate.target)


def checked(answer: Answer, documents: Documents) -> Answer:
    """The answer if every citation is exact, else one that says nothing was found.

    Every reply on every channel comes through here. Exact means that the stored text holds the
    quote at its offsets, that the answer stands inside it, and that each value is what stands there.
    """
    texts = {citation.n: documents(citation.document.id) for citation in answer.citations}
    if all(_exact(citation, texts[citation.n]) for citation in answer.citations) and _values_stand(answer):
        return answer
    _logger.error("answer %s was not sent: a citation is not exact", answer.id)
    empty = replace(
        answer,
        status=Status.NOT_FOUND,
        reason=Reason.NOTHING_CLOSE,
        answer=None,
        answers=(),
        citations=(),
        parts=(),
    )
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
        Status.ANSWERED: bool(answer.citations) and len(answer.answers) == max(1, _answered(answer)),
        Status.CONFLICT: len(answer.citations) >= len(answer.answers) > 1,
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


def _answered(answer: Answer) -> int:
    """How many parts of the question have an answer."""
    return sum(part.status is Status.ANSWERED for part in answer.parts)


def _citation(n: int, candidate: Candidate, chosen: Chosen | None, documents: Documents) -> Citation:
    stored = documents(candidate.hit.document.id)
    text = stored.text if stored else ""
    start, end = quote_span(candidate)
    copies = chosen.copies if chosen else ()
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
    start, end = candidate.context or candidate.sentence
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
