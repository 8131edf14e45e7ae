"""The pages in a real browser: headless Chromium against a real server on a free port."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.config import Config
from bot.documents.builder import Builder, Cell
from bot.links import document_link, text_version
from bot.text import on_one_line
from bot.types import Answer, BlockKind, Citation, CitedCell, Overview, Question, Status, StoredDocument, Value
from bot.web.app import create_app
from bot.wire import answer_to_json
from tests.fakes import ANSWER_START, DOCUMENT, QUOTE_END, TEXT, FakeBot
from tests.pages import ask, fresh_tab, serving, wait_until

PHONE = {"width": 390, "height": 844}
STATUSES = ["止付多少", "隐藏多少", "冲突多少", "别的"]  # one question for each status of the fake bot


RARE = "👨‍👩‍👧𠮷野站𪚥е́处[点我](javascript:alert(1))测得流速3.7米每秒。"


def report() -> StoredDocument:
    """A document with broken lines, a table of 15 columns, and one of merged cells."""
    built = Builder()
    built.paragraph(["关于汛期用水", "的通报"], BlockKind.HEADING, 1)
    built.line("一、水量", BlockKind.HEADING, 2)
    built.paragraph(["请各站在三月十", "  五日前通过 Flood", "Watch 上报。"])
    built.paragraph([RARE])
    head = [Cell("站"), *(Cell(f"{month}月") for month in range(1, 14)), Cell("合计")]
    rows = [[Cell(f"{n}号站"), *(Cell(f"{n}{month:02},500") for month in range(1, 14)), Cell(f"{n}万")] for n in (1, 2)]
    built.table([head, *rows], headers=1)
    level = Cell("水位")
    marsh = [Cell("😀四号"), Cell("约0.8米"), Cell("平稳")]
    built.table([[Cell("站"), level, level], marsh, [Cell("三号"), Cell("1.2米"), Cell()]], headers=1)
    document = replace(DOCUMENT, id="d2", title="关于汛期用水的通报", author="乌云", number="河政办发〔2024〕7号")
    return StoredDocument(document, built.text, tuple(built.blocks))


REPORT = report()
HELD = Overview(
    generation="fake-1",
    built=1_700_000_000.0,
    documents=tuple(replace(DOCUMENT, id=str(n), title=f"{'很长的标题' * 12}第{n}期") for n in range(501)),
    files=501,
    passages=2000,
    tables=2,
    skipped=tuple(f"{'旧' * 40}/{n}.doc: .doc files are not read; unpack it into the folder" for n in range(30)),
    oddities=("旧/表.xlsx: 2 formulas have no stored value; save it anew",),
)


def place(words: str) -> tuple[int, int]:
    """Where these words stand in the report."""
    start = REPORT.text.index(words)
    return start, start + len(words)


def link_to(words: str) -> str:
    """The link to the report with these words marked."""
    return document_link("", "d2", *place(words), text_version(REPORT.text))


class PageBot(FakeBot):
    """The fake bot, which can also fail, can understand more than was asked, and can quote the report."""

    def ask(self, question: Question) -> Answer:
        if "故障" in question.text:
            raise RuntimeError("broken")
        answer = super().ask(question)
        for asked, citation in QUOTED.items():
            if asked in question.text:
                value = REPORT.text[citation.answer_start : citation.answer_end]
                values, citations = (Value(value, 1),), (citation,)
                return replace(
                    answer, status=Status.ANSWERED, reason=None, answer=value, answers=values, citations=citations
                )
        return replace(answer, understood="止付多少（2022年）") if "呢" in question.text else answer

    def document(self, document_id: str, visible: tuple[str, ...] | None = None) -> StoredDocument | None:
        return REPORT if document_id == "d2" else super().document(document_id)


def cited(quote: str, value: str, cells: Iterable[tuple[str, str]] = ()) -> Citation:
    """A citation of the report, with the labels and words of a row's cells."""
    own = tuple(CitedCell(label, *place(words)) for label, words in cells)
    return Citation(1, REPORT.document, "p2", None, *place(quote), quote, *place(value), cells=own)


MONTHS = [f"{month}月" for month in range(1, 14)]
ROW = ["2号站", *(f"2{month:02},500" for month in range(1, 14)), "2万"]

