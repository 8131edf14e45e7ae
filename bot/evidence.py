"""How well a span's surroundings support it: the question's words around it, near it, and before it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.asked import Asked, Term
from bot.question_words import CONTRASTS, CUES, Form, Wants
from bot.text import tagged_words
from bot.types import Span

_FADE = 24.0  # characters at which a word's support has fallen to 37 %
_CROSSING = 8.0  # characters that a clause boundary counts for
_TELLING = 4.0  # weight from which a word tells what a clause is about
_AMOUNTS = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE})
_MARKS = "0-9a-z一二三四五六七八九十甲乙丙丁东西南北"
_SIBLING = re.compile(rf"(?<![{_MARKS}第])([{_MARKS}]+)([区组队班厂部院库线]|[\u4e00-\u9fff]{{2}})")
_NUMERALS = "123456789一二三四五六七八九"
_MODIFIER = 6  # characters before a noun that hold the noun before it
_NOUNS = ("n", "vn", "j", "l", "b")  # jieba's tags
_ABSENT = 0.5  # presence below which a word is not there
_BESIDE = 3  # characters beside the question word
_LINKS = "的了是为有在"
_FROM = re.compile("[由从](?:原来?的|此前的|过去的)?[^,，。;；、到至]{0,8}$")
_CHANGED = re.compile(
    "[^,，。;；、]{0,8}?(?:提高|上调|调整|增加|增长|上升|提升|扩大|降低|下调|下降|减少|缩短|压缩|[调降升涨增减提缩])[到至为成]"
)
_OF_BEFORE = re.compile("原|之前|以前|此前|过去|从前|[由从]|多少.{0,4}[提上增降下减]")
_EMPTY = frozenset("的了是在有和与为被由从到于之其这那该个所以及吗呢")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a span is supported, each from 0 to 1."""

    # of its passage
    passage: float  # share of the question's words, by weight, in the passage or its document's head
    rank: float  # 1 for the best passage, 1/2 for the next …
    # of its sentence
    sentence: float  # share of the question's words in it, words that hold for the whole passage given
    window: float  # share of the question's pairs of characters in it or the sentence before
    before: float  # the same, in the sentence before alone
    given: float  # the same, in it or in what opens its passage or its document
    own: float  # share of the question's characters, those left out that open its passage or its document
    left: float  # share of the three characters before the question word
    right: float  # share of the three after it
    place: float  # where in its passage it begins
    cue: float  # whether it holds a word that answers such questions use: 又名 for 别名
    form: float  # how well the best of its spans fits the kind asked for
    close: float  # how near the question's words are to the span of it that has them nearest
    # of the span itself
    clause: float  # share of the question's words in its clause, those left out that hold for the whole passage
    near: float  # the same words, each discounted by its distance from the span
    shape: float  # how well its form fits the kind asked for
    # what the trained reader says, from -1 to 1; -1 of what it has not read
    told: float = -1.0  # of the best span of its sentence
    read: float = -1.0  # of the span

    @classmethod
    def of_fact(cls, support: float, rank: int) -> Evidence:
        """The evidence of what a document says of itself, where so much of the question is about that document."""
        return cls(
            *(support, 1 / (1 + rank), support, support, 0.0, support, support),
            *(1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        )

    @property
    def support(self) -> float:
        """How well the source supports the span, from 0 to 1: a weighted mean, the same for every kind of question."""
        return round(
            0.1 * self.passage
            + 0.3 * self.sentence
            + 0.2 * self.clause
            + 0.15 * self.near
            + 0.1 * self.rank
            + 0.15 * self.shape,
            6,
        )


# Fitted by `python -m benchmarks fit`, docs/DECISIONS.md: of a sentence among those that were read,
OF_SENTENCE: Mapping[Form, Mapping[str, float]] = {
    Form.VALUE: {
        "given": 1.12, "window": 5.43, "sentence": 2.29, "rank": 2.02, "form": 2.17, "close": 1.84,
        "own": 1.3, "right": 0.68, "cue": 1.42, "left": 0.4, "place": -0.96, "before": -3.45,
    },
    Form.NAME: {
        "given": 2.4, "window": 3.18, "sentence": 2.34, "rank": 3.54, "form": 2.09, "close": 1.17,
        "own": 0.44, "right": 1.27, "cue": 1.12, "left": 0.86, "place": -1.61, "before": -1.6,
    },
    Form.PHRASE: {
        "given": 1.97, "window": 4.17, "sentence": 3.68, "rank": 2.33, "form": 0.11, "close": 1.44,
        "own": 1.06, "right": 1.57, "cue": 1.25, "left": 1.2, "place": -1.21, "before": -1.61,
    },
}  # fmt: skip
# and of a span among those of its sentence.
OF_SPAN: Mapping[Form, Mapping[str, float]] = {
    Form.VALUE: {"shape": 2.59, "near": 3.77, "clause": 1.6},
    Form.NAME: {"shape": 3.02, "near": 2.4, "clause": 0.98},
    Form.PHRASE: {"shape": 3.81, "near": 1.8, "clause": 0.73},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blend:
    """How much the rules and the trained reader weigh where the reader has read some of the passages."""

    sentence: tuple[float, float]  # of what the rules and the reader say of a sentence
    span: tuple[float, float]  # of what they say of a span among those of its sentence


# Fitted by `python -m benchmarks fit --reader`.
BLENDS: Mapping[Form, Blend] = {
    Form.VALUE: Blend(sentence=(0.71, 1.89), span=(0.45, 3.68)),
    Form.NAME: Blend(sentence=(0.61, 3.2), span=(0.46, 6.1)),
    Form.PHRASE: Blend(sentence=(0.47, 4.03), span=(0.11, 4.44)),
}


def sentence_score(form: Form, evidence: Evidence, blended: bool) -> float:
    """How likely a span's sentence is the one that answers, in log-odds among the sentences of the hits."""
    rules, reader = BLENDS[form].sentence if blended else (1.0, 0.0)
    return round(rules * weighed(evidence, OF_SENTENCE[form]) + reader * evidence.told, 6)


def span_score(form: Form, evidence: Evidence, blended: bool) -> float:
    """How likely a span is the one of its sentence that answers, in log-odds."""
    rules, reader = BLENDS[form].span if blended else (1.0, 0.0)
    return round(rules * weighed(evidence, OF_SPAN[form]) + reader * evidence.read, 6)


def weighed(evidence: Evidence, weights: Mapping[str, float]) -> float:
    """The sum of the weighted evidence."""
    parts: list[float] = [weight * getattr(evidence, name) for name, weight in weights.items()]
    return sum(parts)


class Pairs:
    """The question's pairs of characters, each weighed by how few of the sentences that were read hold it."""

    def __init__(self, asked: Asked, sentences: Sequence[str]) -> None:
        start, end = asked.hole
        parts = [_letters(asked.folded[:start]), _letters(asked.folded[end:])]
        pairs = {part[i : i + 2] for part in parts for i in range(len(part) - 1)}
        characters = set("".join(parts)) - _EMPTY
        self._pairs = _weights(pairs, sentences)
        self._characters = _weights(characters, sentences)
        self._left, self._right = parts[0].rstrip(_LINKS)[-_BESIDE:], parts[1].lstrip(_LINKS)[:_BESIDE]
        self._cues = cues(asked.folded)

    def share(self, *texts: str) -> float:
        """The share of the pairs, by weight, that stand in one of the texts."""
        return _held(self._pairs, texts)

    def own(self, sentence: str, opening: str) -> float:
        """The share of the characters that stand in a sentence, of those that do not stand in the opening."""
        return _held({char: weight for char, weight in self._characters.items() if char not in opening}, (sentence,))

    def left(self, sentence: str) -> float:
        """The share of the characters before the question word that stand in a sentence; half where there are none."""
        return _held(dict.fromkeys(self._left, 1.0), (sentence,)) if self._left else 0.5

    def right(self, sentence: str) -> float:
        """The share of the characters after the question word that stand in a sentence; half where there are none."""
        return _held(dict.fromkeys(self._right, 1.0), (sentence,)) if self._right else 0.5

    def cue(self, sentence: str) -> float:
        """1 where a sentence holds a word that answers to such a question use, else 0."""
        return float(any(cue in sentence for cue in self._cues))


def cues(asking: str) -> list[str]:
    """The words by which sentences answer what a text asks after: 又名 for 别名."""
    return [cue for word, answering in CUES.items() if word in asking for cue in answering]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _weights(parts: set[str], sentences: Sequence[str]) -> dict[str, float]:
    """Each part with its weight: the fewer sentences hold it, the more it tells."""
    counts = {part: sum(part in sentence for sentence in sentences) for part in sorted(parts)}
    return {part: math.log((len(sentences) + 1) / (count + 0.5)) for part, count in counts.items()}


def _held(weights: Mapping[str, float], texts: Sequence[str]) -> float:
    total = sum(weights.values())
    return sum(weight for part, weight in weights.items() if any(part in text for text in texts)) / (total or 1.0)


def presence(word: str, text: str) -> float:
    """How far a word is in a text: 1 whole; 0.8 as what it abbreviates (电诈: 电信网络诈骗); else by its pairs."""
    if word in text or _other_numerals(word) in text or _spelt_apart(word, text):
        return 1.0
    if len(word) < 2 or any(char.isdigit() for char in word) or not re.search(r"[\u3400-\u9fff]", word):
        return 0.0
    if len(word) <= 4 and _abbreviated(word).search(text):
        return 0.8
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return 0.7 * sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0


def _spelt_apart(word: str, text: str) -> bool:
    """Whether a Latin word with digits stands in a text with a hyphen or a space before them: gpt4, GPT-4."""
    if not word.isascii() or not re.search(r"[a-z]\d|\d[a-z]", word):
        return False
    return bool(re.search(re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", r"[-\\s]?", re.escape(word)), text))


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


def tells_of_another(asked: Asked, clause: str) -> bool:
    """Whether a clause tells of what stands against what is asked of: 审结 for 新收, 治安案件 for 诈骗案件.

    Of two nouns that belong together (诈骗案件), the second may stand alone, but not with another before it.
    """
    for group in CONTRASTS:
        meant = [word for word in group if word in asked.folded]
        if meant and not any(word in clause for word in meant) and any(word in clause for word in group):
            return True
    for modifier, noun in asked.compounds:
        if noun in clause and presence(modifier, clause) < _ABSENT and _modified(noun, clause):
            return True
    return any(_is_namesake(place, asked.folded, clause) for place in asked.places)


def _is_namesake(place: str, question: str, clause: str) -> bool:
    """Whether a clause has what the question names after a place after another one: 乙市一中 for 甲市一中."""
    named = re.search(rf"{re.escape(place)}([省市县区州旗盟镇乡村][\u4e00-\u9fff]{{2}})", question)
    if not named or named.group() in clause:
        return False
    return bool(re.search(rf"[\u4e00-\u9fff]{{2}}{re.escape(named.group(1))}", clause))


def _modified(noun: str, clause: str) -> bool:
    """Whether each time that a noun stands in a clause another noun stands right before it; 本届赛事 is no other."""
    places = [match.start() for match in re.finditer(re.escape(noun), clause)]
    before = [tagged_words(clause[max(0, place - _MODIFIER) : place]) for place in places]
    return all(
        words
        and words[-1][1].startswith(_NOUNS)
        and len(words[-1][0]) > 1
        and not (len(words) > 1 and words[-2][1] == "r")
        for words in before
    )


def is_former(asked: Asked, text: str, span: Span) -> bool:
    """Whether a value is the one before a change, and the one after it is meant: 20元 in 由20元提高到25元."""
    if _OF_BEFORE.search(asked.folded):
        return False
    return bool(_FROM.search(text, 0, span[0]) and _CHANGED.match(text, span[1]))


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
