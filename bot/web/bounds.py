"""How much one client may ask for in a minute, and how much all together at once."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import TooManyRequests

from bot.config import Config
from bot.web.exchanges import at_end
from bot.web.visitors import OPEN, Door, visitor

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

_AGAIN = 2  # seconds after which there may be a place: 32 that wait, of 0.1 s each on two cores, take some two

_FREE = OPEN | {"metrics.tell"}  # how busy the server is, is told when it is busy too

log = logging.getLogger(__name__)


class Rates:
    """Counts each client's requests of the last minute; any number of threads may ask."""

    def __init__(self, per_minute: int) -> None:
        from limits import RateLimitItemPerMinute
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._most: RateLimitItem = RateLimitItemPerMinute(per_minute)
        self._limiter: MovingWindowRateLimiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, kind: str, client: str) -> int:
        """Seconds until a client may send its next request; 0 where it may send this one, which is then counted."""
        if self._limiter.hit(self._most, kind, client):
            return 0
        free = self._limiter.get_window_stats(self._most, kind, client).reset_time
        return max(1, math.ceil(free - time.time()))


class Turns:
    """Lets some requests work at once, and others wait for that in the order they came; any number of threads may ask.

    A place passes from hand to hand: one that comes now cannot take it before one that waits, as with a semaphore.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once, self._most_waiting = at_once, waiting
        self._working = 0
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def in_work(self) -> int:
        """How many are at work."""
        return self._working

    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._queue)

    def take(self) -> bool:
        """Whether it is the caller's turn now, after those before it; False at once where too many wait."""
        with self._lock:
            if self._working < self._at_once:
                self._working += 1
                return True
            if len(self._queue) >= self._most_waiting:
                return False
            turn = self._queued()
        turn.wait()
        return True

    def pass_on(self) -> None:
        """Has those that wait work before the caller goes on with its turn: for work of many parts, between two."""
        with self._lock:
            if not self._queue:
                return
            turn = self._queued()
            self._queue.popleft().set()
        turn.wait()

    def give_back(self) -> None:
        """Ends a turn that was taken."""
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._working -= 1

    def _queued(self) -> threading.Event:
        turn = threading.Event()
        self._queue.append(turn)
        return turn


def register(app: Flask, config: Config, made: Door, turns: Turns) -> None:
    """Bounds every request that passes the door, but for the few that are open to all.

    Where only this machine reaches the server, and there are no tokens, requests are not counted.
    """
    counted = config.limits.per_minute and (made.keyring.keys or not made.is_local)
    app.extensions["rates"] = Rates(config.limits.per_minute) if counted else None
    app.extensions["turns"] = turns
    app.before_request(_admit)
    app.after_request(_leave)


def pass_on() -> None:
    """Has requests that wait work first, before this one, which has its turn, goes on with the next of many parts."""
    _turns().pass_on()


def _admit() -> None:
    """Lets a request begin its work, or ends it."""
    if request.endpoint is None or request.endpoint in _FREE:
        return
    if wait := _wait():
        log.warning("too many requests of %s", visitor().name or request.remote_addr)
        raise TooManyRequests(f"too many requests; try again in {wait} seconds", retry_after=wait)
    if not _turns().take():
        log.warning("too many requests at once")
        raise TooManyRequests(f"the server is busy; try again in {_AGAIN} seconds", retry_after=_AGAIN)
    g.has_turn = True


def _wait() -> int:
    """Seconds that the client has to wait."""
    rates: Rates | None = current_app.extensions["rates"]
    if rates is None:
        return 0
    name = visitor().name
    return rates.wait("token", name) if name else rates.wait("address", request.remote_addr or "")


def _leave(response: Response) -> Response:
    """Ends the turn of the request: now, or where its response is still being made when that is sent."""
    if g.pop("has_turn", False):
        at_end(response, _turns().give_back)
    return response


def _turns() -> Turns:
    turns: Turns = current_app.extensions["turns"]
    return turns
