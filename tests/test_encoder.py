"""The sentence-transformers encoder: prompts, unit vectors, fingerprints, and the values of another engine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from bot.bot import open_encoder
from bot.errors import BadModel
from embeddings.encoder import LazyEncoder, SentenceTransformerEncoder, fingerprint
from embeddings.model import FOLDER
from tests.fake_encoder import config_in

TEXTS = ["止付多少", "A1", "止付1cm多少多少止付", "多"]


def variant(tiny_model: Path, folder: Path, file: str = "", **changes: Any) -> Path:
    """A copy of the tiny model with these keys of one of its JSON files changed."""
    shutil.copytree(tiny_model, folder)
    if file:
        path = folder / file
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    return folder


def with_prompts(tiny_model: Path, folder: Path, prompts: dict[str, str]) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(
        str(variant(tiny_model, folder, "config_sentence_transformers.json", prompts=prompts))
    )


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of this test's own."""
    monkeypatch.setenv("BOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def in_torch(model_folder: Path) -> SentenceTransformerEncoder:
    """The built-in model with its weights as they are."""
    return SentenceTransformerEncoder(str(model_folder))


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(str(tiny_model))


@pytest.fixture(scope="module")
def plain(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformerEncoder:
    """The tiny model without prompts."""
    return with_prompts(tiny_model, tmp_path_factory.mktemp("plain") / "m", {})


# Values of the package's own engine, which shares no code with this project


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("鄂尔多斯电诈止付多少", [0.06686358, -0.05528495, -0.00720731, -0.03788834]),
        ("长安杯是什么奖", [0.07515623, -0.00153707, -0.02452312, -0.00852359]),
        ("哪一年被命名", [0.10795158, 0.0111681, -0.00943208, -0.03395617]),
    ],
)
def test_the_built_in_model_gives_the_numbers_of_the_packages_engine(
    in_torch: SentenceTransformerEncoder, question: str, first: list[float]
) -> None:
    vector = in_torch.encode_queries([question])[0]
    assert vector.shape == (384,)
    assert vector[:4].tolist() == pytest.approx(first, abs=2e-3)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_the_built_in_model_puts_a_passage_that_answers_nearest(encoder: SentenceTransformerEncoder) -> None:
    passages = ["紧急止付涉案资金3.01亿元。", "水库蓄水量为1.31亿立方米。", "地铁2号线共设22座车站。"]
    cosines = encoder.encode_passages(passages) @ encoder.encode_queries(["电诈止付了多少钱"])[0]
    assert int(cosines.argmax()) == 0


# Vectors


def test_vectors_are_float32_of_length_one_and_in_the_order_of_the_texts(tiny: SentenceTransformerEncoder) -> None:
    together = tiny.encode_passages(TEXTS)
    assert (together.shape, together.dtype) == ((4, 32), np.float32)
    assert np.linalg.norm(together, axis=1).tolist() == pytest.approx([1, 1, 1, 1], abs=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        assert tiny.encode_passages([text])[0].tolist() == pytest.approx(vector.tolist(), abs=1e-5)


def test_of_no_texts_there_are_no_vectors(tiny: SentenceTransformerEncoder) -> None:
    assert tiny.encode_queries([]).shape == (0, 32)
    assert tiny.encode_passages([]).shape == (0, 32)


def test_what_is_beyond_the_token_limit_does_not_count(tiny_model: Path) -> None:
    short = SentenceTransformerEncoder(str(tiny_model), max_tokens=16)
    # <s> ▁ passage : ▁ and </s> leave ten tokens.
    ten = "多少多少多少多少多少"
    assert short.encode_passages([ten]).tolist() == short.encode_passages([ten + "止止止止"]).tolist()
    assert short.encode_passages([ten]).tolist() != short.encode_passages(["多少多少多少多少多止"]).tolist()


# Prompts


def test_prompts_come_from_the_folders_configuration(
    tiny_model: Path, tiny: SentenceTransformerEncoder, plain: SentenceTransformerEncoder, tmp_path: Path
) -> None:
    other = with_prompts(tiny_model, tmp_path / "m", {"query": "q:", "passage": "p:"})
    for encoder, query, passage in ((tiny, "query: ", "passage: "), (other, "q:", "p:")):
        queries, passages = encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)
        assert queries.tolist() == plain.encode_queries([query + text for text in TEXTS]).tolist()
        assert passages.tolist() == plain.encode_passages([passage + text for text in TEXTS]).tolist()
        assert not np.allclose(queries, passages, atol=1e-3)


