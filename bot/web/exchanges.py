"""What became of each request, told when its response is whole: to the log, and to the metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, g, request

from bot.web.request_ids import request_id

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what it got. Nothing in it is a client's own words."""

    method: str  # OTHER where HTTP has none of that name
    route: str  # the rule, such as /api/documents/<id>, for a path may name a document; empty where there is none
    status: int
    client: str  # the name of its token; empty where it has none, or was not asked for one
    request_id: str
    seconds: float  # until the response was made, or where that is a stream until it was sent
    bytes: int | None  # of the body; None where its length is not known beforehand and nobody counts


class _Counted:
    """The parts of a body, whose bytes are counted as they are sent."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self.bytes += len(part)
            yield part


def register(app: Flask, *told: Callable[[Exchange], None]) -> None:
    """Has each of these told every exchange of the app, in the thread that it was in."""
    app.before_request(_begin)
    app.after_request(partial(_follow, told))


def _begin() -> None:
    g.began = time.perf_counter()


def _follow(told: Sequence[Callable[[Exchange], None]], response: Response) -> Response:
    """Tells the exchange now, or where the response is still being made when that is sent."""
    began, rule, size = g.began, request.url_rule, _size(response)
    exchange = partial(
        Exchange,
        method=request.method if request.method in _METHODS else "OTHER",
        route=rule.rule if rule else "",
        status=response.status_code,
        client=g.visitor.name if "visitor" in g else "",
        request_id=request_id(),
    )

    def end() -> None:
        whole = exchange(seconds=time.perf_counter() - began, bytes=size())
        for tell in told:
            tell(whole)

    at_end(response, end)
    return response


def at_end(response: Response, then: Callable[[], None]) -> None:
    """Has something done when a response is whole: now, or where it is still being made when that is sent.

    A file that werkzeug passes through is whole; it would not be told of the end of that.
    """
    if response.is_streamed and not response.direct_passthrough:
        response.call_on_close(then)
    else:
        then()


def _size(response: Response) -> Callable[[], int | None]:
    """What tells how many bytes a response's body has, when it is sent."""
    if request.method == "HEAD" or response.status_code in (204, 304):
        return lambda: 0
    if response.direct_passthrough or not response.is_streamed:
        length = response.content_length if response.direct_passthrough else response.calculate_content_length()
        return lambda: length
    if hasattr(response.response, "close"):
        response.call_on_close(response.response.close)
    counted = _Counted(response.iter_encoded())
    response.response = counted
    return lambda: counted.bytes
