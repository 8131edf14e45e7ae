"""Numbers as a spreadsheet shows them: Excel's number formats (ECMA-376 part 1, 18.8.30 and 18.8.31). Pure."""

from __future__ import annotations

import datetime
import functools
import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import takewhile
from typing import NamedTuple

GENERAL = "General"
BUILT_IN = {  # what a Chinese Excel shows for the formats that a file names by number alone
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??"},
    **{14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "yyyy/m/d h:mm"},
    **{18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0"},
    **{5: "¥#,##0;¥-#,##0", 6: "¥#,##0;¥-#,##0", 7: "¥#,##0.00;¥-#,##0.00", 8: "¥#,##0.00;¥-#,##0.00"},
    **{37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 48: "##0.0E+0"},
    **{41: '#,##0;-#,##0;"-";@', 42: '¥#,##0;-¥#,##0;¥"-";@', 43: '#,##0.00;-#,##0.00;"-";@', 49: "@"},
    44: '¥#,##0.00;-¥#,##0.00;¥"-";@',
    **{number: "yyyy年m月" for number in (27, 36, 50, 52, 57)},
    **{number: "m月d日" for number in (28, 29, 51, 53, 54, 58)},
    **{30: "m-d-yy", 31: "yyyy年m月d日", 32: "h时mm分", 33: "h时mm分ss秒", 34: "上午/下午h时mm分"},
    **{35: "上午/下午h时mm分ss秒", 55: "上午/下午h时mm分", 56: "上午/下午h时mm分ss秒"},
}
_LONGEST_CODE = 255  # characters, Excel's own limit
_LAST_DAY = 2958466  # the first serial that is no date: the 1st of January 10000
_SYSTEM_FORMATS = {"-F800": "yyyy年m月d日", "-F400": "h:mm:ss"}
_GENERAL_WIDTH = 11  # characters of a number in the format General, its sign not counted
_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)  # digits of the largest double and of 255 decimals
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    **{"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne},
}
_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | [\\!](?P<escaped>.) | (?P<space>[_*].)
    | \[(?P<elapsed>h+|m+|s+)\] | \[\$(?P<currency>[^\]-]*)(?P<locale>-[^\]]*)?\]
    | \[(?P<condition>[<>=]+)(?P<limit>[^\]]*)\] | \[(?P<colour>[^\]]*)\]
    | (?P<general>General|G/通用格式) | (?P<noon>AM/PM|A/P|上午/下午) | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+|e+|aaa+) | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%)
    | (?P<slash>/) | (?P<text>@) | (?P<section>;) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PLAIN = re.compile(r"(#,##)?0(?:\.(0+))?(%?)_? ?")
_LITERALS = {"quoted", "escaped", "currency", "other", "slash", "comma", "point", "percent", "digit"}
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_HAN_MONTHS = "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月".split()
_HAN_DAYS = "一二三四五六日"


