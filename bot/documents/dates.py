"""Complete dates in text, in Arabic and Chinese numerals. Pure."""

from __future__ import annotations

import datetime
import re

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR_HAN = "[〇○零一二三四五六七八九]{4}"
_UNIT_HAN = "[一二三四五六七八九十]{1,3}"
DATE = re.compile(
    r"(?<!\d)(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)日?"
    rf"|({_YEAR_HAN})\s*年\s*({_UNIT_HAN})\s*月\s*({_UNIT_HAN})\s*日"
)


def find_date(text: str) -> str:
    """The first complete date in a text as YYYY-MM-DD, or the empty text."""
    for match in DATE.finditer(text):
        found = date_of(match)
        if found:
            return found
    return ""


def date_of(match: re.Match[str]) -> str:
    """The date that a match of DATE tells as YYYY-MM-DD; empty where there is no such day."""
    year, month, day = match.groups()[:3] if match.group(1) else match.groups()[3:]
    try:
        return datetime.date(int(year.translate(_NUMERALS)), _number(month), _number(day)).isoformat()
    except ValueError:
        return ""


def _number(text: str) -> int:
    """A number below a hundred: 7, 07, 七, 二十四."""
    if text.isdigit() and text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_NUMERALS))
    return 10 * (int(tens.translate(_NUMERALS)) if tens else 1) + (int(ones.translate(_NUMERALS)) if ones else 0)
