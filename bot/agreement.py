"""Whether two values say the same, or could both be true: 3.01亿元 and 30100万元, 3亿余元 and 3.01亿元. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.numerals import Bounds, number
from bot.text import fold
from bot.values import Kind, ValueSpan, find_values

_ROUNDED = Decimal("0.02")  # rounding explains a difference of at most so much: 3亿 and 3.01亿, not 2万 and 1.8万
_MORE = re.compile("[余多](?!于)|以上|(?<!不)超|逾|上[十百千万亿]|过[百千万亿]|至少|不低于|不少于|高达")
_OPEN = re.compile("以上|至少|不低于|不少于")  # without an upper end
_LESS = re.compile("近|不足|不到|以下|以内|不超过|不高于|最多|低于|少于")
_SHORT_OF = re.compile("近|不足|不到")  # and not by much
_ABOUT = re.compile("约|大概|左右|上下|来")

# What units are measured in, and how many of it one is. Units that count the same stand together.
_UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (base, Decimal(size))
    for base, size, units in (
        ("元", "1", "元 块 块钱 人民币 元人民币"),
        ("元", "0.1", "角 毛"),
        ("美元", "1", "美元 美金"),
        ("港元", "1", "港元 港币"),
        ("%", "1", "%"),
        ("%", "0.1", "‰"),
        ("%", "10", "成"),
        ("百分点", "1", "个百分点 百分点"),
        ("人", "1", "人 名 位 口"),
        ("人", "10000", "万人"),
        ("起", "1", "起 件 宗 例"),
        ("家", "1", "家 户 所 个 处 座 项 条 种 类 支 款"),
        ("辆", "1", "辆 台"),
        ("本", "1", "本 册 部 篇"),
        ("克", "1", "克"),
        ("克", "500", "斤"),
        ("克", "1000", "公斤 千克 kg"),
        ("克", "1000000", "吨"),
        ("米", "0.001", "毫米 mm"),
        ("米", "0.01", "厘米 cm"),
        ("米", "1", "米"),
        ("米", "1000", "公里 千米 km"),
        ("平方米", "1", "平方米"),
        ("平方米", "10000", "公顷"),
        ("平方米", "1000000", "平方公里 平方千米"),
        ("立方米", "1", "立方米 立方"),
        ("升", "1", "升"),
        ("升", "0.001", "毫升"),
        ("度", "1", "度 摄氏度 ℃"),
        ("秒", "1", "秒 秒钟"),
        ("秒", "60", "分钟"),
        ("秒", "3600", "小时 个小时"),
        ("天", "1", "天 日"),
        ("天", "7", "周 星期 个星期"),
        ("月", "1", "个月"),
        ("月", "12", "年 周年"),
    )
    for unit in units.split()
}
_DATE_PARTS = {
    "year": re.compile(r"([零〇一二三四五六七八九]{4}|\d{4})(?=年|[-/.]\d)"),
    "month": re.compile(r"(\d{1,2}|[一二三四五六七八九十]+)(?=月)|\d{4}[-/.](\d{1,2})"),
    "day": re.compile(r"(\d{1,2}|[一二三四五六七八九十]+)(?=[日号])|\d{4}[-/.]\d{1,2}[-/.](\d{1,2})"),
    "time": re.compile(r"(\d{1,2}[:时点]\d{0,2})"),
    "season": re.compile("([上下]半年|[一二三四]季度)"),
}


@dataclass(frozen=True, slots=True)
class _Measure:
    """What a value says, in a base unit."""

    unit: str
    low: Decimal
    high: Decimal
    step: Decimal  # of its last digit that is written: 1 million of 3.01亿
    hedge: str  # more, less, about; empty where exact

    @property
    def reach(self) -> tuple[Decimal, Decimal]:
        """The least and the most that it may stand for."""
        if self.hedge.startswith("more"):
            return self.low, Decimal("Infinity") if self.hedge.endswith("open") else self.high + self.step
        if self.hedge.startswith("less"):
            return self.low - self.step if self.hedge.endswith("short") else Decimal(0), self.high
        half = self.step / 2
        rounded = half if self.hedge == "about" else min(half, _ROUNDED * abs(self.low))
        return self.low - rounded, self.high + rounded


def same_value(one: str, other: str) -> bool:
    """Whether two values say the same: after width, spaces, punctuation, numerals and units are folded."""
    first, second = _measured(one), _measured(other)
    if first and second:
        told = (first.unit, first.low, first.high, first.hedge)
        return told == (second.unit, second.low, second.high, second.hedge)
    dates = _dated(one), _dated(other)
    if dates[0] and dates[1]:
        return dates[0] == dates[1]
    return _letters(one) == _letters(other)


def compatible(one: str, other: str) -> bool:
    """Whether two values can both be true: the same, or apart by a hedge, by rounding, or by what only one tells.

    Dates are compared by the parts both tell: 2019年5月 and 2019年, 5月3日 and 2019年5月3日. Values of different
    units are not compatible.
    """
    if same_value(one, other):
        return True
    first, second = _measured(one), _measured(other)
    if first and second:
        (low, high), (least, most) = first.reach, second.reach
        return first.unit == second.unit and low <= most and least <= high
    dates = _dated(one), _dated(other)
    return all(dates) and all(dates[1].get(part, told) == told for part, told in dates[0].items())


def _letters(text: str) -> str:
    return re.sub(r"[^\w*×■%‰.]+", "", fold(text))


def _measured(text: str) -> _Measure | None:
    """The one value that a text is, or None where it is none, several, masked, or a date."""
    folded = fold(text)
    values = [value for value in find_values(folded) if value.kind is not Kind.DATE]
    if len(values) != 1 or values[0].masked:
        return None
    value = values[0]
    ends = value.bounds or ((value.number, value.number) if value.number is not None else None)
    if ends is None:
        return None
    written = folded[value.start : value.end]
    base, size = _UNITS.get(value.unit, (value.unit, Decimal(1)))
    unit = f"第{base}" if value.kind is Kind.RANK else base + "".join(re.findall("/.+", written))
    low, high = (end * size for end in ends)
    return _Measure(unit, low, high, _step(written, value, ends) * size, _hedge(written))


def _hedge(written: str) -> str:
    if _MORE.search(written):
        return "more open" if _OPEN.search(written) else "more"
    if _LESS.search(written):
        return "less short" if _SHORT_OF.search(written) else "less"
    return "about" if _ABOUT.search(written) else ""


def _step(written: str, value: ValueSpan, ends: Bounds) -> Decimal:
    """What the last digit written that is no zero stands for where a hedge or a scale rounds, else nothing."""
    rounds = _hedge(written) or re.search(r"[万亿]|\d\.\d", written)
    if not rounds or value.bounds or not ends[0]:
        return Decimal(0)
    digits = re.search(r"\d[\d,]*(?:\.(\d+))?", written)
    if digits and digits.group(1) and not _hedge(written):  # 3.10亿 tells of 1 million
        mantissa = number(digits.group()) or Decimal(1)
        return abs(ends[0] / mantissa) * Decimal(1).scaleb(-len(digits.group(1))) if mantissa else Decimal(0)
    return Decimal(1).scaleb(int(ends[0].normalize().as_tuple().exponent))


def _dated(text: str) -> dict[str, str]:
    """The parts of a date that a text tells, in digits; empty where it tells of none, or of several dates."""
    folded = re.sub(r"\s", "", fold(text))
    parts: dict[str, str] = {}
    for part, pattern in _DATE_PARTS.items():
        told = ["".join(match.groups("")) for match in pattern.finditer(folded)]
        if len(told) > 1:
            return {}
        if told:
            value = number(told[0])
            parts[part] = told[0] if value is None else f"{value:f}"
    return parts
