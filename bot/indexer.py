"""Makes the index match the files: read, split, encode, write a generation."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config, Passages
from bot.dictionary import read_dictionary
from bot.documents import FORMATS, READERS, File, find_files, helpers
from bot.documents.isolated import IsolatedReader
from bot.errors import BadInput, CorruptIndex, NoDocuments, NoIndex, UnreadableDocument
from bot.lexical import LexicalIndex, packed, unpacked
from bot.passages import split
from bot.report import Report
from bot.store import KEPT, Generation, Settings, Store
from bot.synonyms import read_synonyms
from bot.tagger import TAGGER, tag_cached
from bot.text import TOKENS, fold, search_form, search_tokens
from bot.texts import Entry, FileRecord
from bot.types import BlockKind, Document, Passage
from bot.view import view
from embeddings.cache import encode_cached
from embeddings.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]  # what is done, how many of, how many in all


def index(
    config: Config,
    encoder: Encoder,
    paths: Sequence[Path],
    forget: Sequence[Path] = (),
    only: bool = False,
    progress: Progress = lambda what, done, of: None,
) -> Report:
    """Makes the index match what lies under `paths`; what came from elsewhere stays, but for `forget`.

    With `only`, nothing from elsewhere stays.

    Raises BadInput for a path that is neither there nor in the index, NoDocuments where nothing can
    be read, Busy where another process indexes, BotError where the index cannot be written. Interrupted,
    it leaves the index as it was, and every name and vector it has found in the caches.
    """
    store, report = Store(config.index_dir), Report()
    settings = _settings(config)
    with store.writing(), ExitStack() as stack:
        old = _open_old(store, report)
        if old:
            stack.callback(old.close)
        old_roots = [Path(root) for root in old.manifest.roots] if old else []
        wanted, dropped = _resolved(paths, old_roots), _resolved(forget, old_roots, known=True)
        if only:
            dropped += [root for root in old_roots if not any(root.is_relative_to(path) for path in wanted)]
        report.elsewhere = [str(root) for root in old_roots if not any(_meet(root, at) for at in [*wanted, *dropped])]
        reader = stack.enter_context(IsolatedReader(config.documents.max_seconds))
        work = _Work(old, _files(wanted, old_roots), [*wanted, *dropped], settings, reader, report, progress)
        if old and old.manifest.model == encoder.fingerprint and work.nothing_to_do():
            report.generation = old.manifest.name
            report.documents, report.passages = old.manifest.documents, old.manifest.passages
            report.files, report.tables, report.oddities = len(work.records), old.tables(), old.oddities()
            return report
        sources = work.entries()
        if not work.found and not work.removed:
            raise NoDocuments(_nothing(paths, report), report.skipped)
        entries = _named(sources, config.passages, store, progress)
        vectors = _encoded(entries, encoder, store, progress)
        entries = list(_counted(entries, settings.dictionary, progress))
        lexical = LexicalIndex.count(
            (unpacked(kept) for entry in entries for kept in entry.tokens), settings.dictionary
        )
        roots = [
            str(root)
            for root in _outermost([*old_roots, *wanted])
            if not any(root.is_relative_to(path) for path in dropped)
        ]
        report.generation = store.write(
            entries,
            vectors,
            lexical,
            encoder.fingerprint,
            roots,
            kept=1 if dropped else KEPT,  # what is forgotten is not to stay in an older generation
            files=work.records.values(),
            settings=settings,
        )
        _count(report, entries, len(work.records))
    return report


def survey(config: Config, paths: Sequence[Path], progress: Progress = lambda what, done, of: None) -> Report:
    """What indexing these paths would read and skip; nothing is encoded or written.

    Raises BadInput for a path that is not there, NoDocuments where nothing can be read.
    """
    report = Report()
    files = _files(_resolved(paths, ()), ())
    with IsolatedReader(config.documents.max_seconds) as reader:
        work = _Work(None, files, (), Settings(), reader, report, progress)
        entries = [_split(entry, config.passages) for entry in work.entries()]
    if not entries:
        raise NoDocuments(_nothing(paths, report))
    _count(report, entries, len(files))
    return report


def _count(report: Report, entries: Sequence[Entry], files: int) -> None:
    """Fills in what the documents hold together."""
    stored = [entry.stored for entry in entries]
    report.files, report.documents = files, len(entries)
    report.passages = sum(len(entry.passages) for entry in entries)
    report.tables = sum(block.kind is BlockKind.TABLE for document in stored for block in document.blocks)
    report.oddities = [f"{document.document.source}: {oddity}" for document in stored for oddity in document.oddities]


def _settings(config: Config) -> Settings:
    """What the index of unchanged files depends on."""
    told = json.dumps([READERS, helpers(), TOKENS, TAGGER, asdict(config.passages)], sort_keys=True)
    return Settings(
        reading=hashlib.sha256(told.encode()).hexdigest()[:16],
        dense_weight=config.retriever.dense_weight,
        synonyms=read_synonyms(config.synonyms_file) if config.synonyms_file else "",
        dictionary=read_dictionary(config.dictionary_file) if config.dictionary_file else "",
    )


class _Work:
    """Which files are as they were, which must be read, and what they hold together."""

    def __init__(
        self,
        old: Generation | None,
        files: Sequence[File],
        replaced: Sequence[Path],
        settings: Settings,
        reader: IsolatedReader,
        report: Report,
        progress: Progress,
    ) -> None:
        self._old, self._files, self._report, self._progress = old, files, report, progress
        self._reader = reader
        self._as_set = old is not None and old.settings == settings
        known = old.files() if old else {}
        elsewhere = {
            path: record
            for path, record in known.items()
            if not any(Path(path).is_relative_to(place) for place in replaced)
        }
        self._keeps_passages = old is not None and old.settings.reading == settings.reading
        self._keeps_tokens = old is not None and old.settings.dictionary == settings.dictionary
        readable = known if self._keeps_passages else {}
        self._same = {
            _key(file.path): record for file in files if (record := _unchanged(file, readable.get(_key(file.path))))
        }
        self.records = elsewhere | self._same
        self.removed = len(known) > len(elsewhere) + sum(_key(file.path) in known for file in files)
        self.found = bool(self._same)  # whether there is anything under the wanted paths

    def nothing_to_do(self) -> bool:
        """Whether the index is already what it is to become; the report then has what was skipped before."""
        if self.removed or len(self._same) < len(self._files) or not self._as_set or not self.found:
            return False
        self._report.skipped += [line for file in self._files for line in self._same[_key(file.path)].skipped]
        return True

    def entries(self) -> list[Entry]:
        """The documents of files that are as they were, and of those that are read now, in order of neither.

        The former have their passages and tokens, unless they are to be split or counted in another way.
        """
        entries = [entry for entry in (self._old.entries() if self._old else ()) if entry.path in self.records]
        if not self._keeps_passages:
            entries = [replace(entry, passages=(), tokens=()) for entry in entries]
        elif not self._keeps_tokens:
            entries = [replace(entry, tokens=()) for entry in entries]
        ids = {entry.stored.document.id: entry.path for entry in entries}
        for number, file in enumerate(self._files):
            self._progress("files read", number, len(self._files))
            path = _key(file.path)
            if path in self._same:
                self._report.skipped += self._same[path].skipped
                continue
            record, read = _read(self._reader, file, ids)
            self.records[path] = record
            self._report.skipped += record.skipped
            self.found = self.found or bool(read)
            entries += read
        self._progress("files read", len(self._files), len(self._files))
        return entries


def _unchanged(file: File, record: FileRecord | None) -> FileRecord | None:
    """The record of a file that is as it was: by size and time, or else by its content. None where it is not."""
    if record is None or record.source != file.source:
        return None
    try:
        stat = file.path.stat()
        if stat.st_size != record.size:
            return None
        if stat.st_mtime_ns != record.mtime_ns:
            if _sha256(file.path) != record.sha256:
                return None
            return replace(record, mtime_ns=stat.st_mtime_ns)
    except OSError:
        return None
    return record


def _read(reader: IsolatedReader, file: File, ids: dict[str, str]) -> tuple[FileRecord, list[Entry]]:
    """What a file holds, and the record of it; what cannot be read, or repeats an id, is in the record."""
    skipped, entries = [], []
    try:
        stat = file.path.stat()
        size, mtime_ns, digest = stat.st_size, stat.st_mtime_ns, _sha256(file.path)
    except OSError:
        size, mtime_ns, digest = -1, -1, ""  # read again next time
    for stored in reader.read(file):
        if isinstance(stored, UnreadableDocument):
            skipped.append(str(stored))
        elif stored.document.id in ids:
            other = ids[stored.document.id]
            mend = f", or drop {other} with --forget" if other and not Path(other).exists() else ""
            skipped.append(f"{file.source}: the id {stored.document.id} was there before; give it another{mend}")
        else:
            ids[stored.document.id] = _key(file.path)
            entries.append(Entry(stored, _key(file.path), ()))
    return FileRecord(_key(file.path), file.source, size, mtime_ns, digest, tuple(skipped)), entries


def _key(path: Path) -> str:
    """A file's path as the index keeps it; bytes of its name that are no UTF-8 as ``\\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open_old(store: Store, report: Report) -> Generation | None:
    try:
        return store.open(None)
    except CorruptIndex as error:
        report.skipped.append(f"{error}; it was not used, so only what was named now is indexed")
    except NoIndex:
        pass
    return None


