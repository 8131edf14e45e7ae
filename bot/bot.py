"""The one façade: open the bot, ask it a question."""

from __future__ import annotations

import datetime
import functools
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from bot.about import read_about, subject
from bot.access import sees
from bot.answerer import Chosen, choose
from bot.asked import Asked, in_short, understand
from bot.composer import compose
from bot.config import Config
from bot.errors import BadModel, BotError
from bot.follow_up import resolve
from bot.reader import Candidate, Sheet
from bot.record import Recorder, Trail
from bot.retriever import Found, Retriever
from bot.several import parts
from bot.starters import starters
from bot.store import Generation, Store
from bot.text import warm_up
from bot.texts import open_unchanged
from bot.trained import open_reader, read_hits
from bot.types import Answer, Filters, Hit, Overview, Question, Status, StoredDocument
from bot.values import find_values
from embeddings.encoder import Encoder

_logger = logging.getLogger(__name__)
_EXTRAS = {"onnx": "pip install 'wenda[onnx]'"}


class _Session:
    """One open generation, and what answers from it."""

    def __init__(self, generation: Generation, encoder: Encoder, config: Config) -> None:
        self.name = generation.manifest.name
        self.close = generation.close
        self.synonyms = generation.synonyms
        self.dictionary = generation.settings.dictionary
        weighed = replace(config.retriever, dense_weight=generation.settings.dense_weight)
        self.retriever = Retriever(generation, encoder, weighed)
        self.document = functools.lru_cache(maxsize=64)(generation.document)
        self.file_of = generation.file_of
        self.source_of = generation.source_of
        self.overview = functools.lru_cache(maxsize=64)(generation.overview)
        self.starters = functools.lru_cache(maxsize=64)(functools.partial(starters, generation))
        self.starting = threading.Lock()  # so that a cached function is not entered twice


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read for a question, or for one of the things that it asks."""

    asked: Asked
    candidates: tuple[Candidate, ...]
    chosen: Chosen


class Bot:
    """Answers questions from the newest generation of the index; any number of threads may ask.

    A question is answered from one generation from beginning to end. A new one is taken up by the
    next question after it was written; where it cannot be opened, the old one goes on answering.
    """

    def __init__(self, config: Config, generation: Generation, encoder: Encoder, pinned: bool = False) -> None:
        self._config = config
        self.encoder = encoder
        self._store = Store(config.index_dir)
        self._trained = open_reader(config.reader, config.base)
        warm_up(generation.settings.dictionary)
        self._session = _Session(generation, encoder, config)
        self._pinned = pinned
        reader = self._trained.fingerprint if self._trained else ""
        recorded = config.record.enabled
        self._recorder = Recorder(config.index_dir, config, encoder.fingerprint, reader) if recorded else None
        self._refused = ""  # a generation that could not be opened, told once
        self._opening = threading.Lock()

    @classmethod
    def open(cls, config: Config, encoder: Encoder | None = None, generation: str | None = None) -> Bot:
        """The bot over the current index, or over one generation for good. Raises NoIndex, CorruptIndex or BadModel."""
        store = Store(config.index_dir)
        store.open(None, generation).close()  # a missing or damaged index is told before the model takes its seconds
        encoder = encoder or open_encoder(config)
        encoder.encode_queries(["预热"])
        return cls(config, store.open(encoder.fingerprint, generation), encoder, pinned=generation is not None)

    @property
    def generation(self) -> str:
        """The name of the generation that answers."""
        return self._newest().name

    def document(self, document_id: str, visible: tuple[str, ...] | None = None) -> StoredDocument | None:
        """The document with an id, or None where there is none among the visible sources."""
        session = self._newest()
        source = session.source_of(document_id)  # first: a text that may not be seen is not even read
        return session.document(document_id) if source is not None and sees(visible, source) else None

    def original(self, document_id: str) -> BinaryIO | None:
        """The file that a document was read from, open; None where that is gone, or was changed since."""
        record = self._newest().file_of(document_id)
        return open_unchanged(record) if record else None

    def overview(self, visible: tuple[str, ...] | None = None) -> Overview:
        """What the index holds, what was skipped and why, and how old it is; of the sources that are visible."""
        return self._newest().overview(visible)

    def starters(self, visible: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """At most four questions to start with, each of which the bot answers; none where the index suggests none.

        They are of documents below these source prefixes, of any where it is None. Made at the first call, which
        takes a second or two, and kept while the generation is in use; none of the asking is recorded.
        """
        session = self._newest()
        with session.starting:
            return session.starters(self._answer, visible)

    def ask(self, question: Question) -> Answer:
        """The answer to a question that `bot.wire` has checked; recorded where an edge asks and that is configured."""
        trail = self.trail(question)
        if self._recorder is not None and question.via:
            self._recorder.keep(trail)
        return trail.answer

    def _answer(self, question: Question) -> Answer:
        """The answer to a question that nobody asked: never recorded."""
        return self.trail(question).answer

    def search(self, text: str, top_k: int, filters: Filters) -> Found:
        """The `top_k` passages that fit a text best, among the documents that pass the filters; never recorded."""
        return self._newest().retriever.search(text, top_k, filters)

    def trail(self, question: Question) -> Trail:
        """The answer to a question, with how it came about."""
        began = time.perf_counter()
        session = self._newest()
        today = question.today or datetime.date.today().isoformat()
        text = question.text
        if question.previous:
            text = resolve(text, question.previous, today, session.dictionary) or text
        depth = max(self._config.retriever.depth, question.top_k)
        found = session.retriever.search(text, depth, question.filters)
        whole = self._read(session, text, found.hits, today, question.filters)
        reads = [whole]
        several = parts(text, session.dictionary)
        if len(several) > 1 and not _tells_all(whole.chosen, len(several)):
            reads = [self._part(session, part, today, question.filters) for part in several]
            if not _tell_apart(reads):
                reads = [replace(reads[0], chosen=replace(reads[0].chosen, part=""))]
        chosen = tuple(one.chosen for one in reads)
        answer = compose(question, chosen, found.hits, session.document, session.name, found.undated_excluded, text)
        answer = replace(answer, took_ms=round(1000 * (time.perf_counter() - began)))
        asked, candidates = tuple(one.asked for one in reads), chain.from_iterable(one.candidates for one in reads)
        return Trail(replace(question, today=today), asked, found.hits, tuple(candidates), chosen, answer)

    def _part(self, session: _Session, text: str, today: str, filters: Filters) -> _Read:
        """What is read for one of the things that a question asks."""
        found = session.retriever.search(text, self._config.retriever.depth, filters)
        read = self._read(session, text, found.hits, today, filters)
        return replace(read, chosen=replace(read.chosen, part=in_short(text, read.asked)))

    def _read(self, session: _Session, text: str, hits: tuple[Hit, ...], today: str, filters: Filters) -> _Read:
        """What is read for a question in its hits, and what of it answers."""
        asked = understand(text, today, session.synonyms, session.dictionary)
        hits = hits[: self._config.retriever.depth]
        candidates: list[Candidate] = []
        told = subject(text, today, session.synonyms, session.dictionary)
        if told:  # of a document itself: who wrote it, when
            candidates = read_about(told, hits, session.retriever.documents(filters), session.document)
        if told and candidates:
            asked = told.asked
        else:
            sheet = Sheet(asked, hits, session.document)
            candidates = read_hits(asked, sheet, hits, self._trained, self._config.reader, self._config.answers)
        return _Read(asked, tuple(candidates), choose(asked, candidates, hits, self._config.answers))

    def close(self) -> None:
        """Writes what is still to be recorded, and closes the index."""
        if self._recorder is not None:
            self._recorder.close()
        self._session.close()

    def _newest(self) -> _Session:
        """The session over the newest generation, opened now if it is new; questions in hand keep theirs."""
        session, name = self._session, None
        if self._pinned:
            return session
        try:
            name = self._store.current()
            if name not in {session.name, self._refused, None} and self._opening.acquire(blocking=False):
                try:
                    self._session = _Session(self._store.open(self.encoder.fingerprint), self.encoder, self._config)
                finally:
                    self._opening.release()
        except BotError as error:
            self._refused = name or ""
            _logger.error("the new index is not used: %s", error)
        return self._session


def _tells_all(chosen: Chosen, several: int) -> bool:
    """Whether the best candidate tells as many values as are asked for: 26.5%和31.1%."""
    told = chosen.candidates[0].text if chosen.status is Status.ANSWERED else ""
    return len(find_values(told)) >= several


def _tell_apart(each: Sequence[_Read]) -> bool:
    """Whether the things asked have answers of their own: where one place answers all, they are one thing."""
    best = {(c.hit.document.id, c.start, c.end) for one in each for c in one.chosen.candidates[:1]}
    return len(best) != 1 or any(not one.chosen.candidates for one in each)


def open_encoder(config: Config) -> Encoder:
    """The encoder the configuration names, loaded when it first encodes.

    The built-in model is made ready on the first call. Raises BadModel, here or when it is loaded.
    """
    import sys

    from embeddings.encoder import LazyEncoder, SentenceTransformerEncoder, fingerprint
    from embeddings.model import ModelError, default_model

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    model = config.model
    try:
        folder = config.base / model.name if model.name else default_model(say=say)
    except ModelError as error:
        raise BadModel(str(error)) from None
    name = str(folder) if folder.is_dir() else model.name

    def load() -> Encoder:
        try:
            return SentenceTransformerEncoder(
                name, model.max_tokens, model.batch_size, model.threads, model.backend, say
            )
        except ImportError as error:
            mend = f"install it ({_EXTRAS.get(model.backend, f'pip install {error.name}')}), or set another backend"
            raise BadModel(f"[model] backend = {model.backend!r} needs {error.name}; {mend}") from None
        except Exception as error:  # the libraries that load models fail in ways of their own
            why = " ".join(str(error).split())[:160] or type(error).__name__
            mend = "set [model] name to a sentence-transformers folder, or leave it empty"
            if not model.name:
                mend = f"delete {name} and run this again"
            raise BadModel(f"the model {model.name or 'built in'!r} cannot be loaded ({why}); {mend}") from None

    return LazyEncoder(fingerprint(name, model.max_tokens, model.backend), load)
