"""Questions made by rule: a clause whose value, name or phrase gives way to a question word.

Chinese leaves the question word where the answer stands, so that such a clause reads like a question.
It shares its words with its source, which real questions do less: words are left out, clauses are
joined or dropped, and the question word is moved to the front or the end at random.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from bot.text import clauses, fold, sentences, tagged_words
from bot.types import Name, NameKind, Span
from bot.values import Kind, ValueSpan, find_values
from training.examples import Example

_SHORTEST, _LONGEST = 8, 60  # characters of a question
_DROPPED = 0.15  # of the words of a clause
_AROUND = 420  # characters of the text that the question is asked of
_HEDGES = re.compile(r"^(?:约|近|超过?|大约|逾|至少|不到|达到?)")
_QUOTED = re.compile(r"《[^《》\n]{2,24}》|[“\"「][^“”\"「」\n]{2,16}[”\"」]")
_FURNITURE = re.compile(r"编辑|校对|记者|通讯员|搜狐|讯[\s(]|日电|日消息")
_REASON = re.compile(r"(?:因为|由于|鉴于)(?P<answer>[^,。;!?\n]{4,40})")
_AIM = re.compile(r"(?:为了|旨在|目的是)(?P<answer>[^,。;!?\n]{4,40})")
_BEING = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:是指|指的是|是一[种个家座部项款位名]|分为|包括|包含|主要有|位于)(?P<answer>[^,。;!?\n]{3,40})"
)
_ORGANISATIONS = {
    "公司": ("哪家公司", "什么公司"),
    "集团": ("哪家集团", "哪家公司"),
    "银行": ("哪家银行",),
    "大学": ("哪所大学", "哪个学校"),
    "学校": ("哪所学校",),
    "学院": ("哪所学院",),
    "医院": ("哪家医院",),
    "法院": ("哪家法院", "哪个法院"),
    "局": ("哪个部门", "哪个局"),
    "部": ("哪个部门",),
    "委": ("哪个部门",),
    "队": ("哪支队伍", "哪支球队"),
}
_PLACES = {
    "国": "哪个国家",
    "省": "哪个省",
    "市": "哪个城市",
    "县": "哪个县",
    "区": "哪个区",
    "镇": "哪个镇",
    "村": "哪个村",
    "街道": "哪个街道",
}


def questions(text: str, names: Sequence[Name], source: str, draw: random.Random, most: int) -> Iterator[Example]:
    """At most so many questions on a text, drawn at random; `names` are those of the folded text."""
    folded = fold(text)
    asked = [(span, word) for span, words in answers_in(folded, names) for word in [draw.choice(words)]]
    draw.shuffle(asked)
    inside = sentences(folded)
    made = 0
    for span, word in asked:
        sentence = next((one for one in inside if one[0] <= span[0] and span[1] <= one[1]), None)
        question = asked_of(folded, sentence, span, word, draw) if sentence else None
        if question is None:
            continue
        yield stretch_around(question, folded, span, source, draw)
        made += 1
        if made == most:
            return


def asked_of(folded: str, sentence: Span, answer: Span, word: str, draw: random.Random) -> str | None:
    """The question that a sentence becomes where a question word takes its answer's place; None where it makes none."""
    if _FURNITURE.search(folded, *sentence):
        return None
    question = _question(folded, sentence, answer, word, draw)
    return question if _SHORTEST <= len(question) <= _LONGEST else None


def stretch_around(question: str, folded: str, answer: Span, source: str, draw: random.Random) -> Example:
    """A question on a stretch of a text in which its answer stands at any place."""
    start = max(0, min(answer[0] - draw.randrange(_AROUND), len(folded) - _AROUND))
    stretch = folded[start : max(start + _AROUND, answer[1])]
    place = (answer[0] - start, answer[1] - start)
    return Example(question, stretch, (place,), (folded[slice(*answer)],), source)


