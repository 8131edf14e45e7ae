"""Documents, hits and answers made by hand: the way of a question without an index."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from bot.answerer import choose
from bot.asked import understand
from bot.composer import compose
from bot.config import Answers, Passages
from bot.documents.lines import line_blocks
from bot.passages import split
from bot.reader import Candidate, Sheet
from bot.tagger import Tagger
from bot.types import Answer, Document, Hit, Name, Passage, Question, StoredDocument
from bot.view import view

TODAY = "2024-05-01"


def stored(
    text: str, document_id: str = "d1", title: str = "", date: str | None = None, publisher: str | None = None
) -> StoredDocument:
    """A document of plain text, read as a text file's is."""
    document = Document(document_id, title or f"{document_id}.txt", f"docs/{document_id}.txt", publisher, None, date)
    return StoredDocument(document, text, tuple(line_blocks(text)))


tagger = functools.cache(Tagger)


def names_in(text: str) -> tuple[Name, ...]:
    """The names in a text."""
    return tagger().tag([text])[0]


def named(passage: Passage, text: str) -> Passage:
    """A passage of this text with the names in it."""
    return replace(passage, names=names_in(view(text, passage).text))


def hits_of(documents: Sequence[StoredDocument], sizes: Passages | None = None) -> tuple[Hit, ...]:
    """Every passage of the documents as a hit, in their order, each scored below the one before."""
    found: list[Hit] = []
    for document in documents:
        for passage in split(document, sizes or Passages()):
            text = document.text[passage.start : passage.end]
            found.append(Hit(named(passage, text), document.document, text, 1.0 - len(found) / 100))
    return tuple(found)


def candidates_for(question: str, *documents: StoredDocument, today: str = TODAY) -> list[Candidate]:
    """What could answer a question, best first."""
    by_id = {document.document.id: document for document in documents}
    return Sheet(understand(question, today), hits_of(documents), by_id.get).candidates()


def answer_to(question: str, *documents: StoredDocument, today: str = TODAY, top_k: int = 5) -> Answer:
    """The answer to a question from these documents alone, with the configuration's defaults."""
    by_id = {document.document.id: document for document in documents}
    asked, hits = understand(question, today), hits_of(documents)
    chosen = choose(asked, Sheet(asked, hits, by_id.get).candidates(), hits, Answers())
    return compose(Question(question, top_k=top_k), [chosen], hits, by_id.get, "hand-made", 0)
