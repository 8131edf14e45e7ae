"""The folder is watched: what changes in it is answered from a moment later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from bot.jobs import IndexJob
from bot.types import Question, Status
from bot.watcher import Watcher
from tests.fake_encoder import FakeEncoder, config_in, write_files

OLD, NEW = "甲市紧急止付涉案资金3.01亿元。", "甲市紧急止付涉案资金4.02亿元。"


def until(true: Callable[[], bool]) -> bool:
    """Whether something comes true within twenty seconds."""
    deadline = time.monotonic() + 20
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def config(tmp_path: Path) -> Config:
    docs = write_files(tmp_path / "docs", {"a.txt": OLD})
    return config_in(tmp_path, documents={"paths": [str(docs)], "watch": True})


@pytest.fixture
def bot(config: Config) -> Iterator[Bot]:
    index(config, FakeEncoder(), list(config.document_paths))
    watcher = Watcher(config, IndexJob(config, FakeEncoder()))
    watcher.start()
    yield Bot.open(config, FakeEncoder())
    watcher.close()


def answer(bot: Bot) -> str | None:
    return bot.ask(Question("甲市止付多少")).answer


def test_a_running_bot_answers_from_what_a_file_says_now(bot: Bot, tmp_path: Path) -> None:
    assert answer(bot) == "3.01亿元"
    (tmp_path / "docs/a.txt").write_text(NEW, encoding="utf-8")
    assert until(lambda: answer(bot) == "4.02亿元")


def test_a_new_file_is_found_and_a_deleted_one_no_longer(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "docs/b.txt").write_text("乙市紧急止付涉案资金9亿元。", encoding="utf-8")
    assert until(lambda: bot.ask(Question("乙市止付多少")).answer == "9亿元")
    (tmp_path / "docs/b.txt").unlink()
    assert until(lambda: bot.ask(Question("乙市止付多少")).answer is None)
    assert answer(bot) == "3.01亿元"


def test_words_that_are_added_to_the_dictionary_are_taken_up(tmp_path: Path) -> None:
    # 多多 and 评 stand in both documents, 多多评 in the first alone.
    files = {"a.txt": "甲县推行多多评，收到意见537条。", "b.txt": "乙县意见多多，评议，好评，差评，收到意见120条。"}
    docs = write_files(tmp_path / "docs", files)
    write_files(tmp_path, {"d.txt": "码上办"})
    config = config_in(
        tmp_path, documents={"paths": [str(docs)], "watch": True}, retriever={"dictionary": "d.txt", "dense_weight": 0}
    )
    index(config, FakeEncoder(), [docs])
    bot = Bot.open(config, FakeEncoder())
    watcher = Watcher(config, IndexJob(config, FakeEncoder()))
    watcher.start()
    try:
        asked = Question("多多评收到意见多少条")
        assert bot.ask(asked).status is Status.CONFLICT
        (tmp_path / "d.txt").write_text("多多评 100 nz", encoding="utf-8")
        assert until(lambda: bot.ask(asked).answer == "537条" and bot.ask(asked).status is Status.ANSWERED)
    finally:
        watcher.close()
        bot.close()


def test_what_cannot_be_read_is_told_in_the_log_and_the_old_answers_stay(
    bot: Bot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="bot.jobs"):
        (tmp_path / "docs/bad.pdf").write_bytes(b"no pdf")
        assert until(lambda: "bad.pdf" in caplog.text)
    assert answer(bot) == "3.01亿元"
