"""What was already answered, so that nothing is answered twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Seen:
    """The keys seen last, at most `size` of them; safe to share between threads."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._keys: OrderedDict[Hashable, None] = OrderedDict()
        self._lock = Lock()

    def first(self, *keys: Hashable) -> bool:
        """Whether none of the keys was seen before; from now on all of them are."""
        with self._lock:
            known = any(key in self._keys for key in keys)
            for key in keys:
                self._keys[key] = None
                self._keys.move_to_end(key)
            while len(self._keys) > self._size:
                self._keys.popitem(last=False)
        return not known
