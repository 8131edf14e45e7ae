"""The marks of Markdown inside a line, told from the stars that hide a figure or a name: `**10天**`, `**市`.

After CommonMark 0.31: code spans, links, and which runs of stars may open and close emphasis. A pair
of runs that could as well be two masks is taken for masks, and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.names import SURNAMES
from bot.types import Span

_TICKS = re.compile("`+")
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_LINK = re.compile(
    r"!?\[(?P<words>[^\[\]]*)\]"
    r"\((?P<address>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+\"[^\"\n]*\")?\)"
)
_ADDRESS = re.compile(  # a scheme, a path, a place in the page, a file's name; not [1](略)
    r"[a-z][\w+.-]*:.+|[#/].*|\.{1,2}/.*|[!-~]*[a-z][!-~]*|.+\.[a-z]\w{0,4}(?:#.*)?", re.IGNORECASE
)
_RUN = re.compile(r"\*+|_+")
_LONGEST_RUN = 3  # ***both***
_COVER = "x"  # written over what can hold no emphasis
_OPENING = frozenset("“‘「『《〈（(【")
_CLOSING = frozenset("”’」』》〉）)】：:。！？!?；;，,、…%‰℃")  # what words in bold may end with
_PAIRS = ("“”", "‘’", "「」", "『』", "《》", "〈〉", "（）", "()", "【】")

# What follows a mask, at its beginning: **市, **起案件, ***余万元, **年**月. What must not come next makes
# it a word of its own: 市场, 起草, 年休假.
_HIDDEN = re.compile(
    r"[某×■□●○]|省(?![略份钱时心])|市(?![场值容价盈]|民(?!政))|县|区(?![别域分间块])|州|盟(?![友约])|旗(?![舰下帜])"
    r"|镇(?![静定痛])|乡(?![村土愁])|村(?![民庄落级])|路(?![线由径况灯面])|街(?!头)"
    r"|[余多来]?[十百千万亿]+[余多]?[元人户件名个起辆家次吨亩米公平美欧日]|[余多][元人户件名个起辆家次]"
    r"|元(?![旦首素件宵老])|起(?![草来诉始点步因源动到重飞码])|件(?!数)|倍(?!数)|吨(?!位)|亩(?!产)|项(?!目)|宗(?![旨教])"
    r"|人(?![员才事力民口大工均社身类生物格文行体权为选])|名(?![单称额字义誉牌次])|家(?![庭长属园具电乡访校政])"
    r"|个(?![人体别性税案股])|户(?![籍口外主型均])|次(?![日要数年月序])|例(?![如外会行子])|条(?![件例款约理目文])"
    r"|处(?![理置罚分方于长级])|所(?![有在以谓需得属长述])|小时(?!候)|辆|艘|岁|分钟|周年|个月|公里|公斤|平方|%|‰|℃"
    r"|[年月日天时分秒号](?=\W|[\d一二三四五六七八九十来前后间里份底初末]|以[上下内]|左右|$)"
)
_BODY = re.compile("公司|集团|银行|[支分]行|学校|大学|医院|中心|派出所|[社小]区|街道|[局厂店]")  # **公司与**公司
_JOINED = re.compile("[和与及跟](?![时谐平会])")  # 李**和王**
_NAME_BEGUN = re.compile(r"(?:^|[^\w]|[和与及跟])(\w)$")  # …，张**
_FIGURE = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of stars or low lines, and what it may do."""

    start: int
    end: int
    opens: bool
    closes: bool


def inline_marks(text: str, start: int, end: int) -> list[Span]:
    """The marks in a stretch, such as a paragraph or a cell, in order: what is written there and not read."""
    words = text[start:end]
    code = list(_code(words))
    words = _covered(words, [(opening[0], closing[1]) for opening, closing in code])
    words = _covered(words, [escaped.span() for escaped in _ESCAPED.finditer(words)])
    links = list(_links(words))
    words = _covered(words, [mark for link in links for mark in link])
    pairs = [*code, *links, *_emphasis(words)]
    return sorted((start + left, start + right) for pair in pairs for left, right in pair)