def test_a_folder_without_prompts_gets_none(plain: SentenceTransformerEncoder) -> None:
    assert plain.encode_queries(TEXTS).tolist() == plain.encode_passages(TEXTS).tolist()


def test_a_prompt_named_document_is_that_of_passages(
    tiny_model: Path, plain: SentenceTransformerEncoder, tmp_path: Path
) -> None:
    encoder = with_prompts(tiny_model, tmp_path / "m", {"query": "q:", "document": "p:"})
    assert encoder.encode_passages(["止付"]).tolist() == plain.encode_passages(["p:止付"]).tolist()


# OpenVINO and ONNX Runtime


def weights(cache: Path) -> set[str]:
    """The kinds of number that the one graph in a cache holds its matrices in."""
    import openvino

    (folder,) = cache.iterdir()
    graph = openvino.Core().read_model(str(folder / "model.xml"))
    constants = [node for node in graph.get_ordered_ops() if node.get_type_name() == "Constant"]
    matrices = [node for node in constants if [size > 1 for size in node.get_output_shape(0)] == [True, True]]
    return {node.get_element_type().get_type_name() for node in matrices}


def test_openvino_gives_the_vectors_of_torch(tiny_model: Path, tiny: SentenceTransformerEncoder, cache: Path) -> None:
    quick = SentenceTransformerEncoder(str(tiny_model), backend="openvino")
    cosines = (quick.encode_passages(TEXTS) * tiny.encode_passages(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.999
    assert quick.fingerprint != tiny.fingerprint  # near, and yet not the same: they are not mixed in one index


def test_the_built_in_models_vectors_are_the_same_in_openvino(
    encoder: SentenceTransformerEncoder, in_torch: SentenceTransformerEncoder
) -> None:
    texts = ["紧急止付涉案资金3.01亿元", "巴彦淖尔划分网格5780个，配备专兼职网格员23700人。", "📄"]
    cosines = (encoder.encode_passages(texts) * in_torch.encode_passages(texts)).sum(axis=1)
    assert cosines.min() > 0.999


def test_the_weights_of_a_model_that_bears_it_are_rounded_to_8_bits(
    tiny_model: Path, tiny: SentenceTransformerEncoder, cache: Path
) -> None:
    quick = SentenceTransformerEncoder(str(tiny_model), backend="openvino")
    assert "i8" in weights(cache)
    cosines = (quick.encode_queries(TEXTS) * tiny.encode_queries(TEXTS)).sum(axis=1)
    assert 0.999 < cosines.min() < 0.999999  # near torch, and yet another vector


def test_a_model_that_does_not_bear_rounding_keeps_its_weights(
    tiny_model: Path, tiny: SentenceTransformerEncoder, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.openvino.LEAST_COSINE", 1.1)  # no rounding is near enough
    told: list[str] = []
    for _ in range(2):
        kept = SentenceTransformerEncoder(str(tiny_model), backend="openvino", say=told.append)
        cosines = (kept.encode_passages(TEXTS) * tiny.encode_passages(TEXTS)).sum(axis=1)
        assert cosines.min() > 0.999999
    assert "i8" not in weights(cache)
    assert len(told) == 1  # what was found out is kept with the graph


def test_a_conversion_that_fails_leaves_nothing_behind(
    tiny_model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> NoReturn:
        raise RuntimeError("no operation of that kind")

    with monkeypatch.context() as patch:
        patch.setattr("embeddings.openvino._round_weights", fail)
        with pytest.raises(RuntimeError, match="no operation of that kind"):
            SentenceTransformerEncoder(str(tiny_model), backend="openvino")
    assert list(cache.iterdir()) == []
    assert SentenceTransformerEncoder(str(tiny_model), backend="openvino").encode_queries(TEXTS).shape == (4, 32)


def test_onnx_gives_the_vectors_of_torch_exactly(
    tiny_model: Path, tiny: SentenceTransformerEncoder, cache: Path
) -> None:
    other = SentenceTransformerEncoder(str(tiny_model), backend="onnx")
    for texts in (TEXTS, TEXTS[:1]):
        assert np.abs(other.encode_passages(texts) - tiny.encode_passages(texts)).max() < 1e-5
        assert np.abs(other.encode_queries(texts) - tiny.encode_queries(texts)).max() < 1e-5
    assert other.fingerprint == fingerprint(str(tiny_model), 64, "onnx")


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_the_graph_is_converted_once(tiny_model: Path, cache: Path, backend: str) -> None:
    told: list[str] = []
    for _ in range(2):
        SentenceTransformerEncoder(str(tiny_model), backend=backend, say=told.append)
    assert len(told) == 1
    (folder,) = cache.iterdir()
    assert folder.name.startswith(f"{backend}-")
    assert folder.name.endswith(f"-{fingerprint(str(tiny_model), 0)}")
    # What an earlier version converted, whose weights are not rounded, is not read.
    assert folder.name != f"openvino-{fingerprint(str(tiny_model), 0)}"


def test_openvino_tells_nobody_that_it_is_used(tiny_model: Path, tmp_path: Path) -> None:
    """Its telemetry package writes an id into the home folder before it sends anything."""
    program = (
        "import sys; from embeddings.encoder import SentenceTransformerEncoder as E;"
        f"E({str(tiny_model)!r}, backend='openvino').encode_queries(['止付']);"
        "sys.exit(any(name.startswith('openvino_telemetry.') for name in sys.modules))"
    )
    environ = {**os.environ, "HOME": str(tmp_path), "BOT_CACHE": str(tmp_path / "cache"), "PYTHONPATH": "."}
    root = Path(__file__).resolve().parent.parent
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=root, env=environ, timeout=120, check=False).returncode == 0
    )
    assert not (tmp_path / "intel").exists()


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_threads_that_encode_at_once_get_each_their_own_vectors(tiny_model: Path, cache: Path, backend: str) -> None:
    encoder = SentenceTransformerEncoder(str(tiny_model), backend=backend)
    alone = [encoder.encode_queries([text]) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: encoder.encode_queries([text]), TEXTS * 25))
    assert all(np.array_equal(vectors, alone[i % len(TEXTS)]) for i, vectors in enumerate(together))


# Fingerprints


def test_the_fingerprint_is_of_what_the_folder_holds_not_of_where_it_lies(tiny_model: Path, tmp_path: Path) -> None:
    copy = variant(tiny_model, tmp_path / "copy")
    assert fingerprint(str(copy), 64) == fingerprint(str(tiny_model), 64)
    assert len(fingerprint(str(copy), 64)) == 16


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("config_sentence_transformers.json", {"prompts": {"query": "q:", "passage": "p:"}}),
        ("config.json", {"layer_norm_eps": 1e-5}),
        ("tokenizer_config.json", {"model_max_length": 32}),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}),
    ],
)
def test_the_fingerprint_changes_with_the_folders_configuration(
    tiny_model: Path, tmp_path: Path, file: str, changes: dict[str, Any]
) -> None:
    changed = variant(tiny_model, tmp_path / "m", file, **changes)
    assert fingerprint(str(changed), 64) != fingerprint(str(tiny_model), 64)


