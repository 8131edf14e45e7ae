"""The index follows the files: what is indexed, kept, dropped, skipped, and encoded again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Config, Passages
from bot.documents import File, read_file
from bot.errors import BadInput, BotError, NoDocuments, NoIndex, UnreadableDocument
from bot.indexer import index
from bot.report import Report
from bot.store import Store
from bot.tagger import Tagger
from bot.text import search_tokens
from bot.types import StoredDocument
from tests.fake_encoder import FakeEncoder, config_in, json_lines, write_files

A, B, C = "甲市去年止付3.01亿元。", "乙市共划分网格5780个。", "丙河水位47.32米。"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


def run(
    config: Config, *paths: Path, forget: Sequence[Path] = (), encoder: FakeEncoder | None = None
) -> tuple[Report, list[str]]:
    """Indexes the paths; the report, and the passages that were encoded for it, sorted."""
    encoder = encoder or FakeEncoder()
    report = index(config, encoder, paths, forget)
    return report, sorted(encoder.encoded)


def stored(config: Config) -> list[StoredDocument]:
    with closing(Store(config.index_dir).open(None)) as generation:
        return [entry.stored for entry in generation.entries()]


def texts(config: Config) -> dict[str, str]:
    """What is in the index: sources and texts."""
    return {document.document.source: document.text for document in stored(config)}


def roots(config: Config) -> tuple[str, ...]:
    with closing(Store(config.index_dir).open(None)) as generation:
        return generation.manifest.roots


# Paths


def test_a_folder_is_indexed_and_its_documents_are_named_from_it(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "2022/b.md": B, ".hidden.txt": C, "~$c.docx": "x"})
    report, encoded = run(config, docs)
    assert texts(config) == {"docs/2022/b.md": B, "docs/a.txt": A}
    assert (report.documents, report.passages, report.skipped, encoded) == (2, 2, [], [B, A])
    assert report.generation == Store(config.index_dir).current()
    assert roots(config) == (str(docs),)
    assert {document.document.id for document in stored(config)} == {
        hashlib.sha256(source.encode()).hexdigest()[:16] for source in ("docs/2022/b.md", "docs/a.txt")
    }


def test_what_was_indexed_from_other_paths_stays(config: Config, tmp_path: Path) -> None:
    one, two = write_files(tmp_path / "one", {"a.txt": A}), write_files(tmp_path / "two", {"b.txt": B})
    run(config, one)
    report, encoded = run(config, two)
    assert texts(config) == {"one/a.txt": A, "two/b.txt": B}
    assert (report.documents, encoded) == (2, [B])
    assert roots(config) == (str(one), str(two))


def test_forget_drops_a_path_and_leaves_the_rest(config: Config, tmp_path: Path) -> None:
    one, two = write_files(tmp_path / "one", {"a.txt": A}), write_files(tmp_path / "two", {"b.txt": B})
    run(config, one, two)
    report, encoded = run(config, forget=[one])
    assert (texts(config), roots(config)) == ({"two/b.txt": B}, (str(two),))
    assert (report.documents, encoded) == (1, [])


def test_forget_drops_a_file_inside_a_root_until_the_root_is_indexed_again(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    run(config, docs)
    run(config, forget=[docs / "a.txt"])
    assert (texts(config), roots(config)) == ({"docs/b.txt": B}, (str(docs),))
    run(config, docs)
    assert texts(config) == {"docs/a.txt": A, "docs/b.txt": B}


def test_forget_of_a_folder_around_a_root_drops_the_root(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "all/docs", {"a.txt": A})
    other = write_files(tmp_path / "other", {"b.txt": B})
    run(config, docs, other)
    run(config, forget=[tmp_path / "all"])
    assert texts(config) == {"other/b.txt": B}
    assert roots(config) == (str(other),)


def test_everything_may_be_forgotten_even_what_is_no_longer_there(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    run(config, docs)
    (docs / "a.txt").unlink()
    docs.rmdir()
    report, _ = run(config, forget=[docs])
    assert (texts(config), roots(config), report.documents, report.passages) == ({}, (), 0, 0)


def test_forget_of_what_is_not_in_the_index_is_refused_and_changes_nothing(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    run(config, docs)
    before = Store(config.index_dir).current()
    with pytest.raises(BadInput) as caught:
        run(config, forget=[tmp_path / "else"])
    assert str(caught.value) == (
        f"{tmp_path / 'else'}: is not in the index, so it cannot be forgotten; indexed is {docs}"
    )
    assert Store(config.index_dir).current() == before


def test_a_path_inside_an_indexed_root_refreshes_only_that(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "sub/b.txt": B})
    run(config, docs)
    write_files(docs, {"a.txt": "改了。", "sub/b.txt": "也改了。"})
    report, encoded = run(config, docs / "sub")
    assert texts(config) == {"docs/a.txt": A, "docs/sub/b.txt": "也改了。"}
    assert (report.documents, encoded, roots(config)) == (2, ["也改了。"], (str(docs),))


def test_a_file_inside_an_indexed_root_keeps_its_name_and_id(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"sub/b.txt": B})
    run(config, docs)
    (before,) = stored(config)
    run(config, docs / "sub" / "b.txt")
    assert stored(config) == [before]


def test_a_folder_around_an_indexed_root_takes_it_in(config: Config, tmp_path: Path) -> None:
    write_files(tmp_path / "all", {"docs/a.txt": A, "b.txt": B})
    run(config, tmp_path / "all/docs")
    assert texts(config) == {"docs/a.txt": A}
    run(config, tmp_path / "all")
    assert texts(config) == {"all/b.txt": B, "all/docs/a.txt": A}
    assert roots(config) == (str(tmp_path / "all"),)


def test_paths_that_overlap_are_read_once(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "sub/b.txt": B})
    report, _ = run(config, docs / "sub", docs, docs / "a.txt")
    assert (texts(config), report.skipped) == ({"docs/a.txt": A, "docs/sub/b.txt": B}, [])
    assert roots(config) == (str(docs),)


def test_a_single_file_is_named_from_its_folder(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    run(config, docs / "a.txt")
    assert texts(config) == {"docs/a.txt": A}


def test_links_that_lead_out_of_the_folder_are_not_followed(config: Config, tmp_path: Path) -> None:
    write_files(tmp_path, {"secret.txt": "机密。", "docs/a.txt": A})
    (tmp_path / "docs/link.txt").symlink_to(tmp_path / "secret.txt")
    run(config, tmp_path / "docs")
    assert texts(config) == {"docs/a.txt": A}


# Files that change


def test_changed_deleted_new_and_renamed_files_are_followed(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"stays.txt": A, "changes.txt": B, "goes.txt": C, "old.txt": "旧名的文件。"})
    run(config, docs)
    (docs / "goes.txt").unlink()
    (docs / "old.txt").rename(docs / "renamed.txt")
    write_files(docs, {"changes.txt": "乙市网格改为6000个。", "new.txt": "新来的。"})
    report, encoded = run(config, docs)
    assert texts(config) == {
        "docs/stays.txt": A,
        "docs/changes.txt": "乙市网格改为6000个。",
        "docs/renamed.txt": "旧名的文件。",
        "docs/new.txt": "新来的。",
    }
    assert (report.documents, encoded) == (4, ["乙市网格改为6000个。", "新来的。"])


def test_a_deleted_file_may_be_named_to_drop_it(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    run(config, docs)
    (docs / "a.txt").unlink()
    run(config, docs / "a.txt")
    assert texts(config) == {"docs/b.txt": B}


def test_unchanged_texts_are_not_encoded_again_and_give_the_same_index(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    first, _ = run(config, docs)
    second, encoded = run(config, docs)
    assert encoded == []
    assert second.generation.split("-")[1] == first.generation.split("-")[1]


def test_another_model_encodes_everything_anew(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    run(config, docs)
    _, encoded = run(config, docs / "a.txt", encoder=FakeEncoder(fingerprint="other"))
    assert encoded == [B, A]
    with closing(Store(config.index_dir).open("other")) as generation:
        assert generation.manifest.documents == 2


def test_kept_documents_are_split_anew_when_passages_get_another_size(config: Config, tmp_path: Path) -> None:
    long = "这一句正好有二十个字符长用来试验切分处。" * 10  # 200 characters
    assert len(long) == 200
    one, two = write_files(tmp_path / "one", {"a.txt": long}), write_files(tmp_path / "two", {"b.txt": B})
    run(config, one)
    report, _ = run(config_in(tmp_path, passages={"min_chars": 20, "max_chars": 50}), two)
    assert report.passages == 6  # five of forty characters, and the new one


# Files that cannot be read, ids that repeat


def test_an_unreadable_file_among_good_ones_is_named_and_the_others_are_indexed(config: Config, tmp_path: Path) -> None:
    docs = write_files(
        tmp_path / "docs", {"a.txt": A, "b.bin": b"\0\1", "c.txt": b"\0binary\0", "d.pdf": b"%PDF-broken", "e.txt": ""}
    )
    report, _ = run(config, docs)
    assert texts(config) == {"docs/a.txt": A}
    assert [line.split(":")[0] for line in report.skipped] == ["docs/b.bin", "docs/c.txt", "docs/d.pdf", "docs/e.txt"]
    assert all(";" in line for line in report.skipped)  # each with its mend


def test_repeated_ids_are_skipped_and_counted(config: Config, tmp_path: Path) -> None:
    one = write_files(
        tmp_path / "one",
        {"a.jsonl": json_lines([{"id": "x", "text": A}, {"id": "y", "text": B}, {"id": "x", "text": C}])},
    )
    two = write_files(tmp_path / "two", {"b.jsonl": json_lines([{"id": "y", "text": C}])})
    report, _ = run(config, one)
    assert report.skipped == ["one/a.jsonl: the id x was there before; give it another"]
    report, _ = run(config, two, one)
    assert {document.document.id: document.text for document in stored(config)} == {"x": A, "y": B}
    assert len(report.skipped) == 2


def test_an_id_of_a_path_that_is_indexed_again_is_no_repetition(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.jsonl": json_lines([{"id": "x", "text": A}])})
    run(config, docs)
    write_files(docs, {"a.jsonl": json_lines([{"id": "x", "text": B}])})
    report, _ = run(config, docs)
    assert ([document.text for document in stored(config)], report.skipped) == ([B], [])


@pytest.mark.parametrize("files", [{}, {"a.bin": b"\0", "b.txt": b"\0\0"}], ids=["empty", "unreadable"])
def test_a_folder_without_readable_files_is_refused_and_the_index_stays(
    config: Config, tmp_path: Path, files: dict[str, bytes]
) -> None:
    (tmp_path / "bad").mkdir()
    bad = write_files(tmp_path / "bad", files)
    with pytest.raises(NoDocuments, match=r"no document could be read under .*bad.*; name a folder with \.txt"):
        run(config, bad)
    with pytest.raises(NoIndex):
        Store(config.index_dir).open(None)
    run(config, write_files(tmp_path / "docs", {"a.txt": A}))
    before = Store(config.index_dir).current()
    with pytest.raises(NoDocuments, match="no document could be read under"):
        run(config, bad)  # beside an index of other paths just the same
    assert Store(config.index_dir).current() == before


def test_a_path_that_is_not_there_is_refused(config: Config, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        run(config, tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path / 'nowhere'}: no such file or folder; name one that is there"


# Interruptions and damage


def test_an_interrupted_run_leaves_the_old_index_and_the_next_goes_on_from_its_vectors(
    config: Config, tmp_path: Path
) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    run(config, docs)
    before = Store(config.index_dir).current()
    lines = [{"id": str(number), "text": f"第{number}份文件。"} for number in range(200)]
    write_files(docs, {"many.jsonl": json_lines(lines)})
    stopped = FakeEncoder(stop_after=128)
    with pytest.raises(KeyboardInterrupt):
        run(config, docs, encoder=stopped)
    assert (Store(config.index_dir).current(), texts(config)) == (before, {"docs/a.txt": A})
    report, encoded = run(config, docs)
    assert report.documents == 201
    assert len(stopped.encoded) == 128
    assert sorted(stopped.encoded + encoded) == sorted(line["text"] for line in lines)


def test_an_index_in_the_hands_of_another_process_is_not_touched(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    with Store(config.index_dir).writing(), pytest.raises(BotError, match="another process is indexing"):
        run(config, docs)


def test_a_damaged_index_is_told_of_and_made_anew_from_what_is_named(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    report, _ = run(config, docs)
    (config.index_dir / "generations" / report.generation / "vectors.faiss").write_bytes(b"")
    report, encoded = run(config, docs)
    assert (texts(config), encoded) == ({"docs/a.txt": A}, [])
    assert len(report.skipped) == 1
    assert report.skipped[0].endswith("it was not used, so only what was named now is indexed")


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\1" * 5000], ids=["text", "torn"])
def test_a_damaged_vector_cache_is_told_by_name_or_set_aside(config: Config, tmp_path: Path, content: bytes) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    run(config, docs)
    Store(config.index_dir).vector_cache.write_bytes(content)
    try:
        run(config, docs)
    except BotError as error:
        assert "vectors.sqlite" in str(error)
    assert texts(config) == {"docs/a.txt": A}


def names_of(config: Config) -> dict[str, list[str]]:
    """What is named in the passages of each document."""
    with closing(Store(config.index_dir).open(None)) as generation:
        return {
            entry.stored.document.source: [
                entry.stored.text[passage.start :][name.start : name.end]
                for passage in entry.passages
                for name in passage.names
            ]
            for entry in generation.entries()
        }


def test_names_are_kept_with_the_passage_and_an_unchanged_documents_are_not_looked_for_again(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": "张文远住在北京。", "b.txt": "昨天没有下雨。"})
    run(config, docs)
    expected = {"docs/a.txt": ["张文远", "北京"], "docs/b.txt": ["昨天"]}
    assert names_of(config) == expected
    Store(config.index_dir).name_cache.unlink()
    tagged: list[str] = []
    tag = Tagger.tag
    monkeypatch.setattr(Tagger, "tag", lambda self, texts: tagged.extend(texts) or tag(self, texts))
    write_files(docs, {"c.txt": "李建国去了上海。"})
    run(config, docs)
    assert names_of(config) == expected | {"docs/c.txt": ["李建国", "上海"]}
    assert tagged == ["李建国去了上海。"]


def test_progress_tells_of_files_and_passages(config: Config, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    index(config, FakeEncoder(), [docs], progress=lambda *step: told.append(step))
    assert told == [
        ("files read", 0, 2),
        ("files read", 1, 2),
        ("files read", 2, 2),
        ("passages tagged", 0, 2),
        ("passages tagged", 2, 2),
        ("passages encoded", 0, 2),
        ("passages encoded", 2, 2),
        ("passages counted", 0, 2),
        ("passages counted", 1, 2),
        ("passages counted", 2, 2),
    ]


# Files that have not changed


def test_an_index_of_unchanged_files_stays_and_says_again_what_was_skipped(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.bin": b"\0"})
    first, _ = run(config, docs)
    again, encoded = run(config, docs)
    assert again == first
    assert (len(again.skipped), encoded) == (1, [])


def test_a_file_that_was_only_touched_is_not_read_again(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    first, _ = run(config, docs)
    os.utime(docs / "a.txt", ns=(1, 1))
    monkeypatch.setattr("bot.indexer.IsolatedReader.read", lambda self, file: pytest.fail(f"{file.source} was read"))
    assert run(config, docs)[0].generation == first.generation


def test_only_the_file_that_changed_is_read(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    run(config, docs)
    (docs / "b.txt").write_text(B + "后来又划分30个。", encoding="utf-8")
    read: list[str] = []

    def spy(self: object, file: File) -> Iterator[StoredDocument | UnreadableDocument]:
        read.append(file.source)
        return read_file(file)

    monkeypatch.setattr("bot.indexer.IsolatedReader.read", spy)
    run(config, docs)
    assert read == ["docs/b.txt"]
    assert texts(config) == {"docs/a.txt": A, "docs/b.txt": B + "后来又划分30个。"}


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are cut into words for the index, as they come."""
    texts: list[str] = []

    def spy(text: str, dictionary: str = "") -> list[str]:
        texts.append(text)
        return search_tokens(text, dictionary)

    monkeypatch.setattr("bot.indexer.search_tokens", spy)
    return texts


