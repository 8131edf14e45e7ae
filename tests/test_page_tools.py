"""What the chat page offers beside the answer: the document, the history, bounds, copies; in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from bot.bot import Bot
from bot.indexer import index
from bot.jobs import IndexJob
from bot.types import Filters
from bot.web.app import create_app
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import ANSWER_START, QUOTE_END, TEXT, FakeBot
from tests.pages import ask, axe_findings, fresh_tab, serving

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture(scope="module")
def app(bot: FakeBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    config = config_in(tmp_path_factory.mktemp("tools"))
    config.index_dir.mkdir()
    app = create_app(bot, config)  # type: ignore[arg-type]
    yield app
    app.extensions["journal"].close()


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A browser that remembers nothing yet."""
    context = browser.new_context(base_url=address, viewport=WIDE)  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with fresh_tab(context) as page:
        page.goto("/")
        yield page


# ---- the document beside the chat ----


def test_a_citation_opens_the_document_beside_the_chat_at_its_words(page: Page) -> None:
    ask(page, "止付多少")
    page.get_by_role("link", name="平安白皮书").click()
    beside = page.get_by_role("complementary", name="引用的原文")
    expect(beside).to_be_focused()
    assert beside.locator("mark").all_text_contents() == [TEXT[ANSWER_START:QUOTE_END]] == ["3.01亿元"]
    expect(beside.locator("#mark")).to_be_in_viewport()
    expect(beside.get_by_text("平安白皮书", exact=True).first).to_be_visible()
    assert "<script>alert(1)</script>" in beside.inner_text()
    expect(page.locator(".value")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]


def test_escape_closes_the_document_and_returns_to_its_citation(page: Page) -> None:
    ask(page, "止付多少")
    link = page.get_by_role("link", name="平安白皮书")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#beside")).to_be_focused()
    expect(link).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    expect(link).to_be_focused()
    expect(link).not_to_have_attribute("aria-current", "true")


def test_going_back_closes_the_document_and_stays_in_the_chat(page: Page) -> None:
    ask(page, "止付多少")
    page.get_by_role("link", name="平安白皮书").click()
    expect(page.locator("#beside mark")).to_be_visible()
    page.go_back()
    expect(page.locator("#beside")).to_be_hidden()
    expect(page.locator(".value")).to_be_visible()
    page.get_by_role("link", name="平安白皮书").click()
    expect(page.locator("#beside mark")).to_be_visible()
    page.reload()
    expect(page.locator("#beside")).to_be_hidden()
    expect(page.locator(".value")).to_be_visible()


def test_another_citation_takes_the_documents_place(page: Page) -> None:
    ask(page, "冲突多少")
    for name, words in (("[1] 平安白皮书", "3.01亿元"), ("[2] 平安白皮书", "537起")):
        page.get_by_role("link", name=name).click()
        expect(page.locator("#beside mark")).to_have_text(words)
    expect(page.locator("[aria-current=true]")).to_have_count(1)


def test_the_whole_page_of_the_document_is_a_link_away(page: Page) -> None:
    ask(page, "止付多少")
    page.get_by_role("link", name="平安白皮书").click()
    page.get_by_role("link", name="整页打开").click()
    page.wait_for_url("**/documents/d1?**")
    expect(page.locator("#mark")).to_have_text("3.01亿元")


def test_a_document_that_is_gone_says_so_beside_the_chat(page: Page) -> None:
    ask(page, "止付多少")
    page.route("**/documents/**", lambda route: route.fulfill(status=404, body="gone"))
    page.get_by_role("link", name="平安白皮书").click()
    expect(page.locator("#beside .note")).to_have_text("打不开这份文档，请稍后再试")


def test_a_click_for_a_new_tab_opens_one(page: Page, context: BrowserContext) -> None:
    ask(page, "止付多少")
    with context.expect_page() as opened:
        page.get_by_role("link", name="平安白皮书").click(modifiers=["Control"])
    opened.value.close()
    expect(page.locator("#beside")).to_be_hidden()


def test_a_question_asked_on_a_documents_page_is_asked_of_that_document(page: Page, bot: FakeBot) -> None:
    page.goto("/documents/d1")
    page.get_by_label("在这份文档里提问").fill("什么")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="在全部文档里找")).to_be_visible()
    assert bot.asked[-1].filters == Filters(document=("d1",))
    expect(page.get_by_text("范围：《平安白皮书》")).to_be_visible()
    expect(page.locator("#scope .fields")).to_be_hidden()
    ask(page, "别的")
    assert bot.asked[-1].filters == Filters(document=("d1",))
    expect(page.get_by_text("只在 《平安白皮书》 里找过。")).to_have_count(2)
    page.get_by_role("button", name="在全部文档里找").last.click()
    expect(page.locator(".turn")).to_have_count(3)
    assert (bot.asked[-1].text, bot.asked[-1].filters) == ("别的", Filters())


