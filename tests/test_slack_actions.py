"""Buttons, the form behind 👎 and /ask, as Slack sends them: real Bolt, real signatures."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse

from bot.config import config_from
from bot.errors import BotError, NoIndex
from bot.jobs import JobState, Stage
from bot.slack.actions import rater
from bot.slack.app import start_socket
from bot.slack.blocks import line_message
from bot.slack.commands import private_offers, status_message
from bot.slack.desk import Desk
from bot.slack.elements import texts
from bot.slack.once import Once
from bot.slack.rating import Place, rating_form, read_form
from bot.slack.telling import responded
from bot.slack.words import EN, ZH
from bot.types import Answer, Complaint, Overview, Question, Verdict
from bot.web.logs import Text
from tests.fakes import OVERVIEW, FakeBot
from tests.slack_limits import leaves, message_faults, view_faults
from tests.slack_server import APP_TOKEN, Fault, SlackServer
from tests.slack_workspace import QUESTION, SlowBot, Workspace

TS, THREAD = "1700000000.000200", "1700000000.000100"


class Channel(Workspace):
    """A channel of Slack in which the bot has answered, with its buttons under the answer."""

    def __init__(self, server: SlackServer, slack: dict[str, Any], bot: Any = None, **journal: Any) -> None:
        super().__init__(server, bot, config_from({"slack": slack, "journal": journal}))

    @property
    def desk(self) -> Desk:
        return Desk(self.bot, self.config, self.journal)

    def answered(self, question: str = QUESTION) -> None:
        """Has a question answered, so that its answer, a1, is known."""
        self.desk.answered(Question(question), "C1")
        self.bot.asked.clear()

    def send(self, payload: dict[str, Any]) -> Any:
        return self.post(urlencode({"payload": json.dumps(payload)}), kind="application/x-www-form-urlencoded")

    def press(self, action: str, user: str = "U1", answer: str = "a1", thread: str | None = THREAD) -> None:
        assert self.send(self.pressed(action, user, answer, thread)).status_code == 200

    def pressed(self, action: str, user: str, answer: str, thread: str | None) -> dict[str, Any]:
        """What Slack tells of a press."""
        stands = {"thread_ts": thread} if thread else {}
        return {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user},
            "channel": {"id": "C1"},
            "container": {"type": "message", "message_ts": TS, "channel_id": "C1", **stands},
            "trigger_id": "1.2.abc",
            "response_url": self.server.response_url,
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": answer}],
        }

    def send_form(self, why: str | None, note: str | None, answer: str = "a1", user: str = "U1") -> None:
        view = {
            **rating_form(Place(answer, "C1", THREAD), ZH),
            "state": {
                "values": {
                    "why": {"why": {"type": "radio_buttons", "selected_option": {"value": why} if why else None}},
                    "note": {"note": {"type": "plain_text_input", "value": note}},
                }
            },
        }
        payload = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": user}, "view": view}
        response = self.send(payload)
        assert (response.status_code, response.data) == (200, b"")

    def wait(self, method: str, count: int = 1) -> None:
        """Returns as soon as a method was called so often."""
        self.server.wait(lambda: len(self.server.sent(method)) >= count)

    def told(self) -> list[dict[str, Any]]:
        """All that was said to presses and commands, in order, once all is done."""
        self.finish()
        said = [call.body for call in self.server.calls if call.method in ("response", "chat.postEphemeral")]
        assert not any(message_faults(one) for one in said if "blocks" in one)
        return said

    def said(self) -> list[tuple[str, str, str | None, str]]:
        """What is kept of what people said: by whom, the verdict, the reason, the note."""
        self.told()
        return [(one.visitor, one.verdict, one.reason, one.note) for one in self.journal.feedback()]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as running:
        yield running


@pytest.fixture
def channel(server: SlackServer) -> Channel:
    made = Channel(server, {"people": "C9"})
    made.answered()
    return made


# 👍 and 👎


def test_a_rating_is_kept_and_who_gave_it_thanked_in_the_thread(channel: Channel) -> None:
    channel.press("rate_up")
    assert channel.said() == [(rater("a1", "U1"), Verdict.UP, None, "")]
    [thanks] = channel.told()
    assert thanks["text"] == ZH.rating.thanks
    assert (thanks["channel"], thanks["user"], thanks["thread_ts"]) == ("C1", "U1", THREAD)


def test_outside_a_thread_who_gave_a_rating_is_thanked_beside_the_message_which_stays(channel: Channel) -> None:
    channel.press("rate_up", thread=None)
    [thanks] = channel.told()
    assert thanks["text"] == ZH.rating.thanks
    assert (thanks["response_type"], thanks["replace_original"]) == ("ephemeral", False)


def test_everybodys_rating_counts_once_and_their_last_press(channel: Channel) -> None:
    for count, user in enumerate(("U1", "U1", "U2"), 1):
        channel.press("rate_up", user)
        channel.wait("chat.postEphemeral", count)  # listeners run beside each other
    channel.press("rate_down", "U1")
    said = {who: verdict for who, verdict, _, _ in channel.said()}
    assert said == {rater("a1", "U1"): Verdict.DOWN, rater("a1", "U2"): Verdict.UP}


def test_a_user_cannot_be_told_from_two_of_their_ratings() -> None:
    assert rater("a1", "U1") == "@slack 513dc6fb"
    assert "U1" not in rater("a1", "U1")
    assert rater("a1", "U1") != rater("a2", "U1")


def test_thumbs_down_counts_at_once_and_asks_why(channel: Channel) -> None:
    channel.press("rate_down")
    assert channel.said() == [(rater("a1", "U1"), Verdict.DOWN, None, "")]
    [opened] = channel.server.sent("views.open")
    view = opened["view"] if isinstance(opened["view"], dict) else json.loads(opened["view"])
    assert (opened["trigger_id"], view_faults(view)) == ("1.2.abc", [])
    assert json.loads(view["private_metadata"]) == {"answer_id": "a1", "channel": "C1", "thread": THREAD}
    assert [option["value"] for option in view["blocks"][0]["element"]["options"]] == list(Complaint)
    assert channel.told() == []


@pytest.mark.parametrize("words", [ZH, EN])
def test_the_form_is_within_slacks_limits_in_both_languages(words: Any) -> None:
    assert view_faults(rating_form(Place("a" * 200, "C" * 20, THREAD), words)) == []


def test_what_the_form_says_takes_the_place_of_the_press(channel: Channel) -> None:
    channel.press("rate_down")
    channel.wait("views.open")
    channel.send_form("missed", " 附件三里有 ")
    assert channel.said() == [(rater("a1", "U1"), Verdict.DOWN, Complaint.MISSED, "附件三里有")]
    assert channel.server.sent("chat.postEphemeral") == []


def test_an_empty_form_is_a_thumbs_down(channel: Channel) -> None:
    channel.send_form(None, None)
    assert channel.said() == [(rater("a1", "U1"), Verdict.DOWN, None, "")]


@pytest.mark.parametrize(
    ("answer", "note", "line"), [("gone", "", ZH.forgotten), ("a1", "附件\x00", ZH.unreadable)], ids=["gone", "note"]
)
def test_a_form_that_cannot_be_kept_is_answered_with_a_line(
    channel: Channel, answer: str, note: str, line: str
) -> None:
    channel.send_form("other", note, answer)
    assert channel.said() == []
    [told] = channel.server.sent("chat.postEphemeral")
    assert (told["text"], told["channel"], told["user"], told["thread_ts"]) == (line, "C1", "U1", THREAD)


def test_where_ratings_are_off_there_are_no_buttons_and_an_old_one_says_so(server: SlackServer) -> None:
    channel = Channel(server, {}, feedback=False)
    channel.answered()
    channel.command(QUESTION)
    channel.press("rate_up")
    *_, answer = sorted(channel.told(), key=lambda one: len(one["text"]))
    assert [one["action_id"] for one in answer["blocks"][-1]["elements"]] == ["passages", "share"]
    assert ZH.rating.off in [one["text"] for one in channel.told()]
    assert list(channel.journal.feedback()) == []


def test_a_journal_that_cannot_be_written_is_told_and_logged(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    (channel.config.index_dir / "journal.sqlite").write_bytes(b"no database" * 100)
    channel.press("rate_up")
    assert [one["text"] for one in channel.told()] == [ZH.failed]
    assert "NoJournal" in caplog.text
    assert QUESTION not in caplog.text


@pytest.mark.parametrize("action", ["rate_up", "rate_down", "passages", "person", "share"])
def test_a_press_under_an_answer_that_is_no_longer_known_gets_a_line(channel: Channel, action: str) -> None:
    channel.press(action, answer="long-ago")
    [told] = channel.told()
    assert (told["text"], told["user"], told["thread_ts"]) == (ZH.forgotten, "U1", THREAD)
    assert channel.server.sent("chat.postMessage") == channel.server.sent("views.open") == []


# Passages


def test_the_passages_are_shown_to_who_asks_for_them_alone(channel: Channel) -> None:
    channel.press("passages")
    [told] = channel.told()
    assert (told["user"], told["thread_ts"]) == ("U1", THREAD)
    assert told["text"].startswith("最接近的段落：\n“😀 全年破获案件537起")
    assert [leaf["type"] for leaf in leaves(told["blocks"])] == ["text", "text", "link", "text"]


def test_the_passages_are_of_the_channels_sources_and_asking_for_them_is_not_kept(server: SlackServer) -> None:
    channel = Channel(server, {"channels": {"C1": {"source": "reports/", "language": "en"}}}, questions=True)
    channel.answered()
    channel.press("passages")
    [told] = channel.told()
    assert told["text"].startswith(EN.nearest)
    [asked] = channel.bot.asked
    assert (asked.text, asked.filters.source, asked.via) == (QUESTION, "reports/", "")
    assert [entry.question for entry in channel.journal.entries()] == [QUESTION]


def test_where_the_bot_fails_the_presser_is_told(
    channel: Channel, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(question: Question) -> Answer:
        raise BotError(f"no answer to {question.text}")

    monkeypatch.setattr(caplog.handler, "formatter", Text(told=False))  # as the server writes it
    channel.bot.ask = fail
    channel.press("passages")
    assert [one["text"] for one in channel.told()] == [ZH.failed]
    assert QUESTION not in caplog.text


# Ask a person


def test_a_question_is_passed_on_once_with_a_link_and_the_thread_is_told(channel: Channel) -> None:
    channel.press("person")
    channel.wait("response")
    channel.press("person", "U2")
    told = channel.told()
    [post] = channel.server.sent("chat.postMessage")
    assert (post["channel"], message_faults(post)) == ("C9", [])
    shown = leaves(post["blocks"])
    assert shown[0] == {"type": "user", "user_id": "U1"}
    assert shown[2] == {"type": "text", "text": QUESTION, "style": {"bold": True}}
    assert shown[3]["url"] == "https://t.slack.com/archives/C1/p1700000000000200"
    assert "3.01亿元" in post["text"]
    assert (told[0]["response_type"], told[0]["replace_original"], told[0]["thread_ts"]) == (
        "in_channel",
        False,
        THREAD,
    )
    assert leaves(told[0]["blocks"])[-1] == {"type": "channel", "channel_id": "C9"}
    assert (told[1]["text"], told[1]["user"], told[1]["thread_ts"]) == (ZH.person.already, "U2", THREAD)


def test_presses_at_the_same_moment_pass_on_once(channel: Channel) -> None:
    threads = [threading.Thread(target=channel.press, args=("person",)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(channel.told()) == 5
    assert len(channel.server.sent("chat.postMessage")) == 1


def test_outside_a_thread_the_answers_own_thread_is_told(channel: Channel) -> None:
    channel.press("person", thread=None)
    assert [one["thread_ts"] for one in channel.told()] == [TS]


def test_where_slack_refuses_to_post_the_presser_is_told_how_to_mend_it_and_may_press_again(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    channel.server.errors["chat.postMessage"] = "not_in_channel"
    channel.press("person")
    channel.wait("chat.postEphemeral")
    channel.server.errors.clear()
    channel.press("person")
    failed, done = channel.told()
    assert (failed["text"], failed["user"]) == (ZH.person.failed, "U1")
    assert done["response_type"] == "in_channel"
    assert len(channel.server.sent("chat.postMessage")) == 2
    assert caplog.messages == ["Slack refused a request: not_in_channel"]


def test_without_a_permalink_the_question_is_passed_on_all_the_same(channel: Channel) -> None:
    channel.server.errors["chat.getPermalink"] = "channel_not_found"
    channel.press("person")
    channel.told()
    [post] = channel.server.sent("chat.postMessage")
    assert ZH.person.message not in [leaf.get("text") for leaf in leaves(post["blocks"])]


def test_a_wait_that_slack_asks_for_is_waited(channel: Channel) -> None:
    channel.server.faults["chat.postMessage"] = [Fault(429, retry_after=1)]
    channel.press("person")
    channel.told()
    first, second = (call.at for call in channel.server.calls if call.method == "chat.postMessage")
    assert second - first >= 1


class Responses:
    """An address for responses that answers with one status after the other."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.sent = list(statuses), list[dict[str, Any]]()

    def __call__(self, **fields: Any) -> WebhookResponse:
        self.sent.append(fields)
        waiting = {"retry-after": "7"}
        return WebhookResponse(url="", status_code=self.statuses.pop(0), body="expired_url", headers=waiting)


