"""The formats that are not read, each with its mend."""

from __future__ import annotations

from collections.abc import Collection

_BY_LIBREOFFICE = "convert it to {}, or install LibreOffice and index again"

# The endings of a kind of file, and what to do with one.
_MENDS = (
    (".doc .wps .rtf .odt", _BY_LIBREOFFICE.format(".docx")),
    (".xls .et .ods .xlsb", _BY_LIBREOFFICE.format(".xlsx")),
    (".ppt .dps .odp", _BY_LIBREOFFICE.format(".pptx")),
    (".ofd", "export it as PDF from the OFD reader"),
    (".caj .ceb .cebx", "export it as PDF from its own reader"),
    (".pages .numbers .key .vsd .vsdx .dwg .epub .mobi", "export it as PDF from its own program"),
    (".eml .msg", "save it as .html or .txt from the mail program"),
    (".zip .rar .7z .tar .gz .tgz .bz2 .xz", "unpack it into the folder"),
    (".heic .heif .svg .psd", "export it as PDF or .png"),
    (".mp3 .wav .m4a .wma .amr .aac .flac .mp4 .mov .avi .wmv .mkv .flv .mpg", "put its words into a .txt file"),
    (".exe .dll .msi .apk .iso .dmg .so .bat .sh .lnk .url", "take it out of the folder"),
    (".xml .json .yaml .yml .toml .ini .log .sql .db .sqlite", "export its text as .txt, .csv or .jsonl"),
)
_MEND = {ending: mend for endings, mend in _MENDS for ending in endings.split()}


def refusal(ending: str, readable: Collection[str]) -> str:
    """What a person is told of a file with an ending that is not read; `readable` are those that are."""
    if mend := _MEND.get(ending):
        return f"{ending} files are not read; {mend}"
    return f"this format is not read; convert it to one of {' '.join(readable)}"
