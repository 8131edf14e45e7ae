"""Question and Hits to spans: what could answer, and how well its surroundings support it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.asked import Asked, Term
from bot.evidence import Evidence, local_share, near, present, score, share, tells_of_sibling, told_later
from bot.places import PATTERN
from bot.question_words import Wants
from bot.spans import Proposal, propose
from bot.text import Span, clauses, fold, sentences
from bot.types import Hit, StoredDocument

_LEAD = 200  # characters of a document's beginning that tell what it is about
_SUBJECT = 8  # characters of a clause's beginning that hold its subject
_PLACE_WEIGHT = 8.0  # as a rare word's


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that could answer: offsets in its document's text."""

    hit: Hit
    start: int
    end: int
    text: str
    masked: bool
    sentence: Span
    evidence: Evidence
    score: float
    place_ok: bool = True
    period_ok: bool = True


def read(asked: Asked, hits: tuple[Hit, ...], document: Callable[[str], StoredDocument | None]) -> list[Candidate]:
    """The candidates in the hits, best first. `document` gives the text that places and periods are told by."""
    found: list[Candidate] = []
    for rank, hit in enumerate(hits):
        stored = document(hit.document.id)
        if stored is None:
            continue
        setting = _Setting(asked, hit, stored)
        for sentence in sentences(hit.text):
            found += _sentence_candidates(asked, hit, rank, setting, sentence)
    return sorted(found, key=lambda c: (-c.score, c.hit.document.id, c.start, c.end))


class _Setting:
    """What a passage's document says for all of it: subject, place, period."""

    def __init__(self, asked: Asked, hit: Hit, stored: StoredDocument) -> None:
        self.text = fold(stored.text)
        self.passage = fold(hit.text)
        self.head = fold(f"{hit.document.title}\n{hit.passage.heading}\n{hit.document.publisher or ''}")
        self.lead = f"{self.head}\n{self.text[:_LEAD]}"
        self.date = hit.document.date or ""
        self.asked = asked
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
            place in sentence or place in self.lead or place in self.passage or self.text.count(place) >= 3
            for place in self.asked.places
        )

    def has_years(self, sentence: str) -> bool:
        """Whether the years asked of are the sentence's, or else the passage's or the document's."""
        years = self.asked.years
        if not years or all(year in sentence for year in years):
            return True
        told = set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?=年|\D)", sentence))
        if told:
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
    place_ok, period_ok = setting.has_places(whole), setting.has_years(whole)
    for proposal in propose(asked, text, sentence):
        clause = _clause(asked, text, sentence, proposal)
        if tells_of_sibling(asked.folded, text[slice(*clause)]):
            continue
        if told_later(asked, setting.specific, text, sentence, clause):
            continue
        evidence = Evidence(
            passage=in_passage,
            sentence=in_sentence,
            clause=local_share(setting.specific, text[slice(*clause)], asked.places),
            near=near(setting.specific, text, sentence, (proposal.start, proposal.end)),
            rank=1 / (1 + rank),
            shape=proposal.shape,
        )
        start = hit.passage.start
        yield Candidate(
            hit,
            start + proposal.start,
            start + proposal.end,
            hit.text[proposal.start : proposal.end],
            proposal.masked,
            (start + sentence[0], start + sentence[1]),
            evidence,
            score(evidence),
            place_ok,
            period_ok,
        )


def _clause(asked: Asked, text: str, sentence: Span, proposal: Proposal) -> Span:
    """The clauses a proposal stands in, from the first to the last; a date reaches over the next, which it dates."""
    reach = 2 if asked.wants is Wants.DATE else 0
    spans = clauses(text, *sentence)
    touched = [i for i, span in enumerate(spans) if span[0] < proposal.end + reach and proposal.start < span[1]]
    if not touched:
        return sentence
    first = touched[0]
    while first > 0 and text[spans[first - 1][1] - 1] in "：:":  # 主持人：…… is one
        first -= 1
    return spans[first][0], spans[touched[-1]][1]
