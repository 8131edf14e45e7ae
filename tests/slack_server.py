"""A server on 127.0.0.1 that takes Slack's place: its Web API, response_urls and Socket Mode, as documented.

https://docs.slack.dev/apis/web-api/ and https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.slack_limits import message_faults

BOT_TOKEN = "xoxb-1-secret-bot"
APP_TOKEN = "xapp-1-secret-app"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_USER = "UBOT"
BOT_ID = "BBOT"
TICKET = "secret-ticket"
WORKSPACE_URL = "https://t.slack.com/"

SCOPES = "app_mentions:read,channels:history,chat:write,commands,groups:history,im:history,mpim:history,reactions:write"

_METHODS = (
    "auth.test chat.getPermalink chat.postEphemeral chat.postMessage chat.update conversations.replies reactions.add "
    "reactions.remove views.open"
).split()
_TOKENS = {**dict.fromkeys(_METHODS, BOT_TOKEN), "apps.connections.open": APP_TOKEN}


@dataclass(frozen=True)
class Call:
    """What a client sent: the Web API method, or ``response`` for a post to a response_url."""

    method: str
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call of a method."""

    status: int = 200  # with another, Slack's servers fail, or refuse with `retry_after`
    retry_after: int | None = None  # seconds
    seconds: float = 0  # before it answers; a client that cannot wait sees nothing
    done: bool = False  # whether what was asked is done all the same, before it answers


