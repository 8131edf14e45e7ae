"""Makes the index match the files: read, split, encode, write a generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config
from bot.documents import FORMATS, File, find_files, read_file
from bot.errors import BadInput, CorruptIndex, NoDocuments, NoIndex, UnreadableDocument
from bot.lexical import LexicalIndex
from bot.passages import split
from bot.store import KEPT, Entry, Generation, Store
from bot.types import Document, Passage
from embeddings.cache import encode_cached
from embeddings.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]  # what is done, how many of, how many in all


@dataclass(slots=True)
class Report:
    """What indexing did."""

    generation: str = ""
    documents: int = 0
    passages: int = 0
    skipped: list[str] = field(default_factory=list)  # a line each: what, why, and how to mend it


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
    be read, BotError where the index cannot be written. Interrupted, it leaves the index as it was,
    and every vector it has computed in the cache.
    """
    store, report = Store(config.index_dir), Report()
    with store.writing():
        old = _open_old(store, report)
        old_roots = [Path(root) for root in old.manifest.roots] if old else []
        wanted, dropped = _resolved(paths, old_roots), _resolved(forget, old_roots, known=True)
        if only:
            dropped += [root for root in old_roots if not any(root.is_relative_to(path) for path in wanted)]
        kept = [
            entry
            for entry in (old.entries() if old else ())
            if not any(Path(entry.path).is_relative_to(path) for path in [*wanted, *dropped])
        ]
        if old:
            old.close()
        ids = {entry.stored.document.id: entry.path for entry in kept}
        read = list(_read(_files(wanted, old_roots), ids, report, progress))
        emptied = old is not None and old.manifest.documents > len(kept)
        if not read and not emptied:
            raise NoDocuments(_nothing(paths, report))
        sources = [*kept, *read]
        entries = [Entry(entry.stored, entry.path, tuple(split(entry.stored, config.passages))) for entry in sources]
        vectors, lexical = _search_indexes(entries, encoder, store, progress)
        roots = [
            str(root)
            for root in _outermost([*old_roots, *wanted])
            if not any(root.is_relative_to(path) for path in dropped)
        ]
        kept_generations = 1 if dropped else KEPT  # what is forgotten is not to stay in an older generation
        report.generation = store.write(entries, vectors, lexical, encoder.fingerprint, roots, kept_generations)
        report.documents, report.passages = len(entries), len(vectors)
    return report


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
        absolute = path.resolve()
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


def _files(wanted: Sequence[Path], roots: Sequence[Path]) -> list[File]:
    """The files under the wanted paths; a path inside an indexed root is named from that root."""
    files = {}
    for path in _outermost(wanted):
        root = next((root for root in roots if path != root and path.is_relative_to(root)), path)
        files.update({file.path: file for file in find_files(root) if file.path.is_relative_to(path)})
    return list(files.values())


def _read(files: Sequence[File], ids: dict[str, str], report: Report, progress: Progress) -> Iterator[Entry]:
    """What the files hold; what cannot be read, or repeats an id, goes into the report."""
    for number, file in enumerate(files):
        progress("files read", number, len(files))
        for stored in read_file(file):
            if isinstance(stored, UnreadableDocument):
                report.skipped.append(str(stored))
            elif stored.document.id in ids:
                other = ids[stored.document.id]
                mend = f", or drop {other} with --forget" if other and not Path(other).exists() else ""
                report.skipped.append(
                    f"{file.source}: the id {stored.document.id} was there before; give it another{mend}"
                )
            else:
                ids[stored.document.id] = str(file.path)
                yield Entry(stored, str(file.path), ())
    progress("files read", len(files), len(files))


def _nothing(paths: Sequence[Path], report: Report) -> str:
    where = ", ".join(map(str, paths))
    reason = f" ({report.skipped[0]})" if report.skipped else ""
    return f"no document could be read under {where}{reason}; name a folder with {' '.join(FORMATS)} files"


def _search_indexes(
    entries: Sequence[Entry], encoder: Encoder, store: Store, progress: Progress
) -> tuple[NDArray[np.float32], LexicalIndex]:
    """Vectors, of shape (passages, dimension), and BM25 index of all passages in order."""
    texts = [
        context(entry.stored.document, passage, entry.stored.text[passage.start : passage.end])
        for entry in entries
        for passage in entry.passages
    ]
    vectors = encode_cached(encoder, texts, store.vector_cache, lambda done, of: progress("passages encoded", done, of))
    progress("passages counted", 0, len(texts))
    lexical = LexicalIndex.build(texts)
    progress("passages counted", len(texts), len(texts))
    return vectors, lexical


def context(document: Document, passage: Passage, text: str) -> str:
    """What is searched for a passage: its text, after its document's title and its heading."""
    title = (
        "" if document.title == Path(document.source).name or text.startswith(document.title[:-1]) else document.title
    )
    heading = "" if text.startswith(passage.heading) else passage.heading
    return "\n".join(part for part in (title, heading, text) if part)
