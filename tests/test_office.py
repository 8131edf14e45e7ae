"""Office files and tables in text: all that is seen, once, in its order; titles, tables and notes told apart."""

from __future__ import annotations

import datetime
import random
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from bot.documents import csv as csv_reader
from bot.documents import docx as docx_reader
from bot.documents import pptx as pptx_reader
from bot.documents import xlsx as xlsx_reader
from bot.documents.extracted import Extracted
from bot.errors import UnreadableDocument
from bot.types import BlockKind

READERS = {".docx": docx_reader, ".xlsx": xlsx_reader, ".pptx": pptx_reader, ".csv": csv_reader}
P, H, F, T = BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.FURNITURE, BlockKind.TABLE
SENTENCE = "各单位要在月底前报送工作总结，逾期不报的予以通报。"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(path: Path) -> Extracted:
    (found,) = READERS[path.suffix].read(path)
    assert isinstance(found, Extracted)
    return found


def told(found: Extracted) -> list[tuple[BlockKind, int, str]]:
    """A document's blocks but for its tables' structure: kind, level, text."""
    return [(block.kind, block.level, found.text[block.start : block.end]) for block in found.blocks]


def lines(found: Extracted) -> list[str]:
    return [text for _, _, text in told(found)]


def grids(found: Extracted) -> list[tuple[int, list[list[str]]]]:
    """The tables of a document: the count of header rows, and the text at each place."""
    return [
        (block.table.headers, [[found.text[start:end] for start, end in row] for row in block.table.rows])
        for block in found.blocks
        if block.table
    ]


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as refused:
        list(READERS[path.suffix].read(path))
    return str(refused.value)


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None], extra: Mapping[str, str] | None = None) -> Path:
    """The file with its parts changed: each is given as name and content, None leaves it out."""
    with zipfile.ZipFile(path) as old:
        parts = {name: change(name, old.read(name)) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**parts, **(extra or {})}.items():
            if content is not None:
                new.writestr(name, content)
    return path


def replaced(path: Path, part: str, old: str, new: str) -> Path:
    """The file with a text in one of its parts replaced, which must be there."""

    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        assert old.encode() in content
        return content.replace(old.encode(), new.encode())

    return rewritten(path, change)


# Word


class Word:
    """A Word file that is put together from WordprocessingML."""

    def __init__(self, path: Path) -> None:
        self.path = path / "a.docx"
        self.document = docx.Document()

    def add(self, xml: str) -> None:
        """Adds elements to the body."""
        names = nsdecls("w", "wp", "a", "r") + (
            ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
            ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
            ' xmlns:v="urn:schemas-microsoft-com:vml"'
            ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
            ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
            ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        )
        body = self.document.element.body
        for element in parse_xml(f"<w:body {names}>{xml}</w:body>"):
            body.insert(len(body) - 1, element)

    def relate(self, kind: str, xml: str) -> str:
        """Adds a part that the document refers to, and gives the id of the relation."""
        name = PackURI(f"/word/{kind}.xml")
        part = Part(name, "application/xml", xml.encode(), self.document.part.package)
        return self.document.part.relate_to(part, f"{RELATIONS}/{kind}")

    def read(self) -> Extracted:
        self.document.save(str(self.path))
        return read(self.path)


@pytest.fixture
def word(tmp_path: Path) -> Word:
    return Word(tmp_path)


