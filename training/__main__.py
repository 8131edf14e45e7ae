"""The command line: ``python -m training prepare``, ``train``, ``average``, ``measure``, ``export``."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import gzip
import itertools
import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.progress import ProgressLine
from bot.text import fold
from bot.types import Name
from reading.reader import FOLDER
from training.examples import PARTS, Example, load

SETS = ("cmrc2018-trial", "drcd-dev", "xquad-zh", "dureader-checklist-dev", "news-qa-dev")
DATA = ("read", "retold", "cloze")  # the labelled sets, and what `prepare` makes
_TAGGED = 100  # articles whose names are found at once
UNLICENSED = ("cail2019-dev",)  # measured on, never trained on


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder outside the work tree for what is made")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder with eval/ and corpus/")
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="the vocabulary, and questions made by rule from the news")
    prepare.add_argument("--cloze", type=int, default=30_000, help="how many questions to make by rule")
    training = commands.add_parser("train", help="one stage of the training; goes on where it stopped")
    training.add_argument("--name", required=True, help="of the stage: its folder under --work")
    training.add_argument("--data", default="read", help=f"what it learns from: {', '.join(DATA)}, joined by + (read)")
    training.add_argument("--from", dest="start", default="", help="the stage whose average it starts from")
    training.add_argument("--teacher", dest="taught_by", default="", help="the stage to learn the scores of")
    training.add_argument("--layers", type=int, default=0, help="layers to keep of the encoder's; 0: all")
    training.add_argument("--limit", type=int, default=0, help="examples of each kind to train on; 0: all")
    from training.train import Settings

    for field in dataclasses.fields(Settings):
        kind = type(field.default)
        training.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    averaging = commands.add_parser("average", help="a stage of the mean of other stages' weights")
    averaging.add_argument("--name", required=True)
    averaging.add_argument("--of", required=True, metavar="A,B", help="stages that began at the same one")
    measure = commands.add_parser("measure", help="exact match and F1 of a stage, the paragraph given")
    measure.add_argument("--name", required=True)
    measure.add_argument("--part", choices=PARTS, default="held-out")
    measure.add_argument("--sets", default=",".join((*SETS, *UNLICENSED)))
    measure.add_argument("--sample", type=int, default=0, help="questions a set; 0: all")
    exporting = commands.add_parser("export", help="a stage as the model that the bot reads with")
    exporting.add_argument("--name", required=True)
    exporting.add_argument("--into", type=Path, default=FOLDER, help="the folder to write (%(default)s)")
    options = parser.parse_args(arguments)
    commanded = {"prepare": _prepare, "train": _train, "average": _average, "measure": _measure, "export": _export}
    try:
        return commanded[options.command](options)
    except FileNotFoundError as error:
        print(f"error: {error.filename} is not there; run the command that makes it first", file=sys.stderr)
        return 1
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130


def _prepare(options: argparse.Namespace) -> int:
    from bot.tagger import Tagger
    from embeddings.model import default_model
    from training.cloze import questions
    from training.retold import retold
    from training.vocabulary import prune, used_pieces

    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    corpus = _corpus(options.shared)
    encoder = default_model()
    kept = used_pieces(encoder / "tokenizer.json", (fold(text) for text in _texts(options.shared, corpus)))
    numbers = prune(encoder / "tokenizer.json", kept, work / "tokenizer.json")
    (work / "numbers.json").write_text(json.dumps(numbers), encoding="utf-8")
    print(f"{len(numbers)} pieces")
    texts, tagger, names = sorted(corpus.values()), Tagger(), list[Sequence[Name]]()
    with ProgressLine(sys.stderr) as line:
        for first in range(0, len(texts), _TAGGED):
            names += tagger.tag(texts[first : first + _TAGGED])
            line.show("articles whose names are found", len(names), len(texts))
    draw = random.Random(0)
    order = draw.sample(range(len(texts)), len(texts))
    made = (one for i in order for one in questions(texts[i], names[i], "cloze", draw, 3))
    print(f"{_write(work / 'cloze.jsonl', itertools.islice(made, options.cloze))} questions made by rule")
    with ProgressLine(sys.stderr) as line:
        shown = functools.partial(line.show, "answers looked for in other articles")
        told = _write(work / "retold.jsonl", retold(texts, names, "retold", random.Random(0), shown))
    print(f"{told} questions of one article asked of another")
    return 0


def _write(file: Path, examples: Iterable[Example]) -> int:
    """Writes examples, a line each; gives how many."""
    count = 0
    with file.open("w", encoding="utf-8") as lines:
        for example in examples:
            lines.write(json.dumps(dataclasses.asdict(example), ensure_ascii=False) + "\n")
            count += 1
    return count


def _train(options: argparse.Namespace) -> int:
    from reading.windows import Tokenizer
    from training.batches import Windows
    from training.train import Settings, train

    work: Path = options.work
    settings = Settings(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Settings)})
    tokenizer = Tokenizer(work / "tokenizer.json")
    examples: list[Example] = []
    for name in options.data.split("+"):
        told = _made(work / f"{name}.jsonl") if name != "read" else _labelled(options.shared)
        limit = min(options.limit or len(told), len(told))
        examples += random.Random(settings.seed).sample(told, limit)
    print(f"{len(examples)} examples")
    windows = Windows(tokenizer, examples, "read" in options.data, settings.size)
    network = _network(work, options.start, options.layers)
    teacher = _network(work, options.taught_by, 0).eval() if options.taught_by else None
    train(network, windows, tokenizer, settings, work / options.name, teacher=teacher)
    return 0


def _average(options: argparse.Namespace) -> int:
    from training.network import mean
    from training.train import write

    network = mean([_network(options.work, stage, 0) for stage in options.of.split(",")])
    write(options.work / options.name, {"average": network.state_dict()})
    return 0


def _labelled(shared: Path) -> list[Example]:
    return load([shared / "eval" / f"{name}.jsonl" for name in SETS], "train", _corpus(shared))


def _measure(options: argparse.Namespace) -> int:
    from reading.windows import Tokenizer
    from training.measure import measures, read

    tokenizer = Tokenizer(options.work / "tokenizer.json")
    network = _network(options.work, options.name, 0)
    corpus = _corpus(options.shared)
    for name in options.sets.split(","):
        examples = load([options.shared / "eval" / f"{name}.jsonl"], options.part, corpus)
        if options.sample:
            examples = random.Random(0).sample(examples, min(options.sample, len(examples)))
        print(name, json.dumps(measures(list(read(network, tokenizer, examples)))), flush=True)
    return 0


def _export(options: argparse.Namespace) -> int:
    from training.export import export

    export(_network(options.work, options.name, 0), options.work / "tokenizer.json", options.into)
    size = sum(file.stat().st_size for file in options.into.iterdir()) / 1e6
    print(f"{options.into}: {size:.1f} MB")
    return 0


def _network(work: Path, stage: str, layers: int) -> Any:
    """The network of a stage, or a new one from the encoder; of a deeper one some layers."""
    import torch

    from embeddings.model import default_model
    from training.network import from_encoder

    numbers = json.loads((work / "numbers.json").read_text(encoding="utf-8"))
    if not stage:
        return from_encoder(default_model(), numbers, layers)
    weights = torch.load(work / stage / "checkpoint.pt", map_location="cpu", weights_only=True)["average"]
    kept = 1 + max(int(name.split(".")[3]) for name in weights if name.startswith("encoder.encoder.layer."))
    network = from_encoder(default_model(), numbers, kept)
    network.load_state_dict(weights)
    return network


def _corpus(shared: Path) -> dict[str, str]:
    with gzip.open(shared / "corpus" / "news-20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["id"]: row["text"] for row in map(json.loads, lines)}


def _texts(shared: Path, corpus: dict[str, str]) -> Iterable[str]:
    yield from corpus.values()
    for name in (*SETS, *UNLICENSED):
        with (shared / "eval" / f"{name}.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield row.get("text") or row["question"]
                yield from (one["question"] for one in row.get("questions", ()))


def _made(file: Path) -> list[Example]:
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Example(row["question"], row["text"], tuple(map(tuple, row["spans"])), tuple(row["answers"]), row["source"])
        for row in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