def test_a_response_too_many_is_sent_once_more_after_the_wait_that_slack_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("bot.slack.telling.time.sleep", waits.append)
    respond: Any = Responses(429, 200)
    responded(respond, line_message("好", ZH))
    assert (waits, len(respond.sent)) == ([7], 2)
    assert respond.sent[0] == respond.sent[1]


@pytest.mark.parametrize("statuses", [(404,), (429, 429), (429, 500)])
def test_a_response_that_slack_refuses_is_an_error_with_slacks_word_for_it(
    statuses: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.telling.time.sleep", lambda seconds: None)
    respond: Any = Responses(*statuses)
    with pytest.raises(SlackApiError, match="expired_url"):
        responded(respond, line_message("好", ZH))
    assert len(respond.sent) == len(statuses)


def test_a_press_comes_by_socket_mode_too_and_is_acknowledged(channel: Channel) -> None:
    environ = {"SLACK_APP_TOKEN": APP_TOKEN}
    socket = start_socket(channel.app, environ)
    assert socket is not None
    channel.server.wait(lambda: channel.server.sockets)
    envelope = channel.server.send(channel.pressed("rate_up", "U1", "a1", THREAD), "interactive")
    channel.server.wait(lambda: channel.server.acked(envelope) and channel.server.sent("chat.postEphemeral"))
    socket.close()
    assert channel.said() == [(rater("a1", "U1"), Verdict.UP, None, "")]


# /ask


def test_ask_answers_only_the_asker_with_a_button_that_shares_it(channel: Channel) -> None:
    response = channel.command(QUESTION)
    assert (response.status_code, response.data) == (200, b"")
    [answer] = channel.told()
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("3.01亿元\n“紧急止付涉案资金3.01亿元”")
    assert [one["action_id"] for one in answer["blocks"][-1]["elements"]] == [
        *("rate_up", "rate_down", "passages", "share")
    ]
    assert channel.server.sent("chat.postMessage") == []


def test_a_shared_answer_is_posted_once_with_who_asked_and_the_private_one_goes(channel: Channel) -> None:
    channel.press("share", thread=None)
    channel.wait("response", 2)
    channel.press("share", thread=None)
    shared, *removed = channel.told()
    assert (shared["response_type"], shared["replace_original"]) == ("in_channel", False)
    assert leaves(shared["blocks"])[:3] == [
        {"type": "user", "user_id": "U1"},
        *texts([(" 问：", False), (QUESTION, True)], ""),
    ]
    assert [one["action_id"] for one in shared["blocks"][-1]["elements"]] == [
        *("rate_up", "rate_down", "passages", "person")
    ]
    assert [one["delete_original"] for one in removed] == [True, True]


def test_in_a_direct_message_there_is_nobody_to_share_with(channel: Channel) -> None:
    desk = channel.desk
    assert "share" in private_offers(desk, "C1")
    assert "share" not in private_offers(desk, "D1")


@pytest.mark.parametrize("words", ["", "  ", "help", "HELP", "帮助"])
def test_ask_without_a_question_gives_help(channel: Channel, words: str) -> None:
    channel.command(words)
    [answer] = channel.told()
    assert answer["text"] == ZH.help
    assert channel.bot.asked == []


def test_ask_says_where_it_is_not_open_and_is_open_in_direct_messages(server: SlackServer) -> None:
    channel = Channel(server, {"channels": ["C2"]})
    channel.command(QUESTION, "C1")
    channel.command(QUESTION, "D1")
    assert sorted(answer["text"][:4] for answer in channel.told()) == ["3.01", ZH.elsewhere[:4]]


def test_ask_is_acknowledged_at_once_while_every_worker_is_busy(server: SlackServer) -> None:
    channel = Channel(server, {}, bot := SlowBot())
    started = time.monotonic()
    for _ in range(9):  # Bolt has five workers
        assert channel.command(QUESTION).status_code == 200
    assert time.monotonic() - started < 2
    assert server.sent("response") == []
    bot.go.set()
    assert len(channel.told()) == 9


class Job:
    """An indexing job in a state."""

    def __init__(self, state: JobState) -> None:
        self.state = lambda: state


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (JobState(), "现在没有在建索引。"),
        (JobState(Stage.DONE), "现在没有在建索引。"),
        (JobState(Stage.RUNNING), "正在建索引。"),
        (JobState(Stage.RUNNING, "encoding", 12, 80), "正在建索引：12/80。"),
        (JobState(Stage.FAILED, error="/srv/secret: no room"), "上次建索引没有成功，原因在日志里。"),
    ],
)
def test_status_tells_of_the_index_of_indexing_and_of_ratings(channel: Channel, state: JobState, line: str) -> None:
    job: Any = Job(state)
    bot: Any = FakeBot(Overview("g", time.time() - 2 * 86400 - 5, OVERVIEW.documents, 1, 7, 0, (), ()))
    desk = Desk(bot, channel.config, channel.journal, job)
    assert status_message(desk, "C1", ZH).text.split("\n") == [
        "文档 1 份，段落 7 个，索引建于 2 天前。",
        line,
        "评价：已开启。",
    ]


