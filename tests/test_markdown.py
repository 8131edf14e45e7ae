"""Markdown: the text is the source, its blocks are what a reader sees, and masks are no markup."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import Passages
from bot.documents import File, markdown, read_file
from bot.documents.extracted import Extracted
from bot.passages import split
from bot.types import Block, BlockKind, Document, Status, StoredDocument
from bot.view import view
from tests.corpus.handmade import answer_to

SAMPLES = Path(__file__).parent.parent / "samples"
MASKED = "**市****年**月破获***起，止付*.**亿元，返还××万元，■人，总体方案“*+*+N”，谢某某。"

Told = tuple[BlockKind, str]


def paragraph(text: str) -> Told:
    return BlockKind.PARAGRAPH, text


def heading(text: str) -> Told:
    return BlockKind.HEADING, text


def furniture(text: str) -> Told:
    return BlockKind.FURNITURE, text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.md"


def read(file: Path, text: str) -> Extracted:
    file.write_text(text, encoding="utf-8")
    (found,) = markdown.read(file)
    assert found.text == text
    return found


def blocks(file: Path, text: str) -> list[Told]:
    found = read(file, text)
    return [(block.kind, text[block.start : block.end]) for block in found.blocks]


def stored(path: Path) -> StoredDocument:
    (found,) = read_file(File(path, f"docs/{path.name}"))
    assert isinstance(found, StoredDocument), found
    return found


def cells(found: Extracted, block: Block) -> list[list[str]]:
    assert block.table
    return [[found.text[start:end] for start, end in row] for row in block.table.rows]


# Blocks


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("# 标题", 1, "# 标题"),
        ("###### 标题", 6, "###### 标题"),
        ("## 标题 ##", 2, "## 标题"),
        ("##标题", 2, "##标题"),
        ("#《办法》", 1, "#《办法》"),
        ("   # 标题", 1, "# 标题"),
        ("标题\n====", 1, "标题"),
        ("标题\n---", 2, "标题"),
        ("一、总则", 4, "一、总则"),
        ("（二）目标", 5, "（二）目标"),
        ("**一、总则**", 4, "一、总则"),
        ("# **市公告", 1, "# **市公告"),
    ],
)
def test_a_heading_has_the_level_of_its_marks_or_numbering(text: str, level: int, words: str, file: Path) -> None:
    found = read(file, f"{text}\n\n正文一句。\n")
    assert [(block.level, found.text[block.start : block.end]) for block in found.blocks if block.level] == [
        (level, words)
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("#话题# 一句", "####### 七级", "#1 楼", "    # 代码", "#", "\\# 不是"),
        *("一段完整的话。\n---", "- 一项\n---", "标题\n\n---", f"{'长' * 101}\n==="),
    ],
)
def test_what_only_looks_like_a_heading_is_none(text: str, file: Path) -> None:
    assert [block for block in read(file, f"{text}\n\n正文一句。\n").blocks if block.kind is BlockKind.HEADING] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一句断在\n两行里。", ["一句断在\n两行里。"]),
        ("一句断在\r\n两行里。", ["一句断在\n两行里。"]),
        ("一段一行。\n又是一段。", ["一段一行。", "又是一段。"]),
        ("他说：“一段一行。”\n又是一段", ["他说：“一段一行。”", "又是一段"]),
        ("现通知如下：\n请照办", ["现通知如下：", "请照办"]),
        ("行尾两空格  \n下一行", ["行尾两空格", "下一行"]),
        ("行尾反斜杠\\\n下一行", ["行尾反斜杠", "下一行"]),
        ("行尾标签<br/>\n下一行", ["行尾标签", "下一行"]),
        ("上段\n\n下段", ["上段", "下段"]),
        ("　　缩进一段\n　　又是一段", ["缩进一段", "又是一段"]),
        ("联系人：沈苡\n电话：8213", ["联系人：沈苡", "电话：8213"]),
        ("研究院办公室\n2023年3月24日", ["研究院办公室", "2023年3月24日"]),
        ("研究院办公室\n二〇二三年三月二十四日", ["研究院办公室", "二〇二三年三月二十四日"]),
        ("> 引文一\n> 引文二", ["引文一", "引文二"]),
        ("- 第一项\n- 第二项", ["- 第一项", "- 第二项"]),
        ("- 第一项有\n  续行。\n  又续\n* 第二项", ["- 第一项有\n  续行。\n  又续", "* 第二项"]),
        ("1. 一\n2) 二\n+ 三", ["1. 一", "2) 二", "+ 三"]),
        ("1、一\n2、二\n（3）三\n④四\n5.五", ["1、一", "2、二", "（3）三", "④四", "5.五"]),
        ("止付涉案资金\n3.01亿元", ["止付涉案资金\n3.01亿元"]),
        ("***起\n**市", ["***起\n**市"]),
        ("*.**亿元", ["*.**亿元"]),
        ("|甲|乙|\n|丙|丁|", ["|甲|乙|", "|丙|丁|"]),
    ],
)
def test_a_paragraph_goes_on_over_the_lines_that_its_sentence_is_broken_into(
    text: str, found: list[str], file: Path
) -> None:
    file.write_bytes(text.encode())
    (extracted,) = markdown.read(file)
    assert [extracted.text[block.start : block.end] for block in extracted.blocks] == found
    assert {block.kind for block in extracted.blocks} == {BlockKind.PARAGRAPH}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲\n***\n乙", [paragraph("甲"), furniture("***"), paragraph("乙")]),
        ("甲\n\n---\n\n乙", [paragraph("甲"), furniture("---"), paragraph("乙")]),
        ("标题\n---\n乙", [heading("标题"), furniture("---"), paragraph("乙")]),
        ("<div align=center>\n甲\n</div>", [furniture("<div align=center>"), paragraph("甲"), furniture("</div>")]),
        ("[TOC]\n甲", [furniture("[TOC]"), paragraph("甲")]),
        ("<!-- 隐\n\n藏 -->\n甲", [furniture("<!-- 隐\n\n藏 -->"), paragraph("甲")]),
        ("甲<!-- 注 -->乙", [paragraph("甲"), furniture("<!-- 注 -->"), paragraph("乙")]),
        ("甲<!-- 没有结束", [paragraph("甲<!-- 没有结束")]),
        ("```\n# 甲\n<!-- 乙 -->\n\n  丙\n```\n", [
            furniture("```"), paragraph("# 甲"), paragraph("<!-- 乙 -->"), paragraph("丙"), furniture("```"),
        ]),
        ("~~~~ py\n```\n~~~\n甲\n~~~~", [
            furniture("~~~~ py"), paragraph("```"), paragraph("~~~"), paragraph("甲"), furniture("~~~~"),
        ]),
        ("<!-- ``` -->\n# 甲\n```\n# 乙", [
            furniture("<!-- ``` -->"), heading("# 甲"), furniture("```"), paragraph("# 乙"),
        ]),
        ("```行内```甲", [paragraph("```行内```甲")]),
        ("（责任编辑：刘泽）\n甲", [furniture("（责任编辑：刘泽）"), paragraph("甲")]),
    ],
)  # fmt: skip
def test_markup_comments_and_code_are_told_apart(text: str, found: list[Told], file: Path) -> None:
    assert blocks(file, text) == found


def test_masks_come_through_as_they_stand(file: Path) -> None:
    assert blocks(file, f"# **市公告\n\n{MASKED}\n\n- **市\n") == [
        *(heading("# **市公告"), paragraph(MASKED), paragraph("- **市"))
    ]


@pytest.mark.parametrize("words", ["**市公告", "平安**公告"])
def test_a_masked_title_stays_masked(words: str, file: Path) -> None:
    file.write_text(f"# {words}\n\n正文一句。\n", encoding="utf-8")
    assert stored(file).document.title == words


def test_the_sample_is_read_as_it_is_written() -> None:
    document = stored(SAMPLES / "清明值班通知.md")
    assert document.document.title == "关于2023年清明节放假值班、班车和食堂安排的通知"
    assert document.document.date == "2023-03-24"
    told = [(block.level, document.text[block.start : block.end]) for block in document.blocks if block.level]
    assert [level for level, _ in told] == [1, 2, 2, 2, 2]
    assert told[1] == (2, "## 一、放假时间")
    assert sum(document.text[block.start] == "-" for block in document.blocks) == 7


@pytest.mark.parametrize("text", ["", "\n\n", "---\n", "---\ntitle: 甲\n---\n", "<!-- 甲 -->\n", "***\n---\n"])
def test_a_file_without_text_gives_no_document(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    assert list(markdown.read(file)) == []


# Tables


def test_a_tables_cells_stand_where_they_are_written(file: Path) -> None:
    text = "见下表\n| 项目 | 数\\|量 |\n|:---|---:|\n| 案件 | ***起 |\n|  | *.**亿元|\n后文一句。\n"
    found = read(file, text)
    before, table, after = found.blocks
    assert table.table
    assert table.table.headers == 1
    assert table.table.rows == (((6, 8), (11, 15)), ((32, 34), (37, 41)), ((45, 45), (49, 55)))
    assert cells(found, table) == [["项目", "数\\|量"], ["案件", "***起"], ["", "*.**亿元"]]
    assert (table.start, table.end) == (6, 55)
    assert text[before.start : before.end] == "见下表"
    assert text[after.start : after.end] == "后文一句。"


@pytest.mark.parametrize(
    ("text", "headers", "rows"),
    [
        ("甲 | 乙\n-- | --\n1 | 2", 1, [["甲", "乙"], ["1", "2"]]),
        ("|甲|\n|-|\n|1|", 1, [["甲"], ["1"]]),
        ("|甲|乙|\n|-|-|\n|1|\n|1|2|3|", 1, [["甲", "乙"], ["1"], ["1", "2", "3"]]),
        ("| | |\n|-|-|\n|甲|1|\n|乙|2|", 0, [["甲", "1"], ["乙", "2"]]),
        ("|甲|乙|\n|-|-|", 0, [["甲", "乙"]]),
        ("  |甲|乙|  \n  |-|-|\n  |1|2|", 1, [["甲", "乙"], ["1", "2"]]),
        ("> |甲|乙|\n> |-|-|\n> |1|2|", 1, [["甲", "乙"], ["1", "2"]]),
        ("|甲|乙|\n|-|-|\n|1|2\\||", 1, [["甲", "乙"], ["1", "2\\|"]]),
    ],
)
def test_a_table_has_the_rows_that_stand_under_its_delimiters(
    text: str, headers: int, rows: list[list[str]], file: Path
) -> None:
    found = read(file, f"{text}\n\n后文。\n")
    table = found.blocks[0]
    assert table.table
    assert (table.table.headers, cells(found, table)) == (headers, rows)


def test_a_blank_table_is_none(file: Path) -> None:
    assert blocks(file, "| | |\n|-|-|\n| | |\n\n甲\n") == [paragraph("甲")]


# Marks of markup


def view_of(file: Path, text: str) -> str:
    """What is searched and read of a Markdown file."""
    file.write_text(text, encoding="utf-8")
    document = stored(file)
    return "\n".join(
        view(document.text[passage.start : passage.end], passage).text for passage in split(document, Passages())
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("工作满10年的职工，**年休假10天**。", "工作满10年的职工，年休假10天。"),
        ("职工享有**年休假10天**的待遇。", "职工享有年休假10天的待遇。"),
        ("可休**10**天，__逾期作废__。", "可休10天，逾期作废。"),
        ("**年假：**10天，***特别提示***：*须知*。", "年假：10天，特别提示：须知。"),
        ("**“年假”**规定，**市场部（含外聘）**无关。", "“年假”规定，市场部（含外聘）无关。"),
        ("**本月止付***万元**，周知。", "本月止付***万元，周知。"),
        ("破获**起案件，民警享有**年假**等福利。", "破获**起案件，民警享有年假等福利。"),
        ('见[员工手册](docs/手册.md)和![图](a.png "图一")。', "见员工手册和图。"),
        ("**见[手册](a_b_(1).md)第`3`条**。", "见手册第3条。"),
        ("用``a`b``和`**市`两种。", "用a`b和**市两种。"),
        ("# **休假**办法\n\n* **年假**10天\n- 病假\n1. 事假", "休假办法\n\n年假10天\n病假\n1. 事假"),
        ("|**类别**|天|\n|-|-|\n|**年假**|**10**|\n|病[假](#b)期|5|", "类别：年假；天：10\n类别：病假期；天：5"),
    ],
)
def test_marks_of_markup_are_not_read(text: str, read: str, file: Path) -> None:
    assert view_of(file, text) == read


@pytest.mark.parametrize(
    "text",
    [
        *(MASKED, "**市**县2022年", "*.**亿元", "***余万元", "**亿元和**亿元", "**年**月**日"),
        *("**市**县2022年破获**起案件，抓获**人。", "**市民政局与**市政府联合发文。", "**公司与**公司签约。"),
        *("李**和王**均到场。", "嫌疑人李**被抓获，张**到案。", "李*明和王*华均到场。", "谢**（男）和王**（女）。"),
        *("138****1234与139****5678", "在“**杯”和“**杯”中", "1**起和2**起", "破获**案。**人到案。"),
        *("2*3*4=24，5 * 3 * 2", "snake_case_name", "见[1](略)和[注]。", "\\*\\*甲\\*\\*", "`没有结束"),
    ],
)
def test_masks_and_what_only_looks_like_a_mark_are_read_as_they_stand(text: str, file: Path) -> None:
    assert view_of(file, text) == text


def test_fenced_code_has_no_marks(file: Path) -> None:
    assert view_of(file, "```\n**甲乙**\n```\n") == "**甲乙**"


def test_a_title_is_without_marks(file: Path) -> None:
    file.write_text("# 关于**休假**的[办法](a.md)\n\n正文一句。\n", encoding="utf-8")
    assert stored(file).document.title == "关于休假的办法"


@pytest.mark.parametrize(
    ("heading_line", "words"),
    [("## 一、**休假**办法", "一、休假办法"), ("## B超检查", "B超检查"), ("## **市公告", "**市公告")],
)
def test_a_headings_path_is_without_marks(heading_line: str, words: str, file: Path) -> None:
    file.write_text(f"{heading_line}\n\n职工休假按此办理。\n", encoding="utf-8")
    assert [passage.path for passage in split(stored(file), Passages(min_chars=1))][-1:] == [(words,)]


@pytest.mark.parametrize(
    ("text", "question", "status", "answer"),
    [
        ("工作满10年的职工，**年休假10天**。", "年假10年以上有几天", Status.ANSWERED, "10天"),
        ("工作满10年的职工，年休假**10天**。", "年假10年以上有几天", Status.ANSWERED, "10天"),
        ("全市紧急止付涉案资金*.**亿元，返还**万元。", "紧急止付涉案资金多少", Status.MASKED, None),
    ],
)
def test_a_value_in_bold_answers_and_a_mask_does_not(
    text: str, question: str, status: Status, answer: str | None, file: Path
) -> None:
    file.write_text(f"# 通知\n\n{text}\n", encoding="utf-8")
    document = stored(file)
    given = answer_to(question, document)
    assert (given.status, given.answer) == (status, answer)
    assert [document.text[one.start : one.end] for one in given.citations] == [one.quote for one in given.citations]


# Front matter


def test_front_matter_tells_of_the_document_and_can_be_cited(file: Path) -> None:
    text = (
        '---\ntitle: "平安公告"\ndate: 2023-01-06T08:00 # 印发\nauthors: [张三, "李四"]\neditor:\n  - 王五\n'
        "source: '北原社'\n文号: 平办发〔2023〕3号\nurl: https://a.example/1\ntags: [平安]\n---\n"
        "# 大标题\n\n正文一句。\n"
    )
    found = read(file, text)
    assert (found.title, found.publisher, found.author) == ("平安公告", "北原社", "张三、李四")
    assert (found.date, found.url) == ("2023-01-06", "https://a.example/1")
    assert sorted((fact.about.value, text[fact.start : fact.end]) for fact in found.facts) == [
        *(("author", "张三"), ("author", "李四"), ("date", "2023-01-06"), ("editor", "王五")),
        *(("number", "平办发〔2023〕3号"), ("publisher", "北原社")),
    ]
    kinds = [block.kind for block in found.blocks]
    assert kinds == [BlockKind.FURNITURE] * 11 + [BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert [text[block.start : block.end] for block in found.blocks[:2]] == ["---", 'title: "平安公告"']


def test_toml_front_matter_tells_of_the_document_too(file: Path) -> None:
    text = '+++\ntitle = "标题"\nauthor = "甲乙, 丙丁"\ndate = 2023-01-06\n[extra]\nsource = 5\n+++\n正文。\n'
    found = read(file, text)
    assert (found.title, found.author, found.date) == ("标题", "甲乙、丙丁", "2023-01-06")


@pytest.mark.parametrize(
    ("front", "field", "value"),
    [
        ("title: 甲: 乙", "title", "甲: 乙"),
        ("title:甲", "title", "甲"),
        ("title: >-\n  折行", "title", ""),
        ("title: ~", "title", ""),
        ("Title: 'C# 与 #话题'", "title", "C# 与 #话题"),
        ("author:\n- 甲\n- 乙", "author", "甲、乙"),
        ("author:\n  name: 甲", "author", ""),
        ("author: []", "author", ""),
        ("date: 昨天", "date", ""),
        ("date: 2023年1月6日", "date", "2023-01-06"),
        ("url: javascript:alert(1)", "url", ""),
        ("标题: 甲\n发布日期: 2023-01-06", "date", "2023-01-06"),
        ("# 注\ntitle: 甲\n\nx: y", "title", "甲"),
    ],
)
def test_a_field_of_the_front_matter_is_read(front: str, field: str, value: str, file: Path) -> None:
    assert getattr(read(file, f"---\n{front}\n---\n正文一句。\n"), field) == value


@pytest.mark.parametrize(
    "text",
    [
        "---\n这里是正文。\n---\n后文。\n",
        "---\ntitle: 甲\n这里是正文。\n---\n",
        "---\ntitle: 甲\n正文\n",
        "\n---\ntitle: 甲\n---\n",
    ],
)
def test_prose_between_rules_is_no_front_matter(text: str, file: Path) -> None:
    found = read(file, text)
    assert (found.title, found.facts) == ("", [])
    assert any(block.kind is not BlockKind.FURNITURE for block in found.blocks)


# Any text

_PIECES = st.sampled_from(
    [
        "# ",
        "甲乙",
        "丙。",
        "\n",
        "\n\n",
        "---",
        "===",
        "|",
        "|-|-|",
        "- ",
        "1. ",
        "```",
        "<!--",
        "-->",
        "**",
        "> ",
        "  ",
        "\\",
        "　",
        "+++",
        "a: b",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(deadline=None)
@example("|甲|\n|-|\n")
@example("---\na: b\n---\n甲\n|-|-|\n|")
def test_every_word_of_any_source_is_in_a_block_and_blocks_are_in_order(text: str) -> None:
    found = list(markdown._blocks(text, 0))
    places = [place for block in found for place in (block.start, block.end)]
    assert places == sorted(places)
    assert all(block.start < block.end for block in found)
    covered = {place for block in found for place in range(block.start, block.end)}
    assert all(char not in "甲乙丙ab" or place in covered for place, char in enumerate(text))
    for block in found:
        spans = [span for row in block.table.rows for span in row] if block.table else []
        assert spans == sorted(spans)
        assert all(block.start <= start < end <= block.end for start, end in spans if start < end)


_INLINE = st.sampled_from(
    [
        "甲乙",
        "丙。",
        "10天",
        "**",
        "*",
        "***",
        "__",
        "`",
        "``",
        "[",
        "](a.md)",
        "\\",
        "\n",
        "\n\n",
        "# ",
        "- ",
        "|",
        "|-|",
        "市",
        "，",
    ]
)


@given(st.lists(_INLINE, max_size=40).map("".join))
@settings(deadline=None)
@example("|[](a.md)|\n|-|\n")
@example("**甲乙\n10天**")
def test_every_view_of_any_source_leads_back_to_it(text: str) -> None:
    found = tuple(markdown._blocks(text, 0))
    document = StoredDocument(Document("d1", "公告", "docs/a.md"), text, found)
    for passage in split(document, Passages(min_chars=5, max_chars=20)):
        told = view(text[passage.start : passage.end], passage)
        for here, there, length in told.stretches:
            assert told.origin(here, here + length) == (there, there + length)
            assert told.text[here : here + length] == text[there : there + length]
            assert passage.start <= there < there + length <= passage.end


@pytest.mark.parametrize(
    "text",
    [
        "**甲 " * 100_000,
        "**（甲" + "乙**，" * 100_000,
        "[" * 300_000,
        "[](" * 100_000,
        "`" * 1000 + "甲``" * 100_000,
        "|**甲**乙" * 50_000 + "\n|-|-|\n" + "|**甲**乙**丙**|\n" * 5_000,
        "甲" + " " * 300_000 + "乙",
        "<!--" * 100_000,
        "```\n~~~\n" * 30_000,
        "# 甲" + " " * 300_000 + "#乙",
        "-" * 300_000 + "甲",
        "|" * 300_000 + "\n|-|\n" + "|甲\n" * 10_000,
        "> " * 100_000 + "甲",
        "|-" * 100_000 + "甲\n" + "|-" * 100_000 + "甲",
        "<a " * 100_000 + "甲",
        "**" * 100_000 + "甲",
        "---\n" + "a: b\n" * 50_000 + "甲",
        "甲\n" * 100_000,
        "- 甲\n" * 100_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_a_source_made_to_be_slow_is_read_in_seconds(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    began = time.process_time()
    list(markdown.read(file))
    assert time.process_time() - began < 8  # measured: under two
