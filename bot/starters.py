"""Questions to start with: sentences of the index with a question word in the place of what they tell.

Chinese leaves the question word where the answer stands, so a clause that names its subject reads as a
question a person would ask. A clause that leans on what stands before it does not, nor does one whose
figure is of a day that it leaves unsaid: those are left out, by words that give them away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import gcd

from bot.access import sees
from bot.places import PATTERN
from bot.question_words import FEES, Wants
from bot.text import clauses, fold, has_cjk, sentences, tagged_words
from bot.texts import Texts
from bot.types import Answer, Document, Filters, Name, NameKind, Passage, Question, Span, Status
from bot.values import Kind, ValueSpan, find_values, is_masked
from bot.view import view

MOST = 4  # starters
ASKED = 16  # questions tried at most, 0.05 to 0.15 s each
_ENOUGH = 32  # questions made, from which no more documents are looked at
_DOCUMENTS = 320  # looked at, 2 ms each; one news article in twenty makes a question
_PASSAGES = 1000  # looked at in all, from each document's beginning, where names are written in full
_LEAST = 4  # passages of a document, however many documents there are
_OF_ONE = 2  # questions of a document
_SHORTEST, _LONGEST = 8, 28  # characters of a question
_SURE = 0.6  # confidence; those of right answers to such questions lie between 0.75 and 0.95

# How a clause begins.
_WHO_SAYS = re.compile("(?:.{0,18}(?:显示|介绍|获悉|表示|了解|透露|报道)|据.{0,20})[,:]")
_WHEN = re.compile("(?:截至|截止|至|到)?(?P<date>.+?)(?:底|末|以来|期间|[上下]午)?[,:]")
_LEANS = re.compile(  # on the sentence before
    "[你您]|本[报书文次届轮场站院校馆局市县区省月年周季社公人期赛]|[这那该此其]|同[时期日]|今[年天日后]|明[年天日]|前往|"
    "[昨前当近次即翌][日天年]|上[年月周]|[截至]今|现[在已]|如今|最近|刚刚|[首末]日|两[人者国队市]|双方|全[年天场]|[上下]半年|"
    "另[外一]|因此|所以|但|然[后而]|随后|之[后前]|以[上下]|上述|下列|合计|总计|[省市县区镇街]|前"
)
_IN_ALL = re.compile("共(?![青同享])|累计")  # on the document's subject: 共破获案件537起
_GENERAL = re.compile("全[省市县区旗镇乡校](?![的人])|本[省市县区旗镇乡校馆院局]|公司(?!的)")  # stands for that subject
_CITY = re.compile(f"(?P<name>(?:{PATTERN.pattern})[省市县区]?)[：:]")

# What it must not hold: what needs the day it was written, or its year; what greets nobody; marks of quotation.
_DATELESS = re.compile(
    "今年|去年|昨[日天]|今[日天]|目前|本[届次周月]|上个?[周月]|年初|这|此次|[为对就因]此|(?<!年)[上下]半年|[港美a]股|股价|恒生|恒指|指数|"
    "沪深|期货|水位|[收开]盘|盘中|早盘|午后|[涨跌]|加息|气温|已|时任|一行|全[年月]|[年月期]末|(?<![规原法准细否])则"
)
_OF_PERIOD = re.compile(
    "[同环]比|增长|上升|下降|增加|减少|提高|新增|[产销]量|产值|增加值|营收|收入|利润|亏损|贷款|[^利]率|实现|规模|总值|[增降升]至|占比|平均"
)
_GRIM = re.compile("[某杀死亡尸奸毒嫖拐罪癌坠罚刑诉]|涉黑|落马|围堵|立案|女士|先生|男子|女子|记者|供图|[报社网]讯")
_MARKS = re.compile('["“”‘’「」『』《》()〈〉\\[\\]【】<>|/\\\\@#&+=…?!~_;、:]|https?|www')
_LEANING = frozenset("也 还 又 亦 则 再 均 都 同样 分别 各 就 仅 仍 已 其 他 她 它 我 我们 他们 其中 另 先 后".split())

# How it ends.
_HANGS = re.compile("[的时后前中上下来际外内地了和与及于为是在将被把对从或称]$|(?:显示|表示|指出|提到|期间)$")
_EVENT = re.compile(
    "(?:开[园幕通馆工赛跑镰业播学机街行]|启[用动]|揭[牌幕]|成立|举行|召开|举办|竣工|通车|投[产用运]|上线|发布|落成|闭幕|运营|施行|实施|"
    "签约|挂牌|上映|首发|亮相|收官|出炉|下线|封顶|贯通)$"
)

# What is asked for.
_FEE = re.compile(f"(?:{FEES})$")
_RATE = re.compile("(?:率|占?比|比例|比重|满意度)(?:约?为|是|高?达|达到)$")
_ROLE = re.compile(
    "[^的副前原,]{4,18}(?:[局厂馆校市省县区院镇处科州站所]长|(?:董事|理事|秘书)长|主任|书记|总经理|主席|教练|总裁|首席执行官|会长)"
)
_BEARER = re.compile("(?<=[\u4e00-\u9fff]{4})(?P<is>是)[^是为]{0,10}$")
_YEAR = re.compile(r"\d{4}年")
_ON_DAY = re.compile(r"(?:\d{4}年)?\d+月\d+日")
_LABELS = frozenset("号 届 楼 级 期 代 版 款 站 分 点 比 层 股 成 番 度 手 例 笔 单 区 口 岁 页".split())
_LEADS = frozenset("njtbl")  # jieba's tags, by their first letter, of what a subject begins with
_COPULAS = frozenset("共 为 达 有 是 至 到 共计 总计 累计 计".split())
_NOUNS = frozenset("n nz nt ns nr j b l vn an".split())  # jieba's tags of what is counted
_NO_NOUNS = frozenset("v vd p r d c u uj".split())  # jieba's tags of what no role's name holds
_OWN_NAMES = frozenset({NameKind.PLACE, NameKind.ORGANISATION})
_GAP = re.compile("(?<=[\u4e00-\u9fff]) +| +(?=[\u4e00-\u9fff])")

_Word = tuple[str, str, int]  # a word, jieba's tag of it, and where it stands


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause that may be asked for what it tells; offsets are in its text."""

    text: str
    folded: str
    names: tuple[Name, ...]
    when: str = ""  # the clause before it, where that is a date: 截至2021年底，
    is_last: bool = False  # of its sentence


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that a clause makes, and what its answer must hold, folded."""

    question: str
    answer: str
    wants: Wants
    place: int  # of what is asked for; the subject is named before it


@dataclass(frozen=True, slots=True)
class _Made:
    """A question with the document that answers it, and how well it is put."""

    asked: _Asked
    document: Document
    worth: int


def starters(texts: Texts, ask: Callable[[Question], Answer], visible: tuple[str, ...] | None) -> tuple[str, ...]:
    """At most `MOST` questions that `ask` answers rightly, each from another document among those visible.

    They are of different folders and ask for different kinds of things, as far as there are such.
    """
    made = list(islice(_questions(texts, visible), _ENOUGH))
    kept: list[_Made] = []
    for _ in range(ASKED):
        if len(kept) == MOST or not made:
            break
        best = min(made, key=lambda one: _behind(one, kept))
        is_kept = _is_answered(best, ask(Question(best.asked.question, filters=Filters(visible=visible))))
        kept += [best] if is_kept else []
        made = [one for one in made if not _is_had(one, best, is_kept)]
    return tuple(one.asked.question for one in kept)


def _questions(texts: Texts, visible: tuple[str, ...] | None) -> Iterator[_Made]:
    documents = [document for document in texts.documents if sees(visible, document.source)]
    most = max(_LEAST, _PASSAGES // min(len(documents), _DOCUMENTS)) if documents else 0
    for document in _spread(documents, _DOCUMENTS):
        made = list(_of_document(document, texts.passages_of(document.id, most)))
        yield from sorted(made, key=lambda one: -one.worth)[:_OF_ONE]


def _spread(documents: Sequence[Document], most: int) -> Iterator[Document]:
    """At most so many documents, each once, the first few of them already spread over all.

    Steps of the golden ratio, round and round, never fall close to where they fell before.
    """
    count = len(documents)
    step = next((step for step in range(round(0.618 * count), count) if gcd(step, count) == 1), 1)
    return (documents[i * step % count] for i in range(min(count, most)))


def _behind(one: _Made, kept: Sequence[_Made]) -> tuple[bool, int, int]:
    """What puts a question behind others: its folder was had, its kind was had, little worth."""
    folders = {_folder(other.document) for other in kept}
    had = sum(other.asked.wants is one.asked.wants for other in kept)
    return _folder(one.document) in folders, had, -one.worth


def _is_had(one: _Made, best: _Made, is_kept: bool) -> bool:
    """Whether a question was asked just now, or its document has been given its one."""
    return one.asked.question == best.asked.question or (is_kept and one.document == best.document)


def _folder(document: Document) -> str:
    return document.source.rpartition("/")[0]


def _is_answered(made: _Made, answer: Answer) -> bool:
    return (
        answer.status is Status.ANSWERED
        and answer.confidence >= _SURE
        and made.asked.answer in fold(answer.answer or "")
        and answer.citations[0].document.id == made.document.id
    )


def _of_document(document: Document, passages: Sequence[tuple[Passage, str]]) -> Iterator[_Made]:
    """The questions that the clauses of a document make; a table's rows make none."""
    views = [(view(text, passage), passage.names) for passage, text in passages]
    subject = _subject(document.title, [(told.text, name) for told, names in views for name in names])
    for told, names in views:
        for clause in _clauses(told.text, names) if not told.cells else ():
            clause = _said_of(subject, document.title, clause)
            asked = _question(clause) if _stands_alone(clause) else None
            if asked:
                opening = {name.kind for name in clause.names if name.start == 0}
                yield _Made(asked, document, len(opening) + len(opening & _OWN_NAMES))


