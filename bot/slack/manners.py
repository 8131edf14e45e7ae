"""Which of the messages in Slack are for the bot. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from bot.slack.markup import plain_text

Event = Mapping[str, Any]

# Message subtypes that are still a person's own words; edits, deletions, joins and bots have others.
_OWN_WORDS = (None, "file_share", "thread_broadcast")
_SLACKBOT = "USLACKBOT"  # has no bot_id

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_ADDRESS = re.compile(r"https?://\S+")  # may hold a question mark
_LETTER = re.compile(r"[^\W\d_]")
_END = r"[\s。.!！~～…)）”\"']*"
_ASKS = re.compile(
    r"[?？]|多少|多大|多久|多长|多高|多远|谁|哪|什么|怎么|怎样|如何|何时|何地|为何|为什么|是否|是不是|有没有|能不能|可不可以"
    rf"|几[时多个次件起人家名位天年月日号点条项种届期级]|第几|吗{_END}$|呢{_END}$|吗[，,；;]"
    r"|^\W*(who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
# What has a question's words and asks nothing: 没什么, 好几个, 谁都行, 在吗, 对吧？, 还早着呢.
_IDLE = re.compile(
    r"没什么|没怎么|不怎么|什么的|什么都|怎么都|哪都|哪里哪里|谁都|好几|十几|着呢|才不.{0,10}呢|还[早远小差].{0,4}呢$"
)
_SMALL_TALK = re.compile(
    r"\W*((你|您|大家|老师)?(好|在|忙|行|可以|对|是|真的|懂了|明白了|吃了|睡了|辛苦了|知道了|收到|OK|ok)(吗|么|吧|不)"
    r"|(哈|呵|嘿|嘻|啊|哦|噢|嗯|唉|诶|咦)+|什么|怎么了|怎么回事|然后呢|谢谢.{0,4}|really|what|how are you|thanks?)\W*",
    re.IGNORECASE,
)


class Cause(StrEnum):
    """Why a message is for the bot."""

    MENTION = "mention"
    DIRECT = "direct"
    FOLLOW_UP = "follow_up"
    QUESTION = "question"  # asked of nobody, in a channel where any question is answered


def cause(event: Event, answer: str, bot_user: str, answered_in: Callable[[str], bool]) -> Cause | None:
    """Why a message event is for the bot, or None where it is not.

    `answer` is the channel's rule, `[slack] answer`; `answered_in` tells of a thread's first message whether the bot
    answers in that thread.
    """
    if not _from_person(event, bot_user):
        return None
    if _is_direct(event):
        return Cause.DIRECT
    named = set(_MENTION.findall(event.get("text") or ""))
    if answer == "never":
        return None
    if event["type"] == "app_mention" or bot_user in named:
        return Cause.MENTION
    if named or answer == "mention" or not is_question(plain_text(event.get("text") or "")):
        return None  # a question that names somebody else is theirs
    if answer == "all":
        return Cause.QUESTION
    thread = event.get("thread_ts")
    return Cause.FOLLOW_UP if thread and answered_in(thread) else None


def is_question(text: str) -> bool:
    """Whether a text asks something: 有几起？, 那包头呢, who signed it; not 在吗？, 没什么 or 谢谢."""
    told = _ADDRESS.sub(" ", text).strip()
    if not _LETTER.search(told) or _SMALL_TALK.fullmatch(told):
        return False
    return bool(_ASKS.search(_IDLE.sub(" ", told)))


def conversation(event: Event) -> str:
    """What a message belongs to: all of a direct conversation, in a channel the thread, by its first message's ts."""
    return str(event["channel"]) if _is_direct(event) else thread(event)


def thread(event: Event) -> str:
    """The ts of the message whose thread an answer goes to."""
    return str(event.get("thread_ts") or event["ts"])


def _is_direct(event: Event) -> bool:
    return event.get("channel_type") == "im" or str(event["channel"]).startswith("D")


def _from_person(event: Event, bot_user: str) -> bool:
    by_person = event.get("user") not in (None, bot_user, _SLACKBOT) and not event.get("bot_id")
    return by_person and "edited" not in event and event.get("subtype") in _OWN_WORDS
