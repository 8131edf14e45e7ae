"""Text in pictures, through RapidOCR and the Chinese models in its package: the `ocr` extra. Nothing is downloaded."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from bot.documents.pdf_layout import Line

MEND = "run OCR on it, or: pip install 'wenda[ocr]' and index again"
LONGEST_SIDE = 2000  # pixels; the recogniser makes larger pictures smaller
_LARGER = 1.4  # times the usual height are another size: of short lines it is measured with an error of a third
_STEP = 1.25  # between such sizes
_MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
}


def available() -> bool:
    """Whether the extra is installed."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime"))


def recognise(image: Any, scale: float = 1.0) -> list[Line]:
    """The lines of text in a Pillow image, from the top; their places are in pixels divided by `scale`."""
    found = _engine()(image)
    told = [
        _line(text.strip(), box / scale)
        for text, box in zip(found.txts or (), found.boxes if found.txts else (), strict=True)
        if text.strip()
    ]
    usual = median(line.size for line in told) if told else 1.0
    return sorted((_sized(line, usual) for line in told), key=lambda line: (line.top, line.x0))


@cache
def _engine() -> Any:
    """The recogniser, loaded once, with its models named: it would look for others on the network."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it would write an id into the home folder
    import rapidocr

    folder = Path(rapidocr.__file__).parent / "models"
    models = {key: str(folder / name) for key, name in _MODELS.items()}
    return rapidocr.RapidOCR(params={"Global.log_level": "critical", **models})


def _line(text: str, box: Any) -> Line:
    """A line from the corners of its box, clockwise from the top left; it may be tilted."""
    left, right = float(box[:, 0].min()), float(box[:, 0].max())
    middle = float(box[:, 1].mean())
    size = max(1e-3, float(box[2][1] + box[3][1] - box[0][1] - box[1][1]) / 2)
    return Line(text, left, middle - size / 2, right, middle + size / 2, size)


def _sized(line: Line, usual: float) -> Line:
    """The line in one of a few sizes, its middle where it was."""
    larger = line.size / usual
    size = usual if larger < _LARGER else usual * _STEP ** round(log(larger, _STEP))
    middle = (line.top + line.bottom) / 2
    return replace(line, size=size, top=middle - size / 2, bottom=middle + size / 2)
