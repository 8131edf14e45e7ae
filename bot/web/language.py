"""The language of a page: Chinese, or English where the visitor chose it; and of a reply, to people and programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request, url_for

from bot.templates import language
from bot.web.words import WORDS
from bot.web.words.causes import in_chinese

COOKIE = "lang"
_KEPT = 365 * 86400  # seconds


def register(app: Flask) -> None:
    """Gives every template its words, and keeps the language that an address names in ``lang``."""
    app.context_processor(_words)
    app.after_request(_kept)
    app.after_request(_varied)


def page_language() -> str:
    """``zh`` or ``en``: what the address names, else what the visitor chose before, else Chinese."""
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    return chosen if chosen in WORDS else "zh"


def reply_language(question: str) -> str:
    """The language of the words around an answer: the page's, and English for a question in English."""
    return "en" if page_language() == "en" else language(question)


def words() -> dict[str, Any]:
    """The words of the page that is asked for."""
    return WORDS[page_language()]


def for_page() -> Callable[[str], str]:
    """What puts a line that the bot says, such as why a file was not read, into the language of the page."""
    return in_chinese if page_language() == "zh" else str


def for_program() -> Callable[[str], str]:
    """The same for a program: into Chinese where its request prefers that; its reply then varies with that header."""
    g.is_negotiated = True
    return in_chinese if _preferred() == "zh" else str


def _preferred() -> str:
    """``zh`` or ``en``: which a request's Accept-Language has first, else English."""
    # best_match() takes zh over the en-GB of "en-GB,zh;q=0.9": a whole tag goes before the language of one.
    languages = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return next((spoken for spoken in languages if spoken in WORDS), "en")


def _words() -> dict[str, Any]:
    spoken = page_language()
    other = "en" if spoken == "zh" else "zh"
    return {
        "words": WORDS[spoken],
        "lang": spoken,
        "other_lang": other,
        "in_other_language": f"{this_path()}?{urlencode(_query(other))}",
        "reply_words": lambda question: WORDS[reply_language(question)],
    }


def this_path() -> str:
    """The path of the address that was asked for, as a link has it: a document's id keeps its escaped slashes."""
    if request.endpoint:
        return url_for(request.endpoint, **(request.view_args or {}))
    return request.script_root + quote(request.path)


def _query(lang: str) -> list[tuple[str, str]]:
    """This address's query, in another language."""
    return [(name, value) for name, value in request.args.items(multi=True) if name != "lang"] + [("lang", lang)]


def _kept(response: Response) -> Response:
    if request.args.get("lang") in WORDS:
        response.set_cookie(
            COOKIE,
            request.args["lang"],
            max_age=_KEPT,
            path=request.script_root or "/",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def _varied(response: Response) -> Response:
    if "is_negotiated" in g:
        response.vary.add("Accept-Language")
    return response
