"""Words that jieba does not know, from a file in jieba's own form: ``多多评 100 nz``, a word a line."""

from __future__ import annotations

import re
from pathlib import Path

from bot.errors import BadConfig
from bot.text import fold

# A word of the characters that jieba keeps together; how often it comes; its part of speech.
_LINE = re.compile(r"([\u3400-\u9fffa-z0-9+#&._%-]+)(?:\s+(\d{1,9}))?(?:\s+([a-z]{1,3}))?")
_REMARK = re.compile(r"(?:^|\s)#.*")
_NAME = "nz"  # jieba's tag for names of things


def read_dictionary(file: Path) -> str:
    """The words of such a file, folded, in jieba's form. Raises BadConfig with the number of a bad line.

    A word may be followed by how often it comes (without, jieba takes as much as keeps it whole) and
    by its part of speech (without, the name of a thing); what follows a # after a space is a remark.
    """
    words = []
    for number, line in enumerate(read_words(file, "dictionary").splitlines(), 1):
        told = fold(_REMARK.sub("", line).strip())
        if not told:
            continue
        match = _LINE.fullmatch(told)
        if not match:
            raise BadConfig(f"{file}: line {number} is no word; write 多多评, or 多多评 100 nz")
        word, frequency, tag = match.groups()
        words.append(" ".join(part for part in (word, frequency, tag or _NAME) if part))
    return "\n".join(words)


def read_words(file: Path, option: str) -> str:
    """The text of a file of words. Raises BadConfig, which names the option, where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadConfig(f"{file}: cannot be opened ({error.strerror}); set [retriever] {option}") from None
    except UnicodeDecodeError:
        raise BadConfig(f"{file}: is not UTF-8; save it as UTF-8") from None
