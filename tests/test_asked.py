"""What a question asks: the kind of answer, its unit, and the place and year it must be of."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.asked import Asked, understand
from bot.question_words import Wants

TODAY = "2023-06-01"
SIGNS = "鄂尔多斯电诈止付多少谁哪年月里的是什么为几个元%2０1**？ ,吗whoen\ud800率达到去今"


def asked(question: str, today: str = TODAY) -> Asked:
    return understand(question, today)


def terms(question: str) -> str:
    """The words the answer's surroundings should hold, joined."""
    return " ".join(term.word for term in asked(question).terms)


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("鄂尔多斯电诈止付多少", Wants.QUANTITY),
        ("止付多少　？", Wants.QUANTITY),
        ("水位多高", Wants.QUANTITY),
        ("蓄水量有多少？", Wants.QUANTITY),
        ("办公面积", Wants.QUANTITY),
        ("How many cases were solved?", Wants.QUANTITY),
        ("返还群众资金多少元", Wants.MONEY),
        ("追赃挽损多少钱？", Wants.MONEY),
        ("優待票多少錢？", Wants.MONEY),
        ("全年营收是多少", Wants.MONEY),
        ("票价", Wants.MONEY),
        ("满意度是多少", Wants.SHARE),
        ("到位率达多少", Wants.SHARE),
        ("案件线上流转率", Wants.SHARE),
        ("百分之多少的乡镇设立心理咨询室", Wants.SHARE),
        ("派出所警力占总警力的几成", Wants.SHARE),
        ("破获电信网络诈骗案件多少起", Wants.COUNT),
        ("几支乌兰牧骑", Wants.COUNT),
        ("网格员有多少人？", Wants.COUNT),
        ("館藏文物共多少件？", Wants.COUNT),
        ("参赛人数", Wants.COUNT),
        ("全市人口有多少", Wants.COUNT),
        ("刑事案件同比下降多少", Wants.CHANGE),
        ("刑事案件下降了多少？", Wants.CHANGE),
        ("连续多少年未发生重特大安全生产事故", Wants.DURATION),
        ("修复耗时多长时间", Wants.DURATION),
        ("修了多久", Wants.DURATION),
        ("how long did it take", Wants.DURATION),
        ("什么时候召开表彰大会", Wants.DATE),
        ("哪年被命名为示范市", Wants.DATE),
        ("哪一年获奖？", Wants.DATE),
        ("几号放假", Wants.DATE),
        ("何时通车", Wants.DATE),
        ("报名截止时间", Wants.DATE),
        ("when did the museum open", Wants.DATE),
        ("2020年平安建设考核排名第几", Wants.RANK),
        ("排第几名", Wants.RANK),
        ("谁是市委书记", Wants.PERSON),
        ("当天的带班领导是谁？", Wants.PERSON),
        ("记者是哪位", Wants.PERSON),
        ("Who is the director?", Wants.PERSON),
        ("表彰大会在哪里召开", Wants.PLACE),
        ("哪个城市获得长安杯", Wants.PLACE),
        ("哪些县获得称号", Wants.PLACE),
        ("开会地点", Wants.PLACE),
        ("总值班室在哪", Wants.PLACE),
        ("专车开往哪里", Wants.PLACE),
        ("where was the meeting held", Wants.PLACE),
        ("平台是哪家公司研发的", Wants.ORGANISATION),
        ("什么单位主办", Wants.ORGANISATION),
        ("智能社区平台叫什么", Wants.NAME),
        ("服务平台叫什么名字？", Wants.NAME),
        ("捧回了什么奖", Wants.NAME),
        ("被称为什么", Wants.NAME),
        ("被命名为什么称号", Wants.NAME),
        ("为什么矛盾多", Wants.REASON),
        ("什么原因导致停电", Wants.REASON),
        ("why did it fail", Wants.REASON),
        ("是否连续八年命案全破", Wants.YES_NO),
        ("五原县获奖了吗？", Wants.YES_NO),
        ("有没有班车", Wants.YES_NO),
        ("响应机制是什么", Wants.PHRASE),
        ("如何化解矛盾纠纷", Wants.PHRASE),
        ("办公电话", Wants.PHONE),
    ],
)
def test_the_words_of_a_question_tell_the_kind_of_answer(question: str, wants: Wants) -> None:
    assert asked(question).wants is wants


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("案件多少起", {"起", "件"}),
        ("多少名网格员", {"名", "人", "位"}),
        ("来了几个人", {"人", "名", "位"}),
        ("参赛人数", {"人", "名"}),
        ("館藏多少件", {"件"}),
        ("奖金多少元", {"元"}),
        ("出口多少亿美元", {"美元"}),
        ("蓄水多少亿立方米", {"立方米"}),
    ],
)
def test_a_unit_that_is_named_is_wanted_with_those_that_count_the_same(question: str, units: set[str]) -> None:
    assert units <= asked(question).units


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("案件多少起", "人"),
        ("多少名网格员", "起"),
        ("出口多少亿美元", "元"),
        ("蓄水多少立方米", "米"),
        ("多少公里", "公斤"),
    ],
)
def test_a_unit_that_counts_another_thing_is_not_wanted(question: str, unit: str) -> None:
    assert asked(question).units
    assert unit not in asked(question).units


