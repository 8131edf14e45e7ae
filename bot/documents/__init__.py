"""Files to documents: one module a format, one line here for each."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bot.documents import converted
from bot.documents.extracted import Extracted, normalised
from bot.documents.metadata import told_by
from bot.documents.signatures import is_text, shown_ending
from bot.documents.unread import refusal
from bot.errors import UnreadableDocument
from bot.types import About, Document, StoredDocument

FORMATS = {
    ".txt": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".mht": "mhtml",
    ".mhtml": "mhtml",
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".pptx": "pptx",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"), "picture"),
}
READERS = 3  # grows when a reader gives another text or other blocks for the same file
MAX_BYTES = 200 * 1024 * 1024
_Read = Callable[[Path], Iterator[Extracted | UnreadableDocument]]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_MAY_HOLD = {"markdown": ".html", "jsonl": ".gz"}  # what a reader's files may look like

# What programs and systems keep for themselves, in lower case.
_LEFT_OUT = re.compile(
    r"(\.|~\$).*|.*\.(tmp|crdownload|part)|thumbs\.db|desktop\.ini|__macosx|\$recycle\.bin|system volume information"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: where it lies, and its source as documents name it."""

    path: Path
    source: str


def format_of(path: Path) -> str | None:
    """The ending that tells a file's format, or None where it is not one that can be read."""
    name = path.name.lower()
    return next((ending for ending in sorted(FORMATS, key=len, reverse=True) if name.endswith(ending)), None)


def name_refusal(name: str) -> str | None:
    """Why a file of this name is not read whatever it holds, with the mend; None where it may be read."""
    if _LEFT_OUT.fullmatch(name.lower()):
        return "is a program's own file, not a document; close the document and take the one beside it"
    ending = format_of(Path(name)) or Path(name).suffix.lower()
    return None if _reader(ending) else refusal(ending, FORMATS)


def helpers() -> list[str]:
    """What is installed besides that decides which files can be read."""
    from bot.documents import ocr

    found = {"LibreOffice": converted.available() is not None, "OCR": ocr.available()}
    return [name for name, is_there in found.items() if is_there]


def find_files(root: Path) -> Iterator[File]:
    """The files under a folder, or the file itself, in order; hidden and temporary ones left out.

    Links that lead out of the folder are not followed. A folder that may not be opened is among
    them, so that reading it says so.
    """
    if os.path.isfile(root):
        yield File(root, _source(root.resolve().parent, root.name))
        return
    top = Path(os.path.realpath(root))
    folders = [top] if os.path.isdir(top) else []  # still to be looked through: os.walk fails in one 1,000 deep
    while folders:
        folder = folders.pop()
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            yield File(folder, _source(top, folder.relative_to(top).as_posix()))
            continue
        paths = [folder / name for name in names if not _LEFT_OUT.fullmatch(name.lower())]
        for path in paths:
            if _is_file_within(path, top):
                yield File(path, _source(top, path.relative_to(top).as_posix()))
        folders += [path for path in reversed(paths) if os.path.isdir(path) and not path.is_symlink()]


def _is_file_within(path: Path, top: Path) -> bool:
    """Whether a path is a file's and its contents lie under the folder; one that may not be looked at may be."""
    try:
        return stat.S_ISREG(path.stat().st_mode) and path.resolve().is_relative_to(top)
    except PermissionError:
        return True
    except OSError:  # a link to nothing or to itself, or a file that is gone by now
        return False


def _source(root: Path, below: str) -> str:
    """A file's source; bytes of its name that are no UTF-8 stand there as ``\\xff``, so that names stay apart."""
    return os.fsencode(f"{root.name}/{below}").decode("utf-8", "backslashreplace")


def read_file(file: File) -> Iterator[StoredDocument | UnreadableDocument]:
    """The documents in a file, and an error, naming the file and the mend, for each part that cannot be read."""
    try:
        found = False
        for extracted in _extracted(file.path):
            found = True
            if isinstance(extracted, UnreadableDocument):
                yield UnreadableDocument(f"{file.source}: {extracted}")
            else:
                yield _stored(extracted, file)
        if not found:
            raise UnreadableDocument("holds no text; if it holds pictures of text, run OCR on it first")
    except UnreadableDocument as error:
        yield UnreadableDocument(f"{file.source}: {error}")
    except Exception as error:
        # Readers of foreign formats fail in ways of their own; one damaged file must not stop the rest.
        yield UnreadableDocument(f"{file.source}: {_cause(error)}")


