"""How well a network reads: exact match, F1, and how well its score for no answer tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.scores import auroc, exact_match, f1
from reading.windows import Tokenizer, room, stretches
from training.batches import Row, batch_of
from training.examples import Example

_LONGEST_ANSWER = 100  # tokens
_TOP = 20


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
            margin, (start, end) = _best(row, told)
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


def _best(row: Row, scores: Any) -> tuple[float, tuple[int, int]]:
    window = row.window
    last = len(window.ids) - 1
    starts, ends = scores[window.first : last, 0], scores[window.first : last, 1]
    if not len(starts):
        return float("-inf"), (0, 0)
    count = min(_TOP, len(starts))
    found = [
        (float(starts[s] + ends[e]), int(s), int(e))
        for s in starts.topk(count).indices
        for e in ends.topk(count).indices
        if s <= e < s + _LONGEST_ANSWER
    ]
    if not found:
        s = int(starts.argmax())
        found = [(float(starts[s] + ends[s]), s, s)]
    score, s, e = max(found)
    return score - float(scores[0].sum()), (window.offsets[s][0], window.offsets[e][1])
