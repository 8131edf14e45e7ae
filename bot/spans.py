"""The spans of a sentence that have the form asked for. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.asked import Asked
from bot.listed import of_item
from bot.places import NO_PLACES, PROVINCES, RANK, RANKS, SEAT
from bot.question_words import CHANGES, FALLS, RISES, Wants
from bot.targets import is_target
from bot.text import clauses
from bot.types import Name, NameKind, Span
from bot.values import Kind, ValueSpan, find_values, is_masked


@dataclass(frozen=True, slots=True)
class Proposal:
    """A span of a passage's text, and how well its form fits, from 0 to 1."""

    start: int
    end: int
    masked: bool
    shape: float
    target: bool = False  # a goal, a plan or a forecast, and no result


_VALUE_KINDS: dict[Wants, dict[Kind, float]] = {
    Wants.MONEY: {Kind.MONEY: 1.0},
    Wants.SHARE: {Kind.SHARE: 1.0},
    Wants.COUNT: {Kind.COUNT: 1.0},
    Wants.QUANTITY: {Kind.MONEY: 1.0, Kind.SHARE: 0.9, Kind.COUNT: 1.0, Kind.DURATION: 0.5},
    Wants.CHANGE: {Kind.SHARE: 1.0, Kind.MONEY: 0.6, Kind.COUNT: 0.6},
    Wants.DATE: {Kind.DATE: 1.0},
    Wants.DURATION: {Kind.DURATION: 1.0},
    Wants.RANK: {Kind.RANK: 1.0},
}
_QUOTED = re.compile(
    r"“([^“”\n]{1,40})”|「([^「」\n]{1,40})」|『([^『』\n]{1,40})』|《([^《》\n]{1,60})》|\"([^\"\n]{1,40})\""
)
_NAMED = re.compile(r"(?:叫做?|名为|名叫|称为|称作|称之为|命名为|简称|取名|是)([^，。；、,;：:\s]{2,20})")
_PRIZE = re.compile(
    "(?:获得?|荣获|夺得|赢得|取得|捧回|拿下|斩获)了?([^，。；、,;：:]{1,30}?(?:奖|奖项|冠军|亚军|季军|金牌|银牌|铜牌|称号))"
)
_ORDINAL = frozenset("号 届 期 楼 层".split())
_ANY_ENDING = frozenset("地区 国家 国 单位 部门 机构 组织 媒体".split())
_COMPANIES = frozenset("公司 集团 企业".split())
_OFFICE = re.compile(r"(?:公司|集团|[局厅委院所署部办社队会]|中心|政府|大学|学校|中学|小学|银行)$")
_DOT = re.compile("[·・•‧]|.[·・•‧]")  # with the last character before it
_ASKS_ONE_DAY = re.compile("哪一?天|何日|几号|几月")
_ASKS_DAY = re.compile("日期|哪一?天|何日|几号|几月|时间")
_ASKS_YEAR = re.compile("哪一?年(?!代)|何年|几年|year")
_YEAR = re.compile(r"\d{3,4}|[零〇一二三四五六七八九]{4}|[*×■]{2,4}年|年(?!底|初|末|中)|世纪")
_UP_TO_PLACE = re.compile("(?:[\u4e00-\u9fff]{2,8}自治[州县旗])?")  # between two places of one address
_SCOPE = re.compile("全[国省市区县球]|世界|亚洲|全行业")
_RESULTS = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE})
_NO_RESULT = 0.7  # of the form of a goal where a result is asked for, or the reverse
_UNNAMED = 0.3  # of the form of a phrase where a name is asked for
_NAMED_ITEM = 20.0  # weight of an item that the question names whole
_OTHER_UNIT = 0.6  # of the form of 32元 where 几盒 is asked
_ONE_OF = 0.3  # of the form of one value where several are asked for
_SPEAKER = re.compile(
    "(?:告诉.{0,12}记者|表示|介绍说?|透露|指出|认为|强调|获悉|了解到|[称说])$"
)  # who says what follows
_REASON = re.compile(
    "(?:因为|由于|缘于|源于|鉴于|出于|在于|原因是|原因为|原因在于|理由是|原因[:：]|(?:系|是)因|(?<![基起成死病诱原])因(?![此而素子])|"
    "为了|为(?=防止|避免|确保|便于|方便|使|保证|减少))([^,，。；;！？]{2,60}?)(?=的?原因|[,，。；;！？]|所以|而(?=被)|$)"
    "|以([^,，。；;！？]{2,40}?)为由"
)
_ERA = re.compile("世纪|年代|[朝代纪世宋唐汉明清元]$|时期|期间|年间|民国|战国|春秋|中古|上古|远古")
_BETWEEN = re.compile("[、,，]|和|与|及|以及")
_LISTED = re.compile(r"[^，。；：、,;:！？!?\n]{1,30}(?:、[^，。；：、,;:！？!?\n]{1,30})+")
_BEFORE_LIST = re.compile(
    "(?:包括|包含|分为|分别[为是]|涵盖|涉及|囊括|即|如|有|为|是|由|通过|以|[\u4e00-\u9fff]{2}了|设立了?|成立了?|推出了?)+"
)
_AFTER_LIST = re.compile("等(?!级|于)|(?:[一二两三四五六七八九十\\d]+[个类种项条家名位部])")
_HIDING = 8  # characters
EDGES = frozenset("。！？!?…；;，,：:、 \t\u3000-—·")
_PHONE = re.compile(
    r"(?<![\d.*])(?:\+86[- ]?)?[\d*]{3,12}(?:-[\d*]{3,8}){0,2}(?![\d*.%]|[年月日元人个件起户室层房号米])"
)
# The characters that foreign names are written with, for the most part.
_SOUNDS = (
    "阿埃艾爱安昂奥巴白柏班邦鲍贝本比彼毕别宾波伯博勃卜布查昌达戴丹当道德登邓迪蒂丁东杜敦多顿恩尔法凡范菲费芬丰冯佛夫弗福"
    "富盖甘冈高戈哥格根贡古瓜圭哈海汉豪赫黑亨洪侯胡华怀惠霍基吉季加嘉简杰金京居卡开凯坎康考科克肯孔库夸奎昆拉莱赖兰朗劳勒"
    "雷蕾里理利莉力立丽连良列林琳留龙娄卢鲁路露伦罗洛吕马玛迈麦曼芒毛梅门蒙孟米密闵明摩莫默姆慕穆娜纳乃奈南内尼聂宁纽努诺"
    "欧帕派潘庞培佩彭皮平珀普奇契齐恰钱乔切钦琼丘让热仁日荣茹儒瑞若撒萨塞赛桑瑟森沙莎山尚绍舍申生圣施什石史士舒斯丝松苏孙"
    "索塔泰坦汤唐陶特滕田铁廷通图托瓦万旺威薇韦维魏温文翁沃乌伍武西希锡霞夏香逊雅亚延扬耶叶伊易因英尤于约泽扎詹珍芝治朱"
    "兹子宗祖佐因"
)
_FOREIGN = re.compile(rf"[{_SOUNDS}]{{1,8}}(?:[·・•][{_SOUNDS}]{{1,8}})+")
_SURNAMED = re.compile(r"[\u4e00-\u9fff]某某?")


