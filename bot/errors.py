"""What goes wrong, in the user's words: each message says what, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence


class BotError(Exception):
    """The work failed; ``str(error)`` is one line with the mend. Exit status 1, HTTP 503."""

    code = "failed"


class BadInput(BotError):
    """What was asked, or how, is wrong. Exit status 2 on the command line, HTTP 400."""

    code = "bad_request"


class BadConfig(BotError):
    """A key or a value of the configuration is wrong."""

    code = "bad_config"


class NoIndex(BotError):
    """There is no index to ask, or it cannot be used with this configuration."""

    code = "no_index"


class CorruptIndex(NoIndex):
    """An index file is missing or is not what the manifest says it is."""

    code = "corrupt_index"


class NoRecord(BotError):
    """An answer, or the generation it came from, is not kept."""

    code = "no_record"


class NoJournal(BotError):
    """The journal of questions cannot be written or read."""

    code = "no_journal"


class UnreadableDocument(BotError):
    """One file could not be read; the others still are."""

    code = "unreadable_document"


class TooLarge(BadInput):
    """What was sent is over a limit. HTTP 413."""

    code = "too_large"


class NoDocuments(BotError):
    """Nothing readable lies under the paths to index; `skipped` says of each file why, a line each."""

    code = "no_documents"

    def __init__(self, message: str, skipped: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.skipped = tuple(skipped)


class Busy(BotError):
    """Another process writes the index."""

    code = "busy"


class Stopping(BotError):
    """The server was told to stop, and waits no longer."""

    code = "unavailable"


class BadModel(BotError):
    """The embedding model is missing, damaged or cannot be loaded."""

    code = "bad_model"


class PortInUse(BotError):
    """The server's address is taken."""

    code = "port_in_use"
