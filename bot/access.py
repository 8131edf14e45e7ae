"""Which sources whoever asks may see. Pure."""

from __future__ import annotations


def sees(visible: tuple[str, ...] | None, source: str) -> bool:
    """Whether a document's source is one of these prefixes or lies under one; None lets everything through."""
    if visible is None:
        return True
    return any(source == prefix or source.startswith(prefix.rstrip("/") + "/") for prefix in visible)