# What is asked, and what the report has to it.
QUOTED = {
    "断行": cited("请各站在三月十\n  五日前通过 Flood\nWatch 上报。", "三月十\n  五日前"),
    "生僻": cited(RARE, "3.7米每秒"),
    "长行": cited("三号\t1.2米", "1.2米"),
    "表格": cited("😀四号\t约0.8米\t平稳", "0.8米", [("站", "😀四号"), ("水位", "约0.8米"), ("", "平稳")]),
    "无名": cited("三号\t1.2米", "1.2米", [("", "三号"), ("", "1.2米")]),
    "宽表": cited("\t".join(ROW), "2万", zip(["站", *MONTHS, "合计"], ROW, strict=True)),
}


@pytest.fixture(scope="module")
def bot() -> PageBot:
    return PageBot(HELD)


@pytest.fixture(scope="module")
def address(bot: PageBot) -> Iterator[str]:
    """The address of the app behind waitress, as it is served in earnest."""
    with serving(create_app(bot, Config())) as address:  # type: ignore[arg-type]
        yield address


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
    with fresh_tab(context) as page:
        page.goto("/")
        yield page


def reply(page: Page) -> str:
    return page.locator(".reply").last.inner_text()


def test_ask_read_follow_the_citation_and_see_the_words_marked(page: Page) -> None:
    ask(page, "止付多少")
    expect(page.locator(".question")).to_have_text("止付多少")
    expect(page.locator(".value")).to_have_text("3.01亿元")
    expect(page.locator("blockquote mark")).to_have_text("3.01亿元")
    expect(page.locator(".source")).to_have_text("[1] 平安白皮书 草原日报 · 2022-01-06")
    expect(page.locator(".facts")).to_have_text("很有把握 · 用时 7 毫秒")
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="平安白皮书").click()
    page.wait_for_url("**/documents/d1?**")
    assert page.locator("mark").all_text_contents() == [TEXT[ANSWER_START:QUOTE_END]] == ["3.01亿元"]
    expect(page.locator("#mark")).to_be_in_viewport()


def test_coming_back_from_a_document_finds_the_conversation(page: Page) -> None:
    ask(page, "止付多少")
    before = page.locator("#conversation").inner_text()
    page.set_viewport_size(PHONE)
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


def test_each_of_the_things_asked_is_shown_and_announced(page: Page) -> None:
    ask(page, "各项多少")
    expect(page.locator(".parts dt")).to_have_text(["今年止付额", "去年止付额", "留意额", "外地止付额"])
    expect(page.locator(".parts > div").first).to_have_text("今年止付额3.01亿元（目标或预计） [1]")
    expect(page.locator(".source a")).to_have_text([f"[{n}] 平安白皮书" for n in range(1, 5)])
    expect(page.get_by_role("status")).to_have_text(
        "今年止付额：3.01亿元（目标或预计）；去年止付额：各处说法不一；"
        "留意额：原文隐去了这个内容；外地止付额：文档里只有别处的情况"
    )


def test_not_found_says_why_and_shows_the_nearest_passages(page: Page) -> None:
    ask(page, "别的")
    expect(page.locator(".headline")).to_have_text("没有找到相关内容")
    expect(page.get_by_text("最接近的 1 段原文")).to_be_visible()
    expect(page.locator(".nearest blockquote")).to_be_visible()
    expect(page.locator(".nearest blockquote")).to_contain_text("<script>alert(1)</script>")
    assert "把握" not in reply(page)


def test_a_follow_up_carries_the_question_before_and_shows_what_was_understood(page: Page, bot: PageBot) -> None:
    ask(page, "止付多少")
    ask(page, "那去年呢")
    assert (bot.asked[-1].text, bot.asked[-1].previous) == ("那去年呢", "止付多少")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".understood")).to_have_text("理解为：止付多少（2022年）")
    ask(page, "隐藏多少")
    assert bot.asked[-1].previous == "止付多少（2022年）"


