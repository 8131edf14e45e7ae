"""BM25 over jieba's words, character pairs and numbers, through bm25s."""

from __future__ import annotations

import math
import zlib
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.text import search_tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Passages are of like length, and a word that comes often tells little more; figures in docs/DECISIONS.md.
_K1, _B = 0.9, 0.4


class LexicalIndex:
    """Scores every passage for the words of a query; `dictionary` holds words that jieba does not know."""

    def __init__(self, bm25: Any, size: int, dictionary: str) -> None:
        self._bm25 = bm25
        self._size = size
        self._dictionary = dictionary

    @classmethod
    def build(cls, texts: Sequence[str], dictionary: str = "") -> LexicalIndex:
        """The index of texts; row numbers are their order."""
        return cls.count((search_tokens(text, dictionary) for text in texts), dictionary)

    @classmethod
    def count(cls, counted: Iterable[Sequence[str]], dictionary: str = "") -> LexicalIndex:
        """The index of texts by their search tokens; row numbers are their order."""
        import bm25s

        vocabulary: dict[str, int] = {}
        rows = [array("I", [vocabulary.setdefault(token, len(vocabulary)) for token in tokens]) for tokens in counted]
        if not vocabulary:
            return cls(None, len(rows), dictionary)
        bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        bm25.index((rows, vocabulary), show_progress=False)
        return cls(bm25, len(rows), dictionary)

    @classmethod
    def load(cls, folder: Path, size: int, dictionary: str = "") -> LexicalIndex:
        """The index of `size` texts saved in a folder."""
        import bm25s

        bm25 = bm25s.BM25.load(folder) if (folder / "params.index.json").exists() else None
        return cls(bm25, size, dictionary)

    def save(self, folder: Path) -> None:
        """Writes the index's files into a folder; none for an index of no words."""
        folder.mkdir()
        if self._bm25 is not None:
            self._bm25.save(folder, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every text, of shape (size,); 0 where no word of the query is in it."""
        import numpy as np

        known = self._known(query)
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def rarities(self, query: str) -> dict[str, float]:
        """The words of a query that are in any text, each with its inverse document frequency, above 0."""
        starts = self._bm25.scores["indptr"] if self._bm25 else []
        found = {}
        for token in self._known(query):
            place = self._bm25.vocab_dict[token]
            texts = int(starts[place + 1] - starts[place])
            found[token] = math.log(1 + (self._size - texts + 0.5) / (texts + 0.5))
        return found

    def _known(self, query: str) -> list[str]:
        vocabulary = {} if self._bm25 is None else self._bm25.vocab_dict
        return [token for token in search_tokens(query, self._dictionary) if token in vocabulary]


def packed(tokens: Sequence[str]) -> bytes:
    """A text's search tokens, compressed: what is kept so that it need not be cut into words again."""
    return zlib.compress("\n".join(tokens).encode("utf-8", "surrogatepass"), 1)


def unpacked(kept: bytes) -> list[str]:
    """The search tokens that `packed` compressed."""
    text = zlib.decompress(kept).decode("utf-8", "surrogatepass")
    return text.split("\n") if text else []
