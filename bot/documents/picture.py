"""Pictures of text, such as scans and photographs: what the `ocr` extra recognises in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.documents import ocr
from bot.documents.extracted import Extracted
from bot.documents.pdf_flow import flow
from bot.documents.pdf_running import Page
from bot.errors import UnreadableDocument


def read(path: Path) -> Iterator[Extracted]:
    """The document in a picture; each picture of a TIFF file is a page.

    Raises UnreadableDocument where the extra is missing, or the picture is damaged or too large.
    """
    if not ocr.available():
        raise UnreadableDocument(f"is a picture; {ocr.MEND}")
    pages = [Page(image.height, ocr.recognise(image)) for image in _images(path)]
    builder = flow(pages)
    if builder.blocks:
        yield Extracted(
            builder.text,
            builder.blocks,
            page_starts=builder.page_starts if len(pages) > 1 else (),
            oddities=["was read by OCR; its words may hold errors"],
        )


def _images(path: Path) -> Iterator[Any]:
    """The pictures in a file, the right way up, on white."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as file:
                for frame in ImageSequence.Iterator(file):
                    image = ImageOps.exif_transpose(frame).convert("RGBA")
                    yield Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
                    if file.format != "TIFF":
                        return
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UnreadableDocument(f"is a picture of over {Image.MAX_IMAGE_PIXELS} pixels; scale it down") from None
        except (UnidentifiedImageError, OSError) as error:
            raise UnreadableDocument(f"is a damaged picture ({' '.join(str(error).split())}); save it anew") from None
