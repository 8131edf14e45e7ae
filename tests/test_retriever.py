"""What is found for a question: both legs, their fusion, the filters, and the order, in hand-made numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.config import Retriever as Settings
from bot.indexer import context, index
from bot.lexical import LexicalIndex, packed, unpacked
from bot.retriever import Candidates, Found, Retriever
from bot.store import Generation, Store
from bot.text import search_tokens
from bot.types import Document, Filters, Passage
from tests.fake_encoder import FakeEncoder, config_in, json_lines, write_files

# The encoder knows 止付, 网格, 水位 and 马拉松; 案件 and 车站 are the lexical leg's alone.
DOCUMENTS = [
    {"id": "a", "text": "甲市止付三亿元。", "date": "2022-01-06"},
    {"id": "b", "text": "乙市网格五千个。", "date": "2022-12-31"},
    {"id": "c", "text": "丙河水位四十米。", "date": "2023-01-01"},
    {"id": "d", "text": "丁城案件五百起。"},
    {"id": "e", "text": "戊城车站共二十二座。"},
]


def build(folder: Path, documents: Sequence[dict[str, str]]) -> Generation:
    """A generation of these documents, the first half in news/, the others in news/old/."""
    half = len(documents) // 2
    docs = write_files(
        folder / "docs",
        {
            "news/x.jsonl": json_lines(documents[:half]),
            "news/old/y.jsonl": json_lines(documents[half:]),
            "z.txt": "末。",
        },
    )
    config = config_in(folder)
    index(config, FakeEncoder(), [docs])
    return Store(config.index_dir).open("fake-1")


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    with closing(build(tmp_path_factory.mktemp("retriever"), DOCUMENTS)) as built:
        yield built


def retriever(generation: Generation, **settings: Any) -> Retriever:
    return Retriever(generation, FakeEncoder(), Settings(**settings))


def ids(found: Found) -> list[str]:
    return [hit.document.id for hit in found.hits]


# The lexical leg


def test_bm25_is_that_of_lucene() -> None:
    lexical = LexicalIndex.build(["apple apple pear", "apple", "pear melon"])
    # k1 0.9, b 0.4; N 3; lengths 3, 1, 2, on the average 2; idf = ln(1 + (N - n + 0.5) / (n + 0.5)).
    apple, melon = math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5)

    def share(count: int, length: int) -> float:
        return count / (count + 0.9 * (0.6 + 0.4 * length / 2))

    assert lexical.scores("apple").tolist() == pytest.approx([apple * share(2, 3), apple * share(1, 1), 0], rel=1e-5)
    assert lexical.scores("melon").tolist() == pytest.approx([0, 0, melon * share(1, 2)], rel=1e-5)
    assert lexical.scores("apple melon").tolist() == pytest.approx(
        [apple * share(2, 3), apple * share(1, 1), melon * share(1, 2)], rel=1e-5
    )


def test_what_jieba_cuts_otherwise_is_found_by_its_pairs_of_characters() -> None:
    lexical = LexicalIndex.build(["推行三码合一管理", "推行网格管理", "三万码洋"])
    assert lexical.scores("三码").argmax() == 0


def test_a_number_is_found_whole_with_what_it_counts() -> None:
    tokens = search_tokens("止付３.01亿元，破获537起")
    assert {"3.01亿元", "537起", "3.01", "537", "止付"} <= set(tokens)


@pytest.mark.parametrize("query", ["", "？！", "葡萄", "😀"])
def test_a_query_of_unknown_words_scores_nothing(query: str) -> None:
    assert LexicalIndex.build(["苹果", "香蕉"]).scores(query).tolist() == [0, 0]
    assert LexicalIndex.build(["。", ""]).scores(query).tolist() == [0, 0]
    assert LexicalIndex.build([]).scores(query).tolist() == []


def test_what_is_typed_in_another_width_case_or_script_finds_the_same() -> None:
    lexical = LexicalIndex.build(["博物館ＡＢＣ開放", "别的", "其他"])
    for query in ("博物馆", "博物館", "abc", "ＡＢＣ", "开放"):
        scores = lexical.scores(query).tolist()
        assert (scores[0] > 0, scores[1:]) == (True, [0, 0])


@pytest.mark.parametrize("tokens", [["止付"], ["止付", "3.01亿元", "止付", "𠮷", "a"], ["\ud800"], []])
def test_tokens_that_were_packed_come_back(tokens: list[str]) -> None:
    assert unpacked(packed(tokens)) == tokens


def test_an_index_of_tokens_is_that_of_the_texts() -> None:
    texts = ["止付止付三亿元", "网格五千个", "。"]
    counted = LexicalIndex.count(search_tokens(text) for text in texts)
    for query in ("止付", "五千个网格", "葡萄"):
        assert counted.scores(query).tolist() == LexicalIndex.build(texts).scores(query).tolist()


# Question words


ASKED = [
    {"id": "right", "text": "长安杯由中央政法委颁发。"},
    {"id": "asking", "text": "什么？什么时候？哪一年？多少？谁？如何？为什么？"},
    {"id": "when", "text": "到时候再说。"},
    {"id": "many", "text": "城中许多大学。"},
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    with closing(build(tmp_path_factory.mktemp("asked"), ASKED)) as built:
        yield built


def counted(generation: Generation, query: str) -> dict[str, float]:
    """The BM25 score of each candidate, by its document's id."""
    candidates, _ = retriever(generation).candidates(query)
    documents = [document.id for _, document, _ in generation.passages(candidates.rows.tolist())]
    return dict(zip(documents, candidates.lexical.tolist(), strict=True))


