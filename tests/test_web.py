"""The HTTP edge: one answer shape, one error shape, exact marks, safe pages."""

from __future__ import annotations

import html
import json
import logging
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Config, Log, Server
from bot.documents.builder import Builder, Cell
from bot.errors import BadModel
from bot.links import document_address, document_link, text_version
from bot.text import on_one_line
from bot.types import Answer, Block, BlockKind, Duplicate, Question, Span, Status, StoredDocument, Table, Value
from bot.web import sheet, view
from bot.web.app import create_app
from bot.web.words import FOR_SCRIPT, WORDS
from bot.wire import answer_to_json, document_to_json
from tests.fake_encoder import ROOT
from tests.fakes import ANSWER_START, DOCUMENT, QUOTE_END, STORED, TEXT, FakeBot

VERSION = text_version(TEXT)
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NO_INDEX = {"error": {"code": "no_index", "message": "no index is open; run: python -m bot index"}}


class OneDocument(FakeBot):
    """The fake bot with one document of the test's own."""

    def __init__(self, stored: StoredDocument) -> None:
        super().__init__()
        self.stored = stored

    def document(self, document_id: str, visible: tuple[str, ...] | None = None) -> StoredDocument | None:
        return self.stored if document_id == self.stored.document.id else None


class Failing(FakeBot):
    """The fake bot, broken."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def ask(self, question: Question) -> Answer:
        raise self.error


def app_of(bot: FakeBot | None, config: Config | None = None) -> Flask:
    return create_app(bot, config or Config())  # type: ignore[arg-type]


def one_document(text: str, *, kind: BlockKind = BlockKind.PARAGRAPH, **fields: Any) -> StoredDocument:
    return StoredDocument(replace(DOCUMENT, **fields), text, (Block(0, len(text), kind),))


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def client(bot: FakeBot) -> FlaskClient:
    return app_of(bot).test_client()


def marked(page: str) -> list[str]:
    """The marked stretches of a page, as a browser would read them."""
    return [html.unescape(words) for words in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]


def note_of(page: str) -> str | None:
    found = re.search(r'<p class="note (\w+)"', page)
    return found and found[1]


# ---- POST /api/ask ----


def test_the_answer_is_the_contracts_json_in_its_order_with_links(bot: FakeBot, client: FlaskClient) -> None:
    response = client.post("/api/ask", json={"question": "止付多少", "request_id": "r1"})
    link = f"/documents/d1?start={ANSWER_START}&end={QUOTE_END}&v={VERSION}#mark"
    expected = answer_to_json(bot.ask(Question("止付多少", request_id="r1")))
    expected["citations"][0]["link"] = link
    expected["passages"][0]["link"] = f"/documents/d1?start=6&end={len(TEXT)}&v={VERSION}#mark"
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert list(json.loads(response.data).items()) == list(expected.items())


def test_json_keeps_chinese_readable(client: FlaskClient) -> None:
    assert "3.01亿元".encode() in client.post("/api/ask", json={"question": "止付"}).data


def test_every_field_of_a_question_reaches_the_bot(bot: FakeBot, client: FlaskClient) -> None:
    body = {"question": "止付", "top_k": 3, "previous": "前一问", "today": "2024-05-01", "request_id": "x",
            "filters": {"document": "d1", "source": "reports/"}}  # fmt: skip
    assert client.post("/api/ask", json=body).status_code == 200
    asked = bot.asked[0]
    assert (asked.text, asked.top_k, asked.previous, asked.today, asked.request_id) == (
        "止付", 3, "前一问", "2024-05-01", "x",
    )  # fmt: skip
    assert (asked.filters.document, asked.filters.source) == (("d1",), "reports/")


def test_duplicates_link_to_their_documents(client: FlaskClient) -> None:
    class Copying(FakeBot):
        def ask(self, question: Question) -> Answer:
            answer = super().ask(question)
            copy = Duplicate(DOCUMENT, 0, 5)
            return replace(answer, citations=(replace(answer.citations[0], duplicates=(copy,)),))

    payload = app_of(Copying()).test_client().post("/api/ask", json={"question": "止付"}).get_json()
    assert payload["citations"][0]["duplicates"] == [
        {"document": document_to_json(DOCUMENT), "start": 0, "end": 5,
         "link": f"/documents/d1?start=0&end=5&v={VERSION}#mark"}
    ]  # fmt: skip


def test_an_answer_from_an_older_index_links_without_marks(bot: FakeBot, client: FlaskClient) -> None:
    answer = bot.ask(Question("止付"))
    bot.generation = "fake-2"
    bot.ask = lambda question: answer  # type: ignore[method-assign]
    payload = client.post("/api/ask", json={"question": "止付"}).get_json()
    assert payload["citations"][0]["link"] == "/documents/d1"


def test_links_carry_the_path_the_app_is_mounted_at(client: FlaskClient) -> None:
    payload = client.post("/api/ask", json={"question": "止付"}, environ_overrides={"SCRIPT_NAME": "/bot"}).get_json()
    assert payload["citations"][0]["link"].startswith("/bot/documents/d1?")


BAD_BODIES: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "the body is not valid JSON (line 1, column 1)"),
    ("half an object", b'{"question": ', "the body is not valid JSON"),
    ("two values", b"{} {}", "the body is not valid JSON"),
    ("a constant that is not JSON's", b'{"question": NaN}', "the body is not valid JSON"),
    ("a number of 5,000 digits", b'{"top_k": ' + b"9" * 5000 + b"}", "the body is not valid JSON"),
    ("30,000 nested lists", b"[" * 30_000, "the body is not valid JSON"),
    ("GB18030", '{"question": "止付"}'.encode("gb18030"), "the body is not UTF-8"),
    ("binary", bytes(range(256)), "the body is not UTF-8"),
    ("a list", b"[]", "the body must be a JSON object"),
    ("null", b"null", "the body must be a JSON object"),
    ("no question", b"{}", "question is missing"),
    ("an unknown key", b'{"question": "a", "topk": 5}', "unknown key topk"),
    ("an unknown key in a lone surrogate", rb'{"question": "a", "\ud800": 5}', "unknown key \ufffd"),
    ("an unknown filter", b'{"question": "a", "filters": {"year": 1}}', "unknown key filters.year"),
    ("a number for a question", b'{"question": 5}', "question must be a text"),
    ("a blank question", b'{"question": " \\n\\u3000"}', "question is blank"),
    ("a long question", json.dumps({"question": "长" * 1001}).encode(), "question has 1001 characters"),
    ("control characters", rb'{"question": "a\u0000b"}', "question holds control characters"),
    ("top_k of 0", b'{"question": "a", "top_k": 0}', "top_k must be"),
    ("top_k of 51", b'{"question": "a", "top_k": 51}', "top_k must be"),
    ("top_k of 1.5", b'{"question": "a", "top_k": 1.5}', "top_k must be"),
    ("top_k of true", b'{"question": "a", "top_k": true}', "top_k must be"),
    ("filters as a list", b'{"question": "a", "filters": []}', "filters must be"),
    ("a day that is none", b'{"question": "a", "filters": {"date_from": "2023-02-30"}}', "date_from must be"),
    ("today as a word", b'{"question": "a", "today": "now"}', "today must be"),
    ("a blank previous", b'{"question": "a", "previous": ""}', "previous is blank"),
    ("a number for request_id", b'{"question": "a", "request_id": 7}', "request_id must be"),
]


@pytest.mark.parametrize(("body", "message"), [row[1:] for row in BAD_BODIES], ids=[row[0] for row in BAD_BODIES])
def test_a_bad_body_is_refused_in_one_shape(bot: FakeBot, client: FlaskClient, body: bytes, message: str) -> None:
    response = client.post("/api/ask", data=body, content_type="application/json")
    payload = response.get_json()
    assert response.status_code == 400
    assert list(payload) == ["error"] and list(payload["error"]) == ["code", "message"]
    assert payload["error"]["code"] == "bad_request"
    assert payload["error"]["message"].startswith(message)
    assert bot.asked == []


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/api/ask", {}, 405, "method_not_allowed"),
        ("DELETE", "/api/documents/d1", {}, 403, "forbidden"),
        ("PUT", "/api/documents/d1", {}, 405, "method_not_allowed"),
        ("GET", "/api/nowhere", {}, 404, "not_found"),
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("GET", "/api/documents/none", {}, 404, "not_found"),
        ("GET", "/api/documents/", {}, 404, "not_found"),
        ("GET", "/documents/none", {}, 404, "not_found"),
        ("GET", "/documents/%ff%fe", {}, 404, "not_found"),
        ("GET", "/static/../app.py", {}, 404, "not_found"),
        ("POST", "/api/ask", {"data": "{}", "content_type": "text/plain"}, 415, "unsupported_media_type"),
        ("POST", "/api/ask", {"data": {"question": "a"}}, 415, "unsupported_media_type"),
        ("POST", "/api/ask", {"data": "{}"}, 415, "unsupported_media_type"),
        ("POST", "/api/ask", {"json": {"question": "a" * 65536}}, 413, "too_large"),
        ("POST", "/", {"data": {"q": "a" * 65536}}, 413, "too_large"),
    ],
)
def test_a_wrong_call_is_refused_in_one_shape(
    client: FlaskClient, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    response = client.open(path, method=method, **options)
    assert response.status_code == status
    assert response.mimetype == "application/json"
    assert list(response.get_json()) == ["error"]
    assert response.get_json()["error"]["code"] == code
    assert response.get_json()["error"]["message"]


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    response = client.get("/api/ask")
    assert response.headers["Allow"] == "OPTIONS, POST"
    told = response.get_json()["error"]["message"]
    assert told == "this address does not take that method; its methods are OPTIONS, POST"
    said = client.get("/api/ask", headers={"Accept-Language": "zh"}).get_json()["error"]["message"]
    assert said == "这个地址不支持这种方法；可用的方法有 OPTIONS, POST"


def test_a_person_gets_a_page_for_an_error(client: FlaskClient) -> None:
    response = client.get("/documents/none", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "没有这个页面或文档" in response.text


def test_the_api_gives_a_browser_json_too(client: FlaskClient) -> None:
    assert client.get("/api/documents/none", headers=BROWSER).mimetype == "application/json"


def test_a_failure_shows_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    client = app_of(Failing(RuntimeError("inner secret"))).test_client()
    response = client.post("/api/ask", json={"question": "止付"})
    assert response.status_code == 500
    assert response.get_json() == {"error": {"code": "internal", "message": "the server failed; its log says why"}}
    assert "inner secret" in caplog.text


def test_an_error_of_the_bot_is_503_with_its_mend() -> None:
    client = app_of(Failing(BadModel("the model is damaged; delete the cache"))).test_client()
    response = client.post("/api/ask", json={"question": "止付"})
    assert response.status_code == 503
    assert response.get_json() == {"error": {"code": "bad_model", "message": "the model is damaged; delete the cache"}}


# ---- states ----


def test_the_states_of_a_ready_server(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready", "index": "fake-1"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/readyz"), ("POST", "/api/ask"), ("GET", "/documents/d1")])
def test_without_an_index_the_mend_is_told(method: str, path: str) -> None:
    client = app_of(None).test_client()
    response = client.open(path, method=method, json={"question": "止付"} if method == "POST" else None)
    assert (response.status_code, response.get_json()) == (503, NO_INDEX)


def test_without_an_index_the_server_is_alive_and_its_page_says_what_to_run() -> None:
    client = app_of(None).test_client()
    assert client.get("/healthz").status_code == 200
    assert "python -m bot index" in client.get("/").text
    asked = client.post("/", data={"q": "止付"}, headers=BROWSER)
    assert asked.status_code == 503
    assert "现在还不能回答" in asked.text


# ---- documents ----


def test_a_document_is_its_object_and_its_text(client: FlaskClient) -> None:
    payload = client.get("/api/documents/d1").get_json()
    assert list(payload.items()) == [*document_to_json(DOCUMENT).items(), ("text", TEXT)]


def test_the_page_marks_exactly_the_words_after_an_emoji(client: FlaskClient) -> None:
    page = client.get(f"/documents/d1?start={ANSWER_START}&end={QUOTE_END}&v={VERSION}").text
    assert "😀" in TEXT[:ANSWER_START]
    assert marked(page) == ["3.01亿元"]
    assert page.count('id="mark"') == 1
    assert note_of(page) == "marked"


def test_a_mark_may_span_blocks(client: FlaskClient) -> None:
    page = client.get(f"/documents/d1?start=2&end={ANSWER_START}").text
    assert "".join(marked(page)) == TEXT[2:ANSWER_START]
    assert page.count('id="mark"') == 1
    assert re.search(r"<h1>平安<mark id=\"mark\">白皮书</mark></h1>", page)


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("", None),
        (f"start=0&end=5&v={VERSION}", "marked"),
        ("start=0&end=5", "marked"),
        ("start=0&end=5&v=000000000000", "stale"),
        ("start=0&end=5&v=", "stale"),
        (f"start=0&end={len(TEXT)}", "marked"),
        (f"start=0&end={len(TEXT) + 1}", "outside"),
        ("start=5&end=5", "outside"),
        ("start=5&end=0", "outside"),
        ("start=-1&end=5", "outside"),
        ("start=a&end=5", "outside"),
        ("start=1_0&end=15", "outside"),
        ("start=１&end=５", "outside"),
        ("start=0&end=" + "9" * 5000, "outside"),
        ("start=0", "outside"),
        ("end=5", "outside"),
    ],
)
def test_a_page_marks_what_the_link_means_or_says_why_not(client: FlaskClient, query: str, note: str | None) -> None:
    response = client.get(f"/documents/d1?{query}")
    assert response.status_code == 200
    assert note_of(response.text) == note
    assert bool(marked(response.text)) == (note == "marked")


def test_a_script_in_a_document_is_only_text(client: FlaskClient) -> None:
    hostile = '"><script>alert(2)</script>'
    stored = one_document(f"<script>alert(1)</script>{hostile}", title=hostile, publisher=hostile, source=hostile)
    page = app_of(OneDocument(stored)).test_client().get("/documents/d1?start=0&end=30").text
    assert "<script>alert" not in page
    assert 'alert(2)"' not in page
    assert marked(page) == [stored.text[:30]]
    scripts = re.findall(r"<script[^>]*>.*?</script>", page)
    assert scripts == ['<script type="module" src="/static/document.js"></script>']


@pytest.mark.parametrize(
    ("url", "allowed", "linked"),
    [
        ("https://example.com/a?b=1&c=2", True, True),
        ("http://example.com/", True, True),
        ("https://example.com/", False, False),
        ("javascript:alert(1)", True, False),
        ("JavaScript:alert(1)//http://a", True, False),
        ("data:text/html,x", True, False),
        ("//example.com/", True, False),
        ("http:alert", True, False),
        ("https://[bad", True, False),
        ("", True, False),
    ],
)
def test_only_addresses_of_the_web_are_linked_and_only_where_allowed(url: str, allowed: bool, linked: bool) -> None:
    config = Config(server=Server(link_documents=allowed))
    page = app_of(OneDocument(one_document("字", url=url)), config).test_client().get("/documents/d1").text
    assert (f'href="{html.escape(url)}"' in page) == linked
    assert ("原网页" in page) == linked


def test_furniture_headings_and_pages_show_as_such() -> None:
    text = "导航\n标题\n正文\n余文"
    blocks = (Block(0, 2, BlockKind.FURNITURE), Block(3, 5, BlockKind.HEADING), Block(6, 8, BlockKind.PARAGRAPH))
    stored = StoredDocument(replace(DOCUMENT, title="题目"), text, blocks, (0, 6))
    page = app_of(OneDocument(stored)).test_client().get("/documents/d1").text
    body = re.sub(r">\s+<", "><", page[page.index("<h1>") : page.index("</article>")]).strip()
    assert body == (
        '<h1>题目</h1><p class="furniture">导航</p><h2>标题</h2>'
        '<p class="page">第 2 页</p><p class="paragraph">正文</p><p class="paragraph">\n余文</p>'
    )


def test_a_title_that_the_document_says_itself_is_not_said_twice() -> None:
    blocks = (Block(0, 2, BlockKind.FURNITURE), Block(3, 5, BlockKind.HEADING), Block(6, 8, BlockKind.PARAGRAPH))
    stored = StoredDocument(replace(DOCUMENT, title="标题"), "导航\n标题\n正文", blocks)
    page = app_of(OneDocument(stored)).test_client().get("/documents/d1").text
    assert page.count("<h1>") == 1 and "<h2>" not in page
    assert page.index("导航") < page.index("<h1>标题</h1>") < page.index("正文")


SLASHED_IDS = ["a/b", "/a", "a/", "a//b", "../a", "a/../b"]
AWKWARD_IDS = [*SLASHED_IDS, "a b", "内蒙古", "a?b#c%d", "a%2Fb", "a&b=c", "a+b", "a\nb", "😀"]


@pytest.mark.parametrize("document_id", AWKWARD_IDS)
def test_an_id_may_hold_any_character(document_id: str) -> None:
    stored = one_document(TEXT, id=document_id)
    client = app_of(OneDocument(stored)).test_client()
    link = document_link("", document_id, ANSWER_START, QUOTE_END, VERSION)
    assert marked(client.get(link).text) == ["3.01亿元"]
    assert client.get("/api" + document_address("", document_id)).get_json()["id"] == document_id


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_an_address_keeps_its_document_id(document_id: str) -> None:
    parts = urlsplit(document_address("https://host/base/", document_id))
    assert parts.path.startswith("/base/documents/") and not (parts.query or parts.fragment)
    assert unquote(parts.path.removeprefix("/base/documents/")) == document_id


def test_a_text_has_the_version_of_its_sha256() -> None:
    assert text_version("") == "e3b0c44298fc"
    assert text_version("abc") == "ba7816bf8f01"
    assert text_version("中") == text_version("中") != text_version("中 ")


def test_the_line_about_a_document_says_who_and_which(client: FlaskClient) -> None:
    told = {"publisher": "河岸县政府办", "number": "河政办发〔2024〕7号", "author": "乌云", "editor": "王磊"}
    page = app_of(OneDocument(one_document("字", **told))).test_client().get("/documents/d1").text
    about = html.unescape(re.sub("<[^>]+>", "|", page[page.index('<p class="about">') : page.index("<h1>")]))
    assert [part.strip() for part in about.split("|") if part.strip()] == [
        "河岸县政府办", "河政办发〔2024〕7号", "2022-01-06", "作者 乌云", "编辑 王磊", "reports/a.txt",
    ]  # fmt: skip
    assert "作者" not in client.get("/documents/d1").text


@pytest.mark.parametrize(
    ("level", "tag"), [(0, "h2"), (1, "h2"), (2, "h2"), (3, "h3"), (4, "h3"), (5, "h4"), (9, "h4")]
)
def test_a_headings_level_is_its_tag(level: int, tag: str) -> None:
    stored = StoredDocument(DOCUMENT, "标题", (Block(0, 2, BlockKind.HEADING, level),))
    assert f"<{tag}>标题</{tag}>" in app_of(OneDocument(stored)).test_client().get("/documents/d1").text


def test_a_title_broken_over_lines_after_an_offices_name_is_the_title() -> None:
    built = Builder()
    built.line("河岸县人民政府文件")
    built.paragraph(["关于清理沟渠", "的通知"], BlockKind.HEADING, 1)
    built.line("一、范围", BlockKind.HEADING, 1)
    page = page_of(built, title="关于清理沟渠的通知")
    assert re.findall("<h[1-4]>.*?</h[1-4]>", page, re.DOTALL) == [
        '<h1>关于清理沟渠<span class="break">\n</span>的通知</h1>',
        "<h2>一、范围</h2>",
    ]


# ---- lines that a layout broke ----


def page_of(built: Builder, query: str = "", **fields: Any) -> str:
    """The page of what was built, as the document d1."""
    stored = StoredDocument(replace(DOCUMENT, **fields), built.text, tuple(built.blocks))
    return app_of(OneDocument(stored)).test_client().get(f"/documents/d1?{query}").text


def test_a_broken_line_is_joined_and_words_written_apart_keep_a_space() -> None:
    built = Builder()
    built.paragraph(["水位上", "  涨，请用 Flood", "Watch 上报"])
    assert (
        '<p class="paragraph">水位上<span class="break">\n  </span>涨，请用 Flood'
        '<span class="space">\n</span>Watch 上报</p>'
    ) in page_of(built)


def test_a_word_broken_after_a_hyphen_is_joined_and_an_accent_is_a_letter() -> None:
    built = Builder()
    built.paragraph(["用 co-", "operate 与 café", "étoile"])
    assert ('用 co-<span class="break">\n</span>operate 与 café<span class="space">\n</span>étoile</p>') in page_of(
        built
    )


def test_a_mark_over_a_broken_line_is_one_mark() -> None:
    built = Builder()
    built.paragraph(["水位上", "涨"])
    assert ('<p class="paragraph">水<mark id="mark">位上<span class="break">\n</span>涨</mark></p>') in page_of(
        built, "start=1&end=5"
    )


def test_lines_of_furniture_and_between_blocks_stay_lines() -> None:
    text = "首页\n新闻\n甲\n乙"
    stored = StoredDocument(DOCUMENT, text, (Block(0, 5, BlockKind.FURNITURE),))
    page = app_of(OneDocument(stored)).test_client().get("/documents/d1").text
    assert '<p class="furniture">首页\n新闻</p>' in page and "甲\n乙</p>" in page
    assert 'class="break"' not in page


# ---- tables ----


def table_of(page: str) -> str:
    """A page's one table, a row a line."""
    (found,) = re.findall(r"<table>(.*?)</table>", page, re.DOTALL)
    return re.sub(r"</tr>\s*", "</tr>\n", found).strip()


