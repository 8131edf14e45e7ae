"""Which values are aimed at, and which were reached."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.targets import is_target


def aimed(value: str, sentence: str) -> bool:
    start = sentence.index(value)
    return is_target(sentence, (start, start + len(value)))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("95%", "以“95%的纠纷不出街道，90%的诉求不出社区”为目标，建立三级平台。"),
        ("90%", "以“95%的纠纷不出街道，90%的诉求不出社区”为目标，建立三级平台。"),
        ("**%", "以“**%的纠纷不出街道”为工作目标，成效明显。"),
        ("30%", "力争到2025年绿化率达到30%。"),
        ("30%", "力争到2025年，绿化率达到30%，公园增至50个。"),
        ("50个", "力争到2025年，绿化率达到30%，公园增至50个。"),
        ("5万亩", "到2035年，全市造林面积达到5万亩。"),
        ("12亿元", "今年计划投资12亿元，新建泵站8座。"),
        ("8座", "今年计划投资12亿元，新建泵站8座。"),
        ("3000万元", "公司拟募集资金3000万元。"),
        ("4.5%", "预计全年增长4.5%，去年增长3%。"),
        ("98%以上", "确保群众满意度保持在98%以上。"),
        ("200所", "项目将新建200所学校。"),
        ("85%", "入学率目标为85%。"),
        ("6%左右", "实现6%左右的增长目标。"),
        ("80%", "覆盖率不得低于80%。"),
        ("60%", "比例应当不低于60%。"),
        ("5000元", "报销金额上限5000元。"),
        ("3套", "每户限购3套。"),
        ("7.8亿元", "营业收入有望达到7.8亿元。"),
        ("4%", "两名股东拟减持，比例合计不超过4%。"),
        ("2300人", "距预定目标2300人还差785人。"),
    ],
)
def test_what_is_aimed_at_planned_expected_or_ruled_is_a_target(value: str, sentence: str) -> None:
    assert aimed(value, sentence)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("95%", "目前已完成全年目标的95%。"),
        ("108%", "全年收入为年度计划的108%，超额完成目标。"),
        ("3.2亿元", "完成投资3.2亿元，超额完成年度目标。"),
        ("3%", "预计全年增长4.5%，去年增长3%。"),
        ("1200人", "计划招收1000人，实际招收1200人。"),
        ("537起", "去年破获案件537起，今年力争再降10%。"),
        ("19户", "将19户企业全部接入监测系统。"),
        ("98%", "2020年满意度达到98%。"),
        ("15.5%", "刑事案件2020年比2017年下降了15.5%。"),
        ("16年", "全市连续16年未发生重大事故。"),
        ("8个", "规划局下设8个科室。"),
        ("44支", "全市共44支队伍活跃在基层。"),
        ("9491件", "集中开展排查整治，排查化解纠纷9491件，切实将矛盾化解在基层。"),
        ("20%", "从2017年到2020年下降20%。"),
        ("7月", "7月"),
        ("120件", "按照年度计划推进。办结案件120件。"),
        ("6.5%", "圆满完成计划，同比增长6.5%。"),
    ],
)
def test_what_was_reached_is_none(value: str, sentence: str) -> None:
    assert not aimed(value, sentence)


@given(st.text(alphabet="以“”为目标，。；力争到2025年达到30%已完成将计划了", max_size=40), st.data())
def test_any_place_of_any_text_can_be_asked_of(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert is_target(text, (start, end)) in {True, False}
