"""The questions that one question asks at once, each made whole. Pure.

    2021年云汀和砚州的失业率               two subjects of one measure
    云汀2021年和2022年的失业率             two periods
    《河灯》的导演和编剧是谁？             two measures of one subject
    《河灯》的导演是谁？什么时候上映？     two clauses

A question that compares, adds up or names one thing is one question: in doubt nothing is split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, takewhile

from bot.follow_up import resolve
from bot.parts import LINKS, Parts, take_apart, year_and_part
from bot.question_words import CHANGES, CONTRASTS, FEES, STOP, Wants
from bot.text import fold, is_known, tagged_words
from bot.types import Span

_MOST = 4
_LONGEST = 200  # code points; a question that is longer tells a story
_ANY_DAY = "2000-01-01"  # periods are copied as they are written, whatever day it is

_ASKING = re.compile("什么|多少|[哪谁几怎吗啥]|何[时地处人年]|[为如]何|是否|多[久长大高]|有没有|能不能")
_EACH = re.compile("(?<!的)分别(?!人)")
_QUOTED = re.compile('《[^《》]*》|“[^“”]*”|「[^「」]*」|『[^『』]*』|"[^"]*"|\\([^()]*\\)')
_JOINS = re.compile("以及|[和与及跟、]")
_ONE_ANSWER = re.compile(
    "[一总合]共|共(?:有|计|同)|合计|总计|总和|之和|加起来|关系|区别|差[异别距额多了]|相差|[不相]同(?!期|比)|异同|之间|距离|相比|"
    "对比|比较|一样|联合|合作|合并|一起|互相|相互|双方|两[者国地省市家人个]|谁[更最先]|哪[个家]更|[更最]?(?:高于|低于|多于|少于)"
)
_TWO = re.compile("[等两三四各都之]|二者|同期")  # what stands behind names that are counted together

# What two names have one of.
_BETWEEN = re.compile("贸易|进出口|边[界境]|汇率|[车机船]票|高铁|票价|航[班线程]|路程|比分|会[谈晤]|协议")

# What an answer is the value of, by the end of the word.
_EVENT = "时间|日期|地点|地址|结果|举办地|票价|人数|名额|原因"
_ROLE = (
    "冠军|亚军|季军|得主|董事长|导演|主演|编剧|作者|主角|配角|原著|制片人|监制|作曲|作词|编曲|主持人|教练|队长|旗手|"
    "[市省县州镇乡村区校院局部处厅会馆站厂所行台社]长|主席|书记|主任|经理|总裁|总监|创始人|董事|法人|法定代表人|负责人|联系人"
)
_VALUE = (
    f"{FEES}|[率量额数价值费]|人次|支出|增速|增幅|降幅|涨幅|gdp|cpi|面积|人口|成绩|得分|票房|比例|占比|比重|余额|长度|高度|"
    "宽度|深度|时长|期限|电话|邮箱|编号|账号|金牌|银牌|铜牌|奖牌|类型|榜首"
)
_MEASURE = re.compile(f"(?:{_EVENT}|{_ROLE}|{_VALUE})$")
_TIME_OR_PRICE = re.compile("(?:时间|日期|地点|地址|路线|价格?)$")
_OF_EVENT = re.compile(f"(?:{_EVENT})$")
_PLAIN_ASKING = re.compile(
    "(?:[是为有在达到至于]|多少|几|谁|什么(?:时候|时间|地方)?|哪(?:里|儿|部|个|年|天|一[年天])?)+"
)

_GENDER = re.compile("男女(?=(单打|双打|团体)|[单双](?:冠军|亚军|季军|决赛|金牌))")
_QUARTERS = re.compile("前([两二三四])个?季度")
_NUMERALS = "一二三四"

_BOUNDS = ("u", "c", "p", "d", "r", "y", "f", "w")  # jieba's tags of what no name goes across
_SINGLES = ("n", "k", "q", "a", "z", "g", "j", "b", "t", "m", "v")
_REGIONS = frozenset("大陆 内地 海外 国内 国外 境内 境外".split())
_PROPER = ("nr", "ns", "nt", "nz", "eng")
_CLAUSE_END = re.compile("[?;!]+|,")
_SUBORDINATE = re.compile("^(?:[从自当若]|如果|除了|无论|不管)|(?:[后时前起中]|开始|的话|以来|情况下)$")
_PRONOUN = re.compile("(?:它们?|其|该[片书剧车机]|[他她]们?)的?")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a place, a period, a quoted name or a question word; `kind` is jieba's tag or one of these."""

    text: str
    kind: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_content(self) -> bool:
        """Whether it may be a part of a name or a measure."""
        if (
            self.kind in {"period", "hole", "join"}
            or self.text in LINKS
            or (self.kind == "x" and not self.text.isalnum())
        ):
            return False
        telling = self.kind == "quoted" or self.text == "最后" or self.is_measure
        return telling or not (self.kind.startswith(_BOUNDS) or self.text in STOP)

    @property
    def is_name(self) -> bool:
        """Whether it is a name: by its tag, or since jieba does not know it."""
        proper = self.kind.startswith(_PROPER) or self.kind == "quoted" or self.text in _REGIONS
        return len(self.text) > 1 and (proper or not is_known(self.text))

    @property
    def is_measure(self) -> bool:
        """Whether it tells what is asked for of something."""
        return bool(_MEASURE.search(self.text))


