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
_PLACE_WEIGHT = 8.0  # as a rare word's
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
    in_passage = _share(asked.terms, text + setting.lead, asked.places)
    in_sentence = _share(asked.terms, whole, asked.places, setting.given)
    if in_passage == 0:
        return
    place_ok, period_ok = setting.has_places(whole), setting.has_years(whole)
    for proposal in propose(asked, hit.text, text, sentence):
        clause = _clause(asked, text, sentence, proposal)
        if _contrasts(asked.folded, text[slice(*clause)]) or _told_later(asked, setting, text, sentence, clause):
            continue
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


def _contrasts(question: str, clause: str) -> bool:
    """Whether a clause tells of a sibling of what is asked of: 一车间 for 二车间, 乙方 for 甲方.

    Siblings share a word and differ in the number, letter or direction before it.
    """
    for match in _SIBLING.finditer(question):
        mark, noun = match.groups()
        others = {found.group(1) for found in re.finditer(rf"([{_MARKS}]+){re.escape(noun)}", clause)}
        if others and mark not in others:
            return True
    return False


def _told_later(asked: Asked, setting: _Setting, text: str, sentence: Span, clause: Span) -> bool:
    """Whether the sentence comes to what is asked of only after a clause that says the same of something else.

    `李明奖金6200元，王强奖金未公布`: of 王强 the first clause tells nothing, though 奖金 is in both.
    """
    if asked.wants not in _AMOUNTS:
        return False
    here, later = text[sentence[0] : clause[1]], text[clause[1] : sentence[1]]
    own = text[slice(*clause)]
    missing = [term for term in setting.specific if term.word in later and presence(term.word, here) < 0.5]
    shared = any(term.word in own and term.word in later for term in setting.specific)
    return any(term.weight >= _TELLING for term in missing) and shared


_TELLING = 4.0
_AMOUNTS = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE})
_MARKS = "0-9a-z一二三四五六七八九十甲乙丙丁东西南北"
_SIBLING = re.compile(rf"(?<![{_MARKS}第])([{_MARKS}]+)([区组队班厂部院库线]|[\u4e00-\u9fff]{{2}})")


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
    if word in text or _other_numerals(word) in text:
        return 1.0
    if len(word) < 2 or any(char.isdigit() for char in word) or not re.search(r"[\u3400-\u9fff]", word):
        return 0.0
    if len(word) <= 4 and _abbreviated(word).search(text):
        return 0.8
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return 0.7 * sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0


def _other_numerals(word: str) -> str:
    """The word with a number at its beginning below ten in the other numerals: 二号线, 2号线."""
    if len(word) > 1 and word[0] in _NUMERALS and word[1] not in _NUMERALS + "十百千":
        place = _NUMERALS.index(word[0])
        return _NUMERALS[(place + 9) % 18] + word[1:]
    return word


_NUMERALS = "123456789一二三四五六七八九"


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
    spans = clauses(text, *sentence)
    touched = [i for i, span in enumerate(spans) if span[0] < proposal.end + reach and proposal.start < span[1]]
    if not touched:
        return sentence
    first = touched[0]
    while first > 0 and text[spans[first - 1][1] - 1] in "：:":  # 主持人：…… is one
        first -= 1
    return spans[first][0], spans[touched[-1]][1]


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
