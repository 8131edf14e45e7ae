"""An Answer as a Slack message.

Everything goes into ``rich_text`` blocks, whose text Slack shows as it is: ``*.**亿元`` keeps its
stars, and nothing in a quote is a mention or a link.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from bot import templates
from bot.slack.markup import escaped
from bot.slack.words import Words
from bot.text import on_one_line
from bot.types import Answer, Citation, Document, Hit, Status, Value

BLOCK_LIMIT = 50  # Slack's, per message
TEXT_LIMIT = 3000  # Slack's, per text; kept for each run of text and for the fallback
# Slack refuses a whole message too, at a length it does not publish: 11,341 characters of rich_text
# were too many (bolt-js #2867). Texts and addresses together stay well below.
MESSAGE_LIMIT = 8000
TITLE_LIMIT = 200  # and the publisher's
URL_LIMIT = 1000  # a longer address is left out
EXCERPT = 80  # characters shown of a passage that is only near
NEAREST = 3  # passages shown where nothing was found

Element = dict[str, Any]
Part = tuple[str, bool]  # a text, and whether it is bold
Link = Callable[[str, int, int, str], str | None]
"""Document id, start, end and the text there, to the address that shows it, or None."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: the blocks, and the text that notifications show in their place."""

    text: str
    blocks: list[Element]


def line_message(text: str, words: Words) -> Message:
    """A message of one plain line."""
    return _message([_block(_section(_texts([(text, False)], words)))], words)


def answer_message(answer: Answer, link: Link, words: Words) -> Message:
    """The message that gives an answer with every quote and source, or says why there is none."""
    match answer.status:
        case Status.ANSWERED | Status.MASKED | Status.CONFLICT if answer.parts:
            blocks = _several(answer, link, words)
        case Status.ANSWERED:
            blocks = _answered(answer, link, words)
        case Status.MASKED:
            blocks = _masked(answer, link, words)
        case Status.CONFLICT:
            blocks = _conflict(answer, link, words)
        case Status.NOT_FOUND:
            blocks = _not_found(answer, link, words)
    return _message(blocks, words)


def _several(answer: Answer, link: Link, words: Words) -> list[Element]:
    """A line for each thing that was asked, then every quote with its number."""
    lines = templates.head(answer, templates.language(answer.question))
    head = _section(_texts([(lines, True)], words))
    return [_block(head), *(_block(*_numbered(citation, link, words)) for citation in answer.citations)]


def _answered(answer: Answer, link: Link, words: Words) -> list[Element]:
    head = _section(_texts([(_told(answer.answers[0], words), True)], words))
    return [_block(head), *(_block(*_evidence(citation, link, words)) for citation in answer.citations)]


def _masked(answer: Answer, link: Link, words: Words) -> list[Element]:
    head = _section(_texts([(words.masked, False)], words))
    return [_block(head), *(_block(*_evidence(citation, link, words)) for citation in answer.citations)]


def _conflict(answer: Answer, link: Link, words: Words) -> list[Element]:
    citations = {citation.n: citation for citation in answer.citations}
    return [
        _block(_section(_texts([(words.conflict, False)], words))),
        *(
            _block(
                _section(_texts([(_told(value, words), True)], words)),
                *_evidence(citations[value.citation], link, words),
            )
            for value in answer.answers
        ),
    ]


def _not_found(answer: Answer, link: Link, words: Words) -> list[Element]:
    why = words.reasons[answer.reason] if answer.reason else words.not_found
    near = answer.passages[:NEAREST]
    head = f"{why}\n{words.nearest}" if near else why
    return [
        _block(_section(_texts([(head, False)], words))),
        *(_block(*_near(hit, link, words)) for hit in near),
    ]


def _evidence(citation: Citation, link: Link, words: Words) -> tuple[Element, Element]:
    """The quote with the answer in bold, and the line that says where it stands."""
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    quote = citation.quote
    line = on_one_line(quote)
    low, high = len(line) - len(on_one_line(quote[start:])), len(on_one_line(quote[:end]))
    parts = [(line[:low], False), (line[low:high], True), (line[high:], False)] if line else [(quote, True)]
    url = link(citation.document.id, citation.answer_start, citation.answer_end, quote[start:end])
    notes = [words.page.format(page=citation.page)] if citation.page else []
    if citation.duplicates:
        notes.append(words.copies.format(count=len(citation.duplicates)))
    return _quote(_texts(parts, words)), _source(citation.document, url, notes, words)


