"""What came from Slack and is to be answered, stored before it is worked on.

``DIR/slack.sqlite`` in the index's folder, readable by its owner alone (`bot/database.py`). A message has one row,
however often and in whatever events Slack sends it. Processes on one machine share the file: a row is taken by one of
them, and comes back when that process dies. A question's text is gone as soon as it has its reply, the reply as soon as
it is posted; what a conversation's last question was understood as stays for a week, for the follow-up.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

from bot.database import Writer, rows

FILE = "slack.sqlite"
LEASE = 5.0  # seconds after which a process that gave no sign of life has lost what it took
PACE = 1.0  # seconds between two messages in a channel, as Slack asks
REMEMBERED = 7 * 86400.0  # seconds for which a conversation's last question is kept, for a follow-up
FULL_NOTICE = 60.0  # seconds between two lines in a channel that say how full it is
_EVERY = 3600.0  # seconds between two looks at what is too old
_EVERYWHERE = ""  # the channel that a pause of all channels stands under


class State(StrEnum):
    """How far a message is."""

    RECEIVED = "received"
    ANSWERING = "answering"
    READY = "ready"  # its reply waits to be posted
    POSTING = "posting"
    POSTED = "posted"
    REFUSED = "refused"  # it came while as many as may wait were waiting
    LEFT = "left"  # Slack would not take its reply


OPEN = (State.RECEIVED, State.ANSWERING, State.READY, State.POSTING)
_OPEN = f"state IN ({', '.join(repr(state.value) for state in OPEN)})"
_LIVING = "(SELECT name FROM processes WHERE alive > :now - :lease)"

_SCHEMA = (
    "PRAGMA secure_delete = ON",  # what is deleted is gone from the file
    """CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, team TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL,
    thread TEXT NOT NULL, conversation TEXT NOT NULL, text TEXT NOT NULL, received REAL NOT NULL, state TEXT NOT NULL,
    owner TEXT, full INTEGER NOT NULL, reply TEXT NOT NULL DEFAULT '', understood TEXT NOT NULL DEFAULT '',
    unsure INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, eyes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (team, channel, ts))""",
    "CREATE INDEX IF NOT EXISTS messages_by_state ON messages (state, id)",
    "CREATE INDEX IF NOT EXISTS messages_by_channel ON messages (channel, state, id)",
    "CREATE INDEX IF NOT EXISTS messages_by_conversation ON messages (channel, conversation, id)",
    "CREATE INDEX IF NOT EXISTS messages_with_eyes ON messages (id) WHERE eyes > 0",
    """CREATE TABLE IF NOT EXISTS paces (
    channel TEXT PRIMARY KEY, free REAL NOT NULL DEFAULT 0, told REAL NOT NULL DEFAULT 0)""",
    "CREATE TABLE IF NOT EXISTS processes (name TEXT PRIMARY KEY, alive REAL NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message for the bot, as it came."""

    event_id: str
    team: str
    channel: str
    ts: str
    thread: str  # the ts of the message whose thread is answered in
    conversation: str  # what has its questions one after the other: a thread, or all that is said directly
    text: str


@dataclass(frozen=True, slots=True)
class Entry(Arrival):
    """A message in the inbox, taken by this process."""

    id: int
    reply: str  # once there is one, what is posted, as JSON
    unsure: bool  # whether the reply was sent to Slack before, with an end that nobody knows
    failures: int
    previous: str | None = None  # the question before in its conversation, as it was understood


class Stored(StrEnum):
    """What became of a message that came."""

    NEW = "new"
    KNOWN = "known"
    FULL = "full"


_ARRIVAL = ", ".join(item.name for item in fields(Arrival))
_COLUMNS = ", ".join(item.name for item in fields(Entry) if item.name != "previous")

_TAKE = f"UPDATE messages SET owner = :me, state = :state WHERE id = (%s ORDER BY id LIMIT 1) RETURNING {_COLUMNS}"
_TAKE_QUESTION = f"""
SELECT id FROM messages AS one WHERE state = '{State.RECEIVED}' AND NOT EXISTS (
    SELECT 1 FROM messages AS before
    WHERE before.channel = one.channel AND before.conversation = one.conversation AND before.id < one.id
    AND before.state IN ('{State.RECEIVED}', '{State.ANSWERING}'))"""
_TAKE_REPLY = f"""
SELECT id FROM messages AS one WHERE state = '{State.READY}'
AND NOT EXISTS (SELECT 1 FROM paces WHERE channel IN ('{_EVERYWHERE}', one.channel) AND free > :now)
AND NOT EXISTS (SELECT 1 FROM messages WHERE channel = one.channel AND state = '{State.POSTING}')
AND (full OR NOT EXISTS (
    SELECT 1 FROM messages WHERE channel = one.channel AND {_OPEN} AND id < one.id AND NOT full))"""

_PAUSE = "INSERT INTO paces (channel, free) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET free = max(free, ?2)"


