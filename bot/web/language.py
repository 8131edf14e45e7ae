"""The language of a page: Chinese, or English where the visitor chose it; and of a reply."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request

from bot.templates import language
from bot.web.words import WORDS

COOKIE = "lang"
_KEPT = 365 * 86400  # seconds


def register(app: Flask) -> None:
    """Gives every template its words, and keeps the language that an address names in ``lang``."""
    app.context_processor(_words)
    app.after_request(_kept)


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


def _words() -> dict[str, Any]:
    spoken = page_language()
    other = "en" if spoken == "zh" else "zh"
    return {
        "words": WORDS[spoken],
        "lang": spoken,
        "other_lang": other,
        "in_other_language": f"{request.script_root}{request.path}?{urlencode(_query(other))}",
        "reply_words": lambda question: WORDS[reply_language(question)],
    }


def _query(lang: str) -> list[tuple[str, str]]:
    """This address's query, in another language."""
    return [(name, value) for name, value in request.args.items(multi=True) if name != "lang"] + [("lang", lang)]


def _kept(response: Response) -> Response:
    if request.args.get("lang") in WORDS:
        response.set_cookie(
            COOKIE, request.args["lang"], max_age=_KEPT, path=request.script_root or "/", httponly=True, samesite="Lax"
        )
    return response
