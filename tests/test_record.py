"""Records: what is kept of an answer, and that it is given again byte for byte."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from bot.record import FILE, Recorder, audit, differences, find_record, needed_generations, plain
from bot.store import Store
from bot.types import Question
from bot.web.app import create_app
from tests.fake_encoder import FakeEncoder, Result, config_in, json_lines, write_files
from tests.fakes import hit

Cli = Callable[..., Result]
ORDOS = "鄂尔多斯全年紧急止付涉案资金3.01亿元，返还受骗群众800余万元。"
BAOTOU = "包头全年紧急止付涉案资金1.26亿元。"
ASKED = "鄂尔多斯止付资金多少"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two indexed documents, and a configuration that records."""
    write_files(tmp_path, {"docs/a.txt": ORDOS, "docs/b.txt": BAOTOU, "on.toml": settings()})
    index(recording(tmp_path), FakeEncoder(), [tmp_path / "docs"])
    return tmp_path


def settings(enabled: bool = True, min_support: float = 0.6) -> str:
    """A configuration file."""
    return (
        f'[index]\ndir = "index"\n[record]\nenabled = {str(enabled).lower()}\n[answers]\nmin_support = {min_support}\n'
    )


def recording(folder: Path, **limits: int) -> Config:
    return config_in(folder, record={"enabled": True, **limits})


def ask(folder: Path, *questions: Question, **limits: int) -> list[str]:
    """The ids of the answers, which are recorded."""
    bot = Bot.open(recording(folder, **limits), FakeEncoder())
    ids = [bot.ask(question).id for question in questions]
    bot.close()
    return ids


def grown(folder: Path, name: str) -> str:
    """The generation that one document more makes."""
    write_files(folder, {f"docs/{name}.txt": f"{name}号文件讲网格。"})
    index(recording(folder), FakeEncoder(), [folder / "docs"])
    return str(Store(folder / "index").current())


def test_nothing_is_recorded_where_it_is_off(folder: Path, cli: Cli) -> None:
    write_files(folder, {"off.toml": settings(enabled=False)})
    assert cli("ask", ASKED, "--config", folder / "off.toml").status == 0
    assert not (folder / "index" / FILE).exists()


def test_what_no_edge_asked_for_is_not_recorded(folder: Path) -> None:
    ask(folder, Question(ASKED))
    assert not (folder / "index" / FILE).exists()


def test_the_json_on_the_command_line_is_replayed_byte_for_byte(folder: Path, cli: Cli) -> None:
    sent = cli("ask", ASKED, "--json", "--config", folder / "on.toml")
    again = cli("replay", json.loads(sent.out)["id"], "--config", folder / "on.toml")
    assert (again.status, again.out) == (0, sent.out)
    assert again.err.startswith("identical: 000001-")


def test_a_line_of_a_batch_is_replayed_byte_for_byte_with_its_own_today(folder: Path, cli: Cli) -> None:
    asked = {"id": "7", "question": "那包头去年呢？", "previous": ASKED, "top_k": 1, "today": "2022-05-01"}
    asked["filters"] = {"source": "docs/", "document": []}
    sent = cli("ask", "--batch", "-", "--config", folder / "on.toml", stdin=json_lines([asked]).encode())
    given = json.loads(sent.out)
    assert (given["request_id"], given["understood"]) == ("7", "去年包头止付资金多少")
    again = cli("replay", given["id"], "--config", folder / "on.toml")
    assert (again.status, again.out) == (0, sent.out)


def test_the_body_of_an_http_answer_is_replayed_byte_for_byte(folder: Path, cli: Cli) -> None:
    bot = Bot.open(recording(folder), FakeEncoder())
    client = create_app(bot, recording(folder)).test_client()
    body = client.post("/api/ask", json={"question": ASKED}, base_url="http://localhost/wenda").text
    bot.close()
    given = json.loads(body)
    assert given["citations"][0]["link"].startswith("/wenda/documents/")
    again = cli("replay", given["id"], "--config", folder / "on.toml")
    assert (again.status, again.out) == (0, body)