@pytest.mark.parametrize("question", ["止付多少", "优待票多少钱", "票价", "全年销售额", "满意度是多少", "奖金"])
def test_a_question_that_names_no_unit_takes_any(question: str) -> None:
    assert asked(question).units == frozenset()


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("鄂尔多斯电诈止付多少", ("鄂尔多斯",)),
        ("鄂尔多斯市电诈止付多少", ("鄂尔多斯",)),
        ("鄂爾多斯電詐止付多少", ("鄂尔多斯",)),
        ("巴彦淖尔市刑事案件下降多少", ("巴彦淖尔",)),
        ("湖北省武汉市人口多少", ("湖北", "武汉")),
        ("包头电诈止付多少", ("包头",)),
        ("唐山电诈止付多少", ("唐山",)),
        ("岳阳电诈止付多少", ("岳阳",)),
        ("保定市刑事案件下降多少", ("保定",)),
        ("云汀市止付多少", ("云汀",)),
        ("**市止付多少", ()),
        ("全市止付多少", ()),
        ("全国有多少人", ()),
        ("连续多少年未发生重特大安全生产事故", ()),
        ("館藏文物共多少件", ()),
        ("", ()),
    ],
)
def test_the_places_a_question_names_are_told_without_their_rank(question: str, places: tuple[str, ...]) -> None:
    assert asked(question).places == places


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("2020年刑事案件下降多少", ("2020",)),
        ("２０２０年刑事案件下降多少", ("2020",)),
        ("2020年比2017年下降了多少", ("2020", "2017")),
        ("2020考核排名第几", ("2020",)),
        ("去年刑事案件下降多少", ("2022",)),
        ("今年一季度销售额", ("2023",)),
        ("本年预算", ("2023",)),
        ("前年", ("2021",)),
        ("明年的计划", ("2024",)),
        ("2021年去年", ("2021",)),
        ("花了2020元吗", ()),
        ("达到2020%吗", ()),
        ("12020年", ()),
        ("刑事案件下降多少", ()),
    ],
)
def test_the_years_a_question_names_count_from_today(question: str, years: tuple[str, ...]) -> None:
    assert asked(question).years == years


def test_today_moves_the_relative_years() -> None:
    assert asked("去年止付多少", "2021-01-01").years == ("2020",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("鄂尔多斯电诈止付多少", ["电诈", "止付"]),
        ("满意度是多少", ["满意度"]),
        ("覆盖率达到多少", ["覆盖率"]),
        ("刑事案件下降了多少", ["刑事案件", "下降"]),
        ("哪个城市获得长安杯", ["长安杯"]),
        ("优待票票价", ["优待票"]),
        ("小巷议事会是哪个镇的创新举措", ["小巷", "议事会", "创新"]),
        ("平台叫什么", ["平台"]),
        ("網格員多少人", ["网格"]),
    ],
)
def test_what_a_question_is_about_is_among_its_terms(question: str, words: list[str]) -> None:
    assert [word for word in words if word not in terms(question)] == []


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("鄂尔多斯电诈止付多少", "鄂尔多斯"),
        ("2020年止付多少", "2020"),
        ("请问止付了多少？", "请问"),
        ("止付多少？", "？"),
        ("止付多少", "多少"),
    ],
)
def test_question_words_places_and_years_are_no_terms(question: str, word: str) -> None:
    assert word not in terms(question)


def test_the_word_before_the_question_word_tells_most() -> None:
    weights = {term.word: term.local_weight for term in asked("鄂尔多斯电诈止付多少").terms}
    assert max(weights, key=weights.__getitem__) == "止付"


def test_the_name_of_a_place_or_an_organisation_may_have_to_end_as_asked() -> None:
    assert asked("哪个镇的创新举措").suffix == "镇"
    assert asked("哪家公司研发的").suffix == "公司"
    assert asked("在哪里召开").suffix == ""


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("鄂爾多斯電詐止付多少？", "鄂尔多斯电诈止付多少?"),
        ("２０２０年刑事案件下降多少", "2020年刑事案件下降多少"),
        ("  止付多少  ", "止付多少"),
        ("WHO IS THE DIRECTOR?", "who is the director?"),
    ],
)
def test_width_script_and_case_change_nothing(question: str, same: str) -> None:
    assert asked(question) == asked(same)


@given(st.text(st.sampled_from(SIGNS), max_size=20))
@settings(deadline=None)
@example("")
@example("？")
@example("\ud800")
@example("多少")
@example("为什么")
@example("率是多少")
def test_any_question_is_understood_with_its_hole_inside_it(question: str) -> None:
    understood = asked(question)
    start, end = understood.hole
    assert 0 <= start <= end <= len(understood.folded)
    assert all(term.weight > 0 and term.word for term in understood.terms)
    assert len({term.word for term in understood.terms}) == len(understood.terms)
