"""A question that asks several things is taken as so many questions; one that asks one thing stands as it is."""

from __future__ import annotations

import pytest

from bot.several import parts

SUBJECTS = [
    ("2022年上海和重庆的失业率", ["2022年上海的失业率", "2022年重庆的失业率"]),
    ("2022年苏州和无锡人均收入", ["2022年苏州人均收入", "2022年无锡人均收入"]),
    ("包头、赤峰分别有多少名网格员？", ["包头有多少名网格员？", "赤峰有多少名网格员？"]),
    ("去年武汉与长沙的用电量分别是多少", ["去年武汉的用电量是多少", "去年长沙的用电量是多少"]),
    ("上半年，云南和贵州财政收入增长了多少", ["上半年，云南财政收入增长了多少", "上半年，贵州财政收入增长了多少"]),
    ("《河灯》和《远山》的票房", ["《河灯》的票房", "《远山》的票房"]),
    ("市运会男单和女单冠军是谁？", ["市运会男单冠军是谁？", "市运会女单冠军是谁？"]),
    ("市运会女子和男子跳远冠军分别是谁", ["市运会女子跳远冠军是谁", "市运会男子跳远冠军是谁"]),
    ("市运会男女双打冠军", ["市运会男子双打冠军", "市运会女子双打冠军"]),
    ("刑事案件和治安案件分别下降了多少", ["刑事案件下降了多少", "治安案件下降了多少"]),
    ("养老金和公积金缴费人数分别是多少", ["养老金缴费人数是多少", "公积金缴费人数是多少"]),
    ("谁当选苏州市市长和无锡市市长？", ["谁当选苏州市市长？", "谁当选无锡市市长？"]),
    ("上海、北京和广州2022年的客流量", ["上海2022年的客流量", "北京2022年的客流量", "广州2022年的客流量"]),
]
PERIODS = [
    ("云汀油田2020年和2021年的产量分别是多少？", ["云汀油田2020年的产量是多少？", "云汀油田2021年的产量是多少？"]),
    ("2020和2021年中考人数", ["2020年中考人数", "2021年中考人数"]),
    ("2023年3月和4月的用电量是多少", ["2023年3月的用电量是多少", "2023年4月的用电量是多少"]),
    ("今年上半年和下半年的招聘人数", ["今年上半年的招聘人数", "今年下半年的招聘人数"]),
    ("2020年、2021年和2022年的降雨量", ["2020年的降雨量", "2021年的降雨量", "2022年的降雨量"]),
    ("公司2022年前两季度利润分别是多少", ["公司2022年第一季度利润是多少", "公司2022年第二季度利润是多少"]),
]
MEASURES = [
    ("《河灯》的编剧和主演是谁？", ["《河灯》的编剧是谁？", "《河灯》的主演是谁？"]),
    ("纪录片《河灯》的导演和编剧分别是谁", ["纪录片《河灯》的导演是谁", "纪录片《河灯》的编剧是谁"]),
    ("本市2022年的出生率和死亡率是多少？", ["本市2022年的出生率是多少？", "本市2022年的死亡率是多少？"]),
    ("夏令营的开始和结束时间是什么时候？", ["夏令营的开始时间是什么时候？", "夏令营的结束时间是什么时候？"]),
    ("业主大会的时间和地点", ["业主大会的时间", "业主大会的地点"]),
    ("业主委员会选举时间及结果", ["业主委员会选举时间", "业主委员会选举结果"]),
    ("这款相机的发布时间和传感器？", ["这款相机的发布时间？", "这款相机的传感器？"]),
    ("合同金额和工期分别是多少", ["合同金额是多少", "合同工期是多少"]),
    ("公司董事长和总经理是谁", ["公司董事长是谁", "公司总经理是谁"]),
    ("食堂的开放时间和电话是多少", ["食堂的开放时间是多少", "食堂的电话是多少"]),
]
CLAUSES = [
    ("《河灯》是什么题材的电影？它的导演是谁？", ["《河灯》是什么题材的电影？", "《河灯》的导演是谁？"]),
    ("手机的处理器是什么，售价多少", ["手机的处理器是什么", "手机的售价多少"]),
    ("《河灯》的主演有谁，导演是谁？", ["《河灯》的主演有谁", "《河灯》的导演是谁？"]),
    ("会议在哪里召开？什么时候召开？", ["会议在哪里召开？", "会议什么时候召开？"]),
    ("苏州有多少人口？无锡有多少人口？", ["苏州有多少人口？", "无锡有多少人口？"]),
    ("鄂尔多斯破获了多少起案件，返还了多少钱？", ["鄂尔多斯破获了多少起案件", "鄂尔多斯返还了多少钱？"]),
]
BOTH = [
    (
        "2020年和2021年苏州和无锡的失业率",
        ["2020年苏州的失业率", "2021年苏州的失业率", "2020年无锡的失业率", "2021年无锡的失业率"],
    ),
]
ONE_THING = [
    "苏州和无锡的失业率总和是多少",
    "苏州和无锡一共有多少人口",
    "苏州和无锡相差多少人",
    "苏州与无锡的关系是什么",
    "苏州和无锡哪个大",
    "苏州和无锡联合举办的展会叫什么",
    "苏州和无锡的高铁票价",
    "苏州和无锡两市的人口是多少",
    "2021年比2020年增长了多少",
    "2022年上半年和去年同期的营收",
    "包头市和平区的面积是多少",
    "中华人民共和国的成立时间",
    "联合国的总部地址",
    "《山和海》的导演是谁",
    "“长安和平”行动的负责人是谁",
    "有多少个国家和地区参加了展会？",
    "住房和城乡建设局局长是谁",
    "绿茶的功效与作用",
    "谁要求街道和社区明确责任？",
    "张某和李某共捕获了多少只鸟？",
    "若中途离场，则多少分钟内不得入场？",
    "从什么时候开始，他担任什么职务？",
    "印度象与非洲象的分别是什么？",
    "男女双方的年龄差是多少",
    "上海、北京、广州、深圳、成都2022年的客流量分别是多少",
    "What are the population and the area of the town?",
    "和",
    "",
]


