"""Texts to unit vectors with sentence-transformers."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from embeddings.model import cache_dir

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MIB = 1024 * 1024
_WEIGHTS = ("*.safetensors", "*.bin", "*.onnx", "*.xml")


class Encoder(Protocol):
    """Text in, unit vectors out."""

    @property
    def fingerprint(self) -> str:
        """Changes when the same text would get another vector."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension), of length 1, for what is searched."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension), of length 1, for what is found."""


class SentenceTransformerEncoder:
    """An encoder over a sentence-transformers folder or hub name.

    The prompts before queries and passages are those named ``query`` and ``passage`` (or
    ``document``) in the model's own configuration; a model without prompts gets none.
    Raises OSError or ValueError where the model cannot be loaded.
    """

    def __init__(
        self,
        name: str,
        max_tokens: int = 512,
        batch_size: int = 4,
        threads: int = 0,
        backend: str = "torch",
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        if Path(name).is_dir():  # everything is at hand: keep the libraries from asking the hub
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as talk

        quiet: Any = talk
        quiet.disable_progress_bar()
        quiet.set_verbosity_error()  # it reports BERT's unused pooler as missing
        threads = threads or os.cpu_count() or 1
        torch.set_num_threads(threads)
        self._model: Any = SentenceTransformer(name, device="cpu", local_files_only=Path(name).is_dir())
        self._model.max_seq_length = min(max_tokens, self._model.max_seq_length or max_tokens)
        self._batch_size = batch_size
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = fingerprint(name, max_tokens, backend)
        if backend != "torch":
            from embeddings.onnx import run_in_onnx
            from embeddings.openvino import run_in_openvino

            run_in = {"openvino": run_in_openvino, "onnx": run_in_onnx}[backend]
            run_in(self._model, cache_dir() / f"{backend}-2-{fingerprint(name, 0)}", threads, say)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts, "query")

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts, "passage" if "passage" in self._model.prompts else "document")

    def _encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts),
            prompt=self._model.prompts.get(prompt),
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


class LazyEncoder:
    """An encoder whose fingerprint is known at once, and that is loaded when it is first needed."""

    def __init__(self, fingerprint: str, load: Callable[[], Encoder]) -> None:
        self.fingerprint = fingerprint
        self._loaded = functools.cache(load)

    @property
    def dimension(self) -> int:
        return self._loaded().dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._loaded().encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._loaded().encode_passages(texts)


def fingerprint(name: str, max_tokens: int, backend: str = "torch") -> str:
    """16 hexadecimal digits that change with the model's files, its prompts, the token limit or the backend.

    A folder is told by its configuration and by its weights' sizes, beginnings and ends; a hub name by itself.
    """
    folder = Path(name)
    told: dict[str, object] = {"max_tokens": min(max_tokens, _own_limit(folder) or max_tokens), "backend": backend}
    if folder.is_dir():
        told["files"] = {path.name: _glimpse(path) for glob in _WEIGHTS for path in sorted(folder.glob(glob))}
        told["configuration"] = [
            [path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()]
            for path in sorted(folder.rglob("*.json"))
        ]
    else:
        told["name"] = name
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _glimpse(path: Path) -> list[object]:
    """A file's size, and the SHA-256 of its first and last MiB, which training changes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(_MIB))
        file.seek(max(0, size - _MIB))
        digest.update(file.read(_MIB))
    return [size, digest.hexdigest()]


def _own_limit(folder: Path) -> int | None:
    """The most tokens that a model's own configuration allows, or None where it says nothing."""
    try:
        limit = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8")).get("max_seq_length")
    except (OSError, ValueError, AttributeError):
        return None
    return limit if isinstance(limit, int) else None
