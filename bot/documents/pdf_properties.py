"""What a PDF file's information dictionary says of the document: its title, author and date. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

# What programs put there of their own accord: names of files, of new documents, of themselves.
_FILE = re.compile(
    r"(?i)microsoft \w+ - .*|.*\.(?:docx?|wps|xlsx?|et|pptx?|dps|pdf|indd|qxd|cdr|dwg|tiff?|jpe?g|png|html?|tmp)"
)
_NEW = re.compile(
    r"(?i)(?:untitled|无标题|未命名|新建[ a-z]*)?"
    r"\s*(?:文档|文本文档|document|演示文稿|presentation|工作簿|工作表|book|幻灯片|slide)?\W*\d*"
    r"|powerpoint (?:演示文稿|presentation)|title|标题"
)
_PROGRAM = re.compile(
    r"(?i)(?:microsoft|wps|adobe|acrobat|libreoffice|openoffice|writer|latex|tex|reportlab|python-\w+|openpyxl|foxit|福昕)\b[\x20-\x7e®™]*"
)
_NOBODY = re.compile(
    r"(?i)admin(?:istrator)?|users?|owner|root|guest|author|作者|管理员|(?:微软|windows ?)?用户"
    r"|lenovo|dell|hp|asus|acer|thinkpad|pc"
)
_NOTHING = re.compile(r"(?i)\(?(?:anonymous|unspecified|unknown|none|null|n/a)\)?|[\W\d_]*")
_MOJIBAKE = re.compile(r"[\x80-\xff]{2}|[\x00-\x1f\ufffd]")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")


def title_of(properties: Mapping[str, object]) -> str:
    """The title, or the empty text where that is only a program's or damaged."""
    title = _text(properties, "Title")
    programs = {_text(properties, "Creator"), _text(properties, "Producer")}
    if title in programs or any(pattern.fullmatch(title) for pattern in (_FILE, _NEW, _PROGRAM)):
        return ""
    return title


def author_of(properties: Mapping[str, object]) -> str:
    """The author, or the empty text where that is only a program's, a computer's or damaged."""
    author = _text(properties, "Author")
    return "" if _NOBODY.fullmatch(author) or _PROGRAM.fullmatch(author) else author


def date_of(properties: Mapping[str, object]) -> str:
    """The day on which the file was made as YYYY-MM-DD, or the empty text."""
    match = _DATE.match(str(properties.get("CreationDate", "")))
    try:
        return datetime.date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def _text(properties: Mapping[str, object], name: str) -> str:
    text = " ".join(str(properties.get(name) or "").split())
    return "" if _NOTHING.fullmatch(text) or _MOJIBAKE.search(text) else text
