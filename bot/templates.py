"""The words of every reply, in one place: Chinese, and English where the question is English."""

from __future__ import annotations

import re

from bot.text import has_cjk, on_one_line
from bot.types import Answer, Citation, Reason, Status

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
_AND = {"zh": "、", "en": "; "}


def language(question: str) -> str:
    """``zh``, or ``en`` for a question without a Chinese character."""
    return "zh" if has_cjk(question) else "en"


def render(answer: Answer) -> str:
    """The reply as text for a person: the answer, then each quote with the number of its citation."""
    spoken = language(answer.question)
    return "\n".join([head(answer, spoken), *(quoted(citation) for citation in answer.citations)])


def head(answer: Answer, spoken: str) -> str:
    """The line before the quotes."""
    if answer.status is Status.NOT_FOUND:
        return _REASONS[spoken][answer.reason or Reason.NOTHING_CLOSE]
    if answer.status is Status.MASKED:
        return _MASKED[spoken]
    stop = "。" if spoken == "zh" else "."
    if answer.status is Status.CONFLICT:
        values = (f"{on_one_line(value.text)}[{value.citation}]" for value in answer.answers)
        return _CONFLICT[spoken] + _AND[spoken].join(values) + stop
    value = on_one_line(answer.answer or "") + _unit(answer)
    return value if value.endswith(("。", "！", "？", ".", "!", "?")) else value + stop


def _unit(answer: Answer) -> str:
    """The unit that a cell's column gives its bare number, in brackets: 12.5（万元）."""
    first = answer.citations[0]
    held = (cell for cell in first.cells if cell.start <= first.answer_start and first.answer_end <= cell.end)
    label = next((cell.label for cell in held), "")
    match = re.search(r"[（(]([^（()）\d]{1,6})[)）]", label)
    return f"（{match.group(1)}）" if match and re.fullmatch(r"[-+]?[\d,.]+", answer.answer or "") else ""


def quoted(citation: Citation) -> str:
    """A quote with its number."""
    return f"“{on_one_line(citation.quote)}”[{citation.n}]"
