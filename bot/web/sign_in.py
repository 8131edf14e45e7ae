"""Signing in with a token, and out again."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests

from bot.access import Visitor
from bot.web import shapes
from bot.web.described import FORM, described, leads, shows
from bot.web.language import words
from bot.web.visitors import door, home, own_path, right_key, see, visitor

routes = Blueprint("access", __name__)
log = logging.getLogger(__name__)


@routes.get("/sign-in")
@described("showSignIn", shows(), leads("onward: the server has no tokens"), query=shapes.SignInQuery)
def page() -> Response:
    """The page that asks for a token; where none are set, the chat page."""
    return _page(200) if door().keyring.keys else _onward(visitor())


@routes.post("/sign-in")
@described(
    "signIn",
    leads("onward, signed in"),
    shows("the page again: the token is wrong", 401),
    shows("the page again: too many wrong tokens", 429),
    takes={FORM: shapes.SignInForm},
    query=shapes.SignInQuery,
    errors=(413,),
)
def sign_in() -> Response:
    """Begins a session, kept in a cookie, where the token is right."""
    made = door()
    if not made.keyring.keys:
        return _onward(visitor())
    try:
        key = right_key(request.form.get("token", "").strip())
    except TooManyRequests as error:
        return _page(429, words()["access"]["wait"], {"Retry-After": str(error.retry_after)})
    if key is None:
        return _page(401, words()["access"]["wrong"], {"WWW-Authenticate": "Bearer"})
    made.sessions.end(request.cookies.get(made.cookie, ""))
    response = _onward(key.visitor)
    response.set_cookie(
        made.cookie,
        made.sessions.begin(key),
        path=request.script_root or "/",
        secure=made.is_secure,
        httponly=True,
        samesite="Lax",
        max_age=made.sessions.longest,
    )
    log.info("%s signed in from %s", key.visitor.name, request.remote_addr)
    return response


@routes.post("/sign-out")
@described("signOut", leads("to the sign-in page"))
def sign_out() -> Response:
    """Ends the session, and has the browser forget what the pages kept in it."""
    made = door()
    made.sessions.end(request.cookies.get(made.cookie, ""))
    response = see(url_for("access.page"))
    response.delete_cookie(
        made.cookie, path=request.script_root or "/", secure=made.is_secure, httponly=True, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _page(status: int, failure: str = "", headers: dict[str, str] | None = None) -> Response:
    onward = own_path(request.args.get("next", ""))
    shown = make_response(render_template("sign_in.html", failure=failure, onward=onward), status)
    shown.headers.update({"Cache-Control": "no-store", **(headers or {})})
    return shown


def _onward(who: Visitor) -> Response:
    """The way to where the visitor wanted to go."""
    return see(own_path(request.args.get("next", "")) or home(who))
