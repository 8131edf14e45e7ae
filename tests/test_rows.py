"""Tables: each row is searched and read with its headers, and cited by its own cells."""

from __future__ import annotations

import pytest

from bot.config import Passages
from bot.documents.builder import Builder, Cell
from bot.documents.tables import header_rows, is_data
from bot.passages import split
from bot.types import BlockKind, Document, StoredDocument
from bot.view import view
from tests.corpus.handmade import answer_to

SIZES = Passages()


def grid(text: str) -> list[list[Cell]]:
    """Rows of cells, a line a row, parted by bars; < is the cell to the left again, ^ the one above."""
    rows: list[list[Cell]] = []
    for line in text.strip().split("\n"):
        row: list[Cell] = []
        for column, words in enumerate(line.strip().split("|")):
            merged = {"<": row[-1] if row else None, "^": rows[-1][column] if rows else None}.get(words.strip())
            row.append(merged or Cell(words.strip()))
        rows.append(row)
    return rows


def document(text: str, *above: str, headers: int | None = None, title: str = "台账") -> StoredDocument:
    """A document with lines above a table."""
    builder = Builder()
    for line in above:
        builder.line(line)
    rows = grid(text)
    builder.table(rows, header_rows(rows) if headers is None else headers)
    return StoredDocument(Document("d1", title, "docs/d1.xlsx"), builder.text, tuple(builder.blocks))


def rows_of(stored: StoredDocument, sizes: Passages = SIZES) -> list[str]:
    """How each row of a document's tables is read."""
    inside = [p for p in split(stored, sizes) if p.pieces]
    return [view(stored.text[p.start : p.end], p).text for p in inside]


GRID = """
地区|指标|数量
巴彦淖尔|网格员|23700人
鄂尔多斯|网格|5780个
"""


def test_a_row_is_read_with_its_headers() -> None:
    assert rows_of(document(GRID)) == [
        "地区：巴彦淖尔；指标：网格员；数量：23700人",
        "地区：鄂尔多斯；指标：网格；数量：5780个",
    ]


def test_a_row_is_stored_as_its_cells_and_nothing_else() -> None:
    stored = document(GRID)
    assert stored.text == "地区\t指标\t数量\n巴彦淖尔\t网格员\t23700人\n鄂尔多斯\t网格\t5780个\n"
    assert [stored.text[p.start : p.end] for p in split(stored, SIZES)] == [
        "巴彦淖尔\t网格员\t23700人",
        "鄂尔多斯\t网格\t5780个",
    ]


def test_names_that_span_columns_are_read_before_those_under_them() -> None:
    told = document("单位|2022年|<\n^|收入|支出\n机关|12|11\n学校|34|33")
    assert rows_of(told) == [
        "单位：机关；2022年 收入：12；2022年 支出：11",
        "单位：学校；2022年 收入：34；2022年 支出：33",
    ]


def test_a_cell_merged_over_rows_is_read_in_each() -> None:
    told = document("地区|指标|数量\n河东|网格|12个\n^|网格员|34人")
    assert rows_of(told) == ["地区：河东；指标：网格；数量：12个", "地区：河东；指标：网格员；数量：34人"]
    assert told.text.count("河东") == 1


def test_a_cell_merged_over_columns_is_read_once() -> None:
    assert rows_of(document("月份|网格|网格员\n一月|停报|<\n二月|12个|34人"))[0] == "月份：一月；网格：停报"


def test_empty_cells_are_left_out() -> None:
    assert rows_of(document("地区|网格|网格员\n河东||34人")) == ["地区：河东；网格员：34人"]


@pytest.mark.parametrize(
    ("header", "cell", "read"),
    [
        ("收入（万元）", "12.5", "收入（万元）：12.5万元"),
        ("占比(%)", "31.7", "占比(%)：31.7%"),
        ("人数（人）", "**", "人数（人）：**人"),
        ("人数（人）", "暂缺", "人数（人）：暂缺"),
        ("收入（万元）", "12万元", "收入（万元）：12万元"),
        ("收入（含税）", "12", "收入（含税）：12"),
    ],
)
def test_a_unit_in_a_header_is_read_after_bare_numbers(header: str, cell: str, read: str) -> None:
    assert rows_of(document(f"单位|{header}|备注\n机关|{cell}|无", headers=1)) == [f"单位：机关；{read}；备注：无"]


def test_a_unit_over_a_table_is_read_after_bare_amounts_but_not_counts_and_numbers() -> None:
    told = document("序号|部门|预算|人数\n1|办公室|320|14", "部门预算表", "单位：万元", headers=1)
    assert rows_of(told) == ["序号：1；部门：办公室；预算（万元）：320万元；人数：14"]


def test_the_lines_over_a_table_are_on_the_path_of_its_rows() -> None:
    told = document(GRID, "表1 各地网格情况")
    assert [p.path for p in split(told, SIZES) if p.pieces] == [("表1 各地网格情况",)] * 2


def test_a_row_over_all_columns_is_the_tables_title_and_names_none() -> None:
    told = document("2023年部门预算|<|<\n单位：万元|<|<\n部门|预算|人数\n办公室|320|14")
    assert rows_of(told) == ["部门：办公室；预算（万元）：320万元；人数：14"]
    assert [p.path for p in split(told, SIZES)] == [("2023年部门预算", "单位：万元")]


