"""Writes tests/corpus/office: invented office documents in every format, hard in the ways that real ones are.

``python -m tests.corpus.make_office`` gives the same bytes each time. What each file is for stands at the function
that makes it; the questions asked of them are in office.jsonl, what a careful person reads in them in
office_expected.json. Every place, company, person and figure is invented.

The documents lie near each other on purpose: two months of one report, two periods of one workbook, the minutes and
the news of one meeting, this year's and last year's heating, floods in two towns, canteens in two counties.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
import textwrap
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from pptx import Presentation
from pptx.util import Cm
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

OFFICE = Path(__file__).parent / "office"
MADE = dt.datetime(2023, 12, 1, 9, 0, 0)  # when every Office file says that it was made
MARGIN = 60  # of a PDF's page, in points
Rows = list[list[str]]

# --------------------------------------------------------------------------- sources


def lines(source: str) -> list[str]:
    """The lines of an indented source; a line indented by four more goes on the one before, ``~`` is an empty one."""
    joined = textwrap.dedent(source).strip("\n").replace("\n    ", "")
    return ["" if line == "~" else line for line in joined.split("\n")]


def prose(source: str) -> list[str]:
    """The texts of an indented source, parted by ``---``."""
    return "\n".join(lines(source)).split("\n---\n")


def table(source: str) -> Rows:
    """Rows of cells parted by ``|``; ``<`` goes on the cell to the left, ``^`` the one above, ``⏎`` breaks a line."""
    return [line.replace("⏎", "\n").split("|") for line in lines(source)]


def text_file(content: Sequence[str]) -> bytes:
    """The bytes of a text file of lines."""
    return "".join(f"{line}\n" for line in content).encode()


def wrapped(text: str, columns: int) -> Iterator[str]:
    """Lines as wide as a terminal's, broken anywhere but in a number and before closing punctuation."""
    line, width = "", 0
    for piece in re.findall(r"[\d.:+]+|.[，。；：、”）]*", text):
        wide = sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in piece)
        if line and width + wide > columns:
            yield line
            line, width = "", 0
        line, width = line + piece, width + wide
    yield line


# --------------------------------------------------------------------------- formats


def repacked(archive: bytes) -> bytes:
    """A zip whose members bear one date."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return out.getvalue()


def saved(file: Any, title: str = "", author: str = "") -> bytes:
    """The bytes of a Word or PowerPoint file, the same each time; title and author are its properties."""
    properties = file.core_properties
    properties.created = properties.modified = MADE
    properties.title, properties.author, properties.last_modified_by, properties.comments = title, author, "", ""
    out = io.BytesIO()
    file.save(out)
    return repacked(out.getvalue())


def centred(word: Any, text: str, size: int) -> None:
    """Adds a bold line in the middle, as people make titles who use no styles."""
    paragraph = word.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(size)


def add_table(word: Any, rows: Rows) -> None:
    """Adds a ruled table to a Word file, its cells merged as the marks say."""
    grid = word.add_table(len(rows), len(rows[0]), style="Table Grid")
    fill(grid, rows)


def add_slide_table(slide: Any, rows: Rows) -> None:
    """Adds a table to a slide, its cells merged as the marks say."""
    fill(slide.shapes.add_table(len(rows), len(rows[0]), Cm(1.5), Cm(4.5), Cm(22), Cm(11)).table, rows)


def fill(grid: Any, rows: Rows) -> None:
    """Writes the cells of a table; a mark joins its place to the cell that it goes on."""
    for cell, row, column in cells_of(rows):
        end_row, end_column = row, column
        while end_row + 1 < len(rows) and rows[end_row + 1][column] == "^":
            end_row += 1
        while end_column + 1 < len(rows[row]) and rows[row][end_column + 1] == "<":
            end_column += 1
        place = grid.cell(row, column)
        place.text = cell
        if (end_row, end_column) != (row, column):
            place.merge(grid.cell(end_row, end_column))


def cells_of(rows: Rows) -> Iterator[tuple[str, int, int]]:
    """Each cell that begins at a place, with its row and column."""
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell not in ("<", "^"):
                yield cell, row, column


def title_slide(deck: Any, title: str, under: str) -> None:
    """Adds a deck's first slide."""
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = title
    slide.placeholders[1].text = under


def bullet_slide(deck: Any, title: str, bullets: Sequence[str]) -> Any:
    """Adds a slide of bullets, those marked ``-`` one level in; without any, of a title alone."""
    slide = deck.slides.add_slide(deck.slide_layouts[1 if bullets else 5])
    slide.shapes.title.text = title
    for i, bullet in enumerate(bullets):
        body = slide.placeholders[1].text_frame
        paragraph = body.paragraphs[0] if i == 0 else body.add_paragraph()
        paragraph.text = bullet.removeprefix("- ")
        paragraph.level = int(bullet.startswith("- "))
    return slide


def style(name: str, **settings: Any) -> ParagraphStyle:
    """A paragraph style for Chinese, in a font that a PDF's viewer brings."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return ParagraphStyle(name, **{"fontName": "STSong-Light", "wordWrap": "CJK", **settings})


def frame(name: str, bottom: float, top: float, column: int = 0, columns: int = 1) -> Frame:
    """A column of an A4 page, from one height above its lower margin to another, in points."""
    gap = 24
    width = (A4[0] - 2 * MARGIN + gap) / columns - gap
    return Frame(MARGIN + column * (width + gap), MARGIN + bottom, width, top - bottom, 0, 0, 0, 0, id=name)


def ruled_table(rows: Rows, widths: list[float]) -> Table:
    """A table with every line drawn, its header repeated on each page."""
    grid = Table(rows, widths, repeatRows=1)
    grid.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "STSong-Light", 10),
                ("GRID", (0, 0), (-1, -1), 0.5, "#000000"),
                ("ALIGN", (2, 1), (-1, -1), "RIGHT"),
            ]
        )
    )
    return grid


def pdf(story: list[Any], pages: list[PageTemplate], title: str) -> bytes:
    """The bytes of a PDF, the same each time."""
    out = io.BytesIO()
    BaseDocTemplate(out, pagesize=A4, pageTemplates=pages, title=title, author="", invariant=1).build(story)
    return out.getvalue()


def csv_of(rows: Rows, separator: str) -> str:
    """Rows as Excel writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def json_lines(documents: Sequence[dict[str, str]]) -> bytes:
    """A document a line."""
    return "".join(f"{json.dumps(document, ensure_ascii=False)}\n" for document in documents).encode()


def packed(content: bytes) -> bytes:
    """The content in gzip, the same each time."""
    return gzip.compress(content, mtime=0)


# --------------------------------------------------------------------------- plain text


def flood_summary() -> bytes:
    """A town's report, hard-wrapped at 72 columns in mid-word; paragraphs have neither indent nor empty line."""
    return text_file([line for text in FLOOD_SUMMARY for line in wrapped(text, 72)])


FLOOD_SUMMARY = lines("""
    苇渡镇2023年防汛工作总结
    雁回县苇渡镇人民政府
    2023年10月16日
    一、基本情况
    苇渡镇位于雁回县东南部，辖14个行政村，境内有苇河、老黑沟两条主要河流，堤防总长38.6公里，险工险段5处。
        2023年汛期全镇累计降雨612毫米，比常年同期偏多两成三，先后遭遇6月18日至21日、7月27日至29日两次强降雨。
        第二次降雨期间，苇河渡口站最高水位31.47米，超过警戒水位0.97米，是该站设立以来的第二高水位。面对汛情，
        全镇干部群众连续奋战，做到了不溃一堤、不亡一人。
    汛期共转移低洼地段群众326户1058人，启用集中安置点4处，其中镇中心小学安置点人数最多，高峰时住进412人。
        全镇受淹农田2140亩，倒塌和严重损坏房屋9间，直接经济损失约860万元，比上一年少四成。
    二、主要做法
    一是早压责任。3月底前调整镇防汛抗旱指挥部，由镇长蒲一航任指挥长，班子成员和站所负责人分片包村，
        逐堤逐涵签订责任书97份。对险工险段分别明确行政、技术、巡查三名责任人，姓名和电话在村口公示。
    二是早备物资。镇级仓库储备编织袋4.2万条、土工布6800平方米、救生衣240件、冲锋舟3艘，
        另与县内两家砂石场签订代储协议，约定接到通知后两小时内送到指定堤段。各村配齐手摇报警器和铜锣，
        停电断网时也能把转移消息喊到户。
    三是早练队伍。5月12日在老黑沟口组织防汛综合演练，六个村的民兵和巡堤员共280人参加，设置堤坡渗水处置、夜间转移、
        落水救援三个科目。演练发现对讲机在老黑沟弯道处没有信号，镇里随后加装了两台中继台。
    四是早巡早转。巡堤查险二十四小时有人，每公里堤段不少于八人，夜间两小时走一趟。7月28日凌晨2时40分，
        小芦村巡堤员邵金贵在苇河左岸桩号12+300处发现管涌，村里当即鸣锣转移下游住户，镇抢险队四十分钟内赶到，
        用反滤围井的办法在清晨5时前控制住险情。
    五是早谋恢复。洪水退去后三天内完成入户消杀，一周内恢复供电供水。农技人员帮助农户改种荞麦、萝卜等短季作物1300亩，
        发放种子化肥补贴54.6万元。
    三、存在问题
    （一）老黑沟下游还有2.8公里土堤没有护坡，遇到超过二十年一遇的洪水风险较大。
    （二）排涝泵站建成年代早，14座泵站中有6座带病运行，抽排能力只有设计能力的六成。
    （三）年轻人外出多，巡堤队伍平均年龄达到56岁，夜间值守力量不足。
    四、下步打算
    今冬明春重点办好三件事：争取专项资金1200万元，完成老黑沟下游土堤护坡；更新改造6座老旧泵站，明年5月底前投入使用；
        依托镇应急救援站组建一支40人的青年抢险突击队，平时训练，汛时上堤。
""")


def peace_report() -> bytes:
    """A report in GB18030 whose paragraphs broke in mid-word: a blank line, then an indent as if a new one began."""
    parts = [f"　　{part}" for text in PEACE_REPORT[2:] for part in text.split("／")]
    return "\r\n\r\n".join([*PEACE_REPORT[:2], *parts, ""]).encode("gb18030")


