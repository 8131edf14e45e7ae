"""How quickly each format is read: one file of some hundred pages a format, made of the same text."""

from __future__ import annotations

import gzip
import io
import json
import statistics
import time
from collections.abc import Callable, Sequence
from html import escape
from itertools import islice
from pathlib import Path

from bot.documents import File, read_file
from bot.types import StoredDocument

ARTICLES = 400
ROUNDS = 3


def report(shared: Path, root: Path, work: Path) -> str:
    """The table of rates."""
    folder = work / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    articles = _articles(shared, root)
    lines = [
        f"{len(articles)} articles, {sum(map(len, articles)) / 1e6:.1f} million characters, in one file a format; "
        f"median of {ROUNDS}. Rows of the table formats hold an article's number, length and first 60 characters.",
        "",
        "| format | MB | seconds | MB/s | thousand characters/s |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for ending, made in _FORMATS.items():
        path = folder / f"articles{ending}"
        path.write_bytes(made(articles))
        size = path.stat().st_size / 1e6
        seconds, characters = _timed(path)
        lines.append(
            f"| `{ending}` | {size:.2f} | {seconds:.2f} | {size / seconds:.2f} | {characters / seconds / 1000:.0f} |"
        )
    return "\n".join(lines)


def _timed(path: Path) -> tuple[float, int]:
    """The median of the seconds it takes to read a file, and the characters it holds."""
    taken, characters = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read = list(read_file(File(path, f"reading/{path.name}")))
        taken.append(time.perf_counter() - began)
        assert all(isinstance(found, StoredDocument) for found in read), read
        characters = sum(len(found.text) for found in read if isinstance(found, StoredDocument))
    return statistics.median(taken), characters


def _articles(shared: Path, root: Path) -> list[str]:
    """The first articles of the news corpus; without it the samples' over and over."""
    corpus = shared / "corpus" / "news-20k.jsonl.gz"
    if corpus.exists():
        with gzip.open(corpus, "rt", encoding="utf-8") as rows:
            return [json.loads(row)["text"] for row in islice(rows, ARTICLES)]
    lines = (root / "samples" / "news.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["text"] for line in lines]
    return [found[i % len(found)] for i in range(ARTICLES)]


def _txt(articles: Sequence[str]) -> bytes:
    return "\n".join(articles).encode()


def _gb18030(articles: Sequence[str]) -> bytes:
    return "\n".join(articles).encode("gb18030")


def _md(articles: Sequence[str]) -> bytes:
    return "\n\n".join(f"## 第{number}篇\n\n{text}" for number, text in enumerate(articles, 1)).encode()


def _html(articles: Sequence[str]) -> bytes:
    body = "".join(f"<h2>第{number}篇</h2><p>{escape(text)}</p>" for number, text in enumerate(articles, 1))
    return f'<html><head><meta charset="utf-8"></head><body><article>{body}</article></body></html>'.encode()


def _jsonl(articles: Sequence[str]) -> bytes:
    return "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in articles).encode()


def _rows(articles: Sequence[str]) -> list[tuple[int, int, str]]:
    return [(number, len(text), " ".join(text.split())[:60]) for number, text in enumerate(20 * list(articles), 1)]


def _csv(articles: Sequence[str]) -> bytes:
    import csv

    table = io.StringIO()
    csv.writer(table).writerows([("序号", "字数", "开头"), *_rows(articles)])
    return table.getvalue().encode("utf-8-sig")


def _xlsx(articles: Sequence[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(("序号", "字数", "开头"))
    for row in _rows(articles):
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _docx(articles: Sequence[str]) -> bytes:
    from docx import Document

    word = Document()
    for number, text in enumerate(articles, 1):
        word.add_heading(f"第{number}篇", 2)
        for line in text.split("\n"):
            word.add_paragraph(line)
    data = io.BytesIO()
    word.save(data)
    return data.getvalue()


def _pptx(articles: Sequence[str]) -> bytes:
    from pptx import Presentation

    slides = Presentation()
    for number, text in enumerate(articles, 1):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = f"第{number}篇"
        slide.placeholders[1].text = text[:600]
    data = io.BytesIO()
    slides.save(data)
    return data.getvalue()


def _pdf(articles: Sequence[str]) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    data = io.BytesIO()
    sheet = canvas.Canvas(data)
    text = "".join("".join(article.split()) for article in articles)[: 42 * 40 * 200]  # 200 pages
    for page in range(0, len(text), 42 * 40):
        sheet.setFont("STSong-Light", 10)
        for line, start in enumerate(range(page, min(page + 42 * 40, len(text)), 42)):
            sheet.drawString(60, 780 - 18 * line, text[start : start + 42])
        sheet.showPage()
    sheet.save()
    return data.getvalue()


_FORMATS: dict[str, Callable[[Sequence[str]], bytes]] = {
    ".txt": _txt,
    ".gb18030.txt": _gb18030,
    ".md": _md,
    ".html": _html,
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".docx": _docx,
    ".pptx": _pptx,
    ".pdf": _pdf,
}
