"""A bot in Slack by Socket Mode in a process of its own, to be killed: `python -m tests.slack_process FOLDER SECONDS`.

It answers as FakeBot does, after so many seconds; what it keeps lies in the folder. The environment has the tokens.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any, cast

from bot.config import Config
from bot.slack.app import create_slack, start_socket
from bot.types import Answer, Question
from tests.fakes import FakeBot
from tests.slack_workspace import in_folder, journal_of


class LateBot(FakeBot):
    """Answers after some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def ask(self, question: Question) -> Answer:
        time.sleep(self.seconds)
        return super().ask(question)


def main() -> None:
    config = in_folder(Config(), Path(sys.argv[1]))
    slack = create_slack(cast("Any", LateBot(float(sys.argv[2]))), config, os.environ, journal_of(config))
    assert slack is not None
    slack.start()
    start_socket(slack.app, os.environ)
    Event().wait()


if __name__ == "__main__":
    main()
