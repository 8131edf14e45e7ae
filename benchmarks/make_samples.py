"""Writes the two binary samples, a PDF and a DOCX, from the text in this file.

    python benchmarks/make_samples.py [FOLDER]

FOLDER is `samples` where none is named. With the pinned reportlab and python-docx the same bytes
come out every run: no clock, no random identifier, and nothing compressed, so that the version of
zlib makes no difference either.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

REPORT_NAME = "澄岳仪器2022年报节选.pdf"
MINUTES_NAME = "采购会议纪要.docx"

REPORT_HEADER = "云汀澄岳仪器股份有限公司　2022年年度报告（节选）"
REPORT_TITLE = "云汀澄岳仪器股份有限公司2022年年度报告（节选）"
REPORT = """
董事会审议通过日期：2023年3月28日

# 一、公司概况

云汀澄岳仪器股份有限公司（以下简称“公司”）成立于2004年6月，注册地在云汀市滨江新区，主要从事水质、
气体和粉尘监测仪器的研发、生产和销售，产品用于自来水厂、化工园区和矿山。公司董事长为闻砚秋，总经理
为祝海川，董事会秘书为简素，分管信息披露。

# 二、主要经营数据

2022年，公司实现营业收入18.46亿元，上年为16.44亿元，同比增长12.3%；归属于母公司股东的净利润
2.17亿元，同比增长9.6%；经营活动产生的现金流量净额3.05亿元。境外业务收入4.62亿元，占全部收入的
四分之一，主要来自东南亚和中东的供水项目。

增长主要有两个来源：一是城市供水管网改造带动在线水质仪销量上升，全年交付2.7万台；二是运维服务合同
增加，年末在手服务合同金额6.8亿元，比年初多出1.9亿元。

# 三、研发与人员

公司全年研发投入1.58亿元，占营业收入的8.56%，新增授权发明专利41件，年末有效发明专利204件。
新一代余氯传感器已完成两年期现场试验，校准周期由30天延长到90天，计划于2023年下半年批量供货。

截至2022年12月31日，公司员工人数为2316人，其中研发人员587人，占25.3%；本科及以上学历的员工
占六成。全年组织培训312场，人均培训时间46小时，没有发生重伤以上的生产事故。

# 四、利润分配与风险提示

董事会拟以总股本4.2亿股为基数，向全体股东每10股派发现金红利3.5元（含税），不送红股，也不以资本公积金
转增股本，预案尚须提交股东大会表决。

公司提请投资者注意下列几项风险：进口芯片的交货周期仍不稳定，部分市政客户的回款时间拉长，年末应收账款余额
为5.39亿元；境外项目以美元结算，汇率变化可能影响利润。
"""

MINUTES_TITLE = "2023年秋季学期采购工作会议纪要"
MINUTES_FACTS = (
    "会议时间：2023年8月22日15时",
    "会议地点：行政楼三楼会议室",
    "主持人：褚映雪（校长）",
    "出席人员：范知秋（总务主任）、柯以宁（财务室）、雷允中（教师代表）、鲍青（家长委员会代表）",
    "记录人：方其",
)
MINUTES_BEFORE = """
# 一、采购清单

会议逐项核对了各年级组和后勤报来的需求，对两项重复申报作了合并，同意按下表采购四类物资，所需经费从
学校年度公用经费中列支。
"""
MINUTES_TABLE = (
    ("采购项目", "数量", "单价", "金额"),
    ("学生课桌椅", "240套", "268元", "64320元"),
    ("教室护眼灯", "180盏", "145元", "26100元"),
    ("图书室图书", "1500册", "28元", "42000元"),
    ("直饮水机", "6台", "8900元", "53400元"),
)
MINUTES_AFTER = """
四项合计金额185820元，比年初预算节省14180元。

# 二、供货与验收

学生课桌椅由梅埠县青禾木业有限公司供货，须在9月10日前送到并安装完毕，质保期3年。直饮水机安装在
每栋教学楼的一层，滤芯由供货方每季度更换一次。

验收小组由范知秋牵头，邀请家长委员会派两人参加。课桌椅要抽检甲醛释放量，抽检数量不少于12套，
有一套不合格即整批退换。

# 三、付款

验收合格后30日内支付货款的95%，余下的5%即9291元作为质量保证金，满一年没有质量问题再付清。柯以宁
负责核对发票，付款凭证在校务公开栏张贴7天。

# 四、其他

鲍青提出，旧课桌椅仍有八成可用，建议转赠乡村学校。会议决定由总务处联系接收单位，9月底前给出方案。