def inspection() -> Builder:
    """A table with a merged header, cells merged down and across, an empty one and one of two lines."""
    quarter, device, both, empty = Cell("一季度"), Cell("设备"), Cell("均正常"), Cell()
    built = Builder()
    built.table(
        [
            [device, quarter, quarter],
            [device, Cell("一月"), Cell("二月")],
            [Cell("水泵"), both, both],
            [Cell("闸门"), Cell("检修\n2次"), empty],
        ],
        headers=2,
    )
    return built


def test_a_table_is_a_table_with_its_headers_and_merged_cells() -> None:
    page = page_of(inspection())
    assert '<div class="table" role="region" aria-label="表格 1" tabindex="0"><table>' in page
    assert table_of(page).split("\n<tr>") == [
        '<tr><th scope="col" rowspan="2">设备</th><th scope="col" colspan="2">一季度</th></tr>',
        '<th scope="col">一月</th><th scope="col">二月</th></tr>',
        '<td>水泵</td><td colspan="2">均正常</td></tr>',
        "<td>闸门</td><td>检修\n2次</td><td></td></tr>",
    ]


def test_a_mark_in_a_cell_is_exact_and_its_cell_is_told() -> None:
    built = inspection()
    start = built.text.index("2次")
    page = page_of(built, f"start={start}&end={start + 2}")
    assert '<td class="marked">检修\n<mark id="mark">2次</mark></td>' in page
    assert page.count("<mark") == page.count('class="marked"') == 1


