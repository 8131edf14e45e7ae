"""Files to documents: all visible text, exactly; what is damaged is said, never guessed."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import json
import os
import random
from pathlib import Path

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from bot.documents import File, find_files, format_of, read_file
from bot.documents.encodings import decode
from bot.documents.extracted import normalised
from bot.errors import UnreadableDocument
from bot.types import BlockKind, StoredDocument

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
MASKED = "**市****年**月破获***起，止付*.**亿元，返还××万元，■人，总体方案“*+*+N”，谢某某。"
PLAIN = "鄂尔多斯市破获电信网络诈骗案件537起，紧急止付涉案资金3.01亿元。\n第二行的文字，说的是平安建设的事情。\n"
TRADITIONAL = "鄂爾多斯市破獲電信網絡詐騙案件537起，緊急止付涉案資金3.01億元。\n第二行的文字，說的是平安建設的事情。\n"


def read_all(path: Path) -> list[StoredDocument | UnreadableDocument]:
    return list(read_file(File(path, f"docs/{path.name}")))


def read_one(path: Path) -> StoredDocument:
    (found,) = read_all(path)
    assert isinstance(found, StoredDocument), found
    return found


def refusal(path: Path) -> str:
    """The one line that says why a file cannot be read."""
    (found,) = read_all(path)
    assert isinstance(found, UnreadableDocument)
    return str(found)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(document: StoredDocument, kind: BlockKind) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind is kind]


def word(*paragraphs: str, title: str = "") -> bytes:
    """A Word file of these paragraphs."""
    document = docx.Document()
    document.core_properties.title = title
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def pdf(*pages: list[str]) -> bytes:
    """A PDF file with these lines on its pages."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    data = io.BytesIO()
    sheet = canvas.Canvas(data, invariant=True)
    for page in pages:
        sheet.setFont("STSong-Light", 10)
        for i, line in enumerate(page):
            sheet.drawString(40, 800 - 20 * i, line)
        sheet.showPage()
    sheet.save()
    return data.getvalue()


# Text and its encodings


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (PLAIN, PLAIN.encode("utf-8")),
        (PLAIN, codecs.BOM_UTF8 + PLAIN.encode("utf-8")),
        (PLAIN, codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le")),
        (PLAIN, codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be")),
        (PLAIN, PLAIN.encode("gb18030")),
        (PLAIN, PLAIN.encode("gbk")),
        (PLAIN + "㵲溪𠀀", (PLAIN + "㵲溪𠀀").encode("gb18030")),
        (TRADITIONAL, TRADITIONAL.encode("big5")),
        (TRADITIONAL, TRADITIONAL.encode("gb18030")),
        (TRADITIONAL, TRADITIONAL.encode("utf-8")),
        (PLAIN, PLAIN.replace("\n", "\r\n").encode("utf-8")),
        (PLAIN, PLAIN.replace("\n", "\r\n").encode("gb18030")),
        (PLAIN, codecs.BOM_UTF16_LE + PLAIN.replace("\n", "\r\n").encode("utf-16-le")),
        ("a\rb\x0bc\td　e", b"a\rb\x0bc\td" + "　e".encode()),
    ],
    ids=[
        *("utf-8", "utf-8 with mark", "utf-16 le", "utf-16 be", "gb18030", "gbk", "gb18030 four bytes", "big5"),
        *("traditional gb18030", "traditional utf-8", "crlf", "crlf gb18030", "crlf utf-16", "nothing else changed"),
    ],
)
def test_a_text_file_is_stored_as_it_is_read_by_a_person(text: str, data: bytes, tmp_path: Path) -> None:
    assert read_one(written(tmp_path, "a.txt", data)).text == text


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("name", ["博物館開放公告.txt", "ordos-pingan.txt"])
def test_every_paragraph_of_the_samples_is_read_in_every_encoding_or_refused(name: str, encoding: str) -> None:
    text = decode((SAMPLES / name).read_bytes())
    for line in [text, *(line for line in text.splitlines() if len(line) > 60)]:
        try:
            data = line.encode(encoding)
        except UnicodeEncodeError:  # Big5 has no simplified characters
            continue
        assert decode(data) == line


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xfe\xff\xd8\x00\x00\x41", id="utf-16 with half a surrogate pair"),
        pytest.param(PLAIN.encode("utf-32"), id="utf-32"),
        pytest.param("これは日本語の文章です。東京都の人口について。".encode("shift_jis"), id="japanese"),
        pytest.param("이것은 한국어 문장입니다. 서울의 인구에 대하여 씁니다.".encode("euc_kr"), id="korean"),
        pytest.param("Это русский текст о городе.".encode("cp1251"), id="russian"),
        pytest.param("Café déjà vu à Zürich.".encode("latin-1"), id="latin"),
        pytest.param(PLAIN.encode("utf-8")[:-2] + b"\xff\xff", id="utf-8 damaged"),
        pytest.param("平安\ud800建设".encode("utf-8", "surrogatepass"), id="utf-8 with a surrogate"),
    ],
)
def test_bytes_that_are_no_text_for_sure_are_refused_with_the_mend(data: bytes, tmp_path: Path) -> None:
    why = refusal(written(tmp_path, "a.txt", data))
    assert why.startswith("docs/a.txt: ")
    assert "UTF-8" in why
    assert "\n" not in why


