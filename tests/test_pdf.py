"""PDF files made by hand: reading order, paragraphs, headings, tables, furniture, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bot.documents import File, read_file
from bot.documents.pdf_columns import columns
from bot.documents.pdf_layout import Glyph, Line, lines, stretches
from bot.documents.pdf_paragraphs import Measure, goes_on, measured
from bot.documents.pdf_properties import author_of, date_of, title_of
from bot.documents.pdf_running import Page, sheets_of
from bot.documents.pdf_tables import Box, ruled_table, without_empty_columns
from bot.errors import UnreadableDocument
from bot.types import BlockKind, StoredDocument

A4 = (595, 842)
SONG = "STSong-Light"
Draw = Callable[[Canvas], None]


@pytest.fixture(autouse=True)
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the extra is installed decides no test here."""
    monkeypatch.setattr("bot.documents.ocr.available", lambda: False)


# Files


def made(path: Path, *pages: Draw, size: tuple[float, float] = A4, encrypt: StandardEncryption | None = None) -> Path:
    """A PDF file with a page for each function that draws one."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    sheet = Canvas(str(path), pagesize=size, invariant=True, encrypt=encrypt)
    for draw in pages:
        draw(sheet)
        sheet.showPage()
    sheet.save()
    return path


def write(sheet: Canvas, x: float, y: float, text: str, size: float = 10, font: str = SONG) -> None:
    """Writes a line that begins at x, y points under the page's top."""
    sheet.setFont(font, size)
    sheet.drawString(x, A4[1] - y, text)


def block(x: float, y: float, *texts: str, size: float = 10, leading: float = 18) -> Draw:
    """Draws lines under one another."""

    def draw(sheet: Canvas) -> None:
        for i, text in enumerate(texts):
            write(sheet, x, y + i * leading, text, size)

    return draw


def set_in(x: float, y: float, text: str, width: int, indent: int = 2) -> Draw:
    """Draws a paragraph in lines of `width` characters, the first indented."""
    told = ["　" * indent + text[: width - indent]]
    told += [text[i : i + width] for i in range(width - indent, len(text), width)]
    return block(x, y, *told)


def all_of(*draws: Draw) -> Draw:
    def draw(sheet: Canvas) -> None:
        for one in draws:
            one(sheet)

    return draw


def ruled(x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str]], height: float = 20) -> Draw:
    """Draws a table with all its rules."""

    def draw(sheet: Canvas) -> None:
        xs = [x + sum(widths[:i]) for i in range(len(widths) + 1)]
        sheet.grid(xs, [A4[1] - y - i * height for i in range(len(rows) + 1)])
        for i, row in enumerate(rows):
            for left, text in zip(xs, row, strict=False):
                write(sheet, left + 4, y + i * height + 14, text)

    return draw