@pytest.mark.parametrize("question", [*STATUSES, *QUOTED, "止付呢", "各项多少"])
def test_the_page_says_the_same_without_javascript(page: Page, plain: Page, question: str) -> None:
    ask(page, question)
    plain.goto("/")
    plain.get_by_label("问题", exact=True).fill(question)
    plain.keyboard.press("Enter")
    expect(plain.locator(".turn")).to_be_visible()
    assert skeleton(plain) == skeleton(page)


def skeleton(page: Page) -> str:
    """The turn's elements, classes, links and words, without the spaces of the template's layout."""
    shown = page.locator(".turn").last.locator(".question, .reply")
    markup = "".join(shown.evaluate_all("parts => parts.map(part => part.outerHTML)"))
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
    expect(page.get_by_label("问题", exact=True)).to_be_focused()
    page.keyboard.type("止付多少")
    page.keyboard.press("Enter")
    expect(page.locator(".value")).to_have_text("3.01亿元")
    expect(page.get_by_role("status")).to_have_text("3.01亿元")
    expect(page.get_by_label("问题", exact=True)).to_be_focused()
    page.set_viewport_size(PHONE)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="不对")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="复制")).to_be_focused()
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
    page.get_by_label("问题", exact=True).fill(question)
    page.keyboard.press("Enter")
    assert page.get_by_label("问题", exact=True).evaluate("box => box.validationMessage") == words
    expect(page.locator(".turn")).to_have_count(0)
    assert len(bot.asked) == asked


