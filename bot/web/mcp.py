"""The Model Context Protocol over HTTP: a message a request, answered in JSON, nothing kept between them."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Request, Response, abort, make_response, request

from bot.access import Scope
from bot.web import shapes
from bot.web.asking import answered, open_bot
from bot.web.described import JSON, Reply, described, gives
from bot.web.visitors import needs, visitor

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

REFUSED = (400, 404, 406)  # with an error of JSON-RPC

routes = Blueprint("mcp", __name__)


@routes.post("/mcp")
@needs(Scope.ASK)
@described(
    "exchange",
    gives(shapes.Message, "the reply"),
    Reply(202, "a notification was taken"),
    *(gives(shapes.Message, "the message or its headers are not those of the protocol", status) for status in REFUSED),
    takes={JSON: shapes.Message},
    errors=(413,),
)
def exchange() -> Response:
    """The reply to a message of the Model Context Protocol: streamable HTTP, stateless, in JSON."""
    from bot.mcp import server

    if request.mimetype != JSON:  # the SDK would refuse it in a text without a type
        abort(415, "send JSON with the header Content-Type: application/json")
    return asyncio.run(_reply(server(open_bot(), visitor(), answered), request))


async def _reply(server: Server[Any], sent: Request) -> Response:
    """The reply of the SDK's transport, an ASGI app, to a request of this WSGI app."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    coming = [{"type": "http.request", "body": sent.get_data(), "more_body": False}]
    reply = make_response()

    async def receive() -> MutableMapping[str, Any]:
        if not coming:
            await asyncio.Event().wait()  # whoever sent it stays until the reply is whole
        return coming.pop()

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            reply.status_code = message["status"]
            reply.headers.clear()
            reply.headers.extend(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            )
        else:
            reply.set_data(reply.get_data() + message.get("body", b""))

    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(_scope(sent), receive, send)
    return reply


def _scope(sent: Request) -> dict[str, Any]:
    """The request as ASGI describes it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": sent.scheme,
        "path": sent.path,
        "query_string": sent.query_string,
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers],
    }
