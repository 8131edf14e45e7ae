"""The index job: one at a time, nothing that was asked for is lost, and how it ends is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import bot.jobs
from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from bot.jobs import IndexJob, JobState, Stage
from bot.store import Store
from bot.types import Question
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.test_watcher import until


class HeldEncoder(FakeEncoder):
    """Encodes no passage before it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = threading.Event(), threading.Event()

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.reached.set()
        assert self.go_on.wait(timeout=20)
        return super().encode_passages(texts)


class BrokenEncoder(FakeEncoder):
    """Fails in a way of its own."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise RuntimeError("no such kernel")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_files(tmp_path / "docs", {"a.txt": "甲市紧急止付3.01亿元。"})
    return config_in(tmp_path, documents={"paths": [str(tmp_path / "docs")]})


@pytest.fixture
def made(config: Config) -> Iterator[Callable[..., IndexJob]]:
    """Makes jobs, which end with the test."""
    with ExitStack() as stack:

        def make(encoder: FakeEncoder | None = None, patience: float = 20) -> IndexJob:
            job = IndexJob(config, encoder or FakeEncoder(), patience)
            stack.callback(job.close)
            return job

        yield make


def ended(job: IndexJob) -> JobState:
    """The state of a job when it has ended."""
    assert until(lambda: job.state().state is not Stage.RUNNING)
    return job.state()


def sources(config: Config) -> list[str]:
    generation = Store(config.index_dir).open(None)
    try:
        return sorted(document.source for document in generation.documents)
    finally:
        generation.close()


def test_before_anything_is_asked_for_it_is_idle(made: Callable[..., IndexJob]) -> None:
    assert made().state() == JobState(Stage.IDLE, "", 0, 0, (), None, None, None)


def test_a_job_indexes_and_tells_when_it_began_and_ended(config: Config, made: Callable[..., IndexJob]) -> None:
    job = made()
    begun = job.start(config.document_paths)
    assert (begun.state, begun.ended) == (Stage.RUNNING, None)
    done = ended(job)
    assert (done.state, done.skipped, done.error, done.started) == (Stage.DONE, (), None, begun.started)
    assert begun.started is not None and done.ended is not None and done.ended >= begun.started
    assert sources(config) == ["docs/a.txt"]


def test_an_open_bot_answers_from_what_a_job_wrote(config: Config, made: Callable[..., IndexJob]) -> None:
    index(config, FakeEncoder(), config.document_paths)
    bot, job = Bot.open(config, FakeEncoder()), made()
    write_files(config.base / "sent", {"b.txt": "乙市紧急止付9亿元。"})
    job.start([config.base / "sent"])
    assert ended(job).state is Stage.DONE
    assert bot.ask(Question("乙市止付多少")).answer == "9亿元"
    bot.close()


def test_progress_is_told_while_it_runs(config: Config, made: Callable[..., IndexJob]) -> None:
    encoder = HeldEncoder()
    job = made(encoder)
    job.start(config.document_paths)
    assert encoder.reached.wait(timeout=20)
    running = job.state()
    assert (running.state, running.what, running.done, running.of) == (Stage.RUNNING, "passages encoded", 0, 1)
    encoder.go_on.set()
    assert (ended(job).what, ended(job).done, ended(job).of) == ("", 0, 0)


def test_what_is_asked_for_meanwhile_is_done_right_after_and_once(
    config: Config, made: Callable[..., IndexJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[list[str]] = []

    def counted(*args: object, **kwargs: object) -> object:
        runs.append([path.name for path in args[2]])  # type: ignore[attr-defined]
        return index(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.jobs, "index", counted)
    encoder = HeldEncoder()
    job = made(encoder)
    begun = job.start(config.document_paths)
    assert encoder.reached.wait(timeout=20)
    sent = config.base / "sent"
    for name in ("b", "c", "d"):
        write_files(sent, {f"{name}.txt": f"{name}市紧急止付9亿元。"})
        assert job.start([sent]).state is Stage.RUNNING
    encoder.go_on.set()
    done = ended(job)
    assert (done.state, done.started) == (Stage.DONE, begun.started)
    assert runs == [["docs"], ["docs", "sent"]]
    assert sources(config) == ["docs/a.txt", "sent/b.txt", "sent/c.txt", "sent/d.txt"]


def test_of_two_runs_in_a_row_the_end_tells_what_was_skipped_of_both(
    config: Config, made: Callable[..., IndexJob]
) -> None:
    write_files(config.base / "docs", {"bad.pdf": b"no pdf"})
    write_files(config.base / "sent", {"worse.xlsx": b"\0\1\2"})
    encoder = HeldEncoder()
    job = made(encoder)
    job.start(config.document_paths)
    assert encoder.reached.wait(timeout=20)
    job.start([config.base / "sent"])
    encoder.go_on.set()
    assert [line.partition(": ")[0] for line in ended(job).skipped] == ["docs/bad.pdf", "sent/worse.xlsx"]


def test_where_nothing_could_be_read_the_job_is_done_and_says_of_each_file_why(
    config: Config, made: Callable[..., IndexJob], caplog: pytest.LogCaptureFixture
) -> None:
    index(config, FakeEncoder(), config.document_paths)
    job = made()
    job.start([write_files(config.base / "sent", {"空.txt": b""})])
    done = ended(job)
    line = "sent/空.txt: holds no text; it has 0 bytes, so copy or save it anew"
    assert (done.state, done.skipped, done.error) == (Stage.DONE, (line,), None)
    assert f"skipped: {line}" in caplog.text
    assert sources(config) == ["docs/a.txt"]


def test_a_folder_with_nothing_in_it_fails_with_the_mend(config: Config, made: Callable[..., IndexJob]) -> None:
    (config.base / "empty").mkdir()
    job = made()
    job.start([config.base / "empty"])
    failed = ended(job)
    assert failed.state is Stage.FAILED and failed.error is not None
    assert failed.error.startswith(f"no document could be read under {config.base / 'empty'}; name a folder with .txt")


def test_a_path_that_is_not_there_fails_with_the_mend(config: Config, made: Callable[..., IndexJob]) -> None:
    job = made()
    job.start([config.base / "nowhere"])
    told = f"{config.base / 'nowhere'}: no such file or folder; name one that is there"
    assert (ended(job).state, ended(job).error) == (Stage.FAILED, told)


def test_a_failure_of_another_kind_is_told_in_the_log_and_the_next_job_runs(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    job = IndexJob(config, BrokenEncoder())
    job.start(config.document_paths)
    assert (ended(job).state, ended(job).error) == (Stage.FAILED, "indexing failed; the server's log says why")
    assert "no such kernel" in caplog.text
    job.start([config.base / "nowhere"])
    assert until(lambda: "no such file or folder" in (job.state().error or ""))
    job.close()


def test_another_process_that_indexes_is_waited_for(config: Config, made: Callable[..., IndexJob]) -> None:
    job = made()
    with Store(config.index_dir).writing():
        job.start(config.document_paths)
        assert until(lambda: job.state().what == "waiting")
        assert job.state().state is Stage.RUNNING
    assert ended(job).state is Stage.DONE
    assert sources(config) == ["docs/a.txt"]


def test_another_process_that_indexes_on_and_on_is_told(
    config: Config, made: Callable[..., IndexJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.jobs, "_RETRY", 0.01)
    job = made(patience=0.05)
    with Store(config.index_dir).writing():
        job.start(config.document_paths)
        failed = ended(job)
    told = f"another process is indexing into {config.index_dir}; wait until it is done"
    assert (failed.state, failed.error) == (Stage.FAILED, told)


def test_closing_ends_the_waiting(config: Config, made: Callable[..., IndexJob]) -> None:
    job = made()
    with Store(config.index_dir).writing():
        job.start(config.document_paths)
        assert until(lambda: job.state().what == "waiting")
        job.close()
        assert job.state().state is Stage.FAILED


def test_what_was_indexed_is_told_in_the_log(
    config: Config, made: Callable[..., IndexJob], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="bot.jobs"):
        job = made()
        job.start(config.document_paths)
        ended(job)
    assert f"indexed: 1 documents, index {Store(config.index_dir).current()}" in caplog.text
