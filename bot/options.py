"""The options of the configuration: what each takes, in words and as a check."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeVar

T = TypeVar("T")
Kind = tuple[str, Callable[[Any], bool]]  # what an option takes, in words, and whether a value is that


def option(default: T, takes: str, check: Callable[[Any], bool]) -> T:
    """A dataclass field with the check its value must pass and the words that say what it takes."""
    made: T = field(default=default, metadata={"takes": takes, "check": check})
    return made


def whole(low: int, high: int) -> Kind:
    """A whole number within bounds, which belong to it."""

    def check(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return f"a whole number from {low} to {high}", check


def number(low: float, high: float) -> Kind:
    """A number within bounds, which belong to it."""

    def check(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return f"a number from {low:g} to {high:g}", check


def _is_scale(value: Any) -> bool:
    within = [(0.01, 10), (-10, 10)]
    return (
        isinstance(value, list | tuple)
        and len(value) == len(within)
        and all(number(*limits)[1](item) for item, limits in zip(value, within, strict=True))
    )


def one_of(*names: str) -> Kind:
    """One of some words."""
    return "one of " + ", ".join(names), lambda value: value in names


def is_name(value: Any) -> bool:
    """Whether it is a text, not empty, that a path may have."""
    return isinstance(value, str) and bool(value) and "\0" not in value


def texts_like(takes: str, pattern: str) -> Kind:
    """A list of texts that a pattern matches whole; `takes` says which."""

    def check(value: Any) -> bool:
        return isinstance(value, list | tuple) and all(isinstance(x, str) and re.fullmatch(pattern, x) for x in value)

    return takes, check


TEXT: Kind = ("a text", lambda value: isinstance(value, str))
SWITCH: Kind = ("true or false", lambda value: isinstance(value, bool))
SCALE: Kind = (
    "[slope, intercept], a number from 0.01 to 10 and one from -10 to 10",
    _is_scale,
)
TEXTS: Kind = (
    "a list of texts",
    lambda value: isinstance(value, list | tuple) and all(map(is_name, value)),
)
HOSTS = texts_like("a list of host names or addresses without ports", r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
ORIGINS = texts_like(
    'a list of origins as browsers send them, such as ["https://tool.example.org"]: in lower case, without a path',
    r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?",
)


def is_address(value: Any) -> bool:
    """Whether it is an IP address, or empty."""
    try:
        return value == "" or (isinstance(value, str) and bool(ipaddress.ip_address(value)))
    except ValueError:
        return False


def is_source(value: Any) -> bool:
    """Whether it is a source, or the beginning of one, as the index writes it."""
    return is_name(value) and not {"", ".", ".."} & set(value.removesuffix("/").split("/"))


GRANTS: Kind = (
    'a table of token names and what each may see, such as { sales = ["reports/sales"] }: sources as the index has '
    'them, without a slash before them and without .., or ["*"]',
    lambda value: (
        isinstance(value, Mapping)
        and all(isinstance(paths, list | tuple) and all(map(is_source, paths)) for paths in value.values())
    ),
)
