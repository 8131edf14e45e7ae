"""What is not read: told with its mend, converted by LibreOffice where that is there, or known by its bytes."""

from __future__ import annotations

import gzip
import http.server
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.documents import FORMATS, File, helpers, read_file
from bot.documents.converted import TARGETS, available
from bot.documents.isolated import IsolatedReader
from bot.documents.signatures import shown_ending
from bot.errors import UnreadableDocument
from bot.types import StoredDocument
from tests.fake_encoder import write_files
from tests.made_files import BODY, MESSAGE, PAGE, TITLE, archive, excel, is_gone, pdf, powerpoint, word

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WITH_LIBREOFFICE = pytest.mark.skipif(available() is None, reason="LibreOffice is not installed")

Program = Callable[[str], None]


def read(path: Path) -> list[StoredDocument | UnreadableDocument]:
    return list(read_file(File(path, f"docs/{path.name}")))


def refusal(path: Path) -> str:
    (found,) = read(path)
    assert isinstance(found, UnreadableDocument)
    return str(found)


def document(path: Path) -> StoredDocument:
    (found,) = read(path)
    assert isinstance(found, StoredDocument), found
    return found


def written(folder: Path, name: str, content: bytes | str) -> Path:
    write_files(folder, {name: content})
    return folder / name


def compound(*streams: str) -> bytes:
    """The head of a compound file, and a directory with these streams in it."""
    return OLE.ljust(512, b"\0") + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


def rtf(text: str) -> str:
    return "{\\rtf1\\ansi " + "".join(f"\\u{ord(char)}?" for char in text) + "\\par}"


# Formats that are not read


@pytest.fixture
def without_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setattr("bot.documents.converted._MACOS", str(tmp_path / "nowhere"))


@pytest.mark.usefixtures("without_libreoffice")
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.doc", compound("WordDocument"), ".doc files are not read; convert it to .docx, or install LibreOffice and"),
        ("a.wps", compound("WordDocument"), ".wps files are not read; convert it to .docx, or install LibreOffice and"),
        ("a.rtf", rtf(BODY), ".rtf files are not read; convert it to .docx, or install LibreOffice and index again"),
        ("a.et", compound("Workbook"), ".et files are not read; convert it to .xlsx, or install LibreOffice and index"),
        ("a.dps", compound("PowerPoint Document"), ".dps files are not read; convert it to .pptx, or install Libre"),
        ("a.ofd", archive({"OFD.xml": "<ofd/>"}), ".ofd files are not read; export it as PDF from the OFD reader"),
        ("a.ZIP", archive({"a": "x"}), ".zip files are not read; unpack it into the folder"),
        ("a.tar.gz", gzip.compress(b"x"), ".gz files are not read; unpack it into the folder"),
        ("a.mp3", "ID3", ".mp3 files are not read; put its words into a .txt file"),
        ("a.exe", "MZ", ".exe files are not read; take it out of the folder"),
        ("a.json", "{}", ".json files are not read; export its text as .txt, .csv or .jsonl"),
        ("a.xyz", "?", f"this format is not read; convert it to one of {' '.join(FORMATS)}"),
        ("README", "?", f"this format is not read; convert it to one of {' '.join(FORMATS)}"),
        # What they are named is what is read, what they are is not
        ("a.docx", compound("Root Entry", "WordDocument"), "is really .doc, and .doc files are not read; convert it "),
        ("a.txt", archive({"a": "x"}), "is really .zip, and .zip files are not read; unpack it into the folder"),
        ("a.txt", gzip.compress(b"x"), "is really .gz, and .gz files are not read; unpack it into the folder"),
        ("a.pdf", archive({"OFD.xml": "<ofd/>"}), "is really .ofd, and .ofd files are not read; export it as PDF"),
        ("a.docx", b"Rar!\x1a\x07\x01\0", "is really .rar, and .rar files are not read; unpack it into the folder"),
        ("a.xlsx", compound("EncryptedPackage"), "is protected by a password; save it without one"),
        ("a.xls", "线路\t首班车\n", "is text, not .xls; name it .txt, or .csv where it is a table"),
        ("a.docx", BODY, "is text, not .docx; name it .txt, or .csv where it is a table"),
        ("a.docx", "", "holds no text; it has 0 bytes, so copy or save it anew"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_says_what_to_do(name: str, content: bytes | str, told: str, tmp_path: Path) -> None:
    assert refusal(written(tmp_path, name, content)).startswith(f"docs/{name}: {told}")


@pytest.mark.usefixtures("without_libreoffice")
def test_what_is_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.documents.ocr.available", lambda: False)
    assert helpers() == []
    (tmp_path / "nowhere").mkdir()
    written(tmp_path / "nowhere", "libreoffice", "#!/bin/sh\n")
    (tmp_path / "nowhere" / "libreoffice").chmod(0o755)
    assert helpers() == ["LibreOffice"]
    monkeypatch.setattr("bot.documents.ocr.available", lambda: True)
    assert helpers() == ["LibreOffice", "OCR"]


# Contents come before the name, where they are certain


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (pdf(), ".pdf"),
        (word(), ".docx"),
        (excel(), ".xlsx"),
        (powerpoint(), ".pptx"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.text"}), ".odt"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), ".ods"),
        (archive({"xl/workbook.bin": ""}), ".xlsb"),
        (archive({"a": "x"}), ".zip"),
        (archive({"a": "x"})[:-10], ""),
        (compound("Root Entry", "WordDocument"), ".doc"),
        (compound("Root Entry", "Workbook", "WordDocument"), ".xls"),
        (compound("Root Entry", "PowerPoint Document"), ".ppt"),
        (compound("Root Entry"), ""),
        (OLE + "WordDocument\0".encode("utf-16-le"), ""),  # in no directory
        (rtf(BODY).encode(), ".rtf"),
        (PAGE.encode(), ".html"),
        (f"\ufeff\n <!-- saved -->\n<HTML lang='zh'>{BODY}".encode(), ".html"),
        (f'<?xml version="1.0"?><!DOCTYPE html><html>{BODY}'.encode(), ".html"),
        (MESSAGE.encode(), ".mhtml"),
        (b"To: a@example.org\r\n" + MESSAGE.encode(), ""),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w/>', ".doc"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><w/>', ".xls"),
        (b"\x89PNG\r\n\x1a\n", ".png"),
        (b"", ""),
        (BODY.encode(), ""),
        (b"name,note\na,<html>\n", ""),
        (b"MZ is no program here", ""),
        (b'{"text": "%PDF-"}', ""),
    ],
)
def test_bytes_tell_a_format_for_certain_or_nothing(content: bytes, ending: str, tmp_path: Path) -> None:
    assert shown_ending(written(tmp_path, "a", content)) == ending