def test_a_new_conversation_is_not_bound_to_the_document_that_led_to_the_old_one(page: Page, bot: FakeBot) -> None:
    page.goto("/?q=止付&document=d1")
    expect(page.get_by_text("范围：《平安白皮书》")).to_be_visible()
    page.get_by_role("button", name="新对话").click()
    ask(page, "止付多少")
    assert bot.asked[-1].filters == Filters()


# ---- bounds ----


def test_source_and_dates_bound_the_question_and_are_told(page: Page, bot: FakeBot) -> None:
    page.get_by_text("范围：全部文档").click()
    page.get_by_label("来源").select_option("reports/")
    page.get_by_label("最早").fill("2022-01-01")
    page.get_by_label("最早").fill("2022-12-31")
    page.get_by_label("最晚").fill("2022-01-01")  # the other way round
    ask(page, "止付多少")
    assert bot.asked[-1].filters == Filters(source="reports/", date_from="2022-01-01", date_to="2022-12-31")
    bounds = page.locator("#scope summary")
    expect(bounds).to_have_text("范围：reports/ · 2022-01-01～2022-12-31")
    bounds.click()
    page.get_by_role("button", name="不限范围").click()
    expect(bounds).to_have_text("范围：全部文档")
    ask(page, "止付多少")
    assert bot.asked[-1].filters == Filters()


def test_bounds_work_without_javascript(browser: Browser, address: str, bot: FakeBot) -> None:
    page = browser.new_context(base_url=address, java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_text("范围：全部文档").click()
    page.get_by_label("最早").fill("2022-01-01")
    page.locator("#q").fill("止付多少")
    page.keyboard.press("Enter")
    expect(page.locator(".value")).to_have_text("3.01亿元")
    assert bot.asked[-1].filters == Filters(date_from="2022-01-01")
    page.locator("#q").fill("那去年呢")
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text("那去年呢")
    assert bot.asked[-1].previous == "止付多少"


# ---- the history ----


def test_a_new_conversation_leaves_the_old_one_in_the_history(page: Page, bot: FakeBot) -> None:
    ask(page, "止付多少")
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "隐藏多少")
    assert bot.asked[-1].previous is None
    page.get_by_role("button", name="历史").click()
    expect(page.locator(".choice .asked")).to_have_text(["隐藏多少", "止付多少"])
    page.get_by_role("button", name=re.compile("^止付多少")).click()
    expect(page.locator(".question")).to_have_text(["止付多少"])
    page.reload()
    expect(page.locator(".question")).to_have_text(["止付多少"])


def test_an_answer_that_comes_after_another_conversation_was_begun_stays_in_its_own(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/ask", lambda route: held.append(route))
    page.locator("#q").fill("止付多少")
    page.keyboard.press("Enter")
    expect(page.locator(".waiting")).to_be_visible()
    page.get_by_role("button", name="新对话").click()
    held[0].continue_()
    page.unroute_all()
    expect(page.get_by_role("button", name="提问")).to_be_enabled()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "隐藏多少")
    page.get_by_role("button", name="历史").click()
    expect(page.locator(".choice .asked")).to_have_text(["隐藏多少", "止付多少"])


def test_two_tabs_keep_their_turns_beside_each_other(page: Page, context: BrowserContext) -> None:
    ask(page, "止付多少")
    with fresh_tab(context) as other:
        other.goto("/")
        other.get_by_role("button", name="历史").click()
        other.get_by_role("button", name=re.compile("^止付多少")).click()
        ask(other, "隐藏多少")
    ask(page, "冲突多少")
    page.reload()
    expect(page.locator(".question")).to_have_text(["止付多少", "隐藏多少", "冲突多少"])


def test_what_another_tab_cleared_does_not_come_back(page: Page, context: BrowserContext) -> None:
    ask(page, "止付多少")
    with fresh_tab(context) as other:
        other.goto("/")
        other.evaluate("localStorage.clear()")
    ask(page, "隐藏多少")
    page.reload()
    expect(page.locator(".question")).to_have_text(["隐藏多少"])


def test_a_damaged_history_is_an_empty_one(page: Page) -> None:
    page.evaluate("localStorage['conversations/'] = '[{'")
    page.reload()
    ask(page, "止付多少")
    page.get_by_role("button", name="历史").click()
    expect(page.locator(".choice .asked")).to_have_text(["止付多少"])


def test_escape_in_the_bounds_leaves_the_document_open(page: Page) -> None:
    ask(page, "止付多少")
    page.get_by_role("link", name="平安白皮书").click()
    expect(page.locator("#beside mark")).to_be_visible()
    page.locator("#scope summary").click()
    page.keyboard.press("Escape")
    expect(page.locator("#scope .fields")).to_be_hidden()
    expect(page.locator("#beside")).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator(".talk")).to_be_hidden()


