"""The lines that only serve a site or a layout: navigation, buttons, datelines, who wrote and edited it. Pure."""

from __future__ import annotations

import re

from bot.documents.dates import DATE

_TRAIL = re.compile(r">>|»|›|\s>\s|位置\s*[：:].*>")
_BUTTON = re.compile(
    r"[【\[（(]?(?:字号|字体)?[：:\s]*(?:[超特]?[大中小]字号|[大中小](?:\s+[大中小]){1,2})[】\])）]?"
    r"|[Tt][+\-|]{1,3}"
    r"|(?:分享|转发)(?:到|至|给|让)[^，。！？；]{1,12}|(?:分享|转发|收藏|点赞|打印|纠错|关闭|评论|举报|复制链接)(?:本[页文])?"
    r"|返回(?:顶部|首页|列表|上[一]?页|目录|频道)|关闭窗口|(?:我要|发表)(?:评论|留言)|首页|更多>*"
    r"|(?:微信|手机)?扫[一描码][^，。！？；]{0,14}|点击(?:查看|进入|下载|关注|阅读)[^，。！？；]{0,12}"
    r"|(?:查看|阅读|展开)(?:更多|全文|原文)|[上下]一[篇页条](?:[：:][^。！？；]{0,40})?"
    r"|(?:相关|延伸)(?:新闻|阅读|链接|报道|推荐)[：:]?|(?:热门|精彩|猜你喜欢)推荐"
    r"|(?:浏览|阅读|点击|访问)(?:次数|量|数)?[：:]?\s*[\d*]+\s*次?|版权所有[^。]{0,40}|[\u4e00-\u9fff]?ICP[备证][^。]{0,30}"
    r"|[-—–·=*_\s]{3,}|\d{1,4}\s*/\s*\d{1,4}|第\s*\d{1,4}\s*页(?:\s*[，,/]?\s*共\s*\d{1,4}\s*页)?"
)
_ROLE = (
    r"(?:(?:本报|本网|本台|新华社|[\u4e00-\u9fff]{2,6}[报网])?(?:首席|特约|见习|实习)?(?:记者|通讯员)|作者|撰稿|撰文|供稿|"
    r"文/图|图/文|文|责任编辑|本文责编|责编|编辑|编审|审核|审校|责任校对|校对)"
)
_NAME = (
    rf"(?!{_ROLE}\s*[：:/／ 　])(?:[\u4e00-\u9fff*×]{{2,4}}(?:·[\u4e00-\u9fff]{{1,6}})*|[A-Z][\w.]*(?: [A-Z][\w.]*)*)"
)
_NAMES = rf"{_NAME}(?:\s*[、，,]\s*{_NAME}|[ 　]+{_NAME}){{0,7}}"
_CREDIT = re.compile(rf"(?<![\u4e00-\u9fff])(?P<role>{_ROLE})\s*(?:[：:/／]|(?<=[者员])[ 　])\s*(?P<names>{_NAMES})")
_PHOTO = re.compile(
    rf"[（(]?(?:{_ROLE}[ 　]*)?{_NAMES}[ 　]*[/／]?\s*(?:摄影?|供图|制图|绘)[)）]?"
    r"|[（(]?(?:资料图片?|图片来源)[^。]{0,20}[)）]?"
)
_SOURCE = re.compile(r"[（(]?(?:文章|信息|稿件)?(?:来源|來源|稿源|转自|出处)\s*[：:][^。！？]{2,40}")
_PUBLISHED = re.compile(r"来源|來源|稿源|作者|记者|责编|编辑|阅读|浏览|发布|字号|\d{1,2}[：:]\d{2}")
_TAIL = re.compile(
    rf"[（(]\s*{_CREDIT.pattern.replace('?P<role>', '?:').replace('?P<names>', '?:')}[^（()）]{{0,40}}[)）]$"
)
_EDGES = "（()）[]【】|｜ 　\t；;，,"


def is_furniture(line: str) -> bool:
    """Whether a line is a button, a dateline or an editor's line, and no part of what is told."""
    if len(line) > 80:
        return False
    return bool(
        _BUTTON.fullmatch(line)
        or _PHOTO.fullmatch(line)
        or _SOURCE.fullmatch(line)
        or is_credit(line)
        or (DATE.match(line.lstrip("（(")) and _PUBLISHED.search(line) and not re.search("[，。！？]", line))
    )


def is_credit(line: str) -> bool:
    """Whether a line tells who wrote or edited something, and no more: `(责编:刘泽、张雪冬)`."""
    rest, count = _CREDIT.subn("", line)
    return count > 0 and not rest.strip(_EDGES)


def is_trail(line: str) -> bool:
    """Whether a line is the trail of links that leads to a page."""
    return len(line) <= 60 and bool(_TRAIL.search(line)) and not re.search("[，。！？；]", line)


def credits(line: str) -> list[tuple[str, int, int]]:
    """The roles that a line names (记者, 责编 …), each with where its names stand."""
    return [(match.group("role"), *match.span("names")) for match in _CREDIT.finditer(line)]


def credit_tail(line: str) -> int:
    """Where `(记者 黄景莲)` begins at a paragraph's end; the paragraph's length where there is none."""
    match = _TAIL.search(line)
    return match.start() if match else len(line)