def test_an_answer_in_words_is_replayed_as_its_json_on_one_line(folder: Path, cli: Cli) -> None:
    assert cli("ask", ASKED, "--config", folder / "on.toml").status == 0
    with closing(sqlite3.connect(folder / "index" / FILE)) as database:
        (answer_id, recorded), *others = database.execute("SELECT id, answer FROM records").fetchall()
    assert others == []
    again = cli("replay", answer_id, "--config", folder / "on.toml")
    assert (again.status, again.out) == (0, recorded.decode() + "\n")


def test_replay_asks_the_generation_and_the_settings_of_then(folder: Path, cli: Cli) -> None:
    sent = cli("ask", ASKED, "--json", "--config", folder / "on.toml")
    write_files(folder, {"docs/a.txt": "鄂尔多斯全年紧急止付涉案资金9.99亿元。", "on.toml": settings(min_support=1.0)})
    index(recording(folder), FakeEncoder(), [folder / "docs"])
    assert "9.99亿元" not in sent.out
    again = cli("replay", json.loads(sent.out)["id"], "--config", folder / "on.toml")
    assert (again.status, again.out) == (0, sent.out)


def test_replay_says_what_differs(folder: Path, cli: Cli) -> None:
    (answer_id,) = ask(folder, Question(ASKED, via="json", today="2022-05-01"))
    with closing(sqlite3.connect(folder / "index" / FILE)) as database, database:
        changed = (
            database.execute("SELECT answer FROM records")
            .fetchone()[0]
            .replace(b'"undated_excluded": 0', b'"undated_excluded": 3')
        )
        database.execute("UPDATE records SET answer = ?", (changed,))
    again = cli("replay", answer_id, "--config", folder / "on.toml")
    assert again.status == 1
    assert "differs: undated_excluded: 3, now 0\n" in again.err
    assert f"error: answer {answer_id} is another now" in again.err


@pytest.mark.parametrize("answer_id", ["0" * 32, "", "\udcff", "'; DROP TABLE records"])
def test_an_id_that_is_not_recorded_is_told_with_the_mend(folder: Path, cli: Cli, answer_id: str) -> None:
    ask(folder, Question(ASKED, via="json"))
    done = cli("replay", answer_id, "--config", folder / "on.toml")
    assert (done.status, done.out) == (1, "")
    assert "[record] enabled" in done.err


def test_replay_of_a_generation_that_is_gone_says_so_and_still_shows_the_audit(folder: Path, cli: Cli) -> None:
    (answer_id,) = ask(folder, Question(ASKED, via="json"), generations=0)
    for name in ("c", "d", "e"):
        grown(folder, name)
    done = cli("replay", answer_id, "--config", folder / "on.toml")
    assert (done.status, done.out) == (1, "")
    assert "is gone; set [record] generations" in done.err
    told = cli("replay", answer_id, "--audit", "--config", folder / "on.toml")
    assert (told.status, json.loads(told.out)["id"]) == (1, answer_id)


def test_the_generations_of_records_stay_up_to_the_bound(folder: Path) -> None:
    names = [str(Store(folder / "index").current())]
    ask(folder, Question(ASKED, via="json"), generations=2)
    for name in ("c", "d", "e", "f", "g", "h"):
        names.append(grown(folder, name))
        if name in ("c", "d"):
            ask(folder, Question(ASKED, via="json"), generations=2)
    assert needed_generations(folder / "index") == [names[2], names[1]]
    assert [name for name in names if Store(folder / "index").has(name)] == [*names[1:3], *names[-3:]]


def test_the_oldest_records_make_room_for_new_ones(folder: Path) -> None:
    ids = ask(folder, *(Question(f"{ASKED}{n}", via="json") for n in range(4)), keep=2)
    with closing(sqlite3.connect(folder / "index" / FILE)) as database:
        assert [row[0] for row in database.execute("SELECT id FROM records ORDER BY number")] == ids[2:]