def test_two_columns_without_a_header_are_names_and_values() -> None:
    assert rows_of(document("联系人|王青禾\n电话|0478-2231\n地址|河东路5号")) == [
        "联系人：王青禾",
        "电话：0478-2231",
        "地址：河东路5号",
    ]


def test_a_long_row_is_read_in_parts_after_its_first_cell() -> None:
    told = document(f"事项|要求|时限\n换证|{'须' * 60}|{'日' * 60}", headers=1)
    parts = rows_of(told, Passages(20, 80))
    assert parts == [f"事项：换证；要求：{'须' * 60}", f"事项：换证；时限：{'日' * 60}"]


def test_a_long_cell_is_cut_between_sentences() -> None:
    told = document(f"事项|要求\n换证|{'须' * 59}。{'可' * 59}。", headers=1)
    parts = [told.text[p.start : p.end] for p in split(told, Passages(20, 80))]
    assert parts == ["换证", "须" * 59 + "。", "可" * 59 + "。"]


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("地区|网格\n河东|12\n河西|34", 1),
        ("姓名|部门|电话\n王青禾|办公室|2231", 1),
        ("姓名|王青禾\n部门|办公室", 0),
        ("河东|12|34\n河西|56|78", 0),
        ("指标|2021年|2022年\n网格|12|34", 1),
        ("指标|2022年|<\n^|计划|完成\n网格|12|34", 2),
        ("只有一行|两格", 0),
    ],
)
def test_header_rows_are_told_by_their_look(text: str, headers: int) -> None:
    assert header_rows(grid(text)) == headers


def test_header_rows_that_a_file_marks_are_taken() -> None:
    assert header_rows(grid("1|2\n3|4\n5|6"), marked=2) == 2


def test_a_layout_is_not_a_table() -> None:
    assert is_data(grid(GRID))
    assert not is_data(grid("只有一列\n还是一列"))
    assert not is_data([[Cell("长" * 500), Cell("长" * 300)]])


# Answers


TOWNS = """
地区|网格|网格员
河东|412个|1620人
河西|365个|***人
"""


@pytest.mark.parametrize(
    ("question", "status", "answer"),
    [
        ("河东有多少名网格员", "answered", "1620人"),
        ("河东划分了多少个网格", "answered", "412个"),
        ("河西划分了多少个网格", "answered", "365个"),
        ("河西有多少网格员", "masked", None),
    ],
)
def test_a_cell_answers_for_its_own_row_and_column(question: str, status: str, answer: str | None) -> None:
    told = answer_to(question, document(TOWNS, title="各街道网格情况"))
    assert (told.status.value, told.answer) == (status, answer)


def test_a_cell_is_cited_within_its_row() -> None:
    stored = document(TOWNS, title="各街道网格情况")
    (citation,) = answer_to("河东有多少名网格员", stored).citations
    assert citation.quote == "河东\t412个\t1620人"
    assert stored.text[citation.answer_start : citation.answer_end] == "1620人"


def test_a_citation_of_a_row_names_its_cells() -> None:
    stored = document(TOWNS, title="各街道网格情况")
    (citation,) = answer_to("河东有多少名网格员", stored).citations
    assert [(cell.label, stored.text[cell.start : cell.end]) for cell in citation.cells] == [
        ("地区", "河东"),
        ("网格", "412个"),
        ("网格员", "1620人"),
    ]


def test_an_answer_whose_unit_stands_in_the_header_is_told_with_it() -> None:
    stored = document("单位|收入（万元）|支出（万元）\n河东站|12.5|11.0", title="各站收支")
    told = answer_to("河东站的收入是多少", stored)
    assert told.answer == "12.5"
    assert told.text.splitlines()[0] == "12.5（万元）。"
    assert [cell.label for cell in told.citations[0].cells] == ["单位", "收入（万元）", "支出（万元）"]


def test_a_cell_merged_over_rows_answers_for_each_and_is_quoted_with_its_row() -> None:
    stored = document("地区|网格|技术支持单位\n河东|412个|恒砥检测公司\n河西|365个|^", title="各街道网格情况")
    (citation,) = answer_to("河西的技术支持单位是哪家公司", stored).citations
    assert stored.text[citation.answer_start : citation.answer_end] == "恒砥检测公司"
    assert citation.quote == "恒砥检测公司\n河西\t365个"


def test_a_year_in_a_header_is_the_period_of_its_column() -> None:
    stored = document("指标|2021年|2022年\n刑事案件|530起|410起", title="河东区案件统计")
    assert answer_to("2021年刑事案件多少起", stored).answer == "530起"
    assert answer_to("2022年刑事案件多少起", stored).answer == "410起"
    assert answer_to("2019年刑事案件多少起", stored).status.value == "not_found"


def test_a_name_is_the_whole_cell() -> None:
    stored = document("科室|负责人|职责\n档案科|欧阳青禾|保管会计凭证", title="科室分工")
    assert answer_to("档案科的负责人是谁", stored).answer == "欧阳青禾"


def test_table_blocks_hold_no_tabs_at_their_ends() -> None:
    (block,) = document("|数量\n河东|12个", headers=1).blocks
    assert block.kind is BlockKind.TABLE
