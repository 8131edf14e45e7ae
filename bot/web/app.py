"""The web app: one factory that puts routes, errors and headers together."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import BaseConverter

from bot.access import Keyring
from bot.config import Config
from bot.journal import Journal
from bot.links import escaped_id
from bot.sessions import Sessions
from bot.web import (
    admin,
    api,
    batch,
    bodies,
    bounds,
    cors,
    documents,
    exchanges,
    failures,
    hosts,
    language,
    logs,
    mcp,
    metrics,
    openai_api,
    pages,
    request_ids,
    sign_in,
    stopping,
    visitors,
)
from bot.web.attempts import Attempts

if TYPE_CHECKING:
    from bot.bot import Bot
    from bot.jobs import IndexJob

HSTS = "max-age=31536000; includeSubDomains"  # a year, the least of ASVS 3.4.1
MAX_BODY = 64 * 1024  # bytes; 1,000 code points with their filters are far below it

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # an address may hold a question; without a referrer forms say no origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()"
    ),
}


def create_app(
    bot: Bot | None,
    config: Config,
    environ: Mapping[str, str] = MappingProxyType({}),
    job: IndexJob | None = None,
) -> Flask:
    """The web app over an open bot, and what indexes for it; without them its routes say how to get an index.

    `environ` has the tokens that let visitors in. Raises BadConfig where they are malformed.
    """
    # A Windows registry may call .js text/plain, which browsers refuse under nosniff.
    mimetypes.add_type("text/javascript", ".js")
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json = ReadableJSON(app)
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False}  # as a script is to show them
    app.url_map.converters["document"] = DocumentId
    app.url_map.merge_slashes = False  # an id may hold "//"
    app.extensions["bot"] = bot
    app.extensions["job"] = job
    app.extensions["config"] = config
    app.extensions["journal"] = Journal(config.index_dir, config.journal)
    turns = bounds.Turns(config.server.threads, config.limits.waiting)
    counts = metrics.Metrics(bot, job, turns)
    app.register_blueprint(api.routes)
    app.register_blueprint(batch.routes)
    app.register_blueprint(mcp.routes)
    app.register_blueprint(documents.routes)
    app.register_blueprint(openai_api.routes)
    app.register_blueprint(pages.routes)
    app.register_blueprint(sign_in.routes)
    admin.register(app)
    metrics.register(app, counts)
    request_ids.register(app)
    exchanges.register(app, counts.request, logs.tell)
    stopping.register(app)
    language.register(app)
    failures.register(app)
    hosts.register(app, config.server)
    cors.register(app, config.server.cors_origins)
    door = _door(config, environ)
    visitors.register(app, door)
    bounds.register(app, config, door, turns)
    bodies.register(app)
    app.after_request(_with_headers)
    return app


def _door(config: Config, environ: Mapping[str, str]) -> visitors.Door:
    keyring = Keyring.read(environ, dict(config.access.sources), config.server.is_local)
    sessions = Sessions(config.index_dir, config.access.session_days)
    return visitors.Door(keyring, sessions, Attempts(), config.server.public_url, config.server.is_local)


class ReadableJSON(DefaultJSONProvider):
    """JSON in UTF-8 with its keys in the order they were given."""

    ensure_ascii = False
    sort_keys = False


class DocumentId(BaseConverter):
    """The rest of an address's path as a document's id, whatever characters it holds."""

    regex = r"[\s\S]+"
    part_isolating = False

    def to_url(self, value: str) -> str:
        """The id as a link has it."""
        return escaped_id(value)


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not cors.is_listed():
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if visitors.door().is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response