@dataclass(frozen=True)
class Reply:
    """What the Web API sends back."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"


class SlackServer:
    """Answers as Slack does and keeps what it was sent.

    `errors` makes a method fail with Slack's error code, `faults` each of its next calls in a way of its own.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.acks: dict[str, float] = {}  # when each envelope was acknowledged, by time.monotonic()
        self.sockets: list[ServerConnection] = []
        self.errors: dict[str, str] = {}
        self.faults: dict[str, list[Fault]] = {}
        self.scopes = SCOPES
        self.messages: list[dict[str, Any]] = []  # what the bot posted, as conversations.replies gives it
        self.reactions: set[tuple[str, str, str]] = set()  # channel, ts, name
        self.folder = tempfile.mkdtemp()  # for what those keep that use it
        self.at_end: list[Callable[[], None]] = []  # closes them
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False  # closing waits for the answers in hand
        self._socket = serve(self._talk, "127.0.0.1", 0)
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.02,)),
            threading.Thread(target=self._socket.serve_forever),
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for close in self.at_end:
            close()
        shutil.rmtree(self.folder)
        self._http.shutdown()
        self._http.server_close()
        self._socket.shutdown()
        for socket in self.sockets:
            socket.close()
        for thread in self._threads:
            thread.join()

    @property
    def address(self) -> str:
        """What SLACK_API_URL takes."""
        return f"http://127.0.0.1:{self._http.server_port}/api/"

    @property
    def response_url(self) -> str:
        """Where a command is answered."""
        return f"http://127.0.0.1:{self._http.server_port}/commands/T1/1/secret"

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The bodies a method was called with, in order."""
        with self._changed:
            return [call.body for call in self.calls if call.method == method]

    def wait(self, condition: Callable[[], Any], seconds: float = 10) -> None:
        """Returns as soon as the condition holds; raises AssertionError when it does not in time."""
        ends = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < ends, "did not happen in time"
            with self._changed:
                self._changed.wait(0.02)

    def record(self, call: Call) -> None:
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()

    def reply(self, path: str, token: str | None, body: dict[str, Any]) -> Reply:
        """What a call gets, once it did what it asks for, or went wrong as it was told to."""
        method = path.removeprefix("/api/")
        with self._changed:
            fault = self.faults[method].pop(0) if self.faults.get(method) else Fault()
        good = fault.status == 200
        answered = self.answer(method, token, body) if good or fault.done else {}
        self._closing.wait(fault.seconds)
        if not good:
            waiting = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return Reply(b"<html>", fault.status, waiting, "text/html")
        return Reply(json.dumps(answered).encode(), headers={"X-OAuth-Scopes": self.scopes})

    def answer(self, method: str, token: str | None, body: dict[str, Any]) -> dict[str, Any]:
        """What Slack answers a Web API call with."""
        if method not in _TOKENS:
            return {"ok": False, "error": "unknown_method"}
        if token != _TOKENS[method]:
            return {"ok": False, "error": "invalid_auth"}
        if method in self.errors:
            return {"ok": False, "error": self.errors[method]}
        match method:
            case "auth.test":
                return {"ok": True, "url": WORKSPACE_URL, "team_id": "T1", "user_id": BOT_USER, "bot_id": BOT_ID}
            case "apps.connections.open":
                port = self._socket.socket.getsockname()[1]
                return {"ok": True, "url": f"ws://127.0.0.1:{port}/link/?ticket={TICKET}&app_id=A1"}
            case "conversations.replies":
                return self._replies(body)
            case "reactions.add" | "reactions.remove":
                return self._react(method, body)
            case "views.open":
                return {"ok": bool(body.get("trigger_id")), "view": body.get("view")}
            case "chat.getPermalink":
                moment = body["message_ts"].replace(".", "")
                return {"ok": True, "permalink": f"{WORKSPACE_URL}archives/{body['channel']}/p{moment}"}
        return self._post(method, body)

    def _post(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        faults = message_faults(body) + ([] if body.get("channel") else ["no channel"])
        if faults:
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": faults}}
        with self._changed:
            ts = f"1700000001.{len(self.messages) + 1:06d}"
            said = {"channel": body["channel"], "ts": ts, "text": body["text"], "user": BOT_USER, "bot_id": BOT_ID}
            said |= {"thread_ts": body.get("thread_ts", ts), "metadata": body.get("metadata")}
            if method == "chat.postMessage":
                self.messages.append(said)
        return {"ok": True, "channel": body["channel"], "ts": ts, "message_ts": ts, "message": {"text": body["text"]}}

    def _replies(self, body: dict[str, Any]) -> dict[str, Any]:
        """A thread, its first message before the replies, `limit` of them at a time."""
        first = {"user": "U1", "ts": body["ts"], "thread_ts": body["ts"], "text": "?"}
        thread = [
            said for said in self.messages if (said["channel"], said["thread_ts"]) == (body["channel"], body["ts"])
        ]
        start, limit = int(body.get("cursor") or 0), int(body.get("limit") or 1000)
        shown = [first, *thread][start : start + limit]
        if str(body.get("include_all_metadata")) not in ("1", "True", "true"):
            shown = [{key: value for key, value in said.items() if key != "metadata"} for said in shown]
        more = start + limit <= len(thread)
        cursor = str(start + limit) if more else ""
        return {"ok": True, "messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}

    def _react(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        reaction, adds = (body["channel"], body["timestamp"], body["name"]), method == "reactions.add"
        with self._changed:
            if (reaction in self.reactions) == adds:
                return {"ok": False, "error": "already_reacted" if adds else "no_reaction"}
            (self.reactions.add if adds else self.reactions.remove)(reaction)
        return {"ok": True}

    def send(self, payload: dict[str, Any], kind: str = "events_api", socket: int = -1) -> str:
        """Sends a payload over a socket, the newest by default, and returns the envelope's id."""
        envelope_id = str(uuid.uuid4())
        accepts = kind == "slash_commands"
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": accepts}
        self.sockets[socket].send(json.dumps(envelope))
        return envelope_id

    def refresh(self) -> None:
        """Tells the client, as Slack does every few hours, to connect anew."""
        self.sockets[-1].send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def acked(self, envelope_id: str) -> bool:
        return envelope_id in self.acks

    def _talk(self, socket: ServerConnection) -> None:
        if socket.request is None or f"ticket={TICKET}" not in socket.request.path:
            return
        socket.send(json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}))
        with self._changed:
            self.sockets.append(socket)
            self._changed.notify_all()
        try:
            for message in socket:
                with self._changed:
                    self.acks[json.loads(message)["envelope_id"]] = time.monotonic()
                    self._changed.notify_all()
        except ConnectionClosed:
            pass


def _handler(server: SlackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            body = json.loads(raw or "{}") if "json" in self.headers.get("Content-Type", "") else dict(parse_qsl(raw))
            if self.path.startswith("/commands/"):
                server.record(Call("response", body))
                self._send(Reply(b"ok", kind="text/plain"))
                return
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            server.record(Call(self.path.removeprefix("/api/"), body))
            self._send(server.reply(self.path, token if scheme == "Bearer" else None, body))

        def _send(self, reply: Reply) -> None:
            headers = {"Content-Type": reply.kind, "Content-Length": str(len(reply.body)), **reply.headers}
            with suppress(OSError):  # a client that was killed, or could not wait
                self.send_response(reply.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def signed(body: str, secret: str = SIGNING_SECRET, age: int = 0) -> dict[str, str]:
    """The headers with which Slack signs a body, `age` seconds ago.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    timestamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
