"""The Model Context Protocol, by the official client: in memory, on standard input and output, and over HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, TypeVar

import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from bot.access import ANYONE, Scope, Visitor
from bot.mcp import MAX_READ, server
from bot.types import Answer, Filters, Query, Question, StoredDocument
from bot.web.app import create_app
from bot.wire import answer_to_json, document_to_json, passage_to_json
from tests.fake_encoder import config_in, environment, json_lines, write_files
from tests.fakes import ANSWER_START, DOCUMENT, QUOTE_END, STORED, TEXT, FakeBot, hit
from tests.pages import serving
from tests.test_cli import ASKED, FAKE, ORDOS, Cli

T = TypeVar("T")

SALES, BOSS = "sales-0123456789abcdef", "boss-0123456789abcdef"
TOKENS = f"sales:ask:{SALES},boss:ask+read:{BOSS}"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
CLIENT = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
HELLO = json_lines([{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": CLIENT}]).encode()
MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])  # with a handshake, and without


def talk(with_whom: Any, conversation: Callable[[Client], Awaitable[T]], mode: Any = "auto") -> T:
    """What a conversation of the official client comes to."""

    async def run() -> T:
        async with Client(with_whom, mode=mode) as client:
            return await conversation(client)

    return asyncio.run(run())


def call(tool: str, arguments: dict[str, Any], bot: FakeBot | None = None, visitor: Visitor = ANYONE) -> CallToolResult:
    """What a tool of a server in memory gives; its JSON is checked against its schema by the client."""
    made = server(bot or FakeBot(), visitor)  # type: ignore[arg-type]
    return talk(made, lambda client: client.call_tool(tool, arguments))


def words(result: CallToolResult) -> list[str]:
    return [content.text for content in result.content if isinstance(content, TextContent)]


class Long(FakeBot):
    """Its document has 50,000 characters, each the last digit of its place."""

    def document(self, document_id: str, visible: tuple[str, ...] | None = None) -> StoredDocument | None:
        return replace(STORED, text="0123456789" * 5000)


# The tools


def test_the_tools_say_what_they_take_and_that_they_change_nothing() -> None:
    listed = talk(server(FakeBot()), lambda client: client.list_tools())  # type: ignore[arg-type]
    assert [
        (tool.name, list(tool.input_schema["properties"]), tool.input_schema["required"]) for tool in listed.tools
    ] == [
        ("ask", ["question", "top_k", "filters", "previous", "today"], ["question"]),
        ("search", ["query", "top_k", "filters"], ["query"]),
        ("read_document", ["id", "start", "end"], ["id"]),
    ]
    for tool in listed.tools:
        assert tool.annotations is not None and tool.output_schema is not None
        assert (tool.annotations.read_only_hint, tool.annotations.idempotent_hint) == (True, True)
        assert tool.input_schema["additionalProperties"] is False


def test_the_tools_schemas_stand_alone_and_are_draft_2020_12() -> None:
    listed = talk(server(FakeBot()), lambda client: client.list_tools())  # type: ignore[arg-type]
    for tool in listed.tools:
        for schema in (tool.input_schema, tool.output_schema or {}):
            Draft202012Validator.check_schema(schema)
            assert set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))) == set(schema.get("$defs", {}))
            assert "#/components" not in json.dumps(schema)


def test_an_answer_is_the_contracts_json_and_words_with_where_they_stand() -> None:
    bot = FakeBot()
    result = call("ask", {"question": "止付多少"}, bot)
    assert result.structured_content == answer_to_json(bot.ask(Question("止付多少")))
    line = f"[1] 平安白皮书 · 草原日报 · 2022-01-06 · id d1, characters {ANSWER_START} to {QUOTE_END}"
    assert words(result) == [f"3.01亿元。\n“紧急止付涉案资金3.01亿元”[1]\n{line}"]
    assert not result.is_error


@pytest.mark.parametrize("question", ["隐藏", "冲突", "各项", "别的"])
def test_an_answer_of_every_status_fits_its_schema(question: str) -> None:
    assert not call("ask", {"question": question}).is_error


def test_a_question_reaches_the_bot_whole_from_what_the_visitor_may_see() -> None:
    bot = FakeBot()
    filters = {"document": ["d1"], "source": "reports/", "date_from": "2022-01-01", "date_to": "2022-12-31"}
    arguments = {"question": "那巴彦淖尔呢", "previous": "鄂尔多斯止付多少", "filters": filters, "today": "2023-01-01"}
    call("ask", arguments, bot, Visitor("sales", frozenset(Scope), ("reports",)))
    bounds = Filters(("d1",), "reports/", "2022-01-01", "2022-12-31", ("reports",))
    asked = Question("那巴彦淖尔呢", 5, bounds, "鄂尔多斯止付多少", "2023-01-01", via="mcp")
    assert bot.asked == [asked]


def test_a_search_gives_passages_from_what_the_visitor_may_see() -> None:
    bot = FakeBot()
    arguments = {"query": "止付", "top_k": 3, "filters": {"date_to": "2022-12-31"}}
    result = call("search", arguments, bot, Visitor("sales", frozenset(Scope), ("reports",)))
    assert bot.searched == [Query("止付", 3, Filters(date_to="2022-12-31", visible=("reports",)))]
    assert result.structured_content == {
        "passages": [passage_to_json(hit())],
        "undated_excluded": 2,
        "index": FakeBot.generation,
    }
    assert words(result) == [f"平安白皮书 · 草原日报 · 2022-01-06 · id d1, characters 6 to {len(TEXT)}\n{TEXT[6:]}"]


def test_a_document_is_read_whole_where_it_is_short() -> None:
    result = call("read_document", {"id": "d1"})
    place = {"start": 0, "end": len(TEXT), "length": len(TEXT), "left": 0}
    assert result.structured_content == {"document": document_to_json(DOCUMENT), "text": TEXT, **place}
    assert words(result) == [TEXT]


@pytest.mark.parametrize(
    ("bounds", "start", "end"),
    [
        ({}, 0, MAX_READ),
        ({"start": 20_000}, 20_000, 40_000),
        ({"start": 45_000}, 45_000, 50_000),
        ({"start": 3, "end": 7}, 3, 7),
        ({"start": 3, "end": 90_000}, 3, 20_003),
        ({"start": 49_999, "end": 90_000}, 49_999, 50_000),
        ({"start": 50_000}, 50_000, 50_000),
    ],
)
def test_a_long_document_is_read_in_stretches(bounds: dict[str, int], start: int, end: int) -> None:
    result = call("read_document", {"id": "d1", **bounds}, Long())
    told = result.structured_content
    assert (told["start"], told["end"], told["length"], told["left"]) == (start, end, 50_000, 50_000 - end)
    assert told["text"] == ("0123456789" * 5000)[start:end]
    left = [f"{50_000 - end} characters are left; go on with start {end}"]
    assert words(result) == [told["text"], *(left if end < 50_000 else [])]


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("ask", {}, "question is missing; the arguments are question, top_k, filters, previous, today"),
        ("ask", {"question": " "}, "question is blank; write what you want to know"),
        ("ask", {"question": "止付", "color": 1}, "unknown argument color; the arguments are question, top_k, "),
        ("ask", {"question": "止付", "filters": {"date_from": "2022-02-30"}}, "date_from must be a date"),
        ("search", {"query": 7}, "query must be a text"),
        ("search", {"query": "止付", "top_k": 51}, "top_k must be a whole number from 1 to 50"),
        ("search", {"query": "止付", "filters": {"place": "x"}}, "unknown key filters.place; the keys are document, "),
        ("read_document", {"id": "d2"}, "no such document; its id is in the citations of ask"),
        ("read_document", {"id": 1}, "id must be a text"),
        ("read_document", {"id": "d1", "start": -1}, "start must be a whole number from 0, counted in characters"),
        ("read_document", {"id": "d1", "end": True}, "end must be a whole number from 0, counted in characters"),
        ("read_document", {"id": "d1", "start": 999}, "start must not be beyond end, nor beyond the doc"),
        ("read_document", {"id": "d1", "start": 9, "end": 8}, "start must not be beyond end, nor beyond the doc"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_an_error_of_the_tool_that_says_how_to_mend_it(
    tool: str, arguments: dict[str, Any], message: str
) -> None:
    result = call(tool, arguments)
    assert result.is_error
    assert [text[: len(message)] for text in words(result)] == [message]


@MODES
def test_a_failure_tells_the_client_nothing_and_the_log_all(
    tmp_path: Path, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(FakeBot):
        def ask(self, question: Question) -> Answer:
            raise ValueError("its own affair")

    with serving(create_app(Failing(), config_in(tmp_path))) as address:  # type: ignore[arg-type]
        result = talk(over_http(address), lambda client: client.call_tool("ask", {"question": "止付"}), mode)
    assert (result.is_error, words(result)) == (True, ["the server failed; its log says why"])
    assert "its own affair" not in result.model_dump_json()
    assert "ValueError: its own affair" in caplog.text


def test_a_visitor_is_offered_the_tools_of_their_scopes_alone() -> None:
    made = server(FakeBot(), Visitor("sales", frozenset({Scope.ASK})))  # type: ignore[arg-type]
    assert [tool.name for tool in talk(made, lambda client: client.list_tools()).tools] == ["ask", "search"]

    async def conversation(client: Client) -> None:
        with pytest.raises(MCPError, match="there is no such tool; the tools are ask, search"):
            await client.call_tool("read_document", {"id": "d1"})

    talk(made, conversation)


# Standard input and output


@pytest.fixture
def folder(tmp_path: Path, cli: Cli) -> Path:
    """A folder with a document in docs/, indexed in index/."""
    write_files(tmp_path, {"docs/a.txt": ORDOS})
    assert cli("index", tmp_path / "docs", *index_of(tmp_path)).status == 0
    return tmp_path


def index_of(folder: Path) -> list[str]:
    return ["--index", str(folder / "index")]


@MODES
def test_a_client_asks_searches_and_reads_over_standard_input_and_output(folder: Path, mode: str) -> None:
    async def conversation(client: Client) -> list[CallToolResult]:
        asked = await client.call_tool("ask", {"question": ASKED})
        found = await client.call_tool("search", {"query": "止付", "top_k": 1})
        passage = found.structured_content["passages"][0]
        read = await client.call_tool("read_document", {"id": passage["document"]["id"]})
        wrong = await client.call_tool("ask", {"question": ASKED, "filters": {"date_from": "昨天"}})
        return [asked, found, read, wrong]

    command = StdioServerParameters(command=FAKE[0], args=[*FAKE[1:], "mcp", *index_of(folder)], env=environment())
    asked, found, read, wrong = talk(command, conversation, mode)
    assert asked.structured_content["answer"] == "3.01亿元"
    assert [passage["text"] for passage in found.structured_content["passages"]] == [ORDOS]
    assert read.structured_content["text"] == ORDOS
    assert (wrong.is_error, words(wrong)) == (True, ["date_from must be a date written YYYY-MM-DD"])


def test_standard_output_holds_nothing_but_the_protocol_and_the_end_of_input_ends_it(folder: Path) -> None:
    messages = [{"jsonrpc": "2.0", "method": "notifications/initialized"}, {**LIST, "id": 2}]
    command = [*FAKE, "mcp", *index_of(folder)]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment()) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(HELLO + json_lines(messages).encode())
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(2)]
        rest = process.communicate(timeout=30)
    assert [(reply["jsonrpc"], reply["id"]) for reply in replies] == [("2.0", 1), ("2.0", 2)]
    assert replies[0]["result"]["serverInfo"]["name"] == "wenda"
    assert (process.returncode, rest) == (0, (b"", b""))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_waits_for_input(folder: Path, sent: signal.Signals) -> None:
    command = [*FAKE, "mcp", *index_of(folder)]
    with Popen(command, stdin=PIPE, stdout=PIPE, env=environment()) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(HELLO)
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(sent)
        assert process.wait(30) == 0


def test_without_an_index_it_says_how_to_make_one_and_ends(cli: Cli, tmp_path: Path) -> None:
    done = cli("mcp", *index_of(tmp_path))
    assert (done.status, done.out) == (1, "")
    assert done.err.endswith("run: python -m bot index\n")


# HTTP


@asynccontextmanager
async def over_http(address: str, token: str = "") -> AsyncIterator[Any]:
    """The client's transport, which shows a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers) as sender,
        streamable_http_client(f"{address}/mcp", http_client=sender) as streams,
    ):
        yield streams