class Inbox:
    """The inbox in an index's folder; any number of threads and processes share it.

    `waiting`: how many messages may be in hand. `days`: how long what was done is remembered. `now`: seconds since
    1970. Methods raise OSError or sqlite3.Error where the file cannot be read or written.
    """

    def __init__(self, folder: Path, waiting: int, days: int, now: Callable[[], float] = time.time) -> None:
        self._file = folder / FILE
        self._waiting = waiting
        self._days = days
        self._now = now
        self._name = uuid.uuid4().hex
        self._writer = Writer(self._file, _SCHEMA, "slack-inbox")
        self._due = 0.0  # when old rows are next looked for; the writer's own
        self._held: set[int] = set()  # the rows that this process took and works on

    def store(self, arrival: Arrival, when_full: str) -> Stored:
        """Keeps a message, so that it outlives this process; one that is there already is left as it is.

        `when_full`: the reply that it gets where too many wait, at most once a channel in `FULL_NOTICE` seconds.
        """
        values = {item.name: getattr(arrival, item.name) for item in fields(Arrival)}
        insert = (
            f"INSERT INTO messages ({_ARRIVAL}, received, state, full) "
            f"VALUES ({', '.join(f':{name}' for name in values)}, :now, '{State.RECEIVED}', 0) "
            "ON CONFLICT DO NOTHING RETURNING id"
        )

        def work(database: sqlite3.Connection) -> Stored:
            new = database.execute(insert, values | {"now": self._now()}).fetchall()
            if not new:
                return Stored.KNOWN
            [[waiting]] = database.execute(f"SELECT count(*) FROM messages WHERE {_OPEN} AND NOT full").fetchall()
            if waiting <= self._waiting:
                return Stored.NEW
            self._refuse(database, new[0][0], arrival.channel, when_full)
            return Stored.FULL

        return self._writer.write(work).result()

    def answers_in(self, channel: str, conversation: str) -> bool:
        """Whether a question of a conversation was answered, or will be."""
        query = (
            "SELECT 1 FROM messages WHERE channel = ? AND conversation = ? AND NOT full "
            f"AND state != '{State.LEFT}' LIMIT 1"
        )
        return bool(list(rows(self._file, query, channel, conversation)))

    def is_busy(self) -> bool:
        """Whether anything is still to be done, by any process."""
        query = f"SELECT 1 FROM messages WHERE {_OPEN} UNION ALL SELECT 1 FROM messages WHERE eyes > 0 LIMIT 1"
        return bool(list(rows(self._file, query)))

    def counts(self) -> dict[State, int]:
        """How many messages are how far."""
        found = dict(rows(self._file, "SELECT state, count(*) FROM messages GROUP BY state"))
        return {state: found.get(state, 0) for state in State}

    def take_question(self) -> Entry | None:
        """The oldest message to answer, now this process's; None where there is none, or each waits for one before.

        In a conversation one question is answered after the other.
        """
        before = (
            "SELECT understood FROM messages WHERE channel = ? AND conversation = ? AND id < ? AND understood != '' "
            "ORDER BY id DESC LIMIT 1"
        )

        def work(database: sqlite3.Connection) -> Entry | None:
            taken = self._taken(database, _TAKE_QUESTION, State.ANSWERING)
            if taken is None:
                return None
            found = database.execute(before, (taken.channel, taken.conversation, taken.id)).fetchone()
            return replace(taken, previous=found[0] if found else None)

        return self._writer.write(work).result()

    def ready(self, entry: Entry, reply: str, understood: str) -> None:
        """Keeps a question's reply, to be posted, and the question as it was understood (empty: it was none)."""
        changed = f"state = '{State.READY}', owner = NULL, text = '', reply = ?, understood = ?"
        if self._change(entry, changed, reply, understood) and understood:
            forget = "UPDATE messages SET understood = '' WHERE channel = ? AND conversation = ? AND id < ?"
            of = (entry.channel, entry.conversation, entry.id)
            self._writer.write(lambda database: database.execute(forget, of)).result()

    def take_reply(self) -> Entry | None:
        """The oldest reply that may be posted now, now this process's; None where there is none.

        In a channel replies are posted in the order of their questions, and not before the channel's pace lets them.
        """
        return self._writer.write(lambda database: self._taken(database, _TAKE_REPLY, State.POSTING)).result()

    def begin(self, entry: Entry) -> bool:
        """Notes that a reply is being sent; False where another process, which thought this one dead, has it."""
        return self._change(entry, "unsure = 1", ends=False)

    def posted(self, entry: Entry) -> None:
        """Notes that a reply was posted."""
        ended = f"state = CASE WHEN full THEN '{State.REFUSED}' ELSE '{State.POSTED}' END"
        self._change(entry, f"{ended}, owner = NULL, reply = '', unsure = 0", pause=PACE)

    def put_off(self, entry: Entry, seconds: float) -> None:
        """Has a reply tried again later, for Slack failed; it may have been posted all the same."""
        self._change(entry, f"state = '{State.READY}', owner = NULL, failures = failures + 1", pause=seconds)

    def hold_all(self, entry: Entry, seconds: float) -> None:
        """Has a reply, and all others in every channel, wait."""
        self._change(entry, f"state = '{State.READY}', owner = NULL", pause=seconds, channel=_EVERYWHERE)

    def leave(self, entry: Entry) -> None:
        """Gives a reply up."""
        self._change(entry, f"state = '{State.LEFT}', owner = NULL, reply = ''")

    def take_slow(self, seconds: float) -> Arrival | None:
        """The oldest message that has been in hand for so long and has no eyes; it is noted to have them."""
        query = (
            f"UPDATE messages SET eyes = 1 WHERE id = (SELECT id FROM messages WHERE {_OPEN} AND received < :before "
            f"AND eyes = 0 AND NOT full ORDER BY id LIMIT 1) RETURNING {_ARRIVAL}"
        )
        return self._seen(query, seconds)

    def take_done(self) -> Arrival | None:
        """A message that is done and has eyes still; it is noted to have none."""
        query = (
            f"UPDATE messages SET eyes = 0 WHERE id = (SELECT id FROM messages WHERE eyes > 0 AND NOT {_OPEN} LIMIT 1) "
            f"RETURNING {_ARRIVAL}"
        )
        return self._seen(query, 0)

    def release(self, entry: Entry) -> None:
        """Gives up a message, on which work came to no end; it is done again."""
        self._held.discard(entry.id)

    def beat(self) -> None:
        """A sign of life; what dead processes took, or this one and gave up, is done again; what is too old goes."""

        def work(database: sqlite3.Connection) -> None:
            now = self._now()
            named = {"now": now, "lease": LEASE, "me": self._name}
            database.execute("INSERT OR REPLACE INTO processes VALUES (:me, :now)", named)
            self._give_back(database, f"owner NOT IN {_LIVING}", named)
            held = ", ".join(map(str, list(self._held)))
            self._give_back(database, f"owner = :me AND id NOT IN ({held})", named)
            database.execute("DELETE FROM processes WHERE alive <= :now - :lease", named)
            if now >= self._due:
                self._due = now + _EVERY
                forget = "UPDATE messages SET understood = '' WHERE understood != '' AND received < ?"
                database.execute(forget, (now - REMEMBERED,))
                old = f"DELETE FROM messages WHERE received < ? AND NOT {_OPEN}"
                database.execute(old, (now - self._days * 86400,))
                database.execute("DELETE FROM paces WHERE max(free, told) < ?", (now - _EVERY,))

        self._writer.write(work).result()

    def close(self) -> None:
        """Gives back what this process took and has not done, and waits until all is written."""

        def work(database: sqlite3.Connection) -> None:
            self._give_back(database, "owner = :me", {"me": self._name})
            database.execute("DELETE FROM processes WHERE name = ?", (self._name,))

        with suppress(OSError, sqlite3.Error):  # it comes back all the same, when the lease is over
            self._writer.write(work).result()
        self._writer.close()

    def _refuse(self, database: sqlite3.Connection, message: int, channel: str, reply: str) -> None:
        """Refuses a message; it gets a reply unless one of its channel just got it."""
        told = database.execute("SELECT told FROM paces WHERE channel = ?", (channel,)).fetchone()
        now = self._now()
        state = State.REFUSED
        if told is None or told[0] <= now - FULL_NOTICE:
            state = State.READY
            database.execute(
                "INSERT INTO paces (channel, told) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET told = ?2", (channel, now)
            )
        refused = "UPDATE messages SET full = 1, text = '', state = ?, reply = ? WHERE id = ?"
        database.execute(refused, (state, reply if state is State.READY else "", message))

    def _taken(self, database: sqlite3.Connection, which: str, state: State) -> Entry | None:
        named = {"me": self._name, "now": self._now(), "state": state}
        row = database.execute(_TAKE % which, named).fetchone()
        if row is None:
            return None
        taken = Entry(*row)
        self._held.add(taken.id)
        return taken

    def _change(
        self,
        entry: Entry,
        changed: str,
        *values: object,
        pause: float = 0,
        channel: str | None = None,
        ends: bool = True,
    ) -> bool:
        """Changes a message, and has its channel or another pause; False where another process has it.

        Unless it goes on, work on it `ends` here, in the writer's thread, before another thread can take the message.
        """

        def work(database: sqlite3.Connection) -> bool:
            update = f"UPDATE messages SET {changed} WHERE id = ? AND owner = ?"
            ours = database.execute(update, (*values, entry.id, self._name)).rowcount == 1
            if ends or not ours:
                self._held.discard(entry.id)
            if pause:
                database.execute(_PAUSE, (entry.channel if channel is None else channel, self._now() + pause))
            return ours

        return self._writer.write(work).result()

    def _seen(self, query: str, seconds: float) -> Arrival | None:
        def work(database: sqlite3.Connection) -> Arrival | None:
            row = database.execute(query, {"before": self._now() - seconds}).fetchone()
            return Arrival(*row) if row else None

        return self._writer.write(work).result()

    def _give_back(self, database: sqlite3.Connection, whose: str, named: Mapping[str, object]) -> None:
        """Has done again what was taken, by whom a condition says."""
        for taken, again in ((State.ANSWERING, State.RECEIVED), (State.POSTING, State.READY)):
            update = f"UPDATE messages SET state = '{again}', owner = NULL WHERE state = '{taken}' AND {whose}"
            database.execute(update, named)
