"""The server's log: a line each, in text or JSON, in which nothing that a client sends can look like another line."""

from __future__ import annotations

import datetime
import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import asdict

from bot.config import Log
from bot.web.exchanges import Exchange
from bot.web.request_ids import NONE, mark

_CHATTY = ("faiss", "bm25s", "sentence_transformers", "httpx", "slack_bolt", "slack_sdk", "mcp")
_FIELDS = "fields"  # attribute of a record: what JSON has beside the message

log = logging.getLogger("bot.requests")


def set_up(config: Log) -> None:
    """Has the process log to standard error as the configuration says."""
    handler = logging.StreamHandler()
    handler.addFilter(mark)
    handler.setFormatter(Json(config.questions) if config.format == "json" else Text(config.questions))
    logging.basicConfig(level=config.level.upper(), handlers=[handler])
    if config.level != "debug":
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.WARNING)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # what waits is bounded by us


def tell(exchange: Exchange) -> None:
    """Writes the line of a request: never its query or its body, which may hold a question."""
    fields = asdict(exchange)
    own_id, seconds = fields.pop("request_id"), fields.pop("seconds")
    fields["ms"] = round(seconds * 1000, 1)
    log.info(
        "%s %s %d ms=%.0f bytes=%s client=%s",
        *(exchange.method, exchange.route or NONE, exchange.status, fields["ms"]),
        *(NONE if exchange.bytes is None else exchange.bytes, exchange.client or NONE),
        extra={"request_id": own_id, _FIELDS: fields},
    )


class Text(logging.Formatter):
    """A line for a person, with what led to an error in indented lines after it."""

    def __init__(self, told: bool) -> None:
        super().__init__()
        self._told = told

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines."""
        written = datetime.datetime.fromtimestamp(record.created).astimezone().isoformat(" ", "milliseconds")
        head = f"{written} {record.levelname} {getattr(record, 'request_id', NONE)} {record.name}: "
        return "\n  ".join([head + plain(record.getMessage()), *map(plain, _trace_of(record, self._told))])


class Json(logging.Formatter):
    """A JSON object in ASCII for a program; its time is UTC, as of ISO 8601."""

    def __init__(self, told: bool) -> None:
        super().__init__()
        self._told = told

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        own_id = getattr(record, "request_id", NONE)
        line = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": None if own_id == NONE else own_id,
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if trace := list(_trace_of(record, self._told)):
            line["trace"] = trace
        return json.dumps(line)


def plain(text: str) -> str:
    """A text with whatever ends a line, or steers a terminal, written as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def trace(error: BaseException, told: bool) -> Iterator[str]:
    """Lines on where an error came from; what it says only where that is `told`, for it may hold a question."""
    if told:
        yield from "".join(traceback.format_exception(error)).splitlines()
        return
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for inner in (*((before,) if before else ()), *getattr(error, "exceptions", ())):
        yield from trace(inner, told)
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    yield type(error).__name__


def _trace_of(record: logging.LogRecord, told: bool) -> Iterator[str]:
    error = record.exc_info[1] if record.exc_info else None
    return trace(error, told) if error else iter(())
