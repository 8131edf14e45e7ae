"""Chat completions in the shapes of OpenAI's API: a conversation in, a reply with its sources out. Pure.

As of https://platform.openai.com/docs/api-reference/chat; its client library 3.51 reads them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot import schemas
from bot.errors import BadInput
from bot.templates import language
from bot.text import on_one_line
from bot.web import shapes
from bot.wire import checked_question, clean

JSON = dict[str, Any]

MODEL: Final = "wenda"

_UNSUPPORTED = ("tools", "functions", "audio", "logprobs")  # what a reply would have to be otherwise for
_EXAMPLE = '[{"role": "user", "content": "…"}]'
_SOURCES = {"zh": "来源：", "en": "Sources:"}
_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}  # nothing is generated


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a request for a chat completion asks, and how it is to be answered."""

    model: str
    question: str
    earlier: tuple[str, ...]  # the questions before it, the oldest first
    options: Mapping[str, Any]  # what POST /api/ask takes beside the question
    is_streamed: bool
    counts_usage: bool  # whether a stream ends with a chunk that tells the usage


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer as a chat completion."""

    answer: schemas.Answer  # as POST /api/ask gives it
    content: str
    annotations: tuple[JSON, ...]
    created: int  # seconds since 1970

    def whole(self) -> JSON:
        """The completion object."""
        message = {
            "role": "assistant", "content": self.content, "refusal": None, "annotations": list(self.annotations),
        }  # fmt: skip
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head("chat.completion"), "choices": [choice], "usage": _USAGE, "wenda": self.answer}

    def events(self, counts_usage: bool) -> Iterator[str]:
        """The same as server-sent events: a chunk a line of the content, then annotations, then the answer."""
        for chunk in self._chunks():
            yield _event({**chunk, "usage": None} if counts_usage else chunk)
        if counts_usage:
            yield _event({**self._head("chat.completion.chunk"), "choices": [], "usage": _USAGE})
        yield "data: [DONE]\n\n"

    def _chunks(self) -> Iterator[JSON]:
        yield self._chunk({"role": "assistant", "content": "", "refusal": None})
        for line in self.content.splitlines(keepends=True):
            yield self._chunk({"content": line})
        yield self._chunk({"annotations": list(self.annotations)})
        yield {**self._chunk({}, "stop"), "wenda": self.answer}

    def _chunk(self, delta: JSON, finish_reason: str | None = None) -> JSON:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def _head(self, kind: str) -> JSON:
        return {
            "id": f"chatcmpl-{self.answer['id']}",
            "object": kind,
            "created": self.created,
            "model": MODEL,
            "system_fingerprint": self.answer["index"],
        }


def completed(answer: schemas.Answer, addresses: Sequence[str], created: int) -> Completion:
    """The completion of an answer as POST /api/ask gives it; `addresses` has where each citation is opened.

    The content is the answer's text, and after it the sources under their numbers, as Markdown. An annotation spans
    its source's link there, ``content[start_index:end_index]``, and counts code points.
    """
    content, annotations = answer["text"], []
    if answer["citations"]:
        content += f"\n\n{_SOURCES[language(answer['question'])]}"
    for citation, address in zip(answer["citations"], addresses, strict=True):
        document = citation["document"]
        content += f"\n{citation['n']}. "
        start = len(content)
        content += f"[{_escaped(document['title'])}]({address})"
        cited = {"start_index": start, "end_index": len(content), "title": document["title"], "url": address}
        annotations.append({"type": "url_citation", "url_citation": cited})
        content += "".join(f" · {_escaped(told)}" for told in (document["publisher"], document["date"]) if told)
    return Completion(answer, content, tuple(annotations), created)


def model_json(created: int) -> shapes.Model:
    """The one model there is; `created` counts seconds since 1970."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": MODEL}


def conversation_from_json(payload: object) -> Conversation:
    """What a parsed JSON body asks. Raises BadInput with the key that is wrong.

    The last user message is the question. System messages and replies are not read, nor are parameters that steer
    how a model writes (temperature, max_tokens); those that ask for another kind of reply are refused.
    """
    if not isinstance(payload, Mapping):
        raise BadInput(f'the body must be a JSON object such as {{"model": "{MODEL}", "messages": {_EXAMPLE}}}')
    if not isinstance(payload.get("model"), str):
        raise BadInput("model is missing; GET /v1/models lists what there is")
    if unsupported := _unsupported(payload):
        raise BadInput(f"{unsupported} is not supported; leave it out")
    if not isinstance(payload.get("stream"), bool | None):
        raise BadInput("stream must be true or false")
    *earlier, last = _user_messages(payload.get("messages"))
    return Conversation(
        model=payload["model"],
        question=_question(*last),
        earlier=tuple(question for place, message in earlier if (question := _earlier(place, message))),
        options=_options(payload),
        is_streamed=payload.get("stream") or False,
        counts_usage=bool(_object(payload, "stream_options").get("include_usage")),
    )


def _unsupported(payload: Mapping[str, Any]) -> str:
    """The first key that asks for what there is not, or an empty string."""
    wanted = [key for key in _UNSUPPORTED if payload.get(key)]
    if payload.get("n") not in (None, 1):
        wanted.append("n")
    if payload.get("response_format") not in (None, {"type": "text"}):
        wanted.append("response_format")
    return wanted[0] if wanted else ""


def _user_messages(messages: object) -> list[tuple[int, Mapping[str, Any]]]:
    """The messages of users with their places, of which there is at least one."""
    if not isinstance(messages, list) or not messages:
        raise BadInput(f"messages must be a list such as {_EXAMPLE}")
    for place, message in enumerate(messages):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise BadInput(f'messages[{place}] has no role; each is an object like {{"role": "user", "content": "…"}}')
    users = [(place, message) for place, message in enumerate(messages) if message["role"] == "user"]
    if not users:
        raise BadInput("no message has the role user; the last that has it is the question")
    return users


def _earlier(place: int, message: Mapping[str, Any]) -> str:
    """An earlier question; empty where it could not be asked, and was refused when it was."""
    try:
        return _question(place, message)
    except BadInput:
        return ""


def _question(place: int, message: Mapping[str, Any]) -> str:
    name, content = f"messages[{place}].content", message.get("content")
    if isinstance(content, list):
        content = "\n".join(_part(part, name) for part in content)
    return checked_question(content, name)


def _part(part: object, name: str) -> str:
    """The text of a part of a message."""
    if isinstance(part, Mapping) and part.get("type") == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    raise BadInput(f"{name} holds a part that is not text; leave it out")


def _options(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    options = _object(payload, "wenda")
    for key in options:
        if key not in schemas.Options.__annotations__:
            known = ", ".join(schemas.Options.__annotations__)
            raise BadInput(f"unknown key wenda.{clean(key)[:60]}; the keys are {known}")
    return options


def _object(payload: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object of the body, empty where it is missing."""
    value = payload.get(key)
    if not isinstance(value, Mapping | None):
        raise BadInput(f"{key} must be an object")
    return value or {}


def _escaped(text: str) -> str:
    """The text as Markdown that shows it as it is, on one line."""
    return re.sub(r"([\\`*_\[\]<>|~])", r"\\\1", on_one_line(text))


def _event(chunk: JSON) -> str:
    # In ASCII, since a text may hold line separators that some clients take for the end of an event's line.
    return f"data: {json.dumps(chunk)}\n\n"
