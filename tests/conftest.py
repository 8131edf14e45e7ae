"""The real model, loaded once, the samples indexed once, and the command line as a call."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from bot.__main__ import main
from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.model import default_model, read_model, write_folder
from tests.fake_encoder import ROOT, FakeEncoder, Result, config_in, environment, package_bytes
from tests.pages import FLAGS

_SETTINGS = ("BOT_", "SLACK_")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the developer's shell sets decides a test, but for the models' cache."""
    for name in list(os.environ):
        if name.startswith(_SETTINGS) and name != "BOT_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The built-in model, converted where that was not done before, without a socket."""

    class NoSocket(socket.socket):
        def __init__(self, *_: Any, **__: Any) -> NoReturn:
            raise AssertionError("a socket was opened")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", NoSocket)
        return default_model()


@pytest.fixture(scope="session")
def encoder(model_folder: Path) -> SentenceTransformerEncoder:
    """The real encoder, as it runs by default."""
    return SentenceTransformerEncoder(str(model_folder), backend="openvino")


@pytest.fixture(scope="session")
def samples_config(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The configuration of a real index over samples/."""
    config = config_in(tmp_path_factory.mktemp("samples"))
    index(config, encoder, [ROOT / "samples"])
    return config


@pytest.fixture(scope="session")
def bot(samples_config: Config, encoder: Encoder) -> Iterator[Bot]:
    """The real bot over samples/."""
    opened = Bot.open(samples_config, encoder)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder of a model 32 wide, made as the built-in one is. Copy it to change it."""
    folder = tmp_path_factory.mktemp("tiny")
    write_folder(read_model(package_bytes()), folder)
    return folder


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Calls ``python -m bot`` in this process, with a fake encoder in the model's place or, `real`, with none."""

    def call(*arguments: object, stdin: bytes = b"", encoder: Encoder | None = None, real: bool = False) -> Result:
        chosen = encoder or FakeEncoder()
        with monkeypatch.context() as patch:
            for module in () if real else ("bot.bot", "bot.evaluate", "bot.tune"):
                patch.setattr(f"{module}.open_encoder", lambda config: chosen)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            capsys.readouterr()
            try:
                status = main([str(argument) for argument in arguments])
            except SystemExit as stop:  # argparse
                status = int(stop.code or 0)
        told = capsys.readouterr()
        return Result(status, told.out, told.err)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Result]:
    """Runs Python in a process of its own, in an empty folder; by default ``python -m bot``."""

    def call(*arguments: object, program: Sequence[str] = ("-m", "bot"), stdin: bytes = b"", **environ: str) -> Result:
        done = subprocess.run(
            [sys.executable, *program, *map(str, arguments)],
            cwd=tmp_path,
            env=environment(**environ),
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture(scope="module")  # as long as it is open, no test can run an event loop of its own
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
