"""The HTTP API described in OpenAPI 3.1, kept by hand beside the routes."""

from __future__ import annotations

from typing import Any

from bot import __version__
from bot.jobs import Stage
from bot.types import Complaint, Reason, Status, Verdict
from bot.web.batch import KINDS, MAX_LINES
from bot.web.completions import MODEL, OPTIONS
from bot.web.documents import LISTED, MAX_LISTED
from bot.wire import MAX_ANSWER_ID, MAX_NOTE, MAX_QUESTION, MAX_REQUEST_ID, MAX_TOP_K

JSON = dict[str, Any]

TEXT: JSON = {"type": "string"}
TEXT_OR_NULL: JSON = {"type": ["string", "null"]}
DATE: JSON = {"type": "string", "format": "date"}
DATE_OR_NULL: JSON = {"type": ["string", "null"], "format": "date"}
QUESTION: JSON = {
    "type": "string",
    "maxLength": MAX_QUESTION,
    "pattern": r"^(?=[\s\S]*\S)[^\x00-\x08\x0b\x0c\x0e-\x1f]*$",  # not blank, no control characters
}
CITATION: JSON = {"type": "integer", "minimum": 1}
OFFSET: JSON = {"type": "integer", "minimum": 0, "description": "counts Unicode code points in the document's text"}
LINK: JSON = {"type": "string", "format": "uri-reference", "description": "opens the document with the words marked"}

SECONDS: JSON = {"type": "integer", "minimum": 0, "description": "since 1970"}
NEXT: JSON = {"name": "next", "in": "query", "description": "the path of this server to go on to", "schema": TEXT}
OPEN = ("/sign-in", "/sign-out", "/healthz", "/readyz", "/openapi.json")  # without a token