def p(text: str, properties: str = "", run: str = "") -> str:
    return (
        f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def test_a_word_file_gives_paragraphs_and_tables_in_their_order(word: Word) -> None:
    word.add(p("平安公告", '<w:pStyle w:val="Title"/>') + p(SENTENCE))
    word.add(tbl(tr(tc("项目"), tc("数量")), tr(tc("案件"), tc("***起")), tr(tc("止付"), tc("*.**亿元"))))
    word.add(p("　　第二段，**市的情况。"))
    found = word.read()
    assert told(found) == [
        (H, 1, "平安公告"),
        (P, 0, SENTENCE),
        (T, 0, "项目\t数量\n案件\t***起\n止付\t*.**亿元"),
        (P, 0, "第二段，**市的情况。"),
    ]
    assert found.text.endswith("\n　　第二段，**市的情况。\n")


@pytest.mark.parametrize(
    ("style", "base", "outline", "level"),
    [
        ("Title", "", "", 1),
        ("标题", "", "", 1),
        ("heading 3", "", "", 3),
        ("标题 2", "", "", 2),
        ("自定义", "", "1", 2),
        ("自定义", "Heading2", "", 2),
        ("自定义", "Heading2", "9", 0),
        ("自定义", "", "", 0),
        ("Subtitle", "", "", 0),
    ],
)
def test_styles_tell_headings_and_their_level(word: Word, style: str, base: str, outline: str, level: int) -> None:
    outline = outline and f'<w:pPr><w:outlineLvl w:val="{outline}"/></w:pPr>'
    base = base and f'<w:basedOn w:val="{base}"/>'
    xml = (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="x1"><w:name w:val="{style}"/>{base}{outline}</w:style>'
    )
    word.document.styles.element.append(parse_xml(xml))
    word.add(p("工作安排", '<w:pStyle w:val="x1"/>'))
    assert told(word.read()) == [(H if level else P, level, "工作安排")]


def test_a_paragraphs_own_outline_level_counts_before_its_style(word: Word) -> None:
    word.add(
        p("甲项", '<w:outlineLvl w:val="3"/>') + p("乙项", '<w:pStyle w:val="Heading1"/><w:outlineLvl w:val="9"/>')
    )
    assert told(word.read()) == [(H, 4, "甲项"), (P, 0, "乙项")]


def test_styles_that_are_based_on_each_other_end(word: Word) -> None:
    for own, other in ("x1", "x2"), ("x2", "x1"):
        xml = f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="{own}"><w:basedOn w:val="{other}"/></w:style>'
        word.document.styles.element.append(parse_xml(xml))
    word.add(p("甲项", '<w:pStyle w:val="x1"/>'))
    assert told(word.read()) == [(P, 0, "甲项")]


def test_long_text_in_a_headings_style_is_a_paragraph(word: Word) -> None:
    word.add(p(SENTENCE * 6, '<w:pStyle w:val="Heading1"/>'))
    assert told(word.read()) == [(P, 0, SENTENCE * 6)]


def test_numbered_lines_and_short_bold_ones_are_headings(word: Word) -> None:
    word.add(
        p("一、总体要求") + p("报送时间", run="<w:b/>") + p(SENTENCE) + p("抄送：各科室", run="<w:b/>") + p(SENTENCE)
    )
    word.add(p("联系人", run='<w:b w:val="0"/>') + p(SENTENCE) + p("附件", run="<w:b/>") + p("名单"))
    assert [(kind, level) for kind, level, _ in told(word.read())] == [
        *((H, 4), (H, 5), (P, 0), (P, 0), (P, 0)),
        *((P, 0), (P, 0), (P, 0), (P, 0)),
    ]


def test_a_soft_break_ends_a_line_but_not_a_heading(word: Word) -> None:
    two = "<w:r><w:t>关于开展检查的</w:t><w:br/><w:t>通知</w:t></w:r>"
    word.add(f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{two}</w:p><w:p>{two}</w:p>')
    assert told(word.read()) == [(H, 1, "关于开展检查的\n通知"), (P, 0, "关于开展检查的"), (P, 0, "通知")]


def test_insertions_are_read_and_deletions_are_not(word: Word) -> None:
    word.add(
        "<w:p><w:r><w:t>金额</w:t></w:r><w:del><w:r><w:delText>三</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>五</w:t></w:r></w:ins><w:r><w:t>万元</w:t></w:r>"
        "<w:moveFrom><w:r><w:t>搬走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>搬来</w:t></w:r></w:moveTo></w:p>"
    )
    deleted = tr(tc("删去"), tc("1"), properties="<w:del/>")
    word.add(tbl(tr(tc("名称"), tc("数量")), deleted, tr(tc("课桌"), tc("240套"))))
    assert lines(word.read()) == ["金额五万元搬来", "名称\t数量\n课桌\t240套"]


def test_wrapped_and_special_content_is_not_lost(word: Word) -> None:
    word.add(
        "<w:p><w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink>"
        '<w:smartTag w:element="date"><w:r><w:t>日期</w:t></w:r></w:smartTag>'
        '<w:fldSimple w:instr="PAGE"><w:r><w:t>域</w:t></w:r></w:fldSimple><w:sdt><w:sdtPr/><w:sdtContent>'
        "<w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt><w:r><w:instrText>HYPERLINK</w:instrText><w:t>A</w:t>"
        '<w:noBreakHyphen/><w:t>B</w:t><w:tab/><w:sym w:font="Wingdings 2" w:char="F052"/><w:t>是</w:t>'
        '<w:sym w:font="别的" w:char="F052"/></w:r><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r></w:p>"
    )
    word.add(f"<w:sdt><w:sdtPr/><w:sdtContent>{p('整段')}{tbl(tr(tc('甲'), tc('1')))}</w:sdtContent></w:sdt>")
    word.add(f"<w:customXml>{p('自定义')}</w:customXml>")
    assert lines(word.read()) == ["链接日期域控件A-B\t☑是x=1", "整段", "甲\t1", "自定义"]


def test_text_boxes_are_read_once_behind_their_paragraph(word: Word) -> None:
    box = f"<w:txbxContent>{p('云汀市人民政府文件')}{p('云政发〔2023〕5号')}</w:txbxContent>"
    word.add(
        "<w:p><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:inline>"
        f"<a:graphic><a:graphicData><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    word.add("<w:p><w:r><w:pict><v:shape><v:textpath string='艺术字'/></v:shape></w:pict></w:r></w:p>")
    assert lines(word.read()) == ["正文", "云汀市人民政府文件", "云政发〔2023〕5号", "艺术字"]


def test_headers_and_footers_in_use_are_furniture_each_line_once(word: Word) -> None:
    word.add(p(SENTENCE))
    section = word.document.sections[0]
    section.header.paragraphs[0].text = "云汀市财政局"
    section.footer.paragraphs[0].text = "内部资料"
    section.even_page_header.paragraphs[0].text = "不显示"
    later = word.document.add_section()
    later.header.is_linked_to_previous = False
    later.header.paragraphs[0].text = "云汀市财政局"
    later.different_first_page_header_footer = True
    later.first_page_header.paragraphs[0].text = "首页页眉"
    assert told(word.read()) == [(F, 0, "云汀市财政局"), (F, 0, "首页页眉"), (P, 0, SENTENCE), (F, 0, "内部资料")]
    word.document.settings.odd_and_even_pages_header_footer = True
    assert (F, 0, "不显示") in told(word.read())


def test_footnotes_follow_the_text(word: Word) -> None:
    word.add("<w:p><w:r><w:t>正文</w:t><w:footnoteReference w:id='2'/></w:r></w:p>")
    separator = f'<w:footnote w:id="0" w:type="separator">{p("---")}</w:footnote>'
    note = f'<w:footnote w:id="2">{p("数据来自年报。")}</w:footnote>'
    word.relate("footnotes", f"<w:footnotes {nsdecls('w')}>{separator}{note}</w:footnotes>")
    assert lines(word.read()) == ["正文", "数据来自年报。"]


def test_the_table_of_contents_is_furniture(word: Word) -> None:
    xml = f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="10"><w:name w:val="toc 1"/></w:style>'
    word.document.styles.element.append(parse_xml(xml))
    word.add(p("总则\t3", '<w:pStyle w:val="10"/>') + p("责任编辑：张三"))
    assert told(word.read()) == [(F, 0, "总则\t3"), (F, 0, "责任编辑：张三")]


def test_merged_cells_stand_in_every_place_that_they_cover(word: Word) -> None:
    wide, start, on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    word.add(
        tbl(
            tr(tc("地区", start), tc("人数", wide)),
            tr(tc("", on), tc("男"), tc("女")),
            tr(tc("甲县"), tc("12"), tc("13")),
            tr(tc("乙县"), tc("9"), properties='<w:gridBefore w:val="1"/>'),
        )
    )
    found = word.read()
    assert grids(found) == [
        (2, [["地区", "人数", "人数"], ["地区", "男", "女"], ["甲县", "12", "13"], ["", "乙县", "9"]])
    ]
    assert found.text == "地区\t人数\n男\t女\n甲县\t12\t13\n\t乙县\t9\n"


def test_rows_that_the_file_marks_as_headers_are_headers(word: Word) -> None:
    mark = "<w:tblHeader/>"
    word.add(tbl(tr(tc("2021年"), tc("10"), properties=mark), tr(tc("20"), tc("30")), tr(tc("40"), tc("50"))))
    assert grids(word.read())[0][0] == 1


def test_a_table_that_serves_the_layout_is_lines(word: Word) -> None:
    inner = tbl(tr(tc("名称"), tc("数量")), tr(tc("课桌"), tc("240套")))
    cells = f"<w:tc><w:tcPr/>{p('一、说明')}{p(SENTENCE * 10)}</w:tc><w:tc><w:tcPr/>{inner}{p(SENTENCE * 10)}</w:tc>"
    word.add(tbl(tr(cells)))
    assert [(kind, text[:5]) for kind, _, text in told(word.read())] == [
        (H, "一、说明"), (P, SENTENCE[:5]), (T, "名称\t数量"), (P, SENTENCE[:5])
    ]  # fmt: skip


def test_a_table_within_a_cell_is_the_cells_text(word: Word) -> None:
    inner = tbl(tr(tc("甲"), tc("1")), tr(tc("乙"), tc("2")))
    word.add(tbl(tr(tc("名称"), tc("明细")), tr(tc("合计"), f"<w:tc><w:tcPr/>{p('如下')}{inner}</w:tc>")))
    assert grids(word.read()) == [(0, [["名称", "明细"], ["合计", "如下\n甲 1\n乙 2"]])]


def test_a_table_wider_than_word_allows_is_lines(word: Word) -> None:
    word.add(tbl(tr(*(tc(str(i)) for i in range(64)))))
    assert lines(word.read()) == [str(i) for i in range(64)]


# The levels of a numbering: form, label, what follows
CLAUSES = [("chineseCounting", "第%1条", "space"), ("decimal", "%1.%2", "tab")]
OUTLINE = [
    ("chineseCountingThousand", "%1、", "nothing"),
    ("chineseCounting", "（%2）", "nothing"),
    ("bullet", "•", "tab"),
]


def numbering(word: Word, levels: list[tuple[str, str, str]], change: str = "", within: str = "") -> None:
    """Makes numbering 90 of these levels, and 91, which continues it but for a change."""
    root = word.document.part.numbering_part.element
    told_levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{within}<w:suff w:val="{suffix}"/>'
        f'<w:lvlText w:val="{label}"/></w:lvl>'
        for i, (form, label, suffix) in enumerate(levels)
    )
    names = nsdecls("w")
    root.insert(0, parse_xml(f'<w:abstractNum {names} w:abstractNumId="90">{told_levels}</w:abstractNum>'))
    for number, override in ("90", ""), ("91", change):
        xml = f'<w:num {names} w:numId="{number}"><w:abstractNumId w:val="90"/>{override}</w:num>'
        root.append(parse_xml(xml))


def item(text: str, depth: int = 0, number: str = "90") -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_the_numbers_that_word_writes_are_part_of_the_text(word: Word) -> None:
    numbering(word, OUTLINE)
    word.add(item("要求") + item("甲项", 1) + item("子项", 2) + item("乙项", 1) + item("安排") + item("丙项", 1))
    assert told(word.read()) == [
        *((H, 4, "一、要求"), (H, 5, "（一）甲项"), (P, 0, "子项")),
        *((H, 5, "（二）乙项"), (H, 4, "二、安排"), (H, 5, "（一）丙项")),
    ]


def test_a_numbering_may_begin_anew_and_go_on(word: Word) -> None:
    change = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    numbering(word, CLAUSES, change)
    word.add(
        item("甲。")
        + item("乙。", 1)
        + item("", 0)
        + item("丙。")
        + item("丁。", 1)
        + item("戊。", 0, "91")
        + item("己。")
    )
    word.add(item("庚。", 0, "0") + item("辛。", 0, "77"))
    assert lines(word.read()) == [
        "第一条 甲。", "一.1 乙。", "第三条 丙。", "三.1 丁。", "第五条 戊。", "第六条 己。", "庚。", "辛。"
    ]  # fmt: skip


def test_a_style_may_number_its_paragraphs(word: Word) -> None:
    numbering(word, OUTLINE, within='<w:pStyle w:val="x1"/>')
    xml = (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="x1"><w:name w:val="条目"/>'
        '<w:pPr><w:numPr><w:numId w:val="90"/></w:numPr></w:pPr></w:style>'
    )
    word.document.styles.element.append(parse_xml(xml))
    word.add(p("要求", '<w:pStyle w:val="x1"/>') + p("安排", '<w:pStyle w:val="x1"/>'))
    assert lines(word.read()) == ["一、要求", "二、安排"]


@pytest.mark.parametrize(
    ("form", "number", "label"),
    [
        *(("decimal", 12, "12"), ("decimalZero", 7, "07"), ("decimalFullWidth", 12, "１２")),
        *(("chineseCounting", 10, "十"), ("chineseCounting", 12, "十二"), ("chineseCounting", 20, "二十")),
        *(("chineseCounting", 105, "一百零五"), ("chineseCounting", 1010, "一千零一十")),
        *(("chineseCountingThousand", 99, "九十九"), ("chineseLegalSimplified", 12, "壹拾贰")),
        *(("ideographTraditional", 11, "甲"), ("ideographZodiac", 2, "丑")),
        *(
            ("decimalEnclosedCircle", 3, "③"),
            ("decimalEnclosedCircleChinese", 21, "21"),
            ("decimalEnclosedParen", 2, "⑵"),
        ),
        *(("upperLetter", 27, "AA"), ("lowerLetter", 2, "b"), ("upperRoman", 14, "XIV"), ("lowerRoman", 4, "iv")),
        *(("hebrew1", 3, "3"), ("chineseCounting", 10000, "10000"), ("upperRoman", 0, "0")),
    ],
)
def test_numbers_are_written_in_words_forms(form: str, number: int, label: str) -> None:
    from bot.documents.word_numbering import in_form

    assert in_form(number, form) == label


CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart>'
    "<c:title><c:tx><c:rich><a:p><a:r><a:t>走势</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    "<c:plotArea><c:barChart><c:ser><c:tx><c:v>收入</c:v></c:tx><c:cat><c:multiLvlStrRef><c:multiLvlStrCache>"
    "<c:lvl><c:pt idx='0'><c:v>一月</c:v></c:pt><c:pt idx='1'><c:v>二月</c:v></c:pt></c:lvl>"
    "<c:lvl><c:pt idx='0'><c:v>2023年</c:v></c:pt></c:lvl></c:multiLvlStrCache></c:multiLvlStrRef></c:cat>"
    "<c:val><c:numRef><c:numCache><c:formatCode>0.0%</c:formatCode><c:pt idx='0'><c:v>0.317</c:v></c:pt>"
    "<c:pt idx='1'><c:v>无</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea>"
    "</c:chart></c:chartSpace>"
)
DIAGRAM = (
    '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>局长</a:t>'
    "</a:r></a:p></dgm:t></dgm:pt><dgm:pt><dgm:t><a:p/></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
)


def test_charts_are_tables_and_diagrams_are_lines(word: Word) -> None:
    chart, diagram = word.relate("chart", CHART), word.relate("diagramData", DIAGRAM)
    word.add(
        f'<w:p><w:r><w:drawing><wp:inline><c:chart r:id="{chart}"/></wp:inline>'
        f'<wp:inline><dgm:relIds r:dm="{diagram}"/><c:chart r:id="rId999"/></wp:inline></w:drawing></w:r></w:p>'
    )
    found = word.read()
    assert told(found) == [(P, 0, "走势"), (T, 0, "收入\n2023年 一月\t31.7%\n2023年 二月\t无"), (P, 0, "局长")]
    assert grids(found) == [(1, [["", "收入"], ["2023年 一月", "31.7%"], ["2023年 二月", "无"]])]


def test_a_part_that_is_missing_does_not_stop_a_word_file(word: Word) -> None:
    word.add(p(SENTENCE))
    word.read()
    broken = f'<Relationship Id="rId99" Type="{RELATIONS}/image" Target="NULL"/></Relationships>'
    replaced(word.path, "word/_rels/document.xml.rels", "</Relationships>", broken)
    assert lines(read(word.path)) == [SENTENCE]


# Excel


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Any]:
    """A workbook, and `saved` that reads it."""
    workbook = openpyxl.Workbook()

    def saved() -> Extracted:
        workbook.save(tmp_path / "a.xlsx")
        return read(tmp_path / "a.xlsx")

    workbook.saved = saved
    yield workbook
    workbook.close()


