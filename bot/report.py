"""What indexing did, in lines for a person: what was read, what was skipped and why, what is odd. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_SHOWN = 5  # lines of one cause that are told one by one


@dataclass(slots=True)
class Report:
    """What indexing did, and what the index holds now."""

    generation: str = ""  # empty where nothing was written
    files: int = 0
    documents: int = 0
    passages: int = 0
    tables: int = 0
    skipped: list[str] = field(default_factory=list)  # a line each: what, why, and how to mend it
    oddities: list[str] = field(default_factory=list)  # a line each: what was read otherwise than one may expect
    elsewhere: list[str] = field(default_factory=list)  # what the index holds beside what was asked for


def details(report: Report) -> list[str]:
    """What was skipped, what is odd, and what else is indexed, a line each; of many with one cause the first few."""
    lines = []
    for name, all_told in (("skipped", report.skipped), ("note", report.oddities)):
        for cause, told in grouped(all_told).items():
            lines += [f"{name}: {line}" for line in told[:_SHOWN]]
            if len(told) > _SHOWN:
                lines.append(f"{name}: and {len(told) - _SHOWN} more: {cause}")
    return lines + [f"also in the index: {root}; drop it with --forget {root}" for root in report.elsewhere]


def summary(report: Report) -> str:
    """What the index holds, in a line."""
    told = [_counted(report.files, "file")] if report.files != report.documents else []
    told += [_counted(report.documents, "document"), _counted(report.passages, "passage")]
    told += [_counted(report.tables, "table")] if report.tables else []
    told += [f"{len(report.skipped)} skipped"] if report.skipped else []
    return f"{', '.join(told)}: {f'index {report.generation}' if report.generation else 'nothing was written'}"


def grouped(lines: Sequence[str]) -> dict[str, list[str]]:
    """Lines such as `root/a.doc: why (detail); mend` by what they say after the source, in order.

    What is in brackets, and numbers, tell of one file alone.
    """
    groups: dict[str, list[str]] = {}
    for line in lines:
        cause = re.sub(r"\s*\(.*?\)", "", line.partition(": ")[2] or line)
        groups.setdefault(re.sub(r"\d+", "…", cause), []).append(line)
    return groups


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