def propose(asked: Asked, folded: str, sentence: Span, names: Sequence[Name] = ()) -> Iterator[Proposal]:
    """The spans of a sentence of the folded text that could answer; `names` are those of the text."""
    wants = asked.wants
    names = _dotted([name for name in names if sentence[0] <= name.start and name.end <= sentence[1]], folded)
    if wants in _VALUE_KINDS:
        single = list(_values(asked, folded, sentence))
        yield from single
        if wants is Wants.DATE:
            yield from _times(asked, folded, names, single)
        elif "分别" in asked.folded:
            yield from _runs(folded, single)
    elif wants is Wants.PHONE:
        yield from _phones(folded, sentence)
    elif wants is Wants.PERSON:
        yield from _persons(asked, folded, sentence, names)
    elif wants in {Wants.PLACE, Wants.ORGANISATION, Wants.NAME}:
        named = list(
            _names(asked, folded, sentence) if wants is Wants.NAME else _proper_nouns(asked, folded, sentence, names)
        )
        yield from named or (() if asked.suffix else _described(asked, folded, sentence))
    elif wants is Wants.LIST:
        yield from enumerations(folded, sentence)
        yield from _phrases(asked, folded, sentence)
    elif wants is Wants.YES_NO:
        yield from _clauses(folded, sentence)
    elif wants is Wants.REASON:
        yield from _reasons(folded, sentence)
        yield from _clauses(folded, sentence)
    else:
        yield from _phrases(asked, folded, sentence)


