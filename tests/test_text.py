"""Folding that keeps offsets, sentences and clauses that lose nothing, words for the search."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text import (
    clauses,
    fold,
    has_cjk,
    is_known,
    paragraphs,
    rarity,
    search_tokens,
    sentences,
    tagged_words,
    trimmed,
)

ANY = st.text(st.characters(codec=None), max_size=60)  # lone surrogates too
PROSE = st.text(st.sampled_from("鄂尔多斯市，。！？；：、“”‘’（）「」…3.,01亿元 \n\t　aZ.:;!?'\"*"), max_size=80)


def cut(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@given(ANY)
@settings(deadline=None)  # the dictionary loads within the first
@example("ﷺ")  # NFKC makes eighteen characters of it
@example("㎏½ǆİßﬁ")
@example("\ud800体\udfff")
@example("𠀀\U0002f800体")
def test_folding_keeps_the_length_of_any_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.lists(ANY, max_size=4))
@settings(deadline=None)
def test_folding_a_text_is_folding_each_of_its_characters(parts: list[str]) -> None:
    assert fold("".join(parts)) == "".join(fold(char) for part in parts for char in part)


@given(ANY)
@settings(deadline=None)
@example("İ")
@example("ͅ")
@example("㍐𝟘")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("３．０１％", "3.01%"),
        ("ＡＢＣａｂｃ", "abcabc"),
        ("Ordos", "ordos"),
        ("鄂爾多斯電信詐騙", "鄂尔多斯电信诈骗"),
        ("約１.３１億立方米", "约1.31亿立方米"),
        ("發展後，乾淨的頭髮", "发展后,干净的头发"),
        ("（１）「２」", "(1)「2」"),
        ("　", " "),
        ("３．０１亿元：＊＊市", "3.01亿元:**市"),
        ("㎏", "㎏"),  # two characters in half width, so it stays one of its own
        ("", ""),
        ("鄂尔多斯3.01亿元", "鄂尔多斯3.01亿元"),
    ],
)
def test_folding_makes_half_width_lower_case_and_simplified(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ordos", False), ("Ordos市", True), ("", False), ("123，。", False), ("㐀", True), ("𠀀", True), ("かな", False)],
)
def test_a_chinese_character_is_told_from_all_else(text: str, expected: bool) -> None:
    assert has_cjk(text) is expected


@pytest.mark.parametrize(
    ("text", "span"),
    [("  ab  ", (2, 4)), ("　　市。\n", (2, 4)), ("   ", (0, 0)), ("", (0, 0)), ("ab", (0, 2))],
)
def test_trimming_leaves_no_white_space_at_the_ends(text: str, span: tuple[int, int]) -> None:
    assert trimmed(text, 0, len(text)) == span


def test_paragraphs_are_the_lines_that_are_not_blank() -> None:
    text = "\n　　第一段。\n\n   \n第二段\n"
    assert cut(text, list(paragraphs(text))) == ["第一段。", "第二段"]
    assert cut(text, list(paragraphs(text, 5, 6))) == ["段"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("平安易取。长安难得！是吗？", ["平安易取。", "长安难得！", "是吗？"]),
        ("他说：“好！”她走了。", ["他说：“好！”", "她走了。"]),
        ("「好。」她說。『走吧！』", ["「好。」", "她說。", "『走吧！』"]),
        ("（完。）下一句。", ["（完。）", "下一句。"]),
        ("止付资金3.01亿元。", ["止付资金3.01亿元。"]),
        ("合同额1,100.9亿，增长5%；利润2亿。", ["合同额1,100.9亿，增长5%；", "利润2亿。"]),
        ("什么？！真的……好吧。", ["什么？！", "真的……", "好吧。"]),
        ("一行\n又一行", ["一行", "又一行"]),
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("　　平安。　　长安。", ["平安。", "长安。"]),
        ("没有句号", ["没有句号"]),
        ("", []),
        ("   \n\t ", []),
        ("Ver 2.0.1 发布。", ["Ver 2.0.1 发布。"]),
        ("公式**市**。", ["公式**市**。"]),
    ],
)
def test_a_sentence_ends_with_its_mark_and_the_quotes_that_close_after_it(text: str, expected: list[str]) -> None:
    assert cut(text, sentences(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("破获案件537起，止付3.01亿元。", ["破获案件537起，", "止付3.01亿元。"]),
        ("合同额1,100.9亿,增长5%", ["合同额1,100.9亿,", "增长5%"]),
        ("时间:10:30开始", ["时间:", "10:30开始"]),
        ("鄂尔多斯：从平安走向长安", ["鄂尔多斯：", "从平安走向长安"]),
        ("治安、刑事案件", ["治安、刑事案件"]),
        ("他说：“走吧，”然后走了", ["他说：", "“走吧，”", "然后走了"]),
        ("全角１，２３４人", ["全角１，", "２３４人"]),  # a full-width comma between numbers lists them
        ("", []),
    ],
)
def test_a_clause_ends_with_a_comma_that_is_not_inside_a_number(text: str, expected: list[str]) -> None:
    assert cut(text, clauses(text)) == expected


@pytest.mark.parametrize("splitter", [sentences, clauses])
@given(text=PROSE, data=st.data())
@settings(deadline=None)
def test_every_character_that_is_not_blank_is_in_one_sentence_and_one_clause(splitter, text, data) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spans = splitter(text, start, end)
    covered = [place for span in spans for place in range(*span)]
    assert covered == sorted(set(covered))
    assert all(start <= place < end for place in covered)
    assert {place for place in range(start, end) if not text[place].isspace()} <= set(covered)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)


@pytest.mark.parametrize("number", ["3.01", "1,100.9", "800", "98"])
def test_no_sentence_or_clause_cuts_a_number(number: str) -> None:
    text = f"资金{number}亿元,比上年多{number}%；共{number}个。"
    for splitter in (sentences, clauses):
        assert sum(number in text[start:end] for start, end in splitter(text)) >= 2
        assert "".join(cut(text, splitter(text))) == text


def test_search_tokens_keep_numbers_whole_and_drop_punctuation() -> None:
    tokens = search_tokens("止付３.０１億元，同比下降31.7%。")
    assert "3.01" in tokens
    assert "31.7" in tokens or "31.7%" in tokens
    assert not {"，", "。", "0", "01", "3"} & set(tokens)


def test_search_tokens_of_traditional_text_are_those_of_simplified() -> None:
    assert search_tokens("電信網絡詐騙案件") == search_tokens("电信网络诈骗案件")
    assert "诈骗" in search_tokens("電信網絡詐騙案件")


@pytest.mark.parametrize("text", ["", "，。！", "   \n"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    assert search_tokens(text) == []


@given(PROSE)
@settings(deadline=None)  # the dictionary loads within the first
def test_tagged_words_cover_the_text_in_order(text: str) -> None:
    tagged = tagged_words(text)
    assert "".join(word for word, _, _ in tagged) == fold(text)
    assert all(fold(text)[start : start + len(word)] == word for word, _, start in tagged)


def test_a_known_place_is_tagged_as_one() -> None:
    assert ("鄂尔多斯", "ns", 0) in tagged_words("鄂尔多斯的案件")


def test_rare_words_tell_more_than_common_ones() -> None:
    assert rarity("的") < rarity("案件") < rarity("电诈止付")
    assert is_known("案件")
    assert not is_known("电诈止付")
