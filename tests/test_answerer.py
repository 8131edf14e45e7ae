"""Spans to an answer: what is said, what is quoted, and the check that lets nothing inexact out."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.composer import checked, quote_span
from bot.reader import MAX_QUOTE
from bot.rivals import value_key
from bot.text import clauses, fold
from bot.types import Answer, Citation, Reason, Status, StoredDocument, Value
from bot.values import is_masked
from tests.corpus.handmade import answer_to, candidates_for, hits_of, stored

# Far more than a document's head, so that what is told after it is told only there.
FILLER = "平安易取，长安难得，各级各部门都要把责任扛在肩上。" * 30 + "\n"
TOLD = "共破获电信网络诈骗案件537起，紧急止付涉案资金3.01亿元，向群众返还资金800余万元，高发态势得到有效遏制。"
HIDDEN = "共破获电信网络诈骗案件***起，紧急止付涉案资金*.**亿元，向群众返还资金***余万元，高发态势得到有效遏制。"
QUESTION = "鄂尔多斯电诈止付多少"


def long(text: str, document_id: str, about: str, date: str | None = None) -> StoredDocument:
    """A document that begins with what it is about and tells `text` far below."""
    return stored(f"{about}\n{FILLER}{text}", document_id, about, date)


def report(text: str = TOLD, document_id: str = "d1", date: str | None = "2022-03-18") -> StoredDocument:
    return long(text, document_id, "鄂尔多斯的平安账本", date)


REPORT = report()


def said(answer: Answer) -> tuple[str, str | None, list[str]]:
    return answer.status.value, answer.answer, [value.text for value in answer.answers]


def exact(citation: Citation, stored_document: StoredDocument) -> bool:
    """Whether a citation is what the contract says it is, told apart from the code under test."""
    text = stored_document.text
    return text[
        citation.start : citation.end
    ] == citation.quote and 0 <= citation.start <= citation.answer_start < citation.answer_end <= citation.end <= len(
        text
    )


# What is answered


def test_an_answer_is_the_span_with_the_sentence_it_stands_in() -> None:
    answer = answer_to(QUESTION, REPORT)
    (citation,) = answer.citations
    assert said(answer) == ("answered", "3.01亿元", ["3.01亿元"])
    assert answer.reason is None
    assert citation.quote == TOLD
    assert REPORT.text[citation.answer_start : citation.answer_end] == "3.01亿元"
    assert exact(citation, REPORT)
    assert citation.document == REPORT.document
    assert answer.text == f"3.01亿元。\n“{TOLD}”[1]"


def test_an_answer_in_a_short_document_is_that_of_a_long_one() -> None:
    short = stored(TOLD, title="鄂尔多斯的平安账本")
    assert answer_to(QUESTION, short).answer == "3.01亿元"


def test_an_answer_carries_the_question_and_what_it_came_from() -> None:
    answer = answer_to(QUESTION, REPORT, top_k=2)
    assert (answer.question, answer.understood, answer.index) == (QUESTION, QUESTION, "hand-made")
    assert answer.passages == hits_of([REPORT])[:2]
    assert 0 < answer.confidence < 1


def test_the_same_question_of_the_same_documents_has_the_same_answer() -> None:
    one, other = (answer_to(QUESTION, REPORT, report(HIDDEN, "d2")) for _ in range(2))
    assert one.id != other.id
    assert replace(one, id="") == replace(other, id="")


def test_a_quote_with_its_page_where_the_document_has_pages() -> None:
    place = REPORT.text.index("紧急")
    paged = replace(REPORT, page_starts=(0, place - 60, len(REPORT.text)))
    assert answer_to(QUESTION, paged).citations[0].page == 2
    assert answer_to(QUESTION, REPORT).citations[0].page is None


# What is masked


def test_a_masked_figure_is_shown_as_hidden_and_never_filled_in() -> None:
    answer = answer_to("电诈止付多少", report(HIDDEN))
    (citation,) = answer.citations
    assert said(answer) == ("masked", None, [])
    assert citation.quote == HIDDEN
    assert report(HIDDEN).text[citation.answer_start : citation.answer_end] == "*.**亿元"
    assert answer.text == f"原文隐去了这个内容。\n“{HIDDEN}”[1]"


def test_another_figure_beside_a_mask_does_not_stand_in_for_it() -> None:
    text = "紧急止付电诈涉案资金*.**亿元，向群众返还资金800余万元。"
    assert said(answer_to("电诈止付资金多少", report(text))) == ("masked", None, [])


def test_another_documents_figure_does_not_stand_in_for_a_mask() -> None:
    masked = long("**市紧急止付电诈涉案资金*.**亿元，同比上升**%。", "d1", "大别山")
    other = long("全省法院执行到位金额3.01亿元，同比上升9%。", "d2", "全省法院工作报告")
    assert said(answer_to("电诈止付涉案资金多少", masked, other)) == ("masked", None, [])


@pytest.mark.parametrize("masked_first", [True, False])
def test_a_masked_reprint_is_folded_into_its_source(masked_first: bool) -> None:
    documents = [report(), long(HIDDEN, "d2", "一座城市的平安账本")]
    answer = answer_to("电诈止付多少", *(reversed(documents) if masked_first else documents))
    assert said(answer) == ("answered", "3.01亿元", ["3.01亿元"])
    assert [citation.document.id for citation in answer.citations] == ["d1"]
    assert [copy.document.id for copy in answer.citations[0].duplicates] == ["d2"]


@pytest.mark.parametrize("masked_first", [True, False])
def test_what_one_document_masks_and_another_tells_of_the_same_event_is_told(masked_first: bool) -> None:
    told = long("2021年12月15日，平安中国建设表彰大会在北京召开。会上，多地被授牌。", "d1", "平安账本")
    masked = long("****年**月**日，平安中国建设表彰大会在北京召开，**市荣获示范市。", "d2", "一座城市")
    answer = answer_to("平安中国建设表彰大会什么时候召开", *((masked, told) if masked_first else (told, masked)))
    assert said(answer) == ("answered", "2021年12月15日", ["2021年12月15日"])


@pytest.mark.parametrize("masked_first", [True, False])
def test_a_less_supported_figure_of_another_document_never_fills_a_mask(masked_first: bool) -> None:
    masked = long("全市紧急止付电诈涉案资金*.**亿元。", "d1", "一座城市")
    other = long("全市止付，核查电诈线索若干，清点涉案资金9亿元。", "d2", "另一座城市")
    answer = answer_to("电诈止付多少", *((masked, other) if masked_first else (other, masked)))
    assert said(answer) == ("masked", None, [])


def test_a_neighbouring_figure_of_the_same_document_never_fills_a_mask() -> None:
    document = long("东区有停车位300个，西区有停车位420个，北区有停车位***个。", "d1", "停车位公示")
    assert said(answer_to("北区停车位多少个", document)) == ("masked", None, [])


# Copies and conflicts


@pytest.mark.parametrize("figure", ["3.01亿元", "30100万元", "３．０１億元"])
def test_the_same_value_told_twice_is_one_citation_that_lists_the_copy(figure: str) -> None:
    text = TOLD.replace("3.01亿元", figure)
    answer = answer_to(QUESTION, report(), report(text, "d2"))
    (citation,) = answer.citations
    (copy,) = citation.duplicates
    assert answer.status is Status.ANSWERED
    assert {citation.document.id, copy.document.id} == {"d1", "d2"}
    other = {"d1": report(), "d2": report(text, "d2")}[copy.document.id]
    assert value_key(other.text[copy.start : copy.end]) == value_key("3.01亿元")


@pytest.mark.parametrize("newest_first", [True, False])
def test_two_documents_that_disagree_are_both_shown_the_newest_first(newest_first: bool) -> None:
    old, new = report(), report(TOLD.replace("3.01亿元", "2.5亿元"), "d2", "2022-06-01")
    answer = answer_to(QUESTION, *((new, old) if newest_first else (old, new)))
    assert said(answer) == ("conflict", "2.5亿元", ["2.5亿元", "3.01亿元"])
    assert [value.citation for value in answer.answers] == [citation.n for citation in answer.citations] == [1, 2]
    assert [citation.document.id for citation in answer.citations] == ["d2", "d1"]
    assert answer.text.splitlines()[0] == "各处说法不一：2.5亿元[1]、3.01亿元[2]。"


def test_two_short_documents_that_disagree_are_a_conflict() -> None:
    one = stored("4月16日，云汀马拉松鸣枪，参赛人数为12000人。", "d1", "云汀马拉松开跑", "2023-04-16")
    other = stored("市体育局通报，云汀马拉松参赛人数为11500人，完赛率为96.2%。", "d2", "云汀马拉松盘点", "2023-04-18")
    assert said(answer_to("云汀马拉松参赛人数是多少", one, other)) == ("conflict", "11500人", ["11500人", "12000人"])


def test_three_documents_that_disagree_are_all_shown() -> None:
    documents = [
        report(TOLD.replace("3.01亿元", figure), f"d{i}", f"2022-0{i}-01")
        for i, figure in enumerate(("3.01亿元", "2.5亿元", "4亿元"), 1)
    ]
    assert said(answer_to(QUESTION, *documents))[2] == ["4亿元", "2.5亿元", "3.01亿元"]


def test_figures_of_two_years_are_no_conflict_and_the_newest_answers() -> None:
    older = long("2021年，全市接待游客1200万人次。", "d1", "鄂尔多斯公报")
    newer = long("2022年，全市接待游客1500万人次。", "d2", "鄂尔多斯公报")
    for documents in ((older, newer), (newer, older)):
        answer = answer_to("鄂尔多斯接待游客多少人次", *documents)
        assert said(answer) == ("answered", "1500万人次", ["1500万人次"])
        assert [citation.document.id for citation in answer.citations] == ["d2", "d1"]
    assert said(answer_to("鄂尔多斯2021年接待游客多少人次", older, newer))[1] == "1200万人次"


def test_figures_of_two_places_are_no_conflict() -> None:
    here = long("鄂尔多斯市划分网格100个，配备网格员200人。", "d1", "鄂尔多斯公报")
    there = long("巴彦淖尔市划分网格5780个，配备网格员23700人。", "d2", "巴彦淖尔公报")
    for question, figure in (("鄂尔多斯划分网格多少个", "100个"), ("巴彦淖尔划分网格多少个", "5780个")):
        answer = answer_to(question, here, there)
        assert said(answer) == ("answered", figure, [figure])
        assert len(answer.citations) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3.01亿元", "30100万元", True),
        ("3.01亿元", "３．０１億元", True),
        ("12000人", "1.2万人", True),
        ("16年", "十六年", True),
        ("30%", "百分之三十", True),
        ("多多评 码上生活", "多多评·码上生活", True),
        ("“长安杯”", "长安杯", True),
        ("3.01亿元", "3.1亿元", False),
        ("3亿元", "3亿美元", False),
        ("12000人", "11500人", False),
        ("长安杯", "平安杯", False),
        ("537起", "537人", False),
    ],
)
def test_values_are_compared_after_width_spaces_punctuation_and_units(one: str, other: str, same: bool) -> None:
    assert (value_key(one) == value_key(other)) is same


# What is not found


@pytest.mark.parametrize(
    ("question", "document", "reason"),
    [
        ("巴彦淖尔电诈止付多少", report(), Reason.OTHER_PLACE),
        ("包头市电诈止付多少", report(), Reason.OTHER_PLACE),
        ("包头电诈止付多少", report(), Reason.OTHER_PLACE),
        ("云汀市电诈止付多少", report(), Reason.OTHER_PLACE),
        ("鄂尔多斯电诈止付多少", long(HIDDEN, "d1", "**市的平安账本"), Reason.OTHER_PLACE),
        ("鄂尔多斯2019年电诈止付多少", report("2020年，" + TOLD), Reason.OTHER_PERIOD),
        ("鄂尔多斯2019年电诈止付多少", report(), Reason.OTHER_PERIOD),
        ("鄂尔多斯破获电诈案件多少起", report("鄂尔多斯市破获电诈案件的数目没有公布。"), Reason.KIND_MISSING),
        ("月球上有多少头大象", report(), Reason.NOTHING_CLOSE),
        ("How many elephants are there?", report(), Reason.NOTHING_CLOSE),
        ("？", report(), Reason.NOTHING_CLOSE),
    ],
)
def test_what_no_document_supports_is_not_found_with_the_reason(
    question: str, document: StoredDocument, reason: Reason
) -> None:
    answer = answer_to(question, document)
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, reason)
    assert (answer.answer, answer.answers, answer.citations) == (None, (), ())
    assert answer.passages == hits_of([document])[:5]


def test_without_any_hit_nothing_is_close() -> None:
    answer = answer_to(QUESTION)
    assert (answer.status, answer.reason, answer.passages) == (Status.NOT_FOUND, Reason.NOTHING_CLOSE, ())
    assert answer.confidence == 0


@pytest.mark.parametrize("question", ["电信诈骗案件破获多少起", "电信诈骗破获多少起", "鄂尔多斯电信诈骗破获多少起"])
@pytest.mark.parametrize("wrapped", [True, False], ids=["long", "short"])
def test_a_figure_of_another_subject_is_no_answer(question: str, wrapped: bool) -> None:
    text = "鄂尔多斯市破获刑事案件9999起。"
    document = long(text, "d1", "鄂尔多斯公报") if wrapped else stored(text, title="鄂尔多斯公报")
    assert answer_to(question, document).answer is None


@pytest.mark.parametrize(
    ("question", "text"),
    [("刑事案件下降了多少", "刑事案件同比上升15.5%。"), ("营业收入增长多少", "营业收入同比下降15.5%。")],
)
def test_a_rise_is_no_answer_to_how_far_it_fell(question: str, text: str) -> None:
    assert answer_to(question, report(text)).answer is None


def test_a_near_miss_of_the_right_place_says_that_the_period_is_another() -> None:
    """Another place's figure beside it is no reason to say that the place is not there."""
    elsewhere = long("紧急止付电诈涉案资金9亿元。", "d2", "巴彦淖尔公报", "2019-05-01")
    answer = answer_to("鄂尔多斯2019年电诈止付多少", report("2020年，" + TOLD), elsewhere)
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, Reason.OTHER_PERIOD)