def answers_in(folded: str, names: Sequence[Name]) -> Iterator[tuple[Span, Sequence[str]]]:
    """What may be asked for, each with the question words that ask for it."""
    for value in find_values(folded):
        if not value.masked:
            yield from _of_value(folded, value)
    for name in names:
        words = _of_name(folded[name.start : name.end], name.kind)
        if words:
            yield (name.start, name.end), words
    for match in _QUOTED.finditer(folded):
        inner = match.span() if match.group().startswith("《") else (match.start() + 1, match.end() - 1)
        yield inner, ("什么", "哪个") if match.group()[0] != "《" else ("什么", "哪部作品", "哪份文件")
    for match in _REASON.finditer(folded):
        yield match.span("answer"), ("什么原因", "为什么")
    for match in _AIM.finditer(folded):
        yield match.span("answer"), ("什么", "什么目的")
    for match in _BEING.finditer(folded):
        yield match.span("answer"), ("什么", "哪些", "哪里") if "位于" in match.group() else ("什么", "哪些")


def _of_value(folded: str, value: ValueSpan) -> Iterator[tuple[Span, Sequence[str]]]:
    said = folded[value.start : value.end]
    span = value.start, value.end
    if value.kind is Kind.DATE:
        whole = "什么时候", "何时", "哪一天" if "日" in said else "什么时间"
        yield span, ("哪一年", "哪年") if re.fullmatch(r"\d{4}年", said) else whole
    elif value.kind is Kind.MONEY:
        yield span, ("多少钱", "多少元", "多少", f"多少{value.unit or '元'}")
    elif value.kind is Kind.SHARE:
        yield span, ("多少", "百分之几", "多少个百分点") if "%" in said else ("多少", "几" + (value.unit or "倍"))
    elif value.kind is Kind.DURATION:
        yield span, ("多久", "多长时间", f"多少{value.unit}", f"几{value.unit}")
    elif value.kind is Kind.RANK:
        yield span, ("第几", "第几" + said[-1])
    else:
        yield span, (f"多少{value.unit}", f"几{value.unit}", "多少") if value.unit else ("多少",)


def _of_name(said: str, kind: NameKind) -> Sequence[str]:
    if kind is NameKind.PERSON:
        return "谁", "谁", "哪位", "什么人"
    if kind is NameKind.PLACE:
        asked = next((word for suffix, word in _PLACES.items() if said.endswith(suffix)), "什么地方")
        return "哪里", asked, asked, "哪儿"
    if kind is NameKind.ORGANISATION:
        found = next(
            (words for suffix, words in _ORGANISATIONS.items() if said.endswith(suffix)), ("哪个组织", "哪家公司")
        )
        return *found, "哪家机构", "哪个单位"
    return ("什么时候", "何时") if re.search(r"\d|今|去|昨|上|下", said) else ()


def _question(folded: str, sentence: Span, answer: Span, word: str, draw: random.Random) -> str:
    """The sentence's clauses about the answer as a question."""
    inside = clauses(folded, *sentence)
    first = next((i for i, (_, end) in enumerate(inside) if answer[0] < end), 0)
    last = next((i for i, (_, end) in enumerate(inside) if answer[1] <= end), len(inside) - 1)
    outside = inside[last][1] - inside[first][0] - (answer[1] - answer[0])
    while first > 0 and (outside < 8 or draw.random() < 0.3):
        first -= 1
        outside += inside[first][1] - inside[first][0]
    if last + 1 < len(inside) and draw.random() < 0.2:
        last += 1
    before = _thinned(folded[inside[first][0] : answer[0]], draw)
    after = _thinned(folded[answer[1] : inside[last][1]].rstrip("。!?;,:、 \n"), draw)
    before = _HEDGES.sub("", before)
    chance = draw.random()
    if chance < 0.12:
        return f"{word}{before}{after}?"
    if chance < 0.3:
        return f"{before}{after}的是{word}?" if word in {"谁", "什么"} else f"{before}{after}{word}?"
    return f"{before}{word}{after}" + draw.choice(("?", "?", ""))


def _thinned(stretch: str, draw: random.Random) -> str:
    """A stretch with some of its words left out, and without the line breaks and quotation marks."""
    kept = (word for word, _, _ in tagged_words(stretch) if draw.random() >= _DROPPED)
    return re.sub(r"[\s\"“”]", "", "".join(kept))
