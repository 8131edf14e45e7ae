"""Bad input, row by row: what is done, the status it ends with, and a piece of the one line it is told in."""

from __future__ import annotations

import gzip
import logging
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import server
from bot.indexer import index
from bot.store import Store
from tests.fake_encoder import ROOT, FakeEncoder, Result, config_in, json_lines, write_files

ORDOS = "鄂尔多斯全年紧急止付涉案资金3.01亿元。"
PARAGRAPH = json_lines([{"id": "p", "text": ORDOS, "questions": [{"question": "止付多少？", "answers": ["3.01亿元"]}]}])
PORT = "18999"  # stands for a port that is taken while the call is made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with documents, an index of them, an empty folder, and a configuration."""
    folder = write_files(tmp_path / "f", {"docs/a.txt": ORDOS, "x.toml": "[index]\ndir = 'index'\n"})
    (folder / "empty").mkdir()
    index(config_in(folder), FakeEncoder(), [folder / "docs"])
    return folder


def generation(folder: Path) -> Path:
    name = Store(folder / "index").current()
    assert name
    return folder / "index" / "generations" / name


# What is done to the folder before the call


def nothing(folder: Path) -> None:
    """The folder is as it should be."""


def no_index(folder: Path) -> None:
    shutil.rmtree(folder / "index")


def other_model(folder: Path) -> None:
    index(config_in(folder), FakeEncoder(fingerprint="other"), [folder / "docs"])


