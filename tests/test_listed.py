"""Which of the listed values belongs to the item that is asked of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.listed import of_item
from bot.text import fold
from bot.values import Kind, find_values


def given_for(item: str, sentence: str) -> list[str]:
    """The values given where a listed item weighs as much as it is the item asked of."""
    folded = fold(sentence)
    values = [value for value in find_values(folded) if value.kind not in {Kind.DATE, Kind.RANK}]
    chosen = of_item(folded, (0, len(folded)), values, lambda listed: 5.0 if item in listed else 0.0)
    return [sentence[value.start : value.end] for value in chosen]


FALLS = "治安案件、刑事案件2020年比2017年分别下降了34.4%和15.5%。"
HARVEST = "全市粮食、蔬菜、水果产量分别为10万吨、20万吨和30万吨。"
COVERED = "小区党组织、业委会、物业覆盖率从不足**%分别提升至***%、**%、*%。"
YEARS = "2019年、2020年、2021年结案数分别为110件、120件和130件。"


@pytest.mark.parametrize(
    ("item", "sentence", "expected"),
    [
        ("治安案件", FALLS, ["34.4%"]),
        ("刑事案件", FALLS, ["15.5%"]),
        ("粮食", HARVEST, ["10万吨"]),
        ("蔬菜", HARVEST, ["20万吨"]),
        ("水果", HARVEST, ["30万吨"]),
        ("党组织", COVERED, ["***%"]),
        ("业委会", COVERED, ["**%"]),
        ("物业", COVERED, ["*%"]),
        ("2019年", YEARS, ["110件"]),
        ("2020年", YEARS, ["120件"]),
        ("2021年", YEARS, ["130件"]),
        ("乙厂", "甲厂、乙厂和丙厂依次生产120辆、340辆、560辆。", ["340辆"]),
        ("丙", "甲、乙、丙分别为1、2和3人。", ["3人"]),
        ("乙", "甲、乙、丙分别为1、2和3人。", ["2"]),
        ("甲", "甲、乙、丙分别达到10、20、30个。", ["10"]),
        ("乙", "甲、乙、丙分别达到10、20、30个。", ["20"]),
        ("丙", "甲、乙、丙分别达到10、20、30个。", ["30个"]),
        ("货物", "货物以及服务出口分别增长3.5%、减少1.2个百分点。", ["3.5%"]),
        ("服务", "货物以及服务出口分别增长3.5%、减少1.2个百分点。", ["1.2个百分点"]),
        ("电费", "水费与电费分别为3.2元/吨与0.5元/度。", ["0.5元/度"]),
        ("工资", "工资及奖金分别占六成、四成。", ["六成"]),
        ("男生", "男生、女生，分别有120人、130人。", ["120人"]),
        ("第二组", "第一组得分高，第二组、第三组分别得80分和75分。", ["80分"]),
        ("和平区", "和平区、河西区分别新增5所和7所学校。", ["5所"]),
        ("进口", "出口、进口分别增长5%、6%，投资、消费分别增长7%、8%。", ["6%"]),
        ("消费", "出口、进口分别增长5%、6%，投资、消费分别增长7%、8%。", ["8%"]),
        ("东镇", "其中西镇3人、东镇5人、南镇8人。", ["5人"]),
        ("西镇", "其中西镇3人、东镇5人、南镇8人。", ["3人"]),
        ("南镇", "西镇3.2亩，东镇受灾5.5亩、南镇受灾8亩。", ["3.2亩", "8亩"]),
        ("刑事", "治安、刑事案件****年比****年分别下降了*.*%和**.*%。", ["**.*%"]),
    ],
)
def test_an_item_has_its_own_value(item: str, sentence: str, expected: list[str]) -> None:
    assert given_for(item, sentence) == expected


@pytest.mark.parametrize(
    ("item", "sentence", "expected"),
    [
        ("案件", FALLS, ["34.4%", "15.5%"]),  # both are
        ("火灾", FALLS, ["34.4%", "15.5%"]),  # neither is
        ("治安", "治安、刑事、侵财案件分别下降34.4%和15.5%。", ["34.4%", "15.5%"]),  # three items, two values
        ("甲", "甲、乙各3人。", ["3人"]),
        ("止付", "破获案件537起，紧急止付3.01亿元，返还800余万元。", ["537起", "3.01亿元", "800余万元"]),
        ("甲", "没有数字，分别处理。", []),
        ("甲", "甲、乙分别", []),
        ("甲", "", []),
    ],
)
def test_all_values_are_given_where_the_item_cannot_be_told(item: str, sentence: str, expected: list[str]) -> None:
    assert given_for(item, sentence) == expected


def test_values_outside_the_list_stay() -> None:
    sentence = "全年立案200件，治安、刑事案件分别下降34.4%和15.5%，满意度98%。"
    assert given_for("刑事", sentence) == ["200件", "15.5%", "98%"]


SENTENCES = st.lists(
    st.sampled_from("甲 乙 丙 分别 依次 、 和 与 ， ； 3人 5人 20% *% **% 1、2、3个 2019年 2020年 从 至 的 。".split()),
    max_size=16,
).map("".join)


@given(SENTENCES)
@settings(deadline=None, max_examples=300)
def test_what_is_given_stands_in_the_sentence_in_order_and_apart(sentence: str) -> None:
    folded = fold(sentence)
    values = find_values(folded)
    chosen = of_item(folded, (0, len(folded)), values, lambda item: float(item == "乙"))
    places = [place for value in chosen for place in (value.start, value.end)]
    assert places == sorted(places)
    assert all(0 <= value.start < value.end <= len(sentence) for value in chosen)
    assert len(chosen) <= len(values) or any("、" in sentence[value.start : value.end] for value in values)