PEACE_REPORT = lines("""
    杏台镇2022年平安建设工作汇报
    （中共杏台镇委员会　2023年1月9日）
    2022年，杏台镇以“无案无访无诉”村创建为抓手，把平安建设融入网格、融入农时、融入乡风，
        群众安全感满意度测评得分97.3分，列雁回县第二位，比上年前移四位。
    一年来，全镇共排查各类矛盾纠／纷437件，化解431件，其中婚姻家庭类最多，有162件；土地边界类次之，有118件。
        没有发生一起民转刑案件，没有发生一起赴省集体上访。
    一、把矛盾化在炕头。镇里从退休教师、老支书、老党员中选聘“炕头调解员”53名，哪家有了疙瘩，
        调解员就坐到哪家炕头上去。杏花岭村两户人家因一条排水沟吵了十一年，调解员戚长／顺连去三个晚上，
        最后由村集体出料、两家出工，把明沟改成暗管，两家重新走动起来。
    调解员每调成一件，镇里按难易补助50元至300元，全年共发放补助4.86万元，钱不多，却让他们觉得这份操心有人记得。
    二、把防线筑在村口。全镇新装高清探头118个，主要路口实现全覆盖，派出所与各村值班室视频互通。
        全年电信网络诈骗发案23起，比上年少16起；反诈劝阻小分队上门劝阻转账76人次，避免群众损失192.4／万元。
        最惊险的一次，队员在银行柜台前拦下了一笔已填好汇款单的38万元。
    三、把力量沉在网格。全镇划分网格84个，每格一名专职网格员，每人每月补贴600元，另按走访质量发放绩效。
        网格员走访时随身带三样东西：一本民情簿、一支录音笔、一张联系卡。群众反映的事能办的当天办，
        不能办的三天内给回音，全年办结群众诉求2915／件，按时办结率99.1%。
    四、把校园护在心上。全镇5所学校和幼儿园配备专职保安15名，上下学时段由民警、教师、家长志愿者共同护学。
        对12辆校车逐车安装定位和防遗忘装置，开展应急疏散演练10场，没有发生涉校涉生案事件。
    工作中还有不足：一是外出务工人员家庭的婚姻纠纷仍在增加；二是个别村的探头坏了报修慢，最长的一处拖了二十六天；
        三是调解员年纪偏大，六十五岁以上的占到四成。
    2023年，我们将建成镇级综治中心新址，推行“一村一律师”按月坐诊，争取安全感满意度进入全县第一位。
""")


def governance_feature() -> bytes:
    """A newspaper's feature whose lettered headings have no mark but their length; two run into the text after them."""
    return "\n".join([*GOVERNANCE[:2], *(f"　　{line}" for line in GOVERNANCE[2:]), ""]).encode()


GOVERNANCE = lines("""
    青棠：小网格织出大平安
    云汀日报　2022年11月8日　第3版　记者　柏宁
    青棠县三面环山、一面临水，全县11个乡镇41.7万人，常年有九万多人在外务工。人少的村子怎么管，人多的小区怎么治，
        是这座县城绕不过去的考题。
    三年来，青棠把基层治理的架子搭在网格上，群众安全感连续三年保持在98%以上，信访总量年均下降12.4%，
        去年被省里评为市域治理创新县。
    最近，记者走进青棠的村庄、社区和企业，看看答案是怎样写出来的。
    A坚持高位推动层层压实基层治理责任青棠县把基层治理列为“书记工程”，县委书记秦屿川每月召开一次调度会，
        乡镇书记当面报账，不念稿子，只答问题。县里设立治理专项资金，每年安排2300万元，七成以上投到村和社区。
    考核也换了办法。过去看台账，现在看电话：由第三方每季度随机拨打6000个群众电话，
        满意度排在后两位的乡镇要到会上说明。今年前三季度，已有三个乡镇的负责人被约谈。
    B织密防控网络稳步提升群众平安质感
    夜里十一点，县城老街的巡逻车准时出发。青棠公安把县城划成九个巡区，接警后平均到场时间由8分钟缩短到4分20秒。
    技防同样在补课。两年里，全县新增智能感知门岗146处，老旧小区的单元门装上了人脸识别锁，
        入室盗窃案件比上年下降37.8%。县公安局副局长韩奕说，装设备只是第一步，关键是让信息跑在案件前面。
    C用好诉前调解就地化解邻里矛盾纠纷
    在石门塘社区，居民叫得最响的是“板凳会”。谁家有事，搬条板凳坐到老槐树下，社区法官、律师和邻居一起评理。
        自去年5月开办以来，板凳会开了214场，调成189件，没有一件反悔。
    县法院把这套办法搬进诉讼服务大厅，凡是家事、邻里、物业三类案件先调后立。今年1月至9月，诉前调解成功2764件，
        一审民商事收案同比少了三成。
    D推动力量下沉不断夯实网格服务根基全县划分网格1286个，配备专职网格员1340名，其中有一半是返乡青年。
        县里给网格员定了六项职责、亮了九条红线，不再让他们填重复的表。
    雨台乡网格员俞小满手机里存着一张“牵挂名单”，上面是网格里的17位独居老人。今年7月，
        她在例行走访中发现一位老人摔倒在菜地里，及时送医，保住了一条命。
    E突出科技赋能加快建设智慧治理平台
    县综治中心的大屏上，事件以颜色区分：红色两小时内处置，黄色一天内办结，绿色三天内答复。平台去年10月上线，
        已流转事件5.2万条，自动派单准确率达到93.5%。
    治理没有终点。秦屿川说，下一步要把平台接口开放给物业公司和快递站点，让更多人成为平安的合伙人。
""")


def heating_news() -> bytes:
    """A news page saved as text: links, captions before the title, photographer, source, reporter, editors, buttons."""
    return "\n\n".join([*HEATING_NEWS, ""]).replace("／", "\n").encode()


HEATING_NEWS = lines("""
    云汀新闻网／云汀新闻网>>县区频道>>雁回
    2023年11月9日,雁回县热力公司工人在检修换热站阀门。
    2023年11月13日,志愿者为榆荫镇独居老人清理炉灶烟道。
    裘川 摄
    雁回:早两天开栓 暖一冬民心
    2023年11月17日08:40 | 来源:雁回周报／小字号
    11月13日零时,雁回县城区集中供暖正式开栓,比法定供暖日提前两天。清晨六点,家住文锦小区的退休工人卢桂芝摸了摸暖气片,
        已经有些烫手。“往年这时候屋里还得穿棉袄,今年头一天就到了21度。”她说。
    供暖是民生大事。今年夏天,雁回县投入4670万元实施“冬病夏治”,更换老旧管网23.5公里,改造换热站11座,
        集中供热面积由上年的382万平方米增加到415万平方米,新接入用户2840户。
    “心脏”换新——热源更有底气
    热力公司总经理纪岚介绍,公司新上一台70兆瓦燃气锅炉,与原有的两台燃煤锅炉互为备用。入冬前存煤3.6万吨,
        可供满负荷运行38天,燃气供应也与上游企业签了保供协议。
    “血管”疏通——温度更加均匀
    过去,管网末端的钢铁路一带年年叫冷。今年,工人在这里加装了增压泵和自力式平衡阀,末端用户室温平均提高3.2度。
        热力公司还在全城布设1500个室温采集点,哪一户低于18度,系统自动弹窗、自动派单。
    “末梢”兜底——服务更有温度
    对没有接入管网的乡镇,县里推行“煤改电”,每户补贴设备款5000元,采暖季电价每度再补0.12元,今年完成3160户。对独居老人、
        残疾人等1274户特殊群体,由志愿者上门检查炉具、加装一氧化碳报警器。
    供暖热线96118同步开通,三十名话务员轮班值守。开栓头三天,热线接到来电1863个,其中暖气不热的占六成多,
        维修人员平均41分钟到场。
    副县长邹平野表示,供暖期长达四个月,开栓只是起步,县里将每周通报各片区室温达标率,请群众来打分。(记者 岑月)
    (责编:闵舒、卜景行)
    分享让更多人看到
    返回顶部
""")


def elderly_news() -> bytes:
    """A newspaper's page copied out: half-width commas, captions, by-line, no date, columns broken in mid-sentence."""
    return "\n\n".join(part for text in ELDERLY_NEWS for part in text.split("／")).encode() + b"\n"


ELDERLY_NEWS = lines("""
    白洛县河湾镇幸福食堂里,老人们正在用午餐。
    2023年9月26日,白洛县中医院医生在敬老院开展重阳节义诊。
    项西楼 摄
    白洛:让『养老』变『享老』
    戚文澜 邵棠
    一碗热饭 守住老人的胃
    上午十一点,河湾镇幸福食堂飘出饭菜香。77岁的罗守田端着一荤两素一汤,在窗边坐下。“八块钱,我自己掏五块,
        剩下的县里和村里补。”他算得清清楚楚。
    白洛县60岁以上老人有8.94万人,占常住人口的26.3%,高出全市平均水平将近四个百分点。吃饭是老人们说得最多的难处。
        2022年起,白洛把幸福食堂列入民生实事,目前全县建成幸福食堂136家,日均就餐6800／余人次。
    食堂怎么开得长久?白洛的办法是“财政补一点、集体贴一点、老人出一点、社会捐一点”。县财政按就餐人次每餐补助2元,
        对运营满一年、考核合格的食堂再奖补1.5万元。在甘棠乡,在外创业的柏树青一次捐出20／万元,设立“一碗饭”基金,
        专门补给全乡的孤寡老人。
    一张床位 搬进老人的家
    72岁的薛凤英中风后半身不便,不愿住进养老院。去年秋天,她家成了白洛县第一批“家庭养老床位”:卧室装上扶手和呼叫器,
        床垫能监测心率呼吸,护理员每周上门三次,助浴、康复、代买药,都按单子来。
    这样的床位,白洛建了1520张。每张床位县里给予适老化改造补贴／3200元,服务费由长期护理保险和家庭共同承担。
        县民政局养老服务股股长祁明远说,家庭床位的花费只有机构床位的三分之一,老人却不用离开熟悉的院子。
    2023年8月17日,白洛县失能老人护理员技能比赛在县职教中心举行。
    一支队伍 陪在老人身边
    养老最缺的是人。白洛县职教中心开设护理专班,学费全免,结业后签约本地机构满三年的,一次性奖励1.2万元。
        两年来培养持证护理员647名,其中四十岁以下的占到一半,平均每月到手工资4300元。
    村里的“银龄互助队”更是随叫随到。低龄老人照看高龄老人,一小时攒一个“时间币”,将来可以换回同样的服务。
        全县互助队员已有5100多人,攒下“时间币”31.8万枚。
    “老人笑了,年轻人在外头干活才踏实。”罗守田放下碗筷,约上老伙计下棋去了。
""")

# --------------------------------------------------------------------------- Markdown


def water_may() -> bytes:
    """A monthly report with front matter and a pipe table; June's is its twin with other figures."""
    return text_file(WATER_MAY)


WATER_MAY = lines("""
    ---
    title: 澜禾水务2023年5月生产运行月报
    author: 阮澄
    publisher: 云汀市澜禾水务有限公司
    date: 2023-06-05
    tags: [月报, 供水]
    ---
    ~
    # 澜禾水务2023年5月生产运行月报
    ~
    ## 一、供水生产
    ~
    5月份公司完成供水量**1,146.8万吨**，比4月份增加63.2万吨，日均36.99万吨。最高日出现在5月29日，为41.25万吨。
        各水厂情况如下：
    ~
    | 水厂 | 供水量（万吨） | 最高日（万吨） | 出厂水浊度（NTU） | 吨水电耗（千瓦时） |
    | :--- | ---: | ---: | ---: | ---: |
    | 龙首水厂 | 512.4 | 18.31 | 0.08 | 0.286 |
    | 南坪水厂 | 387.9 | 14.02 | 0.11 | 0.314 |
    | 沙浦水厂 | 246.5 | 8.92 | 0.09 | 0.347 |
    | 合计 | 1,146.8 | 41.25 | — | 0.309 |
    ~
    ## 二、管网运行
    ~
    - 抢修爆管7次，其中DN300以上2次，平均止水时间38分钟。
    - 5月18日夜间，望槐路DN500铸铁管断裂，停水影响居民3100户，次日4时20分恢复。
    - 当月产销差率12.6%，比上月下降0.4个百分点。
    ~
    ## 三、服务热线
    ~
    热线受理来电2,764个，办结率99.4%。水压类诉求最多，占41%；其次是水质发黄，占23%。
    ~
    ## 四、下月安排
    ~
    1. 完成南坪水厂3号滤池换砂。
    2. 开展高考期间供水保障，考点周边500米内不安排计划性停水。
    3. 更换超期水表1.2万只。
""")


