"""The words of every reply, exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.templates import language, quoted, render
from bot.types import Answer, Citation, Document, Reason, Status, Value

DOCUMENT = Document("d1", "平安白皮书", "reports/a.txt")


def citation(n: int, quote: str, answer: str) -> Citation:
    place = quote.index(answer)
    return Citation(n, DOCUMENT, f"p{n}", None, 0, len(quote), quote, place, place + len(answer))


def reply(
    question: str,
    status: Status,
    citations: tuple[Citation, ...] = (),
    values: tuple[Value, ...] = (),
    reason: Reason | None = None,
) -> str:
    answer = Answer(
        "a1", None, question, question, status, reason, values[0].text if values else None, values, "", 0.9, citations,
        (), 0, "g", 0,
    )  # fmt: skip
    return render(answer)


FIRST = citation(1, "……紧急止付涉案资金3.01亿元……", "3.01亿元")
SECOND = citation(2, "止付2.5亿元。", "2.5亿元")
HIDDEN = citation(1, "紧急止付涉案资金*.**亿元，", "*.**亿元")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("鄂尔多斯电诈止付多少", "3.01亿元。\n“……紧急止付涉案资金3.01亿元……”[1]"),  # the contract's example
        ("How much?", "3.01亿元.\n“……紧急止付涉案资金3.01亿元……”[1]"),
    ],
)
def test_an_answer_is_given_with_its_quote_and_number(question: str, text: str) -> None:
    assert reply(question, Status.ANSWERED, (FIRST,), (Value("3.01亿元", 1),)) == text


def test_the_newest_of_several_periods_answers_and_every_quote_follows() -> None:
    assert reply("止付多少", Status.ANSWERED, (FIRST, SECOND), (Value("3.01亿元", 1),)) == (
        "3.01亿元。\n“……紧急止付涉案资金3.01亿元……”[1]\n“止付2.5亿元。”[2]"
    )


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("止付多少", "各处说法不一：3.01亿元[1]、2.5亿元[2]。\n“……紧急止付涉案资金3.01亿元……”[1]\n“止付2.5亿元。”[2]"),
        (
            "How much?",
            "The sources disagree: 3.01亿元[1]; 2.5亿元[2].\n“……紧急止付涉案资金3.01亿元……”[1]\n“止付2.5亿元。”[2]",
        ),
    ],
)
def test_a_conflict_gives_every_value_with_its_number(question: str, text: str) -> None:
    values = (Value("3.01亿元", 1), Value("2.5亿元", 2))
    assert reply(question, Status.CONFLICT, (FIRST, SECOND), values) == text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("止付多少", "原文隐去了这个内容。\n“紧急止付涉案资金*.**亿元，”[1]"),
        ("How much?", "The source hides this.\n“紧急止付涉案资金*.**亿元，”[1]"),
    ],
)
def test_a_masked_figure_is_said_to_be_hidden(question: str, text: str) -> None:
    assert reply(question, Status.MASKED, (HIDDEN,)) == text


@pytest.mark.parametrize(
    ("reason", "chinese", "english"),
    [
        (
            Reason.NOTHING_CLOSE,
            "没有找到有把握的答案。",
            "No answer found that is sure enough.",
        ),
        (
            Reason.OTHER_PLACE,
            "没有找到答案：相近的内容说的是别的地方。",
            "No answer found: what comes close is about another place.",
        ),
        (
            Reason.OTHER_PERIOD,
            "没有找到答案：相近的内容说的是别的时间。",
            "No answer found: what comes close is about another time.",
        ),
        (
            Reason.KIND_MISSING,
            "没有找到答案：有相关内容，但没有给出所问的信息。",
            "No answer found: the subject is there, but not what was asked of it.",
        ),
    ],
)
def test_what_is_not_found_is_said_with_its_reason(reason: Reason, chinese: str, english: str) -> None:
    assert reply("止付多少？", Status.NOT_FOUND, reason=reason) == chinese
    assert reply("How much?", Status.NOT_FOUND, reason=reason) == english


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_of_its_own(reason: Reason) -> None:
    others = {reply(q, Status.NOT_FOUND, reason=r) for r in Reason for q in ("多少", "much") if r is not reason}
    assert reply("多少", Status.NOT_FOUND, reason=reason) not in others


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("3.01亿元", "3.01亿元。"),
        ("因为山路多。", "因为山路多。"),
        ("真的吗？", "真的吗？"),
        ("好！", "好！"),
        ("A级", "A级。"),
    ],
)
def test_an_answer_ends_with_one_full_stop(value: str, line: str) -> None:
    told = citation(1, f"「{value}」", value)
    assert reply("什么", Status.ANSWERED, (told,), (Value(value, 1),)).splitlines()[0] == line


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        *[("止付多少", "zh"), ("Ordos 止付?", "zh"), ("How much?", "en"), ("3.01?", "zh"), ("鄂爾多斯", "zh")],
        *[("😀", "zh"), ("？", "zh"), ("", "zh")],
    ],
)
def test_a_question_in_latin_letters_alone_is_answered_in_english(question: str, spoken: str) -> None:
    assert language(question) == spoken


def test_a_quote_is_shown_as_it_stands() -> None:
    told = replace(FIRST, n=12, quote="*1* <b>“甲”</b>  &amp;")
    assert quoted(told) == "“*1* <b>“甲”</b>  &amp;”[12]"


def test_a_quotes_broken_lines_are_joined_and_a_rows_cells_parted() -> None:
    assert quoted(replace(FIRST, n=1, quote="形势持\n\n　续平稳")) == "“形势持续平稳”[1]"
    assert quoted(replace(FIRST, n=1, quote="open\nsource")) == "“open source”[1]"
    assert quoted(replace(FIRST, n=1, quote="巴彦淖尔\t网格员\t23700人")) == "“巴彦淖尔 | 网格员 | 23700人”[1]"