def test_status_comes_by_the_command_in_the_channels_language(server: SlackServer) -> None:
    channel = Channel(server, {"channels": {"C2": {"language": "en"}}}, feedback=False)
    channel.bot.held = Overview("g", time.time() - 120, OVERVIEW.documents, 1, 7, 0, (), ())
    channel.command("status", "C2")
    [answer] = channel.told()
    assert answer["text"] == "Documents: 1, passages: 7, index built 2 min ago.\nNot indexing now.\nRatings: off."


def test_status_without_an_index_says_so(channel: Channel) -> None:
    def fail(visible: tuple[str, ...] | None = None) -> Overview:
        raise NoIndex("no index; run: python -m bot index")

    channel.bot.overview = fail
    channel.command("状态")
    assert [answer["text"].split("\n")[0] for answer in channel.told()] == [ZH.no_index]


# Once


def test_what_was_done_once_is_not_done_again_by_another_process_or_after_a_restart(tmp_path: Path) -> None:
    one, other = Once(tmp_path), Once(tmp_path)
    assert [one.first("a"), other.first("a"), one.first("b")] == [True, False, True]
    one.again("a")
    assert [other.first("a"), one.first("a")] == [True, False]
    one.close()
    other.close()
    later = Once(tmp_path)
    assert not later.first("a")
    later.close()
    assert (tmp_path / "slack.sqlite").stat().st_mode & 0o777 == 0o600


def test_what_was_done_long_ago_is_forgotten(tmp_path: Path) -> None:
    clock = [0.0]
    once = Once(tmp_path, lambda: clock[0])
    assert once.first("a")
    clock[0] = 91 * 86400.0
    assert once.first("b")
    once.close()
    with sqlite3.connect(tmp_path / "slack.sqlite") as database:
        assert database.execute("SELECT what FROM done").fetchall() == [("b",)]


def test_a_form_says_what_was_chosen_and_written() -> None:
    form = rating_form(Place("a1", "C1"), EN)
    values = {"why": {"why": {"selected_option": {"value": "wrong_quote"}}}, "note": {"note": {"value": "二"}}}
    rating = read_form(form | {"state": {"values": values}})
    assert (rating.answer_id, rating.verdict, rating.reason, rating.note) == (
        *("a1", Verdict.DOWN, Complaint.WRONG_QUOTE, "二"),
    )
