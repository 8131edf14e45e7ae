"""A follow-up made whole: what a question leaves out is taken over from the one before. Pure.

The rules, in order:

    它是谁研发的？    a pronoun stands for what was named
    那包头呢？        one part of the question before is named anew: a place, a period, a subject or a measure
    在哪个县？        nothing is said of what it is about
    那返还了多少？    who did it, or the place, is left out; another deed stands for the old one and what it was done to

A question that names what it is about stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.leaning import begins_with_deed, is_done, is_headless
from bot.parts import Parts, take_apart, year_and_part
from bot.question_words import ASKING, CHANGES, STOP, Wants
from bot.text import fold, has_cjk, tagged_words
from bot.types import Span

Taking = Callable[[str], Parts]

_LONGEST = 1000  # code points of a question; what would be longer is left as it was typed
_VALUES = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE, Wants.RANK})

_MARKER = re.compile(
    "(?:那么|那(?![个里儿边座家些种位项所条支款场次篇份年天时])|然后|还有|另外|此外|而(?!且)|再问一?下?|请问)+[,、 ]*"
)
_ALSO = "(?:的?(?:话|情况|方面)?[呢啊呀]|也(?:是|一样|这样|如此)?[吗么])"
_ENDING = re.compile(f"{_ALSO}?[?。!, ]*$")
_ALSO_ASKED = re.compile(f"{_ALSO}[?。!, ]*$")
_FILLER = re.compile("[的市比较和与跟、,?。! ]|那边|这边|情况|方面")
_COPULA = re.compile("(?:一共|总共|共有|分别|是否|[的了是为有在叫由于占达到被共做作约也都])+$")
_SMALL_TALK = re.compile("谢|好|嗯|哦|你好|再见|明白|知道|了解|不用|没事|对|行|可以|收到|ok|thank|bye")
_THIS_TEXT = re.compile("[这那该本此](?:一?[篇份则条])?(?:文章|稿子|稿件|报道|新闻|消息|通讯|通知|公告|文件)")
_QUOTED = re.compile("[“《「『]")
_AGAINST = re.compile("同比|环比")  # what a change is measured against

_OPENING = "^(?:请问|那么?|而)?,?(?:在|对|给|由|从)?"
_THERE = re.compile(
    f"{_OPENING}(该[市县区旗省州镇乡村地]|当地|[那这][里儿]|那边|[这那][座个](?:城市|地方|[省市县区旗镇乡村]))"
)
_PERSON = re.compile(f"{_OPENING}([他她]们?|此人|[这那]个人)")
_THING = re.compile(f"{_OPENING}(它们?|其(?![中他它余实次]))")
_THIS = re.compile(f"{_OPENING}(该|此|[这那][个家项座所种条支款场位]|这(?![里些样么时年天次]))")

_ENGLISH = re.compile(
    r"^\s*(?:and\s+)?(?:what about|how about|and)\s+(?:(?:in|for|of|at|on)\s+)?(?:the\s+)?(.+?)\s*[?.!]*\s*$",
    re.IGNORECASE,
)
_ENGLISH_NAME = re.compile(r"(?<![\w.])(?:in|of|for|at|from)\s+([A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)")
_ENGLISH_COUNTED = re.compile(
    r"how many ([a-z]+(?: [a-z]+)*?)(?= (?:were|was|are|is|did|do|does|have|has|had)\b)", re.IGNORECASE
)
_ENGLISH_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")


def resolve(question: str, previous: str, today: str, dictionary: str = "") -> str | None:
    """The question with what it leaves out taken over from the one before, or None where it stands alone.

    `previous` may itself have been resolved. `today` and `dictionary` are as `understand` takes them.
    """
    taking = partial(take_apart, today=today, dictionary=dictionary)
    question, previous = question.strip(), _unmarked(previous.strip())
    if _THIS_TEXT.search(fold(question)):  # of the document that is read, not of the question before
        return None
    english = _ENGLISH.match(question)
    if english:
        made = _in_english(english.group(1), previous, taking)
    elif has_cjk(question):
        before = taking(previous)
        made = _with_pronoun(question, before, dictionary) or _made_whole(question, before, taking)
    else:
        made = None
    return made if made and made != question and len(made) <= _LONGEST else None


def _unmarked(question: str) -> str:
    """The question without the words that only say that it goes on: 那, 还有, 请问."""
    marker = _MARKER.match(fold(question))
    return question[marker.end() :] if marker else question


def _made_whole(question: str, before: Parts, taking: Taking) -> str | None:
    bare = _unmarked(question)
    marked = bare != question
    parts = taking(bare)
    if not parts.asks or (parts.wants is Wants.YES_NO and _ALSO_ASKED.search(parts.folded)):
        return _with_part(bare, before, marked, taking)
    if (parts.places or parts.periods) and not _COPULA.sub("", _rest(parts)):
        return _asked_anew(before, parts)
    if is_headless(parts):
        return _of_the_same(parts, before)
    alike = bool(parts.terms & before.terms) and not parts.is_named and not _QUOTED.search(parts.text)
    return _in_the_same_setting(parts, before) if marked or alike or begins_with_deed(parts) else None


# ---- pronouns ----


def _with_pronoun(question: str, before: Parts, dictionary: str) -> str | None:
    """The question with the pronoun at its beginning as what it stands for."""
    folded = fold(question)
    if there := _THERE.match(folded):
        return _put(question, there.span(1), before.place or _first_phrase(before))
    if person := _PERSON.match(folded):
        return _put(question, person.span(1), _person(before) or _topic(before))
    if thing := _THING.match(folded):
        topic = _topic(before)
        return _put(question, thing.span(1), f"{topic}的" if topic and thing.group(1) == "其" else topic)
    if this := _THIS.match(folded):
        word, tag, _ = next(iter(tagged_words(folded[this.end() :], dictionary)), ("", "", 0))
        if tag.startswith("n"):
            return _put(question, (this.start(1), this.end() + len(word)), _called(before, word))
    return None


def _put(question: str, span: Span, words: str) -> str | None:
    """The question with words in place of a span, without what opened it; None where there are no words."""
    return _unmarked(question[: span[0]]) + words + question[span[1] :] if words else None


def _first_phrase(before: Parts) -> str:
    return before.text[slice(*before.phrases[0])] if before.phrases else ""


def _person(before: Parts) -> str:
    """The person that a question names, or nothing."""
    return next((before.text[w.start : w.end] for w in before.words if w.tag == "nr" and len(w.text) > 1), "")


def _called(before: Parts, noun: str) -> str:
    """What a question names that is a `noun`, with what stands before it, or else what the question is about."""
    for start, end in before.front:
        place = before.folded.find(noun, start, end)
        if place >= 0:
            return before.timeless(place + len(noun))
    topic = _topic(before)
    owner, of, _ = topic.partition("的")
    return owner if of and owner != before.place else topic


# ---- one part named anew ----


def _with_part(bare: str, before: Parts, marked: bool, taking: Taking) -> str | None:
    """The question before, with the part of it that a fragment names in place of its own.

    A subject or a measure is taken for one only where 那 or 呢 says so: 办公电话 is a question by itself.
    """
    ending = _ENDING.search(fold(bare))
    part = taking(bare[: ending.start()] if ending else bare)
    if not part.text or _SMALL_TALK.match(part.folded):
        return None
    if (part.places or part.periods) and not _rest(part):
        return _anew(before, part)
    if not (part.told or part.asks) or not (marked or _ALSO_ASKED.search(fold(bare))):
        return None
    if not part.told:
        return _measure_anew(before, part)
    return _subject_anew(taking(_anew(before, part)), taking(part.outside(*part.places, *part.periods)))


def _rest(parts: Parts) -> str:
    """What a question says beside its places and periods, and the question word after them, folded."""
    cuts = [*parts.places, *parts.periods]
    if parts.asks and all(end <= parts.hole[0] for _, end in cuts):
        cuts.append(parts.hole)
    return _FILLER.sub("", fold(parts.outside(*cuts)))


def _asked_anew(before: Parts, parts: Parts) -> str | None:
    """The question before of another place or period, with the other's question word where that asks otherwise."""
    takes = (not parts.places or before.places) and (not parts.periods or before.periods)
    alike = parts.wants is before.wants or {parts.wants, before.wants} <= _VALUES
    if not takes or not alike or not before.asks:
        return None
    if parts.wants is not before.wants:
        asked = before.with_span(before.hole, parts.text[slice(*parts.hole)])
        before = replace(before, text=asked, folded=fold(asked))
    return _anew(before, parts)