def prose(name: str, length: int) -> str:
    """A sentence of some length that tells no number and cannot be taken for another one's."""
    told = f"{name}段的文字说的是云汀市治水修路和种树的事情，"
    return (told * (length // len(told) + 1))[: length - 1] + "。"


# What is read


def read_all(path: Path) -> list[StoredDocument | UnreadableDocument]:
    return list(read_file(File(path, f"docs/{path.name}")))


def read_one(path: Path) -> StoredDocument:
    (found,) = read_all(path)
    assert isinstance(found, StoredDocument), found
    return found


def refusal(path: Path) -> str:
    (found,) = read_all(path)
    assert isinstance(found, UnreadableDocument)
    return str(found)


def told(document: StoredDocument, *kinds: BlockKind) -> list[str]:
    """The texts of the blocks of these kinds, or of all, without the line breaks inside."""
    return [
        document.text[one.start : one.end].replace("\n", "")
        for one in document.blocks
        if not kinds or one.kind in kinds
    ]


def table_of(document: StoredDocument) -> tuple[list[list[str]], int]:
    """The only table's cells, row by row, and its header rows."""
    (found,) = [one.table for one in document.blocks if one.table]
    return [[document.text[start:end] for start, end in row] for row in found.rows], found.headers


TITLE = "云汀市二〇二三年水利工程建设与管护情况综合报告"
BOTH_COLUMNS = all_of(
    block(60, 60, TITLE, size=18),
    set_in(60, 120, prose("甲", 150), 20),
    set_in(60, 300, prose("乙", 130), 20),
    set_in(300, 120, prose("丙", 140), 20),
    set_in(300, 300, prose("丁", 125), 20),
    ruled(
        60,
        460,
        [160, 140, 140],
        [["单位", "金额（万元）", "占比"], ["水利局", "12.5", "30%"], ["林业局", "29.1", "70%"]],
    ),
    set_in(60, 560, prose("戊", 100), 20),
    set_in(300, 560, prose("己", 95), 20),
    block(60, 700, "（本报告由云汀市水利局负责解释，未经同意请勿转载，如有疑问请与办公室联系）"),
)


# Reading order


def test_columns_are_read_one_after_the_other_and_what_crosses_them_where_it_stands(tmp_path: Path) -> None:
    document = read_one(made(tmp_path / "a.pdf", BOTH_COLUMNS))
    assert told(document) == [
        TITLE,
        prose("甲", 150),
        prose("乙", 130),
        prose("丙", 140),
        prose("丁", 125),
        "单位\t金额（万元）\t占比水利局\t12.5\t30%林业局\t29.1\t70%",
        prose("戊", 100),
        prose("己", 95),
        "（本报告由云汀市水利局负责解释，未经同意请勿转载，如有疑问请与办公室联系）",
    ]


def test_three_columns_are_read_in_order(tmp_path: Path) -> None:
    draw = all_of(*[set_in(40 + 180 * i, 100, prose(name, 150), 16) for i, name in enumerate("甲乙丙")])
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [prose(name, 150) for name in "甲乙丙"]


def test_columns_whose_lines_do_not_stand_side_by_side_are_read_in_order(tmp_path: Path) -> None:
    draw = all_of(set_in(60, 100, prose("甲", 200), 22), set_in(310, 106, prose("乙", 200), 22))
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [prose("甲", 200), prose("乙", 200)]


def test_a_heading_under_columns_belongs_to_the_text_below_them(tmp_path: Path) -> None:
    draw = all_of(
        set_in(60, 100, prose("甲", 130), 20),
        set_in(300, 100, prose("乙", 130), 20),
        block(60, 236, "二、下一步安排"),
        set_in(60, 260, prose("丙", 130), 44),
    )
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [
        prose("甲", 130), prose("乙", 130), "二、下一步安排", prose("丙", 130),
    ]  # fmt: skip


def test_a_table_without_rules_is_read_row_by_row(tmp_path: Path) -> None:
    names = ["澄江县", "岚溪区", "鹿门县", "上河镇", "下河镇", "合计"]
    sums = ["12.5万元", "30.1万元", "8.7万元", "5.5万元", "1.2万元", "58.0万元"]
    draw = all_of(block(60, 60, *names), block(300, 60, *sums), set_in(60, 200, prose("甲", 120), 45))
    document = read_one(made(tmp_path / "a.pdf", draw))
    assert told(document) == [*(f"{name} {total}" for name, total in zip(names, sums, strict=True)), prose("甲", 120)]


def test_signatures_side_by_side_are_read_row_by_row(tmp_path: Path) -> None:
    draw = all_of(
        block(60, 60, "甲方：云汀市水利局", "代表：闻砚秋"), block(320, 60, "乙方：澄江建设公司", "代表：祝海川")
    )
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [
        "甲方：云汀市水利局 乙方：澄江建设公司", "代表：闻砚秋 代表：祝海川",
    ]  # fmt: skip


def test_the_order_of_drawing_does_not_matter(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        for i, char in reversed([*enumerate("倒着画的一行字")]):
            write(sheet, 60 + 10 * i, 130, char)
        write(sheet, 60, 100, "后画的第一行")

    assert told(read_one(made(tmp_path / "a.pdf", draw))) == ["后画的第一行", "倒着画的一行字"]


def turned(turn: int, draw: Draw) -> Draw:
    """Draws by quarter turns against the clock, on a page of a size that holds it."""

    def draw_turned(sheet: Canvas) -> None:
        sheet.translate(*[(0, 0), (842, 0), (595, 842), (0, 595)][turn])
        sheet.rotate(90 * turn)
        draw(sheet)

    return draw_turned


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_page_that_is_printed_sideways_is_read_upright_with_its_table(turn: int, tmp_path: Path) -> None:
    rows = [["单位", "金额"], ["水利局", "12.5"], ["林业局", "29.1"]]
    draw = all_of(set_in(60, 100, prose("甲", 100), 40), ruled(60, 200, [200, 200], rows), block(60, 300, "（附表一）"))
    size = A4 if turn % 2 == 0 else (A4[1], A4[0])
    document = read_one(made(tmp_path / "a.pdf", turned(turn, draw), size=size))
    assert told(document) == [prose("甲", 100), "单位\t金额水利局\t12.5林业局\t29.1", "（附表一）"]
    assert table_of(document) == (rows, 1)


def test_a_page_with_a_rotation_is_read_as_it_is_shown(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.setPageRotation(90)  # clockwise: what is drawn a quarter turn against the clock is shown upright
        sheet.translate(595, 0)
        sheet.rotate(90)
        for i, text in enumerate(("横着放的一页", "第二行的文字", "第三行的文字")):
            sheet.setFont(SONG, 10)
            sheet.drawString(60, 500 - 20 * i, text)

    # reportlab turns the paper with the page
    document = read_one(made(tmp_path / "a.pdf", draw, size=(842, 595)))
    assert told(document) == ["横着放的一页", "第二行的文字", "第三行的文字"]


def test_a_watermark_stands_in_no_sentence(tmp_path: Path) -> None:
    def stamp(sheet: Canvas) -> None:
        sheet.saveState()
        sheet.translate(150, 650)
        sheet.rotate(45)
        sheet.setFillGray(0.8)
        sheet.setFont(SONG, 60)
        sheet.drawString(0, 0, "样本")
        sheet.restoreState()

    draw = all_of(set_in(60, 60, prose("甲", 120), 45), stamp, set_in(60, 120, prose("乙", 120), 45))
    document = read_one(made(tmp_path / "a.pdf", draw))
    assert told(document, BlockKind.PARAGRAPH) == [prose("甲", 120), prose("乙", 120)]
    assert told(document, BlockKind.FURNITURE) == ["样本"]


# Characters


def test_letters_keep_their_spaces_and_chinese_gets_none(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        write(sheet, 60, 60, "The river works of 2023", font="Helvetica")
        # As programs set Chinese beside figures: with gaps, and no space.
        for x, text in ((60, "全年完成投资"), (122.5, "3.01"), (144, "亿元")):
            write(sheet, x, 90, text)
        for x, text in ((60, "word"), (84, "gap")):
            write(sheet, x, 120, text, font="Helvetica")

    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [
        "The river works of 2023",
        "全年完成投资3.01亿元",
        "word gap",
    ]


def test_a_character_printed_twice_stands_once_and_is_bold(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        for shift in (0, 0.4):
            write(sheet, 60 + shift, 60, "注意事项共十一一条")
        block(60, 90, prose("甲", 30), "Hill 1100 feet.")(sheet)

    document = read_one(made(tmp_path / "a.pdf", draw))
    assert told(document) == ["注意事项共十一一条", prose("甲", 30), "Hill 1100 feet."]
    assert told(document, BlockKind.HEADING) == ["注意事项共十一一条"]


def without_meanings(path: Path) -> Path:
    """The file with its Chinese fonts made to use characters that nobody knows."""
    path.write_bytes(path.read_bytes().replace(b"(GB1)", b"(XY1)"))
    return path


def test_characters_without_a_meaning_are_counted(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        write(sheet, 60, 60, "Total", font="Helvetica")
        write(sheet, 60, 90, "万元")

    document = read_one(without_meanings(made(tmp_path / "a.pdf", draw, block(60, 60, "云"))))
    assert document.text.startswith("Total\n\ufffd\ufffd\n")
    assert document.oddities == (
        "1 of 2 pages hold no text (page 2): run OCR on it, or: pip install 'wenda[ocr]' and index again",
        "3 characters stand as \ufffd, for their fonts do not say what they are (pages 1-2);"
        " export the file anew from its own program",
    )


def test_a_file_of_such_characters_is_refused(tmp_path: Path) -> None:
    path = without_meanings(made(tmp_path / "a.pdf", block(60, 60, prose("甲", 40))))
    assert refusal(path) == (
        "docs/a.pdf: holds no text (its fonts do not say what their characters are, page 1);"
        " run OCR on it, or: pip install 'wenda[ocr]' and index again"
    )


def test_what_lies_off_the_page_is_not_read(tmp_path: Path) -> None:
    draw = all_of(block(60, 60, "页面上的字", "第二行"), block(700, 60, "页面外的字"), block(60, 900, "页面下的字"))
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == ["页面上的字", "第二行"]


# Paragraphs


def test_lines_that_fill_their_column_are_one_paragraph_with_its_line_breaks(tmp_path: Path) -> None:
    text = prose("甲", 70)
    document = read_one(made(tmp_path / "a.pdf", set_in(60, 60, text, 30), set_in(60, 60, prose("乙", 100), 30)))
    first = document.blocks[0]
    assert document.text[: first.end] == f"{text[:28]}\n{text[28:58]}\n{text[58:]}"
    assert told(document, BlockKind.PARAGRAPH) == [text, prose("乙", 100)]


def test_a_paragraph_ends_at_a_short_line_an_indent_a_wider_gap_and_another_size(tmp_path: Path) -> None:
    full = prose("甲", 80)
    draw = all_of(
        block(60, 60, full[:45], full[45:], "这一行没有写满就完了", "下一行顶着格写却是另一段"),
        set_in(60, 132, prose("乙", 88), 45),  # two lines, the second of 45
        block(60, 178, full[:45], full[45:]),  # ten points lower than the next line would stand
        block(60, 214, "这几个字小了一些写在下面", size=8),
    )
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [
        full, "这一行没有写满就完了", "下一行顶着格写却是另一段", prose("乙", 88), full, "这几个字小了一些写在下面",
    ]  # fmt: skip


def test_a_full_line_before_an_item_that_begins_anew_ends_its_paragraph(tmp_path: Path) -> None:
    first, second = f"1.{prose('甲', 43)}", f"2.{prose('乙', 70)}"
    draw = block(60, 60, first, second[:44], second[44:])
    assert told(read_one(made(tmp_path / "a.pdf", draw, set_in(60, 60, prose("丙", 150), 44)))) == [
        first, second, prose("丙", 150),
    ]  # fmt: skip


def test_lines_with_a_hanging_indent_are_one_item(tmp_path: Path) -> None:
    text = prose("甲", 120)
    draw = all_of(block(60, 60, f"（1）{text[:41]}"), block(85, 78, text[41:82], text[82:]))
    assert told(read_one(made(tmp_path / "a.pdf", draw, set_in(60, 60, prose("丙", 200), 44)))) == [
        f"（1）{text}", prose("丙", 200),
    ]  # fmt: skip


def test_ragged_lines_in_letters_go_on_and_keep_their_hyphens(tmp_path: Path) -> None:
    english = [
        "The council met to review the co-",
        "operative programme of river works",
        "in three counties and found that",
        "thirty dams were finished.",
        "A second matter was put off.",
    ]

    def draw(sheet: Canvas) -> None:
        for i, line in enumerate(english):
            write(sheet, 60, 60 + 14 * i, line, font="Helvetica")

    document = read_one(made(tmp_path / "a.pdf", draw))
    assert [document.text[one.start : one.end] for one in document.blocks] == ["\n".join(english[:4]), english[4]]


def test_lines_of_a_list_are_not_joined(tmp_path: Path) -> None:
    names = ["云汀市水利局河道管理所", "云汀市林业局苗圃管理所", "云汀市农业局种子管理所"]
    assert told(read_one(made(tmp_path / "a.pdf", block(60, 60, *names)))) == names


# What goes on overleaf, and what pages repeat


def page_of(number: int, *draws: Draw) -> Draw:
    """A page with a running head and its number at the foot."""
    return all_of(block(60, 40, "云汀市水利年报"), *draws, block(290, 810, str(number)))


def test_a_paragraph_that_goes_on_overleaf_is_one_block_and_the_page_starts_in_it(tmp_path: Path) -> None:
    text = prose("长", 250)
    first = page_of(1, set_in(60, 90, prose("甲", 100), 45), set_in(60, 162, text[:133], 45))
    second = page_of(2, block(60, 90, text[133:178], text[178:223], text[223:]), set_in(60, 162, prose("乙", 60), 45))
    document = read_one(made(tmp_path / "a.pdf", first, second))
    assert [(one.kind, text) for one, text in zip(document.blocks, told(document), strict=True)] == [
        (BlockKind.FURNITURE, "云汀市水利年报"),
        (BlockKind.PARAGRAPH, prose("甲", 100)),
        (BlockKind.FURNITURE, "1"),
        (BlockKind.PARAGRAPH, text),
        (BlockKind.FURNITURE, "云汀市水利年报"),
        (BlockKind.PARAGRAPH, prose("乙", 60)),
        (BlockKind.FURNITURE, "2"),
    ]
    joined = document.blocks[3]
    start = document.page_starts[1]
    assert document.page_starts[0] == 0
    assert document.text[joined.start : start].replace("\n", "") == text[:133]
    assert document.text[start : joined.end].replace("\n", "") == text[133:]
    assert [document.page(start - 1), document.page(start)] == [1, 2]


def test_a_paragraph_that_fills_a_page_goes_on_to_the_third(tmp_path: Path) -> None:
    text = prose("长", 43 + 2 * 45 + 45 + 20)
    lines_of = [text[:43], *[text[i : i + 45] for i in range(43, len(text), 45)]]
    first = page_of(1, set_in(60, 90, prose("甲", 100), 45), block(80, 162, lines_of[0]), block(60, 180, lines_of[1]))
    second = page_of(2, block(60, 90, *lines_of[2:4]))
    third = page_of(3, block(60, 90, *lines_of[4:]), set_in(60, 126, prose("乙", 100), 45))
    document = read_one(made(tmp_path / "a.pdf", first, second, third))
    assert told(document, BlockKind.PARAGRAPH) == [prose("甲", 100), text, prose("乙", 100)]
    assert [document.page(document.text.index(line)) for line in lines_of] == [1, 1, 2, 2, 3]
    assert told(document)[3:7] == [text, "云汀市水利年报", "2", "云汀市水利年报"]


def test_a_paragraph_goes_on_from_column_to_column(tmp_path: Path) -> None:
    text = prose("甲", 200)
    left = [f"{text[:18]}", *[text[i : i + 20] for i in range(18, 118, 20)]]
    right = [text[i : i + 20] for i in range(118, 200, 20)]
    draw = all_of(
        block(80, 60, left[0]), block(60, 78, *left[1:]), block(300, 60, *right), set_in(300, 150, prose("乙", 60), 20)
    )
    assert told(read_one(made(tmp_path / "a.pdf", draw))) == [text, prose("乙", 60)]


def test_a_new_paragraph_overleaf_is_not_joined(tmp_path: Path) -> None:
    first = page_of(1, set_in(60, 90, prose("甲", 133), 45))  # ends in a full line
    second = page_of(2, set_in(60, 90, prose("乙", 100), 45))
    document = read_one(made(tmp_path / "a.pdf", first, second))
    assert told(document, BlockKind.PARAGRAPH) == [prose("甲", 133), prose("乙", 100)]
    assert told(document)[2] == "1"


@pytest.mark.parametrize("pages", [2, 3, 7])
def test_running_heads_and_page_numbers_are_furniture(pages: int, tmp_path: Path) -> None:
    draws = [page_of(i, set_in(60, 90, prose(f"{i}号", 100), 45)) for i in range(1, pages + 1)]
    document = read_one(made(tmp_path / "a.pdf", *draws))
    assert told(document, BlockKind.FURNITURE) == [
        text for i in range(1, pages + 1) for text in ("云汀市水利年报", str(i))
    ]
    assert len(document.page_starts) == pages


def test_heads_of_left_and_right_pages_are_furniture(tmp_path: Path) -> None:
    heads = ["云汀市水利年报", "第二章　河道"] * 3
    draws = [
        all_of(block(60, 40, f"{head}　{i}"), set_in(60, 90, prose(f"{i}号", 100), 45))
        for i, head in enumerate(heads, 10)
    ]
    document = read_one(made(tmp_path / "a.pdf", *draws))
    assert told(document, BlockKind.FURNITURE) == [
        f"{head} {i}".replace("　", " ") for i, head in enumerate(heads, 10)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "furniture"),
    [
        ("- 3 -", True), ("— 12 —", True), ("第 3 页 共 12 页", True), ("第三页", True), ("共12页 第3页", True),
        ("3 / 12", True), ("Page 3 of 12", True), ("iv", True), ("12", True),
        ("12起", False), ("2023年", False), ("3.5", False), ("以上", False),
    ],
)  # fmt: skip
def test_a_page_number_at_the_foot_is_furniture_on_a_single_page_too(
    text: str, furniture: bool, tmp_path: Path
) -> None:
    document = read_one(made(tmp_path / "a.pdf", all_of(set_in(60, 90, prose("甲", 100), 45), block(280, 805, text))))
    assert told(document, BlockKind.FURNITURE) == [text] * furniture
    assert told(document)[-1] == text


def test_a_number_and_what_repeats_in_the_middle_of_a_page_are_text(tmp_path: Path) -> None:
    draws = [all_of(block(60, 300, "单位：万元", "12"), set_in(60, 400, prose(name, 100), 45)) for name in "甲乙丙"]
    document = read_one(made(tmp_path / "a.pdf", *draws))
    assert told(document, BlockKind.FURNITURE) == []


def test_each_page_begins_where_its_text_does_and_blank_ones_hold_nothing(tmp_path: Path) -> None:
    draws = [block(60, 60, f"{name}页的正文在这里。", f"{name}页还有一行。") for name in "甲乙丙"]
    document = read_one(made(tmp_path / "a.pdf", draws[0], all_of(), draws[1], draws[2]))
    assert [document.page(document.text.index(f"{name}页的")) for name in "甲乙丙"] == [1, 3, 4]
    assert len(document.page_starts) == 4


def test_lines_of_a_table_of_contents_are_furniture(tmp_path: Path) -> None:
    entries = [f"一、总体情况{'.' * 60}1", f"二、分项情况{'…' * 12}3", f"三、下一步{'．' * 20} 12"]
    draw = block(60, 60, "目录", *entries)
    document = read_one(made(tmp_path / "a.pdf", draw, block(60, 60, "一、总体情况", prose("甲", 40))))
    assert told(document, BlockKind.FURNITURE) == entries
    assert told(document, BlockKind.HEADING) == ["一、总体情况"]


# Headings


def headings(document: StoredDocument) -> list[tuple[int, str]]:
    return [
        (one.level, document.text[one.start : one.end].replace("\n", "|"))
        for one in document.blocks
        if one.kind is BlockKind.HEADING
    ]


def test_headings_have_levels_by_size_and_then_by_number(tmp_path: Path) -> None:
    draw = all_of(
        block(150, 60, "云汀市水利工作情况", size=22),
        block(60, 100, "第一部分　总的说明", size=16),
        block(80, 130, "一、完成情况"),
        set_in(60, 150, prose("甲", 100), 45),
        block(80, 204, "（一）河道"),
        set_in(60, 222, prose("乙", 100), 45),
        block(80, 276, "二、存在问题"),
        set_in(60, 294, prose("丙", 100), 45),
        block(60, 360, "表1　分县区完成情况", size=12),
    )
    assert headings(read_one(made(tmp_path / "a.pdf", draw))) == [
        (1, "云汀市水利工作情况"),
        (2, "第一部分 总的说明"),
        (3, "一、完成情况"),
        (4, "（一）河道"),
        (3, "二、存在问题"),
    ]


def test_a_heading_on_two_lines_is_one(tmp_path: Path) -> None:
    draw = all_of(
        block(127.5, 60, "云汀市人民政府关于进一步加强河道", size=20),
        block(217.5, 92, "管护工作的若干意见", size=20),
        set_in(60, 140, prose("甲", 150), 45),
    )
    assert headings(read_one(made(tmp_path / "a.pdf", draw))) == [
        (1, "云汀市人民政府关于进一步加强河道|管护工作的若干意见")
    ]


def test_bold_lines_are_headings_where_they_are_short_and_the_body_is_not_bold(tmp_path: Path) -> None:
    words = "the river works were finished on time and the dams were all built as planned this year "

    def draw(bold_body: bool) -> Draw:
        def drawn(sheet: Canvas) -> None:
            write(sheet, 60, 60, "Results of the year", font="Helvetica-Bold")
            write(sheet, 60, 80, "Note:", font="Helvetica-Bold")
            write(sheet, 60, 100, words, font="Helvetica-Bold" if bold_body else "Helvetica")
            write(sheet, 60, 120, words, font="Helvetica-Bold" if bold_body else "Helvetica")

        return drawn

    assert headings(read_one(made(tmp_path / "a.pdf", draw(bold_body=False)))) == [(1, "Results of the year")]
    assert headings(read_one(made(tmp_path / "b.pdf", draw(bold_body=True)))) == []


def test_a_title_in_the_middle_is_a_heading_though_it_is_set_as_the_text_is(tmp_path: Path) -> None:
    draw = all_of(
        block(235, 60, "河道管护工作会议纪要"), set_in(60, 90, prose("甲", 200), 45), block(80, 200, "一、会议议程"),
        set_in(60, 218, prose("乙", 100), 45),
    )  # fmt: skip
    document = read_one(made(tmp_path / "a.pdf", draw))
    assert headings(document) == [(1, "河道管护工作会议纪要"), (2, "一、会议议程")]
    assert document.document.title == "河道管护工作会议纪要"


def test_large_type_that_is_a_sentence_a_number_or_an_item_is_no_heading(tmp_path: Path) -> None:
    draw = all_of(
        block(60, 30, "●重点项目", size=16),
        block(60, 60, "本期要点都写在这里，请各科室传阅。", size=16), block(60, 100, "12.5%", size=30),
        set_in(60, 140, prose("甲", 200), 45),
    )  # fmt: skip
    assert headings(read_one(made(tmp_path / "a.pdf", draw))) == []


# Tables


ROWS = [[str(i), f"第{i}中学", f"{i * 7}.5"] for i in range(1, 9)]
HEADER = ["序号", "单位", "金额（万元）"]


def test_a_table_stands_where_it_is_printed_and_its_words_stand_once(tmp_path: Path) -> None:
    table = ruled(60, 160, [60, 200, 200], [HEADER, *ROWS[:2]])
    draw = all_of(table, set_in(60, 60, prose("甲", 120), 45), set_in(60, 250, prose("乙", 120), 45))
    document = read_one(made(tmp_path / "a.pdf", draw))
    assert told(document) == [prose("甲", 120), "\t".join(HEADER) + "1\t第1中学\t7.52\t第2中学\t14.5", prose("乙", 120)]
    assert table_of(document) == ([HEADER, *ROWS[:2]], 1)


def test_a_merged_cell_stands_in_every_place_that_it_covers(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.rect(60, 660, 400, 80)
        for x in (160, 360):
            sheet.line(x, 740, x, 660)
        sheet.line(260, 720, 260, 660)
        sheet.line(160, 720, 360, 720)
        for y in (700, 680):
            sheet.line(60, y, 460, y)
        sheet.setFont(SONG, 10)
        for y, texts in (
            (726, {164: "接待游客"}), (716, {64: "县区", 364: "收入"}), (706, {164: "境内", 264: "境外"}),
            (686, {64: "澄江县", 164: "102.3", 264: "1.1", 364: "8.71"}),
            (666, {64: "岚溪区", 164: "145.0", 264: "2.6", 364: "14.02"}),
        ):  # fmt: skip
            for x, text in texts.items():
                sheet.drawString(x, y, text)

    document = read_one(made(tmp_path / "a.pdf", draw))
    assert table_of(document) == (
        [
            ["县区", "接待游客", "接待游客", "收入"],
            ["县区", "境内", "境外", "收入"],
            ["澄江县", "102.3", "1.1", "8.71"],
            ["岚溪区", "145.0", "2.6", "14.02"],
        ],
        2,
    )
    assert document.text.count("接待游客") == 1


def test_a_table_without_outer_sides_has_all_its_columns(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        for y in (740, 720, 700):
            sheet.line(60, y, 460, y)
        for x in (200, 330):
            sheet.line(x, 740, x, 700)
        for y, row in ((726, HEADER), (706, ROWS[0])):
            for x, text in zip((64, 204, 334), row, strict=True):
                write(sheet, x, A4[1] - y, text)

    assert table_of(read_one(made(tmp_path / "a.pdf", draw))) == ([HEADER, ROWS[0]], 1)


def test_a_table_that_goes_on_overleaf_is_one_and_its_repeated_header_no_row_of_it(tmp_path: Path) -> None:
    first = page_of(1, set_in(60, 90, prose("甲", 120), 45), ruled(60, 660, [60, 200, 200], [HEADER, *ROWS[:4]]))
    second = page_of(
        2, block(60, 70, "续表"), ruled(60, 80, [60, 200, 200], [HEADER, *ROWS[4:]]), block(60, 300, "以上。")
    )
    document = read_one(made(tmp_path / "a.pdf", first, second))
    assert table_of(document) == ([HEADER, *ROWS], 1)
    assert [document.page(document.text.index(f"第{i}中学")) for i in range(1, 9)] == [1, 1, 1, 1, 2, 2, 2, 2]
    assert told(document, BlockKind.FURNITURE) == [
        "云汀市水利年报", "1", "云汀市水利年报", "续表", "\t".join(HEADER), "2",
    ]  # fmt: skip


def test_a_table_that_goes_on_overleaf_without_its_header_is_one(tmp_path: Path) -> None:
    first = page_of(1, set_in(60, 90, prose("甲", 120), 45), ruled(60, 660, [60, 200, 200], [HEADER, *ROWS[:4]]))
    second = page_of(2, ruled(60, 80, [60, 200, 200], ROWS[4:]))
    document = read_one(made(tmp_path / "a.pdf", first, second))
    assert table_of(document) == ([HEADER, *ROWS], 1)
    assert document.page(document.text.index("第5中学")) == 2


def test_another_table_overleaf_is_another(tmp_path: Path) -> None:
    first = page_of(1, ruled(60, 660, [60, 200, 200], [HEADER, *ROWS[:4]]))
    second = page_of(2, ruled(60, 80, [160, 200, 100], [HEADER, *ROWS[4:]]))
    document = read_one(made(tmp_path / "a.pdf", first, second))
    assert [one.table.headers for one in document.blocks if one.table] == [1, 1]


def test_words_broken_for_a_cells_width_are_whole_again(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.grid([60, 140, 260], [740, 700, 660])
        block(64, 116, "云汀市水利局", "河道管理所", leading=14)(sheet)
        write(sheet, 144, 116, "12.5")
        block(64, 156, "闻砚秋", "简素", leading=14)(sheet)
        block(144, 156, "river works in 2023", "households", leading=14)(sheet)

    rows, _ = table_of(read_one(made(tmp_path / "a.pdf", draw)))
    assert rows == [["云汀市水利局河道管理所", "12.5"], ["闻砚秋 简素", "river works in 2023 households"]]


def test_a_number_broken_for_a_cells_width_is_whole_again(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.grid([60, 100, 160], [740, 700])
        block(64, 116, "1,234,5", "67.8", leading=14)(sheet)
        write(sheet, 104, 116, "万元")

    assert table_of(read_one(made(tmp_path / "a.pdf", draw)))[0] == [["1,234,567.8", "万元"]]


def test_frames_around_long_texts_are_no_table(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.grid([50, 280, 550], [780, 300])
        set_in(60, 90, prose("甲", 300), 20)(sheet)
        set_in(300, 90, prose("乙", 300), 20)(sheet)

    document = read_one(made(tmp_path / "a.pdf", draw))
    assert told(document, BlockKind.PARAGRAPH) == [prose("甲", 300), prose("乙", 300)]


def test_a_drawing_of_very_many_rules_costs_no_time_and_no_text(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.grid([50 + 4 * i for i in range(120)], [800 - 4 * i for i in range(120)])
        write(sheet, 60, 700, "坐标纸上的一行字")

    assert told(read_one(made(tmp_path / "a.pdf", draw))) == ["坐标纸上的一行字"]


# What cannot be read


def scan(sheet: Canvas) -> None:
    sheet.drawImage(ImageReader(Image.new("L", (200, 280), 200)), 0, 0, *A4)


MEND = "run OCR on it, or: pip install 'wenda[ocr]' and index again"


def test_pages_without_text_are_named(tmp_path: Path) -> None:
    text = set_in(60, 60, prose("甲", 100), 45)
    draws = [text, scan, all_of(), text, scan, all_of(scan, block(290, 805, "6"))]
    document = read_one(made(tmp_path / "a.pdf", *draws))
    assert document.oddities == (f"3 of 6 pages hold no text (pages 2, 5-6): {MEND}",)


def test_a_scan_is_said_to_be_one(tmp_path: Path) -> None:
    assert (
        refusal(made(tmp_path / "a.pdf", scan, scan)) == f"docs/a.pdf: holds no text (it is a scan, pages 1-2); {MEND}"
    )


def test_a_file_of_blank_pages_holds_no_text(tmp_path: Path) -> None:
    assert "holds no text" in refusal(made(tmp_path / "a.pdf", all_of(), all_of()))


def test_a_file_with_a_password_is_refused_and_one_that_only_forbids_copying_is_read(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        write(sheet, 60, 60, "The river works", font="Helvetica")

    locked = made(tmp_path / "a.pdf", draw, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    assert refusal(locked) == "docs/a.pdf: is protected by a password; save it without one"
    forbidding = StandardEncryption("", ownerPassword="owner", canPrint=0, canCopy=0)
    assert told(read_one(made(tmp_path / "b.pdf", draw, encrypt=forbidding))) == ["The river works"]


def test_a_file_of_too_many_pages_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.pdf.MAX_PAGES", 2)
    path = made(tmp_path / "a.pdf", *[block(60, 60, "字")] * 3)
    assert refusal(path) == "docs/a.pdf: has 3 pages; split it into parts of at most 2"


def with_broken_boxes(path: Path, *broken: int) -> Path:
    """The file with these pages' sizes made to be none."""
    parts = path.read_bytes().split(b"/MediaBox [ 0 0 595 842 ]")
    boxes = [
        b"/MediaBox [ 0 0 (a) 842 ]" if i in broken else b"/MediaBox [ 0 0 595 842 ]" for i in range(1, len(parts))
    ]
    path.write_bytes(b"".join(one for pair in zip(parts, [*boxes, b""], strict=True) for one in pair))
    return path


def test_a_page_that_cannot_be_read_costs_that_page(tmp_path: Path) -> None:
    draws = [block(60, 60, f"{name}页的正文在这里。", f"{name}页还有一行。") for name in "甲乙丙"]
    document = read_one(with_broken_boxes(made(tmp_path / "a.pdf", *draws), 2))
    assert told(document) == ["甲页的正文在这里。", "甲页还有一行。", "丙页的正文在这里。", "丙页还有一行。"]
    assert document.page(document.text.index("丙")) == 3
    (oddity,) = document.oddities
    assert oddity.startswith("1 of 3 pages cannot be read (page 2: ")
    assert oddity.endswith("); save the file anew")


def test_a_file_none_of_whose_pages_can_be_read_is_refused(tmp_path: Path) -> None:
    path = with_broken_boxes(made(tmp_path / "a.pdf", block(60, 60, "甲"), block(60, 60, "乙")), 1, 2)
    assert refusal(path).startswith("docs/a.pdf: is damaged: no page can be read (")


@pytest.mark.parametrize("data", [b"%PDF-1.7 cut", b"no pdf at all"])
def test_what_is_no_pdf_is_said_to_be_damaged(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    assert "is damaged or not what its name says" in refusal(tmp_path / "a.pdf")


# Properties


@pytest.mark.parametrize(
    ("properties", "title"),
    [
        ({"Title": "云汀市 水利年报\n"}, "云汀市 水利年报"),
        ({"Title": "Annual report 2023"}, "Annual report 2023"),
        ({"Title": "文档管理办法"}, "文档管理办法"),
        ({}, ""),
        ({"Title": None}, ""),
        ({"Title": "Microsoft Word - 文档1.doc"}, ""),
        ({"Title": "水利年报（终稿）.docx"}, ""),
        ({"Title": "untitled"}, ""),
        ({"Title": "Untitled-2"}, ""),
        ({"Title": "无标题文档"}, ""),
        ({"Title": "PowerPoint 演示文稿"}, ""),
        ({"Title": "文档 1"}, ""),
        ({"Title": "幻灯片 1"}, ""),
        ({"Title": "(anonymous)"}, ""),
        ({"Title": "Writer", "Creator": "Writer"}, ""),
        ({"Title": "某某排版系统", "Producer": "某某排版系统"}, ""),
        ({"Title": "Microsoft Word 2016"}, ""),
        ({"Title": "新建 Microsoft Word 文档"}, ""),
        ({"Title": "新建小学选址公告"}, "新建小学选址公告"),
        ({"Title": "Microsoft Office 用户手册"}, "Microsoft Office 用户手册"),
        ({"Title": "20230401"}, ""),
        ({"Title": "¹ØÓÚ¿ªÕ¹"}, ""),
        ({"Title": "\ufffd\ufffd"}, ""),
    ],
)
def test_a_title_that_a_program_put_there_is_none(properties: dict[str, object], title: str) -> None:
    assert title_of(properties) == title


@pytest.mark.parametrize(
    ("author", "told"),
    [
        ("闻砚秋", "闻砚秋"),
        ("云汀市水利局", "云汀市水利局"),
        ("Administrator", ""),
        ("微软用户", ""),
        ("Lenovo", ""),
        ("1", ""),
    ],
)
def test_an_author_that_is_a_computer_is_none(author: str, told: str) -> None:
    assert author_of({"Author": author}) == told


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("D:20230401093000+08'00'", "2023-04-01"),
        ("20230401", "2023-04-01"),
        ("D:2023", ""),
        ("D:20231301", ""),
        (None, ""),
    ],
)
def test_the_date_is_that_of_creation(date: str | None, day: str) -> None:
    assert date_of({"CreationDate": date}) == day


def test_the_properties_count_where_the_text_tells_nothing(tmp_path: Path) -> None:
    def draw(sheet: Canvas) -> None:
        sheet.setTitle("河道管护办法")
        sheet.setAuthor("闻砚秋")
        set_in(60, 60, prose("甲", 100), 45)(sheet)

    document = read_one(made(tmp_path / "a.pdf", draw)).document
    assert (document.title, document.author, document.date) == ("河道管护办法", "闻砚秋", "2000-01-01")


# Geometry alone


def line(text: str, x0: float, top: float, size: float = 10, **more: bool) -> Line:
    """A line of Chinese characters."""
    return Line(text, x0, top, x0 + size * len(text), top + size, size, **more)


def test_characters_of_a_row_are_words_parted_by_wide_gaps() -> None:
    def glyphs(text: str, x0: float, top: float = 0.0, size: float = 10) -> list[Glyph]:
        return [Glyph(char, x0 + i * size, top, x0 + (i + 1) * size, top + size) for i, char in enumerate(text)]

    row = [*glyphs("收入", 0), *glyphs("注", 20, 1, 6), *glyphs("合计", 60), *glyphs("下行", 0, 12)]
    found = stretches(row[::-1])
    assert [(one.text, one.x0, one.x1, one.size) for one in found] == [
        ("收入注", 0, 26, 10), ("合计", 60, 80, 10), ("下行", 0, 20, 10),
    ]  # fmt: skip
    assert [(one.text, one.gapped) for one in lines(found)] == [("收入注 合计", True), ("下行", False)]


def test_nothing_has_no_columns() -> None:
    assert columns([]) == []
    assert stretches([]) == []


def test_a_column_too_short_to_tell_its_edges_has_those_of_one_that_it_fits_in() -> None:
    known = Measure(60, 510, 1.8, sure=True, justified=True, indented=True)
    assert measured([line("甲" * 20, 60, 0), line("乙" * 3, 60, 18)], [known]) == known
    assert not measured([line("甲" * 20, 60, 0), line("乙" * 3, 60, 18)]).sure
    assert not measured([line("甲" * 20, 400, 0), line("乙" * 3, 400, 18)], [known]).sure


@pytest.mark.parametrize(
    ("last", "next_one", "goes"),
    [
        (line("甲" * 45, 60, 0), line("乙", 60, 18), True),
        (line("甲" * 44, 60, 0), line("乙", 60, 18), True),  # a full stop was set in the margin
        (line("甲" * 40, 60, 0), line("乙", 60, 18), False),
        (line("甲" * 39 + "，", 60, 0), line("乙", 60, 18), True),
        (line("甲" * 40, 60, 0), line("，乙", 60, 18), True),
        (line("甲" * 45, 60, 0), line("乙", 80, 18), False),
        (line("甲" * 43, 80, 0), line("乙", 60, 18), True),
        (line("甲" * 44 + "。", 60, 0), line("乙", 80, 18), False),
        (line("甲" * 44 + "。", 60, 0), line("（二）乙", 60, 18), False),
        (line("甲" * 45, 60, 0), line("乙", 60, 26), False),
        (line("甲" * 45, 60, 0), line("乙", 60, 18, size=12), False),
        (line("甲" * 45, 60, 0, gapped=True), line("乙", 60, 18), False),
        (line("甲" * 45, 60, 0), line("乙", 400, 18), False),
    ],
)
def test_a_line_goes_on_with_one_before_it(last: Line, next_one: Line, goes: bool) -> None:
    measure = Measure(60, 510, 1.8, sure=True, justified=True)
    assert goes_on([last], measure, next_one, measure) is goes


def test_a_page_of_short_cells_is_not_parted() -> None:
    cells = [line("甲乙丙", 40 + 65 * column, 40 + 9 * row, 7) for row in range(80) for column in range(8)]
    assert columns(cells) == [cells]


def test_words_that_stand_sideways_in_a_cell_are_words_of_it() -> None:
    cells = [Box(0, 0, 20, 60), Box(20, 0, 80, 60)]
    sideways = [Glyph("交", 5, 30, 15, 40), Glyph("通", 5, 20, 15, 30)]
    assert [[cell.text for cell in row] for row in ruled_table(cells, [Glyph("3", 25, 5, 30, 15)], sideways).rows] == [
        ["交通", "3"],
    ]  # fmt: skip


def test_rules_and_empty_columns_of_a_table_are_told_apart() -> None:
    cells = [Box(x, y, x + 50, y + 20) for y in (0, 20) for x in (0, 50, 100)]
    glyphs = [Glyph(text, x, y, x + 10, y + 10) for text, x, y in (("甲", 5, 5), ("乙", 105, 5), ("丙", 5, 25))]
    table = ruled_table(cells, glyphs)
    assert (table.x0, table.top, table.x1, table.bottom, table.rules) == (0, 0, 150, 40, [0, 50, 100, 150])
    rows = without_empty_columns(table.rows)
    assert [[cell.text for cell in row] for row in rows] == [["甲", "乙"], ["丙", ""]]


def test_a_page_of_a_table_alone_has_no_running_lines() -> None:
    (sheet,) = sheets_of([Page(842, [])])
    assert (sheet.lines, sheet.head, sheet.foot) == ([], [], [])


def test_a_paragraph_goes_on_over_the_notes_at_the_foot_of_its_page(tmp_path: Path) -> None:
    text = prose("长", 133 + 60)
    note = block(60, 760, "注：数字来自云汀市统计局二〇二三年的年报。", size=8)
    first = page_of(1, set_in(60, 90, prose("甲", 100), 45), set_in(60, 162, text[:133], 45), note)
    second = page_of(2, block(60, 90, text[133:178], text[178:]), set_in(60, 162, prose("乙", 60), 45))
    document = read_one(made(tmp_path / "a.pdf", first, second))
    assert told(document, BlockKind.PARAGRAPH) == [
        prose("甲", 100), "注：数字来自云汀市统计局二〇二三年的年报。", text, prose("乙", 60),
    ]  # fmt: skip
    assert [document.page(document.text.index(word)) for word in ("注：", text[:20], text[178:], "乙")] == [1, 1, 2, 2]
