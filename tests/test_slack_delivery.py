"""That every question in Slack is answered once, in its place: processes killed, sockets dropped, Slack failing."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any

import pytest

from bot.config import config_from
from bot.slack.inbox import FILE, Inbox, State
from bot.slack.post import EVENT_TYPE
from bot.slack.words import EN, ZH
from tests.fake_encoder import ROOT
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER, Fault, SlackServer
from tests.slack_workspace import QUESTION, SlowBot, Workspace, direct, envelope, mention

ANSWER = "3.01亿元"


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as running:
        yield running


@pytest.fixture
def started(server: SlackServer, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a bot in a process of its own and waits until it hears Slack; all share a folder."""
    running: list[subprocess.Popen[bytes]] = []
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": server.address}

    def start(seconds: float = 0) -> subprocess.Popen[bytes]:
        heard = len(server.sockets)
        call = [sys.executable, "-m", "tests.slack_process", str(tmp_path), str(seconds)]
        running.append(subprocess.Popen(call, cwd=ROOT, env=os.environ | tokens))
        server.wait(lambda: len(server.sockets) > heard, 30)
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # SIGKILL
    process.wait()


def send(server: SlackServer, event: dict[str, Any], event_id: str = "Ev1", socket: int = -1) -> None:
    """Sends an event and waits for its acknowledgement."""
    sent = server.send(envelope(event, event_id), socket=socket)
    server.wait(lambda: server.acked(sent))


def inbox_of(folder: Path) -> dict[str, int]:
    """How far the messages in a folder's inbox are."""
    return {state: count for state, count in Inbox(folder / ".index", 1, 1).counts().items() if count}


# Kills, processes, sockets


def test_a_question_whose_process_is_killed_between_acknowledgement_and_reply_is_answered_by_the_next(
    server: SlackServer, started: Callable[..., Any]
) -> None:
    first = started(seconds=60)
    send(server, mention())
    kill(first)
    assert server.messages == []
    started()
    server.wait(lambda: server.messages, 20)
    [said] = server.messages
    assert (said["channel"], said["thread_ts"], said["text"][:6]) == ("C1", "1700000000.000100", ANSWER)


@pytest.mark.parametrize(
    "fault", [Fault(seconds=60), Fault(status=500, seconds=60)], ids=["Slack took it", "Slack took nothing"]
)
def test_a_reply_whose_process_is_killed_while_it_posts_stands_once(
    server: SlackServer, started: Callable[..., Any], tmp_path: Path, fault: Fault
) -> None:
    server.faults["chat.postMessage"] = [fault]
    first = started()
    send(server, mention())
    server.wait(lambda: server.sent("chat.postMessage") and len(server.messages) == (fault.status == 200))
    kill(first)
    assert inbox_of(tmp_path) == {State.POSTING: 1}
    started()
    server.wait(lambda: inbox_of(tmp_path) == {State.POSTED: 1}, 20)
    assert [said["metadata"]["event_payload"]["event_id"] for said in server.messages] == ["Ev1"]
    assert len(server.sent("conversations.replies")) == 1


def test_two_processes_answer_a_message_once_whichever_of_its_events_each_of_them_gets(
    server: SlackServer, started: Callable[..., Any], tmp_path: Path
) -> None:
    started(), started()
    for number in range(10):
        event = mention(ts=f"1.{number:06d}", channel=f"C{number}")
        for socket in (0, 1):
            send(server, event, f"Ev{number}", socket)
            send(server, event | {"type": "message", "channel_type": "channel"}, f"Ev{number}m", socket)
    server.wait(lambda: inbox_of(tmp_path) == {State.POSTED: 10}, 20)
    assert sorted(said["thread_ts"] for said in server.messages) == [f"1.{number:06d}" for number in range(10)]