def _anew(before: Parts, part: Parts) -> str:
    """The question before with the places and the period of another; where that names none, its own stay."""
    changes: list[tuple[Span, str]] = []
    if part.places:
        span = before.places[0] if before.places else (0, 0)
        changes.append((span, part.text[part.places[0][0] : part.places[-1][1]]))
    if part.periods:
        changes.append(_period_anew(before, part))
    made = before
    for span, words in sorted(changes, key=lambda change: change[0], reverse=True):
        made = replace(made, text=made.with_span(span, words))
    return made.text


def _period_anew(before: Parts, part: Parts) -> tuple[Span, str]:
    """Where the period of the question before stands, and what to say there; what only one of them says is kept."""
    named = part.text[part.periods[0][0] : part.periods[-1][1]]
    named += "年" if named.isdigit() else ""
    is_base = part.is_base(part.periods[0])
    own = next((period for period in before.periods if before.is_base(period) is is_base), None)
    if own is None:
        return (0, 0), named
    (year, within), (new_year, new_within) = year_and_part(before.text[slice(*own)]), year_and_part(named)
    return own, (new_year or year) + (new_within or within)


def _subject_anew(before: Parts, part: Parts) -> str | None:
    """The question before, about another subject, deed or measure."""
    return before.with_span(_counterpart(before, part), part.text) if part.words else None


