"""What a file is by its bytes, whatever it is named: people rename files, and web systems misname what they export."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from bot.errors import UnreadableDocument

_BEGINS = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"\x1f\x8b\x08", ".gz"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\xfd7zXZ\x00", ".xz"),
    (b"BZh91AY&SY", ".bz2"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
    (b"\x7fELF", ".so"),
    (b"SQLite format 3\x00", ".sqlite"),
)
_HEAD = 4096  # bytes
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PAGE = re.compile(rb"(?:<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->|\s)*<(?:!doctype\s+html|html)[\s>]", re.I | re.S)
_WEB_ARCHIVE = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}?content-type:\s*multipart/related", re.I)
_LETTER = re.compile(rb"^(?:to|received):", re.I | re.M)
_OFFICE_XML = re.compile(rb"<\?mso-application\s+progid=[\"'](Word\.Document|Excel\.Sheet)[\"']")

# A member that only an archive of this format has.
_MEMBERS = {
    "word/document.xml": ".docx",
    "xl/workbook.xml": ".xlsx",
    "xl/workbook.bin": ".xlsb",
    "ppt/presentation.xml": ".pptx",
    "OFD.xml": ".ofd",
}
_MEDIA_TYPES = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
    b"application/epub+zip": ".epub",
}
# A stream that only a compound file of this format has; the first in the file is its own, not an embedded object's.
_STREAMS = {
    "WordDocument": ".doc",
    "Workbook": ".xls",
    "Book": ".xls",  # Excel 5
    "PowerPoint Document": ".ppt",
    "EncryptedPackage": "",
}
_ENTRY = 128  # bytes of a compound file's directory entry, aligned to as many ([MS-CFB] 2.6.1)


def is_text(path: Path) -> bool:
    """Whether a file begins with what text has: no zero bytes, and of other control characters white space alone."""
    with path.open("rb") as file:
        return not _CONTROL.search(file.read(_HEAD))


def shown_ending(path: Path) -> str:
    """The ending that a file's bytes ask for, or "" where they tell nothing for certain: text is never guessed at.

    Raises UnreadableDocument where they show a password's work, OSError where they cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return _in_archive(path)
    if head.startswith(_OLE):
        return _in_compound_file(path)
    head = head.removeprefix(b"\xef\xbb\xbf")
    if found := next((ending for begins, ending in _BEGINS if head.startswith(begins)), ""):
        return found
    if _PAGE.match(head):
        return ".html"
    if _WEB_ARCHIVE.match(head) and not _LETTER.search(head):
        return ".mhtml"
    if program := _OFFICE_XML.search(head):
        return ".doc" if program.group(1).startswith(b"Word") else ".xls"
    return ""


def _in_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and (known := _MEDIA_TYPES.get(archive.open("mimetype").read(100).strip())):
                return known
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        return ""  # damaged: its reader says so
    return next((ending for member, ending in _MEMBERS.items() if member in names), ".zip")


def _in_compound_file(path: Path) -> str:
    data = path.read_bytes()
    places = {place: name for name in _STREAMS if (place := _entry(data, name)) >= 0}
    first = places[min(places)] if places else ""
    if first == "EncryptedPackage":
        raise UnreadableDocument("is protected by a password; save it without one")
    return _STREAMS.get(first, "")


def _entry(data: bytes, name: str) -> int:
    """Where the directory entry of a stream stands, or -1."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    place = data.find(wanted)
    while place >= 0 and place % _ENTRY:
        place = data.find(wanted, place + 1)
    return place
