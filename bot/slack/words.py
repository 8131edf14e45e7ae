"""What the bot says in Slack besides what its sources say, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.types import Reason

# Bopomofo, kana, ideographs with extension A, compatibility ideographs, and the planes of the other extensions.
_CJK = re.compile("[\u3040-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTER = re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Words:
    """The bot's own sentences in one language; those with braces are filled with ``str.format``."""

    help: str
    masked: str
    conflict: str
    target: str
    not_found: str
    reasons: Mapping[Reason, str]
    nearest: str
    copies: str
    page: str
    cut: str
    too_long: str
    unreadable: str
    no_index: str
    failed: str
    elsewhere: str


ZH = Words(
    help="直接问文档里的事就行，例如“@我 鄂尔多斯电诈止付多少”，也可以私信我，或用“/ask 问题”；回答都附原文和出处。",
    masked="原文隐去了具体数字或名称：",
    conflict="来源说法不一：",
    target="（目标或预计）",
    not_found="没有找到答案。",
    reasons={
        Reason.NOTHING_CLOSE: "没有找到答案：文档里没有相近的内容。",
        Reason.OTHER_PLACE: "没有找到答案：文档说的是别的地方。",
        Reason.OTHER_PERIOD: "没有找到答案：文档说的是别的时间。",
        Reason.KIND_MISSING: "没有找到答案：相近的段落没有给出所问的内容。",
    },
    nearest="最接近的段落：",
    copies="另有 {count} 份文档内容相同",
    page="第 {page} 页",
    cut="……（已截短）",
    too_long="抱歉，问题太长了：有 {length} 个字符，最多 {limit} 个。请缩短后再问。",
    unreadable="抱歉，这个问题我读不了，请用普通文字再问一遍。",
    no_index="抱歉，现在没有可查的文档，请管理员先建好索引。",
    failed="抱歉，现在答不了，原因已记入日志。请稍后再试，或告诉管理员。",
    elsewhere="这个频道没有开通问答，请到已开通的频道里问，或私信我。",
)

EN = Words(
    help="Ask about the documents: mention me, message me, or type “/ask question”; answers come with their source.",
    masked="The source hides the figure or name:",
    conflict="The sources disagree:",
    target=" (a target or forecast)",
    not_found="No answer found.",
    reasons={
        Reason.NOTHING_CLOSE: "No answer found: nothing in the documents comes close.",
        Reason.OTHER_PLACE: "No answer found: the documents speak of another place.",
        Reason.OTHER_PERIOD: "No answer found: the documents speak of another time.",
        Reason.KIND_MISSING: "No answer found: the nearest passages do not say what was asked.",
    },
    nearest="The nearest passages:",
    copies="the same in {count} more",
    page="page {page}",
    cut="… (cut)",
    too_long="Sorry, the question is too long: {length} characters, {limit} at most. Please shorten it.",
    unreadable="Sorry, I cannot read this question; please send plain text.",
    no_index="Sorry, there are no documents to ask yet; an administrator has to build the index.",
    failed="Sorry, I cannot answer right now; the log says why. Please try later, or tell an administrator.",
    elsewhere="I do not answer in this channel; ask in one that is set up for me, or message me.",
)


def words_for(text: str) -> Words:
    """The words to answer a text with: English where it has letters and nothing Chinese, else Chinese."""
    return EN if _LETTER.search(text) and not _CJK.search(text) else ZH
