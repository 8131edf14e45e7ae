"""Deep links that open a document with words marked; every channel makes them here."""

from __future__ import annotations

import hashlib
from urllib.parse import quote


def text_version(text: str) -> str:
    """The 12 hexadecimal digits that tell one text of a document from another.

    They are the first of SHA-256 over the text's UTF-8; a link carries them, so that a page
    whose text has changed since knows that the link's offsets no longer count.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def escaped_id(document_id: str) -> str:
    """A document's id as a part of an address; a slash is escaped too: browsers take a plain "a/../b" for "b"."""
    return quote(document_id, safe="", errors="replace")


def document_address(base_url: str, document_id: str) -> str:
    """The address of a document's page; ``base_url`` is empty for a link within the server."""
    return f"{base_url.rstrip('/')}/documents/{escaped_id(document_id)}"


def document_link(base_url: str, document_id: str, start: int, end: int, version: str) -> str:
    """The address that opens a document with ``text[start:end]`` marked and in view."""
    return f"{document_address(base_url, document_id)}?start={start}&end={end}&v={version}#mark"