def fill(sheet: Any, *rows: list[Any], top: int = 1, left: int = 1) -> None:
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            sheet.cell(top + i, left + j).value = value


def test_a_sheet_gives_its_title_its_unit_its_table_and_its_notes(book: Any) -> None:
    sheet = book.active
    sheet.title = "收支表"
    fill(sheet, ["云汀市2022年财政收支情况表"], [None, None, "单位：万元"], ["项目", "预算", "决算"])
    fill(sheet, ["税收", 23700, 23850], ["非税", 1200, 1250], ["注：数据来自年度决算。"], top=4)
    fill(sheet, ["部分数据因四舍五入，分项之和与合计略有出入"], ["制表人：张三", "审核人：李四"], top=7)
    sheet.merge_cells("A1:C1")
    found = book.saved()
    assert told(found) == [
        (H, 2, "收支表"),
        (H, 3, "云汀市2022年财政收支情况表"),
        (P, 0, "单位：万元"),
        (T, 0, "项目\t预算\t决算\n税收\t23700\t23850\n非税\t1200\t1250"),
        (P, 0, "注：数据来自年度决算。"),
        (P, 0, "部分数据因四舍五入，分项之和与合计略有出入"),
        (P, 0, "制表人：张三"),
        (P, 0, "审核人：李四"),
    ]
    assert grids(found)[0][0] == 1


