"""What a trained reader proposes as spans, with the bounds that the rules know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.asked import Asked
from bot.question_words import VALUES, Wants
from bot.spans import EDGES, enumerations
from bot.types import Span
from reading.reader import Reading

CERTAIN = 0.6  # likelihood from which a reader is sure: log-odds of 9
_SURE = 15.0  # log-odds beyond which it is no surer
_LEAST = -0.99  # the likelihood of what it rules out
_MOST = 4  # spans of a sentence
_BEHIND = 6.0  # log-odds by which one may be less likely than the best
_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "〈": "〉", "（": "）", "(": ")", "【": "】", "[": "]"}
_QUOTES = frozenset("“「『\"'")
_RUN = re.compile(
    r"[a-z]+|\d+(?:[.,]\d+)*[%万亿千百]*|[*×■□]+(?:\.[*×■□]+)?[%年月日万亿千百]*"
)  # what no answer begins or ends within
_ABOUT = re.compile("[约近超过达多余左右以上下不到至少大概只有仅为可()\\[\\]~～—-]*")
_BEFORE_NAME = re.compile('|.*[的,、:；;“"]')
_BEHIND_NAME = re.compile("$|[,、;:等说称]|口中|笔下|表示|介绍")
_UNIT = 6  # characters behind a number that may be its unit: 转/分钟
_NUMERAL = re.compile("[0-9一二两三四五六七八九十百千万亿半几数*×■□春夏秋冬今明昨]")
_UNITS = {
    Wants.MONEY: re.compile("[元块角分镑币钱万亿盾*×■□]|美金|法郎|卢比"),
    Wants.DATE: re.compile(r"[年月日号时点代纪期季春夏秋冬旬周晨晚夜今明昨*×■□]|\d{3}|\d:\d"),
    Wants.DURATION: re.compile("[年月日天时分秒周代纪久*×■□]|小时"),
    Wants.RANK: re.compile("[第名位首榜冠亚季最*×■□]|\\d"),
    Wants.SHARE: re.compile("[%‰成半比*×■□:]|分之|倍"),
}


def likelihoods(
    asked: Asked, folded: str, sentence: Span, reading: Reading, by_rule: Mapping[Span, bool]
) -> dict[Span, float]:
    """How likely each span of a sentence of a passage's folded text answers by a reader, from -1 to 1.

    Of the spans by the rules, with whether each is masked, and of the reader's own. Of what is hidden it has learned
    nothing: that is as likely as not.
    """
    likely = {span: likelihood(reading.score(*span)) for span in by_rule}
    likely |= {span: max(0.0, likely[span]) for span, masked in by_rule.items() if masked}
    for span, score in proposed(asked, folded, sentence, reading).items():
        held = exact(asked, folded, span, by_rule)
        meant = max(held, key=lambda one: (likely[one], one)) if held else span
        likely[meant] = max(likely.get(meant, _LEAST), likelihood(score))
    return likely


def likelihood(score: float) -> float:
    """How likely a span answers by a reader's log-odds, from above -1 to 1; 0: as likely as not, -1: not read."""
    return round(max(_LEAST, min(1.0, score / _SURE)), 6)


def proposed(asked: Asked, folded: str, sentence: Span, reading: Reading) -> dict[Span, float]:
    """The likeliest spans of a sentence of a passage's folded text, with the log-odds of the words they are made of."""
    found = reading.best(*sentence, _MOST)
    spans: dict[Span, float] = {}
    for score, *words in found:
        if score < found[0][0] - _BEHIND:
            break
        span = _whole(folded, (words[0], words[1]), sentence)
        if asked.wants not in VALUES:
            span = _uncut(asked, folded, span, sentence)
        text = folded[slice(*span)]
        if text and text not in asked.folded and _may_be(asked.wants, text):
            spans.setdefault(span, score)
    return spans


def _may_be(wants: Wants, text: str) -> bool:
    """Whether words have in them what a kind of answer never lacks."""
    return wants not in VALUES or bool(_NUMERAL.search(text) and _UNITS.get(wants, _NUMERAL).search(text))


def _uncut(asked: Asked, folded: str, span: Span, sentence: Span) -> Span:
    """The whole list that a span is a part of, if it is several of its items or all of them are asked for."""
    start, end = span
    is_cut = "、" in (folded[start - 1 : start], folded[end : end + 1])
    if not is_cut or (asked.wants is not Wants.LIST and "、" not in folded[start:end]):
        return span
    lists = ((one.start, one.end) for one in enumerations(folded, sentence))
    return next((one for one in lists if one[0] <= start and end <= one[1]), span)


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


def _whole(folded: str, span: Span, sentence: Span) -> Span:
    """The span with the words and numbers at its ends whole, and without lone brackets and outer quotation marks."""
    start, end = span
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