def test_the_history_is_searched_in_questions_and_answers(page: Page) -> None:
    for question in ("止付多少", "隐藏多少", "别的"):
        page.get_by_role("button", name="新对话").click() if page.locator(".turn").count() else None
        ask(page, question)
    page.get_by_role("button", name="历史").click()
    search = page.get_by_label("搜索问题和答案")
    expect(search).to_be_focused()
    for words, found in (("隐", ["隐藏多少"]), ("３.０１", ["止付多少"]), ("没有找到", ["别的"]), ("鲸", [])):
        search.fill(words)
        expect(page.locator(".choice .asked")).to_have_text(found)
    expect(page.get_by_text("没有找到", exact=True)).to_be_visible()


def test_the_history_is_another_tabs_too_and_outlives_both(page: Page, context: BrowserContext) -> None:
    ask(page, "止付多少")
    with fresh_tab(context) as other:
        other.goto("/")
        expect(other.locator(".turn")).to_have_count(0)
        ask(other, "隐藏多少")
    with fresh_tab(context) as third:
        third.goto("/")
        third.get_by_role("button", name="历史").click()
        expect(third.locator(".choice .asked")).to_have_text(["隐藏多少", "止付多少"])


def test_one_conversation_is_removed_and_all_are_cleared_at_the_second_press(page: Page) -> None:
    ask(page, "止付多少")
    page.get_by_role("button", name="新对话").click()
    ask(page, "隐藏多少")
    page.get_by_role("button", name="历史").click()
    page.get_by_role("button", name="删除：止付多少").click()
    expect(page.locator(".choice .asked")).to_have_text(["隐藏多少"])
    page.get_by_role("button", name="全部清空").click()
    page.get_by_role("button", name="确定清空？").click()
    expect(page.get_by_text("还没有问过问题")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_the_page_works_where_the_browser_keeps_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address)
    context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    with fresh_tab(context) as page:
        page.goto("/")
        ask(page, "止付多少")
        expect(page.locator(".value")).to_have_text("3.01亿元")
    context.close()


# ---- copies, starters, languages, keys ----


@pytest.mark.parametrize(
    ("question", "copied"),
    [
        (
            "止付多少",
            "**3.01亿元**\n\n> 紧急止付涉案资金**3.01亿元**\n>\n> [1] {}\n",
        ),
        (
            "隐藏多少",
            "**原文隐去了这个内容**\n\n> 留意\\*\\*市的**\\*.\\*\\*亿元**。\n>\n> [1] {}\n",
        ),
        ("别的", "**没有找到相关内容**\n"),
    ],
)
def test_an_answer_is_copied_as_markdown_with_its_citation(
    page: Page, context: BrowserContext, address: str, question: str, copied: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, question)
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    link = address + (page.locator(".source a").first.get_attribute("href") or "")
    assert text == copied.format(f"[平安白皮书]({link}) · 草原日报 · 2022-01-06")


def test_a_conflict_is_copied_with_each_value_and_quote(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "冲突多少")
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[:4] == ["**各处说法不一**", "", "- **3.01亿元** [1]", "- **537起** [2]"]
    assert [line for line in lines if line.startswith("> [")] != []


def test_questions_to_start_with_are_asked_by_a_click_and_then_gone(page: Page, bot: FakeBot) -> None:
    expect(page.locator(".starters a")).to_have_text(["止付多少？", "破获多少起？"])
    page.get_by_role("link", name="止付多少？").click()
    expect(page.locator(".value")).to_have_text("3.01亿元")
    assert bot.asked[-1].text == "止付多少？"
    expect(page.locator(".starters")).to_be_hidden()


def test_the_page_is_english_where_it_is_chosen_and_stays_so(page: Page) -> None:
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find the answer in your documents")
    page.goto("/documents/d1?start=0&end=5")
    expect(page.locator(".note")).to_contain_text("The quoted words are marked")
    page.goto("/")
    ask(page, "止付多少")
    expect(page.locator(".facts")).to_have_text("Very sure · 7 ms")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="中文").click()
    expect(page.locator(".facts")).to_have_text("很有把握 · 用时 7 毫秒")


def test_a_question_in_english_is_answered_in_english(page: Page) -> None:
    ask(page, "what else")
    expect(page.locator(".headline")).to_have_text("Nothing that answers this was found")
    expect(page.get_by_role("status")).to_have_text("Nothing that answers this was found")


def test_keys_reach_the_question_and_bring_the_last_one_back(page: Page) -> None:
    ask(page, "止付多少")
    page.locator("h2.question").click()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_have_value("止付多少")


# ---- feedback ----


def feedback(app: Flask) -> list[tuple[str, str | None, str]]:
    """What the journal holds of feedback."""
    return [(one.verdict.value, one.reason, one.note) for one in app.extensions["journal"].feedback()]


