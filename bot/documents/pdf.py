"""PDF files, through pdfplumber. Pages without text are recognised where the `ocr` extra is installed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from bot.documents import ocr
from bot.documents.extracted import Extracted
from bot.documents.pdf_flow import flow
from bot.documents.pdf_page import Told, read_page
from bot.documents.pdf_properties import author_of, date_of, title_of
from bot.documents.pdf_running import Page
from bot.errors import UnreadableDocument

MAX_PAGES = 5000
_MOST_DETAIL = 300 / 72  # pixels a point: no scan gains by more
_EMPTY = Told(Page(1, ()))


@dataclass(slots=True)
class _File:
    """What a file tells; pages are numbered from 0."""

    told: list[Told]
    failed: dict[int, str]  # pages that cannot be read, and why
    properties: Mapping[str, object]
    recognised: list[int] = field(default_factory=list)

    @property
    def pictures(self) -> list[int]:
        """The pages whose text is a picture and was not recognised."""
        return [i for i, one in enumerate(self.told) if one.is_picture]

    @property
    def has_text(self) -> bool:
        """Whether there are words on a page that is no picture."""
        return any(one.page.lines or one.page.tables for one in self.told if not one.is_picture)


def read(path: Path) -> Iterator[Extracted]:
    """The document in a PDF file.

    Raises UnreadableDocument where the file is protected, too long, or none of its pages can be read.
    """
    with path.open("rb") as stream:
        file = _read(stream)
    if file.pictures and ocr.available():
        _recognise(path, file)
    if not file.has_text and file.pictures:
        unmapped = any(one.unmapped for one in file.told)
        why = "its fonts do not say what their characters are" if unmapped else "it is a scan"
        raise UnreadableDocument(f"holds no text ({why}, {_pages(file.pictures)}); {ocr.MEND}")
    if not file.has_text and file.failed:
        raise UnreadableDocument(f"is damaged: no page can be read ({file.failed[min(file.failed)]}); save it anew")
    builder = flow([one.page for one in file.told])
    if builder.blocks:
        yield Extracted(
            builder.text,
            builder.blocks,
            page_starts=builder.page_starts,
            oddities=list(_oddities(file)),
            property_title=title_of(file.properties),
            property_author=author_of(file.properties),
            property_date=date_of(file.properties),
        )


def _read(stream: BufferedReader) -> _File:
    """What a file's pages tell; a page is released before the next one is read."""
    from pdfminer.pdfpage import PDFPage
    from pdfplumber.page import Page as PlumberPage

    pdf = _opened(stream)
    pages = list(PDFPage.create_pages(pdf.doc))
    if len(pages) > MAX_PAGES:
        raise UnreadableDocument(f"has {len(pages)} pages; split it into parts of at most {MAX_PAGES}")
    file = _File([], {}, pdf.metadata)
    for i, page in enumerate(pages):
        try:
            with closing(PlumberPage(pdf, page, i + 1)) as opened:
                file.told.append(read_page(opened))
        except Exception as error:  # what is damaged on a page, however that fails, must not cost the others
            file.told.append(_EMPTY)
            file.failed[i] = _why(error)
    return file


def _opened(stream: BufferedReader) -> Any:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    for name in ("pdfminer", "pdfplumber"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they name each flaw that they get over
    try:
        return pdfplumber.open(stream, raise_unicode_errors=False)
    except PdfminerException as error:
        why = error.args[0]
        if isinstance(why, PDFPasswordIncorrect):
            raise UnreadableDocument("is protected by a password; save it without one") from None
        if isinstance(why, PDFEncryptionError):
            raise UnreadableDocument(f"is protected in a way that is not known ({why}); save it without") from None
        raise


def _recognise(path: Path, file: _File) -> None:
    """Puts what is recognised on the pages that are pictures in their place."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    try:
        for i in file.pictures:
            try:
                file.told[i] = _recognised(pdf[i])
                file.recognised.append(i)
            except Exception as error:  # as above
                file.failed[i] = _why(error)
    finally:
        pdf.close()


def _recognised(page: Any) -> Told:
    """What is recognised on a PDFium page, which is closed."""
    try:
        width, height = page.get_size()
        scale = min(ocr.LONGEST_SIDE / max(width, height), _MOST_DETAIL)
        image = page.render(scale=scale).to_pil()
        return Told(Page(height, ocr.recognise(image, scale)))
    finally:
        page.close()


def _oddities(file: _File) -> Iterator[str]:
    count = len(file.told)
    pictures = [i for i in file.pictures if i not in file.failed]
    if pictures:
        yield f"{len(pictures)} of {count} pages hold no text ({_pages(pictures)}): {ocr.MEND}"
    if file.recognised:
        verb = "were" if len(file.recognised) > 1 else "was"
        yield f"{_pages(file.recognised)} {verb} read by OCR; their words may hold errors"
    if file.failed:
        why = file.failed[min(file.failed)]
        yield f"{len(file.failed)} of {count} pages cannot be read ({_pages(file.failed)}: {why}); save the file anew"
    unmapped = {i: one.unmapped for i, one in enumerate(file.told) if one.unmapped}
    if unmapped:
        yield (
            f"{sum(unmapped.values())} characters stand as \ufffd, for their fonts do not say what they are"
            f" ({_pages(unmapped)}); export the file anew from its own program"
        )


def _pages(numbers: Iterable[int]) -> str:
    """Pages as a person names them: `page 2`, `pages 2, 5-6`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = ", ".join(f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs)
    return f"page {told}" if told.isdigit() else f"pages {told}"


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