def water_june() -> bytes:
    """The twin of May's report, with one paragraph of its own."""
    return text_file(WATER_JUNE)


WATER_JUNE = lines("""
    ---
    title: 澜禾水务2023年6月生产运行月报
    author: 阮澄
    publisher: 云汀市澜禾水务有限公司
    date: 2023-07-04
    tags: [月报, 供水]
    ---
    ~
    # 澜禾水务2023年6月生产运行月报
    ~
    ## 一、供水生产
    ~
    6月份公司完成供水量**1,238.1万吨**，比5月份增加91.3万吨，日均41.27万吨。最高日出现在6月24日，为45.73万吨，
        创公司成立以来新高。各水厂情况如下：
    ~
    | 水厂 | 供水量（万吨） | 最高日（万吨） | 出厂水浊度（NTU） | 吨水电耗（千瓦时） |
    | :--- | ---: | ---: | ---: | ---: |
    | 龙首水厂 | 548.7 | 20.16 | 0.07 | 0.281 |
    | 南坪水厂 | 421.3 | 15.88 | 0.10 | 0.308 |
    | 沙浦水厂 | 268.1 | 9.69 | 0.12 | 0.352 |
    | 合计 | 1,238.1 | 45.73 | — | 0.306 |
    ~
    ## 二、管网运行
    ~
    - 抢修爆管11次，其中DN300以上3次，平均止水时间45分钟。
    - 6月9日上午，施工单位挖断沙浦大道DN400球墨管，停水影响居民1800户，当日15时恢复，已向施工单位索赔6.4万元。
    - 当月产销差率12.1%，比上月下降0.5个百分点。
    ~
    ## 三、服务热线
    ~
    热线受理来电3,518个，办结率98.9%。水压类诉求占47%；水质发黄占19%。
    ~
    ## 四、应急保障
    ~
    6月21日青棠河上游来水浊度升高，龙首水厂投加粉末活性炭16.5吨，连续加密检测72小时，出厂水始终达标。
    ~
    ## 五、下月安排
    ~
    1. 龙首水厂扩建工程完成联动调试，新增日产能5万吨。
    2. 开展夏季高峰供水应急演练。
    3. 更换超期水表1.5万只。
""")


def fraud_brief() -> bytes:
    """A brief masked by asterisks that Markdown would take for emphasis, beside real emphasis."""
    return text_file(FRAUD_BRIEF)


FRAUD_BRIEF = lines("""
    # 防范和处置非法集资工作简报
    ~
    第6期（总第38期）
    ~
    **市处置非法集资工作领导小组办公室　2023年6月30日
    ~
    ## 上半年工作情况
    ~
    今年以来，**市坚持打早打小、防在前面，集中开展“春雷”“护薪”两次专项排查，发动网格员****名，
        走访商户和写字楼*.*万家，处置工作取得**阶段性成效**。
    ~
    截至6月底，全市共排查涉嫌非法集资风险线索***条，公安机关立案**起，涉案金额*.**亿元，抓获犯罪嫌疑人**名，
        已为群众挽回损失****余万元。
    ~
    **重点提示**：养老、预付卡、虚拟货币三个领域的新发线索占到七成，**县、**区要在7月底前完成“回头看”。
    ~
    ## 各地进展
    ~
    | 地区 | 线索（条） | 立案（起） | 挽损（万元） |
    |---|---|---|---|
    | **区 | ** | * | *** |
    | **县 | *** | ** | **** |
    | 经开区 | 17 | 3 | 268.5 |
    ~
    ## 典型案例
    ~
    ### “康颐山庄”案
    ~
    ****年*月，**县公安局接到退休职工祝某反映，某养老公寓以预存床位费、年返利*%的名义吸收资金。专班用*个月查清账目，
        查封房产**套，追缴资金***万元，全部进入清退程序。
    ~
    ### “喜兑仓”案
    ~
    经开区一家名为“喜兑仓”的预付卡公司，半年内发展会员2600余人，承诺充值一千返一千二。
        街道网格员发现其门店频繁更名后上报，市场监管部门及时冻结账户，为会员追回预存款143万元。
    ~
    ## 下步工作
    ~
    - 建立行业主管部门**月调度**机制。
    - 举报奖励最高标准由2万元提高到5万元。
    - 在**个社区设立防非宣传角。
""")
# --------------------------------------------------------------------------- HTML


def housing_notice() -> bytes:
    """A government's notice: a box with its number and dates, a table with rowspan and colspan, nav, footer."""
    return text_file(HOUSING_NOTICE)


HOUSING_NOTICE = lines("""
    <!DOCTYPE html>
    <html lang="zh-CN">
    <head>
    <meta charset="utf-8">
    <title>云汀市人民政府办公室关于开展农村自建房安全隐患整治的通知_政府文件_云汀市人民政府门户网站</title>
    <style>td, th { border: 1px solid #999; padding: 4px }</style>
    <script>var visits = "本页已被浏览0次";</script>
    </head>
    <body>
    <nav><a href="/">首页</a> <a href="/zwgk">政务公开</a> <a href="/hdjl">互动交流</a> <a href="/sj">数据开放</a>
        </nav>
    <div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; 政府文件</div>
    <ul class="info">
    <li>索引号：YT0002-2023-00047</li>
    <li>发文机关：云汀市人民政府办公室</li>
    <li>发文字号：云政办发〔2023〕22号</li>
    <li>成文日期：2023年5月8日</li>
    <li>发布日期：2023年5月11日</li>
    <li>有效性：有效</li>
    </ul>
    <h1>云汀市人民政府办公室关于开展农村自建房安全隐患整治的通知</h1>
    <div class="content">
    <p>各县（区）人民政府，市政府各部门、各直属机构：</p>
    <p>为切实消除农村自建房安全隐患，保障群众生命财产安全，经市政府同意，现就有关事项通知如下。</p>
    <h2>一、排查范围</h2>
    <p>全市行政村范围内的农村自建房，重点是三层及以上、用作经营、人员密集和擅自改扩建的房屋。城乡结合部、旅游村落、
        学校周边的出租房屋一并纳入。</p>
    <h2>二、时间安排</h2>
    <p>整治分三个阶段。5月底前为动员培训阶段；6月至9月为拉网排查阶段，由乡镇组织技术人员逐户上门，一户一表、
        拍照上传；10月至12月为集中销号阶段，对鉴定为C级的限期加固，鉴定为D级的立即腾空，需要拆除的在<b>11月20日</b>
        前拆除完毕。</p>
    <h2>三、资金保障</h2>
    <p>房屋安全鉴定费用由县级财政承担。对低收入群体危房加固，市级按每户1.6万元给予补助，
        重建的按每户3.5万元给予补助，资金由市住房和城乡建设局会同市财政局在验收后一个月内拨付。</p>
    <h2>四、工作要求</h2>
    <p>各地要落实属地责任，实行“谁排查、谁签字、谁负责”。每月25日前将进度报市住房和城乡建设局村镇科（联系人：
        虞向南，电话：5230176）。对隐瞒不报、弄虚作假的，移交纪检监察机关处理。</p>
    <h2>附件：首批重点乡镇排查任务表</h2>
    <table>
    <thead>
    <tr><th rowspan="2">县区</th><th rowspan="2">乡镇</th><th colspan="2">应排查户数（户）</th><th rowspan="2">
        技术支持单位</th></tr>
    <tr><th>经营性</th><th>其他</th></tr>
    </thead>
    <tbody>
    <tr><td rowspan="3">白洛县</td><td>河湾镇</td><td>326</td><td>4,815</td><td rowspan="3">云汀市建筑设计院</td></tr>
    <tr><td>甘棠乡</td><td>148</td><td>3,276</td></tr>
    <tr><td>双桥铺镇</td><td>271</td><td>5,093</td></tr>
    <tr><td rowspan="2">青棠县</td><td>雨台乡</td><td>97</td><td>2,684</td><td>云汀职业技术学院</td></tr>
    <tr><td>石门镇</td><td>305</td><td>6,120</td><td>恒砥检测有限公司</td></tr>
    <tr><td rowspan="3">雁回县</td><td>苇渡镇</td><td>182</td><td>3,947</td><td rowspan="2">恒砥检测有限公司</td></tr>
    <tr><td>榆荫镇</td><td>129</td><td>3,502</td></tr>
    <tr><td>墨池镇</td><td>213</td><td>4,438</td><td>云汀市建筑设计院</td></tr>
    <tr><td colspan="2">合计</td><td>1,671</td><td>33,875</td><td></td></tr>
    </tbody>
    </table>
    <p style="text-align:right">云汀市人民政府办公室</p>
    <p style="text-align:right">2023年5月8日</p>
    <p>（此件公开发布）</p>
    </div>
    <div class="tools"><a href="#">【打印本页】</a> <a href="#">【关闭窗口】</a></div>
    <footer>
    <p>主办：云汀市人民政府办公室　承办：云汀市大数据中心</p>
    <p>网站标识码：0000000047　云公网安备00000002000019号</p>
    </footer>
    </body>
    </html>
""")


def meeting_news() -> bytes:
    """News of the meeting whose minutes are in Word: author, date and publisher in JSON-LD, editor in the text."""
    return text_file(MEETING_NEWS)