def other_schema(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.store.SCHEMA", 99)
        index(config_in(folder), FakeEncoder(), [folder / "docs"])


def flipped(file: str) -> Callable[[Path], None]:
    def flip(folder: Path) -> None:
        path = generation(folder) / file
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return flip


def current_is(content: bytes) -> Callable[[Path], None]:
    return lambda folder: writes({"index/current": content})(folder)


def index_is_a_file(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    (folder / "index").write_text("not a folder")


def writes(files: Mapping[str, str | bytes]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        write_files(folder, files)

    return write


def config(text: str) -> Callable[[Path], None]:
    return writes({"x.toml": text})


def another_writer(folder: Path) -> AbstractContextManager[None]:
    return Store(folder / "index").writing()


@contextmanager
def taken_port(folder: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


@dataclass(frozen=True)
class Case:
    """A row: ``{}`` in an argument is the folder; `told` is on the one line; `environ` is the server's."""

    what: str
    prepare: Callable[[Path], object]
    call: list[str]
    status: int
    told: str
    environ: dict[str, str] = field(default_factory=dict)


ASK, INDEX = ["ask", "止付多少", "--index", "{}/index"], ["index", "{}/docs", "--index", "{}/index"]
CONFIGURED = ["ask", "止付多少", "--config", "{}/x.toml"]
EVAL = ["eval", "{}/p.jsonl", "--index", "{}/index"]
MORE = [*EVAL, "--distractors", "{}/d.gz"]
TUNE = ["tune", "{}/p.jsonl", "--index", "{}/index"]
SERVE = ["server", "--config", "{}/x.toml"]
REBUILD = "run: python -m bot index"


def ask(question: str) -> list[str]:
    return ["ask", question, "--index", "{}/index"]


TABLE = [
    # Questions
    Case("a blank question", nothing, ask(""), 2, "question is blank; write what you want to know"),
    Case("a question of blanks", nothing, ask(" \u3000\n\t"), 2, "question is blank; write what you want to know"),
    Case("an over-long question", nothing, ask("字" * 1001), 2, "question has 1001 characters; at most 1000 are"),
    Case("a binary question", nothing, ask("\x01\x02\x7fELF"), 2, "question holds control characters; send plain text"),
    Case("no question", nothing, ["ask"], 2, 'ask one thing: python -m bot ask "QUESTION", or --batch FILE'),
    Case("a question and a batch", nothing, ["ask", "止付", "--batch", "-"], 2, "ask one thing: "),
    Case("a batch that is not there", nothing, ["ask", "--batch", "{}/q.jsonl"], 2, "q.jsonl: cannot be opened"),
    Case("a batch that is a folder", nothing, ["ask", "--batch", "{}/docs"], 2, "docs: cannot be opened"),
    # The index
    Case("a missing index", no_index, ASK, 1, f"there is no index in {{}}/index; {REBUILD}"),
    Case("an index of another model", other_model, ASK, 1, f"was built with another model or token limit; {REBUILD}"),
    Case("an index of another schema", other_schema, ASK, 1, f"is of another version of this program; {REBUILD}"),
    Case("damaged texts", flipped("texts.sqlite"), ASK, 1, f"texts.sqlite is damaged; {REBUILD}"),
    Case("damaged vectors", flipped("vectors.faiss"), ASK, 1, f"vectors.faiss is damaged; {REBUILD}"),
    Case("damaged words", flipped("lexical/vocab.index.json"), ASK, 1, f"vocab.index.json is damaged; {REBUILD}"),
    Case("a damaged manifest", flipped("manifest.json"), ASK, 1, REBUILD),
    Case("a generation that is gone", current_is(b"000009-x"), ASK, 1, "manifest.json is missing or damaged; run:"),
    Case("garbage for its name", current_is(b"\xff\xff"), ASK, 1, "current cannot be read"),
    Case("a file for an index", index_is_a_file, ASK, 1, REBUILD),
    Case("a file to index into", index_is_a_file, INDEX, 1, "{}/index cannot be written"),
    Case("another process indexing", another_writer, INDEX, 1, "another process is indexing into {}/index; wait until"),
    # Documents
    Case("a path that is not there", nothing, ["index", "{}/no", "--index", "{}/i"], 2, "{}/no: no such file or"),
    Case("an empty folder", nothing, ["index", "{}/empty", "--index", "{}/i"], 1, "no document could be read under"),
    Case(
        "a folder without readable files",
        writes({"bad/a.exe": b"MZ", "bad/b.txt": b"\0\0", "bad/c.pdf": b"%PDF-1.7 cut"}),
        ["index", "{}/bad", "--index", "{}/i"],
        1,
        "no document could be read under {}/bad (",
    ),
    Case("an unreadable file among good ones", writes({"docs/b.pdf": b"%PDF-1.7 cut"}), INDEX, 0, "b.pdf: is damaged"),
    Case("a binary file among good ones", writes({"docs/b.txt": b"\0\1"}), INDEX, 0, "docs/b.txt: is binary, not text"),
    Case("an unknown format among good ones", writes({"docs/b.xyz": "?"}), INDEX, 0, "b.xyz: this format is not read"),
    Case("an empty file among good ones", writes({"docs/b.txt": ""}), INDEX, 0, "docs/b.txt: holds no text;"),
    Case("a bad JSON line among good ones", writes({"docs/b.jsonl": '{"text": "甲。"}\n{"te'}), INDEX, 0, "line 2"),
    Case(
        "an id that comes twice",
        writes({"docs/b.jsonl": json_lines([{"id": "x", "text": "甲。"}, {"id": "x", "text": "乙。"}])}),
        INDEX,
        0,
        "docs/b.jsonl: the id x was there before; give it another",
    ),
    Case(
        "a path to forget that was never indexed",
        nothing,
        ["index", "--forget", "{}/empty", "--index", "{}/index"],
        2,
        "{}/empty: is not in the index, so it cannot be forgotten; indexed is ",
    ),
    # The configuration
    Case("a missing configuration", nothing, ["ask", "止付", "--config", "{}/y.toml"], 2, "{}/y.toml: no such file;"),
    Case("a folder for one", nothing, ["ask", "止付", "--config", "{}/docs"], 2, "{}/docs: cannot be read as UTF-8"),
    Case("one that is not TOML", config("[index"), CONFIGURED, 2, "{}/x.toml: is not valid TOML: "),
    Case("an unknown key", config("[index]\nfolder = 'i'"), CONFIGURED, 2, "unknown key index.folder; [index] takes"),
    Case("an unknown table", config("[indices]\ndir = 'i'"), CONFIGURED, 2, "unknown key [indices]; the tables are"),
    Case("a bad value", config("[retriever]\ndepth = 0"), CONFIGURED, 2, "retriever.depth = 0 is wrong; it takes"),
    Case("a folder with a NUL", config('[index]\ndir = "a\\u0000b"'), CONFIGURED, 2, "index.dir = 'a\\x00b' is wrong"),
    Case(
        "a model that is none",
        config("[model]\nname = 'docs'\n[index]\ndir = 'index'"),
        CONFIGURED,
        1,
        "the model 'docs' cannot be loaded",
    ),
    Case(
        "a dictionary that is not there",
        config("[retriever]\ndictionary = 'w.txt'\n[index]\ndir = 'index'"),
        ["index", "{}/docs", "--config", "{}/x.toml"],
        2,
        "{}/w.txt: cannot be opened (No such file or directory); set [retriever] dictionary",
    ),
    Case(
        "a dictionary with a bad line",
        writes({"x.toml": "[retriever]\ndictionary = 'w.txt'\n[index]\ndir = 'index'", "w.txt": "甲\n多多 评\n"}),
        ["index", "{}/docs", "--config", "{}/x.toml"],
        2,
        "{}/w.txt: line 2 is no word; write 多多评, or 多多评 100 nz",
    ),
    # Labelled questions
    Case("no file to score", nothing, EVAL, 2, "p.jsonl: cannot be opened (No such file or directory); name a file"),
    Case("a file that is not JSON", writes({"p.jsonl": "问题？"}), EVAL, 2, "p.jsonl: is not JSON lines in UTF-8;"),
    Case("a file of other lines", writes({"p.jsonl": '{"q": 1}\n'}), EVAL, 2, "p.jsonl: line 1 is no labelled"),
    Case("lines that are no objects", writes({"p.jsonl": "[1]\n"}), EVAL, 2, "p.jsonl: line 1 is no labelled"),
    Case("a negative limit", writes({"p.jsonl": PARAGRAPH, "d.gz": ""}), [*MORE, "--limit", "-1"], 2, "limit"),
    Case("a negative sample", writes({"p.jsonl": PARAGRAPH * 3}), [*EVAL, "--sample", "-1"], 2, "sample"),
    Case("no distractors", writes({"p.jsonl": PARAGRAPH}), MORE, 2, "d.gz: cannot be"),
    Case(
        "distractors cut short",
        writes({"p.jsonl": PARAGRAPH, "d.gz": gzip.compress(PARAGRAPH.encode() * 50)[:-20]}),
        MORE,
        2,
        "d.gz: cannot be opened",
    ),
    Case("no file to tune on", nothing, TUNE, 2, "p.jsonl: cannot be opened (No such file or directory); name a file"),
    Case("a negative sample to tune on", writes({"p.jsonl": PARAGRAPH}), [*TUNE, "--sample", "-1"], 2, "sample"),
    # The server
    Case("a port in use", taken_port, [*SERVE, "--port", PORT], 1, "stop what listens there, or choose another"),
    Case("a port that is a word", nothing, [*SERVE, "--port", "http"], 2, "server.port = 'http' is wrong; it takes"),
    Case("a port beyond all ports", nothing, [*SERVE, "--port", "65536"], 2, "server.port = 65536 is wrong; it takes "),
    Case("a bad BOT_PORT", nothing, SERVE, 2, "server.port = '80x' is wrong; it takes", {"BOT_PORT": "80x"}),
    Case("a bad BOT_CONFIG", nothing, ["server"], 2, "nowhere.toml: no such file;", {"BOT_CONFIG": "nowhere.toml"}),
    Case("a host that is none", nothing, [*SERVE, "--host", "no-such-host.invalid"], 2, "invalid: no such host;"),
    Case("a host with an empty label", nothing, [*SERVE, "--host", "a..b"], 2, "a..b: no such host; set [server] host"),
    Case("a bad value for the server", config("[server]\nport = 0"), SERVE, 2, "server.port = 0 is wrong; it takes"),
]  # fmt: skip


def line_of(result: Result, case: Case, folder: Path) -> str:
    """The one line a call is told off in."""
    assert "Traceback" not in result.err
    assert result.status == case.status
    (line,) = (line for line in result.err.splitlines() if not line.startswith("files read: "))  # a slow machine's
    assert line.startswith("error: " if case.status else "skipped: ")
    assert case.told.replace("{}", str(folder)) in line
    return line


@pytest.fixture
def quiet_logging() -> Iterator[None]:
    """Puts back what serving sets of logging."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in ("faiss", "waitress.queue", "slack_bolt"))]
    loggers += [logging.getLogger(name) for name in ("sentence_transformers", "httpx", "slack_sdk")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.what)
def test_bad_input_is_one_line_with_its_mend_and_the_right_status(
    case: Case,
    folder: Path,
    cli: Callable[..., Result],
    capsys: pytest.CaptureFixture[str],
    quiet_logging: None,
) -> None:
    with ExitStack() as stack:
        prepared = case.prepare(folder)
        given = stack.enter_context(prepared if isinstance(prepared, AbstractContextManager) else nullcontext())
        call = [argument.replace("{}", str(folder)).replace(PORT, str(given)) for argument in case.call]
        if call[0] == "server":
            status = server.main(call[1:], case.environ)
            told = capsys.readouterr()
            result = Result(status, told.out, told.err)
        else:
            result = cli(*call, real=case.what == "a model that is none")
    line = line_of(result, case, folder)
    assert case.status == 0 or result.out == ""
    assert ";" in line or ": python -m bot" in line  # the mend


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (no_index, f"there is no index in {{}}/index; {REBUILD}"),
        (flipped("vectors.faiss"), f"vectors.faiss is damaged; {REBUILD}"),
    ],
    ids=["missing", "corrupt"],
)
def test_a_server_without_a_usable_index_says_so_and_ends(
    folder: Path, process: Callable[..., Result], prepare: Callable[[Path], None], told: str
) -> None:
    prepare(folder)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    result = process("--config", folder / "x.toml", "--port", port, program=[server.__file__])
    assert result.out == ""
    line_of(result, Case("", prepare, [], 1, told), folder)


def test_a_cache_that_is_no_folder_is_one_line_with_its_mend(folder: Path, process: Callable[..., Result]) -> None:
    write_files(folder, {"cache": "not a folder"})
    fake = str(ROOT / "tests" / "fake_encoder.py")  # only jieba's dictionary is kept there then
    done = process("ask", "止付", "--index", folder / "index", program=[fake], BOT_CACHE=str(folder / "cache"))
    line_of(done, Case("", nothing, [], 1, "BOT_CACHE"), folder)


def test_bad_input_is_one_line_from_a_process_too(process: Callable[..., Result]) -> None:
    done = process("ask", "止付")
    assert (done.status, done.out) == (1, "")
    assert done.err == "error: there is no index in .index; run: python -m bot index\n"


@pytest.mark.parametrize(
    "question", ["止付多少\ud800", "\udcff\udcfe止付", "？！…", "𠮷" * 1000, "a\u200bb", "\u202e止付"]
)
def test_strange_questions_are_answered_or_not_found_all_the_same(
    folder: Path, cli: Callable[..., Result], question: str
) -> None:
    done = cli("ask", question, "--json", "--index", folder / "index")
    assert (done.status, done.err) == (0, "")
    done.out.encode("utf-8")
