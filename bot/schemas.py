"""The JSON that programs send and get, as types: what `wire` reads and makes, and what every description says of it.

Imports no library of schemas: `json_schema` makes JSON Schema of these types where something is to be described.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict  # typing's own are open to all keys before Python 3.15 (PEP 728)

from bot.types import Complaint, Reason, Status, Verdict

MAX_QUESTION = 1000  # code points
MAX_TOP_K = 50
MAX_REQUEST_ID = 200  # code points
MAX_ANSWER_ID = 200  # code points
MAX_NOTE = 500  # code points
TOP_K = 5  # passages where a request does not say

_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f"


class Keywords:
    """Keywords of JSON Schema that a type alone does not say: ``Annotated[int, Keywords(minimum=1)]``."""

    def __init__(self, **keywords: Any) -> None:
        self._keywords = keywords

    def __get_pydantic_json_schema__(self, core_schema: Any, make: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The schema that pydantic makes of the type, with these keywords."""
        return {**make(core_schema), **self._keywords}


_DATE = Keywords(format="date")
_DATES = Keywords(format="date", description="inclusive; undated documents are then left out")
_NOT_EMPTY = Keywords(minLength=1)

Date = Annotated[str, _DATE]
Count = Annotated[int, Keywords(minimum=0)]
Counted = Annotated[int, Keywords(minimum=1)]  # from 1 on: pages, and the numbers of citations
Offset = Annotated[int, Keywords(minimum=0, description="counts Unicode code points in the document's text")]
Link = Annotated[str, Keywords(format="uri-reference", description="opens the document with the words marked")]
Words = Annotated[  # not blank, no control characters
    str, Keywords(minLength=1, maxLength=MAX_QUESTION, pattern=rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$")
]
TopK = Annotated[
    int | None, Keywords(minimum=1, maximum=MAX_TOP_K, default=TOP_K, description="how many passages come back")
]
RequestId = Annotated[str | None, Keywords(maxLength=MAX_REQUEST_ID, description="comes back in the answer")]


# In


class Filters(TypedDict, total=False, closed=True):
    """Which documents may answer."""

    document: Annotated[
        Annotated[str, _NOT_EMPTY] | list[Annotated[str, _NOT_EMPTY]] | None, Keywords(description="an id, or several")
    ]
    source: Annotated[str | None, Keywords(description="the beginning of a source, such as reports/2022/")]
    date_from: Annotated[str | None, _DATES]
    date_to: Annotated[str | None, _DATES]


class Asked(TypedDict):
    """The question itself."""

    question: Annotated[Words, Keywords(description="as one asks a colleague: 去年全市破获案件多少起？")]


class Context(TypedDict, total=False):
    """What an answer depends on beside the question."""

    top_k: TopK
    filters: Filters | None
    previous: Annotated[Words | None, Keywords(description="the question before, for a follow-up: 那今年呢？")]
    today: Annotated[str | None, Keywords(format="date", description="that 今年 counts from; null: the server's date")]


class Options(Context, total=False):
    """What a question may have beside its words."""

    request_id: RequestId


class Question(Asked, Options, closed=True):
    """A question, and what its answer depends on."""


class Query(TypedDict, closed=True):
    """What a search looks for."""

    query: Annotated[Words, Keywords(description="a question, or a few words")]
    top_k: NotRequired[TopK]
    filters: NotRequired[Filters | None]


class Rating(TypedDict, closed=True):
    """What somebody says of an answer."""

    id: Annotated[str, Keywords(minLength=1, maxLength=MAX_ANSWER_ID, description="of the answer")]
    verdict: Annotated[Verdict | None, Keywords(description="null takes back what was said")]
    reason: NotRequired[Annotated[Complaint | None, Keywords(description="of the verdict down alone")]]
    note: NotRequired[Annotated[str | None, Keywords(maxLength=MAX_NOTE, description="of a verdict that is not null")]]


# Out


class Document(TypedDict):
    """What a reader of an answer needs to know of a document."""

    id: str
    title: str
    source: Annotated[str, Keywords(description="the root folder's name and the path below it")]
    publisher: str | None
    url: str | None
    date: Annotated[str | None, _DATE]
    author: str | None
    editor: str | None
    number: Annotated[str | None, Keywords(description="an official document's, such as 国办发〔2022〕12号")]


class Duplicate(TypedDict):
    """The same passage in another document."""

    document: Document
    start: Offset
    end: Offset
    link: NotRequired[Link]


class Cell(TypedDict):
    """A cell of a table's row."""

    label: Annotated[str, Keywords(description="what the cell's column is called, or empty")]
    start: Offset
    end: Offset


class Citation(TypedDict):
    """A verbatim quote and where it stands, with the words that answer inside it."""

    n: Counted
    document: Document
    passage_id: str
    page: Annotated[int | None, Keywords(minimum=1)]
    start: Offset
    end: Offset
    quote: Annotated[str, Keywords(description="the document's text from start to end, letter for letter")]
    answer_start: Offset
    answer_end: Offset
    duplicates: list[Duplicate]
    cells: Annotated[list[Cell], Keywords(description="where the quote is a row of a table, its cells in order")]
    link: NotRequired[Link]


class Passage(TypedDict):
    """A stretch of a document that was found; a higher score is better."""

    passage_id: str
    document: Document
    start: Offset
    end: Offset
    text: str
    score: float
    link: NotRequired[Link]


class Value(TypedDict):
    """One of the values that answer."""

    text: str
    citation: Annotated[Counted, Keywords(description="the number of the citation that it stands in")]
    target: Annotated[bool, Keywords(description="a goal, a plan or a forecast, and no result")]


class Part(TypedDict):
    """One of the things that a question asks at once."""

    question: str
    status: Status
    reason: Reason | None
    answers: list[Value]
    citations: Annotated[list[Counted], Keywords(description="their numbers")]


class Answer(TypedDict):
    """The reply to a question."""

    id: str
    request_id: str | None
    question: str
    understood: Annotated[str, Keywords(description="the question as it was asked, a follow-up made whole")]
    status: Annotated[Status, Keywords(description="masked: the source hides it; conflict: sources disagree")]
    reason: Annotated[Reason | None, Keywords(description="why nothing was found")]
    answer: Annotated[str | None, Keywords(description="the shortest verbatim span that answers")]
    answers: list[Value]
    text: Annotated[str, Keywords(description="for a person to read")]
    confidence: Annotated[float, Keywords(minimum=0, maximum=1)]
    citations: list[Citation]
    passages: list[Passage]
    undated_excluded: Count
    index: Annotated[str, Keywords(description="the generation of the index that answered")]
    took_ms: Count
    parts: Annotated[list[Part], Keywords(description="of a question that asks several things, each of them")]


class SearchResult(TypedDict):
    """The passages that fit a query best, best first."""

    passages: list[Passage]
    undated_excluded: Count
    index: str
