"""Question to Hits: a dense and a lexical leg, their scores fused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.access import sees
from bot.config import Retriever as Settings
from bot.question_words import QUESTION_WORD
from bot.store import Generation
from bot.synonyms import expanded
from bot.text import days_one_way, fold, split_sentences
from bot.types import Document, Filters, Hit, Passage
from bot.view import view
from embeddings.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Found on cmrc2018-trial, xquad-zh and drcd-dev, 1,500 questions of each pool: 0.2 and 0.5 points more first.
_SENTENCE = 1 / 3  # share of the best sentence's score in the lexical leg's


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that either leg proposes, of shape (n,) each: their rows, and their scores."""

    rows: NDArray[np.int64]
    dense: NDArray[np.float32]  # cosines
    lexical: NDArray[np.float32]  # BM25
    sentence: NDArray[np.float32]  # how much of the query's words, by rarity, the best sentence holds
    found: Sequence[tuple[Passage, Document, str]] = ()  # what stands in the rows

    def fused(self, dense_weight: float) -> NDArray[np.float64]:
        """The scores, brought to mean 0 and deviation 1 over the candidates and added, of shape (n,).

        Scores keep what ranks lose: Bruch et al., An Analysis of Fusion Functions for Hybrid
        Retrieval, TOIS 2023.
        """
        lexical = (1 - _SENTENCE) * _standard(self.lexical) + _SENTENCE * _standard(self.sentence)
        return dense_weight * _standard(self.dense) + (1 - dense_weight) * lexical

    def best(self, dense_weight: float, top_k: int) -> NDArray[np.int64]:
        """The places of the `top_k` best, best first; ties in the order of the rows."""
        import numpy as np

        return np.lexsort((self.rows, -self.fused(dense_weight)))[:top_k]


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, best first, and how many undated documents a date filter left out."""

    hits: tuple[Hit, ...]
    undated_excluded: int = 0


class Retriever:
    """Searches one generation."""

    def __init__(self, generation: Generation, encoder: Encoder, settings: Settings) -> None:
        self._generation = generation
        self._encoder = encoder
        self._settings = settings
        self._documents = generation.document_of_row()

    def search(self, query: str, top_k: int, filters: Filters | None = None) -> Found:
        """The `top_k` passages that fit a query best, among the documents that pass the filters."""
        candidates, undated = self.candidates(query, filters)
        best = candidates.best(self._settings.dense_weight, top_k)
        scores = candidates.fused(self._settings.dense_weight)[best]
        found = (candidates.found[int(place)] for place in best)
        hits = tuple(
            Hit(passage, document, text, round(float(score), 6))
            for (passage, document, text), score in zip(found, scores, strict=True)
        )
        return Found(hits, undated)

    def candidates(self, query: str, filters: Filters | None = None) -> tuple[Candidates, int]:
        """What each leg proposes, and how many undated documents a date filter left out."""
        import numpy as np

        allowed, undated = self._allowed(filters or Filters())
        if not len(self._documents) or (allowed is not None and not allowed.any()):
            none = np.zeros(0, dtype=np.float32)
            return Candidates(np.zeros(0, dtype=np.int64), none, none, none), undated
        folded = days_one_way(fold(query))
        vector = self._encoder.encode_queries([folded])[0]
        near, _ = self._generation.vectors.search(vector, self._settings.candidates, allowed)
        words = expanded(_telling(folded), self._generation.synonyms)
        counted = self._generation.lexical.scores(words)
        if allowed is not None:
            counted = np.where(allowed, counted, 0)
        most = min(self._settings.candidates, len(counted))
        likely = np.argpartition(-counted, most - 1)[:most]
        rows = np.union1d(near, likely[counted[likely] > 0])
        rarities = self._generation.lexical.rarities(words)
        found = self._generation.passages([int(row) for row in rows])
        told = (view(text, passage).text for passage, _, text in found)
        sentence = np.fromiter((_best_sentence(text, rarities) for text in told), np.float32, len(rows))
        dense = self._generation.vectors.cosines(vector, rows)
        return Candidates(rows, dense, counted[rows], sentence, found), undated

    def documents(self, filters: Filters) -> list[Document]:
        """The documents that pass the filters, in the order of the index."""
        documents = self._generation.documents
        return [document for document in documents if _passes(document, filters) and _in_time(document, filters)]

    def _allowed(self, filters: Filters) -> tuple[NDArray[np.bool_] | None, int]:
        """Which passage rows pass, or None where all do; and the undated documents left out."""
        import numpy as np

        if filters == Filters():
            return None, 0
        named = [_passes(document, filters) for document in self._generation.documents]
        timely = [_in_time(document, filters) for document in self._generation.documents]
        undated = sum(
            ok and filters.by_date and document.date is None
            for ok, document in zip(named, self._generation.documents, strict=True)
        )
        return (np.asarray(named, dtype=bool) & np.asarray(timely, dtype=bool))[self._documents], undated


def _telling(folded: str) -> str:
    """A folded query without its question words, unless it has no others."""
    told = QUESTION_WORD.sub(" ", folded)
    return told if re.search(r"\w", told) else folded


def _best_sentence(text: str, rarities: Mapping[str, float]) -> float:
    """The most that the words one sentence of a text holds are worth together."""
    folded = fold(text)
    held = [(word, rarity) for word, rarity in rarities.items() if word in folded]
    return max(sum(rarity for word, rarity in held if word in sentence) for sentence in split_sentences(folded))


def _passes(document: Document, filters: Filters) -> bool:
    """Whether a document is one of those named, under the source, and to be seen; dates aside."""
    named = not filters.document or document.id in filters.document
    return named and document.source.startswith(filters.source) and sees(filters.visible, document.source)


def _in_time(document: Document, filters: Filters) -> bool:
    """Whether a document is dated within the filters' dates, where they have any."""
    if not filters.by_date:
        return True
    day = document.date
    return day is not None and filters.date_from <= day and (not filters.date_to or day <= filters.date_to)


def _standard(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """The scores with mean 0 and deviation 1; all 0 where they do not differ."""
    import numpy as np

    wide = scores.astype(np.float64)
    deviation = wide.std() if len(wide) else 0.0
    return (wide - wide.mean()) / deviation if deviation > 1e-9 else np.zeros_like(wide)
