"""What a question asks: the kind of answer, its unit, and what the answer must be about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile

from bot.names import is_name
from bot.numerals import number
from bot.places import NAMED, NO_PLACES, PATTERN, SUFFIX
from bot.question_words import ASKING, CHANGES, FEES, PATTERNS, SAME_UNITS, STOP, Wants
from bot.synonyms import Groups, others
from bot.text import days_one_way, fold, is_known, rarity, tagged_words
from bot.value_forms import SEASON
from bot.values import Kind, find_values


@dataclass(frozen=True, slots=True)
class Term:
    """A word the answer's surroundings should hold, and how much it tells."""

    word: str
    weight: float
    also: tuple[str, ...] = ()  # words that mean the same
    focus: bool = False  # tells what is measured (止付多少): it should stand in the answer's own clause

    @property
    def words(self) -> tuple[str, ...]:
        """The word and those that mean the same."""
        return (self.word, *self.also)

    @property
    def local_weight(self) -> float:
        """The weight in the answer's own clause."""
        return _FOCUS * self.weight if self.focus else self.weight


@dataclass(frozen=True, slots=True)
class Asked:
    """A question understood; `folded` is its folded text and ``folded[hole]`` its question word."""

    folded: str
    wants: Wants
    units: frozenset[str]  # any of these, where not empty
    suffix: str  # what a place's or an organisation's name ends with, where the question says so
    terms: tuple[Term, ...]
    places: tuple[str, ...]
    years: tuple[str, ...]
    months: tuple[int, ...]
    days: tuple[tuple[int, int], ...]  # month and day
    turns: tuple[str, ...]  # which of several: 第五届, 第一季度, 上半年
    compounds: tuple[tuple[str, str], ...]  # nouns that belong together: 诈骗, 案件
    counted: str  # the noun behind the question word: 学校 in 多少所学校; empty where there is none
    hole: tuple[int, int]

    @property
    def aims(self) -> bool:
        """Whether a goal, a plan or a forecast is asked for, and no result."""
        return bool(_AIMS.search(self.folded))

    @property
    def asks_role(self) -> bool:
        """Whether the bearer of a role is asked for: 冠军是谁, 总经理叫什么名字."""
        asking = self.folded[slice(*self.hole)]
        return self.wants is Wants.PERSON and (asking == "是谁" or "叫" in asking)


_COUNTABLE = ("n", "v", "b", "j", "a", "l")  # jieba's tags of what stands before such a noun
_COMMON = 12.0  # rarity below which a word is a common noun
_MODIFYING = ("n", "j", "vn", "b")  # jieba's tags of what stands before a noun
_AIMS = re.compile("目标|计划|预计|预期|力争|争取|规划|拟|将[达实增减提降超突有]")
_SUFFIX_TAGS = frozenset({"n", "k", "ng", "zg", "vg"})  # jieba's, for 员 率 案
_NO_NAMES = frozenset("vdacrtpm")  # jieba's tags of what names nothing
_PUT_TOGETHER = 4.0  # the most that a word weighs that jieba only put together: 要退
_FOCUS = 1.5
_RANKS = frozenset("省市县区州旗盟镇乡村")
_DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]?(?!\d)")
_MONTH = re.compile(r"(?<![\d.])(\d{1,2})(?:月(?!\d{3})|(?=[-—~至到]\d{1,2}月))")
_TURN = re.compile(
    "([上下]半年)|第?([一二三四五六七八九十百\\d]+)个?(届|季度|季(?![度节])|集|回合|轮(?!流)|批次?|中学|小(?![时区组型])学?)(?![余多来几])"
)
_YEAR = re.compile(r"(?<!\d)((?:1[5-9]|20)\d{2})(?=年|[^\d%元人件个起户吨]|$)")