MEETING_NEWS = lines("""
    <!DOCTYPE html>
    <html lang="zh-CN">
    <head>
    <meta charset="utf-8">
    <title>白洛部署主汛期防汛工作--云汀日报网</title>
    <script type="application/ld+json">
    {
      "@context": "https://schema.org",
      "@type": "NewsArticle",
      "headline": "白洛部署主汛期防汛工作：宁可十防九空，不可失防万一",
      "datePublished": "2023-06-04T07:15:00+08:00",
      "author": {"@type": "Person", "name": "梁槐"},
      "publisher": {"@type": "Organization", "name": "云汀日报"}
    }
    </script>
    </head>
    <body>
    <header><a href="/"><img src="/logo.png" alt="云汀日报网"></a>
    <ul class="menu"><li><a href="/yw">要闻</a></li><li><a href="/xq">县区</a></li><li><a href="/ms">民生</a></li>
        </ul></header>
    <div class="path"><a href="/">云汀日报网</a> &gt; <a href="/xq">县区</a> &gt; 正文</div>
    <article>
    <h1>白洛部署主汛期防汛工作：宁可十防九空，不可失防万一</h1>
    <p class="meta">2023-06-04 07:15　来源：云汀日报　责任编辑：沈柯</p>
    <p>6月2日上午，白洛县防汛抗旱指挥部召开第二次全体会议。会场没有摆席卡，县长阮北辰开门见山：“今天不讲成绩，
        只讲哪里会出事。”</p>
    <p>会议播放了一段时长七分钟的暗访片。镜头里，一处涵闸的启闭机锈死，一座泵站的值班室铁将军把门。
        被点名的三个单位负责人当场作了表态。</p>
    <p>气象部门在会上预测，今年主汛期白洛县降雨偏多一到两成，<span>可能出现</span><span>两次以上区域性暴雨</span>，
        7月中下旬防洪压力最大。</p>
    <figure><img src="/20230603.jpg" alt=""><figcaption>6月3日，白洛县消防救援大队在白洛河开展舟艇训练。
        柏宁 摄</figcaption></figure>
    <p>“人的生命是底线。”阮北辰说，凡是接到红色预警的村，转移必须在两小时内完成，老人、孕妇、
        孩子由村干部一对一护送。</p>
    <p>会后，指挥部成员分成五个组，当天下午就去了沿河乡镇。记者跟随第三组来到甘棠乡，
        看到村民正把闲置的粮囤改成沙袋存放点，一共备下沙袋1.2万只。</p>
    <p>县应急管理局局长卓然告诉记者，全县11支抢险队、630名队员已经编组到位，每周拉动一次。</p>
    </article>
    <aside><h3>热门阅读</h3><ul><li><a href="/1">青棠：小网格织出大平安</a></li><li><a href="/2">
        云汀地铁2号线客流破纪录</a></li></ul></aside>
    <footer>云汀日报社版权所有　未经授权不得转载<br>互联网新闻信息服务许可证0000000000</footer>
    </body>
    </html>
""")


def recruitment() -> bytes:
    """A notice of an older site: GBK told as gb2312, paragraphs parted by <br>, no h1, a table for the layout."""
    return "\r\n".join([*RECRUITMENT, ""]).encode("gbk")


RECRUITMENT = lines("""
    <HTML><HEAD><META http-equiv="Content-Type" content="text/html; charset=gb2312">
    <TITLE>沙浦区2023年公开招聘社区工作者公告-沙浦区人力资源和社会保障局</TITLE></HEAD>
    <BODY>
    <DIV id="top"><A href="index.htm">网站首页</A> | <A href="xw.htm">新闻动态</A> | <A href="gg.htm">通知公告</A
        > | <A href="lx.htm">联系我们</A></DIV>
    <TABLE width="960"><TR><TD>
    <CENTER><FONT size="5"><B>沙浦区2023年公开招聘社区工作者公告</B></FONT></CENTER>
    <CENTER>发布时间：2023-08-21 16:32　来源：沙浦区人力资源和社会保障局　点击数：1832</CENTER>
    <FONT size="3">
    　　根据工作需要，经区委、区政府研究同意，面向社会公开招聘社区工作者85名。现将有关事项公告如下：<BR>
    <BR>
    <B>一、招聘条件</B><BR>
    　　1.具有沙浦区户籍或在沙浦区连续居住满一年；<BR>
    　　2.年龄在18周岁以上、38周岁以下（1984年9月1日至2005年9月1日期间出生），
        退役军人和持有社会工作师证书的放宽到42周岁；<BR>
    　　3.大专及以上学历，专业不限。<BR>
    <BR>
    <B>二、报名办法</B><BR>
    　　报名采取网上报名方式，时间为2023年9月4日9:00至9月8日17:00，每人限报一个街道。笔试开考比例为1:3，
        达不到的相应核减招聘人数。<BR>
    <BR>
    <B>三、考试</B><BR>
    　　笔试定于2023年9月23日上午举行，地点以准考证为准，科目为《社区治理综合知识》，满分100分。面试采取结构化方式，
        按1:1.5的比例确定人选。总成绩按笔试60%、面试40%折算。<BR>
    <BR>
    <B>四、待遇</B><BR>
    　　聘用人员签订三年劳动合同，试用期两个月。试用期满后月应发工资为4150元，另按规定缴纳五险一金，
        每年安排一次体检。<BR>
    <BR>
    　　咨询电话：3316208（工作日8:30至17:30）　监督电话：3316215<BR>
    <P align="right">沙浦区人力资源和社会保障局<BR>2023年8月21日</P>
    </FONT>
    </TD></TR></TABLE>
    <CENTER><A href="javascript:window.print()">打印本页</A>　<A href="javascript:window.close()">关闭窗口</A>
        </CENTER>
    <CENTER>版权所有：沙浦区人力资源和社会保障局　技术支持：启屿科技</CENTER>
    </BODY></HTML>
""")

# --------------------------------------------------------------------------- PDF


def statistics_brief() -> bytes:
    """Two columns, running header, page numbers, sentences over columns and pages, a ruled table over a page break."""
    header, title, issuer, *body = STATISTICS_BRIEF
    plain = style("plain", fontSize=12, leading=20, firstLineIndent=24)
    heading = style("heading", fontSize=14, leading=22, spaceBefore=4, spaceAfter=2)
    story = [
        Paragraph(title, style("title", fontSize=17, leading=24, alignment=TA_CENTER)),
        Paragraph(issuer, style("issuer", alignment=TA_CENTER, spaceBefore=4)),
        NextPageTemplate("columns over a table"),
        FrameBreak(),
        *(Paragraph(text, heading if text[1] == "、" else plain) for text in body),
        NextPageTemplate("table"),
        FrameBreak("wide"),
        Paragraph(
            "附表　上半年各乡镇（街道）规模以上工业主要指标", style("caption", alignment=TA_CENTER, spaceAfter=4)
        ),
        ruled_table(INDUSTRY, [90, 130, 80, 90, 90]),
        Paragraph(STATISTICS_NOTE, style("note", fontSize=9, leading=13, spaceBefore=4)),
    ]

    def furniture(canvas: Any, page: Any) -> None:
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(MARGIN, A4[1] - 40, header)
        canvas.drawRightString(A4[0] - MARGIN, A4[1] - 40, "云汀市统计局")
        canvas.line(MARGIN, A4[1] - 45, A4[0] - MARGIN, A4[1] - 45)
        canvas.drawCentredString(A4[0] / 2, 34, f"— {page.page} —")

    height = A4[1] - 2 * MARGIN
    head, wide, rest = frame("head", height - 98, height), frame("wide", 0, 385), frame("rest", 0, height)
    left, right = (frame(f"column {i}", 0, height - 108, i, 2) for i in range(2))
    upper_left, upper_right = (frame(f"upper column {i}", 400, height, i, 2) for i in range(2))
    pages = [
        PageTemplate("first", [head, left, right], furniture),
        PageTemplate("columns over a table", [upper_left, upper_right, wide], furniture),
        PageTemplate("table", [rest], furniture),
    ]
    return pdf(story, pages, title)


STATISTICS_BRIEF = lines("""
    云汀统计简报　2023年第7期
    2023年上半年云汀市经济运行情况
    云汀市统计局　2023年7月20日
    今年以来，全市上下坚持稳字当头、稳中求进，着力扩大内需、提振信心、防范风险，经济运行延续回升态势，
        主要指标好于预期。初步核算，上半年全市实现地区生产总值486.27亿元，按不变价格计算同比增长6.1%，
        比一季度加快0.7个百分点。分产业看，第一产业增加值58.13亿元，增长4.2%；第二产业增加值201.46亿元，增长6.9%；
        第三产业增加值226.68亿元，增长5.8%。
    一、农业生产形势较好
    夏粮喜获丰收。全市夏粮播种面积142.8万亩，总产量51.3万吨，单产比上年提高6.4公斤。畜牧业产能稳定，
        6月末生猪存栏68.9万头，上半年出栏63.5万头，增长2.7%；禽蛋产量4.86万吨，增长3.3%。
        设施蔬菜面积扩大到18.2万亩，青棠县新建的连栋温室开始供应周边城市。水产品产量2.94万吨，增长1.9%。
    二、工业生产稳步回升
    规模以上工业增加值同比增长7.4%，连续五个月加快。从行业看，装备制造业增长12.8%，是拉动工业增长的主要力量；
        食品工业增长5.1%；受需求不足影响，建材行业下降3.6%。从产品看，工业机器人减速器产量3.27万台，增长四成；
        纯净水、速冻面点等新产品产量成倍增加。规模以上工业企业产销率为97.9%，实现利润总额23.71亿元。
        企业用工总体稳定，六成企业表示招工难问题有所缓解。
    三、投资结构持续优化
    固定资产投资同比增长8.2%，其中工业技改投资增长19.5%，基础设施投资增长10.6%，房地产开发投资下降11.3%。
        上半年新开工亿元以上项目67个，比上年同期多9个。衡翼机械二期、龙首水厂扩建、云汀大桥改造等重点项目进展顺利，
        全市重点项目投资完成年度计划的56.8%。民间投资占全部投资的比重为51.4%。
    四、消费市场加快恢复
    社会消费品零售总额197.35亿元，同比增长7.7%。餐饮收入恢复最快，增长18.9%；新能源汽车零售额增长一倍以上。
        通过公共网络实现的商品零售额31.62亿元，增长24.6%。端午假期，全市接待游客83.4万人次，实现旅游收入4.15亿元，
        白洛河夜游、墨池古镇成为热门去处。
    五、财政金融运行平稳
    一般公共预算收入31.08亿元，同比增长5.3%，其中税收收入占比为67.8%。民生支出占一般公共预算支出的八成以上。6月末，
        金融机构本外币各项存款余额1268.4亿元，增长11.7%；贷款余额974.6亿元，增长12.3%，
        其中制造业中长期贷款增长31.5%，普惠小微贷款余额达到142.7亿元。
    六、居民收入继续增加
    全体居民人均可支配收入14862元，同比增长6.3%。按常住地分，城镇居民人均可支配收入19437元，增长5.5%；
        农村居民人均可支配收入9726元，增长7.6%，快于城镇2.1个百分点，城乡收入差距进一步缩小。
        上半年城镇新增就业2.31万人，完成全年目标的62.4%，脱贫劳动力务工就业4.08万人。
    七、市场物价温和上涨
    居民消费价格同比上涨0.6%。八大类商品和服务价格六升一平一降：食品烟酒上涨1.4%，衣着上涨0.9%，
        教育文化娱乐上涨1.7%，医疗保健上涨0.8%，交通通信下降2.5%。食品中，鲜果价格上涨5.9%，猪肉价格下降7.2%，
        鲜菜价格下降1.8%。工业生产者出厂价格同比下降2.9%。
    总的看，上半年全市经济恢复向好。同时也要看到，外部环境仍然复杂，部分企业订单不足、回款周期拉长，
        房地产市场尚在调整。下阶段，要在扩大有效投资、促进居民消费、帮助企业减负上下更大功夫，确保完成全年目标任务。
""")

STATISTICS_NOTE = "注：规模以上工业统计范围为年主营业务收入2000万元及以上的工业企业；增速按可比口径计算。"