def posted(app: Any, message: Any, **headers: str) -> Any:
    accepted = {"Accept": "application/json, text/event-stream", **headers}
    return app.test_client().post("/mcp", json=message, headers=accepted)


@MODES
def test_a_client_asks_searches_and_reads_over_http(tmp_path: Path, mode: str) -> None:
    async def conversation(client: Client) -> list[Any]:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        asked = await client.call_tool("ask", {"question": "止付"})
        found = await client.call_tool("search", {"query": "止付"})
        read = await client.call_tool("read_document", {"id": "d1"})
        wrong = await client.call_tool("ask", {"question": "止付", "filters": {"date_from": "昨天"}})
        return [tools, asked.structured_content["answer"], words(found), words(read), words(wrong), wrong.is_error]

    with serving(create_app(FakeBot(), config_in(tmp_path))) as address:  # type: ignore[arg-type]
        told = talk(over_http(address), conversation, mode)
    assert told[:2] == [["ask", "search", "read_document"], "3.01亿元"]
    assert told[3:] == [[TEXT], ["date_from must be a date written YYYY-MM-DD"], True]


def test_over_http_a_token_decides_what_a_client_may_do_and_see(tmp_path: Path) -> None:
    config = config_in(tmp_path, access={"sources": {"sales": ["reports"], "boss": ["*"]}})
    bot = FakeBot()
    app = create_app(bot, config, environ={"BOT_API_TOKENS": TOKENS})  # type: ignore[arg-type]

    async def conversation(client: Client) -> list[str]:
        await client.call_tool("ask", {"question": "止付"})
        return [tool.name for tool in (await client.list_tools()).tools]

    with serving(app) as address:
        assert talk(over_http(address, SALES), conversation) == ["ask", "search"]
        assert talk(over_http(address, BOSS), conversation) == ["ask", "search", "read_document"]
    assert [question.filters.visible for question in bot.asked] == [("reports",), None]
    assert posted(app, LIST).status_code == 401
    assert posted(app, LIST, Authorization="Bearer wrong-0123456789abcdef").status_code == 401


