"""How much one client may ask for in a minute, and how much all together at once."""

from __future__ import annotations

import logging
import math
import threading
import time
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
    """Lets some requests work at once and some more wait for that; any number of threads may ask."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._held = 0  # in work, and waiting
        self._lock = threading.Lock()
        self._places = threading.Semaphore(at_once)

    def take(self) -> bool:
        """Whether it is the caller's turn now, after those before it; False at once where too many wait."""
        with self._lock:
            if self._held >= self._most:
                return False
            self._held += 1
        self._places.acquire()
        return True

    def in_work(self) -> int:
        """How many work."""
        return min(self._held, self._at_once)

    def waiting(self) -> int:
        """How many wait for that."""
        return max(0, self._held - self._at_once)

    def give_back(self) -> None:
        """Ends a turn that was taken."""
        self._places.release()
        with self._lock:
            self._held -= 1


def register(app: Flask, config: Config, made: Door, turns: Turns) -> None:
    """Bounds every request that passes the door, but for the few that are open to all.

    Where only this machine reaches the server, and there are no tokens, requests are not counted.
    """
    counted = config.limits.per_minute and (made.keyring.keys or not made.is_local)
    app.extensions["rates"] = Rates(config.limits.per_minute) if counted else None
    app.extensions["turns"] = turns
    app.before_request(_admit)
    app.after_request(_leave)


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
