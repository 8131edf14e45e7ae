"""What the API and the pages share: the open bot, its documents, and answers with links."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import abort, current_app, request

from bot import schemas
from bot.config import Config
from bot.errors import NoIndex
from bot.jobs import IndexJob, JobState
from bot.journal import Journal
from bot.links import document_address, document_link, text_version
from bot.types import Answer, Filters, Query, Question, StoredDocument
from bot.web.metrics import metrics
from bot.web.visitors import visitor
from bot.wire import answer_to_json, search_to_json

if TYPE_CHECKING:
    from bot.bot import Bot

_NO_INDEX = "no index is open; run: python -m bot index"

_Linked = schemas.Citation | schemas.Duplicate | schemas.Passage
_Stretch = tuple[_Linked, int, int]  # and a start and an end in its document's text

log = logging.getLogger("bot.web")


def open_bot() -> Bot:
    """The bot this app answers with. Raises NoIndex where the app was made without one."""
    bot: Bot | None = current_app.extensions["bot"]
    if bot is None:
        raise NoIndex(_NO_INDEX)
    return bot


def index_job() -> IndexJob:
    """What indexes for this app. Raises NoIndex where the app was made without it."""
    job: IndexJob | None = current_app.extensions["job"]
    if job is None:
        raise NoIndex(_NO_INDEX)
    return job


def job_state() -> JobState:
    """How far indexing is."""
    job: IndexJob | None = current_app.extensions["job"]
    return job.state() if job else JobState()


def app_config() -> Config:
    """The configuration this app was made with."""
    config: Config = current_app.extensions["config"]
    return config


def app_journal() -> Journal:
    """The journal of what is asked of this app."""
    journal: Journal = current_app.extensions["journal"]
    return journal


def visible_document(document_id: str) -> StoredDocument | None:
    """The document with an id, or None where there is none that the visitor may see."""
    return open_bot().document(document_id, visitor().visible)


def find_document(document_id: str) -> StoredDocument:
    """The document with an id; the request ends with 404 where there is none that the visitor may see."""
    stored = visible_document(document_id)
    if stored is None:
        abort(404, "no such document; its id is in the answer's citations")
    return stored


def ask(question: Question) -> schemas.Answer:
    """The answer JSON, from what the visitor may see, with a ``link`` wherever it names a stretch of a document."""
    answer = answered(replace(question, via=f"http{request.script_root}"))
    return with_links(answer, open_bot(), request.script_root)


def answered(question: Question) -> Answer:
    """The answer from what the visitor may see, remembered and logged; the question says `via` which edge it came."""
    began = time.perf_counter()
    filters = replace(question.filters, visible=visitor().visible)
    answer = open_bot().ask(replace(question, filters=filters))
    via = question.via.removesuffix(request.script_root)
    app_journal().answered(answer, visitor().name, via, filters != Filters())
    metrics().answer(answer.status)
    _log(question, answer, (time.perf_counter() - began) * 1000)
    return answer


def search(query: Query) -> schemas.SearchResult:
    """What a search finds of what the visitor may see, as JSON, with a ``link`` for each passage."""
    bot = open_bot()
    began = time.perf_counter()
    result = bot.search(replace(query, filters=replace(query.filters, visible=visitor().visible)))
    payload = search_to_json(result)
    _add_links(
        [(item, item["start"], item["end"]) for item in payload["passages"]], bot, result.index, request.script_root
    )
    asked = f" query={query.text!r}" if app_config().log.questions else ""
    log.info("searched found=%d ms=%.0f%s", len(result.passages), (time.perf_counter() - began) * 1000, asked)
    return payload


def with_links(answer: Answer, bot: Bot, base_url: str) -> schemas.Answer:
    """The answer JSON in which citations, their duplicates and passages link to their words.

    A citation's link marks the answer itself. Where a new index was opened after the answer was
    made, the links open the document and mark nothing: their offsets belong to the older texts.
    """
    payload = answer_to_json(answer)
    stretches: list[_Stretch] = [(item, item["answer_start"], item["answer_end"]) for item in payload["citations"]]
    copies = [copy for citation in payload["citations"] for copy in citation["duplicates"]]
    stretches += [(item, item["start"], item["end"]) for item in [*copies, *payload["passages"]]]
    _add_links(stretches, bot, answer.index, base_url)
    return payload


def _add_links(stretches: Sequence[_Stretch], bot: Bot, generation: str, base_url: str) -> None:
    """Gives each object that names a stretch of a document its ``link``; see `with_links`."""
    versions = {item["document"]["id"]: "" for item, _, _ in stretches}
    for document_id in versions:
        stored = bot.document(document_id)
        versions[document_id] = text_version(stored.text) if stored else ""
    current = bot.generation == generation
    for item, start, end in stretches:
        document_id = item["document"]["id"]
        if current and versions[document_id]:
            item["link"] = document_link(base_url, document_id, start, end, versions[document_id])
        else:
            item["link"] = document_address(base_url, document_id)


def _log(question: Question, answer: Answer, took_ms: float) -> None:
    # What people ask is theirs: it is logged only where the configuration says so.
    asked = f" question={question.text!r}" if app_config().log.questions else ""
    log.info(
        "asked id=%s request_id=%r status=%s ms=%.0f%s",
        answer.id, question.request_id, answer.status.value, took_ms, asked,
    )  # fmt: skip
