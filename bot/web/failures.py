"""Errors as answers: one JSON shape for programs, a readable page for people."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bot.errors import BadInput, BotError, TooLarge
from bot.web.language import for_page, for_program, words

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    410: "gone",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal",
    501: "not_implemented",
    503: "unavailable",
}
MESSAGES = {
    404: "nothing lives at this address; GET /openapi.json lists what does",
    405: "this address does not take that method",
    413: "the body is too large; send at most 64 KiB",
    500: "the server failed; its log says why",
}
TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}  # as OpenAI's API names them
_LIKE_OPENAI = "/v1/"
FOR_PROGRAMS = ("/api/", _LIKE_OPENAI)  # paths under which nobody is shown a page
_KEPT = {"WWW-Authenticate", "Retry-After"}  # headers that an error gives its answer


def register(app: Flask) -> None:
    """Makes every error that a request meets an answer in the one shape."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(BotError, _bot_error)


def status_of(error: BotError) -> int:
    """The HTTP status that says whose fault an error is."""
    if isinstance(error, TooLarge):
        return 413
    return 400 if isinstance(error, BadInput) else 503


def _bot_error(error: BotError) -> Response:
    return _error(status_of(error), error.code, str(error))


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    # A description that differs from its class's is what this package gave to abort().
    own = error.description if error.description != type(error).description else None
    message = own or MESSAGES.get(error.code, error.name)
    allowed = ", ".join(sorted(error.valid_methods or ())) if isinstance(error, MethodNotAllowed) else ""
    if allowed:
        message = f"{message}; its methods are {allowed}"
    response = _error(error.code, CODES.get(error.code, "failed"), message)
    if allowed:
        response.headers["Allow"] = allowed
    response.headers.update({name: value for name, value in error.get_headers() if name in _KEPT})
    return response


def _error(status: int, code: str, message: str) -> Response:
    if for_a_person():
        errors = words()["errors"]
        said = errors.get(str(status), errors["500"])
        detail = (
            _each(for_page(), message) if status in {400, 403, 503} else ""
        )  # elsewhere the Chinese words say it all
        return make_response(render_template("error.html", said=said, detail=detail, status=status), status)
    told: dict[str, str | None] = {"code": code, "message": _each(for_program(), message)}
    if request.path.startswith(_LIKE_OPENAI):
        told |= {"type": _type(status), "param": None}
    return make_response(jsonify({"error": told}), status)


def _type(status: int) -> str:
    """The kind of an error, as OpenAI's API names it."""
    return TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")


def _each(put: Callable[[str], str], message: str) -> str:
    """The message, of which there may be a line for each file that was sent, with each put in a language."""
    return "\n".join(map(put, message.split("\n")))


def for_a_person() -> bool:
    """Whether a browser asked for a page; ``Accept: */*`` is a program."""
    if request.blueprint == "api" or request.path.startswith(FOR_PROGRAMS):
        return False
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
