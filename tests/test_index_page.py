"""The page of the index: what it holds, what was skipped and why, and its documents, a page at a time."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from bot.types import Document, Overview
from bot.web import contents
from bot.web.app import create_app
from bot.web.contents import Group, Remark
from bot.web.words import WORDS
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import DOCUMENT, FakeBot

BUILT = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
NOTICE = Document("d/2", "关于检修的通知", "公文/检修.docx", "河岸县水利局", None, None)
HELD = Overview(
    generation="000007-1a2b3c4d",
    built=BUILT,
    documents=(DOCUMENT, NOTICE),
    files=1234,
    passages=56_789,
    tables=3,
    skipped=(
        "公文/旧.doc: .doc files are not read; convert it to .docx, or install LibreOffice and index again",
        "公文/密.docx: is protected by a password; save it without one",
        "公文/更旧.doc: .doc files are not read; convert it to .docx, or install LibreOffice and index again",
    ),
    oddities=("公文/表.xlsx: 2 formulas have no stored value; open and save the file in Excel or LibreOffice",),
)


def client_of(bot: FakeBot | None) -> FlaskClient:
    return create_app(bot, Config()).test_client()  # type: ignore[arg-type]


@pytest.fixture
def client() -> FlaskClient:
    return client_of(FakeBot(HELD))


def words_of(markup: str) -> str:
    """What a page says, its white space as single spaces."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", markup)).split())


def listed_in(page: str) -> list[str]:
    """The rows of the page's list of documents, as what they say."""
    body = re.search("<tbody>(.*)</tbody>", page, re.DOTALL)
    return [words_of(row) for row in re.findall("<tr>(.*?)</tr>", body[1], re.DOTALL)] if body else []


IDLE = {
    "state": "idle", "what": "", "done": 0, "of": 0, "skipped": [], "error": None, "started": None, "ended": None,
}  # fmt: skip


def numbered(count: int) -> Overview:
    """An overview with so many documents, named by their numbers."""
    return replace(HELD, documents=tuple(Document(str(n), f"第{n}期", f"简报/{n}.txt") for n in range(count)))


# ---- the API ----


def test_the_api_tells_what_the_index_holds_in_order(client: FlaskClient) -> None:
    assert list(client.get("/api/index").get_json().items()) == [
        ("generation", "000007-1a2b3c4d"),
        ("built", "2023-11-14T22:13:20+00:00"),
        ("files", 1234),
        ("documents", 2),
        ("passages", 56_789),
        ("tables", 3),
        ("skipped", list(HELD.skipped)),
        ("oddities", list(HELD.oddities)),
        ("job", IDLE),
    ]


@pytest.mark.parametrize(
    ("spoken", "chinese"),
    [
        ("zh", True),
        ("zh-CN,zh;q=0.9,en;q=0.8", True),
        ("en;q=0.5,zh-TW;q=0.7", True),
        ("fr,zh;q=0.2", True),
        ("en", False),
        ("en-GB,zh;q=0.9", False),
        ("en,zh;q=0", False),
        ("fr", False),
        ("*", False),
        ("", False),
        (None, False),
    ],
)
def test_the_api_tells_causes_in_the_language_that_is_preferred(
    client: FlaskClient, spoken: str | None, chinese: bool
) -> None:
    response = client.get("/api/index", headers={} if spoken is None else {"Accept-Language": spoken})
    told = response.get_json()
    assert told["skipped"][1] == ("公文/密.docx: 有密码保护；去掉密码再保存" if chinese else HELD.skipped[1])
    assert (told["oddities"] == list(HELD.oddities)) == (not chinese)
    assert response.headers["Vary"] == "Accept-Language"


def test_without_an_index_the_api_tells_the_mend() -> None:
    response = client_of(None).get("/api/index")
    assert response.status_code == 503
    assert response.get_json() == {
        "error": {"code": "no_index", "message": "no index is open; run: python -m bot index"}
    }