def test_the_audit_has_every_candidate_with_scores_spans_and_verdict(folder: Path, cli: Cli) -> None:
    (answer_id,) = ask(folder, Question(ASKED, via="json", today="2022-05-01"))
    done = cli("replay", answer_id, "--audit", "--config", folder / "on.toml")
    told = json.loads(done.out)
    assert done.status == 0
    assert told == json.loads(json.dumps(audit(find_record(folder / "index", answer_id))))
    assert told["question"]["today"] == "2022-05-01"
    assert told["asked"][0]["places"] == ["鄂尔多斯"]
    assert all({"word", "weight"} <= term.keys() for term in told["asked"][0]["terms"])
    verdicts = {item["text"]: item["verdict"] for item in told["candidates"]}
    assert (verdicts["3.01亿元"], verdicts["1.26亿元"]) == ("chosen", "vetoed")
    first = told["candidates"][0]
    assert ORDOS[first["start"] : first["end"]] == first["text"]
    assert first["score"] > 0 and first["evidence"]["clause"] > 0
    assert [item["score"] for item in told["hits"]] == sorted((i["score"] for i in told["hits"]), reverse=True)


def test_a_record_can_be_read_by_its_owner_alone(folder: Path) -> None:
    bot = Bot.open(recording(folder), FakeEncoder())
    bot.ask(Question(ASKED, via="json"))
    assert bot._recorder is not None
    bot._recorder._writer.write(lambda database: None).result()  # what was handed in before is written
    files = sorted((folder / "index").glob(f"{FILE}*"))
    assert [file.name for file in files] == [FILE, f"{FILE}-shm", f"{FILE}-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    bot.close()


def test_several_writers_record_beside_each_other(folder: Path) -> None:
    bots = [Bot.open(recording(folder), FakeEncoder()) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        given = list(threads.map(lambda n: bots[n % 3].ask(Question(f"{ASKED}{n}", via="json")).id, range(12)))
    for bot in bots:
        bot.close()
    assert {find_record(folder / "index", answer_id).id for answer_id in given} == set(given)


def test_an_answer_is_given_where_it_cannot_be_recorded(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "index" / FILE).mkdir()
    bot = Bot.open(recording(folder), FakeEncoder())
    assert bot.ask(Question(ASKED, via="json")).answer == "3.01亿元"
    bot.close()
    assert "was not recorded" in caplog.text
    assert ASKED not in caplog.text


def test_a_damaged_file_of_records_is_told_and_keeps_no_index_from_being_made(folder: Path, cli: Cli) -> None:
    (folder / "index" / FILE).write_bytes(b"no database" * 1000)
    done = cli("replay", "x", "--config", folder / "on.toml")
    assert done.status == 1
    assert "cannot be read" in done.err
    assert grown(folder, "c").startswith("000002-")


@dataclass(frozen=True)
class _New:
    """A field that no record has known before."""

    spans: tuple[tuple[int, int], ...]
    units: frozenset[str]
    kind: Any


def test_fields_that_are_new_are_recorded_as_they_are() -> None:
    made = _New(((1, 2),), frozenset({"起", "人"}), {"a": None})
    assert plain(made) == {"spans": [[1, 2]], "units": ["人", "起"], "kind": {"a": None}}
    assert plain(hit())["passage_id"] == "p1"
    assert "text" not in plain(hit())


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a: 1, now 2"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": None}]}, ["a[0].b: 1, now null"]),
        ({"a": []}, {"a": [1]}, ["a: [], now [1]"]),
        ({"a": "长" * 90}, {"a": ""}, ['a: "' + "长" * 78 + '…, now ""']),
    ],
)
def test_differences_are_told_by_where_they_are(one: Any, other: Any, told: list[str]) -> None:
    assert differences(one, other) == told


def test_a_recorder_that_is_closed_has_written_all(folder: Path) -> None:
    bot = Bot.open(config_in(folder), FakeEncoder())
    recorder = Recorder(folder / "index", recording(folder), "fake-1")
    trails = [bot.trail(replace(Question(ASKED), via="json")) for _ in range(5)]
    for trail in trails:
        recorder.keep(trail)
    recorder.close()
    bot.close()
    assert [find_record(folder / "index", t.answer.id).generation for t in trails] == [bot._session.name] * 5