def test_the_title_over_the_first_sheet_is_the_documents(book: Any) -> None:
    fill(book.active, ["云汀市收支表"], ["项目", "决算"], ["税收", 23850])
    assert book.saved().title == "云汀市收支表"
    book.active.title = "收支"
    assert book.saved().title == "云汀市收支表"
    fill(book.create_sheet("人员"), ["人员名单"], ["张三", "财务科"])
    assert book.saved().title == "云汀市收支表"


def test_blank_rows_and_blank_columns_part_tables(book: Any) -> None:
    fill(book.active, ["各队情况"], ["队名", "人数"], ["甲队", 12], ["乙队", 15])
    fill(book.active, ["车型", "数量"], ["客车", 3], top=2, left=4)
    fill(book.active, ["年度", "起数"], [2021, 5], [2022, 7], top=6)
    book.active.merge_cells("A1:E1")
    assert told(book.saved()) == [
        (H, 3, "各队情况"),
        (T, 0, "队名\t人数\n甲队\t12\n乙队\t15"),
        (T, 0, "车型\t数量\n客车\t3"),
        (T, 0, "年度\t起数\n2021\t5\n2022\t7"),
    ]


def test_merged_ranges_stand_in_every_place_that_they_cover(book: Any) -> None:
    sheet = book.active
    fill(sheet, ["项目", "2021年", "看不见", "2022年"], [None, "预算", "决算", "预算", "决算"], ["税收", 1, 2, 3, 4])
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(merged)
    assert grids(book.saved()) == [
        (
            2,
            [
                ["项目", "2021年", "2021年", "2022年", "2022年"],
                ["项目", "预算", "决算", "预算", "决算"],
                ["税收", "1", "2", "3", "4"],
            ],
        )
    ]


def test_rows_and_columns_in_which_no_cell_begins_are_left_out(book: Any) -> None:
    fill(book.active, ["姓名", None, "张三"], [None], ["部门", None, "财务科"])
    for merged in ("A1:B2", "C1:C2", "A3:B3"):
        book.active.merge_cells(merged)
    assert grids(book.saved()) == [(0, [["姓名", "张三"], ["部门", "财务科"]])]


def test_a_filter_or_a_table_of_excels_own_marks_the_header(book: Any) -> None:
    fill(book.active, ["姓名", "部门"], ["张三", "财务科"], ["李四", "办公室"])
    assert grids(book.saved())[0][0] == 0
    book.active.auto_filter.ref = "A1:B3"
    assert grids(book.saved())[0][0] == 1
    book.active.auto_filter.ref = None
    book.active.add_table(openpyxl.worksheet.table.Table(displayName="名单", ref="A1:B3"))
    assert grids(book.saved())[0][0] == 1


