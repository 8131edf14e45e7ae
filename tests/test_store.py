"""The index on disk: a generation is whole or not there, and what is damaged is told by name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import BotError, CorruptIndex, NoIndex
from bot.lexical import LexicalIndex, packed
from bot.retriever import Retriever
from bot.store import KEPT, SCHEMA, Entry, Generation, Settings, Store
from bot.text import search_tokens
from bot.types import Block, BlockKind, Document, Hit, Name, NameKind, Passage, StoredDocument
from tests.fake_encoder import FakeEncoder, environment

TEXTS = {
    "d1": "标题\n去年止付3.01亿元。\n共划分网格5780个。",
    "d2": "𠮷野水位47.32米。😀马拉松止付止付。",
    "d3": "什么也没有。",
}
NAMES = ((), (Name(0, 2, NameKind.TIME), Name(4, 9, NameKind.ORGANISATION)))
PLAIN = Settings()
FILES = [
    "lexical/data.csc.index.npy",
    "lexical/indices.csc.index.npy",
    "lexical/indptr.csc.index.npy",
    "lexical/params.index.json",
    "lexical/vocab.index.json",
    "settings.json",
    "texts.sqlite",
    "vectors.faiss",
]


def entries(texts: dict[str, str] = TEXTS) -> list[Entry]:
    """A document a text, each with a passage a line; the first document has two pages and a heading."""
    made = []
    for name, text in texts.items():
        document = Document(name, f"题{name}", f"root/{name}.txt", "日报", "http://a/b", "2022-01-06")
        places, place = [], 0
        for line in text.split("\n"):
            places.append((place, place + len(line)))
            place += len(line) + 1
        blocks = [Block(start, end, BlockKind.PARAGRAPH) for start, end in places]
        if name == "d1":
            blocks[0] = Block(0, 2, BlockKind.HEADING, 1, marks=((0, 1),))
        stored = StoredDocument(document, text, tuple(blocks), (0, 3) if name == "d1" else ())
        passages = [
            Passage(
                f"{name}-{start}", name, start, end, ("标题",) if start else (), 1 + bool(start), (), NAMES[start > 0]
            )
            for start, end in places
        ]
        tokens = [packed(search_tokens(text[start:end])) for start, end in places]
        made.append(Entry(stored, f"/x/docs/{name}.txt", tuple(passages), tuple(tokens)))
    return made


def write(
    store: Store,
    made: list[Entry] | None = None,
    encoder: FakeEncoder | None = None,
    settings: Settings = PLAIN,
) -> str:
    """Writes a generation as the indexer does; its name."""
    made = entries() if made is None else made
    encoder = encoder or FakeEncoder()
    texts = [entry.stored.text[passage.start : passage.end] for entry in made for passage in entry.passages]
    with store.writing():
        return store.write(
            made,
            encoder.encode_passages(texts),
            LexicalIndex.build(texts, settings.dictionary),
            encoder.fingerprint,
            ["/x/docs"],
            settings=settings,
        )


def hits(generation: Generation, *queries: str) -> list[tuple[Hit, ...]]:
    from bot.config import Retriever as Settings

    retriever = Retriever(generation, FakeEncoder(), Settings())
    return [retriever.search(query, 5).hits for query in queries or ("止付", "网格", "水位", "什么")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "index")


@contextmanager
def opened(store: Store, model: str | None = "fake-1") -> Iterator[Generation]:
    with closing(store.open(model)) as generation:
        yield generation


# What is written is what is read


def test_what_was_written_is_read_again(store: Store) -> None:
    name = write(store)
    with opened(store) as generation:
        manifest = generation.manifest
        assert list(generation.entries()) == entries()
        assert generation.documents == [entry.stored.document for entry in entries()]
        assert generation.document("d2") == entries()[1].stored
        assert generation.document("d9") is None
        assert generation.document_of_row().tolist() == [0, 0, 0, 1, 2]
        assert [p.names for p, _, _ in generation.passages([0, 1])] == [*NAMES]
        assert [(p.id, d.id, text) for p, d, text in generation.passages([3, 1])] == [
            ("d2-0", "d2", TEXTS["d2"]),
            ("d1-3", "d1", "去年止付3.01亿元。"),
        ]
    assert (manifest.name, manifest.schema, manifest.model, manifest.roots) == (name, SCHEMA, "fake-1", ("/x/docs",))
    assert (manifest.documents, manifest.passages, sorted(manifest.files)) == (3, 5, FILES)


def test_offsets_count_code_points_beyond_the_first_plane_too(store: Store) -> None:
    made = [Entry(e.stored, e.path, (Passage("p", "d2", 3, 14),), e.tokens) for e in entries()[1:2]]
    write(store, made)
    with opened(store) as generation:
        ((_, _, text),) = generation.passages([0])
    assert text == TEXTS["d2"][3:14] == "位47.32米。😀马拉"


def test_an_index_of_no_documents_is_written_and_read(store: Store) -> None:
    write(store, [])
    with opened(store) as generation:
        assert (generation.documents, generation.manifest.passages) == ([], 0)
        assert generation.document_of_row().tolist() == []
        assert hits(generation, "止付") == [()]


def test_an_index_whose_text_has_no_words_is_written_and_read(store: Store) -> None:
    write(store, entries({"d3": "。。。……"}))
    with opened(store) as generation:
        assert [hit.text for hit in hits(generation, "止付")[0]] == ["。。。……"]


def test_save_then_load_gives_the_same_hits(store: Store) -> None:
    made = entries()
    texts = [entry.stored.text[passage.start : passage.end] for entry in made for passage in entry.passages]
    lexical = LexicalIndex.build(texts)
    write(store)
    with opened(store) as generation:
        first = hits(generation)
        assert lexical.scores("止付 网格").tolist() == generation.lexical.scores("止付 网格").tolist()
    with opened(store) as generation:
        assert hits(generation) == first
    assert [found[0].text for found in first] == ["去年止付3.01亿元。", "共划分网格5780个。", TEXTS["d2"], TEXTS["d3"]]


def test_the_settings_are_kept_with_the_generation_and_used_by_it(store: Store) -> None:
    settings = Settings("0123456789abcdef", 0.55, "公粮 = 爱国粮 # 旧称\n", "多多评 100 nz\n鄂尔多斯号")
    write(store, entries({"d1": "推行多多评。", "d2": "多多，评。"}), settings=settings)
    with opened(store) as generation:
        assert generation.settings == settings
        assert generation.synonyms == (("公粮", "爱国粮"),)
        # 多多评 is one word, of which 评 is no part: that stands in the second text alone.
        assert [score > 0 for score in generation.lexical.scores("评")] == [False, True]


@pytest.mark.parametrize(
    "settings",
    [Settings(reading="x"), Settings(dense_weight=0.5), Settings(synonyms="甲 = 乙"), Settings(dictionary="多多评")],
)
def test_other_settings_make_another_generation_of_the_same_documents(store: Store, settings: Settings) -> None:
    plain, again, other = write(store), write(store), write(store, settings=settings)
    assert plain.split("-")[1] == again.split("-")[1] != other.split("-")[1]


def test_any_number_of_threads_may_read(store: Store) -> None:
    write(store)
    with opened(store) as generation, ThreadPoolExecutor(8) as pool:
        retriever_hits = list(pool.map(lambda _: hits(generation), range(40)))
        assert retriever_hits == [hits(generation)] * 40


# Generations


def test_a_new_generation_is_current_and_the_last_three_are_kept(store: Store) -> None:
    names = [write(store, entries({"d1": f"第{number}次止付。"})) for number in range(5)]
    assert [name.split("-")[0] for name in names] == ["000001", "000002", "000003", "000004", "000005"]
    assert store.current() == names[-1]
    assert sorted(path.name for path in (store.folder / "generations").iterdir()) == names[-KEPT:] == names[2:]
    with opened(store) as generation:
        assert generation.document("d1") == entries({"d1": "第4次止付。"})[0].stored


def test_a_reader_goes_on_with_its_generation_while_new_ones_come_and_it_is_swept_away(store: Store) -> None:
    write(store)
    with opened(store) as old:
        before = hits(old)
        for number in range(5):
            write(store, entries({"d1": f"第{number}次。"}))
        assert not (store.folder / "generations" / old.manifest.name).exists()
        assert hits(old) == before
        assert old.document("d2") == entries()[1].stored


@pytest.mark.parametrize("step", ["rename", "replace"])
def test_a_writer_stopped_before_the_switch_leaves_the_old_generation(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    old = write(store)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, step, stop)
        with pytest.raises(KeyboardInterrupt):
            write(store, entries({"d1": "新的止付。"}))
    assert store.current() == old
    with opened(store) as generation:
        assert list(generation.entries()) == entries()
    new = write(store, entries({"d1": "新的止付。"}))
    assert store.current() == new > old
    left = {path.name for path in (store.folder / "generations").iterdir()}
    assert not [name for name in left if name.startswith(".")]


def test_what_a_dead_writer_left_is_swept(store: Store) -> None:
    write(store)
    beside = store.folder / "generations" / ".beside"
    beside.mkdir()
    (beside / "texts.sqlite").write_text("half")
    with store.writing():
        assert not beside.exists()
    with opened(store) as generation:
        assert list(generation.entries()) == entries()


def test_a_current_generation_is_kept_however_old_it_is(store: Store) -> None:
    current = write(store)
    for number in range(2, 7):
        shutil.copytree(store.folder / "generations" / current, store.folder / "generations" / f"{number:06d}-0")
    with store.writing():
        pass
    left = sorted(path.name for path in (store.folder / "generations").iterdir())
    assert left == [current, "000004-0", "000005-0", "000006-0"]


# Writers

_HOLDER = """
import sys
from pathlib import Path
from bot.store import Store
with Store(Path(sys.argv[1])).writing():
    (Path(sys.argv[1]) / "generations" / ".beside").mkdir()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(store: Store) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the writer's lock."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(store.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_to_wait(store: Store, holder: subprocess.Popen[bytes]) -> None:
    with pytest.raises(BotError) as caught:
        write(store)
    assert str(caught.value) == f"another process is indexing into {store.folder}; wait until it is done"


