"""Damaged and hostile files: each gives documents or its own error, in bounded time, and its neighbour is unharmed.

Two hundred damaged files, by a seed; DAMAGED=2000 in the environment takes more, and -s shows a table of them.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import struct
import time
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.documents import File, find_files, read_file
from bot.documents.isolated import IsolatedReader
from bot.errors import UnreadableDocument
from bot.types import StoredDocument
from tests.made_files import BODY, TITLE, archive, every_format, excel, powerpoint, with_part, word

DAMAGED = int(os.environ.get("DAMAGED", "200"))
SECONDS = 60.0  # of one file; the slowest takes a tenth of that on an idle machine
NEIGHBOUR = "河套水文站今日水位为1032.5米，较昨日上涨0.2米。\n"
Found = StoredDocument | UnreadableDocument


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    """One for all tests: what a file leaves behind in it shows in the next."""
    with IsolatedReader(SECONDS, max_memory=2 * 1024**3) as opened:
        yield opened


def read(reader: IsolatedReader, path: Path) -> list[Found]:
    return list(reader.read(File(path, f"docs/{path.name}")))


def check(found: Sequence[Found], source: str) -> None:
    """What comes of any file: documents that hold together, and errors that name the file and the mend."""
    assert found, source
    for one in found:
        if isinstance(one, UnreadableDocument):
            assert str(one).startswith(f"{source}: "), one
            assert "\n" not in str(one)
            assert "; " in str(one) or "run OCR" in str(one), one
            str(one).encode("utf-8")
            continue
        assert one.document.source == source
        assert one.text.strip()
        one.text.encode("utf-8")
        places = [place for block in one.blocks for place in (block.start, block.end)]
        assert places == sorted(places), source
        assert all(0 <= place <= len(one.text) for place in places), source
        spans = {span for block in one.blocks if block.table for row in block.table.rows for span in row}
        assert all(0 <= start <= end <= len(one.text) for start, end in spans), source
        assert list(one.page_starts) == sorted(one.page_starts), source


# Damage

Damage = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def truncated(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    return data[: dice.randrange(len(data))]


def flipped(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 10, 200))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def zeroed(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    start, length = dice.randrange(len(data)), dice.choice((16, 512, 4096))
    return (data[:start] + bytes(length) + data[start + length :])[: len(data)]


def spliced(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    other = dice.choice(others)
    return data[: dice.randrange(len(data))] + other[dice.randrange(len(other)) :]


def renamed(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    return dice.choice(others)


def emptied(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    return bytes(dice.choice((0, 0, 1, 4096)))


def random_bytes(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    return data[: dice.choice((0, 8, 64))] + dice.randbytes(dice.choice((10, 1000, 20_000)))


def inside(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """Damage that no checksum tells: an archive's member is damaged before it is packed."""
    damage = dice.choice((truncated, flipped, zeroed))
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(damage(gzip.decompress(data), dice, others), mtime=0)
    if not data.startswith(b"PK"):
        return damage(data, dice, others)
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        part = dice.choice([info for info in whole.infolist() if info.file_size])
        return with_part(data, part.filename, damage(whole.read(part), dice, others))


DAMAGES: tuple[Damage, ...] = (
    truncated,
    flipped,
    inside,
    zeroed,
    spliced,
    inside,
    renamed,
    inside,
    emptied,
    random_bytes,
)


@dataclass
class Outcomes:
    """What came of the damaged files of one format."""

    counts: Counter[str]
    slowest: float = 0.0


