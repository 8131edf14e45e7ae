"""Numbers with their units, dates, durations and masks in Chinese text, with offsets. Pure.

Text is matched folded (`bot.text.fold`), so full-width digits and traditional units are found
where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import chain

from bot import value_forms as forms
from bot.numerals import Bounds, bounds, number
from bot.text import fold


class Kind(StrEnum):
    """What a value measures."""

    MONEY = "money"
    SHARE = "share"  # percent, tenths, multiples, ratios
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
    number: Decimal | None  # in the unit, 万 and 亿 multiplied out; None: masked, a range, a date, or in words
    masked: bool
    bounds: Bounds | None = None  # of a range, its two ends, in the unit


_NAMING = re.compile(r"[a-z/_@#=&+·\\]")  # beside a bare number, it makes it a name
_KINDS = {
    "money": Kind.MONEY,
    "share": Kind.SHARE,
    "measure": Kind.COUNT,
    "long": Kind.DURATION,
    "count": Kind.COUNT,
}  # by the group of `forms.QUANTITY` that its unit is in


def find_values(text: str, start: int = 0, end: int | None = None) -> list[ValueSpan]:
    """The values in a stretch of text, in order, none inside another."""
    folded = _unmasked(fold(text))
    stop = len(folded) if end is None else end
    found = list(_dates_and_ranks(folded, start, stop))
    taken = [(value.start, value.end) for value in found]
    for match in forms.QUANTITY.finditer(folded, start, stop):
        if not any(match.start() < taken_end and taken_start < match.end() for taken_start, taken_end in taken):
            value = _quantity(match, folded)
            if value:
                found.append(value)
    return _with_lists(_joined(found, folded), folded, start)


def is_masked(text: str) -> bool:
    """Whether characters of a text are hidden: by asterisks, crosses, boxes or xx."""
    return bool(forms.MASKS.search(_unmasked(text)))


def _unmasked(folded: str) -> str:
    """The text, as long as before, with what only looks like a mask put right: 3×5, 二○二二, **bold**."""
    if "×" in folded:
        folded = forms.TIMES.sub("·", folded)
    if "○" in folded:
        folded = forms.ZEROS.sub(lambda zeros: "〇" * len(zeros.group()), folded)
    if "**" in folded:
        folded = forms.BOLD.sub(lambda bold: f"  {bold.group(1) or bold.group(2)}  ", folded)
    return folded


def _dates_and_ranks(folded: str, start: int, end: int) -> Iterator[ValueSpan]:
    """What is told by its pattern alone, and goes before quantities."""
    for match in chain(forms.DATE.finditer(folded, start, end), forms.CLOCK.finditer(folded, start, end)):
        yield ValueSpan(*match.span(), Kind.DATE, "", None, _hides(match))
    for match in forms.RANK.finditer(folded, start, end):
        yield ValueSpan(*match.span(), Kind.RANK, "", number(match["number"] or ""), _hides(match))
    for match in forms.RATIO.finditer(folded, start, end):
        yield ValueSpan(*match.span(), Kind.SHARE, "比", None, _hides(match))
    for match in forms.HALF.finditer(folded, start, end):
        yield ValueSpan(*match.span(), Kind.SHARE, "%", Decimal(50), False)


def _hides(match: re.Match[str]) -> bool:
    return bool(forms.MASKS.search(match.group()))


def _quantity(match: re.Match[str], folded: str) -> ValueSpan | None:
    """The value a match stands for, or None where it is a word that only looks like one (一定, 百姓)."""
    group = next((name for name in _KINDS if match[name]), "count")
    kind, unit = _KINDS[group], match[group] or ""
    masked = _hides(match)
    if match["over"]:
        return _fraction(match, masked)
    if forms.YEAR_ALONE.fullmatch(match["number"]) and not match["scale"] and unit in {"", "款"}:
        return ValueSpan(*match.span("number"), Kind.DATE, "", None, False)  # 2023云汀马拉松, 2023款
    if masked:
        nothing = _hides_no_number(match, unit, folded)
    elif match["number"][0].isdigit():
        nothing = _is_label(match, kind, unit, folded)
    else:
        nothing = _is_word(match, unit, folded)
    if nothing:
        return None
    value = ValueSpan(*match.span(), kind, re.sub("(?<=个)[多半]|半$", "", unit), None, masked)
    return value if masked else _measured(value, match, half="半" in unit)


def _letter(folded: str, place: int) -> bool:
    return place >= 0 and folded[place].isascii() and folded[place].isalpha()


def _fraction(match: re.Match[str], masked: bool) -> ValueSpan:
    """The share that 百分之三十 or 三分之二 tells, in percent."""
    whole = number((match["over"] or "").removesuffix("分之"))
    part = number((match["number"] or "") + (match["scale"] or "")) if not match["first"] else None
    told = None if masked or not whole or part is None else round(100 * part / whole, 4).normalize()
    return ValueSpan(*match.span(), Kind.SHARE, "%", told, masked)


def _measured(value: ValueSpan, match: re.Match[str], half: bool) -> ValueSpan:
    """A value with its number, or its bounds where it is a range; `half` adds what 一年半 and 个半小时 do."""
    scale = re.sub("[余多来几 ]", "", match["scale"])
    high = number(match["number"] + scale)
    if match["first"]:
        low = number(match["first"] + ("" if match["first_scale"] else scale))
        if low is not None and high is not None and low > high:
            low = number(match["first"])  # 5000至1万
        return replace(value, bounds=(low, high)) if low is not None and high is not None and low <= high else value
    if about := bounds(match["number"] + scale):
        return replace(value, bounds=about)
    if high is None:
        return value
    high += Decimal("0.5") if half else 0
    return replace(value, number=(-high if match["sign"] else high).normalize())


def _hides_no_number(match: re.Match[str], unit: str, folded: str) -> bool:
    """Whether a mask stands alone, or for a name: “**杯”, 写在**人的笑容里, **对平安的追求."""
    before, after = folded[match.start() - 1 : match.start()], folded[match.end() : match.end() + 2]
    bare = not match["scale"] and not match["hedge"]
    if not unit:
        return bare and not forms.MASKED_DECIMAL.fullmatch(match["number"])
    if unit == "杯":
        return before in {"“", "「", '"'}
    if unit == "对":
        return bare and not re.match("夫|新|选|情", after)
    if unit == "号" and _letter(folded, match.start() - 1):
        return True  # a number plate
    return unit == "人" and bare and before in set("在让使把被对向") and "上" not in after


def _is_label(match: re.Match[str], kind: Kind, unit: str, folded: str) -> bool:
    """Whether digits number something, and count nothing: 1、 of a list, 5G, PS5, G60高速, 9·11, 95后, (605122)."""
    start, end = match.span("number")
    before, after = folded[start - 1 : start] if start else "", folded[end : end + 1]
    written = match["number"]
    if kind is Kind.COUNT and _letter(folded, match.start() - 1):
        return True
    if unit or match["scale"]:
        return False
    if _NAMING.fullmatch(before) or _NAMING.fullmatch(after) or after in {"后", "强", "型", "》"}:
        return True
    if re.fullmatch(r"\d+(?:-\d+)+", match.group()) or re.fullmatch(r"0\d+", written):
        return True
    if match["sign"] == "-" and "\u4e00" <= folded[match.start() - 1 : match.start()] <= "\u9fff":
        return True  # 月球-25
    if (before == " " and _letter(folded, start - 2)) or (before == "(" and len(written) >= 5):
        return True  # iPhone 14
    heads = len(written) <= 2 and after in set("、.)．") and not folded[end + 1 : end + 2].isdigit()
    return heads and (after in "、." or not folded[:start].strip() or folded[:start].rstrip()[-1] in "。;")


def _is_word(match: re.Match[str], unit: str, folded: str) -> bool:
    """Whether numerals are a part of a word, or too vague to answer how many: 一定, 数字, 一个, 四处."""
    written, hedge, scale = match["number"], match["hedge"], match["scale"]
    if not unit:
        return not (hedge or scale.endswith(("余", "多"))) or len(written + scale + hedge) < 2
    if forms.IDIOMS.match(folded, match.start("number")) or _is_slogan(match, folded):
        return True
    before = folded[match.start() - 1 : match.start()]
    if written == "一" and not scale:
        return not _counts_one(match, unit, before, folded[match.end() : match.end() + 1])
    if written in {"数", "几"} and not scale:  # 数天; not 人数分别
        return not (match["long"] or unit in forms.LONE_UNITS | {"次", "倍"}) or before in set("人起件总次户个倍分基指")
    if written in {"百", "千", "万", "亿"} and not hedge and not re.search("[余多万亿]", scale):
        return True  # 百家, 百度, 千克
    return written in {"零", "半"} and bool(match["count"])


def _counts_one(match: re.Match[str], unit: str, before: str, after: str) -> bool:
    """Whether a lone 一 counts, as in 一人 and 发生火灾一起。, and is no article, as in 一个平台."""
    if match["count"]:
        ends = (not after or after in "，。;；、！,!") and before not in set("在和与跟每")
        return unit in forms.LONE_UNITS or (ends and unit in forms.ENDING_UNITS)
    if match["long"]:
        return before not in set("上下每同这那任某另")
    return unit != "块" and not (unit == "公里" and before == "后")  # 最后一公里


def _is_slogan(match: re.Match[str], folded: str) -> bool:
    """Whether numerals open a short quotation that goes on after them: “四个全面”, “三个必须”."""
    if not match.start() or folded[match.start() - 1] not in '“「『《‘"':
        return False
    quoted = forms.QUOTED.match(folded, match.start() - 1)
    return quoted is not None and quoted.end() - 1 > match.end()


def _joined(values: list[ValueSpan], folded: str) -> list[ValueSpan]:
    """The values in order, none over another, with what belongs together in one: 3月31日 17时, 3000元至5000元."""
    kept: list[ValueSpan] = []
    for value in sorted(values, key=lambda value: (value.start, -value.end)):
        before = kept[-1] if kept else None
        if before is None:
            kept.append(value)
        elif value.start < before.end:
            continue
        elif (
            joined := _one_date(before, value, folded)
            or _one_duration(before, value)
            or _one_range(before, value, folded)
        ):
            kept[-1] = joined
        else:
            kept.append(value)
    return kept


def _one_date(before: ValueSpan, value: ValueSpan, folded: str) -> ValueSpan | None:
    if not value.kind is before.kind is Kind.DATE or folded[before.end : value.start].strip():
        return None
    return replace(before, end=value.end, masked=before.masked or value.masked)


def _one_duration(before: ValueSpan, value: ValueSpan) -> ValueSpan | None:
    """The duration with its smaller part right after it: 2小时19分08秒."""
    if before.kind is not Kind.DURATION or before.end != value.start or value.unit not in forms.SMALLER_UNITS:
        return None
    return replace(before, end=value.end, number=None, masked=before.masked or value.masked)


def _one_range(before: ValueSpan, value: ValueSpan, folded: str) -> ValueSpan | None:
    """The range whose two ends have their units: 3%-5%; 从20%到98% tells a change, and stays two values."""
    if (
        before.kind in {Kind.DATE, Kind.RANK}
        or (before.kind, before.unit) != (value.kind, value.unit)
        or not value.unit
    ):
        return None
    if not re.fullmatch(forms.TO, folded[before.end : value.start]) or folded[before.start - 1 : before.start] in set(
        "从由自"
    ):
        return None
    low, high = before.number, value.number
    ends = (low, high) if low is not None and high is not None and low <= high else None
    return replace(value, start=before.start, number=None, bounds=ends, masked=before.masked or value.masked)


def _with_lists(values: list[ValueSpan], folded: str, start: int) -> list[ValueSpan]:
    """The values, `1、3、5分钟` as one: its bare numbers have the unit of the last."""
    listed: list[ValueSpan] = []
    for value in reversed(values):
        after = listed[-1] if listed else None
        if after is not None and after.start <= value.start:
            continue
        if value.unit and value.kind is not Kind.SHARE:
            head = forms.LIST_HEAD.search(folded, max(start, value.start - 30), value.start)
            if head:
                masked = value.masked or bool(forms.MASKS.search(head.group()))
                value = replace(value, start=head.start(), number=None, bounds=None, masked=masked)
        listed.append(value)
    return listed[::-1]
