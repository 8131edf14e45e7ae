"""Uploaded files: what they are called when they are kept, and that nothing is ever overwritten."""

from __future__ import annotations

import io
import os
import threading
import time
import unicodedata
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.uploads
from bot.config import Config, config_from
from bot.errors import BadConfig, BadInput, BotError, TooLarge
from bot.uploads import MAX_BYTES, MAX_CHARS, Kept, Uploads, safe_name


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", max_bytes=1024**2)


def stream(data: str | bytes) -> IO[bytes]:
    return io.BytesIO(data.encode() if isinstance(data, str) else data)


def held(uploads: Uploads) -> dict[str, bytes]:
    """What lies in the folder, hidden files too."""
    return {path.name: path.read_bytes() for path in sorted(uploads.folder.iterdir())}


# ---- names ----

RTL, ZERO_WIDTH = "\u202e", "\u200b"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("年度报告.docx", "年度报告.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/cron.d/x.txt", "x.txt"),
        ("C:\\Users\\a\\表.xlsx", "表.xlsx"),
        ("C:x.txt", "Cx.txt"),
        ("a.txt:stream.txt", "a.txtstream.txt"),
        ("...hidden.txt", "hidden.txt"),
        (". . 名.txt . .", "名.txt"),
        ("a\0b\n\tc\x7f.txt", "abc.txt"),
        (f"a{RTL}txt{ZERO_WIDTH}.pdf", "atxt.pdf"),
        ('<什么>|"谁"?*.md', "什么谁.md"),
        ("  第 一\u3000\u00a0期 .txt", "第 一 期.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("报告😀.txt", "报告😀.txt"),
        ("REPORT.PDF", "REPORT.PDF"),
        ("数据.jsonl.gz", "数据.jsonl.gz"),
        ("旧.doc", "旧.doc"),
        ("console.txt", "console.txt"),
        ("\ud800报.txt", "报.txt"),
        ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
    ],
)
def test_a_name_is_kept_without_what_harms(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


NAMELESS = "a file was sent without a name; name it, with its format's ending, such as .docx"


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ("", NAMELESS),
        ("..", NAMELESS),
        ("../..", NAMELESS),
        ("a/", NAMELESS),
        ("\0", NAMELESS),
        ("CON.txt", "CON.txt: is a name that Windows keeps for itself; rename the file"),
        ("nul", "nul: is a name that Windows keeps for itself; rename the file"),
        ("Com1 .tar.txt", "Com1 .tar.txt: is a name that Windows keeps for itself; rename the file"),
        ("lpt².pdf", "lpt².pdf: is a name that Windows keeps for itself; rename the file"),
        ("../../etc/passwd", "passwd: this format is not read; convert it to one of .txt .md"),
        (".htaccess", "htaccess: this format is not read; convert it to one of"),
        (".txt", "txt: this format is not read; convert it to one of"),
        ("a.txt\0.exe", "a.txt.exe: .exe files are not read; take it out of the folder"),
        ("存档.zip", "存档.zip: .zip files are not read; unpack it into the folder"),
        ("~$报告.docx", "~$报告.docx: is a program's own file, not a document; close the document and take the one"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused_with_the_mend(sent: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        safe_name(sent)
    assert str(caught.value).startswith(why)


def test_a_long_name_is_cut_before_its_ending() -> None:
    assert safe_name("a" * 300 + ".docx") == "a" * 115 + ".docx"
    assert safe_name("报" * 300 + ".jsonl.gz") == "报" * 63 + ".jsonl.gz"  # 3 bytes each, 191 at most
    assert safe_name("😀" * 60 + ".md") == "😀" * 49 + ".md"  # 4 bytes each, 197 at most


@given(st.text(), st.sampled_from([".txt", ".PDF", ".jsonl.gz", "", ".", ". "]))
def test_any_name_becomes_one_visible_part_of_a_path_and_stays_it(stem: str, ending: str) -> None:
    try:
        name = safe_name(stem + ending)
    except BadInput:
        return
    assert safe_name(name) == name
    assert len(name) <= MAX_CHARS and len(name.encode()) <= MAX_BYTES
    assert not set(name) & set('<>:"/\\|?*') and not {"Cc", "Cf", "Cs"} & set(map(unicodedata.category, name))
    assert name[0] not in ". " and name[-1] not in ". "


# ---- keeping ----


def test_a_file_is_kept_byte_for_byte_in_a_folder_that_is_made_for_it(uploads: Uploads) -> None:
    assert uploads.keep("报告.txt", stream(b"\xff\x00\r\n")) == Kept("报告.txt", 4, new=True)
    assert held(uploads) == {"报告.txt": b"\xff\x00\r\n"}
    assert uploads.source("报告.txt") == "uploads/报告.txt"


def test_a_kept_file_has_the_mode_of_any_new_file(uploads: Uploads, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    uploads.keep("a.txt", stream("甲"))
    assert (uploads.folder / "a.txt").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_the_same_bytes_under_the_same_name_are_the_file_that_is_there(uploads: Uploads) -> None:
    uploads.keep("a.txt", stream("甲"))
    assert uploads.keep("../a.txt", stream("甲")) == Kept("a.txt", 3, new=False)
    assert held(uploads) == {"a.txt": "甲".encode()}


def test_another_file_of_the_same_name_is_kept_beside_it(uploads: Uploads) -> None:
    for text, became in (
        ("甲", Kept("a.jsonl.gz", 3, new=True)),
        ("乙", Kept("a (2).jsonl.gz", 3, new=True)),
        ("丙丙", Kept("a (3).jsonl.gz", 6, new=True)),
        ("乙", Kept("a (2).jsonl.gz", 3, new=False)),
    ):
        assert uploads.keep("a.jsonl.gz", stream(text)) == became
    assert [data.decode() for data in held(uploads).values()] == ["乙", "丙丙", "甲"]


def test_a_numbered_name_is_no_longer_than_others(uploads: Uploads) -> None:
    name = "a" * 116 + ".txt"
    uploads.keep(name, stream("甲"))
    assert uploads.keep(name, stream("乙")) == Kept("a" * 112 + " (2).txt", 3, new=True)


def test_a_folder_or_a_link_of_that_name_is_left_alone(uploads: Uploads, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("甲", encoding="utf-8")
    (uploads.folder / "d.txt").mkdir(parents=True)
    (uploads.folder / "l.txt").symlink_to(tmp_path / "secret.txt")
    (uploads.folder / "n.txt").symlink_to(tmp_path / "nowhere.txt")
    assert [uploads.keep(f"{name}.txt", stream("甲")).name for name in "dln"] == ["d (2).txt", "l (2).txt", "n (2).txt"]
    assert not (tmp_path / "nowhere.txt").exists()


def test_a_file_over_the_limit_is_refused_and_nothing_of_it_stays(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", max_bytes=1024**2)
    assert uploads.keep("whole.txt", stream(b"a" * 1024**2)).bytes == 1024**2
    with pytest.raises(TooLarge, match=r"^over\.txt: is over 1 MiB; split it$"):
        uploads.keep("over.txt", stream(b"a" * (1024**2 + 1)))
    assert list(held(uploads)) == ["whole.txt"]


class Broken(io.BytesIO):
    """A stream that ends in the middle of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(1)


def test_what_does_not_come_whole_is_not_kept(uploads: Uploads) -> None:
    with pytest.raises(BotError, match=r"^a\.txt: cannot be kept \(Input/output error\); see that the disk has room"):
        uploads.keep("a.txt", Broken(b"abc"))
    assert held(uploads) == {}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file", encoding="utf-8")
    with pytest.raises(BotError, match=r"cannot be kept .*; see that the disk has room and may be written"):
        Uploads(tmp_path / "uploads", 10).keep("a.txt", stream("甲"))


def test_what_a_dead_writer_left_is_swept_after_a_day(uploads: Uploads) -> None:
    uploads.folder.mkdir()
    for name, age in ((".upload-old", 86_500), (".upload-new", 86_300), ("old.txt", 86_500)):
        (uploads.folder / name).touch()
        os.utime(uploads.folder / name, (time.time() - age, time.time() - age))
    uploads.keep("a.txt", stream("甲"))
    assert list(held(uploads)) == [".upload-new", "a.txt", "old.txt"]


@pytest.mark.parametrize("same", [False, True])
def test_threads_that_send_the_same_name_lose_nothing(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    together = threading.Barrier(8)
    link = os.link

    def all_at_once(made: Path, name: Path) -> None:
        if name.name == "a.txt":
            together.wait(timeout=20)
        link(made, name)

    monkeypatch.setattr(bot.uploads.os, "link", all_at_once)
    kept: list[Kept] = []
    texts = ["甲" if same else str(number) for number in range(8)]
    threads = [
        threading.Thread(target=lambda text=text: kept.append(uploads.keep("a.txt", stream(text)))) for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 8 and sum(one.new for one in kept) == (1 if same else 8)
    assert sorted(data.decode() for data in held(uploads).values()) == sorted(set(texts))


# ---- the configuration ----


def test_there_is_no_folder_unless_one_is_named(tmp_path: Path) -> None:
    assert Config().upload_folder is None
    config = config_from({"uploads": {"folder": "sent", "max_mb": 2}, "documents": {"paths": ["docs"]}}, base=tmp_path)
    assert (config.upload_folder, config.uploads.max_bytes) == (tmp_path / "sent", 2 * 1024**2)


def test_the_folder_is_indexed_with_the_documents_once_it_is_there(tmp_path: Path) -> None:
    config = config_from({"uploads": {"folder": "sent"}, "documents": {"paths": ["docs"]}}, base=tmp_path)
    assert config.document_paths == (tmp_path / "docs",)
    (tmp_path / "sent").mkdir()
    assert config.document_paths == (tmp_path / "docs", tmp_path / "sent")


@pytest.mark.parametrize("folder", ["docs", "docs/sent", ".", "docs/../docs/", "link"])
def test_a_folder_among_the_documents_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    with pytest.raises(BadConfig) as caught:
        config_from({"uploads": {"folder": folder}, "documents": {"paths": ["docs"]}}, base=tmp_path)
    told = f"config: uploads.folder = {folder!r} overlaps with 'docs' of documents.paths; name a folder beside it"
    assert str(caught.value) == told