云汀市第三实验小学总务处

2023年8月23日
"""
MINUTES_DATE = datetime(2023, 8, 23, 9, 0, 0)
# The styles that the minutes use; python-docx's template carries 800 kB of others.
MINUTES_STYLES = {
    "Normal", "DefaultParagraphFont", "TableNormal", "NoList",
    "Title", "TitleChar", "Heading1", "Heading1Char", "TableGrid",
}  # fmt: skip
# The earliest time that a zip entry can carry.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def blocks(text: str) -> Iterable[tuple[bool, str]]:
    """Gives (is a heading, text) for each block: lines are joined, blank lines part blocks."""
    for block in text.strip().split("\n\n"):
        line = "".join(block.split("\n"))
        yield line.startswith("# "), line.removeprefix("# ")


def report() -> bytes:
    """Gives the PDF: A5, two pages, a running header and a page number on each."""
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    # A standard Adobe CJK font: named in the file, not embedded, so the file stays small.
    font = "STSong-Light"
    registerFont(UnicodeCIDFont(font))
    width, height = A5
    side = 18 * mm

    def style(name: str, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(name, fontName=font, wordWrap="CJK", **more)

    title = style("title", fontSize=13.5, leading=22, alignment=1, spaceAfter=8)
    heading = style("heading", fontSize=12, leading=20, spaceBefore=8, spaceAfter=3)
    body = style("body", fontSize=10.5, leading=19, firstLineIndent=21, spaceAfter=3)

    def header(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 8.5)
        canvas.drawCentredString(width / 2, height - 11 * mm, REPORT_HEADER)
        canvas.line(side, height - 13 * mm, width - side, height - 13 * mm)

    def footer(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 8.5)
        canvas.drawCentredString(width / 2, 9 * mm, f"第 {document.page} 页 共 2 页")

    story = [Paragraph(REPORT_TITLE, title)]
    story += [Paragraph(text, heading if head else body) for head, text in blocks(REPORT)]
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A5,
        title=REPORT_TITLE,
        author="云汀澄岳仪器股份有限公司",
        lang="zh-CN",
        invariant=1,
        pageCompression=0,
    )
    frame = Frame(side, 18 * mm, width - 2 * side, height - 38 * mm)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=header, onPageEnd=footer))
    document.build(story)
    return out.getvalue()


def minutes() -> bytes:
    """Gives the DOCX: headings, paragraphs, one table, fixed core properties."""
    import docx

    document = docx.Document()
    document.add_heading(MINUTES_TITLE, level=0)
    document.add_paragraph("云汀市第三实验小学")
    for line in MINUTES_FACTS:
        document.add_paragraph(line)
    add_blocks(document, MINUTES_BEFORE)
    table = document.add_table(rows=0, cols=len(MINUTES_TABLE[0]))
    table.style = "Table Grid"
    for row in MINUTES_TABLE:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    add_blocks(document, MINUTES_AFTER)

    properties = document.core_properties
    properties.title = MINUTES_TITLE
    properties.author = "云汀市第三实验小学总务处"
    properties.last_modified_by = "方其"
    properties.comments = ""
    properties.language = "zh-CN"
    properties.revision = 1
    properties.created = properties.modified = MINUTES_DATE
    drop_unused(document)
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved.getvalue())


def add_blocks(document: Any, text: str) -> None:
    """Adds each block of `text` to a python-docx document, as a heading or a paragraph."""
    for head, line in blocks(text):
        if head:
            document.add_heading(line, level=1)
        else:
            document.add_paragraph(line)


def drop_unused(document: Any) -> None:
    """Takes out the template's unused styles, its second copy of them and its thumbnail."""
    for style in list(document.styles):
        if style.style_id not in MINUTES_STYLES:
            style.delete()
    for rels in (document.part.rels, document.part.package.rels):
        for key, rel in list(rels.items()):
            if rel.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                del rels[key]


def with_fixed_dates(package: bytes) -> bytes:
    """Gives the same zip, its entries stored and dated alike (python-docx goes by the clock)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.create_system = 3  # Unix, whatever machine this runs on.
            new.writestr(entry, old.read(name))
    return out.getvalue()


def main(folder: str = "samples") -> None:
    """Writes both files into `folder`."""
    Path(folder, REPORT_NAME).write_bytes(report())
    Path(folder, MINUTES_NAME).write_bytes(minutes())


if __name__ == "__main__":
    main(*sys.argv[1:2])