@pytest.mark.parametrize("seed", range(60))
def test_random_bytes_are_never_garbage(seed: int) -> None:
    with pytest.raises(UnreadableDocument):
        decode(random.Random(seed).randbytes(20 + 40 * seed))


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
def test_bytes_are_decoded_to_what_encodes_to_them_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except UnreadableDocument:
        return
    plain = data.replace(b"\r\n", b"\n")
    encoded = {text.encode(encoding, "replace") for encoding in ("utf-8", "utf-8-sig", "gb18030", "big5")}
    assert (
        plain in encoded
        or data[:2] in (b"\xff\xfe", b"\xfe\xff")
        or text.replace("\n", "\r\n").encode() == data.removeprefix(b"\xef\xbb\xbf")
    )


@given(st.text(st.characters(codec=None), max_size=40))
@settings(deadline=None)
@example("\ufeff\ufeffa")
@example("\r\r\n\n")
def test_the_stored_form_has_no_mark_no_crlf_and_no_lone_surrogate_and_all_else(text: str) -> None:
    stored = normalised(text)
    stored.encode("utf-8")
    expected = [("\ufffd" if "\ud800" <= char <= "\udfff" else char) for char in text.removeprefix("\ufeff")]
    assert stored == "".join(expected).replace("\r\n", "\n")


@pytest.mark.parametrize("content", ["", "  \n\t\n", "\r\n", "\ufeff\n"])
@pytest.mark.parametrize("ending", [".txt", ".md", ".html"])
def test_a_file_without_text_says_so(content: str, ending: str, tmp_path: Path) -> None:
    assert "holds no text" in refusal(written(tmp_path, f"a{ending}", content))


# What a document says of itself


@pytest.mark.parametrize(
    ("name", "title", "publisher", "date"),
    [
        ("bayannur-news.html", "巴彦淖尔：把平安织进每一个网格", "河套晨讯", "2023-01-06"),
        ("ordos-pingan.txt", "鄂尔多斯：一座资源型城市的平安账本", "北原新闻社", "2022-03-18"),
        ("博物館開放公告.txt", "嵐溪市立民俗博物館秋季開放公告", None, "2023-09-01"),
        ("水情简报.txt", "云汀市水情简报（2023年第14期）", "云汀市防汛指挥部办公室", "2023-07-18"),
        ("清明值班通知.md", "关于2023年清明节放假值班、班车和食堂安排的通知", None, "2023-03-24"),
        ("澄岳仪器2022年报节选.pdf", "云汀澄岳仪器股份有限公司2022年年度报告（节选）", None, "2023-03-28"),
        ("采购会议纪要.docx", "2023年秋季学期采购工作会议纪要", None, "2023-08-22"),
        ("平安账本转载.txt", "一座资源型城市的平安账本（转载）", None, None),
    ],
)
def test_title_and_date_are_the_documents_own(name: str, title: str, publisher: str | None, date: str | None) -> None:
    document = read_one(SAMPLES / name).document
    assert (document.title, document.date) == (title, date)
    assert publisher is None or document.publisher == publisher


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("2023年01月06日09:55 | 来源:巴彦淖尔日报", "2023-01-06"),
        ("2023-01-06", "2023-01-06"),
        ("（2023年1月6日）", "2023-01-06"),
        ("2023年1月6日 星期五", "2023-01-06"),
        ("发布时间：2023-01-06 10:00", "2023-01-06"),
        ("發布日期：2023年1月6日", "2023-01-06"),
        ("成文日期：2023年1月6日", "2023-01-06"),
        ("北原新闻社　2023年1月6日　记者 宋知野", "2023-01-06"),
        ("云汀市防汛指挥部办公室　2023年1月6日10时", "2023-01-06"),
        ("来源：新华社 2023-01-06", "2023-01-06"),
        ("2021年4月29日，鄂尔多斯市司法局、妇联共同举办了讲座。", None),  # a caption
        ("2021年5月21日,鄂尔多斯市中级人民法院成功调解了一起车辆承包合同纠纷案件。", None),
        ("会议定于2023年1月6日召开，请各单位参加。", None),
        ("2023年2月31日", None),
        ("自2023年1月6日起施行", None),
    ],
)
def test_a_dateline_dates_a_document_and_a_caption_does_not(line: str, date: str | None, tmp_path: Path) -> None:
    text = f"平安公告\n{line}\n鄂尔多斯市破获案件537起。\n再说一句话。\n"
    assert read_one(written(tmp_path, "a.txt", text)).document.date == date


