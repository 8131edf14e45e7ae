"""Question to Hits: a dense and a lexical leg, their scores fused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.config import Retriever as Settings
from bot.store import Generation
from bot.synonyms import expanded
from bot.types import Document, Filters, Hit
from embeddings.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        """The `top_k` passages that fit a query best, among the documents that pass the filters.

        Each leg proposes candidates. Both legs' scores of every candidate are brought to mean 0 and
        deviation 1 over the candidates and added with the configured weight (Bruch et al., An
        Analysis of Fusion Functions for Hybrid Retrieval, TOIS 2023: scores keep what ranks lose).
        """
        import numpy as np

        allowed, undated = self._allowed(filters or Filters())
        if not len(self._documents) or (allowed is not None and not allowed.any()):
            return Found((), undated)
        vector = self._encoder.encode_queries([query])[0]
        near, _ = self._generation.vectors.search(vector, self._settings.candidates, allowed)
        counted = self._generation.lexical.scores(expanded(query, self._generation.synonyms))
        if allowed is not None:
            counted = np.where(allowed, counted, 0)
        most = min(self._settings.candidates, len(counted))
        likely = np.argpartition(-counted, most - 1)[:most]
        rows = np.union1d(near, likely[counted[likely] > 0])
        dense = self._generation.vectors.cosines(vector, rows)
        weight = self._settings.dense_weight
        fused = weight * _standard(dense) + (1 - weight) * _standard(counted[rows])
        best = np.lexsort((rows, -fused))[:top_k]
        found = self._generation.passages([int(rows[i]) for i in best])
        hits = tuple(
            Hit(passage, document, text, round(float(fused[i]), 6))
            for i, (passage, document, text) in zip(best, found, strict=True)
        )
        return Found(hits, undated)

    def _allowed(self, filters: Filters) -> tuple[NDArray[np.bool_] | None, int]:
        """Which passage rows pass, or None where all do; and the undated documents left out."""
        import numpy as np

        if filters == Filters():
            return None, 0
        documents = self._generation.documents
        passing = [_passes(document, filters) for document in documents]
        undated = sum(
            ok and document.date is None for ok, document in zip(passing, documents, strict=True)
        ) if filters.by_date else 0  # fmt: skip
        if filters.by_date:
            passing = [
                ok and document.date is not None
                and (not filters.date_from or document.date >= filters.date_from)
                and (not filters.date_to or document.date <= filters.date_to)
                for ok, document in zip(passing, documents, strict=True)
            ]  # fmt: skip
        return np.asarray(passing, dtype=bool)[self._documents], undated


def _passes(document: Document, filters: Filters) -> bool:
    """Whether a document is one of those named and under the source; dates aside."""
    return (not filters.document or document.id in filters.document) and document.source.startswith(filters.source)


def _standard(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """The scores with mean 0 and deviation 1; all 0 where they do not differ."""
    import numpy as np

    wide = scores.astype(np.float64)
    deviation = wide.std()
    return (wide - wide.mean()) / deviation if deviation > 1e-9 else np.zeros_like(wide)
