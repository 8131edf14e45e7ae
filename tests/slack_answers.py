"""Invented answers of every kind, as Slack is to show them."""

from __future__ import annotations

from dataclasses import replace

from bot.types import (
    Answer,
    Citation,
    CitedCell,
    Document,
    Duplicate,
    Hit,
    Part,
    Passage,
    Reason,
    Status,
    Value,
)

REPORT = Document("d1", "青河县防汛简报", "reports/a.txt", "青河日报", None, "2024-07-12")
NOTICE = Document("d2", "水库调度通知", "reports/b.txt", None, "https://example.cn/notice?id=2&lang=zh", None)
LONG = Document("d3", "关于" + "进一步" * 100 + "的通知", "reports/c.txt", "办公室" * 90, None, "2024-07-01")
MARKUP = (
    "共*.**亿元，_合计_ ~旧数~ `码` > 引 <!channel> <@U1> <http://x.cn|点这里> &amp; :smile: "
    "[题](http://y.cn) **粗** - 项 #号 @所有人 1. 列 ``` 完"
)
PASSAGE = Hit(Passage("p1", "d1", 0, 24), REPORT, "全县转移群众1260人，\n其中老人310人。", 0.9)


def cited(stored: str, told: str, number: int = 1, document: Document = REPORT) -> Citation:
    """The citation of all of a text, with what is told in it."""
    start = stored.index(told)
    return Citation(number, document, "p1", None, 0, len(stored), stored, start, start + len(told))


def answer(question: str, status: Status, *citations: Citation, values: tuple[Value, ...] = ()) -> Answer:
    """An answer that was understood as it was asked."""
    return Answer(
        id="5f0c",
        request_id=None,
        question=question,
        understood=question,
        status=status,
        reason=None,
        answer=values[0].text if values else None,
        answers=values,
        text="",
        confidence=0.9,
        citations=citations,
        passages=(PASSAGE,),
        undated_excluded=0,
        index="g1",
        took_ms=7,
    )


MOVED = cited("全县转移群众1260人，其中老人310人。", "1260人")
SEVERAL = replace(
    answer(
        "转移了多少人，水位多高，损失多少",
        Status.CONFLICT,
        MOVED,
        cited("库水位21.6米", "21.6米", 2, NOTICE),
        cited("库水位22.1米", "22.1米", 3),
        cited("损失**万元", "**万元", 4),
        values=(Value("1260人", 1, target=True), Value("21.6米", 2), Value("22.1米", 3)),
    ),
    parts=(
        Part("转移人数", Status.ANSWERED, None, (Value("1260人", 1, target=True),), (1,)),
        Part("水位", Status.CONFLICT, None, (Value("21.6米", 2), Value("22.1米", 3)), (2, 3)),
        Part("损失", Status.MASKED, None, (), (4,)),
        Part("外县损失", Status.NOT_FOUND, Reason.OTHER_PLACE, (), ()),
    ),
)
ROW = replace(
    cited("青河\t1260\t2024", "1260"),
    cells=(CitedCell("地区", 0, 2), CitedCell("转移人数（人）", 3, 7), CitedCell("年份", 8, 12)),
)

ANSWERS: dict[str, Answer] = {
    "answered": replace(
        answer("转移了多少人", Status.ANSWERED, MOVED, values=(Value("1260人", 1),)),
        question="那转移了多少人",
        understood="青河县转移了多少人",
    ),
    "copies": answer(
        "转移了多少人",
        Status.ANSWERED,
        replace(MOVED, page=3, duplicates=tuple(Duplicate(NOTICE, 0, 9) for _ in range(4))),
        values=(Value("1260人", 1),),
    ),
    "row": answer("转移人数是多少", Status.ANSWERED, ROW, values=(Value("1260", 1),)),
    "masked": answer("投入多少资金", Status.MASKED, cited("投入*.**亿元，**市另有安排。", "*.**亿元")),
    "conflict": answer(
        "水位多高",
        Status.CONFLICT,
        cited("库水位21.6米", "21.6米", 1, NOTICE),
        cited("预计库水位22.1米", "22.1米", 2),
        values=(Value("21.6米", 1), Value("22.1米", 2, target=True)),
    ),
    "not_found": replace(answer("明天天气", Status.NOT_FOUND), reason=Reason.NOTHING_CLOSE),
    "several": SEVERAL,
    "markup": answer("共多少", Status.MASKED, cited(MARKUP, "*.**亿元")),
    "long_titles": answer(
        "何时实行", Status.ANSWERED, cited("七月起实行。", "七月", 1, LONG), values=(Value("七月", 1),)
    ),
    "english": answer(
        "how many were moved?",
        Status.ANSWERED,
        replace(MOVED, page=3, duplicates=(Duplicate(NOTICE, 0, 9),)),
        values=(Value("1260人", 1, target=True),),
    ),
}
