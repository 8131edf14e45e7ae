"""Plain text: which lines are one paragraph, which are headings, and which only serve a layout."""

from __future__ import annotations

import pytest

from bot.documents.dates import find_date
from bot.documents.furniture import credits, is_furniture, is_trail
from bot.documents.headings import article_end, heading_level, is_plain_heading
from bot.documents.lines import line_blocks
from bot.names import is_byline
from bot.types import BlockKind

LONG = "全镇围绕这项工作召开了三次调度会，逐条研究了群众反映的问题，并明确了责任人和时限。"


def told(text: str) -> list[tuple[str, str]]:
    """The kind and the text of each block, a broken line marked with /."""
    return [(b.kind.value, text[b.start : b.end].replace("\n", "/").replace("　", "")) for b in line_blocks(text)]


def paragraphs(text: str) -> list[str]:
    return [line for kind, line in told(text) if kind == "paragraph"]


def headings(text: str) -> list[tuple[str, int]]:
    return [(text[b.start : b.end], b.level) for b in line_blocks(text) if b.kind is BlockKind.HEADING]


# Broken lines


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("合作社里，乡亲们把果园“分片", "包干”，你帮我助。"),  # an open quotation mark
        ("规范了企业的取水、排水、", "节水和用水统计，推动企业担起责任。"),  # a list goes on
        ("坚持源头治理,全镇防汛形势持", "续向好。"),  # a word across the break
        ("全镇共有十二支“红马甲”活跃在村组，开展巡堤、宣传和帮扶等，健全了联防制度，有", "效保障了汛期安全。"),
        ("要靠坚强有力的组织，镇党委防汛**建设", "　　领导小组统一调度，形成了合力。"),  # though it is indented
        ("广泛开展健康讲座、心理测评", "等，群众的心态更加平和。"),  # what cannot begin a sentence
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n \n\n"])
def test_a_line_that_a_layout_broke_goes_on_in_the_next(first: str, second: str, gap: str) -> None:
    text = f"开头一句。\n{first}{gap}{second}\n结尾一句。"
    middle = paragraphs(text)[1]
    assert middle.startswith(first)
    assert middle.endswith(second.strip("　"))
    assert len(line_blocks(text)) == 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("今年的工作已经全部完成。", "明年的工作还要继续。"),
        ("他说：“办得到！”", "会场响起了掌声。"),
        ("答案就在下面——", "我们先看数字。"),
        ("联系人：王青禾", "电话：0478-2231"),
        ("参加单位有镇政府,镇派出所", "联系人：王青禾"),
        ("一是巡查到位，二是物资到位", "（二）压实责任"),
        ("河东路五号", "河西路七号"),
        ("附件：名单", "河东镇人民政府"),
        ("本次会议由镇长主持，各村书记参加，会议认为", "1.物资要备足。"),
    ],
)
def test_a_line_that_ends_is_a_paragraph_of_its_own(first: str, second: str) -> None:
    assert len(line_blocks(f"{first}\n{second}\n{LONG}")) == 3


def test_text_wrapped_at_a_width_is_joined_to_its_paragraphs() -> None:
    one = "河东镇今年入汛以来共启动应急响应四次转移群众一千二百余人没有发生人员伤亡各村组织巡堤查险队伍昼夜值守。"
    two = "下一步全镇将继续落实责任把物资储备和人员培训抓在前面确保安全度汛同时做好灾后恢复生产的各项准备工作。"
    wrapped = [one[i : i + 24] for i in range(0, len(one), 24)] + [two[i : i + 24] for i in range(0, len(two), 24)]
    assert [p.replace("/", "") for p in paragraphs("\n".join(wrapped))] == [one, two]


def test_offsets_are_those_of_the_text_with_its_breaks() -> None:
    text = "全镇上下同心协力，防汛形势持\n\n续向好，群众安心。"
    (block,) = line_blocks(text)
    assert (block.start, block.end) == (0, len(text))


# Headings


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("第一编 总则", 1),
        ("第二章 防汛责任", 2),
        ("第3节 物资", 3),
        ("一、守住底线", 4),
        ("（二）压实责任", 5),
        ("(三)强化保障", 5),
        ("一、这一句有句号。", 0),
        ("一、", 0),
        ("第一次会议", 0),
        ("一、" + "长" * 40, 0),
    ],
)
def test_a_numbered_line_is_a_heading_of_its_level(line: str, level: int) -> None:
    assert heading_level(line) == level


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("第三条　本办法适用于全镇。", "第三条"),
        ("第十二条 镇长负责。", "第十二条"),
        ("第三条的规定", ""),
        ("第五条之一 另行规定。", "第五条之一"),
    ],
)
def test_an_articles_number_is_told_from_its_text(line: str, label: str) -> None:
    assert line[: article_end(line)] == label


def test_a_regulations_articles_are_headings_over_their_text() -> None:
    text = "第一章 总则\n第一条　为了安全度汛，制定本办法。\n第二条　本办法适用于河东镇。"
    assert told(text) == [
        ("heading", "第一章 总则"),
        ("heading", "第一条"),
        ("paragraph", "为了安全度汛，制定本办法。"),
        ("heading", "第二条"),
        ("paragraph", "本办法适用于河东镇。"),
    ]


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("组织领导——把稳防汛“方向盘”", True),
        ("守望相助 谱写河东新篇章", True),
        ("河东：从『有水』走向『安澜』", True),
        ("联系人：王青禾", False),
        ("今年的工作，全部完成", False),
        ("答案就在下面——", False),
        ("——镇长在会上说", False),
        ("河东镇人民政府办公室2023年3月24日", False),
        ("12.5", False),
        ("总计", False),
    ],
)
def test_a_line_without_a_number_may_have_a_headings_form(line: str, is_one: bool) -> None:
    assert is_plain_heading(line) == is_one


