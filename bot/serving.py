"""The app behind waitress until it is told to stop, and then until what is in hand is answered."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask

from bot.config import Config
from bot.listening import told
from bot.web.failures import CODES

MAX_BODY = 4 * 1024 * 1024  # bytes; Flask refuses smaller bodies sooner, with words
MAX_HEADERS = 32 * 1024  # bytes, with the request's first line: a question of 1,000 characters has 9,000 in a URL
SPARE = 2  # threads beside those that work or wait: for whoever is turned away, and whoever asks if all is well
CONNECTIONS = 500  # at once; the least bound on open files that systems set is 1,024
SILENCE = 30  # seconds until a client that sends or takes nothing is cut off
SLOWEST = 600  # seconds that a request may take to come in; 50 MiB at 0.7 Mbit/s
_PLAINER = {  # for what waitress says too little of
    "Bad URI": "the address has characters that are not percent-encoded; "
    "encode them, with curl by: -G --data-urlencode 'q=…'",
}
_CLOSING = 1.0  # seconds for waitress's idle threads to end
_LAST_WORDS = 1.0  # seconds for a stream to say that it ends before its time

log = logging.getLogger(__name__)


class _Parser(HTTPRequestParser):
    """Refuses, as RFC 9112 has it, what waitress lets pass and a proxy before it may read otherwise."""

    def parse_header(self, header_plus: bytes) -> None:
        """Reads the first line and the headers. Raises ParsingError where they can be read in two ways."""
        super().parse_header(header_plus)
        read: Any = self  # its types leave out what reading sets
        target, host = read.request_uri, self.headers.get("HOST", "")
        for is_wrong, why in (
            (self.version not in ("1.0", "1.1"), "the version is not HTTP/1.1"),
            (b"\r\n " in header_plus or b"\r\n\t" in header_plus, "a header goes on in the next line"),
            (self.chunked and "CONTENT_LENGTH" in self.headers, "Content-Length and Transfer-Encoding are both there"),
            ("TRANSFER_ENCODING" in self.headers, "HTTP/1.0 has no Transfer-Encoding"),
            (target[:1] not in ("/", "*") and read.proxy_netloc.lower() != host.lower(), "the target is another host"),
        ):
            if is_wrong:
                raise ParsingError(why)


class _Refusal(ErrorTask):
    """Answers what cannot be read as HTTP, in the shape that all errors have."""

    def execute(self) -> None:
        """Sends it, and closes the connection: where the next request begins is not known."""
        request: Any = self.request
        error = request.error
        log.info("refused what cannot be read: %d %s", error.code, error.body)
        message = _PLAINER.get(error.body, f"{error.body.rstrip('.')}; mend the request")
        body = json.dumps({"error": {"code": CODES[error.code], "message": message}}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff")]
        self.content_length = len(body)
        self.set_close_on_finish()
        self.write(body)


class _Channel(HTTPChannel):
    """A client's connection."""

    parser_class = _Parser
    error_task_class = _Refusal
    began = 0.0  # when the request that is coming in did, by time.monotonic()

    def received(self, data: bytes) -> bool:
        """Takes a part of a request."""
        if self.request is None:
            self.began = time.monotonic()
        return bool(super().received(data))

    def readable(self) -> bool:
        """Whether there may be more to take; a client that sends a byte now and then is cut off at last."""
        if self.request is not None and time.monotonic() - self.began > SLOWEST:
            self.will_close = True
        return bool(super().readable())


class Serving:
    """A server that listens as soon as it is made, and answers while it runs."""

    def __init__(self, app: Flask, bound: socket.socket, config: Config) -> None:
        """Raises PortInUse where another, which held the address as well, listens there already."""
        server = config.server
        try:
            made: Any = create_server(
                app,
                sockets=[bound],
                threads=server.threads + config.limits.waiting + SPARE,
                ident="",
                max_request_body_size=MAX_BODY + (config.uploads.max_bytes if config.upload_folder else 0),
                max_request_header_size=MAX_HEADERS,
                connection_limit=CONNECTIONS,
                channel_timeout=SILENCE,
                cleanup_interval=SILENCE // 6,
                asyncore_use_poll=True,  # select() takes no file above 1,023
                trusted_proxy=server.proxy,
                trusted_proxy_headers={"x-forwarded-for"} if server.proxy else set(),
            )
        except OSError as error:
            raise told(error, server.host, server.port) from None
        made.channel_class = _Channel
        self._server = made
        self._stopping: threading.Event = app.extensions["stopping"]
        self._out_of_time: threading.Event = app.extensions["out_of_time"]
        self._patience = server.stop_seconds

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Begins to stop; raises KeyboardInterrupt where it has begun already. A handler of signals."""
        if self._stopping.is_set():
            raise KeyboardInterrupt
        self._stopping.set()
        self._server.pull_trigger()

    def run(self) -> None:
        """Answers until it is told to stop, then what is in hand, for `[server] stop_seconds` at most."""
        try:
            while not self._stopping.is_set():
                self._turn(1.0)
            wasyncore.dispatcher.close(self._server)  # who connects now is refused; connections stay
            self._finish(self._patience)
            self._out_of_time.set()
            if left := self._finish(_LAST_WORDS):
                log.warning("stopped before all requests were answered: %d", left)
        finally:
            self._server.task_dispatcher.shutdown(timeout=_CLOSING)
            wasyncore.close_all(self._server._map)

    def _finish(self, seconds: float) -> int:
        """Answers what is in hand, for so long at most; how many requests are then left."""
        deadline = time.monotonic() + seconds
        while (left := self._in_hand()) and time.monotonic() < deadline:
            self._turn(0.1)
        return left

    def _turn(self, seconds: float) -> None:
        """Waits for what clients send, and what can be sent to them, and does that."""
        wasyncore.loop(seconds, use_poll=True, map=self._server._map, count=1)

    def _in_hand(self) -> int:
        """How many connections wait for an answer, or for the rest of one."""
        channels = self._server.active_channels.values()
        return sum(bool(channel.requests or channel.total_outbufs_len) for channel in channels)
