"""Opens the bot and serves it: web page, HTTP and, where its tokens are set, Slack."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import FrameType
from typing import NoReturn

from bot.access import VARIABLE, Keyring, refuse_if_open, sees
from bot.bot import Bot
from bot.config import Config, load_config
from bot.errors import BadConfig, BadInput, BotError
from bot.jobs import IndexJob
from bot.listening import listen
from bot.slack.app import add_slack_routes, create_slack, start_socket
from bot.slack.tokens import read_tokens
from bot.watcher import Watcher
from bot.web.app import create_app
from bot.web.request_ids import mark

log = logging.getLogger("bot.server")
SPARE = 2  # threads beside those that work or wait: for whoever is turned away, and whoever asks if all is well
MAX_BODY = 4 * 1024 * 1024  # bytes; Flask refuses smaller bodies sooner, with words


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Serves until it is told to stop; its exit status, as of `python -m bot`."""
    parser = argparse.ArgumentParser(prog="python server.py", description="Serves the page, HTTP and Slack.")
    parser.add_argument("--config", metavar="FILE", help="the configuration (BOT_CONFIG; config.toml)")
    parser.add_argument("--index", metavar="DIR", help="the index's folder, in place of the configuration's")
    parser.add_argument("--host", help="the address to listen on (BOT_HOST)")
    parser.add_argument("--port", help="the port to listen on (BOT_PORT)")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config or environ.get("BOT_CONFIG") or None).overridden(
            index=options.index,
            host=options.host or environ.get("BOT_HOST") or None,
            port=options.port or environ.get("BOT_PORT") or None,
        )
        serve(config, environ)
    except (BadConfig, BadInput) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BotError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 0


def serve(config: Config, environ: Mapping[str, str]) -> None:
    """Listens, opens the bot, and answers until SIGINT or SIGTERM. Raises BotError where it cannot."""
    import waitress

    handler = logging.StreamHandler()
    handler.addFilter(mark)
    line = "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"
    logging.basicConfig(level=config.log.level.upper(), format=line, handlers=[handler])
    if config.log.level != "debug":
        for chatty in (
            "faiss",
            "bm25s",
            "sentence_transformers",
            "waitress.queue",
            "httpx",
            "slack_bolt",
            "slack_sdk",
            "mcp",
        ):
            logging.getLogger(chatty).setLevel(logging.ERROR if chatty == "waitress.queue" else logging.WARNING)
    listening = listen(config.server.host, config.server.port)  # first: a taken port is told at once
    config = replace(config, server=replace(config.server, port=listening.getsockname()[1]))
    read_tokens(environ)  # a malformed one is told before the model takes its seconds
    keyring = Keyring.read(environ, dict(config.access.sources), config.server.is_local)
    refuse_if_open(keyring, config.server.url, config.server.is_local, config.server.open)
    if not keyring.keys and not config.server.is_local:
        log.warning("whoever reaches %s may ask and read: %s is not set", config.server.url, VARIABLE)
    bot = Bot.open(config)
    for name, path in _unseen(keyring, bot):
        log.warning("[access] sources grants %s to %s, but nothing in the index lies there; mend its name", path, name)
    job = IndexJob(config, bot.encoder)
    app = create_app(bot, config, environ, job)
    slack = create_slack(bot, config, environ, app.extensions["journal"], job)
    events = None
    if slack is not None:
        add_slack_routes(app, slack.app)
        slack.start()
        events = start_socket(slack.app, environ)
    watcher = Watcher(config, job) if config.documents.watch else None
    if watcher is not None:
        watcher.start()
    if config.upload_folder and config.upload_folder.exists():
        job.start([config.upload_folder])  # what came before a restart, and is not in an index made since
    signal.signal(signal.SIGTERM, _stop)
    print(f"Ready: http://{config.server.host}:{config.server.port}{' and Slack' if slack else ''}", flush=True)
    try:
        waitress.serve(
            app,
            sockets=[listening],
            threads=config.server.threads + config.limits.waiting + SPARE,
            ident="",
            max_request_body_size=MAX_BODY + (config.uploads.max_bytes if config.upload_folder else 0),
            _quiet=True,
        )
    finally:
        if watcher is not None:
            watcher.close()
        job.close()
        if events is not None:
            events.close()
        if slack is not None:
            slack.close()
        app.extensions["journal"].close()
        bot.close()


def _unseen(keyring: Keyring, bot: Bot) -> Iterator[tuple[str, str]]:
    """The sources that tokens are granted and that the index does not have, each after the token's name."""
    documents = bot.overview().documents
    for key in keyring.keys:
        for path in key.visitor.visible or ():
            if not any(sees((path,), document.source) for document in documents):
                yield key.visitor.name, path


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    done = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(done)  # all is closed; a native library's thread at the interpreter's end may abort it (seen once)