def test_a_dropped_socket_comes_back_and_what_was_in_hand_is_answered(
    server: SlackServer, started: Callable[..., Any]
) -> None:
    started(seconds=1)
    send(server, mention(ts="1.1"), "Ev1")
    server.sockets[0].socket.shutdown(SHUT_RDWR)  # not a word of farewell
    server.wait(lambda: len(server.sockets) == 2, 30)
    server.wait(lambda: server.messages)
    send(server, mention(ts="1.1"), "Ev1")  # Slack did not see the acknowledgement
    send(server, mention(ts="1.2"), "Ev2")
    server.wait(lambda: len(server.messages) == 2)
    assert [said["thread_ts"] for said in server.messages] == ["1.1", "1.2"]


def test_what_waits_when_the_bot_ends_is_answered_after_its_next_start(
    server: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    server.faults["chat.postMessage"] = [Fault(status=503)]
    workspace = Workspace(server, folder=tmp_path)
    workspace.event(mention())
    server.wait(lambda: server.sent("chat.postMessage"))
    workspace.close()
    assert server.messages == []
    Workspace(server, folder=tmp_path).finish()
    assert len(server.messages) == 1
    assert caplog.messages[-1] == "Slack: 1 messages wait to be answered"


@pytest.mark.parametrize(
    "fault", [Fault(status=429, retry_after=1), Fault(status=500), Fault(status=503)], ids=["429", "500", "503"]
)
def test_an_event_that_comes_while_slack_fails_to_say_who_the_bot_is_is_not_acknowledged(
    server: SlackServer, fault: Fault
) -> None:
    server.faults["auth.test"] = [fault]
    workspace = Workspace(server)
    assert workspace.event(mention()).status_code == 500
    assert workspace.event(mention()).status_code == 200
    assert len(workspace.posts()) == 1
    assert len(server.sent("auth.test")) == 2


def test_a_command_in_hand_when_the_bot_ends_is_answered(server: SlackServer) -> None:
    bot = SlowBot()
    workspace = Workspace(server, bot)
    assert workspace.command(QUESTION).status_code == 200
    threading.Timer(0.3, bot.go.set).start()
    workspace.close()
    [response] = server.sent("response")
    assert ANSWER in response["text"]


def test_an_event_that_cannot_be_stored_is_not_acknowledged_so_that_slack_sends_it_again(
    server: SlackServer, tmp_path: Path
) -> None:
    taken = tmp_path / ".index" / FILE
    taken.mkdir(parents=True)
    broken = Workspace(server, folder=tmp_path)
    assert broken.event(mention()).status_code == 500
    broken.close()
    taken.rmdir()
    mended = Workspace(server, folder=tmp_path)
    assert mended.event(mention()).status_code == 200
    assert len(mended.posts()) == 1


@pytest.mark.parametrize("method", ["ready", "posted"])
def test_a_disk_that_fails_for_a_moment_costs_no_answer_and_none_twice(
    server: SlackServer, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    works, failures = getattr(Inbox, method), [sqlite3.OperationalError("disk I/O error")]

    def fails_once(inbox: Inbox, *arguments: Any) -> None:
        if failures:
            raise failures.pop()
        works(inbox, *arguments)

    monkeypatch.setattr(Inbox, method, fails_once)
    workspace = Workspace(server)
    workspace.event(mention())
    workspace.finish()
    assert len(server.messages) == 1
    assert workspace.inbox.counts()[State.POSTED] == 1


# Slack failing


def test_a_reply_has_its_event_as_metadata(server: SlackServer) -> None:
    workspace = Workspace(server)
    workspace.event(mention())
    [post] = workspace.posts()
    payload = {"event_id": "Ev1", "message_ts": "1700000000.000100"}
    assert post["metadata"] == {"event_type": EVENT_TYPE, "event_payload": payload}


def test_retry_after_is_obeyed_in_every_channel(server: SlackServer) -> None:
    server.faults["chat.postMessage"] = [Fault(status=429, retry_after=2)]
    workspace = Workspace(server)
    workspace.event(mention(), "Ev1")
    server.wait(lambda: server.sent("chat.postMessage"))
    time.sleep(0.2)
    workspace.event(mention(channel="C2"), "Ev2")
    workspace.finish()
    first, *others = [call.at for call in server.calls if call.method == "chat.postMessage"]
    assert sorted(said["channel"] for said in server.messages) == ["C1", "C2"]
    assert min(others) - first >= 2


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=503, done=True), Fault(status=504, done=True, seconds=0.3)]
)
def test_where_slacks_servers_fail_the_reply_stands_once(server: SlackServer, fault: Fault) -> None:
    server.faults["chat.postMessage"] = [fault]
    workspace = Workspace(server)
    workspace.event(mention())
    workspace.finish()
    assert len(server.messages) == 1