INDUSTRY = table("""
    县区|乡镇（街道）|企业数（户）|增加值（万元）|同比增长（%）
    沙浦区|锦湾街道|46|58,312|9.4
    沙浦区|新埠街道|39|41,906|8.1
    沙浦区|盐仓街道|27|22,745|6.6
    沙浦区|鹤汀镇|31|28,160|7.9
    沙浦区|古堰镇|18|12,037|4.3
    望槐区|槐荫街道|33|36,428|7.2
    望槐区|北苑街道|25|24,519|5.8
    望槐区|铁匠营街道|41|47,283|10.5
    望槐区|东泷镇|22|17,694|6.1
    望槐区|平皋镇|16|9,870|-1.4
    白洛县|洛城镇|29|26,351|8.8
    白洛县|河湾镇|17|11,462|5.2
    白洛县|双桥铺镇|21|15,938|7.0
    白洛县|甘棠乡|6|2,815|3.7
    白洛县|柳堡镇|12|7,496|6.4
    青棠县|棠城镇|38|44,107|13.6
    青棠县|石门镇|24|19,283|9.1
    青棠县|雨台乡|5|1,964|2.5
    青棠县|清溪口镇|14|8,729|-0.8
    青棠县|枫林店镇|11|6,380|4.9
    雁回县|雁城镇|26|21,574|6.7
    雁回县|苇渡镇|9|4,218|3.1
    雁回县|榆荫镇|13|7,051|5.6
    雁回县|杏台镇|10|5,392|4.4
    雁回县|墨池镇|8|3,647|11.2
    合计|—|541|485,361|7.4
""")


def water_letter() -> bytes:
    """An official letter: red head, number, a title of two lines, a sentence over the page break, office and date."""
    head, number, first, second, addressee, *body, office, date, contact = WATER_LETTER
    size = {"fontSize": 14, "leading": 28}
    right = {"alignment": TA_RIGHT, "rightIndent": 28, **size}
    red = style("red", fontSize=26, leading=40, alignment=TA_CENTER, textColor="#c00000")
    story = [
        Paragraph(head, red),
        Paragraph(number, style("number", alignment=TA_RIGHT, spaceAfter=40, **size)),
        Paragraph(f"{first}<br/>{second}", style("title", fontSize=18, leading=28, alignment=TA_CENTER)),
        Paragraph(addressee, style("addressee", spaceBefore=16, **size)),
        *(Paragraph(text, style("body", firstLineIndent=28, **size)) for text in body),
        Paragraph(office, style("office", spaceBefore=30, **right)),
        Paragraph(date, style("date", **right)),
        Paragraph(contact, style("contact", **size)),
    ]

    def page_number(canvas: Any, page: Any) -> None:
        canvas.setFont("STSong-Light", 12)
        canvas.drawCentredString(A4[0] / 2, 44, f"- {page.page} -")

    letter = Frame(80, 80, A4[0] - 160, A4[1] - 160)
    return pdf(story, [PageTemplate("letter", [letter], page_number)], title="")


WATER_LETTER = lines("""
    云汀市生态环境局
    云环函〔2023〕56号
    云汀市生态环境局关于商请协助调查
    青棠河水质异常情况的函
    青棠县人民政府：
    2023年8月3日至5日，我局设在青棠河清溪口断面的水质自动站连续三天监测到氨氮浓度升高，最高值为2.86毫克每升，
        超过地表水Ⅲ类标准1.86倍；同期总磷最高值为0.31毫克每升，溶解氧最低降至3.9毫克每升。经排除仪器故障，
        初步判断上游存在间歇性排污。为尽快查明原因，保障下游龙首水厂取水安全，现商请你县协助做好以下工作：
    一、请于8月15日前组织生态环境、农业农村、水利等部门，对清溪口断面上游12公里范围内的入河排污口开展一次拉网排查，
        重点检查两家屠宰企业、一处垃圾填埋场的渗滤液处理设施和沿河规模养殖场，摸清排放去向，逐一登记造册，
        并提供近三个月的自行监测数据和用电记录。
    二、请督促枫林店镇污水处理厂说明8月2日夜间停电检修期间的污水去向。据该厂运行日志，当晚停运4小时35分，
        进水泵房水位异常，应急池容积1200立方米是否足够，请一并核实。
    三、请安排专人配合我局执法人员现场取样。我局将派出由副局长骆闻笛带队的工作组，于8月11日到达，驻点时间为五天，
        车辆和食宿自理。采样工作由市生态环境监测站承担，样品由双方共同封存。
    四、请将排查情况和整改措施于8月31日前书面反馈我局。对能够立即整改的问题要边查边改；对涉嫌违法的，
        我局将依法立案，并按规定给予举报人最高3万元奖励。
    特此函达，请予支持为盼。
    云汀市生态环境局
    2023年8月9日
    （联系人：祝怀瑾，联系电话：5261883）
""")

# --------------------------------------------------------------------------- Word


def charging_rules() -> bytes:
    """A regulation in centred and bold paragraphs, no heading styles; the file's properties are a program's."""
    title, promulgated, *body = CHARGING_RULES
    word = Document()
    centred(word, title, size=18)
    centred(word, promulgated, size=11)
    for text in body:
        name, _, rest = text.partition("　")
        if "章" in name:
            centred(word, text, size=14)
            continue
        paragraph = word.add_paragraph()
        paragraph.add_run(f"{name}　" if rest else name).bold = bool(rest)
        paragraph.add_run(rest)
    return saved(word, title="新建 Microsoft Word 文档", author="Administrator")


CHARGING_RULES = lines("""
    云汀市电动自行车停放充电管理办法
    （2023年4月28日云汀市人民政府令第12号公布　自2023年7月1日起施行）
    第一章　总则
    第一条　为了规范电动自行车停放、充电行为，预防和减少火灾事故，保障人身和财产安全，根据有关法律、法规，
        结合本市实际，制定本办法。
    第二条　本市行政区域内电动自行车停放场所、充电设施的规划、建设、使用、维护和监督管理，适用本办法。
    第三条　电动自行车停放充电管理坚持政府主导、部门协同、属地管理、社会共治的原则。
    第四条　市、县（区）人民政府应当将电动自行车停放充电管理工作纳入消防安全责任制考核。街道办事处、
        乡镇人民政府每季度至少组织一次居民住宅区专项检查。
    第二章　停放场所
    第五条　新建住宅小区应当按照不低于每户0.8个的标准配建电动自行车停放车位，并与主体工程同步设计、同步施工、
        同步验收。
    第六条　已建成的住宅小区未设置停放场所的，应当在2024年12月31日前完成增设。确因场地条件限制不能增设的，
        由街道办事处在周边500米内统筹设置。
    第七条　停放场所与住宅建筑的防火间距不得小于6米；确有困难的，应当采用耐火极限不低于2小时的墙体分隔。
    单个停放场所的停车数量超过60辆的，应当分组布置，组与组之间的间距不小于2米。
    第三章　充电设施
    第八条　集中充电设施应当具备充满自动断电、过载保护和故障报警功能，并接入市级智慧监管平台。
    第九条　居民住宅区集中充电设施用电执行居民生活用电价格。充电服务费由经营者与业主委员会协商确定，
        最高不得超过每千瓦时0.35元，并在醒目位置公示。
    第十条　充电设施运营单位应当每月至少开展一次巡检，巡检记录保存期限不少于两年。接到故障报修的，
        应当在24小时内到场处理。
    第十一条　鼓励快递、外卖企业采用换电模式。设置换电柜应当报所在地消防救援机构备案，单柜电池数量不得超过12组。
    第四章　监督管理
    第十二条　任何单位和个人不得在建筑物的公共门厅、疏散通道、楼梯间、安全出口停放电动自行车或者为其充电，
        不得携带电动自行车或者蓄电池进入电梯。
    第十三条　物业服务企业发现违规停放、充电行为的，应当劝阻、制止；劝阻、制止无效的，
        应当在2小时内报告街道办事处或者消防救援机构。
    第十四条　市消防救援支队会同市市场监督管理局建立蓄电池回收制度，使用满五年的蓄电池由销售者以旧换新，
        每组补贴不低于80元。
    第五章　法律责任
    第十五条　违反本办法第十二条规定的，由消防救援机构责令改正；拒不改正的，对个人处以500元以上1000元以下罚款，
        对单位处以5000元以上3万元以下罚款。
    第十六条　充电设施运营单位未按照规定巡检或者保存记录的，由市场监督管理部门责令限期改正，逾期不改正的，
        处以2000元以上1万元以下罚款。
    第六章　附则
    第十七条　本办法自2023年7月1日起施行。2018年9月5日印发的《云汀市电动自行车停放管理暂行规定》同时废止。
""")


def flood_minutes() -> bytes:
    """Minutes of the meeting that the news in HTML tells of; heading styles, cells merged down and across."""
    title, issue, meeting, *body = FLOOD_MINUTES
    word = Document()
    word.add_heading(title, 0)
    centred(word, issue, size=12)
    word.add_paragraph(meeting)
    for text in body:
        if text[1] == "、":
            word.add_heading(text, 1)
        else:
            word.add_paragraph(text)
        if text.startswith("会议明确"):
            add_table(word, FLOOD_TASKS)
    return saved(word, title)


FLOOD_MINUTES = lines("""
    白洛县防汛抗旱指挥部第二次全体会议纪要
    第2期　白洛县防汛抗旱指挥部办公室　2023年6月6日
    2023年6月2日上午，县防汛抗旱指挥部指挥长、县长阮北辰在县应急指挥中心主持召开指挥部第二次全体会议，
        听取前期备汛情况汇报，研究主汛期重点工作。纪要如下：
    一、关于水库安全度汛
    会议认为，全县23座小型水库中，胡家坳、磨盘沟两座水库除险加固尚未完工，是今年的薄弱环节。会议议定，
        两座水库汛期一律空库运行，胡家坳水库溢洪道工程须在6月25日前完成浇筑。每座水库落实一名巡查员，
        汛期补助标准由每月300元提高到500元，所需资金由县财政局从预备费中列支。
    二、关于山洪灾害预警
    会议议定，在甘棠乡、柳堡镇新建自动雨量站14处，更换失效的无线预警广播86套，总投资控制在213万元以内，
        由县水利局负责，6月20日前投入使用。会议要求改进预警叫应，红色预警发出后，责任人十分钟内没有应答的，
        由县应急管理局直接电话叫应到村组。
    三、关于城区排涝
    会议同意县住房和城乡建设局提出的“一点一策”方案，对城区9处易涝点配备移动泵车5台，暴雨时由交警、环卫、
        排水人员三方同时到岗。育才路下穿通道积水深度超过25厘米时，应当立即封闭交通。
    四、关于任务分工
    会议明确了主汛期重点任务的责任单位和完成时限，由县政府督查室逐项跟踪，每周通报。
    五、关于抢险救援力量
    会议指出，县级综合救援队要与驻地部队、蓝天救援队建立联动机制。会议同意购置大功率排水车1辆，概算156万元，
        按政府采购程序办理。
    出席：阮北辰、卓然、计长庚、武思齐、连清和
    请假：段如松（由武思齐代为参加讨论）
    记录：尚可嘉
""")

