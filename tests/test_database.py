"""SQLite files of the owner's: what is written beside each other stays."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.database import Writer, rows

SCHEMA = ("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)",)


def add(file: Path, *numbers: int) -> Writer:
    """A writer that has written numbers and holds the file open."""
    writer = Writer(file, SCHEMA, "test")
    for number in numbers:
        writer.write(lambda database, number=number: database.execute("INSERT INTO numbers VALUES (?)", (number,)))
    writer.write(lambda database: None).result()
    return writer


def numbers_in(file: Path) -> list[tuple[int]]:
    return list(rows(file, "SELECT number FROM numbers WHERE number > ? ORDER BY number", 0))


def test_nothing_is_found_where_nothing_was_written(tmp_path: Path) -> None:
    assert numbers_in(tmp_path / "a.sqlite") == []
    (tmp_path / "a.sqlite").touch()  # what another process has only begun to make
    assert numbers_in(tmp_path / "a.sqlite") == []


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    add(tmp_path / "a.sqlite", 1).close()
    assert stat.S_IMODE((tmp_path / "a.sqlite").stat().st_mode) == 0o600


def test_work_that_fails_is_undone_and_the_next_is_done(tmp_path: Path) -> None:
    def fail(database: sqlite3.Connection) -> None:
        database.execute("INSERT INTO numbers VALUES (9)")
        database.execute("INSERT INTO letters VALUES (9)")

    writer = add(tmp_path / "a.sqlite", 1)
    with pytest.raises(sqlite3.OperationalError, match="no such table: letters"):
        writer.write(fail).result()
    writer.write(lambda database: database.execute("INSERT INTO numbers VALUES (2)")).result()
    assert numbers_in(tmp_path / "a.sqlite") == [(1,), (2,)]
    writer.close()


def test_a_second_writer_of_the_process_leaves_the_first_ones_locks(tmp_path: Path) -> None:
    """Else the next process to close the file takes itself for the last, and removes what is not yet in it."""
    file = tmp_path / "a.sqlite"
    first = add(file, 1)
    add(file, 2).close()
    program = "import sqlite3, sys; database = sqlite3.connect(sys.argv[1]); "
    program += "database.execute('INSERT INTO numbers VALUES (3)'); database.commit(); database.close()"
    subprocess.run([sys.executable, "-c", program, str(file)], check=True, timeout=60)
    assert (tmp_path / "a.sqlite-wal").exists()
    assert numbers_in(file) == [(1,), (2,), (3,)]
    first.close()
    assert not (tmp_path / "a.sqlite-wal").exists()