@dataclass(frozen=True, slots=True)
class _Row:
    """What is coordinated: the spans of the items, in order."""

    items: tuple[Span, ...]
    periods: bool = False


def parts(question: str, dictionary: str = "") -> tuple[str, ...]:
    """The questions that a question asks at once, four at most; the question itself where it asks one thing.

    `dictionary` is as `bot.dictionary` gives it.
    """
    text = question.strip()
    if len(text) > _LONGEST:
        return (question,)
    found = _unfolded(text, dictionary)
    return found if 1 < len(found) <= _MOST else (question,)


def _unfolded(text: str, dictionary: str) -> tuple[str, ...]:
    """The questions of a text, each taken apart as far as it goes."""
    once = _clauses(text, dictionary) or _spelled_out(text) or _coordinated(text, dictionary)
    if not once:
        return (text,)
    return tuple(dict.fromkeys(chain.from_iterable(_unfolded(part, dictionary) for part in once)))


# ---- two clauses ----


def _clauses(text: str, dictionary: str) -> tuple[str, ...]:
    """The clauses that each ask something, what the later ones leave out taken from the first; or none."""
    folded = fold(text)
    quoted = [match.span() for match in _QUOTED.finditer(folded)]
    ends = [m.span() for m in _CLAUSE_END.finditer(folded) if not any(low <= m.start() < high for low, high in quoted)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(end if folded[end - 1] in "?!" else start for start, end in ends), len(text)]
    pieces = [piece for start, stop in zip(starts, stops, strict=True) if (piece := text[start:stop].strip(" \u3000"))]
    if len(pieces) < 2 or not all(_is_question(fold(piece)) for piece in pieces):
        return ()
    first, *others = pieces
    whole = [_made_whole(other, first, dictionary) for other in others]
    return (first, *(piece for piece in whole if piece)) if all(whole) else ()


def _is_question(folded: str) -> bool:
    """Whether a clause asks by itself: not 从什么时候开始 before what did begin."""
    return bool(_ASKING.search(_unquoted(folded))) and not _SUBORDINATE.search(folded)


def _unquoted(folded: str) -> str:
    return _QUOTED.sub("", folded)


def _made_whole(clause: str, first: str, dictionary: str) -> str | None:
    """A clause with the subject of the first one; None where none is found."""
    subject = _subject(first, dictionary)
    if pronoun := _PRONOUN.match(fold(clause)):
        of = "的" if fold(pronoun.group()).endswith(("的", "其")) else ""
        return f"{subject}{of}{clause[pronoun.end() :]}" if subject else None
    tokens = _tokens(_taken(clause, dictionary), dictionary)
    if any(token.is_name and token.is_content and not token.is_measure for token in tokens):
        return clause
    if not subject:
        return resolve(clause, first, _ANY_DAY, dictionary)
    owned = tokens[0].is_measure or tokens[0].kind.startswith("n")
    return f"{subject}{'的' if owned else ''}{clause}"


def _subject(clause: str, dictionary: str) -> str:
    """What a clause is about: what it names before what it asks or tells of it."""
    taken = _taken(clause, dictionary)
    end = 0
    for token in _tokens(taken, dictionary):
        deed = token.kind in {"v", "vd", "vi"} and end > 0
        if deed or not (token.is_content or token.kind == "period"):
            break
        end = token.end
    return taken.text[:end]


# ---- two items in one word ----


def _spelled_out(text: str) -> tuple[str, ...]:
    """The question for men and for women (男女单打), or for each of the first quarters; or none."""
    if genders := _GENDER.search(text):
        child = "子" if genders.group(1) else ""
        return tuple(_without_each(_put(text, genders.span(), gender + child)) for gender in "男女")
    quarters = _QUARTERS.search(text)
    if quarters and _EACH.search(text):
        count = "两三四".find(quarters.group(1).replace("二", "两")) + 2
        return tuple(_without_each(_put(text, quarters.span(), f"第{n}季度")) for n in _NUMERALS[:count])
    return ()


