"""JSON in, JSON out: what programs send and get, over HTTP and in batches."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from bot import schemas
from bot.errors import BadInput
from bot.schemas import MAX_ANSWER_ID, MAX_NOTE, MAX_REQUEST_ID, MAX_TOP_K, TOP_K
from bot.schemas import MAX_QUESTION as MAX_QUESTION  # the edges count by it too
from bot.types import (
    Answer,
    Citation,
    Complaint,
    Document,
    Filters,
    Hit,
    Part,
    Query,
    Question,
    Rating,
    SearchResult,
    Value,
    Verdict,
)

E = TypeVar("E", bound=StrEnum)

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def json_from(text: str) -> object:
    """What a JSON text holds. Raises ValueError where it is none, BadInput where an object has a key twice."""
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)


def question_from_json(payload: object) -> Question:
    """The question that a parsed JSON body asks. Raises BadInput with the key that is wrong."""
    if not isinstance(payload, Mapping):
        raise BadInput('the body must be a JSON object such as {"question": "…"}')
    _known(payload, schemas.Question)
    if "question" not in payload:
        raise BadInput('question is missing; send {"question": "…"}')
    request_id = payload.get("request_id")
    if request_id is not None and not (isinstance(request_id, str) and len(request_id) <= MAX_REQUEST_ID):
        raise BadInput(f"request_id must be a text of at most {MAX_REQUEST_ID} characters, or null")
    previous = payload.get("previous")
    return Question(
        text=checked_question(payload["question"], "question"),
        top_k=_top_k(payload),
        filters=_filters(_or(payload.get("filters"), {})),
        previous=None if previous is None else checked_question(previous, "previous"),
        today=_date(payload, "today") or None,
        request_id=request_id if request_id is None else clean(request_id),
    )


def query_from_json(payload: object) -> Query:
    """The search that a parsed JSON body asks for. Raises BadInput with the key that is wrong."""
    if not isinstance(payload, Mapping):
        raise BadInput('the body must be a JSON object such as {"query": "…"}')
    _known(payload, schemas.Query)
    if "query" not in payload:
        raise BadInput('query is missing; send {"query": "…"}')
    text = checked_question(payload["query"], "query")
    return Query(text, _top_k(payload), _filters(_or(payload.get("filters"), {})))


def checked_question(text: object, name: str = "question") -> str:
    """A question as it can be asked: a text, not blank, not too long, no control characters."""
    if not isinstance(text, str):
        raise BadInput(f"{name} must be a text")
    if not text.strip():
        raise BadInput(f"{name} is blank; write what you want to know")
    if len(text) > MAX_QUESTION:
        raise BadInput(f"{name} has {len(text)} characters; at most {MAX_QUESTION} are allowed, shorten it")
    return _plain(text, name)


def rating_from_json(payload: object) -> Rating:
    """What a parsed JSON body says of an answer. Raises BadInput with the key that is wrong."""
    if not isinstance(payload, Mapping):
        raise BadInput('the body must be a JSON object such as {"id": "…", "verdict": "up"}')
    _known(payload, schemas.Rating)
    answer_id = payload.get("id")
    if not isinstance(answer_id, str) or not 1 <= len(answer_id) <= MAX_ANSWER_ID:
        raise BadInput("id must be the id of an answer, as POST /api/ask gave it")
    if "verdict" not in payload:
        raise BadInput(f"verdict is missing; send {_choices(Verdict)}")
    verdict, reason = _choice(payload, "verdict", Verdict), _choice(payload, "reason", Complaint)
    if reason is not None and verdict is not Verdict.DOWN:
        raise BadInput("reason goes with the verdict down alone; leave it out")
    note = _or(payload.get("note"), "")
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise BadInput(f"note must be a text of at most {MAX_NOTE} characters, or null")
    if note and verdict is None:
        raise BadInput("note goes with a verdict; leave it out")
    return Rating(clean(answer_id), verdict, reason, _plain(note, "note").strip())


def clean(text: str) -> str:
    """The text with lone surrogates, which no UTF-8 can carry, as U+FFFD."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def answer_to_json(answer: Answer) -> schemas.Answer:
    """The answer JSON of the contract."""
    return {
        "id": answer.id,
        "request_id": answer.request_id,
        "question": answer.question,
        "understood": answer.understood,
        "status": answer.status,
        "reason": answer.reason,
        "answer": answer.answer,
        "answers": [_value(value) for value in answer.answers],
        "text": answer.text,
        "confidence": answer.confidence,
        "citations": [_citation(citation) for citation in answer.citations],
        "passages": [passage_to_json(hit) for hit in answer.passages],
        "undated_excluded": answer.undated_excluded,
        "index": answer.index,
        "took_ms": answer.took_ms,
        "parts": [_part(part) for part in answer.parts],
    }


