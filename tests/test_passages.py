"""Documents to passages: whole sentences, every character, exact offsets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import Passages
from bot.documents import find_files, read_file
from bot.documents.lines import line_blocks
from bot.passages import split
from bot.text import sentences
from bot.types import Block, BlockKind, Document, Passage, Span, StoredDocument
from bot.view import unbroken, viewed

ROOT = Path(__file__).parent.parent
SEEDS = ROOT.parent / "shared" / "seeds"
SIZES = Passages()
KINDS = {"#": BlockKind.HEADING, "~": BlockKind.FURNITURE}


def document(text: str, blocks: list[Block] | None = None) -> StoredDocument:
    about = Document("d1", "公告", "docs/a.txt")
    return StoredDocument(about, text, tuple(line_blocks(text) if blocks is None else blocks))


def made(text: str) -> StoredDocument:
    """A document in which a line that begins with # is a heading and one that begins with ~ is furniture."""
    blocks, place = [], 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Block(place, place + len(line), KINDS.get(line[0], BlockKind.PARAGRAPH)))
        place += len(line) + 1
    return document(text, blocks)


def texts(stored: StoredDocument, sizes: Passages = SIZES) -> list[str]:
    return [stored.text[passage.start : passage.end] for passage in split(stored, sizes)]


def lost(stored: StoredDocument, passages: list[Passage]) -> str:
    """What is neither blank nor furniture nor a table's header, and in no passage."""
    inside = {place for passage in passages for place in range(passage.start, passage.end)}
    inside |= {
        place for block in stored.blocks if block.kind is BlockKind.FURNITURE for place in range(block.start, block.end)
    }
    inside |= {
        place
        for block in stored.blocks
        if block.table
        for row in block.table.rows[: block.table.headers]
        for start, end in row
        for place in range(start, end)
    }
    return "".join(char for place, char in enumerate(stored.text) if place not in inside and not char.isspace())


def quotes_furniture(stored: StoredDocument, passages: list[Passage]) -> bool:
    return any(
        passage.start < block.end and block.start < passage.end
        for passage in passages
        for block in stored.blocks
        if block.kind is BlockKind.FURNITURE
    )


def cut_sentences(stored: StoredDocument, passages: list[Passage], longest: int) -> list[str]:
    """The sentences, over broken lines too, that could stand in one passage and do not."""
    edges = {place for passage in passages for place in (passage.start, passage.end)}
    return [
        stored.text[start:end]
        for block in stored.blocks
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING)
        for start, end in whole_sentences(stored.text, (block.start, block.end))
        if end - start <= longest and any(start < edge < end for edge in edges)
    ]


def whole_sentences(text: str, span: Span) -> list[Span]:
    told = viewed(text, unbroken(text, [span], *span) or (span,))
    return [found for sentence in sentences(told.text) if (found := told.cover(*sentence))]


def too_long(stored: StoredDocument, passages: list[Passage], longest: int) -> list[str]:
    return [stored.text[p.start : p.end] for p in passages if p.end - p.start > longest]


def check(stored: StoredDocument, sizes: Passages) -> None:
    passages = split(stored, sizes)
    assert lost(stored, passages) == ""
    assert not quotes_furniture(stored, passages)
    assert cut_sentences(stored, passages, sizes.max_chars) == []
    assert too_long(stored, passages, sizes.max_chars) == []
    assert all(0 <= p.start < p.end <= len(stored.text) for p in passages)
    assert all(before.end <= after.start for before, after in pairwise(passages))
    assert all(p.document_id == stored.document.id for p in passages)
    assert len({p.id for p in passages}) == len(passages)
    assert all(stored.text[p.start : p.end].strip() for p in passages)


