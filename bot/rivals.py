"""Candidates of different documents: whether they say the same, hide the same, or disagree. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from bot.agreement import compatible, same_value
from bot.asked import Asked
from bot.evidence import Evidence
from bot.question_words import NAMES, VALUES
from bot.reader import Candidate
from bot.text import fold
from bot.types import Span
from bot.values import find_values

_CLOSE = 0.1  # support this near to the best may stand against it
_COPY = 0.8  # share of like characters from which two sentences are copies
_TWIN = 0.9  # share of like characters before and after from which two places are the same
_WORD = (2, 12)  # characters of a word that two reprints tell differently
_FIGURES = re.compile(r"[\d*×■□●○][\d*×■□●○.,]*")  # which a copy may mask


def tells(candidate: Candidate, masked: Candidate) -> bool:
    """Whether another document tells what a mask hides: in nearly the same sentence, or as well supported.

    What is less well supported is another figure, and never stands in a mask's place.
    """
    if candidate.hit.document.id == masked.hit.document.id:
        return False
    one, other = candidate.evidence, masked.evidence
    better = (one.sentence - other.sentence, one.clause - other.clause, one.near - other.near, one.shape - other.shape)
    copied = one.support >= other.support - _CLOSE and _is_copy(masked, candidate)
    return copied or min(better) >= 0


def rivals(asked: Asked, best: Candidate, fitting: Sequence[Candidate]) -> list[Candidate]:
    """The best candidates of other documents that are as well supported and say another value or name."""
    looked_at, found = {best.hit.document.id}, list[Candidate]()
    for candidate in fitting:
        if candidate.hit.document.id in looked_at or candidate.masked:
            continue
        if asked.wants not in VALUES | NAMES:
            if all(_differs_in_a_word(told, candidate) for told in (best, *found)):
                looked_at.add(candidate.hit.document.id)
                found.append(candidate)
            continue
        close = candidate.evidence.support >= best.evidence.support - _CLOSE
        if not close and not _is_twin(best, candidate):
            continue
        looked_at.add(candidate.hit.document.id)  # a document speaks through its best candidate alone
        if (_as_close(candidate.evidence, best.evidence) or _is_twin(best, candidate)) and all(
            _disagree(asked, candidate.text, told.text) for told in (best, *found)
        ):
            found.append(candidate)
    return found


def _disagree(asked: Asked, one: str, other: str) -> bool:
    """Whether two answers cannot both be true: values of the same unit, or names of which neither holds the other."""
    if asked.wants in VALUES:
        return value_key(one)[1] == value_key(other)[1] and not compatible(one, other)
    names = [re.sub(r"[\W_]+", "", fold(text)) for text in (one, other)]
    return names[0] not in names[1] and names[1] not in names[0]


def _differs_in_a_word(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates stand in sentences that are the same but for one word, which is in both candidates."""
    sentences = _sentence(one), _sentence(other)
    if max(map(len, sentences)) > 3 * min(map(len, sentences)):
        return False
    codes = difflib.SequenceMatcher(None, *sentences, autojunk=False).get_opcodes()
    apart = [code for code in codes if code[0] != "equal"]
    if not apart or sum(code[2] - code[1] for code in codes if code[0] == "equal") < _COPY * min(map(len, sentences)):
        return False
    spans = (apart[0][1], apart[-1][2]), (apart[0][3], apart[-1][4])
    return all(
        _WORD[0] <= end - start <= _WORD[1] and begin <= start and end <= stop
        for (start, end), (begin, stop) in zip(spans, map(_in_sentence, (one, other)), strict=True)
    )


def _in_sentence(candidate: Candidate) -> Span:
    before, after = _around(candidate)
    return len(before), len(_sentence(candidate)) - len(after)


def _is_twin(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates stand in the same place of the same sentence."""
    return all(_likeness(*texts) >= _TWIN for texts in zip(_around(one), _around(other), strict=True))


def _around(candidate: Candidate) -> tuple[str, str]:
    """What stands before and after a candidate in its sentence."""
    begin, stop = candidate.sentence
    return _told(candidate, begin, candidate.start), _told(candidate, candidate.end, stop)


def _as_close(rival: Evidence, best: Evidence) -> bool:
    """Whether a rival stands by the same words of the question as the best candidate does."""
    return (
        rival.sentence >= best.sentence - 0.05 and rival.clause >= best.clause - 0.05 and rival.near >= best.near - 0.2
    )


def value_key(text: str) -> tuple[str, str]:
    """What is compared of a value: its number, units of ten thousand multiplied out, and its unit; or its letters."""
    values = find_values(text)
    if len(values) == 1 and values[0].number is not None:
        return str(values[0].number), values[0].unit
    return re.sub(r"[\W_]+", "", fold(text)), ""


def copies(best: Candidate, fitting: Sequence[Candidate]) -> list[Candidate]:
    """Candidates of other documents that say, or mask, the same in nearly the same sentence."""
    found: dict[str, Candidate] = {}
    for candidate in fitting:
        document = candidate.hit.document.id
        same = candidate.masked or same_value(candidate.text, best.text)
        if document != best.hit.document.id and document not in found and same and _is_copy(best, candidate):
            found[document] = candidate
    return list(found.values())


def _is_copy(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates stand in nearly the same sentence."""
    return _likeness(*(_FIGURES.sub("#", _sentence(candidate)) for candidate in (one, other))) >= _COPY


def _likeness(one: str, other: str) -> float:
    """The share of like characters of two texts, in order."""
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _sentence(candidate: Candidate) -> str:
    return _told(candidate, *candidate.sentence)


def _told(candidate: Candidate, start: int, end: int) -> str:
    """A stretch of a candidate's passage, folded, on one line."""
    offset = candidate.hit.passage.start
    return fold(re.sub(r"\s*\n\s*", "", candidate.hit.text[max(0, start - offset) : max(0, end - offset)]))


def period(candidate: Candidate) -> str:
    """The year a value belongs to, by its sentence or else its document's date; empty where neither says."""
    years = re.findall(r"(?<!\d)((?:19|20)\d{2})年", _sentence(candidate))
    return max(years, default="") or (candidate.hit.document.date or "")[:4]