def _dotted(names: Sequence[Name], folded: str) -> list[Name]:
    """The names, the parts of a foreign one that a dot parts as one: 布莱恩·|辛格."""
    whole: list[Name] = []
    for name in names:
        before = whole[-1] if whole else None
        if (
            before
            and before.kind is name.kind is NameKind.PERSON
            and _DOT.fullmatch(folded, before.end - 1, name.start)
        ):
            whole[-1] = replace(before, end=name.end)
        else:
            whole.append(name)
    return whole


def _values(asked: Asked, folded: str, sentence: Span) -> Iterator[Proposal]:
    shapes = _VALUE_KINDS[asked.wants]
    values = find_values(folded, *sentence)
    fitting = [value for value in values if value.kind in shapes and _fits(asked, value)]
    several = "分别" in asked.folded
    for value in fitting if several else of_item(folded, sentence, fitting, functools.partial(_asked_of, asked)):
        if value.kind not in shapes:
            continue  # listed with others whose kind fits
        shape = shapes[value.kind]
        start, end = value.start, value.end
        if asked.wants is Wants.DATE:
            start, end = _asked_date(asked, folded, value)
            if _ASKS_YEAR.search(asked.folded[slice(*asked.hole)]) and not _YEAR.search(folded, start, end):
                continue
            shape *= _date_shape(asked, folded[start:end])
            if not shape:
                continue
        elif not value.unit and value.kind is Kind.COUNT and not value.masked:
            shape *= 0.4
        if asked.wants is Wants.QUANTITY and value.unit and asked.folded[slice(*asked.hole)] == "几":
            shape *= 1.0 if asked.folded.startswith(value.unit, asked.hole[1]) else _OTHER_UNIT
        if asked.wants is Wants.CHANGE and not _tells_change(asked, folded[sentence[0] : start], value.kind):
            continue
        shape *= _ONE_OF if several else 1.0
        if folded[start:end] in asked.folded and not value.masked:
            continue  # what the question itself says is no answer
        scope = _SCOPE.match(folded, start, end) if asked.wants is Wants.RANK else None
        if scope and scope.group() not in asked.folded and _SCOPE.search(asked.folded):
            continue  # 亚洲第一 where 全球第几 is asked
        target = asked.wants in _RESULTS and is_target(folded[slice(*sentence)], _within(sentence, start, end))
        if asked.wants in _RESULTS and target != asked.aims:
            shape *= _NO_RESULT
        yield Proposal(start, end, value.masked, shape, target)


def _within(sentence: Span, start: int, end: int) -> Span:
    return start - sentence[0], end - sentence[0]


def _times(asked: Asked, folded: str, names: Sequence[Name], dates: Sequence[Proposal]) -> Iterator[Proposal]:
    """The times that are told without a number: 南宋, 中世纪."""
    for name in names:
        told = folded[name.start : name.end]
        dated = any(date.start < name.end and name.start < date.end for date in dates)
        if name.kind is NameKind.TIME and not dated and _ERA.search(told) and told not in asked.folded:
            yield Proposal(name.start, name.end, False, 0.4)