def description(base_url: str = "") -> JSON:
    """The OpenAPI document of a server whose routes begin at ``base_url``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "文档问答",
            "version": __version__,
            "description": (
                "Answers questions in the words of the indexed documents, with exact citations. Errors, and why files "
                "were not read, are told in English, or in Chinese where Accept-Language prefers it. Every response "
                "has an X-Request-Id, its request's own where that is 1 to 64 letters, digits and ._-, as in the log."
            ),
        },
        "servers": [{"url": base_url or "/"}],
        "paths": _guarded(_paths()),
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }


def _guarded(paths: JSON) -> JSON:
    """The paths, where those that are not open to all take a token and may refuse, as any that changes something."""
    for path, operations in paths.items():
        for method, operation in operations.items():
            if path not in OPEN:
                operation["security"] = [{"token": []}, {"session": []}]
                operation["responses"] |= _errors(401, 403, 429)
                if not path.startswith(("/api/", "/v1/")):
                    operation["responses"]["303"] = {"description": "to the sign-in page, for a browser"}
            elif method != "get":
                operation["responses"] |= _errors(403)
    return paths


def _security() -> JSON:
    only = "where the server has tokens (BOT_API_TOKENS)"
    return {
        "token": {"type": "http", "scheme": "bearer", "description": f"a token, {only}"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "wenda",
            "description": f"what signing in gives, {only}; over TLS __Host-wenda",
        },
    }


def _paths() -> JSON:
    document_id = {"name": "document_id", "in": "path", "required": True, "schema": TEXT}
    return {
        "/api/ask": {"post": _ask()},
        "/api/ask/batch": {"post": _batch()},
        "/api/search": {"post": _search()},
        "/api/starters": {
            "get": {
                "operationId": "starters",
                "summary": "A few questions that the documents answer",
                "responses": {"200": _json("the questions", "Starters"), **_errors(503)},
            }
        },
        "/api/feedback": {"post": _rate()},
        "/api/documents": {"get": _list_documents(), "post": _add()},
        "/api/documents/{document_id}": {
            "get": {
                "operationId": "readDocument",
                "summary": "A document and its stored text",
                "parameters": [document_id],
                "responses": {"200": _json("the document", "StoredDocument"), **_errors(404, 503)},
            },
            "delete": {
                "operationId": "deleteDocument",
                "summary": "Removes the uploaded file that a document was read from, all documents of it, and indexes",
                "parameters": [document_id],
                "responses": {
                    "202": _json("the file is gone; indexing has begun", "Deleted"),
                    **_errors(403, 404, 410, 503),
                },
            },
        },
        "/documents/{document_id}": {
            "get": {
                "operationId": "showDocument",
                "summary": "The page of a document, with a span of it marked",
                "parameters": [document_id, *_span_parameters()],
                "responses": {"200": _html("the page"), **_errors(404, 503)},
            }
        },
        "/originals/{document_id}": {
            "get": {
                "operationId": "downloadOriginal",
                "summary": "The file that a document was read from, where the configuration gives it out",
                "parameters": [document_id],
                "responses": {"200": _bytes("the file, byte for byte"), **_errors(403, 404, 410, 503)},
            }
        },
        "/api/index": {
            "get": {
                "operationId": "readIndex",
                "summary": "What the index holds, what was skipped and why, and how far indexing is",
                "responses": {"200": _json("the index", "Index"), **_errors(503)},
            },
            "post": {
                "operationId": "startIndexing",
                "summary": "Has the index made to match the configured documents, and the uploads",
                "responses": {"202": _json("indexing has begun", "Indexing"), **_errors(403, 503)},
            },
        },
        "/v1/chat/completions": {"post": _complete()},
        "/v1/models": {
            "get": {
                "operationId": "listModels",
                "summary": "The one model that POST /v1/chat/completions takes",
                "responses": {"200": _json("the list", "Models"), **_errors(503)},
            }
        },
        "/v1/models/{model}": {
            "get": {
                "operationId": "readModel",
                "summary": "The same by its name",
                "parameters": [{"name": "model", "in": "path", "required": True, "schema": TEXT}],
                "responses": {"200": _json("the model", "Model"), **_errors(404, 503)},
            }
        },
        "/index": {
            "get": {
                "operationId": "showIndex",
                "summary": "The page that shows the index and lists its documents",
                "parameters": [
                    {"name": "q", "in": "query", "description": "a part of the title or the source", "schema": TEXT},
                    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
                ],
                "responses": {"200": _html("the page")},
            }
        },
        "/admin": {
            "get": {
                "operationId": "showJournal",
                "summary": "The page of what was asked, and of what people say of the answers",
                "parameters": [{"name": "cleared", "in": "query", "schema": {"enum": ["yes", "no"]}}],
                "responses": {"200": _html("the page"), **_errors(401, 403, 503)},
            }
        },
        "/admin/questions.csv": {"get": _export("exportQuestions", "Every question that is kept", "text/csv")},
        "/admin/feedback.csv": {"get": _export("exportFeedback", "All feedback that is kept", "text/csv")},
        "/admin/labels.jsonl": {
            "get": _export("exportLabels", "Labelled questions for `python -m bot eval`", "application/x-ndjson")
        },
        "/admin/clear": {"post": _clear()},
        "/mcp": {"post": _exchange()},
        "/": {"get": _chat("openChat", "query"), "post": _chat("askInChat", "form")},
        "/sign-in": {"get": _sign_in_page(), "post": _sign_in()},
        "/sign-out": {
            "post": {
                "operationId": "signOut",
                "summary": "Ends the session",
                "responses": {"303": {"description": "to the sign-in page"}},
            }
        },
        "/metrics": {
            "get": {
                "operationId": "readMetrics",
                "summary": "Requests, answers, the index and the process, for Prometheus; takes the scope admin",
                "responses": {"200": {"description": "them", "content": {"text/plain": {"schema": TEXT}}}},
            }
        },
        "/healthz": {"get": _state("healthz", "Whether the process is alive", "Alive")},
        "/readyz": {"get": _state("readyz", "Whether questions can be asked", "Ready", 503)},
        "/openapi.json": {
            "get": {
                "operationId": "describe",
                "summary": "This description",
                "responses": {"200": {"description": "it", "content": {"application/json": {"schema": _object({})}}}},
            }
        },
    }


def _ask() -> JSON:
    return {
        "operationId": "ask",
        "summary": "The answer to a question, in the documents' own words",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Question")}}},
        "responses": {
            "200": _json("the answer; status says how the question ended", "Answer"),
            **_errors(400, 413, 415, 503),
        },
    }


def _batch() -> JSON:
    lines = "a JSON object a line: the fields of a Question, with `id` for its request_id if you like"
    return {
        "operationId": "askBatch",
        "summary": f"The answers to the questions of up to {MAX_LINES} lines, streamed in order",
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {**TEXT, "description": lines}} for kind in KINDS},
        },
        "responses": {
            "200": {
                "description": "a line each: an Answer, or {request_id, error} in the place of one",
                "content": {KINDS[0]: {"schema": TEXT}},
            },
            **_errors(413, 415, 503),
        },
    }


def _exchange() -> JSON:
    message = {"application/json": {"schema": {"type": "object"}}}
    refused = "the message or its headers are not those of the protocol"
    return {
        "operationId": "exchange",
        "summary": "A message of the Model Context Protocol: streamable HTTP, stateless, answered in JSON",
        "requestBody": {"required": True, "content": message},
        "responses": {
            "200": {"description": "the reply", "content": message},
            "202": {"description": "a notification was taken"},
            **{status: {"description": refused} for status in ("400", "404", "406")},
            **_errors(413, 503),
        },
    }


def _search() -> JSON:
    return {
        "operationId": "search",
        "summary": "The passages that fit a query best, without reading an answer in them",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Query")}}},
        "responses": {"200": _json("the passages, best first", "SearchResult"), **_errors(400, 413, 415, 503)},
    }


def _complete() -> JSON:
    done = _json("the completion; with stream, its chunks as server-sent events", "Completion")
    done["content"]["text/event-stream"] = {"schema": TEXT}
    return {
        "operationId": "complete",
        "summary": "The answer to a conversation's last question, in the shape of OpenAI's API",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Conversation")}}},
        "responses": {"200": done, **_errors(400, 404, 413, 415, 503)},
    }


def _rate() -> JSON:
    return {
        "operationId": "rate",
        "summary": "Says of an answer that it is right, or what is wrong with it",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Rating")}}},
        "responses": {"200": _json("it is kept", "Alive"), **_errors(400, 401, 403, 404, 413, 415, 503)},
    }


def _export(name: str, summary: str, mimetype: str) -> JSON:
    content = {mimetype: {"schema": TEXT}}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": "the file", "content": content}, **_errors(401, 403, 503)},
    }


def _clear() -> JSON:
    fields = {"form": {**TEXT, "description": "what the page has there"}, "confirm": {"const": "yes"}}
    form = {"application/x-www-form-urlencoded": {"schema": _object(fields)}}
    return {
        "operationId": "clearJournal",
        "summary": "Deletes questions and feedback",
        "requestBody": {"required": True, "content": form},
        "responses": {
            "303": {"description": "back to the page, which says what was done"},
            **_errors(401, 403, 413, 503),
        },
    }


def _add() -> JSON:
    form = _object({"file": _list({**TEXT, "contentMediaType": "application/octet-stream"})})
    return {
        "operationId": "addDocuments",
        "summary": "Keeps files and has them indexed, where the configuration takes any",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "202": _json("what became of each file, in their order; indexing has begun", "Added"),
            **_errors(400, 403, 413, 415, 503),
        },
    }


def _list_documents() -> JSON:
    fields = {
        "q": {**TEXT, "description": "a part of the title or the source"},
        "source": {**TEXT, "description": "what the source begins with"},
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LISTED, "default": LISTED},
        "cursor": {**TEXT, "description": "the next of a reply before, to go on after it"},
    }
    return {
        "operationId": "listDocuments",
        "summary": "The documents, in the order of their sources",
        "parameters": [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()],
        "responses": {"200": _json("some of them, and how to go on", "Documents"), **_errors(400, 503)},
    }


def _chat(name: str, where: str) -> JSON:
    bounds = {"document": TEXT, "source": TEXT, "date_from": DATE, "date_to": DATE, "previous": QUESTION}
    form = {"application/x-www-form-urlencoded": {"schema": _object({"q": QUESTION, **bounds}, required=("q",))}}
    fields = [{"name": name, "in": "query", "schema": schema} for name, schema in {"q": TEXT, **bounds}.items()]
    asked: dict[str, JSON] = {
        "query": {"parameters": fields},
        "form": {"requestBody": {"required": True, "content": form}},
    }
    return {
        "operationId": name,
        "summary": "The chat page, with the answer to q",
        **asked[where],
        "responses": {str(status): _html("the page") for status in (200, 400, 413, 503)},
    }


def _sign_in_page() -> JSON:
    return {
        "operationId": "showSignIn",
        "summary": "The page that asks for a token",
        "parameters": [NEXT],
        "responses": {"200": _html("the page"), "303": {"description": "onward: the server has no tokens"}},
    }


def _sign_in() -> JSON:
    form = {"application/x-www-form-urlencoded": {"schema": _object({"token": TEXT})}}
    return {
        "operationId": "signIn",
        "summary": "Begins a session, kept in a cookie",
        "parameters": [NEXT],
        "requestBody": {"required": True, "content": form},
        "responses": {
            "303": {"description": "onward, signed in"},
            "401": _html("the page again: the token is wrong"),
            "429": _html("the page again: too many wrong tokens"),
            **_errors(413, 503),
        },
    }


def _state(name: str, summary: str, schema: str, *failures: int) -> JSON:
    return {"operationId": name, "summary": summary, "responses": {"200": _json("yes", schema), **_errors(*failures)}}


def _span_parameters() -> list[JSON]:
    return [
        {"name": "start", "in": "query", "schema": OFFSET},
        {"name": "end", "in": "query", "schema": OFFSET},
        {
            "name": "v",
            "in": "query",
            "description": "the first 12 hexadecimal digits of the text's SHA-256; where it differs, nothing is marked",
            "schema": TEXT,
        },
    ]


def _schemas() -> JSON:
    document = _ref("Document")
    span = {"start": OFFSET, "end": OFFSET}
    cell = _object({"label": {**TEXT, "description": "what the cell's column is called, or empty"}, **span})
    return {
        "Question": {
            **_object(_question(), required=("question",)),
            "additionalProperties": False,
        },
        "Query": {**_object(_query(), required=("query",)), "additionalProperties": False},
        "SearchResult": _object(
            {"passages": _list(_ref("Passage")), "undated_excluded": {"type": "integer", "minimum": 0}, "index": TEXT}
        ),
        "Answer": _object(_answer()),
        "Conversation": _object(_conversation(), required=("model", "messages")),
        "Completion": _object(_completion()),
        "Models": _object({"object": {"const": "list"}, "data": _list(_ref("Model"))}),
        "Model": _object(
            {"id": {"const": MODEL}, "object": {"const": "model"}, "created": SECONDS, "owned_by": {"const": MODEL}}
        ),
        "Rating": {**_object(_rating(), required=("id", "verdict")), "additionalProperties": False},
        "Citation": _object(
            {
                "n": {"type": "integer", "minimum": 1},
                "document": document,
                "passage_id": TEXT,
                "page": {"type": ["integer", "null"], "minimum": 1},
                **span,
                "quote": {**TEXT, "description": "the document's text from start to end, letter for letter"},
                "answer_start": OFFSET,
                "answer_end": OFFSET,
                "duplicates": _list(_object({"document": document, **span, "link": LINK})),
                "cells": {**_list(cell), "description": "where the quote is a row of a table, its cells in order"},
                "link": LINK,
            }
        ),
        "Passage": _object(
            {"passage_id": TEXT, "document": document, **span, "text": TEXT, "score": {"type": "number"}, "link": LINK}
        ),
        "Document": _object(_document()),
        "Documents": _object(
            {
                "documents": _list(document),
                "found": {"type": "integer", "minimum": 0, "description": "all that match"},
                "next": {**TEXT_OR_NULL, "description": "the cursor of the rest; null: there is none"},
                "index": TEXT,
            }
        ),
        "Deleted": _object({"source": TEXT, "job": _ref("Job")}),
        "StoredDocument": _object({**_document(), "text": TEXT}),
        "Index": _object(_index()),
        "Starters": _object({"questions": _list(TEXT)}),
        "Added": _object({"files": _list({"anyOf": [_kept(), _refused()]}), "job": _ref("Job")}),
        "Indexing": _object({"job": _ref("Job")}),
        "Job": _object(_job()),
        "Alive": _object({"status": {"const": "ok"}}),
        "Ready": _object({"status": {"const": "ready"}, "index": TEXT}),
        "Error": _object({"error": _object(_error(), required=("code", "message"))}),
    }


def _query() -> JSON:
    return {"query": QUESTION, **{name: _question()[name] for name in ("top_k", "filters")}}


def _question() -> JSON:
    ids = {"anyOf": [{"type": ["string", "null"], "minLength": 1}, _list({"type": "string", "minLength": 1})]}
    filters = {"document": ids, "source": TEXT_OR_NULL, "date_from": DATE_OR_NULL, "date_to": DATE_OR_NULL}
    return {
        "question": QUESTION,
        "top_k": {"type": ["integer", "null"], "minimum": 1, "maximum": MAX_TOP_K, "default": 5},
        "filters": {
            **_object(filters, required=()),
            "type": ["object", "null"],
            "additionalProperties": False,
        },
        "previous": {**QUESTION, "type": ["string", "null"]},
        "today": DATE_OR_NULL,
        "request_id": {"type": ["string", "null"], "maxLength": MAX_REQUEST_ID},
    }


def _conversation() -> JSON:
    part = _object({"type": {"const": "text"}, "text": TEXT})
    content = {"anyOf": [TEXT_OR_NULL, _list({"anyOf": [part, _object({"type": TEXT})]})]}
    options = {name: schema for name, schema in _question().items() if name in OPTIONS}
    return {
        "model": {"const": MODEL},
        "messages": {
            **_list(_object({"role": TEXT, "content": content}, required=("role",))),
            "minItems": 1,
            "description": "the last of the role user is the question, those before it give `previous`",
        },
        "stream": {"type": ["boolean", "null"]},
        "stream_options": {**_object({"include_usage": {"type": "boolean"}}, ()), "type": ["object", "null"]},
        "wenda": {
            **_object(options, required=()),
            "type": ["object", "null"],
            "additionalProperties": False,
            "description": "what POST /api/ask takes beside the question",
        },
    }


def _completion() -> JSON:
    place = {**OFFSET, "description": "counts Unicode code points in the content, half open"}
    cited = {"start_index": place, "end_index": place, "title": TEXT, "url": {**TEXT, "format": "uri"}}
    annotation = _object({"type": {"const": "url_citation"}, "url_citation": _object(cited)})
    message = {
        "role": {"const": "assistant"},
        "content": TEXT,
        "refusal": {"type": "null"},
        "annotations": _list(annotation),
    }
    counts = {name: {"const": 0} for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    choice = {
        "index": {"const": 0},
        "message": _object(message),
        "logprobs": {"type": "null"},
        "finish_reason": {"const": "stop"},
    }
    return {
        "id": TEXT,
        "object": {"const": "chat.completion"},
        "created": SECONDS,
        "model": {"const": MODEL},
        "system_fingerprint": {**TEXT, "description": "the generation of the index"},
        "choices": _list(_object(choice)),
        "usage": {**_object(counts), "description": "always zeros: nothing is generated"},
        "wenda": {**_ref("Answer"), "description": "the answer as POST /api/ask gives it"},
    }


def _error() -> JSON:
    like_openai = {"type": {**TEXT, "description": "under /v1/ alone"}, "param": {"type": "null"}}
    return {"code": TEXT, "message": TEXT, **like_openai}


def _rating() -> JSON:
    return {
        "id": {"type": "string", "minLength": 1, "maxLength": MAX_ANSWER_ID, "description": "of the answer"},
        "verdict": {"enum": [*Verdict, None], "description": "null takes back what was said"},
        "reason": {"enum": [*Complaint, None], "description": "of the verdict down alone"},
        "note": {"type": ["string", "null"], "maxLength": MAX_NOTE, "description": "of a verdict that is not null"},
    }


def _answer() -> JSON:
    return {
        "id": TEXT,
        "request_id": TEXT_OR_NULL,
        "question": TEXT,
        "understood": TEXT,
        "status": {"enum": [status.value for status in Status]},
        "reason": {"enum": [*(reason.value for reason in Reason), None]},
        "answer": TEXT_OR_NULL,
        "answers": _list(_value()),
        "text": TEXT,
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "citations": _list(_ref("Citation")),
        "passages": _list(_ref("Passage")),
        "undated_excluded": {"type": "integer", "minimum": 0},
        "index": TEXT,
        "took_ms": {"type": "integer", "minimum": 0},
        "parts": {**_list(_part()), "description": "of a question that asks several things, each of them"},
    }


def _value() -> JSON:
    target = {"type": "boolean", "description": "a goal, a plan or a forecast, and no result"}
    return _object({"text": TEXT, "citation": CITATION, "target": target})


def _part() -> JSON:
    return _object(
        {
            "question": TEXT,
            "status": {"enum": [status.value for status in Status]},
            "reason": {"enum": [*(reason.value for reason in Reason), None]},
            "answers": _list(_value()),
            "citations": _list(CITATION),
        }
    )


def _document() -> JSON:
    return {
        "id": TEXT,
        "title": TEXT,
        "source": TEXT,
        "publisher": TEXT_OR_NULL,
        "url": TEXT_OR_NULL,
        "date": DATE_OR_NULL,
        "author": TEXT_OR_NULL,
        "editor": TEXT_OR_NULL,
        "number": {**TEXT_OR_NULL, "description": "an official document's, such as 国办发〔2022〕12号"},
    }


def _index() -> JSON:
    counts: JSON = {name: {"type": "integer", "minimum": 0} for name in ("files", "documents", "passages", "tables")}
    line = {**TEXT, "description": "the source, what was met in it, and how to mend it"}
    return {
        "generation": TEXT,
        "built": {"type": "string", "format": "date-time"},
        **counts,
        "skipped": _list(line),
        "oddities": _list(line),
        "job": _ref("Job"),
    }


def _kept() -> JSON:
    return _object(
        {
            "name": {**TEXT, "description": "under which it is kept"},
            "source": {**TEXT, "description": "of the documents read from it; filters.source takes it"},
            "bytes": {"type": "integer", "minimum": 0},
            "new": {"type": "boolean", "description": "false: the same file was there under this name"},
        }
    )


def _refused() -> JSON:
    return _object({"name": {**TEXT, "description": "as it was sent"}, "error": TEXT})


def _job() -> JSON:
    moment = {"type": ["string", "null"], "format": "date-time"}
    line = {**TEXT, "description": "the source, why it is not in the index, and how to mend it"}
    return {
        "state": {"enum": [stage.value for stage in Stage]},
        "what": {**TEXT, "description": "what is done now, such as: files read, passages encoded, waiting"},
        "done": {"type": "integer", "minimum": 0},
        "of": {"type": "integer", "minimum": 0},
        "skipped": _list(line),
        "error": TEXT_OR_NULL,
        "started": moment,
        "ended": moment,
    }


def _object(properties: JSON, required: tuple[str, ...] | None = None) -> JSON:
    """The schema of an object; all of its properties are required unless some are named."""
    names = list(properties if required is None else required)
    return {"type": "object", "properties": properties, **({"required": names} if names else {})}


def _list(items: JSON) -> JSON:
    return {"type": "array", "items": items}


def _ref(name: str) -> JSON:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(what: str, schema: str) -> JSON:
    return {"description": what, "content": {"application/json": {"schema": _ref(schema)}}}


def _html(what: str) -> JSON:
    return {"description": what, "content": {"text/html": {"schema": TEXT}}}


def _bytes(what: str) -> JSON:
    return {"description": what, "content": {"application/octet-stream": {}}}


def _errors(*statuses: int) -> JSON:
    return {str(status): _json("what is wrong, and how to mend it", "Error") for status in statuses}
