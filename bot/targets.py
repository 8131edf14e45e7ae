"""Whether a value is a goal, a plan, a forecast or a limit set by rule, and no result. Pure."""

from __future__ import annotations

import re

from bot.text import clauses, fold
from bot.types import Span

_DONE = re.compile(
    "已|了|完成|超额|达成|兑现|提前|突破|累计|同比|环比|实际|截至|截止|目前|去年|上年|以来|曾|共(?![建享治同])|较上|比上|为止|增长率|获"
)
_AIMS = re.compile(  # these hold for the clauses that follow, too
    "力争|争取|(?<![该项此股])计划(?!单列|生育)|(?<!《)规划(?![院局处》])|(?<![模虚比])拟(?![人态定])|目标(?:是|为|值|[:：])"
    r"|(?<!从)(?<!由)到20\d\d年[底末]?[,，]?[^,，。；]{0,16}(?:达到?|实现|建成|超过?|突破|控制在|力争|基本|保持)"
)
_BY_YEAR = re.compile("到20\\d\\d年[底末]?[,，]")
_FORECASTS = re.compile(
    "确保|预计|预期(?!指数|寿命)|预测|有望|(?<![老小大名上中少主麻干健部])将(?:达|超|突破|新增|新建|建成|建设|投入|投资|实现|完成|增加|增长|下降|减少|提高|提升|于|在|会|继续|陆续|有|为|再)"
    "|(?:应当?|须|必须|要求|原则上|一般)[^,，。；]{0,12}(?:不|达|高于|低于|少于|超过|控制|保持)|不得(?:低|超|少|高|多)|(?:要|应)达到"
    "|[上下]限(?![上下]调|提高|由|以[上下])|封顶|限额|起付线|起付标准|门槛|限购|最多可|最高可|目标$|目标(?:为|是)?[约达]?$|定额(?:为|是)?$"
)
_GOAL_AFTER = re.compile("^的[^,，。；;“”和]{0,6}目标(?!任务?已|完成|实现)")
_SHARE_OF_GOAL = re.compile("(?:目标|计划|任务|预算)(?:任务|数|值|总数|总量)?的$")
_FOR_GOAL = re.compile('以[“「『"]([^”」』"]*)[”」』"](?:等)?[为作]?(?:为)?(?:工作|总|主要)?(?:目标|指标|标准|要求)')


def is_target(text: str, span: Span) -> bool:
    """Whether the value at `span` of a sentence is aimed at, planned, expected or ruled, and was not reached."""
    folded = fold(text)
    start, end = span
    if any(goal.start(1) <= start and end <= goal.end(1) for goal in _FOR_GOAL.finditer(folded)):
        return True
    spans = clauses(folded)
    place = next((i for i, clause in enumerate(spans) if clause[0] <= start < clause[1]), None)
    if place is None:
        return False
    begin = spans[place][0]
    if place and _BY_YEAR.fullmatch(folded[slice(*spans[place - 1])]):
        begin = spans[place - 1][0]
    before, after = folded[begin:start], folded[end : spans[place][1]]
    if _SHARE_OF_GOAL.search(before):
        return False
    told = [*_DONE.finditer(before), *_AIMS.finditer(before), *_FORECASTS.finditer(before)]
    last = max(told, key=lambda match: match.end(), default=None)
    if last is not None:
        return last.re is not _DONE
    if _GOAL_AFTER.search(after):
        return True
    return not _DONE.search(after) and _aimed_before(folded, spans[:place])


def _aimed_before(folded: str, earlier: list[Span]) -> bool:
    """Whether a clause before says that what follows is aimed at, and none between tells of results."""
    for start, end in reversed(earlier):
        clause = folded[start:end]
        if re.search("[。!?;；]", clause[-1:]):
            return False
        if _AIMS.search(clause):
            return not _DONE.search(clause)
        if _DONE.search(clause):
            return False
    return False
