"""Question and Hits to spans: what could answer, and how well its surroundings support it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from bot.asked import Asked, Term, told_days, told_months, told_turns
from bot.cells import Row
from bot.evidence import (
    Evidence,
    Pairs,
    cues,
    local_share,
    near,
    presence,
    present,
    score,
    share,
    span_score,
    tells_of_another,
    tells_of_sibling,
    told_later,
)
from bot.places import PATTERN, full_names
from bot.question_words import VALUES, Form, Wants
from bot.spans import Proposal, propose
from bot.text import clauses, fold, sentences
from bot.types import CitedCell, Hit, NameKind, Span, StoredDocument
from bot.view import View, view

T = TypeVar("T")
MAX_QUOTE = 120  # characters, unless the answer itself is longer
_LIKELY = 0.02  # chance from which a sentence is quoted with the one beside it
_LEAD = 200  # characters of a document's beginning that tell what it is about
_OPENING = 90  # characters of it that a sentence need not say again
_BACK = {"今年": 0, "本年": 0, "去年": 1, "上年": 1, "前年": 2}  # years
_RARE = 8.0  # weight from which a word names what a question is about
_BARELY = 0.3  # presence from which such a word may be meant
_OPEN = frozenset({Wants.PHRASE, Wants.REASON, Wants.YES_NO, Wants.LIST})  # kinds that paraphrase more
_THERE = 0.5  # presence from which a role is named
_SUBJECT = 8  # characters of a clause's beginning that hold its subject
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|\D)")
_PLACE_WEIGHT = 8.0  # as a rare word's


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


def read(asked: Asked, hits: tuple[Hit, ...], document: Callable[[str], StoredDocument | None]) -> list[Candidate]:
    """The candidates in the hits, best first. `document` gives the text that places and periods are told by."""
    settings = list(_settings(asked, hits, document))
    sentences = [sentence for setting in settings for sentence in _sentences(setting)]
    pairs = Pairs(asked, [sentence.text for sentence in sentences])
    found = [list(_candidates(asked, pairs, sentence)) for sentence in sentences]
    told = chain.from_iterable(found if asked.wants in VALUES else _with_context(sentences, found))
    return sorted(told, key=lambda c: (-c.score, c.hit.document.id, c.start, c.end))


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


def _settings(
    asked: Asked, hits: Sequence[Hit], document: Callable[[str], StoredDocument | None]
) -> Iterator[_Setting]:
    told: dict[str, str] = {}  # of each document, folded once
    for rank, hit in enumerate(hits):
        stored = document(hit.document.id)
        if stored is None:
            continue
        if hit.document.id not in told:
            told[hit.document.id] = _prose(stored)
        yield _Setting(asked, hit, rank, stored, told[hit.document.id])


class _Setting:
    """What a passage's document says for all of it: subject, place, period."""

    def __init__(self, asked: Asked, hit: Hit, rank: int, stored: StoredDocument, prose: str) -> None:
        self.asked, self.hit, self.rank = asked, hit, rank
        self.view = view(hit.text, hit.passage)
        self.passage = fold(self.view.text)
        abbreviated = [name for name in hit.passage.names if name.kind is NameKind.PLACE]
        self.provinces = {full for name in abbreviated for full in full_names(self.passage[name.start : name.end])}
        self.stored, self.prose = stored, prose
        self.head = fold("\n".join([hit.document.title, *hit.passage.path, hit.document.publisher or ""]))
        self.lead = f"{self.head}\n{self.prose[:_LEAD]}"
        self.sentences = [(0, len(self.passage))] if self.view.cells else sentences(self.passage)
        first = self.passage[slice(*self.sentences[0])] if self.sentences and not self.view.cells else ""
        self.opening = f"{self.head}\n{self.prose[:_OPENING]}\n{first}"
        self.date = hit.document.date or ""
        # A word of the title, heading or lead holds for the whole passage; one elsewhere in it for half.
        above = self.lead if hit.passage.start >= _LEAD else self.head
        self.given = {
            term.word: max(0.85 * present(term, above), 0.5 * present(term, self.passage)) for term in asked.terms
        }
        specific = tuple(term for term in asked.terms if self.given[term.word] < 0.8) or asked.terms
        # A place that the title does not settle must stand by the answer: 华东区 beside 华南区.
        beside = tuple(Term(place, _PLACE_WEIGHT) for place in asked.places if place not in self.head)
        self.specific = specific + beside
        self.in_passage = share(asked.terms, self.passage + (self.head if self.view.cells else self.lead), asked.places)

    def has_places(self, sentence: str) -> bool:
        """Whether every place asked of is named here, or is what the document is about.

        A sentence with a clause that begins with another place is about that one.
        """
        if self.asked.places and not any(place in sentence for place in self.asked.places):
            for start, end in clauses(sentence):
                other = PATTERN.search(sentence, start, min(end, start + _SUBJECT))
                if other and sentence[other.start() - 1 : other.start()] not in {*"在于赴到向从与和"}:
                    return False
        return all(
            place in sentence
            or place in self.lead
            or place in self.passage
            or place in self.provinces
            or self.prose.count(place) >= 3
            for place in self.asked.places
        )

    def names_place(self, words: str) -> bool:
        """Whether words name a place, the one asked of or another."""
        return any(place in words for place in self.asked.places) or bool(PATTERN.search(words))

    def has_period(self, sentence: str) -> bool:
        """Whether the days, months and years asked of are the sentence's, or else the passage's or the document's."""
        return (
            self._has_all(self.asked.days, told_days, sentence)
            and self._has_all(self.asked.months, told_months, sentence)
            and self._has_years(sentence)
        )

    @property
    def knows_subject(self) -> bool:
        """Whether a passage or its opening holds every rare word of a question that wants a value or a name."""
        if self.asked.wants in _OPEN:
            return True
        told = self.passage, self.lead
        rare = (term for term in self.asked.terms if term.weight >= _RARE)
        return all(any(present(term, text) >= _BARELY for text in told) for term in rare)

    def has_turns(self, sentence: str) -> bool:
        """Whether the quarter, the half of a year, or which of several is the one asked of: 第五届 and not 第六届."""
        others = told_turns(sentence) or told_turns(self.passage) or told_turns(self.lead)
        return not self.asked.turns or not others or set(self.asked.turns) <= {*others, *told_turns(self.head)}

    def names_counted(self, sentence: _Sentence) -> bool:
        """Whether a sentence, the one before, or what stands over it names what is counted: 嫌疑人 in 多少嫌疑人."""
        counted = self.asked.counted if self.asked.wants in VALUES else ""
        texts = sentence.text, sentence.before, self.head
        return not counted or any(presence(counted, text) >= _THERE for text in texts)

    def names_role(self, sentence: _Sentence) -> bool:
        """Whether a sentence, or the one before, names the role whose bearer is asked for: 冠军 in 冠军是谁."""
        roles = [term for term in self.asked.terms if term.focus] if self.asked.asks_role else []
        near_by = sentence.before + sentence.text
        return all(present(term, near_by) >= _THERE or any(cue in near_by for cue in cues(term.word)) for term in roles)

    def _has_all(self, wanted: tuple[T, ...], told: Callable[[str], tuple[T, ...]], sentence: str) -> bool:
        """Whether these are told in the sentence or over it, or nothing else is."""
        here, above = set(told(sentence)), set(told(self.head))
        others = here | above or set(told(self.passage))
        return set(wanted) <= here | above or not others or set(wanted) <= others

    def _has_years(self, sentence: str) -> bool:
        years = self.asked.years
        if not years or all(year in sentence for year in years):
            return True
        if YEAR.search(sentence):
            return False
        dated = self.date[:4]
        if (
            dated
            and not self.view.cells
            and (told := {str(int(dated) - back) for word, back in _BACK.items() if word in sentence})
        ):
            return set(years) <= told
        around = self.passage + self.head
        if all(year in around for year in years):
            return True
        if re.search(r"(?<!\d)(?:19|20)\d{2}年", self.passage) or len(years) > 1:
            return False
        if dated and "今年" not in self.passage and "去年" in self.passage + self.lead:
            return str(int(dated) - 1) == years[0]
        return dated == years[0] or (not dated and years[0] in self.lead)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage, or a row of a table, with those beside it."""

    setting: _Setting
    span: Span  # in the passage as it is read
    before: str
    place: float

    @property
    def text(self) -> str:
        return self.setting.passage[slice(*self.span)]


def _sentences(setting: _Setting) -> Iterator[_Sentence]:
    if setting.in_passage == 0:
        return
    before = ""
    for i, span in enumerate(setting.sentences):
        sentence = _Sentence(setting, span, before, i / len(setting.sentences))
        before = sentence.text
        yield sentence


def _candidates(asked: Asked, pairs: Pairs, sentence: _Sentence) -> Iterator[Candidate]:
    """The spans of a sentence that could answer."""
    found = list(_of_row(asked, sentence) if sentence.setting.view.cells else _of_sentence(asked, sentence))
    if not found:
        return
    evidence = _of_whole(asked, pairs, sentence, found)
    spans = [replace(evidence, clause=span.clause, near=span.near, shape=span.shape) for span in found]
    form = Form.of(asked.wants)
    best = max(span_score(form, told) for told in spans)
    for span, told in zip(found, spans, strict=True):
        setting = sentence.setting
        words = setting.stored.text[slice(*span.origin)]
        total = score(form, told) + span_score(form, told) - best
        yield Candidate(
            setting.hit,
            *span.origin,
            words,
            span.masked,
            span.stands,
            told,
            total,
            *span.binding,
            span.cells,
            span.target,
        )


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


@dataclass(frozen=True, slots=True)
class _Span:
    """A span that could answer, where it stands, and the evidence that is its own."""

    origin: Span
    masked: bool
    shape: float
    clause: float
    near: float
    stands: tuple[Span, ...]  # the clauses of its sentence, or the cells of its row
    binding: tuple[bool, bool, bool]  # whether its place, its period and its subject are those asked for
    cells: tuple[CitedCell, ...] = ()
    target: bool = False


def _of_sentence(asked: Asked, sentence: _Sentence) -> Iterator[_Span]:
    setting, text = sentence.setting, sentence.setting.passage
    if not setting.knows_subject or not setting.has_turns(sentence.text):
        return
    if not setting.names_role(sentence) or not setting.names_counted(sentence):
        return
    binding = setting.has_places(sentence.text), setting.has_period(sentence.text)
    spans = clauses(text, *sentence.span)
    stands = tuple(span for clause in spans if (span := setting.view.cover(*clause)))
    for proposal in propose(asked, text, sentence.span, setting.hit.passage.names):
        origin = setting.view.origin(proposal.start, proposal.end)
        clause = _clause(asked, text, spans, proposal)
        own = text[slice(*clause)]
        if origin is None:
            continue
        subject_ok = not (
            tells_of_sibling(asked.folded, own)
            or tells_of_another(asked, own)
            or told_later(asked, setting.specific, text, sentence.span, clause)
        )
        beside = near(setting.specific, text, sentence.span, (proposal.start, proposal.end))
        held = local_share(setting.specific, own, asked.places)
        yield _Span(
            origin, proposal.masked, proposal.shape, held, beside, stands, (*binding, subject_ok), (), proposal.target
        )


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
            origin = setting.view.origin(proposal.start, proposal.end)
            if origin is None:
                continue
            cells = _cells_of(setting.view, row, setting.hit, origin)
            stands = tuple((cell.start, cell.end) for cell in cells)
            binding = place_ok, period_ok, subject_ok
            yield _Span(origin, proposal.masked, proposal.shape, fit, fit, stands, binding, cells)


def _cells_of(view: View, row: Row, hit: Hit, origin: Span) -> tuple[CitedCell, ...]:
    """The cells of a row where they stand, and, if it is not one of them, the cell of a row above that answers."""
    found = []
    for cell in row.cells:
        span = view.cover(*cell.span)
        if span and (hit.passage.start <= span[0] < hit.passage.end or span[0] <= origin[0] < span[1]):
            label = view.text[cell.span[0] : cell.span[0] + len(cell.label)]
            found.append(CitedCell(label, *span))
    return tuple(sorted(found, key=lambda cell: cell.start))


def _prose(stored: StoredDocument) -> str:
    """The folded text of a document without its tables, whose rows are each about something else."""
    text = fold(stored.text)
    for block in reversed(stored.blocks):
        if block.table:
            text = text[: block.start] + text[block.end :]
    return text


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