def test_values_are_those_that_are_seen(book: Any) -> None:
    values = [
        (23700, "#,##0", "23,700"),
        (0.317, "0.0%", "31.7%"),
        (12, '0"人"', "12人"),
        (5.0, "General", "5"),
        (datetime.date(2023, 3, 1), 'yyyy"年"m"月"d"日"', "2023年3月1日"),
        (datetime.datetime(2023, 3, 1, 18, 30), "yyyy-mm-dd hh:mm", "2023-03-01 18:30"),
        (True, "General", "TRUE"),
        ("#N/A", "General", "#N/A"),
        ("***起", "General", "***起"),
        ("第一行\n第二行", "General", "第一行\n第二行"),
        ("A_x0041_", "General", "AA"),
    ]
    for i, (value, code, _) in enumerate(values, 1):
        fill(book.active, ["值", value], top=i)
        book.active.cell(i, 2).number_format = code
    assert [row[1] for row in grids(book.saved())[0][1]] == [shown for _, _, shown in values]


def test_days_count_from_1904_where_the_workbook_says_so(book: Any) -> None:
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    fill(book.active, ["日期", datetime.date(2023, 3, 1)])
    assert lines(book.saved()) == ["日期\t2023-03-01"]


def test_the_sheets_names_are_headings_where_they_tell_something(book: Any) -> None:
    book.active.title = "Sheet1"
    fill(book.active, ["甲", 1])
    book.create_sheet("Sheet2")
    assert lines(book.saved()) == ["甲\t1"]
    fill(book.create_sheet("人员名单"), ["张三", "财务科"])
    assert told(book.saved()) == [(H, 2, "Sheet1"), (T, 0, "甲\t1"), (H, 2, "人员名单"), (T, 0, "张三\t财务科")]


def test_what_is_hidden_is_left_out_and_named(book: Any) -> None:
    sheet = book.active
    fill(sheet, ["部门", "姓名", "电话"], ["财务科", "张三", 11], [None, "李四", 22], [None, "王五", 33])
    sheet.merge_cells("A2:A4")
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.column_dimensions["F"].hidden = True
    fill(book.create_sheet("参数"), ["甲"])
    book["参数"].sheet_state = "hidden"
    found = book.saved()
    assert grids(found) == [(0, [["部门", "姓名"], ["财务科", "李四"], ["财务科", "王五"]])]
    assert found.oddities == [
        "hidden sheets are left out: 参数",
        "hidden cells of the sheet Sheet are left out: 1 row and 1 column",
    ]


def test_hidden_rows_part_nothing(book: Any) -> None:
    fill(book.active, ["队名", "人数"], ["甲队", 12], [None], ["乙队", 15])
    book.active.row_dimensions[3].hidden = True
    assert lines(book.saved()) == ["队名\t人数\n甲队\t12\n乙队\t15"]


@pytest.mark.parametrize(
    ("count", "told_so"), [(1, "1 formula has no stored value"), (3, "3 formulas have no stored value")]
)
def test_formulas_without_a_stored_value_are_counted(book: Any, count: int, told_so: str) -> None:
    fill(book.active, ["甲", 1], *(["乙", "=1+1"] for _ in range(count)))
    assert book.saved().oddities == [f"{told_so}; open and save the file in Excel or LibreOffice"]


def test_formulas_give_their_stored_values(book: Any, tmp_path: Path) -> None:
    fill(book.active, ["甲", "=1+1"], ["乙", '="x"'], ["丙", '=""'])
    book.saved()
    sheet = "xl/worksheets/sheet1.xml"
    replaced(tmp_path / "a.xlsx", sheet, '<c r="B1"><f>1+1</f><v></v>', '<c r="B1"><f>1+1</f><v>2</v>')
    replaced(tmp_path / "a.xlsx", sheet, '<c r="B2"><f>"x"</f><v></v>', '<c r="B2" t="str"><f>"x"</f><v>x</v>')
    replaced(tmp_path / "a.xlsx", sheet, '<c r="B3"><f>""</f><v></v>', '<c r="B3" t="str"><f>""</f><v></v>')
    found = read(tmp_path / "a.xlsx")
    assert (lines(found), found.oddities) == (["甲\t2\n乙\tx\n丙"], [])


def test_how_a_string_is_pronounced_is_left_out(book: Any, tmp_path: Path) -> None:
    fill(book.active, ["甲", "云汀"])
    book.saved()
    runs = "<si><r><t>云</t></r><r><t>汀</t></r><rPh sb='0' eb='2'><t>ユン</t></rPh></si>"
    replaced(tmp_path / "a.xlsx", "xl/sharedStrings.xml", "<si><t>云汀</t></si>", runs)
    assert lines(read(tmp_path / "a.xlsx")) == ["甲\t云汀"]


def test_text_boxes_on_a_sheet_follow_its_cells(book: Any, tmp_path: Path) -> None:
    fill(book.active, ["甲", 1])
    book.saved()
    names = (
        'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    body = "<xdr:txBody><a:p><a:r><a:t>填表说明</a:t></a:r></a:p></xdr:txBody>"
    box = f"<xdr:wsDr {names}><xdr:sp>{body}</xdr:sp></xdr:wsDr>"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/drawing" Target="../drawings/drawing1.xml"/></Relationships>'
    )
    extra = {"xl/worksheets/_rels/sheet1.xml.rels": relations, "xl/drawings/drawing1.xml": box}
    rewritten(tmp_path / "a.xlsx", lambda name, content: content, extra)
    assert lines(read(tmp_path / "a.xlsx")) == ["甲\t1", "填表说明"]


