"""The pages in a real browser: headless Chromium against a real server on a free port."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, expect, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from bot.config import Config
from bot.types import Answer, Question
from bot.web.app import create_app
from tests.fakes import ANSWER_START, QUOTE_END, TEXT, FakeBot

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STATUSES = ["止付多少", "隐藏多少", "冲突多少", "别的"]  # one question for each status of the fake bot

expect.set_options(timeout=15_000)  # ms, for a busy machine


class PageBot(FakeBot):
    """The fake bot, which can also fail and can understand more than was asked."""

    def ask(self, question: Question) -> Answer:
        if "故障" in question.text:
            raise RuntimeError("broken")
        answer = super().ask(question)
        return replace(answer, understood="止付多少（2022年）") if "呢" in question.text else answer


@pytest.fixture(scope="module")
def bot() -> PageBot:
    return PageBot()


@pytest.fixture(scope="module")
def address(bot: PageBot) -> Iterator[str]:
    """The address of the app behind waitress, as it is served in earnest."""
    server = create_server(create_app(bot, Config()), host="127.0.0.1", port=0)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    # Its sockets are closed by its own thread, whose loop ends when none is left.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join()
    server.task_dispatcher.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium: Playwright's own where it is installed, else the system's."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = None if own.exists() else shutil.which("chromium") or shutil.which("google-chrome")
        try:
            browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as error:
            pytest.fail(f"Chromium does not start; install it: playwright install chromium\n{error}", pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser, address: str) -> BrowserContext:
    return browser.new_context(base_url=address)


@pytest.fixture(scope="module")
def plain(browser: Browser, address: str) -> Page:
    """A page of a browser without JavaScript."""
    return browser.new_context(base_url=address, java_script_enabled=False).new_page()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A fresh tab open on the chat; the test fails if a script of it does."""
    page = context.new_page()
    problems: list[str] = []

    def console(line: ConsoleMessage) -> None:
        if "Content Security" in line.text:
            problems.append(line.text)

    def alerted(dialog: Dialog) -> None:
        problems.append(dialog.message)
        dialog.dismiss()

    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", console)
    page.on("dialog", alerted)
    page.goto("/")
    yield page
    page.close()
    assert problems == []


def ask(page: Page, question: str) -> None:
    """Types a question, presses Enter and waits for the reply."""
    turns = page.locator(".turn").count()
    page.get_by_label("问题").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1)
    expect(page.locator(".turn").last.locator(".reply:not(.waiting)")).to_be_visible()


def reply(page: Page) -> str:
    return page.locator(".reply").last.inner_text()


def test_ask_read_follow_the_citation_and_see_the_words_marked(page: Page) -> None:
    ask(page, "止付多少")
    expect(page.locator(".question")).to_have_text("止付多少")
    expect(page.locator(".value")).to_have_text("3.01亿元")
    expect(page.locator("blockquote mark")).to_have_text("3.01亿元")
    expect(page.locator(".source")).to_have_text("[1] 平安白皮书 草原日报 · 2022-01-06")
    expect(page.locator(".facts")).to_have_text("很有把握 · 用时 7 毫秒")
    page.get_by_role("link", name="平安白皮书").click()
    page.wait_for_url("**/documents/d1?**")
    assert page.locator("mark").all_text_contents() == [TEXT[ANSWER_START:QUOTE_END]] == ["3.01亿元"]
    expect(page.locator("#mark")).to_be_in_viewport()


def test_coming_back_from_a_document_finds_the_conversation(page: Page) -> None:
    ask(page, "止付多少")
    before = page.locator("#conversation").inner_text()
    page.get_by_role("link", name="平安白皮书").click()
    page.get_by_role("link", name="返回提问").click()
    expect(page.locator(".turn .value")).to_be_visible()
    assert page.locator("#conversation").inner_text() == before


def test_a_masked_number_is_shown_as_hidden(page: Page) -> None:
    ask(page, "隐藏多少")
    expect(page.locator(".headline")).to_have_text("原文隐去了这个内容")
    expect(page.locator("blockquote mark")).to_have_text("*.**亿元")


def test_a_conflict_lists_every_value_with_its_own_citation(page: Page) -> None:
    ask(page, "冲突多少")
    expect(page.locator(".headline")).to_have_text("各处说法不一")
    expect(page.locator(".side .value")).to_have_text(["3.01亿元", "537起"])
    expect(page.locator(".side mark")).to_have_text(["3.01亿元", "537起"])
    expect(page.locator(".side .source a")).to_have_text(["[1] 平安白皮书", "[2] 平安白皮书"])


def test_not_found_says_why_and_folds_the_nearest_passages(page: Page) -> None:
    ask(page, "别的")
    expect(page.locator(".headline")).to_have_text("没有找到相关内容")
    expect(page.locator("details blockquote")).to_be_hidden()
    page.get_by_text("最接近的 1 段原文").click()
    expect(page.locator("details blockquote")).to_contain_text("<script>alert(1)</script>")
    assert "把握" not in reply(page)


def test_a_follow_up_carries_the_question_before_and_shows_what_was_understood(page: Page, bot: PageBot) -> None:
    ask(page, "止付多少")
    ask(page, "那去年呢")
    assert (bot.asked[-1].text, bot.asked[-1].previous) == ("那去年呢", "止付多少")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".understood")).to_have_text("理解为：止付多少（2022年）")


def test_the_conversation_can_be_cleared(page: Page) -> None:
    ask(page, "止付多少")
    page.get_by_role("button", name="清空").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="在文档里找答案")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)


