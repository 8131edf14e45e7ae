"""How often a client may show a wrong token."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST = 10  # wrong tokens from one address in one window
_WINDOW = 60  # seconds
_KEPT = 10_000  # addresses that are remembered


class Attempts:
    """Counts wrong tokens by client address; any number of threads may ask.

    Where a token was right before, its holder is not kept waiting for the wrong ones of others at the same address:
    behind a proxy all clients have one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()  # address: the window's beginning, and count
        self._right: OrderedDict[tuple[str, str], None] = OrderedDict()  # addresses, and names of tokens right there
        self._lock = threading.Lock()

    def wait(self, address: str, name: str = "") -> int:
        """Seconds until an address may try again, 0 where it may now; `name` is its token's where that is right."""
        with self._lock:
            began, count = self._wrong.get(address, (0.0, 0))
            left = began + _WINDOW - self._clock()
            return math.ceil(left) if count >= MOST and left > 0 and (address, name) not in self._right else 0

    def wrong(self, address: str) -> None:
        """Counts a wrong token."""
        with self._lock:
            began, count = self._wrong.pop(address, (0.0, 0))
            now = self._clock()
            self._wrong[address] = (began, count + 1) if count and now < began + _WINDOW else (now, 1)
            _bound(self._wrong)

    def right(self, address: str, name: str) -> None:
        """Remembers that a token was right."""
        with self._lock:
            self._right.pop((address, name), None)
            self._right[address, name] = None
            _bound(self._right)


def _bound(kept: OrderedDict[K, V]) -> None:
    """Forgets the oldest of what is more than is kept."""
    while len(kept) > _KEPT:
        kept.popitem(last=False)
