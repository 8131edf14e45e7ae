"""The journal: what is kept, of whom, for how long, and what nobody can have kept."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bot import Bot
from bot.config import Journal as Settings
from bot.errors import NoJournal
from bot.indexer import index
from bot.journal import FILE, Entry, Feedback, Journal, Tally, folded
from bot.labelled import Label, read_labels
from bot.types import Answer, Complaint, Part, Question, Rating, Reason, Status, Verdict
from tests.fake_encoder import ROOT, FakeEncoder, Result, config_in, environment, json_lines, write_files
from tests.fakes import FakeBot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALL = Settings(questions=True)
Cli = Callable[..., Result]


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def given(answer_id: str, question: str = "止付多少", understood: str = "", **changed: Any) -> Answer:
    """The fake bot's answer, under an id of the test's own."""
    answer = FakeBot().ask(Question(question))
    return replace(answer, id=answer_id, understood=understood or question, **changed)


def keep(journal: Journal, *answers: Answer, visitor: str = "", filtered: bool = False) -> None:
    for answer in answers:
        journal.answered(answer, visitor, "http", filtered)


def up(answer_id: str, note: str = "") -> Rating:
    return Rating(answer_id, Verdict.UP, None, note)


def down(answer_id: str, reason: Complaint | None = None, note: str = "") -> Rating:
    return Rating(answer_id, Verdict.DOWN, reason, note)


def written(journal: Journal) -> Journal:
    """The journal, once all that was handed in is written."""
    journal._writer.rest().result()
    return journal


# What is kept


@pytest.mark.parametrize("settings", [Settings(), Settings(feedback=False)])
def test_where_questions_are_off_no_file_is_made_for_them(tmp_path: Path, settings: Settings) -> None:
    journal = Journal(tmp_path, settings)
    keep(journal, given("a1"))
    assert journal.rate(Rating("a1", None), "")
    journal.clear()
    journal.close()
    assert list(tmp_path.iterdir()) == []
    assert (list(journal.entries()), journal.tallies(9), list(journal.feedback())) == ([], [], [])
    assert journal.counts() == dict.fromkeys(Status, 0)


def test_a_question_is_kept_with_how_it_ended(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ALL, Clock())
    keep(journal, given("a1", "那止付多少", "包头止付多少"), visitor="王芳", filtered=True)
    keep(journal, given("a2", "水位多高"))
    assert list(written(journal).entries()) == [
        Entry("a2", "", "水位多高", "水位多高", Status.NOT_FOUND, (), (), True, "2026-03-01T12:00:00+00:00", "http",
              "nothing_close", "", 0.93, 7),
        Entry("a1", "王芳", "那止付多少", "包头止付多少", Status.ANSWERED, ("3.01亿元",), ("d1",), False,
              "2026-03-01T12:00:00+00:00", "http", None, "reports/a.txt", 0.93, 7),
    ]  # fmt: skip
    assert journal.counts() == {Status.ANSWERED: 1, Status.MASKED: 0, Status.CONFLICT: 0, Status.NOT_FOUND: 1}
    journal.close()


def test_feedback_stands_alone_where_questions_are_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, Settings(), Clock())
    keep(journal, given("a1", "冲突几处"), visitor="王芳")
    assert journal.rate(down("a1", Complaint.WRONG_QUOTE, "第二处是另一年"), "王芳")
    journal.close()
    assert list(journal.entries()) == []
    assert list(journal.feedback()) == [
        Feedback("a1", "王芳", "冲突几处", "冲突几处", Status.CONFLICT, ("3.01亿元", "537起"), ("d1",), True,
                 "2026-03-01T12:00:00+00:00", Verdict.DOWN, "wrong_quote", "第二处是另一年"),
    ]  # fmt: skip


def test_a_later_word_takes_the_place_of_the_one_before_and_can_be_taken_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path, Settings(), Clock())
    keep(journal, given("a1"))
    assert journal.rate(down("a1", Complaint.OTHER, "太长"), "")
    assert journal.rate(up("a1"), "")
    assert [(said.verdict, said.reason, said.note) for said in journal.feedback()] == [(Verdict.UP, None, "")]
    assert journal.rate(Rating("a1", None), "")
    assert list(journal.feedback()) == []
    journal.close()


def test_what_is_wrong_comes_first_and_then_the_latest(tmp_path: Path) -> None:
    clock = Clock()
    journal = Journal(tmp_path, Settings(), clock)
    for answer_id, rate in (("a1", down), ("a2", up), ("a3", down), ("a4", up)):
        keep(journal, given(answer_id))
        assert journal.rate(rate(answer_id), "")
        clock.now += timedelta(seconds=1)
    assert [said.id for said in journal.feedback()] == ["a3", "a1", "a4", "a2"]
    assert [said.id for said in journal.feedback(2)] == ["a3", "a1"]
    journal.close()


# Whose answer, and which


def test_nobody_rates_the_answer_to_another(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ALL)
    keep(journal, given("a1"), visitor="王芳")
    assert not journal.rate(up("a1"), "李雷")
    assert not journal.rate(up("a2"), "王芳")
    journal.close()
    again = Journal(tmp_path, ALL)
    assert not again.rate(up("a1"), "李雷")
    assert again.rate(up("a1"), "王芳")
    assert not again.rate(down("a1"), "李雷")
    assert again.rate(Rating("a1", None), "李雷")
    assert [(said.id, said.visitor) for said in again.feedback()] == [("a1", "王芳")]
    again.close()


def test_many_who_read_what_one_visitor_was_given_rate_it_each_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, Settings(), Clock())
    keep(journal, given("a1"), visitor="slack")
    assert journal.rate(up("a1"), "slack", "slack 1")
    assert journal.rate(up("a1"), "slack", "slack 2")
    assert journal.rate(down("a1"), "slack", "slack 1")
    assert not journal.rate(up("a1"), "slack 1")
    said = {one.visitor: one.verdict for one in journal.feedback()}
    assert said == {"slack 1": Verdict.DOWN, "slack 2": Verdict.UP}
    assert journal.rate(Rating("a1", None), "slack", "slack 1")
    assert [one.visitor for one in journal.feedback()] == ["slack 2"]
    journal.close()


def test_an_answer_is_known_while_it_is_remembered_also_where_nothing_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, Settings(feedback=False))
    keep(journal, given("a1", "那止付多少", "包头止付多少"), visitor="slack")
    found = journal.given("a1", "slack")
    assert found is not None
    assert (found.question, found.understood) == ("那止付多少", "包头止付多少")
    assert journal.given("a1", "") is None
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_an_answer_of_before_a_restart_is_known_where_its_question_or_a_word_on_it_is_kept(tmp_path: Path) -> None:
    before = Journal(tmp_path, Settings())
    keep(before, given("a1"), given("a2"))
    assert before.rate(up("a1"), "")
    before.close()
    after = Journal(tmp_path, Settings())
    assert after.rate(down("a1"), "")
    assert not after.rate(up("a2"), "")
    assert [(said.id, said.verdict, said.answers) for said in after.feedback()] == [("a1", Verdict.DOWN, ("3.01亿元",))]
    after.close()


def test_the_answers_that_are_remembered_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.journal.REMEMBERED", 2)
    journal = Journal(tmp_path, Settings())
    keep(journal, given("a1"), given("a2"), given("a3"))
    assert [journal.rate(up(answer_id), "") for answer_id in ("a1", "a2", "a3")] == [False, True, True]
    journal.close()


# For how long


def test_what_is_too_old_is_deleted_at_opening(tmp_path: Path) -> None:
    clock = Clock()
    journal = Journal(tmp_path, replace(ALL, days=2), clock)
    keep(journal, given("a1"))
    assert journal.rate(up("a1"), "")
    journal.close()
    clock.now += timedelta(days=2)
    written(Journal(tmp_path, replace(ALL, days=2), clock)).close()
    assert rows_of(tmp_path) == {"questions": ["a1"], "feedback": ["a1"]}
    clock.now += timedelta(seconds=1)
    written(Journal(tmp_path, Settings(feedback=False, days=2), clock)).close()
    assert rows_of(tmp_path) == {"questions": [], "feedback": []}


def test_what_is_too_old_is_shown_no_more_and_goes_within_an_hour_of_writing(tmp_path: Path) -> None:
    clock = Clock()
    journal = Journal(tmp_path, replace(ALL, days=1), clock)
    for answer_id, later in (("a1", 0), ("a2", 23 * 60 + 30), ("a3", 59)):  # a2 looks for old rows; again in an hour
        clock.now += timedelta(minutes=later)
        keep(journal, given(answer_id))
        written(journal)
    assert [entry.id for entry in journal.entries()] == ["a3", "a2"]
    assert rows_of(tmp_path)["questions"] == ["a1", "a2", "a3"]
    clock.now += timedelta(minutes=1)
    keep(journal, given("a4"))
    written(journal)
    assert rows_of(tmp_path)["questions"] == ["a2", "a3", "a4"]
    journal.close()


def rows_of(folder: Path) -> dict[str, list[str]]:
    """The ids in the file, table by table."""
    with closing(sqlite3.connect(folder / FILE)) as database:
        return {
            table: [row[0] for row in database.execute(f"SELECT id FROM {table} ORDER BY id")]
            for table in ("questions", "feedback")
        }


def test_what_is_cleared_is_nowhere_in_the_folder(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ALL)
    keep(journal, *(given(f"a{number}", f"止付秘密第{number}问") for number in range(50)))
    assert journal.rate(down("a1", None, "秘密说明"), "")
    assert "秘密".encode() in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    journal.clear()
    assert "秘密".encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert (list(journal.entries()), list(journal.feedback())) == ([], [])
    keep(journal, given("b1"))
    assert [entry.id for entry in written(journal).entries()] == ["b1"]
    journal.close()


# Tables


@pytest.mark.parametrize(
    ("question", "common"),
    [
        ("ＧＤＰ 增长多少？", "gdp增长多少"),
        ("gdp增长多少", "gdp增长多少"),
        ("GDP\n增长多少?!…", "gdp增长多少"),
        ("臺風多大。", "台风多大"),
        ("《条例》第3条？", "《条例》第3条"),
        ("涨了5%", "涨了5%"),
        ("？？", ""),
    ],
)
def test_questions_that_differ_in_how_they_are_written_are_one(question: str, common: str) -> None:
    assert folded(question) == common


def test_the_questions_asked_most_often_come_first_as_they_were_written_last(tmp_path: Path) -> None:
    clock = Clock()
    journal = Journal(tmp_path, ALL, clock)
    other_place = {"reason": Reason.OTHER_PLACE}
    for number, answer in enumerate(
        [
            given("", "水位多高"),
            given("", "止付多少"),
            given("", "水位 多高？", **other_place),
            given("", "几点开门"),
            given("", "那他呢", "馆长是谁"),
        ]
    ):
        clock.now = NOON + timedelta(minutes=number)
        keep(journal, replace(answer, id=f"a{number}"))
    written(journal)
    water = Tally("水位 多高？", 2, "2026-03-01T12:02:00+00:00", Status.NOT_FOUND, "other_place")
    head = Tally("馆长是谁", 1, "2026-03-01T12:04:00+00:00", Status.NOT_FOUND, "nothing_close")
    hours = Tally("几点开门", 1, "2026-03-01T12:03:00+00:00", Status.NOT_FOUND, "nothing_close")
    stopped = Tally("止付多少", 1, "2026-03-01T12:01:00+00:00", Status.ANSWERED, None)
    assert journal.tallies(9, Status.NOT_FOUND) == [water, head, hours]
    assert journal.tallies(9) == [water, head, hours, stopped]
    assert journal.tallies(1) == [water]
    journal.close()


# Labelled questions


def labels_of(folder: Path, *said: tuple[Answer, Rating], filtered: bool = False) -> list[dict[str, Any]]:
    """The labels that come of answers and what is said of them, each by a visitor of its own."""
    journal = Journal(folder, Settings())
    for number, (answer, rating) in enumerate(said):
        one = replace(answer, id=str(number))
        keep(journal, one, visitor=f"v{number}", filtered=filtered)
        assert journal.rate(replace(rating, answer_id=one.id), f"v{number}")
    journal.close()
    return list(journal.labels())


RIGHT = {"question": "止付多少", "answers": ["3.01亿元"], "status": "answered", "documents": ["d1"]}
ABSENT = {"question": "止付多少", "answers": [], "status": "not_found", "documents": []}
STOPPED, WATER = given("", "止付多少"), given("", "水位多高")
UP, NOT_THERE = up(""), down("", Complaint.NOT_IN_DOCUMENTS)


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ([(STOPPED, UP)], [RIGHT]),
        ([(given("", "那止付呢", "止付多少"), UP)], [RIGHT]),
        ([(STOPPED, NOT_THERE)], [ABSENT]),
        ([(STOPPED, down("", Complaint.WRONG_VALUE, "正确答案：3亿元"))], []),
        ([(STOPPED, down(""))], []),
        ([(WATER, UP)], [ABSENT | {"question": "水位多高"}]),
        ([(WATER, UP), (WATER, NOT_THERE)], [ABSENT | {"question": "水位多高"}]),
        ([(given("", "隐藏多少"), UP)], [ABSENT | {"question": "隐藏多少", "status": "masked", "documents": ["d1"]}]),
        ([(given("", "冲突几处"), UP)], [RIGHT | {"question": "冲突几处", "answers": ["3.01亿元", "537起"],
                                              "status": "conflict"}]),
        ([(STOPPED, UP), (given("", "止付 多少？"), UP)], [RIGHT | {"question": "止付 多少？"}]),
        ([(STOPPED, UP), (given("", "止付 多少？"), NOT_THERE)], []),
        ([(STOPPED, UP), (given("", "止付 多少？"), down("", Complaint.WRONG_QUOTE))], []),
        ([(STOPPED, UP), (given("", "止付多少", answers=()), UP)], []),
        ([(given("", "各项", parts=(Part("甲", Status.ANSWERED, None, (), ()),)), UP)], []),
    ],
)  # fmt: skip
def test_a_label_is_what_all_feedback_on_a_question_says(
    tmp_path: Path, said: list[tuple[Answer, Rating]], labels: list[dict[str, Any]]
) -> None:
    assert labels_of(tmp_path, *said) == labels


def test_what_was_asked_of_some_documents_alone_is_no_label(tmp_path: Path) -> None:
    assert labels_of(tmp_path, (STOPPED, UP), filtered=True) == []


def test_the_labels_are_read_and_scored_by_eval(tmp_path: Path, cli: Cli) -> None:
    write_files(tmp_path, {"docs/a.txt": "旗里全年紧急止付涉案资金4.25亿元。", "c.toml": '[index]\ndir = "index"\n'})
    index(config_in(tmp_path), FakeEncoder(), [tmp_path / "docs"])
    bot = Bot.open(config_in(tmp_path), FakeEncoder())
    asked = [bot.ask(Question(text)) for text in ("旗里止付资金多少？", "水位多高")]
    bot.close()
    labels = labels_of(tmp_path, (asked[0], UP), (asked[1], NOT_THERE))
    write_files(tmp_path, {"labels.jsonl": json_lines(labels)})
    assert read_labels(tmp_path / "labels.jsonl").labels == (
        Label("旗里止付资金多少？", ("4.25亿元",), "answered", (asked[0].citations[0].document.id,)),
        Label("水位多高", (), "not_found", ()),
    )
    done = cli("eval", tmp_path / "labels.jsonl", "--json", "--config", tmp_path / "c.toml")
    scores = json.loads(done.out)["files"]["labels.jsonl"]
    assert (done.status, scores["n"], scores["em"], scores["status"]) == (0, 2, 1.0, 1.0)


# Many at once, and what goes wrong


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.test_journal import *\n"
        "journal = Journal(Path(sys.argv[1]), ALL)\n"
        "for number in range(100):\n"
        "    answer_id = f'{sys.argv[2]}-{number:02}'\n"
        "    keep(journal, given(answer_id))\n"
        "    if number % 10 == 0: assert journal.rate(up(answer_id), '')\n"
        "journal.close()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    writers = [subprocess.Popen([*command, name], env=environment(), cwd=ROOT) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert rows_of(tmp_path) == {
        "questions": [f"{name}-{number:02}" for name in "ab" for number in range(100)],
        "feedback": [f"{name}-{number:02}" for name in "ab" for number in range(0, 100, 10)],
    }


def test_whoever_reads_while_the_file_is_made_finds_nothing_or_what_is_there(tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        journal = Journal(folder, ALL)
        keep(journal, given("a1"))
        while (seen := [entry.id for entry in journal.entries()]) != ["a1"]:
            assert seen == []
        journal.close()


def test_what_was_confirmed_outlives_a_killed_process(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from tests.test_journal import *\n"
        "journal = Journal(Path(sys.argv[1]), Settings())\n"
        "keep(journal, given('a1'))\n"
        "assert journal.rate(up('a1', '有用'), '')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment(), cwd=ROOT, check=False)
    assert done.returncode == -9
    journal = Journal(tmp_path, Settings())
    assert [(said.id, said.note) for said in journal.feedback()] == [("a1", "有用")]
    journal.close()


def test_the_journal_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, Settings())
    keep(journal, given("a1"))
    assert journal.rate(up("a1"), "")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [FILE, f"{FILE}-shm", f"{FILE}-wal"]
    assert {stat.S_IMODE(os.stat(file).st_mode) for file in files} == {0o600}
    journal.close()


def test_a_journal_that_cannot_be_written_is_told_and_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).mkdir()
    with caplog.at_level(logging.DEBUG):
        journal = Journal(tmp_path, ALL)
        keep(journal, given("a1"))
        with pytest.raises(
            NoJournal,
            match=r"journal\.sqlite .* cannot be written .*set \[journal\] feedback = false",
        ):
            journal.rate(up("a1", "有用"), "")
        with pytest.raises(NoJournal, match="cannot be read"):
            journal.tallies(9)
        journal.close()
    assert "the journal was not written: OperationalError" in caplog.text
    assert "止付" not in caplog.text and "有用" not in caplog.text


def test_a_damaged_journal_is_told_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    journal = Journal(tmp_path, ALL)
    with pytest.raises(NoJournal, match=r"cannot be read .*put back a copy, or delete it"):
        next(journal.entries())
    keep(journal, given("a1"))
    with pytest.raises(NoJournal, match="cannot be written"):
        journal.clear()
    journal.close()
