"""Question and Hits to spans: what could answer, and how well its surroundings support it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from bot.asked import Asked, told_months
from bot.cells import Row
from bot.evidence import (
    Evidence,
    Pairs,
    is_former,
    local_share,
    near,
    sentence_score,
    share,
    span_score,
    tells_of_another,
    tells_of_sibling,
    told_later,
)
from bot.question_words import VALUES, Form, Wants
from bot.read_spans import CERTAIN, likelihoods
from bot.setting import YEAR, Setting, prose
from bot.spans import Proposal, propose
from bot.text import clauses
from bot.types import CitedCell, Hit, Span, StoredDocument
from bot.values import is_masked
from bot.view import View
from reading.reader import Reading

MAX_QUOTE = 120  # characters, unless the answer itself is longer
_MASK = 8  # characters of a span that may be hidden as a whole
_LIKELY = 0.02  # chance from which a sentence is quoted with the one beside it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that could answer: offsets in its document's text."""

    hit: Hit
    start: int
    end: int
    text: str
    masked: bool
    clauses: tuple[Span, ...]  # of its sentence, or a row's cells, in order
    evidence: Evidence
    score: float
    ruled: float  # the score by the rules alone
    place_ok: bool = True
    period_ok: bool = True
    subject_ok: bool = True  # False: its clause tells of what stands against what is asked of
    cells: tuple[CitedCell, ...] = ()  # of the row that it stands in
    target: bool = False  # a goal, a plan or a forecast, and no result
    context: Span | None = None  # its sentence and those beside it that may tell the answer too

    @property
    def sentence(self) -> Span:
        """Its sentence, or the row of a table that it stands in."""
        return self.clauses[0][0], self.clauses[-1][1]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage, or a row of a table, with those beside it."""

    setting: Setting
    span: Span  # in the passage as it is read
    before: str
    place: float

    @property
    def is_about(self) -> bool:
        """Whether it names, by its words, what is asked of."""
        setting = self.setting
        return (
            setting.knows_subject
            and setting.names_role(self.text, self.before)
            and setting.names_counted(self.text, self.before)
        )

    @property
    def text(self) -> str:
        return self.setting.passage[slice(*self.span)]


@dataclass(frozen=True, slots=True)
class _Span:
    """A span that could answer, where it stands, and the evidence that is its own."""

    inside: Span  # in the passage as it is read
    origin: Span
    masked: bool
    shape: float
    clause: float
    near: float
    stands: tuple[Span, ...]  # the clauses of its sentence, or the cells of its row
    binding: tuple[bool, bool, bool]  # whether its place, its period and its subject are those asked for
    cells: tuple[CitedCell, ...] = ()
    target: bool = False


class Sheet:
    """What a question's hits hold that could answer it; read by the rules, and again with a trained reader's help."""

    def __init__(self, asked: Asked, hits: Sequence[Hit], document: Callable[[str], StoredDocument | None]) -> None:
        """`document` gives the text that places and periods are told by."""
        self._asked = asked
        self._sentences = [one for setting in _settings(asked, hits, document) for one in _of_passage(setting)]
        self._pairs = Pairs(asked, [sentence.text for sentence in self._sentences])
        self._spans = [list(_spans(asked, sentence)) for sentence in self._sentences]

    def text(self, passage: str) -> str:
        """The folded text of a hit's passage as it is read, by the passage's id; empty for a table's row."""
        found = (one.setting for one in self._sentences if one.setting.hit.passage.id == passage)
        setting = next(found, None)
        return "" if setting is None or setting.view.cells else setting.passage

    def candidates(self, readings: Mapping[str, Reading | None] | None = None) -> list[Candidate]:
        """The candidates, best first; with what a trained reader says of some passages, by their ids.

        None is said of a row of a table: it is taken for as likely as not.
        """
        found = [
            list(self._candidates(sentence, spans, readings))
            for sentence, spans in zip(self._sentences, self._spans, strict=True)
        ]
        values = self._asked.wants in VALUES
        told = chain.from_iterable(found if values else _with_context(self._sentences, found))
        return sorted(told, key=lambda c: (-c.score, c.hit.document.id, c.start, c.end))

    def _candidates(
        self, sentence: _Sentence, spans: list[_Span], readings: Mapping[str, Reading | None] | None
    ) -> Iterator[Candidate]:
        """The spans of a sentence that could answer."""
        passage, told_of = sentence.setting.hit.passage.id, readings or {}
        reading = told_of.get(passage)
        likely: dict[Span, float] = {}
        if reading:
            spans, likely = self._read(sentence, spans, reading)
        if not spans:
            return
        whole = _of_whole(self._asked, self._pairs, sentence, spans)
        each = [replace(whole, clause=span.clause, near=span.near, shape=span.shape) for span in spans]
        if reading:
            told = max(likely[span.inside] for span in spans)
            each = [replace(of, told=told, read=likely[span.inside]) for of, span in zip(each, spans, strict=True)]
        elif passage in told_of:
            each = [replace(of, told=0.0, read=0.0) for of in each]
        form = Form.of(self._asked.wants)
        ruled = _scores(form, each, blended=False)
        scores = _scores(form, each, blended=True) if readings is not None else ruled
        for span, evidence, score, by_rule in zip(spans, each, scores, ruled, strict=True):
            setting = sentence.setting
            yield Candidate(
                setting.hit,
                *span.origin,
                setting.stored.text[slice(*span.origin)],
                span.masked,
                span.stands,
                evidence,
                score,
                by_rule,
                *span.binding,
                span.cells,
                span.target,
            )

    def _read(self, sentence: _Sentence, spans: list[_Span], reading: Reading) -> tuple[list[_Span], dict[Span, float]]:
        """The spans of a sentence with those that a trained reader proposes, and how likely each answers by it.

        Where it is sure, the sentence need not name what is asked of in the question's words.
        """
        asked, text = self._asked, sentence.setting.passage
        if not sentence.is_about:
            spans = list(_of_text(asked, sentence, _by_rule(asked, sentence)))
        by_rule = {span.inside: span.masked for span in spans}
        likely = likelihoods(asked, text, sentence.span, reading, by_rule)
        if not sentence.is_about and max(likely.values(), default=-1.0) < CERTAIN:
            return [], {}
        own = [Proposal(*span, _is_mask(text[slice(*span)]), 0.0) for span in likely if span not in by_rule]
        return [*spans, *_of_text(asked, sentence, own)], likely


