"""Question and Hits to spans: what could answer, and how well its surroundings support it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.asked import Asked, Term, told_days, told_months
from bot.cells import Row
from bot.evidence import Evidence, local_share, near, present, score, share, tells_of_sibling, told_later
from bot.places import PATTERN, full_names
from bot.question_words import Wants
from bot.spans import Proposal, propose
from bot.text import clauses, fold, sentences
from bot.types import CitedCell, Hit, NameKind, Span, StoredDocument
from bot.view import View, view

T = TypeVar("T")
_LEAD = 200  # characters of a document's beginning that tell what it is about
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
    cells: tuple[CitedCell, ...] = ()  # of the row that it stands in

    @property
    def sentence(self) -> Span:
        """Its sentence, or the row of a table that it stands in."""
        return self.clauses[0][0], self.clauses[-1][1]


def read(asked: Asked, hits: tuple[Hit, ...], document: Callable[[str], StoredDocument | None]) -> list[Candidate]:
    """The candidates in the hits, best first. `document` gives the text that places and periods are told by."""
    found: list[Candidate] = []
    told: dict[str, str] = {}  # of each document, folded once
    for rank, hit in enumerate(hits):
        stored = document(hit.document.id)
        if stored is None:
            continue
        if hit.document.id not in told:
            told[hit.document.id] = _prose(stored)
        setting = _Setting(asked, hit, stored, told[hit.document.id])
        if setting.view.cells:
            found += _row_candidates(asked, hit, rank, setting)
            continue
        for sentence in sentences(setting.view.text):
            found += _sentence_candidates(asked, hit, rank, setting, sentence)
    return sorted(found, key=lambda c: (-c.score, c.hit.document.id, c.start, c.end))


class _Setting:
    """What a passage's document says for all of it: subject, place, period."""

    def __init__(self, asked: Asked, hit: Hit, stored: StoredDocument, prose: str) -> None:
        self.asked = asked
        self.view = view(hit.text, hit.passage)
        self.passage = fold(self.view.text)
        abbreviated = [name for name in hit.passage.names if name.kind is NameKind.PLACE]
        self.provinces = {full for name in abbreviated for full in full_names(self.passage[name.start : name.end])}
        self.stored, self.prose = stored, prose
        self.head = fold("\n".join([hit.document.title, *hit.passage.path, hit.document.publisher or ""]))
        self.lead = f"{self.head}\n{self.prose[:_LEAD]}"
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
        around = self.passage + self.head
        if all(year in around for year in years):
            return True
        if re.search(r"(?<!\d)(?:19|20)\d{2}年", self.passage) or len(years) > 1:
            return False
        dated = self.date[:4]
        if dated and "今年" not in self.passage and "去年" in self.passage + self.lead:
            return str(int(dated) - 1) == years[0]
        return dated == years[0] or (not dated and years[0] in self.lead)


def _sentence_candidates(asked: Asked, hit: Hit, rank: int, setting: _Setting, sentence: Span) -> Iterator[Candidate]:
    text = setting.passage
    whole = text[slice(*sentence)]
    in_passage = share(asked.terms, text + setting.lead, asked.places)
    in_sentence = share(asked.terms, whole, asked.places, setting.given)
    if in_passage == 0:
        return
    place_ok, period_ok = setting.has_places(whole), setting.has_period(whole)
    spans = clauses(text, *sentence)
    stands = tuple(span for clause in spans if (span := setting.view.cover(*clause)))
    for proposal in propose(asked, text, sentence, hit.passage.names):
        origin = setting.view.origin(proposal.start, proposal.end)
        clause = _clause(asked, text, spans, proposal)
        own = text[slice(*clause)]
        if origin is None or tells_of_sibling(asked.folded, own):
            continue
        if told_later(asked, setting.specific, text, sentence, clause):
            continue
        evidence = Evidence(
            passage=in_passage,
            sentence=in_sentence,
            clause=local_share(setting.specific, own, asked.places),
            near=near(setting.specific, text, sentence, (proposal.start, proposal.end)),
            rank=1 / (1 + rank),
            shape=proposal.shape,
        )
        words = setting.stored.text[slice(*origin)]
        yield Candidate(hit, *origin, words, proposal.masked, stands, evidence, score(evidence), place_ok, period_ok)


def _row_candidates(asked: Asked, hit: Hit, rank: int, setting: _Setting) -> Iterator[Candidate]:
    """The cells of a row that could answer: what its other cells and the table say holds for them."""
    text = setting.passage
    in_passage = share(asked.terms, text + setting.head, asked.places)
    in_row = share(asked.terms, text, asked.places, setting.given)
    if in_passage == 0 or tells_of_sibling(asked.folded, text):
        return
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
            evidence = Evidence(in_passage, in_row, fit, fit, 1 / (1 + rank), proposal.shape)
            words, cells = setting.stored.text[slice(*origin)], _cells_of(setting.view, row, hit, origin)
            stands = tuple((cell.start, cell.end) for cell in cells)
            yield Candidate(
                hit, *origin, words, proposal.masked, stands, evidence, score(evidence), place_ok, period_ok, cells
            )


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