def _resolved(paths: Sequence[Path], roots: Sequence[Path], known: bool = False) -> list[Path]:
    """The absolute paths, each of which must be in the index already, or (unless `known`) on the disk."""
    resolved = []
    for path in paths:
        absolute = Path(os.path.realpath(path))  # resolve() fails on a link to itself
        indexed = any(absolute.is_relative_to(root) or root.is_relative_to(absolute) for root in roots)
        if not indexed and known:
            listed = ", ".join(map(str, roots)) or "nothing yet"
            raise BadInput(f"{path}: is not in the index, so it cannot be forgotten; indexed is {listed}")
        if not indexed and not absolute.exists():
            raise BadInput(f"{path}: no such file or folder; name one that is there")
        resolved.append(absolute)
    return resolved


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """The paths that lie in none of the others, sorted."""
    unique = set(paths)
    return sorted(path for path in unique if not any(path.is_relative_to(other) for other in unique - {path}))


def _meet(one: Path, other: Path) -> bool:
    """Whether one of two paths lies in the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _files(wanted: Sequence[Path], roots: Sequence[Path]) -> list[File]:
    """The files under the wanted paths; a path inside an indexed root is named from that root."""
    files = {}
    for path in _outermost(wanted):
        root = next((root for root in roots if path != root and path.is_relative_to(root)), path)
        files.update({file.path: file for file in find_files(root) if file.path.is_relative_to(path)})
    return list(files.values())


def _nothing(paths: Sequence[Path], report: Report) -> str:
    where = ", ".join(map(str, paths))
    reason = f" ({report.skipped[0]})" if report.skipped else ""
    return f"no document could be read under {where}{reason}; name a folder with {' '.join(FORMATS)} files"


def _split(entry: Entry, sizes: Passages) -> Entry:
    """The entry with its passages."""
    return entry if entry.passages else replace(entry, passages=tuple(split(entry.stored, sizes)))


def _named(sources: Sequence[Entry], sizes: Passages, store: Store, progress: Progress) -> list[Entry]:
    """The entries with their passages and the names in these; what was split before has both."""
    fresh = [_split(entry, sizes) for entry in sources if not entry.passages]
    texts = [text for entry in fresh for text in _views(entry)]
    names = iter(tag_cached(texts, store.name_cache, lambda done, of: progress("passages tagged", done, of)))
    tagged = [replace(e, passages=tuple(replace(p, names=next(names)) for p in e.passages)) for e in fresh]
    return [entry for entry in sources if entry.passages] + tagged


def _encoded(entries: Sequence[Entry], encoder: Encoder, store: Store, progress: Progress) -> NDArray[np.float32]:
    """The vectors of all passages in order, of shape (passages, dimension)."""
    texts = [fold(text) for entry in entries for text in _searched(entry)]
    return encode_cached(encoder, texts, store.vector_cache, lambda done, of: progress("passages encoded", done, of))


def _counted(entries: Sequence[Entry], dictionary: str, progress: Progress) -> Iterator[Entry]:
    """The entries with the tokens of their passages; those of unchanged documents are known."""
    unknown = sum(len(entry.passages) for entry in entries if not entry.tokens)
    done = 0
    for entry in entries:
        if not entry.tokens and entry.passages:
            tokens = tuple(packed(search_tokens(text, dictionary)) for text in _searched(entry))
            progress("passages counted", done, unknown)
            done += len(tokens)
            entry = replace(entry, tokens=tokens)
        yield entry
    progress("passages counted", unknown, unknown)


def _searched(entry: Entry) -> Iterator[str]:
    """What is searched for each passage of a document."""
    for passage, text in zip(entry.passages, _views(entry), strict=True):
        yield context(entry.stored.document, passage, text)


def _views(entry: Entry) -> Iterator[str]:
    """Each passage of a document as it is read."""
    text = entry.stored.text
    for passage in entry.passages:
        yield view(text[passage.start : passage.end], passage).text


def context(document: Document, passage: Passage, text: str) -> str:
    """What is searched for a passage: its text, after its document's title and the headings above it.

    A title that is a file's name, or was cut from a running text, tells nothing of the passage: in
    dense search over news the latter put an answer among the first five 2 points less often.
    """
    titled = document.title != Path(document.source).name and not document.title.endswith("…")
    above = [document.title, *passage.path] if titled else [*passage.path]
    told = [words for words in dict.fromkeys(above) if words and words not in text]
    return search_form("\n".join([*told, text]))
