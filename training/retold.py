"""Questions made of one article and asked of another that tells the same in other words.

Two articles on one event say the same figure, name or day in sentences of their own. The sentence of the one
becomes the question (`training.cloze`), the passage of the other the text: they share what they mean more than
how they put it, as real questions and answers do.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.text import fold, is_known, rarity, search_tokens, sentences
from bot.types import Name, Span
from training.cloze import answers_in, asked_of, stretch_around
from training.examples import Example

_KNOWN_TO = (2, 30)  # articles that tell an answer; one told by more is told of many things
_RARE = 9.0  # weight of a word from which it tells what a sentence is about
_SHARED = 3  # such words that both have, beside the answer
_LEAST, _MOST = 0.4, 0.75  # share of them by weight; likeness of the sentences, above which one is a reprint
_AROUND = 150  # characters beside the other's answer that may hold them
_RAREST = 2  # words, of which one must be in the other
_AN_ARTICLE = 6  # questions
_BY_FORM = re.compile(
    "主力资金|换手率|成交额|收盘|评级|净流[入出]|融资"
)  # sentences that only their figures tell apart


@dataclass(frozen=True, slots=True)
class _Telling:
    """A sentence that tells an answer."""

    article: int
    sentence: Span
    answer: Span
    word: str  # the question word that asks for it


def retold(
    texts: Sequence[str],
    names: Sequence[Sequence[Name]],
    source: str,
    draw: random.Random,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Iterator[Example]:
    """The questions that the articles make of each other; `names` are those of each folded text.

    `progress` gets how many of the answers that they tell were looked at, and how many there are.
    """
    folded = [fold(text) for text in texts]
    tellings = _tellings(folded, names, draw)
    made: dict[int, int] = defaultdict(int)
    asked: set[tuple[int, Span]] = set()
    for number, (answer, told) in enumerate(sorted(tellings.items())):
        progress(number, len(tellings))
        if not _KNOWN_TO[0] <= len({one.article for one in told}) <= _KNOWN_TO[1]:
            continue
        around = [_words(_near(folded[one.article], one.answer), answer) for one in told]
        for one in told:
            own = folded[one.article][slice(*one.sentence)]
            if made[one.article] >= _AN_ARTICLE or (one.article, one.sentence) in asked or _BY_FORM.search(own):
                continue
            words = _words(own, answer)
            others = [j for j, other in enumerate(told) if other.article != one.article]
            best = max(others, key=lambda j: (len(words & around[j]), -j), default=None)
            if best is None or not _tells_the_same(words, around[best]):
                continue
            other = folded[told[best].article][slice(*told[best].sentence)]
            if SequenceMatcher(None, own, other, autojunk=False).ratio() >= _MOST:
                continue
            question = asked_of(folded[one.article], one.sentence, one.answer, one.word, draw)
            if question is None:
                continue
            asked.add((one.article, one.sentence))
            made[one.article] += 1
            yield stretch_around(question, folded[told[best].article], told[best].answer, source, draw)


def _tellings(folded: Sequence[str], names: Sequence[Sequence[Name]], draw: random.Random) -> dict[str, list[_Telling]]:
    """The sentences that tell each answer, in their order."""
    found: dict[str, list[_Telling]] = defaultdict(list)
    for article, text in enumerate(folded):
        inside = sentences(text)
        for span, words in answers_in(text, names[article]):
            answer = text[slice(*span)]
            sentence = next((one for one in inside if one[0] <= span[0] and span[1] <= one[1]), None)
            if len(answer) >= 2 and sentence:
                found[answer].append(_Telling(article, sentence, span, draw.choice(words)))
    return found


def _words(sentence: str, answer: str) -> set[str]:
    """The words that tell what a sentence is about, without the answer and without pairs that are no word."""
    words = (word for word in search_tokens(sentence) if word not in answer and len(word) > 1)
    return {word for word in words if (is_known(word) or len(word) > 2) and rarity(word) >= _RARE}


def _near(text: str, answer: Span) -> str:
    return text[max(0, answer[0] - _AROUND) : answer[1] + _AROUND]


def _tells_the_same(words: set[str], others: set[str]) -> bool:
    """Whether a stretch has enough of a sentence's words, one of the rarest among them, to tell of the same."""
    shared, weights = words & others, {word: rarity(word) for word in words}
    if len(shared) < _SHARED or sum(weights[word] for word in shared) < _LEAST * sum(weights.values()):
        return False
    rarest = sorted(words, key=lambda word: (-weights[word], word))[:_RAREST]
    return bool(shared & set(rarest))
