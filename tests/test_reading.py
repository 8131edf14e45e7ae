"""The trained reader: windows, what it says of spans, and how much it reads."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.reader import FOLDER, ReaderError, Reading, TrainedReader
from reading.windows import Encoded, Tokenizer, room, stretches
from tests.tiny_network import small_vocabulary, tiny_network
from training.export import export

TEXT = "严打电信网络诈骗,共破获案件537起,紧急止付涉案资金3.01亿元。"


@pytest.fixture(scope="module")
def tiny_files(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an exported network that was trained on nothing."""
    folder, tokenizer = tmp_path_factory.mktemp("reader"), tmp_path_factory.mktemp("pieces") / "tokenizer.json"
    small_vocabulary(model_folder, tokenizer)
    export(tiny_network(Tokenizer(tokenizer)), tokenizer, folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(tiny_files: Path) -> Tokenizer:
    return Tokenizer(tiny_files / "tokenizer.json")


@pytest.fixture(scope="module")
def tiny_reader(tiny_files: Path) -> TrainedReader:
    return TrainedReader(tiny_files, threads=1)


# Windows


@given(st.integers(1, 2000), st.integers(20, 300), st.integers(0, 19))
def test_stretches_cover_every_token_and_share_so_many(tokens: int, room: int, overlap: int) -> None:
    found = list(stretches(tokens, room, overlap))
    assert found[0][0] == 0
    assert found[-1][1] == tokens
    assert all(0 < last - first <= room for first, last in found)
    assert all(before[1] - after[0] >= overlap for before, after in pairwise(found))


def test_a_text_of_no_token_is_one_stretch() -> None:
    assert list(stretches(0, 100)) == [(0, 0)]


def test_a_window_is_the_question_and_the_stretch_between_marks(tokenizer: Tokenizer) -> None:
    question, text = tokenizer.encode("破获多少起"), tokenizer.encode(TEXT)
    window = tokenizer.window(question, text, 2, 6)
    start, end = tokenizer.start, tokenizer.end
    assert window.ids == [start, *question.ids, end, end, *text.ids[2:6], end]
    assert window.types == [0] * (len(question.ids) + 3) + [1] * 5
    assert window.ids[window.first : -1] == text.ids[2:6]
    assert window.offsets == text.offsets[2:6]


def test_of_a_long_question_the_end_is_read(tokenizer: Tokenizer) -> None:
    question = Encoded(list(range(100)), [(0, 1)] * 100)
    window = tokenizer.window(question, tokenizer.encode(TEXT), 0, 3)
    assert window.ids[1:65] == list(range(36, 100))
    assert room(question, 320) == 320 - 64 - 4


@given(st.text(min_size=1, max_size=80))
def test_the_tokens_of_a_text_lie_in_it_in_order(tokenizer: Tokenizer, text: str) -> None:
    encoded = tokenizer.encode(text)
    places = [place for span in encoded.offsets for place in span]
    assert all(0 <= start <= end <= len(text) for start, end in encoded.offsets)
    assert all(before[0] <= after[0] for before, after in pairwise(encoded.offsets))
    assert not places or max(places) <= len(text)


# What it says of spans


@pytest.fixture
def reading() -> Reading:
    """Of the five characters 甲乙丙丁戊: the likeliest is 乙丙, then 丁."""
    starts = np.array([-5, 4, -5, 2, -5], dtype=np.float32)
    ends = np.array([-5, -5, 3, 1, -5], dtype=np.float32)
    return Reading([(i, i + 1) for i in range(5)], starts, ends)


def test_a_span_scores_what_its_first_and_its_last_token_do(reading: Reading) -> None:
    assert reading.score(1, 3) == 7
    assert reading.score(3, 4) == 3
    assert reading.score(9, 10) == -20


def test_the_likeliest_spans_come_first_and_never_end_before_they_begin(reading: Reading) -> None:
    assert reading.best(0, 5, 3) == [(7, 1, 3), (5, 1, 4), (3, 3, 4)]


def test_the_spans_of_a_stretch_lie_in_it(reading: Reading) -> None:
    assert reading.best(3, 5, 1) == [(3, 3, 4)]
    assert reading.best(5, 9, 1) == []


# The network


def test_the_same_question_and_texts_have_the_same_scores(tiny_reader: TrainedReader) -> None:
    one, other = (tiny_reader.read("破获多少起", [TEXT, TEXT * 30], 2000) for _ in range(2))
    assert all((a.starts == b.starts).all() and (a.ends == b.ends).all() for a, b in zip(one, other, strict=True))


def test_a_text_reads_alike_whatever_is_read_beside_it(tiny_reader: TrainedReader) -> None:
    (alone,) = tiny_reader.read("破获多少起", [TEXT], 1000)
    (_, beside) = tiny_reader.read("破获多少起", ["天气很好。" * 20, TEXT], 1000)
    assert (alone.starts == beside.starts).all()


def test_no_more_is_read_than_so_many_tokens_allow(tiny_reader: TrainedReader, tokenizer: Tokenizer) -> None:
    a_text = len(tokenizer.encode("破获多少起").ids) + len(tokenizer.encode(TEXT).ids)
    assert len(tiny_reader.read("破获多少起", [TEXT] * 5, 2 * a_text)) == 2
    assert len(tiny_reader.read("破获多少起", [TEXT] * 5, 9 * a_text)) == 5


def test_one_window_is_always_read_and_what_lies_beyond_is_unlikely(tiny_reader: TrainedReader) -> None:
    (told,) = tiny_reader.read("破获多少起", [TEXT * 40, TEXT], 1)
    assert told.starts[0] > -20
    assert told.starts[-1] == told.ends[-1] == -20


def test_its_fingerprint_is_of_its_weights(tiny_reader: TrainedReader) -> None:
    assert len(tiny_reader.fingerprint) == 16


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="cannot be opened"):
        TrainedReader(tmp_path)


