"""Stand-ins with exact, hand-made values, for tests of the edges."""

from __future__ import annotations

from dataclasses import replace

from bot.retriever import Found
from bot.types import (
    Answer,
    Block,
    BlockKind,
    Citation,
    Document,
    Filters,
    Hit,
    Overview,
    Part,
    Passage,
    Question,
    Reason,
    Status,
    StoredDocument,
    Value,
)

DOCUMENT = Document("d1", "平安白皮书", "reports/a.txt", "草原日报", None, "2022-01-06")
TEXT = "平安白皮书\n😀 全年破获案件537起，紧急止付涉案资金3.01亿元。\n<script>alert(1)</script>留意**市的*.**亿元。"
STORED = StoredDocument(
    DOCUMENT,
    TEXT,
    (
        Block(0, 5, BlockKind.HEADING),
        Block(6, TEXT.index("\n", 6), BlockKind.PARAGRAPH),
        Block(TEXT.index("<"), len(TEXT), BlockKind.PARAGRAPH),
    ),
)
QUOTE_START = TEXT.index("紧急")
QUOTE_END = TEXT.index("。")
ANSWER_START = TEXT.index("3.01")
OVERVIEW = Overview(
    "fake-1", built=1_700_000_000.0, documents=(DOCUMENT,), files=1, passages=1, tables=0, skipped=(), oddities=()
)


def hit() -> Hit:
    """The one passage of the fake index."""
    return Hit(Passage("p1", "d1", 6, len(TEXT)), DOCUMENT, TEXT[6:], 0.9)


class FakeBot:
    """Has the façade's methods; answers 止付, hides 隐藏, disagrees on 冲突, and finds nothing else.

    To 各项 it says several things: a target, a conflict, a mask, and that one was not found.
    """

    generation = "fake-1"

    def __init__(self, held: Overview = OVERVIEW) -> None:
        self.asked: list[Question] = []
        self.searched: list[tuple[str, int, Filters]] = []
        self.held = held

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        citation = Citation(
            1, DOCUMENT, "p1", None, QUOTE_START, QUOTE_END, TEXT[QUOTE_START:QUOTE_END], ANSWER_START, QUOTE_END
        )
        masked_start = TEXT.index("*.**")
        masked = Citation(
            1, DOCUMENT, "p1", None, TEXT.index("留意"), len(TEXT), TEXT[TEXT.index("留意") :],
            masked_start, masked_start + 6,
        )  # fmt: skip
        if "止付" in question.text:
            return self._answer(question, Status.ANSWERED, (citation,), (Value("3.01亿元", 1),))
        if "隐藏" in question.text:
            return self._answer(question, Status.MASKED, (masked,), ())
        if "冲突" in question.text:
            other = Citation(2, DOCUMENT, "p1", None, 8, QUOTE_END, TEXT[8:QUOTE_END], 14, 18)
            values = (Value("3.01亿元", 1), Value("537起", 2))
            return self._answer(question, Status.CONFLICT, (citation, other), values)
        if "各项" in question.text:
            cases = Citation(3, DOCUMENT, "p1", None, 8, QUOTE_END, TEXT[8:QUOTE_END], 14, 18)
            citations = (citation, replace(citation, n=2), cases, replace(masked, n=4))
            values = (Value("3.01亿元", 1, target=True), Value("3.01亿元", 2), Value("537起", 3))
            parts = (
                Part("今年止付额", Status.ANSWERED, None, values[:1], (1,)),
                Part("去年止付额", Status.CONFLICT, None, values[1:], (2, 3)),
                Part("留意额", Status.MASKED, None, (), (4,)),
                Part("外地止付额", Status.NOT_FOUND, Reason.OTHER_PLACE, (), ()),
            )
            return replace(self._answer(question, Status.CONFLICT, citations, values), parts=parts)
        return self._answer(question, Status.NOT_FOUND, (), ())

    def search(self, text: str, top_k: int, filters: Filters) -> Found:
        self.searched.append((text, top_k, filters))
        return Found((hit(),), undated_excluded=2)

    def document(self, document_id: str, visible: tuple[str, ...] | None = None) -> StoredDocument | None:
        return STORED if document_id == "d1" else None

    def starters(self, visible: tuple[str, ...] | None = None) -> tuple[str, ...]:
        return ("止付多少？", "破获多少起？")

    def overview(self, visible: tuple[str, ...] | None = None) -> Overview:
        return self.held

    def _answer(
        self, question: Question, status: Status, citations: tuple[Citation, ...], values: tuple[Value, ...]
    ) -> Answer:
        return Answer(
            id="a1",
            request_id=question.request_id,
            question=question.text,
            understood=question.text,
            status=status,
            reason=Reason.NOTHING_CLOSE if status is Status.NOT_FOUND else None,
            answer=values[0].text if values else None,
            answers=values,
            text="3.01亿元。\n“紧急止付涉案资金3.01亿元”[1]" if values else "没有找到答案。",
            confidence=0.93,
            citations=citations,
            passages=(hit(),),
            undated_excluded=0,
            index=self.generation,
            took_ms=7,
        )
