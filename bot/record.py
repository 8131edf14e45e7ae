"""Records of answers, for whoever audits them: what was asked, what was looked at, and the bytes of the answer.

``DIR/records.sqlite`` in the index's folder, readable by its owner alone, since questions are private
(`bot/database.py`).
"""

from __future__ import annotations

import datetime
import hashlib
import json
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from bot import __version__
from bot.config import Config, config_from
from bot.config import Record as Settings
from bot.database import Writer, rows
from bot.errors import NoRecord
from bot.types import Answer, Filters, Hit, Question
from bot.wire import answer_to_json

FILE = "records.sqlite"
_SCHEMA = (
    'CREATE TABLE IF NOT EXISTS settings (digest TEXT PRIMARY KEY, "values" TEXT NOT NULL)',
    """CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, generation TEXT NOT NULL,
    settings TEXT NOT NULL REFERENCES settings (digest), question TEXT NOT NULL, answer BLOB NOT NULL,
    trail BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS records_of_generation ON records (generation)",
    "CREATE TABLE IF NOT EXISTS limits (one INTEGER PRIMARY KEY CHECK (one = 1), generations INTEGER NOT NULL)",
)
_SECTIONS = ("model", "retriever", "answers", "reader")  # of the configuration: what an answer depends on
_DIFFERENCES = 20  # lines that tell how two answers differ
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trail:
    """How an answer came about. What the parts hold is theirs to say: they are kept as they are."""

    question: Question  # as received, `today` resolved
    asked: tuple[Any, ...]  # the question understood, or each thing that it asks
    hits: tuple[Hit, ...]
    candidates: tuple[Any, ...]
    chosen: tuple[Any, ...]  # for each thing asked
    answer: Answer


@dataclass(frozen=True, slots=True)
class Record:
    """An answer as it was recorded."""

    id: str
    at: str  # UTC, ISO 8601
    generation: str
    digest: str  # of the settings
    settings: dict[str, Any]
    question: Question
    answer: bytes  # the answer's JSON on one line, as --batch prints it
    trail: dict[str, Any]


class Recorder:
    """Records answers in an index's folder."""

    def __init__(self, folder: Path, config: Config, model: str, reader: str = "") -> None:
        """`model` and `reader` are the fingerprints of the encoder and, where it is on, of the trained reader."""
        self._limits = config.record
        known = {"model_fingerprint": model, "reader_fingerprint": reader, "version": __version__}
        self._settings = _canonical({**_settings(config), **known})
        self._writer = Writer(folder / FILE, _SCHEMA, "record")

    def keep(self, trail: Trail) -> None:
        """Records an answer soon; the process does not end before that is done."""
        written = self._writer.write(partial(_insert, trail=trail, settings=self._settings, limits=self._limits))
        written.add_done_callback(partial(_tell_failure, trail.answer.id))

    def close(self) -> None:
        """Waits until all is written."""
        self._writer.close()


def find_record(folder: Path, answer_id: str) -> Record:
    """The record of an answer. Raises NoRecord where there is none."""
    columns = 'id, at, generation, digest, "values", question, answer, trail'
    query = f"SELECT {columns} FROM records JOIN settings ON settings = digest WHERE id = ?"
    try:
        found = list(rows(folder / FILE, query, answer_id))
    except sqlite3.Error as error:
        raise NoRecord(f"{folder / FILE} cannot be read ({error}); put back a copy, or delete it") from None
    if not found:
        raise NoRecord(
            f"no answer with the id {answer_id} is recorded in {folder}; set [record] enabled = true before asking, "
            "and [record] keep to more where old ones are to stay"
        )
    known, at, generation, digest, settings, question, answer, trail = found[0]
    told = json.loads(zlib.decompress(trail))
    return Record(known, at, generation, digest, json.loads(settings), _question(question), answer, told)


def needed_generations(folder: Path) -> list[str]:
    """The generations that records were answered from, the newest first, as many as are kept for them."""
    most = "(SELECT coalesce(max(generations), 0) FROM limits)"
    query = f"SELECT DISTINCT generation FROM records ORDER BY generation DESC LIMIT {most}"
    try:
        return [name for (name,) in rows(folder / FILE, query)]
    except sqlite3.Error as error:
        _logger.error("%s cannot be read (%s); no generation is kept for it", folder / FILE, error)
        return []


def answer_bytes(answer: Answer) -> bytes:
    """The answer's JSON on one line, in UTF-8."""
    return json.dumps(answer_to_json(answer), ensure_ascii=False).encode()


def config_then(record: Record, config: Config) -> Config:
    """The configuration with what the record's answer depended on as it was then. Raises BadConfig if unknown."""
    then = config_from({name: record.settings[name] for name in _SECTIONS}, config.base, f"record {record.id}")
    return replace(config, **{name: getattr(then, name) for name in _SECTIONS}, record=Settings())


def as_recorded(answer: Answer, record: Record) -> Answer:
    """An answer given again, with what is new in each answer as the record has it."""
    then = json.loads(record.answer)
    return replace(answer, id=then["id"], request_id=then["request_id"], took_ms=then["took_ms"])


def audit(record: Record) -> dict[str, Any]:
    """All that is recorded of an answer, for JSON: scores, evidence, spans and verdicts among it."""
    return {
        "id": record.id,
        "at": record.at,
        "generation": record.generation,
        "settings": {"digest": record.digest, **record.settings},
        "question": asdict(record.question),
        **record.trail,
        "answer": json.loads(record.answer),
    }


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two JSON values differ, a line each, at most 20: ``citations[0].start: 12, now 14``."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        found = [line for key in one for line in differences(one[key], other[key], f"{where}.{key}" if where else key)]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        found = [line for i, (a, b) in pairs for line in differences(a, b, f"{where}[{i}]")]
    else:
        found = [] if one == other else [f"{where}: {_short(one)}, now {_short(other)}"]
    return found[:_DIFFERENCES]


def trail_to_json(trail: Trail) -> dict[str, Any]:
    """What was asked, the passages found, and every candidate with its verdict, best first."""
    chosen = {_place(candidate) for one in trail.chosen for candidate in one.candidates}
    copies = {_place(candidate) for one in trail.chosen for candidate in one.copies}
    told = [{**plain(c), "verdict": _verdict(c, chosen, copies)} for c in trail.candidates]
    return {
        "understood": trail.answer.understood,
        "asked": plain(trail.asked),
        "hits": [plain(hit) for hit in trail.hits],
        "candidates": told,
        "chosen": plain(trail.chosen),
    }


def plain(value: Any) -> Any:
    """A value of the bot's as JSON has it: a dataclass by its fields, a hit by where it stands, a set in order."""
    if isinstance(value, Hit):
        passage, document = value.passage, value.document
        place = {"passage_id": passage.id, "document": document.id, "source": document.source}
        return {**place, "start": passage.start, "end": passage.end, "score": value.score}
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _verdict(candidate: Any, chosen: set[tuple[str, int, int]], copies: set[tuple[str, int, int]]) -> str:
    """What became of a candidate: chosen, copy (cited beside it), vetoed (by a field ``…_ok``), or passed_over."""
    if _place(candidate) in chosen:
        return "chosen"
    if _place(candidate) in copies:
        return "copy"
    vetoes = (getattr(candidate, item.name) for item in fields(candidate) if item.name.endswith("_ok"))
    return "passed_over" if all(vetoes) else "vetoed"


def _place(candidate: Any) -> tuple[str, int, int]:
    return candidate.hit.document.id, candidate.start, candidate.end


def _settings(config: Config) -> dict[str, Any]:
    return {name: asdict(getattr(config, name)) for name in _SECTIONS}


def _canonical(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _question(text: str) -> Question:
    values = json.loads(text)
    filters: dict[str, Any] = values.pop("filters")
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in filters.items()}
    return Question(**values, filters=Filters(**told))


def _tell_failure(answer_id: str, written: Future[None]) -> None:
    if error := written.exception():
        _logger.error("answer %s was not recorded: %s: %s", answer_id, type(error).__name__, error)


def _insert(database: sqlite3.Connection, trail: Trail, settings: str, limits: Settings) -> None:
    digest = hashlib.sha256(settings.encode()).hexdigest()[:16]
    database.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (digest, settings))
    kept = zlib.compress(json.dumps(trail_to_json(trail), ensure_ascii=False).encode(), 1)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    answer, question = trail.answer, json.dumps(asdict(trail.question), ensure_ascii=False)
    row: Iterable[Any] = (answer.id, now, answer.index, digest, question, answer_bytes(answer), kept)
    added = database.execute("INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", tuple(row)).lastrowid or 0
    database.execute("DELETE FROM records WHERE number <= ?", (added - limits.keep,))
    database.execute("INSERT OR REPLACE INTO limits VALUES (1, ?)", (limits.generations,))


def _short(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= 80 else told[:79] + "…"