def _covered(words: str, spans: list[Span]) -> str:
    """The words, as long as before, with these stretches written over."""
    told, place = [], 0
    for start, end in spans:
        told += [words[place:start], _COVER * (end - start)]
        place = end
    return "".join((*told, words[place:]))


def _code(words: str) -> Iterator[tuple[Span, Span]]:
    """The two marks of each code span: a run of backticks and the next one as long."""
    runs = [run.span() for run in _TICKS.finditer(words)]
    following: dict[Span, Span | None] = {}
    latest: dict[int, Span] = {}
    for run in reversed(runs):
        following[run] = latest.get(run[1] - run[0])
        latest[run[1] - run[0]] = run
    place = 0
    for run in runs:
        closing = following[run]
        if run[0] >= place and closing:
            yield run, closing
            place = closing[1]


def _links(words: str) -> Iterator[tuple[Span, Span]]:
    """What stands before and after the words of each link or picture: `[` and `](address)`."""
    for link in _LINK.finditer(words):
        if _ADDRESS.fullmatch(link["address"]):
            yield (link.start(), link.start("words")), (link.end("words"), link.end())


def _emphasis(words: str) -> Iterator[tuple[Span, Span]]:
    """The pairs of runs that emphasise what stands between them."""
    openers: dict[str, _Run] = {}  # the latest of each kind
    for match in _RUN.finditer(words):
        run, kind = _run(words, match), match.group()
        opener = openers.pop(kind, None) if run.closes else None
        if opener and not _may_hide(words, opener, run):
            yield (opener.start, opener.end), (run.start, run.end)
            openers = {other: before for other, before in openers.items() if before.start < opener.start}
        elif run.opens and len(kind) <= _LONGEST_RUN:
            openers[kind] = run


def _run(words: str, match: re.Match[str]) -> _Run:
    """A run with what it may do: CommonMark's flanking; and bold may end with punctuation before a word."""
    start, end = match.span()
    before, after = words[start - 1 : start] if start else "", words[end : end + 1]
    left = _is_word(after) or (_is_mark(after) and not _is_word(before))
    right = _is_word(before) or (_is_mark(before) and not _is_word(after))
    if match.group()[0] == "_":
        return _Run(start, end, left and not _is_word(before), right and not _is_word(after))
    return _Run(start, end, left, right or before in _CLOSING)


def _is_mark(char: str) -> bool:
    """Whether a character is punctuation or a symbol; the empty string, beyond an edge, is none."""
    return char != "" and unicodedata.category(char)[0] in "PS"


def _is_word(char: str) -> bool:
    return not (char == "" or char.isspace() or _is_mark(char))


def _may_hide(words: str, opener: _Run, closer: _Run) -> bool:
    """Whether two runs of stars may be two masks; in doubt they are."""
    inside, after = words[opener.end : closer.start], words[closer.end : closer.end + 6]
    before = words[max(0, opener.start - 2) : opener.start]
    if before[-1:].isdigit() or not _is_whole(inside):
        return True
    if _FIGURE.fullmatch(inside):
        return False  # **10**天
    in_a_word, goes_on = _is_word(before[-1:]), _is_word(after[:1])
    if opener.end - opener.start == 1 and (in_a_word or goes_on):
        return True  # 李*明和王*华
    if in_a_word and goes_on and not _is_word(inside[-1]):
        return True  # 破获**案。**人
    return bool(
        len(inside) == 1
        or _HIDDEN.match(inside)
        or _HIDDEN.match(after)
        or (in_a_word and _JOINED.match(inside))
        or (_BODY.match(inside) and _BODY.match(after))
        or any((name := _NAME_BEGUN.search(side)) and name.group(1) in SURNAMES for side in (before, inside[-2:]))
    )


def _is_whole(inside: str) -> bool:
    """Whether words could be a phrase of their own: from a letter or a bracket on, every bracket with its other one."""
    if not inside or not (_is_word(inside[0]) or inside[0] in _OPENING):
        return False
    if not (_is_word(inside[-1]) or inside[-1] in _CLOSING):
        return False
    return all(inside.count(pair[0]) == inside.count(pair[1]) for pair in _PAIRS)
