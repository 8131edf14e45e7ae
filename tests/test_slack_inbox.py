"""The inbox and the poster over a clock of the test's own: once, in order, at Slack's pace, whoever is killed when."""

from __future__ import annotations

import dataclasses
import itertools
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.config import Config
from bot.database import rows
from bot.slack.desk import Desk
from bot.slack.inbox import FILE, FULL_NOTICE, LEASE, PACE, Arrival, Entry, Inbox, State, Stored
from bot.slack.listeners import on_message
from bot.slack.post import ATTEMPTS, Poster, retry_after
from bot.slack.worker import Workers
from tests.fakes import FakeBot
from tests.slack_server import BOT_USER
from tests.slack_workspace import envelope, journal_of, mention

FULL = '{"text": "full", "blocks": []}'
REPLY = '{"text": "3.01亿元", "blocks": []}'


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeSlack:
    """Slack's Web API in memory: what was posted and when, and what goes wrong with the next posts."""

    clock: Clock
    posted: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def chat_postMessage(self, **message: Any) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("", "killed after", "lost after", "500 after"):
            self.posted.append((self.clock(), message))
        if fault.startswith("killed"):
            raise Killed
        if fault.startswith("lost"):
            raise RemoteDisconnected if fault == "lost after" else TimeoutError
        if fault:
            status, _, seconds = fault.partition(" ")
            raise refusal(int(status), {"Retry-After": seconds} if status == "429" else {})

    def conversations_replies(self, channel: str, ts: str, **_: Any) -> list[dict[str, Any]]:
        told = [said for _, said in self.posted if (said["channel"], said["thread_ts"]) == (channel, ts)]
        return [{"messages": [{"text": "?"}]}, {"messages": told}]

    @property
    def answered(self) -> list[str]:
        """The events that were answered, in order."""
        return [said["metadata"]["event_payload"]["event_id"] for _, said in self.posted]


def refusal(status: int, headers: dict[str, str], error: str = "internal_error") -> SlackApiError:
    data = {"ok": False, "error": error if status == 200 else "not JSON"}
    response = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=data, headers=headers, status_code=status
    )
    return SlackApiError("", response)


def arrival(number: int, channel: str = "C1", thread: str = "", event: str = "") -> Arrival:
    ts = f"1.{number:06d}"
    event_id = event or f"Ev{number}"
    return Arrival(event_id, "T1", channel, ts, thread or ts, thread or ts, f"第{number}问")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(tmp_path: Path, clock: Clock) -> Inbox:
    return Inbox(tmp_path, 3, 90, clock)


def answer(inbox: Inbox) -> Entry:
    """Answers the next question."""
    entry = inbox.take_question()
    assert entry is not None
    inbox.ready(entry, REPLY, f"明白了{entry.text}")
    return entry


def post(inbox: Inbox, slack: FakeSlack) -> bool:
    """Posts the next reply, if there is one that may be posted now."""
    entry = inbox.take_reply()
    if entry is not None:
        Poster(inbox, slack).post(entry)  # type: ignore[arg-type]
    return entry is not None


def texts_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob(f"{FILE}*"))


# What is kept


def test_a_message_is_kept_once_whatever_events_bring_it(inbox: Inbox) -> None:
    assert inbox.store(arrival(1), FULL) is Stored.NEW
    assert inbox.store(arrival(1), FULL) is Stored.KNOWN  # Slack's retry
    assert inbox.store(arrival(1, event="Ev9"), FULL) is Stored.KNOWN  # the mention as a message
    assert inbox.store(dataclasses.replace(arrival(2), event_id="Ev1"), FULL) is Stored.KNOWN
    assert inbox.store(arrival(2), FULL) is Stored.NEW
    assert inbox.counts()[State.RECEIVED] == 2


def test_the_file_is_its_owners_and_holds_no_question_once_it_is_answered(
    inbox: Inbox, clock: Clock, tmp_path: Path
) -> None:
    inbox.store(arrival(1), FULL)
    answer(inbox)
    post(inbox, FakeSlack(clock))
    inbox.close()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    stored = texts_in(tmp_path)
    assert "明白了第1问".encode() in stored  # for the follow-up
    assert stored.count("第1问".encode()) == 1
    assert "3.01亿元".encode() not in stored


