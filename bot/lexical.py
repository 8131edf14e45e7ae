"""BM25 over jieba's words, character pairs and numbers, through bm25s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.text import search_tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LexicalIndex:
    """Scores every passage for the words of a query."""

    def __init__(self, bm25: Any, size: int) -> None:
        self._bm25 = bm25
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """The index of texts; row numbers are their order."""
        import bm25s

        tokens = [search_tokens(text) for text in texts]
        if not any(tokens):
            return cls(None, len(texts))
        bm25 = bm25s.BM25(method="lucene")
        bm25.index(tokens, show_progress=False)
        return cls(bm25, len(texts))

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """The index of `size` texts saved in a folder."""
        import bm25s

        bm25 = bm25s.BM25.load(folder) if (folder / "params.index.json").exists() else None
        return cls(bm25, size)

    def save(self, folder: Path) -> None:
        """Writes the index's files into a folder; none for an index of no words."""
        folder.mkdir()
        if self._bm25 is not None:
            self._bm25.save(folder, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every text, of shape (size,); 0 where no word of the query is in it."""
        import numpy as np

        known = [] if self._bm25 is None else [w for w in search_tokens(query) if w in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)
