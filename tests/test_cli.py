"""The command line: what it prints, where, and the status it ends with."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot import __version__
from bot.__main__ import for_a_person
from bot.config import Config
from bot.progress import ProgressLine
from bot.store import Store
from bot.types import Question
from bot.web.view import facts
from bot.web.words import WORDS
from bot.wire import answer_to_json
from embeddings.encoder import Encoder
from reading.reader import TrainedReader
from tests.fake_encoder import ROOT, FakeEncoder, Result, environment, json_lines, write_files
from tests.fakes import FakeBot

Cli = Callable[..., Result]

ORDOS = "鄂尔多斯全年紧急止付涉案资金3.01亿元。"
BAYANNUR = "巴彦淖尔共划分网格5780个。"
ASKED = "鄂尔多斯止付多少资金？"
FAKE = [sys.executable, str(ROOT / "tests" / "fake_encoder.py")]
CHANGING = ("id", "request_id", "took_ms")


@pytest.fixture
def folder(tmp_path: Path, cli: Cli) -> Path:
    """A folder with two documents in docs/, indexed in index/."""
    write_files(tmp_path, {"docs/a.txt": ORDOS, "docs/b.txt": BAYANNUR})
    assert cli("index", tmp_path / "docs", "--index", tmp_path / "index").status == 0
    return tmp_path


def replies(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.out.splitlines()]


# index


def test_index_says_what_it_indexed(cli: Cli, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": ORDOS, "docs/b.txt": BAYANNUR})
    done = cli("index", tmp_path / "docs", "--index", tmp_path / "index")
    name = Store(tmp_path / "index").current()
    assert (done.status, done.out) == (0, f"2 documents, 2 passages: index {name}\n")


def test_a_dry_run_reads_and_reports_and_writes_nothing(cli: Cli, tmp_path: Path) -> None:
    table = "地区,网格\n河东,412个\n河西,365个\n"
    write_files(tmp_path, {"docs/a.txt": ORDOS, "docs/b.csv": table, "docs/c.zip": b"PK\5\6" + bytes(18)})
    encoder = FakeEncoder()
    done = cli("index", tmp_path / "docs", "--dry-run", "--index", tmp_path / "index", encoder=encoder)
    assert done.status == 0
    assert done.out == "3 files, 2 documents, 3 passages, 1 table, 1 skipped: nothing was written\n"
    assert done.err.startswith("skipped: docs/c.zip: ")
    assert "unpack" in done.err
    assert encoder.encoded == []
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("flag", ["--only", "--forget=docs"])
def test_a_dry_run_takes_nothing_that_drops_documents(cli: Cli, folder: Path, flag: str) -> None:
    done = cli("index", folder / "docs", "--dry-run", flag, "--index", folder / "index")
    assert done.status == 2
    assert "--dry-run" in done.err


def test_index_names_and_counts_what_it_could_not_read_and_succeeds(cli: Cli, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": ORDOS, "docs/b.txt": b"\0\0", "docs/c.xyz": "?"})
    done = cli("index", tmp_path / "docs", "--index", tmp_path / "index")
    name = Store(tmp_path / "index").current()
    assert (done.status, done.out) == (0, f"3 files, 1 document, 1 passage, 2 skipped: index {name}\n")
    assert [line.split(": ")[:2] for line in done.err.splitlines()] == [
        ["skipped", "docs/b.txt"],
        ["skipped", "docs/c.xyz"],
    ]


def test_index_without_paths_takes_those_of_the_configuration(cli: Cli, tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {"docs/a.txt": ORDOS, "x.toml": "[documents]\npaths = ['docs']\n[index]\ndir = 'index'\n"},
    )
    done = cli("index", "--config", tmp_path / "x.toml")
    assert (done.status, done.out.split(":")[0]) == (0, "1 document, 1 passage")
    assert Store(tmp_path / "index").current()


def test_forget_drops_a_path_and_indexes_nothing_else(cli: Cli, folder: Path) -> None:
    done = cli("index", "--forget", folder / "docs/a.txt", "--index", folder / "index")
    assert (done.status, done.out.split(":")[0]) == (0, "1 document, 1 passage")
    done = cli("index", "--forget", folder / "docs", "--index", folder / "index")
    assert (done.status, done.out.split(":")[0]) == (0, "0 documents, 0 passages")
    asked = cli("ask", ASKED, "--json", "--index", folder / "index")
    assert (asked.status, json.loads(asked.out)["status"]) == (0, "not_found")


def test_an_interrupted_index_says_so_and_goes_on_when_run_again(cli: Cli, folder: Path) -> None:
    lines = [{"id": str(number), "text": f"第{number}份文件。"} for number in range(100)]
    write_files(folder / "docs", {"many.jsonl": json_lines(lines)})
    call = ("index", folder / "docs", "--index", folder / "index")
    done = cli(*call, encoder=FakeEncoder(stop_after=64))
    assert (done.status, done.out) == (1, "")
    assert done.err == "\nstopped; what was computed is kept, run the same command again to go on\n"
    again = FakeEncoder()
    assert cli(*call, encoder=again).status == 0
    assert len(again.encoded) == 100 - 64


# ask


def test_ask_prints_the_answer_its_quote_and_where_it_stands(cli: Cli, folder: Path) -> None:
    done = cli("ask", ASKED, "--index", folder / "index")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"3.01亿元。\n“{ORDOS}”[1]\n[1] a.txt (docs/a.txt:14-20)\n"


def test_ask_prints_title_publisher_and_date_where_they_are_known(cli: Cli, tmp_path: Path) -> None:
    document = {"id": "x", "title": "平安账本", "publisher": "草原日报", "date": "2022-01-06", "text": ORDOS}
    write_files(tmp_path, {"docs/a.jsonl": json_lines([document])})
    cli("index", tmp_path / "docs", "--index", tmp_path / "index")
    done = cli("ask", ASKED, "--index", tmp_path / "index")
    assert done.out.splitlines()[-1] == "[1] 平安账本 · 草原日报 · 2022-01-06 (docs/a.jsonl:14-20)"


@pytest.mark.parametrize(
    ("question", "confidence", "told"),
    [
        ("止付多少", 0.4, "3.01亿元。"),
        ("止付多少", 0.39, "3.01亿元。（不太有把握）"),
        ("How much was stopped?", 0.39, "3.01亿元。 (not very sure)"),
    ],
)
def test_ask_says_that_it_is_not_very_sure_from_where_the_page_does(
    question: str, confidence: float, told: str
) -> None:
    known = replace(FakeBot().ask(Question("止付")), text="3.01亿元。", confidence=confidence)
    assert for_a_person(replace(known, question=question, understood=question)).splitlines()[0] == told
    assert ("不太有把握" in facts(answer_to_json(known), WORDS["zh"])) is (confidence < 0.4)


def test_ask_shows_the_nearest_passages_where_nothing_answers(cli: Cli, folder: Path) -> None:
    done = cli("ask", "珠穆朗玛峰有多高？", "--index", folder / "index")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("没有找到")
    assert sorted(lines[1:]) == [f"  · a.txt: {ORDOS}", f"  · b.txt: {BAYANNUR}"]


def test_ask_with_json_prints_the_whole_answer(cli: Cli, folder: Path) -> None:
    done = cli("ask", ASKED, "--json", "--index", folder / "index")
    told = json.loads(done.out)
    assert (
        list(told)
        == (
            "id request_id question understood status reason answer answers text confidence citations passages "
            "undated_excluded index took_ms parts"
        ).split()
    )
    assert (told["question"], told["status"], told["answer"]) == (ASKED, "answered", "3.01亿元")
    assert told["index"] == Store(folder / "index").current()


def test_the_same_question_gets_the_same_json_but_for_what_names_the_call(cli: Cli, folder: Path) -> None:
    both = [json.loads(cli("ask", ASKED, "--json", "--index", folder / "index").out) for _ in range(2)]
    assert both[0]["id"] != both[1]["id"]
    first, second = ({key: value for key, value in told.items() if key not in CHANGING} for told in both)
    assert first == second


# ask --batch


def test_a_batch_answers_line_by_line_in_order_with_the_ids(cli: Cli, folder: Path) -> None:
    lines = [
        {"id": "one", "question": ASKED},
        {"id": 2, "question": "巴彦淖尔划分了多少个网格？", "top_k": 1},
        {"question": "珠穆朗玛峰有多高？"},
        {"request_id": "four", "question": ASKED, "filters": {"source": "docs/b"}},
    ]
    write_files(folder, {"q.jsonl": "\ufeff" + json_lines(lines[:2]) + "\n  \n" + json_lines(lines[2:])})
    done = cli("ask", "--batch", folder / "q.jsonl", "--index", folder / "index")
    told = replies(done)
    assert (done.status, done.err) == (0, "")
    assert [(reply["request_id"], reply["answer"]) for reply in told] == [
        ("one", "3.01亿元"),
        ("2", "5780个"),
        (None, None),
        ("four", None),
    ]
    assert [len(reply["passages"]) for reply in told] == [2, 1, 2, 1]


def test_a_bad_line_gets_its_error_in_its_place_and_the_others_their_answers(cli: Cli, folder: Path) -> None:
    lines = [
        b'{"id": "a", "question": "%s"}' % ASKED.encode(),
        b"{not json",
        b'["a list"]',
        b"\xff\xfe",
        b'{"id": "b", "question": ""}',
        b'{"id": "c", "question": "x", "topk": 3}',
        b'{"id": ["d"], "question": "x"}',
        b"[" * 100_000,
        b'{"id": "\\ud800", "question": " "}',
        b'{"id": "e", "question": "%s"}' % ASKED.encode(),
    ]
    done = cli("ask", "--batch", "-", "--index", folder / "index", stdin=b"\n".join(lines))
    told = replies(done)
    assert (done.status, done.err, len(told)) == (1, "", 10)
    assert [reply["request_id"] for reply in told[:8]] == ["a", None, None, None, "b", "c", ["d"], None]
    assert told[8]["request_id"] in ("?", "\ufffd")  # no UTF-8 carries what was sent
    assert told[9]["request_id"] == "e"
    assert [reply.get("answer") for reply in told] == ["3.01亿元", *[None] * 8, "3.01亿元"]
    not_json = 'is not a JSON object in UTF-8, such as {"question": "…"}'
    keys = "question, top_k, filters, previous, today, request_id"
    assert [reply["error"]["message"] for reply in told[1:7]] == [
        f"line 2: {not_json}",
        'line 3: is not a JSON object, such as {"question": "…"}',
        f"line 4: {not_json}",
        "line 5: question is blank; write what you want to know",
        f"line 6: unknown key topk; the keys are {keys}",
        "line 7: request_id must be a text of at most 200 characters, or null",
    ]
    assert all(set(reply) == {"request_id", "error"} for reply in told[1:9])
    assert all(set(reply["error"]) == {"code", "message"} for reply in told[1:9])


def test_a_batch_of_no_lines_prints_nothing(cli: Cli, folder: Path) -> None:
    assert cli("ask", "--batch", "-", "--index", folder / "index", stdin=b"\n \n") == Result(0, "", "")


# doctor


def findings(result: Result) -> dict[str, tuple[str, str]]:
    """What doctor printed: name to mark and finding."""
    split = [line.split(None, 2) for line in result.out.splitlines()]
    return {name.rstrip(":"): (mark, finding) for mark, name, finding in split}


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def config_file(folder: Path, port: int, documents: str = "docs") -> Path:
    text = f"[documents]\npaths = ['{documents}']\n[index]\ndir = 'index'\n[server]\nport = {port}\n"
    return write_files(folder, {"x.toml": text}) / "x.toml"


def test_doctor_says_that_all_is_well(cli: Cli, folder: Path, free_port: int) -> None:
    done = cli("doctor", "--config", config_file(folder, free_port))
    name = Store(folder / "index").current()
    whoever = "BOT_API_TOKENS is not set; whoever reaches the server"
    assert (done.status, done.err) == (0, "")
    assert findings(done) == {
        "model": ("ok", "multilingual-e5-small, built in, 5 dimensions"),
        "reader": ("ok", f"built in, {TrainedReader().fingerprint}"),
        "index": ("ok", f"{name}: 2 documents, 2 passages from {folder / 'docs'}"),
        "documents": ("ok", str(folder / "docs")),
        "port": ("ok", f"127.0.0.1:{free_port} is free"),
        "access": ("ok", f"off: {whoever} may admin, ask, read, write"),
        "slack": ("ok", "off: SLACK_BOT_TOKEN is not set"),
        "network": ("ok", "not needed: the model, the index and the page are all on this machine"),
    }


def test_doctor_fails_where_asking_cannot_work(cli: Cli, tmp_path: Path, free_port: int) -> None:
    done = cli("doctor", "--config", config_file(tmp_path, free_port))
    assert done.status == 1
    assert findings(done)["index"] == ("FAIL", f"there is no index in {tmp_path / 'index'}; run: python -m bot index")


def test_doctor_notes_what_asking_does_not_need(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        done = cli("doctor", "--config", config_file(folder, port, documents="nowhere"))
    assert done.status == 0
    found = findings(done)
    assert found["port"] == ("note", f"127.0.0.1:{port} is taken (by this bot's server?); else use --port")
    assert found["documents"] == ("note", f"{folder / 'nowhere'}: not there; set [documents] paths")
    assert found["slack"][0] == "note"
    assert "SLACK_BOT_TOKEN is malformed" in found["slack"][1]
    assert "hunter2" not in done.out


def test_doctor_tells_of_a_model_that_cannot_be_loaded_and_goes_on(cli: Cli, folder: Path, free_port: int) -> None:
    file = config_file(folder, free_port)
    file.write_text(file.read_text(encoding="utf-8") + "[model]\nname = 'docs'\n", encoding="utf-8")
    done = cli("doctor", "--config", file, real=True)
    found = findings(done)
    assert (done.status, done.err) == (1, "")
    assert found["model"][0] == "FAIL"
    assert "the model 'docs' cannot be loaded" in found["model"][1]
    assert found["index"][0] == "ok"
    assert len(found) == 8


@pytest.mark.parametrize("host", ["::1", "no-such-host.invalid", "a..b"])
def test_doctor_does_not_call_a_port_taken_where_the_host_is_the_matter(
    cli: Cli, folder: Path, free_port: int, host: str
) -> None:
    file = config_file(folder, free_port)
    file.write_text(file.read_text(encoding="utf-8") + f"host = '{host}'\n", encoding="utf-8")
    done = cli("doctor", "--config", file)
    assert done.status == 0
    mark, finding = findings(done)["port"]
    assert host in finding
    assert "is taken" not in finding
    assert mark == ("ok" if host == "::1" and socket.has_ipv6 and _listens("::1") else "note")


def _listens(host: str) -> bool:
    try:
        with socket.create_server((host, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


# The call itself


@pytest.mark.parametrize("arguments", [[], ["sing"], ["ask", "--loud", "x"], ["index", "--forget"], ["eval"], ["tune"]])
def test_a_call_that_is_no_call_is_status_2_with_the_usage(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("usage: python -m bot")


def test_version_and_help_succeed(cli: Cli) -> None:
    assert cli("--version") == Result(0, f"{__version__}\n", "")
    assert cli("--help").status == 0
    for command in ("index", "ask", "eval", "tune", "doctor"):
        done = cli(command, "--help")
        assert (done.status, "--config" in done.out, "--index" in done.out) == (0, True, True)


def test_bytes_that_are_no_utf8_and_a_locale_without_characters_do_no_harm(folder: Path) -> None:
    done = subprocess.run(
        [*FAKE, "ask", "--json", "--index", str(folder / "index"), ASKED.encode() + b"\xff"],
        env=environment(LC_ALL="C"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout.decode("utf-8"))
    assert (told["answer"], told["question"]) == ("3.01亿元", f"{ASKED}\ufffd")


# Pipes, signals, full disks: with a process of its own


@pytest.fixture
def batch(folder: Path) -> Any:
    """A batch that has answered its first line and waits for the next."""
    with subprocess.Popen(
        [*FAKE, "ask", "--batch", "-", "--index", str(folder / "index")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        send(process)
        assert json.loads(cast("io.BufferedReader", process.stdout).readline())["answer"] == "3.01亿元"
        yield process
        process.kill()


def send(process: subprocess.Popen[bytes]) -> None:
    """One question to a batch."""
    stdin = cast("io.BufferedWriter", process.stdin)
    stdin.write(json.dumps({"question": ASKED}).encode() + b"\n")
    stdin.flush()


def test_a_batch_answers_each_line_as_it_comes(batch: subprocess.Popen[bytes]) -> None:
    for _ in range(3):
        send(batch)
        assert json.loads(cast("io.BufferedReader", batch.stdout).readline())["answer"] == "3.01亿元"
    out, err = batch.communicate(timeout=60)
    assert (batch.returncode, out, err) == (0, b"", b"")


def test_a_batch_whose_reader_has_gone_ends_without_a_traceback(batch: subprocess.Popen[bytes]) -> None:
    cast("io.BufferedReader", batch.stdout).close()
    send(batch)
    assert batch.wait(timeout=60) == 1
    assert cast("io.BufferedReader", batch.stderr).read() == b""


def test_a_batch_that_is_interrupted_ends_with_a_line_and_no_traceback(batch: subprocess.Popen[bytes]) -> None:
    batch.send_signal(signal.SIGINT)
    assert batch.wait(timeout=60) == 1
    told = cast("io.BufferedReader", batch.stderr).read().decode()
    assert told.strip().startswith("stopped")
    assert len(told.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [["ask", ASKED], ["index", "docs"], ["doctor"]], ids=["ask", "index", "doctor"])
def test_a_reader_that_has_gone_before_the_answer_is_no_traceback(folder: Path, command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*FAKE, *command, "--index", str(folder / "index")],
        cwd=folder,
        stdout=write,
        stderr=subprocess.PIPE,
        env=environment(),
        timeout=60,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr.decode()) == (1, "")


def test_a_full_disk_under_the_answer_is_one_line(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*FAKE, "ask", ASKED, "--index", str(folder / "index")],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=False,
        )
    told = done.stderr.decode()
    assert (done.returncode, len(told.splitlines())) == (1, 1)
    assert told.startswith("error: ")
    assert "No space left on device" in told


def test_a_full_disk_under_the_index_is_one_line_and_leaves_the_old_one(folder: Path, cli: Cli) -> None:
    before = Store(folder / "index").current()
    long = [{"id": str(number), "text": f"第{number}份文件，止付{number}元。" * 20} for number in range(300)]
    write_files(folder / "docs", {"many.jsonl": json_lines(long)})
    done = subprocess.run(
        [*FAKE, "index", str(folder / "docs"), "--index", str(folder / "index")],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )
    told = done.stderr.decode()
    assert (done.returncode, done.stdout) == (1, b"")
    assert "Traceback" not in told
    assert [line for line in told.splitlines() if line.startswith("error: ")] == told.splitlines()[-1:]
    assert Store(folder / "index").current() == before
    assert json.loads(cli("ask", ASKED, "--json", "--index", folder / "index").out)["answer"] == "3.01亿元"


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_drawn_over_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("bot.progress.time.monotonic", lambda: now[0])
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        for seconds, done in ((0.0, 0), (0.1, 1), (2.0, 10), (62.0, 100), (80.0, 400)):
            now[0] = 100.0 + seconds
            line.show("passages encoded", done, 400)
    assert terminal.getvalue() == (
        "\r\x1b[Kpassages encoded: 10/400 (5 a second, 1 min 18 s left)"
        "\r\x1b[Kpassages encoded: 100/400 (2 a second, 3 min 6 s left)"
        "\r\x1b[Kpassages encoded: 400/400 (5 a second)\n"
    )


def test_a_log_gets_a_line_now_and_then_and_nothing_of_quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("bot.progress.time.monotonic", lambda: now[0])
    log = io.StringIO()
    with ProgressLine(log) as line:
        line.show("files read", 0, 5)
        line.show("files read", 5, 5)
        for seconds, done in ((0.0, 0), (14.0, 14), (16.0, 16), (20.0, 20)):
            now[0] = 50.0 + seconds
            line.show("passages encoded", done, 20)
    assert log.getvalue() == "passages encoded: 16/20 (1 a second, 4 s left)\npassages encoded: 20/20 (1 a second)\n"


# The real model


def test_the_real_model_answers_a_batch_about_the_samples(cli: Cli, samples_config: Config, encoder: Encoder) -> None:
    lines = [{"id": "1", "question": "鄂尔多斯电诈止付多少"}, {"id": "2", "question": "巴彦淖尔电诈止付多少"}]
    done = cli(
        "ask", "--batch", "-", "--index", samples_config.index_dir, stdin=json_lines(lines).encode(), encoder=encoder
    )
    first, second = replies(done)
    assert (done.status, done.err) == (0, "")
    assert (first["request_id"], first["status"], first["answer"]) == ("1", "answered", "3.01亿元")
    assert (second["request_id"], second["status"], second["reason"]) == ("2", "not_found", "other_place")
