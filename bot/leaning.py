"""Whether a question leans on the one before, though no word says so: it names nothing that it could be about. Pure."""

from __future__ import annotations

import re

from bot.parts import LINKS, Parts, Word
from bot.question_words import ASKING, STOP, Wants

_ACTORS = frozenset({Wants.PERSON, Wants.PLACE, Wants.ORGANISATION, Wants.NAME, Wants.PHRASE})
_MODALS = frozenset("要 需要 需 应 应该 应当 必须 可以 可 能 能够 得 会 还要 还需 还需要 还可以 还能".split())
_TELLS_NOTHING = STOP | LINKS | _MODALS
_BARE = re.compile("谁|怎|如何|哪[里儿]|何[处地]|什么地方")  # question words that name no kind of thing


def is_headless(parts: Parts) -> bool:
    """Whether a question names neither a thing nor a place: 什么时候开始的, 返还了多少, 需要带什么证件."""
    opening = parts.words[0].text if parts.words else ""
    asked_for = parts.counted if opening in _MODALS else None
    if parts.places or any(phrase != asked_for for phrase in parts.phrases):
        return False
    telling = [word for word in parts.words if word.text not in _TELLS_NOTHING]
    front = [word for word in telling if word.start < parts.hole[0]]
    if parts.hole[0] == 0 and parts.wants in _ACTORS:
        of_no_kind = _BARE.search(parts.folded, *parts.hole) and len(telling) == 1
        return bool(not telling or of_no_kind or parts.folded.rstrip("?。! ").endswith("的"))
    if len(front) > 1 or _opens_with_noun(parts, front):
        return False
    return not front or not _names_a_subject(parts, front[0], opening)


def _opens_with_noun(parts: Parts, front: list[Word]) -> bool:
    """Whether words that tell nothing each stand together for a noun that jieba does not know: 年会预算."""
    end = front[0].start if front else parts.hole[0]
    return any(word.tag.startswith(("m", "n", "q")) for word in parts.words if word.end <= end)


def _names_a_subject(parts: Parts, word: Word, opening: str) -> bool:
    """Whether the one word before a question word is what the question is about, though jieba has it for a verb.

    So it is with what another verb tells of it (例会谁主持, 转正要多久), and before a noun that asks (值班电话).
    """
    if is_done(word, parts):
        return False
    if not word.is_verb or not ASKING.search(parts.folded, *parts.hole):
        return True
    told_of = any(
        other.is_verb if other.start >= parts.hole[1] else other.text in _MODALS
        for other in parts.words
        if other.start >= word.end
    )
    return told_of and opening == word.text and len(word.text) > 1


def begins_with_deed(parts: Parts) -> bool:
    """Whether a question begins with what was done, not with who did it: 破获了多少起案件, 有多少网格员."""
    first = next(iter(parts.words), None)
    deed = first is not None and first.is_verb and first.start == 0 and is_done(first, parts)
    return deed or bool(re.match("有(?=多少|几|什么|哪)", parts.folded))


def is_done(word: Word, parts: Parts) -> bool:
    """Whether a word is said to be done: 成活了."""
    return parts.folded.startswith(("了", "过"), word.end)