def test_every_damaged_file_gives_documents_or_its_own_error_and_harms_no_other(
    reader: IsolatedReader, tmp_path: Path
) -> None:
    sound = every_format()
    neighbour = tmp_path / "neighbour.txt"
    neighbour.write_text(NEIGHBOUR, encoding="utf-8")
    (expected,) = read(reader, neighbour)
    assert isinstance(expected, StoredDocument)
    outcomes: dict[str, Outcomes] = defaultdict(lambda: Outcomes(Counter()))
    for number in range(DAMAGED):
        dice = random.Random(f"damaged {number}")
        name = list(sound)[number % len(sound)]
        damage = DAMAGES[number // len(sound) % len(DAMAGES)]
        path = tmp_path / f"{number}-{damage.__name__}-{name}"
        path.write_bytes(damage(sound[name], dice, list(sound.values())))
        began = time.monotonic()
        found = read(reader, path)
        took = time.monotonic() - began
        check(found, f"docs/{path.name}")
        assert read(reader, neighbour) == [expected], path.name
        outcome = outcomes[name.partition(".")[2] if name[0] == "a" else name]
        outcome.counts[outcome_of(found)] += 1
        outcome.slowest = max(outcome.slowest, took)
        path.unlink()
    print(f"\n{DAMAGED} damaged files\n{table(outcomes)}")
    assert sum(outcome.counts["hung"] + outcome.counts["crashed"] for outcome in outcomes.values()) == 0


def test_every_sound_file_is_read_whole(reader: IsolatedReader, tmp_path: Path) -> None:
    for name, content in every_format().items():
        (tmp_path / name).write_bytes(content)
        found = read(reader, tmp_path / name)
        check(found, f"docs/{name}")
        assert outcome_of(found) == "read", name


def outcome_of(found: Sequence[Found]) -> str:
    errors = " ".join(str(one) for one in found if isinstance(one, UnreadableDocument))
    if "takes longer" in errors:
        return "hung"
    if "its reader" in errors:
        return "crashed"
    if not errors:
        return "read"
    return "refused" if all(isinstance(one, UnreadableDocument) for one in found) else "in part"


def table(outcomes: dict[str, Outcomes]) -> str:
    kinds = ("read", "in part", "refused", "crashed", "hung")
    rows = [f"{'':10}" + "".join(f"{kind:>9}" for kind in (*kinds, "slowest"))]
    for name, outcome in outcomes.items():
        counts = "".join(f"{outcome.counts[kind]:9}" for kind in kinds)
        rows.append(f"{name:10}{counts}{outcome.slowest:8.2f}s")
    return "\n".join(rows)


# Hostile files

LAUGHS = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10)
)  # the tenth is a thousand million laughs
DOCTYPE = f'<!DOCTYPE x [<!ENTITY l0 "哈哈">{LAUGHS}]>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def laughing(xml: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>{DOCTYPE}{xml}'


def document_xml(body: str) -> str:
    return f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def zip_bomb() -> bytes:
    """A Word file whose text is 300 MB of one letter."""
    return with_part(word(), "word/document.xml", document_xml(paragraph("a" * 300_000_000)))


def lying_bomb() -> bytes:
    """The same with 1,000 bytes told in its directory in place of what it unpacks to."""
    bomb = bytearray(with_part(word(), "word/document.xml", document_xml(paragraph("a" * 30_000_000))))
    (size,) = (
        info.file_size for info in zipfile.ZipFile(io.BytesIO(bomb)).infolist() if info.filename == "word/document.xml"
    )
    return bytes(bomb.replace(struct.pack("<I", size), struct.pack("<I", 1000)))


def pdf_of(*objects: str, trailer: str = "") -> bytes:
    """A PDF file of these objects, the first of which is its root."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    return data + f"{head}<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{len(data)}\n%%EOF\n".encode()


CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
PAGE_TEXT = b"BT /F1 12 Tf 10 10 Td (Water level 1032) Tj ET"


def pdf_page(box: str = "[0 0 595 842]", pages: str = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>") -> bytes:
    return pdf_of(
        CATALOG,
        pages,
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(PAGE_TEXT)} >>\nstream\n{PAGE_TEXT.decode()}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def pdf_bomb() -> bytes:
    """A page whose contents unpack to 200 MB of blanks."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    return pdf_of(
        CATALOG,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{packed.decode('latin-1')}\nendstream",
    )