def test_a_mark_over_a_row_marks_each_of_its_cells() -> None:
    built = inspection()
    page = page_of(built, f"start={built.text.index('闸门')}&end={len(built.text) - 1}")
    assert table_of(page).split("\n<tr>")[3] == (
        '<td class="marked"><mark id="mark">闸门</mark></td>'
        '<td class="marked"><mark>检修\n2次</mark></td><td></td></tr>'
    )


def test_the_signs_between_markdowns_cells_are_left_out_and_a_mark_that_begins_with_one_is_found() -> None:
    text = "| 站 | 水位 |\n|:---|---:|\n| 三号 | 1.2米 |"
    rows = tuple(tuple((text.index(word), text.index(word) + len(word)) for word in row) for row in (
        ("站", "水位"), ("三号", "1.2米"),
    ))  # fmt: skip
    stored = StoredDocument(DOCUMENT, text, (Block(0, len(text), BlockKind.TABLE, table=Table(rows, 1)),))
    client = app_of(OneDocument(stored)).test_client()
    page = client.get(f"/documents/d1?start={text.index('| 三号')}&end={len(text)}").text
    assert table_of(page) == (
        '<tr><th scope="col">站</th><th scope="col">水位</th></tr>\n'
        '<tr><td class="marked"><mark id="mark">三号</mark></td><td class="marked"><mark>1.2米</mark></td></tr>'
    )


