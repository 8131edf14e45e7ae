"""The routes that people see: the chat page, the page of a document, and the page of the index."""

from __future__ import annotations

import datetime
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, render_template, request

from bot.access import Scope
from bot.errors import BotError
from bot.links import document_address
from bot.text import on_one_line
from bot.types import Document, Question
from bot.web import contents, sheet, view
from bot.web.asking import app_config, ask, find_document
from bot.web.failures import status_of
from bot.web.language import words
from bot.web.visitors import needs, visitor
from bot.wire import MAX_QUESTION, checked_question

if TYPE_CHECKING:
    from bot.bot import Bot

NEAREST = 3  # passages to show where no answer was found; static/chat.js asks for as many
REMARKS = 200  # lines of one cause that the index page lists

routes = Blueprint("pages", __name__)
routes.add_app_template_filter(view.shown, "shown")
routes.add_app_template_filter(view.inside, "inside")
routes.add_app_template_filter(view.quote_parts, "quote_parts")
routes.add_app_template_filter(view.quoted_cells, "quoted_cells")
routes.add_app_template_filter(view.in_lines, "in_lines")
routes.add_app_template_filter(on_one_line, "on_one_line")
routes.add_app_template_filter(view.about, "about")
routes.add_app_template_filter(view.told, "told")
routes.add_app_template_filter(view.facts, "facts")


@routes.route("/", methods=["GET", "POST"])
@needs(Scope.ASK)
def chat() -> tuple[str, int]:
    """The chat page; with a question in ``q``, its answer too, for browsers without JavaScript."""
    text = request.values.get("q", "")
    if request.method != "POST" and not text.strip():
        return _chat_page(None), 200
    try:
        answer = ask(Question(checked_question(text, "q"), top_k=NEAREST))
    except BotError as error:
        failure = words()["errors"][_said(text, status_of(error))]
        return _chat_page({"question": text, "failure": failure, "detail": str(error)}), status_of(error)
    return _chat_page({"question": text, "answer": answer}), 200


@routes.get("/documents/<document:document_id>")
@needs(Scope.READ)
def document(document_id: str) -> str:
    """The page of a document, with the span of ``start`` and ``end`` marked."""
    stored = find_document(document_id)
    span, note = sheet.requested_span(stored.text, request.args)
    sections = sheet.sections(stored, span)
    return render_template(
        "document.html",
        document=stored.document,
        address=_outside_address(stored.document),
        sections=sections,
        anchor=sheet.anchor(sections),
        titled=any(section.heading == sheet.TITLE for section in sections),
        note=note,
    )


@routes.get("/index")
@needs(Scope.READ)
def index() -> str:
    """What the index holds and what it does not; of its documents those that match ``q``, a page at a time."""
    bot: Bot | None = current_app.extensions["bot"]
    if bot is None:
        return render_template("index.html", overview=None)
    overview = bot.overview(visitor().visible)
    page = request.args.get("page", 1, type=int)
    return render_template(
        "index.html",
        overview=overview,
        built=datetime.datetime.fromtimestamp(overview.built).astimezone(),
        ago=contents.ago(time.time() - overview.built, words()["indexing"]["ago"]),
        skipped=contents.grouped(overview.skipped),
        oddities=contents.grouped(overview.oddities),
        most=REMARKS,
        listing=contents.listed(overview.documents, request.args.get("q", ""), page),
        address=partial(document_address, request.script_root),
    )


def _chat_page(turn: dict[str, Any] | None) -> str:
    ready = current_app.extensions["bot"] is not None
    return render_template("chat.html", turn=turn, ready=ready)


def _said(text: str, status: int) -> str:
    """The name of the words that tell a person what is wrong with a question."""
    if status == 400 and not text.strip():
        return "blank"
    return "too_long" if status == 400 and len(text) > MAX_QUESTION else str(status)


def _outside_address(document: Document) -> str | None:
    """The document's own address, where it may be linked: a page of the web, never a script."""
    if not (document.url and app_config().server.link_documents):
        return None
    try:
        parts = urlsplit(document.url)
    except ValueError:
        return None
    return document.url if parts.scheme in ("http", "https") and parts.netloc else None