def sheet(cells: str, more: str = "") -> bytes:
    """An Excel file with these rows in its sheet."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData>{more}</worksheet>'
    return with_part(excel(), "xl/worksheets/sheet1.xml", xml)


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb.docx": zip_bomb,
    "lying zip bomb.docx": lying_bomb,
    "many parts.xlsx": lambda: archive({f"xl/{number}.xml": "" for number in range(60_000)}),
    "archive of one's own name.docx": lambda: archive({"word/document.xml": word()}),
    "gzip bomb.jsonl.gz": lambda: gzip.compress(bytes(200_000_000), 1),
    "empty lines.jsonl.gz": lambda: gzip.compress(b"\n" * 2_000_000, 1),
    "bad lines.jsonl.gz": lambda: gzip.compress(b"{}\n" * 5_000_000, 1),
    "deep.html": lambda: ("<div>" * 10_000 + BODY).encode(),
    "deep tables.html": lambda: ("<table><tr><td>" * 3_000 + BODY).encode(),
    "deep lists.html": lambda: ("<ul><li>" * 10_000 + BODY).encode(),
    "deep.jsonl": lambda: b'{"text": ' + b"[" * 100_000,
    "deep value.jsonl": lambda: (
        json.dumps({"text": BODY}).encode()[:-1] + b', "x": ' + b"[" * 9_999 + b"]" * 9_999 + b"}"
    ),
    "deep.docx": lambda: with_part(
        word(), "word/document.xml", document_xml("<w:sdt><w:sdtContent>" * 10_000 + "</w:sdtContent></w:sdt>" * 10_000)
    ),
    "deep tables.docx": lambda: with_part(
        word(),
        "word/document.xml",
        document_xml("<w:tbl><w:tr><w:tc>" * 80 + paragraph(BODY) + "</w:tc></w:tr></w:tbl>" * 80),
    ),
    "deep quotes.md": lambda: (">" * 10_000 + BODY).encode(),
    "deep lists.md": lambda: "".join(f"{'  ' * depth}- {BODY}\n" for depth in range(1_000)).encode(),
    "laughs.docx": lambda: with_part(word(), "word/document.xml", laughing(document_xml(paragraph("&l9;")))),
    "laughs.xlsx": lambda: with_part(excel(), "xl/sharedStrings.xml", laughing("<sst><si><t>&l9;</t></si></sst>")),
    "laughs.pptx": lambda: with_part(powerpoint(), "ppt/slides/slide1.xml", laughing("<x>&l9;</x>")),
    "laughs.html": lambda: laughing(f"<html><body><p>&l9;</p><p>{BODY}</p></body></html>").encode(),
    "page tree loop.pdf": lambda: pdf_of(CATALOG, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"),
    "page count.pdf": lambda: pdf_page(pages="<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>"),
    "page size.pdf": lambda: pdf_page(box="[0 0 1000000000 1000000000]"),
    "page repeated.pdf": lambda: pdf_page(pages=f"<< /Type /Pages /Kids [{'3 0 R ' * 20_000}] /Count 20000 >>"),
    "unpacking.pdf": pdf_bomb,
    "far cells.xlsx": lambda: sheet(
        f'<row r="1">{cell("A1", TITLE)}</row><row r="1048576">{cell("XFD1048576", BODY)}</row>'
    ),
    "merged cells.xlsx": lambda: sheet(
        f'<row r="1">{cell("A1", TITLE)}</row>', '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    ),
    "spans.html": lambda: f"<table><tr><td colspan=1000000000 rowspan=1000000000>{BODY}<td>a<tr><td>b</table>".encode(),
    "wide spans.html": lambda: ("<table>" + f"<tr><td colspan=1000 rowspan=1000>{BODY}" * 300 + "</table>").encode(),
    "columns.csv": lambda: ",".join(f"列{number}" for number in range(1_000_000)).encode(),
    "empty columns.csv": lambda: b"," * 5_000_000 + BODY.encode(),
    "quotation.csv": lambda: b'"' + "甲,乙\n".encode() * 300_000,
    "one line.txt": lambda: (BODY * 100_000).encode(),
    "one line.md": lambda: (BODY * 100_000).encode(),
    "one line.html": lambda: f"<p>{BODY * 100_000}</p>".encode(),
    "lines.txt": lambda: ("甲\n" * 100_000).encode(),
    "stars.md": lambda: (f"{'*' * 50_000} {BODY} {'_*' * 50_000}\n" + "[" * 50_000 + "`" * 50_001).encode(),
    "bars.md": lambda: ("|" * 200_000 + "\n" + "|-" * 100_000 + "\n" + BODY).encode(),
    "front matter.md": lambda: ("---\n" + "a: b\n" * 50_000 + BODY).encode(),
    "attributes.html": lambda: ("<p " + "a=b " * 500_000 + f">{BODY}").encode(),
    "comments.html": lambda: (BODY + "<!--" * 300_000).encode(),
    "charset.html": lambda: b"<meta charset=" + b"x" * 5_000 + b">" + BODY.encode(),
    "codec.html": lambda: f"<meta charset=zlib_codec><p>{BODY}".encode(),
    "parts.mht": lambda: (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        + "--b\nContent-Type: text/x\n\nx\n" * 5_000
    ).encode(),
    "boundaries.mht": lambda: "".join(
        f"Content-Type: multipart/related; boundary=b{depth}\n\n--b{depth}\n" for depth in range(3_000)
    ).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gives_a_document_or_an_error_in_bounded_time_and_memory(
    name: str, reader: IsolatedReader, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    found = read(reader, path)
    check(found, f"docs/{name}")
    assert outcome_of(found) not in {"hung", "crashed"}, found


def test_json_lines_end_where_there_is_too_much_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = File(tmp_path / "a.jsonl.gz", "docs/a.jsonl.gz")
    file.path.write_bytes(gzip.compress(b'{"text": "a"}\n{}\n' * 500))
    found = [one.text if isinstance(one, StoredDocument) else str(one) for one in read_file(file)]
    assert (found.count("a"), len(found)) == (500, 1000)
    monkeypatch.setattr("bot.documents.jsonl.MAX_BAD", 3)
    assert (
        str(list(read_file(file))[-1])
        == "docs/a.jsonl.gz: has 3 bad lines up to line 6, where reading stops; mend them"
    )
    monkeypatch.setattr("bot.documents.jsonl.MAX_UNPACKED", 20)
    (document, _, error) = read_file(file)
    assert isinstance(document, StoredDocument)
    assert str(error) == "docs/a.jsonl.gz: unpacks to over 0 GiB; split it"


def test_a_file_that_its_library_never_ends_with_is_ended_by_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(CATALOG, "3 0 R", "2 0 R"))  # two objects that each say: see the other
    with IsolatedReader(max_seconds=4) as reader:
        (told,) = read(reader, path)
    assert str(told) == "docs/a.pdf: takes longer than 4 s to read; split it, or raise [documents] max_seconds"


@pytest.mark.parametrize(
    "char",
    [
        " ",
        "\t",
        "\u3000",
        "1",
        "9.",
        "年",
        "（",
        "《",
        "“",
        "、",
        "第",
        "〔",
        "-",
        "：",
        "a",
        "A.",
        "甲 ",
        "\\",
        "\u200b",
        "#",
    ],
)
@pytest.mark.parametrize("ending", [".txt", ".md"])
def test_a_line_of_one_character_is_read_in_bounded_time(
    char: str, ending: str, reader: IsolatedReader, tmp_path: Path
) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text(f"{char * 200_000}\n{TITLE}\n{char * 100}\n{BODY}{char * 200_000}", encoding="utf-8")
    (found,) = read(reader, path)
    assert isinstance(found, StoredDocument), found
    assert BODY in found.text


# Hostile folders


def sources(folder: Path) -> list[str]:
    return [file.source for file in find_files(folder)]


def test_what_programs_keep_for_themselves_is_left_out_without_a_word(tmp_path: Path) -> None:
    kept = ["a.docx", "b.tmp.txt", "part.txt", "thumbs.txt", "~a.txt"]
    left = [
        *(
            "~$a.docx",
            ".~lock.a.docx#",
            "Thumbs.db",
            "desktop.ini",
            ".DS_Store",
            "~WRL0001.tmp",
            "x.crdownload",
            "y.part",
        ),
        *("__MACOSX/a.docx", ".git/config.txt", "$RECYCLE.BIN/b.txt", "System Volume Information/c.txt"),
    ]
    for name in (*kept, *left):
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).write_text(BODY, encoding="utf-8")
    assert sources(tmp_path / "docs") == [f"docs/{name}" for name in kept]


def test_links_that_lead_in_circles_or_nowhere_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    for link, target in (("loop.txt", "loop.txt"), ("x.txt", "y.txt"), ("y.txt", "x.txt"), ("no.txt", "none")):
        (tmp_path / link).symlink_to(target)
    (tmp_path / "inside").symlink_to(tmp_path)
    assert sources(tmp_path) == [f"{tmp_path.name}/a.txt"]
    assert sources(tmp_path / "loop.txt") == []


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder with a file under 1,200 others; pytest could not remove it, for `shutil.rmtree` recurses."""
    below = tmp_path / "deep" / "/".join("a" * 1200)
    opened = os.open(tmp_path, os.O_RDONLY)
    for name in below.relative_to(tmp_path).parts:
        os.mkdir(name, dir_fd=opened)
        opened, above = os.open(name, os.O_RDONLY, dir_fd=opened), opened
        os.close(above)
    os.close(opened)
    (below / "b.txt").write_text(BODY, encoding="utf-8")
    yield tmp_path / "deep"
    (below / "b.txt").unlink()
    while below != tmp_path:
        below.rmdir()
        below = below.parent


