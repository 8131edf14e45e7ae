"""A question taken apart: what stands where in it, so that a follow-up can take over what it leaves out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from bot.asked import Asked, understand
from bot.question_words import STOP, Wants
from bot.text import is_known, tagged_words
from bot.types import Span

LINKS = frozenset("是 有 在 叫 为 占 达 达到 共 由 被 位于 属于 来自 叫做 称为".split())

_RANKS = "自治区|自治州|[省市县区州旗盟镇乡村]"
_WITHIN = (
    r"(?:(?:上|下)半年|前?[一二三四1-4两]个?季度|第[一二三四1-4]季度|\d{1,2}月份?(?:\d{1,2}[日号])?|年初|年底|年末)"
)
_YEAR = r"(?:(?:1[5-9]|20)\d{2}(?:年度?(?![比较])|年(?=[比较])|(?![\d.%元人个起户吨件万亿]))|[今去前明本]年)"
_PERIOD = re.compile(rf"(?<!\d)(?:(?:1[5-9]|20)\d{{2}}年?[-—~至到])?(?:{_YEAR}的?{_WITHIN}|{_YEAR}|{_WITHIN})")
_YEAR_OF = re.compile(_YEAR + "的?")
_BASE = re.compile("[比较与和同]$")  # before a period: it is what another is compared with

# jieba's tags
_NOUNS = ("n", "vn", "an", "j", "l", "i", "eng")
_VERBS = frozenset({"v", "vd", "vi"})
_BESIDE = ("a", "b", "m", "q", "k", "zg", "vg", "s")  # what a phrase may have beside its nouns
_PROPER = ("nr", "ns", "nt", "nz", "x")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, outside its places, periods and question word."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)

    @property
    def is_noun(self) -> bool:
        """Whether it names something."""
        of_dictionary = self.tag == "x" and self.text.isalnum()  # so are punctuation marks tagged
        return (self.tag.startswith(_NOUNS) or of_dictionary) and self.text not in STOP and self.text != "人"

    @property
    def is_verb(self) -> bool:
        """Whether it tells what was done; 是 and 有 tell nothing."""
        return self.tag in _VERBS and self.text not in STOP and self.text not in LINKS

    @property
    def is_name(self) -> bool:
        """Whether it is a name: by its tag, or since jieba does not know it."""
        return len(self.text) > 1 and (self.tag.startswith(_PROPER) or not is_known(self.text))


@dataclass(frozen=True, slots=True)
class Parts:
    """A question taken apart; all spans count in `text`, which has no white space around it."""

    text: str
    folded: str
    wants: Wants
    hole: Span  # the question word; empty at the end where there is none
    places: tuple[Span, ...]  # with their rank, neighbours joined
    periods: tuple[Span, ...]
    words: tuple[Word, ...]
    terms: frozenset[str]

    @property
    def asks(self) -> bool:
        """Whether there is a question word."""
        return self.hole[0] < self.hole[1]

    @property
    def told(self) -> bool:
        """Whether it says anything but places, periods, a question word and words that tell nothing."""
        return any(word.is_noun or word.is_verb for word in self.words)

    @property
    def place(self) -> str:
        """The first place, or nothing."""
        return self.text[slice(*self.places[0])] if self.places else ""

    @property
    def phrases(self) -> list[Span]:
        """The runs of nouns with what stands right beside them: 网格 and 员, 第三 and 实验小学."""
        runs: list[list[Word]] = [[]]
        for word in self.words:
            beside = word.is_noun or word.tag.startswith(_BESIDE)
            if not beside or (runs[-1] and runs[-1][-1].end != word.start):
                runs.append([])
            if beside:
                runs[-1].append(word)
        return [(run[0].start, run[-1].end) for run in runs if any(word.is_noun for word in run)]

    @property
    def front(self) -> list[Span]:
        """The phrases before the question word."""
        return [span for span in self.phrases if span[1] <= self.hole[0]]

    @property
    def counted(self) -> Span | None:
        """The phrase right after the question word: 多少起 and 诈骗案件."""
        return next((span for span in self.phrases if span[0] == self.hole[1]), None)

    @property
    def verbs(self) -> list[Word]:
        """The verbs before the question word."""
        return [word for word in self.words if word.is_verb and word.end <= self.hole[0]]

    @property
    def subject_start(self) -> int:
        """Where the subject begins: after the place and the period at the question's beginning."""
        start = 0
        for span in sorted([*self.places, *self.periods]):
            if self.folded[start : span[0]] in {"", "的"}:
                start = span[1]
        return start + (self.folded[start : start + 1] == "的")

    @property
    def is_named(self) -> bool:
        """Whether a name is among its words."""
        return any(word.is_name for word in self.words)

    def words_in(self, start: int, end: int) -> list[Word]:
        """The words that begin in a stretch."""
        return [word for word in self.words if start <= word.start < end]

    def is_base(self, period: Span) -> bool:
        """Whether a period is what another is compared with: 比2017年."""
        return bool(_BASE.search(self.folded[: period[0]]))

    def timeless(self, end: int) -> str:
        """The text up to an offset, without its periods and what compares them."""
        kept, place = "", 0
        for low, high in self.periods:
            if high <= end:
                kept += _BASE.sub("", self.text[place:low])
                place = high
        return (kept + self.text[place:end]).lstrip("的")

    def outside(self, *spans: Span) -> str:
        """The text without these spans, and without 的 beside them."""
        cuts = sorted(spans)
        starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(self.text)]
        return "".join(self.text[start:end].strip("的 ") for start, end in zip(starts, ends, strict=True))

    def with_span(self, span: Span, words: str) -> str:
        """The text with words in place of a span."""
        return self.text[: span[0]] + words + self.text[span[1] :]


