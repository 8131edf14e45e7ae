"""Signing in with a real browser: by a shared link, by hand, without JavaScript, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.bot import Bot
from bot.indexer import index
from bot.web.app import create_app
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import FakeBot
from tests.pages import ask, axe_findings, fresh_tab, serving

TOKEN = "sales-._~+/0123456789=="


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with tokens."""
    environ = {"BOT_API_TOKENS": f"sales:ask+read:{TOKEN}"}
    app = create_app(FakeBot(), config_in(tmp_path_factory.mktemp("sign-in")), environ=environ)  # type: ignore[arg-type]
    with serving(app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A tab of a browser that has never been here; the test fails if a script of a page does."""
    context = browser.new_context(base_url=address)
    with fresh_tab(context) as page:
        yield page
    context.close()


def at(page: Page) -> str:
    """What the address bar shows after the host."""
    parts = urlsplit(page.url)
    return parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def test_a_shared_link_signs_in_and_leaves_the_token_nowhere(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.headers.get('referer', '')}"))
    page.goto(f"/sign-in?next=/index#{TOKEN}")
    expect(page.get_by_role("heading", name="索引", exact=True)).to_be_visible()
    assert at(page) == "/index"
    assert [line for line in sent if TOKEN in line] == []
    assert page.evaluate("document.cookie") == ""
    assert [TOKEN in cookie["value"] for cookie in page.context.cookies()] == [False]
    page.go_back()
    assert TOKEN not in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_that_asks_for_a_token(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/sign-in")
    page.get_by_label("令牌").fill("wrong-0123456789abcdef")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("令牌不对，请核对后再试。")
    assert axe_findings(page, "wrong") == []


def test_who_wants_a_page_signs_in_by_keyboard_and_gets_it(page: Page) -> None:
    page.goto("/documents/d1?start=0&end=5")
    expect(page.get_by_label("令牌")).to_be_focused()
    page.keyboard.type("wrong-0123456789abcdef")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("令牌不对，请核对后再试。")
    expect(page.get_by_label("令牌")).to_be_focused()
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="平安白皮书")).to_be_visible()
    assert at(page) == "/documents/d1?start=0&end=5"


def test_without_javascript_the_form_works_and_signing_out_ends_it(browser: Browser, address: str) -> None:
    page = browser.new_context(base_url=address, java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("令牌").fill(TOKEN)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
    assert page.request.post("/sign-out").ok
    page.goto("/")
    expect(page.get_by_label("令牌")).to_be_visible()
    page.context.close()


def test_signing_out_leaves_no_conversation_behind(page: Page) -> None:
    page.goto(f"/sign-in#{TOKEN}")
    ask(page, "止付多少")
    assert "止付" in page.evaluate("localStorage['conversations/sales']")
    page.goto("/index")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("令牌")).to_be_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.goto("/")
    expect(page.get_by_label("令牌")).to_be_visible()


def test_a_sign_in_that_ended_while_the_page_was_open_asks_for_it_and_then_asks_the_question(page: Page) -> None:
    page.goto(f"/sign-in#{TOKEN}")
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.get_by_label("问题", exact=True).fill("止付多少")
    page.keyboard.press("Enter")
    page.get_by_label("令牌").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator(".value")).to_have_text("3.01亿元")


def test_who_sees_one_folder_gets_answers_and_documents_of_it_alone(browser: Browser, tmp_path: Path) -> None:
    files = {"甲/a.txt": "青石桥通报\n\n青石桥全长186米。", "乙/b.txt": "柳河桥通报\n\n柳河桥全长75米。"}
    write_files(tmp_path / "docs", files)
    config = config_in(tmp_path, access={"sources": {"sales": ["docs/甲"]}})
    index(config, FakeEncoder(), [tmp_path / "docs"])
    bot = Bot.open(config, FakeEncoder())
    hidden = next(document.id for document in bot.overview().documents if document.source == "docs/乙/b.txt")
    context = browser.new_context()
    app = create_app(bot, config, environ={"BOT_API_TOKENS": f"sales:ask+read:{TOKEN}"})
    with serving(app) as address, fresh_tab(context) as page:
        page.goto(f"{address}/sign-in#{TOKEN}")
        ask(page, "青石桥全长多少米")
        expect(page.locator(".value")).to_have_text("186米")
        ask(page, "柳河桥全长多少米")
        expect(page.locator(".reply").last).to_have_class("reply not_found")
        assert "75米" not in page.content()
        page.goto(f"{address}/documents/{hidden}")
        expect(page.get_by_text("没有这个页面或文档")).to_be_visible()
        page.goto(f"{address}/index")
        expect(page.locator(".list tbody a")).to_have_text(["青石桥通报"])
    context.close()
    bot.close()


def test_a_page_elsewhere_cannot_post_here(page: Page, address: str) -> None:
    page.goto(f"/sign-in#{TOKEN}")
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
    form = f"<form method=post action='{address}/sign-out'><button>x</button></form>"
    page.route("http://evil.example/", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto("http://evil.example/")
    page.get_by_role("button").click()
    expect(page.get_by_text("403")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
