"""Haystack as its documentation sets it up for hybrid search in one process, with a BM25 that reads Chinese."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers_material import BATCH, TOP_K, Material, Setting, Trial, trial
from embeddings.model import default_model

TOKENS: dict[str, Setting] = {
    "Haystack's default": {},  # since 3.4 every Chinese character by itself, other words whole
    "every character": {"bm25_tokenization_regex": r"\w"},
    "pairs": {"bm25_tokenization_regex": r"(?=(\w\w))"},
    "pairs, other words whole": {
        "bm25_tokenization_regex": r"(?=([\u3400-\u9fff]{2}|(?<![a-z0-9])[a-z0-9]+))",
    },
}
ALGORITHMS = ("BM25L", "BM25Plus")  # BM25Okapi goes through the whole vocabulary at each search
JOINS = {  # with the dense leg's weights; "merge" adds raw scores, of which BM25's are the larger by far
    "reciprocal_rank_fusion": (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "distribution_based_rank_fusion": (0.5,),  # takes none
    "merge": (0.97, 0.98, 0.99, 0.995, 0.998, 0.999),
}
CANDIDATES = (10, 50)  # of each leg


@dataclass(frozen=True, slots=True)
class Set:
    """How Haystack is set."""

    tokens: str = "Haystack's default"
    algorithm: str = "BM25L"
    join: str = "reciprocal_rank_fusion"
    candidates: int = 10
    weight: float = 0.5

    def store(self, documents: list[Any]) -> Any:
        """A store that holds the documents."""
        store = InMemoryDocumentStore(bm25_algorithm=self.algorithm, **TOKENS[self.tokens])
        store.write_documents(documents)
        return store

    def joiner(self) -> Any:
        """What joins the legs' hits, those of BM25 first."""
        return DocumentJoiner(join_mode=self.join, weights=[1 - self.weight, self.weight], top_k=TOP_K)


def settings(tokens: str, algorithm: str) -> list[Set]:
    """Every setting with these tokens and this algorithm."""
    return [
        Set(tokens, algorithm, join, candidates, weight)
        for join, weights in JOINS.items()
        for candidates in CANDIDATES
        for weight in weights
    ]


class Haystack:
    """A pipeline of Haystack over its in-memory store."""

    def __init__(self, setting: Setting) -> None:
        self._set = Set(**setting)
        folder = str(default_model())
        shared = {"model": folder, "normalize_embeddings": True, "progress_bar": False, "local_files_only": True}
        self._questions = SentenceTransformersTextEmbedder(prefix="query: ", **shared)
        self._passages = SentenceTransformersDocumentEmbedder(prefix="passage: ", batch_size=BATCH, **shared)
        self._questions.warm_up()
        self._passages.warm_up()

    def trials(self, material: Material) -> list[Trial]:
        """Every setting, as Haystack comes first, over the given vectors of passages and questions."""
        asked, tried, documents = material.asked("tuning"), [], _given(material)
        retriever = InMemoryEmbeddingRetriever(Set().store(documents), top_k=max(CANDIDATES))
        dense = [retriever.run(vector.tolist())["documents"] for vector in material.vectors("tuning")]
        for tokens, algorithm in product(TOKENS, ALGORITHMS):
            retriever = InMemoryBM25Retriever(Set(tokens, algorithm).store(documents), top_k=max(CANDIDATES))
            bm25 = [retriever.run(one.question)["documents"] for one in asked]
            for one in settings(tokens, algorithm):
                joiner = one.joiner()
                pairs = ([leg[: one.candidates] for leg in legs] for legs in zip(bm25, dense, strict=True))
                joined = [joiner.run(pair)["documents"] for pair in pairs]
                tried.append(trial(asdict(one), [[hit.id for hit in hits] for hits in joined], asked))
        return sorted(tried, key=lambda one: one.setting != asdict(Set()))

    def build(self, material: Material, given: bool) -> None:
        if given:
            documents = _given(material)
        else:
            documents = [Document(id=unit.id, content=unit.text) for unit in material.units()]
            documents = self._passages.run(documents)["documents"]
        self._pipeline = self._piped(self._set.store(documents))

    def search(self, question: str) -> list[str]:
        hits = self._pipeline.run({"embedder": {"text": question}, "bm25": {"query": question}})["joiner"]["documents"]
        return [hit.id for hit in hits]

    def _piped(self, store: Any) -> Any:
        """The hybrid retrieval pipeline; the joiner gets its senders in the order of their names."""
        pipeline = Pipeline()
        pipeline.add_component("embedder", self._questions)
        pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=self._set.candidates))
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=self._set.candidates))
        pipeline.add_component("joiner", self._set.joiner())
        pipeline.connect("embedder", "dense")
        pipeline.connect("bm25", "joiner")
        pipeline.connect("dense", "joiner")
        return pipeline


def _given(material: Material) -> list[Any]:
    """The units as documents with their given vectors."""
    vectors = material.vectors("units")
    return [
        Document(id=unit.id, content=unit.text, embedding=row.tolist())
        for unit, row in zip(material.units(), vectors, strict=True)
    ]