def test_a_folder_a_thousand_deep_is_searched_to_its_end(deep: Path) -> None:
    assert sources(deep) == [f"deep/{'a/' * 1200}b.txt"]


def test_names_of_bytes_that_are_no_utf8_stay_apart_and_can_be_printed(reader: IsolatedReader, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in (b"\xff.txt", b"\xfe.txt", b"\xc0.zip"):
        try:
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(BODY, encoding="utf-8")
        except OSError:
            pytest.skip("this file system takes UTF-8 names alone")
    found = [next(reader.read(file)) for file in find_files(folder)]
    assert sources(folder) == [r"docs/\xc0.zip", r"docs/\xfe.txt", r"docs/\xff.txt"]
    assert str(found[0]).startswith(r"docs/\xc0.zip: ")
    assert [one.document.source for one in found[1:] if isinstance(one, StoredDocument)] == sources(folder)[1:]
    assert len({one.document.id for one in found[1:] if isinstance(one, StoredDocument)}) == 2


def test_a_folder_that_may_not_be_opened_is_named(
    reader: IsolatedReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "b.txt").write_text(BODY, encoding="utf-8")
    listdir = os.listdir

    def refuse(path: Path) -> list[str]:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    first, second = find_files(tmp_path)
    assert [first.source, second.source] == [f"{tmp_path.name}/b.txt", f"{tmp_path.name}/closed"]
    (told,) = reader.read(second)
    assert str(told).startswith(f"{tmp_path.name}/closed: cannot be opened (")


def test_a_pipe_is_never_opened(reader: IsolatedReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert sources(tmp_path) == []
    (told,) = read(reader, tmp_path / "pipe.txt")
    assert str(told) == "docs/pipe.txt: is a pipe or a device, not a file; take it out of the folder"
