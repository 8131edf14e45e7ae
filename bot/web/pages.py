"""The routes that people see: the chat page, the page of a document, and the page of the index."""

from __future__ import annotations

import datetime
import functools
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, render_template, request, url_for

from bot.access import Scope, sees
from bot.errors import BotError
from bot.links import document_address
from bot.text import on_one_line
from bot.types import Document, Question
from bot.web import contents, shapes, sheet, view
from bot.web.asking import app_config, ask, find_document, visible_document
from bot.web.described import FORM, described, shows
from bot.web.failures import status_of
from bot.web.language import for_page, words
from bot.web.visitors import needs, visitor
from bot.web.words import FOR_SCRIPT, WORDS
from bot.wire import MAX_QUESTION, question_from_json

if TYPE_CHECKING:
    from bot.bot import Bot

NEAREST = 3  # passages to show where no answer was found; static/chat.js asks for as many
BOUNDS = ("document", "source", "date_from", "date_to")  # the form's fields of what may answer
CHAT = tuple(shows(status=status) for status in (200, 400, 413, 503))
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
@described("openChat", *CHAT, query=shapes.ChatQuery, method="get")
@described("askInChat", *CHAT, takes={FORM: shapes.ChatForm}, method="post")
def chat() -> tuple[str, int]:
    """The chat page; with a question in q, its answer too, for browsers without JavaScript."""
    text = request.values.get("q", "")
    if request.method != "POST" and not text.strip():
        return _chat_page(None), 200
    try:
        answer = ask(_question(text))
    except BotError as error:
        failure = words()["errors"][_said(text, status_of(error))]
        return _chat_page({"question": text, "failure": failure, "detail": for_page()(str(error))}), status_of(error)
    return _chat_page({"question": text, "answer": answer}), 200


@routes.get("/documents/<document:document_id>")
@needs(Scope.READ)
@described("showDocument", shows(), query=shapes.SpanQuery, errors=(404,))
def document(document_id: str) -> str:
    """The page of a document, with a span of it marked."""
    stored = find_document(document_id)
    span, note = sheet.requested_span(stored.text, request.args)
    sections = sheet.sections(stored, span)
    return render_template(
        "document.html",
        document=stored.document,
        address=_outside_address(stored.document),
        original=_original(stored.document),
        sections=sections,
        anchor=sheet.anchor(sections),
        titled=any(section.heading == sheet.TITLE for section in sections),
        note=note,
    )


@routes.get("/index")
@needs(Scope.READ)
@described("showIndex", shows(), query=shapes.IndexQuery)
def index() -> str:
    """The page that shows what the index holds and what it does not, and lists its documents."""
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
        said=for_page(),
        most=REMARKS,
        listing=contents.listed(overview.documents, request.args.get("q", ""), page),
        address=functools.partial(document_address, request.script_root),
    )


def _chat_page(turn: dict[str, Any] | None) -> str:
    bot: Bot | None = current_app.extensions["bot"]
    return render_template(
        "chat.html",
        turn=turn,
        ready=bot is not None,
        scope=_scope(bot),
        sources=_folders(bot, bot.generation, visitor().visible) if bot else (),
        addresses=_addresses(),
        script_words={lang: {name: told[name] for name in FOR_SCRIPT} for lang, told in WORDS.items()},
    )


@functools.lru_cache(maxsize=64)
def _folders(bot: Bot, generation: str, visible: tuple[str, ...] | None) -> tuple[str, ...]:
    """The folders of a generation of the index that are visible."""
    return contents.folders(bot.overview(visible).documents)


def _question(text: str) -> Question:
    """The question of the page's form, asked within its bounds."""
    filters = {name: request.values[name] for name in BOUNDS if request.values.get(name)}
    previous = request.values.get("previous") or None
    return question_from_json({"question": text, "top_k": NEAREST, "filters": filters, "previous": previous})


def _scope(bot: Bot | None) -> dict[str, Any]:
    """What the form's bounds are; of a document, the document itself."""
    told: dict[str, Any] = {name: request.values.get(name, "") for name in BOUNDS}
    stored = visible_document(told["document"]) if bot and told["document"] else None
    return {**told, "document": stored.document if stored else None}


def _addresses() -> dict[str, str]:
    """Where the page's script sends what; what this server or this visitor has no use of is left out."""
    config, who = app_config(), visitor()
    told = {"ask": url_for("api.ask_question"), "starters": url_for("api.starters")}
    if config.journal.feedback:
        told["feedback"] = url_for("api.rate_answer")
    if (
        config.upload_folder
        and {Scope.READ, Scope.WRITE} <= who.scopes
        and sees(who.visible, config.upload_folder.name)
    ):
        told |= {"documents": url_for("files.add_documents"), "index": url_for("api.read_index")}
    return told


def _said(text: str, status: int) -> str:
    """The name of the words that tell a person what is wrong with a question."""
    if status == 400 and not text.strip():
        return "blank"
    return "too_long" if status == 400 and len(text) > MAX_QUESTION else str(status)


def _original(document: Document) -> str | None:
    """Where the file is that the document was read from, where the configuration gives it out."""
    if not app_config().server.download_originals:
        return None
    return url_for("files.download_original", document_id=document.id)


def _outside_address(document: Document) -> str | None:
    """The document's own address, where it may be linked: a page of the web, never a script."""
    if not (document.url and app_config().server.link_documents):
        return None
    try:
        parts = urlsplit(document.url)
    except ValueError:
        return None
    return document.url if parts.scheme in ("http", "https") and parts.netloc else None
