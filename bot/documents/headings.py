"""Headings by their numbering: 第一章, 一、, （一）, 第三条. Pure."""

from __future__ import annotations

import re

LETTERED = 4  # the level of A…, B…, and of headings without a number
ARTICLE = 6  # the level of 第三条
_SENTENCE_END = "。！？!?；;，,：:、…"
_NUMBER = r"[一二三四五六七八九十百零〇\d]+"
_NUMBERING = (  # level 1 is the outermost
    re.compile(rf"第{_NUMBER}[编篇]"),
    re.compile(rf"第{_NUMBER}(?:章|部分)"),
    re.compile(rf"第{_NUMBER}节"),
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"[（(][一二三四五六七八九十]+[)）]"),
)
_ARTICLE = re.compile(rf"第{_NUMBER}条(?:之{_NUMBER})?(?=[\s　：:]|[^\d的款项规中所至到、，。；和与及或])")
_LONGEST = 40  # characters


def heading_level(line: str) -> int:
    """The level of a line of plain text that is numbered as a heading and ends without punctuation; 0: it is none."""
    if len(line) > _LONGEST or line[-1] in _SENTENCE_END:
        return 0
    for level, pattern in enumerate(_NUMBERING, 1):
        match = pattern.match(line)
        if match and line[match.end() :].strip():
            return level
    return 0


def article_end(line: str) -> int:
    """Where the number of an article ends (第三条) that a line begins with; 0 where it begins with none."""
    match = _ARTICLE.match(line)
    return match.end() if match else 0


def is_plain_heading(line: str) -> bool:
    """Whether a line without a number has the form of a heading: short, of words, without punctuation."""
    return (
        4 <= len(line) <= _LONGEST
        and not re.search(r"[，,。；;！!？?、…]|[：:—-]\s*$|^[—-]|[：:].*[：:]", line)
        and not re.search(r"^[^：:]{1,6}[：:]\s*\S{1,6}$|[：:].*\d{4}", line)  # 联系人：张三
        and len(re.findall(r"[\u3400-\u9fff]", line)) >= 4
        and not re.search(r"^\W*\d+(?:\.\d+)?\W*$|\d{4}年\d{1,2}月\d{1,2}日$", line)
    )
