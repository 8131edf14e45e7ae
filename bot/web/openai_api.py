"""The routes that speak as OpenAI's API does, for tools that know it."""

from __future__ import annotations

import time
from dataclasses import replace

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot import schemas
from bot.access import Scope
from bot.errors import TooLarge
from bot.types import Question
from bot.web import shapes
from bot.web.api import json_body
from bot.web.asking import app_config, ask, open_bot
from bot.web.completions import MODEL, Conversation, completed, conversation_from_json, model_json
from bot.web.described import JSON, Reply, described, gives
from bot.web.visitors import needs, visitor
from bot.wire import question_from_json

MAX_MIB = 1  # of a body, which has the whole conversation; a reply is 1 or 2 KiB of it

_NO_MODEL = "no such model; GET /v1/models lists what there is"

routes = Blueprint("openai", __name__)


@routes.post("/v1/chat/completions")
@needs(Scope.ASK)
@described(
    "complete",
    Reply(
        200,
        "the completion; with stream, its chunks as server-sent events",
        {JSON: shapes.Completion, "text/event-stream": str},
    ),
    takes={JSON: shapes.Conversation},
    errors=(404, 413),
)
def complete() -> Response:
    """The answer to a conversation's last question, in the shape of OpenAI's API."""
    conversation = _conversation()
    _known(conversation.model)
    answer = ask(_question(conversation))
    completion = completed(answer, _addresses(answer), int(time.time()))
    if conversation.is_streamed:
        return Response(completion.events(conversation.counts_usage), mimetype="text/event-stream")
    return jsonify(completion.whole())


@routes.get("/v1/models")
@needs(Scope.ASK)
@described("listModels", gives(shapes.Models, "the list"))
def models() -> Response:
    """The one model that POST /v1/chat/completions takes."""
    return jsonify({"object": "list", "data": [_model()]})


@routes.get("/v1/models/<model>")
@needs(Scope.ASK)
@described("readModel", gives(shapes.Model, "the model"), errors=(404,))
def read_model(model: str) -> Response:
    """The same by its name."""
    _known(model)
    return jsonify(_model())


def _conversation() -> Conversation:
    """The conversation in the body."""
    request.max_content_length = MAX_MIB * 1024 * 1024
    try:
        return conversation_from_json(json_body('{"model": "wenda", "messages": […]}'))
    except RequestEntityTooLarge:
        raise TooLarge(f"the conversation is over {MAX_MIB} MiB; leave out its oldest messages") from None


def _known(model: str) -> None:
    """Ends the request with 404 where it names another model."""
    if model != MODEL:
        abort(404, _NO_MODEL)


def _model() -> shapes.Model:
    """The model, made when the index was."""
    return model_json(int(open_bot().overview(visitor().visible).built))


def _question(conversation: Conversation) -> Question:
    """The conversation's question, after the one before it as that was understood."""
    asked = question_from_json({**conversation.options, "question": conversation.question})
    if asked.previous or not conversation.earlier:
        return asked
    return replace(asked, previous=open_bot().understood(conversation.earlier, asked.today))


def _addresses(answer: schemas.Answer) -> list[str]:
    """Where others open each citation: its link, on the address that they reach this server by."""
    base_url = (app_config().server.public_url or request.url_root).rstrip("/")
    return [f"{base_url}{citation['link'].removeprefix(request.script_root)}" for citation in answer["citations"]]