class _Token(NamedTuple):
    kind: str  # a group of _TOKEN
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a format between semicolons."""

    tokens: tuple[_Token, ...]
    condition: str = ""
    limit: float = 0.0
    chinese: bool = False  # names of months and days are to be Chinese

    def has(self, *kinds: str) -> bool:
        """Whether a token is of one of these kinds."""
        return any(token.kind in kinds for token in self.tokens)


def number_shown(number: float, code: str, date1904: bool = False) -> str:
    """A number in a format, without white space around it; a format that cannot be told gives it as General does.

    `date1904`: days are counted from 1904, not from 1900. Never raises.
    """
    digits = f"{number:.15g}"  # those that Excel keeps
    if code == GENERAL and len(digits) <= _GENERAL_WIDTH and "e" not in digits:
        return digits
    exact = Decimal(digits)
    if not exact.is_finite():
        return str(number)
    if plain := _plain(code):
        step, power, pattern = plain
        return pattern.format(exact.scaleb(power).quantize(step, context=_EXACT))
    try:
        return _in_section(exact, _sections(code), 1462 if date1904 else 0).strip()
    except (ArithmeticError, ValueError):
        return _general(exact)


def text_shown(text: str, code: str) -> str:
    """A text in a format: most leave it as it is, some put words around it or hide it. Never raises."""
    if code in (GENERAL, "@"):
        return text
    try:
        sections = _sections(code)
    except ValueError:
        return text
    section = next((one for one in sections if one.has("text")), sections[3] if len(sections) > 3 else None)
    if section is None:
        return text
    return "".join(text if token.kind == "text" else _literal(token) for token in section.tokens).strip()


@functools.lru_cache(maxsize=1024)
def _plain(code: str) -> tuple[Decimal, int, str] | None:
    """Of a format like 0.00, #,##0 or 0.0% the last place, the power of ten and Python's own format.

    These are nearly all that tables use, and ten times as fast so.
    """
    match = _PLAIN.fullmatch(code)
    if not match:
        return None
    commas, decimals, percent = match.groups()
    return Decimal(1).scaleb(-len(decimals or "")), 2 * len(percent), f"{{:{',' if commas else ''}f}}{percent}"


def _in_section(number: Decimal, sections: Sequence[_Section], epoch: int) -> str:
    section, signed = _chosen(number, sections)
    size = number.copy_abs() if signed else number
    if section.has("date", "elapsed", "noon"):
        return _date(float(number) + epoch, section)
    if section.has("general", "text") or (not section.tokens and len(sections) == 1):
        shown = "".join(_general(size) if t.kind in ("general", "text") else _literal(t) for t in section.tokens)
        shown = shown or _general(size)
    else:
        shown = _digits(size.copy_abs(), section.tokens)
    return f"-{shown}" if size < 0 and not shown.startswith("-") else shown


def _chosen(number: Decimal, sections: Sequence[_Section]) -> tuple[_Section, bool]:
    """The section that a number is shown in, and whether that section itself tells the sign."""
    numeric = [section for section in sections if not section.has("text")] or sections
    if any(section.condition for section in numeric):
        for section in numeric:
            if not section.condition or _COMPARED[section.condition](float(number), section.limit):
                return section, False
        raise ValueError("no section for this number")
    if number < 0 and len(numeric) > 1:
        return numeric[1], True
    return numeric[2 if number == 0 and len(numeric) > 2 else 0], False


@functools.lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    """A format's sections. Raises ValueError where it is longer than Excel allows."""
    if len(code) > _LONGEST_CODE:
        raise ValueError("too long for a number format")
    parts: list[list[re.Match[str]]] = [[]]
    for match in _TOKEN.finditer(code):
        if match.lastgroup == "section":
            parts.append([])
        else:
            parts[-1].append(match)
    return tuple(map(_section, parts))


def _section(matches: Sequence[re.Match[str]]) -> _Section:
    tokens, condition, limit, chinese = [], "", 0.0, False
    for match in matches:
        groups = match.groupdict()
        if groups["locale"] in _SYSTEM_FORMATS:
            return _sections(_SYSTEM_FORMATS[groups["locale"]])[0]
        if groups["condition"] in _COMPARED:
            condition, limit = groups["condition"], float(groups["limit"])
        chinese = chinese or (groups["locale"] or "").endswith("04")  # 804 and 404 are Chinese
        kind = next(name for name, text in groups.items() if text is not None)
        if kind not in ("condition", "limit", "colour", "locale"):
            tokens.append(_Token(kind, groups[kind]))
    return _Section(_timed(tokens), condition, limit, chinese)


def _timed(tokens: Sequence[_Token]) -> tuple[_Token, ...]:
    """The tokens with an m that stands for minutes told from one that stands for months."""
    told = list(tokens)
    places = [i for i, token in enumerate(tokens) if token.kind in ("date", "elapsed")]
    for before, place, after in zip([-1, *places], places, [*places[1:], -1], strict=False):
        token = tokens[place]
        follows = before >= 0 and tokens[before].text[0] in "hH"
        precedes = after >= 0 and tokens[after].text[0] in "sS"
        if token.kind == "date" and token.text[0] in "mM" and len(token.text) < 3 and (follows or precedes):
            told[place] = _Token("minute", token.text)
    return tuple(told)