def test_a_question_over_http_can_be_rated_and_is_logged_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_in(tmp_path)
    config.index_dir.mkdir()
    app = create_app(FakeBot(), config)  # type: ignore[arg-type]
    params = {"name": "ask", "arguments": {"question": "止付"}}
    with caplog.at_level(logging.INFO, "bot.web"):
        assert posted(app, {**LIST, "method": "tools/call", "params": params}).status_code == 200
    assert [record.message.partition(" ms=")[0] for record in caplog.records if record.name == "bot.web"] == [
        "asked id=a1 request_id=None status=answered"
    ]
    assert app.test_client().post("/api/feedback", json={"id": "a1", "verdict": "up"}).status_code == 200


@pytest.mark.parametrize(
    ("message", "status"),
    [(LIST, 200), ({"jsonrpc": "2.0", "method": "notifications/initialized"}, 202), ([], 400), ({"id": 1}, 400)],
)
def test_a_message_over_http_ends_with_its_status(tmp_path: Path, message: Any, status: int) -> None:
    app = create_app(FakeBot(), config_in(tmp_path))  # type: ignore[arg-type]
    assert posted(app, message).status_code == status


def test_a_stream_of_what_changes_is_not_offered(tmp_path: Path) -> None:
    app = create_app(FakeBot(), config_in(tmp_path))  # type: ignore[arg-type]
    assert app.test_client().get("/mcp", headers={"Accept": "text/event-stream"}).status_code == 405
    listen = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}
    message = {**LIST, "method": "subscriptions/listen", "params": listen}
    named = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"}
    assert 400 <= posted(app, message, **named).status_code < 500


def test_without_an_open_index_the_server_says_so(tmp_path: Path) -> None:
    reply = posted(create_app(None, config_in(tmp_path)), LIST)
    assert (reply.status_code, reply.get_json()["error"]["code"]) == (503, "no_index")