@pytest.mark.parametrize(
    "rows",
    [(((0, 1), (4, 5)),), (((0, 1), (2, 3), (3, 4)),), (((2, 3), (0, 1), (4, 5)),), ((), ())],
    ids=["words outside the cells", "cells that end too soon", "cells out of order", "no cells"],
)
def test_a_table_whose_cells_lack_words_is_shown_as_its_text(rows: tuple[tuple[Span, ...], ...]) -> None:
    stored = StoredDocument(DOCUMENT, "甲\t乙\t丙", (Block(0, 5, BlockKind.TABLE, table=Table(rows)),))
    page = app_of(OneDocument(stored)).test_client().get("/documents/d1").text
    assert '<p class="paragraph">甲\t乙\t丙</p>' in page and "<table" not in page


def test_a_table_too_large_for_a_browser_is_shown_as_its_text() -> None:
    built = Builder()
    built.table([[Cell(str(row)), Cell("值")] for row in range(25_001)], headers=0)
    page = page_of(built, "start=2&end=3")
    assert "<table" not in page and marked(page) == ["值"] and "25000\t值</p>" in page


def tables(data: st.DataObject) -> Builder:
    """A table with merged cells, some empty, between two lines."""
    width, height = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 4))
    words = st.text("甲乙 \n9", max_size=3)
    rows = [[Cell(data.draw(words)) for _ in range(width)] for _ in range(height)]
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom, right = data.draw(st.integers(top, height - 1)), data.draw(st.integers(left, width - 1))
    for row in rows[top : bottom + 1]:
        row[left : right + 1] = [rows[top][left]] * (right + 1 - left)
    built = Builder()
    built.line("题")
    built.table(rows, data.draw(st.integers(0, height)))
    built.line("尾")
    return built


