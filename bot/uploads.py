"""Files that people send, kept in a folder under names that harm nothing, on no system."""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.documents import format_of, name_refusal
from bot.errors import BadInput, BotError, TooLarge

MAX_CHARS = 120  # of a name; people read it
MAX_BYTES = 200  # of a name in UTF-8; file systems take 255
_PART = 256 * 1024  # bytes read at once
_LEFT_OVER = 86_400  # seconds after which a file in the making has nobody who makes it
_MAKING = ".upload-"  # what names of files in the making begin with: hidden, so that they are not indexed

_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')  # on Windows; / and \ part folders
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (bidirectional marks), surrogate, separators of lines


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the folder; `new` where it did not before."""

    name: str
    bytes: int
    new: bool


class Uploads:
    """A folder that files are added to, and in which nothing is ever overwritten; any number of threads may use it."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = Path(os.path.realpath(folder))
        self._max_bytes = max_bytes

    def source(self, name: str) -> str:
        """The source that documents read from a kept file have."""
        return f"{self.folder.name}/{name}"

    def keep(self, name: str, stream: IO[bytes]) -> Kept:
        """The file that has these bytes, under its own name or, where another file has that, beside it: `名 (2).docx`.

        It is on the disk as a whole or not at all. Raises BadInput for a name, TooLarge for a
        length that is not taken, BotError where the disk takes nothing.
        """
        name = safe_name(name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            making = self.folder / f"{_MAKING}{secrets.token_hex(8)}"
            try:
                size = self._write(making, stream, name)
                return self._placed(making, name, size)
            finally:
                making.unlink(missing_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise BotError(f"{name}: cannot be kept ({why}); see that the disk has room and may be written") from None

    def holds(self, path: Path) -> bool:
        """Whether a file lies in the folder, or below it, wherever links lead."""
        return Path(os.path.realpath(path)).is_relative_to(self.folder)

    def remove(self, path: Path) -> None:
        """Removes a file that the folder holds. Raises BotError where the disk does not let it go."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise BotError(f"{path.name}: cannot be removed ({why}); see that its folder may be written") from None

    def _write(self, path: Path, stream: IO[bytes], name: str) -> int:
        """Writes a new file; how many bytes. Raises TooLarge, for which `name` is told."""
        size = 0
        with path.open("xb") as file:
            while part := stream.read(_PART):
                size += len(part)
                if size > self._max_bytes:
                    raise TooLarge(f"{name}: is over {self._max_bytes // 1024**2} MiB; split it")
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        return size

    def _placed(self, making: Path, name: str, size: int) -> Kept:
        """Gives a whole file the first name that is free, or finds it there under one that is not."""
        number = 1
        while True:
            candidate = _fitted(name, f" ({number})" if number > 1 else "")
            path = self.folder / candidate
            try:
                os.link(making, path)  # fails where there is one of that name, in whatever case the system takes it
                return Kept(candidate, size, new=True)
            except FileExistsError:
                if not path.is_symlink() and path.is_file() and filecmp.cmp(making, path, shallow=False):
                    return Kept(candidate, size, new=False)
            number += 1

    def _sweep(self) -> None:
        """Removes what writers that died left behind."""
        for path in self.folder.glob(f"{_MAKING}*"):
            with suppress(FileNotFoundError):  # another thread's, done by now
                if time.time() - path.stat().st_mtime > _LEFT_OVER:
                    path.unlink()


def safe_name(sent: str) -> str:
    """A sent file's name as it is kept: one part of a path, visible characters alone, of bounded length.

    Raises BadInput where nothing is left of it, a system keeps it for itself, or its format is not read.
    """
    visible = "".join(c for c in re.split(r"[/\\]", sent)[-1] if unicodedata.category(c) not in _UNSEEN)
    name = unicodedata.normalize("NFC", " ".join(_NOT_IN_NAMES.sub("", visible).split())).strip(". ")
    if not name:
        raise BadInput("a file was sent without a name; name it, with its format's ending, such as .docx")
    if _RESERVED.match(name):
        raise BadInput(f"{name[:MAX_CHARS]}: is a name that Windows keeps for itself; rename the file")
    if why := name_refusal(name):
        raise BadInput(f"{name[:MAX_CHARS]}: {why}")
    return _fitted(name)


def _fitted(name: str, number: str = "") -> str:
    """The name with a number before its ending, its stem cut to what a name may have."""
    ending = name[len(name) - len(format_of(Path(name)) or Path(name).suffix) :]
    stem, rest = name.removesuffix(ending), number + ending
    stem = stem[: max(0, MAX_CHARS - len(rest))]
    stem = stem.encode()[: max(0, MAX_BYTES - len(rest.encode()))].decode("utf-8", "ignore")
    return stem.rstrip(". ") + rest
