"""A server on 127.0.0.1 that takes Slack's place: its Web API, response_urls and Socket Mode, as documented.

https://docs.slack.dev/apis/web-api/ and https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
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

_TOKENS = {"auth.test": BOT_TOKEN, "chat.postMessage": BOT_TOKEN, "apps.connections.open": APP_TOKEN}


@dataclass(frozen=True)
class Call:
    """What a client sent: the Web API method, or ``response`` for a post to a response_url."""

    method: str
    body: dict[str, Any]


class SlackServer:
    """Answers as Slack does and keeps what it was sent; `errors` makes a method fail with Slack's error code."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.acks: list[dict[str, Any]] = []
        self.sockets: list[ServerConnection] = []
        self.errors: dict[str, str] = {}
        self._changed = threading.Condition()
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
        with self._changed:
            assert self._changed.wait_for(condition, seconds), "did not happen in time"

    def record(self, call: Call) -> None:
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()

    def answer(self, path: str, token: str | None, body: dict[str, Any]) -> dict[str, Any]:
        """What Slack answers a Web API call with."""
        method = path.removeprefix("/api/")
        if method not in _TOKENS:
            return {"ok": False, "error": "unknown_method"}
        if token != _TOKENS[method]:
            return {"ok": False, "error": "invalid_auth"}
        if method in self.errors:
            return {"ok": False, "error": self.errors[method]}
        if method == "auth.test":
            return {"ok": True, "url": "https://t.slack.com/", "team_id": "T1", "user_id": BOT_USER, "bot_id": BOT_ID}
        if method == "apps.connections.open":
            port = self._socket.socket.getsockname()[1]
            return {"ok": True, "url": f"ws://127.0.0.1:{port}/link/?ticket={TICKET}&app_id=A1"}
        faults = message_faults(body) + ([] if body.get("channel") else ["no channel"])
        if faults:
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": faults}}
        return {"ok": True, "channel": body["channel"], "ts": "1700000001.000001", "message": {"text": body["text"]}}

    def send(self, payload: dict[str, Any], kind: str = "events_api") -> str:
        """Sends a payload over the newest socket and returns the envelope's id."""
        envelope_id = str(uuid.uuid4())
        accepts = kind == "slash_commands"
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": accepts}
        self.sockets[-1].send(json.dumps(envelope))
        return envelope_id

    def refresh(self) -> None:
        """Tells the client, as Slack does every few hours, to connect anew."""
        self.sockets[-1].send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def acked(self, envelope_id: str) -> bool:
        return any(ack["envelope_id"] == envelope_id for ack in self.acks)

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
                    self.acks.append(json.loads(message))
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
                self._reply("text/plain", b"ok")
                return
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            reply = server.answer(self.path, token if scheme == "Bearer" else None, body)
            server.record(Call(self.path.removeprefix("/api/"), body))
            self._reply("application/json", json.dumps(reply).encode())

        def _reply(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
