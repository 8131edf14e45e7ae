"""Question and Hits to spans: what could answer, and how well its surroundings support it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.asked import Asked, Term
from bot.places import PATTERN
from bot.question_words import Wants
from bot.spans import Proposal, propose
from bot.text import Span, clauses, fold, sentences
from bot.types import Hit, StoredDocument

_LEAD = 200  # characters of a document's beginning that tell what it is about
_SUBJECT = 8  # characters of a clause's beginning that hold its subject
_NEAR = 8.0  # characters at which a word's support has fallen to 37 %


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a span is supported, each from 0 to 1."""

    passage: float  # share of the question's words, by weight, in the passage or its document's head
    sentence: float  # the same in the span's sentence, words that hold for the whole passage given
    clause: float  # the same, those words left out, in the span's clause
    near: float  # the same, those words left out, each discounted by its distance from the span
    rank: float  # 1 for the best passage, 1/2 for the next …
    shape: float  # how well the span's form fits the kind asked for


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
            term.word: max(0.85 * presence(term.word, above), 0.5 * presence(term.word, self.passage))
            for term in asked.terms
        }
        specific = tuple(term for term in asked.terms if self.given[term.word] < 0.8)
        self.specific = specific or asked.terms

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
    in_passage = _share(asked.terms, text + setting.lead, asked.places)
    in_sentence = _share(asked.terms, whole, asked.places, setting.given)
    if in_passage == 0:
        return
    place_ok, period_ok = setting.has_places(whole), setting.has_years(whole)
    for proposal in propose(asked, hit.text, text, sentence):
        clause = _clause(asked, text, sentence, proposal)
        evidence = Evidence(
            passage=in_passage,
            sentence=in_sentence,
            clause=_local_share(setting.specific, text[slice(*clause)], asked.places),
            near=_near(setting.specific, text, sentence, proposal),
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


def score(evidence: Evidence) -> float:
    """How well a candidate is supported, from 0 to 1: a weighted mean of its evidence."""
    return round(
        0.1 * evidence.passage
        + 0.3 * evidence.sentence
        + 0.2 * evidence.clause
        + 0.15 * evidence.near
        + 0.1 * evidence.rank
        + 0.15 * evidence.shape,
        6,
    )


def presence(word: str, text: str) -> float:
    """How far a word is in a text: 1 whole; 0.8 as what it abbreviates (电诈: 电信网络诈骗); else by its pairs."""
    if word in text:
        return 1.0
    if len(word) < 2 or any(char.isdigit() for char in word) or not re.search(r"[\u3400-\u9fff]", word):
        return 0.0
    if len(word) <= 4 and re.search("[^，。；,;\\n]{0,4}".join(map(re.escape, word)), text):
        return 0.8
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return 0.7 * sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0


def _share(terms: tuple[Term, ...], text: str, places: tuple[str, ...], given: dict[str, float] | None = None) -> float:
    """The share of the terms, by weight, that a text holds or that are `given`; of the places where there are none."""
    if not terms:
        return float(any(place in text for place in places))
    held = sum(term.weight * max(presence(term.word, text), (given or {}).get(term.word, 0.0)) for term in terms)
    return held / sum(term.weight for term in terms)


def _local_share(terms: tuple[Term, ...], text: str, places: tuple[str, ...]) -> float:
    """The same by what the terms weigh in the answer's own clause."""
    return _share(tuple(Term(term.word, term.local_weight) for term in terms), text, places)


def _clause(asked: Asked, text: str, sentence: Span, proposal: Proposal) -> Span:
    """The clauses a proposal stands in, from the first to the last; a date reaches over the next, which it dates."""
    reach = 2 if asked.wants is Wants.DATE else 0
    touched = [
        (start, end) for start, end in clauses(text, *sentence) if start < proposal.end + reach and proposal.start < end
    ]
    return (touched[0][0], touched[-1][1]) if touched else sentence


def _near(terms: tuple[Term, ...], text: str, sentence: Span, proposal: Proposal) -> float:
    """The terms around a span, each counted less the farther it is, and less after the span."""
    if not terms:
        return 0.5
    total = found = 0.0
    before, after = text[sentence[0] : proposal.start], text[proposal.end : sentence[1]]
    for term in terms:
        total += term.local_weight
        if term.word in text[proposal.start : proposal.end]:
            found += 0.5 * term.local_weight
            continue
        left = _last(term.word, before)
        right = _first(term.word, after)
        distance = min(
            len(before) - left + _crossed(before[left:]) if left >= 0 else math.inf,
            1.5 * right + 2 + _crossed(after[:right]) if right >= 0 else math.inf,
        )
        found += term.local_weight * math.exp(-distance / (3 * _NEAR))
    return found / total


def _crossed(between: str) -> float:
    """The distance that clause boundaries between a word and a span add."""
    return _NEAR * len(re.findall("[，,；;：:、]", between))


def _last(word: str, text: str) -> int:
    """Where the last occurrence of a word, or of what it abbreviates, ends; -1 where there is none."""
    place = text.rfind(word)
    if place >= 0:
        return place + len(word)
    ends = [match.end() for match in _abbreviated(word).finditer(text)] if 2 <= len(word) <= 4 else []
    return ends[-1] if ends else -1


def _first(word: str, text: str) -> int:
    place = text.find(word)
    if place >= 0:
        return place
    match = _abbreviated(word).search(text) if 2 <= len(word) <= 4 else None
    return match.start() if match else -1


def _abbreviated(word: str) -> re.Pattern[str]:
    return re.compile("[^，。；,;\\n]{0,4}".join(map(re.escape, word)))
