"""The spans of a sentence that have the form asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.asked import understand
from bot.spans import Proposal, propose
from bot.text import fold
from tests.corpus.handmade import names_in

FIGURES = "治安案件、刑事案件2020年比2017年分别下降了34.4%和15.5%。"


def proposals(question: str, sentence: str) -> list[Proposal]:
    return list(propose(understand(question, "2023-06-01"), fold(sentence), (0, len(sentence)), names_in(sentence)))


def proposed(question: str, sentence: str) -> list[str]:
    return [sentence[found.start : found.end] for found in proposals(question, sentence)]


def fittest(question: str, sentence: str) -> list[str]:
    """The spans whose form fits best."""
    found = proposals(question, sentence)
    most = max((one.shape for one in found), default=0.0)
    return [sentence[one.start : one.end] for one in found if one.shape == most]


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("止付多少钱", "破获案件537起，紧急止付涉案资金3.01亿元，返还800余万元。", ["3.01亿元", "800余万元"]),
        ("破获多少起", "破获案件537起，止付3.01亿元，打掉组织25个。", ["537起"]),
        ("破获案件多少件", "破获案件537起，止付3.01亿元。", ["537起"]),
        ("网格员有多少人", "划分网格5780个，配备专兼职网格员23700人。", ["23700人"]),
        ("满意度是百分之多少", "2020年平安建设考核位列第一，满意度达到98%以上。", ["98%以上"]),
        ("连续多少年未发生事故", "2020年，连续16年未发生重特大安全生产事故。", ["16年"]),
        ("什么时候召开", "2021年12月15日，平安中国建设表彰大会在北京召开。", ["2021年12月15日"]),
        ("哪一年召开", "2021年12月15日，平安中国建设表彰大会在北京召开。", ["2021年"]),
        ("考核排名第几", "2020年平安建设考核位列全区第一，满意度98%。", ["全区第一"]),
        ("蓄水多少立方米", "蓄水量約１.３１億立方米，水位86.4米。", ["約１.３１億立方米"]),
        ("优待票多少钱", "全票１２０元，優待票６０元。", ["１２０元", "６０元"]),
        ("出口多少亿美元", "出口30亿美元，进口200亿元。", ["30亿美元"]),
        ("总值班室内线多少", "总值班室设在科研楼105室，内线8206，24小时有人接听。", ["8206"]),
        ("多少起", "没有数字的句子。", []),
    ],
)
def test_a_number_is_proposed_where_its_kind_and_unit_are_those_asked_for(
    question: str, sentence: str, expected: list[str]
) -> None:
    assert fittest(question, sentence) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("鄂尔多斯治安案件下降了多少", FIGURES, ["34.4%"]),
        ("鄂尔多斯刑事案件下降了多少", FIGURES, ["15.5%"]),
        ("侵财案件同比下降多少", "侵财、盗窃案件同比分别下降26.5%和31.1%。", ["26.5%"]),
        ("盗窃案件同比下降多少", "侵财、盗窃案件同比分别下降26.5%和31.1%。", ["31.1%"]),
        ("甲厂生产汽车多少辆", "甲厂、乙厂、丙厂分别生产汽车120辆、340辆和560辆。", ["120辆"]),
        ("乙厂生产汽车多少辆", "甲厂、乙厂、丙厂分别生产汽车120辆、340辆和560辆。", ["340辆"]),
        ("丙厂生产汽车多少辆", "甲厂、乙厂、丙厂分别生产汽车120辆、340辆和560辆。", ["560辆"]),
        ("蔬菜产量多少吨", "粮食、蔬菜、水果产量分别为10万吨、20万吨和30万吨。", ["20万吨"]),
        ("粮食产量多少吨", "粮食、蔬菜、水果产量分别为10万吨、20万吨和30万吨。", ["10万吨"]),
        ("李明获得多少钱", "李明、王芳分别获得5万元、3万元。", ["5万元"]),
        ("王芳获得多少钱", "李明和王芳分别获得5万元和3万元。", ["3万元"]),
        ("业委会覆盖率是多少", "小区党组织、业委会、物业覆盖率从不足20%分别提升至100%、98%、95%。", ["98%"]),
        ("物业覆盖率是多少", "小区党组织、业委会、物业覆盖率从不足**%分别提升至***%、**%、*%。", ["*%"]),
        ("挽损同比上升多少", "破案、抓人、挽损同比去年分别上升****%、***%、*%。", ["*%"]),
        ("抓人同比上升多少", "破案、抓人、挽损同比去年分别上升****%、***%、*%。", ["***%"]),
        ("刑事案件下降多少", "治安案件、刑事案件****年比****年分别下降了*.*%和**.*%。", ["**.*%"]),
    ],
)
def test_respectively_gives_each_item_its_own_value(question: str, sentence: str, expected: list[str]) -> None:
    assert fittest(question, sentence) == expected


@pytest.mark.parametrize(
    "question",
    [
        "案件下降了多少",  # both are
        "火灾下降了多少",  # neither is
    ],
)
def test_respectively_gives_every_value_where_the_item_cannot_be_told(question: str) -> None:
    assert fittest(question, FIGURES) == ["34.4%", "15.5%"]


def test_respectively_with_more_items_than_values_gives_every_value() -> None:
    sentence = "治安、刑事、侵财案件分别下降34.4%和15.5%。"
    assert fittest("刑事案件下降多少", sentence) == ["34.4%", "15.5%"]


@pytest.mark.parametrize(
    ("question", "sentence", "masked"),
    [
        ("止付多少钱", "紧急止付涉案资金*.**亿元。", ["*.**亿元"]),
        ("返还多少钱", "向群众返还资金***余万元。", ["***余万元"]),
        ("多少起", "破获案件***起。", ["***起"]),
        ("刑拘多少人", "刑拘犯罪嫌疑人××人。", ["××人"]),
        ("哪年命名", "****年**市被命名为示范市。", ["****年"]),
        ("什么时候召开", "****年**月**日，大会在北京召开。", ["****年**月**日"]),
        ("满意度是多少", "满意度达到**%以上。", ["**%以上"]),
        ("连续多少年", "连续*年命案全破。", ["*年"]),
        ("排名第几", "满意度居全省第*位。", ["全省第*位"]),
        ("捧回什么奖", "捧回“**杯”。", ["**杯"]),
        ("讲座由谁举办", "中共**市委举办了讲座。", ["中共**市委"]),
        ("哪个市被授牌", "会上，**市被授牌。", ["**市"]),
        ("哪个县的居民", "**县新安镇新河社区居民刘冬红。", ["**县"]),
    ],
)
def test_a_masked_span_of_the_form_asked_for_is_proposed_as_masked(
    question: str, sentence: str, masked: list[str]
) -> None:
    found = proposals(question, sentence)
    assert [sentence[one.start : one.end] for one in found if one.masked] == masked


def test_a_mask_of_another_unit_does_not_stand_for_what_is_asked() -> None:
    assert proposed("破获多少起", "紧急止付涉案资金*.**亿元。") == []


def test_a_letter_formula_is_no_masked_number() -> None:
    assert proposed("总体方案是多少", "出台防范化解重大风险“*+*+N”总体方案。") == []


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("市委书记是谁", "市委书记许继伟在会议上强调。", "许继伟"),
        ("捐赠最多的是谁", "捐贈最多的是退休教師涂阿滿女士。", "涂阿滿"),
        ("谁提出了相对论", "大学教授阿尔伯特·爱因斯坦提出了相对论。", "阿尔伯特·爱因斯坦"),
        ("谁来信", "收到该县谢某某的来信。", "谢某某"),
        ("带班领导是谁", "当天的带班领导是副院长俞柏年。", "俞柏年"),
        ("表彰大会在哪里召开", "平安中国建设表彰大会在北京召开。", "北京"),
        ("小巷议事会是哪个镇的创新举措", "小巷议事会是新安镇坚持基层党建的创新举措。", "新安镇"),
        ("获奖的是哪个旗", "乌拉特中旗获得平安内蒙古建设示范旗县称号。", "乌拉特中旗"),
        ("讲座由哪个单位举办", "鄂尔多斯市司法局举办了讲座。", "鄂尔多斯市司法局"),
        ("讲座由谁举办", "鄂尔多斯市司法局举办了讲座。", "鄂尔多斯市司法局"),
        ("大会在哪里举行", "大会在江苏南通举行。", "江苏南通"),
        ("哪个省的队伍夺冠", "湖北省体育局的队伍夺冠。", "湖北省"),
        ("调研的是哪个镇", "调研组来到五原县天吉泰镇。", "天吉泰镇"),
        ("讲座由哪所大学举办", "讲座由云汀大学出版社举办。", "云汀大学"),
        ("设备由哪家公司供应", "设备由云汀澄岳仪器股份有限公司供应。", "云汀澄岳仪器股份有限公司"),
        ("最高奖项叫什么", "同时捧回平安建设领域的最高奖项“长安杯”。", "长安杯"),
        ("服务平台叫什么名字", "研发上线“多多评·码上生活”社区智能综合服务平台。", "多多评·码上生活"),
        ("特展叫什么", "特展「渡口百年」展期至2024年1月7日止。", "渡口百年"),
        ("条例叫什么", "颁布了《鄂尔多斯市绿色矿山建设管理条例》。", "鄂尔多斯市绿色矿山建设管理条例"),
        ("响应机制叫什么", "响应机制名为红马甲。", "红马甲"),
    ],
)
def test_a_name_is_proposed_whole_and_without_its_quotation_marks(question: str, sentence: str, expected: str) -> None:
    assert expected in fittest(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "wrong"),
    [
        ("谁研发的", "许继伟研发上线“多多评·码上生活”平台。", "多多评·码上生活"),
        ("哪个城市被命名为示范市", "鄂尔多斯市被命名为“平安中国建设示范市”。", "中国"),
        ("许继伟是谁", "市委书记许继伟在会议上强调。", "许继伟"),
        ("谁来信", "收到该县**镇**路谢某某的来信。", "路谢"),
        ("市委书记是谁", "市民政局局长在会议上强调。", "市民政局"),
        ("哪个镇夺冠", "新河社区夺冠。", "新河社区"),
        ("由哪家公司供应", "市公安局通报了供应情况。", "市公安局"),
        ("2020年下降多少", "2020年下降15.5%。", "2020年"),
    ],
)
def test_what_only_looks_like_an_answer_does_not_fit_best(question: str, sentence: str, wrong: str) -> None:
    assert wrong not in fittest(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "span"),
    [
        ("每个包包含什么", "在无连接模式下，每个包包含 完整的寻址信息。", "完整的寻址信息"),
        ("主演过什么", "主演过、《打金枝》《算粮》等。", "《打金枝》《算粮》等"),
        ("值班室设在什么楼", "- 值班室设在科研楼。", "科研楼"),
    ],
)
def test_a_phrase_has_no_white_space_and_no_punctuation_at_its_ends(question: str, sentence: str, span: str) -> None:
    assert span in proposed(question, sentence)
    assert all(text == text.strip(" 　、，：-") for text in proposed(question, sentence))


def test_a_clause_is_proposed_where_no_kind_is_told() -> None:
    sentence = "建立响应机制，提升快速处置能力。"
    assert "建立响应机制" in proposed("怎样提升处置能力", sentence)


QUESTIONS = st.sampled_from(
    (
        "止付多少 多少钱 多少起 下降多少 满意度是多少 多久 哪年 排第几 谁 在哪里 哪个县 叫什么 为什么 电话是多少 "
        "办公 哪家公司 是否"
    ).split()
)
SENTENCES = st.lists(
    st.sampled_from(
        [
            *(
                "鄂尔多斯市 **市 分别 治安案件、 刑事案件 下降了 34.4% 和 15.5% 3.01亿元 ***起 “ ” 长安杯 （ 《 》 "
                "· 许继伟 某某 2020年 ， 。 ； 公司 是 叫 8206 电话 第一 十六年 Ａ 體 - *"
            ).split(" "),
            *("　", " "),
        ]
    ),
    max_size=14,
).map("".join)


@given(QUESTIONS, SENTENCES, st.data())
@settings(deadline=None, max_examples=300)
def test_every_span_lies_inside_its_sentence_and_is_not_empty(question, text, data) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for found in propose(understand(question, "2023-06-01"), fold(text), (start, end), names_in(text)):
        assert start <= found.start < found.end <= end
        assert 0 < found.shape <= 1
        assert text[found.start : found.end].strip() == text[found.start : found.end] != ""
