"""The bot as tools of the Model Context Protocol: `ask`, `search` and `read_document`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from typing_extensions import TypedDict

from bot import __version__, schemas
from bot.access import ANYONE, Scope, Visitor
from bot.errors import BadInput, BotError
from bot.json_schema import schema_of
from bot.types import Answer, Citation, Document, Filters, Hit, Question
from bot.wire import (
    answer_to_json,
    clean,
    document_to_json,
    query_from_json,
    question_from_json,
    search_to_json,
)

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, Tool

    from bot.bot import Bot

JSON = dict[str, Any]

_logger = logging.getLogger(__name__)

MAX_READ = 20_000  # characters of a document at a time
VIA = "mcp"

_INSTRUCTIONS = (
    "Answers questions from a folder of Chinese documents in the documents' own words, with exact citations. "
    "`ask` gives the answer; where its status is not_found or its confidence is low, look with `search`, and read on "
    "with `read_document`. Quote, and name the source."
)


class AskArguments(schemas.Asked, schemas.Context, closed=True):
    """What `ask` takes."""


class Reading(TypedDict, closed=True):
    """Which stretch of which document is to be read."""

    id: Annotated[str, schemas.Keywords(description="as ask and search give it")]
    start: NotRequired[Annotated[schemas.Offset, schemas.Keywords(default=0)]]
    end: NotRequired[schemas.Offset]


class Stretch(TypedDict):
    """A stretch of a document's text."""

    document: schemas.Document
    text: str
    start: schemas.Offset
    end: schemas.Offset
    length: Annotated[schemas.Count, schemas.Keywords(description="characters of the whole text")]
    left: Annotated[schemas.Count, schemas.Keywords(description="characters after end")]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the tools of one visitor work with."""

    bot: Bot
    visible: tuple[str, ...] | None  # source prefixes; None: all
    ask: Callable[[Question], Answer]

    def seen(self, filters: Filters) -> Filters:
        """The filters, bounded to what the visitor may see."""
        return replace(filters, visible=self.visible)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a tool gives: words to read, a text each, and the same as JSON."""

    texts: tuple[str, ...]
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Tool:
    """A tool: what it takes and gives, and what it does. `run` raises BotError."""

    title: str
    description: str
    scope: Scope
    needed: str  # the argument that must be there
    takes: type  # of its arguments
    gives: type  # of its JSON
    run: Callable[[_Desk, JSON], _Told]