def search_to_json(result: SearchResult) -> schemas.SearchResult:
    """The JSON of what a search found."""
    return {
        "passages": [passage_to_json(hit) for hit in result.passages],
        "undated_excluded": result.undated_excluded,
        "index": result.index,
    }


def _value(value: Value) -> schemas.Value:
    return {"text": value.text, "citation": value.citation, "target": value.target}


def _part(part: Part) -> schemas.Part:
    return {
        "question": part.question,
        "status": part.status,
        "reason": part.reason,
        "answers": [_value(value) for value in part.answers],
        "citations": list(part.citations),
    }


def document_to_json(document: Document) -> schemas.Document:
    """The whole document object."""
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "publisher": document.publisher,
        "url": document.url,
        "date": document.date,
        "author": document.author,
        "editor": document.editor,
        "number": document.number,
    }


def _citation(citation: Citation) -> schemas.Citation:
    return {
        "n": citation.n,
        "document": document_to_json(citation.document),
        "passage_id": citation.passage_id,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "answer_start": citation.answer_start,
        "answer_end": citation.answer_end,
        "duplicates": [
            {"document": document_to_json(copy.document), "start": copy.start, "end": copy.end}
            for copy in citation.duplicates
        ],
        "cells": [{"label": cell.label, "start": cell.start, "end": cell.end} for cell in citation.cells],
    }


def passage_to_json(hit: Hit) -> schemas.Passage:
    """A passage that was found, as `passages` of an answer has it."""
    return {
        "passage_id": hit.passage.id,
        "document": document_to_json(hit.document),
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.text,
        "score": hit.score,
    }


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):  # whoever else reads it may take the other value
        keys = [key for key, _ in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise BadInput(f"{clean(twice)} is there twice; send it once")
    return made


def _top_k(payload: Mapping[str, Any]) -> int:
    top_k = _or(payload.get("top_k"), TOP_K)
    if not isinstance(top_k, int) or isinstance(top_k, bool) or not 1 <= top_k <= MAX_TOP_K:
        raise BadInput(f"top_k must be a whole number from 1 to {MAX_TOP_K}")
    return top_k


def _filters(payload: object) -> Filters:
    if not isinstance(payload, Mapping):
        raise BadInput("filters must be a JSON object")
    _known(payload, schemas.Filters, "filters.")
    document = _or(payload.get("document"), [])
    ids = [document] if isinstance(document, str) else document
    if not isinstance(ids, list) or not all(isinstance(item, str) and item for item in ids):
        raise BadInput("filters.document must be a document's id or a list of ids")
    source = _or(payload.get("source"), "")
    if not isinstance(source, str):
        raise BadInput("filters.source must be the beginning of a source, such as reports/2022/")
    first, last = _date(payload, "date_from"), _date(payload, "date_to")
    if first and last and first > last:
        raise BadInput("date_from is after date_to; swap them")
    return Filters(tuple(map(clean, ids)), clean(source), first, last)


def _choice(payload: Mapping[str, Any], key: str, kind: type[E]) -> E | None:
    """One of an enumeration's values, or None."""
    value = payload.get(key)
    if value is not None and value not in list(kind):
        raise BadInput(f"{key} must be {_choices(kind)}")
    return None if value is None else kind(value)


def _choices(kind: type[StrEnum]) -> str:
    return f"{', '.join(kind)} or null"


def _plain(text: str, name: str) -> str:
    """A text without control characters, as it can be kept."""
    if any(ord(char) < 32 and char not in "\t\n\r" for char in text):
        raise BadInput(f"{name} holds control characters; send plain text")
    return clean(text)


def _date(payload: Mapping[str, Any], key: str) -> str:
    value = payload.get(key)
    if value is None:
        return ""
    try:
        if isinstance(value, str) and _ISO_DATE.fullmatch(value):
            return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise BadInput(f"{key} must be a date written YYYY-MM-DD")


def _known(payload: Mapping[str, Any], kind: type, prefix: str = "") -> None:
    """Raises BadInput where an object has a key that its type has not."""
    keys = kind.__annotations__
    for key in payload:
        if key not in keys:
            raise BadInput(f"unknown key {prefix}{clean(str(key))[:60]}; the keys are {', '.join(keys)}")


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