def _subject(title: str, names: Sequence[tuple[str, Name]]) -> str:
    """The place or the organisation that a title begins with; empty where it begins with none."""
    city = _CITY.match(title)
    told = {text[name.start : name.end] for text, name in names if name.kind in _OWN_NAMES}
    return max((name for name in told if title.startswith(name)), key=len, default=city["name"] if city else "")


def _clauses(text: str, names: Sequence[Name]) -> Iterator[_Clause]:
    """The first clause of each sentence, after who says so and with when it was, and those that sum up."""
    folded = fold(text)
    for sentence in sentences(text):
        inside = clauses(folded, *sentence)
        if inside and _WHO_SAYS.fullmatch(folded[slice(*inside[0])]):
            yield _clause(text, folded, names, inside[0])  # who holds a role, perhaps
            inside = inside[1:]
        when = ""
        if len(inside) > 1 and _is_date(folded[slice(*inside[0])]):
            when, inside = text[slice(*inside[0])], inside[1:]
        for place, (start, end) in enumerate(inside):
            if folded[end - 1] in ",。" and (place == 0 or _IN_ALL.match(folded, start, end)):
                yield _clause(text, folded, names, (start, end), when if place == 0 else "")


def _clause(text: str, folded: str, names: Sequence[Name], span: Span, when: str = "") -> _Clause:
    """A clause without the mark that ends it."""
    start, end = span
    own = tuple(_moved(name, -start) for name in names if start <= name.start and name.end < end)
    return _Clause(text[start : end - 1], folded[start : end - 1], own, when, folded[end - 1] == "。")


