"""Opens the bot and serves it: web page, HTTP and, where its tokens are set, Slack."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from bot.access import VARIABLE, Keyring, refuse_if_open, sees
from bot.bot import Bot
from bot.config import Config, load_config
from bot.errors import BadConfig, BadInput, BotError
from bot.jobs import IndexJob
from bot.listening import bind
from bot.serving import Serving
from bot.slack.app import add_slack_routes, create_slack, start_socket
from bot.slack.tokens import read_tokens
from bot.types import Question
from bot.watcher import Watcher
from bot.web import logs
from bot.web.app import create_app

log = logging.getLogger("bot.server")
WARM_UP = "预热的问题有多少"  # whatever is answered: the model, the index and the reader have then worked once


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
        pass
    print("stopped", file=sys.stderr)
    return 0


def serve(config: Config, environ: Mapping[str, str]) -> None:
    """Opens the bot, listens, and answers until SIGINT or SIGTERM. Raises BotError where it cannot."""
    logs.set_up(config.log)
    bound = bind(config.server.host, config.server.port)  # first: a taken port is told at once
    config = replace(config, server=replace(config.server, port=bound.getsockname()[1]))
    read_tokens(environ)  # a malformed one is told before the model takes its seconds
    keyring = Keyring.read(environ, dict(config.access.sources), config.server.is_local)
    refuse_if_open(keyring, config.server.url, config.server.is_local, config.server.open)
    if not keyring.keys and not config.server.is_local:
        log.warning("whoever reaches %s may ask and read: %s is not set", config.server.url, VARIABLE)
    bot = Bot.open(config)
    bot.ask(Question(WARM_UP))
    for name, path in _unseen(keyring, bot):
        log.warning("[access] sources grants %s to %s, but nothing in the index lies there; mend its name", path, name)
    with ExitStack() as open_now:  # closed from the last to the first
        open_now.callback(bot.close)
        job = IndexJob(config, bot.encoder)
        app = create_app(bot, config, environ, job)
        open_now.callback(app.extensions["journal"].close)
        slack = create_slack(bot, config, environ, app.extensions["journal"], job)
        serving = Serving(app, bound, config)
        if slack is not None:
            add_slack_routes(app, slack.app)
            open_now.callback(slack.close)
            slack.start()
            events = start_socket(slack.app, environ)
            if events is not None:
                open_now.callback(events.close)
        open_now.callback(job.close)
        if config.documents.watch:
            watcher = Watcher(config, job)
            open_now.callback(watcher.close)
            watcher.start()
        if config.upload_folder and config.upload_folder.exists():
            job.start([config.upload_folder])  # what came before a restart, and is not in an index made since
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, serving.stop)
        print(f"Ready: http://{config.server.host}:{config.server.port}{' and Slack' if slack else ''}", flush=True)
        serving.run()


def _unseen(keyring: Keyring, bot: Bot) -> Iterator[tuple[str, str]]:
    """The sources that tokens are granted and that the index does not have, each after the token's name."""
    documents = bot.overview().documents
    for key in keyring.keys:
        for path in key.visitor.visible or ():
            if not any(sees((path,), document.source) for document in documents):
                yield key.visitor.name, path


if __name__ == "__main__":
    done = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(done)  # all is closed; a native library's thread at the interpreter's end may abort it (seen once)
