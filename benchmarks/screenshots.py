"""Makes the README's pictures from the real page over the samples: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.page import opened_browser
from bot.bot import Bot, open_encoder
from bot.config import Index, load_config
from bot.indexer import index

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
_QUESTIONS = ("鄂尔多斯电诈止付多少", "2023云汀马拉松参赛人数是多少？")
_MASKED = "转载里止付了多少"


def main() -> int:
    """Asks the questions on the page, and takes pictures of it: wide, with a document beside it, and on a phone."""
    import waitress

    from bot.listening import bind
    from bot.web.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        config = replace(load_config(ROOT / "config.toml"), index=Index(folder))
        encoder = open_encoder(config)
        index(config, encoder, [ROOT / "samples"])
        listening = bind("127.0.0.1", 0)
        app = create_app(Bot.open(config, encoder), config)
        threading.Thread(target=waitress.serve, args=(app,), kwargs={"sockets": [listening]}, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with opened_browser() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.goto(address)
            for question in _QUESTIONS:
                _ask(page, question)
            page.screenshot(path=IMAGES / "answer.png")
            page.get_by_role("link", name="[1] 鄂尔多斯").click()
            page.locator("#beside mark").wait_for()
            page.locator(".question").first.scroll_into_view_if_needed()
            page.screenshot(path=IMAGES / "document.png")
            phone = browser.new_page(
                viewport={"width": 390, "height": 780}, device_scale_factor=1.5, color_scheme="dark"
            )
            phone.goto(address)
            _ask(phone, _MASKED)
            phone.screenshot(path=IMAGES / "phone.png")
    return 0


def _ask(page: Page, question: str) -> None:
    turns = page.locator(".turn").count()
    page.get_by_role("textbox", name="问题").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(turns).locator("blockquote").first.wait_for()


if __name__ == "__main__":
    sys.exit(main())
