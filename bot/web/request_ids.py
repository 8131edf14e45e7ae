"""A name for each request, that its response and its log lines have, so that one leads to the other."""

from __future__ import annotations

import logging
import re
import secrets

from flask import Flask, Response, g, has_request_context, request

HEADER = "X-Request-Id"
NONE = "-"  # in lines that no request is behind

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")  # what is safe in a header and in a line of a log


def register(app: Flask) -> None:
    """Gives every response its request's id."""
    app.after_request(_named)


def request_id() -> str:
    """The id of this request: the client's, where that is a plain one, else a new one."""
    if "request_id" not in g:
        given = request.headers.get(HEADER, "")
        g.request_id = given if _PLAIN.fullmatch(given) else secrets.token_hex(8)
    told: str = g.request_id
    return told


def mark(record: logging.LogRecord) -> bool:
    """Gives a line of the log the id of the request it is written in; a filter for handlers that drops nothing."""
    if not hasattr(record, "request_id"):
        record.request_id = request_id() if has_request_context() else NONE
    return True


def _named(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response
