"""Files are read in a process of their own: what they do to it stays with them.

The process is given a format more, `.hostile`, whose reader does what the file's text names.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.documents import File, read_file
from bot.documents.isolated import IsolatedReader
from bot.errors import UnreadableDocument
from bot.types import StoredDocument
from tests.fake_encoder import ROOT, environment
from tests.made_files import is_gone

GOOD = "河套水文站今日水位为1032.5米，较昨日上涨0.2米。\n下游各闸口照常开启。\n"
HOSTILE = """
import ctypes, os, re, signal, sys, time, types, warnings
import bot.documents
from bot.documents.extracted import Extracted
from bot.documents.lines import line_blocks

def read(path):
    for word in path.read_text().split():
        if word == "segfault":
            ctypes.string_at(0)
        elif word == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        elif word == "exit":
            os._exit(3)
        elif word == "hang":
            time.sleep(600)
        elif word == "spin":
            re.match("(a+)+$", "a" * 60 + "b")
        elif word == "memory":
            bytearray(2 * 1024**3)
        elif word == "leak":
            bot.documents.kept = bytearray(400 * 1024**2)
        elif word == "wait":
            time.sleep(1.5)
        elif word == "noise":
            print("noise", flush=True)
            print("noise", file=sys.stderr, flush=True)
            os.write(1, b"noise")
            warnings.warn("noise")
        elif word == "pid":
            yield Extracted(f"{os.getpid()}", line_blocks(f"{os.getpid()}"), part="pid")
        else:
            yield Extracted(word, line_blocks(word), part=word)