def _runs(folded: str, values: Sequence[Proposal]) -> Iterator[Proposal]:
    """The values that follow each other, as one: 26.5%和31.1%."""
    run: list[Proposal] = []
    for value in [*values, None]:
        if value and (not run or _BETWEEN.fullmatch(folded, run[-1].end, value.start)):
            run.append(value)
            continue
        if len(run) > 1:
            yield Proposal(run[0].start, run[-1].end, any(part.masked for part in run), run[0].shape / _ONE_OF)
        run = [value] if value else []


def _fits(asked: Asked, value: ValueSpan) -> bool:
    if value.unit in _ORDINAL and value.unit not in asked.folded:
        return False  # 3号滤池 is no quantity
    if asked.wants is Wants.COUNT and asked.units:
        return value.unit in asked.units or (value.kind is Kind.COUNT and not value.unit)
    return asked.wants is not Wants.MONEY or not asked.units or value.unit in asked.units


def _tells_change(asked: Asked, before: str, kind: Kind) -> bool:
    """Whether what stands before a value lets it be the change: a share may stand bare, a fall is no rise.

    Of another kind of value its own clause must tell of the change: 增加5.7万件.
    """
    if kind is not Kind.SHARE and not re.search(CHANGES, re.split("[,，;；:：]", before)[-1]):
        return False
    told = re.findall(CHANGES, before)
    hole = asked.folded[slice(*asked.hole)]
    rises, falls = re.search(RISES, hole), re.search(FALLS, hole)
    return not told or bool(rises) == bool(falls) or not re.fullmatch(FALLS if rises else RISES, told[-1])


def _asked_date(asked: Asked, folded: str, value: ValueSpan) -> Span:
    """The part of a date that is asked for: 哪一年 wants the year alone."""
    hole = asked.folded[slice(*asked.hole)]
    if _ASKS_YEAR.search(hole):
        year = re.match(r"[^年]*年", folded[value.start : value.end])
        if year:
            return value.start, value.start + year.end()
    return value.start, value.end


def _date_shape(asked: Asked, date: str) -> float:
    """How well a date's parts fit: a year alone tells little of a day, and without 年 it may be anything."""
    if _ASKS_DAY.search(asked.folded) and not re.search("[月日号]|\\d-\\d|/", date):
        return 0.0 if _ASKS_ONE_DAY.search(asked.folded) else 0.6
    return 0.7 if date.isdigit() else 1.0


def _asked_of(asked: Asked, item: str) -> float:
    """How much a listed item is what the question is about.

    Only its beginning is its own: what follows (案件同比 in 侵财、盗窃案件同比) may be shared by all items.
    """
    named = _NAMED_ITEM if len(item) > 1 and item in asked.folded else 0.0
    return named + sum(term.weight for term in asked.terms if item.startswith(term.word) or item in term.word)


def _phones(folded: str, sentence: Span) -> Iterator[Proposal]:
    for match in _PHONE.finditer(folded, *sentence):
        digits = sum(char.isdigit() or char == "*" for char in match.group())
        yield Proposal(*match.span(), is_masked(match.group()), 1.0 if digits > 3 else 0.6)


def _persons(asked: Asked, folded: str, sentence: Span, names: Sequence[Name]) -> Iterator[Proposal]:
    taken: list[Span] = []
    for pattern, shape in ((_FOREIGN, 1.0), (_SURNAMED, 0.9)):
        for match in pattern.finditer(folded, *sentence):
            taken.append(match.span())
            yield Proposal(*match.span(), False, shape)
    shapes = {NameKind.PERSON: 1.0} | ({NameKind.ORGANISATION: 0.6} if _asks_who_did(asked) else {})
    for name in names:
        words = folded[name.start : name.end]
        inside = any(begin < name.end and name.start < stop for begin, stop in taken)
        if name.kind in shapes and not inside and words not in asked.folded:
            yield Proposal(name.start, name.end, is_masked(words), shapes[name.kind])


def _asks_who_did(asked: Asked) -> bool:
    """Whether a question asks who did or got something, which may be an organisation: 由谁举办, but not 书记是谁."""
    start, end = asked.hole
    return asked.folded[start:end] == "谁" and asked.folded[end : end + 1] != "是"


