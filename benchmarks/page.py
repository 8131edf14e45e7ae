"""The page in headless Chromium: what it weighs, and how long an answer takes from Enter to the screen."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from benchmarks.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

QUESTIONS = 200
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

# Milliseconds from the key's press to the second frame after the reply stands in the page.
_WATCH = """() => {
  const shown = () => document.querySelector(".turn:last-child .reply:not(.waiting)");
  window.tookFrom = null;
  window.took = new Promise((done) => {
    addEventListener("keydown", () => (window.tookFrom = performance.now()), { capture: true, once: true });
    const watching = new MutationObserver(() => {
      if (!shown()) return;
      watching.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - window.tookFrom)));
    });
    watching.observe(document.getElementById("conversation"), { childList: true, subtree: true });
  });
}"""


def report(shared: Path, root: Path, index: Path) -> str:
    """A table of the page's weight, and of the time to an answer over the news in `index`, which is there already."""
    questions = shared / "eval" / "news-qa-dev.jsonl"
    if not questions.exists() or not (index / "current").exists():
        return "Not measured: it takes ../shared, and the index that `python -m benchmarks news` makes."
    lines = questions.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in random.Random(0).sample(lines, QUESTIONS)]
    with Server(root, index) as server, opened_browser() as browser:
        page = browser.new_page()
        weight = _weight(page, server.address)
        page.goto(server.address)
        _answered(page, asked[0])
        times = [_answered(page, question) for question in asked]
    cuts = quantiles(times, n=100)
    rows = [
        ("bytes of the chat page with all that it loads, uncompressed", f"{weight:,}"),
        (f"ms from Enter to the answer on screen, p50 and p95 of {QUESTIONS}", f"{cuts[49]:.0f} and {cuts[94]:.0f}"),
    ]
    return "| what | figure |\n| --- | --- |\n" + "\n".join(f"| {name} | {figure} |" for name, figure in rows)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Headless Chromium, Playwright's own where it is installed, else the system's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = None if own.exists() else shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def _weight(page: Page, address: str) -> int:
    """The bytes of a page and of all that it loads."""
    loaded: list[Response] = []

    def keep(response: Response) -> None:
        loaded.append(response)

    page.on("response", keep)
    page.goto(address, wait_until="networkidle")
    page.remove_listener("response", keep)
    return sum(len(response.body()) for response in loaded)


def _answered(page: Page, question: str) -> float:
    """Milliseconds to the answer of a question that begins a conversation."""
    if page.locator("#new").is_visible():
        page.locator("#new").click()
    page.locator("#q").fill(question)
    page.evaluate(_WATCH)
    page.keyboard.press("Enter")
    took: float = page.evaluate("() => window.took")
    return took