def test_a_reader_does_not_wait_for_a_writer(store: Store, holder: subprocess.Popen[bytes]) -> None:
    with pytest.raises(NoIndex, match="there is no index"):
        store.open(None)


def test_a_killed_writers_lock_is_no_obstacle_and_its_leavings_go(
    store: Store, holder: subprocess.Popen[bytes]
) -> None:
    holder.kill()  # SIGKILL
    holder.wait()
    assert (store.folder / "generations" / ".beside").exists()
    name = write(store)
    assert [path.name for path in (store.folder / "generations").iterdir()] == [name]


def test_a_second_writer_in_the_same_process_is_told_to_wait(store: Store) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.writing():
            entered.set()
            leave.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert entered.wait(30)
        with pytest.raises(BotError, match="another process is indexing"), Store(store.folder).writing():
            pytest.fail("two writers at once")
    finally:
        leave.set()
        thread.join()
    write(store)


@pytest.mark.parametrize("place", ["index", "index/generations"])
def test_a_folder_that_cannot_be_made_is_told_with_the_mend(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("a file")
    with pytest.raises(BotError, match=r"index cannot be written \(.+\); set \[index\] dir or --index"):
        write(Store(tmp_path / "index"))


# What is missing or damaged


def test_without_an_index_the_mend_is_to_index(store: Store) -> None:
    with pytest.raises(NoIndex) as caught:
        store.open(None)
    assert str(caught.value) == f"there is no index in {store.folder}; run: python -m bot index"
    assert not isinstance(caught.value, CorruptIndex)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", ["first byte", "last byte", "cut short", "gone"])
def test_a_damaged_file_is_named_with_the_mend(store: Store, file: str, damage: str) -> None:
    path = store.folder / "generations" / write(store) / file
    data = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        data[0 if damage == "first byte" else -1] ^= 1
        path.write_bytes(data[:-1] if damage == "cut short" else data)
    with pytest.raises(CorruptIndex) as caught:
        store.open("fake-1")
    assert str(caught.value) == f"the index file {path} is damaged; run: python -m bot index"


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"name": '])
def test_a_manifest_that_is_none_is_told_with_the_mend(store: Store, content: bytes | None) -> None:
    path = store.folder / "generations" / write(store) / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(CorruptIndex) as caught:
        store.open(None)
    assert str(caught.value) == f"{path} is missing or damaged; run: python -m bot index"


def test_no_byte_of_the_manifest_can_change_unnoticed(store: Store) -> None:
    path = store.folder / "generations" / write(store) / "manifest.json"
    whole = path.read_bytes()
    unnoticed = []
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1
        path.write_bytes(data)
        try:
            store.open("fake-1").close()
            unnoticed.append(whole[max(0, place - 12) : place + 1].decode())
        except NoIndex:
            pass
    assert unnoticed == []


@pytest.mark.parametrize("key", ["documents", "passages", "files", "roots", "schema", "model", "name"])
def test_a_manifest_with_a_value_of_another_kind_is_told(store: Store, key: str) -> None:
    path = store.folder / "generations" / write(store) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {key: [None]}), encoding="utf-8")
    with pytest.raises(NoIndex):
        store.open("fake-1")