FLOOD_TASKS = table("""
    类别|重点任务|责任单位|<|完成时限
    ^|^|牵头|配合|^
    工程措施|胡家坳水库溢洪道浇筑|县水利局|洛城镇|6月25日
    ^|白洛河左岸柳堡段堤防加固|县水利局|柳堡镇|7月5日
    ^|城区雨水管网清淤42公里|县住房和城乡建设局|洛城镇|6月18日
    非工程措施|自动雨量站和预警广播建设|县水利局|县气象局|6月20日
    ^|山洪危险区转移预案修订|县应急管理局|各乡镇|6月15日
    ^|防汛物资代储协议续签|县发展和改革局|县供销社|6月10日
    应急准备|抢险队伍集中拉练|县人民武装部|县应急管理局|6月28日
    ^|防汛知识进校园|县教育局|<|6月12日
""")


def bridge_letter() -> bytes:
    """An official letter: number under the red head, office and date in Chinese numerals at the end, a copy line."""
    head, number, title, addressee, *body, office, date, copies = BRIDGE_LETTER
    word = Document()
    centred(word, head, size=26)
    centred(word, number, size=12)
    centred(word, title, size=18)
    word.add_paragraph(addressee)
    for text in body:
        word.add_paragraph(f"　　{text}")
    for text in (office, date):
        word.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    word.add_paragraph(copies)
    return saved(word)


BRIDGE_LETTER = lines("""
    云汀市人民政府办公室
    云政办函〔2023〕17号
    关于请协助开展古桥资源普查的函
    各县（区）人民政府：
    为摸清全市古桥家底，做好第二批市级文物保护单位申报，市政府决定开展古桥资源普查。现将需协助事项函告如下：
    一、普查对象为1949年以前建成、至今主体结构尚存的石拱桥、石梁桥、木廊桥和砖桥，已经坍塌但桥墩、桥碑尚存的，
        作为遗址登记。
    二、普查工作由市文化和旅游局牵头，具体委托云汀师范学院历史系承担。普查队分为四个小组，每组6人，由系主任、
        教授仇远山担任总领队，4月10日起进驻各县（区）。
    三、请各县（区）确定一名联络员，于3月31日前将名单报市文化和旅游局文物科，并提供地方志、旧地图、碑刻拓片等资料。
        请为普查队安排熟悉情况的向导，向导误工补助按每人每天150元标准，由市级普查经费支付。
    四、据初步掌握的线索，全市现存古桥约130座，其中青棠县最多，有47座；白洛县的登龙桥建于明万历年间，
        是已知年代最早的一座，请白洛县先行采取保护措施，限制重车通行。
    五、普查外业于6月底前结束，成果汇编于9月出版。
    专此函达。
    云汀市人民政府办公室
    二〇二三年三月二十四日
    抄送：市文化和旅游局，市财政局，云汀师范学院。
""")
# --------------------------------------------------------------------------- Excel


def revenue_first_quarter() -> bytes:
    """Two sheets; title and unit over the width, a header of two levels, percentages and thousands by number format."""
    return finance_workbook("2023年一季度", "2023年4月12日", REVENUE_FIRST_QUARTER, SPENDING_FIRST_QUARTER)


def revenue_half_year() -> bytes:
    """The first quarter's twin: the same sheets and counties, another period and other figures."""
    return finance_workbook("2023年上半年", "2023年7月14日", REVENUE_HALF_YEAR, SPENDING_HALF_YEAR)


REVENUE_FIRST_QUARTER = table("""
    市本级|61240|58877|42318|含开发区
    沙浦区|28316|26905|19254|
    望槐区|24782|23990|16407|
    白洛县|15047|13826|9632|土地指标调剂收入一次性入库
    青棠县|13629|13104|8859|
    雁回县|9458|9721|5864|化肥厂停产检修
""")

SPENDING_FIRST_QUARTER = table("""
    市本级|38460|0.052|9174|0.083|142905
    沙浦区|17293|0.047|4618|0.021|51376
    望槐区|15804|0.039|3927|-0.016|46218
    白洛县|14615|0.061|11832|0.124|55740
    青棠县|13978|0.078|12506|0.317|53127
    雁回县|12331|0.035|10449|0.095|47893
""")

REVENUE_HALF_YEAR = table("""
    市本级|122463|118406|84620|含开发区
    沙浦区|57908|54682|40215|
    望槐区|50126|47935|34087|
    白洛县|31274|28213|20311|
    青棠县|28335|26577|18266|
    雁回县|20694|19344|13223|化肥厂5月复产
""")

SPENDING_HALF_YEAR = table("""
    市本级|81702|0.058|21350|0.067|301468
    沙浦区|36127|0.044|10283|0.035|108952
    望槐区|33019|0.041|8706|0.012|97344
    白洛县|30248|0.066|26915|0.148|118073
    青棠县|29406|0.072|28337|0.226|112615
    雁回县|25860|0.038|23741|0.104|101289
""")


def finance_workbook(period: str, made_on: str, revenue: Rows, spending: Rows) -> bytes:
    """Revenue and spending of a period by county, a sheet each."""
    file, book, formats = new_workbook()
    revenue_sheet(book.add_worksheet("收入"), period, made_on, revenue, formats)
    spending_sheet(book.add_worksheet("支出"), period, spending, formats)
    book.close()
    return file.getvalue()


def revenue_sheet(sheet: Any, period: str, made_on: str, rows: Rows, formats: Formats) -> None:
    """Revenue with growth and shares, which are formulas with their values beside them, and totals."""
    sheet.merge_range("A1:G1", f"云汀市{period}各县区财政收入情况表", formats.title)
    sheet.merge_range("A2:D2", "编制单位：云汀市财政局", formats.text)
    sheet.merge_range("E2:G2", "单位：万元", formats.right)
    sheet.merge_range("A3:A4", "县区", formats.head)
    sheet.merge_range("B3:D3", "一般公共预算收入", formats.head)
    sheet.merge_range("E3:F3", "其中：税收收入", formats.head)
    sheet.merge_range("G3:G4", "备注", formats.head)
    sheet.write_row("B4", ["本期", "上年同期", "增幅", "本期", "占比"], formats.head)
    for i, (county, now, before, tax, remark) in enumerate(rows, 5):
        sheet.write(f"A{i}", county, formats.text)
        write_revenue(sheet, i, (int(now), int(before), int(tax)), formats)
        sheet.write(f"G{i}", remark, formats.text)
    last = 4 + len(rows)
    totals = [sum(int(row[column]) for row in rows) for column in (1, 2, 3)]
    sheet.write(f"A{last + 1}", "合计", formats.head)
    write_revenue(sheet, last + 1, totals, formats)
    for column, total in zip("BCE", totals, strict=True):
        sheet.write_formula(f"{column}{last + 1}", f"=SUM({column}5:{column}{last})", formats.number, total)
    sheet.merge_range(f"A{last + 2}:G{last + 2}", f"编制日期：{made_on}", formats.right)
    sheet.set_column("A:F", 12)
    sheet.set_column("G:G", 30)


def spending_sheet(sheet: Any, period: str, rows: Rows, formats: Formats) -> None:
    """Spending on two purposes with its growth, written as plain numbers."""
    sheet.merge_range("A1:F1", f"云汀市{period}各县区财政支出情况表", formats.title)
    sheet.merge_range("A2:F2", "单位：万元", formats.right)
    sheet.merge_range("A3:A4", "县区", formats.head)
    sheet.merge_range("B3:C3", "教育支出", formats.head)
    sheet.merge_range("D3:E3", "农林水支出", formats.head)
    sheet.merge_range("F3:F4", "支出合计", formats.head)
    sheet.write_row("B4", ["本期", "增幅", "本期", "增幅"], formats.head)
    for i, (county, *figures) in enumerate(rows, 5):
        sheet.write(f"A{i}", county, formats.text)
        for column, figure in zip("BCDEF", figures, strict=True):
            kind = formats.percent if "." in figure else formats.number
            sheet.write(f"{column}{i}", float(figure), kind)
    sheet.set_column("A:F", 12)


def write_revenue(sheet: Any, row: int, figures: Sequence[int], formats: Formats) -> None:
    """This year's and last year's revenue with the growth, and the tax with its share."""
    now, before, tax = figures
    sheet.write(f"B{row}", now, formats.number)
    sheet.write(f"C{row}", before, formats.number)
    sheet.write_formula(f"D{row}", f"=B{row}/C{row}-1", formats.percent, now / before - 1)
    sheet.write(f"E{row}", tax, formats.number)
    sheet.write_formula(f"F{row}", f"=E{row}/B{row}", formats.percent, tax / now)


def purchases() -> bytes:
    """A ledger of two years: offices merged downwards, dates and money by number format, rates by formula, a total."""
    file, book, formats = new_workbook()
    for year, rows in (("2023年", PURCHASES_2023), ("2022年", PURCHASES_2022)):
        sheet = book.add_worksheet(year)
        sheet.merge_range("A1:H1", f"青棠县{year}政府采购项目台账", formats.title)
        sheet.write_row("A2", PURCHASE_COLUMNS, formats.head)
        for i, (office, project, way, budget, price, supplier, day) in enumerate(rows, 3):
            if office != "^":
                following = next((k for k in range(i - 2, len(rows)) if rows[k][0] != "^"), len(rows))
                merge(sheet, f"A{i}:A{following + 2}", office, formats.head)
            sheet.write_row(f"B{i}", [project, way], formats.text)
            sheet.write_row(f"D{i}", [float(budget), float(price)], formats.money)
            sheet.write_formula(f"F{i}", f"=1-E{i}/D{i}", formats.rate, 1 - float(price) / float(budget))
            sheet.write(f"G{i}", supplier, formats.text)
            sheet.write_datetime(f"H{i}", dt.datetime.fromisoformat(day), formats.day)
        last = 2 + len(rows)
        sheet.merge_range(f"A{last + 1}:C{last + 1}", "合计", formats.head)
        for column, place in (("D", 3), ("E", 4)):
            total = sum(float(row[place]) for row in rows)
            sheet.write_formula(f"{column}{last + 1}", f"=SUM({column}3:{column}{last})", formats.money, total)
        sheet.set_column("A:H", 18)
    book.close()
    return file.getvalue()


PURCHASE_COLUMNS = [
    "采购单位",
    "项目名称",
    "采购方式",
    "预算金额（元）",
    "成交金额（元）",
    "节约率",
    "成交供应商",
    "成交日期",
]

PURCHASES_2023 = table("""
    县教育局|教室护眼灯改造（二期）|公开招标|2860000|2594300|明屿照明有限公司|2023-03-16
    ^|乡镇中学理化实验室设备|竞争性磋商|1420000|1367500|启思教育装备有限公司|2023-05-23
    ^|农村学校直饮水设备|公开招标|935000|871200|澄川净水科技有限公司|2023-08-07
    县图书馆|自助借还设备|询价|386000|352800|启屿科技有限公司|2023-04-18
    ^|少儿绘本|单一来源|210000|208500|云汀新华书业有限公司|2023-06-01
    县中医院|彩色多普勒超声诊断仪|公开招标|1950000|1783000|康汇医疗器械有限公司|2023-02-27
    ^|智能煎药系统|竞争性磋商|468000|439600|百汀制药机械有限公司|2023-07-12
    县公安局|路口信号灯升级|公开招标|1276000|1148400|临澜交通设施有限公司|2023-09-05
    县融媒体中心|演播室灯光|询价|342500|318700|明屿照明有限公司|2023-05-09
""")

