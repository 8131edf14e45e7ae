"""An encoder with exact numbers, a real model in miniature, and what the tests that use them share.

Run as a program it is the command line (``python -m bot``) with the fake encoder in the model's place,
for tests that need a process and not the model.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.config import Config, config_from

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("止付", "网格", "水位", "马拉松")


class FakeEncoder:
    """One axis a word: a text lies along how often it has each word, one without any on the last axis.

    `encoded` keeps the passages in the order they were encoded; `stop_after` so many it is interrupted.
    """

    def __init__(
        self, words: Sequence[str] = WORDS, fingerprint: str = "fake-1", stop_after: int | None = None
    ) -> None:
        self.words = tuple(words)
        self.fingerprint = fingerprint
        self.dimension = len(words) + 1
        self.stop_after = stop_after
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._vectors(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.stop_after is not None and len(self.encoded) + len(texts) > self.stop_after:
            raise KeyboardInterrupt
        self.encoded += texts
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            counts = [text.count(word) for word in self.words]
            vectors[row] = [*counts, 0 if any(counts) else 1]
            vectors[row] /= np.linalg.norm(vectors[row])
        return vectors


@dataclass(frozen=True)
class Result:
    """What a call of the command line came to."""

    status: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """What a user's shell gives a process, and where this project lies; not what Python was told for this run."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return plain | {"PYTHONPATH": str(ROOT)} | more


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder, with these files in it, text as UTF-8."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def json_lines(objects: Sequence[Mapping[str, Any]]) -> str:
    """The objects as JSON lines."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects)


def config_in(folder: Path, **tables: Mapping[str, Any]) -> Config:
    """A configuration whose index is ``folder/index``, with these tables."""
    return config_from({"index": {"dir": "index"}, **tables}, base=folder)


PIECES = [
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), ("query", -4.0), ("passage", -4.0),
    (":", -3.0), ("q", -5.0), ("p", -5.0), ("A", -5.0), ("1", -5.0), ("止", -6.0), ("付", -6.0), ("止付", -7.0),
    ("多", -6.0), ("少", -6.0), ("cm", -6.0), ("▁止", -7.5), ("<mask>", 0.0),
]  # fmt: skip
TABLE = {"Ａ": "A", "１": "1", "\u3000": " ", "\n": " ", "㎝": "cm", "\u0001": ""}
WIDTH, INNER, POSITIONS = 32, 64, 64


def package_bytes(magic: bytes = b"E5S1\x01\x00\x00\x00", block: int = 32) -> bytes:
    """A package's file for a model 32 wide with one layer, written here by hand from the layout's description."""
    blob = b"".join(piece.encode() for piece, _ in PIECES)
    ends = np.cumsum([0, *(len(piece.encode()) for piece, _ in PIECES)])
    head = magic + struct.pack("<7ifi", WIDTH, 1, 2, INNER, len(PIECES), POSITIONS, 2, 1e-12, block)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob))
    head += struct.pack(f"<{len(ends)}I", *ends) + struct.pack(f"<{len(PIECES)}f", *(score for _, score in PIECES))
    entries = b"".join(
        struct.pack(f"<IB{len(value)}I", ord(key), len(value), *map(ord, value)) for key, value in TABLE.items()
    )
    head += blob + struct.pack("<iI", len(TABLE), len(entries)) + entries
    tensors = _tiny_tensors()
    size = sum(2 + len(name) + 21 for name in tensors)
    place = len(head) + 4 + size
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (packed, count, data) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", packed, count, place + len(body), len(data))
        body += data
    return head + directory + body


def _tiny_tensors() -> dict[str, tuple[int, int, bytes]]:
    """Name to (whether packed, how many weights, bytes): matrices as Q4_0, all else as float32."""
    random = np.random.default_rng(5)
    shapes = {"emb.word": len(PIECES) * WIDTH, "emb.pos": POSITIONS * WIDTH, "emb.type": 2 * WIDTH}
    tensors = {name: _packed(size, random) for name, size in shapes.items()}
    norms, matrices = ["emb.ln", "l0.aln", "l0.oln"], ["q", "k", "v", "ao"]
    for name in norms:
        tensors[f"{name}.w"], tensors[f"{name}.b"] = _floats(np.ones(WIDTH)), _floats(np.zeros(WIDTH))
    for name in matrices:
        tensors[f"l0.{name}.w"] = _packed(WIDTH * WIDTH, random)
        tensors[f"l0.{name}.b"] = _floats(np.arange(WIDTH) / 64)
    tensors["l0.fi.w"], tensors["l0.fi.b"] = _packed(INNER * WIDTH, random), _floats(np.zeros(INNER))
    tensors["l0.fo.w"], tensors["l0.fo.b"] = _packed(WIDTH * INNER, random), _floats(np.zeros(WIDTH))
    return tensors


def _floats(values: NDArray[Any]) -> tuple[int, int, bytes]:
    return 0, len(values), values.astype("<f4").tobytes()


def _packed(size: int, random: np.random.Generator) -> tuple[int, int, bytes]:
    """Blocks of 32 weights: the scale 0.125 as float16, then 16 bytes of two weights each."""
    scale = struct.pack("<e", 0.125)
    return 1, size, b"".join(scale + random.bytes(16) for _ in range(size // 32))


if __name__ == "__main__":
    import bot.bot
    from bot.__main__ import main

    bot.bot.open_encoder = lambda config: FakeEncoder()
    sys.exit(main())
