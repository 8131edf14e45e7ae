"""Nearest vectors by inner product, over FAISS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def _faiss() -> Any:
    """FAISS without its type hints, which know only the signatures of C++."""
    import faiss

    return faiss


class VectorIndex:
    """An exact index of unit vectors; row numbers are the order they were built in."""

    def __init__(self, faiss_index: Any) -> None:
        self._index = faiss_index

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> VectorIndex:
        """The index of vectors of shape (n, dimension); n may be 0."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """The index saved in a file that is known to be whole: FAISS trusts what it reads."""
        import faiss

        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Writes the index to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._index.d)

    def search(
        self, query: NDArray[np.float32], top_k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the nearest vectors to one query of shape (dimension,), best first.

        `allowed`, of shape (n,), leaves only the rows that are true. Fewer than `top_k` come back
        where there are fewer.
        """
        import numpy as np

        faiss = _faiss()
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        scores, rows = self._index.search(query.reshape(1, -1), max(1, min(top_k, len(self))), params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def cosines(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosines of one query, of shape (dimension,), to the vectors in `rows`, in their order."""
        import numpy as np

        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(rows) @ query, dtype=np.float32)