def _numbered(citation: Citation, link: Link, words: Words) -> tuple[Element, Element]:
    """The same, the line led by the citation's number."""
    quote, source = _evidence(citation, link, words)
    return quote, _section([*_texts([(f"[{citation.n}] ", False)], words), *source["elements"]])


def _told(value: Value, words: Words) -> str:
    """The value on one line; nothing but line breaks stays, since Slack refuses an empty text."""
    return (on_one_line(value.text) or value.text) + (words.target if value.target else "")


def _near(hit: Hit, link: Link, words: Words) -> tuple[Element, Element]:
    text = _cut(" ".join(hit.text.split()), EXCERPT, "……")
    url = link(hit.document.id, hit.passage.start, hit.passage.end, hit.text)
    return _quote(_texts([(text, False)], words)), _source(hit.document, url, [], words)


def _source(document: Document, url: str | None, notes: Sequence[str], words: Words) -> Element:
    title = _cut(document.title, TITLE_LIMIT, words.cut)
    publisher = _cut(document.publisher or "", TITLE_LIMIT, words.cut)
    rest = "".join(f" · {note}" for note in (publisher, document.date, *notes) if note)
    linked = url is not None and len(url) <= URL_LIMIT
    shown = [{"type": "link", "url": url, "text": title}] if linked else _texts([(title, False)], words)
    return _section([*shown, *_texts([(rest, False)], words)])


def _texts(parts: Sequence[Part], words: Words) -> list[Element]:
    """Text elements of at most TEXT_LIMIT characters in all; Slack refuses empty ones."""
    room = TEXT_LIMIT
    if sum(len(text) for text, _ in parts) > TEXT_LIMIT:
        room -= len(words.cut)
        parts = [*_first(parts, room), (words.cut, False)]
    return [
        {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})} for text, bold in parts if text
    ]


def _first(parts: Sequence[Part], room: int) -> list[Part]:
    kept = []
    for text, bold in parts:
        kept.append((text[:room], bold))
        room -= len(text[:room])
    return kept


def _section(elements: list[Element]) -> Element:
    return {"type": "rich_text_section", "elements": elements}


def _quote(elements: list[Element]) -> Element:
    return {"type": "rich_text_quote", "elements": elements}


def _block(*parts: Element) -> Element:
    return {"type": "rich_text", "elements": list(parts)}


def _message(blocks: Sequence[Element], words: Words) -> Message:
    kept = _fitting(blocks, words)
    return Message(_fallback("\n".join(_plain(block) for block in kept), words), kept)


def _fitting(blocks: Sequence[Element], words: Words) -> list[Element]:
    """The blocks from the first on that Slack takes in one message; the last says what was left out."""
    ends = accumulate(_size(block) for block in blocks)
    fits = sum(end <= MESSAGE_LIMIT for end in ends)
    if fits == len(blocks) <= BLOCK_LIMIT:
        return list(blocks)
    note = _block(_section(_texts([(words.cut, False)], words)))
    return [*blocks[: min(fits, BLOCK_LIMIT - 1)], note]


def _size(block: Element) -> int:
    return sum(
        len(element["text"]) + len(element.get("url", "")) for part in block["elements"] for element in part["elements"]
    )


def _plain(block: Element) -> str:
    lines = []
    for part in block["elements"]:
        text = "".join(element["text"] for element in part["elements"])
        lines.append(f"“{text}”" if part["type"] == "rich_text_quote" else text)
    return "\n".join(lines)


def _fallback(text: str, words: Words) -> str:
    """The text escaped, and cut between characters, never inside an escape."""
    ends = list(accumulate(len(escaped(char)) for char in text))
    if not ends or ends[-1] <= TEXT_LIMIT:
        return escaped(text)
    return escaped(text[: sum(end <= TEXT_LIMIT - len(words.cut) for end in ends)]) + words.cut


def _cut(text: str, limit: int, note: str) -> str:
    return text if len(text) <= limit else text[: limit - len(note)] + note
