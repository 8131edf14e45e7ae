"""Questions by the line: JSON in, answer JSON out, in order; for the command line and for HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from bot.errors import BadInput
from bot.types import Question
from bot.wire import json_from, question_from_json


@contextmanager
def open_lines(file: str) -> Iterator[Iterable[bytes]]:
    """The lines of a file, or of standard input for ``-``. Raises BadInput where it cannot be opened."""
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(open(file, "rb"))
        except OSError as error:
            raise BadInput(f"{file}: cannot be opened ({error.strerror}); name a file of JSON lines") from None
        yield opened


def answer_lines(
    answer: Callable[[Question], Mapping[str, Any]], lines: Iterable[bytes], said: Callable[[str], str] = str
) -> Iterator[Mapping[str, Any]]:
    """The reply to each line that is not blank: what `answer` makes of its question, or an error for a bad line.

    The error is ``{"request_id", "error"}``; `said` puts what it says into a language.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        request_id = None
        try:
            payload = _payload(line)
            request_id = payload.get("request_id")
            question = question_from_json(payload)
        except BadInput as error:
            yield {"request_id": request_id, "error": {"code": error.code, "message": said(f"line {number}: {error}")}}
            continue
        yield answer(question)


def _payload(line: bytes) -> dict[str, Any]:
    """The fields of a line; its ``id`` becomes the request's."""
    try:
        payload = json_from(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadInput('is not a JSON object in UTF-8, such as {"question": "…"}') from None
    if not isinstance(payload, dict):
        raise BadInput('is not a JSON object, such as {"question": "…"}')
    if "id" in payload:
        named = payload.pop("id")
        payload["request_id"] = str(named) if isinstance(named, int) and not isinstance(named, bool) else named
    return payload