def test_where_slack_takes_too_long_the_reply_stands_once(server: SlackServer) -> None:
    server.faults["chat.postMessage"] = [Fault(seconds=1.5)]
    workspace = Workspace(server)
    workspace.app.client.timeout = 1
    workspace.event(mention())
    workspace.finish()
    assert len(server.messages) == 1
    assert len(server.sent("conversations.replies")) == 1


def test_a_long_thread_is_read_page_by_page(server: SlackServer) -> None:
    server.faults["chat.postMessage"] = [Fault(status=500, done=True)]
    workspace = Workspace(server)
    others = [{"channel": "C1", "thread_ts": "1700000000.000100", "ts": f"1.{n}", "text": "x"} for n in range(450)]
    server.messages += others
    workspace.event(mention())
    workspace.finish()
    assert len(server.messages) == 451
    assert [call.get("cursor") for call in server.sent("conversations.replies")] == [None, "200", "400"]


def test_a_thread_that_may_not_be_read_does_not_keep_the_answer_back(
    server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.errors["conversations.replies"] = "missing_scope"
    server.faults["chat.postMessage"] = [Fault(status=500)]
    workspace = Workspace(server)
    workspace.event(mention())
    workspace.finish()
    assert len(server.messages) == 1
    assert "Slack refused a request: missing_scope" in caplog.messages


def test_a_channel_gets_a_message_a_second(server: SlackServer) -> None:
    workspace = Workspace(server)
    for number in range(3):
        workspace.event(mention(ts=f"1.{number}"), f"Ev{number}")
    workspace.finish()
    times = [call.at for call in server.calls if call.method == "chat.postMessage"]
    assert [said["thread_ts"] for said in server.messages] == ["1.0", "1.1", "1.2"]
    assert times[1] - times[0] >= 1 and times[2] - times[1] >= 1


# While it takes long


def test_what_takes_longer_than_a_second_has_eyes_until_it_is_answered(server: SlackServer) -> None:
    workspace = Workspace(server, bot := SlowBot())
    workspace.event(mention())
    eyes = ("C1", "1700000000.000100", "eyes")
    server.wait(lambda: server.reactions == {eyes})
    assert time.monotonic() - server.calls[0].at >= 0.9
    assert server.messages == []
    bot.go.set()
    workspace.finish()
    assert (server.reactions, len(server.messages)) == (set(), 1)


@pytest.mark.parametrize("fault", [[], [Fault(status=429, retry_after=1)], [Fault(status=500)]])
def test_a_reaction_that_fails_costs_nothing_else(
    server: SlackServer, caplog: pytest.LogCaptureFixture, fault: list[Fault]
) -> None:
    if not fault:
        server.errors["reactions.add"] = "missing_scope"
    server.faults["reactions.add"] = fault
    workspace = Workspace(server, bot := SlowBot())
    workspace.event(mention())
    server.wait(lambda: server.sent("reactions.add"))
    bot.go.set()
    workspace.finish()
    assert len(server.messages) == 1
    assert [record for record in caplog.records if record.name.startswith("bot")] == []


# Threads, rules, the bound


def test_a_follow_up_in_a_thread_where_it_answered_needs_no_mention_and_small_talk_gets_none(
    server: SlackServer,
) -> None:
    workspace = Workspace(server)
    workspace.event(mention(ts="1.1"), "Ev1")
    talk = {"type": "message", "channel_type": "channel", "thread_ts": "1.1"}
    workspace.event(mention("那包头止付多少呢？", ts="1.2", **talk), "Ev2")
    workspace.event(mention("谢谢！", ts="1.3", **talk), "Ev3")
    workspace.event(mention(f"<@{BOT_USER}> 呼和浩特止付呢", ts="1.4", **talk), "Ev4")
    workspace.event(mention("那包头呢？", ts="2.2", **talk | {"thread_ts": "2.1"}), "Ev5")
    workspace.finish()
    assert [(asked.text, asked.previous) for asked in workspace.bot.asked] == [
        (QUESTION, None),
        ("那包头止付多少呢？", QUESTION),
        ("呼和浩特止付呢", "那包头止付多少呢？"),
    ]
    assert {said["thread_ts"] for said in server.messages} == {"1.1"}


def test_a_direct_message_follows_up_the_one_before_though_each_has_its_thread(server: SlackServer) -> None:
    workspace = Workspace(server)
    workspace.event(direct(ts="1.1"), "Ev1")
    workspace.event(direct("那包头止付多少呢", ts="1.2"), "Ev2")
    workspace.finish()
    assert [asked.previous for asked in workspace.bot.asked] == [None, QUESTION]
    assert [said["thread_ts"] for said in server.messages] == ["1.1", "1.2"]


def test_a_channel_has_its_own_rule_source_and_language(server: SlackServer) -> None:
    channels = {"C1": {"answer": "all", "source": "reports/", "language": "en"}, "C2": {"answer": "never"}}
    workspace = Workspace(server, config=config_from({"slack": {"channels": channels}}))
    talk = {"type": "message", "channel_type": "channel"}
    workspace.event(mention("明天天气如何？", **talk), "Ev1")
    workspace.event(mention("明天天气如何？", channel="C3", **talk), "Ev2")
    workspace.event(mention(channel="C2"), "Ev3")
    [post] = workspace.posts()
    assert (post["channel"], post["text"].startswith(EN.not_found[:-1])) == ("C1", True)
    assert [asked.filters.source for asked in workspace.bot.asked] == ["reports/"]


def test_more_questions_than_may_wait_get_a_line_that_says_so_once(
    server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = Workspace(server, bot := SlowBot(), config_from({"slack": {"waiting": 2}}))
    for number in range(5):
        workspace.event(mention(ts=f"1.{number}"), f"Ev{number}")
    server.wait(lambda: server.messages)
    bot.go.set()
    workspace.finish()
    assert [(said["thread_ts"], said["text"][:6]) for said in server.messages] == [
        ("1.2", ZH.full[:6]),
        ("1.0", ANSWER),
        ("1.1", ANSWER),
    ]
    assert workspace.inbox.counts()[State.REFUSED] == 3
    assert caplog.messages == ["a question was refused: [slack] waiting = 2 are in hand"] * 3


def test_more_commands_than_may_wait_are_refused_with_a_line_until_one_is_answered(server: SlackServer) -> None:
    bot = SlowBot()
    workspace = Workspace(server, bot, config_from({"slack": {"waiting": 2}}))
    told = [workspace.command(QUESTION).get_data(as_text=True) for _ in range(4)]
    assert told == ["", "", ZH.full, ZH.full]
    bot.go.set()
    server.wait(lambda: len(server.sent("response")) == 2)
    server.wait(lambda: workspace.command(QUESTION).get_data(as_text=True) == "")
    assert len(workspace.responses()) == 3


def test_only_the_workspaces_of_the_configuration_are_heard(server: SlackServer) -> None:
    workspace = Workspace(server, config=config_from({"slack": {"workspaces": ["T9"]}}))
    assert workspace.event(mention()).status_code == 200
    assert workspace.command(QUESTION).status_code == 200
    assert (workspace.posts(), workspace.responses(), workspace.bot.asked) == ([], [], [])
    served = Workspace(server, config=config_from({"slack": {"workspaces": ["T9", "T1"]}}))
    served.event(mention())
    assert len(served.posts()) == 1


@pytest.mark.parametrize("kept", [True, False])
def test_questions_go_to_the_journal_where_it_keeps_them_without_a_name(server: SlackServer, kept: bool) -> None:
    workspace = Workspace(server, config=config_from({"journal": {"questions": kept}}))
    workspace.event(mention())
    workspace.finish()
    found = list(workspace.journal.entries())
    assert [(entry.question, entry.visitor, entry.via) for entry in found] == ([(QUESTION, "@slack", "slack")] * kept)
