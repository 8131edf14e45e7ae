"""The route that answers many questions: JSON lines in, JSON lines out, each as soon as it is known."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request, stream_with_context
from werkzeug.exceptions import RequestEntityTooLarge

from bot.access import Scope
from bot.batch import answer_lines
from bot.errors import BotError, Stopping, TooLarge
from bot.types import Question
from bot.web import shapes
from bot.web.asking import ask, open_bot
from bot.web.bounds import pass_on
from bot.web.described import described, sends
from bot.web.failures import MESSAGES
from bot.web.language import for_program
from bot.web.stopping import is_out_of_time
from bot.web.visitors import needs

MAX_BODY = 1024 * 1024  # bytes
MAX_LINES = 1000
KINDS = ("application/x-ndjson", "application/jsonl")

routes = Blueprint("batch", __name__)

log = logging.getLogger(__name__)


@routes.post("/api/ask/batch")
@needs(Scope.ASK)
@described(
    "askBatch",
    sends(KINDS[0], "the replies", shapes.Replies),
    takes=dict.fromkeys(KINDS, shapes.Lines),
    errors=(413,),
)
def ask_batch() -> Response:
    """The answers to the questions of up to 1,000 lines, streamed in order."""
    lines = _lines()
    open_bot()  # without an index the whole batch is refused
    replies = answer_lines(_answer, lines, for_program())
    response = Response(stream_with_context(map(_line, replies)), mimetype=KINDS[0])
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold lines back until it has many
    return response


def _lines() -> list[bytes]:
    """The lines of the body."""
    if request.mimetype not in KINDS:
        abort(415, "send a JSON object a line with the header Content-Type: application/x-ndjson")
    request.max_content_length = MAX_BODY
    try:
        lines = request.get_data().splitlines()
    except RequestEntityTooLarge:
        raise TooLarge(f"the body is too large; send at most {MAX_BODY // 1024} KiB") from None
    if len(lines) > MAX_LINES:
        raise TooLarge(f"the batch has {len(lines)} lines; send {MAX_LINES} at most")
    return lines


def _answer(question: Question) -> Mapping[str, Any]:
    """The answer JSON; where the server fails, an error in its place, for the answers before it are sent already."""
    pass_on()
    try:
        if is_out_of_time():
            raise Stopping("the server is stopping; send this line again")
        return ask(question)
    except BotError as failure:
        code, message = failure.code, str(failure)
    except Exception:
        log.exception("not answered")
        code, message = "internal", MESSAGES[500]
    return {"request_id": question.request_id, "error": {"code": code, "message": for_program()(message)}}


def _line(reply: Mapping[str, Any]) -> bytes:
    return json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
