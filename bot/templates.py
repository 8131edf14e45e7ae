"""The words of every reply, in one place: Chinese, and English where the question is English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.text import has_cjk, on_one_line
from bot.types import Answer, Citation, Part, Reason, Status, Value

_REASONS = {
    "zh": {
        Reason.NOTHING_CLOSE: "没有找到有把握的答案。",
        Reason.OTHER_PLACE: "没有找到答案：相近的内容说的是别的地方。",
        Reason.OTHER_PERIOD: "没有找到答案：相近的内容说的是别的时间。",
        Reason.KIND_MISSING: "没有找到答案：有相关内容，但没有给出所问的信息。",
    },
    "en": {
        Reason.NOTHING_CLOSE: "No answer found that is sure enough.",
        Reason.OTHER_PLACE: "No answer found: what comes close is about another place.",
        Reason.OTHER_PERIOD: "No answer found: what comes close is about another time.",
        Reason.KIND_MISSING: "No answer found: the subject is there, but not what was asked of it.",
    },
}
_MASKED = {"zh": "原文隐去了这个内容。", "en": "The source hides this."}
_CONFLICT = {"zh": "各处说法不一：", "en": "The sources disagree: "}
_TARGET = {"zh": "（目标或预计）", "en": " (a target or forecast)"}
_COLON = {"zh": "：", "en": ": "}
_AND = {"zh": "、", "en": "; "}


def language(question: str) -> str:
    """``zh``, or ``en`` for a question in Latin letters without a Chinese character."""
    return "en" if re.search("[A-Za-z]", question) and not has_cjk(question) else "zh"


def render(answer: Answer) -> str:
    """The reply as text for a person: the answer, then each quote with the number of its citation."""
    spoken = language(answer.question)
    return "\n".join([head(answer, spoken), *(quoted(citation) for citation in answer.citations)])


def head(answer: Answer, spoken: str) -> str:
    """What stands before the quotes: a line, or one for each thing that the question asks."""
    if not answer.parts or answer.status is Status.NOT_FOUND:
        return _line(answer.status, answer.reason, answer.answers, answer.citations, spoken)
    return "\n".join(f"{part.question}{_COLON[spoken]}{told_part(part, answer, spoken)}" for part in answer.parts)


def told_part(part: Part, answer: Answer, spoken: str) -> str:
    """What is said to one of the things that a question asks."""
    cited = [citation for citation in answer.citations if citation.n in part.citations]
    return _line(part.status, part.reason, part.answers, cited, spoken)


def _line(
    status: Status, reason: Reason | None, values: Sequence[Value], citations: Sequence[Citation], spoken: str
) -> str:
    if status is Status.NOT_FOUND:
        return _REASONS[spoken][reason or Reason.NOTHING_CLOSE]
    if status is Status.MASKED:
        return _MASKED[spoken]
    stop = "。" if spoken == "zh" else "."
    if status is Status.CONFLICT:
        each = (f"{on_one_line(value.text)}{_target(value, spoken)}[{value.citation}]" for value in values)
        return _CONFLICT[spoken] + _AND[spoken].join(each) + stop
    value = told(values[0], citations[0], spoken)
    return value if value.endswith(("。", "！", "？", ".", "!", "?")) else value + stop


def told(value: Value, citation: Citation, spoken: str) -> str:
    """A value on one line, with the unit that its column gives it, and whether it is aimed at."""
    return on_one_line(value.text) + _unit(value.text, citation) + _target(value, spoken)


def _target(value: Value, spoken: str) -> str:
    """That a value is aimed at or expected, in brackets."""
    return _TARGET[spoken] if value.target else ""


def _unit(value: str, citation: Citation) -> str:
    """The unit that a cell's column gives its bare number, in brackets: 12.5（万元）."""
    held = (cell for cell in citation.cells if cell.start <= citation.answer_start and citation.answer_end <= cell.end)
    label = next((cell.label for cell in held), "")
    match = re.search(r"[（(]([^（()）\d]{1,6})[)）]", label)
    return f"（{match.group(1)}）" if match and re.fullmatch(r"[-+]?[\d,.]+", value) else ""


def quoted(citation: Citation) -> str:
    """A quote with its number."""
    return f"“{on_one_line(citation.quote)}”[{citation.n}]"
