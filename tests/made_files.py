"""Sound files of every format, made with the libraries that write them, and whether a process is gone."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx

from tests.fake_encoder import ROOT

TITLE, BODY = "关于调整公交线路的公告", "自五月十日起，三路公交车改经人民路，首班车六点发车。"
PAGE = f"<!DOCTYPE html>\n<html><body><h1>{TITLE}</h1><p>{BODY}</p></body></html>"
MESSAGE = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{PAGE}\r\n--b--\r\n"
)
ROWS = [["线路", "首班车", "末班车"], *([f"{number}路", f"6:{number:02}", "21:30"] for number in range(1, 30))]
SAMPLES = ROOT / "samples"


def word() -> bytes:
    """A Word file: a heading, a paragraph."""
    made = docx.Document()
    made.add_heading(TITLE, 1)
    made.add_paragraph(BODY)
    return _saved(made)


def excel() -> bytes:
    """An Excel file: a table of thirty rows."""
    made = openpyxl.Workbook()
    for row in ROWS:
        made.active.append(row)
    return _saved(made)


def powerpoint() -> bytes:
    """A PowerPoint file of one slide."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[0])
    slide.shapes.title.text, slide.placeholders[1].text = TITLE, BODY
    return _saved(made)


def pdf() -> bytes:
    """A PDF file."""
    return (SAMPLES / "澄岳仪器2022年报节选.pdf").read_bytes()


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def with_part(office: bytes, name: str, content: str | bytes) -> bytes:
    """An Office file with one of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(office)) as old:
        parts: dict[str, str | bytes] = {part: old.read(part) for part in old.namelist()}
    return archive({**parts, name: content})


def every_format() -> dict[str, bytes]:
    """A sound file for each name."""
    text = "\n".join([TITLE, *(f"第{number}条　{BODY}" for number in range(1, 30))])
    lines = "".join(json.dumps({"id": f"{number}", "text": BODY}, ensure_ascii=False) + "\n" for number in range(30))
    return {
        "utf-8.txt": text.encode(),
        "gb.txt": text.encode("gb18030"),
        "a.md": f"# {TITLE}\n\n{BODY}\n\n| 线路 | 首班车 |\n|---|---|\n| 三路 | 6:00 |\n".encode(),
        "a.html": (SAMPLES / "bayannur-news.html").read_bytes(),
        "a.mht": MESSAGE.encode(),
        "a.pdf": pdf(),
        "a.docx": (SAMPLES / "采购会议纪要.docx").read_bytes(),
        "a.xlsx": excel(),
        "a.csv": "\n".join(map(",".join, ROWS)).encode("gb18030"),
        "a.pptx": powerpoint(),
        "a.jsonl": lines.encode(),
        "a.jsonl.gz": gzip.compress(lines.encode(), mtime=0),
    }


def is_gone(pid: int, seconds: float) -> bool:
    """Whether a process ends within so many seconds; one that only waits to be buried has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def _saved(thing: Any) -> bytes:
    file = io.BytesIO()
    thing.save(file)
    return file.getvalue()
