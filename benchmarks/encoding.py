"""How quickly passages are encoded: each backend against sentence-transformers' torch default."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.quality import NO_SHARED
from bot.config import Config
from bot.documents import File, read_file
from bot.passages import split
from bot.text import fold
from bot.types import StoredDocument
from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.model import default_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PASSAGES, ROUNDS = 128, 5
_BATCH_SIZES = {"torch": (4, 8, 16, 32), "openvino": (4,), "onnx": (4,)}
_QUERY = "鄂尔多斯电信网络诈骗紧急止付涉案资金多少"


def report(shared: Path, passages: int) -> str:
    """Passages a second, median of five rounds, the same texts and threads; ms a query; cosine to torch's."""
    corpus = shared / "corpus" / "news-20k.jsonl.gz"
    if not corpus.exists():
        return NO_SHARED
    texts = _texts(corpus, passages)
    rows = ["| backend | batch | passages/s, median (lowest to highest) | against torch | ms a query | mean cosine |"]
    rows.append("| --- | --- | --- | --- | --- | --- |")
    expected: NDArray[np.float32] | None = None
    best = 0.0
    for backend, sizes in _BATCH_SIZES.items():
        for size in sizes:
            try:
                encoder = SentenceTransformerEncoder(str(default_model()), batch_size=size, backend=backend)
            except ImportError as error:
                rows.append(f"| {backend} | | not installed: {error.name} | | | |")
                continue
            rates, vectors = _rates(encoder, texts)
            query = 1000 * median(_seconds(partial(encoder.encode_queries, [_QUERY])) for _ in range(30))
            if expected is None:
                expected = vectors
            best = max(best, median(rates)) if backend == "torch" else best
            cosine = float((vectors * expected).sum(axis=1).mean())
            rate = f"{median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f})"
            rows.append(f"| {backend} | {size} | {rate} | {median(rates) / best:.2f} | {query:.1f} | {cosine:.4f} |")
    lengths = sum(map(len, texts)) / len(texts)
    about = (
        f"{len(texts)} news passages of {lengths:.0f} characters on average, {ROUNDS} rounds, {os.cpu_count()} threads."
    )
    return "\n".join([f'{about} "Against torch": its best batch size so far.\n', *rows])


def _texts(corpus: Path, count: int) -> list[str]:
    """The first passages of the corpus, as they are encoded."""
    documents = (d for d in read_file(File(corpus, corpus.name)) if isinstance(d, StoredDocument))
    sizes = Config().passages
    return list(islice((fold(d.text[p.start : p.end]) for d in documents for p in split(d, sizes)), count))


def _rates(encoder: Encoder, texts: Sequence[str]) -> tuple[list[float], NDArray[np.float32]]:
    """Passages a second of each round, after one that does not count; and the vectors."""
    vectors = encoder.encode_passages(texts)
    return [len(texts) / _seconds(lambda: encoder.encode_passages(texts)) for _ in range(ROUNDS)], vectors


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
