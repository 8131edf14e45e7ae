"""Who sends a request, and whether it may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, g

from bot.access import ANYONE, Scope, Visitor

P = ParamSpec("P")
T = TypeVar("T")


def visitor() -> Visitor:
    """Whoever sends this request."""
    who: Visitor = g.setdefault("visitor", ANYONE)
    return who


def needs(scope: Scope) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a route one for visitors with a scope; others get 401 or 403."""

    def guarded(route: Callable[P, T]) -> Callable[P, T]:
        @wraps(route)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            if scope not in visitor().scopes:
                abort(403, f"this token has no scope {scope}")
            return route(*args, **kwargs)

        return call

    return guarded