def _measure_anew(before: Parts, part: Parts) -> str | None:
    """The measure a noun names, of what the question before is about: 产值 for the 产量 of it, or its 价格."""
    measure, topic = _measure(before), _topic(before)
    if measure:
        return before.with_span(measure, part.text)
    return topic + part.text if topic else None


def _counterpart(before: Parts, part: Parts) -> Span:
    """What a part stands for in the question before; an empty span where the subject begins, if nothing."""
    start = before.subject_start
    if _AGAINST.fullmatch(part.folded):
        return before.hole[0], before.hole[0]
    if alike := _most_alike(before, part.folded):
        return alike
    if all(word.is_verb for word in part.words):
        return (before.verbs[-1].start, before.verbs[-1].end) if before.verbs else (start, start)
    if part.words[0].is_verb:
        return start, before.hole[0]
    if all(word.tag == "ns" for word in part.words) and before.places:
        return before.places[0]
    if before.counted and not part.is_named:
        return before.counted
    if not before.phrases:
        return start, start
    span = before.front[-1] if before.front and not part.is_named else before.phrases[0]
    return _with_its_beginning(before, span) if span == before.phrases[0] else span


def _most_alike(before: Parts, folded: str) -> Span | None:
    """The phrase that shares the longest ending or beginning with a text, two characters at least."""
    best: tuple[int, Span | None] = (1, None)
    for start, end in before.phrases:
        phrase = before.folded[start:end]
        shared = max(_shared(phrase[::-1], folded[::-1]), _shared(phrase, folded))
        if shared > best[0]:
            best = shared, (start, end)
    return best[1]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _measure(before: Parts) -> Span | None:
    """The noun that says what is asked of what stands before it: 全长 of 云汀地铁2号线全长多少."""
    asked = [word for word in before.words if word.end == before.hole[0] and word.is_noun and len(word.text) > 1]
    bare = before.folded[slice(*before.hole)].endswith("多少")
    return (asked[0].start, asked[0].end) if bare and asked and asked[0].start > before.subject_start else None


def _with_its_beginning(before: Parts, span: Span) -> Span:
    """A question's first phrase with what jieba does not take for a part of it: 多多 and 评 of 多多评平台."""
    start = before.subject_start
    between = before.words_in(start, span[0])
    apart = any(word.text in STOP or (word.is_verb and len(word.text) > 1) for word in between)
    return span if apart or span[1] > before.hole[0] else (start, span[1])


# ---- nothing said of what it is about ----