def _is_date(clause: str) -> bool:
    """Whether a clause is a date and no more: 截至2021年底."""
    match = _WHEN.fullmatch(clause)
    date = match["date"] if match else ""
    values = [(value.kind, value.start, value.end) for value in find_values(date)]
    return values == [(Kind.DATE, 0, len(date))]


def _said_of(subject: str, title: str, clause: _Clause) -> _Clause:
    """The clause with the subject that its document says it of: 梅埠县种植户 for 全县种植户, 某某博物馆 for 本馆.

    A clause that names nothing is said of the one before the colon of a title such as 包头：一年见成效.
    """
    if not subject:
        return clause
    is_colon = title[len(subject) :][:1] in {"：", ":"}
    general = _GENERAL.match(clause.folded)
    if general and (is_colon or fold(subject).endswith(general.group()[-1])):
        cut = general.end()
    elif is_colon and (_IN_ALL.match(clause.folded) or not (clause.names or _LEANS.match(clause.folded))):
        cut = 0
    else:
        return clause
    own = Name(0, len(subject), NameKind.ORGANISATION)
    moved = (_moved(name, len(subject) - cut) for name in clause.names if name.start >= cut)
    text = subject + clause.text[cut:]
    return _Clause(text, fold(text), (own, *moved), clause.when, clause.is_last)