def _proper_nouns(asked: Asked, folded: str, sentence: Span, names: Sequence[Name]) -> Iterator[Proposal]:
    """The places or organisations named, and what ends as the question says: with 镇 for 哪个镇."""
    if asked.suffix:
        for match in re.compile(rf"[*×■]{{1,4}}{asked.suffix}").finditer(folded, *sentence):
            yield Proposal(*match.span(), True, 1.0)
    spans = _places(asked, folded, names) if asked.wants is Wants.PLACE else _organisations(asked, folded, names)
    for start, end in dict.fromkeys(_ending(asked.suffix, folded, span) for span in spans):
        name = folded[start:end]
        shape = 0.0 if name in NO_PLACES else _ends_fitly(asked.suffix, name)
        if asked.suffix and folded[start - 1 : start] in {"在", "于", "赴", "到", "向"}:
            shape *= 0.6  # 在北京捧回: where it was, not which city did
        if shape:
            yield Proposal(start, end, is_masked(name), 0.2 if name in asked.folded else shape)


def _places(asked: Asked, folded: str, names: Sequence[Name]) -> Iterator[Span]:
    """The places named, and what the names of offices begin with (湖北省 of 湖北省体育局).

    Where no ending is asked for, those that follow each other (湖北|宜昌) as one too.
    """
    start = end = -1
    for name in names:
        if name.kind is NameKind.PLACE:
            yield name.start, name.end
            reaches = end >= 0 and _UP_TO_PLACE.fullmatch(folded, end, name.start)
            start, end = start if reaches else name.start, name.end
            if not asked.suffix:
                yield start, end
        elif name.kind is NameKind.ORGANISATION and (seat := SEAT.match(folded, name.start, name.end)):
            yield seat.span()


def _organisations(asked: Asked, folded: str, names: Sequence[Name]) -> Iterator[Span]:
    """The organisations named, with the place right before them too (荷兰|瓦尔大学); places that end as is asked."""
    for before, name in pairwise([None, *names]):
        if name and name.kind is NameKind.ORGANISATION:
            yield name.start, name.end
            if before and before.kind is NameKind.PLACE and before.end == name.start:
                yield before.start, name.end
        elif name and name.kind is NameKind.PLACE and asked.suffix and folded.endswith(asked.suffix, 0, name.end):
            yield name.start, name.end


def _ending(suffix: str, folded: str, span: Span) -> Span:
    """The part of a name that ends with the suffix, and does not reach into a place of another rank before it."""
    start, end = span
    found = folded.rfind(suffix, start, end) if suffix else -1
    if found <= start:
        return span
    if suffix in RANKS:
        start = max((rank.end() for rank in RANK.finditer(folded, start, found - 1)), default=start)
    return start, found + len(suffix)


def _ends_fitly(suffix: str, name: str) -> float:
    """How well a name's ending fits the one asked for: 1 where it has it, or none is asked for."""
    suffix = {"城市": "市", "省份": "省"}.get(suffix, suffix)
    if name.endswith(suffix) or suffix in _ANY_ENDING:
        return 1.0
    if suffix == "省":
        return 1.0 if name in PROVINCES else 0.0
    if suffix in _COMPANIES and name[-2:] in _COMPANIES:
        return 1.0
    return 0.0 if name[-1] in RANKS or _OFFICE.search(name) else 0.7


def enumerations(folded: str, sentence: Span) -> Iterator[Proposal]:
    """What is listed with 、 between, from after the verb to before 等: 法院、检察院和公安局."""
    for match in _LISTED.finditer(folded, *sentence):
        start, end = match.span()
        first = folded.index("、", start)
        for verb in _BEFORE_LIST.finditer(folded, start, first):
            start = verb.end()
        quoted = max(folded.rfind(mark, start, first) for mark in "“「『")
        if quoted >= start and not any(mark in folded[quoted:first] for mark in "”」』"):
            start = quoted + 1
        ending = _AFTER_LIST.search(folded, folded.rindex("、", start, end), end)
        start, end = _bare(folded, start, ending.start() if ending else end)
        closed = folded.find("”", start, end)
        if quoted >= 0 and closed >= 0 and "“" not in folded[start:end]:
            end = closed
        if start < end:
            yield Proposal(start, end, False, 1.0)


