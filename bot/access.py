"""Who may do what, and see which documents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a token lets its holder do."""

    ASK = "ask"
    READ = "read"  # documents and the index
    WRITE = "write"  # add documents, and index
    ADMIN = "admin"  # what was asked, by all


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever sends a request: the name of the token, what it lets do, and the sources it lets see."""

    name: str
    scopes: frozenset[Scope]
    visible: tuple[str, ...] | None = None  # source prefixes; None: all


ANYONE = Visitor("", frozenset(Scope))  # where no tokens are set


def sees(visible: tuple[str, ...] | None, source: str) -> bool:
    """Whether a document's source is one of the visible ones, or lies below it."""
    return visible is None or any(source == path or source.startswith(f"{path.rstrip('/')}/") for path in visible)
