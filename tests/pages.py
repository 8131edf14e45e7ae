"""What tests of the pages in a browser share: an app served in earnest, and a tab that tells its faults."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, expect
from waitress import wasyncore
from waitress.server import create_server

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=15_000)  # ms, for a busy machine


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of an app behind waitress."""
    server = create_server(app, host="127.0.0.1", port=0)
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            wasyncore.loop(1.0, map=server._map, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    ending.set()
    server.pull_trigger()
    thread.join()
    server.task_dispatcher.shutdown()
    wasyncore.close_all(server._map)  # when no thread looks at its sockets any more


@contextmanager
def fresh_tab(context: BrowserContext) -> Iterator[Page]:
    """A fresh tab; the test fails if a script of it does, or if its policy forbids something."""
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
    yield page
    page.close()
    assert problems == []


def ask(page: Page, question: str) -> None:
    """Types a question, presses Enter and waits for the reply."""
    turns = page.locator(".turn").count()
    page.locator("#q").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1)
    expect(page.locator(".turn").last.locator(".reply:not(.waiting)")).to_be_visible()


def wait_until(page: Page, holds: str) -> None:
    """Waits until an expression holds on the page, whose policy forbids Playwright's own way of polling."""
    for _ in range(100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {holds}")


def axe_findings(page: Page, state: str) -> list[str]:
    """What axe finds on the page as it is: the state, the rule, how grave, and where."""
    results = Axe().run(page).response
    return [
        f"{state}: {violation['id']} ({violation['impact']}) {node['target']} {node.get('failureSummary', '')}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]