def _names(asked: Asked, folded: str, sentence: Span) -> Iterator[Proposal]:
    for match in _QUOTED.finditer(folded, *sentence):
        group = next(i for i in range(1, 6) if match.group(i))
        name = match.group(group)
        shape = 0.2 if name in asked.folded else 1.0
        yield Proposal(*match.span(group), is_masked(name), shape)
    for match in _NAMED.finditer(folded, *sentence):
        name = match.group(1)
        if not _QUOTED.search(folded, match.start(), min(sentence[1], match.end() + 1)) and name not in asked.folded:
            yield Proposal(*match.span(1), is_masked(name), 0.5)
    if "奖" in asked.folded[slice(*asked.hole)]:
        for match in _PRIZE.finditer(folded, *sentence):
            yield Proposal(*match.span(1), is_masked(match.group(1)), 0.8)


def _phrases(asked: Asked, folded: str, sentence: Span) -> Iterator[Proposal]:
    """Clauses, and what is left of a clause where the question's own words end or begin."""
    left, right = asked.folded[: asked.hole[0]], asked.folded[asked.hole[1] :].strip("?。 ")
    for start, end in clauses(folded, *sentence):
        start, end = _bare(folded, start, end)
        if end <= start:
            continue
        clause = folded[start:end]
        cut_left = _overlap_end(left, clause)
        cut_right = _overlap_start(right, clause, cut_left)
        inner = _bare(folded, start + cut_left, start + cut_right)
        if (cut_left or cut_right < len(clause)) and inner[1] - inner[0] >= 2:
            yield Proposal(*inner, _hides(folded[slice(*inner)]), 1.0)
        yield Proposal(start, end, _hides(clause), 0.6)


def _described(asked: Asked, folded: str, sentence: Span) -> Iterator[Proposal]:
    """What may describe a thing or a place in a sentence that names none."""
    for phrase in _phrases(asked, folded, sentence):
        yield replace(phrase, shape=_UNNAMED * phrase.shape)


def _clauses(folded: str, sentence: Span) -> Iterator[Proposal]:
    """The clauses of a sentence, each as a whole."""
    for clause in clauses(folded, *sentence):
        start, end = _bare(folded, *clause)
        if start < end and not _SPEAKER.search(folded, start, end):
            yield Proposal(start, end, _hides(folded[start:end]), 0.6)


def _reasons(folded: str, sentence: Span) -> Iterator[Proposal]:
    """What is told as a reason: after 因为, 由于, 鉴于 or 为了, and between 以 and 为由."""
    for match in _REASON.finditer(folded, *sentence):
        start, end = _bare(folded, *match.span(match.lastindex or 0))
        if start < end:
            yield Proposal(start, end, _hides(folded[start:end]), 1.0)


def _hides(phrase: str) -> bool:
    """Whether a phrase is short enough that a mask in it is what it would tell (开往**市)."""
    return is_masked(phrase) and len(phrase) <= _HIDING


def _bare(folded: str, start: int, end: int) -> Span:
    """The span without the white space and punctuation at its ends; quotation marks and brackets stay."""
    while start < end and folded[start] in EDGES:
        start += 1
    while start < end and folded[end - 1] in EDGES:
        end -= 1
    return start, end


def _overlap_end(left: str, clause: str) -> int:
    """Where, in a clause, the longest ending of what stood before the question word ends; 0 where nowhere."""
    for size in range(len(left), 1, -1):
        place = clause.find(left[-size:])
        if place >= 0:
            return place + size
    return 0


def _overlap_start(right: str, clause: str, after: int) -> int:
    """Where the longest beginning of what stood after the question word begins; the clause's end where nowhere."""
    for size in range(len(right), 1, -1):
        place = clause.find(right[:size], after)
        if place >= 0:
            return place
    return len(clause)
