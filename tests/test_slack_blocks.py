"""What Slack shows: every kind of answer against its golden message, and odd ones against Slack's limits.

``python -m tests.test_slack_blocks`` writes the golden messages anew; read what has changed before it is kept.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.blocks import (
    EXCERPT,
    MESSAGE_LIMIT,
    Message,
    Offer,
    answer_message,
    line_message,
    passages_message,
    passed_on_message,
    shared_message,
    wanted_message,
)
from bot.slack.words import EN, ZH, Words, words_for
from bot.types import Answer, Citation, Document, Duplicate, Hit, Passage, Reason, Status, Value
from tests.slack_answers import ANSWERS, MARKUP, MOVED, NOTICE, PASSAGE, REPORT, answer, cited
from tests.slack_limits import leaves, message_faults

GOLDEN = Path(__file__).parent / "slack_golden"
ODD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def link_to(document_id: str, start: int, end: int, words: str) -> str | None:
    """The notice is no longer what was quoted."""
    return None if document_id == "d2" else f"https://qa.example.cn/documents/{document_id}?start={start}&end={end}"


def no_link(document_id: str, start: int, end: int, words: str) -> None:
    return None


def shown(name: str) -> Message:
    told = ANSWERS[name]
    return answer_message(told, link_to, words_for(told.question), Offer)


def golden() -> dict[str, Message]:
    """Every golden message by its name."""
    told = ANSWERS["answered"]
    return {
        **{name: shown(name) for name in ANSWERS},
        "passages": passages_message([PASSAGE, replace(PASSAGE, document=NOTICE)], link_to, ZH),
        "shared": shared_message(told, link_to, ZH, "U1", [Offer.UP, Offer.DOWN]),
        "wanted": wanted_message(told, link_to, ZH, "U1", "https://t.slack.com/archives/C1/p1"),
        "passed_on": passed_on_message("C9", ZH),
    }


def rendered(told: Answer, words: Words = ZH) -> list[dict[str, Any]]:
    message = answer_message(told, no_link, words)
    assert message_faults(asdict(message)) == []
    return message.blocks


def text(content: str, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": content} | ({"style": {"bold": True}} if bold else {})


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def block(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(parts)}


@pytest.mark.parametrize("name", golden())
def test_a_message_is_as_its_golden_one_and_within_slacks_limits(name: str) -> None:
    kept = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert asdict(golden()[name]) == kept
    assert message_faults(kept) == []


def test_every_golden_message_belongs_to_a_test() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(golden())


# The answer and its quotes


def test_nothing_in_a_quote_is_markup() -> None:
    assert len(MARKUP) == 120
    message = shown("markup")
    start, end = MARKUP.split("*.**亿元")
    quoted = [text(start), text("*.**亿元", bold=True), text(end)]
    assert message.blocks[1]["elements"][0] == {"type": "rich_text_quote", "elements": quoted}
    assert "&lt;!channel&gt; &lt;@U1&gt; &lt;http://x.cn|点这里&gt; &amp;amp; :smile:" in message.text
    assert not {"<", ">"} & set(message.text)


def test_a_value_that_is_aimed_at_says_so() -> None:
    aimed = answer("止付", Status.ANSWERED, MOVED, values=(Value("1260人", 1, target=True),))
    assert rendered(aimed)[0] == block(section(text("1260人（目标或预计）", bold=True)))
    assert rendered(aimed, EN)[0] == block(section(text("1260人 (a target or forecast)", bold=True)))


def test_a_bare_number_of_a_table_has_its_columns_unit() -> None:
    assert rendered(ANSWERS["row"])[0] == block(section(text("1260（人）", bold=True)))


def test_a_quoted_row_has_its_headers_and_the_answers_cell_in_bold() -> None:
    quoted = rendered(ANSWERS["row"])[1]["elements"][0]
    assert [leaf for leaf in quoted["elements"] if "style" in leaf] == [text("1260", bold=True)]
    told = "".join(leaf["text"] for leaf in quoted["elements"])
    assert told == "地区：青河 | 转移人数（人）：1260 | 年份：2024"


def test_what_a_follow_up_was_understood_as_comes_first() -> None:
    assert leaves(rendered(ANSWERS["answered"]))[0] == text("理解为：青河县转移了多少人")


@pytest.mark.parametrize("reason", [None, *Reason])
@pytest.mark.parametrize("words", [ZH, EN])
def test_nothing_found_is_one_line_that_says_why(reason: Reason | None, words: Words) -> None:
    [only] = rendered(replace(ANSWERS["not_found"], reason=reason), words)
    assert leaves([only])[0]["text"].startswith(words.not_found[:-1])


def test_of_several_things_what_was_found_is_in_bold() -> None:
    head = rendered(ANSWERS["several"])[0]
    assert head == block(
        section(
            text("转移人数："),
            text("1260人（目标或预计）。", bold=True),
            text("\n水位："),
            text("各处说法不一：21.6米[2]、22.1米[3]。", bold=True),
            text("\n损失："),
            text("原文隐去了这个内容。"),
            text("\n外县损失："),
            text("没有找到答案：相近的内容说的是别的地方。"),
        )
    )


def test_a_channels_language_holds_for_every_word_around_the_sources() -> None:
    told = " ".join(leaf["text"] for leaf in leaves(rendered(ANSWERS["several"], EN)))
    assert "1260人 (a target or forecast)." in told
    assert "The source hides this." in told


# Sources


def test_the_title_leads_to_the_span_else_to_where_the_document_comes_from_else_nowhere() -> None:
    def address(told: Answer, to: Any) -> list[str]:
        return [leaf["url"] for leaf in leaves(answer_message(told, to, ZH).blocks) if leaf["type"] == "link"]

    quoted = cited("库水位21.6米", "21.6米", 1, NOTICE)
    notice = answer("水位", Status.ANSWERED, quoted, values=(Value("21.6米", 1),))
    assert address(notice, lambda *span: "https://qa.example.cn/d") == ["https://qa.example.cn/d"]
    assert address(notice, no_link) == ["https://example.cn/notice?id=2&lang=zh"]
    for url in ("javascript:alert(1)", "https://example.cn/a b", "https://example.cn/" + "a" * 1000, ""):
        odd = replace(quoted, document=replace(NOTICE, url=url))
        assert address(replace(notice, citations=(odd,)), no_link) == []


def test_copies_are_counted_and_the_first_three_named() -> None:
    duplicates = tuple(Duplicate(replace(REPORT, title=title), 0, 4) for title in "甲乙丙丁")
    for count, told in ((1, "另有 1 份文档内容相同：《甲》"), (4, "另有 4 份文档内容相同：《甲》《乙》《丙》……")):
        citation = replace(MOVED, page=3, duplicates=duplicates[:count])
        blocks = rendered(answer("转移", Status.ANSWERED, citation, values=(Value("1260人", 1),)))
        assert leaves(blocks)[-1]["text"] == f" · 青河日报 · 2024-07-12 · 第 3 页 · {told}"


# Buttons


def test_the_buttons_hold_the_answers_id_alone_and_each_is_named() -> None:
    row = shown("answered").blocks[-1]
    assert row["type"] == "actions"
    assert [(one["action_id"], one["value"]) for one in row["elements"]] == [(offer, "5f0c") for offer in Offer]
    assert [one["text"]["text"] for one in row["elements"]] == ["👍", "👎", "显示段落", "问同事", "分享到频道"]
    assert [one.get("accessibility_label") for one in row["elements"]] == ["有用", "不对", None, None, None]


def test_without_an_offer_there_is_no_button_and_without_passages_none_to_show_them() -> None:
    told = replace(ANSWERS["not_found"], passages=())
    assert [one["type"] for one in answer_message(told, no_link, ZH).blocks] == ["rich_text"]
    assert [one["type"] for one in answer_message(told, no_link, ZH, [Offer.PASSAGES]).blocks] == ["rich_text"]


# What is cut


def test_at_most_five_passages_are_shown_and_a_long_one_says_that_it_is_cut() -> None:
    hits = [Hit(Passage(f"p{n}", "d1", 0, 900), REPORT, "字" * 900, 1.0) for n in range(7)]
    message = passages_message(hits, no_link, ZH)
    assert len(message.blocks) == 6
    assert message.blocks[1]["elements"][0]["elements"] == [text("字" * (EXCERPT - 7) + "……（已截短）")]
    assert message_faults(asdict(message)) == []


def test_without_passages_the_message_says_so() -> None:
    assert passages_message([], no_link, ZH) == line_message(ZH.not_found, ZH)


def test_an_answer_too_long_for_slack_is_cut_and_says_so() -> None:
    long = "长" * 5000
    blocks = rendered(answer("多长", Status.ANSWERED, cited(long, long), values=(Value(long, 1),)))
    assert [leaf["text"] for leaf in leaves(blocks[:1])] == ["长" * 1993, "……（已截短）"]
    assert [leaf["text"] for leaf in leaves(blocks[1:])][:2] == ["长" * 2993, "……（已截短）"]


@pytest.mark.parametrize(("offers", "last"), [((), 49), (tuple(Offer), 48)])
def test_more_sources_than_fit_are_left_out_and_the_message_says_so(offers: tuple[Offer, ...], last: int) -> None:
    told = answer("多少", Status.MASKED, *[cited("共*起", "*起")] * 80)
    blocks = answer_message(told, no_link, ZH, offers).blocks
    assert len(blocks) == 50
    assert blocks[last] == block(section(text("……（已截短）")))


def test_a_fallback_is_never_cut_inside_an_escape() -> None:
    assert line_message("&" * 1500, ZH).text == "&amp;" * 598 + "……（已截短）"


@settings(deadline=None)
@given(
    found=ODD.map(lambda part: part * 300),
    around=st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda part: part * 200),
    title=ODD.map(lambda part: part * 50),
    count=st.integers(1, 70),
    status=st.sampled_from(Status),
    words=st.sampled_from([ZH, EN]),
    offers=st.lists(st.sampled_from(Offer), unique=True),
)
def test_every_message_keeps_slacks_limits_and_shows_the_first_quote(
    found: str, around: str, title: str, count: int, status: Status, words: Words, offers: list[Offer]
) -> None:
    stored, at = around + found + around, len(around)
    document = Document("d" * 900, title, "a/b.txt", title, found, "2022-01-06")
    copies = tuple(Duplicate(document, 0, 1) for _ in range(count))
    citations = [
        Citation(n, document, "p1", 7, 0, len(stored), stored, at, at + len(found), copies) for n in range(1, count + 1)
    ]
    values = tuple(Value(found, citation.n) for citation in citations)
    told = replace(answer(found, status, *citations, values=values), understood=around or title)
    told = replace(told, passages=tuple(Hit(Passage("p", "d", 0, 1), document, one, 1.0) for one in (stored, found)))
    messages = [
        answer_message(told, lambda document_id, *span: f"http://h/{document_id}", words, offers),
        shared_message(told, no_link, words, "U1", offers),
        wanted_message(told, no_link, words, "U1", "https://t.slack.com/archives/C1/p1"),
        passages_message(told.passages, no_link, words),
    ]
    for message in messages:
        assert message_faults(asdict(message)) == []
        assert sum(len(leaf.get("text", "")) for leaf in leaves(message.blocks)) <= MESSAGE_LIMIT + 10
    if status is not Status.NOT_FOUND:
        assert any(part["type"] == "rich_text_quote" for one in messages[0].blocks[:3] for part in one["elements"])


# Words


@pytest.mark.parametrize(
    ("content", "words"), [("止付多少", ZH), ("GDP是多少", ZH), ("how much", EN), ("2021?", ZH), ("", ZH)]
)
def test_words_are_english_only_where_the_question_is(content: str, words: Words) -> None:
    assert words_for(content) is words


if __name__ == "__main__":
    for made, message in golden().items():
        kept = json.dumps(asdict(message), ensure_ascii=False, indent=1)
        (GOLDEN / f"{made}.json").write_text(kept + "\n", encoding="utf-8")