@pytest.mark.parametrize(
    "query",
    ["长安杯是什么", "什么是长安杯", "長安杯是什麼", "长安杯哪一年颁发", "长安杯由谁颁发", "为什么颁发长安杯"],
)
def test_question_words_do_not_count_so_a_passage_full_of_them_does_not_rise(asked: Generation, query: str) -> None:
    scores = counted(asked, query)
    assert scores["asking"] == 0
    assert scores["right"] > 0
    assert ids(retriever(asked, dense_weight=0.0).search(query, 1)) == ["right"]


@pytest.mark.parametrize("query", ["长安杯何时颁发", "长安杯什么时候颁发", "长安杯由谁颁发", "长安杯是什么时候颁发的"])
def test_a_question_word_is_left_out_whole(asked: Generation, query: str) -> None:
    assert counted(asked, query)["when"] == 0


def test_what_looks_like_a_question_word_within_other_words_counts(asked: Generation) -> None:
    assert counted(asked, "许多大学")["many"] >= counted(asked, "大学")["many"] > 0


def test_the_words_beside_a_question_word_count_as_they_do_without_it(asked: Generation) -> None:
    assert counted(asked, "长安杯是什么") == counted(asked, "长安杯")
    assert counted(asked, "哪里颁发长安杯") == counted(asked, "颁发长安杯")


@pytest.mark.parametrize("query", ["什么", "是什么", "哪一年", "多少", "什么？"])
def test_a_query_of_question_words_alone_is_searched_by_them(asked: Generation, query: str) -> None:
    scores = counted(asked, query)
    assert scores["asking"] > 0
    assert scores["right"] == 0
    assert ids(retriever(asked, dense_weight=0.0).search(query, 1)) == ["asking"]


@pytest.mark.parametrize("query", ["吗啡", "哪吒"])
def test_a_name_that_begins_as_a_question_word_does_is_a_word(tmp_path: Path, query: str) -> None:
    texts = [{"id": "named", "text": f"影片《{query}》上映。"}, {"id": "other", "text": "地铁开通。"}]
    with closing(build(tmp_path, texts)) as built:
        assert counted(built, f"{query}是谁")["named"] > 0


# Folding


def test_what_is_encoded_is_folded_and_what_is_found_is_the_text_as_it_stands(tmp_path: Path) -> None:
    encoder = FakeEncoder(("博物馆", "abc"))
    docs = write_files(tmp_path / "docs", {"a.txt": "博物館ＡＢＣ開放。", "b.txt": "別的。"})
    config = config_in(tmp_path)
    index(config, encoder, [docs])
    assert sorted(encoder.encoded) == ["别的。", "博物馆abc开放。"]
    with closing(Store(config.index_dir).open("fake-1")) as built:
        for query in ("博物馆abc", "博物館ＡＢＣ", "博物館 Abc"):
            candidates, _ = Retriever(built, encoder, Settings()).candidates(query)
            assert candidates.dense.tolist() == pytest.approx([1, 0], abs=1e-6)
            (hit,) = Retriever(built, encoder, Settings(dense_weight=1.0)).search(query, 1).hits
            assert hit.text == "博物館ＡＢＣ開放。"


# Fusion


def candidates(rows: list[int], dense: list[float], lexical: list[float]) -> Candidates:
    return Candidates(
        np.asarray(rows),
        np.asarray(dense, np.float32),
        np.asarray(lexical, np.float32),
        np.asarray(lexical, np.float32),
    )


def test_candidates_are_fused_in_deviations_with_the_weight() -> None:
    # Of two scores one stands a deviation above the mean, the other one below, however far apart they are.
    two = candidates([4, 7], [0.75, 0.25], [2, 8])
    assert two.fused(1.0).tolist() == [1, -1]
    assert two.fused(0.0).tolist() == [-1, 1]
    assert two.fused(0.75).tolist() == [0.5, -0.5]  # 3/4 - 1/4