def _literal(token: _Token) -> str:
    if token.kind == "space":
        return " " if token.text[0] == "_" else ""
    return token.text if token.kind in _LITERALS else ""


def _general(number: Decimal) -> str:
    """A number as the format General shows it: whole numbers in full, others in at most eleven characters."""
    if number == number.to_integral_value() and abs(number) < 10**15:
        return f"{number:f}".partition(".")[0]
    whole = max(number.adjusted() + 1, 1)
    plain = number.quantize(Decimal(1).scaleb(-max(_GENERAL_WIDTH - 1 - whole, 0)), context=_EXACT)
    if whole <= _GENERAL_WIDTH and (number.adjusted() >= -4 or plain == number):
        shown = f"{plain:f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    mantissa, _, exponent = f"{number:.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].rjust(2, '0')}"


def _digits(number: Decimal, tokens: Sequence[_Token]) -> str:
    """A number, not negative, in the placeholders of a section."""
    kinds = [token.kind for token in tokens]
    if "digit" not in kinds:
        return "".join(map(_literal, tokens))
    if "slash" in kinds and "digit" in kinds[: kinds.index("slash")] and "digit" in kinds[kinds.index("slash") :]:
        raise ValueError("fractions are not told")
    if "exponent" in kinds:
        return _scientific(number, tokens, kinds.index("exponent"))
    point = kinds.index("point") if "point" in kinds else len(kinds)
    thousands = _commas_behind(kinds[:point]) + _commas_behind(kinds[point:])
    scaled = number.scaleb(2 * kinds.count("percent") - 3 * thousands)
    decimals = kinds[point:].count("digit")
    whole, _, fraction = f"{scaled.quantize(Decimal(1).scaleb(-decimals), context=_EXACT):f}".partition(".")
    grouped = kinds[:point].count("comma") > _commas_behind(kinds[:point])
    return _whole(whole, tokens[:point], grouped) + _fraction(fraction, tokens[point:])


def _commas_behind(kinds: Sequence[str]) -> int:
    """How many commas stand right behind the last place for a digit: each divides by a thousand."""
    behind = list(takewhile(lambda kind: kind != "digit", reversed(kinds)))
    return len(list(takewhile(lambda kind: kind == "comma", reversed(behind)))) if len(behind) < len(kinds) else 0


def _whole(digits: str, tokens: Sequence[_Token], grouped: bool) -> str:
    """The whole part of a number in its placeholders, filled from the right; the first takes all that is left."""
    places = [token.text for token in tokens if token.kind == "digit"]
    least = len(places) - places.index("0") if "0" in places else 0
    digits = digits.lstrip("0").rjust(least, "0")
    left = [
        digit + ("," if grouped and after and after % 3 == 0 else "")
        for digit, after in zip(digits, range(len(digits) - 1, -1, -1), strict=True)
    ]
    shown: list[str] = []
    open_places = len(places)
    for token in reversed(tokens):
        if token.kind == "digit":
            open_places -= 1
            taken = left[-1:] if open_places else left
            shown.append("".join(taken))
            left = left[:-1] if open_places else []
        elif token.kind != "comma":
            shown.append(_literal(token))
    return "".join([*left, *reversed(shown)])


def _fraction(digits: str, tokens: Sequence[_Token]) -> str:
    """The point, the decimals and what stands behind them; zeros at optional places are left out."""
    places = [token.text for token in tokens if token.kind == "digit"]
    needed = len(digits)
    while needed and digits[needed - 1] == "0" and places[needed - 1] != "0":
        needed -= 1
    left = iter(digits[:needed])
    shown = (next(left, "") if token.kind == "digit" else _literal(token) for token in tokens if token.kind != "comma")
    return "".join(shown)