PURCHASES_2022 = table("""
    县教育局|教室护眼灯改造（一期）|公开招标|2415000|2268600|明屿照明有限公司|2022-04-21
    ^|学生课桌椅|询价|780000|729500|青松木业有限公司|2022-07-28
    县图书馆|自助借还设备（分馆）|询价|265000|247300|云汀图联科技有限公司|2022-09-15
    ^|古籍恒温柜|单一来源|128000|127000|云汀文博装备有限公司|2022-03-08
    县中医院|数字化X射线摄影系统|公开招标|1680000|1542000|康汇医疗器械有限公司|2022-06-17
    县公安局|执法记录仪|公开招标|594000|553800|启屿科技有限公司|2022-11-10
    县融媒体中心|无人机航拍设备|竞争性磋商|187000|176400|翎云航空科技有限公司|2022-05-26
""")


@dataclass(frozen=True, slots=True)
class Formats:
    """A workbook's cell formats."""

    title: Any
    head: Any
    text: Any
    right: Any
    number: Any
    percent: Any
    money: Any
    rate: Any
    day: Any


def new_workbook() -> tuple[io.BytesIO, Any, Formats]:
    """A workbook in memory with the formats for it."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": MADE})
    middle = {"align": "center", "valign": "vcenter"}
    formats = Formats(
        title=book.add_format({"bold": True, "font_size": 16, **middle}),
        head=book.add_format({"bold": True, "border": 1, **middle}),
        text=book.add_format({"border": 1}),
        right=book.add_format({"align": "right"}),
        number=book.add_format({"num_format": "#,##0", "border": 1}),
        percent=book.add_format({"num_format": "0.0%", "border": 1}),
        money=book.add_format({"num_format": "#,##0.00", "border": 1}),
        rate=book.add_format({"num_format": "0.00%", "border": 1}),
        day=book.add_format({"num_format": 'yyyy"年"m"月"d"日"', "border": 1}),
    )
    return file, book, formats


def merge(sheet: Any, cells: str, text: str, kind: Any) -> None:
    """Writes a cell over a range, which may be one cell."""
    first, last = cells.split(":")
    if first == last:
        sheet.write(first, text, kind)
    else:
        sheet.merge_range(cells, text, kind)


# --------------------------------------------------------------------------- CSV


def hotline() -> bytes:
    """UTF-8 with a byte order mark, commas, quoted cells that hold commas, quotation marks and line breaks."""
    return csv_of(HOTLINE, ",").encode("utf-8-sig")


HOTLINE = table("""
    工单号|受理时间|来电区域|诉求类别|诉求内容|处理结果|承办单位|用时（小时）
    GS230601017|2023-06-01 07:42|望槐区铁匠营街道|水压不足|六楼以上早高峰没水，已持续三天|更换老化加压泵，
        水压恢复到0.28兆帕|望槐营业所|26
    GS230602033|2023-06-02 09:15|沙浦区新埠街道|水质发黄|停水恢复后,自来水发黄,有沉淀|开启消火栓排放40分钟后变清|
        沙浦营业所|5
    GS230604008|2023-06-04 20:31|沙浦区锦湾街道|水表故障|水表停走，估抄两个月|换新表，多收水费63.8元已退|沙浦营业所|49
    GS230605026|2023-06-05 11:08|望槐区槐荫街道|管道漏水|井盖冒水，路面塌陷约两平方米|夜间抢修DN200支管，
        ⏎路面由市政单位恢复|管网抢修中心|11
    GS230607041|2023-06-07 15:50|望槐区北苑街道|高考保障|考点旁工地用水噪声，家长担心停水|现场值守两天，无停水|
        望槐营业所|2
    GS230609012|2023-06-09 10:22|沙浦区盐仓街道|突发停水|沙浦大道一带突然停水，理发店无法营业|施工挖断DN400管道，
        当日15时恢复|管网抢修中心|5
    GS230610019|2023-06-10 08:37|望槐区平皋镇|水压不足|村里"自来水像细线"，洗衣机进不了水|清洗过滤网，调整减压阀|
        望槐营业所|20
    GS230612055|2023-06-12 19:04|沙浦区鹤汀镇|水费异议|一个月用了87吨,怀疑水表走快|送检合格；⏎查出马桶暗漏，
        用户已自修|沙浦营业所|73
    GS230614030|2023-06-14 13:46|沙浦区锦湾街道|报装咨询|餐馆想装独立水表，问要多少材料|一次告知，三日内通水|
        客户服务部|68
    GS230616007|2023-06-16 06:58|望槐区东泷镇|管道漏水|田埂边管子漏水，淹了半亩辣椒|修复PE管接头，协商赔偿1350元|
        管网抢修中心|9
    GS230618022|2023-06-18 17:25|望槐区铁匠营街道|水质异味|水里有漂白粉味，老人不敢喝|余氯0.62毫克每升，在标准之内|
        水质检测中心|14
    GS230620048|2023-06-20 12:10|沙浦区古堰镇|水压不足|镇上自建房三楼没水|列入三季度改造计划|沙浦营业所|31
    GS230621003|2023-06-21 07:16|沙浦区新埠街道|水质发黄|听说上游水浑，能不能喝|解释投炭处理，水质达标|水质检测中心|1
    GS230623036|2023-06-23 21:40|望槐区槐荫街道|服务态度|抄表员“连门都不敲”，贴单就走|抄表员上门致歉，
        扣当月绩效200元|客户服务部|44
    GS230625011|2023-06-25 09:53|沙浦区盐仓街道|管道漏水|小区化粪池边水管渗漏，担心污染|改管15米，
        冲洗消毒后送检合格|管网抢修中心|38
    GS230628029|2023-06-28 16:18|望槐区北苑街道|水表故障|表盘起雾看不清读数|换表，⏎同批次112块一并更换|望槐营业所|52
""")


def straw_patrols() -> bytes:
    """GB18030, semicolons, a title line above the header, quoted cells that hold semicolons, towns that come again."""
    title = f"雁回县2023年秋季秸秆禁烧巡查台账{';' * (len(STRAW_PATROLS[0]) - 1)}\r\n"
    return (title + csv_of(STRAW_PATROLS, ";")).encode("gb18030")


STRAW_PATROLS = table("""
    日期|乡镇|带班人|巡查里程（公里）|发现火点（处）|过火面积（亩）|处置情况|备注
    2023/9/25|苇渡镇|蒲一航|64|0|0||无人机起飞2架次
    2023/9/25|榆荫镇|温若谷|71|1|0.4|现场扑灭；批评教育1人|
    2023/9/25|杏台镇|车未央|58|0|0||
    2023/9/25|墨池镇|钟离川|83|2|1.7|现场扑灭;罚款800元;写保证书|夜间发现1处
    2023/9/26|苇渡镇|邵金贵|66|1|0.2|村民自行扑灭|
    2023/9/26|榆荫镇|温若谷|69|0|0||
    2023/9/26|杏台镇|车未央|60|1|0.9|消防车出动1辆;罚款500元|邻近变电站
    2023/9/26|墨池镇|桑见山|79|0|0||
    2023/9/27|苇渡镇|蒲一航|61|0|0||小雨
    2023/9/27|榆荫镇|郁葱茏|55|0|0||小雨
    2023/9/27|杏台镇|戚长顺|52|0|0||小雨
    2023/9/27|墨池镇|钟离川|68|0|0||小雨
    2023/9/28|苇渡镇|宫晚亭|70|2|2.6|现场扑灭;移交派出所1人|引燃田边护堤柳26棵
    2023/9/28|榆荫镇|温若谷|74|0|0||
    2023/9/28|杏台镇|车未央|63|0|0||
    2023/9/28|墨池镇|桑见山|88|1|0.5|现场扑灭;罚款300元|
    2023/9/29|苇渡镇|宫晚亭|73|0|0||中秋
    2023/9/29|榆荫镇|郁葱茏|67|1|0.3|现场扑灭;批评教育2人|祭扫引起
    2023/9/29|杏台镇|戚长顺|56|0|0||中秋
    2023/9/29|墨池镇|钟离川|81|0|0||中秋
""")

# --------------------------------------------------------------------------- PowerPoint


def elderly_slides() -> bytes:
    """A report on slides: bullets of two levels, a table, and speaker's notes with figures that no slide shows."""
    deck = Presentation()
    title_slide(deck, "白洛县养老服务工作汇报", "白洛县民政局\n2023年10月12日")
    for title, *bullets, notes in (slide.split("\n") for slide in "\n".join(ELDERLY_SLIDES).split("\n---\n")):
        slide = bullet_slide(deck, title, bullets)
        slide.notes_slide.notes_text_frame.text = notes.removeprefix("备注：")
        if title == "各乡镇养老设施":
            add_slide_table(slide, ELDERLY_PLACES)
    return saved(deck, title="PowerPoint 演示文稿")


ELDERLY_SLIDES = lines("""
    基本情况
    60岁以上老年人8.94万人
    - 80岁以上1.37万人
    - 失能、半失能6120人
    养老机构19家，平均入住率58.3%
    备注：这一页讲一分半钟。入住率低主要是乡镇敬老院设施老旧，去年冬天有三家没有集中供暖，县里如果问起，
        就说改造资金缺口是740万元。
    ---
    今年重点工作
    幸福食堂提质：统一菜谱、统一配送、明厨亮灶
    家庭养老床位扩面：新增600张
    长护险试点：参保人数21.6万人，已有1934人享受待遇
    - 上门护理每月最高30小时
    - 机构护理每天最高50元
    备注：长护险从7月起试点，先做城镇职工，居民参保要等市里文件。
    ---
    各乡镇养老设施
    备注：数据截至9月30日。甘棠乡敬老院护理员与失能老人的比例是1比9，暗访时被点名，整改期限是11月底。
    ---
    存在问题
    护理员流动快，去年离职率达到27.4%
    医养结合不深，只有5家机构与医院签约
    智慧平台数据多头填报
    备注：如果时间不够，第三点可以不讲。
    ---
    提请研究的事项
    追加护理员岗位补贴180万元
    将河湾镇闲置小学改建为区域养老中心
    备注：财政如果紧张，补贴的底线是120万元，先保特困人员供养机构。闲置小学产权在县教育局，祁明远已同对方谈过两次。
""")

ELDERLY_PLACES = table("""
    乡镇|养老机构（家）|机构床位（张）|幸福食堂（家）|家庭养老床位（张）
    洛城镇|6|1,120|31|486
    河湾镇|4|530|34|357
    双桥铺镇|4|560|29|318
    柳堡镇|3|390|24|214
    甘棠乡|2|260|18|145
    合计|19|2,860|136|1,520
""")


