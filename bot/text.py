"""Chinese text: folding that keeps offsets, paragraphs, sentences, words. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from bot.errors import BotError
from bot.types import Span

TOKENS = 2  # changes with what `search_tokens` gives

_END = "。！？!?…"
_CLOSING = "”’」』）)】》〉\"'"
_SENTENCE = re.compile(rf"[{_END}；;]+[{_CLOSING}]*|(?<=[A-Za-z])\.(?=\s)|\n")
_CLAUSE = re.compile(rf"[{_END}；;，,：:\n]+[{_CLOSING}]*")
_WORD = re.compile(r"\w")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WIDE = "[\u3001-\u301b\u3400-\u9fff\uff01-\uff1f“”‘’]"  # characters and punctuation that have no spaces between
_GAP = re.compile(f"(?<={_WIDE}) +(?={_WIDE})")
_DAY = re.compile(r"(?<![\d.])(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日|(?![\d.]))")
_BREAK = re.compile(r"\s*\n\s*")
_SPACED = re.compile(r"[!-~\u00c0-\u024f]")  # what is written with spaces between words
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_COUNTED = re.compile(r"\d+(?:[.,]\d+)*[万亿]*[\u3400-\u9fff%]?")


class _Folding(dict[int, str]):
    """What each character folds to: half width, lower case, simplified; looked up once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        narrow = unicodedata.normalize("NFKC", char).lower()
        folded = narrow if len(narrow) == 1 else char
        if _CJK.match(folded):
            simplified = _opencc().convert(folded)
            folded = simplified if len(simplified) == 1 else folded
        self[code] = folded
        return folded


@functools.cache
def _opencc() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in half width, lower case and simplified characters, one character for each.

    ``len(fold(text)) == len(text)``, so an offset in one is the same place in the other.
    """
    return text.translate(_FOLDING)


def closed(text: str) -> str:
    """The text without the spaces between Chinese characters, which typesetters and translators put there."""
    return _GAP.sub("", text)


def days_one_way(text: str) -> str:
    """The text with its days written one way: 2023/9/28 and 2023年09月28日 as 2023年9月28日."""
    return _DAY.sub(lambda day: "{}年{}月{}日".format(*map(int, day.groups())), text)


def search_form(text: str) -> str:
    """The text of a passage as it is searched: days written one way, no spaces between Chinese characters."""
    return closed(days_one_way(text))


def breaks(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[Span, str]]:
    """The line breaks in a stretch, with the white space around them, and what a person reads in their place.

    Words that are written with spaces between keep one; Chinese needs none.
    """
    for match in _BREAK.finditer(text, start, len(text) if end is None else end):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        yield match.span(), " " if _SPACED.match(before) and _SPACED.match(after) and before != "-" else ""


def on_one_line(text: str) -> str:
    """The text as one line for a person: broken lines joined, a row's cells parted by bars."""
    told, place = "", 0
    for (start, end), between in breaks(text):
        told, place = told + text[place:start] + between, end
    return re.sub(r"\s*\t\s*", " | ", told + text[place:])


def has_cjk(text: str) -> bool:
    """Whether any Chinese character is in the text."""
    return bool(_CJK.search(text))


def has_letters(text: str) -> bool:
    """Whether any letter, digit or Chinese character is in the text."""
    return bool(_WORD.search(text))


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without the white space at its two ends; empty at `start` where all is white."""
    stretch = text[start:end]
    left = len(stretch) - len(stretch.lstrip())
    return (start, start) if left == len(stretch) else (start + left, start + len(stretch.rstrip()))


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The lines of text that are not blank, without the white space around them."""
    place, stop = start, len(text) if end is None else end
    while place < stop:
        line_end = text.find("\n", place, stop)
        line_end = stop if line_end < 0 else line_end
        span = trimmed(text, place, line_end)
        if span[0] < span[1]:
            yield span
        place = line_end + 1


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of a stretch, in order, without the white space around them."""
    return _split(_SENTENCE, text, start, len(text) if end is None else end)


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, without what ends them: for counting, and quicker than `sentences`."""
    return _SENTENCE.split(text)


def clauses(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The clauses of a stretch, in order, each with the punctuation that ends it."""
    return _split(_CLAUSE, text, start, len(text) if end is None else end)


def _split(boundary: re.Pattern[str], text: str, start: int, end: int) -> list[Span]:
    spans, place = [], start
    for match in boundary.finditer(text, start, end):
        if match.group() in {",", ":"} and _inside_number(text, match.start(), end):
            continue
        spans.append(trimmed(text, place, match.end()))
        place = match.end()
    spans.append(trimmed(text, place, end))
    return [span for span in spans if span[0] < span[1]]


def _inside_number(text: str, place: int, end: int) -> bool:
    return place > 0 and place + 1 < end and text[place - 1].isdigit() and text[place + 1].isdigit()


@functools.lru_cache(maxsize=4)
def _jieba(dictionary: str) -> Any:
    """Jieba's tokenizer with the words of a dictionary, and its cache file where only this user writes."""
    import io
    import logging

    import jieba

    from embeddings.model import cache_dir

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(f"{folder} cannot be written ({error.strerror}); set BOT_CACHE to a folder") from None
    tokenizer.tmp_dir = str(folder)
    tokenizer.initialize()
    tokenizer.load_userdict(io.StringIO(dictionary))
    return tokenizer


@functools.lru_cache(maxsize=4)
def _tagger(dictionary: str) -> Any:
    import jieba.posseg

    return jieba.posseg.POSTokenizer(_jieba(dictionary))


def search_tokens(text: str, dictionary: str = "") -> list[str]:
    """The tokens that lexical search counts, in the folded text; `dictionary` as `bot.dictionary` gives it.

    jieba's search-mode words; the pairs of neighbouring Chinese characters, which find what jieba
    cuts otherwise in a question than in a document; numbers with what they count, whole.
    """
    folded = fold(text)
    tokens = [word for word in _jieba(dictionary).cut_for_search(folded) if _WORD.search(word)]
    for run in _HAN_RUN.findall(folded):
        tokens += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return tokens + _COUNTED.findall(folded)


def tagged_words(text: str, dictionary: str = "") -> list[tuple[str, str, int]]:
    """Jieba's words of the folded text with their part of speech (ns place, nr person, nt …) and offset."""
    place, found = 0, []
    for word, tag in _tagger(dictionary).cut(fold(text)):
        found.append((word, tag, place))
        place += len(word)
    return found


def warm_up(dictionary: str = "") -> None:
    """Loads the dictionaries, a second's work, so that the first question need not wait for it."""
    fold("體")
    tagged_words("预热", dictionary)


def is_known(word: str) -> bool:
    """Whether a word is in jieba's dictionary."""
    return bool(_jieba("").FREQ.get(word))


def rarity(word: str) -> float:
    """How much a word tells, by jieba's frequencies: about 4 for 的, 12 for 案件, 17 for a word unknown to it."""
    import math

    tokenizer = _jieba("")
    return math.log(tokenizer.total / max(1, tokenizer.FREQ.get(word) or 1))


def crosses(before: str, after: str) -> bool:
    """Whether a word of jieba's dictionary reaches from the end of one text into the beginning of another."""
    left, right = fold(before[-8:]), fold(after[:8])
    place = 0
    for word in _jieba("").cut(left + right, HMM=False):
        if place < len(left) < place + len(word):
            return True
        place += len(word)
    return False


def word_ends(text: str) -> list[int]:
    """Where jieba's words of a text end, in order."""
    return list(accumulate(len(word) for word in _jieba("").cut(fold(text))))
