"""A passage as it is read, and the way back: what is found in it stands in the document, letter for letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.types import Passage, Piece
from bot.view import unbroken, unmarked, view, viewed

#       0         1
#       0123456789012345678
TEXT = "全市形势持\n\n　续平稳。open\nsource"
ROW = "地区\t指标\t数量\n巴彦淖尔\t网格员\t23700人\n"
CELLS: tuple[Piece, ...] = ("地区：", (9, 13), "；", "指标：", (14, 17), "；", "数量：", (18, 24))


def passage(start: int, end: int, pieces: tuple[Piece, ...] = ()) -> Passage:
    return Passage("p", "d", start, end, pieces=pieces)


def test_a_passage_without_pieces_reads_as_it_stands() -> None:
    told = view("止付3.01亿元", passage(40, 48))
    assert (told.text, told.cells) == ("止付3.01亿元", ())
    assert told.origin(2, 8) == told.cover(2, 8) == (42, 48)


def test_broken_lines_are_joined_and_found_again() -> None:
    pieces = unbroken(TEXT, [(0, len(TEXT))], 0, len(TEXT))
    told = view(TEXT, passage(0, len(TEXT), pieces))
    assert told.text == "全市形势持续平稳。open source"
    assert told.origin(4, 6) == (4, 9)  # 持续, over the break
    assert TEXT[slice(*told.origin(6, 8) or ())] == "平稳"
    assert told.origin(9, 20) == (12, 23)
    assert told.cells == ()


def test_only_the_breaks_inside_the_spans_are_joined() -> None:
    assert unbroken("甲\n乙\n丙", [(0, 3), (4, 5)], 0, 5) == ((0, 1), (2, 5))
    assert unbroken("甲\n乙", [(0, 1), (2, 3)], 0, 3) == ()


def test_marks_of_markup_are_left_out_and_a_cut_one_too() -> None:
    text = "甲**乙**\n丙"
    marks = ((1, 3), (4, 6))
    assert unbroken(text, [(0, 8)], 0, 8, marks) == ((0, 1), (3, 4), (7, 8))
    assert unbroken(text, [], 2, 5, marks) == ((3, 4),)
    assert unbroken(text, [], 1, 3, marks) == ()
    assert unmarked(0, 8, marks) == [(0, 1), (3, 4), (6, 8)]
    told = view(text, passage(0, 8, ((0, 1), (3, 4), (7, 8))))
    assert (told.text, told.origin(1, 2), told.origin(0, 2)) == ("甲乙丙", (3, 4), (0, 4))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("安全\n生产", "安全生产"),
        ("安全 \n\n　　生产", "安全生产"),
        ("open\nsource", "open source"),
        ("open-\nsource", "open-source"),
        ("版本\n2.0", "版本2.0"),
        ("共3\n项", "共3项"),
    ],
)
def test_words_with_spaces_between_keep_one_and_chinese_needs_none(text: str, read: str) -> None:
    assert viewed(text, unbroken(text, [(0, len(text))], 0, len(text))).text == read


def test_a_row_reads_with_its_headers_and_knows_its_cells() -> None:
    told = view(ROW[9:24], passage(9, 24, CELLS))
    assert told.text == "地区：巴彦淖尔；指标：网格员；数量：23700人"
    assert [told.text[slice(*cell)] for cell in told.cells] == ["地区：巴彦淖尔", "指标：网格员", "数量：23700人"]


def test_what_is_found_in_a_row_is_the_cells_own() -> None:
    told = view(ROW[9:24], passage(9, 24, CELLS))
    place = told.text.index("23700人")
    assert ROW[slice(*told.origin(place, place + 6) or ())] == "23700人"
    assert ROW[slice(*told.origin(place - 3, place + 6) or ())] == "23700人"  # the header is left off
    assert told.origin(0, 3) is None  # a header alone stands elsewhere
    assert told.origin(3, place + 2) is None  # from a cell into another
    assert told.cover(0, len(told.text)) == (9, 24)


def test_a_unit_from_the_header_is_read_and_not_quoted() -> None:
    told = viewed("12", ["收入：", (0, 2), "万元"])
    assert told.text == "收入：12万元"
    assert told.origin(3, 7) == (0, 2)


@given(st.lists(st.sampled_from(["甲", "乙\n", "\n\n", " ", "a", "b\n", "。"]), max_size=30).map("".join), st.data())
def test_every_stretch_of_a_joined_text_stands_where_it_is_said_to(text: str, data: st.DataObject) -> None:
    whole = (0, len(text))
    told = viewed(text, unbroken(text, [whole], *whole) or (whole,))
    start = data.draw(st.integers(0, len(told.text)))
    end = data.draw(st.integers(start, len(told.text)))
    origin = told.origin(start, end)
    if origin:
        assert "".join(text[slice(*origin)].split()) == "".join(told.text[start:end].split())
