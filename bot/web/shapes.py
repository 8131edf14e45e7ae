"""What the HTTP API alone sends and takes, as types; what every edge does is in `bot.schemas`."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from bot.jobs import Stage
from bot.schemas import Answer, Count, Date, Document, Keywords, Offset, Options, Words

LISTED, MAX_LISTED = 100, 500  # documents of one reply, where the request does not say, and at most

_MOMENT = Keywords(format="date-time")

Moment = Annotated[str, _MOMENT]
Seconds = Annotated[int, Keywords(minimum=0, description="since 1970")]
Part = Annotated[str, Keywords(description="a part of the title or the source")]
Next = Annotated[str, Keywords(description="the path of this server to go on to")]
Lines = Annotated[
    str,
    Keywords(description="a JSON object a line: the fields of a Question, with `id` for its request_id if you like"),
]
Replies = Annotated[str, Keywords(description="a line each: an Answer, or {request_id, error} in the place of one")]
Message = dict[str, object]  # of the Model Context Protocol
Description = dict[str, object]  # of this API


# Errors


class ErrorDetail(TypedDict):
    """What is wrong, and how to mend it."""

    code: str
    message: str
    type: NotRequired[Annotated[str, Keywords(description="under /v1/ alone, as OpenAI's API names it")]]
    param: NotRequired[None]


class Error(TypedDict):
    """What every error is told in."""

    error: ErrorDetail


# Documents and the index


class Job(TypedDict):
    """How far indexing is."""

    state: Stage
    what: Annotated[str, Keywords(description="what is done now: files read, passages encoded, waiting")]
    done: Count
    of: Count
    skipped: list[Annotated[str, Keywords(description="the source, why it is not in the index, and how to mend it")]]
    error: str | None
    started: Annotated[str | None, _MOMENT]
    ended: Annotated[str | None, _MOMENT]


class Documents(TypedDict):
    """Some of the documents, and how to go on."""

    documents: list[Document]
    found: Annotated[Count, Keywords(description="all that match")]
    next: Annotated[str | None, Keywords(description="the cursor of the rest; null: there is none")]
    index: str


class DocumentsQuery(TypedDict, total=False):
    """Which documents are listed."""

    q: Part
    source: Annotated[str, Keywords(description="what the source begins with")]
    limit: Annotated[int, Keywords(minimum=1, maximum=MAX_LISTED, default=LISTED)]
    cursor: Annotated[str, Keywords(description="the next of a reply before, to go on after it")]


class StoredDocument(Document):
    """A document with its stored text."""

    text: str


class Kept(TypedDict):
    """A file that was kept."""

    name: Annotated[str, Keywords(description="under which it is kept")]
    source: Annotated[str, Keywords(description="of the documents read from it; filters.source takes it")]
    bytes: Count
    new: Annotated[bool, Keywords(description="false: the same file was there under this name")]


class Refused(TypedDict):
    """A file that was not kept, and why."""

    name: Annotated[str | None, Keywords(description="as it was sent")]
    error: str


class Files(TypedDict):
    """A form with files."""

    file: list[Annotated[str, Keywords(contentMediaType="application/octet-stream")]]


class Added(TypedDict):
    """What became of each file, in their order."""

    files: list[Kept | Refused]
    job: Job


class Deleted(TypedDict):
    """The source that is gone, with all documents of it."""

    source: str
    job: Job


class Indexing(TypedDict):
    """Indexing, which has begun."""

    job: Job


class Index(TypedDict):
    """What the index holds, and what it does not."""

    generation: str
    built: Moment
    files: Count
    documents: Count
    passages: Count
    tables: Count
    skipped: list[Annotated[str, Keywords(description="the source, what was met in it, and how to mend it")]]
    oddities: list[Annotated[str, Keywords(description="the source, and what was read otherwise than one may expect")]]
    job: Job


class Starters(TypedDict):
    """Questions to start with."""

    questions: list[str]


class Done(TypedDict):
    """That all is well."""

    status: Literal["ok"]


class Ready(TypedDict):
    """That questions can be asked, and of which generation of the index."""

    status: Literal["ready"]
    index: str


# Chat completions, as of https://platform.openai.com/docs/api-reference/chat


class TextPart(TypedDict):
    """A part of a message."""

    type: Literal["text"]
    text: str


class OtherPart(TypedDict):
    """A part that is no text: not read in a reply or a system message, and refused in a question."""

    type: str


class SentMessage(TypedDict):
    """A message of a conversation."""

    role: str
    content: NotRequired[str | list[TextPart | OtherPart] | None]


class StreamOptions(TypedDict, total=False):
    """What a stream ends with."""

    include_usage: bool


class WendaOptions(Options, closed=True):
    """What POST /api/ask takes beside the question."""


class Conversation(TypedDict):
    """A conversation whose last question is to be answered."""

    model: Literal["wenda"]
    messages: Annotated[
        list[SentMessage],
        Keywords(minItems=1, description="the last of the role user is the question, those before it give `previous`"),
    ]
    stream: NotRequired[bool | None]
    stream_options: NotRequired[StreamOptions | None]
    wenda: NotRequired[WendaOptions | None]


_Place = Annotated[int, Keywords(minimum=0, description="counts Unicode code points in the content, half open")]


class UrlCitation(TypedDict):
    """A source, and where the content has its link."""

    start_index: _Place
    end_index: _Place
    title: str
    url: Annotated[str, Keywords(format="uri")]


class Annotation(TypedDict):
    """A source of a reply."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class GivenMessage(TypedDict):
    """The reply."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(TypedDict):
    """The one reply there is."""

    index: Literal[0]
    message: GivenMessage
    logprobs: None
    finish_reason: Literal["stop"]


class Usage(TypedDict):
    """Always zeros: nothing is generated."""

    prompt_tokens: Literal[0]
    completion_tokens: Literal[0]
    total_tokens: Literal[0]


class Completion(TypedDict):
    """A reply in the shape of OpenAI's API."""

    id: str
    object: Literal["chat.completion"]
    created: Seconds
    model: Literal["wenda"]
    system_fingerprint: Annotated[str, Keywords(description="the generation of the index")]
    choices: list[Choice]
    usage: Usage
    wenda: Annotated[Answer, Keywords(description="the answer as POST /api/ask gives it")]