def _put(text: str, span: Span, words: str) -> str:
    return text[: span[0]] + words + text[span[1] :]


def _without_each(text: str) -> str:
    return _EACH.sub("", text)


# ---- items side by side ----


def _coordinated(text: str, dictionary: str) -> tuple[str, ...]:
    """The question for each item of the first row of items that asks for several answers; or none."""
    if not _JOINS.search(text) or _ONE_ANSWER.search(_unquoted(fold(text))):
        return ()
    taken = _taken(text, dictionary)
    tokens = _tokens(taken, dictionary)
    for row in _rows(tokens):
        if _asks_each(row, taken, tokens):
            span = row.items[0][0], row.items[-1][1]
            return tuple(_without_each(_put(taken.text, span, item)) for item in _items(row, taken))
    return ()


def _items(row: _Row, taken: Parts) -> list[str]:
    """What to say in the place of the row, for each of its items."""
    items = [taken.text[slice(*span)] for span in row.items]
    if not row.periods:
        return items
    year = year_and_part(items[0])[0]
    unit = "年" if items[-1].endswith("年") else ""
    return [
        item + (unit if item.isdigit() else "") if year_and_part(item)[0] or item.isdigit() else year + item
        for item in items
    ]


def _rows(tokens: Sequence[_Token]) -> Iterator[_Row]:
    """The rows of items in a question, in order."""
    place = 0
    while place < len(tokens):
        if tokens[place].kind != "join":
            place += 1
            continue
        joins = _chain(tokens, place)
        if row := _row(tokens, joins):
            yield row
        place = joins[-1] + 1


def _chain(tokens: Sequence[_Token], join: int) -> list[int]:
    """Where the words stand that join the items of one row, from its first: 上海、北京和广州."""
    joins = [join]
    for place in range(join + 1, len(tokens)):
        if tokens[place].kind == "join" and place > joins[-1] + 1 and tokens[joins[-1]].text == "、":
            joins.append(place)
        elif not (tokens[place].is_content or tokens[place].kind == "period"):
            break
    return joins


def _row(tokens: Sequence[_Token], joins: list[int]) -> _Row | None:
    """The row that these words join, or None where its ends are not told."""
    first, last = joins[0], joins[-1]
    if first == 0 or last + 1 == len(tokens):
        return None
    middle = [tokens[low + 1 : high] for low, high in pairwise(joins)]
    if tokens[first - 1].kind == "period" and tokens[last + 1].kind == "period":
        alike = all(len(item) == 1 and item[0].kind == "period" for item in middle)
        items = [tokens[first - 1 : first], *middle, tokens[last + 1 : last + 2]]
        return _Row(_spans(items), periods=True) if alike else None
    left, right = _run_before(tokens, first), _run_after(tokens, last)
    if not left or not right:
        return None
    if middle:
        start, end = _ends(left, middle[0], True)[0], _ends(middle[-1], right, False)[1]
    else:
        start, end = _ends(left, right, _is_whole(tokens, last + len(right)))
    return _Row(_spans([start, *middle, end]))


def _spans(items: Sequence[Sequence[_Token]]) -> tuple[Span, ...]:
    return tuple((item[0].start, item[-1].end) for item in items)


def _run_before(tokens: Sequence[_Token], join: int) -> list[_Token]:
    """The words of the phrase that ends before a joining word."""
    start = join
    while start > 0 and tokens[start - 1].is_content:
        start -= 1
    return list(tokens[start:join])


def _run_after(tokens: Sequence[_Token], join: int) -> list[_Token]:
    """The words of the phrase that begins behind a joining word; what was done is no part of it."""
    end = join + 1
    while end < len(tokens) and tokens[end].is_content and tokens[end].kind != "join":
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        deed = tokens[end].kind == "v" and following and (following.kind == "hole" or following.text in {"了", "过"})
        if deed and following and not (following.text.startswith("是") or tokens[end].is_measure):
            break
        end += 1
    return list(tokens[join + 1 : end])


def _is_whole(tokens: Sequence[_Token], last: int) -> bool:
    """Whether the phrase that ends with a word is whole there: 的 or a period stands behind it."""
    return last + 1 < len(tokens) and (tokens[last + 1].text == "的" or tokens[last + 1].kind == "period")