def _moved(name: Name, by: int) -> Name:
    return Name(name.start + by, name.end + by, name.kind)


def _stands_alone(clause: _Clause) -> bool:
    """Whether nothing in a clause leans on what stands before it, or on the day that it was written."""
    folded = clause.folded
    return not (
        any(pattern.match(folded) for pattern in (_LEANS, _IN_ALL))
        or any(pattern.search(folded) for pattern in (_DATELESS, _GRIM, _MARKS))
        or is_masked(clause.when + folded)
    )


def _question(clause: _Clause) -> _Asked | None:
    """The question that a clause makes, if it makes one that names its subject and is neither short nor long."""
    is_person_named = any(name.kind is NameKind.PERSON for name in clause.names)
    if not (is_person_named or re.search(r"\d", clause.when + clause.folded)):
        return None  # cutting into words is slow
    words = tagged_words(clause.folded)
    is_named = any(name.start == 0 and name.kind in _OWN_NAMES for name in clause.names)
    if not words or not (is_named or words[0][1][0] in _LEADS) or any(word in _LEANING for word, _, _ in words):
        return None
    asked = _figure(clause, words) or _day(clause) or _bearer(clause, words)
    if asked is None or _HANGS.search(asked.question) or not any(_is_subject(name, asked) for name in clause.names):
        return None
    question = _GAP.sub("", asked.question) + "？"
    return replace(asked, question=question) if _SHORTEST <= len(question) <= _LONGEST else None


def _is_subject(name: Name, asked: _Asked) -> bool:
    return name.kind is not NameKind.TIME and name.end - name.start > 1 and name.end <= asked.place


def _figure(clause: _Clause, words: Sequence[_Word]) -> _Asked | None:
    """Asks for the one figure that a clause tells; one that is of a period is told with the year."""
    values = _values(clause)
    figures = [value for value in values if value.kind is not Kind.DATE]
    dates = [clause.folded[value.start : value.end] for value in values if value.kind is Kind.DATE]
    dates += [clause.when] if clause.when else []
    if len(figures) != 1 or len(dates) > 1 or not all(map(_YEAR.search, dates)):
        return None
    (value,) = figures
    digit = re.search(r"\d", clause.folded[value.start : value.end])
    word = _how_many(clause, value)
    if not digit or not word or not _is_told(value, words) or (not dates and _OF_PERIOD.search(clause.folded)):
        return None
    question = clause.when + clause.text[: value.start] + word + clause.text[value.end :]
    answer = clause.folded[value.start + digit.start() : value.end]
    return _Asked(question, answer, Wants(value.kind.value), value.start)


