"""The same bot on Flask's own threaded server, a thread for each connection: what `load` compares ours with."""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import replace

from bot.bot import Bot
from bot.config import load_config
from bot.web.app import create_app


def main() -> int:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plain", description=__doc__)
    parser.add_argument("--index")
    parser.add_argument("--host")
    parser.add_argument("--port")
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    config = load_config(None).overridden(index=options.index, host=options.host, port=options.port)
    config = replace(config, server=replace(config.server, threads=64))  # all that come work at once
    create_app(Bot.open(config), config).run(config.server.host, config.server.port, threaded=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
