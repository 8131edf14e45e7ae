"""Web pages: all visible text, once and in order; tables, the parts of the site, what a page says of itself."""

from __future__ import annotations

import codecs
import json
import random
import time
from base64 import encodebytes
from contextlib import suppress
from pathlib import Path
from quopri import encodestring
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.documents import File, html, html_tables, mhtml, read_file
from bot.documents.extracted import Extracted
from bot.errors import UnreadableDocument
from bot.types import BlockKind, StoredDocument

SAMPLES = Path(__file__).parent.parent / "samples"
MASKED = "**市****年**月破获***起，止付*.**亿元，返还××万元，■人，总体方案“*+*+N”，谢某某。"
TRADITIONAL = "鄂爾多斯市破獲電信網絡詐騙案件537起，緊急止付涉案資金3.01億元。"


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def read(data: bytes | str) -> Extracted:
    (found,) = html.read_page(data.encode() if isinstance(data, str) else data)
    return found


def said(head: str, body: str = "<p>正文一句。</p>") -> Extracted:
    """What a page with this head is read as."""
    return read(page(body, head))


def stored(path: Path) -> StoredDocument:
    (found,) = read_file(File(path, f"docs/{path.name}"))
    assert isinstance(found, StoredDocument), found
    return found


def lines(found: Extracted | StoredDocument, kind: BlockKind) -> list[str]:
    return [found.text[block.start : block.end] for block in found.blocks if block.kind is kind]


def headings(found: Extracted) -> list[tuple[int, str]]:
    told = [block for block in found.blocks if block.kind is BlockKind.HEADING]
    return [(block.level, found.text[block.start : block.end]) for block in told]


def tables(found: Extracted) -> list[tuple[int, list[list[str]]]]:
    """Of each table the number of its headers, and its cells as their spans give them."""
    told = [block.table for block in found.blocks if block.table]
    return [(table.headers, [[found.text[slice(*span)] for span in row] for row in table.rows]) for table in told]