@settings(deadline=None)
@given(st.data())
def test_a_table_fills_its_grid_and_holds_every_word_once(data: st.DataObject) -> None:
    built = tables(data)
    shown = sheet.sections(StoredDocument(DOCUMENT, built.text, tuple(built.blocks)), (0, len(built.text)))
    told = "".join(run.text for section in shown for run in section.all_runs())
    assert re.sub(r"\s", "", told) == re.sub(r"\s", "", built.text)
    assert all(run.marked for section in shown for run in section.all_runs())
    for block, section in zip(built.blocks, [section for section in shown if section.kind], strict=True):
        if block.table:
            cells = [cell for row in section.rows for cell in row.cells]
            assert sum(cell.rows * cell.columns for cell in cells) == sum(map(len, block.table.rows))
            spans = [span for row in block.table.rows for span in row if span[0] < span[1]]
            assert {cell.runs[0].start: cell.runs[0].text for cell in cells if cell.runs} == {
                start: built.text[start:end] for start, end in spans
            }


@settings(deadline=None)
@given(st.data())
def test_sections_hold_every_character_once_and_mark_exactly_the_span(data: st.DataObject) -> None:
    text = data.draw(st.text("甲乙a \n😀<&", min_size=1, max_size=30))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    kinds = st.sampled_from(BlockKind)
    blocks = tuple(Block(a, b, data.draw(kinds)) for a, b in zip(cuts[::2], cuts[1::2], strict=False))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = sheet.sections(StoredDocument(DOCUMENT, text, blocks), (start, end))
    runs = [run for section in shown for run in section.all_runs()]
    assert "".join(run.text for run in runs) == text
    assert "".join(run.text for run in runs if run.marked) == text[start:end]
    assert all(run.text.isspace() for run in runs if run.gap)
    assert [run.start for run in runs] == [text.index(run.text, run.start) for run in runs]
    words = [run.start for run in runs if run.marked and not run.text.isspace()]
    assert sheet.anchor(shown) == (words[0] if words else start)


