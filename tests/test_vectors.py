"""Nearest vectors, and vectors kept: exact numbers on hand-made vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.cache import encode_cached
from embeddings.index import VectorIndex
from tests.fake_encoder import FakeEncoder

EAST, NORTH, NORTH_EAST, WEST = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-1.0, 0.0)


def vectors(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    return np.asarray(rows, dtype=np.float32)


@pytest.fixture
def compass() -> VectorIndex:
    return VectorIndex.build(vectors(EAST, NORTH, NORTH_EAST, WEST))


def found(
    index: VectorIndex, query: tuple[float, ...], top_k: int, allowed: Sequence[bool] | None = None
) -> tuple[list[int], list[float]]:
    rows, scores = index.search(
        np.asarray(query, dtype=np.float32), top_k, None if allowed is None else np.asarray(allowed, dtype=bool)
    )
    return rows.tolist(), pytest.approx(scores.tolist())  # type: ignore[return-value]


# The index


def test_the_nearest_come_first_with_their_cosines(compass: VectorIndex) -> None:
    assert found(compass, EAST, 4) == ([0, 2, 1, 3], [1.0, 0.6, 0.0, -1.0])
    assert found(compass, NORTH, 2) == ([1, 2], [1.0, 0.8])


def test_more_are_asked_for_than_there_are(compass: VectorIndex) -> None:
    assert found(compass, NORTH_EAST, 50) == ([2, 1, 0, 3], [1.0, 0.8, 0.6, -0.6])


def test_only_what_is_allowed_is_found(compass: VectorIndex) -> None:
    assert found(compass, EAST, 4, [False, True, False, True]) == ([1, 3], [0.0, -1.0])
    assert found(compass, EAST, 1, [False, False, True, False]) == ([2], [0.6])
    assert found(compass, EAST, 4, [False] * 4) == ([], [])


@pytest.mark.parametrize("size", [1, 7, 8, 9, 17])
def test_the_last_row_is_reached_whatever_their_number(size: int) -> None:
    index = VectorIndex.build(vectors(*[WEST] * (size - 1), EAST))
    allowed = [False] * (size - 1) + [True]
    assert found(index, EAST, 3, allowed) == ([size - 1], [1.0])


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    index = VectorIndex.build(np.zeros((0, 2), dtype=np.float32))
    assert (len(index), index.dimension) == (0, 2)
    assert found(index, EAST, 5) == ([], [])
    index.save(tmp_path / "empty.faiss")
    assert len(VectorIndex.load(tmp_path / "empty.faiss")) == 0


def test_cosines_come_in_the_order_of_the_rows(compass: VectorIndex) -> None:
    query = np.asarray(NORTH_EAST, dtype=np.float32)
    assert compass.cosines(query, np.asarray([3, 0, 2])).tolist() == pytest.approx([-0.6, 0.6, 1.0])
    assert compass.cosines(query, np.asarray([], dtype=np.int64)).tolist() == []


def test_an_index_saved_and_loaded_finds_the_same(compass: VectorIndex, tmp_path: Path) -> None:
    compass.save(tmp_path / "v.faiss")
    loaded = VectorIndex.load(tmp_path / "v.faiss")
    assert (len(loaded), loaded.dimension) == (4, 2)
    for query in (EAST, NORTH, NORTH_EAST, WEST):
        rows, scores = compass.search(np.asarray(query, dtype=np.float32), 4)
        again_rows, again_scores = loaded.search(np.asarray(query, dtype=np.float32), 4)
        assert (again_rows.tolist(), again_scores.tolist()) == (rows.tolist(), scores.tolist())


# The cache


def test_vectors_are_those_of_the_encoder_in_the_order_of_the_texts(tmp_path: Path) -> None:
    got = encode_cached(FakeEncoder(("a", "b")), ["b", "ab", "none", "aab", "b"], tmp_path / "c.sqlite")
    half, root = 0.5**0.5, 5**-0.5
    expected = vectors((0, 1, 0), (half, half, 0), (0, 0, 1), (2 * root, root, 0), (0, 1, 0))
    assert got.shape == (5, 3)
    assert got.ravel().tolist() == pytest.approx(expected.ravel().tolist())


def test_a_text_is_encoded_once_however_often_it_comes(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    encode_cached(encoder, ["甲", "乙", "甲", "甲"], tmp_path / "c.sqlite")
    assert sorted(encoder.encoded) == ["乙", "甲"]
    again = encode_cached(encoder, ["丙", "甲", "丙"], tmp_path / "c.sqlite")
    assert sorted(encoder.encoded) == ["丙", "乙", "甲"]
    assert again.tolist() == FakeEncoder().encode_passages(["丙", "甲", "丙"]).tolist()


def test_another_models_vectors_are_not_used(tmp_path: Path) -> None:
    encode_cached(FakeEncoder(fingerprint="one"), ["止付"], tmp_path / "c.sqlite")
    other = FakeEncoder(words=("水位",), fingerprint="two")
    assert encode_cached(other, ["止付"], tmp_path / "c.sqlite").tolist() == [[0.0, 1.0]]
    assert other.encoded == ["止付"]


def test_of_no_texts_there_is_an_array_of_no_rows(tmp_path: Path) -> None:
    assert encode_cached(FakeEncoder(), [], tmp_path / "c.sqlite").shape == (0, 5)


def test_long_texts_are_encoded_first_and_the_progress_counts_the_unknown(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    encode_cached(FakeEncoder(), ["known"], tmp_path / "c.sqlite")
    encoder = FakeEncoder()
    texts = ["known", *("x" * length for length in range(1, 101))]
    encode_cached(encoder, texts, tmp_path / "c.sqlite", lambda done, of: told.append((done, of)))
    assert encoder.encoded == ["x" * length for length in range(100, 0, -1)]
    assert told == [(0, 100), (64, 100), (100, 100)]


def test_an_interrupted_call_keeps_what_it_encoded(tmp_path: Path) -> None:
    texts = [f"第{number}号" for number in range(150)]
    stopped = FakeEncoder(stop_after=128)
    with pytest.raises(KeyboardInterrupt):
        encode_cached(stopped, texts, tmp_path / "c.sqlite")
    assert len(stopped.encoded) == 128
    resumed = FakeEncoder()
    encode_cached(resumed, texts, tmp_path / "c.sqlite")
    assert sorted(stopped.encoded + resumed.encoded) == sorted(texts)


def test_a_vector_of_another_length_in_the_file_is_encoded_anew(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    encode_cached(FakeEncoder(), ["止付"], file)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE vectors SET vector = x'00'")
    encoder = FakeEncoder()
    assert encode_cached(encoder, ["止付"], file).tolist() == [[1.0, 0.0, 0.0, 0.0, 0.0]]
    assert encoder.encoded == ["止付"]


def test_lone_surrogates_in_a_text_do_no_harm(tmp_path: Path) -> None:
    assert encode_cached(FakeEncoder(), ["止付\ud800"], tmp_path / "c.sqlite").tolist() == [[1.0, 0.0, 0.0, 0.0, 0.0]]
