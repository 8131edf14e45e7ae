"""The five documents that the project began with: title, dates, headings and joined lines, checked by hand."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from bot.config import Passages
from bot.documents import File, read_file
from bot.passages import split
from bot.types import BlockKind, StoredDocument
from bot.view import view

SEEDS = Path(__file__).parent.parent.parent / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside this checkout")


@functools.cache
def seed(number: str) -> StoredDocument:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    (found,) = read_file(File(path, f"seeds/{path.name}"))
    assert isinstance(found, StoredDocument)
    return found


def of_kind(number: str, kind: BlockKind) -> list[str]:
    document = seed(number)
    return [document.text[block.start : block.end] for block in document.blocks if block.kind is kind]


def read_as(number: str) -> str:
    """All of a document's passages as they are searched and read."""
    document = seed(number)
    return "\n".join(view(document.text[p.start : p.end], p).text for p in split(document, Passages()))


@pytest.mark.parametrize(
    ("number", "title", "publisher", "author", "editor", "date"),
    [
        ("000", "000_ed36ee2003d571f9.txt", None, None, None, None),
        ("001", "鄂尔多斯：从『平安』走向『长安』", None, "王玉琢、王伟", None, None),  # its dates are captions'
        ("002", "002_db65cf96d3ebb58d.txt", None, None, None, None),
        (
            *("003", "巴彦淖尔:筑牢安全发展之基 守护百姓平安幸福", "巴彦淖尔日报"),
            *("黄景莲", "刘泽、张雪冬", "2023-01-06"),
        ),
        ("004", "004_b38e72195316a2f8.txt", None, None, None, None),
    ],
)
def test_title_and_date_are_the_documents_own(
    number: str, title: str, publisher: str | None, author: str | None, editor: str | None, date: str | None
) -> None:
    about = seed(number).document
    assert (about.title, about.publisher, about.author) == (title, publisher, author)
    assert (about.editor, about.date) == (editor, date)


@pytest.mark.parametrize(
    ("number", "headings"),
    [
        (
            "000",
            [
                "一、守望相助：谱写边疆民族地区和谐稳定新篇章",
                "二、绿色发展：构建资源型城市平安建设新格局",
                "三、系统推进：建设更高水平的平安**",
            ],
        ),
        (
            "001",
            [
                "鄂尔多斯：从『平安』走向『长安』",
                "守望相助 谱写边疆民族地区和谐稳定新篇章",
                "绿色发展 构建资源型城市平安建设新格局",
                "系统推进 建设更高水平的平安鄂尔多斯",
            ],
        ),
        (
            "002",
            [
                "A强化系统观念高位统筹拧紧责任链条",
                "B坚持打防并举全面提升群众平安质感",
                "C践行枫桥经验切实保障人民安居乐业",
                "D推动重心下移强基固本夯实平安根基",
                "E剑指黑恶势力全面开展扫黑除恶治乱",
                "F强化创新突破实现市域社会治理现代化",
            ],
        ),
        (
            "003",
            [
                "巴彦淖尔:筑牢安全发展之基 守护百姓平安幸福",
                "组织领导——把稳平安建设“方向盘”",
                "首要工程——筑牢国家安全“生命线”",
                "强基固本——绘就社会共治“同心圆”",
                "安全托底——筑牢社会稳定“防火墙”",
            ],
        ),
        (
            "004",
            [
                "一、坚持系统观念下好组织领导“一盘棋”",
                "二、坚持底线思维绷紧风险防范这根弦",
                "三、坚持问题导向打好打防管控组合拳",
                "四、坚持固本强基织密基层治理“一张网”",
            ],
        ),
    ],
)
def test_headings_are_those_a_person_sees(number: str, headings: list[str]) -> None:
    assert of_kind(number, BlockKind.HEADING) == headings


@pytest.mark.parametrize(
    ("number", "joined"),
    [
        ("001", "各族兄弟“结对子”,互帮互助同致富。"),
        ("001", "健全社区民族工作制度,有效维护了各民族大团结。"),
        ("001", "规范了企业的矿山开采、环境保护、土地复垦"),
        ("001", "全市安全生产形势持续平稳。"),
        ("001", "心理健康讲座、心理测评等,全覆盖的社会心理服务"),
        ("002", "市委平安**建设领导小组坚持系统观念"),
        ("002", "涉恶犯罪集团案**起、涉恶团伙案***起"),
    ],
)
def test_lines_that_the_layout_broke_are_read_as_one(number: str, joined: str) -> None:
    assert joined in read_as(number)


@pytest.mark.parametrize(("number", "count"), [("000", 0), ("001", 5), ("002", 2), ("003", 0), ("004", 0)])
def test_no_other_lines_are_joined(number: str, count: int) -> None:
    document = seed(number)
    inside = [block for block in document.blocks if "\n" in document.text[block.start : block.end]]
    assert len(inside) == count


def test_what_follows_a_fused_heading_is_text() -> None:
    told = of_kind("002", BlockKind.PARAGRAPH)
    assert any(line.startswith("建设更高水平的平安**离不开坚强有力的组织保障") for line in told)
    assert "黑恶不扫，社会难稳；黑恶不除，民心难安。" in told


def test_furniture_is_in_no_passage_and_feeds_the_facts() -> None:
    told = of_kind("003", BlockKind.FURNITURE)
    assert told == [
        "人民网",
        "人民网>>内蒙古频道>>盟市>>巴彦淖尔",
        "2023年01月06日09:55 | 来源:巴彦淖尔日报",
        "小字号",
        "(记者 黄景莲)",
        "(责编:刘泽、张雪冬)",
        "分享让更多人看到",
        "返回顶部",
    ]
    read = read_as("003")
    assert not any(line in read for line in told if line != "人民网")
    text = seed("003").text
    assert {fact.about.value: text[fact.start : fact.end] for fact in seed("003").facts} == {
        "date": "2023年01月06日",
        "publisher": "巴彦淖尔日报",
        "author": "黄景莲",
        "editor": "刘泽、张雪冬",
    }


def test_a_passage_knows_the_headings_above_it() -> None:
    document = seed("003")
    (passage,) = [p for p in split(document, Passages()) if "23700人" in document.text[p.start : p.end]]
    assert passage.path == ("巴彦淖尔:筑牢安全发展之基 守护百姓平安幸福", "强基固本——绘就社会共治“同心圆”")


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_the_stored_text_is_the_files(number: str) -> None:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    assert seed(number).text == path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