def understand(question: str, today: str, synonyms: Groups = (), dictionary: str = "") -> Asked:
    """What a question asks; `today`, YYYY-MM-DD, is the day that 今年 and 去年 count from.

    `synonyms` and `dictionary` are as their modules give them.
    """
    folded = fold(question).strip()
    wants, hole, told = Wants.PHRASE, (len(folded), len(folded)), ""
    for kind, pattern in PATTERNS:
        if match := pattern.search(folded):
            wants, hole = kind, match.span()
            told = next((group for group in match.groups() if group), "")
            break
    units = _same_units(told) if wants in {Wants.COUNT, Wants.MONEY} and told not in {"", "钱"} else frozenset()
    if wants is Wants.QUANTITY and re.search(FEES, folded):
        wants = Wants.MONEY
    if wants is Wants.QUANTITY and re.search("人数|人口", folded):
        wants, units = Wants.COUNT, _same_units("人")
    if wants is Wants.PERSON and _names_the_person(folded, hole):
        wants = Wants.PHRASE  # 王小二是谁 asks what he is
    suffix = told if wants in {Wants.PLACE, Wants.ORGANISATION} else ""
    years = tuple(dict.fromkeys(_YEAR.findall(folded))) or _relative_years(folded, today)
    places = _places(folded, hole, dictionary)
    terms = _terms(_without(folded, places), wants, hole, synonyms, dictionary)
    return Asked(
        folded,
        wants,
        units,
        suffix,
        terms,
        places,
        years,
        *_calendar(folded),
        _compounds(folded, hole),
        _counted(folded, hole),
        hole,
    )


def _names_the_person(folded: str, hole: tuple[int, int]) -> bool:
    """Whether all that a question has beside 是谁 is a name."""
    rest = (folded[: hole[0]] + folded[hole[1] :]).strip("是?。 ")
    return (
        bool(re.fullmatch("[\u4e00-\u9fff·]{2,8}", rest))
        and not is_known(rest)
        and len(tagged_words(rest)) <= 2
        and (is_name(rest) or tagged_words(rest)[0][1].startswith("nr"))
    )


def _calendar(folded: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...], tuple[str, ...]]:
    return told_months(folded), told_days(folded), told_turns(folded)


def in_short(question: str, asked: Asked) -> str:
    """A question without what asks: 香港的增长率 of 香港的增长率是多少."""
    text, (start, end) = question.strip(), asked.hole
    if not ASKING.search(asked.folded[start:end]):
        return text.rstrip("？?。")
    return text[:start].rstrip("是为有的在") + text[end:].strip("？?。的")


def told_turns(text: str) -> tuple[str, ...]:
    """Which of several a text names, written one way: 第5届, 第1季度, 上半年."""
    found = (half or f"第{number(numeral) or numeral}{noun}" for half, numeral, noun in _TURN.findall(text))
    return tuple(dict.fromkeys(found))


def told_days(text: str) -> tuple[tuple[int, int], ...]:
    """The month and day of every day that a text names."""
    return tuple(dict.fromkeys((int(month), int(day)) for month, day in _DAY.findall(days_one_way(text))))


def told_months(text: str) -> tuple[int, ...]:
    """The months that a text names: 6月, 1—6月, 2023-06."""
    return tuple(dict.fromkeys(int(month) for month in _MONTH.findall(days_one_way(text)) if 1 <= int(month) <= 12))


def _without(folded: str, places: tuple[str, ...]) -> str:
    """The text with its places and their rank blanked, so that what follows is cut into words by itself."""
    if not places:
        return folded
    names = "|".join(map(re.escape, places))
    return re.sub(
        rf"(?:{names})(?:自治区|自治州|[省市县区州旗盟镇乡村])?", lambda match: " " * len(match.group()), folded
    )


def _same_units(unit: str) -> frozenset[str]:
    """The unit and those that count the same things."""
    return frozenset({unit}.union(*(same for same in SAME_UNITS if unit in same)))


def _relative_years(folded: str, today: str) -> tuple[str, ...]:
    year = int(today[:4])
    back = {"今年": 0, "本年": 0, "去年": 1, "前年": 2, "明年": -1}
    return tuple(str(year - years) for word, years in back.items() if word in folded)


def _outside(folded: str, hole: tuple[int, int], dictionary: str) -> list[tuple[str, str]]:
    """The tagged words before and after the question word: cut apart, it cannot join with a neighbour."""
    parts = (folded[: hole[0]], folded[hole[1] :])
    return [(word, tag) for part in parts for word, tag, _ in tagged_words(part, dictionary)]