def test_waiting_is_shown(page: Page) -> None:
    page.route("**/api/ask", lambda route: None)
    page.get_by_label("问题", exact=True).fill("止付多少")
    page.keyboard.press("Enter")
    expect(page.locator(".waiting")).to_have_text("正在查找…")
    expect(page.get_by_role("button", name="提问")).to_be_disabled()
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_width_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for question in [*STATUSES, "很长的一问" * 60, "W" * 300, "宽表", "各项多少"]:
        ask(page, question)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for address in ("/documents/d1", link_to("2万"), "/index", "/index?q=期&page=2"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for question in ["表格", "各项多少", *STATUSES]:
        ask(page, question)
    page.locator("details").last.evaluate("details => details.open = true")
    body = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (body < 0.1) == (scheme == "dark")
    assert faint(page, COLOURED) == []
    page.goto(link_to("2号站"))
    assert faint(page, (".about span", "h1", "h2", ".table th", ".table td", ".table mark")) == []
    page.goto("/index")
    page.locator("details").first.evaluate("details => details.open = true")
    assert faint(page, INDEX_COLOURED) == []


def faint(page: Page, names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Which of these elements, with the colours of their ink and ground, are under WCAG AA's 4.5 to 1."""
    found = []
    for name in names:
        ink, ground = page.locator(name).last.evaluate(COLOURS)
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        if (light + 0.05) / (dark + 0.05) < 4.5:
            found.append((name, ink, ground))
    return found


INDEX_COLOURED = [
    *("dt", "dd", ".about", "summary", ".groups .detail", ".remarks li", ".list th", ".list a"),
    *(".list td:nth-child(2)", "#q", ".filter button", ".pages a", ".pages span"),
]
COLOURED = [
    *(".question", ".value", ".headline", "blockquote", "mark", ".source a", ".source span"),
    *(".facts", ".name", ".advice", "summary", ".composer button", ".parts dt", ".parts small", ".parts .conflict"),
    *(".row th", ".row th.marked", ".row td", ".row mark"),
]
COLOURS = """element => {
  const canvas = document.createElement("canvas").getContext("2d");
  const rgb = (colour) => {  // a canvas turns every colour notation into bytes
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return `rgb(${canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).join(", ")})`;
  };
  // The ground is the nearest ancestor's that has one.
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


# ---- broken lines and tables ----


def test_the_mark_is_exact_behind_emoji_and_rare_characters_and_a_link_in_a_text_is_text(page: Page) -> None:
    ask(page, "生僻")
    assert page.locator("blockquote mark").text_content() == "3.7米每秒"
    assert page.locator("blockquote").text_content() == RARE
    page.locator(".source a").click()
    beside = page.locator("#beside")
    expect(beside.locator("mark")).to_have_text("3.7米每秒")
    expect(beside.get_by_text("[点我](javascript:alert(1))")).to_be_visible()
    expect(page.locator("a[href^='javascript']")).to_have_count(0)


def test_a_broken_line_is_joined_to_the_eye_in_copies_and_for_screen_readers(page: Page) -> None:
    page.goto(link_to("三月十\n  五日前通过 Flood\nWatch"))
    paragraph = page.locator(".paragraph").first
    joined = "请各站在三月十五日前通过 Flood Watch 上报。"
    assert paragraph.inner_text() == joined
    assert paragraph.aria_snapshot() == f"- paragraph:\n  - text: 请各站在\n  - mark: {joined[4:-4]}\n  - text: 上报。"
    assert page.evaluate(SELECTED, ".paragraph") == joined
    expect(page.locator("mark")).to_have_count(1)
    assert page.get_by_role("heading", level=1).inner_text() == "关于汛期用水的通报"


SELECTED = """name => {
  getSelection().selectAllChildren(document.querySelector(name));
  return getSelection().toString();
}"""


def test_a_page_reads_letter_for_letter_but_for_what_parts_cells(page: Page) -> None:
    page.goto("/documents/d2")
    for part, kind in ((".paragraph", BlockKind.PARAGRAPH), ("h1, h2", BlockKind.HEADING)):
        told = [REPORT.text[block.start : block.end] for block in REPORT.blocks if block.kind is kind]
        assert page.locator(part).all_text_contents() == told
    cells = [REPORT.text[block.start : block.end] for block in REPORT.blocks if block.kind is BlockKind.TABLE]
    assert page.locator("th, td").all_text_contents() == [
        *re.split("[\t\n]", cells[0]), *re.split("[\t\n]", cells[1]), "",
    ]  # fmt: skip


def test_a_wide_table_scrolls_in_its_own_box_to_the_marked_cell(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(link_to("2万"))
    expect(page.locator("td.marked #mark")).to_have_text("2万")
    expect(page.locator("#mark")).to_be_in_viewport(ratio=1)
    box = page.get_by_role("region", name="表格 1")
    assert box.evaluate("box => box.scrollLeft") > 0
    assert page.evaluate("scrollX") == 0


def test_a_wide_table_scrolls_by_keyboard(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/documents/d2")
    for _ in range(3):
        page.keyboard.press("Tab")
    box = page.get_by_role("region", name="表格 1")
    expect(box).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    wait_until(page, "document.querySelector('.table').scrollLeft > 0")


def test_a_tables_cells_stay_wide_enough_to_read(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 844})
    page.goto("/documents/d2")
    heights = page.locator(".table").first.locator("tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert len(set(heights)) == 1  # no cell of the table is broken into lines


def test_a_merged_header_is_told_of_both_its_columns(page: Page) -> None:
    page.goto("/documents/d2")
    box = page.get_by_role("region", name="表格 2")
    expect(box.get_by_role("columnheader")).to_have_text(["站", "水位"])
    assert (
        box.get_by_role("columnheader", name="水位").bounding_box()["width"]
        >= (  # type: ignore[index]
            box.get_by_role("cell", name="1.2米").bounding_box()["width"]  # type: ignore[index]
        )
    )


def test_an_answer_over_a_broken_line_is_shown_on_one_line_and_marked(page: Page) -> None:
    ask(page, "断行")
    expect(page.locator(".value")).to_have_text("三月十五日前")
    assert page.locator("blockquote").text_content() == "请各站在三月十五日前通过 Flood Watch 上报。"
    assert page.locator("blockquote mark").text_content() == "三月十五日前"
    expect(page.get_by_role("status")).to_have_text("三月十五日前")


def test_the_script_and_the_server_put_the_same_words_on_one_line(page: Page) -> None:
    lines = ["甲", *(told for told, _ in ON_ONE_LINE)]
    answer = replace(FakeBot().ask(Question("冲突")), answers=tuple(Value(told, 9) for told in lines))
    page.route("**/api/ask", lambda route: route.fulfill(json=answer_to_json(answer)))
    ask(page, "断行")
    shown = page.locator(".side .value").all_text_contents()
    assert shown == list(map(on_one_line, lines)) == ["甲", *(line for _, line in ON_ONE_LINE)]


ON_ONE_LINE = [
    ("水位上\n涨", "水位上涨"),
    ("水位 上\n\n \u3000\n涨", "水位 上涨"),
    ("用 Flood\nWatch", "用 Flood Watch"),
    ("café\nétoile", "café étoile"),
    ("ČSN\nŽďár", "ČSN Žďár"),
    ("co-\noperate", "co-operate"),
    ("well -\n known", "well -known"),
    ("见\n-5", "见-5"),
    ("降至\n-5 -\n3", "降至-5 -3"),
    ("x\n-5", "x -5"),
    ("涨至1.\n2米", "涨至1. 2米"),
    ("Watch\n上报", "Watch上报"),
    ("😀\nok\n😀", "😀ok😀"),
    ("*.**\n亿元**\n*", "*.**亿元** *"),
    (" \n甲\n", "甲"),
    ("  甲 ", "  甲 "),
    ("三号\t1.2米\t\t正常", "三号 | 1.2米 | 正常"),
    ("三号 \t\n 1.2米\t", "三号1.2米 | "),
]


def test_a_row_too_long_to_quote_whole_has_its_cells_parted(page: Page) -> None:
    ask(page, "长行")
    assert page.locator("blockquote").text_content() == "三号 | 1.2米"
    assert page.locator("blockquote mark").text_content() == "1.2米"
    page.locator(".source a").click()
    expect(page.locator("td.marked mark")).to_have_text("1.2米")


def test_a_quoted_row_is_a_table_with_the_answer_marked_in_its_cell(page: Page) -> None:
    ask(page, "表格")
    row = page.get_by_role("blockquote", name="表格中的一行")
    assert row.get_by_role("columnheader").all_text_contents() == ["站", "水位", ""]
    assert row.get_by_role("cell").all_text_contents() == ["😀四号", "约0.8米", "平稳"]
    assert row.locator("mark").all_text_contents() == ["0.8米"]
    expect(row.locator("td.marked")).to_have_text("约0.8米")
    expect(row.locator("th.marked")).to_have_text("水位")


def test_a_quoted_row_without_labels_has_no_header(page: Page) -> None:
    ask(page, "无名")
    assert page.locator(".row tr").all_text_contents() == ["三号1.2米"]
    expect(page.locator(".row th")).to_have_count(0)


def test_a_wide_row_scrolls_by_keyboard_in_its_own_box_and_its_answer_stays_in_view(page: Page) -> None:
    page.set_viewport_size(PHONE)
    ask(page, "宽表")
    row = page.locator(".row")
    for name in ("th.marked", "mark"):
        expect(row.locator(name)).to_be_in_viewport(ratio=1)
    expect(row.get_by_text("2号站")).to_be_in_viewport(ratio=1)
    for _ in range(5):
        page.keyboard.press("Shift+Tab")
    expect(row).to_be_focused()
    page.keyboard.press("ArrowRight")
    wait_until(page, "document.querySelector('.row').scrollLeft > 0")
    expect(row.locator("mark")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollX") == 0


def test_a_turn_kept_from_before_answers_had_parts_and_citations_cells_is_shown(page: Page) -> None:
    ask(page, "表格")
    page.evaluate(AS_BEFORE)
    page.reload()
    expect(page.locator(".value")).to_have_text("0.8米")
    expect(page.locator("blockquote")).to_have_text("😀四号 | 约0.8米 | 平稳")


AS_BEFORE = """() => {
  const kept = JSON.parse(localStorage["conversations/"]);
  const added = ["cells", "parts", "target"];
  localStorage["conversations/"] = JSON.stringify(kept, (key, value) => added.includes(key) ? undefined : value);
}"""


# ---- the page of the index ----


def test_the_index_is_reached_from_the_chat_and_filtered_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name="索引").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("索引")
    page.get_by_label("按标题或来源筛选").fill("第500期")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="返回提问").click()
    expect(page.get_by_label("问题", exact=True)).to_be_visible()


def test_skipped_files_unfold(page: Page) -> None:
    page.goto("/index")
    expect(page.locator(".remarks").first).to_be_hidden()
    page.get_by_text("不读取 .doc 文件").click()
    expect(page.locator(".remarks").first.locator("li")).to_have_count(30)
    expect(page.locator(".remarks").first).to_be_visible()