def take_apart(question: str, today: str, dictionary: str = "") -> Parts:
    """The parts of a question; `today` and `dictionary` are as `understand` takes them."""
    text = question.strip()
    asked = understand(text, today, (), dictionary)
    periods = tuple(match.span() for match in _PERIOD.finditer(asked.folded))
    places = _place_spans(asked.folded, asked.places, dictionary)
    blanked = asked.folded
    for start, end in chain(periods, places, [asked.hole]):  # so that none joins with its neighbours in one word
        blanked = blanked[:start] + " " * (end - start) + blanked[end:]
    words = (Word(*word) for word in tagged_words(blanked, dictionary) if word[0].strip())
    terms = frozenset(term.word for term in asked.terms)
    return Parts(text, asked.folded, asked.wants, asked.hole, places, periods, _in_their_place(words, asked), terms)


def year_and_part(period: str) -> tuple[str, str]:
    """The year of a folded period, and what it says of a part of the year; either may be empty."""
    year = _YEAR_OF.match(period)
    cut = year.end() if year else 0
    return period[:cut], period[cut:]


def _in_their_place(words: Iterable[Word], asked: Asked) -> tuple[Word, ...]:
    """The words with the tags that their neighbours give: 营业收入 is a name, 谁研发的 tells what was done."""
    read: list[Word] = []
    ending = asked.folded.rstrip("?。!")
    for word in words:
        follows = read and read[-1].is_noun and read[-1].end == word.start
        if word.end == len(ending) - 1 and ending.endswith("的") and word.start >= asked.hole[1] > asked.hole[0]:
            word = replace(word, tag="v")
        elif word.tag == "v" and follows and re.match("是|有|的.", asked.folded[word.end :]):
            word = replace(word, tag="vn")
        read.append(word)
    return tuple(read)


def _place_spans(folded: str, places: Iterable[str], dictionary: str) -> tuple[Span, ...]:
    """Where the places stand, each with its rank; neighbours (湖北省武汉市) as one."""
    names = "|".join(sorted(map(re.escape, places), key=len, reverse=True))
    if not names:
        return ()
    ends = {start + len(word) for word, _, start in tagged_words(folded, dictionary)}
    spans: list[Span] = []
    for match in re.finditer(f"({names})(?:{_RANKS})?", folded):
        start, end = match.start(), match.end() if match.end() in ends else match.end(1)
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(spans)