def test_an_id_is_sixteen_digits_of_the_source(tmp_path: Path) -> None:
    document = read_one(written(tmp_path, "a.txt", PLAIN)).document
    assert document.id == hashlib.sha256(b"docs/a.txt").hexdigest()[:16]
    assert document.source == "docs/a.txt"
    assert document.title == "a.txt"


# Each format


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", MASKED),
        ("a.md", f"# 公告\n\n{MASKED}\n\n- **市\n"),
        ("a.html", f"<html><body><h1>公告</h1><p>{MASKED}</p></body></html>"),
        ("a.jsonl", json.dumps({"text": MASKED})),
        ("a.jsonl.gz", gzip.compress(json.dumps({"text": MASKED}, ensure_ascii=False).encode())),
        ("a.docx", word("公告", MASKED)),
        ("a.pdf", pdf(["公告", MASKED])),
    ],
)
def test_masked_text_comes_through_every_reader_as_it_stands(name: str, content: bytes | str, tmp_path: Path) -> None:
    document = read_one(written(tmp_path, name, content))
    assert MASKED in document.text
    assert any(MASKED in line for line in lines(document, BlockKind.PARAGRAPH))


def test_a_word_files_title_is_its_first_line_or_what_its_properties_say(tmp_path: Path) -> None:
    first = read_one(written(tmp_path, "a.docx", word("平安公告", "正文一句话。", title="属性")))
    assert first.document.title == "平安公告"
    other = read_one(written(tmp_path, "b.docx", word("正文一句话。", "又一句话。", title="属性")))
    assert other.document.title == "属性"


def test_a_pdf_keeps_its_pages_and_marks_what_every_page_repeats(tmp_path: Path) -> None:
    told = [[f"第{name}页的正文，止付*.**亿元。", f"第{name}页的又一行正文。"] for name in "甲乙丙"]
    pages = [["年度报告", *page, f"- {i} -"] for i, page in enumerate(told, 1)]
    document = read_one(written(tmp_path, "a.pdf", pdf(*pages)))
    assert len(document.page_starts) == 3
    for i, name in enumerate("甲乙丙", 1):
        assert document.page(document.text.index(f"第{name}页")) == i
    assert lines(document, BlockKind.FURNITURE) == [line for i in (1, 2, 3) for line in ("年度报告", f"- {i} -")]
    assert lines(document, BlockKind.PARAGRAPH) == [line for page in told for line in page]
    assert "\r" not in document.text


def test_a_pdf_without_text_is_said_to_need_recognition(tmp_path: Path) -> None:
    assert "OCR" in refusal(written(tmp_path, "a.pdf", pdf([], [])))


def test_json_lines_give_a_document_each(tmp_path: Path) -> None:
    rows = [
        {
            "id": "一",
            "title": "甲 \n 乙",
            "text": "正文\r\n二\ud800。",
            "url": "https://a.cn/1",
            "date": "2023-01-06 08:00",
        },
        {"id": 7, "text": "没有标题的正文。", "date": "昨天"},
    ]
    path = written(tmp_path, "a.jsonl", "\n\n".join(json.dumps(row) for row in rows))
    first, second = read_all(path)
    assert isinstance(first, StoredDocument)
    assert isinstance(second, StoredDocument)
    about = first.document
    assert (about.id, about.title, about.source, about.url, about.date) == (
        "一", "甲 乙", "docs/a.jsonl", "https://a.cn/1", "2023-01-06",
    )  # fmt: skip
    assert first.text == "正文\n二\ufffd。"
    assert (second.document.id, second.document.date) == ("7", None)
    assert second.document.title


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_a_bad_line_is_named_and_the_others_are_read(ending: str, tmp_path: Path) -> None:
    content = (
        b'\xef\xbb\xbf{"id": "a", "text": "\xe7\x94\xb2"}\nnot json\n{"id": "b"}\n[1]\n{"text": 5}\n'
        + '{"id": "丙", "text": "乙"}\n'.encode("gb18030")
        + b'{"id": "c", "text": "\xe4\xb8\x99"}'
    )
    found = read_all(written(tmp_path, f"a{ending}", gzip.compress(content) if ending.endswith("gz") else content))
    assert [one.text for one in found if isinstance(one, StoredDocument)] == ["甲", "丙"]
    errors = [str(one) for one in found if isinstance(one, UnreadableDocument)]
    assert [error.split(" is ")[0].split(" has ")[0] for error in errors] == [
        f"docs/a{ending}: line {number}" for number in (2, 3, 4, 5, 6)
    ]


