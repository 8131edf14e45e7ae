"""What the bot says in Slack besides what its sources say, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.types import Complaint, Reason

# Bopomofo, kana, ideographs with extension A, compatibility ideographs, and the planes of the other extensions.
_CJK = re.compile("[\u3040-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTER = re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Buttons:
    """What stands on the buttons under an answer; those of pictures alone have words for who cannot see them."""

    up: str
    down: str
    passages: str
    person: str
    share: str


@dataclass(frozen=True, slots=True)
class RatingForm:
    """What asks for the reason of a 👎, and what is said when a rating was taken."""

    title: str
    why: str
    reasons: Mapping[Complaint, str]
    note: str
    kept: str
    send: str
    close: str
    thanks: str
    off: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is said where a person is asked."""

    wanted: str
    message: str
    passed_on: str
    already: str
    failed: str


@dataclass(frozen=True, slots=True)
class Words:
    """The bot's own sentences in one language; those with braces are filled with ``str.format``."""

    language: str  # as `bot.templates` takes it
    help: str
    understood: str
    masked: str
    conflict: str
    not_found: str
    reasons: Mapping[Reason, str]
    nearest: str
    copies: str
    titles: str  # what stands around each title, and between two
    page: str
    colon: str
    cut: str
    buttons: Buttons
    rating: RatingForm
    person: Person
    shared: str
    forgotten: str
    status: Mapping[str, str]
    too_long: str
    unreadable: str
    no_index: str
    failed: str
    full: str
    elsewhere: str


ZH = Words(
    language="zh",
    help=(
        "直接问文档里的事就行，例如“@我 鄂尔多斯电诈止付多少”，也可以私信我；回答都附原文和出处。"
        "“/ask 问题”的回答只有你看得到，“/ask status”看索引情况。"
    ),
    understood="理解为：{question}",
    masked="原文隐去了具体数字或名称：",
    conflict="来源说法不一：",
    not_found="没有找到答案。",
    reasons={
        Reason.NOTHING_CLOSE: "没有找到答案：文档里没有相近的内容。",
        Reason.OTHER_PLACE: "没有找到答案：文档说的是别的地方。",
        Reason.OTHER_PERIOD: "没有找到答案：文档说的是别的时间。",
        Reason.KIND_MISSING: "没有找到答案：相近的段落没有给出所问的内容。",
    },
    nearest="最接近的段落：",
    copies="另有 {count} 份文档内容相同：{titles}",
    titles="《{}》",
    page="第 {page} 页",
    colon="：",
    cut="……（已截短）",
    buttons=Buttons(up="有用", down="不对", passages="显示段落", person="问同事", share="分享到频道"),
    rating=RatingForm(
        title="哪里不对？",
        why="哪里不对",
        reasons={
            Complaint.WRONG_VALUE: "答案不对",
            Complaint.WRONG_QUOTE: "引文不对",
            Complaint.MISSED: "文档里有，没找到",
            Complaint.NOT_IN_DOCUMENTS: "文档里其实没有",
            Complaint.OTHER: "其他",
        },
        note="补充说明",
        kept="会连同问题和回答一起保存，供管理员改进。",
        send="发送",
        close="不填了",
        thanks="已记下，谢谢。",
        off="这里没有开启评价。",
    ),
    person=Person(
        wanted=" 想请人看看：",
        message="到原来的消息",
        passed_on="已转到 ",
        already="这个问题已经转过了。",
        failed="没能转过去，请告诉管理员：要先把我邀请进收问题的频道。",
    ),
    shared=" 问：",
    forgotten="这个回答太久了，我已经不记得，请再问一遍。",
    status={
        "index": "文档 {documents} 份，段落 {passages} 个，索引建于{age}前。",
        "running": "正在建索引：{done}/{of}。",
        "waiting": "正在建索引。",
        "failed": "上次建索引没有成功，原因在日志里。",
        "idle": "现在没有在建索引。",
        "feedback": "评价：已开启。",
        "no_feedback": "评价：未开启。",
        "minutes": " {} 分钟",
        "hours": " {} 小时",
        "days": " {} 天",
    },
    too_long="抱歉，问题太长了：有 {length} 个字符，最多 {limit} 个。请缩短后再问。",
    unreadable="抱歉，这个问题我读不了，请用普通文字再问一遍。",
    no_index="抱歉，现在没有可查的文档，请管理员先建好索引。",
    failed="抱歉，现在答不了，原因已记入日志。请稍后再试，或告诉管理员。",
    full="抱歉，现在等着回答的问题太多了，请过一会儿再问。",
    elsewhere="这个频道没有开通问答，请到已开通的频道里问，或私信我。",
)

