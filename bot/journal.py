"""The journal: what was asked and how it ended, and what people say of the answers.

``DIR/journal.sqlite`` in the index's folder, readable by its owner alone (`bot/database.py`). Questions are kept only
where the configuration says so; what somebody says of an answer is kept with the question and the answer, so that it
stands by itself. All of it goes after `days`.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from bot.config import Journal as Settings
from bot.database import Writer, rows
from bot.errors import NoJournal
from bot.text import fold
from bot.types import Answer, Complaint, Rating, Status, Verdict

FILE = "journal.sqlite"
REMEMBERED = 2000  # answers known though no question is kept; some 1 kB each

_SCHEMA = (
    "PRAGMA secure_delete = ON",  # what is deleted is gone from the file
    """CREATE TABLE IF NOT EXISTS questions (
    id TEXT NOT NULL, visitor TEXT NOT NULL, question TEXT NOT NULL, understood TEXT NOT NULL, status TEXT NOT NULL,
    answers TEXT NOT NULL, documents TEXT NOT NULL, plain INTEGER NOT NULL, at TEXT NOT NULL, via TEXT NOT NULL,
    reason TEXT, source TEXT NOT NULL, confidence REAL NOT NULL, took_ms INTEGER NOT NULL, folded TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS questions_by_id ON questions (id)",
    "CREATE INDEX IF NOT EXISTS questions_by_time ON questions (at)",
    """CREATE TABLE IF NOT EXISTS feedback (
    id TEXT NOT NULL, visitor TEXT NOT NULL, question TEXT NOT NULL, understood TEXT NOT NULL, status TEXT NOT NULL,
    answers TEXT NOT NULL, documents TEXT NOT NULL, plain INTEGER NOT NULL, at TEXT NOT NULL, verdict TEXT NOT NULL,
    reason TEXT, note TEXT NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (id, visitor))""",
)
_TABLES = ("questions", "feedback")
_ALL = -1  # SQLite's LIMIT for no limit
_EVERY = timedelta(hours=1)  # between two looks at what is too old
_END = ".。!?…~、,;: "  # folded: what may stand at a question's end
_READ: dict[str, Callable[[Any], Any]] = {  # what a column is read as, where that is not what SQLite gives
    "status": Status,
    "answers": lambda told: tuple(json.loads(told)),
    "documents": lambda told: tuple(json.loads(told)),
    "plain": bool,
    "verdict": Verdict,
}
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given, and to whom."""

    id: str
    visitor: str
    question: str
    understood: str
    status: Status
    answers: tuple[str, ...]
    documents: tuple[str, ...]  # ids of those cited
    plain: bool  # one thing was asked, of all documents

    @property
    def answer(self) -> str:
        """The answers on one line."""
        return " / ".join(self.answers)


@dataclass(frozen=True, slots=True)
class Entry(Given):
    """A question in the journal."""

    at: str  # UTC, ISO 8601
    via: str
    reason: str | None  # a Reason, where nothing was found
    source: str  # of the first document cited; empty: none was
    confidence: float
    took_ms: int


@dataclass(frozen=True, slots=True)
class Feedback(Given):
    """What somebody said of an answer."""

    at: str
    verdict: Verdict
    reason: str | None  # a Complaint
    note: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a question was asked, however it was written, and how it ended the last time."""

    question: str
    count: int
    at: str  # of the last time
    status: Status
    reason: str | None


G = TypeVar("G", bound=Given)