def _values(clause: _Clause) -> list[ValueSpan]:
    """The values that a clause tells; none that is a part of a name, such as 第二小学."""
    own = [name for name in clause.names if name.kind is not NameKind.TIME]
    return [
        value
        for value in find_values(clause.folded)
        if value.kind is not Kind.RANK and not any(name.start <= value.start and value.end <= name.end for name in own)
    ]


def _how_many(clause: _Clause, value: ValueSpan) -> str:
    """What asks for a figure, with its unit as the text writes it; empty where it numbers and counts nothing."""
    said, before = clause.folded[value.start : value.end], clause.folded[: value.start]
    if value.unit in _LABELS | {""} or value.bounds or value.number == 1 or not said.endswith(value.unit):
        return ""
    if value.kind is Kind.SHARE:
        return "多少" if value.unit == "%" and _RATE.search(before) else ""
    unit = value.unit.removeprefix("万")
    return "多少" + clause.text[value.end - len(unit) : value.end] if before[-1:] not in set("多少等") else ""


def _is_told(value: ValueSpan, words: Sequence[_Word]) -> bool:
    """Whether a figure stands where a clause tells it: 共有792名职工, 投资3亿元, 破获案件537起; not in 2岁女童."""
    before = [(word, tag) for word, tag, place in words if place < value.start]
    after = [tag for _, tag, place in words if place >= value.end]
    verbs = [place for place, (word, tag) in enumerate(before) if tag == "v" or word in _COPULAS]
    nouns = [place for place, (_, tag) in enumerate(before) if place > 0 and tag in {"n", "vn", "l"}]
    if value.kind is Kind.MONEY and not after and _FEE.search("".join(word for word, _ in before)):
        return True
    if not verbs:
        return False
    if verbs[-1] == len(before) - 1:  # right before the figure
        return _NOUNS.issuperset(after) and (value.kind is Kind.COUNT if after else bool(nouns) or value.unit == "元")
    return not after and value.kind is Kind.COUNT and nouns[-1:] == [len(before) - 1]


def _day(clause: _Clause) -> _Asked | None:
    """Asks for the day or the year of what was done: 成立于2001年, or 11月20日，柑橘节开幕."""
    values = _values(clause)
    day = _ON_DAY.match(fold(clause.when))
    if day and not values and clause.is_last and _EVENT.search(clause.folded):
        return _Asked(f"{clause.text}是哪一天", day.group(), Wants.DATE, len(clause.text))
    if clause.when or len(values) != 1 or not clause.folded[: values[0].start].endswith("于"):
        return None
    (value,) = values
    said = clause.folded[value.start : value.end]
    word = "哪一年" if _YEAR.fullmatch(said) else "哪一天" if _ON_DAY.fullmatch(said) else ""
    question = clause.text[: value.start] + word + clause.text[value.end :]
    return _Asked(question, said, Wants.DATE, value.start) if word else None


def _bearer(clause: _Clause, words: Sequence[_Word]) -> _Asked | None:
    """Asks for the one person of a clause that tells no figure: named behind a role, behind 是, or behind 由."""
    persons = [name for name in clause.names if name.kind is NameKind.PERSON]
    if len(persons) != 1 or clause.when or _values(clause):
        return None
    (name,) = persons
    before, said = clause.folded[: name.start], clause.folded[name.start : name.end]
    who = "誰" if _is_traditional(clause) else "谁"
    bearer = _BEARER.search(before)
    if _ROLE.fullmatch(before) and not any(tag in _NO_NOUNS for _, tag, place in words if place < name.start):
        question = f"{clause.text[: name.start]}是{who}"
    elif bearer and name.end == len(clause.text):
        question = clause.text[: bearer.end("is")] + who
    elif before.endswith("由"):
        question = clause.text[: name.start] + who + clause.text[name.end :]
    else:
        return None
    return _Asked(question, said, Wants.PERSON, name.start)


def _is_traditional(clause: _Clause) -> bool:
    return any(own != folded and has_cjk(own) for own, folded in zip(clause.text, clause.folded, strict=True))
