"""The numbers that Word itself puts before paragraphs: 第一条, 一、, （二）, 1.2.

They are visible, but stand in no run's text (ECMA-376 part 1, 17.9).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.documents.opc import Element
from bot.documents.word_styles import VALUE, Styles, W, toggled

_LEVELS = 9
_DIGITS = "零一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_GREATEST = 9999  # that is written in words; greater ones stay in figures
_PLACE = re.compile(r"%([1-9])")  # of a level's number in a label
_CLOSED = "、）)．。：】》"  # a label that ends so stands close to the text behind it


@dataclass(frozen=True, slots=True)
class Level:
    """How the paragraphs of one level are numbered."""

    start: int = 1
    form: str = "decimal"
    label: str = ""  # such as 第%1条
    gap: bool = True  # whether a space follows the label
    in_figures: bool = False  # the numbers of all levels are in figures
    style: str = ""  # paragraphs in this style are of this level
    restarts: bool = True  # after a paragraph of an outer level


class Numbering:
    """The numberings of a Word file; `label` is to be called for its numbered paragraphs in their order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._levels: dict[str, dict[int, Level]] = {}  # by the id of the abstract numbering
        self._abstract: dict[str, str] = {}  # by the id of the numbering
        self._overrides: dict[str, dict[int, Level]] = {}  # by the id of the numbering
        self._restarts: dict[str, dict[int, int]] = {}  # where a numbering begins anew, until it is first used
        self._counters: dict[str, list[int | None]] = {}  # by the id of the abstract numbering
        if root is None:
            return
        links: dict[str, str] = {}
        for element in root.iterchildren(f"{W}abstractNum"):
            identity = element.get(f"{W}abstractNumId", "")
            self._levels[identity] = _levels(element.iterchildren(f"{W}lvl"))
            link = element.find(f"{W}numStyleLink")
            if link is not None:
                links[identity] = styles.style(link.get(VALUE, "")).numbering or ""
        for element in root.iterchildren(f"{W}num"):
            self._add(element)
        for identity, number in links.items():
            self._levels[identity] = self._levels.get(self._abstract.get(number, ""), {})

    def label(self, number: str, depth: int | None, style: str) -> str:
        """The label of the next paragraph of a numbering with what parts it from the text; empty for bullets."""
        abstract = self._abstract.get(number)
        if abstract is None:
            return ""
        levels = self._levels.get(abstract, {}) | self._overrides.get(number, {})
        if depth is None:
            depth = next((i for i, level in levels.items() if level.style == style), 0)
        if depth not in levels:
            return ""
        counters = self._counters.setdefault(abstract, [None] * _LEVELS)
        for i, start in self._restarts.pop(number, {}).items():
            counters[i] = start - 1
        before = counters[depth]
        counters[depth] = levels[depth].start if before is None else before + 1
        for i in range(depth + 1, _LEVELS):
            if levels.get(i, Level()).restarts:
                counters[i] = None
        return _label(levels, depth, counters)

    def _add(self, element: Element) -> None:
        number, abstract = element.get(f"{W}numId", ""), element.find(f"{W}abstractNumId")
        if abstract is None:
            return
        self._abstract[number] = abstract.get(VALUE, "")
        changes = list(element.iterchildren(f"{W}lvlOverride"))
        self._overrides[number] = _levels(level for change in changes for level in change.iterchildren(f"{W}lvl"))
        self._restarts[number] = {
            int(change.get(f"{W}ilvl", 0)): int(start.get(VALUE, 1))
            for change in changes
            if (start := change.find(f"{W}startOverride")) is not None and 0 <= int(change.get(f"{W}ilvl", 0)) < _LEVELS
        }


def _levels(elements: Iterable[Element]) -> dict[int, Level]:
    levels = {int(element.get(f"{W}ilvl", 0)): element for element in elements}
    return {depth: _level(element) for depth, element in levels.items() if 0 <= depth < _LEVELS}


def _level(element: Element) -> Level:
    def told(name: str, default: str) -> str:
        found = element.find(W + name)
        return default if found is None else str(found.get(VALUE, default))

    return Level(
        start=int(told("start", "1")),
        form=told("numFmt", "decimal"),
        label=told("lvlText", ""),
        gap=told("suff", "tab") != "nothing",
        in_figures=bool(toggled(element, "isLgl")),
        style=told("pStyle", ""),
        restarts=told("lvlRestart", "") != "0",
    )


def _label(levels: dict[int, Level], depth: int, counters: list[int | None]) -> str:
    level = levels[depth]
    if level.form in ("bullet", "none"):
        return ""

    def number(match: re.Match[str]) -> str:
        i = int(match[1]) - 1
        outer = levels.get(i, Level())
        count = counters[i]
        form = "decimal" if level.in_figures and i != depth else outer.form
        return in_form(outer.start if count is None else count, form)

    label = _PLACE.sub(number, level.label).strip()
    return f"{label} " if level.gap and label and label[-1] not in _CLOSED else label


def in_form(number: int, form: str) -> str:
    """A number in one of Word's forms; in figures where the form is not known or does not go so far."""
    write = _FORMS.get(form)
    return write(number) if write and 0 < number <= _GREATEST else str(number)


def in_words(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """A number from 1 to 9999 in Chinese: 十二, 一百零五."""
    shown, skipped = "", False
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), map(int, str(number)), strict=True):
        if digit:
            shown += (digits[0] if skipped else "") + digits[digit] + (units[place - 1] if place else "")
        skipped = bool(shown) and not digit
    return shown.removeprefix(digits[1]) if 10 <= number < 20 and digits is _DIGITS else shown


def _lettered(number: int) -> str:
    """From a to z, then from aa to zz: the letter repeats."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    shown = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        shown += letters * count
    return shown


def _enclosed(first: str, last: int) -> Callable[[int], str]:
    """Numbers in signs of their own, which end somewhere."""
    return lambda number: chr(ord(first) + number - 1) if number <= last else str(number)


_FORMS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
         "japaneseCounting", "ideographDigital", "japaneseDigitalTenThousand"), in_words
    ),
    **dict.fromkeys(
        ("chineseLegalSimplified", "ideographLegalTraditional"), lambda n: in_words(n, _LEGAL_DIGITS, "拾佰仟")
    ),
    "ideographTraditional": lambda n: _STEMS[(n - 1) % len(_STEMS)],
    "ideographZodiac": lambda n: _BRANCHES[(n - 1) % len(_BRANCHES)],
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _enclosed("①", 20)),
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
    "decimalFullWidth": lambda n: str(n).translate({ord("0") + i: ord("０") + i for i in range(10)}),
    "decimalZero": lambda n: f"{n:02d}",
    "upperLetter": lambda n: _lettered(n).upper(),
    "lowerLetter": _lettered,
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
}  # fmt: skip
