"""What a page says of itself outside its text: in meta tags, in JSON-LD and in microdata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from bot.documents.dates import find_date

if TYPE_CHECKING:
    from lxml.etree import _Element

# Names of meta tags in small letters, microdata's among them, and `ld:` for JSON-LD's; the surest first. ArticleTitle,
# PubDate, ContentSource and SiteName are those that Chinese government sites have to give.
_TITLE = ("articletitle", "og:title", "dc.title", "ld:headline", "headline")
_PUBLISHER = ("contentsource", "source", "dc.source", "ld:publisher", "publisher", "dc.publisher")
_SITE = ("sitename", "og:site_name")
_AUTHOR = ("author", "article:author", "og:article:author", "dc.creator", "ld:author")
_DATE = (
    *("pubdate", "publishdate", "publish-date", "article:published_time", "og:article:published_time"),
    *("datepublished", "ld:datepublished", "dc.date", "date", "time"),
)
_OTHER_DATE = ("article:modified_time", "datemodified", "ld:datemodified", "last-modified", "lastmodified", "othertime")
_URL = ("canonical", "og:url", "url", "ld:url")

_ARTICLES = re.compile(r".*Article|Report|BlogPosting")
_MICRODATA = {"headline", "author", "publisher", "datepublished", "datemodified"}
_NO_SOURCE = {"本站", "本网", "本网站", "本站原创", "本网原创", "原创", "转载", "网络", "互联网", "其他", "未知"}
_NO_AUTHOR = {"admin", "administrator", "管理员", "网站管理员", "系统管理员", "佚名", "未知"}
_LABEL = re.compile(r"^(?:文章|信息|稿件)?(?:来源|來源|稿源|作者|记者|发布时间|发布日期)\s*[：:]\s*")
_BETWEEN_NAMES = re.compile(r"\s*[,，;；、|/]\s*")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]{1,2000}", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Between the parts of <title>: a bar, a dash with spaces around it, a bare dash before what ends as a site's name does.
_SITE_END = r"(?:网|网站|政府|平台|频道|门户)$"
_BETWEEN_PARTS = re.compile(rf"\s*[|｜_]\s*|\s+[-–—]{{1,2}}\s+|[-–—]{{1,2}}(?=[^-–—]{{2,20}}{_SITE_END})")
_LONGEST = 2000  # characters of a value
_LONGEST_TITLE = 300  # characters of it that are compared


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says of itself; empty where it says nothing."""

    title: str = ""
    page_title: str = ""  # <title>, the site's name in it and all
    publisher: str = ""
    site: str = ""  # the site's name
    author: str = ""
    date: str = ""  # YYYY-MM-DD
    other_date: str = ""  # of a change, or of something on the page
    url: str = ""


def said_by(tree: _Element) -> Said:
    """What a page's elements say of it; they stand in its body too."""
    values: dict[str, list[str]] = {}
    for name, value in _values(tree):
        told = " ".join(_TAG.sub("", value[:_LONGEST]).split())
        if told and told not in values.setdefault(name, []):
            values[name].append(told)
    return Said(
        title=_first(values, _TITLE),
        page_title=" ".join((tree.findtext(".//title") or "").split()),
        publisher=_publisher(values),
        site=_first(values, _SITE),
        author=_author(values),
        date=next(filter(None, map(find_date, _all(values, _DATE))), ""),
        other_date=next(filter(None, map(find_date, _all(values, _OTHER_DATE))), ""),
        url=next((url for url in _all(values, _URL) if is_web_address(url)), ""),
    )


def chosen_title(said: Said, headings: Sequence[str]) -> str:
    """A page's title: a heading of the first level that reads as the title it says, or else what it says.

    `headings` are those of the first level in its text. A site's name is often one of them.
    """
    page_title = _without_site(said)
    for heading in headings:
        if any(title and _share(heading, title) for title in (said.title, page_title)):
            return heading
    if said.title:
        return said.title
    own = [heading for heading in headings if heading != said.site and heading not in said.page_title]
    return own[0] if len(own) == 1 else page_title