def test_the_description_has_the_indexs_fields(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()
    assert list(described["components"]["schemas"]["Index"]["properties"]) == list(client.get("/api/index").get_json())
    assert [item["name"] for item in described["paths"]["/index"]["get"]["parameters"]] == ["q", "page"]


# ---- the page ----


def test_the_page_counts_what_the_index_holds(client: FlaskClient) -> None:
    response = client.get("/index")
    counts = re.search('<dl class="counts">(.*?)</dl>', response.text, re.DOTALL)
    assert response.status_code == 200
    assert counts and words_of(counts[1]) == "文件 1,234 文档 2 段落 56,789 表格 3"
    assert "<h1>索引</h1>" in response.text and "版本 000007-1a2b3c4d" in response.text


def test_the_page_says_when_the_index_was_built_in_the_servers_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        page = client_of(FakeBot(replace(HELD, built=time.time() - 3 * 3600 - 5))).get("/index").text
        shown = client_of(FakeBot(HELD)).get("/index").text
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "（3 小时前）" in page
    assert '建于 <time datetime="2023-11-15T06:13:20+08:00">2023-11-15 06:13</time>' in shown


def test_skipped_files_stand_under_their_cause_with_the_mend_folded_open_on_demand(client: FlaskClient) -> None:
    page = client.get("/index").text
    groups = re.findall(r"<details>(.*?)</details>", page, re.DOTALL)
    assert [words_of(group) for group in groups] == [
        "2 处 不读取 .doc 文件 办法： 转换成 .docx，或安装 LibreOffice 后重新索引 公文/旧.doc 公文/更旧.doc",
        "1 处 有密码保护 办法： 去掉密码再保存 公文/密.docx",
        "1 处 有 2 个公式没有保存结果 办法： 用 Excel 或 LibreOffice 打开，保存一次 公文/表.xlsx",
    ]
    assert "<h2>没有读入的 3 处</h2>" in page and "<h2>需要留意的 1 处</h2>" in page


def test_on_the_english_page_causes_are_in_english(client: FlaskClient) -> None:
    page = client.get("/index?lang=en").text
    groups = re.findall(r"<details>(.*?)</details>", page, re.DOTALL)
    assert words_of(groups[1]) == "1 × is protected by a password Mend: save it without one 公文/密.docx"
    assert '<span lang="en">' not in page


def test_what_differs_between_the_files_of_a_group_is_in_the_pages_language_too() -> None:
    skipped = tuple(f"表/{n}.xlsx: is damaged or not what its name says (no part {n}); save it anew" for n in (1, 2))
    held = client_of(FakeBot(replace(HELD, skipped=skipped)))
    group = re.search(r"<details>(.*?)</details>", held.get("/index").text, re.DOTALL)
    assert group and words_of(group[1]) == (
        "2 处 文件损坏，或格式与名称不符 办法： 重新保存一次"
        " 表/1.xlsx 文件损坏，或格式与名称不符（no part 1） 表/2.xlsx 文件损坏，或格式与名称不符（no part 2）"
    )


def test_words_that_stay_english_on_the_chinese_page_are_marked_as_such() -> None:
    page = client_of(FakeBot(replace(HELD, skipped=("a.doc: is UTF-32; frobnicate it",)))).get("/index").text
    assert "<span>是 UTF-32 编码</span>" in page and '<span lang="en">frobnicate it</span>' in page
    assert page.count('<span lang="en">') == 1


def test_an_index_of_which_nothing_was_skipped_says_nothing_of_it() -> None:
    page = client_of(FakeBot(replace(HELD, skipped=(), oddities=()))).get("/index").text
    assert "没有读入" not in page and "需要留意" not in page and "<details" not in page


def test_of_many_files_with_one_cause_the_first_are_named() -> None:
    skipped = tuple(f"旧/{n}.doc: .doc files are not read; convert it" for n in range(203))
    page = client_of(FakeBot(replace(HELD, skipped=skipped))).get("/index").text
    assert "203 处" in page and "旧/199.doc" in page and "旧/200.doc" not in page
    assert "还有 3 处，全部列在 /api/index" in page


def test_documents_are_listed_with_links_to_their_pages(client: FlaskClient) -> None:
    page = client.get("/index").text
    assert listed_in(page) == [
        "平安白皮书 reports/a.txt 草原日报 2022-01-06",
        "关于检修的通知 公文/检修.docx 河岸县水利局",
    ]
    assert '<a href="/documents/d%2F2">关于检修的通知</a>' in page
    mounted = client.get("/index", environ_overrides={"SCRIPT_NAME": "/bot"}).text
    assert '<a href="/bot/documents/d1">' in mounted and 'action="/bot/index#documents"' in mounted


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["平安白皮书", "关于检修的通知"]),
        ("白皮", ["平安白皮书"]),
        (" REPORTS/ ", ["平安白皮书"]),
        ("關於檢修", ["关于检修的通知"]),
        ("检修.ＤＯＣＸ", ["关于检修的通知"]),
        ("没有这份", []),
    ],
)
def test_documents_are_filtered_by_title_and_source_however_written(
    client: FlaskClient, query: str, titles: list[str]
) -> None:
    page = client.get("/index", query_string={"q": query}).text
    assert [row.split()[0] for row in listed_in(page)] == titles
    assert (f"找到 {len(titles)} 份文档" in page) == bool(query)


def test_a_query_stays_in_its_box_and_is_only_text(client: FlaskClient) -> None:
    page = client.get("/index", query_string={"q": '"><script>alert(1)</script>'}).text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("page", "first", "rows", "links"),
    [
        ("", "第0期", 500, ["page=2"]),
        ("1", "第0期", 500, ["page=2"]),
        ("2", "第500期", 500, ["page=1", "page=3"]),
        ("3", "第1000期", 1, ["page=2"]),
        ("4", "第1000期", 1, ["page=2"]),
        ("0", "第0期", 500, ["page=2"]),
        ("-1", "第0期", 500, ["page=2"]),
        ("two", "第0期", 500, ["page=2"]),
        ("9" * 5000, "第0期", 500, ["page=2"]),
    ],
)
def test_many_documents_are_listed_500_a_page(page: str, first: str, rows: int, links: list[str]) -> None:
    shown = client_of(FakeBot(numbered(1001))).get("/index", query_string={"page": page}).text
    listed = listed_in(shown)
    assert (listed[0].split()[0], len(listed)) == (first, rows)
    assert re.findall(r'href="/index\?(page=\d+)#documents"', shown) == links