# Visible text

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>页名 - 晨讯网</title>
<meta property="article:published_time" content="2023-01-06T08:30:00+08:00">
<meta property="og:site_name" content="晨讯网"><link rel="canonical" href="https://news.example.com/a.html">
<style>.样式{}</style><script>var 脚本 = 1;</script></head>
<body><header><nav><ul><li><a href="#">首页</a></li></ul></nav></header>
<div class="crumbs"><a href="#">新闻</a> &gt; 正文页</div>
<article><h1>大标题</h1>裸文一句。<p>甲<b>乙</b>丙<a href="#">丁</a>戊。<br>换行后。</p>
<p>&lt;标签&gt;&amp;&nbsp;不换行</p><!-- 注释 --><noscript>无脚本</noscript><template>模板</template>
<table><tr><th>项目</th><th>金额</th></tr><tr><td>止付</td><td>*.**亿元</td></tr></table>
<ul><li>第一条</li><li>第二条</li></ul><blockquote>引文。</blockquote>
<details><summary>摘要</summary>细节。</details><figure><figcaption>图说。</figcaption></figure></article>
<div class="share">分享到微信</div><aside>热门推荐</aside><div id="copyright">版权所有 晨讯网</div>
<footer>备案号</footer></body></html>"""


def test_a_page_keeps_all_its_visible_text_and_nothing_else() -> None:
    assert read(PAGE).text == (
        "首页\n新闻 > 正文页\n大标题\n裸文一句。\n甲乙丙丁戊。\n换行后。\n<标签>&\xa0不换行\n"
        "项目\t金额\n止付\t*.**亿元\n第一条\n第二条\n引文。\n摘要\n细节。\n图说。\n"
        "分享到微信\n热门推荐\n版权所有 晨讯网\n备案号\n"
    )


def test_navigation_and_footer_are_furniture_and_the_article_is_not() -> None:
    found = read(PAGE)
    assert lines(found, BlockKind.FURNITURE) == [
        *("首页", "新闻 > 正文页", "分享到微信", "热门推荐", "版权所有 晨讯网", "备案号")
    ]
    assert lines(found, BlockKind.PARAGRAPH) == [
        *(
            "裸文一句。",
            "甲乙丙丁戊。",
            "换行后。",
            "<标签>&\xa0不换行",
            "第一条",
            "第二条",
            "引文。",
            "摘要",
            "细节。",
            "图说。",
        )
    ]
    assert headings(found) == [(1, "大标题")]
    assert tables(found) == [(1, [["项目", "金额"], ["止付", "*.**亿元"]])]


def test_masks_come_through_as_they_stand() -> None:
    assert lines(read(page(f"<p>{MASKED}</p>")), BlockKind.PARAGRAPH) == [MASKED]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>源码里换了\n   行的一句。</p>", "源码里换了行的一句。\n"),
        ("<p>GDP of\n   China 增长\n 5%</p>", "GDP of China 增长 5%\n"),
        ("<span>姓名</span>\n<span>张三</span>", "姓名 张三\n"),
        ("<p>　　缩进的 一段。</p>", "　　缩进的 一段。\n"),
        ("<p>一行<br>又一行<br/><br/>第三行</p>", "一行\n又一行\n第三行\n"),
        ("<pre>表头  数\n  甲   1\n</pre>", "表头  数\n  甲   1\n"),
        ("<p><ruby>汉<rp>(</rp><rt>hàn</rt><rp>)</rp>字<rt>zì</rt></ruby>表</p>", "汉字表\n"),
        ("<p>m<sup>2</sup>，H<sub>2</sub>O</p>", "m2，H2O\n"),
        ("<p>显<span hidden>隐</span><span style='color:red; Display : None'>隐</span>示</p>", "显示\n"),
        ("<p aria-hidden='true'>图标</p><div style='visibility: hidden'>平台的正文</div>", "图标\n平台的正文\n"),
        ("<p>甲</p><svg><title>图</title><text>字</text></svg><iframe>框</iframe>乙", "甲\n乙\n"),
        ("甲<div>乙</div>丙", "甲\n乙\n丙\n"),
        ("<p>甲<button>复制</button>乙</p>", "甲\n复制\n乙\n"),
        ("<dl><dt>术语</dt><dd>解释。</dd></dl>", "术语\n解释。\n"),
        ("<p>甲<![CDATA[乙]]>丙</p>", "甲丙\n"),
        ("<p>一<p>二<div>三</p>", "一\n二\n三\n"),
    ],
)
def test_text_is_stored_as_a_browser_shows_it(body: str, text: str) -> None:
    assert read(page(body)).text == text


@pytest.mark.parametrize("data", [b"", b" \n", b"<!-- only -->", b"<html></html>", page("<script>1</script>")])
def test_a_page_without_text_gives_no_document(data: bytes) -> None:
    assert list(html.read_page(data)) == []


def test_a_page_of_links_alone_gives_no_document() -> None:
    assert list(html.read_page(page("<nav>首页</nav><ul><li><a href=x>要闻</a></li></ul>"))) == []


_TAGS = st.sampled_from("p div span b a h2 ul li table thead tbody tr td th form nav center pre section font".split())
_SOUP = st.lists(st.tuples(st.sampled_from(["open", "close", "word"]), _TAGS), max_size=40)


@given(_SOUP)
@settings(deadline=None)
@example([("open", "table"), ("word", "p"), ("open", "tr"), ("word", "p"), ("open", "td"), ("word", "p")])
@example([("open", "table"), ("open", "form"), ("open", "tr"), ("open", "td"), ("word", "p")])
def test_no_word_is_lost_doubled_or_moved_however_the_tags_stand(soup: list[tuple[str, str]]) -> None:
    words = [f"w{number}w" for number, (kind, _) in enumerate(soup) if kind == "word"]
    parts = {"open": "<{1}>", "close": "</{1}>", "word": " w{0}w "}
    body = "".join(parts[kind].format(number, tag) for number, (kind, tag) in enumerate(soup))
    found = read(page(f"<p>开头一句。</p>{body}"))
    assert found.text.split()[1:] == words
    covered = {place for block in found.blocks for place in range(block.start, block.end)}
    assert all(found.text[place].isspace() for place in set(range(len(found.text))) - covered)


# Headings


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<h1>总题</h1><h2>分题</h2><h6>小题</h6>", [(1, "总题"), (2, "分题"), (6, "小题")]),
        ("<h1>关于值班的<br>通知</h1>", [(1, "关于值班的\n通知")]),
        ("<h2><a href=x>带链接的题</a></h2>", [(2, "带链接的题")]),
        ("<p><strong>一、守望相助</strong></p>", [(4, "一、守望相助")]),
        ("<p>一、守望相助</p>", [(4, "一、守望相助")]),
        ("<p><b>工作</b><strong>目标</strong></p>", [(5, "工作目标")]),
        ("<p><span style='font-weight: 700'>工作目标</span></p>", [(5, "工作目标")]),
        ("<p><b>工作目标。</b></p>", []),
        ("<p><b>工作目标：</b></p>", []),
        ("<p><b>工作目标</b>已定</p>", []),
        ("<p><b>***</b></p>", []),
        ("<ul><li><b>张三</b></li></ul>", []),
        (f"<p><b>{'长' * 41}</b></p>", []),
        (f"<h3>{'整段文字都放在标题里。' * 10}</h3>", []),
        ("<nav><h2>导航</h2></nav>", []),
    ],
)
def test_headings_have_the_level_of_their_tag_or_numbering(body: str, found: list[tuple[int, str]]) -> None:
    assert headings(read(page(f"{body}<p>正文一句。</p>"))) == found


# Site parts


@pytest.mark.parametrize("wrapper", ["layout has-sidebar", "page nav-open", "main hot", "content search-page"])
@pytest.mark.parametrize("body", ["<article><h1>标题</h1><p>破获537起。</p></article>", "<p>破获537起。</p>"])
def test_what_is_named_after_a_sites_part_but_holds_the_text_is_read(wrapper: str, body: str) -> None:
    found = read(page(f'<div class="{wrapper}">{body}</div>'))
    assert lines(found, BlockKind.PARAGRAPH) == ["破获537起。"]


def test_a_page_within_a_form_is_read_and_a_search_form_is_furniture() -> None:
    found = read(page("<form id=aspnetForm><form>站内搜索</form><div>破获537起。止付3亿元。</div></form>"))
    assert lines(found, BlockKind.PARAGRAPH) == ["破获537起。止付3亿元。"]
    aside = read(page("<form>站内检索</form><p>破获537起。</p>"))
    assert lines(aside, BlockKind.FURNITURE) == ["站内检索"]


@pytest.mark.parametrize(
    "part",
    [
        "<div role=navigation>部分</div>",
        "<div id=sidebar>部分</div>",
        "<p><a href=x>部分</a></p>",
        "<p>首页 &gt; <a href=x>部分</a></p>",
        "<table><tr><td class=nav>部分</td></tr></table>",
        "<table class=nav><tr><td>部</td><td>分</td></tr><tr><td>1</td><td>2</td></tr></table>",
    ],
)
def test_parts_of_the_site_are_furniture(part: str) -> None:
    found = read(page(f"{part}<p>破获537起。</p>"))
    assert lines(found, BlockKind.PARAGRAPH) == ["破获537起。"]
    assert len(found.blocks) >= 2


def test_a_word_named_like_a_sites_part_stays_in_its_sentence() -> None:
    assert lines(read(page("<p>这是<span class=hot>热词</span>一句。</p>")), BlockKind.PARAGRAPH) == ["这是热词一句。"]


# Tables

MERGED = """<table><caption>表一 供水量</caption>
<tr><td colspan=10000>单位：万立方米</td></tr>
<tr><th rowspan=2>地区</th><th colspan=2>2022年</th></tr>
<tr><th>上半年</th><th>下半年</th></tr>
<tr><th>临河</th><td>12</td><td>*.**</td></tr>
<tr><td rowspan=2>五原</td><td>1<br>2</td><td></td></tr>
<tr style="display:none"><td>隐</td><td>藏</td></tr>
<tr><td>3</td><td><p>4</p><p>五</p></td></tr>
<tr><td colspan=3>注：为初步数。</td></tr></table>"""


def test_a_tables_cells_stand_in_every_place_that_they_cover() -> None:
    found = read(page(MERGED))
    assert found.text == (
        "表一 供水量\n单位：万立方米\n地区\t2022年\n上半年\t下半年\n"
        "临河\t12\t*.**\n五原\t1\n2\t\n3\t4\n五\n注：为初步数。\n"
    )
    assert tables(found) == [
        (
            2,
            [
                ["地区", "2022年", "2022年"],
                ["地区", "上半年", "下半年"],
                ["临河", "12", "*.**"],
                ["五原", "1\n2", ""],
                ["五原", "3", "4\n五"],
            ],
        )
    ]
    (block,) = [block for block in found.blocks if block.table]
    assert block.table
    assert block.table.rows[0] == ((15, 17), (18, 23), (18, 23))
    assert block.table.rows[1][0] == (15, 17)
    assert lines(found, BlockKind.PARAGRAPH) == ["表一 供水量", "单位：万立方米", "注：为初步数。"]


@pytest.mark.parametrize(
    ("rows", "headers", "cells"),
    [
        ("<thead><tr><td>甲<td>乙</thead><tr><td>1<td>2", 1, [["甲", "乙"], ["1", "2"]]),
        ("<tr><th>甲<th>乙<tr><th>丙<td>丁", 1, [["甲", "乙"], ["丙", "丁"]]),
        ("<tr><th>姓名<td>张三<tr><th>职务<td>主任", 0, [["姓名", "张三"], ["职务", "主任"]]),
        ("<tr><th>甲<th>乙<tr><th>丙<th>丁", 0, [["甲", "乙"], ["丙", "丁"]]),
        ("<tr><td>甲<td>乙<td>丙<tr><td>1<td>2<td>3", 1, [["甲", "乙", "丙"], ["1", "2", "3"]]),
        (
            "<tfoot><tr><td>合计<td>3</tfoot><tr><td>甲<td>1<tr><td>乙<td>2",
            0,
            [["甲", "1"], ["乙", "2"], ["合计", "3"]],
        ),
        ("<tr><td>甲<td>1<tr><tr><td><td><tr><td>乙<td>2", 0, [["甲", "1"], ["乙", "2"]]),
        ("<tr><td>甲<td rowspan=9>共<tr><td>乙<tr>", 0, [["甲", "共"], ["乙", "共"], ["", "共"]]),
        ("<tr><td>甲<td>1<td rowspan=2>丙<tr><td>丁", 0, [["甲", "1", "丙"], ["丁", "", "丙"]]),
        ("<tbody><tr><td rowspan=9>甲<td>1</tbody><tbody><tr><td>乙<td>2", 0, [["甲", "1"], ["乙", "2"]]),
        ("<tr><td>甲<td><pre>1\n2</pre><tr><td>乙<td>3", 0, [["甲", "1\n2"], ["乙", "3"]]),
        ("<tr><td colspan=x rowspan=-1>甲<td colspan=0>1<tr><td>乙<td>2", 0, [["甲", "1"], ["乙", "2"]]),
    ],
)
def test_rows_are_told_with_the_headers_that_the_page_marks(rows: str, headers: int, cells: list[list[str]]) -> None:
    assert tables(read(page(f"<p>表如下。</p><table>{rows}</table>"))) == [(headers, cells)]


_SPANS = st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans())


@given(st.lists(st.lists(_SPANS, max_size=4), max_size=5))
@settings(deadline=None)
@example([[(1, 2, True)], [(1, 1, True), (1, 1, True)]])
@example([[(1, 1, True), (1, 3, True)], [(1, 1, True)], []])
def test_every_cell_is_told_once_and_found_by_its_span(rows: list[list[tuple[int, int, bool]]]) -> None:
    words: list[str] = []
    source = ""
    for row in rows:
        source += "<tr>"
        for columns, height, filled in row:
            word = f"w{len(words)}w" if filled else ""
            words += [word] if word else []
            source += f"<td colspan={columns} rowspan={height}>{word}</td>"
    found = read(page(f"<p>见下表。</p><table>{source}</table>"))
    assert found.text.split()[1:] == words
    for _, table in tables(found):
        assert {cell for row in table for cell in row} <= {*words, ""}


@pytest.mark.parametrize(
    "table",
    [
        "<table role=presentation><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr></table>",
        "<table><tr><td>甲</td><td><h1>乙</h1></td></tr><tr><td>丙</td><td>丁</td></tr></table>",
        "<table><tr><td>甲</td><td>乙</td></tr>丙<tr><td>丁</td></tr></table>",
        "<table><td>甲</td><td>乙</td><tr><td>丙</td><td>丁</td></tr></table>",
        "<table><tr><td>甲</td></tr><tr><td>乙</td></tr><tr><td>丙</td></tr><tr><td>丁</td></tr></table>",
        "<table><tr><td>甲</td><td>乙</td><td>丙</td><td>丁</td></tr></table>",
    ],
)
def test_a_table_that_lays_the_page_out_is_read_as_its_lines(table: str) -> None:
    found = read(page(table))
    assert tables(found) == []
    assert found.text == "甲\n乙\n丙\n丁\n"


def test_a_table_within_one_for_the_layout_is_a_table() -> None:
    inner = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
    found = read(page(f"<table><tr><td>左栏</td><td><p>正文一句。</p>{inner}</td></tr><tr><td>下栏</td></tr></table>"))
    assert found.text == "左栏\n正文一句。\n甲\t1\n乙\t2\n下栏\n"
    assert tables(found) == [(0, [["甲", "1"], ["乙", "2"]])]


def test_long_cells_are_a_layout() -> None:
    long = "一句长话说了又说，说了又说，到头来还是那一句话。" * 20
    found = read(page(f"<table><tr><td>{long}</td><td>{long}</td></tr><tr><td>甲</td><td>乙</td></tr></table>"))
    assert lines(found, BlockKind.PARAGRAPH) == [long, long, "甲", "乙"]


def test_a_table_that_claims_more_places_than_any_has_is_read_as_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_tables, "_MAX_PLACES", 100)
    wide = "<tr><td colspan=60>甲</td><td colspan=60>乙</td></tr><tr><td>丙</td><td>丁</td></tr>"
    assert read(page(f"<table>{wide}</table>")).text == "甲\n乙\n丙\n丁\n"
    tall = "<tr><td rowspan=900>甲</td><td>乙</td></tr><tr><td>丙</td></tr>"
    assert read(page(f"<table>{tall}</table>")).text == "甲\n乙\n丙\n"


# What a page says of itself


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        (
            '<meta name="ContentSource" content="国务院办公厅"><meta name="SiteName" content="中国政府网">',
            "publisher",
            "国务院办公厅",
        ),
        ('<meta name="source" content="来源：河套晨讯">', "publisher", "河套晨讯"),
        (
            '<meta name="ContentSource" content="本站"><meta name="SiteName" content="云汀市政府网">',
            "publisher",
            "云汀市政府网",
        ),
        ('<meta property="og:site_name" content="晨讯网">', "publisher", "晨讯网"),
        ('<meta name="publisher" content="https://example.com/us">', "publisher", ""),
        ('<meta name="Author" content="作者：邬明夏, 宋知野">', "author", "邬明夏、宋知野"),
        ('<meta name="author" content="甲乙"><meta name="author" content="丙丁">', "author", "甲乙、丙丁"),
        ('<meta name="author" content="admin">', "author", ""),
        ('<meta name="PubDate" content="2023-05-04 09:10">', "date", "2023-05-04"),
        ('<meta property="article:published_time" content="2023-01-06T08:30:00+08:00">', "date", "2023-01-06"),
        ('<meta name="PubDate" content="昨天"><meta name="date" content="2023年1月6日">', "date", "2023-01-06"),
        ('<meta itemprop="datePublished" content="2023-01-06">', "date", "2023-01-06"),
        ('<meta property="article:modified_time" content="2023-02-01">', "date", ""),
        ('<meta property="article:modified_time" content="2023-02-01">', "property_date", "2023-02-01"),
        ('<meta name="ArticleTitle" content="供水办法&lt;br/&gt;的通知">', "title", "供水办法的通知"),
        ('<link rel="Canonical" href="https://a.example/1?x=1&amp;y=2">', "url", "https://a.example/1?x=1&y=2"),
        ('<meta property="og:url" content="http://a.example/1">', "url", "http://a.example/1"),
        (
            '<link rel=canonical href="javascript:alert(1)"><meta name=url content="https://a.example">',
            "url",
            "https://a.example",
        ),
        ('<link rel=canonical href="data:text/html,1">', "url", ""),
        ('<link rel=canonical href="file:///etc/passwd">', "url", ""),
        ('<link rel=canonical href="/relative">', "url", ""),
        ("<!-- saved from url=(0024)https://a.example/saved -->", "url", "https://a.example/saved"),
    ],
)
def test_meta_tags_tell_of_the_page(head: str, field: str, value: str) -> None:
    assert getattr(said(head), field) == value


ARTICLE: dict[str, Any] = {
    "@type": "NewsArticle",
    "headline": "头条",
    "datePublished": "2023-02-03T10:00:00+08:00",
    "author": [{"@type": "Person", "name": "张三"}, "李四"],
    "publisher": {"name": "某社"},
    "url": "https://a.example/1",
}


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [ARTICLE],
        {"@graph": [{"@type": "WebPage", "headline": "别的"}, {**ARTICLE, "@type": ["Report", "Thing"]}]},
        [[], None, 5, {"@type": None}, {**ARTICLE, "@type": "Article"}],
    ],
)
def test_linked_data_tells_of_the_page(data: object) -> None:
    found = said(f'<script type="application/ld+json">{json.dumps(data)}</script>')
    assert (found.title, found.publisher, found.author) == ("头条", "某社", "张三、李四")
    assert (found.date, found.url) == ("2023-02-03", "https://a.example/1")
    assert found.text == "正文一句。\n"


@pytest.mark.parametrize(
    "script", ["", "{broken", "[" * 100_000, '{"@type": "Article", "author": 5, "headline": {}}', "1" * 9999]
)
def test_linked_data_that_is_broken_is_passed_over(script: str) -> None:
    found = said(f'<script type="application/ld+json">{script}</script><meta name="author" content="甲乙">')
    assert (found.title, found.author, found.text) == ("", "甲乙", "正文一句。\n")


def test_microdata_tells_of_the_page() -> None:
    found = said(
        "",
        '<div itemscope><h2 itemprop="headline">微头条</h2>'
        '<p itemprop="author" itemscope>文：<span itemprop="name">王五</span></p>'
        '<time itemprop="datePublished" datetime="2023-03-03">三月三日</time><p>正文一句。</p>'
        '<div itemprop="comment"><span itemprop="author">网友</span></div></div>',
    )
    assert (found.title, found.author, found.date) == ("微头条", "王五", "2023-03-03")


def test_the_time_in_an_article_dates_it_and_another_only_where_nothing_else_does() -> None:
    found = said(
        "", "<time datetime=2023-09-09>今天</time><article><time datetime=2023-01-06>1月</time><p>正文。</p></article>"
    )
    assert (found.date, found.property_date) == ("2023-01-06", "2023-09-09")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>页名 - 晨讯网</title>", "<h1>大标题</h1>", "大标题"),
        ("<title>筑牢平安_晨讯网</title>", "", "筑牢平安"),
        ("<title>筑牢平安 - 要闻 - 晨讯网</title>", "", "筑牢平安"),
        ("<title>要闻_关于做好防汛工作的通知_云汀市人民政府</title>", "", "关于做好防汛工作的通知"),
        ("<title>关于防汛的通知-云汀市人民政府</title>", "", "关于防汛的通知"),
        ("<title>2021-2022年度报告</title>", "", "2021-2022年度报告"),
        ("<title>云汀市人民政府</title>", "", "云汀市人民政府"),
        ("<title>甲乙丙丁</title><meta property=og:title content=社交标题>", "<h1>另一个题</h1>", "社交标题"),
        (
            "<title>关于防汛的通知_云汀市人民政府</title>",
            "<h1>云汀市人民政府</h1><h1>关于防汛的通知</h1>",
            "关于防汛的通知",
        ),
        ("<title>关于防汛的通知_云汀市人民政府</title>", "<h1>云汀市人民政府</h1>", "关于防汛的通知"),
        ("<title>云汀市人民政府关于防汛的通知</title>", "<h1>云汀市</h1>", "云汀市人民政府关于防汛的通知"),
        ("<title>关于做好防汛…</title>", "<h1>关于做好防汛工作的通知</h1>", "关于做好防汛工作的通知"),
        ("<title>供水办法的通知</title>", "<h1>供水办法<br>的通知</h1>", "供水办法 的通知"),
        ("", "", ""),
    ],
)
def test_the_title_is_the_heading_that_the_page_says_it_is(head: str, body: str, title: str) -> None:
    assert said(head, f"{body}<p>正文一句。</p>").title == title


@pytest.mark.parametrize(
    ("tag", "publisher"),
    [
        ('<meta property="og:site_name" content="河套晨讯网">', "河套晨讯"),
        ('<meta name="source" content="北原社">', "北原社"),
    ],
)
def test_a_sites_name_counts_only_where_the_text_names_no_source(tag: str, publisher: str, tmp_path: Path) -> None:
    body = "<h1>平安建设</h1><p>2023年1月6日 来源：河套晨讯</p><p>破获537起。</p><p>止付3亿元。</p>"
    (tmp_path / "a.html").write_bytes(page(body, tag))
    assert stored(tmp_path / "a.html").document.publisher == publisher


def test_the_sample_page_tells_all_of_itself() -> None:
    about = stored(SAMPLES / "bayannur-news.html").document
    assert about.title == "巴彦淖尔：把平安织进每一个网格"
    assert (about.publisher, about.author, about.date) == ("河套晨讯", "邬明夏", "2023-01-06")
    assert about.url == "https://news.example.com/bynr/2023/0106/c118204.html"


# Encodings


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("gb2312", "gb18030"),
        ("gbk", "gb18030"),
        ("big5", "big5"),
        ("utf-8", "utf-8"),
        ("utf-8", "gb18030"),  # what it says is wrong
        ("gb2312", "utf-8"),
        ("iso-8859-1", "gb18030"),
        ("no-such", "utf-8"),
        ("rot13", "gb18030"),
    ],
)
@pytest.mark.parametrize(
    "form", ['<meta charset="{}">', "<meta http-equiv=Content-Type content='text/html; charset={}'>"]
)
def test_a_page_is_decoded_as_it_is_whatever_it_says(form: str, declared: str, encoding: str) -> None:
    source = page(f"<p>{TRADITIONAL}</p>", form.format(declared)).decode()
    assert read(source.encode(encoding)).text == f"{TRADITIONAL}\n"


@pytest.mark.parametrize("order", ["le", "be"])
def test_a_page_in_utf_16_is_decoded_by_its_mark(order: str) -> None:
    mark = {"le": codecs.BOM_UTF16_LE, "be": codecs.BOM_UTF16_BE}[order]
    source = page(f"<p>{TRADITIONAL}</p>", '<meta charset="gb2312">').decode()
    assert read(mark + source.encode(f"utf-16-{order}")).text == f"{TRADITIONAL}\n"


@pytest.mark.parametrize(
    ("declared", "encoding", "line"),
    [("shift_jis", "shift_jis", "東京都の人口について。"), ("windows-1252", "cp1252", "Café à Zürich")],
)
def test_another_language_is_decoded_as_the_page_says(declared: str, encoding: str, line: str) -> None:
    source = page(f"<p>{line}</p>", f'<meta charset="{declared}">').decode()
    assert read(source.encode(encoding)).text == f"{line}\n"


def test_a_few_broken_bytes_are_told_and_many_are_refused() -> None:
    whole = page(f"<p>{TRADITIONAL * 100}</p>", '<meta charset="utf-8">')
    found = read(whole.replace("。".encode(), "。".encode() + b"\xe5", 1))
    assert found.text == f"{TRADITIONAL}\ufffd{TRADITIONAL * 99}\n"
    assert list(found.oddities) == ["1 characters are damaged and stand as \ufffd"]
    with pytest.raises(UnreadableDocument, match="save it as UTF-8"):
        read(whole.replace("。".encode(), b"\xe5\xff"))


def test_an_xml_declaration_names_the_encoding_too() -> None:
    source = '<?xml version="1.0" encoding="shift_jis"?><html><body><p>東京都の人口について。</p></body></html>'
    assert read(source.encode("shift_jis")).text == "東京都の人口について。\n"


# Hostile pages


def test_entities_are_not_expanded_and_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("密", encoding="utf-8")
    entities = "".join(f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(20))
    found = read(
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "哈哈">{entities}'
        f'<!ENTITY file SYSTEM "file://{tmp_path}/secret">]><html xmlns="http://www.w3.org/1999/xhtml"><body>'
        f'<p>正文&e20;&file;一句。</p><p><xi:include href="file://{tmp_path}/secret"/></p></body></html>'
    )
    assert "正文&e20;&file;一句。" in found.text
    assert "密" not in found.text
    assert len(found.text) < 100


def test_nesting_to_the_limit_is_read_and_beyond_it_refused() -> None:
    assert read(page("<div>" * 200 + "正文" + "</div>" * 200)).text == "正文\n"
    for depth in (300, 3000, 100_000):
        with pytest.raises(UnreadableDocument, match="cannot be read whole"):
            read(page("<div>" * depth + "正文" + "</div>" * depth))


def test_what_the_parser_would_leave_out_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="cannot be read whole"):
        read(page(f"<p>正文</p><img src='data:{'A' * 11_000_000}'><p>后文</p>"))


@pytest.mark.parametrize(
    "data",
    [
        "<p>正文" * 50_000,
        "<b>" * 200 + "正文",
        "<table>" * 80 + "正文",
        "<!--" * 100_000,
        "<" * 100_000 + "正文",
        "正文" + "&" * 100_000,
        "<p " + "a=1 " * 100_000 + ">正文",
        "<table><tr>" + "<td colspan=9999 rowspan=9999>1" * 1000 + "</table>正文",
        "<title>" + " " * 100_000 + "x" + "</title>正文",
        "正文" + " " * 500_000 + "一句" + "\n" * 500_000 + "x",
        "<div class=nav>" * 100 + "正文。" * 1000,
    ],
    ids=lambda data: data[:12],
)
def test_a_page_made_to_be_slow_is_read_in_seconds(data: str) -> None:
    began = time.process_time()
    with suppress(UnreadableDocument):
        list(html.read_page(data.encode()))
    assert time.process_time() - began < 5


def test_a_big_page_and_a_big_table_are_read_in_seconds() -> None:
    line = "<p>全市如今共有<strong>网格5780个</strong>，网格员合计<a href='x'>23700人</a>。</p>\n"
    rows = "".join(f"<tr><td>甲{i}</td><td>{i}</td><td>乙</td><td>丙</td></tr>" for i in range(10_000))
    began = time.process_time()
    found = read(page(line * 20_000 + f"<table>{rows}</table>"))
    assert time.process_time() - began < 20  # measured: under two
    assert len(found.blocks) == 20_001


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_page_gives_text_or_says_what_is_wrong(seed: int) -> None:
    dice = random.Random(seed)
    data = bytearray((SAMPLES / "bayannur-news.html").read_bytes())
    for _ in range(dice.choice((1, 20, 300))):
        data[dice.randrange(len(data))] = dice.choice(b"<>/\"'&; ap\x00\xff")
    try:
        found = list(html.read_page(bytes(data)))
    except UnreadableDocument as error:
        assert "\n" not in str(error)
        return
    for one in found:
        one.text.encode("utf-8")
        places = [place for block in one.blocks for place in (block.start, block.end)]
        assert places == sorted(places)


# Saved with all that they show


def message(tmp_path: Path, part: str, body: bytes, coding: str = "base64", head: str = "") -> Path:
    """An MHTML file with a picture and then this page."""
    encoded = encodebytes(body) if coding == "base64" else encodestring(body)
    path = tmp_path / "a.mhtml"
    path.write_bytes(
        f"From: <Saved by a browser>\r\nSubject: =?utf-8?B?5qCH6aKY?=\r\n{head}MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n'
        "------b\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQ==\r\n"
        f"------b\r\n{part}Content-Transfer-Encoding: {coding}\r\n\r\n".encode()
        + encoded
        + b"\r\n------b\r\nContent-Type: text/html\r\n\r\n<p>frame</p>\r\n------b--\r\n"
    )
    return path


@pytest.mark.parametrize("coding", ["base64", "quoted-printable"])
def test_the_first_page_of_a_saved_message_is_read(coding: str, tmp_path: Path) -> None:
    part = 'Content-Type: text/html; charset="gb2312"\r\nContent-Location: https://a.example/1\r\n'
    body = page(f"<h1>平安公告</h1><p>{MASKED}</p>").decode().encode("gb18030")
    (found,) = mhtml.read(message(tmp_path, part, body, coding))
    assert found.text == f"平安公告\n{MASKED}\n"
    assert (found.title, found.url) == ("平安公告", "https://a.example/1")


def test_a_saved_messages_own_address_and_charset_count_where_the_page_gives_none(tmp_path: Path) -> None:
    part = "Content-Type: text/html; charset=shift_jis\r\nContent-Location: cid:1@b\r\n"
    path = message(tmp_path, part, page("<p>東京都の人口について。</p>").decode().encode("shift_jis"))
    (found,) = mhtml.read(path)
    assert (found.text, found.url) == ("東京都の人口について。\n", "")
    head = "Snapshot-Content-Location: https://a.example/2\r\n"
    (found,) = mhtml.read(message(tmp_path, "Content-Type: text/html\r\n", page("<p>正文。</p>"), head=head))
    assert found.url == "https://a.example/2"


@pytest.mark.parametrize(
    "data", [b"", b"plain text", b"\xff\xfe\x00", b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"]
)
def test_a_message_without_a_page_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.mht").write_bytes(data)
    with pytest.raises(UnreadableDocument, match="holds no page"):
        list(mhtml.read(tmp_path / "a.mht"))