def test_only_the_texts_that_changed_are_cut_into_words(config: Config, tmp_path: Path, cut: list[str]) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    run(config, docs)
    assert sorted(cut) == sorted([A, B])
    cut.clear()
    write_files(docs, {"b.txt": C, "c.txt": "新来的。"})
    run(config, docs)
    assert sorted(cut) == sorted([C, "新来的。"])
    with closing(Store(config.index_dir).open(None)) as generation:  # and the others' words are still counted
        assert [int((generation.lexical.scores(query) > 0).sum()) for query in ("止付", "网格", "水位")] == [1, 0, 1]


@pytest.mark.parametrize(
    ("option", "value", "again"),
    [
        ("dense_weight", 0.25, []),
        ("synonyms", "s.txt", []),
        ("dictionary", "d.txt", [A, B]),  # its words are cut otherwise
        ("candidates", 60, None),  # is nothing that a generation depends on
    ],
)
def test_another_setting_of_the_search_reuses_texts_passages_and_vectors(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: list[str], option: str, value: object,
    again: list[str] | None,
) -> None:  # fmt: skip
    docs = write_files(tmp_path / "docs", {"a.txt": A, "b.txt": B})
    write_files(tmp_path, {"s.txt": "公粮 = 爱国粮", "d.txt": "划分网格"})
    first, _ = run(config, docs)
    before = stored(config)
    cut.clear()
    monkeypatch.setattr("bot.indexer.IsolatedReader.read", lambda self, file: pytest.fail(f"{file.source} was read"))
    second, encoded = run(config_in(tmp_path, retriever={option: value}), docs)
    assert (second.generation == first.generation) is (again is None)
    assert (encoded, sorted(cut)) == ([], sorted(again or []))
    assert stored(config) == before
    assert (second.documents, second.passages) == (first.documents, first.passages)


def test_a_change_of_the_same_length_is_seen(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    run(config, docs)
    (docs / "a.txt").write_text(A.replace("3.01", "4.02"), encoding="utf-8")
    run(config, docs)
    assert texts(config) == {"docs/a.txt": A.replace("3.01", "4.02")}


def test_other_passage_sizes_split_unchanged_files_anew(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": "\n".join([A, B] * 20)})
    first, _ = run(config, docs)
    smaller = replace(config, passages=Passages(min_chars=10, max_chars=50))
    assert index(smaller, FakeEncoder(), [docs]).passages > first.passages


def test_only_drops_what_lies_under_no_path(config: Config, tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": A})
    other = write_files(tmp_path / "other", {"b.txt": B})
    run(config, docs)
    index(config, FakeEncoder(), [other], only=True)
    assert (texts(config), roots(config)) == ({"other/b.txt": B}, (str(other),))
    assert len(list((config.index_dir / "generations").iterdir())) == 1  # what is dropped stays in no older one