EN = Words(
    language="en",
    help=(
        "Ask about the documents: mention me or message me; answers come with their source. "
        "“/ask question” is answered to you alone, “/ask status” tells of the index."
    ),
    understood="Understood as: {question}",
    masked="The source hides the figure or name:",
    conflict="The sources disagree:",
    not_found="No answer found.",
    reasons={
        Reason.NOTHING_CLOSE: "No answer found: nothing in the documents comes close.",
        Reason.OTHER_PLACE: "No answer found: the documents speak of another place.",
        Reason.OTHER_PERIOD: "No answer found: the documents speak of another time.",
        Reason.KIND_MISSING: "No answer found: the nearest passages do not say what was asked.",
    },
    nearest="The nearest passages:",
    copies="the same in {count} more: {titles}",
    titles="“{}”",
    page="page {page}",
    colon=": ",
    cut="… (cut)",
    buttons=Buttons(
        up="Helpful", down="Wrong", passages="Show passages", person="Ask a person", share="Share in channel"
    ),
    rating=RatingForm(
        title="What is wrong?",
        why="What is wrong",
        reasons={
            Complaint.WRONG_VALUE: "The answer",
            Complaint.WRONG_QUOTE: "The quote",
            Complaint.MISSED: "It is in the documents, but was not found",
            Complaint.NOT_IN_DOCUMENTS: "It is not in the documents",
            Complaint.OTHER: "Something else",
        },
        note="More, if you like",
        kept="Kept with the question and the answer, for whoever runs this bot.",
        send="Send",
        close="Skip",
        thanks="Noted, thank you.",
        off="Ratings are off here.",
    ),
    person=Person(
        wanted=" would like a person to look at this:",
        message="to the message",
        passed_on="Passed on to ",
        already="This question was passed on already.",
        failed="Could not be passed on. Tell an administrator: the channel for questions has to invite me first.",
    ),
    shared=" asked: ",
    forgotten="That answer is too old, I no longer know it; please ask again.",
    status={
        "index": "Documents: {documents}, passages: {passages}, index built{age} ago.",
        "running": "Indexing: {done}/{of}.",
        "waiting": "Indexing.",
        "failed": "The last indexing failed; the log says why.",
        "idle": "Not indexing now.",
        "feedback": "Ratings: on.",
        "no_feedback": "Ratings: off.",
        "minutes": " {} min",
        "hours": " {} h",
        "days": " {} days",
    },
    too_long="Sorry, the question is too long: {length} characters, {limit} at most. Please shorten it.",
    unreadable="Sorry, I cannot read this question; please send plain text.",
    no_index="Sorry, there are no documents to ask yet; an administrator has to build the index.",
    failed="Sorry, I cannot answer right now; the log says why. Please try later, or tell an administrator.",
    full="Sorry, too many questions are waiting for their answers; please ask again in a while.",
    elsewhere="I do not answer in this channel; ask in one that is set up for me, or message me.",
)


def words_for(text: str) -> Words:
    """The words to answer a text with: English where it has letters and nothing Chinese, else Chinese."""
    return EN if _LETTER.search(text) and not _CJK.search(text) else ZH
