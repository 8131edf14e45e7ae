"""Old and foreign office formats, turned by LibreOffice, where it is installed, into those that are read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import UnreadableDocument

TARGETS = {
    **dict.fromkeys((".doc", ".wps", ".rtf", ".odt"), ".docx"),
    **dict.fromkeys((".xls", ".et", ".ods", ".xlsb"), ".xlsx"),
    **dict.fromkeys((".ppt", ".dps", ".odp"), ".pptx"),
}
MAX_SECONDS = 90.0  # a conversion takes 1.5 s, nearly all of it LibreOffice's start
_MACOS = "/Applications/LibreOffice.app/Contents/MacOS/soffice"

# The settings of the profile that LibreOffice is given: what a document holds is never run or fetched.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
</oor:items>
"""


def available() -> str | None:
    """The path of LibreOffice's program, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or shutil.which(_MACOS)


@contextmanager
def conversion(path: Path, ending: str, program: str) -> Iterator[Path]:
    """A temporary file with the contents of one of a format in `TARGETS`, in the format that it is converted to.

    Raises UnreadableDocument where LibreOffice makes none of it, or one that cannot be read.
    """
    target = TARGETS[ending]
    with tempfile.TemporaryDirectory(prefix="wenda-") as name:
        folder = Path(name)
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = folder / f"document{ending}"  # a copy: LibreOffice puts its locks beside what it opens
        shutil.copyfile(path, source)
        command = [
            *(program, f"-env:UserInstallation={profile.as_uri()}"),
            *("--headless", "--norestore", "--nolockcheck", "--nologo", "--nodefault"),
            *("--convert-to", target[1:], "--outdir", str(folder / "made"), str(source)),
        ]
        _run(command, folder, target)
        made = folder / "made" / f"document{target}"
        if not made.is_file():
            raise UnreadableDocument(f"LibreOffice cannot convert it; save it anew as {target}")
        try:
            yield made
        except (UnreadableDocument, MemoryError):
            raise
        except Exception as error:
            why = f"LibreOffice makes nothing readable of it ({error})"
            raise UnreadableDocument(f"{why}; save it anew as {target}") from error


def _run(command: list[str], home: Path, target: str) -> None:
    """Runs LibreOffice to its end, and ends all that it started where it takes too long or nobody waits for it."""
    process = subprocess.Popen(
        command,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"HOME": str(home)},
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(MAX_SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreadableDocument(
            f"LibreOffice takes longer than {MAX_SECONDS:g} s to convert it; save it anew as {target}"
        ) from None
    finally:
        with suppress(OSError):  # none of them is left
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
