"""What an index holds and what it does not, as the index page and programs are shown it. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import BadInput
from bot.text import fold
from bot.types import Document

PAGE = 500  # documents on a page
FOLDERS = 50  # to choose among

_DETAIL = re.compile(r"\s*\(.*\)")  # what a cause says of one file alone, as does a number
_NUMBER = re.compile(r"(?<![\w.-])\d[\d.,]*(?!\w)")
_UNITS = ((365 * 86400, "years"), (30 * 86400, "months"), (86400, "days"), (3600, "hours"), (60, "minutes"))  # seconds


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one source; `why` is empty where its group says the same."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """The remarks that have one cause, and how to mend it; numbers of single files are `…` in the cause."""

    why: str
    mend: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the documents that match a query."""

    query: str
    documents: tuple[Document, ...]
    found: int  # documents on all pages
    page: int  # from 1
    pages: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the documents that match, in the order of their sources."""

    documents: tuple[Document, ...]
    found: int  # documents that match, those before and after too
    next: str | None  # the cursor that goes on after them; None: they are the last


def grouped(lines: Iterable[str]) -> list[Group]:
    """Lines such as ``root/a.doc: why; mend`` by their cause, the commonest first."""
    causes: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for line in lines:
        source, _, said = line.partition(": ")
        why, _, mend = (said or line).partition("; ")
        causes.setdefault((_NUMBER.sub("…", _DETAIL.sub("", why)), mend), []).append((source, why))
    groups = [_group(why, mend, told) for (why, mend), told in causes.items()]
    return sorted(groups, key=lambda group: -len(group.remarks))


def listed(documents: Sequence[Document], query: str, page: int) -> Listing:
    """The page of documents whose title or source has the query in it, however it is written."""
    found = _matching(documents, query)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), pages)
    return Listing(query.strip(), tuple(found[(page - 1) * PAGE : page * PAGE]), len(found), page, pages)


def stretch(documents: Sequence[Document], query: str, source: str, limit: int, cursor: str) -> Stretch:
    """At most `limit` documents that match the query, of sources that begin so, from a cursor on, or from the first.

    A cursor holds the place of a document and not its number, so it goes on rightly where the index is another by now.
    Raises BadInput where it is none.
    """
    after = _place(cursor) if cursor else ("", "")
    found = [item for item in _matching(documents, query) if item.source.startswith(source)]
    rest = sorted((item for item in found if (item.source, item.id) > after), key=lambda item: (item.source, item.id))
    shown = tuple(rest[:limit])
    return Stretch(shown, len(found), _cursor(shown[-1]) if len(rest) > limit else None)


def _cursor(document: Document) -> str:
    place = json.dumps([document.source, document.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[str, str]:
    """The source and the id of the document that a cursor goes on after."""
    try:
        match json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)):
            case [str(source), str(document_id)]:
                return source, document_id
    except (ValueError, RecursionError):
        pass
    raise BadInput("cursor must be the next of a reply before; leave it out to begin with the first")


def _matching(documents: Iterable[Document], query: str) -> list[Document]:
    """The documents whose title or source has the query in it, however it is written."""
    wanted = fold(query.strip())
    return [item for item in documents if not wanted or wanted in fold(item.title) or wanted in fold(item.source)]


def folders(documents: Iterable[Document]) -> tuple[str, ...]:
    """What one can choose to ask in: the roots, and folders within as deep as all of them are at most `FOLDERS`.

    A folder ends in a slash; a root may be a file.
    """
    sources = {tuple(document.source.split("/")) for document in documents}
    chosen = {source[:1] for source in sources}
    for depth in range(2, max(map(len, sources), default=0)):
        within = {source[:depth] for source in sources if len(source) > depth}
        if len(chosen) + len(within) > FOLDERS:
            break
        chosen |= within
    files = {source for source in sources if len(source) == 1}
    return tuple(sorted("/".join(path) + ("" if path in files else "/") for path in chosen))


def ago(seconds: float, words: Mapping[str, str]) -> str:
    """How long ago something was, in the largest unit that it fills; `words` has the units' words."""
    for size, unit in _UNITS:
        if seconds >= size:
            return words[unit].format(int(seconds // size))
    return words["now"]


def _group(why: str, mend: str, told: Sequence[tuple[str, str]]) -> Group:
    if len({own for _, own in told}) == 1:
        return Group(told[0][1], mend, tuple(Remark(source, "") for source, _ in told))
    return Group(why, mend, tuple(Remark(source, own) for source, own in told))