def test_of_a_conversation_the_last_question_alone_is_kept_and_for_a_week(
    inbox: Inbox, clock: Clock, tmp_path: Path
) -> None:
    inbox.store(arrival(1), FULL)
    inbox.store(arrival(2, thread=arrival(1).ts), FULL)
    answer(inbox)
    answer(inbox)
    kept = "SELECT understood FROM messages WHERE understood != ''"
    inbox.beat()
    assert list(rows(tmp_path / FILE, kept)) == [("明白了第2问",)]
    clock.now += 7 * 86400 + 1
    inbox.beat()
    assert list(rows(tmp_path / FILE, kept)) == []


def test_who_has_done_a_part_of_the_work_does_not_give_up_what_another_thread_took_since(
    inbox: Inbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(FakeBot(), Config(), journal_of(Config()))  # type: ignore[arg-type]
    workers = Workers(desk, inbox, FakeSlack(clock))  # type: ignore[arg-type]
    ready = inbox.ready

    def taken_at_once(entry: Entry, reply: str, understood: str) -> None:
        ready(entry, reply, understood)
        assert inbox.take_reply() is not None  # by a thread that posts

    monkeypatch.setattr(inbox, "ready", taken_at_once)
    inbox.store(arrival(1), FULL)
    assert workers._answer()
    inbox.beat()
    assert inbox.counts()[State.POSTING] == 1
    assert inbox.take_reply() is None


def test_what_was_done_is_forgotten_after_the_days_it_is_kept_and_what_waits_is_not(inbox: Inbox, clock: Clock) -> None:
    inbox.store(arrival(1, "C1"), FULL)
    inbox.store(arrival(2, "C2"), FULL)
    answer(inbox)
    post(inbox, FakeSlack(clock))
    clock.now += 90 * 86400 + 1
    inbox.beat()
    assert {state: count for state, count in inbox.counts().items() if count} == {State.RECEIVED: 1}


def test_a_question_has_the_one_before_in_its_conversation_as_it_was_understood(inbox: Inbox, clock: Clock) -> None:
    inbox.store(arrival(1), FULL)
    inbox.store(arrival(2, thread=arrival(1).ts), FULL)
    inbox.store(arrival(3), FULL)
    assert answer(inbox).previous is None
    assert answer(inbox).previous == "明白了第1问"
    assert answer(inbox).previous is None


def test_a_follow_up_waits_until_the_question_before_it_is_answered_and_others_do_not(inbox: Inbox) -> None:
    inbox.store(arrival(1), FULL)
    inbox.store(arrival(2, thread=arrival(1).ts), FULL)
    inbox.store(arrival(3), FULL)
    first, third = inbox.take_question(), inbox.take_question()
    assert first and third and (first.text, third.text) == ("第1问", "第3问")
    assert inbox.take_question() is None
    inbox.ready(first, REPLY, "第1问")
    assert answer(inbox).text == "第2问"


def test_the_threads_where_it_answers_are_known_from_the_first_question_on(inbox: Inbox) -> None:
    assert not inbox.answers_in("C1", arrival(1).ts)
    inbox.store(arrival(1), FULL)
    assert inbox.answers_in("C1", arrival(1).ts)
    assert not inbox.answers_in("C2", arrival(1).ts)


# The pace


def test_a_channel_gets_a_message_a_second_in_the_order_of_its_questions(inbox: Inbox, clock: Clock) -> None:
    slack = FakeSlack(clock)
    for number, channel in enumerate(["C1", "C1", "C2"]):
        inbox.store(arrival(number, channel), FULL)
    entries = [inbox.take_question() for _ in range(3)]
    for entry in reversed(entries):  # answered in another order
        assert entry is not None
        assert inbox.ready(entry, REPLY, "") is None
    assert post(inbox, slack)
    assert post(inbox, slack)
    assert not post(inbox, slack)
    clock.now += PACE
    assert post(inbox, slack)
    assert slack.answered == ["Ev0", "Ev2", "Ev1"]


def test_all_channels_wait_as_long_as_slack_asks(inbox: Inbox, clock: Clock) -> None:
    slack = FakeSlack(clock, faults=["429 30"])
    for number in range(2):
        inbox.store(arrival(number, f"C{number}"), FULL)
        answer(inbox)
    assert post(inbox, slack)
    clock.now += 29
    assert not post(inbox, slack)
    clock.now += 1
    assert post(inbox, slack) and post(inbox, slack)
    assert slack.answered == ["Ev0", "Ev1"]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (refusal(429, {"Retry-After": "7"}), 7.0),
        (refusal(429, {"retry-after": "7"}), 7.0),
        (refusal(429, {}), 1.0),
        (refusal(429, {"Retry-After": "soon"}), 1.0),
        (refusal(200, {}, "ratelimited"), 1.0),
        (refusal(503, {}), None),
        (refusal(200, {}, "not_in_channel"), None),
    ],
)
def test_how_long_slack_asks_to_wait_is_read_from_its_header(error: SlackApiError, seconds: float | None) -> None:
    assert retry_after(error) == seconds