def test_an_answer_is_rated_and_the_rating_taken_back(page: Page, app: Flask) -> None:
    ask(page, "止付多少")
    helpful = page.get_by_role("button", name="有用")
    helpful.click()
    expect(helpful).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status")).to_have_text("已记下，谢谢")
    assert feedback(app) == [("up", None, "")]
    page.reload()
    expect(helpful).to_have_attribute("aria-pressed", "true")
    helpful.click()
    expect(helpful).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("status")).to_have_text("已撤回")
    assert feedback(app) == []


def test_what_is_wrong_is_said_by_keyboard(page: Page, app: Flask) -> None:
    ask(page, "止付多少")
    page.get_by_role("button", name="不对").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("答案不对")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("引文不对")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("应该是 3.1 亿元")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="不对")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".why")).to_have_count(0)
    assert feedback(app) == [("down", "wrong_quote", "应该是 3.1 亿元")]


def test_feedback_that_fails_is_told_and_not_shown_as_given(page: Page) -> None:
    ask(page, "止付多少")
    page.route("**/api/feedback", lambda route: route.fulfill(status=404, body="{}"))
    page.get_by_role("button", name="有用").click()
    expect(page.get_by_role("status")).to_have_text("没能送出，请稍后再试")
    expect(page.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "false")


# ---- uploads ----


@pytest.fixture
def office(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page of a real bot that takes files, over one document."""
    write_files(tmp_path / "docs", {"a.txt": "河湾镇通报\n\n全镇共有水井12口。"})
    config = config_in(tmp_path, documents={"paths": ["docs"]}, uploads={"folder": "收件"})
    encoder = FakeEncoder()
    index(config, encoder, config.document_paths)
    bot, job = Bot.open(config, encoder), IndexJob(config, encoder)
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    with serving(create_app(bot, config, job=job)) as address, fresh_tab(context) as page:
        page.goto(address)
        yield page
    context.close()
    job.close()
    bot.close()


def sent(name: str, text: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=text.encode())


def test_a_file_is_added_and_answers_a_moment_later(office: Page) -> None:
    report = sent("青石桥.txt", "青石桥通报\n\n青石桥全长186米，由县交通局养护。")
    office.get_by_label("添加文件").set_input_files([report, sent("空.txt", "")])
    lines = office.locator(".uploads li")
    expect(lines.nth(0)).to_contain_text("青石桥.txt 已加入，可以提问了")
    expect(lines.nth(1)).to_contain_text("空.txt 没有文字")
    ask(office, "青石桥全长多少米")
    expect(office.locator(".value")).to_have_text("186米")
    expect(office.locator(".source a")).to_have_text("[1] 青石桥通报")
    lines.nth(1).get_by_role("button", name="收起：空.txt").click()
    expect(lines).to_have_count(1)


def test_files_are_dropped_on_the_page(office: Page) -> None:
    data = office.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], '柳河.txt')); return data; }",
        "柳河通报\n\n柳河全长75公里。",
    )
    office.dispatch_event("body", "dragenter", {"dataTransfer": data})
    expect(office.get_by_text("松开即可添加")).to_be_visible()
    office.dispatch_event("body", "drop", {"dataTransfer": data})
    expect(office.get_by_text("松开即可添加")).to_be_hidden()
    expect(office.locator(".uploads li")).to_contain_text("柳河.txt 已加入，可以提问了")


def test_a_file_that_is_refused_says_why(office: Page) -> None:
    office.get_by_label("添加文件").set_input_files(sent("装.exe", "MZ"))
    expect(office.locator(".uploads .failed")).to_contain_text("不读取 .exe 文件")


def test_where_no_files_are_taken_none_are_offered(page: Page) -> None:
    expect(page.get_by_text("添加文件")).to_have_count(0)


# ---- accessibility ----


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_serious(page: Page, size: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    found = [axe_findings(page, "empty")]
    for question in ("止付多少", "隐藏多少", "冲突多少", "各项多少", "别的", "what else"):
        ask(page, question)
    page.get_by_role("button", name="Wrong").or_(page.get_by_role("button", name="不对")).last.click()
    found.append(axe_findings(page, "answers"))
    page.locator("#scope summary").click()
    found.append(axe_findings(page, "bounds"))
    page.keyboard.press("Escape")
    if size is WIDE:
        page.locator(".source a").first.click()
        expect(page.locator("#beside mark")).to_be_visible()
        found.append(axe_findings(page, "beside"))
        page.keyboard.press("Escape")
    page.get_by_role("button", name="历史").click()
    found.append(axe_findings(page, "history"))
    for address in ("/documents/d1?start=2&end=9", "/index", "/admin", "/nowhere"):
        page.goto(address)
        found.append(axe_findings(page, address))
    assert [line for lines in found for line in lines] == []