def _scientific(number: Decimal, tokens: Sequence[_Token], place: int) -> str:
    """A number with an exponent, which is a multiple of the count of places before the point."""
    mantissa, rest = tokens[:place], tokens[place + 1 :]
    before = list(takewhile(lambda token: token.kind != "point", mantissa))
    step = max(sum(token.kind == "digit" for token in before), 1)
    decimals = sum(token.kind == "digit" for token in mantissa) - step
    exponent = number.adjusted() // step * step if number else 0
    if number.scaleb(-exponent).quantize(Decimal(1).scaleb(-max(decimals, 0)), context=_EXACT) >= 10**step:
        exponent += step
    width = sum(token.kind == "digit" for token in rest)
    sign = "-" if exponent < 0 else "+" if tokens[place].text.endswith("+") else ""
    words = "".join(_literal(token) for token in rest if token.kind != "digit")
    return f"{_digits(number.scaleb(-exponent), mantissa)}E{sign}{abs(exponent):0{max(width, 1)}d}{words}"


def _date(serial: float, section: _Section) -> str:
    """A count of days since 1900 as a date or a time. Raises ValueError where it is none."""
    dated = any(token.kind == "date" and token.text[0] in "yYmMdDeEaA" for token in section.tokens)
    if not 0 <= serial < _LAST_DAY or (dated and serial < 1):
        raise ValueError("no date")
    # Excel has a 29th of February 1900; the days before it are counted from one day later.
    day_zero = datetime.datetime(1899, 12, 30 if serial >= 60 else 31)
    parts = _fraction_width(section.tokens)
    moment = day_zero + datetime.timedelta(seconds=round(serial * 86400, parts))
    return "".join(_date_parts(moment, serial, section, parts))


def _fraction_width(tokens: Sequence[_Token]) -> int:
    """How many decimals of a second a format shows."""
    return sum(token.kind == "digit" for token in tokens)


def _date_parts(moment: datetime.datetime, serial: float, section: _Section, parts: int) -> Iterator[str]:
    noon = section.has("noon")
    fraction = iter(f"{moment.microsecond:06d}"[:parts])
    for token in section.tokens:
        width = len(token.text)
        if token.kind == "noon":
            names = token.text.split("/")
            yield names[moment.hour >= 12]
        elif token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0].lower()]
            yield f"{math.floor(round(serial * 86400, parts) / unit):0{width}d}"
        elif token.kind == "minute":
            yield f"{moment.minute:0{min(width, 2)}d}"
        elif token.kind == "date":
            yield _date_part(moment, token.text.lower(), noon, section.chinese)
        elif token.kind == "digit":
            yield next(fraction, "0")
        else:
            yield _literal(token)


def _date_part(moment: datetime.datetime, letters: str, noon: bool, chinese: bool) -> str:
    width = len(letters)
    match letters[0]:
        case "y":
            return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
        case "e":
            return f"{moment.year:04d}"
        case "m":
            names = _HAN_MONTHS if chinese else _MONTHS
            return _named(names[moment.month - 1], moment.month, width, chinese)
        case "d" if width < 3:
            return f"{moment.day:0{width}d}"
        case "d" if not chinese:
            return _named(_DAYS[moment.weekday()], 0, width, chinese)
        case "d" | "a":
            before = "星期" if width > 3 else "周" if letters[0] == "d" else ""
            return before + _HAN_DAYS[moment.weekday()]
        case "h":
            return f"{(moment.hour - 1) % 12 + 1 if noon else moment.hour:0{min(width, 2)}d}"
        case _:
            return f"{moment.second:0{min(width, 2)}d}"


def _named(name: str, number: int, width: int, chinese: bool) -> str:
    """A month or a day by its number where one or two letters ask for it, else by its name, short for three."""
    if width < 3:
        return f"{number:0{width}d}"
    return name if chinese or width == 4 else name[:1] if width == 5 else name[:3]