def is_web_address(url: str) -> bool:
    """Whether an address is one of the web, and not a script, a file or data."""
    return bool(_WEB_ADDRESS.fullmatch(url))


def _values(tree: _Element) -> Iterator[tuple[str, str]]:
    """What each element says, under the names of the precedence lists."""
    for meta in tree.iter("meta"):
        for attribute in ("name", "property", "itemprop"):
            yield meta.get(attribute, "").lower(), meta.get("content", "")
    for link in tree.iter("link"):
        if link.get("rel", "").lower() == "canonical":
            yield "canonical", link.get("href", "")
    for script in tree.iter("script"):
        if script.get("type", "").lower() == "application/ld+json":
            yield from _linked_data(script.text or "")
    for element in tree.xpath("//*[@itemprop][not(self::meta)][not(ancestor::*[@itemprop='comment'])]"):
        if (name := element.get("itemprop").lower()) in _MICRODATA:
            yield name, _property(element)
    for time in tree.xpath("//article//time | //main//time | //time[@pubdate]")[:1]:
        yield "time", time.get("datetime", "")
    for time in tree.iter("time"):
        yield "othertime", time.get("datetime", "")


def _property(element: _Element) -> str:
    """The value of a microdata property: its attribute, or else its text; of a person or an office the name."""
    for name in element.iterdescendants():
        if isinstance(name.tag, str) and name.get("itemprop") == "name":
            return _property(name)
    return element.get("datetime") or element.get("content") or "".join(element.itertext())


def _linked_data(text: str) -> Iterator[tuple[str, str]]:
    """What the articles in a JSON-LD script say; nothing where it is no JSON."""
    try:
        things = list(_things(json.loads(text, strict=False)))
    except (ValueError, RecursionError):
        return
    for thing in things:
        kinds = thing.get("@type")
        if any(_ARTICLES.fullmatch(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
            for name in ("headline", "author", "publisher", "datePublished", "dateModified", "url"):
                yield from ((f"ld:{name.lower()}", value) for value in _names(thing.get(name)))


def _things(found: Any) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script, which may stand in a list or a graph."""
    if isinstance(found, list):
        for thing in found:
            yield from _things(thing)
    elif isinstance(found, dict):
        yield found
        yield from _things(found.get("@graph"))


def _names(value: Any) -> Iterator[str]:
    """The texts of a value: itself, the name of what it describes, or those of each in a list."""
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name


def _all(values: dict[str, list[str]], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from values.get(name, [])


def _first(values: dict[str, list[str]], names: Sequence[str]) -> str:
    return next(_all(values, names), "")


def _publisher(values: dict[str, list[str]]) -> str:
    told = (_LABEL.sub("", name) for name in _all(values, _PUBLISHER))
    return next((name for name in told if _is_name(name, _NO_SOURCE)), "")


def _author(values: dict[str, list[str]]) -> str:
    """The names of the first that says any, joined with `、`."""
    for name in _AUTHOR:
        told = [part for value in values.get(name, []) for part in _BETWEEN_NAMES.split(_LABEL.sub("", value))]
        people = [part for part in dict.fromkeys(told) if _is_name(part, _NO_AUTHOR)]
        if people:
            return "、".join(people)
    return ""


def _is_name(value: str, none: set[str]) -> bool:
    return bool(value) and value.lower() not in none and "://" not in value


def _without_site(said: Said) -> str:
    """The part of <title> that names the page: the first, unless another is over twice as long."""
    parts = [part for part in _BETWEEN_PARTS.split(said.page_title) if part and part != said.site]
    own = [part for part in parts if not re.search(_SITE_END, part)] or parts
    return max(own, key=lambda part: len(part) if part is not own[0] else 2 * len(part), default=said.page_title)


def _share(heading: str, title: str) -> bool:
    """Whether a heading holds half of a title in one piece; the site's name is less of it."""
    match = SequenceMatcher(None, heading[:_LONGEST_TITLE], title[:_LONGEST_TITLE], autojunk=False).find_longest_match()
    return 2 * match.size >= len(title[:_LONGEST_TITLE])
