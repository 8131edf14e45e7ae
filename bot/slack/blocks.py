"""What the bot says in Slack: an Answer, its passages, one passed on, each as a message within Slack's limits. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from bot import templates
from bot.slack.elements import (
    TEXT_LIMIT,
    VALUE_LIMIT,
    Element,
    Part,
    block,
    button,
    buttons,
    channel,
    cut_to,
    link,
    quote,
    section,
    texts,
    user,
)
from bot.slack.markup import escaped
from bot.slack.words import Words
from bot.text import on_one_line
from bot.types import Answer, Citation, Document, Hit, Status, Value

BLOCK_LIMIT = 50  # Slack's, per message
# Slack refuses a whole message too, at a length it does not publish: 11,341 characters of rich_text
# were too many (bolt-js #2867). Texts and addresses together stay well below.
MESSAGE_LIMIT = 8000
QUESTION_LIMIT = 500  # characters shown of a question, and of what it was understood as
HEAD_LIMIT = 2000  # of what stands over the quotes, so that the first of them always fits
TITLE_LIMIT = 200  # and the publisher's
COPY_LIMIT = 60  # of the title of a document that says the same
URL_LIMIT = 1000  # a longer address is left out
COPIES = 3  # titles named of the documents that say the same
NEAREST = 5  # passages shown
EXCERPT = 600  # characters shown of a passage; few have more

_ADDRESS = re.compile(r"https?://[^\s<>|]+", re.ASCII)

Link = Callable[[str, int, int, str], str | None]
"""Document id, start, end and the text there, to the address that shows it, or None."""


class Offer(StrEnum):
    """What a button under an answer does; its value is the button's action_id."""

    UP = "rate_up"
    DOWN = "rate_down"
    PASSAGES = "passages"
    PERSON = "person"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: the blocks, and the text that notifications show in their place."""

    text: str
    blocks: list[Element]


def line_message(text: str, words: Words) -> Message:
    """A message of one plain line."""
    return _message([_lines([(text, False)], words)], words)


def answer_message(answer: Answer, link_to: Link, words: Words, offers: Iterable[Offer] = ()) -> Message:
    """The message that gives an answer with every quote and source, or says why there is none; buttons under it."""
    return _message(_told(answer, link_to, words), words, _offered(answer, offers, words))


def shared_message(answer: Answer, link_to: Link, words: Words, asker: str, offers: Iterable[Offer] = ()) -> Message:
    """The message that shows a channel what somebody, by their user id, has asked, and the answer."""
    asked = _asked(answer, asker, words.shared, words)
    return _message([asked, *_told(answer, link_to, words)], words, _offered(answer, offers, words))


def wanted_message(answer: Answer, link_to: Link, words: Words, asker: str, permalink: str | None) -> Message:
    """The message that asks people about what the bot was asked; `permalink` leads to its own answer."""
    asked = _asked(answer, asker, f"{words.person.wanted}\n", words)
    back = [block(section([link(permalink, words.person.message)]))] if permalink else []
    return _message([asked, *back, *_told(answer, link_to, words)], words)


def passed_on_message(people: str, words: Words) -> Message:
    """The line that says to which channel, by its id, a question was passed on."""
    return _message([block(section([*texts([(words.person.passed_on, False)], words.cut), channel(people)]))], words)


def passages_message(passages: Sequence[Hit], link_to: Link, words: Words) -> Message:
    """The passages that come closest, each with its source."""
    near = passages[:NEAREST]
    if not near:
        return line_message(words.not_found, words)
    return _message(
        [_lines([(words.nearest, False)], words), *(block(*_near(hit, link_to, words)) for hit in near)], words
    )


def _told(answer: Answer, link_to: Link, words: Words) -> list[Element]:
    """The blocks of an answer, what it was understood as first where that is not what was asked."""
    blocks = _body(answer, link_to, words)
    if answer.understood == answer.question:
        return blocks
    understood = words.understood.format(question=cut_to(answer.understood, QUESTION_LIMIT, words.cut))
    return [_lines([(understood, False)], words), *blocks]


def _body(answer: Answer, link_to: Link, words: Words) -> list[Element]:
    match answer.status:
        case Status.NOT_FOUND:
            why = words.reasons[answer.reason] if answer.reason else words.not_found
            return [_lines([(why, False)], words)]
        case _ if answer.parts:
            cited = [block(*_numbered(citation, link_to, words)) for citation in answer.citations]
            return [_lines(_each_part(answer, words), words), *cited]
        case Status.CONFLICT:
            return [_lines([(words.conflict, False)], words), *_sides(answer, link_to, words)]
        case Status.MASKED:
            head: Part = (words.masked, False)
        case Status.ANSWERED:
            head = (_value(answer.answers[0], answer.citations[0], words), True)
    return [_lines([head], words), *(block(*_evidence(citation, link_to, words)) for citation in answer.citations)]


def _sides(answer: Answer, link_to: Link, words: Words) -> Iterable[Element]:
    """A block for each value that the sources give, with the quote that says so."""
    citations = {citation.n: citation for citation in answer.citations}
    for value in answer.answers:
        citation = citations[value.citation]
        told = section(texts([(_value(value, citation, words), True)], words.cut, HEAD_LIMIT))
        yield block(told, *_evidence(citation, link_to, words))


def _each_part(answer: Answer, words: Words) -> list[Part]:
    """A line for each thing that was asked, what was found of it in bold."""
    parts: list[Part] = []
    for part in answer.parts:
        found = part.status in {Status.ANSWERED, Status.CONFLICT}
        start = "\n" if parts else ""
        told = templates.told_part(part, answer, words.language)
        parts += [(f"{start}{part.question}{words.colon}", False), (told, found)]
    return parts


def _evidence(citation: Citation, link_to: Link, words: Words) -> tuple[Element, Element]:
    """The quote with the answer in bold, a row's cells after their headers, and the line that says where it stands."""
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    words_there = citation.quote[start:end]
    parts = _row(citation, words) if citation.cells else _marked(citation.quote, start, end)
    url = link_to(citation.document.id, citation.answer_start, citation.answer_end, words_there)
    notes = [words.page.format(page=citation.page)] if citation.page else []
    if citation.duplicates:
        notes.append(_copies([copy.document for copy in citation.duplicates], words))
    return quote(texts(parts, words.cut)), _source(citation.document, url, notes, words)


