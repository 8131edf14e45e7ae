"""The text in the bytes of a file, in the encodings of Chinese offices."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from bot.documents.everyday import likeness
from bot.documents.extracted import normalised
from bot.errors import UnreadableDocument

_SEVEN_BITS = {"UTF-7": ("utf-7", b"+"), "HZ": ("hz", b"~{")}  # each with what every text in it holds

# Of texts of 8 characters, in 15 encodings that are not to be read and the wrong ones of those that are, the
# likeliest came to 3.7; of right ones 5 % come to less than 4.4, of 16 characters one in a thousand.
_SURE = 6.0
# Garbage of 32 characters comes to -45 to -110; of 88,000 such pieces of news the least, a list of plants, to -15.
_GARBAGE = -25.0
_FROM_C6A1 = re.compile("[々ぁ-ヾЁА-ё①-⑽]")
_PIECE = re.compile(r"[^\n]{1,32}")


def decode(data: bytes) -> str:
    """The text in the bytes of a file: UTF-8, UTF-16, GB18030 or Big5.

    Raises UnreadableDocument where it is none of them for sure: a wrong guess is worse.
    """
    if data[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise UnreadableDocument("is UTF-32; save it as UTF-8")
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _decoded("UTF-16", "utf-16", data)
    if data.startswith(codecs.BOM_UTF8):
        return _decoded("UTF-8", "utf-8", data)
    if b"\0" not in data:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            _check_seven_bits(data)
            return normalised(text)
    return normalised(_guessed(data))


def _decoded(name: str, encoding: str, data: bytes) -> str:
    try:
        return normalised(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise UnreadableDocument(_damage(name, error)) from None


def _check_seven_bits(data: bytes) -> None:
    """Raises UnreadableDocument for text in an encoding that looks like ASCII."""
    if b"\x1b$" in data:
        raise UnreadableDocument("is ISO-2022; save it as UTF-8")
    for name, (encoding, mark) in _SEVEN_BITS.items():
        if mark in data and data.isascii() and likeness(data.decode(encoding, "ignore")) >= _SURE:
            raise UnreadableDocument(f"is {name}; save it as UTF-8")


def _guessed(data: bytes) -> str:
    """The text in the encoding in which alone it is likely to be Chinese, all of it."""
    guesses = sorted(((likeness(text), text) for text in _readings(data)), reverse=True)
    if not guesses or guesses[0][0] < _SURE or any(guesses[0][0] - other < _SURE for other, _ in guesses[1:]):
        raise UnreadableDocument(_complaint(data))
    text = guesses[0][1]
    for piece in _PIECE.finditer(text):
        if likeness(piece.group()) < _GARBAGE:
            line = text.count("\n", 0, piece.start()) + 1
            raise UnreadableDocument(f"is damaged or of two encodings from line {line} on; save it as UTF-8")
    return text


def _readings(data: bytes) -> Iterator[str]:
    """The text in each encoding that it may be in."""
    for encoding in ("utf-16-le", "utf-16-be") if b"\0" in data else ("gb18030", "big5", "utf-16-le", "utf-16-be"):
        try:
            yield _big5(data) if encoding == "big5" else data.decode(encoding)
        except UnicodeDecodeError:
            continue


def _big5(data: bytes) -> str:
    """The text as Windows decodes Big5, or with Hong Kong's supplement where that has more.

    Where Python's codec for Windows has the rows from C6A1 on, kana and numbers in circles, it alone has them so.
    """
    try:
        text = data.decode("cp950")
    except UnicodeDecodeError:
        return data.decode("big5hkscs")
    return data.decode("big5hkscs") if _FROM_C6A1.search(text) else text


def _complaint(data: bytes) -> str:
    """What is wrong with bytes that are no text for sure, and the mend."""
    if b"\0" in data:
        return "is binary, not text; save it as UTF-8 text"
    found = []
    for name, encoding in (("UTF-8", "utf-8"), ("GB18030", "gb18030"), ("Big5", "big5hkscs")):
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            found.append((likeness(data.decode(encoding, "replace")), _damage(name, error)))
    likely, complaint = max(found, default=(0.0, ""))
    return complaint if likely >= _SURE else "its encoding cannot be told; save it as UTF-8"


def _damage(name: str, error: UnicodeDecodeError) -> str:
    if error.end == len(error.object) and error.reason in _CUT:
        return f"is {name} and cut short in its last character; copy it anew"
    line = error.object.count(b"\n", 0, error.start) + 1
    return f"is {name} but for byte {error.start}, in line {line}; mend that place and save it as UTF-8"


# How Python's codecs say that the bytes end within a character.
_CUT = {"unexpected end of data", "truncated data", "incomplete multibyte sequence"}