# Quotes


def quoted(sentence: str, span: str, document_id: str = "d1") -> str:
    """The quote for a span of a sentence; the rest of the candidate is any one's."""
    document = stored(TOLD + "\n" + sentence, document_id)
    any_one = candidates_for("止付多少", stored(TOLD, document_id))[0]
    at = len(TOLD) + 1
    place = at + sentence.index(span)
    spans = tuple((at + begin, at + stop) for begin, stop in clauses(sentence))
    start, end = quote_span(replace(any_one, start=place, end=place + len(span), clauses=spans))
    assert at <= start <= place
    assert place + len(span) <= end <= at + len(sentence)
    return document.text[start:end]


def test_a_sentence_that_is_short_enough_is_quoted_whole() -> None:
    sentence = "为" * 59 + "，" + "止付3亿元" + "为" * 54 + "。"
    assert len(sentence) == MAX_QUOTE
    assert quoted(sentence, "3亿元") == sentence


def test_a_long_sentence_is_quoted_in_whole_clauses() -> None:
    clauses = [f"{name * 28}，" for name in "甲乙丙丁戊己"]
    sentence = "".join(clauses)[:-1] + "。"
    for i, name in enumerate("甲乙丙丁戊己"):
        quote = quoted(sentence, name * 28)
        assert len(quote) <= MAX_QUOTE
        assert quote in {"".join([*clauses[:5], clauses[5][:-1] + "。"][a : a + 4]) for a in range(3)}
        assert clauses[i][:28] in quote


