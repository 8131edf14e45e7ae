"""What pages of other sites may do: those that `[server] cors_origins` lists may use the API, with a token."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, request

PATHS = ("/api/", "/v1/", "/mcp")
_SENT = (
    *("Authorization", "Content-Type", "X-Request-Id"),
    *("Mcp-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name", "Last-Event-ID"),
)
_READ = ("X-Request-Id", "Retry-After")
_METHODS = ("GET", "POST", "DELETE")
_KEPT = 600  # seconds for which a browser need not ask again; a page that is listed no more is refused after that


def register(app: Flask, origins: tuple[str, ...]) -> None:
    """Lets pages of these origins use the API; nothing is said to others, and browsers then keep it from them."""
    app.extensions["origins"] = frozenset(origins)
    app.before_request(_preflight)
    app.after_request(_shared)


def is_listed() -> bool:
    """Whether a page that the configuration lists sent this request, and for the API."""
    origins: frozenset[str] = current_app.extensions["origins"]
    return request.path.startswith(PATHS) and request.headers.get("Origin") in origins


def _preflight() -> Response | None:
    """The reply to a browser that asks what the page may send; it asks without the token, so before the door."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers or not is_listed():
        return None
    response = make_response("", 204)
    del response.headers["Content-Type"]
    response.headers["Access-Control-Allow-Methods"] = ", ".join(_METHODS)
    response.headers["Access-Control-Allow-Headers"] = ", ".join(_SENT)
    response.headers["Access-Control-Max-Age"] = str(_KEPT)
    return response


def _shared(response: Response) -> Response:
    if current_app.extensions["origins"] and request.path.startswith(PATHS):
        response.vary.add("Origin")
    if is_listed():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = ", ".join(_READ)
    return response