class Model(TypedDict):
    """The model that answers."""

    id: Literal["wenda"]
    object: Literal["model"]
    created: Annotated[Seconds, Keywords(description="when the index was made, since 1970")]
    owned_by: Literal["wenda"]


class Models(TypedDict):
    """The one model, in a list."""

    object: Literal["list"]
    data: list[Model]


# Pages


class Bounds(TypedDict, total=False):
    """What of the page's form bounds an answer; a browser sends what was left out as an empty field."""

    document: str
    source: str
    date_from: Date | Literal[""]
    date_to: Date | Literal[""]
    previous: Words | Literal[""]


class ChatQuery(Bounds):
    """A question in the page's address."""

    q: NotRequired[str]


class ChatForm(Bounds):
    """The page's form."""

    q: Words


class SpanQuery(TypedDict, total=False):
    """The span that is marked."""

    start: Offset
    end: Offset
    v: Annotated[
        str,
        Keywords(
            description="the first 12 hexadecimal digits of the text's SHA-256; where it differs, nothing is marked"
        ),
    ]


class IndexQuery(TypedDict, total=False):
    """Which documents the index's page lists."""

    q: Part
    page: Annotated[int, Keywords(minimum=1, default=1)]


class JournalQuery(TypedDict, total=False):
    """What the journal's page says was done."""

    cleared: Literal["yes", "no"]


class ClearForm(TypedDict):
    """The journal's form."""

    form: Annotated[str, Keywords(description="what the page has there")]
    confirm: Literal["yes"]


class SignInQuery(TypedDict, total=False):
    """Where signing in leads."""

    next: Next


class SignInForm(TypedDict):
    """The sign-in page's form."""

    token: str