def test_a_short_line_between_whole_paragraphs_is_a_heading() -> None:
    text = f"{LONG}\n\n组织领导——把稳防汛“方向盘”\n\n{LONG}\n\n河东路五号\n河西路七号\n\n{LONG}"
    assert headings(text) == [("组织领导——把稳防汛“方向盘”", 4)]


def test_a_line_over_a_byline_is_the_title() -> None:
    text = f"巡堤队员在河东大坝值守。\n李向山 摄\n河东：从“有水”到“安澜”\n王青禾 陈默\n{LONG}"
    assert headings(text) == [("河东：从“有水”到“安澜”", 1)]
    assert [line for kind, line in told(text) if kind == "furniture"] == ["李向山 摄", "王青禾 陈默"]


def test_lettered_headings_end_with_their_line_or_where_their_siblings_do() -> None:
    text = (
        f"A坚持统筹谋划建强指挥体系全镇上下一条心，把防汛工作摆在首位。\n{LONG}\nB坚持抓早抓小筑牢安全堤防\n{LONG}\n"
        f"C坚持以人为本守护百姓家园汛情就是命令。\n{LONG}\nD坚持久久为功完善长效机制\n{LONG}"
    )
    assert [line for line, _ in headings(text)] == [
        "A坚持统筹谋划建强指挥体系",
        "B坚持抓早抓小筑牢安全堤防",
        "C坚持以人为本守护百姓家园",
        "D坚持久久为功完善长效机制",
    ]
    assert "全镇上下一条心，把防汛工作摆在首位。" in paragraphs(text)
    assert "汛情就是命令。" in paragraphs(text)


def test_letters_that_are_no_series_begin_no_headings() -> None:
    assert headings(f"A类物资存放在东库房，B类物资存放在西库房。\n{LONG}") == []


# Furniture


@pytest.mark.parametrize(
    "line",
    [
        *(
            "小字号",
            "【字体：大 中 小】",
            "分享让更多人看到",
            "返回顶部",
            "打印本页",
            "关闭窗口",
            "扫一扫关注我们",
            "首页",
        ),
        *("点击查看更多", "上一篇：河东镇防汛会", "浏览次数：1024", "版权所有 河东晨讯", "第 3 页 共 12 页", "3 / 12"),
        *(
            "(责编:刘青、张雪)",
            "责任编辑：刘青",
            "(记者 黄青禾)",
            "记者 张三 通讯员 李四",
            "文/张三 编辑/李四",
            "作者：**",
        ),
        *("李向山 摄", "新华社记者 张三 摄", "图片来源：河东晨讯", "来源：河东晨讯", "-----"),
        *("2023年01月06日09:55 | 来源:河东晨讯", "2023-01-06 10:00 阅读 12"),
    ],
)
def test_what_serves_a_site_or_a_layout_is_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "分享会在镇里举行。",
            "返回家乡的路",
            "编辑部",
            "作者简介",
            "首页改版说明",
            "打印机采购公告",
            "文化",
            "记者调查：水价",
        ),
        *("2023年1月6日，镇里召开了会议。", "来源于群众的智慧，要用到群众中去。", "分享经验做法", "评论员文章"),
    ],
)
def test_what_tells_something_is_not(line: str) -> None:
    assert not is_furniture(line)


@pytest.mark.parametrize("line", ["河东网>>镇街频道>>河东", "首页 > 新闻 > 正文", "您现在的位置：首页>新闻"])
def test_a_trail_of_links_is_known(line: str) -> None:
    assert is_trail(line)


def test_a_pages_trail_and_the_sites_name_over_it_are_furniture() -> None:
    text = f"河东网\n河东网>>镇街频道>>河东\n\n河东镇部署防汛工作\n2023年01月06日09:55 | 来源:河东晨讯\n小字号\n{LONG}"
    assert [kind for kind, _ in told(text)] == [
        *("furniture", "furniture", "heading", "furniture", "furniture", "paragraph"),
    ]


def test_a_credit_at_a_paragraphs_end_is_furniture_and_the_paragraph_is_not() -> None:
    assert told(f"{LONG}(记者 黄青禾)") == [("paragraph", LONG), ("furniture", "(记者 黄青禾)")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("(责编:刘青、张雪冬)", [("责编", "刘青、张雪冬")]),
        ("记者 张三 通讯员 李四", [("记者", "张三"), ("通讯员", "李四")]),
        ("编辑：王某某 审核：李四", [("编辑", "王某某"), ("审核", "李四")]),
        ("他是一名记者，来自河东。", []),
    ],
)
def test_credits_are_found_with_their_roles(line: str, found: list[tuple[str, str]]) -> None:
    assert [(role, line[start:end]) for role, start, end in credits(line)] == found


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("王玉琢 王伟", True),
        ("欧阳青禾", True),
        ("陈默、李雪、赵一", True),
        ("前言", False),
        ("第一组 第二组", False),
        ("", False),
    ],
)
def test_a_line_of_names_is_a_byline(line: str, is_one: bool) -> None:
    assert is_byline(line) == is_one


# Dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("二〇二三年三月二十四日", "2023-03-24"),
        ("二○二三年十月十日", "2023-10-10"),
        ("二零二三年十二月三十一日", "2023-12-31"),
        ("二〇二三年二月三十日", ""),
        ("三月二十四日", ""),
    ],
)
def test_a_date_in_chinese_numerals_is_found(text: str, date: str) -> None:
    assert find_date(text) == date