def server(bot: Bot, visitor: Visitor = ANYONE, ask: Callable[[Question], Answer] | None = None) -> Server[Any]:
    """A server that offers a visitor the tools of their scopes, over what they may see.

    `ask` answers in place of the bot's own, where an edge has more to do with a question.
    """
    from mcp.server.lowlevel import Server
    from mcp.shared.exceptions import MCPError
    from mcp_types import INVALID_PARAMS, CallToolResult, ListToolsResult, TextContent

    desk = _Desk(bot, visitor.visible, ask or bot.ask)
    offered = {name: tool for name, tool in _TOOLS.items() if tool.scope in visitor.scopes}

    def failed(message: str) -> CallToolResult:
        return CallToolResult(content=[TextContent(text=message)], is_error=True)

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_described(name, tool) for name, tool in offered.items()])

    async def call_tool(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        tool = offered.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"there is no such tool; the tools are {', '.join(offered)}")
        try:
            told = await asyncio.to_thread(_run, tool, desk, params.arguments or {})
        except BotError as error:
            return failed(str(error))
        except Exception:  # the SDK would send what it says
            _logger.exception("the tool %s failed", params.name)
            return failed("the server failed; its log says why")
        return CallToolResult(
            content=[TextContent(text=text) for text in told.texts], structured_content=dict(told.content)
        )

    return Server(
        "wenda",
        version=__version__,
        title="文档问答",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve_stdio(bot: Bot) -> None:
    """Serves on standard input and output until the input ends; whatever else is printed goes to standard error."""
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        made = server(bot)
        async with stdio_server() as (incoming, outgoing):
            await made.run(incoming, outgoing, made.create_initialization_options())

    asyncio.run(serve())


def _described(name: str, tool: _Tool) -> Tool:
    from mcp_types import Tool, ToolAnnotations

    return Tool(
        name=name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.takes),
        output_schema=schema_of(tool.gives),
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def _run(tool: _Tool, desk: _Desk, arguments: JSON) -> _Told:
    """What a tool gives for these arguments. Raises BadInput where one is not known, missing or wrong."""
    known = tool.takes.__annotations__
    if unknown := next((key for key in arguments if key not in known), None):
        raise BadInput(f"unknown argument {clean(unknown)[:60]}; the arguments are {', '.join(known)}")
    if tool.needed not in arguments:
        raise BadInput(f"{tool.needed} is missing; the arguments are {', '.join(known)}")
    return tool.run(desk, arguments)


def _ask(desk: _Desk, arguments: JSON) -> _Told:
    question = question_from_json(arguments)
    answer = desk.ask(replace(question, filters=desk.seen(question.filters), via=VIA))
    cited = "\n".join(map(_cited, answer.citations))
    return _Told((f"{answer.text}\n{cited}".rstrip(),), answer_to_json(answer))


def _search(desk: _Desk, arguments: JSON) -> _Told:
    query = query_from_json(arguments)
    found = desk.bot.search(replace(query, filters=desk.seen(query.filters)))
    return _Told(tuple(map(_shown, found.passages)) or ("nothing passes these filters",), search_to_json(found))


def _read_document(desk: _Desk, arguments: JSON) -> _Told:
    if not isinstance(arguments["id"], str):
        raise BadInput("id must be a text")
    stored = desk.bot.document(clean(arguments["id"]), desk.visible)
    if stored is None:
        raise BadInput("no such document; its id is in the citations of ask and the passages of search")
    length = len(stored.text)
    start = _offset(arguments, "start", 0)
    end = min(_offset(arguments, "end", length), start + MAX_READ, length)
    if start > length or start > end:
        raise BadInput(f"start must not be beyond end, nor beyond the document's {length} characters")
    text, left = stored.text[start:end], length - end
    content: Stretch = {
        "document": document_to_json(stored.document),
        "text": text,
        "start": start,
        "end": end,
        "length": length,
        "left": left,
    }
    return _Told((text, f"{left} characters are left; go on with start {end}") if left else (text,), content)


def _offset(arguments: Mapping[str, Any], key: str, default: int) -> int:
    value = arguments.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInput(f"{key} must be a whole number from 0, counted in characters")
    return value


def _cited(citation: Citation) -> str:
    """A citation in a line: its number, and where it stands."""
    return f"[{citation.n}] {_named(citation.document)}, characters {citation.answer_start} to {citation.answer_end}"


def _shown(hit: Hit) -> str:
    """A passage under a line that says where it stands."""
    return f"{_named(hit.document)}, characters {hit.passage.start} to {hit.passage.end}\n{hit.text}"


def _named(document: Document) -> str:
    told = (document.title, document.publisher, document.date, f"id {document.id}")
    return " · ".join(part for part in told if part)


_TOOLS = {
    "ask": _Tool(
        "Ask the documents",
        "The answer to a question in the documents' own words, with the quotes it stands in; or that a source hides "
        "it, that sources disagree, or that nothing answers, and why. One fact at a time is answered best: a figure, "
        "a date, a name, a place.",
        Scope.ASK,
        "question",
        AskArguments,
        schemas.Answer,
        _ask,
    ),
    "search": _Tool(
        "Search the documents",
        "The passages that fit a query best, best first, by meaning and by words.",
        Scope.ASK,
        "query",
        schemas.Query,
        schemas.SearchResult,
        _search,
    ),
    "read_document": _Tool(
        "Read a document",
        f"The text of a document between two offsets, at most {MAX_READ:,} characters at a time, and what is left.",
        Scope.READ,
        "id",
        Reading,
        Stretch,
        _read_document,
    ),
}
