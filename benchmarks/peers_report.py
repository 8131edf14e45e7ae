"""The words and tables of the peers' benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.peers_material import LABELLED, Figures, Trial, best


def told(
    pool: Mapping[str, Figures], scale: Mapping[str, Figures], tried: Mapping[str, list[Trial]], noise: int
) -> Iterator[str]:
    """The report's paragraphs and tables."""
    units, asked = pool["wenda"]["units"], pool["wenda"]["asked"]
    yield (
        f"**A pool of {units} paragraphs** ({' and '.join(LABELLED)} whole, {noise} passages of news as noise),"
        f" {asked} questions; the same texts, encoder folder, prefixes and cut at 512 tokens for each system. A"
        " paragraph is one unit; wenda cuts long ones into passages, as it always does, and its ranks are counted in"
        " passages. Indexing encodes everything anew, the models loaded. `wenda-torch` runs the encoder in PyTorch, as"
        " the peers do, and so shows what OpenVINO brings (sentence-transformers' own way to it holds transformers"
        f" below 5.6). The peers' settings were chosen on other questions. One question is {100 / asked:.2f} %."
    )
    yield _table(
        ["system", "recall@1", "recall@5", "MRR@10", "paragraphs indexed/s", "search p50, ms", "peak MiB"],
        [
            [
                figures["version"],
                *(f"{figures[name]:.1f} %" for name in ("recall@1", "recall@5", "mrr@10")),
                f"{figures['units'] / figures['seconds']:.1f}",
                f"{figures['p50']:.0f}",
                f"{figures['peak']:.0f}",
            ]
            for figures in pool.values()
        ],
    )
    yield (
        f"**{scale['wenda']['units']} passages of news**, {scale['wenda']['asked']} questions one after the other: the"
        " question encoded and both legs searched. The passages' vectors were computed once, by our encoder, and given"
        " to every system (txtai: `method: external`; Haystack: `Document(embedding=…)`; wenda: its vector cache): the"
        " time to build is that of the rest. Memory is that of building and searching, the given vectors and texts"
        " among it. Haystack's in-memory store is the one that needs no service, as nothing here does; its"
        " documentation does not recommend it for production. txtai's FAISS index is approximate (IVF) from 5,001 on."
    )
    shown = (("seconds", 1), ("p50", 0), ("p95", 0), ("peak", 0))  # with that many digits behind the point
    yield _table(
        ["system", "seconds to build", "search p50, ms", "p95, ms", "peak MiB"],
        [
            [figures["version"], *(f"{figures[name]:.{digits}f}" for name, digits in shown)]
            for figures in scale.values()
        ],
    )
    for peer, trials in tried.items():
        yield _tried(peer, trials)


def _tried(peer: str, trials: Sequence[Trial]) -> str:
    """What a peer's settings reached: the first, which is how it comes, and the best for each way to make tokens."""
    kept, groups = best(trials), dict.fromkeys(one.setting["tokens"] for one in trials)
    shown = [trials[0], *(best([one for one in trials if one.setting["tokens"] == tokens]) for tokens in groups)]
    options = {name: dict.fromkeys(one.setting[name] for one in trials) for name in kept.setting if name != "tokens"}
    listed = "; ".join(f"{name} {', '.join(sorted(map(str, values)))}" for name, values in options.items())
    notes = {id(trials[0]): "as it comes", id(kept): "kept"}
    rows = [
        [*map(str, one.setting.values()), f"{one.recall_1:.1f} %", f"{one.mrr:.1f} %", notes.get(id(one), "")]
        for place, one in enumerate(shown)
        if one not in shown[:place]
    ]
    return (
        f"**Settings of {peer}**: {len(trials)} were tried, on questions of the pool that are not among the measured"
        f" ones, with the given vectors: for each way to make tokens {listed} (the dense leg's). As it comes, and the"
        " best of each:\n\n" + _table([*kept.setting, "recall@1", "MRR@10", ""], rows)
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