def test_the_best_sentence_is_a_third_of_the_lexical_leg() -> None:
    rows, dense, lexical, sentence = np.asarray([4, 7]), np.ones(2), np.asarray([2, 8]), np.asarray([5, 3])
    assert Candidates(rows, dense, lexical, sentence).fused(0.0).tolist() == pytest.approx([-1 / 3, 1 / 3])
    assert Candidates(rows, dense, lexical, sentence).fused(0.5).tolist() == pytest.approx([-1 / 6, 1 / 6])


def test_candidates_are_ordered_by_what_is_fused() -> None:
    two = candidates([4, 7], [0.75, 0.25], [2, 8])
    assert two.best(0.75, 10).tolist() == [0, 1]
    assert two.best(0.25, 10).tolist() == [1, 0]
    assert two.best(0.25, 1).tolist() == [1]


def test_candidates_that_tie_are_in_the_order_of_the_rows() -> None:
    assert candidates([7, 4], [0.75, 0.25], [2, 8]).best(0.5, 10).tolist() == [1, 0]
    assert candidates([9, 2, 5], [1, 1, 1], [3, 3, 3]).best(0.5, 10).tolist() == [1, 2, 0]


def test_of_no_candidates_none_is_best() -> None:
    none = candidates([], [], [])
    assert (none.fused(0.5).tolist(), none.best(0.5, 10).tolist()) == ([], [])


@pytest.mark.parametrize(
    ("query", "weight", "nearest"),
    [
        ("止付", 0.5, "a"),
        ("网格", 1.0, "b"),  # the dense leg alone
        ("案件", 0.0, "d"),  # the lexical leg alone
        ("车站", 0.5, "e"),
        ("水位案件", 1.0, "c"),  # to the dense leg it is all about the one
    ],
)
def test_either_leg_finds_what_it_knows(generation: Generation, query: str, weight: float, nearest: str) -> None:
    assert ids(retriever(generation, dense_weight=weight).search(query, 3))[0] == nearest


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 1.0])
def test_scores_are_the_weighted_sum_of_both_legs_in_deviations(generation: Generation, weight: float) -> None:
    # One of the six passages has the word, the others score 0 in both legs: the mean is a sixth of it,
    # the deviation √5/6, so it stands √5 above the mean and the others 1/√5 below, in either leg.
    found = retriever(generation, dense_weight=weight).search("止付", 10)
    assert [hit.score for hit in found.hits] == pytest.approx([math.sqrt(5)] + [-1 / math.sqrt(5)] * 5, abs=1e-5)
    assert ids(found)[0] == "a"


def test_legs_that_disagree_are_weighed(generation: Generation) -> None:
    # 水位 is c's for the dense leg; of 车站 that leg knows nothing, the lexical one finds e (and c by 水位).
    lexical, fused, dense = (
        {hit.document.id: hit.score for hit in retriever(generation, dense_weight=weight).search("水位车站", 10).hits}
        for weight in (0.0, 0.5, 1.0)
    )
    assert fused == pytest.approx({key: (dense[key] + lexical[key]) / 2 for key in fused}, abs=2e-6)
    assert dense["c"] == pytest.approx(math.sqrt(5), abs=1e-5)
    assert dense["e"] == pytest.approx(-1 / math.sqrt(5), abs=1e-5)
    assert lexical["e"] > 1


def test_where_nothing_tells_passages_apart_they_come_in_the_order_of_the_index(generation: Generation) -> None:
    found = retriever(generation).search("止付网格水位马拉松", 3, Filters(document=("d", "e")))
    assert [(hit.document.id, hit.score) for hit in found.hits] == [("d", 0.0), ("e", 0.0)]


def test_hits_carry_their_passage_document_and_text(generation: Generation) -> None:
    (hit,) = retriever(generation).search("止付", 1).hits
    assert hit.text == "甲市止付三亿元。"
    assert (hit.passage.document_id, hit.passage.start, hit.passage.end) == ("a", 0, 8)
    assert (hit.document.source, hit.document.date) == ("docs/news/x.jsonl", "2022-01-06")


@pytest.mark.parametrize("query", ["止付", "水位案件", "葡萄", "？", "x" * 1000])
def test_the_same_query_finds_the_same_again(generation: Generation, query: str) -> None:
    first = retriever(generation).search(query, 6)
    assert [retriever(generation).search(query, 6) for _ in range(5)] == [first] * 5


@pytest.mark.parametrize("top_k", [1, 2, 5, 6, 50])
def test_top_k_cuts_the_list_and_changes_nothing_else(generation: Generation, top_k: int) -> None:
    every = retriever(generation).search("水位案件", 50).hits
    assert len(every) == 6
    assert retriever(generation).search("水位案件", top_k).hits == every[:top_k]