PIECES = st.sampled_from(
    [
        *"鄂尔多斯市破获案件537起， 止付3.01亿元。 **市。 “好！” ； ， 。 No.1.Yes. …… 😀 \ufffd ） # ~".split(" "),
        *("\n", "\n", "\n\n", "　　", " ", "\t", "\r", "\x0b", "\u2028", "#一、标题\n", "#\n", "~返回顶部\n"),
        *("长" * 60, "，长句" * 30, "No. 1. Yes. "),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)
SIZE = st.tuples(st.integers(1, 120), st.integers(50, 400)).map(lambda pair: Passages(*pair))


@given(TEXTS, SIZE)
@settings(deadline=None, max_examples=300)
@example("", SIZES)
@example("#标题", SIZES)
@example("~返回顶部", SIZES)
@example("一" * 1000, SIZES)
@example("一，" * 500, SIZES)
@example("一。" * 500, SIZES)
@example("一\n" * 500, SIZES)
def test_every_character_is_in_one_passage_of_whole_sentences(text: str, sizes: Passages) -> None:
    check(made(text), sizes)
    check(document(text), sizes)


def samples() -> list[StoredDocument]:
    folders = [ROOT / "samples", *([SEEDS] if SEEDS.is_dir() else [])]
    found = [one for folder in folders for file in find_files(folder) for one in read_file(file)]
    return [one for one in found if isinstance(one, StoredDocument)]


@pytest.mark.parametrize("sizes", [SIZES, Passages(1, 50), Passages(200, 4000)], ids=["default", "short", "long"])
def test_every_character_of_the_samples_is_in_one_passage_of_whole_sentences(sizes: Passages) -> None:
    stored = samples()
    assert len(stored) >= 12
    for one in stored:
        check(one, sizes)


def test_passages_of_the_samples_are_of_a_length_to_quote_from() -> None:
    lengths = [p.end - p.start for one in samples() for p in split(one, SIZES)]
    assert sum(100 <= length <= 350 for length in lengths) > 0.6 * len(lengths)


def test_short_paragraphs_are_joined_and_long_ones_stand_alone() -> None:
    short = "短" * 39 + "。"
    long = "长" * 199 + "。"
    assert texts(document("\n".join([short] * 3))) == ["\n".join([short] * 3)]
    assert texts(document("\n".join([long] * 3))) == [long] * 3


def test_a_long_paragraph_is_cut_between_sentences_into_parts_of_like_length() -> None:
    one, two, three, four, five = (name * 99 + "。" for name in "甲乙丙丁戊")
    assert texts(document(one + two + three + four + five)) == [one + two + three, four + five]


def test_only_a_sentence_that_is_too_long_alone_is_cut_and_at_its_clauses() -> None:
    long = "，".join(name * 149 for name in "甲乙丙丁") + "。"
    parts = texts(document("前一句。" + long + "后一句。"))
    assert "".join(parts) == "前一句。" + long + "后一句。"
    assert all(part[-1] in "，。" for part in parts)


def test_a_clause_that_is_too_long_is_cut_where_it_must() -> None:
    assert texts(document("一" * 800)) == ["一" * 350, "一" * 350, "一" * 100]


def test_furniture_is_in_no_passage_and_parts_those_around_it() -> None:
    assert texts(made("前文。\n~分享到微信\n后文。")) == ["前文。", "后文。"]
    assert texts(made("~首页\n~返回顶部")) == []


def test_a_heading_begins_its_passage_and_is_known_to_all_of_its_section() -> None:
    long = "长" * 199 + "。"
    stored = made(f"开头。\n#一、守望相助\n{long}\n{long}\n#二、绿色发展\n结尾。")
    passages = split(stored, SIZES)
    assert [(stored.text[p.start : p.end], p.path) for p in passages] == [
        ("开头。", ()),
        (f"#一、守望相助\n{long}", ("一、守望相助",)),
        (long, ("一、守望相助",)),
        ("#二、绿色发展\n结尾。", ("二、绿色发展",)),
    ]


def test_headings_under_one_another_begin_the_passage_after_them() -> None:
    stored = made("#总标题\n#一、小标题\n正文一句。")
    (passage,) = split(stored, SIZES)
    assert stored.text[passage.start : passage.end] == "#总标题\n#一、小标题\n正文一句。"
    assert passage.path == ("一、小标题",)


def test_a_letter_inside_a_heading_is_its_own() -> None:
    stored = document("平安A股公告\n正文。", [Block(0, 6, BlockKind.HEADING), Block(7, 10, BlockKind.PARAGRAPH)])
    assert [passage.path for passage in split(stored, SIZES)] == [("平安A股公告",)]


def test_a_passage_knows_the_page_it_begins_on() -> None:
    long = "长" * 199 + "。"
    stored = document(f"{long}\n{long}\n{long}")
    paged = StoredDocument(stored.document, stored.text, stored.blocks, (0, 201, 402))
    assert [p.page for p in split(paged, SIZES)] == [1, 2, 3]
    assert [p.page for p in split(stored, SIZES)] == [None, None, None]


def test_a_passages_id_is_that_of_its_place_in_its_document() -> None:
    long = "长" * 199 + "。"
    one, again = split(document(f"{long}\n{long}"), SIZES), split(document(f"{long}\n{long}"), SIZES)
    assert [p.id for p in one] == [p.id for p in again]
    assert len({p.id for p in one}) == 2
    other = StoredDocument(Document("d2", "", ""), f"{long}\n{long}", document(f"{long}\n{long}").blocks)
    assert not {p.id for p in one} & {p.id for p in split(other, SIZES)}


def test_a_document_without_blocks_has_no_passages() -> None:
    assert split(document("", []), SIZES) == []
