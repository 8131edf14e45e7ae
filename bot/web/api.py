"""The routes that speak JSON."""

from __future__ import annotations

import datetime
import json

from flask import Blueprint, Response, abort, current_app, jsonify, request

from bot import schemas
from bot.access import Scope
from bot.errors import BadInput
from bot.web import shapes
from bot.web.asking import app_config, app_journal, ask, find_document, job_state, open_bot, search
from bot.web.described import JSON, described, gives
from bot.web.documents import job_json
from bot.web.language import for_program
from bot.web.openapi import description
from bot.web.visitors import needs, visitor
from bot.wire import document_to_json, json_from, query_from_json, question_from_json, rating_from_json

routes = Blueprint("api", __name__)


@routes.post("/api/ask")
@needs(Scope.ASK)
@described(
    "ask",
    gives(schemas.Answer, "the answer; status says how the question ended"),
    takes={JSON: schemas.Question},
    errors=(413,),
)
def ask_question() -> Response:
    """The answer to a question, in the documents' own words."""
    return jsonify(ask(question_from_json(json_body())))


@routes.post("/api/search")
@needs(Scope.ASK)  # an answer comes with the same passages, so searching shows no more than asking does
@described(
    "search",
    gives(schemas.SearchResult, "the passages, best first"),
    takes={JSON: schemas.Query},
    errors=(413,),
)
def search_passages() -> Response:
    """The passages that fit a query best, without reading an answer in them."""
    return jsonify(search(query_from_json(json_body('{"query": "…"}'))))


@routes.get("/api/starters")
@needs(Scope.ASK)
@described("starters", gives(shapes.Starters, "the questions"))
def starters() -> Response:
    """A few questions that the documents answer."""
    return jsonify({"questions": list(open_bot().starters(visitor().visible))})


@routes.post("/api/feedback")
@needs(Scope.ASK)
@described("rate", gives(shapes.Done, "it is kept"), takes={JSON: schemas.Rating}, errors=(404, 413))
def rate_answer() -> Response:
    """Keeps that somebody says of an answer that it is right, or what is wrong with it."""
    if not app_config().journal.feedback:
        abort(403, "feedback is off on this server; set [journal] feedback = true in its config.toml to take it")
    if not app_journal().rate(rating_from_json(json_body('{"id": "…", "verdict": "up"}')), visitor().name):
        abort(404, "this answer is no longer known; ask again")
    return jsonify({"status": "ok"})


@routes.get("/api/documents/<document:document_id>")
@needs(Scope.READ)
@described("readDocument", gives(shapes.StoredDocument, "the document"), errors=(404,))
def read_document(document_id: str) -> Response:
    """A document and its stored text."""
    stored = find_document(document_id)
    return jsonify({**document_to_json(stored.document), "text": stored.text})


@routes.get("/api/index")
@needs(Scope.READ)
@described("readIndex", gives(shapes.Index, "the index"))
def read_index() -> Response:
    """What the index holds, what was skipped and why, and how far indexing is."""
    overview, said = open_bot().overview(visitor().visible), for_program()
    return jsonify(
        {
            "generation": overview.generation,
            "built": datetime.datetime.fromtimestamp(overview.built, datetime.UTC).isoformat(timespec="seconds"),
            "files": overview.files,
            "documents": len(overview.documents),
            "passages": overview.passages,
            "tables": overview.tables,
            "skipped": list(map(said, overview.skipped)),
            "oddities": list(map(said, overview.oddities)),
            "job": job_json(job_state()),
        }
    )


@routes.get("/healthz")
@described("healthz", gives(shapes.Done, "yes"))
def healthz() -> Response:
    """Whether the process is alive."""
    return jsonify({"status": "ok"})


@routes.get("/readyz")
@described("readyz", gives(shapes.Ready, "yes"))
def readyz() -> Response:
    """Whether questions can be asked, and of which generation of the index."""
    return jsonify({"status": "ready", "index": open_bot().generation})


@routes.get("/openapi.json")
@described("describe", gives(shapes.Description, "it"))
def openapi() -> Response:
    """This description."""
    return jsonify(description(current_app, request.script_root))


def json_body(example: str = '{"question": "…"}') -> object:
    """The request's body as parsed JSON; where it is none, the error shows an example."""
    if request.mimetype != "application/json":
        abort(415, "send JSON with the header Content-Type: application/json")
    try:
        return json_from(request.get_data().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput("the body is not UTF-8; encode it as UTF-8") from None
    except (ValueError, RecursionError) as error:  # a deep nest of lists ends the parser's recursion
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput(f"the body is not valid JSON{where}; send {example}") from None