def _marked(quoted: str, start: int, end: int) -> list[Part]:
    """A quote on one line, the answer in it in bold; nothing but line breaks stays, since Slack refuses no text."""
    line = on_one_line(quoted)
    low, high = len(line) - len(on_one_line(quoted[start:])), len(on_one_line(quoted[:end]))
    return [(line[:low], False), (line[low:high], True), (line[high:], False)] if line else [(quoted, True)]


def _row(citation: Citation, words: Words) -> list[Part]:
    """A quoted row, each cell led by what its column is called."""
    parts: list[Part] = []
    for cell in citation.cells:
        told = citation.quote[cell.start - citation.start : cell.end - citation.start]
        low, high = (
            min(max(place, cell.start), cell.end) - cell.start for place in (citation.answer_start, citation.answer_end)
        )
        if told.strip():
            between, label = " | " if parts else "", f"{cell.label}{words.colon}" if cell.label else ""
            parts += [(between + label, False), *_marked(told, low, high)]
    return parts


def _numbered(citation: Citation, link_to: Link, words: Words) -> tuple[Element, Element]:
    """The same, the line led by the citation's number."""
    quoted, source = _evidence(citation, link_to, words)
    return quoted, section([*texts([(f"[{citation.n}] ", False)], words.cut), *source["elements"]])


def _value(value: Value, citation: Citation, words: Words) -> str:
    """The value on one line, with its unit; nothing but line breaks stays, since Slack refuses an empty text."""
    return templates.told(value, citation, words.language) or value.text


def _near(hit: Hit, link_to: Link, words: Words) -> tuple[Element, Element]:
    text = cut_to(on_one_line(hit.text.strip()), EXCERPT, words.cut)
    url = link_to(hit.document.id, hit.passage.start, hit.passage.end, hit.text)
    return quote(texts([(text or hit.text, False)], words.cut)), _source(hit.document, url, [], words)