@pytest.mark.parametrize("question", [*STATUSES, "止付呢"])
def test_the_page_says_the_same_without_javascript(page: Page, plain: Page, question: str) -> None:
    ask(page, question)
    plain.goto("/")
    plain.get_by_label("问题").fill(question)
    plain.keyboard.press("Enter")
    expect(plain.locator(".turn")).to_be_visible()
    assert skeleton(plain) == skeleton(page)


def skeleton(page: Page) -> str:
    """The turn's elements, classes, links and words, without the spaces of the template's layout."""
    markup = page.locator(".turn").last.inner_html()
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", markup)).replace("> ", ">").replace(" <", "<").strip()


def test_a_link_with_a_question_joins_the_conversation_and_is_not_asked_again(page: Page, bot: PageBot) -> None:
    page.goto("/?q=止付多少")
    expect(page.locator(".value")).to_have_text("3.01亿元")
    ask(page, "冲突多少")
    asked = len(bot.asked)
    page.reload()
    expect(page.locator(".question")).to_have_text(["止付多少", "冲突多少"])
    assert len(bot.asked) == asked


def test_by_keyboard_alone(page: Page) -> None:
    expect(page.get_by_label("问题")).to_be_focused()
    page.keyboard.type("止付多少")
    page.keyboard.press("Enter")
    expect(page.locator(".value")).to_have_text("3.01亿元")
    expect(page.get_by_role("status")).to_have_text("3.01亿元")
    expect(page.get_by_label("问题")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="平安白皮书")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#mark")).to_have_text("3.01亿元")


def test_a_lost_connection_is_told_and_can_be_tried_again(page: Page) -> None:
    page.route("**/api/ask", lambda route: route.abort())
    ask(page, "止付多少")
    expect(page.locator(".failed .headline")).to_have_text("连不上服务，请确认它正在运行，然后再试")
    page.unroute("**/api/ask")
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator(".value")).to_have_text("3.01亿元")
    expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, '{"error": {"message": "because"}}', "这个问题没法处理，请换成普通文字再试\nbecause"),
        (429, "slow down", "问得太快了，请稍等片刻再试"),
        (503, '{"error": {"message": "run: x"}}', "现在还不能回答\nrun: x"),
        (502, "<h1>bad gateway</h1>", "服务出了问题，请稍后再试"),
        (200, "not JSON", "服务出了问题，请稍后再试"),
    ],
)
def test_a_refusal_is_readable(page: Page, status: int, body: str, words: str) -> None:
    page.route("**/api/ask", lambda route: route.fulfill(status=status, body=body))
    ask(page, "止付多少")
    assert re.sub(r"\n+", "\n", reply(page)) == f"{words}\n再试一次"


def test_a_failure_of_the_server_is_told_without_its_traceback(page: Page) -> None:
    ask(page, "故障")
    assert "服务出了问题，请稍后再试" in reply(page)
    assert "broken" not in reply(page)


@pytest.mark.parametrize(
    ("question", "words"),
    [(" ", "请先写下问题"), ("长" * 1001, "问题太长了，请缩短到 1000 字以内")],
    ids=["blank", "long"],
)
def test_a_blank_or_long_question_is_not_sent(page: Page, bot: PageBot, question: str, words: str) -> None:
    asked = len(bot.asked)
    page.get_by_label("问题").fill(question)
    page.keyboard.press("Enter")
    assert page.get_by_label("问题").evaluate("box => box.validationMessage") == words
    expect(page.locator(".turn")).to_have_count(0)
    assert len(bot.asked) == asked


def test_waiting_is_shown(page: Page) -> None:
    page.route("**/api/ask", lambda route: None)
    page.get_by_label("问题").fill("止付多少")
    page.keyboard.press("Enter")
    expect(page.locator(".waiting")).to_have_text("正在查找…")
    expect(page.get_by_role("button", name="提问")).to_be_disabled()
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_width_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for question in [*STATUSES, "很长的一问" * 60, "W" * 300]:
        ask(page, question)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto("/documents/d1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for question in STATUSES:
        ask(page, question)
    page.locator("details").last.evaluate("details => details.open = true")
    body = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (body < 0.1) == (scheme == "dark")
    # WCAG AA: 4.5 to 1 for text; the ground is the nearest ancestor's that has one.
    for name in COLOURED:
        ink, ground = page.locator(name).last.evaluate(COLOURS)
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ink, ground)


COLOURED = [
    *(".question", ".value", ".headline", "blockquote", "mark", ".source a", ".source span"),
    *(".facts", ".name", ".advice", "summary", ".composer button"),
]
COLOURS = """element => {
  const canvas = document.createElement("canvas").getContext("2d");
  const rgb = (colour) => {  // a canvas turns every colour notation into bytes
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return `rgb(${canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).join(", ")})`;
  };
  let at = element;
  while (getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
  return [rgb(getComputedStyle(element).color), rgb(getComputedStyle(at).backgroundColor)];
}"""


def luminance(colour: str) -> float:
    """The relative luminance of ``rgb(r, g, b)``, 0 to 1 (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_stale_link_marks_nothing_and_says_so(page: Page) -> None:
    page.goto(f"/documents/d1?start={ANSWER_START}&end={QUOTE_END}&v=000000000000")
    expect(page.locator(".note")).to_have_text("文档在引用之后有改动，所以没有标出原话")
    expect(page.locator("mark")).to_have_count(0)


def test_a_mark_over_blocks_reads_letter_for_letter(page: Page) -> None:
    page.goto(f"/documents/d1?start=2&end={len(TEXT)}")
    assert "".join(page.locator("mark").all_text_contents()) == TEXT[2:]


def test_a_link_without_its_fragment_still_shows_the_words(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 200})
    page.goto(f"/documents/d1?start={len(TEXT) - 5}&end={len(TEXT)}")
    expect(page.locator("#mark")).to_be_in_viewport()
