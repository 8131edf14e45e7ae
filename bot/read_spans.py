"""What a trained reader proposes as spans, cut to the bounds that the rules know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.asked import Asked
from bot.question_words import VALUES, Wants
from bot.spans import EDGES, Proposal
from bot.types import Span
from bot.values import is_masked
from reading.reader import Reading

_MOST = 4  # spans of a sentence
_BEHIND = 6.0  # log-odds by which one may be less likely than the best
_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "〈": "〉", "（": "）", "(": ")", "【": "】", "[": "]"}
_QUOTES = frozenset("“「『\"'")
_RUN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*[%万亿千百]*")  # what no answer begins or ends within
_ABOUT = re.compile("[约近超过达多余左右以上下不到至少大概只有仅为可()\\[\\]~～—-]*")
_BEFORE_NAME = re.compile('|.*[的,、:；;“"]')
_BEHIND_NAME = re.compile("$|[,、;:等说称]|口中|笔下|表示|介绍")
_UNIT = 6  # characters behind a number that may be its unit: 转/分钟
_NUMERAL = re.compile("[0-9一二两三四五六七八九十百千万亿半几数*×■□]")


def proposed(asked: Asked, folded: str, sentence: Span, reading: Reading) -> Iterator[Proposal]:
    """The likeliest spans of a sentence of a passage's folded text; their form is not one that the rules know."""
    if asked.wants is Wants.YES_NO:  # which a whole clause answers
        return
    found = reading.best(*sentence, _MOST)
    for score, start, end in found:
        if score < found[0][0] - _BEHIND:
            return
        start, end = _whole(folded, start, end, sentence)
        text = folded[start:end]
        if not text or text in asked.folded or (asked.wants in VALUES and not _NUMERAL.search(text)):
            continue
        yield Proposal(start, end, is_masked(text) and len(text) <= 8, 0.0)


def exact(asked: Asked, folded: str, span: Span, by_rule: Iterable[Span]) -> list[Span]:
    """The spans by the rules that one of a reader's holds, where these know the bounds better.

    As of values, and of persons: 习近平 in 安吉的习近平. But 约 and 以上 may stay, 天正16年(1588年) is one date, and
    what follows a number may be its unit.
    """
    held = [one for one in by_rule if span[0] <= one[0] and one[1] <= span[1]]
    if asked.wants is Wants.PERSON:
        return [one for one in held if _is_apart(folded[span[0] : one[0]], folded[one[1] : span[1]])]
    if asked.wants not in VALUES:
        return []
    rest = "".join(char for i, char in enumerate(folded[slice(*span)], span[0]) if not any(a <= i < b for a, b in held))
    if _ABOUT.fullmatch(rest):
        return []
    return [one for one in held if one[0] > span[0] or span[1] - one[1] > _UNIT]


def _is_apart(before: str, after: str) -> bool:
    """Whether what a span has beside a person's name is no part of the name."""
    return bool(before + after) and bool(_BEFORE_NAME.fullmatch(before)) and bool(_BEHIND_NAME.match(after))


def _whole(folded: str, start: int, end: int, sentence: Span) -> Span:
    """The span with the words and numbers at its ends whole, and without lone brackets and outer quotation marks."""
    for match in _RUN.finditer(folded, *sentence):
        if match.start() < start < match.end():
            start = match.start()
        if match.start() < end < match.end():
            end = match.end()
    while start < end and folded[start] in EDGES:
        start += 1
    while start < end and folded[end - 1] in EDGES:
        end -= 1
    text = folded[start:end]
    for opening, closing in _PAIRS.items():
        if text.count(opening) > text.count(closing) and folded[end : end + 1] == closing:
            end += 1
        elif text.count(closing) > text.count(opening) and folded[start - 1 : start] == opening:
            start -= 1
        elif text.startswith(opening) and closing not in text:
            start += 1
        elif text.endswith(closing) and opening not in text:
            end -= 1
        text = folded[start:end]
    if len(text) > 2 and text[0] in _QUOTES and text[-1] == _PAIRS.get(text[0], text[0]) and text.count(text[0]) == 1:
        start, end = start + 1, end - 1
    return start, end
