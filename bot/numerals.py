"""Numbers as Chinese text writes them, in digits, in numerals or in both, as exact decimals. Pure.

Text is folded (`bot.text.fold`) before it comes here.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal

DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_HAN_DIGITS = "[一二两三四五六七八九十百千零〇]+"
HAN = f"(?:[一二两三四五六七八九十百千零〇半数几]+(?:[万亿]{_HAN_DIGITS})*(?:点[一二三四五六七八九零〇]{{1,9}})?)"
SCALE = "(?:(?:千|百|十)?(?:万亿|万|亿)|千(?![米克瓦帕卡伏升])|百(?!帕))"

Bounds = tuple[Decimal, Decimal]

_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_PART = re.compile(rf"({DIGITS})([十百千万亿]*)")
_NEIGHBOURS = re.compile("(十?)([一二三四五六七八])([二三四五六七八九])([十百千万亿]*)")
_ONES = "零一二三四五六七八九"


def number(text: str) -> Decimal | None:
    """What a number comes to: `3.01亿`, `3亿2000万`, `两千零五`, `百万`; None where it is none, or vague (数十)."""
    if not text:
        return None
    if not text[0].isdigit():
        return _han(text)
    parts = _PART.findall(text)
    if "".join(map("".join, parts)) != text:
        return None
    return sum((_scaled(Decimal(digits.replace(",", "")), scale) for digits, scale in parts), Decimal()).normalize()


def bounds(text: str) -> Bounds | None:
    """What neighbouring numerals reach from and to: 7 and 8 of 七八, 30 and 40 of 三四十; None for others."""
    match = _NEIGHBOURS.fullmatch(text)
    if not match:
        return None
    ten, one, next_one, scale = match.groups()
    low, high = _ONES.index(one), _ONES.index(next_one)
    if high != low + 1:
        return None
    tens = 10 if ten else 0
    return _scaled(Decimal(tens + low), scale), _scaled(Decimal(tens + high), scale)


def _scaled(value: Decimal, scale: str) -> Decimal:
    for char in scale:
        value *= _SCALES[char]
    return value.normalize()


@functools.lru_cache(maxsize=4096)
def _han(text: str) -> Decimal | None:
    if text == "半":
        return Decimal("0.5")
    import cn2an

    spoken = re.fullmatch("(.+点[^万亿]+)([万亿]+)", text)  # 三点五亿: cn2an takes no scale after a fraction
    if spoken:
        value = _han(spoken.group(1))
        return None if value is None else _scaled(value, spoken.group(2))
    try:
        return Decimal(str(cn2an.cn2an(f"一{text}" if text[0] in "百千万亿" else text, "normal"))).normalize()
    except (ValueError, KeyError):  # KeyError: 一亿一, said for 110 million
        return None