def test_each_leg_proposes_no_more_than_its_candidates(tmp_path: Path) -> None:
    many = [{"id": f"n{number:02}", "text": f"第{number}条。"} for number in range(30)]
    many += [{"id": "dense", "text": "止付止付。"}, {"id": "lexical", "text": "罕见案件。"}]
    with closing(build(tmp_path, many)) as built:
        found = retriever(built, candidates=10).search("止付案件", 50)
    assert 10 <= len(found.hits) <= 20
    assert set(ids(found)[:2]) == {"dense", "lexical"}


# Filters


@pytest.mark.parametrize(
    ("filters", "passing", "undated"),
    [
        (Filters(), "abcdez", 0),
        (Filters(document=("b",)), "b", 0),
        (Filters(document=("d", "a")), "ad", 0),
        (Filters(document=("nobody",)), "", 0),
        (Filters(source="docs/news/"), "abcde", 0),
        (Filters(source="docs/news/x"), "ab", 0),
        (Filters(source="docs/news/old/"), "cde", 0),
        (Filters(source="news"), "", 0),
        (Filters(document=("a", "c"), source="docs/news/old/"), "c", 0),
        (Filters(date_from="2022-12-31"), "bc", 3),
        (Filters(date_to="2022-12-31"), "ab", 3),
        (Filters(date_from="2022-12-31", date_to="2022-12-31"), "b", 3),
        (Filters(date_from="2023-01-02"), "", 3),
        (Filters(date_from="2023-12-31", date_to="2022-01-01"), "", 3),
        (Filters(date_to="2099-12-31", source="docs/news/"), "abc", 2),
        (Filters(date_to="2099-12-31", document=("a", "d")), "a", 1),
        (Filters(date_to="2099-12-31", document=("a",)), "a", 0),
    ],
)
def test_only_documents_that_pass_the_filters_are_found(
    generation: Generation, filters: Filters, passing: str, undated: int
) -> None:
    names = {document.id: document.id for document in generation.documents if len(document.id) == 1}
    for query in ("止付", "案件", "葡萄"):
        found = retriever(generation).search(query, 50, filters)
        assert sorted(names.get(name, "z") for name in ids(found)) == list(passing)
        assert found.undated_excluded == undated


def test_a_filter_leaves_the_best_of_what_passes(generation: Generation) -> None:
    filters = Filters(document=("b", "d", "e"))
    assert ids(retriever(generation).search("止付网格", 3, filters))[0] == "b"
    assert ids(retriever(generation).search("止付案件", 3, filters))[0] == "d"


@pytest.mark.parametrize("filters", [Filters(), Filters(document=("a",)), Filters(date_from="2022-01-01")])
def test_an_empty_index_finds_nothing(tmp_path: Path, filters: Filters) -> None:
    config = config_in(tmp_path)
    docs = write_files(tmp_path / "docs", {"a.txt": "止付。"})
    index(config, FakeEncoder(), [docs])
    index(config, FakeEncoder(), [], forget=[docs])
    with closing(Store(config.index_dir).open("fake-1")) as empty:
        assert retriever(empty).search("止付", 5, filters) == Found((), 0)


# What is searched of a passage


@pytest.mark.parametrize(
    ("title", "heading", "text", "searched"),
    [
        ("年报", "第一章", "营业收入十亿元。", "年报\n第一章\n营业收入十亿元。"),
        ("年报", "", "营业收入十亿元。", "年报\n营业收入十亿元。"),
        ("a.txt", "", "营业收入十亿元。", "营业收入十亿元。"),  # a file's name tells nothing
        ("年报摘要", "", "年报摘要\n营业收入十亿元。", "年报摘要\n营业收入十亿元。"),
        ("营业收入十…", "", "营业收入十亿元。", "营业收入十亿元。"),  # the title is the text's own opening
        (
            "营业收入十…",
            "",
            "净利润一亿元。",
            "净利润一亿元。",
        ),  # cut from the text: of a later passage it tells nothing
        ("营业收入十…", "第一章", "净利润一亿元。", "第一章\n净利润一亿元。"),
        ("年报", "", "年末余额十亿元。", "年报\n年末余额十亿元。"),  # a text that begins like the title is not it
        ("年报", "第一章", "第一章\n营业收入。", "年报\n第一章\n营业收入。"),
    ],
)
def test_a_passage_is_searched_with_its_title_and_heading_once(
    title: str, heading: str, text: str, searched: str
) -> None:
    document = Document("d", title, "root/a.txt")
    assert context(document, Passage("p", "d", 0, len(text), (heading,)), text) == searched
