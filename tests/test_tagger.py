"""The names in a text: which, of what kind, and where."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tagger import Tagger, _best_paths, tag_cached
from bot.types import Name, NameKind

PERSON, PLACE, ORGANISATION, TIME = NameKind

tagger = functools.cache(Tagger)


def tagged(text: str) -> list[tuple[str, NameKind]]:
    (names,) = tagger().tag([text])
    return [(text[name.start : name.end], name.kind) for name in names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2022年3月8日，云岭市民政局局长邵金贵在石桥镇调研。",
            [("2022年3月8日", TIME), ("云岭市民政局", ORGANISATION), ("邵金贵", PERSON), ("石桥镇", PLACE)],
        ),
        ("辅警许青岚给牧民送去草料。", [("许青岚", PERSON)]),
        ("收到谢某某的来信。", [("谢某某", PERSON)]),
        ("抓好落实，形势持续平稳。", []),
        ("", []),
        (" \n\t\u3000", []),
    ],
)
def test_persons_places_organisations_and_times_are_told(text: str, expected: list[tuple[str, NameKind]]) -> None:
    assert tagged(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("医疗队赴鄂支援。", [("鄂", PLACE)]),
        ("鄂豫皖三省签约。", [("鄂豫皖", PLACE)]),
        ("鄂尔多斯市召开会议。", [("鄂尔多斯市", PLACE)]),
    ],
)
def test_an_abbreviated_province_is_a_place_and_a_city_that_begins_like_one_is_whole(
    text: str, expected: list[tuple[str, NameKind]]
) -> None:
    assert tagged(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("捐款最多的是退休教师涂阿满女士。", ["涂阿满"]),  # 涂 is cut off, as a verb
        ("活动由洛娃主持。", ["洛娃"]),  # 由 is a surname and no name here
    ],
)
def test_a_surname_that_was_cut_off_is_the_names(text: str, expected: list[str]) -> None:
    assert [name for name, kind in tagged(text) if kind is PERSON] == expected


def test_width_case_and_traditional_characters_change_no_name_and_no_offset() -> None:
    text = "２０２２年３月，臺北市議員陳志遠訪問廣東。"
    assert tagged(text) == [("２０２２年３月", TIME), ("臺北市", PLACE), ("陳志遠", PERSON), ("廣東", PLACE)]


def test_offsets_are_exact_among_line_breaks_spaces_and_characters_outside_the_first_plane() -> None:
    text = "😀𠮷\n  张文远　住在 北京。\r\n\ud800；\x00李建国来了\u200d\n"
    assert tagged(text) == [("张文远", PERSON), ("北京", PLACE), ("李建国", PERSON)]


def test_a_name_has_no_white_space_at_its_ends_and_is_no_mere_punctuation() -> None:
    for text in ("董 文昌来访", "😀" * 300, "\x00\x01", "——“”——", "　王 明　"):
        assert all(name == name.strip() != "" and any(map(str.isalnum, name)) for name, _ in tagged(text))


def test_text_without_punctuation_is_read_in_parts() -> None:
    text = "字" * 256 + "张文远住在北京"
    assert tagged(text) == [("张文远", PERSON), ("北京", PLACE)]


WORDS = "张文远 在 北京市 公安局 说 ， 。 \n 2022年 　 A 𠮷 鄂 涂 阿满 “ ” * 、 \ud800".split(" ")


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map("".join), max_size=5))
@settings(deadline=None, max_examples=100)
def test_a_texts_names_are_in_order_apart_inside_it_and_the_same_whatever_stands_beside_it(texts: list[str]) -> None:
    together = tagger().tag(texts)
    for text, names in zip(texts, together, strict=True):
        places = [place for name in names for place in (name.start, name.end)]
        assert places == sorted(places)
        assert all(0 <= name.start < name.end <= len(text) for name in names)
        assert tagger().tag([text]) == [names]


def test_the_best_path_is_that_of_the_greatest_sum() -> None:
    scores = np.array([[[1, 0], [0, 0.5], [0, 0]], [[0, 3], [2, 0], [0, 0]]], dtype=np.float32)
    transitions = np.array([[0, -2], [0, 1]], dtype=np.float32)
    # 1-1-1: 0 + 1 + 0.5 + 1 = 2.5 against 0-0-0: 1; 1-0-0: 3 + 0 + 2 = 5 equals 1-1-1: 3 + 1 + 1, the first wins.
    assert _best_paths(scores, transitions).tolist() == [[1, 1, 1], [1, 0, 0]]


# The cache


def test_a_text_is_tagged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["张文远住在北京。", "没有。", "张文远住在北京。"]
    names = (Name(0, 3, PERSON), Name(5, 7, PLACE))
    assert tag_cached(texts, tmp_path / "names.sqlite") == [names, (), names]
    monkeypatch.setattr("bot.tagger.Tagger", lambda: pytest.fail("it was loaded"))
    assert tag_cached(texts, tmp_path / "names.sqlite") == [names, (), names]


def test_an_interrupted_call_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"第{number}号文件由张文远签发。" for number in range(100)]

    def stop(done: int, of: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tag_cached(texts, tmp_path / "names.sqlite", stop)
    told: list[tuple[int, int]] = []
    names = tag_cached(texts, tmp_path / "names.sqlite", lambda done, of: told.append((done, of)))
    assert told == [(0, 36), (36, 36)]
    assert [text[found[-1].start : found[-1].end] for text, found in zip(texts, names, strict=True)] == ["张文远"] * 100