# ---- the chat page without JavaScript ----


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_asking_works_without_javascript(bot: FakeBot, client: FlaskClient, method: str) -> None:
    field = {"q": " 止付多少 "}
    response = client.post("/", data=field) if method == "POST" else client.get("/", query_string=field)
    page = response.text
    assert response.status_code == 200
    assert '<p class="value">3.01亿元</p>' in page
    assert "<blockquote>紧急止付涉案资金<mark>3.01亿元</mark></blockquote>" in page
    link = html.escape(document_link("", "d1", ANSWER_START, QUOTE_END, VERSION))
    assert f'<a href="{link}">[1] 平安白皮书</a> <span>草原日报 · 2022-01-06</span>' in page
    assert '<p class="facts">很有把握 · 用时 7 毫秒</p>' in page
    assert bot.asked[0].top_k == 3


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("隐藏多少", ["原文隐去了这个内容", "<mark>*.**亿元</mark>", "[1] 平安白皮书"]),
        ("冲突多少", ["各处说法不一", '<p class="value">3.01亿元</p>', '<p class="value">537起</p>', "[2] 平安白皮书"]),
        ("别的", ["没有找到相关内容", "最接近的 1 段原文", "&lt;script&gt;alert(1)&lt;/script&gt;"]),
    ],
)
def test_every_status_reads_as_what_it_is(client: FlaskClient, question: str, words: list[str]) -> None:
    page = client.post("/", data={"q": question}).text
    for word in words:
        assert word in page
    assert "<script>alert" not in page


