"""What a passage's document says for all of the passage: subject, place, period."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from bot.asked import Asked, Term, told_days, told_months, told_turns
from bot.evidence import cues, presence, present, share
from bot.places import PATTERN, full_names
from bot.question_words import VALUES, Wants
from bot.text import clauses, fold, sentences
from bot.types import Hit, NameKind, StoredDocument
from bot.view import view

T = TypeVar("T")
_LEAD = 200  # characters of a document's beginning that tell what it is about
_OPENING = 90  # characters of it that a sentence need not say again
_BACK = {"今年": 0, "本年": 0, "去年": 1, "上年": 1, "前年": 2}  # years
_RARE = 8.0  # weight from which a word names what a question is about
_BARELY = 0.3  # presence from which such a word may be meant
_OPEN = frozenset({Wants.PHRASE, Wants.REASON, Wants.YES_NO, Wants.LIST})  # kinds that paraphrase more
_THERE = 0.5  # presence from which a role is named
_SUBJECT = 8  # characters of a clause's beginning that hold its subject
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|\D)")
_PLACE_WEIGHT = 8.0  # as a rare word's


class Setting:
    """What a passage's document says for all of it: subject, place, period."""

    def __init__(self, asked: Asked, hit: Hit, rank: int, stored: StoredDocument, prose: str) -> None:
        self.asked, self.hit, self.rank = asked, hit, rank
        self.view = view(hit.text, hit.passage)
        self.passage = fold(self.view.text)
        abbreviated = [name for name in hit.passage.names if name.kind is NameKind.PLACE]
        self.provinces = {full for name in abbreviated for full in full_names(self.passage[name.start : name.end])}
        self.stored, self.prose = stored, prose
        self.head = fold("\n".join([hit.document.title, *hit.passage.path, hit.document.publisher or ""]))
        self.lead = f"{self.head}\n{self.prose[:_LEAD]}"
        self.sentences = [(0, len(self.passage))] if self.view.cells else sentences(self.passage)
        first = self.passage[slice(*self.sentences[0])] if self.sentences and not self.view.cells else ""
        self.opening = f"{self.head}\n{self.prose[:_OPENING]}\n{first}"
        self.date = hit.document.date or ""
        # A word of the title, heading or lead holds for the whole passage; one elsewhere in it for half.
        above = self.lead if hit.passage.start >= _LEAD else self.head
        self.given = {
            term.word: max(0.85 * present(term, above), 0.5 * present(term, self.passage)) for term in asked.terms
        }
        specific = tuple(term for term in asked.terms if self.given[term.word] < 0.8) or asked.terms
        # A place that the title does not settle must stand by the answer: 华东区 beside 华南区.
        beside = tuple(Term(place, _PLACE_WEIGHT) for place in asked.places if place not in self.head)
        self.specific = specific + beside
        self.in_passage = share(asked.terms, self.passage + (self.head if self.view.cells else self.lead), asked.places)

    def has_places(self, sentence: str) -> bool:
        """Whether every place asked of is named here, or is what the document is about.

        A sentence with a clause that begins with another place is about that one.
        """
        if self.asked.places and not any(place in sentence for place in self.asked.places):
            for start, end in clauses(sentence):
                other = PATTERN.search(sentence, start, min(end, start + _SUBJECT))
                if other and sentence[other.start() - 1 : other.start()] not in {*"在于赴到向从与和"}:
                    return False
        return all(
            place in sentence
            or place in self.lead
            or place in self.passage
            or place in self.provinces
            or self.prose.count(place) >= 3
            for place in self.asked.places
        )

    def names_place(self, words: str) -> bool:
        """Whether words name a place, the one asked of or another."""
        return any(place in words for place in self.asked.places) or bool(PATTERN.search(words))

    def has_period(self, sentence: str) -> bool:
        """Whether the days, months and years asked of are the sentence's, or else the passage's or the document's."""
        return (
            self._has_all(self.asked.days, told_days, sentence)
            and self._has_all(self.asked.months, told_months, sentence)
            and self._has_years(sentence)
        )

    @property
    def knows_subject(self) -> bool:
        """Whether a passage or its opening holds every rare word of a question that wants a value or a name."""
        if self.asked.wants in _OPEN:
            return True
        told = self.passage, self.lead
        rare = (term for term in self.asked.terms if term.weight >= _RARE)
        return all(any(present(term, text) >= _BARELY for text in told) for term in rare)

    def has_turns(self, sentence: str) -> bool:
        """Whether the quarter, the half of a year, or which of several is the one asked of: 第五届 and not 第六届."""
        others = told_turns(sentence) or told_turns(self.passage) or told_turns(self.lead)
        return not self.asked.turns or not others or set(self.asked.turns) <= {*others, *told_turns(self.head)}

    def names_counted(self, text: str, before: str) -> bool:
        """Whether a sentence, the one before, or what stands over it names what is counted: 嫌疑人 in 多少嫌疑人."""
        counted = self.asked.counted if self.asked.wants in VALUES else ""
        texts = text, before, self.head
        return not counted or any(presence(counted, words) >= _THERE for words in texts)

    def names_role(self, text: str, before: str) -> bool:
        """Whether a sentence, or the one before, names the role whose bearer is asked for: 冠军 in 冠军是谁."""
        roles = [term for term in self.asked.terms if term.focus] if self.asked.asks_role else []
        near_by = before + text
        return all(present(term, near_by) >= _THERE or any(cue in near_by for cue in cues(term.word)) for term in roles)

    def _has_all(self, wanted: tuple[T, ...], told: Callable[[str], tuple[T, ...]], sentence: str) -> bool:
        """Whether these are told in the sentence or over it, or nothing else is."""
        here, above = set(told(sentence)), set(told(self.head))
        others = here | above or set(told(self.passage))
        return set(wanted) <= here | above or not others or set(wanted) <= others

    def _has_years(self, sentence: str) -> bool:
        years = self.asked.years
        if not years or all(year in sentence for year in years):
            return True
        if YEAR.search(sentence):
            return False
        dated = self.date[:4]
        if (
            dated
            and not self.view.cells
            and (told := {str(int(dated) - back) for word, back in _BACK.items() if word in sentence})
        ):
            return set(years) <= told
        around = self.passage + self.head
        if all(year in around for year in years):
            return True
        if re.search(r"(?<!\d)(?:19|20)\d{2}年", self.passage) or len(years) > 1:
            return False
        if dated and "今年" not in self.passage and "去年" in self.passage + self.lead:
            return str(int(dated) - 1) == years[0]
        return dated == years[0] or (not dated and years[0] in self.lead)


def prose(stored: StoredDocument) -> str:
    """The folded text of a document without its tables, whose rows are each about something else."""
    text = fold(stored.text)
    for block in reversed(stored.blocks):
        if block.table:
            text = text[: block.start] + text[block.end :]
    return text
