"""A burst of mentions in Slack, with copies and kills, and how long one answer takes: `python -m benchmarks slack`.

`python server.py` runs in a process of its own, connected by Socket Mode to the tests' stand-in for Slack, which sends
what Slack sends: mentions, each perhaps again under the same event's id, or as a message under another's. What was not
acknowledged when the server was killed is sent again to the next one, as Slack does. While none hears, none is sent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.slack.inbox import FILE
from bot.slack.words import EN, ZH
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER, SlackServer

START = 120.0  # seconds that a server may take until it hears Slack
STILL = 60.0  # seconds without an answer after which no more are waited for
LATE = 2.0  # seconds that are waited for what should not come
CALM = 200  # mentions one after the other, for the time of one
REFUSED = {words.full for words in (ZH, EN)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, and what goes wrong."""

    events: int
    rate: int  # events a second
    channels: int
    copies: float  # the part of the events that come for the second time
    kills: int
    waiting: int  # questions that the bot takes in hand


@dataclass(slots=True)
class Sent:
    """An event that was sent, perhaps several times, until it was acknowledged."""

    payload: dict[str, Any]
    envelopes: list[tuple[str, float]] = field(default_factory=list)  # their ids, and when each was sent


class Servers:
    """One server after the other over the same index, each connected to Slack before it counts as started."""

    def __init__(self, root: Path, folder: Path, slack: SlackServer, waiting: int) -> None:
        config = folder / "config.toml"
        config.write_text(f"[slack]\nwaiting = {waiting}\n", encoding="utf-8")
        index = ["--config", str(config), "--index", str(folder / "index")]
        self._command = [sys.executable, "server.py", *index]
        self._root, self._slack, self._log = root, slack, folder / "log"
        tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.address}
        self._environ = os.environ | tokens
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts a server and waits until it hears Slack. Raises RuntimeError, with its log, where it does not."""
        heard = len(self._slack.sockets)
        with self._log.open("ab") as log:
            port = ["--port", str(_free_port())]
            process = self._process = subprocess.Popen(
                [*self._command, *port], cwd=self._root, env=self._environ, stdout=subprocess.DEVNULL, stderr=log
            )
        self._slack.wait(lambda: len(self._slack.sockets) > heard or process.poll() is not None, START)
        if process.poll() is not None:
            raise RuntimeError(f"the server did not start: {self._log.read_text(encoding='utf-8')[-1000:]}")

    def kill(self) -> None:
        """Ends the server with SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