def _cause(error: Exception) -> str:
    """What a person is told of a file whose reading ended with an error, and the mend."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return "needs more memory than its reader may have; split it"
    why = " ".join(str(error).split())[:120] or type(error).__name__
    if isinstance(error, ImportError):
        return f"cannot be read with what is installed ({why}); install wenda anew, and index again"
    if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:  # which a damaged offset gives
        return f"cannot be opened ({error.strerror or why}); check that it is whole and may be read"
    return f"is damaged or not what its name says ({why}); save it anew"


def _extracted(path: Path) -> Iterator[Extracted | UnreadableDocument]:
    """What the reader of a file's format finds in it. Raises UnreadableDocument where there is no reader."""
    _check(path)
    named = format_of(path) or path.suffix.lower()
    shown = shown_ending(path)
    ending = _ending(named, shown)
    if not shown and _is_binary(ending) and is_text(path):
        raise UnreadableDocument(f"is text, not {ending}; name it .txt, or .csv where it is a table")
    misnamed = ending != named and _reader(named) is not None
    if ending in FORMATS:
        yield from _read_as(ending, path, f"is named {named}, but is {ending}" if misnamed else "")
    elif ending in converted.TARGETS and (program := converted.available()):
        with converted.conversion(path, ending, program) as made:
            yield from _read_as(converted.TARGETS[ending], made, f"was converted from {ending} by LibreOffice")
    else:
        raise UnreadableDocument((f"is really {ending}, and " if misnamed else "") + refusal(ending, FORMATS))


def _read_as(ending: str, path: Path, oddity: str) -> Iterator[Extracted | UnreadableDocument]:
    read: _Read = import_module(f"bot.documents.{FORMATS[ending]}").read
    for extracted in read(path):
        if oddity and isinstance(extracted, Extracted):
            extracted.oddities = (oddity, *extracted.oddities)
        yield extracted


def _check(path: Path) -> None:
    """Raises UnreadableDocument for what is not to be opened at all."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        return  # one that may not be opened: opening it says why
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableDocument("is a pipe or a device, not a file; take it out of the folder")
    if status.st_size == 0:
        raise UnreadableDocument("holds no text; it has 0 bytes, so copy or save it anew")
    if status.st_size > MAX_BYTES:
        raise UnreadableDocument(f"is over {MAX_BYTES // 1024**2} MiB; split it")


def _ending(named: str, shown: str) -> str:
    """The format to read a file as: what its bytes show, unless its name tells the same or more."""
    same = named.endswith(shown) or _reader(named) == _reader(shown)
    return named if same or shown == _MAY_HOLD.get(FORMATS.get(named, "")) else shown


def _is_binary(ending: str) -> bool:
    return ending in converted.TARGETS or FORMATS.get(ending) in {"docx", "xlsx", "pptx"}


def _reader(ending: str) -> str | None:
    """What tells apart the ways in which endings are read; None: not at all."""
    return FORMATS.get(ending) or converted.TARGETS.get(ending)


def _stored(extracted: Extracted, file: File) -> StoredDocument:
    """The document, with what its file says of it, or else its text."""
    source = normalised(file.source)
    part = f"{source}:{extracted.part}" if extracted.part else source
    told = told_by(extracted.text, extracted.blocks)
    facts = tuple(sorted({*extracted.facts, *told.facts}, key=lambda fact: (fact.start, fact.end, fact.about)))

    def said(about: About) -> str:
        """What the reader itself found in the text, such as front matter."""
        fact = next((fact for fact in extracted.facts if fact.about is about), None)
        return extracted.text[fact.start : fact.end] if fact else ""

    file_name = normalised(file.path.name)
    document = Document(
        id=extracted.id or hashlib.sha256(part.encode()).hexdigest()[:16],
        title=_title(extracted, told.title) or file_name,
        source=source,
        publisher=_line(extracted.publisher or told.publisher or extracted.property_publisher) or None,
        url=extracted.url or None,
        date=next((day for day in (extracted.date, told.date, extracted.property_date) if _DATE.fullmatch(day)), None),
        author=_line(extracted.author or told.author or extracted.property_author) or None,
        editor=_line(said(About.EDITOR) or told.editor) or None,
        number=_line(said(About.NUMBER) or told.number) or None,
    )
    return StoredDocument(
        document,
        extracted.text,
        tuple(extracted.blocks),
        tuple(extracted.page_starts),
        facts,
        tuple(extracted.oddities),
    )


def _title(extracted: Extracted, told: str) -> str:
    """What the file says its title is, without the site's name that the text's own leaves out."""
    said = _line(extracted.title)
    return _line(told) if told and said.startswith(told) else said or _line(told) or _line(extracted.property_title)


def _line(text: str) -> str:
    return " ".join(normalised(text).split())
