"""Numbers with their units, dates, durations and masks in Chinese text, with offsets. Pure.

Text is matched folded (`bot.text.fold`), so full-width digits and traditional units are found
where they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.text import fold


class Kind(StrEnum):
    """What a value measures."""

    MONEY = "money"
    SHARE = "share"  # percent, tenths, multiples
    COUNT = "count"  # with a classifier or a unit of measure, or bare
    DATE = "date"
    DURATION = "duration"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """A value in a text: ``text[start:end]`` with hedge, unit and affixes."""

    start: int
    end: int
    kind: Kind
    unit: str  # folded, without 万 and 亿 before it: 元, 起, %; empty where bare
    number: Decimal | None  # in the unit, 万 and 亿 multiplied out; None: masked, or in words
    masked: bool


_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_HAN = (  # 十六, 一万二千, 三点五, 数十; a lone digit or more in a row
    "(?:[一二三四五六七八九]?十[一二三四五六七八九]?(?![百千])|[一二两三四五六七八九十百千零〇半数几]+"
    "(?:[万亿][一二两三四五六七八九十百千零〇]+)*)(?:点[一二三四五六七八九零]+)?"
)
_MASK = r"(?:[*×■□●○]+(?:[.,][*×■□●○]+)*|x{2,})"
_SCALE = r"(?:(?:千|百|十)?(?:万|亿)(?:亿)?|千|百)"
_MONEY = r"(?:(?:美|欧|日|港|英|澳|加|韩|卢)?元|元人民币|人民币|块钱|块|美金|欧元|英镑|卢布|法郎|日元|韩元|港币)"
_SHARE = r"(?:%|‰|个百分点|百分点|倍|成(?!为|立|功|都|果|员|长|本|绩|就|效|人|年))"
_MEASURE = (
    "平方公里|平方千米|平方米|立方米|千瓦时|公里|千米|毫米|厘米|米|公顷|亩|吨|公斤|千克|克|升|毫升|摄氏度|度|℃|"
    "兆瓦|千瓦|瓦|赫兹|分贝|海里|英里|英尺|英寸|磅|km|kg|mm|cm"
)
_CLASSIFIER = (
    "人次|人|名|位|户|起|件|宗|个|家|所|条|支|次|项|辆|台|套|篇|部|座|处|场|只|头|岁|届|层|楼|号|分|票|席|字|页|册|"
    "份|张|架|艘|枚|颗|株|棵|种|类|批|轮|期|代|级|万人|例|口|趟|列|班|对|队|组|盘|步|间|栋|幢|幅|集|首|门|科|"
    "艇|匹|剂|片|粒|桶|瓶|箱|袋|包|车|船|盒|罐|杯|碗|双|桌|卷|具|顿|桩|架次|车次|班次|点|股|手|单|笔|道|眼|孔|根|块|面|节|站|宿|餐|本|盏|把|副|尊|尾|枝|封"
)
_LONG = r"(?:周年|年(?!代)|个(?:多|半)?月|个小时|小时|分钟|秒钟|秒|个星期|星期|周|天|昼夜|个世纪|世纪|学年|学期)"
_SIGN = r"(?:(?<![\da-z])-|零下|负)?"
_HEDGE = r"(?:大约|大概|约|将近|接近|近|超过|超|逾|不足|不到|至少|最多|最高|高达|多达|上|第)?"
_MORE = r"(?:余|多|来|几)?"
_AFTER = r"(?:以上|以下|以内|左右|上下|多|余|有余)?"
_NUMBER = rf"(?:{_MASK}|{_DIGITS}|{_HAN})"
_RANGE = rf"{_NUMBER}(?:{_SCALE})?(?:(?:-|~|—|–|至|到){_NUMBER})?"

_QUANTITY = re.compile(
    rf"(?P<hedge>{_HEDGE})(?P<percent>百分之|(?:{_DIGITS}|{_HAN})分之)?{_SIGN}(?P<number>{_RANGE})(?P<scale>{_MORE}{_SCALE}{_MORE}|{_MORE})"
    rf"(?:(?P<money>{_MONEY})|(?P<share>{_SHARE})|(?P<measure>{_MEASURE})|(?P<long>{_LONG})|(?P<count>{_CLASSIFIER}))?"
    rf"{_AFTER}",
    re.IGNORECASE,
)
_YEAR = r"(?:\d{4}|[一二]?[零〇一二三四五六七八九]{4}|[*×■□●○]{2,4})"
_PART = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[*×■□●○]{1,2})"
_DATE = re.compile(
    rf"(?:公元前|公元|民国)?(?:{_YEAR}[-—–~至到])?{_YEAR}年(?:底|初|末|代)?(?:{_PART}月(?:份|底|初|末)?(?:{_PART}[日号])?)?"
    rf"|{_PART}月(?:{_PART}[日号]|份|底|初|末|上旬|中旬|下旬)"
    rf"|{_PART}月"
    rf"|{_PART}日(?![内游均])"
    r"|\d0年代"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|(?:上|本|\d{1,2}|[*]{1,2}|十[一二三四五六七八九]|二十一?)世纪(?:\d0|[一二三四五六七八九]十)年代"
    rf"|(?:公元前|公元)\d+年"
)
_CLOCK = re.compile(
    r"(?:上午|下午|凌晨|晚上|早上|中午|晚|早)?\d{1,2}(?:[::]\d{2}|[时点](?:\d{1,2}分|半|整)?)(?!钟|间|代|期)"
)
_RANK = re.compile(r"(?:全[国省市区县球]|世界|亚洲|全行业)?第(?:[一二三四五六七八九十百]+|\d+|[*×■]+)(?:位|名|届)?")
_MASKS = re.compile("[*×■□●○]|x{2,}", re.IGNORECASE)
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_VAGUE = {"一", "数", "几", "半"}  # 一个, 几次: no answers to how many
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def find_values(text: str, start: int = 0, end: int | None = None) -> list[ValueSpan]:
    """The values in a stretch of text, in order, none inside another."""
    folded = fold(text)
    stop = len(folded) if end is None else end
    found = [_date(match) for match in _DATE.finditer(folded, start, stop)]
    found += [_date(match) for match in _CLOCK.finditer(folded, start, stop)]
    found += [_rank(match) for match in _RANK.finditer(folded, start, stop)]
    taken = [(value.start, value.end) for value in found]
    for match in _QUANTITY.finditer(folded, start, stop):
        if not any(match.start() < taken_end and taken_start < match.end() for taken_start, taken_end in taken):
            value = _quantity(match, folded)
            if value:
                found.append(value)
    kept: list[ValueSpan] = []
    for value in sorted(found, key=lambda value: (value.start, -value.end)):
        if kept and value.kind is kept[-1].kind is Kind.DATE and not folded[kept[-1].end : value.start].strip():
            kept[-1] = replace(kept[-1], end=value.end, masked=kept[-1].masked or value.masked)  # 3月31日 17时
        elif kept and _goes_on(kept[-1], value):
            masked = kept[-1].masked or value.masked
            kept[-1] = replace(kept[-1], end=value.end, number=None, masked=masked)  # 2小时19分08秒
        elif not kept or value.start >= kept[-1].end:
            kept.append(value)
    return _with_lists(kept, folded)


def _with_lists(values: list[ValueSpan], folded: str) -> list[ValueSpan]:
    """The values, `1、3、5分钟` as one: its bare numbers have the unit of the last."""
    listed: list[ValueSpan] = []
    for value in reversed(values):
        after = listed[-1] if listed else None
        bare = value.kind is Kind.COUNT and not value.unit
        if bare and after is not None and after.unit and folded[value.end : after.start] == "、":
            listed[-1] = replace(after, start=value.start, number=None, masked=after.masked or value.masked)
        else:
            listed.append(value)
    return listed[::-1]


def _goes_on(duration: ValueSpan, value: ValueSpan) -> bool:
    """Whether a value is the smaller part of the duration right before it."""
    smaller = {"分", "分钟", "秒", "秒钟", "小时", "天", "个月", "周"}
    return duration.kind is Kind.DURATION and duration.end == value.start and value.unit in smaller


def is_masked(text: str) -> bool:
    """Whether characters of a text are hidden: by asterisks, crosses, boxes or xx."""
    return bool(_MASKS.search(text))


def _date(match: re.Match[str]) -> ValueSpan:
    return ValueSpan(*match.span(), Kind.DATE, "", None, is_masked(match.group()))


def _rank(match: re.Match[str]) -> ValueSpan:
    return ValueSpan(*match.span(), Kind.RANK, "", None, is_masked(match.group()))


def _quantity(match: re.Match[str], folded: str) -> ValueSpan | None:
    """The value a match stands for, or None where it is a word that only looks like one (一定, 百姓)."""
    groups = match.groupdict()
    number, scale = groups["number"], groups["scale"] or ""
    masked = is_masked(number)
    unit = next((groups[name] for name in ("money", "share", "measure", "long", "count") if groups[name]), "")
    written = not masked and not number[0].isdigit()
    if groups["percent"]:
        percent = groups["percent"] == "百分之"
        return ValueSpan(
            *match.span(), Kind.SHARE, "%" if percent else "", _number(number, "") if percent else None, masked
        )
    if written and not unit:
        return None
    if (
        written
        and number in _VAGUE
        and unit in {"个", "次", "种", "些", "点", "块", "面", "手", "道", "件", "位", "家", "名"}
    ):
        return None
    if masked and not unit and not scale and not groups["hedge"]:
        return None  # a bare run of asterisks hides a name as often as a number
    if not unit and not scale and re.fullmatch(r"(?:19|20)\d\d", number):
        return ValueSpan(*match.span("number"), Kind.DATE, "", None, False)  # 2023云汀马拉松
    kind = Kind.COUNT
    if groups["money"]:
        kind = Kind.MONEY
    elif groups["share"]:
        kind = Kind.SHARE
    elif groups["long"]:
        kind = Kind.DURATION
    elif not unit and scale.rstrip("余多").endswith(("万", "亿")):
        kind = Kind.COUNT
    elif not unit and match.end() < len(folded) and folded[match.end()].isascii() and folded[match.end()].isalpha():
        return None  # 5G, 3D
    return ValueSpan(*match.span(), kind, unit.lower(), None if masked else _number(number, scale), masked)


def _number(number: str, scale: str) -> Decimal | None:
    """The number multiplied out, or None where it is a range or cannot be told."""
    head = re.match(rf"({_DIGITS}|{_HAN})({_SCALE})?$", number)
    if not head:
        return None
    digits = head.group(1)
    value = Decimal(digits.replace(",", "")) if digits[0].isdigit() else _han_number(digits)
    if value is None:
        return None
    for char in (head.group(2) or "") + scale:
        value *= _SCALES.get(char, 1)
    return value.normalize()


def _han_number(digits: str) -> Decimal | None:
    """A number in Chinese numerals, or None."""
    whole, _, fraction = digits.partition("点")
    total = section = current = 0
    for char in whole:
        if char in _HAN_DIGITS:
            current = _HAN_DIGITS[char]
        elif char in {"十", "百", "千"}:
            section += (current or 1) * _SCALES[char]
            current = 0
        elif char in {"万", "亿"}:
            total = (total + section + current) * _SCALES[char]
            section = current = 0
        else:
            return None
    written = str(total + section + current)
    return Decimal(f"{written}.{''.join(str(_HAN_DIGITS[char]) for char in fraction)}" if fraction else written)