@pytest.mark.parametrize(
    ("name", "content", "oddity"),
    [
        ("a.doc", word(), "is named .doc, but is .docx"),
        ("a.txt", word(), "is named .txt, but is .docx"),
        ("a.docm", word(), ""),
        ("a.doc", PAGE, "is named .doc, but is .html"),
        ("a.pdf", PAGE, "is named .pdf, but is .html"),
        ("a.doc", MESSAGE, "is named .doc, but is .mhtml"),
        ("a.htm", PAGE, ""),
        ("a.dat", PAGE, ""),
    ],
)
def test_a_misnamed_file_is_read_as_what_it_is(name: str, content: bytes | str, oddity: str, tmp_path: Path) -> None:
    found = document(written(tmp_path, name, content))
    assert found.text.splitlines() == [TITLE, BODY]
    assert found.document.source == f"docs/{name}"
    assert list(found.oddities) == [oddity] * bool(oddity)


def test_what_a_format_may_hold_is_not_taken_for_another(tmp_path: Path) -> None:
    assert "<h1>" in document(written(tmp_path, "a.md", PAGE)).text
    packed_lines = gzip.compress('{"text": "甲。"}\n'.encode())
    assert document(written(tmp_path, "a.jsonl.gz", packed_lines)).text == "甲。"
    assert document(written(tmp_path, "a.jsonl", packed_lines)).text == "甲。"
    assert document(written(tmp_path, "b.jsonl.gz", '{"text": "甲。"}\n')).text == "甲。"
    assert document(written(tmp_path, "a.txt", f"说明：<html> 是网页的开头。\n{BODY}")).text.endswith(BODY)


# Conversion by a program that stands for LibreOffice


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a shell script in LibreOffice's place; in it, $out is the folder to write to and $in the file to read."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def write(script: str) -> None:
        head = '#!/bin/sh\nfor word; do [ "$last" = --outdir ] && out=$word; last=$word; done\nin=$last\nmkdir "$out"\n'
        write_files(tmp_path / "bin", {"soffice": head + script, "made.docx": word()})
        (tmp_path / "bin" / "soffice").chmod(0o755)

    return write


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path, "旧公告.doc", compound("WordDocument"))