def _of_the_same(parts: Parts, before: Parts) -> str | None:
    """The question asked of what the one before is about."""
    if not ASKING.search(parts.folded, *parts.hole):
        return _measure_anew(before, parts)
    acts = any(word.is_verb or is_done(word, parts) for word in parts.words)
    if {parts.wants, before.wants} <= _VALUES:
        if not acts:
            return before.text[: before.hole[0]] + parts.text[parts.hole[0] :]
        if _tells_apart(before):
            return _by_the_same(parts, before)
    if parts.wants in _VALUES and _measures_a_deed(before):
        return _in_the_same_setting(parts, before)
    topic = _topic(before, with_deed=not acts)
    if not acts and parts.wants is Wants.REASON and topic:
        return f"{parts.text[slice(*parts.hole)]}{topic}？"
    return topic + parts.text if topic else None


def _tells_apart(before: Parts) -> bool:
    """Whether a question tells who did something from what that was done to (破获案件多少起), or names neither."""
    if not before.verbs:
        return False
    verb = before.verbs[0]
    has_object = any(word.is_noun and word.start > verb.start for word in before.words)
    return has_object or (len(before.verbs) == 1 and verb.start == before.subject_start)


def _by_the_same(parts: Parts, before: Parts) -> str | None:
    """What was done, asked of who did what the question before asks, not of what that was done to."""
    end = before.verbs[0].start
    doer = _COPULA.sub("", before.timeless(end) if parts.periods else before.text[:end]) or before.place
    return doer + parts.text if doer else None


def _measures_a_deed(before: Parts) -> bool:
    """Whether a question asks how much was done (止付多少), so that another deed has another object."""
    front = [word for word in before.words if word.end <= before.hole[0] and word.text not in {"了", "过"}]
    return bool(before.places and front and front[-1].is_verb and before.wants in _VALUES)


def _topic(before: Parts, with_deed: bool = False) -> str:
    """What a question is about: what stands before its question word, or else its place and what stands after."""
    if with_deed and (before.front or before.verbs):
        deed = re.match(f"(?:{CHANGES})?", before.folded[before.hole[0] :])  # 下降了多少 asks and tells
        return _COPULA.sub("", before.timeless(before.hole[0] + (deed.end() if deed else 0)))
    if before.counted and before.wants in _VALUES:
        return before.place + before.text[slice(*before.counted)]
    if before.front:
        measure = None if with_deed else _measure(before)
        return before.timeless(measure[0] if measure else before.front[-1][1]).removesuffix("的")
    if before.verbs:
        return before.timeless(before.verbs[-1].end)
    if before.phrases:
        return before.place + before.text[slice(*before.phrases[-1])]
    return _COPULA.sub("", before.timeless(before.hole[0]))


# ---- the place left out ----


def _in_the_same_setting(parts: Parts, before: Parts) -> str | None:
    """The question with the place, or the owner, of the one before, and for a value with its period."""
    setting = before.place or _owner(before)
    if parts.places or not setting or fold(setting) in parts.folded:
        return None
    if parts.wants in _VALUES and before.periods and not parts.periods:
        last = before.periods[-1 if parts.wants is Wants.CHANGE else 0]
        setting += before.text[before.periods[0][0] : last[1]]
    return setting + parts.text


def _owner(before: Parts) -> str:
    """The name that a question begins with, a company or a person; nothing where that is a common noun."""
    first = next(iter(before.front), None)
    named = first is not None and any(word.is_name for word in before.words_in(*first))
    return before.text[slice(*first)] if first and named else ""


# ---- English ----


def _in_english(part: str, previous: str, taking: Taking) -> str | None:
    """The question before with a name, a year or what is counted in place of its own.

    After a Chinese question the part may be Chinese too: what about 包头?
    """
    if has_cjk(previous):
        return _with_part(f"{part}呢", taking(previous), True, taking)
    if _ENGLISH_YEAR.fullmatch(part):
        pattern = _ENGLISH_YEAR
    else:
        pattern = _ENGLISH_NAME if part[:1].isupper() else _ENGLISH_COUNTED
    found = [match.span(1) for match in pattern.finditer(previous)]
    if found:
        return previous[: found[-1][0]] + part + previous[found[-1][1] :]
    stem = previous.rstrip("?. ")
    return f"{stem} in {part}{previous[len(stem) :]}" if pattern is not _ENGLISH_COUNTED else None