def _source(document: Document, url: str | None, notes: Sequence[str], words: Words) -> Element:
    """Where a quote stands: the title, which opens it there or where the document comes from, and what is known."""
    title = cut_to(document.title, TITLE_LIMIT, words.cut)
    publisher = cut_to(document.publisher or "", TITLE_LIMIT, words.cut)
    rest = "".join(f" · {note}" for note in (publisher, document.date, *notes) if note)
    address = next((one for one in (url, document.url) if one and _opens(one)), None)
    shown = [link(address, title)] if address else texts([(title, False)], words.cut)
    return section([*shown, *texts([(rest, False)], words.cut)])


def _opens(address: str) -> bool:
    """Whether Slack takes it for a link."""
    return len(address) <= URL_LIMIT and bool(_ADDRESS.fullmatch(address))


def _copies(documents: Sequence[Document], words: Words) -> str:
    """How many documents say the same, and which."""
    named = [words.titles.format(cut_to(document.title, COPY_LIMIT, words.cut)) for document in documents[:COPIES]]
    more = "……" if len(documents) > COPIES else ""
    return words.copies.format(count=len(documents), titles="".join(named) + more)


def _asked(answer: Answer, asker: str, between: str, words: Words) -> Element:
    """Who asked, and what."""
    question = cut_to(answer.question, QUESTION_LIMIT, words.cut)
    return block(section([user(asker), *texts([(between, False), (question, True)], words.cut)]))


def _offered(answer: Answer, offers: Iterable[Offer], words: Words) -> list[Element]:
    """The block of buttons; they hold the answer's id alone."""
    shown = [offer for offer in offers if offer is not Offer.PASSAGES or answer.passages]
    if not shown or len(answer.id) > VALUE_LIMIT:
        return []
    says = words.buttons
    faces = {
        Offer.UP: ("👍", says.up),
        Offer.DOWN: ("👎", says.down),
        Offer.PASSAGES: (says.passages, ""),
        Offer.PERSON: (says.person, ""),
        Offer.SHARE: (says.share, ""),
    }
    return [buttons([button(offer, faces[offer][0], answer.id, faces[offer][1]) for offer in shown])]


def _lines(parts: Sequence[Part], words: Words) -> Element:
    return block(section(texts(parts, words.cut, HEAD_LIMIT)))


def _message(said: Sequence[Element], words: Words, offered: Sequence[Element] = ()) -> Message:
    kept = _fitting(said, BLOCK_LIMIT - len(offered), words)
    return Message(_fallback("\n".join(map(_plain, kept)).strip(), words), [*kept, *offered])


def _fitting(said: Sequence[Element], most: int, words: Words) -> list[Element]:
    """The blocks from the first on that Slack takes in one message; the last says what was left out."""
    ends = accumulate(map(_size, said))
    fits = sum(end <= MESSAGE_LIMIT for end in ends)
    if fits == len(said) <= most:
        return list(said)
    return [*said[: min(fits, most - 1)], _lines([(words.cut, False)], words)]


def _size(said: Element) -> int:
    leaves = (leaf for part in said["elements"] for leaf in part["elements"])
    return sum(len(leaf.get("text", "")) + len(leaf.get("url", "")) for leaf in leaves)


def _plain(said: Element) -> str:
    """The text of a block; people and channels are left out, which only blocks show by their names."""
    lines = []
    for part in said["elements"]:
        text = "".join(leaf.get("text", "") for leaf in part["elements"])
        lines.append(f"“{text}”" if part["type"] == "rich_text_quote" else text)
    return "\n".join(lines)


def _fallback(text: str, words: Words) -> str:
    """The text escaped, and cut between characters, never inside an escape."""
    ends = list(accumulate(len(escaped(char)) for char in text))
    if not ends or ends[-1] <= TEXT_LIMIT:
        return escaped(text)
    return escaped(text[: sum(end <= TEXT_LIMIT - len(words.cut) for end in ends)]) + words.cut
