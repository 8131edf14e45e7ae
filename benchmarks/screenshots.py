"""Makes the README's picture from the real page over the samples: `make screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from bot.bot import Bot, open_encoder
from bot.config import Index, load_config
from bot.indexer import index

ROOT = Path(__file__).resolve().parent.parent
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_QUESTIONS = ("鄂尔多斯电诈止付多少", "2023云汀马拉松参赛人数是多少？")


def main() -> int:
    """Asks the questions on the page, and takes a picture of it."""
    import waitress
    from playwright.sync_api import sync_playwright

    from bot.listening import listen
    from bot.web.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        config = replace(load_config(ROOT / "config.toml"), index=Index(folder))
        encoder = open_encoder(config)
        index(config, encoder, [ROOT / "samples"])
        listening = listen("127.0.0.1", 0)
        app = create_app(Bot.open(config, encoder), config)
        threading.Thread(target=waitress.serve, args=(app,), kwargs={"sockets": [listening]}, daemon=True).start()
        with sync_playwright() as browsers:
            browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
            page = browser.new_page(viewport={"width": 960, "height": 1000}, device_scale_factor=1.5)
            page.goto(f"http://127.0.0.1:{listening.getsockname()[1]}/")
            for number, question in enumerate(_QUESTIONS, 1):
                page.get_by_role("textbox").fill(question)
                page.keyboard.press("Enter")
                page.locator("blockquote").nth(number - 1).wait_for()
            page.screenshot(path=ROOT / "docs" / "images" / "answer.png")
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
