"""The bot behind its HTTP address with a stand-in for Slack, and what Slack posts there, for tests."""

from __future__ import annotations

import json
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask

from bot.config import Config
from bot.journal import Journal
from bot.slack.app import add_slack_routes, create_slack
from bot.types import Answer, Question
from tests.fakes import FakeBot
from tests.slack_server import BOT_TOKEN, BOT_USER, SIGNING_SECRET, SlackServer, signed

QUESTION = "鄂尔多斯电诈止付多少"


def journal_of(config: Config) -> Journal:
    return Journal(config.index_dir, config.journal)


def in_folder(config: Config, folder: Path) -> Config:
    """A configuration whose index lies in a folder."""
    folder.joinpath(".index").mkdir(exist_ok=True)
    return replace(config, base=folder)


class SlowBot(FakeBot):
    """Answers nothing before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def ask(self, question: Question) -> Answer:
        assert self.go.wait(10)
        return super().ask(question)


class Workspace:
    """The bot behind its HTTP address, at work, and what Slack posts there.

    What it keeps lies in a folder of its own, or in the one given, for a bot that takes over from another.
    """

    def __init__(
        self,
        server: SlackServer,
        bot: Any = None,
        config: Config | None = None,
        folder: Path | None = None,
        **environ: str,
    ) -> None:
        self.server = server
        self.bot = cast("Any", bot or FakeBot())
        self.config = in_folder(config or Config(), folder or Path(tempfile.mkdtemp(dir=server.folder)))
        self.journal = journal_of(self.config)
        variables = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
        environ = variables | {"SLACK_API_URL": server.address} | environ
        slack = create_slack(self.bot, self.config, environ, self.journal)
        assert slack is not None
        self.slack, self.app, self.inbox = slack, slack.app, slack.inbox
        flask_app = Flask(__name__)
        add_slack_routes(flask_app, slack.app)
        self.http = flask_app.test_client()
        slack.start()
        self._open = True
        server.at_end.append(self.close)

    def post(self, body: str, headers: dict[str, str] | None = None, kind: str = "application/json") -> Any:
        headers = signed(body) if headers is None else headers
        return self.http.post("/slack/events", data=body.encode(), headers=headers, content_type=kind)

    def event(self, event: dict[str, Any], event_id: str = "Ev1") -> Any:
        return self.post(json.dumps(envelope(event, event_id)))

    def command(self, text: str, channel: str = "C1") -> Any:
        body = urlencode(command(text, channel, self.server))
        return self.post(body, kind="application/x-www-form-urlencoded")

    def finish(self) -> None:
        """Waits until all is answered; nothing can be posted after that."""
        if self._open:
            self.app.listener_runner.listener_executor.shutdown(wait=True)
            self.server.wait(lambda: not self.inbox.is_busy())
        self.close()

    def close(self) -> None:
        """Ends it, with what waits left in its inbox."""
        if self._open:
            self._open = False
            self.slack.close()
            self.journal.close()

    def posts(self) -> list[dict[str, Any]]:
        """Everything the bot said, once it has said everything."""
        self.finish()
        return self.server.sent("chat.postMessage")

    def responses(self) -> list[dict[str, Any]]:
        """Everything the bot answered commands with."""
        self.finish()
        return self.server.sent("response")


def mention(text: str = f"<@{BOT_USER}> {QUESTION}", **fields: Any) -> dict[str, Any]:
    return {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1700000000.000100", "text": text} | fields


def direct(text: str = QUESTION, **fields: Any) -> dict[str, Any]:
    return mention(text, type="message", channel="D1", channel_type="im") | fields


def envelope(event: dict[str, Any], event_id: str = "Ev1") -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": event_id, "event": event}


def command(text: str, channel: str, server: SlackServer) -> dict[str, str]:
    return {
        "command": "/ask",
        "text": text,
        "channel_id": channel,
        "user_id": "U1",
        "team_id": "T1",
        "response_url": server.response_url,
        "trigger_id": "1.1",
    }