def test_lines_of_two_files_of_one_name_are_documents_of_their_own(tmp_path: Path) -> None:
    ids = set()
    for folder in ("2021", "2022"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder, "news.jsonl", '{"text": "甲"}\n{"text": "乙"}\n')
    for file in find_files(tmp_path):
        ids |= {one.document.id for one in read_file(file) if isinstance(one, StoredDocument)}
    assert len(ids) == 4


# Damaged files

WHOLE = {
    ".txt": SAMPLES / "水情简报.txt",
    ".md": SAMPLES / "清明值班通知.md",
    ".html": SAMPLES / "bayannur-news.html",
    ".pdf": SAMPLES / "澄岳仪器2022年报节选.pdf",
    ".docx": SAMPLES / "采购会议纪要.docx",
    ".jsonl": SAMPLES / "news.jsonl",
}


@pytest.mark.parametrize("ending", [*WHOLE, ".jsonl.gz"])
@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_file_gives_documents_or_says_what_is_wrong(ending: str, seed: int, tmp_path: Path) -> None:
    dice = random.Random(f"{ending}{seed}")
    data = bytearray(WHOLE[ending].read_bytes() if ending in WHOLE else gzip.compress(WHOLE[".jsonl"].read_bytes()))
    if seed % 2:
        del data[dice.randrange(len(data)) :]
    else:
        for _ in range(dice.choice((1, 10, 200))):
            data[dice.randrange(len(data))] = dice.randrange(256)
    for found in read_all(written(tmp_path, f"a{ending}", bytes(data))):
        if isinstance(found, UnreadableDocument):
            assert str(found).startswith(f"docs/a{ending}: ")
            assert "\n" not in str(found)
            continue
        assert isinstance(found, StoredDocument)
        found.text.encode("utf-8")
        places = [place for block in found.blocks for place in (block.start, block.end)]
        assert places == sorted(places)
        assert all(0 <= place <= len(found.text) for place in places)


def test_a_file_that_is_too_big_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.MAX_BYTES", 10)
    assert "split it" in refusal(written(tmp_path, "a.txt", PLAIN))


def test_a_file_that_is_gone_is_said_to_be_so(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.TXT", ".txt"),
        ("a.b.md", ".md"),
        ("a.jsonl.gz", ".jsonl.gz"),
        ("a.JSONL.GZ", ".jsonl.gz"),
        ("a.gz", None),
        ("a", None),
        ("txt", None),
        ("a.json", None),
        ("报告.DocX", ".docx"),
    ],
)
def test_the_ending_tells_the_format(name: str, ending: str | None) -> None:
    assert format_of(Path(name)) == ending


# Folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    (root / "b" / "deep").mkdir(parents=True)
    (root / ".hidden").mkdir()
    (tmp_path / "outside").mkdir()
    for name in ("b/deep/z.txt", "b/a.md", "a.txt", ".env.txt", "~$a.docx", ".hidden/h.txt", "../outside/secret.txt"):
        (root / name).write_text("甲", encoding="utf-8")
    return root


def test_files_are_found_in_order_without_hidden_and_temporary_ones(folder: Path) -> None:
    assert [file.source for file in find_files(folder)] == ["docs/a.txt", "docs/b/a.md", "docs/b/deep/z.txt"]


def test_links_out_of_the_folder_are_not_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "outside" / "secret.txt")
    (folder / "linked").symlink_to(folder.parent / "outside")
    (folder / "up").symlink_to("..")
    assert [file.source for file in find_files(folder)] == ["docs/a.txt", "docs/b/a.md", "docs/b/deep/z.txt"]


def test_a_link_inside_the_folder_is_a_file_like_any_other(folder: Path) -> None:
    (folder / "same.txt").symlink_to(folder / "a.txt")
    assert "docs/same.txt" in [file.source for file in find_files(folder)]


def test_a_pipe_is_no_file_to_wait_on(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert "docs/pipe.txt" not in [file.source for file in find_files(folder)]


def test_one_file_is_found_with_its_folders_name(folder: Path) -> None:
    assert [(file.path, file.source) for file in find_files(folder / "a.txt")] == [(folder / "a.txt", "docs/a.txt")]
    assert list(find_files(folder / "missing")) == []


def test_a_source_with_broken_bytes_in_its_name_can_be_written_as_utf8(tmp_path: Path) -> None:
    name = b"\xff\xfe\xc0.txt".decode("utf-8", "surrogateescape")
    try:
        (tmp_path / name).write_text(PLAIN, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    (file,) = find_files(tmp_path)
    (found,) = read_file(file)
    assert isinstance(found, StoredDocument)
    for field in (found.document.source, found.document.title, found.document.id):
        field.encode("utf-8")