@pytest.mark.parametrize("content", [b"nowhere\n", b"../../..\n", b"000001-abc\x00def", b"x" * 5000, b"\xff\xfe\xfd"])
def test_garbage_for_the_name_of_the_current_generation_is_told(store: Store, content: bytes) -> None:
    write(store)
    (store.folder / "current").write_bytes(content)
    with pytest.raises(CorruptIndex, match="run: python -m bot index"):
        store.open(None)


def test_an_empty_name_of_the_current_generation_is_no_index(store: Store) -> None:
    write(store)
    (store.folder / "current").write_bytes(b" \n")
    with pytest.raises(NoIndex, match="there is no index"):
        store.open(None)


def test_a_current_generation_that_is_gone_is_told(store: Store) -> None:
    shutil.rmtree(store.folder / "generations" / write(store))
    with pytest.raises(CorruptIndex, match=r"manifest\.json is missing or damaged; run: python -m bot index"):
        store.open(None)


@pytest.mark.parametrize("more", [{}, {"a_new_key": 1}], ids=["same keys", "a new key"])
def test_an_index_of_another_schema_is_told_as_such(store: Store, more: dict[str, int]) -> None:
    path = store.folder / "generations" / write(store) / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8")) | {"schema": SCHEMA + 1} | more
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(NoIndex) as caught:
        store.open(None)
    assert str(caught.value) == (
        f"the index in {store.folder} is of another version of this program; run: python -m bot index"
    )


def test_an_index_of_another_model_is_told_as_such(store: Store) -> None:
    write(store, encoder=FakeEncoder(fingerprint="other"))
    with pytest.raises(NoIndex) as caught:
        store.open("fake-1")
    assert str(caught.value) == (
        f"the index in {store.folder} was built with another model or token limit; run: python -m bot index"
    )
    with opened(store, None) as generation:  # the indexer takes any: the texts are still good
        assert generation.manifest.model == "other"


def test_after_a_damaged_generation_a_new_one_can_be_written(store: Store) -> None:
    (store.folder / "generations" / write(store) / "vectors.faiss").write_bytes(b"")
    write(store)
    with opened(store) as generation:
        assert list(generation.entries()) == entries()


def test_rows_and_vectors_agree(store: Store, tmp_path: Path) -> None:
    write(store)
    with opened(store) as generation:
        query = np.asarray([0, 1, 0, 0, 0], dtype=np.float32)
        rows, cosines = generation.vectors.search(query, 1)
        assert (rows.tolist(), cosines.tolist()) == ([2], [1.0])
        assert generation.passages(rows.tolist())[0][2] == "共划分网格5780个。"