def unread(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that the rules alone propose, as they rank them."""
    told = [
        replace(one, score=one.ruled, evidence=replace(one.evidence, told=-1.0, read=-1.0))
        for one in candidates
        if one.evidence.shape > 0.0
    ]
    return sorted(told, key=lambda c: (-c.score, c.hit.document.id, c.start, c.end))


def _scores(form: Form, each: Sequence[Evidence], *, blended: bool) -> list[float]:
    """The scores of the spans of one sentence: the best has the sentence's, the others as much less as they are."""
    worth = [span_score(form, evidence, blended) for evidence in each]
    return [
        round(sentence_score(form, evidence, blended) + own - max(worth), 6)
        for evidence, own in zip(each, worth, strict=True)
    ]


def _is_mask(text: str) -> bool:
    """Whether a trained reader's span is hidden as a whole."""
    return len(text) <= _MASK and is_masked(text)


def _with_context(
    sentences: Sequence[_Sentence], found: Sequence[Sequence[Candidate]]
) -> Iterator[Iterator[Candidate]]:
    """The candidates of each sentence, with the sentences beside it that may tell the answer too."""
    scores = [max((candidate.score for candidate in of), default=-math.inf) for of in found]
    most = max(scores, default=0.0)
    chances = [math.exp(score - most) for score in scores]
    total = sum(chances)
    for i, candidates in enumerate(found):
        first = last = i
        while True:
            beside = [j for j in (first - 1, last + 1) if 0 <= j < len(found) and _adjoins(sentences, i, j)]
            likely = [
                j
                for j in beside
                if chances[j] > _LIKELY * total and _length(sentences, min(j, first), max(j, last)) <= MAX_QUOTE
            ]
            if not likely:
                break
            best = max(likely, key=lambda j: chances[j])
            first, last = min(first, best), max(last, best)
        view = sentences[i].setting.view
        context = view.cover(sentences[first].span[0], sentences[last].span[1]) if first < last else None
        yield (replace(candidate, context=context) for candidate in candidates)


def _adjoins(sentences: Sequence[_Sentence], one: int, other: int) -> bool:
    """Whether two sentences are of the same passage, and of prose."""
    return sentences[one].setting is sentences[other].setting and not sentences[one].setting.view.cells


def _length(sentences: Sequence[_Sentence], first: int, last: int) -> int:
    return sentences[last].span[1] - sentences[first].span[0]


def _settings(asked: Asked, hits: Sequence[Hit], document: Callable[[str], StoredDocument | None]) -> Iterator[Setting]:
    told: dict[str, str] = {}  # of each document, folded once
    for rank, hit in enumerate(hits):
        stored = document(hit.document.id)
        if stored is None:
            continue
        if hit.document.id not in told:
            told[hit.document.id] = prose(stored)
        yield Setting(asked, hit, rank, stored, told[hit.document.id])


def _of_passage(setting: Setting) -> Iterator[_Sentence]:
    if setting.in_passage == 0:
        return
    before = ""
    for i, span in enumerate(setting.sentences):
        sentence = _Sentence(setting, span, before, i / len(setting.sentences))
        before = sentence.text
        yield sentence


def _spans(asked: Asked, sentence: _Sentence) -> Iterator[_Span]:
    """The spans of a sentence, or of a row, that could answer by the rules."""
    setting = sentence.setting
    if setting.view.cells:
        return _of_row(asked, sentence)
    if not sentence.is_about:
        return iter(())
    return _of_text(asked, sentence, _by_rule(asked, sentence))


def _by_rule(asked: Asked, sentence: _Sentence) -> Iterator[Proposal]:
    """What the rules propose for a sentence of prose."""
    return propose(asked, sentence.setting.passage, sentence.span, sentence.setting.hit.passage.names)


def _of_whole(asked: Asked, pairs: Pairs, sentence: _Sentence, spans: Sequence[_Span]) -> Evidence:
    """The evidence that all spans of a sentence share."""
    setting, text = sentence.setting, sentence.text
    return Evidence(
        passage=setting.in_passage,
        rank=1 / (1 + setting.rank),
        sentence=share(asked.terms, text, asked.places, setting.given),
        window=pairs.share(text, sentence.before),
        before=pairs.share(sentence.before),
        given=pairs.share(text, setting.opening),
        own=pairs.own(text, setting.opening),
        left=pairs.left(text),
        right=pairs.right(text),
        place=sentence.place,
        cue=pairs.cue(text),
        form=max(span.shape for span in spans),
        close=max(span.near for span in spans),
        clause=0.0,
        near=0.0,
        shape=0.0,
    )


def _of_text(asked: Asked, sentence: _Sentence, proposals: Iterator[Proposal] | Sequence[Proposal]) -> Iterator[_Span]:
    """Proposals for a sentence with what binds them; none where it tells of another turn than is asked of."""
    setting, text = sentence.setting, sentence.setting.passage
    if not setting.has_turns(sentence.text):
        return
    binding = setting.has_places(sentence.text), setting.has_period(sentence.text)
    spans = clauses(text, *sentence.span)
    stands = tuple(span for clause in spans if (span := setting.view.cover(*clause)))
    for proposal in proposals:
        inside = proposal.start, proposal.end
        origin = setting.view.origin(*inside)
        clause = _clause(asked, text, spans, proposal)
        own = text[slice(*clause)]
        if origin is None or is_former(asked, text, inside):
            continue
        subject_ok = not (
            tells_of_sibling(asked.folded, own)
            or tells_of_another(asked, own)
            or told_later(asked, setting.specific, text, sentence.span, clause)
        )
        beside = near(setting.specific, text, sentence.span, inside)
        held = local_share(setting.specific, own, asked.places)
        bound = (*binding, subject_ok)
        yield _Span(inside, origin, proposal.masked, proposal.shape, held, beside, stands, bound, (), proposal.target)


def _of_row(asked: Asked, sentence: _Sentence) -> Iterator[_Span]:
    """The cells of a row that could answer: what its other cells and the table say holds for them."""
    setting, text = sentence.setting, sentence.text
    subject_ok = not tells_of_sibling(asked.folded, text)
    row = Row(asked, text, setting.view, setting.head)
    for cell in row.cells:
        own = text[slice(*cell.span)]
        fit = row.fit(cell)
        place_ok = setting.has_places(own if setting.names_place(cell.label) else text)
        period_ok = setting.has_period(own if YEAR.search(cell.label) or told_months(cell.label) else text)
        for proposal in row.propose(cell):
            inside = proposal.start, proposal.end
            origin = setting.view.origin(*inside)
            if origin is None:
                continue
            cells = _cells_of(setting.view, row, setting.hit, origin)
            stands = tuple((cell.start, cell.end) for cell in cells)
            binding = place_ok, period_ok, subject_ok
            yield _Span(inside, origin, proposal.masked, proposal.shape, fit, fit, stands, binding, cells)


def _cells_of(view: View, row: Row, hit: Hit, origin: Span) -> tuple[CitedCell, ...]:
    """The cells of a row where they stand, and, if it is not one of them, the cell of a row above that answers."""
    found = []
    for cell in row.cells:
        span = view.cover(*cell.span)
        if span and (hit.passage.start <= span[0] < hit.passage.end or span[0] <= origin[0] < span[1]):
            label = view.text[cell.span[0] : cell.span[0] + len(cell.label)]
            found.append(CitedCell(label, *span))
    return tuple(sorted(found, key=lambda cell: cell.start))


def _clause(asked: Asked, text: str, spans: Sequence[Span], proposal: Proposal) -> Span:
    """The clauses a proposal stands in, from the first to the last; a date reaches over the next, which it dates."""
    reach = 2 if asked.wants is Wants.DATE else 0
    touched = [i for i, span in enumerate(spans) if span[0] < proposal.end + reach and proposal.start < span[1]]
    if not touched:
        return spans[0][0], spans[-1][1]
    first = touched[0]
    while first > 0 and text[spans[first - 1][1] - 1] in "：:":  # 主持人：…… is one
        first -= 1
    return spans[first][0], spans[touched[-1]][1]