def test_a_clause_that_is_too_long_is_cut_around_the_answer() -> None:
    sentence = "为" * 300 + "3.01亿元" + "了" * 300 + "。"
    quote = quoted(sentence, "3.01亿元")
    assert len(quote) == MAX_QUOTE
    assert quote.index("3.01亿元") > 30


@pytest.mark.parametrize("length", [MAX_QUOTE + 1, 400])
def test_an_answer_longer_than_a_quote_is_quoted_whole(length: int) -> None:
    assert quoted("前" * 300 + "，" + "长" * length + "，" + "后" * 300 + "。", "长" * length) == "长" * length


def test_an_answer_over_two_clauses_is_quoted_with_both() -> None:
    sentence = "前" * 100 + "，" + "甲" * 40 + "，" + "乙" * 40 + "，" + "后" * 100 + "。"
    assert quoted(sentence, "甲，乙") == "甲" * 40 + "，" + "乙" * 40 + "，"


# The check that fails closed

OTHER = report(HIDDEN, "d2")
DOCUMENTS = {"d1": REPORT, "d2": OTHER}.get


def handmade(document: StoredDocument, sentence: str, span: str, status: Status) -> Answer:
    """An answer that cites a span of a sentence, made without the code under test."""
    start = document.text.index(sentence)
    place = start + sentence.index(span)
    citation = Citation(
        1, document.document, "p1", None, start, start + len(sentence), sentence, place, place + len(span)
    )  # fmt: skip
    values = (Value(span, 1),) if status is Status.ANSWERED else ()
    return Answer(
        "a1", None, QUESTION, QUESTION, status, None, span if values else None, values, "said", 0.9, (citation,),
        hits_of([document]), 0, "g", 0,
    )  # fmt: skip