def service_slides() -> bytes:
    """Two columns side by side, a table with merged cells, a text box drawn first that stands at the foot."""
    deck = Presentation()
    title_slide(deck, "青棠县“一窗通办”改革进展", "青棠县行政审批服务局\n2023年9月20日")
    slide = deck.slides.add_slide(deck.slide_layouts[4])
    for holder, text in zip(slide.placeholders, SERVICE_COMPARED, strict=False):
        holder.text = text.replace("／", "\n")
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    foot = slide.shapes.add_textbox(Cm(1.5), Cm(17), Cm(22), Cm(1.2))
    foot.text_frame.text = "注：平均用时按2023年1月至8月办件计算，单位为工作日。"
    slide.shapes.title.text = "高频事项办理时限"
    add_slide_table(slide, SERVICE_TIMES)
    slide = bullet_slide(deck, SERVICE_NEXT[0], SERVICE_NEXT[1:-1])
    slide.notes_slide.notes_text_frame.text = SERVICE_NEXT[-1]
    return saved(deck)


SERVICE_COMPARED = lines("""
    改革前后对比
    改革前
    32个部门设窗口78个／企业开办平均跑动4.6次／群众排队平均等候52分钟
    改革后
    综合窗口21个／企业开办平均跑动1.2次／群众排队平均等候13分钟
""")

SERVICE_TIMES = table("""
    类别|事项|办理时限（工作日）|<|平均用时
    ^|^|法定|承诺|^
    企业类|企业开办|3|1|0.5
    ^|食品经营许可|20|7|4.2
    ^|建筑工程施工许可|7|3|2.6
    个人类|不动产转移登记|30|3|1.8
    ^|医师执业注册|20|5|3.9
    ^|残疾人证办理|25|10|8.4
""")

SERVICE_NEXT = lines("""
    下一步打算
    向乡镇延伸：11个乡镇便民中心全部接入综合受理系统
    向自助延伸：布设24小时自助终端36台
    向网上延伸：全程网办率由64.7%提高到80%
    试点“免证办”，首批免提交电子证照28类。雨台乡路远人少，终端改为流动服务车，每周二、周五各去一趟，
        司机兼帮办员由县里发补贴，每月400元。
""")

# --------------------------------------------------------------------------- JSON Lines


def flashes() -> bytes:
    """Three articles with ids, one of them masked, one of a town's flood beside another town's."""
    return json_lines(
        (
            {
                "id": "kx-0803",
                "title": "墨池镇：涨水前一夜转移七百人",
                "text": FLASHES[0],
                "url": "https://news.example.com/kx/0803.html",
                "date": "2023-08-03",
            },
            {
                "id": "kx-0825",
                "title": "青棠县：老人家里装上“智能守护”",
                "text": FLASHES[1],
                "url": "https://news.example.com/kx/0825.html",
                "date": "2023-08-25",
            },
            {
                "id": "kx-0916",
                "title": "反诈宣传走进夜市",
                "text": FLASHES[2],
                "url": "https://news.example.com/kx/0916.html",
                "date": "2023-09-16",
            },
        )
    )


FLASHES = prose("""
    7月28日夜，雁回县墨池镇接到暴雨红色预警。镇党委书记钟离川决定不等雨下大，连夜把沿河三个村的老人和孩子先转出去。
        到次日凌晨3时，共转移214户703人，安置在镇中学和两家民宿。
    7月29日上午8时，墨池水文站水位涨到28.64米，低洼处的14间老屋进水，屋里已空无一人。这次降雨墨池镇受淹农田960亩，
        冲毁便桥2座，直接经济损失约310万元。
    ---
    青棠县为独居老人免费安装“智能守护”设备，门磁、燃气报警、跌倒雷达三件一套，24小时没有动静就自动提醒网格员。
        截至8月20日，全县已安装4180套，县财政投入585.2万元。
    县民政局局长丁若虚说，设备装上以后已发出有效预警67次，救助跌倒老人19人。青棠县现有幸福食堂98家，
        每餐由县财政补助1.5元。
    ---
    入秋以来，**区公安分局把反诈宣传台摆进了夜市。民警用方言说快板，演“冒充客服退款”的情景剧，
        围观群众扫码就能领一份防骗手册。
    今年前八个月，**区电信网络诈骗立案***起，同比下降**.*%；预警劝阻群众****人次，紧急止付涉案资金****万元。
        摊主老鲁说，他差点把三万元进货款转给“供应商”，是民警的电话打断了转账。
""")


def county_news() -> bytes:
    """Three articles without ids, one without a title, one without a date."""
    return json_lines(
        (
            {"title": "望槐区开工改造老旧小区", "text": COUNTY_NEWS[0], "date": "2023-05-19"},
            {"text": COUNTY_NEWS[1], "date": "2023-10-27"},
            {"title": "沙浦夜市换新颜", "text": COUNTY_NEWS[2]},
        )
    )


COUNTY_NEWS = prose("""
    望槐区今年的老旧小区改造5月18日全面开工，涉及小区24个、居民7316户，总投资1.94亿元。区住建局局长向晚舟介绍，
        今年改造改“面子”更改“里子”，雨污分流、电梯加装和管线入地同步进行。
    加装电梯由居民自愿申请，每部财政补贴20万元，首批签约43部。工期为八个月，居民可在公示牌上扫码看进度。
    ---
    10月26日，雁回县秋粮收购现场会在榆荫镇召开。今年全县秋粮种植面积61.5万亩，预计总产量27.9万吨，
        中晚稻收购起步价为每斤1.31元。榆荫镇种粮大户温有余种了480亩水稻，平均亩产624公斤，刨去成本净挣二十来万元。
    县粮食和物资储备中心腾出仓容9.6万吨，预约售粮的农户随到随卖。
    ---
    沙浦区锦湾夜市重新开街。改造后的夜市有摊位236个，比原来少了80多个，过道拓宽到六米，油烟全部进净化管道。
    区城管局实行“三统一”，统一推车、统一棚顶、统一垃圾清运，摊位费每月由900元降到600元，残疾人和退役军人减半。
""")


def old_news() -> bytes:
    """Last year's news, packed: the same places and measures as in this year's documents, with other figures."""
    return packed(
        json_lines(
            (
                {"id": "old-1", "title": "雁回县城区今起供暖", "text": OLD_NEWS[0], "date": "2022-11-15"},
                {"id": "old-2", "title": "白洛县幸福食堂开到百家", "text": OLD_NEWS[1], "date": "2022-10-04"},
                {"id": "old-3", "title": "苇渡镇全力恢复生产", "text": OLD_NEWS[2], "date": "2022-08-09"},
            )
        )
    )


OLD_NEWS = prose("""
    11月15日零时，雁回县城区集中供暖正式开栓，供热面积382万平方米，供暖期四个月。
        热力公司今夏投入3150万元更换老旧管网17.8公里，入冬前存煤2.9万吨。
    供暖收费标准不变，居民用户仍为每平方米19.6元，停供用户按两成收取基本热费。
    ---
    白洛县第100家幸福食堂日前在柳堡镇开业，全县日均就餐达到4300余人次。老人每餐自付六元，县财政每餐补助1元。
    柳堡镇食堂由镇里的粮油加工厂腾出的车间改建，花费26.4万元，能坐90人。
    ---
    8月3日的暴雨让雁回县苇渡镇受淹农田3570亩，直接经济损失约1430万元，苇河渡口站最高水位32.08米。
        镇里组织农技人员下村，指导农户抢排积水、扶苗追肥，补种速生蔬菜780亩。
    镇长蒲一航说，受灾群众的生活救助金已发放到户，每人300元。
""")


def notices() -> bytes:
    """Notices of three offices, packed: number and office stand in the text alone."""
    return packed(
        json_lines(
            (
                {"id": "tb-101", "title": "关于四起电动自行车火灾的通报", "text": NOTICES[0], "date": "2023-03-02"},
                {"id": "tb-102", "title": "关于云汀大桥封闭施工的通告", "text": NOTICES[1], "date": "2023-04-20"},
                {"id": "tb-103", "title": "关于校园周边食品抽检情况的通报", "text": NOTICES[2], "date": "2023-09-28"},
            )
        )
    )


NOTICES = prose("""
    云消通〔2023〕4号
    今年1月至2月，全市发生电动自行车火灾4起，其中3起在充电时发生，起火时间都在夜间11时以后。
        2月14日望槐区铁匠营街道一处自建房火灾，过火面积18平方米，疏散31人，起因是蓄电池改装后过度充电。
    各地要对自建房、群租房开展夜查，4月底前完成。
    云汀市消防救援支队
    2023年3月2日
    ---
    云交通告〔2023〕9号
    因更换主桥吊杆和桥面铺装，云汀大桥自2023年5月4日0时至8月31日24时封闭施工，机动车绕行望槐大桥或者白洛河二桥，
        非机动车和行人可从东侧便道通行。
    施工期间公交12路、27路、105路临时改线，绕行车辆请注意限重20吨标志。
    云汀市交通运输局
    2023年4月20日
    ---
    云市监通〔2023〕31号
    开学以来，全市抽检校园周边食品摊店518家、样品764批次，合格749批次，合格率98.0%。
        不合格项目主要是霉菌超标和甜蜜素超范围使用。
    对15批次不合格样品涉及的商家已立案12起，罚没款共4.73万元，其中最多的一家是沙浦区鹤汀镇的“小馋猫”零食店，
        被罚8600元。
    云汀市市场监督管理局
    2023年9月28日
""")

# --------------------------------------------------------------------------- all

FILES: dict[str, Callable[[], bytes]] = {
    "苇渡镇2023年防汛工作总结.txt": flood_summary,
    "杏台镇2022年平安建设工作汇报.txt": peace_report,
    "青棠小网格织出大平安.txt": governance_feature,
    "雁回县供暖报道.txt": heating_news,
    "白洛县养老报道.txt": elderly_news,
    "澜禾水务2023年5月月报.md": water_may,
    "澜禾水务2023年6月月报.md": water_june,
    "非法集资工作简报第6期.md": fraud_brief,
    "农村自建房整治通知.html": housing_notice,
    "白洛防汛会议报道.html": meeting_news,
    "社区工作者招聘公告.html": recruitment,
    "云汀统计简报2023年第7期.pdf": statistics_brief,
    "青棠河水质协查函.pdf": water_letter,
    "电动自行车停放充电管理办法.docx": charging_rules,
    "白洛县防指第二次全体会议纪要.docx": flood_minutes,
    "古桥普查函.docx": bridge_letter,
    "2023年一季度财政收支.xlsx": revenue_first_quarter,
    "2023年上半年财政收支.xlsx": revenue_half_year,
    "青棠县政府采购台账.xlsx": purchases,
    "供水热线工单2023年6月.csv": hotline,
    "雁回县秸秆禁烧巡查台账.csv": straw_patrols,
    "白洛县养老服务汇报.pptx": elderly_slides,
    "青棠县一窗通办改革.pptx": service_slides,
    "云汀快讯.jsonl": flashes,
    "县区动态.jsonl": county_news,
    "往年旧闻.jsonl.gz": old_news,
    "部门通报.jsonl.gz": notices,
}


def main() -> None:
    """Writes every file of the corpus anew."""
    OFFICE.mkdir(exist_ok=True)
    for name, make in FILES.items():
        (OFFICE / name).write_bytes(make())


if __name__ == "__main__":
    main()