def _ends(left: Sequence[_Token], right: Sequence[_Token], whole: bool) -> tuple[Sequence[_Token], Sequence[_Token]]:
    """The item that a phrase ends with, and its counterpart that another begins with.

    `whole` says that the other phrase is nothing but the counterpart.
    """
    if whole:
        return _as_long(left, right), right
    if alike := _alike(left, right):
        return alike
    if left[-1].is_name and right[0].is_name and not right[0].is_measure:
        return left[-1:], right[:1]
    if left[-1].is_measure:
        return _measure_of(left, right), right
    if len(right) > 1 and right[-1].is_measure:
        return left[-1:], right[:1]
    starts = [place for place, token in enumerate(left) if token.text == right[0].text]
    return (left[starts[-1] :] if starts else _as_long(left, right)), right


def _alike(left: Sequence[_Token], right: Sequence[_Token]) -> tuple[Sequence[_Token], Sequence[_Token]] | None:
    """The ends that end alike: 男单 and 女单 before 冠军."""
    before = "".join(token.text for token in left)
    best: tuple[int, int] = (0, 0)
    for size in range(1, len(right) + 1):
        item = "".join(token.text for token in right[:size])
        shared = next((n for n, (a, b) in enumerate(zip(before[::-1], item[::-1], strict=False)) if a != b), len(item))
        alone = shared == 1 and len(right[size - 1].text) not in {len(left[-1].text), len(left[-1].text) + 1}
        if shared > best[0] and not alone and shared < len(item):
            best = shared, size
    if not best[1]:
        return None
    counterpart = right[: best[1]]
    starts = [place for place, token in enumerate(left) if token.text == counterpart[0].text]
    return (left[starts[-1] :] if starts else left[-len(counterpart) :]), counterpart


def _as_long(left: Sequence[_Token], right: Sequence[_Token]) -> Sequence[_Token]:
    """The end of a phrase that is nearest in length to another; of names the last, after a name."""
    if left[-1].is_name and right[0].is_name and len(right) == 1:
        return left[-1:]
    size = right[-1].end - right[0].start
    sizes = range(1, len(left) + 1)
    best = min(sizes, key=lambda n: (abs(left[-1].end - left[-n].start - size), n))
    return left[-best:]


def _measure_of(left: Sequence[_Token], right: Sequence[_Token]) -> Sequence[_Token]:
    """The measure that a phrase ends with; with the deed it measures where its counterpart is none of the deed's."""
    deed = len(left) > 1 and left[-2].kind == "v" and not left[-2].is_measure
    return left[-2:] if deed and not _OF_EVENT.search(right[-1].text) else left[-1:]


# ---- whether each item is asked of ----


def _asks_each(row: _Row, taken: Parts, tokens: Sequence[_Token]) -> bool:
    """Whether a question asks for an answer for each item of a row."""
    start, end = row.items[0][0], row.items[-1][1]
    if _TWO.match(taken.folded[end:]) or (taken.wants in {Wants.YES_NO, Wants.REASON} and taken.asks):
        return False
    rows = [[t for t in tokens if low <= t.start < high] for low, high in row.items]
    asked_before = taken.asks and taken.hole[0] < start
    told = bool(_EACH.search(taken.folded))
    if asked_before:
        return _is_role_of_each(rows, taken, end) or (told and not taken.folded[end:].strip("?。 的"))
    behind = [token for token in tokens if token.start >= end]
    if told:
        return True
    if not _is_plain(behind, taken):
        return False
    heads = [token for token in behind if token.is_content]
    if not heads and _are_measures(rows, taken):
        return True
    if row.periods:
        return _has_measure(heads, taken)
    if all(map(_is_named, rows)) or _is_contrast(rows):
        one = "与" in taken.folded[start:end] or _BETWEEN.search(taken.folded, end)
        return _has_measure(heads, taken) and not one
    return len(heads) == 1 and bool(_OF_EVENT.search(heads[0].text))


def _is_role_of_each(rows: Sequence[Sequence[_Token]], taken: Parts, end: int) -> bool:
    """Whether roles of several names end a question: 谁当选云汀市市长和砚州市市长."""
    ended = not taken.folded[end:].strip("?。 ")
    return ended and all(_is_named(item) and item[-1].is_measure and len(item) > 1 for item in rows)


def _is_named(item: Sequence[_Token]) -> bool:
    return any(token.is_name for token in item)


def _is_contrast(rows: Sequence[Sequence[_Token]]) -> bool:
    """Whether the items are one another's opposites: 男子 and 女子, 男单 and 女单."""
    texts = ["".join(token.text for token in item) for item in rows]
    pair = {text[:2] for text in texts}
    known = any(len(pair) > 1 and pair <= set(group) for group in CONTRASTS)
    genders = {text.replace("男", "女") for text in texts}
    return known or (len(genders) == 1 and len(set(texts)) > 1)