def test_a_converted_file_is_the_original_in_all_but_its_text(program: Program, old: Path, tmp_path: Path) -> None:
    program(f'cp "{tmp_path}/bin/made.docx" "$out/document.docx"; printf "%s\\n" "$@" > "{tmp_path}/called"')
    found = document(old)
    assert found.text.splitlines() == [TITLE, BODY]
    assert (found.document.source, found.document.title) == ("docs/旧公告.doc", TITLE)
    assert found.oddities == ("was converted from .doc by LibreOffice",)
    called = (tmp_path / "called").read_text().split("\n")
    assert called[0].startswith("-env:UserInstallation=file:///")
    assert {"--headless", "--norestore", "--nolockcheck", "--convert-to", "docx", "--outdir"} <= set(called)
    assert not Path(called[-2]).exists()  # the copy that was converted


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 1", "LibreOffice cannot convert it; save it anew as .docx"),
        ("exit 0", "LibreOffice cannot convert it; save it anew as .docx"),
        ('mkdir "$out/document.docx"', "LibreOffice cannot convert it; save it anew as .docx"),
        ('echo garbage > "$out/document.docx"', "LibreOffice makes nothing readable of it (File is not a zip file);"),
        (': > "$out/document.docx"', "LibreOffice makes nothing readable of it (File is not a zip file);"),
        ("kill -9 $$", "LibreOffice cannot convert it; save it anew as .docx"),
    ],
)  # fmt: skip
def test_a_conversion_that_yields_nothing_says_so(program: Program, script: str, told: str, old: Path) -> None:
    program(script)
    assert refusal(old).startswith(f"docs/旧公告.doc: {told}")


def test_a_conversion_that_hangs_is_ended_with_all_that_it_started(
    program: Program, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.documents.converted.MAX_SECONDS", 0.5)
    program(f'sleep 60 & echo $! > "{tmp_path}/pid"; sleep 60')
    began = time.monotonic()
    told = "LibreOffice takes longer than 0.5 s to convert it; save it anew as .docx"
    assert refusal(old) == f"docs/旧公告.doc: {told}"
    assert time.monotonic() - began < 20
    assert is_gone(int((tmp_path / "pid").read_text()), 10)


def test_a_reader_that_is_ended_takes_the_conversion_with_it(program: Program, old: Path, tmp_path: Path) -> None:
    program(f'echo $$ > "{tmp_path}/pid"; pwd > "{tmp_path}/folder"; sleep 60')
    with IsolatedReader(max_seconds=4) as reader:
        (found,) = reader.read(File(old, "docs/a.doc"))
    assert str(found) == "docs/a.doc: takes longer than 4 s to read; split it, or raise [documents] max_seconds"
    assert is_gone(int((tmp_path / "pid").read_text()), 10)
    assert not Path((tmp_path / "folder").read_text().strip()).exists()


# LibreOffice itself


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each old and foreign format, as LibreOffice saves it."""
    folder = tmp_path_factory.mktemp("originals")
    write_files(folder, {"a.docx": word(), "a.xlsx": excel(), "a.pptx": powerpoint()})
    for name, endings in (("a.docx", ("doc", "rtf", "odt")), ("a.xlsx", ("xls",)), ("a.pptx", ("ppt",))):
        for ending in endings:
            subprocess.run(
                [available() or "", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
                 "--convert-to", ending, "--outdir", folder, folder / name],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
    for name, ending in (("a.doc", "wps"), ("a.xls", "et"), ("a.ppt", "dps")):
        shutil.copy(folder / name, folder / f"a.{ending}")
    return folder


@WITH_LIBREOFFICE
@pytest.mark.parametrize("ending", [".doc", ".wps", ".rtf", ".odt", ".xls", ".et", ".ppt", ".dps"])
def test_libreoffice_converts_old_and_foreign_formats(ending: str, originals: Path) -> None:
    found = document(originals / f"a{ending}")
    assert found.text == document(originals / f"a{TARGETS[ending]}").text
    assert found.oddities == (f"was converted from {ending} by LibreOffice",)
    assert found.document.source == f"docs/a{ending}"


@WITH_LIBREOFFICE
def test_an_old_file_is_converted_whatever_it_is_named(originals: Path, tmp_path: Path) -> None:
    shutil.copy(originals / "a.doc", tmp_path / "a.docx")
    shutil.copy(originals / "a.rtf", tmp_path / "b.doc")
    assert document(tmp_path / "a.docx").text.splitlines() == [TITLE, BODY]
    assert document(tmp_path / "b.doc").text.splitlines() == [TITLE, BODY]


@WITH_LIBREOFFICE
def test_libreoffice_says_nothing_of_what_it_cannot_convert(originals: Path, tmp_path: Path) -> None:
    data = bytearray((originals / "a.doc").read_bytes())
    data[600:] = bytes(len(data) - 600)
    assert "docs/a.doc: " in refusal(written(tmp_path, "a.doc", bytes(data)))


@pytest.fixture
def web() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@WITH_LIBREOFFICE
def test_nothing_is_fetched_for_a_file_that_is_converted(web: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = web
    names = {"office": "office", "text": "text", "draw": "drawing"}
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in names.items()
    )
    picture = f'<draw:frame><draw:image xlink:href="{address}/a.png" xlink:type="simple"/></draw:frame>'
    content = (
        f'<office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">'
        f"<office:body><office:text><text:p>{BODY}{picture}</text:p></office:text></office:body></office:document-content>"
    )
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.text"/>'
        '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    )
    kind = "application/vnd.oasis.opendocument.text"
    members = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    assert document(written(tmp_path, "a.odt", archive(members))).text.splitlines() == [BODY]
    assert asked == []