def test_each_of_the_things_asked_is_answered_on_its_line_before_every_quote(client: FlaskClient) -> None:
    page = client.post("/", data={"q": "各项多少"}).text
    lines, quotes = page.split('<dl class="parts">')[1].split("</dl>")
    assert [re.sub(r"<[^>]*>|\s+", " ", line).split() for line in lines.split("</div>")] == [
        ["今年止付额", "3.01亿元（目标或预计）", "[1]"],
        ["去年止付额", "各处说法不一", "3.01亿元", "[2]", "537起", "[3]"],
        ["留意额", "原文隐去了这个内容"],
        ["外地止付额", "文档里只有别处的情况"],
        [],
    ]
    assert re.findall(r">(\[\d\]) 平安白皮书", quotes) == ["[1]", "[2]", "[3]", "[4]"]
    assert marked(quotes) == ["3.01亿元", "3.01亿元", "537起", "*.**亿元"]


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.CONFLICT])
def test_a_value_that_is_aimed_at_says_so(status: Status) -> None:
    class Aiming(FakeBot):
        def ask(self, question: Question) -> Answer:
            return replace(super().ask(question), status=status, answers=(Value("3.01亿元", 1, target=True),))

    page = app_of(Aiming()).test_client().post("/", data={"q": "止付多少"}).text
    assert '<p class="value">3.01亿元（目标或预计）</p>' in page


@pytest.mark.parametrize(
    ("quote", "answer", "parts"),
    [
        ("止付3.01亿元。", "3.01亿元", ("止付", "3.01亿元", "。")),
        ("汛期水位上\n涨至1.\n2米，请\n注意", "1.\n2米", ("汛期水位上涨至", "1. 2米", "，请注意")),
        ("用 Flood\nWatch\n上报", "Watch", ("用 Flood ", "Watch", "上报")),
        ("三号站\t1.2米\t\t正常", "1.2米", ("三号站 | ", "1.2米", " | 正常")),
        ("😀甲\n\n乙", "乙", ("😀甲", "乙", "")),
    ],
)
def test_a_quote_is_on_one_line_with_its_answer_cut_out_exactly(
    quote: str, answer: str, parts: tuple[str, str, str]
) -> None:
    start = 7 + quote.index(answer)
    citation = {"quote": quote, "start": 7, "answer_start": start, "answer_end": start + len(answer)}
    assert view.quote_parts(citation) == parts
    assert "".join(parts) == on_one_line(quote)


@settings(deadline=None)
@given(st.text("甲乙a9 \n\t", max_size=8), st.text("甲a9", min_size=1, max_size=3), st.text("甲乙a9 \n\t", max_size=8))
def test_the_parts_of_a_quote_are_the_quote_on_one_line(before: str, answer: str, after: str) -> None:
    start = len(before)
    citation = {"quote": before + answer + after, "start": 0, "answer_start": start, "answer_end": start + len(answer)}
    parts = view.quote_parts(citation)
    assert parts[1] == answer
    assert "".join(parts) == on_one_line(before + answer + after)


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        ("1.2米", [("三号站", "", ""), ("约", "1.2米", "上下"), ("", "", "正\n常")]),
        ("三号站", [("", "三号站", ""), ("", "", "约1.2米上下"), ("", "", "正\n常")]),
        ("正\n常", [("三号站", "", ""), ("约1.2米上下", "", ""), ("", "正\n常", "")]),
        ("号站\t约", [("三", "号站", ""), ("", "约", "1.2米上下"), ("", "", "正\n常")]),
    ],
)
def test_the_cells_of_a_quoted_row_have_the_answer_cut_out_exactly(
    answer: str, parts: list[tuple[str, str, str]]
) -> None:
    quote = "三号站\t约1.2米上下\t\t正\n常"
    start = 7 + quote.index(answer)
    places = [("站", 7, 10), ("水位", 11, 18), ("", 20, 23)]
    citation = {
        "quote": quote, "start": 7, "answer_start": start, "answer_end": start + len(answer),
        "cells": [{"label": label, "start": left, "end": right} for label, left, right in places],
    }  # fmt: skip
    cells = view.quoted_cells(citation)
    assert [cell.label for cell in cells] == ["站", "水位", ""]
    assert [(cell.before, cell.answer, cell.after) for cell in cells] == parts