@pytest.mark.parametrize(("question", "asked"), SUBJECTS)
def test_each_subject_of_one_measure_is_asked_of(question: str, asked: list[str]) -> None:
    assert list(parts(question)) == asked


@pytest.mark.parametrize(("question", "asked"), PERIODS)
def test_each_period_is_asked_of(question: str, asked: list[str]) -> None:
    assert list(parts(question)) == asked


@pytest.mark.parametrize(("question", "asked"), MEASURES)
def test_each_measure_of_one_subject_is_asked_for(question: str, asked: list[str]) -> None:
    assert list(parts(question)) == asked


@pytest.mark.parametrize(("question", "asked"), CLAUSES)
def test_each_clause_asks_of_the_subject_of_the_first(question: str, asked: list[str]) -> None:
    assert list(parts(question)) == asked


@pytest.mark.parametrize(("question", "asked"), BOTH)
def test_periods_and_subjects_are_asked_of_crosswise(question: str, asked: list[str]) -> None:
    assert list(parts(question)) == asked


@pytest.mark.parametrize("question", ONE_THING)
def test_a_question_that_asks_one_thing_stands_as_it_is(question: str) -> None:
    assert parts(question) == (question,)


def test_a_name_of_the_dictionary_is_kept_whole() -> None:
    assert parts("云和汀的导演和编剧是谁", "云和汀 100000 nz\n") == ("云和汀的导演是谁", "云和汀的编剧是谁")


def test_what_is_too_long_for_a_question_stands_as_it_is() -> None:
    told = "苏州和无锡的失业率" * 30
    assert parts(told) == (told,)