def main(arguments: Sequence[str], shared: Path, root: Path, work: Path) -> int:
    """Sends a burst and prints what came of it; its exit status, 1 where a question was not answered exactly once."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks slack", description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=work / "news", help="the index that answers (that of `news`)")
    parser.add_argument("--questions", type=Path, default=shared / "eval" / "news-qa-dev.jsonl", metavar="FILE")
    parser.add_argument("--events", type=int, default=10_000, metavar="N")
    parser.add_argument("--rate", type=int, default=100, metavar="N", help="events a second (100)")
    parser.add_argument("--channels", type=int, default=500, metavar="N")
    parser.add_argument("--copies", type=float, default=0.3, metavar="PART", help="events that are copies (0.3)")
    parser.add_argument("--kills", type=int, default=10, metavar="N")
    parser.add_argument("--waiting", type=int, default=100_000, metavar="N", help="[slack] waiting (100000)")
    options = parser.parse_args(arguments)
    if not options.questions.exists() or not (options.index / "current").exists():
        parser.error("it takes labelled questions (--questions), and an index (--index)")
    lines = options.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    plan = Plan(options.events, options.rate, options.channels, options.copies, options.kills, options.waiting)
    with tempfile.TemporaryDirectory() as name, SlackServer() as slack:
        folder = Path(name)
        _borrow(options.index.absolute(), folder / "index")
        servers = Servers(root, folder, slack, plan.waiting)
        servers.start()
        try:
            calm = _calm(slack, questions)
            slack.messages.clear()
            rows, good = _measured(plan, servers, slack, questions)
        finally:
            servers.kill()
    cuts = quantiles(calm, n=100)
    rows |= {f"ms from a mention to its answer, p50 and p95 of {CALM}": f"{cuts[49]:.0f} and {cuts[94]:.0f}"}
    print("\n".join(["| what | figure |", "| --- | --- |", *(f"| {name} | {told} |" for name, told in rows.items())]))
    return int(not good)


def _borrow(index: Path, folder: Path) -> None:
    """A folder with all of an index but what was ever asked of it in Slack."""
    folder.mkdir()
    for item in index.iterdir():
        if not item.name.startswith(FILE):
            folder.joinpath(item.name).symlink_to(item)


def _calm(slack: SlackServer, questions: Sequence[str]) -> list[float]:
    """Milliseconds from a mention to its answer, each after the one before was answered."""
    took = []
    for number in range(CALM):
        began = time.monotonic()
        slack.send(_payload(f"CALM{number}", number, questions[number % len(questions)], "app_mention"))
        slack.wait(partial(_has, slack, number + 1), START)
        posted = [call.at for call in slack.calls if call.method == "chat.postMessage"]
        took.append(1000 * (posted[-1] - began))
    return took


def _measured(
    plan: Plan, servers: Servers, slack: SlackServer, questions: Sequence[str]
) -> tuple[dict[str, str], bool]:
    """What came of a burst, by name, and whether every question was answered exactly once, or refused."""
    sent = list(burst(plan, questions))
    distinct = {(one.payload["event"]["channel"], one.payload["event"]["ts"]) for one in sent}
    kills = [len(distinct) * (number + 1) // (plan.kills + 1) for number in range(plan.kills)]
    began = time.monotonic()
    _send_all(sent, plan.rate, kills, servers, slack)
    lasted = time.monotonic() - began
    _drain(sent, len(distinct), kills, servers, slack)
    drained = time.monotonic() - began - lasted - LATE
    acks = [1000 * (slack.acks[name] - at) for one in sent for name, at in one.envelopes if name in slack.acks]
    cuts = quantiles(acks, n=100)
    refused = {(said["channel"], said["thread_ts"]) for said in slack.messages if said["text"] in REFUSED}
    times = Counter((said["channel"], said["thread_ts"]) for said in slack.messages)
    once = sum(times[key] == 1 for key in distinct - refused)
    twice = sum(count > 1 for count in times.values())
    rows = {
        "events": f"{len(sent)}, {len(sent) - len(distinct)} of them copies, over {plan.channels} channels",
        "kills": str(plan.kills - len(kills)),
        "questions answered once, twice, never": f"{once}, {twice}, {len(distinct - set(times))} of {len(distinct)}",
        "refused with a line, for too many waited": str(len(refused)),
        "ms to the acknowledgement, p50, p99 and longest": f"{cuts[49]:.0f}, {cuts[98]:.0f} and {max(acks):.0f}",
        "s of the burst, and until all was answered": f"{lasted:.0f} and {drained:.0f}",
        "s between two messages in a channel, the least": f"{_least_pace(slack, began):.2f}",
    }
    return rows, not twice and once == len(distinct) - len(refused)


def _send_all(sent: Sequence[Sent], rate: int, kills: list[int], servers: Servers, slack: SlackServer) -> None:
    """Sends the events at their rate; the server is killed each time that so many were answered as `kills` says."""
    began = time.monotonic()
    for number, one in enumerate(sent):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        _send(slack, one)
        if kills and len(slack.messages) >= kills[0]:
            kills.pop(0)
            began += _kill(servers, slack, sent[: number + 1])


def _drain(sent: Sequence[Sent], questions: int, kills: list[int], servers: Servers, slack: SlackServer) -> None:
    """Waits until all is answered, or nothing was for a while; the server is killed as before."""
    seen, still = -1, time.monotonic()
    while len(slack.messages) < questions and time.monotonic() - still < STILL:
        if len(slack.messages) != seen:
            seen, still = len(slack.messages), time.monotonic()
        if kills and seen >= kills[0]:
            kills.pop(0)
            _kill(servers, slack, sent)
        time.sleep(0.1)
    time.sleep(LATE)


def _kill(servers: Servers, slack: SlackServer, sent: Sequence[Sent]) -> float:
    """Kills the server, starts the next, and sends it what was not acknowledged; the seconds that this took."""
    at = time.monotonic()
    servers.kill()
    servers.start()
    for one in sent:
        if not any(name in slack.acks for name, _ in one.envelopes):
            _send(slack, one)
    return time.monotonic() - at


def _send(slack: SlackServer, one: Sent) -> None:
    at = time.monotonic()
    one.envelopes.append((slack.send(one.payload), at))


def burst(plan: Plan, questions: Sequence[str]) -> Iterator[Sent]:
    """The mentions in their order, and among them the copies, each within the next few hundred events."""
    chance = random.Random(0)
    copies = round(plan.events * plan.copies)
    timed: list[tuple[float, dict[str, Any]]] = []
    for number in range(plan.events - copies):
        channel = f"C{number % plan.channels:04d}"
        timed.append((number, _payload(channel, number, questions[number % len(questions)], "app_mention")))
    for number in chance.sample(range(plan.events - copies), copies):
        first = timed[number][1]
        copy = first if chance.random() < 0.5 else _as_message(first)
        timed.append((number + chance.uniform(-20, 300), copy))
    return (Sent(payload) for _, payload in sorted(timed, key=lambda one: one[0]))


def _payload(channel: str, number: int, question: str, kind: str) -> dict[str, Any]:
    event = {"type": kind, "user": "U1", "channel": channel, "ts": f"1800000000.{number:06d}"}
    event |= {"text": f"<@{BOT_USER}> {question}"}
    return {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{channel}{number}", "event": event}


def _as_message(payload: dict[str, Any]) -> dict[str, Any]:
    event = payload["event"] | {"type": "message", "channel_type": "channel"}
    return payload | {"event_id": payload["event_id"] + "m", "event": event}


def _least_pace(slack: SlackServer, began: float) -> float:
    """The least seconds between two messages that were posted to one channel."""
    posts: dict[str, list[float]] = {}
    for call in slack.calls:
        if call.method == "chat.postMessage" and call.at > began:
            posts.setdefault(call.body["channel"], []).append(call.at)
    return min((later - earlier for times in posts.values() for earlier, later in pairwise(times)), default=0.0)


def _has(slack: SlackServer, messages: int) -> bool:
    return len(slack.messages) >= messages


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
