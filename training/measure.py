"""How well a network reads: exact match, F1, and how well its score for no answer tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.scores import auroc, exact_match, f1
from reading.reader import Reading
from reading.windows import Tokenizer, room, stretches
from training.batches import Row, batch_of
from training.examples import Example

_END = 1_000_000  # characters: beyond any text


@dataclass(frozen=True, slots=True)
class Read:
    """What a network reads for an example."""

    example: Example
    answer: str
    margin: float  # the best span's score over that of no answer, in the window it stands in


def read(network: Any, tokenizer: Tokenizer, examples: Sequence[Example], size: int = 256) -> Iterator[Read]:
    """The best span of each example's text, over all its windows."""
    import torch

    device = next(network.parameters()).device
    network.eval()
    for i in range(0, len(examples), 16):
        group = examples[i : i + 16]
        rows, owners = [], []
        for number, example in enumerate(group):
            question, text = tokenizer.encode(example.question), tokenizer.encode(example.text)
            for first, last in stretches(len(text.ids), room(question, size)):
                rows.append(Row(tokenizer.window(question, text, first, last), (), ()))
                owners.append(number)
        batch = batch_of(rows, tokenizer.padding)
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16):
            scores = network(batch.ids.to(device), batch.types.to(device), batch.mask.to(device)).float().cpu()
        best: dict[int, tuple[float, str]] = {}
        for row, owner, told in zip(rows, owners, scores, strict=True):
            margin, start, end = _best(row, told)
            if owner not in best or margin > best[owner][0]:
                best[owner] = margin, group[owner].text[start:end]
        yield from (Read(example, best[n][1], best[n][0]) for n, example in enumerate(group))


def measures(found: Sequence[Read]) -> dict[str, float | int | None]:
    """Exact match and F1 over the answerable, in %; AUROC of the margin; refusals where 20 % of these are refused."""
    asked = [one for one in found if one.example.answers]
    empty = sorted(one.margin for one in found if not one.example.answers)
    told: dict[str, float | int | None] = {
        "n": len(asked),
        "f1": _share(max(f1(one.answer, gold) for gold in one.example.answers) for one in asked),
        "em": _share(max(exact_match(one.answer, gold) for gold in one.example.answers) for one in asked),
        "length": round(sum(len(one.answer) for one in asked) / max(1, len(asked)), 1),
    }
    if empty and asked:
        pairs = [(one.margin, bool(one.example.answers)) for one in found]
        line = sorted(one.margin for one in asked)[len(asked) // 5]
        told |= {"empty": len(empty), "auroc": round(auroc(pairs) or 0, 3)}
        told["refused_at_20"] = round(100 * sum(margin < line for margin in empty) / len(empty), 1)
    return told


def _share(values: Iterable[float]) -> float | None:
    """The mean, in %, to one place."""
    told = list(values)
    return round(100 * sum(told) / len(told), 1) if told else None


def _best(row: Row, scores: Any) -> tuple[float, int, int]:
    """The likeliest span of a window: its score over that of no answer, start, end."""
    window = row.window
    over = (scores[window.first : len(window.ids) - 1] - scores[0]).numpy()
    return next(iter(Reading(window.offsets, over[:, 0], over[:, 1]).best(0, _END, 1)), (float("-inf"), 0, 0))
