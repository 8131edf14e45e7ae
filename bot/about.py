"""Questions about a document itself (who wrote it, which newspaper, when, what number), answered from its facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.asked import Asked, understand
from bot.evidence import Evidence, sentence_score, share
from bot.passages import passage_id
from bot.question_words import Form, Wants
from bot.reader import Candidate
from bot.synonyms import Groups
from bot.text import fold
from bot.types import About, Document, Fact, Hit, Passage, Span, StoredDocument
from bot.values import is_masked

_THIS = "(?:这|那|该|本|此)(?:[一]?[篇份则个条])?"
_WRITING = "文章|稿子|稿件|报道|新闻|消息|通讯"
_KINDS = "通知|公告|通报|公报|意见|办法|方案|决定|批复|函|纪要|简报|文件|材料|报告|通告"
_DOCUMENT = f"{_THIS}(?:{_WRITING})?|{_WRITING}|{_KINDS}|篇|文"
_WHO = "(?:谁|哪位|哪些人|什么名字|什么|哪[一几]?[个位人])"
_WHEN = "(?:什么时候|何时|哪[一]?[天日年]|几号|几月几[日号]|什么日期|时间|日期)"
_ISSUED = "(?:发布|发表|刊登|刊发|印发|成文|下发|制发|发出|签发|发文|刊载|登出|登|发)"
_OUTLET = "(?:报纸|日报|晚报|媒体|报社|网站|通讯社|新闻社|电视台|报)"
_OFFICE = "(?:单位|部门|机关|机构|局|办公室|厅|委)"
_PATTERNS: tuple[tuple[About, Wants, re.Pattern[str]], ...] = tuple(
    (about, wants, re.compile(pattern))
    for about, wants, pattern in (
        (
            About.NUMBER,
            Wants.NAME,
            "(?:发文字号|文件?字?号|公文号)(?:是|为)?(?:多少|什么|几号)?|是?(?:多少|几|什么)号文",
        ),
        (
            About.EDITOR,
            Wants.PERSON,
            f"(?:责任编辑|责编)(?:是|为|叫)?{_WHO}?|(?:{_DOCUMENT}).{{0,2}}编辑(?:是|为|叫){_WHO}",
        ),
        (
            About.AUTHOR,
            Wants.PERSON,
            f"(?:记者|通讯员|撰稿人?|执笔人?)(?:名字|姓名)?(?:是|为|叫)?{_WHO}|(?:{_DOCUMENT})的?作者(?:是|为|叫)?{_WHO}?"
            f"|(?:{_DOCUMENT})(?:是|由)?(?:谁|哪[一几]?[个位](?:记者|人|作者)?)(?:采?写|撰写|执笔|报道|采访|发)(?:的|了)?"
            f"|(?:谁|哪[一几]?[个位](?:记者|人|作者)?)(?:采?写|撰写|执笔|报道|采访)(?:的|了)?(?:{_DOCUMENT})",
        ),
        (
            About.PUBLISHER,
            Wants.ORGANISATION,
            f"(?:哪[一]?[家个份]|什么){_OUTLET}(?:{_ISSUED}|报道|写)?(?:的|了)?|(?:发文|印发|发布)(?:机关|单位|机构)(?:是|为)?(?:哪.|什么)?"
            f"|(?:来源|出处)(?:是|于|自)?(?:哪里|哪儿|什么|何处|哪家)|(?:{_DOCUMENT}).{{0,4}}(?:哪[一]?[个家]|什么){_OFFICE}{_ISSUED}(?:的|了)?"
            f"|(?:哪[一]?[个家]|什么){_OFFICE}{_ISSUED}(?:的|了)?",
        ),
        (
            About.DATE,
            Wants.DATE,
            f"(?:发布|发表|刊发|刊登|成文|印发|签发|落款)(?:日期|时间)(?:是|为)?{_WHEN}?"
            f"|(?:{_DOCUMENT})(?:是|于|在)?{_WHEN}{_ISSUED}(?:的|了)?",
        ),
    )
)
_MANY = 50  # documents that may have the fact asked for, without a word of which is meant
_AS_GOOD = 0.05  # support by which a document may fall short of the best and still be the one meant
_OPENING = 200  # characters of a document that tell what it is about
_TITLED = re.compile("《[^》]*》")


@dataclass(frozen=True, slots=True)
class Subject:
    """Which fact a question asks of a document, the word that names it, and what it says of the document."""

    about: About
    role: str  # 记者, 责编 … as the question has it; empty where it has none
    asked: Asked


def subject(question: str, today: str, synonyms: Groups = (), dictionary: str = "") -> Subject | None:
    """What a question asks of a document itself, or None where it asks of what the document tells.

    `today`, `synonyms` and `dictionary` are as `understand` takes them.
    """
    folded = fold(question)
    bare = _TITLED.sub(lambda match: " " * len(match.group()), folded)  # 《…》的作者 is no document's here
    for about, wants, pattern in _PATTERNS:
        if match := pattern.search(bare):
            role = re.search("记者|通讯员|责任编辑|责编|编辑|作者", match.group())
            rest = folded[: match.start()] + " " + folded[match.end() :]
            rest = re.sub(f"{_THIS}(?:{_WRITING})|{_WRITING}|(?:采?写|撰写)|是|的|[?。]", " ", rest)
            asked = understand(rest, today, synonyms, dictionary)
            return Subject(about, role.group() if role else "", replace(asked, wants=wants))
    return None


def read_about(
    told: Subject,
    hits: Sequence[Hit],
    documents: Sequence[Document],
    stored: Callable[[str], StoredDocument | None],
) -> list[Candidate]:
    """The facts that answer, best first: of the documents among the hits that the question is about.

    A question that says nothing of the document (写这篇稿子的记者是谁) is answered where one
    alone of all the `documents` has such a fact.
    """
    if not told.asked.terms and not told.asked.places:
        having = [document for document in documents if getattr(document, told.about.value)]
        found = [candidate for document in having[:_MANY] for candidate in _of(told, document, None, 1.0, 0, stored)]
        named = [candidate for candidate in found if told.role and told.role in _line(candidate)]
        found = named or found
        return found[:1] if len({candidate.text for candidate in found}) == 1 and len(having) <= _MANY else []
    best: dict[str, tuple[float, int, Hit]] = {}
    for rank, hit in enumerate(hits):
        support = _support(told.asked, hit, stored(hit.document.id))
        if hit.document.id not in best or support > best[hit.document.id][0]:
            best[hit.document.id] = (support, rank, hit)
    most = max((support for support, _, _ in best.values()), default=0.0)
    found = [
        candidate
        for support, rank, hit in best.values()
        if support >= most - _AS_GOOD
        for candidate in _of(told, hit.document, hit, support, rank, stored)
    ]
    return sorted(found, key=lambda c: (-c.score, c.hit.document.id, c.start))


def _support(asked: Asked, hit: Hit, stored: StoredDocument | None) -> float:
    """How much of what the question says of the document its title, or a passage under it, holds, from 0 to 1."""
    title = fold(hit.document.title)
    opening = fold(stored.text[:_OPENING]) if stored else ""
    around = f"{title}\n{opening}\n{fold(hit.text)}"
    if any(place not in around for place in asked.places):
        return 0.0
    if asked.years and not any(year in around or year in (hit.document.date or "") for year in asked.years):
        return 0.0
    return max(share(asked.terms, title, asked.places), 0.95 * share(asked.terms, around, asked.places))


def _of(
    told: Subject,
    document: Document,
    hit: Hit | None,
    support: float,
    rank: int,
    stored: Callable[[str], StoredDocument | None],
) -> Iterator[Candidate]:
    """The first such fact of a document, or the first that stands by the role that the question names."""
    source = stored(document.id)
    facts = [fact for fact in source.facts if fact.about is told.about] if source else []
    if not source or not facts:
        return
    fact = next((fact for fact in facts if told.role and told.role in _before(source, fact)), facts[0])
    start, end = _around(source, fact)
    passage = Passage(passage_id(document.id, start, end), document.id, start, end, (), source.page(start))
    words = source.text[fact.start : fact.end]
    evidence = Evidence.of_fact(support, rank)
    line = Hit(passage, document, source.text[start:end], hit.score if hit else 0.0)
    score = sentence_score(Form.of(told.asked.wants), evidence, blended=False)
    yield Candidate(
        line,
        fact.start,
        fact.end,
        words,
        is_masked(fold(words)),
        ((start, end),),
        evidence,
        score,
        ruled=score,
    )


def _around(stored: StoredDocument, fact: Fact) -> Span:
    """The line that a fact stands in."""
    block = next((b for b in stored.blocks if b.start <= fact.start and fact.end <= b.end), None)
    return (block.start, block.end) if block else (fact.start, fact.end)


def _before(stored: StoredDocument, fact: Fact) -> str:
    start = _around(stored, fact)[0]
    return fold(stored.text[start : fact.start])


def _line(candidate: Candidate) -> str:
    return fold(candidate.hit.text)