def test_the_pages_of_a_filtered_list_keep_the_filter() -> None:
    client = client_of(FakeBot(numbered(1000)))
    page = client.get("/index", query_string={"q": "期", "page": 2}).text
    assert 'href="/index?q=%E6%9C%9F&amp;page=1#documents"' in page and "第 2 页，共 2 页" in page


def test_without_an_index_the_page_says_how_to_make_one() -> None:
    response = client_of(None).get("/index")
    assert response.status_code == 200
    assert "还没有索引" in response.text and "<code>python -m bot index</code>" in response.text


@pytest.mark.parametrize("bot", [None, FakeBot(HELD)], ids=["no index", "an index"])
def test_the_chat_links_to_the_page_and_the_page_back(bot: FakeBot | None) -> None:
    client = client_of(bot)
    assert '<a class="quiet" href="/index">索引</a>' in client.get("/").text
    assert '<a class="name" href="/">' in client.get("/index").text


def test_a_real_index_is_shown(tmp_path: Path) -> None:
    files = {"a.txt": "三号站水位\n三号站今日水位1.2米。\n", "b.txt": "四号站今日水位平稳。\n", "c.rar": "x"}
    config, encoder = config_in(tmp_path), FakeEncoder()
    index(config, encoder, [write_files(tmp_path / "站报", files)])
    opened = Bot.open(config, encoder)
    try:
        client = create_app(opened, config).test_client()
        told, page = client.get("/api/index").get_json(), client.get("/index").text
    finally:
        opened.close()
    assert (told["generation"], told["documents"], told["tables"]) == (opened.generation, 2, 0)
    assert [line.partition(":")[0] for line in told["skipped"]] == ["站报/c.rar"]
    assert [row.split()[1] for row in listed_in(page)] == ["站报/a.txt", "站报/b.txt"]
    assert "（刚刚）" in page and "没有读入的 1 处" in page


def test_the_page_has_no_script_and_no_outside_asset(client: FlaskClient) -> None:
    page = client.get("/index").text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|(?:src|href)=.(?:https?:|//)", page)


# ---- causes and times ----


@pytest.mark.parametrize(
    ("lines", "groups"),
    [
        ([], []),
        (["a.doc: is old; save it"], [Group("is old", "save it", (Remark("a.doc", ""),))]),
        (["a.doc: is old"], [Group("is old", "", (Remark("a.doc", ""),))]),
        (["all of it; look"], [Group("all of it", "look", (Remark("all of it; look", ""),))]),
        (
            ["b: is C; do", "a.jsonl: line 7 is not JSON; mend", "a.jsonl: line 1,024 is not JSON; mend"],
            [
                Group(
                    "line … is not JSON",
                    "mend",
                    (Remark("a.jsonl", "line 7 is not JSON"), Remark("a.jsonl", "line 1,024 is not JSON")),
                ),
                Group("is C", "do", (Remark("b", ""),)),
            ],
        ),
        (
            ["a: is damaged (bad (x)); save it", "b: is damaged (no part 3); save it"],
            [
                Group(
                    "is damaged",
                    "save it",
                    (Remark("a", "is damaged (bad (x))"), Remark("b", "is damaged (no part 3)")),
                )
            ],
        ),
        (
            ["a.mp3: .mp3 files are not read; no", "a.mp4: .mp4 files are not read; no", "b: is UTF-32; no"],
            [
                Group(".mp3 files are not read", "no", (Remark("a.mp3", ""),)),
                Group(".mp4 files are not read", "no", (Remark("a.mp4", ""),)),
                Group("is UTF-32", "no", (Remark("b", ""),)),
            ],
        ),
    ],
    ids=["none", "one", "no mend", "no source", "numbers", "details in brackets", "numbers in names"],
)
def test_lines_are_grouped_by_cause_the_commonest_first(lines: list[str], groups: list[Group]) -> None:
    assert contents.grouped(lines) == groups


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "刚刚"),
        (59, "刚刚"),
        (60, "1 分钟前"),
        (3599, "59 分钟前"),
        (3600, "1 小时前"),
        (86_399, "23 小时前"),
        (86_400, "1 天前"),
        (29 * 86_400, "29 天前"),
        (30 * 86_400, "1 个月前"),
        (365 * 86_400 - 1, "12 个月前"),
        (800 * 86_400, "2 年前"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(seconds: float, words: str) -> None:
    assert contents.ago(seconds, WORDS["zh"]["indexing"]["ago"]) == words
