"""The Slack app: its listeners, and the two ways Slack reaches it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.config import Config
from bot.errors import BadConfig
from bot.jobs import IndexJob
from bot.journal import Journal
from bot.slack.actions import register_actions
from bot.slack.commands import register_commands
from bot.slack.desk import Desk
from bot.slack.inbox import Inbox
from bot.slack.listeners import on_message
from bot.slack.once import Once
from bot.slack.replies import log_failure
from bot.slack.tokens import read_app_token, read_tokens
from bot.slack.words import ZH
from bot.slack.worker import Workers

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue
    from slack_bolt import App, BoltContext, BoltResponse
    from slack_sdk import WebClient
    from werkzeug.datastructures import Headers

    from bot.bot import Bot
    from bot.slack.socket_mode import Socket

log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
MAX_BODY = 1024 * 1024  # bytes; a message of 40,000 characters, Slack's longest, comes two or three times, escaped
TIMEOUT = 10  # seconds for a call of Slack's Web API; the library's own is 30


@dataclass(frozen=True, slots=True)
class Slack:
    """The bot in Slack: what hears Slack, where that is kept, and who works it off."""

    app: App
    inbox: Inbox
    once: Once
    workers: Workers

    def start(self) -> None:
        """Begins to answer, with what an earlier process left."""
        self.workers.start()

    def close(self) -> None:
        """Ends when what is in hand is done; what waits is answered after the next start."""
        self.app.listener_runner.listener_executor.shutdown()  # commands and presses, which nobody sends again
        self.workers.close()
        self.inbox.close()
        self.once.close()


def create_slack(
    bot: Bot, config: Config, environ: Mapping[str, str], journal: Journal, job: IndexJob | None = None
) -> Slack | None:
    """The bot in Slack, not yet started, or None where SLACK_BOT_TOKEN is not set.

    Nothing is asked of Slack yet, so that the server starts while Slack cannot be reached.
    Raises BadConfig where a token is malformed or missing.
    """
    tokens = read_tokens(environ)
    if tokens is None:
        return None
    app = _bolt_app(tokens.bot, tokens.signing_secret)
    # Not `App(client=…)`: Bolt then warns at each start that SLACK_BOT_TOKEN of the environment is not used.
    app.client.base_url = tokens.api_url
    app.client.timeout = TIMEOUT
    app.client.retry_handlers.clear()  # they would send a message again that Slack has taken, but not confirmed
    desk = Desk(bot, config, journal, job)
    once = Once(config.index_dir)
    inbox = Inbox(config.index_dir, config.slack.waiting, config.journal.days)
    workers = Workers(desk, inbox, app.client)
    register(app, desk, inbox, once, workers.wake)
    return Slack(app, inbox, once, workers)


def register(app: App, desk: Desk, inbox: Inbox, once: Once, wake: Callable[[], None]) -> None:
    """Connects the listeners with what Slack sends; `wake` tells the workers that something came."""

    @app.middleware
    def of_a_served_workspace(context: BoltContext, next_: Callable[[], None]) -> BoltResponse | None:
        """Lets nothing through that comes from elsewhere; it is acknowledged, so that Slack does not send it again."""
        if not desk.serves(context.team_id, context.enterprise_id):
            return context.ack()
        next_()
        return None

    def store(body: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> None:
        """Runs before Bolt acknowledges the event; where it fails, Slack gets a 500 and sends the event again."""
        on_message(desk, inbox, body, context.bot_user_id or "")
        wake()
        next_()

    def stored() -> None:
        """Nothing is left to do once an event is acknowledged: the workers have it."""

    for kind in ("app_mention", "message"):
        app.event(kind, middleware=[store])(stored)

    register_actions(app, desk, once)
    register_commands(app, desk)
    app.error(log_failure)


def add_slack_routes(flask_app: Flask, slack_app: App) -> None:
    """Adds the address that Slack posts events and commands to; Bolt checks each request's signature."""
    from flask import request
    from slack_bolt.adapter.flask import SlackRequestHandler

    handler = SlackRequestHandler(slack_app)

    def slack_events() -> ResponseReturnValue:
        if not _can_be_checked(request.headers):
            return _refused()
        request.max_content_length = MAX_BODY
        try:
            response = handler.handle(request)
        except Exception as error:  # Bolt reads the body before it checks the signature, and fails on strange ones
            log.warning("refused a request to %s that Bolt could not read: %s", EVENTS_PATH, type(error).__name__)
            return _refused()
        return _refused() if response.status_code == 401 else response

    flask_app.add_url_rule(EVENTS_PATH, view_func=slack_events, methods=["POST"])


def start_socket(app: App, environ: Mapping[str, str]) -> Socket | None:
    """The Socket Mode connection, being made; None where SLACK_APP_TOKEN is not set."""
    token = read_app_token(environ)
    if token is None:
        return None
    from bot.slack.socket_mode import Socket

    return Socket(app, token)


def _bolt_app(token: str, signing_secret: str | None) -> App:
    try:
        from slack_bolt import App
        from slack_bolt.middleware import SingleTeamAuthorization
    except ImportError:
        raise BadConfig("SLACK_BOT_TOKEN is set, but slack-bolt is not installed; pip install slack-bolt") from None

    def know_itself(body: dict[str, Any], client: WebClient, next_: Callable[[], None]) -> None:
        """Asks Slack once who the bot is, before Bolt does; where Slack fails, it gets a 500 and sends the event again.

        Bolt acknowledges what comes while Slack fails, and drops it.
        """
        if body.get("type") == "event_callback" and not authorization.auth_test_result:
            authorization.auth_test_result = client.auth_test()
        next_()

    app = App(
        name="slack_bolt.listener",  # a logger of this name is made
        logger=_library_logger(),
        token=token,
        # Without a secret of Slack's a random one stands in: an empty one anybody could sign with.
        signing_secret=signing_secret or secrets.token_hex(32),
        before_authorize=know_itself,
        token_verification_enabled=False,
        user_facing_authorize_error_message=ZH.failed,
    )
    if app.oauth_flow is not None:
        raise BadConfig("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET make Bolt ignore SLACK_BOT_TOKEN; unset them")
    authorization = next(step for step in app._middleware_list if isinstance(step, SingleTeamAuthorization))
    return app


def _library_logger() -> logging.Logger:
    """The logger of Slack's libraries, held to warnings: below, they write whole requests, questions included."""
    level = max(logging.WARNING, logging.root.level)
    for name in ("slack_sdk", "slack_bolt"):
        logging.getLogger(name).setLevel(level)
    return logging.getLogger("slack_bolt")


def _can_be_checked(headers: Headers) -> bool:
    """Whether Bolt can check the signature; it fails on a timestamp or a signature of strange characters."""
    timestamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    return bool(re.fullmatch("[0-9]{1,12}", timestamp)) and signature.isascii()


def _refused() -> ResponseReturnValue:
    return {"error": {"code": "unauthorized", "message": "this is not a request signed by Slack"}}, 401