# The model that comes with the bot


@pytest.fixture(scope="module")
def own_reader() -> TrainedReader:
    return TrainedReader(threads=1)


def test_the_bots_own_model_reads_the_words_that_answer(own_reader: TrainedReader) -> None:
    reading = own_reader.read("止付涉案资金多少?", [TEXT], 500)[0]
    score, start, end = reading.best(0, len(TEXT), 1)[0]
    assert (TEXT[start:end], score > 0) == ("3.01亿元", True)


def test_of_a_text_about_something_else_it_says_that_nothing_answers(own_reader: TrainedReader) -> None:
    reading = own_reader.read("止付涉案资金多少?", ["桥上的石狮子是明代的,共有四百多只。"], 500)[0]
    assert all(score < 0 for score, _, _ in reading.best(0, 100, 5))


def test_it_says_the_same_every_time(own_reader: TrainedReader) -> None:
    one, other = (own_reader.read("破获多少起?", [TEXT], 500)[0] for _ in range(2))
    assert np.array_equal(one.starts, other.starts)
    assert np.array_equal(one.ends, other.ends)


def test_the_model_comes_with_its_card_and_is_no_larger_than_60_mb() -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(word in card for word in ("CC BY-SA 4.0", "CC BY-SA 3.0", "Apache-2.0", "## Data", "## Figures"))
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 60e6


# ONNX Runtime


@pytest.mark.parametrize(
    "program",
    ["from reading.reader import TrainedReader as T; T(threads=1)", "from bot.tagger import Tagger; Tagger()"],
)
def test_onnx_runtime_writes_no_id_into_the_home_folder(program: str, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    kept = {name: told for name, told in os.environ.items() if name not in {"ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"}}
    environ = {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", program], env=environ, timeout=120, check=True)
    assert list(tmp_path.iterdir()) == []
