"""The bodies that are taken: as they are, for nobody here unpacks what may have no end."""

from __future__ import annotations

from flask import Flask, abort, request


def register(app: Flask) -> None:
    """Has the app refuse a body that is packed."""
    app.before_request(_check)


def _check() -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        abort(415, "the body is packed; send it without Content-Encoding")
