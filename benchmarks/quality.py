"""How right it is: the seeds' and the samples' questions, one by one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bot.bot import Bot, open_encoder
from bot.config import Index, load_config
from bot.indexer import index
from bot.types import Answer, Question

NO_SHARED = "Not measured: ../shared is not there."


def seeds(shared: Path, root: Path, work: Path) -> str:
    """Each labelled question over the seeds, and over the samples, right or wrong."""
    encoder = open_encoder(load_config(root / "config.toml"))
    sets = [(shared / "seeds", shared / "eval" / "seeds.jsonl"), (root / "samples", root / "tests" / "samples.jsonl")]
    parts = []
    for documents, labels in sets:
        if not labels.exists():
            parts.append(NO_SHARED)
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
