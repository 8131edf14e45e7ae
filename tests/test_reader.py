"""Question and hits to spans: the best supported first, of the place and the period asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.asked import understand
from bot.evidence import presence
from bot.reader import Sheet
from bot.types import StoredDocument
from tests.corpus.handmade import TODAY, candidates_for, hits_of, stored

# Far more than a document's head, so that what is told after it is told only there.
FILLER = "平安易取，长安难得，各级各部门都要把责任扛在肩上。" * 30 + "\n"
ORDOS = (
    "严打整治电信网络诈骗，共破获电信网络诈骗案件537起，紧急止付涉案资金3.01亿元，向群众返还资金800余万元。"
    "连续8年实现命案全破；治安案件、刑事案件2020年比2017年分别下降了34.4%和15.5%。"
)


def long(text: str, about: str = "", **told: str) -> StoredDocument:
    """A document that begins with what it is about and tells `text` far below."""
    return stored(f"{about}\n{FILLER}{text}", title=about, **told)


def fitting(question: str, *documents: StoredDocument, today: str = TODAY) -> list[str]:
    """What could answer for the place and the period asked of, best first."""
    return [c.text for c in candidates_for(question, *documents, today=today) if c.place_ok and c.period_ok]


def refused(question: str, *documents: StoredDocument, today: str = TODAY) -> bool:
    """Whether there are candidates and none is of the place and the period asked of."""
    return bool(candidates_for(question, *documents, today=today)) and not fitting(question, *documents, today=today)


@pytest.mark.parametrize("document", [stored(ORDOS), long(ORDOS, "鄂尔多斯的平安")], ids=["short", "long"])
@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("电诈止付多少", "3.01亿元"),
        ("电信网络诈骗案件破获多少起", "537起"),
        ("破获电诈案件多少", "537起"),
        ("向群众返还多少资金", "800余万元"),
        ("止付涉案资金多少", "3.01亿元"),
        ("連續多少年命案全破", "8年"),
        ("刑事案件下降了多少", "15.5%"),
        ("治安案件下降了多少", "34.4%"),
    ],
)
def test_the_span_whose_clause_holds_the_words_of_the_question_is_best(document, question: str, best: str) -> None:
    assert fitting(question, document)[0] == best


@pytest.mark.parametrize(
    ("question", "text", "best"),
    [
        ("市委书记是谁", "市委书记许继伟在会议上强调，要发挥作用。记者王玉琢报道。", "许继伟"),
        ("表彰大会在哪里召开", "2021年12月15日，平安中国建设表彰大会在北京召开。", "北京"),
        ("小巷议事会是哪个镇的创新举措", "小巷议事会，是新安镇坚持党建与治理融合的创新举措。", "新安镇"),
        ("普法讲座由哪个单位举办", "鄂尔多斯市司法局举办了普法讲座。", "鄂尔多斯市司法局"),
        (
            "社区智能综合服务平台叫什么",
            "研发上线“多多评·码上生活”社区智能综合服务平台，推进“智慧社区”建设。",
            "多多评·码上生活",
        ),
        ("表彰大会什么时候召开", "2021年12月15日，平安中国建设表彰大会在北京召开。", "2021年12月15日"),
        ("哪一年召开表彰大会", "2021年12月15日，平安中国建设表彰大会在北京召开。", "2021年"),
        ("连续多少年未发生重特大安全生产事故", "近年来形势平稳，连续16年未发生重特大安全生产事故。", "16年"),
        ("平安建设考核排名第几", "2020年平安建设考核位列全区第一，满意度达到98%以上。", "全区第一"),
        ("群众满意度是多少", "2020年平安建设考核位列第一，人民群众满意度达到98%以上。", "98%以上"),
        ("优待票多少钱", "常设展免费。全票120元，優待票60元，團體每人90元。", "60元"),
        ("总值班室的内线是多少", "总值班室设在科研楼105室，内线8206，24小时有人接听。", "8206"),
        ("青团每人限购几盒", "手工青团每盒32元，每人限购2盒，4月3日起领取。", "2盒"),
        ("哪个城市捧回长安杯", "鄂尔多斯市在北京捧回“长安杯”。", "鄂尔多斯市"),
        ("侦破经济类犯罪案件多少起", "侦破经济类犯罪案件12起、电诈案件345起，及时止付6.5亿元。", "12起"),
        ("侦破电诈案件多少起", "侦破经济类犯罪案件12起、电诈案件345起，及时止付6.5亿元。", "345起"),
        ("侦办涉恶团伙案多少起", "侦办涉黑组织案11起、涉恶犯罪集团案22起、涉恶团伙案33起。", "33起"),
        ("提起公诉多少人", "刑拘犯罪嫌疑人44人，提起公诉55件66人。", "66人"),
    ],
)
def test_the_best_span_has_the_kind_asked_for(question: str, text: str, best: str) -> None:
    assert fitting(question, long(text))[0] == best


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("侵财案件同比下降多少", "26.5%"),
        ("盗窃案件同比下降多少", "31.1%"),
        ("刑事案件同比下降多少", "31.7%"),
    ],
)
def test_of_values_told_respectively_the_item_asked_of_is_best(question: str, best: str) -> None:
    assert fitting(question, long("全年刑事案件同比下降31.7%，侵财、盗窃案件同比分别下降26.5%和31.1%。"))[0] == best


def test_a_masked_value_is_a_candidate_with_its_unit_and_affixes() -> None:
    text = "共破获电信网络诈骗案件***起，紧急止付涉案资金*.**亿元，向群众返还资金***余万元。"
    best = candidates_for("向群众返还多少资金", long(text))[0]
    assert (best.text, best.masked) == ("***余万元", True)


def test_offsets_count_in_the_document() -> None:
    document = long(ORDOS, "鄂尔多斯")
    best = candidates_for("止付涉案资金多少", document)[0]
    assert document.text[best.start : best.end] == "3.01亿元"
    start, end = best.sentence
    assert document.text[start:end] == ORDOS[: ORDOS.index("。") + 1]


# Places


@pytest.mark.parametrize(
    "question",
    [
        "巴彦淖尔电诈止付多少",
        "巴彦淖尔市电诈止付多少",
        "包头市电诈止付多少",
        "包头电诈止付多少",
        "大连止付多少资金",
        "云汀市电诈止付多少",
        "杭锦后旗电诈止付多少",
        "黄梅县电诈止付多少",
    ],
)
@pytest.mark.parametrize("about", ["鄂尔多斯市的平安账本", "**市的平安账本"])
def test_a_document_without_the_place_asked_of_does_not_answer_for_it(question: str, about: str) -> None:
    assert refused(question, long("全市紧急止付电诈涉案资金3.01亿元。", about))


def test_a_place_that_only_the_first_line_names_is_what_the_document_is_about() -> None:
    document = stored(
        "多情大别山，风流看**。\n" + FILLER + "侦破经济类犯罪案件**起、电诈案件***起，及时止付资金*.*亿元。"
    )
    assert fitting("大别山那座城市侦破电诈案件多少起", document)[0] == "***起"
    assert refused("黄冈市侦破电诈案件多少起", document)


def test_an_abbreviated_province_is_the_place_asked_of_and_a_city_that_begins_like_one_is_not() -> None:
    question = "湖北省的通道管控了多少辆车"
    assert fitting(question, long("离鄂通道管控了车辆320辆。", "疫情防控")) == ["320辆"]
    assert refused(question, long("鄂尔多斯市通道管控了车辆320辆。", "疫情防控"))


def test_a_masked_city_is_no_place_that_is_named() -> None:
    assert refused("鄂尔多斯电诈止付多少", long("**市紧急止付电诈涉案资金*.**亿元。", "**市"))
    assert fitting("电诈止付多少", long("**市紧急止付电诈涉案资金*.**亿元。", "**市")) == ["*.**亿元"]


@pytest.mark.parametrize(
    "document",
    [
        long("鄂尔多斯市紧急止付电诈涉案资金3.01亿元。"),
        long("全市紧急止付电诈涉案资金3.01亿元。", "鄂尔多斯：平安账本"),
        long("全市紧急止付電詐涉案資金3.01億元。", "鄂爾多斯市公告"),
    ],
    ids=["sentence", "head", "traditional"],
)
def test_the_place_may_be_the_sentences_or_the_documents(document) -> None:
    assert fitting("鄂尔多斯电诈止付多少", document)[0] in {"3.01亿元", "3.01億元"}


@pytest.mark.parametrize(
    ("question", "best"), [("鄂尔多斯划分网格多少个", "100个"), ("巴彦淖尔划分网格多少个", "5780个")]
)
def test_the_figure_of_another_place_beside_it_does_not_answer(question: str, best: str) -> None:
    assert fitting(question, long("鄂尔多斯市划分网格100个。巴彦淖尔市划分网格5780个。"))[:1] == [best]


def test_a_place_named_beside_another_does_not_answer_for_it() -> None:
    document = long("鄂尔多斯市紧急止付电诈涉案资金3.01亿元。巴彦淖尔市划分网格5780个。")
    assert "3.01亿元" not in fitting("巴彦淖尔电诈止付多少", document)


@pytest.mark.parametrize(
    "sentence",
    [
        "鄂尔多斯市紧急止付电诈涉案资金3.01亿元。",
        "2022年，鄂尔多斯市紧急止付电诈涉案资金3.01亿元。",
        "据自治区公安厅消息，去年以来鄂尔多斯市紧急止付电诈涉案资金3.01亿元。",
    ],
)
def test_a_sentence_about_another_place_does_not_answer_for_the_documents_own(sentence: str) -> None:
    assert "3.01亿元" not in fitting("巴彦淖尔电诈止付多少", long(sentence, "巴彦淖尔：向鄂尔多斯学反诈"))


# Periods

FELL = "巴彦淖尔市刑事案件同比下降31.7%。"


@pytest.mark.parametrize(
    ("document", "year"),
    [
        (long("2022年，" + FELL), "2022"),
        (long("去年以来，" + FELL, date="2023-01-06"), "2022"),
        (long(FELL, "巴彦淖尔2022年平安公报"), "2022"),
        (long(FELL, date="2022-12-30"), "2022"),
        (long("今年上半年，" + FELL, date="2023-08-06"), "2023"),
        (long("2020年，" + FELL + "2022年，全市破获案件19起。"), "2020"),
    ],
    ids=["sentence", "last year", "title", "dated", "this year", "first of two"],
)
def test_a_figure_answers_for_its_own_year_alone(document, year: str) -> None:
    for asked in ("2019", "2020", "2021", "2022", "2023", "2024"):
        found = fitting(f"巴彦淖尔{asked}年刑事案件下降多少", document)
        assert ("31.7%" in found) is (asked == year), asked


def test_last_year_told_at_a_documents_head_is_the_year_of_all_it_tells() -> None:
    text = "去年以来，巴彦淖尔市抓平安建设。\n" + FILLER + "全年" + FELL
    document = stored(text, title="巴彦淖尔", date="2023-01-06")
    assert len(hits_of([document])) > 2
    assert refused("巴彦淖尔2023年刑事案件下降多少", document)
    assert fitting("巴彦淖尔2022年刑事案件下降多少", document) == ["31.7%"]


def test_last_year_in_a_document_without_a_date_is_no_year() -> None:
    document = long("去年以来，" + FELL)
    assert refused("巴彦淖尔2022年刑事案件下降多少", document)
    assert fitting("巴彦淖尔刑事案件下降多少", document) == ["31.7%"]


def test_last_year_in_a_question_counts_from_today() -> None:
    document = long("2022年，" + FELL)
    assert fitting("巴彦淖尔去年刑事案件下降多少", document, today="2023-05-01") == ["31.7%"]
    assert refused("巴彦淖尔去年刑事案件下降多少", document, today="2024-05-01")


def test_of_two_years_side_by_side_the_one_asked_for_answers() -> None:
    document = long("2020年，全市刑事案件下降31.7%。2022年，全市刑事案件下降10.5%。")
    assert fitting("2020年刑事案件下降多少", document) == ["31.7%"]
    assert fitting("2022年刑事案件下降多少", document) == ["10.5%"]


def test_a_comparison_of_two_years_answers_a_question_that_names_both() -> None:
    assert fitting("2020年比2017年刑事案件下降了多少", long(ORDOS))[0] == "15.5%"
    assert "15.5%" not in fitting("2021年比2018年刑事案件下降了多少", long(ORDOS))


# The rest


def test_without_hits_there_are_no_candidates() -> None:
    assert Sheet(understand("止付多少", TODAY), (), lambda _: None).candidates() == []


def test_a_document_that_is_gone_gives_no_candidates() -> None:
    assert Sheet(understand("止付多少", TODAY), hits_of([stored(ORDOS)]), lambda _: None).candidates() == []


def test_a_passage_without_a_word_of_the_question_gives_no_candidates() -> None:
    assert candidates_for("月球上有多少头大象", stored("全市破获案件537起。")) == []


@pytest.mark.parametrize(
    ("word", "text", "whole"),
    [
        ("电诈", "破获电诈案件", True),
        ("电诈", "破获电信网络诈骗案件", False),
        ("网格员", "配备网格员", True),
    ],
)
def test_a_word_counts_whole_or_as_what_it_abbreviates(word: str, text: str, whole: bool) -> None:
    assert (presence(word, text) == 1) is whole
    assert presence(word, text) > 0.5


@pytest.mark.parametrize(
    ("word", "text"), [("电诈", "刑事案件"), ("止付", "返还"), ("2020", "2002"), ("ordos", "ord os"), ("电诈", "")]
)
def test_a_word_that_is_not_there_does_not_count(word: str, text: str) -> None:
    assert presence(word, text) == 0


def test_the_best_candidate_has_the_highest_score_and_support_is_between_nothing_and_one() -> None:
    best, *others = candidates_for("电诈止付多少", stored(ORDOS))
    assert all(c.score <= best.score for c in others)
    assert all(0 <= c.evidence.support <= 1 for c in [best, *others])


DOCUMENTS = st.lists(
    st.sampled_from(
        [
            *(
                "鄂尔多斯市 **市 止付 3.01亿元 ***起 ， 。 ； 分别 34.4% 和 刑事案件 2020年 去年 电信网络诈骗 "
                "许继伟 “长安杯” 在北京 公司 一、 下降 電話 8206 😀 \ufffd"
            ).split(" "),
            *("\n", "　"),
        ]
    ),
    max_size=30,
).map("".join)
QUESTIONS = "鄂尔多斯电诈止付多少 刑事案件下降多少 谁 在哪里 叫什么 2020年下降多少 为什么 电话 多少起".split()


@given(st.sampled_from(QUESTIONS), DOCUMENTS)
@settings(deadline=None, max_examples=200)
def test_every_candidate_stands_where_it_says_best_first(question: str, text: str) -> None:
    document = stored(text, date="2021-05-05")
    found = candidates_for(question, document)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    for candidate in found:
        start, end = candidate.sentence
        assert text[candidate.start : candidate.end] == candidate.text
        assert start <= candidate.start < candidate.end <= end
        assert 0 <= candidate.evidence.support <= 1
