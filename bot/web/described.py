"""What an operation of the API takes and gives, said next to its route; `openapi` makes the description of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.web.shapes import Error

JSON, HTML, FORM, FILES = "application/json", "text/html", "application/x-www-form-urlencoded", "multipart/form-data"
_MARK = "described_operations"  # attribute of a view function

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: what it says, and the type of its body by media type."""

    status: int
    what: str
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route takes and gives for one method, beside what the door says to whom it keeps out."""

    name: str
    replies: tuple[Reply, ...]
    takes: Mapping[str, Any]  # the type of the body by media type; empty: no body
    query: type | None  # whose fields are the query's
    errors: tuple[int, ...]
    method: str  # empty: the one that the route has


def described(
    name: str,
    *replies: Reply,
    takes: Mapping[str, Any] | None = None,
    query: type | None = None,
    errors: Sequence[int] = (),
    method: str = "",
) -> Callable[[F], F]:
    """Describes a route as the operation of this name; once for each method, where it takes several.

    `errors` are the statuses told in the one shape of errors, beside those of every request that passes the door.
    """
    operation = Operation(name, replies, takes or {}, query, tuple(errors), method)

    def marked(route: F) -> F:
        setattr(route, _MARK, (operation, *operations(route)))
        return route

    return marked


def operations(route: Callable[..., object]) -> tuple[Operation, ...]:
    """How a route is described; nothing where it is not."""
    told: tuple[Operation, ...] = getattr(route, _MARK, ())
    return told


def gives(kind: Any, what: str, status: int = 200) -> Reply:
    """A reply in JSON."""
    return Reply(status, what, {JSON: kind})


def shows(what: str = "the page", status: int = 200) -> Reply:
    """A page."""
    return Reply(status, what, {HTML: str})


def sends(media_type: str, what: str = "the file", kind: Any = str) -> Reply:
    """What is neither JSON nor a page."""
    return Reply(200, what, {media_type: kind})


def leads(what: str) -> Reply:
    """The way to another page."""
    return Reply(303, what)


def refuses(status: int, for_people: bool) -> Reply:
    """An error, of which people are told on a page."""
    return Reply(status, "what is wrong, and how to mend it", {JSON: Error, **({HTML: str} if for_people else {})})
