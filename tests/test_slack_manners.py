"""Which messages in Slack are for the bot, and which it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.manners import Cause, cause, conversation, is_question, thread
from tests.slack_server import BOT_USER
from tests.slack_workspace import direct, mention

ASKED = "那包头的网格员有多少？"


def said(text: str = ASKED, **fields: Any) -> dict[str, Any]:
    """A message in a channel that mentions nobody."""
    return mention(text, type="message", channel_type="channel") | fields


def why(event: dict[str, Any], answer: str = "thread", answered: bool = True) -> Cause | None:
    return cause(event, answer, BOT_USER, lambda thread: answered and thread == "1.1")


@pytest.mark.parametrize("answer", ["mention", "thread", "all"])
def test_a_mention_and_a_direct_message_are_for_the_bot_question_or_not(answer: str) -> None:
    assert why(mention("谢谢"), answer) is Cause.MENTION
    assert why(said(f"谢谢 <@{BOT_USER}>"), answer) is Cause.MENTION  # the same, as the event `message` has it
    assert why(said(f"<@{BOT_USER}|wenda> 谢谢"), answer) is Cause.MENTION
    assert why(direct("谢谢"), answer) is Cause.DIRECT


def test_where_the_bot_is_silent_only_direct_messages_are_for_it() -> None:
    assert why(mention(), "never") is None
    assert why(said(thread_ts="1.1"), "never") is None
    assert why(direct(), "never") is Cause.DIRECT


@pytest.mark.parametrize(
    ("answer", "event", "expected"),
    [
        ("thread", said(thread_ts="1.1"), Cause.FOLLOW_UP),
        ("thread", said(thread_ts="1.1", subtype="thread_broadcast"), Cause.FOLLOW_UP),
        ("thread", said(thread_ts="2.2"), None),  # another thread
        ("thread", said(), None),  # no thread
        ("thread", said("好的，收到", thread_ts="1.1"), None),
        ("thread", said("<@U9> 你那边有多少？", thread_ts="1.1"), None),  # somebody else is asked
        ("mention", said(thread_ts="1.1"), None),
        ("all", said(), Cause.QUESTION),
        ("all", said(thread_ts="2.2"), Cause.QUESTION),
        ("all", said("好的，收到"), None),
        ("all", said("<@U9> 你那边有多少？"), None),
    ],
)
def test_a_channels_rule_says_which_questions_that_mention_nobody_are_for_the_bot(
    answer: str, event: dict[str, Any], expected: Cause | None
) -> None:
    assert why(event, answer) is expected


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B9"},
        {"user": BOT_USER},
        {"user": "USLACKBOT"},
        {"user": None},
        {"edited": {"user": "U1", "ts": "1.2"}},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
    ],
)
def test_bots_itself_edits_and_deletions_are_left_alone_wherever_they_come(fields: dict[str, Any]) -> None:
    for event in (mention(), direct(), said(thread_ts="1.1")):
        assert why(event | fields, "all") is None


@pytest.mark.parametrize(
    "text",
    [
        "去年破获了几起？",
        "去年破获了几起",
        "那包头呢",
        "那包头呢？",
        "止付多少",
        "谁签发的",
        "哪一年的事",
        "这是什么时候的数",
        "会议何时召开",
        "怎么报销",
        "有没有补贴",
        "补贴发了吗",
        "发了吗，财务那边",
        "能再说一遍去年的数吗",
        "负责什么的单位？",
        "2021年？",
        "who signed it",
        "How much was paid",
        "paid in 2021?",
        "看 https://example.cn/a?b=1 这份，金额是多少",
    ],
)
def test_what_asks_is_a_question(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "？",
        "？？？",
        "谢谢",
        "谢谢老师！",
        "好的",
        "收到",
        "哈哈哈",
        "嗯嗯？",
        "你好吗？",
        "在吗？",
        "对吧？",
        "是吗",
        "真的吗？",
        "懂了吗？",
        "什么？",
        "没什么，先这样",
        "还早着呢",
        "来了好几个人",
        "十几个人都到了",
        "谁都可以去",
        "我看看 https://example.cn/a?b=1",
        "thanks",
        "really?",
        "I know how",
        "明天开会",
    ],
)
def test_small_talk_is_none(text: str) -> None:
    assert not is_question(text)


def test_a_conversation_is_a_thread_or_all_that_is_said_directly() -> None:
    assert (conversation(said(ts="1.5")), thread(said(ts="1.5"))) == ("1.5", "1.5")
    assert (conversation(said(thread_ts="1.1", ts="1.5")), thread(said(thread_ts="1.1", ts="1.5"))) == ("1.1", "1.1")
    assert (conversation(direct(ts="1.5")), thread(direct(ts="1.5"))) == ("D1", "1.5")
