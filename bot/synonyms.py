"""Words that mean the same, from a file with a group a line: ``电诈 = 电信网络诈骗 = 电信诈骗``."""

from __future__ import annotations

from pathlib import Path

from bot.dictionary import read_words
from bot.errors import BadConfig
from bot.text import fold

Groups = tuple[tuple[str, ...], ...]


def read_synonyms(file: Path) -> str:
    """The text of a file of synonyms, checked. Raises BadConfig with the number of a bad line."""
    text = read_words(file, "synonyms")
    for number, line in enumerate(text.splitlines(), 1):
        if _told(line) and len(_group(line)) < 2:
            raise BadConfig(f"{file}: line {number} names no two words; write 电诈 = 电信网络诈骗")
    return text


def groups(text: str) -> Groups:
    """The groups in the text of such a file, folded; what follows a # is a remark."""
    return tuple(_group(line) for line in text.splitlines() if _told(line))


def others(word: str, known: Groups) -> tuple[str, ...]:
    """The words that mean the same as a folded word, or as it would with a part of it said otherwise (缴公粮)."""
    said = [
        word.replace(part, other)
        for group in known
        for part in group
        if part in word
        for other in group
        if other not in word
    ]
    return tuple(dict.fromkeys(said))


def expanded(question: str, known: Groups) -> str:
    """The question, followed by the words that mean the same as one in it."""
    folded = fold(question)
    found = [other for group in known for word in group if word in folded for other in group if other not in folded]
    return " ".join([question, *dict.fromkeys(found)])


def _told(line: str) -> str:
    return line.split("#")[0].strip()


def _group(line: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in _told(line).split("=") if (word := fold(part.strip()))))