def test_a_sheet_is_read_as_far_as_there_are_cells(book: Any, tmp_path: Path) -> None:
    fill(book.active, ["甲", 1])
    book.active["XFD1048576"] = "远处"
    book.active.merge_cells("C3:D4")
    book.saved()
    replaced(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", '"C3:D4"', '"C3:XFC1048575"')
    assert lines(read(tmp_path / "a.xlsx")) == ["甲\t1", "远处"]


def test_too_many_cells_are_refused(book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.spreadsheet.MAX_CELLS", 3)
    fill(book.active, ["甲", 1, "乙"], ["丁"])
    book.save(tmp_path / "a.xlsx")
    assert refusal(tmp_path / "a.xlsx") == "has over 3 filled cells; split it into smaller files"


def test_cells_strewn_over_too_wide_a_sheet_are_lines(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.grid._PLACES", 8)
    fill(book.active, [None, None, "甲", "乙"], [None, "丙", "丁"], ["戊", "己"])
    assert lines(book.saved()) == ["甲 乙", "丙 丁", "戊 己"]


def test_cells_of_spaces_are_blank(book: Any) -> None:
    fill(book.active, [" "], ["甲队", 12], ["　", " "], ["乙队", 15])
    assert lines(book.saved()) == ["甲队\t12", "乙队\t15"]


def test_ranges_that_lie_upon_each_other_end(book: Any, tmp_path: Path) -> None:
    fill(book.active, *([f"{i}", i] for i in range(300)))
    book.active.merge_cells("D1:D2")
    book.saved()
    ranges = "".join(f'<mergeCell ref="A{i}:XFD1048576"/>' for i in range(1, 300))
    replaced(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", '<mergeCell ref="D1:D2"/>', ranges)
    begun = time.perf_counter()
    list(xlsx_reader.read(tmp_path / "a.xlsx"))
    assert time.perf_counter() - begun < 20


def test_a_style_that_cannot_be_told_does_not_stop_a_workbook(book: Any, tmp_path: Path) -> None:
    fill(book.active, ["甲", 0.5])
    book.active["B1"].number_format = "0.0%"
    book.saved()
    replaced(tmp_path / "a.xlsx", "xl/styles.xml", "<fills", "<fills bad='1'><junk/></fills><fills")
    assert lines(read(tmp_path / "a.xlsx")) == ["甲\t50.0%"]


# Tables in text


@pytest.mark.parametrize(
    "content",
    [
        '地区,数量,备注\n"甲,市","1,200","好,\n很好"\n乙市,34\n',
        '地区;数量;备注\n甲,市;1,200;"好,\n很好"\n乙市;34;\n',
        '地区\t数量\t备注\n甲,市\t1,200\t"好,\n很好"\n乙市\t34\t\n',
        '地区|数量|备注\r\n甲,市|1,200|"好,\n很好"\r\n\r\n乙市|34\r\n',
    ],
    ids=["commas", "semicolons", "tabs", "bars"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_a_table_whatever_parts_its_cells(content: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content.encode(encoding))
    found = read(tmp_path / "a.csv")
    assert grids(found) == [
        (1, [["地区", "数量", "备注"], ["甲,市", "1,200", "好,\n很好"], ["乙市", "34", ""]])
    ]  # fmt: skip
    assert found.text == "地区\t数量\t备注\n甲,市\t1,200\t好,\n很好\n乙市\t34\t\n"


def test_a_csv_file_may_have_lines_above_and_below_its_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("各县人数表,,\n单位：人,,\n地区,男,女\n甲县,1,2\n,,\n乙县,3,4\n注：截至年底,,\n")
    assert read(tmp_path / "a.csv").title == "各县人数表"
    assert told(read(tmp_path / "a.csv")) == [
        *((H, 3, "各县人数表"), (P, 0, "单位：人")),
        *((T, 0, "地区\t男\t女\n甲县\t1\t2\n乙县\t3\t4"), (P, 0, "注：截至年底")),
    ]


def test_a_csv_file_with_one_column_is_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名\n张三，男。\n\n李四\n")
    assert told(read(tmp_path / "a.csv")) == [(P, 0, "姓名"), (P, 0, "张三，男。"), (P, 0, "李四")]


def test_a_csv_file_without_text_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",,\n\n , \n")
    assert list(csv_reader.read(tmp_path / "a.csv")) == []


def test_a_csv_file_with_too_many_cells_or_an_open_quotation_mark_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text('甲,"乙\n' + "丙" * 200_000)
    assert refusal(tmp_path / "a.csv") == "has a quotation mark that is never closed; close it or take it out"
    monkeypatch.setattr(csv_reader, "MAX_CELLS", 3)
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    assert refusal(tmp_path / "a.csv") == "has over 3 filled cells; split it into smaller files"


# PowerPoint


class Slides:
    """A PowerPoint file."""

    def __init__(self, path: Path) -> None:
        self.path = path / "a.pptx"
        self.file = pptx.Presentation()

    def add(self, title: str = "", layout: int = 5) -> Any:
        slide = self.file.slides.add_slide(self.file.slide_layouts[layout])
        if title:
            slide.shapes.title.text = title
        return slide

    def read(self) -> Extracted:
        self.file.save(str(self.path))
        return read(self.path)


@pytest.fixture
def slides(tmp_path: Path) -> Slides:
    return Slides(tmp_path)


def box(shapes: Any, text: str, left: float, top: float) -> Any:
    shape = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5))
    shape.text_frame.text = text
    return shape


def test_each_slide_is_a_page_under_its_title(slides: Slides) -> None:
    slides.add("年度\v汇报", layout=0).placeholders[1].text = "云汀市统计局\n2023年1月"
    slides.add()
    slides.add("收入", layout=1).placeholders[1].text = "全年收入3.01亿元。"
    found = slides.read()
    assert told(found) == [
        (H, 1, "年度\n汇报"), (P, 0, "云汀市统计局"), (P, 0, "2023年1月"), (H, 1, "收入"), (P, 0, "全年收入3.01亿元。")
    ]  # fmt: skip
    second = found.text.index("收入")
    assert found.page_starts == [0, second, second]


def test_shapes_are_read_from_top_to_bottom_and_from_left_to_right(slides: Slides) -> None:
    slide = slides.add("标题", layout=1)
    box(slide.shapes, "左下", 1, 6)
    group = slide.shapes.add_group_shape()
    box(group.shapes, "组内下", 4, 1)
    box(group.shapes, "组内上", 4, 0.2)
    box(slide.shapes, "右中", 5, 5)
    box(slide.shapes, "左中", 1, 5.1)
    slide.placeholders[1].text = "占位符"  # its place is told by the layout
    hidden = box(slide.shapes, "看不见", 1, 1)
    hidden._element.nvSpPr.cNvPr.set("hidden", "1")
    assert lines(slides.read()) == ["标题", "组内上", "组内下", "占位符", "左中", "右中", "左下"]


def test_a_placeholder_stands_where_the_master_says_if_none_else_does(slides: Slides) -> None:
    slide = slides.add("标题", layout=1)
    slide.placeholders[1].text = "占位符"
    box(slide.shapes, "上面", 1, 0.1)
    box(slide.shapes, "下面", 1, 7)
    layout = slides.file.slide_layouts[1]
    for shape in layout.placeholders:
        shape._element.spPr.clear()
    assert lines(slides.read()) == ["标题", "上面", "占位符", "下面"]


def test_what_every_slide_repeats_is_furniture(slides: Slides) -> None:
    for _ in range(2):
        box(slides.add("标题").shapes, "第1页", 8, 7)._element.nvSpPr.nvPr.append(
            parse_xml(f'<p:ph {nsdecls("a")} xmlns:p="{slides.file._element.nsmap["p"]}" type="sldNum" idx="12"/>')
        )
    assert told(slides.read()) == [(H, 1, "标题"), (F, 0, "第1页"), (H, 1, "标题"), (F, 0, "第1页")]


def test_the_words_of_a_layout_and_a_master_are_furniture_where_they_are_first_used(slides: Slides) -> None:
    slide = slides.add("第一页")
    for place in slide.slide_layout, slide.slide_layout.slide_master:
        shape = box(slide.shapes, "云汀市统计局" if place is slide.slide_layout else "内部资料", 0, 0)._element
        place.shapes._spTree.append(shape)
    slides.add("第二页")
    assert told(slides.read()) == [(F, 0, "内部资料"), (F, 0, "云汀市统计局"), (H, 1, "第一页"), (H, 1, "第二页")]


def test_hidden_slides_are_left_out_and_named(slides: Slides) -> None:
    for number in "一二三四":
        slides.add(f"第{number}页")
    for hidden in (1, 2):
        slides.file.slides[hidden]._element.set("show", "0")
    found = slides.read()
    assert (lines(found), found.oddities) == (["第一页", "第四页"], ["hidden slides are left out: 2, 3"])
    assert found.page_starts == [0, 4, 4, 4]


def test_tables_on_slides_are_tables(slides: Slides) -> None:
    table = slides.add().shapes.add_table(3, 3, 0, 0, Inches(6), Inches(3)).table
    for i, row in enumerate((("地区", "人数", ""), ("", "男", "女"), ("甲县", "12", "13"))):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    assert grids(slides.read()) == [
        (2, [["地区", "人数", "人数"], ["地区", "男", "女"], ["甲县", "12", "13"]])
    ]  # fmt: skip


def test_a_table_of_long_texts_is_lines(slides: Slides) -> None:
    table = slides.add().shapes.add_table(1, 2, 0, 0, Inches(6), Inches(3)).table
    table.cell(0, 0).text, table.cell(0, 1).text = SENTENCE * 10, SENTENCE * 11
    assert told(slides.read()) == [(P, 0, SENTENCE * 10), (P, 0, SENTENCE * 11)]


def test_charts_on_slides_are_tables(slides: Slides) -> None:
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["一季度", "二季度"]
    data.add_series("今年", (0.25, 0.517))
    data.add_series("去年", (0.2, None))
    frame = slides.add("走势").shapes.add_chart(XL_CHART_TYPE.LINE, 0, Inches(2), Inches(5), Inches(4), data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "完成率"
    found = slides.read()
    assert lines(found)[:2] == ["走势", "完成率"]
    assert grids(found) == [(1, [["", "今年", "去年"], ["一季度", "25.0%", "20.0%"], ["二季度", "51.7%", ""]])]


def test_notes_stand_at_their_slides_end(slides: Slides) -> None:
    slides.add("第一页").notes_slide.notes_text_frame.text = "备注一。\n备注二。"
    slides.add("第二页")
    assert told(slides.read()) == [(H, 1, "第一页"), (P, 0, "备注一。"), (P, 0, "备注二。"), (H, 1, "第二页")]


# Properties


def saved_word(path: Path, properties: dict[str, Any]) -> None:
    document = docx.Document()
    document.add_paragraph(SENTENCE)
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    document.save(str(path))


def saved_book(path: Path, properties: dict[str, Any]) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = SENTENCE
    for name, value in properties.items():
        setattr(workbook.properties, {"author": "creator"}.get(name, name), value)
    workbook.save(path)


def saved_slides(path: Path, properties: dict[str, Any]) -> None:
    presentation = pptx.Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = SENTENCE
    for name, value in properties.items():
        setattr(presentation.core_properties, name, value)
    presentation.save(str(path))


OFFICE = {".docx": saved_word, ".xlsx": saved_book, ".pptx": saved_slides}


@pytest.mark.parametrize("ending", OFFICE)
def test_a_files_properties_are_told(ending: str, tmp_path: Path) -> None:
    day = datetime.datetime(2023, 8, 22, 10, 30)
    OFFICE[ending](tmp_path / f"a{ending}", {"title": " 年度 报告 ", "author": "范知秋", "created": day})
    found = read(tmp_path / f"a{ending}")
    assert (found.property_title, found.property_author, found.property_date) == ("年度 报告", "范知秋", "2023-08-22")


@pytest.mark.parametrize("ending", OFFICE)
@pytest.mark.parametrize(
    "author",
    [
        "Administrator",
        "admin",
        "user",
        "User123",
        "WPS",
        "WPS Office",
        "Microsoft Office User",
        "微软用户",
        "Windows 用户",
        "PC-2019",
    ],
)
def test_a_programs_name_is_no_author(ending: str, author: str, tmp_path: Path) -> None:
    OFFICE[ending](tmp_path / f"a{ending}", {"author": author, "title": "PowerPoint 演示文稿"})
    found = read(tmp_path / f"a{ending}")
    assert (found.property_author, found.property_title) == ("", "")


@pytest.mark.parametrize("ending", OFFICE)
@pytest.mark.parametrize("created", ["1601-01-01T00:00:00Z", "2023-02-31T00:00:00Z", "昨天"])
def test_a_day_that_is_none_dates_nothing(ending: str, created: str, tmp_path: Path) -> None:
    OFFICE[ending](tmp_path / f"a{ending}", {"created": datetime.datetime(2023, 8, 22)})
    replaced(tmp_path / f"a{ending}", "docProps/core.xml", "2023-08-22T00:00:00Z", created)
    assert read(tmp_path / f"a{ending}").property_date == ""


@pytest.mark.parametrize("ending", OFFICE)
def test_a_librarys_template_tells_nothing(ending: str, tmp_path: Path) -> None:
    OFFICE[ending](tmp_path / f"a{ending}", {})
    found = read(tmp_path / f"a{ending}")
    assert (found.property_title, found.property_author) == ("", "")
    assert found.property_date == ("" if ending != ".xlsx" else datetime.datetime.now(datetime.UTC).date().isoformat())


# The container

MAIN = {".docx": "word/document.xml", ".xlsx": "xl/worksheets/sheet1.xml", ".pptx": "ppt/slides/slide1.xml"}


@pytest.fixture(params=OFFICE)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A whole file of each format, which says SENTENCE."""
    path = tmp_path / f"a{request.param}"
    OFFICE[request.param](path, {})
    if request.param == ".xlsx":  # its strings stand in another part, which attacks on the sheet would not meet

        def inline(name: str, content: bytes) -> bytes:
            if name == MAIN[".xlsx"]:
                cell = f'<c r="A1" t="inlineStr"><is><t>{SENTENCE}</t></is></c>'
                return content.replace(b'<c r="A1" t="s"><v>0</v></c>', cell.encode())
            return content

        rewritten(path, inline)
    assert SENTENCE in read(path).text
    return path


def with_entities(path: Path, doctype: str, reference: str) -> None:
    """Puts a document type declaration before the main part, and a reference to its entity into the text."""

    def change(name: str, content: bytes) -> bytes:
        if name != MAIN[path.suffix]:
            return content
        head, _, body = (
            content.partition(b"?>") if content.startswith(b"<?xml") else (b"<?xml version='1.0'", b"", content)
        )
        return head + b"?>" + doctype.encode() + body.replace(SENTENCE.encode(), SENTENCE.encode() + reference.encode())

    rewritten(path, change)


def outcome(path: Path) -> str:
    """The text of a file, or the error that it gives."""
    try:
        return "".join(found.text for found in READERS[path.suffix].read(path))
    except Exception as error:
        return str(error)


def test_entities_are_not_expanded(office: Path) -> None:
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    with_entities(office, f'<!DOCTYPE x [<!ENTITY a0 "哈哈哈">{laughs}]>', "&a11;")
    begun = time.perf_counter()
    assert "哈哈哈" not in outcome(office)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("kind", ["SYSTEM", 'PUBLIC "x"'])
def test_another_file_is_never_read(office: Path, kind: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("机密内容")
    with_entities(office, f'<!DOCTYPE x [<!ENTITY a {kind} "{(tmp_path / "secret").as_uri()}">]>', "&a;")
    assert "机密内容" not in outcome(office)


def test_a_file_with_a_password_is_said_to_have_one(office: Path) -> None:
    office.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(office) == "is protected by a password; save it without one"


def test_a_file_of_before_2007_is_said_to_be_one(office: Path) -> None:
    office.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "WordDocument".encode("utf-16-le"))
    assert refusal(office) == f"is in the format of before 2007; open it and save it as {office.suffix}"


def test_an_encrypted_zip_is_said_to_have_a_password(office: Path) -> None:
    content = bytearray(office.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    office.write_bytes(bytes(content))
    assert refusal(office) == "is protected by a password; save it without one"


def test_a_file_that_unpacks_to_too_much_is_refused(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.opc.MAX_UNPACKED", 1024)
    assert "save it anew without its pictures" in refusal(office)


def test_a_file_of_too_many_parts_is_refused(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.opc.MAX_PARTS", 3)
    assert refusal(office) == "holds over 3 parts; split the document"


def test_xml_that_shrinks_as_no_office_file_does_is_refused(office: Path) -> None:
    rewritten(office, lambda name, content: content + b" " * 2**24 if name == MAIN[office.suffix] else content)
    assert refusal(office) == "unpacks to over 200 times its size; copy its text into a new document"


def test_pictures_may_shrink_as_they_like(office: Path) -> None:
    rewritten(office, lambda name, content: content, {"media/white.bmp": "白" * 2**23})
    assert SENTENCE in read(office).text


def test_xml_that_takes_too_much_memory_is_refused(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.opc.MAX_TREE", 300)
    assert refusal(office).endswith("split the document")


def test_strict_open_xml_is_named(office: Path) -> None:
    replaced(
        office,
        "_rels/.rels",
        f"{RELATIONS}/officeDocument",
        "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
    )
    assert refusal(office) == "is in the format Strict Open XML; save it in the ordinary one"


@pytest.mark.parametrize("ending", OFFICE)
def test_an_office_file_of_another_kind_is_named(office: Path, ending: str) -> None:
    if ending != office.suffix:
        assert "of another kind" in refusal(office.rename(office.with_suffix(ending)))


def test_a_zip_that_is_no_office_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("x.txt", "甲")
    assert "of another kind" in refusal(tmp_path / "a.docx")


def test_names_of_parts_may_differ_by_case_and_separator(office: Path) -> None:
    with zipfile.ZipFile(office) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(office, "w") as new:
        for name, content in parts.items():
            new.writestr(name.upper().replace("/", "\\"), content)
    assert SENTENCE in read(office).text


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_read_or_refused_and_never_hangs(office: Path, seed: int) -> None:
    dice = random.Random(f"{office.suffix}{seed}")
    content = bytearray(office.read_bytes())
    if seed % 2:
        del content[dice.randrange(len(content)) :]
    else:
        for _ in range(dice.choice((1, 10, 200))):
            content[dice.randrange(len(content))] = dice.randrange(256)
    office.write_bytes(bytes(content))
    begun = time.perf_counter()
    assert isinstance(outcome(office), str)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("seed", range(20))
def test_damaged_xml_in_a_whole_zip_is_read_or_refused_and_never_hangs(office: Path, seed: int) -> None:
    dice = random.Random(f"{office.suffix}{seed}")
    with zipfile.ZipFile(office) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    chosen = dice.choice(names)

    def change(name: str, content: bytes) -> bytes:
        if name != chosen:
            return content
        at = dice.randrange(len(content))
        return content[:at] + dice.randbytes(2) + content[at + dice.randrange(3) :]

    rewritten(office, change)
    assert isinstance(outcome(office), str)
