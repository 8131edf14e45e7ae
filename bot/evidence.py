"""How well a span's surroundings support it: the question's words around it, near it, and before it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.asked import Asked, Term
from bot.question_words import Wants
from bot.types import Span

_FADE = 24.0  # characters at which a word's support has fallen to 37 %
_CROSSING = 8.0  # characters that a clause boundary counts for
_TELLING = 4.0  # weight from which a word tells what a clause is about
_AMOUNTS = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE})
_MARKS = "0-9a-z一二三四五六七八九十甲乙丙丁东西南北"
_SIBLING = re.compile(rf"(?<![{_MARKS}第])([{_MARKS}]+)([区组队班厂部院库线]|[\u4e00-\u9fff]{{2}})")
_NUMERALS = "123456789一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a span is supported, each from 0 to 1."""

    passage: float  # share of the question's words, by weight, in the passage or its document's head
    sentence: float  # the same in the span's sentence, words that hold for the whole passage given
    clause: float  # the same, those words left out, in the span's clause
    near: float  # the same, those words left out, each discounted by its distance from the span
    rank: float  # 1 for the best passage, 1/2 for the next …
    shape: float  # how well the span's form fits the kind asked for


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


def present(term: Term, text: str) -> float:
    """How far a term, or a word that means the same, is in a text."""
    return max(presence(word, text) for word in term.words)


def share(
    terms: tuple[Term, ...], text: str, places: tuple[str, ...], given: Mapping[str, float] | None = None
) -> float:
    """The share of the terms, by weight, that a text holds or that are `given`; of the places where there are none."""
    if not terms:
        return float(any(place in text for place in places))
    held = sum(term.weight * max(present(term, text), (given or {}).get(term.word, 0.0)) for term in terms)
    return held / sum(term.weight for term in terms)


def local_share(
    terms: tuple[Term, ...], text: str, places: tuple[str, ...], given: Mapping[str, float] | None = None
) -> float:
    """The same by what the terms weigh in the answer's own clause."""
    return share(tuple(Term(term.word, term.local_weight, term.also) for term in terms), text, places, given)


def near(terms: tuple[Term, ...], text: str, sentence: Span, span: Span) -> float:
    """The terms around a span, each counted less the farther it is, and less after the span."""
    if not terms:
        return 0.5
    total = found = 0.0
    before, after = text[sentence[0] : span[0]], text[span[1] : sentence[1]]
    for term in terms:
        total += term.local_weight
        if any(word in text[slice(*span)] for word in term.words):
            found += 0.5 * term.local_weight
            continue
        distance = min(_distance(word, before, after) for word in term.words)
        found += term.local_weight * math.exp(-distance / _FADE)
    return found / total


def _distance(word: str, before: str, after: str) -> float:
    """Characters from a span to a word before or after it; infinite where it is in neither."""
    left, right = _last(word, before), _first(word, after)
    return min(
        len(before) - left + _crossed(before[left:]) if left >= 0 else math.inf,
        1.5 * right + 2 + _crossed(after[:right]) if right >= 0 else math.inf,
    )


def _crossed(between: str) -> float:
    """The distance that clause boundaries between a word and a span add."""
    return _CROSSING * len(re.findall("[，,；;：:、]", between))


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


def tells_of_sibling(question: str, clause: str) -> bool:
    """Whether a clause tells of a sibling of what is asked of: 一车间 for 二车间, 乙方 for 甲方.

    Siblings share a word and differ in the number, letter or direction before it.
    """
    for match in _SIBLING.finditer(question):
        mark, noun = match.groups()
        others = {found.group(1) for found in re.finditer(rf"([{_MARKS}]+){re.escape(noun)}", clause)}
        if others and mark not in others:
            return True
    return False


def told_later(asked: Asked, terms: tuple[Term, ...], text: str, sentence: Span, clause: Span) -> bool:
    """Whether the sentence comes to what is asked of only after a clause that says the same of something else.

    `李明奖金6200元，王强奖金未公布`: of 王强 the first clause tells nothing, though 奖金 is in both.
    """
    if asked.wants not in _AMOUNTS:
        return False
    here, later = text[sentence[0] : clause[1]], text[clause[1] : sentence[1]]
    own = text[slice(*clause)]
    missing = [term for term in terms if term.word in later and present(term, here) < 0.5]
    shared = any(term.word in own and term.word in later for term in terms)
    return any(term.weight >= _TELLING for term in missing) and shared
