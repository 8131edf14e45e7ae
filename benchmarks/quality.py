"""How right it is: the seeds' questions one by one, and retrieval on labelled paragraphs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bot.bot import Bot, open_encoder
from bot.config import Index, load_config
from bot.evaluate import evaluate
from bot.indexer import index
from bot.types import Answer, Question

_NO_SHARED = "Not measured: ../shared is not there."


def seeds(shared: Path, root: Path, work: Path) -> str:
    """Each labelled question over the seeds, and over the samples, right or wrong."""
    encoder = open_encoder(load_config(root / "config.toml"))
    sets = [(shared / "seeds", shared / "eval" / "seeds.jsonl"), (root / "samples", root / "tests" / "samples.jsonl")]
    parts = []
    for documents, labels in sets:
        if not labels.exists():
            parts.append(_NO_SHARED)
            continue
        config = replace(load_config(root / "config.toml"), index=Index(str(work / f"quality-{documents.name}")))
        index(config, encoder, [documents])
        bot = Bot.open(config, encoder)
        asked = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
        answers = [bot.ask(Question(label["question"])) for label in asked]
        bot.close()
        verdicts = [_right(label, answer) for label, answer in zip(asked, answers, strict=True)]
        lines = [f"{sum(verdicts)} of {len(asked)} right over {documents.name}:\n", "| question | label | answer | |"]
        lines.append("| --- | --- | --- | --- |")
        for label, answer, right in zip(asked, answers, verdicts, strict=True):
            meant = f"{label['status']} {label['answers'][0] if label['answers'] else ''}".replace("*", "\\*")
            said = f"{answer.status.value} {' / '.join(value.text for value in answer.answers)}"
            lines.append(f"| {label['question']} | {meant} | {said} | {'right' if right else 'WRONG'} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _right(label: dict[str, object], answer: Answer) -> bool:
    """Whether status and value are both as labelled."""
    said = {value.text for value in answer.answers}
    answers = label["answers"]
    assert isinstance(answers, list)
    if answer.status.value != label["status"]:
        return False
    if label["status"] == "conflict":
        return said == set(answers)
    return label["status"] != "answered" or bool(said & set(answers))


def retrieval(shared: Path, work: Path) -> str:
    """Recall of the right paragraph, asked open, on each labelled paragraph file by itself."""
    files = [shared / "eval" / f"{name}.jsonl" for name in ("cmrc2018-trial", "drcd-dev")]
    if not all(file.exists() for file in files):
        return _NO_SHARED
    config = replace(load_config(), index=Index(str(work / "retrieval")))
    rows = ["| file | questions | recall@1 | recall@5 | MRR@10 |", "| --- | --- | --- | --- | --- |"]
    for file in files:
        scored = evaluate(config, [file], False, None, 0, 0, 0, lambda what, done, of: None)["files"][file.name]
        figures = " | ".join(f"{100 * scored[name]:.1f} %" for name in ("recall@1", "recall@5", "mrr@10"))
        rows.append(f"| {file.name} | {scored['n']} | {figures} |")
    return "\n".join(rows)
