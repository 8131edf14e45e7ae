"""Who sends a request, and whether it may: every route is shut but for those named here and those that say a scope."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from bot.access import STRANGER, Key, Keyring, Scope, Visitor, digest
from bot.sessions import Sessions
from bot.web.attempts import Attempts
from bot.web.cors import is_listed
from bot.web.failures import for_a_person
from bot.web.language import this_path

OPEN = frozenset(
    {
        *("static", "api.healthz", "api.readyz", "api.openapi"),
        *("access.page", "access.sign_in", "access.sign_out"),
        "slack_events",  # Slack signs its requests
    }
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MARK = "needed_scope"  # attribute of a view function

F = TypeVar("F", bound=Callable[..., object])

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What decides who comes in."""

    keyring: Keyring
    sessions: Sessions
    attempts: Attempts
    public_url: str  # how others reach this server, or empty
    is_local: bool  # whether only this machine reaches it

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds a session; its prefix has browsers refuse one set from elsewhere."""
        if not self.is_secure:
            return "wenda"
        return "__Secure-wenda" if request.script_root else "__Host-wenda"

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach this server over TLS."""
        return request.is_secure or self.public_url.startswith("https://")


def register(app: Flask, made: Door) -> None:
    """Has every request pass the door, and gives every template its `visitor`."""
    app.extensions["door"] = made
    app.before_request(_check)
    app.after_request(_uncached)
    app.context_processor(lambda: {"visitor": visitor(), "home": home(visitor())})


def door() -> Door:
    """The door of this app."""
    made: Door = current_app.extensions["door"]
    return made


def needs(scope: Scope) -> Callable[[F], F]:
    """Makes a route one for visitors with a scope; others get 401 or 403."""

    def guarded(route: F) -> F:
        setattr(route, _MARK, scope)
        return route

    return guarded


def needed(app: Flask, endpoint: str) -> Scope | None:
    """The scope that a route needs; None where it says none, and so is shut unless it is among those open to all."""
    scope: Scope | None = getattr(app.view_functions[endpoint], _MARK, None)
    return scope


def visitor() -> Visitor:
    """Whoever sends this request; a stranger, who may do and see nothing, where a token is missing or wrong."""
    if "visitor" not in g:
        g.visitor = STRANGER  # so that a page can say why, where sessions cannot be read
        g.visitor = _known()
    who: Visitor = g.visitor
    return who


def right_key(token: str) -> Key | None:
    """The key of a token, or None; ends with 429 where too many wrong ones came from the client's address."""
    key = door().keyring.key(digest(token))
    address, name = request.remote_addr or "", key.visitor.name if key else ""
    if wait := door().attempts.wait(address, name):
        log.warning("too many wrong tokens from %s", address)
        raise TooManyRequests(f"too many wrong tokens; try again in {wait} seconds", retry_after=wait)
    if key:
        door().attempts.right(address, name)
    else:
        door().attempts.wrong(address)
        log.warning("a wrong token from %s", address)
    return key


def home(who: Visitor) -> str:
    """The page that a visitor begins at: the chat, or the index where they may only read."""
    return url_for("pages.index" if Scope.ASK not in who.scopes and Scope.READ in who.scopes else "pages.chat")


def see(address: str) -> Response:
    """The way to another page, which is to be got."""
    return make_response(redirect(address, 303))


def own_path(target: str) -> str:
    """A path of this server to go on to, as an address named it; empty where it is none, or is the chat page's."""
    root = request.script_root
    local = target.startswith(f"{root}/") and not target.startswith("//")
    plain = "\\" not in target and all(" " < char != "\x7f" for char in target)
    return target if local and plain and target != f"{root}/" else ""


def _check() -> Response | None:
    """Lets a request pass, or ends it."""
    from_elsewhere = _is_embedded() if request.method in _SAFE else _is_from_elsewhere()
    if from_elsewhere and _bearer() is None and not _is_listed():
        abort(403, "another site sent this; open this server's own page")
    if request.endpoint is None or request.endpoint in OPEN:  # none: 404 and 405
        return None
    g.guarded = True
    token = _bearer()
    if token is not None and door().keyring.keys and right_key(token) is None:
        _turn_away("the token is wrong; see that it is one of BOT_API_TOKENS")
    if visitor() is STRANGER:
        if for_a_person():
            return _to_sign_in()
        _turn_away("a token is needed; send it as Authorization: Bearer TOKEN")
    scope = needed(current_app, request.endpoint)
    if scope is None:
        abort(403, "nobody is let in here: the route names no scope")
    if scope not in visitor().scopes:
        log.warning("%s from %s has no scope %s", visitor().name or "a visitor", request.remote_addr, scope)
        abort(403, f"this needs the scope {scope}; ask whoever runs this server for a token with it")
    return None


def _turn_away(message: str) -> NoReturn:
    raise Unauthorized(message, www_authenticate=WWWAuthenticate("bearer"))


def _bearer() -> str | None:
    """The token of the Authorization header, or None where it has none; another scheme is a proxy's."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _known() -> Visitor:
    """The holder of the token in the request's header, or else of the one that its session was begun with."""
    made, token = door(), _bearer()
    if not made.keyring.keys:
        return made.keyring.anyone
    shown = made.sessions.find(request.cookies.get(made.cookie, "")) if token is None else digest(token)
    key = made.keyring.key(shown) if shown else None
    return key.visitor if key else STRANGER


def _is_from_elsewhere() -> bool:
    """Whether a browser says that a page of another site sent this; a program says nothing of it."""
    own = {request.host.lower(), _host(door().public_url)} - {""}
    origin = request.headers.get("Origin")
    strange = origin is not None and _host(origin) not in own
    return strange or request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def _is_listed() -> bool:
    """Whether a page that the configuration lists sent this, and not with what a person signed in for."""
    return is_listed() and door().cookie not in request.cookies


def _is_embedded() -> bool:
    """Whether a page of another site loads this as a part of itself; a link that is followed is none.

    As of https://web.dev/articles/fetch-metadata; browsers alone say so, and on secure pages alone.
    """
    headers = request.headers
    from_elsewhere = headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "same-site", "none")
    return from_elsewhere and not (
        headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    )


def _host(url: str) -> str:
    """The host and port of an address; empty where it has none."""
    return url.partition("://")[2].partition("/")[0].lower()


def _to_sign_in() -> Response:
    """The way to the sign-in page, and back here from it."""
    query = request.query_string.decode("ascii", "replace")
    here = this_path() + (f"?{query}" if query else "")
    return see(url_for("access.page", next=here if request.method in _SAFE else None))


def _uncached(response: Response) -> Response:
    """Keeps what only some may see out of caches."""
    if g.get("guarded") and door().keyring.keys:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