@pytest.mark.parametrize("fault", ["500", "503", "500 after", "lost before", "lost after"])
def test_where_slack_fails_a_reply_is_tried_again_and_stands_once(inbox: Inbox, clock: Clock, fault: str) -> None:
    slack = FakeSlack(clock, faults=[fault, fault])
    inbox.store(arrival(1), FULL)
    answer(inbox)
    for _ in range(3):
        post(inbox, slack)
        clock.now += 2
    assert slack.answered == ["Ev1"]
    assert inbox.counts()[State.POSTED] == 1


def test_a_reply_is_given_up_after_some_attempts(inbox: Inbox, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    slack = FakeSlack(clock, faults=["500"] * 100)
    inbox.store(arrival(1), FULL)
    answer(inbox)
    for _ in range(ATTEMPTS):
        assert post(inbox, slack)
        clock.now += 60
    assert (len(slack.faults), inbox.counts()[State.LEFT]) == (100 - ATTEMPTS, 1)
    assert caplog.messages[-1] == "Slack did not take an answer in 20 attempts (500); it is given up"
    assert caplog.messages[:3] == [f"Slack did not take an answer (500); trying again in {n} s" for n in (1, 2, 4)]


# The bound


def test_more_than_may_wait_is_refused_with_a_line_once_a_channel_a_minute(inbox: Inbox, clock: Clock) -> None:
    slack = FakeSlack(clock)
    for number in range(3):
        assert inbox.store(arrival(number), FULL) is Stored.NEW
    for number in range(3, 6):
        assert inbox.store(arrival(number), FULL) is Stored.FULL
    assert inbox.store(arrival(3), FULL) is Stored.KNOWN
    assert post(inbox, slack)  # before the questions that wait
    assert [said["text"] for _, said in slack.posted] == ["full"]
    clock.now += FULL_NOTICE
    assert not post(inbox, slack)
    inbox.store(arrival(6), FULL)
    assert post(inbox, slack)
    assert inbox.counts() == {**dict.fromkeys(State, 0), State.RECEIVED: 3, State.REFUSED: 4}
    assert not inbox.answers_in("C1", arrival(3).ts)


# Who takes what


def test_what_a_dead_process_had_is_done_by_another_and_not_before_it_is_dead(tmp_path: Path, clock: Clock) -> None:
    dead, alive = Inbox(tmp_path, 3, 90, clock), Inbox(tmp_path, 3, 90, clock)
    dead.beat()
    dead.store(arrival(1), FULL)
    assert dead.take_question()
    clock.now += LEASE - 0.1
    alive.beat()
    assert alive.take_question() is None
    clock.now += 0.1
    alive.beat()
    assert answer(alive).text == "第1问"


def test_a_process_that_was_thought_dead_does_not_post_what_another_has(tmp_path: Path, clock: Clock) -> None:
    asleep, alive = Inbox(tmp_path, 3, 90, clock), Inbox(tmp_path, 3, 90, clock)
    asleep.beat()
    asleep.store(arrival(1), FULL)
    answer(asleep)
    late = asleep.take_reply()
    clock.now += LEASE
    alive.beat()
    slack = FakeSlack(clock)
    assert late is not None
    assert post(alive, slack)
    Poster(asleep, slack).post(late)  # type: ignore[arg-type]
    assert slack.answered == ["Ev1"]


def test_a_process_that_ends_gives_back_what_it_has(tmp_path: Path, clock: Clock) -> None:
    ended, other = Inbox(tmp_path, 3, 90, clock), Inbox(tmp_path, 3, 90, clock)
    ended.beat()
    ended.store(arrival(1), FULL)
    assert ended.take_question()
    ended.close()
    assert answer(other).text == "第1问"


def test_eyes_are_for_what_takes_long_and_go_when_it_is_done(inbox: Inbox, clock: Clock) -> None:
    inbox.store(arrival(1), FULL)
    assert inbox.take_slow(1) is None
    clock.now += 1.1
    slow = inbox.take_slow(1)
    assert slow is not None and slow.ts == arrival(1).ts
    assert inbox.take_slow(1) is None
    assert inbox.take_done() is None
    answer(inbox)
    post(inbox, FakeSlack(clock))
    assert inbox.is_busy()
    done = inbox.take_done()
    assert done is not None and done.ts == arrival(1).ts
    assert inbox.take_done() is None
    assert not inbox.is_busy()


# Everything at once

FAULTS = st.sampled_from(
    ["", "", "", "killed before", "killed after", "lost before", "lost after", "500", "500 after", "429 2"]
)


def body(kind: str, number: int) -> dict[str, Any]:
    """A mention as one of the two events that bring it, or, of every third message, what is not for the bot."""
    told = f"<@{BOT_USER}> 第{number}问" if number % 3 else "好的，收到"
    thread = {"thread_ts": f"1.{number - 2:06d}"} if number in (4, 5) else {}
    event = mention(told, type=kind, channel=f"C{number % 2}", ts=f"1.{number:06d}", channel_type="channel", **thread)
    return envelope(event, f"Ev{number}{kind}")


COPIES = [
    body(kind, number)
    for number in range(1, 9)
    for kind in ("app_mention", "message")
    if number % 3 or kind == "message"
]
STEPS = st.one_of(
    st.sampled_from(COPIES),
    st.sampled_from(["answer", "post", "killed in answer", "beat", "second", "lease"]),
)


class Office:
    """Two processes that share an inbox; one that is killed is followed by another."""

    def __init__(self, folder: Path, faults: Sequence[str]) -> None:
        self.folder = folder
        self.clock = Clock()
        self.slack = FakeSlack(self.clock, faults=list(faults))
        self.desk = Desk(cast("Any", FakeBot()), Config(), journal_of(Config(base=folder)))
        self.processes = [self._process(), self._process()]

    def _process(self) -> Inbox:
        inbox = Inbox(self.folder, 100, 90, self.clock)
        inbox.beat()
        return inbox

    def step(self, step: dict[str, Any] | str, which: int) -> None:
        inbox = self.processes[which]
        match step:
            case dict():
                on_message(self.desk, inbox, step, BOT_USER)
            case "answer":
                if entry := inbox.take_question():
                    inbox.ready(entry, REPLY, "")
            case "killed in answer":
                inbox.take_question()
                self.processes[which] = self._process()
            case "post":
                try:
                    post(inbox, self.slack)
                except Killed:
                    self.processes[which] = self._process()
            case "beat":
                inbox.beat()
            case "second":
                self.clock.now += 1
            case "lease":
                self.clock.now += LEASE

    def finish(self) -> None:
        """Does all that is left, with a Slack that is well again."""
        for copy in COPIES:  # Slack sends again what it saw no acknowledgement for
            self.step(copy, 0)
        while self.processes[0].is_busy():
            for step in ("lease", "beat", "answer", "post"):
                self.step(step, 0)


@settings(deadline=None, max_examples=60)
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 1)), max_size=40), faults=st.lists(FAULTS, max_size=12))
def test_every_message_is_answered_once_in_its_channels_order_and_pace_whatever_comes_twice_fails_or_is_killed(
    steps: list[tuple[dict[str, Any] | str, int]], faults: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), faults)
        for step, which in steps:
            office.step(step, which)
        office.finish()
        first: dict[str, dict[str, None]] = {}  # the messages for the bot, by channel, in the order they first came
        for event in (step["event"] for step in [*(step for step, _ in steps), *COPIES] if isinstance(step, dict)):
            if BOT_USER in event["text"]:
                first.setdefault(event["channel"], {})[event["ts"]] = None
        assert {told["channel"] for _, told in office.slack.posted} == set(first)
        for channel, order in first.items():
            said = [(at, told) for at, told in office.slack.posted if told["channel"] == channel]
            assert [told["metadata"]["event_payload"]["message_ts"] for _, told in said] == list(order)
            times = [at for at, _ in said]
            assert all(later - earlier >= PACE for earlier, later in itertools.pairwise(times))
