"""The data that flows through the bot: frozen, slotted, standard library only.

Every ``start`` and ``end`` counts Unicode code points in a document's stored text,
half open: ``text[start:end]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outside:
    """Words of a document that stand outside a passage and are read in it: a cell merged over several rows."""

    words: str
    start: int


Piece = Span | str | Outside  # a stretch of the passage, words that are not its own (a row's headers), or such words


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader of an answer needs to know of a document; its text is kept apart."""

    id: str
    title: str
    source: str  # root folder's name and the POSIX path below it
    publisher: str | None = None  # who published it; of an official document the office that issued it
    url: str | None = None
    date: str | None = None  # YYYY-MM-DD
    author: str | None = None
    editor: str | None = None
    number: str | None = None  # an official document's, such as 国办发〔2022〕12号


class BlockKind(StrEnum):
    """What a stretch of a document's text is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    FURNITURE = "furniture"  # navigation, buttons, editors' lines: no passage, but facts may stand there
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: for each row, in each column, where the cell's text stands.

    A merged cell stands in every row and column that it covers; an empty one is an empty span.
    """

    rows: tuple[tuple[Span, ...], ...]
    headers: int = 0  # rows at the top that name the columns


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the stored text of one kind; blocks are in order and do not overlap.

    A line break inside a paragraph or a heading is the layout's: there the sentence goes on.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0  # of a heading: 1 is the outermost
    table: Table | None = None  # of a table
    marks: tuple[Span, ...] = ()  # of markup, inside it and in order: stored and shown, but not read

    def read(self, text: str) -> str:
        """Its text without the marks of markup; `text` is the document's."""
        edges = [self.start, *(place for mark in self.marks for place in mark), self.end]
        return "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


class About(StrEnum):
    """What a document may say of itself."""

    PUBLISHER = "publisher"
    AUTHOR = "author"
    EDITOR = "editor"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a document says of itself who published it, who wrote it, or when."""

    about: About
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with its stored text and structure."""

    document: Document
    text: str
    blocks: tuple[Block, ...]
    page_starts: tuple[int, ...] = ()  # offset of each page's first character; empty: no pages
    facts: tuple[Fact, ...] = ()
    oddities: tuple[str, ...] = ()  # what a person should know of how it was read, a line each

    def page(self, offset: int) -> int | None:
        """The 1-based page that holds a character, or None where the document has no pages."""
        return sum(start <= offset for start in self.page_starts) or None


class NameKind(StrEnum):
    """What a name is the name of."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Name:
    """Where a person, a place, an organisation or a time is named; offsets in the text that was tagged."""

    start: int
    end: int
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that is searched and quoted as one."""

    id: str
    document_id: str
    start: int
    end: int
    path: tuple[str, ...] = ()  # the headings above it, the outermost first
    page: int | None = None
    pieces: tuple[Piece, ...] = ()  # what is searched and read of it, in order; empty: all of it
    names: tuple[Name, ...] = ()  # in the text of its view, in order


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; a higher score is better."""

    passage: Passage
    document: Document
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may answer; empty fields let everything through."""

    document: tuple[str, ...] = ()
    source: str = ""  # a prefix of Document.source
    date_from: str = ""  # YYYY-MM-DD, inclusive
    date_to: str = ""  # YYYY-MM-DD, inclusive
    visible: tuple[str, ...] | None = None  # source prefixes that whoever asks may see; None: all

    @property
    def by_date(self) -> bool:
        """Whether undated documents are left out."""
        return bool(self.date_from or self.date_to)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks, with everything the answer depends on."""

    text: str
    top_k: int = 5
    filters: Filters = field(default_factory=Filters)
    previous: str | None = None
    today: str | None = None  # YYYY-MM-DD that 今年 counts from; None: the server's date
    request_id: str | None = None
    via: str = ""  # the edge that asks: http, json, text, batch, slack, mcp; empty: none, and nothing is recorded


@dataclass(frozen=True, slots=True)
class Query:
    """What a search looks for."""

    text: str
    top_k: int = 5
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages that fit a query best, best first."""

    passages: tuple[Hit, ...]
    undated_excluded: int  # documents that a date filter left out because they have no date
    index: str  # the generation that was searched


@dataclass(frozen=True, slots=True)
class Overview:
    """What an index holds, and what it does not."""

    generation: str
    built: float  # seconds since 1970
    documents: tuple[Document, ...]
    files: int
    passages: int
    tables: int
    skipped: tuple[str, ...]  # a line each: what, why, and how to mend it
    oddities: tuple[str, ...]  # a line each: what was read otherwise than one may expect


class Status(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    MASKED = "masked"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"


class Reason(StrEnum):
    """Why nothing was found."""

    NOTHING_CLOSE = "nothing_close"
    OTHER_PLACE = "other_place"
    OTHER_PERIOD = "other_period"
    KIND_MISSING = "kind_missing"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same passage in another document."""

    document: Document
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CitedCell:
    """A cell of a table's row: what its column is called, and where it stands."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands; ``[answer_start, answer_end)`` is inside it."""

    n: int
    document: Document
    passage_id: str
    page: int | None
    start: int
    end: int
    quote: str
    answer_start: int
    answer_end: int
    duplicates: tuple[Duplicate, ...] = ()
    cells: tuple[CitedCell, ...] = ()  # of a row of a table, those that the quote holds, in order


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values that answer, and the number of the citation it stands in."""

    text: str
    citation: int
    target: bool = False  # a goal, a plan or a forecast, and no result


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a question asks at once, and what answers it."""

    question: str  # in short: 2021年香港的GDP增长率
    status: Status
    reason: Reason | None
    answers: tuple[Value, ...]
    citations: tuple[int, ...]  # their numbers


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a question, as every channel gets it."""

    id: str
    request_id: str | None
    question: str
    understood: str
    status: Status
    reason: Reason | None
    answer: str | None
    answers: tuple[Value, ...]
    text: str
    confidence: float
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    undated_excluded: int
    index: str
    took_ms: int
    parts: tuple[Part, ...] = ()  # of a question that asks several things; empty for others


class Verdict(StrEnum):
    """What somebody says of an answer."""

    UP = "up"
    DOWN = "down"


class Complaint(StrEnum):
    """What somebody says is wrong with an answer."""

    WRONG_VALUE = "wrong_value"
    WRONG_QUOTE = "wrong_quote"
    MISSED = "missed"  # it is in the documents
    NOT_IN_DOCUMENTS = "not_in_documents"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody says of an answer, or that they take it back."""

    answer_id: str
    verdict: Verdict | None  # None: taken back
    reason: Complaint | None = None
    note: str = ""