reader = types.ModuleType("bot.documents.hostile")
reader.read = read
sys.modules["bot.documents.hostile"] = reader
bot.documents.FORMATS[".hostile"] = "hostile"
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], File]:
    """Makes a file whose reader does what its words name."""
    startup = tmp_path / "startup"
    startup.mkdir()
    (startup / "sitecustomize.py").write_text(HOSTILE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{startup}{os.pathsep}{ROOT}")

    def make(words: str) -> File:
        path = tmp_path / f"{words.replace(' ', '-')[:60]}.hostile"
        path.write_text(words, encoding="utf-8")
        return File(path, f"docs/{path.name}")

    return make


@pytest.fixture
def good(tmp_path: Path) -> File:
    path = tmp_path / "good.txt"
    path.write_text(GOOD, encoding="utf-8")
    return File(path, "docs/good.txt")


@pytest.fixture
def reader() -> Iterator[IsolatedReader]:
    """A reader with a minute a document and 512 MiB."""
    with IsolatedReader(max_seconds=60, max_memory=512 * 1024**2) as opened:
        yield opened


def told(reader: IsolatedReader, file: File) -> list[str]:
    """The texts and errors that come of a file."""
    return [found.text if isinstance(found, StoredDocument) else str(found) for found in reader.read(file)]


def children(pid: int | None = None) -> set[int]:
    """The processes that a process has started and that are still there."""
    try:
        return set(map(int, Path(f"/proc/{pid or os.getpid()}/task/{pid or os.getpid()}/children").read_text().split()))
    except FileNotFoundError:
        pytest.skip("this system does not tell a process's children")


def test_a_file_gives_what_read_file_gives(good: File, tmp_path: Path, reader: IsolatedReader) -> None:
    lines = tmp_path / "news.jsonl"
    lines.write_text('{"text": "甲。"}\n{"te\n{"id": "x", "text": "乙。"}\n', encoding="utf-8")
    for file in (good, File(lines, "docs/news.jsonl"), File(tmp_path / "gone.txt", "docs/gone.txt")):
        assert list(map(repr, reader.read(file))) == list(map(repr, read_file(file)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("segfault", "crashes its reader (SIGSEGV); save it anew"),
        ("exit", "crashes its reader (exit status 3); save it anew"),
        ("killed", "its reader was killed, most often for want of memory; split it"),
        ("memory", "needs more memory than its reader may have; split it"),
    ],
)
def test_what_a_file_does_to_its_reader_is_its_own_error_and_no_neighbours(
    words: str, expected: str, hostile: Callable[[str], File], good: File, reader: IsolatedReader
) -> None:
    before = list(reader.read(good))
    assert told(reader, hostile(words)) == [f"docs/{words}.hostile: {expected}"]
    assert list(reader.read(good)) == before == list(read_file(good))


@pytest.mark.parametrize("words", ["hang", "spin"])
def test_a_file_that_takes_too_long_is_left_for_the_next(
    words: str, hostile: Callable[[str], File], good: File
) -> None:
    with IsolatedReader(max_seconds=4) as reader:
        before = list(reader.read(good))
        limit = "takes longer than 4 s to read; split it, or raise [documents] max_seconds"
        assert told(reader, hostile(f"one {words} two")) == ["one", f"docs/one-{words}-two.hostile: {limit}"]
        assert list(reader.read(good)) == before


def test_documents_that_came_before_the_crash_are_kept(hostile: Callable[[str], File], reader: IsolatedReader) -> None:
    found = told(reader, hostile("one two segfault three"))
    assert found[:2] == ["one", "two"]
    assert len(found) == 3
    assert "crashes its reader" in found[2]


def test_the_limit_counts_from_document_to_document(hostile: Callable[[str], File]) -> None:
    with IsolatedReader(max_seconds=4) as reader:
        assert told(reader, hostile("wait one wait two wait three")) == ["one", "two", "three"]


def test_one_process_reads_file_after_file(hostile: Callable[[str], File], reader: IsolatedReader) -> None:
    (first,) = told(reader, hostile("pid"))
    assert told(reader, hostile("pid")) == [first]
    assert {int(first)} <= children()


def test_a_process_that_keeps_memory_is_replaced(hostile: Callable[[str], File], reader: IsolatedReader) -> None:
    (first,) = told(reader, hostile("pid"))
    assert told(reader, hostile("leak one")) == ["one"]
    (second,) = told(reader, hostile("pid"))
    assert second != first
    assert told(reader, hostile("leak two")) == ["two"]


def test_a_process_that_died_between_two_files_is_not_the_next_ones_doing(
    hostile: Callable[[str], File], good: File, reader: IsolatedReader
) -> None:
    (pid,) = told(reader, hostile("pid"))
    os.kill(int(pid), signal.SIGKILL)
    assert is_gone(int(pid), 10)
    assert told(reader, good) == [GOOD]


def test_one_who_takes_its_time_with_a_document_costs_the_file_nothing(hostile: Callable[[str], File]) -> None:
    many = hostile(" ".join(f"{number}{'x' * 5000}" for number in range(100)))
    with IsolatedReader(max_seconds=4) as reader:
        found = reader.read(many)
        next(found)
        time.sleep(7)  # by now the process waits for room in the pipe
        assert len(list(found)) == 99


def test_what_libraries_print_is_no_document_and_no_message(
    hostile: Callable[[str], File], reader: IsolatedReader, capfd: pytest.CaptureFixture[str]
) -> None:
    assert told(reader, hostile("one noise two")) == ["one", "two"]
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_read_in_part_leaves_nothing_to_the_next(
    hostile: Callable[[str], File], good: File, reader: IsolatedReader
) -> None:
    found = reader.read(hostile("one two three"))
    assert isinstance(next(found), StoredDocument)
    found.close()
    assert told(reader, good) == [GOOD]


def test_no_process_is_left_and_none_is_started_for_nothing(good: File) -> None:
    before = children()
    with IsolatedReader() as reader:
        assert children() == before
        list(reader.read(good))
        assert len(children()) == len(before) + 1
    assert children() == before


def test_threads_read_at_once_each_with_its_reader(good: File) -> None:
    found: list[StoredDocument | UnreadableDocument] = []

    def read() -> None:
        with IsolatedReader() as reader:
            found.extend(reader.read(good))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert found == 3 * list(read_file(good))


# How it is called

SCRIPT = """
import sys
from pathlib import Path
from bot.documents import File
from bot.documents.isolated import IsolatedReader
print("begun", flush=True)
with IsolatedReader(max_seconds=2) as reader:
    for found in reader.read(File(Path(sys.argv[1]), "docs/a")):
        print(getattr(found, "text", found), flush=True)
    if len(sys.argv) > 2:
        for found in reader.read(File(Path(sys.argv[2]), "docs/b")):
            print(found, flush=True)
"""


@pytest.mark.parametrize("how", ["stdin", "file"])
def test_a_script_needs_no_guard_and_no_file(how: str, good: File, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    program = ["-"] if how == "stdin" else [str(tmp_path / "script.py")]
    done = subprocess.run(
        [sys.executable, *program, str(good.path)],
        input=SCRIPT if how == "stdin" else "",
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"begun\n{GOOD}\n", "")


def waiting(hostile: Callable[[str], File], words: str) -> tuple[subprocess.Popen[str], int]:
    """A script that waits for a file's reader, and the reader's process."""
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(hostile("pid").path), str(hostile(words).path)],
        env=environment(PYTHONPATH=os.environ["PYTHONPATH"]),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert script.stdout
    assert script.stdout.readline() == "begun\n"
    pid = int(script.stdout.readline())
    time.sleep(0.3)
    return script, pid


@pytest.mark.parametrize("words", ["hang", "spin"])
def test_an_interrupt_ends_the_reader_at_once_and_without_a_word_of_it(
    words: str, hostile: Callable[[str], File]
) -> None:
    script, pid = waiting(hostile, words)
    began = time.monotonic()
    script.send_signal(signal.SIGINT)
    _, complaint = script.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert complaint.count("Traceback") == 1  # the script's own: it does not catch KeyboardInterrupt
    assert complaint.rstrip().endswith("KeyboardInterrupt")
    assert is_gone(pid, 10)


@pytest.mark.parametrize("words", ["hang", "spin"])
def test_a_reader_does_not_outlive_the_process_that_asked(words: str, hostile: Callable[[str], File]) -> None:
    script, pid = waiting(hostile, words)
    script.kill()
    script.communicate(timeout=30)
    assert is_gone(pid, 20)
