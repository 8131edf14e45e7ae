"""Measures of answers: exact match and F1 as CMRC 2018's script has them, ranks, calibration. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

NAMES = (
    "n", "em", "f1", "recall@1", "recall@5", "mrr@10", "answer@5", "quote_hit", "quote_len", "status",
    "refused_wrongly", "not_found_rightly", "aurc", "ece", "auroc",
)  # fmt: skip
RIGHT = 0.6  # F1 from which an answer counts as right, for the measures of confidence
_BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to."""

    answerable: bool
    em: float
    f1: float
    rank: int | None  # of the right document among the passages, from 1; 0: not there; None: not labelled
    answer_rank: int | None  # of the first passage with an answer string, from 1; of an answer in parts, of the last
    quote_hit: bool | None  # None: nothing quoted
    quote_length: int
    status_right: bool | None  # None: not labelled
    not_found: bool
    confidence: float
    masked: bool = False  # the label says that the source hides it


def tokens(text: str) -> list[str]:
    """The characters of a text without punctuation and case, Latin words and numbers whole."""
    return re.findall(r"[a-z0-9]+|[^\W_a-z0-9]", text.lower())


def exact_match(answer: str, gold: str) -> float:
    """1 where both are the same but for punctuation, spaces and case, else 0."""
    return float(tokens(answer) == tokens(gold) and bool(answer))


def f1(answer: str, gold: str) -> float:
    """The harmonic mean of the shares of both texts in their longest common stretch of tokens."""
    said, meant = tokens(answer), tokens(gold)
    if not said or not meant:
        return 0.0
    matcher = SequenceMatcher(None, said, meant, autojunk=False)
    common = matcher.find_longest_match(0, len(said), 0, len(meant)).size
    return 2 * common / (len(said) + len(meant))


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The measures over questions; None where one has no meaning."""
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.answerable and not outcome.masked]
    ranks = [outcome.rank for outcome in answerable if outcome.rank is not None]
    texts = [outcome.answer_rank for outcome in answerable if outcome.answer_rank is not None]
    quotes = [outcome for outcome in answerable if outcome.quote_hit is not None]
    pairs = confidences(outcomes)
    measured = (
        len(outcomes),
        _mean([outcome.em for outcome in answerable]),
        _mean([outcome.f1 for outcome in answerable]),
        _mean([rank == 1 for rank in ranks]),
        _mean([1 <= rank <= 5 for rank in ranks]),
        _mean([1 / rank if 1 <= rank <= 10 else 0.0 for rank in ranks]),
        _mean([rank <= 5 for rank in texts]),
        _mean([bool(outcome.quote_hit) for outcome in answerable]),
        _mean([outcome.quote_length for outcome in quotes]),
        _mean([outcome.status_right for outcome in outcomes if outcome.status_right is not None]),
        _mean([outcome.not_found for outcome in answerable]),
        _mean([outcome.not_found for outcome in unanswerable]),
        aurc(pairs),
        calibration_error(pairs),
        auroc(pairs),
    )
    return dict(zip(NAMES, measured, strict=True))


def confidences(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """The confidence of each answer, and whether its best candidate was right."""
    return [(outcome.confidence, _is_right(outcome)) for outcome in outcomes]


def _is_right(outcome: Outcome) -> bool:
    """Whether the best candidate was right: the value, or the mask where one is meant."""
    return bool(outcome.status_right) if outcome.masked else outcome.answerable and outcome.f1 >= RIGHT


def aurc(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """The area under the risk-coverage curve of (confidence, right): less is better."""
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    wrong, risks = 0, []
    for number, (_, right) in enumerate(ordered, 1):
        wrong += not right
        risks.append(wrong / number)
    return _mean(risks)


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """The expected calibration error over ten bins of confidence: less is better."""
    if not pairs:
        return None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for pair in pairs:
        bins.setdefault(min(_BINS - 1, int(pair[0] * _BINS)), []).append(pair)
    gaps = [abs(sum(c for c, _ in held) - sum(right for _, right in held)) for held in bins.values()]
    return round(sum(gaps) / len(pairs), 4)


def log_loss(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """The mean surprise at what came of each probability: less is better. One of 0 or 1 counts as 0.0005 from it."""
    told = [min(0.9995, max(0.0005, chance if right else 1 - chance)) for chance, right in pairs]
    return _mean([-math.log(chance) for chance in told])


def auroc(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """The probability that a right answer has more confidence than a wrong one; ties count half."""
    right = sorted(confidence for confidence, is_right in pairs if is_right)
    wrong = sorted(confidence for confidence, is_right in pairs if not is_right)
    if not right or not wrong:
        return None
    import bisect

    won = sum(bisect.bisect_left(wrong, c) + bisect.bisect_right(wrong, c) for c in right) / 2
    return round(won / (len(right) * len(wrong)), 4)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
