"""What is said to who comes after the server was told to stop."""

from __future__ import annotations

import threading

from flask import Flask, current_app, request
from werkzeug.exceptions import ServiceUnavailable

_AGAIN = 5  # seconds after which another server may have taken this one's place


def register(app: Flask) -> None:
    """Has the app refuse every request that comes after its `stopping` was set, but say that the process is alive."""
    app.extensions["stopping"] = threading.Event()
    app.before_request(_refuse)


def _refuse() -> None:
    stopping: threading.Event = current_app.extensions["stopping"]
    if stopping.is_set() and request.endpoint != "api.healthz":
        raise ServiceUnavailable(f"the server is stopping; try again in {_AGAIN} seconds", retry_after=_AGAIN)
