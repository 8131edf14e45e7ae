"""Which values say the same, and which can both be true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agreement import compatible, same_value

SAME = [
    ("3.01亿元", "30100万元"),
    ("3.01亿元", "３.０１億元"),
    ("3.01亿元", "3.01 亿元"),
    ("100元", "100元人民币"),
    ("12人", "12名"),
    ("十六年", "16年"),
    ("50公斤", "50千克"),
    ("1吨", "1000公斤"),
    ("三成", "30%"),
    ("百分之三十", "30%"),
    ("1,100.9亿", "1100.9亿"),
    ("537起", "537件"),
    ("3至5年", "3-5年"),
    ("800余万元", "800多万元"),
    ("第三名", "第3名"),
    ("2019年5月", "2019 年 5 月"),
    ("二〇二二年", "2022年"),
    ("2023-01-06", "2023年1月6日"),
    ("多多评 码上生活", "多多评·码上生活"),
    ("***余万元", "***余万元"),
]
COMPATIBLE = [
    ("3亿余元", "3.01亿元"),
    ("3亿元", "3.01亿元"),
    ("800余万元", "823.5万元"),
    ("约4300万元", "4321万元"),
    ("近1000人", "986人"),
    ("98%以上", "98.6%"),
    ("超过500家", "512家"),
    ("34.4%", "34.42%"),
    ("不超过5%", "3.2%"),
    ("3至5年", "4年"),
    ("2019年5月", "2019年"),
    ("5月3日", "2019年5月3日"),
    ("2019年", "5月3日"),
    ("2023年上半年", "2023年"),
]
APART = [
    ("3.01亿元", "3.01亿美元"),
    ("3.01亿元", "3.05亿元"),
    ("537起", "538起"),
    ("2万人", "1.8万人"),
    ("15.5%", "34.4%"),
    ("15.5%", "15.5个百分点"),
    ("3亿余元", "5亿元"),
    ("近1000人", "1200人"),
    ("98%以上", "95%"),
    ("3至5年", "8年"),
    ("2019年", "2020年"),
    ("2019年5月", "2019年6月"),
    ("5月3日", "2019年5月4日"),
    ("上半年", "下半年"),
    ("第一", "第二"),
    ("30元/吨", "30元"),
    ("***万元", "800万元"),
    ("-5%", "5%"),
    ("鄂西", "鄂东"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_value_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert same_value(one, other)
    assert compatible(one, other)


@pytest.mark.parametrize(("one", "other"), COMPATIBLE)
def test_a_hedge_rounding_or_a_part_untold_is_no_conflict(one: str, other: str) -> None:
    assert not same_value(one, other)
    assert compatible(one, other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_cannot_both_be_true_is_neither_same_nor_compatible(one: str, other: str) -> None:
    assert not same_value(one, other)
    assert not compatible(one, other)


TEXTS = st.sampled_from([text for pair in [*SAME, *COMPATIBLE, *APART] for text in pair]) | st.text(max_size=12)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_agreement_goes_both_ways_and_holds_of_a_value_itself(one: str, other: str) -> None:
    assert same_value(one, one)
    assert same_value(one, other) == same_value(other, one)
    assert compatible(one, other) == compatible(other, one)