class Journal:
    """The journal in an index's folder; any number of threads and processes write to it.

    What is off is not written, and where all is off no file is made.
    """

    def __init__(
        self, folder: Path, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.settings = settings
        self._file = folder / FILE
        self._now = now
        self._writer = Writer(self._file, _SCHEMA, "journal")
        self._due = datetime.min.replace(tzinfo=UTC)  # when old rows are next looked for; the writer's own
        self._latest: OrderedDict[str, Given] = OrderedDict()
        self._lock = threading.Lock()  # of `_latest`
        if self._file.exists():
            self._soon(self._delete_old)

    def answered(self, answer: Answer, visitor: str, via: str, filtered: bool) -> None:
        """Remembers an answer for `given`, and where questions are kept writes it down soon.

        `filtered`: whether it was asked of some of the documents alone.
        """
        entry = _entry(answer, visitor, via, filtered, _iso(self._now()))
        with self._lock:
            self._latest[entry.id] = entry
            if len(self._latest) > REMEMBERED:
                self._latest.popitem(last=False)
        if self.settings.questions:
            self._soon(partial(self._insert, "questions", entry))

    def rate(self, rating: Rating, visitor: str, rater: str = "") -> bool:
        """Keeps what a visitor says of an answer, in place of what they said before; it is written on return.

        `rater`: who says it, where many read what was given to one visitor. False where no such answer to this visitor
        is known any more. Raises NoJournal where it cannot be written.
        """
        if rating.verdict is None:
            self._delete("DELETE FROM feedback WHERE id = ? AND visitor = ?", rating.answer_id, rater or visitor)
            return True
        given = self.given(rating.answer_id, visitor)
        if given is None:
            return False
        known = {item.name: getattr(given, item.name) for item in fields(Given)} | {"visitor": rater or visitor}
        said = Feedback(**known, at=_iso(self._now()), verdict=rating.verdict, reason=rating.reason, note=rating.note)
        self._written(partial(self._insert, "feedback", said))
        return True

    def counts(self) -> dict[Status, int]:
        """How many questions ended in which way."""
        found = self._rows("SELECT status, count(*) FROM questions WHERE at >= ? GROUP BY status")
        counted = {Status(status): count for status, count in found}
        return {status: counted.get(status, 0) for status in Status}

    def tallies(self, most: int, status: Status | None = None) -> list[Tally]:
        """The questions asked most often, of those that ended in one way or in any; of equal ones the latest first."""
        # Beside max() SQLite gives the other columns of the row that has it: the last time's.
        found = self._rows(
            "SELECT understood, count(*), at, status, reason, max(rowid) FROM questions "
            "WHERE at >= ?1 AND (?2 IS NULL OR status = ?2) GROUP BY folded "
            "ORDER BY count(*) DESC, max(rowid) DESC LIMIT ?3",
            status,
            most,
        )
        return [Tally(text, count, at, Status(ended), why) for text, count, at, ended, why, _ in found]

    def entries(self, most: int = _ALL) -> Iterator[Entry]:
        """The questions, the latest first. Raises NoJournal where they cannot be read."""
        query = f"SELECT {_columns(Entry)} FROM questions WHERE at >= ? ORDER BY at DESC, rowid DESC LIMIT ?"
        return (_made(Entry, row) for row in self._rows(query, most))

    def feedback(self, most: int = _ALL) -> Iterator[Feedback]:
        """What was said of answers: what is wrong first, and then the latest. Raises NoJournal."""
        order = "verdict, at DESC, rowid DESC"  # "down" comes before "up"
        query = f"SELECT {_columns(Feedback)} FROM feedback WHERE at >= ? ORDER BY {order} LIMIT ?"
        return (_made(Feedback, row) for row in self._rows(query, most))

    def labels(self) -> Iterator[dict[str, Any]]:
        """Labelled questions, as `bot eval` takes them, from what people say of the answers. Raises NoJournal.

        An answer called right is the label; one said not to be in the documents is `not_found`. Any other
        complaint tells no answer, and what people disagree on has no label. Nor has what was asked of some of the
        documents alone, or asked several things.
        """
        query = f"SELECT {_columns(Feedback)}, folded FROM feedback WHERE at >= ? AND plain ORDER BY folded, at, rowid"
        for _, said in groupby(self._rows(query), key=lambda row: row[-1]):
            label = _label([_made(Feedback, row[:-1]) for row in said])
            if label:
                yield label

    def clear(self) -> None:
        """Deletes all questions and all feedback. Raises NoJournal where that cannot be done."""
        with self._lock:
            self._latest.clear()  # else a rating would bring its question back
        for table in _TABLES:
            self._delete(f"DELETE FROM {table}")
        self._writer.rest().result()

    def close(self) -> None:
        """Waits until all is written."""
        self._writer.close()

    def given(self, answer_id: str, visitor: str) -> Given | None:
        """An answer given to a visitor, as far as it is remembered or kept. Raises NoJournal."""
        with self._lock:
            given = self._latest.get(answer_id)
        if given is not None:
            return given if given.visitor == visitor else None
        kept = (
            f"SELECT {_columns(Given)} FROM {table} WHERE at >= ?1 AND id = ?2 AND visitor = ?3" for table in _TABLES
        )
        found = list(self._rows(" UNION ALL ".join(kept), answer_id, visitor))
        return _made(Given, found[0]) if found else None

    def _rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """What a query finds of what is not too old: its first value is the oldest time that is kept."""
        try:
            yield from rows(self._file, query, self._oldest(), *values)
        except (OSError, sqlite3.Error) as error:
            raise NoJournal(
                f"{FILE} in the index's folder cannot be read ({error}); put back a copy, or delete it"
            ) from None

    def _delete(self, statement: str, *values: object) -> None:
        if self._file.exists():
            self._written(lambda database: database.execute(statement, values))

    def _written(self, work: Callable[[sqlite3.Connection], object]) -> None:
        try:
            self._writer.write(work).result()
        except (OSError, sqlite3.Error) as error:
            mend = "make its folder one that can be written, or set [journal] feedback = false"
            raise NoJournal(f"{FILE} in the index's folder cannot be written ({error}); {mend}") from None

    def _soon(self, work: Callable[[sqlite3.Connection], None]) -> None:
        self._writer.write(work).add_done_callback(_tell_failure)

    def _insert(self, table: str, item: Given, database: sqlite3.Connection) -> None:
        row = (*(_stored(getattr(item, column.name)) for column in fields(item)), folded(item.understood))
        marks = ", ".join("?" * len(row))
        columns = f"{_columns(type(item))}, folded"
        database.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", row)
        if self._now() >= self._due:
            self._delete_old(database)

    def _delete_old(self, database: sqlite3.Connection) -> None:
        self._due = self._now() + _EVERY
        for table in _TABLES:
            database.execute(f"DELETE FROM {table} WHERE at < ?", (self._oldest(),))

    def _oldest(self) -> str:
        return _iso(self._now() - timedelta(days=self.settings.days))


def folded(question: str) -> str:
    """What questions have in common that differ in width, case, spaces and the punctuation at their end alone."""
    return "".join(fold(question).split()).rstrip(_END)


def _entry(answer: Answer, visitor: str, via: str, filtered: bool, at: str) -> Entry:
    return Entry(
        id=answer.id,
        visitor=visitor,
        question=answer.question,
        understood=answer.understood,
        status=answer.status,
        answers=tuple(value.text for value in answer.answers),
        documents=tuple(dict.fromkeys(citation.document.id for citation in answer.citations)),
        plain=not filtered and not answer.parts,
        at=at,
        via=via,
        reason=answer.reason,
        source=answer.citations[0].document.source if answer.citations else "",
        confidence=answer.confidence,
        took_ms=answer.took_ms,
    )


def _label(said: Sequence[Feedback]) -> dict[str, Any] | None:
    """The label that all feedback on one question agrees on, or None; its documents are those cited last."""
    labels = [label for one in said if (label := _label_of(one))]
    ends = {(label["status"], *label["answers"]) for label in labels}
    return labels[-1] if len(labels) == len(said) and len(ends) == 1 else None


def _label_of(said: Feedback) -> dict[str, Any] | None:
    if said.verdict is Verdict.UP:
        known: dict[str, Any] = {
            "answers": list(said.answers),
            "status": said.status,
            "documents": list(said.documents),
        }
    elif said.reason == Complaint.NOT_IN_DOCUMENTS:
        known = {"answers": [], "status": Status.NOT_FOUND, "documents": []}
    else:
        return None
    return {"question": said.understood, **known}


def _columns(kind: type[Given]) -> str:
    return ", ".join(item.name for item in fields(kind))


def _stored(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value


def _made(kind: type[G], row: Sequence[Any]) -> G:
    """What a row of that kind's columns holds."""
    told = dict(zip((item.name for item in fields(kind)), row, strict=True))
    return kind(**told | {name: read(told[name]) for name, read in _READ.items() if name in told})


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _tell_failure(written: Future[None]) -> None:
    if error := written.exception():
        _logger.error("the journal was not written: %s: %s", type(error).__name__, error)