GOOD = handmade(REPORT, TOLD, "3.01亿元", Status.ANSWERED)
MASKED = handmade(OTHER, HIDDEN, "*.**亿元", Status.MASKED)
CITED = GOOD.citations[0]


def broken(**changes: object) -> Answer:
    """The good answer with its one citation changed."""
    return replace(GOOD, citations=(replace(CITED, **changes),))


def test_an_exact_answer_passes_the_check_unchanged() -> None:
    assert checked(GOOD, DOCUMENTS) is GOOD
    assert checked(MASKED, DOCUMENTS) is MASKED


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(broken(start=CITED.start - 1), id="quote starts too soon"),
        pytest.param(broken(start=CITED.start + 1), id="quote starts too late"),
        pytest.param(broken(end=CITED.end + 1), id="quote ends after the text"),
        pytest.param(broken(end=CITED.end - 1), id="quote ends too soon"),
        pytest.param(broken(start=CITED.start + 1, end=CITED.end + 1), id="quote shifted"),
        pytest.param(
            broken(
                start=CITED.start + 1,
                end=CITED.end + 1,
                answer_start=CITED.answer_start + 1,
                answer_end=CITED.answer_end + 1,
            ),
            id="all shifted",
        ),
        pytest.param(broken(start=-len(REPORT.text) + CITED.start), id="counted from the end"),
        pytest.param(broken(quote=CITED.quote.replace("3.01", "3.02")), id="another figure in the quote"),
        pytest.param(broken(quote=fold(CITED.quote)), id="quote folded"),
        pytest.param(broken(quote=CITED.quote + " "), id="quote with a space"),
        pytest.param(broken(quote=""), id="no quote"),
        pytest.param(broken(start=CITED.start, end=CITED.start, quote=""), id="empty quote"),
        pytest.param(broken(answer_start=CITED.start - 1), id="answer starts before the quote"),
        pytest.param(broken(answer_end=CITED.end + 1), id="answer ends after the quote"),
        pytest.param(broken(answer_end=CITED.answer_start), id="answer empty"),
        pytest.param(broken(answer_start=CITED.answer_end, answer_end=CITED.answer_start), id="answer backwards"),
        pytest.param(broken(answer_start=CITED.answer_start + 1), id="value is not what is marked"),
        pytest.param(broken(document=replace(REPORT.document, id="gone")), id="document missing"),
        pytest.param(broken(document=OTHER.document), id="another document"),
        pytest.param(broken(n=2), id="value cites a number that is not there"),
        pytest.param(replace(GOOD, answers=(Value("3.02亿元", 1),)), id="value differs"),
        pytest.param(replace(GOOD, answers=(Value("3.01億元", 1),)), id="value in other characters"),
        pytest.param(replace(GOOD, answers=(Value("3.01亿元", 2),)), id="value cites another number"),
        pytest.param(replace(GOOD, answers=(*GOOD.answers, Value("800余万元", 1))), id="one value too many"),
        pytest.param(replace(GOOD, citations=()), id="nothing cited"),
        pytest.param(replace(GOOD, citations=(), answers=()), id="nothing cited and no value"),
        pytest.param(replace(GOOD, answer="3.02亿元"), id="answer is not the value"),
        pytest.param(replace(GOOD, answer=None, answers=()), id="answered without a value"),
        pytest.param(replace(MASKED, answer="3.01亿元"), id="a masked figure filled in"),
    ],
)
def test_an_answer_that_is_not_exact_is_sent_as_not_found(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        sent = checked(answer, DOCUMENTS)
    assert (sent.status, sent.reason) == (Status.NOT_FOUND, Reason.NOTHING_CLOSE)
    assert (sent.answer, sent.answers, sent.citations) == (None, (), ())
    assert sent.text == "没有找到有把握的答案。"
    assert (sent.id, sent.question, sent.passages) == (answer.id, answer.question, answer.passages)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert QUESTION not in caplog.text


def test_one_broken_citation_among_good_ones_stops_the_answer() -> None:
    old, new = report(), report(TOLD.replace("3.01亿元", "2.5亿元"), "d2", "2022-06-01")
    conflict = answer_to(QUESTION, old, new)
    documents = {"d1": old, "d2": new}.get
    assert checked(conflict, documents) is conflict
    first, second = conflict.citations
    torn = replace(conflict, citations=(first, replace(second, quote=first.quote)))
    assert checked(torn, documents).status is Status.NOT_FOUND


def test_a_text_that_changed_since_it_was_indexed_is_not_quoted() -> None:
    changed = replace(REPORT, text="\ufeff" + REPORT.text)
    assert checked(GOOD, {"d1": changed}.get).status is Status.NOT_FOUND


# Whatever is asked of whatever

FRAGMENTS = st.sampled_from(
    [
        *(
            "鄂尔多斯市 **市 紧急止付 涉案资金 3.01亿元 *.**亿元 537起 ***起 ， ， 。 。 ； 分别 34.4% 和 15.5% "
            "刑事案件 治安案件、 下降了 2020年 2021年 去年 电信网络诈骗 许继伟 市委书记 “长安杯” "
            "在北京 召开 澄岳公司 一、 電話 8206 😀 \ufffd １.３１億立方米 因为 最高奖项 叫 破获"
        ).split(" "),
        *("\n", "\n", "　", "体育" * 70),
    ]
)
TEXTS = st.lists(FRAGMENTS, min_size=1, max_size=40).map("".join)
QUESTIONS = st.sampled_from(
    (
        "鄂尔多斯电诈止付多少 破获电信网络诈骗多少起 刑事案件下降了多少 2020年下降多少 市委书记是谁 在哪里召开 "
        "最高奖项叫什么 为什么 是否召开 电话是多少 蓄水多少立方米 涉案资金止付 哪家公司 去年下降多少 "
        "鄂尔多斯市是什么 ？ ordos"
    ).split()
)
DATES = st.sampled_from([None, "2020-05-01", "2021-12-31", "2022-01-01"])


@given(QUESTIONS, st.lists(st.tuples(TEXTS, DATES), max_size=3))
@settings(deadline=None, max_examples=300)
def test_every_citation_of_every_answer_is_exact(question: str, told: list[tuple[str, str | None]]) -> None:
    documents = [stored(text, f"d{i}", f"平安{i}", date) for i, (text, date) in enumerate(told)]
    by_id = {document.document.id: document for document in documents}
    answer = answer_to(question, *documents)
    for citation in answer.citations:
        assert exact(citation, by_id[citation.document.id])
        assert len(citation.quote) <= max(MAX_QUOTE, citation.answer_end - citation.answer_start)
        for copy in citation.duplicates:
            assert 0 <= copy.start < copy.end <= len(by_id[copy.document.id].text)
            assert copy.document.id != citation.document.id
    marked = {
        citation.n: by_id[citation.document.id].text[citation.answer_start : citation.answer_end]
        for citation in answer.citations
    }
    assert [citation.n for citation in answer.citations] == list(range(1, len(marked) + 1))
    assert all(marked[value.citation] == value.text for value in answer.answers)
    assert answer.answer == (answer.answers[0].text if answer.answers else None)
    assert (answer.reason is None) is (answer.status is not Status.NOT_FOUND)
    assert 0 <= answer.confidence <= 1
    if answer.status is Status.NOT_FOUND:
        assert not answer.citations
    elif answer.status is Status.MASKED:
        assert not answer.answers
        assert is_masked(fold(marked[1]))
    elif answer.status is Status.CONFLICT:
        assert len({value_key(value.text) for value in answer.answers}) == len(answer.answers) == len(marked) > 1
    else:
        assert len(answer.answers) == 1
        assert len(marked) >= 1
