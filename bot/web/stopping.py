"""What is said to who comes after the server was told to stop, and to who takes longer than it waits."""

from __future__ import annotations

import threading

from flask import Flask, current_app, request
from werkzeug.exceptions import ServiceUnavailable

_AGAIN = 5  # seconds after which another server may have taken this one's place


def register(app: Flask) -> None:
    """Has the app refuse every request that comes after its `stopping` was set, but say that the process is alive."""
    app.extensions["stopping"] = threading.Event()
    app.extensions["out_of_time"] = threading.Event()
    app.before_request(_refuse)


def is_out_of_time() -> bool:
    """Whether the server, told to stop, waits no longer for what has many parts."""
    out_of_time: threading.Event = current_app.extensions["out_of_time"]
    return out_of_time.is_set()


def _refuse() -> None:
    stopping: threading.Event = current_app.extensions["stopping"]
    if stopping.is_set() and request.endpoint != "api.healthz":
        raise ServiceUnavailable(f"the server is stopping; try again in {_AGAIN} seconds", retry_after=_AGAIN)