def _places(folded: str, hole: tuple[int, int], dictionary: str) -> tuple[str, ...]:
    """The places named, without their rank: known ones, and any name before 市, 县 or 旗."""
    words = [*_outside(folded, hole, dictionary), ("", "x")]
    found = []
    for (word, tag), (following, following_tag) in pairwise(words):
        proper = tag in {"ns", "nr", "nrt"} and len(word) > 1
        ranked = proper and (SUFFIX.search(word) or following[:1] in _RANKS)  # 杭锦后旗; 云汀 and 市
        place = word in NAMED or (tag == "ns" and is_known(word)) or ranked
        part = len(following) == 1 and following_tag in {"q", "n"} and following not in _RANKS  # 长安杯 is no place
        if place and not part and len(word) > 1 and word not in NO_PLACES:
            found.append(SUFFIX.sub("", word))
    starts = accumulate((len(word) for word, _ in words), initial=0)
    at_words = {start for start, (word, _) in zip(starts, words, strict=False) if word}
    text = folded[: hole[0]] + folded[hole[1] :]
    for match in PATTERN.finditer(text):  # those that jieba cuts across: 保定 in 保定市刑事案件
        ranked = text[match.end() : match.end() + 1] in _RANKS
        if match.start() in at_words and (match.start() == 0 or ranked):
            found.append(match.group())
    return tuple(dict.fromkeys(found))


def _compounds(folded: str, hole: tuple[int, int]) -> tuple[tuple[str, str], ...]:
    """The nouns of two characters that stand right behind another noun, with it; 治安案件, a word, is such a pair."""
    words = _outside(folded, hole, "")
    whole = [
        (word[:2], word[2:]) for word, tag in words if len(word) == 4 and tag == "n" and rarity(word[2:]) < _COMMON
    ]
    pairs = [
        (one, other)
        for (one, tag), (other, other_tag) in pairwise(words)
        if len(one) > 1 and len(other) == 2 and tag.startswith(_MODIFYING) and other_tag == "n"
    ]
    return (*whole, *pairs)


def _counted(folded: str, hole: tuple[int, int]) -> str:
    """The last noun of what stands right behind 多少: 嫌疑人 in 多少犯罪嫌疑人."""
    behind = takewhile(lambda word: word[1].startswith(_COUNTABLE), tagged_words(folded[hole[1] :]))
    nouns = [word for word, tag, _ in behind if tag == "n" and len(word) > 1 and word not in STOP]
    return nouns[-1] if nouns else ""


def _joined(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The words with what belongs together in one: 网格 and 员, 5 and 号线."""
    joined: list[tuple[str, str]] = []
    for word, tag in words:
        before, before_tag = joined[-1] if joined else ("", "x")
        suffix = len(word) == 1 and tag in _SUFFIX_TAGS and len(before) >= 2 and before_tag[0] in "nvajl"
        suffix = suffix or (before_tag == "ns" and tag == "q" and word not in _RANKS)  # 长安杯
        suffix = suffix and not before[0].isdigit()
        numbered = before.isdigit() and tag[0] in "nqm" and not _YEAR.fullmatch(before)
        if before not in STOP and word not in STOP and (suffix or numbered):
            joined[-1] = (before + word, "n")
        else:
            joined.append((word, tag))
    return joined


def _terms(folded: str, wants: Wants, hole: tuple[int, int], synonyms: Groups, dictionary: str) -> tuple[Term, ...]:
    """The words that tell something, outside the question word, each once; dates apart."""
    words = _outside(folded, hole, dictionary)
    inside = tagged_words(folded[slice(*hole)], dictionary)
    telling = wants is Wants.PHONE or not ASKING.search(folded[slice(*hole)])
    if telling or wants is Wants.CHANGE:  # what is asked of stands in the question word: 下降了多少, 内线是多少
        words += [(word, tag) for word, tag, _ in inside if telling or re.fullmatch(CHANGES, word)]
    dates = " ".join(folded[v.start : v.end] for v in find_values(folded) if v.kind is Kind.DATE)
    dates = re.sub(SEASON, " ", dates)  # 一季度 and 上半年 are looked for as words
    weights: dict[str, float] = {}
    for word, tag in _joined(words):
        if word in STOP or word in dates or tag in {"x", "uj", "ul", "y", "p", "c"}:
            continue
        if (len(word) == 1 and rarity(word) < 11) or _YEAR.fullmatch(word):
            continue
        most = 10.0 if is_known(word) or tag[0] not in _NO_NAMES else _PUT_TOGETHER
        weights[word] = round(min(most, max(1.0, rarity(word) - 6)), 2)
    if telling:
        focus = next((word for word, _, _ in inside if word in weights), "")
    else:
        focus = _focus(weights, folded[: hole[0]])
    return tuple(Term(word, weight, others(word, synonyms), word == focus) for word, weight in weights.items())


def _focus(words: Iterable[str], before: str) -> str:
    """The word that what stands before the question word ends with."""
    ending = before.rstrip("的了是为有")
    return next((word for word in words if ending.endswith(word)), "")