def _is_plain(behind: Sequence[_Token], taken: Parts) -> bool:
    """Whether nothing but a measure, and what asks for it, stands behind the items."""
    for token in behind:
        asks = token.kind == "hole" or _PLAIN_ASKING.fullmatch(token.text) or re.fullmatch(CHANGES, token.text)
        sign = token.kind in {"x", "uj", "ul", "period"} or token.text in {"了", "同比", "环比", "组"}
        if not (asks or sign or token.is_content):
            return False
        deed = token.kind in {"v", "vd", "vi"} and not (asks or sign or token.is_measure)
        if deed and not _before_measure(behind, token):
            return False
    return "多久" not in taken.folded[slice(*taken.hole)]


def _before_measure(behind: Sequence[_Token], deed: _Token) -> bool:
    """Whether a word that tells what was done is of a measure behind it: 上映 of 上映时间."""
    following = takewhile(lambda token: token.is_content, (token for token in behind if token.start > deed.start))
    return any(token.is_measure for token in following)


def _has_measure(heads: Sequence[_Token], taken: Parts) -> bool:
    """Whether what stands behind the items is a measure, or a change of one, or where each is."""
    change = taken.wants is Wants.CHANGE and taken.asks
    where = taken.asks and bool(re.match("在?哪个?(?:组|区|里|儿)", taken.folded[taken.hole[0] :]))
    return change or where or any(token.is_measure for token in heads)


def _are_measures(rows: Sequence[Sequence[_Token]], taken: Parts) -> bool:
    """Whether the items are measures of what stands before them."""
    if all(item[-1].is_measure for item in rows):
        return True
    return bool(_TIME_OR_PRICE.search(rows[0][-1].text)) and (not taken.asks or taken.wants is Wants.PHRASE)


# ---- words ----


def _taken(text: str, dictionary: str) -> Parts:
    """The question taken apart; its hole is empty where no word asks."""
    taken = take_apart(text, _ANY_DAY, dictionary)
    start, end = taken.hole
    asks = _ASKING.search(taken.folded, start, end)
    if not asks:
        return replace(taken, hole=(len(taken.folded), len(taken.folded)))
    return replace(taken, hole=(asks.start(), end)) if taken.wants is Wants.PHONE else taken


def _tokens(taken: Parts, dictionary: str) -> list[_Token]:
    """The words of a question with its places, periods, quoted names and question word, in order."""
    folded = taken.folded
    spans = [(match.span(), "quoted") for match in _QUOTED.finditer(folded)]
    spans += [(span, "period") for span in taken.periods]
    spans += [(taken.hole, "hole")] if taken.asks else []
    spans += [(span, "ns") for span in taken.places]
    found: list[_Token] = []
    blanked = folded
    for (start, end), kind in spans:
        if blanked[start:end] == folded[start:end]:
            found.append(_Token(folded[start:end], kind, start))
            blanked = blanked[:start] + " " * (end - start) + blanked[end:]
    for word, tag, start in tagged_words(blanked, dictionary):
        if word.strip():
            found += _parted(_Token(word, tag, start))
    return _grown(sorted(found, key=lambda token: token.start))


def _parted(token: _Token) -> list[_Token]:
    """The word with the joining word apart that it begins with, where jieba does not know it: 和宁朔."""
    if _JOINS.fullmatch(token.text):
        return [_Token(token.text, "join", token.start)]
    joined = _JOINS.match(token.text)
    if not joined or is_known(token.text):
        return [token]
    cut = joined.end()
    return [_Token(token.text[:cut], "join", token.start), _Token(token.text[cut:], token.kind, token.start + cut)]


def _grown(tokens: Sequence[_Token]) -> list[_Token]:
    """The words with the single characters that jieba cuts off them: 交付 and 量."""
    grown: list[_Token] = []
    for token in tokens:
        before = grown[-1] if grown else None
        if before and before.end == token.start and _belongs(before, token):
            kind = before.kind if len(before.text) > 1 and before.is_name else token.kind
            grown[-1] = _Token(before.text + token.text, kind, before.start)
        else:
            grown.append(token)
    return grown


def _belongs(before: _Token, token: _Token) -> bool:
    """Whether one of two neighbours is but a character of the other's word."""
    if not (before.is_content and token.is_content) or "quoted" in {before.kind, token.kind}:
        return False
    if before.kind == "ns" and len(before.text) > 1 and token.kind not in {"nr", "zg", "g"}:
        return False
    single = len(token.text) == 1 and token.kind.startswith(_SINGLES) and not token.text.isdigit()
    return single or (len(before.text) == 1 and before.kind.startswith(_SINGLES) and token.kind != "ns")