def test_a_passage_keeps_its_lines_and_parts_its_cells() -> None:
    assert view.in_lines("\n站\t水位\n三号\t1.2米\n\n备注\n") == "站 | 水位\n三号 | 1.2米\n\n备注"


@pytest.mark.parametrize(
    ("question", "words"),
    [("", "请先写下问题"), ("长" * 1001, "请缩短到 1000 字以内"), ("a\0b", "请换成普通文字再试")],
)
def test_a_bad_question_on_the_page_is_explained(client: FlaskClient, question: str, words: str) -> None:
    response = client.post("/", data={"q": question})
    assert response.status_code == 400
    assert words in response.text


@pytest.mark.parametrize("path", ["/", "/?q=", "/?q=%20"])
def test_the_page_opens_empty(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == client.head(path).status_code == 200
    assert 'class="turn"' not in response.text
    assert '<html lang="zh-CN">' in response.text


def test_both_languages_have_the_same_words() -> None:
    def keys(told: Any) -> Any:
        if isinstance(told, dict):
            return {name: keys(value) for name, value in told.items()}
        return len(told) if isinstance(told, list) else told.count("{}")

    assert keys(WORDS["zh"]) == keys(WORDS["en"])
    assert set(FOR_SCRIPT) <= set(WORDS["zh"])


# ---- safety ----


@pytest.mark.parametrize("path", ["/", "/documents/d1", "/api/documents/d1", "/nowhere", "/static/chat.js", "/healthz"])
def test_every_response_carries_the_safe_headers(client: FlaskClient, path: str) -> None:
    with client.get(path, headers=BROWSER) as response:
        headers = response.headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("accelerometer=(), camera=(), display-capture=(), geolocation=()")


@pytest.mark.parametrize("path", ["/?q=止付", "/documents/d1?start=0&end=5", "/nowhere"])
def test_no_page_has_inline_script_or_style_or_an_outside_asset(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"(?:src|href)=.(?:https?:|//)", page)


def test_the_page_is_light(client: FlaskClient) -> None:
    """All that the pages load, whatever of it one page needs."""
    assets = sum(path.stat().st_size for path in (ROOT / "bot" / "web" / "static").iterdir())
    assert assets + len(client.get("/?q=冲突").data) < 150_000


@pytest.mark.parametrize("path", ["/api/ask", "/"])
def test_a_question_is_logged_only_where_the_configuration_says_so(caplog: pytest.LogCaptureFixture, path: str) -> None:
    def logged(config: Config) -> str:
        caplog.clear()
        client = app_of(FakeBot(), config).test_client()
        body: dict[str, Any] = {"data": {"q": "止付多少"}}
        if path == "/api/ask":
            body = {"json": {"question": "止付多少", "request_id": "r\n1"}}
        assert client.post(path, **body).status_code == 200
        return caplog.text

    with caplog.at_level(logging.DEBUG):
        quiet, telling = logged(Config()), logged(Config(log=Log(questions=True)))
    assert "止付" not in quiet and "3.01" not in quiet
    assert re.search(r"(?m)asked id=a1 request_id=(None|'r\\n1') status=answered ms=\d+$", quiet)
    assert "question='止付多少'" in telling


# ---- OpenAPI ----


def test_the_description_names_every_route_and_no_other(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()
    there = {
        (re.sub(r"<(?:document:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described["openapi"] == "3.1.0"
    assert {(path, method) for path, item in described["paths"].items() for method in item} == there


def test_the_description_has_the_answers_fields(client: FlaskClient) -> None:
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    answer = client.post("/api/ask", json={"question": "止付"}).get_json()
    assert list(schemas["Answer"]["properties"]) == list(answer)
    assert list(schemas["Citation"]["properties"]) == list(answer["citations"][0])
    assert list(schemas["Cell"]["properties"]) == ["label", "start", "end"]
    assert list(schemas["Passage"]["properties"]) == list(answer["passages"][0])
    assert list(schemas["StoredDocument"]["properties"]) == list(client.get("/api/documents/d1").get_json())
    assert list(schemas["Document"]["properties"]) == list(document_to_json(STORED.document))


def test_every_reference_of_the_description_is_there(client: FlaskClient) -> None:
    text = client.get("/openapi.json").text
    schemas = json.loads(text)["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(schemas)


def test_an_address_of_a_document_of_another_server() -> None:
    assert document_link("http://h:1/", "a b", 1, 2, "v") == "http://h:1/documents/a%20b?start=1&end=2&v=v#mark"