def test_the_fingerprint_changes_with_the_weights_and_the_token_limit(tiny_model: Path, tmp_path: Path) -> None:
    changed = variant(tiny_model, tmp_path / "m")
    with (changed / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    assert fingerprint(str(changed), 64) != fingerprint(str(tiny_model), 64)
    assert fingerprint(str(tiny_model), 32) != fingerprint(str(tiny_model), 64)


def test_the_fingerprint_changes_with_the_backend(tiny_model: Path) -> None:
    for name in (str(tiny_model), "someone/model"):
        assert len({fingerprint(name, 64, backend) for backend in ("openvino", "onnx", "torch")}) == 3


@pytest.mark.parametrize("backend", ["openvino", "onnx", "torch"])
def test_an_encoder_that_is_not_loaded_yet_has_the_fingerprint_of_the_one_it_loads(
    tiny_model: Path, tmp_path: Path, cache: Path, backend: str
) -> None:
    variant(tiny_model, tmp_path / "m")
    opened = open_encoder(config_in(tmp_path, model={"name": "m", "backend": backend}))
    loaded = SentenceTransformerEncoder(str(tmp_path / "m"), backend=backend)
    assert opened.fingerprint == loaded.fingerprint


def test_a_hub_name_is_its_own_fingerprint() -> None:
    assert fingerprint("someone/model", 64) == fingerprint("someone/model", 64)
    assert fingerprint("someone/model", 64) != fingerprint("someone/other", 64)


def test_an_encoder_tells_the_fingerprint_of_the_limit_it_works_with(tiny_model: Path) -> None:
    # The tiny model holds 64 positions: a higher limit is no other one.
    assert SentenceTransformerEncoder(str(tiny_model), max_tokens=512).fingerprint == fingerprint(str(tiny_model), 64)


# What cannot be loaded


def test_the_configuration_may_name_a_folder_beside_itself(tiny_model: Path, tmp_path: Path) -> None:
    variant(tiny_model, tmp_path / "models" / "tiny")
    opened = open_encoder(config_in(tmp_path, model={"name": "models/tiny"}))
    assert (opened.dimension, opened.fingerprint) == (32, fingerprint(str(tiny_model), 64, "openvino"))


def test_an_encoder_is_loaded_only_when_it_is_needed(tiny_model: Path, tmp_path: Path) -> None:
    loaded: list[str] = []

    def load() -> SentenceTransformerEncoder:
        loaded.append("once")
        return SentenceTransformerEncoder(str(tiny_model))

    lazy = LazyEncoder("known", load)
    assert (lazy.fingerprint, loaded) == ("known", [])
    assert lazy.encode_queries(TEXTS).shape == lazy.encode_passages(TEXTS).shape == (len(TEXTS), lazy.dimension)
    assert loaded == ["once"]


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.mark.parametrize("damage", ["an empty folder", "weights cut short", "no weights", "a configuration cut short"])
def test_a_folder_that_is_no_model_is_told_with_the_mend(
    tiny_model: Path, tmp_path: Path, no_sockets: None, damage: str
) -> None:
    folder = tmp_path / "m"
    if damage == "an empty folder":
        folder.mkdir()
    else:
        variant(tiny_model, folder)
    weights = folder / "model.safetensors"
    if damage == "weights cut short":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "no weights":
        weights.unlink()
    elif damage == "a configuration cut short":
        (folder / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadModel, match=r"the model 'm' cannot be loaded .*set \[model\] name to a sentence-transf"):
        assert open_encoder(config_in(tmp_path, model={"name": "m"})).dimension


def test_a_damaged_built_in_model_is_told_with_the_folder_to_delete(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_sockets: None
) -> None:
    weights = variant(tiny_model, tmp_path / FOLDER) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    monkeypatch.setenv("BOT_CACHE", str(tmp_path))
    with pytest.raises(BadModel) as caught:
        assert open_encoder(config_in(tmp_path)).dimension
    assert str(tmp_path / FOLDER) in str(caught.value)  # naming another model is no mend here
