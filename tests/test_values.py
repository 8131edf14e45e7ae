"""Numbers, units, dates and masks: where they stand, what they measure, how much they are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text import fold
from bot.values import Kind, ValueSpan, find_values, is_masked

Told = tuple[str, str, str, str | None, bool]  # verbatim, kind, unit, number, masked


def told(text: str, value: ValueSpan) -> Told:
    number = None if value.number is None else f"{value.number:f}"
    return text[value.start : value.end], value.kind.value, value.unit, number, value.masked


def values_in(text: str) -> list[Told]:
    return [told(text, value) for value in find_values(text)]


def money(text: str, number: str | None, unit: str = "元") -> Told:
    return text, "money", unit, number, number is None


def share(text: str, number: str | None, unit: str = "%") -> Told:
    return text, "share", unit, number, number is None


def count(text: str, number: str | None, unit: str = "") -> Told:
    return text, "count", unit, number, number is None


def lasting(text: str, number: str | None, unit: str) -> Told:
    return text, "duration", unit, number, number is None


def date(text: str, masked: bool = False) -> Told:
    return text, "date", "", None, masked


def rank(text: str, number: str | None, masked: bool = False) -> Told:
    return text, "rank", "", number, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Money
        ("紧急止付涉案资金3.01亿元", [money("3.01亿元", "301000000")]),
        ("向群众返还资金800余万元，", [money("800余万元", "8000000")]),
        ("追赃挽损384.5万元", [money("384.5万元", "3845000")]),
        ("直接消费约4300万元", [money("约4300万元", "43000000")]),
        ("每盒32元", [money("32元", "32")]),
        ("二十三万元", [money("二十三万元", "230000")]),
        ("三点五亿元", [money("三点五亿元", "350000000")]),
        ("一百二十元", [money("一百二十元", "120")]),
        ("2.86万亿元", [money("2.86万亿元", "2860000000000")]),
        ("3000亿美元", [money("3000亿美元", "300000000000", "美元")]),
        ("5亿多元", [money("5亿多元", "500000000")]),
        ("１，２００元", [money("１，２００元", "1200")]),
        # Shares
        ("满意度达到98%以上", [share("98%以上", "98")]),
        ("百分之三十", [share("百分之三十", "30")]),
        ("百分之九十五点五", [share("百分之九十五点五", "95.5")]),
        ("全市100%的乡镇", [share("100%", "100")]),
        ("分别下降了34.4%和15.5%", [share("34.4%", "34.4"), share("15.5%", "15.5")]),
        ("提高3.5个百分点", [share("3.5个百分点", "3.5", "个百分点")]),
        ("增长2.3倍", [share("2.3倍", "2.3", "倍")]),
        ("六成以上", [share("六成以上", "6", "成")]),
        ("到位率达８２．１９％", [share("８２．１９％", "82.19")]),
        ("不足5%", [share("不足5%", "5")]),
        ("三分之二", [share("三分之二", "66.6667")]),
        ("半数以上", [share("半数以上", "50")]),
        ("12.5‰", [share("12.5‰", "12.5", "‰")]),
        ("比例为1:3", [("1:3", "share", "比", None, False)]),
        ("下降-3.5%", [share("-3.5%", "-3.5")]),
        ("利润-173.8万元", [money("-173.8万元", "-1738000")]),
        ("30.5元/吨", [money("30.5元/吨", "30.5")]),
        ("3亿2000万元", [money("3亿2000万元", "320000000")]),
        ("十二亿三千万元", [money("十二亿三千万元", "1230000000")]),
        ("年销售额不低于10亿元", [money("不低于10亿元", "1000000000")]),
        # Counts and measures
        ("上百人", [count("上百人", "100", "人")]),
        ("近千名", [count("近千名", "1000", "名")]),
        ("两千余", [count("两千余", "2000")]),
        ("百余家", [count("百余家", "100", "家")]),
        ("上万人", [count("上万人", "10000", "人")]),
        ("零下12℃", [count("零下12℃", "-12", "℃")]),
        ("一万二", []),
        ("一万二人", [count("一万二人", "12000", "人")]),
        ("检查436家次", [count("436家次", "436", "家次")]),
        ("报2747.62点", [count("2747.62点", "2747.62", "点")]),
        ("气压970百帕", [count("970百帕", "970", "百帕")]),
        ("约 400 余家", [count("约 400 余家", "400", "家")]),
        ("合理划分网格5780个", [count("5780个", "5780", "个")]),
        ("合同总额1,100.9亿", [count("1,100.9亿", "110090000000")]),
        ("案件537起", [count("537起", "537", "起")]),
        ("共44支“乌兰牧骑”", [count("44支", "44", "支")]),
        ("792人的心理服务队伍", [count("792人", "792", "人")]),
        ("约１.３１億立方米", [count("约１.３１億立方米", "131000000", "立方米")]),
        ("約１.３１億立方米", [count("約１.３１億立方米", "131000000", "立方米")]),
        ("15億立方米", [count("15億立方米", "1500000000", "立方米")]),
        ("两千零五人", [count("两千零五人", "2005", "人")]),
        ("一千多件", [count("一千多件", "1000", "件")]),
        ("10多万人", [count("10多万人", "100000", "人")]),
        ("十余人", [count("十余人", "10", "人")]),
        ("5万多平方米", [count("5万多平方米", "50000", "平方米")]),
        ("内线8206", [count("8206", "8206")]),
        ("***件****人", [count("***件", None, "件"), count("****人", None, "人")]),
        # Durations
        ("历时十六年", [lasting("十六年", "16", "年")]),
        ("连续16年未发生", [lasting("16年", "16", "年")]),
        ("耗时14個月", [lasting("14個月", "14", "个月")]),
        ("10年以上", [lasting("10年以上", "10", "年")]),
        ("一年半", [lasting("一年半", "1.5", "年")]),
        ("两个半小时", [lasting("两个半小时", "2.5", "个小时")]),
        ("3个多月", [lasting("3个多月", "3", "个月")]),
        ("102周年", [lasting("102周年", "102", "周年")]),
        # Dates and times
        ("2019年5月", [date("2019年5月")]),
        ("2021年12月15日,平安中国", [date("2021年12月15日")]),
        ("二〇二一年", [date("二〇二一年")]),
        ("2023-01-06", [date("2023-01-06")]),
        ("请于3月31日17时前", [date("3月31日17时")]),
        ("上午9時至下午5時", [date("上午9時"), date("下午5時")]),
        ("公元前221年", [date("公元前221年")]),
        ("20世纪80年代", [date("20世纪80年代")]),
        ("2020年比2017年", [date("2020年"), date("2017年")]),
        ("1—6月", [date("1—6月")]),
        ("2022 年 8 月 6 日", [date("2022 年 8 月 6 日")]),
        ("二○二二年", [date("二○二二年")]),
        ("2019、2020年", [date("2019"), date("2020年")]),
        ("2023年上半年", [date("2023年上半年")]),
        ("2024年第四季度", [date("2024年第四季度")]),
        ("2021—2023", [date("2021—2023")]),
        ("2023-06", [date("2023-06")]),
        ("晚七点多", [date("晚七点多")]),
        ("14:30", [date("14:30")]),
        # Ranks
        ("考核位列全区第一", [rank("全区第一", "1")]),
        ("全国第一", [rank("全国第一", "1")]),
        ("排名第3名", [rank("第3名", "3")]),
        ("第十九届", [rank("第十九届", "19")]),
        ("中国第13次科考", [rank("第13次", "13")]),
        ("5A级景区", [rank("5A级", None)]),
        # Masked values keep unit, hedge and affix
        ("紧急止付涉案资金*.**亿元", [money("*.**亿元", None)]),
        ("返还资金***余万元", [money("***余万元", None)]),
        ("资产**.*亿元", [money("**.*亿元", None)]),
        ("××万元", [money("××万元", None)]),
        ("xx元", [money("xx元", None)]),
        ("ＸＸ亿元", [money("ＸＸ亿元", None)]),
        ("案件***起", [count("***起", None, "起")]),
        ("■起", [count("■起", None, "起")]),
        ("走访企业*****余人次", [count("*****余人次", None, "人次")]),
        ("每**万人命案起数", [count("**万人", None, "人")]),
        ("****年**月**日", [date("****年**月**日", masked=True)]),
        ("**县****年获得", [date("****年", masked=True)]),
        ("位列全省第*位", [rank("全省第*位", None, masked=True)]),
        ("连续*年命案全破", [lasting("*年", None, "年")]),
        (
            "从不足**%分别提升至***%、**%、**%",
            [share("不足**%", None), share("***%", None), share("**%", None), share("**%", None)],
        ),
        ("连续**年未发生事故", [lasting("**年", None, "年")]),
        ("****、****年考核", [date("****", masked=True), date("****年", masked=True)]),
        ("20**年", [date("20**年", masked=True)]),
        ("上世纪**诞生", [date("上世纪**", masked=True)]),
        ("1**人", [count("1**人", None, "人")]),
        ("3*.5%", [share("3*.5%", None)]),
        ("*.**万名", [count("*.**万名", None, "名")]),
        ("律师比由*.*提升到*.*", [count("*.*", None), count("*.*", None)]),
        ("**.*%", [share("**.*%", None)]),
        ("×月×日", [date("×月×日", masked=True)]),
        # What is no mask
        ("面积3×5米", [count("5米", "5", "米")]),
        ("总额**3.5亿元**", [money("3.5亿元", "350000000")]),
        ("荣获“**杯”", []),
        ("写在**人每天的笑容里", []),
        ("是**对平安的追求", []),
        # Words that only look like numbers
        ("进一步推进数字化，下一步一起来", []),
        ("“四个全面”和“三个必须”", []),
        ("“五位一体”，一把手，一张网", []),
        ("担任第一书记，第一时间赶到", []),
        ("三农、一带一路、四川、万一、十分、一些", []),
        ("一审二审，二次供水，四处走", []),
        ("PS5、T800、5G、iPhone 14", []),
        ("3、推进工作", []),
        ("9·11事件", []),
        ("车牌鲁UTQ**3号", []),
        ("G60高速，B26型，月球-25", []),
        ("2023款新车", [date("2023")]),
        ("（605122）", []),
        ("世界500强，95后", []),
        ("死亡人数分别上升", []),
        ("三星、六安、万州、百度", []),
        ("一定要做好", []),
        ("大家就是一家人", []),
        ("百姓安居", []),
        ("建立“*+*+N”总体方案", []),
        ("推进“5G+智慧矿山”建设", []),
        ("一个平台，一名记者，一件好事", []),
        ("万一十全十美", []),
        ("谢某某", []),
        ("**市坚决贯彻", []),
        ("打造平安**", []),
        ("https://xxx.com", []),
        ("", []),
    ],
)
def test_values_are_found_where_they_stand_with_kind_unit_and_number(text: str, expected: list[Told]) -> None:
    assert values_in(text) == expected


@pytest.mark.parametrize(
    ("text", "verbatim", "kind"),
    [
        ("参加的一万二千人", "一万二千人", Kind.COUNT),
        ("三分之一的村", "三分之一", Kind.SHARE),
        ("最低气温-5℃", "-5℃", Kind.COUNT),
        ("零下5摄氏度", "零下5摄氏度", Kind.COUNT),
        ("以2小时19分08秒夺冠", "2小时19分08秒", Kind.DURATION),
        ("耗时1小时30分钟", "1小时30分钟", Kind.DURATION),
        ("8月全市破获案件", "8月", Kind.DATE),
        ("18日夜间有雨", "18日", Kind.DATE),
        ("90年代", "90年代", Kind.DATE),
        ("1937-1945年", "1937-1945年", Kind.DATE),
        ("每人限购2盒", "2盒", Kind.COUNT),
    ],
)
def test_a_value_of_several_parts_is_not_cut_in_two(text: str, verbatim: str, kind: Kind) -> None:
    """What is cut here would be given as another value: 二千人 for 一万二千人."""
    assert [(text[value.start : value.end], value.kind) for value in find_values(text)] == [(verbatim, kind)]


def test_numbers_in_a_list_share_the_unit_of_the_last() -> None:
    """`“1、3、5分钟”响应机制`: no count of 1 and 3, whether the list is one value or three."""
    text = "建立企业、旗区级、市级应急力量“1、3、5分钟”响应机制"
    assert {(kind, unit) for _, kind, unit, _, _ in values_in(text)} == {("duration", "分钟")}
    assert text.index("1") == min(value.start for value in find_values(text))


def test_a_masked_list_of_numbers_is_masked() -> None:
    text = "应急力量“*、*、*分钟”响应机制"
    found = values_in(text)
    assert found
    assert {(kind, unit, masked) for _, kind, unit, _, masked in found} == {("duration", "分钟", True)}


@pytest.mark.parametrize("text", ["2023", "2023云汀马拉松", "１９９８"])
def test_a_year_alone_is_no_quantity(text: str) -> None:
    assert all(value.kind is Kind.DATE for value in find_values(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3.01亿元", "30100万元"),
        ("3.01亿元", "３.０１億元"),
        ("1.2万人", "12000人"),
        ("百分之三十", "30%"),
        ("十六年", "16年"),
        ("1,100.9亿", "1100.9亿"),
        ("两千零五人", "2005人"),
        ("二千三百万元", "2300万元"),
        ("十二万五千户", "125000户"),
        ("三点五倍", "3.5倍"),
    ],
)
def test_the_same_value_written_otherwise_has_the_same_number_and_unit(one: str, other: str) -> None:
    (first,), (second,) = find_values(one), find_values(other)
    assert first.number is not None
    assert (first.kind, first.unit, first.number) == (second.kind, second.unit, second.number)


@pytest.mark.parametrize(("text", "number"), [("5至10名", None), ("5~10人", None), ("数十人", None), ("几百人", None)])
def test_a_range_and_a_vague_number_are_found_without_a_number(text: str, number: Decimal | None) -> None:
    (value,) = find_values(text)
    assert (value.start, value.end, value.number, value.masked) == (0, len(text), number, False)


@pytest.mark.parametrize(
    ("text", "kind", "unit", "low", "high"),
    [
        ("3至5年", Kind.DURATION, "年", "3", "5"),
        ("9-11级", Kind.COUNT, "级", "9", "11"),
        ("3000元至5000元", Kind.MONEY, "元", "3000", "5000"),
        ("3-5万元", Kind.MONEY, "元", "30000", "50000"),
        ("5000万至1亿元", Kind.MONEY, "元", "50000000", "100000000"),
        ("5000至1万人", Kind.COUNT, "人", "5000", "10000"),
        ("3%~5%", Kind.SHARE, "%", "3", "5"),
        ("十五六人", Kind.COUNT, "人", "15", "16"),
        ("三四十个", Kind.COUNT, "个", "30", "40"),
        ("七八次", Kind.COUNT, "次", "7", "8"),
    ],
)
def test_a_range_is_one_value_with_two_bounds(text: str, kind: Kind, unit: str, low: str, high: str) -> None:
    (value,) = find_values(text)
    assert (value.start, value.end, value.kind, value.unit, value.number) == (0, len(text), kind, unit, None)
    assert value.bounds == (Decimal(low), Decimal(high))


def test_a_change_from_one_value_to_another_is_no_range() -> None:
    assert [(value.number, value.bounds) for value in find_values("从20%到98%")] == [
        (Decimal(20), None),
        (Decimal(98), None),
    ]


def test_only_the_stretch_asked_for_is_searched() -> None:
    text = "537起，3.01亿元，800余万元"
    assert [text[v.start : v.end] for v in find_values(text, 5, 11)] == ["3.01亿元"]
    assert find_values(text, 4, 5) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*.**亿元", True),
        ("**市", True),
        ("××", True),
        ("■", True),
        ("xx", True),
        ("ＸＸ", False),  # folded before it is asked
        ("x", False),
        ("某某", False),
        ("3×5", False),
        ("二○二二年", False),
        ("**重点**", False),
        ("**3.5亿元**", False),
        ("**县**", True),
        ("**县****年", True),
        ("3.01亿元", False),
        ("", False),
    ],
)
def test_asterisks_crosses_and_boxes_mask(text: str, expected: bool) -> None:
    assert is_masked(text) is expected


PIECES = st.sampled_from(
    [
        *"0123456789.,%亿万千百十元起人年月日个第约余多至-*×■年0% 　，。；、“”",
        *"一二三两零半数几点分之时上下成倍率",
        *(
            "3.01亿元 98%以上 800余万元 **万人 2019年5月 百分之 ****年 第一 １.３１億 5G 分钟 2020年 *.** 个月 "
            "小时 立方米 人次 近 超过 xx 至 增长 全省 世纪"
        ).split(),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@given(TEXTS, st.data())
@settings(deadline=None, max_examples=300)
def test_values_lie_in_range_in_order_and_apart(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    values = find_values(text, start, end)
    places = [place for value in values for place in (value.start, value.end)]
    assert places == sorted(places)
    assert all(start <= value.start < value.end <= end for value in values)
    told = [text[value.start : value.end] for value in values]
    assert told == [words.strip() for words in told]
    assert all(value.number is None or value.number.is_finite() for value in values)


@given(st.text(max_size=40))
@settings(deadline=None)
@example("一亿一元")
@example("²³⁴")
@example("٣٤٥%")
@example("①②③年")
@example("1" * 400 + "亿元")
@example("𝟙𝟚𝟛元")
@example("๑๒๓起")
@example("九" * 50 + "元")
@example("点点点元")
@example("半点五元")
@example("十" * 30)
@example("1,1,1,1.1.1.1元")
def test_any_text_can_be_searched_for_values(text: str) -> None:
    for value in find_values(text):
        assert 0 <= value.start < value.end <= len(text)


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_what_is_called_masked_holds_a_mask_and_no_number(text: str) -> None:
    for value in find_values(text):
        assert value.masked == is_masked(fold(text)[value.start : value.end])
        assert value.number is None or not value.masked


@given(TEXTS)
@settings(deadline=None, max_examples=300)
@example("8月至10月")
def test_a_value_cut_out_is_a_value_of_the_same_kind(text: str) -> None:
    for value in find_values(text):
        alone = text[value.start : value.end]
        if value.unit not in fold(alone) and "分之" not in alone:
            continue  # of 1、3、5分钟 the first two have their unit from the last
        assert value.kind in {again.kind for again in find_values(alone)}, alone


@pytest.mark.parametrize("text", ["*" * 5000, "一" * 5000, "1," * 3000, "十百千" * 2000, "2020年" * 1500, "x" * 5000])
def test_long_runs_are_searched_in_no_time(text: str) -> None:
    import time

    began = time.perf_counter()
    find_values(text)
    assert time.perf_counter() - began < 1
