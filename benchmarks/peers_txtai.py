"""txtai as its documentation sets it up for hybrid search, with what it offers for Chinese."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from txtai import Embeddings
from txtai.scoring import BM25

from benchmarks.peers_material import BATCH, TOP_K, Material, Setting, Trial, Unit, trial
from embeddings.model import default_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The default method (transformers) with instructions gives our encoder's vectors to the last digit.
# With method "sentence-transformers" instructions would come on top of the model's own "query" prompt.
INSTRUCTIONS = {"query": "query: ", "data": "passage: "}
TOKENS: dict[str, Setting] = {
    "txtai's default": {},  # Unicode's word boundaries: every Chinese character by itself
    "pairs": {"tokenizer": {"ngrams": 2}},
    "single and pairs": {"tokenizer": {"ngrams": {"nmin": 1, "nmax": 2}}},
    "pairs, other words whole": {
        "tokenizer": {"regexp": r"(?=([\u3400-\u9fff]{2}|(?<![a-z0-9])[a-z0-9]+))"},
    },
    "jieba": {"method": "benchmarks.peers_txtai.JiebaBM25"},
}
FUSIONS = {"convex": True, "log odds": "bayes", "rank": False}  # by the sparse scores' normalisation
WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of the dense leg


class JiebaBM25(BM25):  # type: ignore[misc]  # its base has no types
    """txtai's BM25 over jieba's words for search: scoring of a named class, as its documentation allows."""

    def tokenize(self, text: str) -> list[str]:
        """The words of a text, punctuation left out."""
        import jieba

        return [word for word in jieba.cut_for_search(text.lower()) if word[0].isalnum()]


@dataclass(frozen=True, slots=True)
class Set:
    """How txtai is set."""

    tokens: str = "txtai's default"
    fusion: str = "convex"
    weight: float = 0.5

    @property
    def scoring(self) -> Setting:
        """The sparse leg's configuration."""
        return {"method": "bm25", "terms": True, "normalize": FUSIONS[self.fusion], **TOKENS[self.tokens]}


class Txtai:
    """An embeddings database of txtai."""

    def __init__(self, setting: Setting) -> None:
        self._set = Set(**setting)
        self._own = Embeddings(
            path=str(default_model()), instructions=INSTRUCTIONS, encodebatch=BATCH, scoring=self._set.scoring
        )
        self._own.batchtransform(["预热"], "query")
        if self._set.tokens == "jieba":
            JiebaBM25({}).tokenize("预热")

    def trials(self, material: Material) -> list[Trial]:
        """Every setting, as txtai comes first, over the given vectors of passages and questions."""
        units, asked = material.units(), material.asked("tuning")
        questions = [one.question for one in asked]
        known = dict(zip(questions, material.vectors("tuning"), strict=True))
        tried = []
        for tokens, fusion in product(TOKENS, FUSIONS):
            index = self._over(units, material.vectors("units"), Set(tokens, fusion), known)
            for weight in WEIGHTS:
                found = [[id for id, _ in hits] for hits in index.batchsearch(questions, TOP_K, weight)]
                tried.append(trial(asdict(Set(tokens, fusion, weight)), found, asked))
        return sorted(tried, key=lambda one: one.setting != asdict(Set()))

    def build(self, material: Material, given: bool) -> None:
        units = material.units()
        if given:
            self._index = self._over(units, material.vectors("units"), self._set, {})
        else:
            self._index = self._own
            self._index.index((unit.id, unit.text) for unit in units)

    def search(self, question: str) -> list[str]:
        return [id for id, _ in self._index.search(question, TOP_K, self._set.weight)]

    def _over(
        self, units: list[Unit], vectors: NDArray[np.float32], setting: Set, known: dict[str, NDArray[np.float32]]
    ) -> Any:
        """An index over given vectors; questions that are not `known` are encoded by txtai itself."""
        import numpy as np

        rows = {unit.text: row for unit, row in zip(units, vectors, strict=True)}
        mark = INSTRUCTIONS["data"]

        def transform(texts: list[str]) -> NDArray[np.float32]:
            """The hook for external vectors; passages, told by their prefix, are looked up."""
            if texts[0].startswith(mark):
                return np.stack([rows[text.removeprefix(mark)] for text in texts])
            if known:
                return np.stack([known[text] for text in texts])
            return np.asarray(self._own.batchtransform(texts, "query"), dtype=np.float32)

        index = Embeddings(method="external", transform=transform, instructions={"data": mark}, scoring=setting.scoring)
        index.index((unit.id, unit.text) for unit in units)
        return index
