"""Text in pictures: scanned pages of PDF files and pictures, with a recogniser that is told what it sees."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bot.documents import ocr, pdf, picture
from bot.documents.extracted import Extracted
from bot.documents.pdf_layout import Line
from bot.errors import UnreadableDocument
from bot.types import BlockKind

A4 = (595, 842)


@dataclass
class Seen:
    """What the recogniser finds, as RapidOCR gives it."""

    txts: Sequence[str] | None = None
    boxes: Any = None


def seen(*found: tuple[str, float, float, float, float]) -> Seen:
    """Texts with their left, top, right and bottom."""
    boxes = [[(x0, top), (x1, top), (x1, bottom), (x0, bottom)] for _, x0, top, x1, bottom in found]
    return Seen([text for text, *_ in found], np.array(boxes, dtype=float))


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Image.Image]]:
    """Has the recogniser see these things, one a picture; gives the pictures that it is shown."""

    def set_up(*results: Seen | Exception) -> list[Image.Image]:
        shown: list[Image.Image] = []

        def engine(image: Image.Image) -> Seen:
            shown.append(image)
            result = results[len(shown) - 1]
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(ocr, "available", lambda: True)
        monkeypatch.setattr(ocr, "_engine", lambda: engine)
        return shown

    return set_up


def scanned(path: Path, *pages: str | None) -> Path:
    """A PDF file of pages with a text, and of scans, which are None."""
    sheet = Canvas(str(path), pagesize=A4, invariant=True)
    for text in pages:
        if text is None:
            sheet.drawImage(ImageReader(Image.new("L", (200, 280), 200)), 0, 0, *A4)
        else:
            sheet.drawString(60, 700, text)
        sheet.showPage()
    sheet.save()
    return path


def saved(path: Path, *frames: Image.Image, **options: Any) -> Path:
    frames[0].save(path, save_all=len(frames) > 1, append_images=frames[1:], **options)
    return path


def only(found: Any) -> Extracted:
    (one,) = found
    assert isinstance(one, Extracted)
    return one


def lines_of(extracted: Extracted) -> list[str]:
    return [extracted.text[block.start : block.end] for block in extracted.blocks]


# The recogniser


def test_lines_come_from_the_top_with_their_places_scaled(sees: Callable[..., Any]) -> None:
    sees(seen(("下", 20, 120, 60, 160), (" 上 ", 20, 40, 60, 80), ("  ", 0, 0, 9, 9)))
    found = ocr.recognise(Image.new("RGB", (100, 200)), scale=2)
    assert found == [Line("上", 10, 20, 30, 40, 20), Line("下", 10, 60, 30, 80, 20)]


def test_lines_measured_with_an_error_are_of_one_size_and_larger_ones_of_another(sees: Callable[..., Any]) -> None:
    heights = [40, 42, 38, 41, 33, 53, 76, 80]
    sees(seen(*[("字", 0, 100 * i, 9, 100 * i + height) for i, height in enumerate(heights)]))
    sizes = [line.size for line in ocr.recognise(Image.new("RGB", (9, 9)))]
    assert len({*sizes[:6]}) == 1
    assert len({*sizes[6:]}) == 1
    assert sizes[6] == pytest.approx(1.25**3 * sizes[0])


def test_a_tilted_line_is_as_high_as_its_letters(sees: Callable[..., Any]) -> None:
    sees(Seen(["斜的一行"], np.array([[(0, 0), (400, 10), (400, 50), (0, 40)]], dtype=float)))
    assert ocr.recognise(Image.new("RGB", (9, 9))) == [Line("斜的一行", 0, 5, 400, 45, 40)]


@pytest.mark.parametrize("result", [Seen(), Seen(()), Seen(None, None)])
def test_nothing_is_seen_in_an_empty_picture(result: Seen, sees: Callable[..., Any]) -> None:
    sees(result)
    assert ocr.recognise(Image.new("RGB", (9, 9))) == []


@pytest.mark.parametrize("missing", ["rapidocr", "onnxruntime"])
def test_the_extra_is_there_where_both_of_its_packages_are(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "find_spec", lambda name: name != missing)
    assert not ocr.available()
    monkeypatch.setattr(ocr, "find_spec", lambda name: True)
    assert ocr.available()


# Scanned pages


def test_scanned_pages_are_recognised_and_said_to_be_so(sees: Callable[..., Any], tmp_path: Path) -> None:
    shown = sees(
        seen(("第二页上扫描的字。", 100, 100, 500, 140)),
        seen(("第三页上扫描的字。", 100, 100, 500, 140), ("还有一行。", 100, 200, 300, 240)),
    )
    document = only(pdf.read(scanned(tmp_path / "a.pdf", "Printed", None, None)))
    assert lines_of(document) == ["Printed", "第二页上扫描的字。", "第三页上扫描的字。", "还有一行。"]
    assert [document.text[start:][:7] for start in document.page_starts] == [
        "Printed",
        "第二页上扫描的",
        "第三页上扫描的",
    ]
    assert document.oddities == ["pages 2-3 were read by OCR; their words may hold errors"]
    assert [max(image.size) for image in shown] == [ocr.LONGEST_SIDE] * 2


def test_lines_of_a_scan_are_put_together_as_those_of_text_are(sees: Callable[..., Any], tmp_path: Path) -> None:
    left = [("甲" * 20, 100, 300 + 60 * i, 900, 340 + 60 * i) for i in range(5)]
    right = [("乙" * 20, 1000, 300 + 60 * i, 1800, 340 + 60 * i) for i in range(5)]
    rows = [cell for row in zip(left, right, strict=True) for cell in row]
    sees(seen(("一份扫描的公告", 600, 100, 1300, 200), *rows))
    document = only(pdf.read(scanned(tmp_path / "a.pdf", None)))
    assert [(block.kind, block.level) for block in document.blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.PARAGRAPH, 0),
    ]
    assert lines_of(document) == ["一份扫描的公告", "\n".join(["甲" * 20] * 5 + ["乙" * 20] * 5)]


def test_a_page_that_cannot_be_recognised_costs_that_page(sees: Callable[..., Any], tmp_path: Path) -> None:
    sees(RuntimeError("no memory\nleft"), seen(("看得见的字", 100, 100, 300, 140)))
    document = only(pdf.read(scanned(tmp_path / "a.pdf", None, None)))
    assert lines_of(document) == ["看得见的字"]
    assert document.oddities == [
        "page 2 was read by OCR; their words may hold errors",
        "1 of 2 pages cannot be read (page 1: no memory left); save the file anew",
    ]


def test_scans_of_nothing_hold_no_text(sees: Callable[..., Any], tmp_path: Path) -> None:
    sees(Seen(), Seen())
    assert list(pdf.read(scanned(tmp_path / "a.pdf", None, None))) == []


# Pictures


def test_a_picture_is_a_document(sees: Callable[..., Any], tmp_path: Path) -> None:
    sees(seen(("云汀市水利局通告", 10, 10, 170, 30), ("明天停水。", 10, 60, 110, 80)))
    document = only(picture.read(saved(tmp_path / "a.png", Image.new("RGB", (200, 100)))))
    assert lines_of(document) == ["云汀市水利局通告", "明天停水。"]
    assert document.page_starts == ()
    assert document.oddities == ["was read by OCR; its words may hold errors"]


def test_the_pictures_of_a_tiff_file_are_its_pages(sees: Callable[..., Any], tmp_path: Path) -> None:
    sees(seen(("第一页", 10, 10, 40, 20)), Seen(), seen(("第三页", 10, 10, 40, 20)))
    frames = [Image.new("1", (60, 40), i % 2) for i in range(3)]
    document = only(picture.read(saved(tmp_path / "a.tif", *frames)))
    assert document.text == "第一页\n第三页\n"
    assert document.page_starts == [0, 4, 4]


def test_a_photograph_is_shown_upright_and_a_drawing_on_white(sees: Callable[..., Any], tmp_path: Path) -> None:
    shown = sees(Seen(), Seen())
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    list(picture.read(saved(tmp_path / "a.jpg", Image.new("RGB", (60, 40)), exif=exif)))
    list(picture.read(saved(tmp_path / "b.webp", Image.new("RGBA", (60, 40), (0, 0, 0, 0)), lossless=True)))
    assert [image.size for image in shown] == [(40, 60), (60, 40)]
    assert shown[1].getpixel((0, 0)) == (255, 255, 255)


def test_only_the_first_picture_of_a_film_is_read(sees: Callable[..., Any], tmp_path: Path) -> None:
    shown = sees(Seen())
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "green", "blue")]
    assert list(picture.read(saved(tmp_path / "a.webp", *frames))) == []
    assert len(shown) == 1


def test_a_picture_is_refused_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(UnreadableDocument, match=r"^is a picture; run OCR on it, or: pip install 'wenda\[ocr\]'"):
        list(picture.read(saved(tmp_path / "a.png", Image.new("RGB", (9, 9)))))


@pytest.mark.parametrize("pixels", [50, 99])  # over twice of what is allowed, and over it
def test_a_picture_that_unpacks_to_too_much_is_refused(
    pixels: int, sees: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sees()
    path = saved(tmp_path / "a.png", Image.new("RGB", (11, 10)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels)
    with pytest.raises(UnreadableDocument, match=rf"^is a picture of over {pixels} pixels; scale it down$"):
        list(picture.read(path))


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_a_damaged_picture_is_refused(data: bytes, sees: Callable[..., Any], tmp_path: Path) -> None:
    sees()
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(UnreadableDocument, match=r"^is a damaged picture"):
        list(picture.read(tmp_path / "a.png"))


# The real recogniser


def test_the_real_recogniser_reads_without_a_network_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rapidocr")

    class NoSocket(socket.socket):
        def __init__(self, *_: Any, **__: Any) -> NoReturn:
            raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", NoSocket)
    image = Image.new("RGB", (900, 300), "white")
    draw = ImageDraw.Draw(image)
    draw.text((40, 40), "Annual report 2023", "black", ImageFont.load_default(48))
    draw.text((40, 160), "3.01 of 18.46", "black", ImageFont.load_default(48))
    found = ocr.recognise(image)
    assert [line.text for line in found] == ["Annual report 2023", "3.01 of 18.46"]
    assert found == ocr.recognise(image)
