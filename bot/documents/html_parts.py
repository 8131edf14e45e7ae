"""What the elements of a page are: visible or not, lines of their own, and parts that only serve the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

INVISIBLE = (
    *("audio", "canvas", "datalist", "head", "iframe", "noscript", "object", "rp", "rt", "rtc", "script", "select"),
    *("style", "svg", "template", "title", "video"),
)
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}  # and their levels
LINES = {
    *("address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details", "div", "dl"),
    *("dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "legend", "li", "main", "menu"),
    *("nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    *HEADINGS,
}
ITEMS = {"dd", "dt", "li", "td", "th"}
_SITE = {"aside", "button", "footer", "menu", "nav"}
_SITE_ROLES = {"navigation", "contentinfo", "complementary", "search", "banner", "menu"}
_SITE_NAMES = re.compile(
    r"(^|[\s_-])(nav|navbar|menu|breadcrumbs?|crumbs?|footer|foot|sidebar|side|share|related|recommend|hot|comments?"
    r"|copyright|topbar|toolbar|pager|pagination|ads?|advert\w*|login|search)($|[\s_-])",
    re.IGNORECASE,
)
_CONTENT = ("article", "main", "h1")
# Not `visibility: hidden`: pages that show their text by script, as the big platforms' do, are saved with it.
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BOLD = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE)

_SPACE = re.compile(r"[ \t\r\n\f]+")
_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef“”‘’…—\U00020000-\U0003ffff]"
_WRAP = re.compile(rf"(?<={_WIDE})[ \t\r\f]*\n[ \t\r\n\f]*(?={_WIDE})")
_LINE_END = "\x1e"  # where a page has one itself, it ends a line in Builder too


def is_visible(element: _Element) -> bool:
    """Whether a browser shows an element, by its own attributes."""
    if not isinstance(element.tag, str) or element.tag in INVISIBLE or element.get("hidden") is not None:
        return False
    return not _HIDDEN.search(element.get("style", ""))


def is_bold(element: _Element) -> bool:
    """Whether an element sets its text in bold."""
    return element.tag in {"b", "strong"} or bool(_BOLD.search(element.get("style", "")))


def serves_site(element: _Element, sentences: int) -> bool:
    """Whether an element only serves the site; `sentences` is how many the page has.

    A form, or what is named as a part of the site is, may still hold the text: old sites have
    the whole page in a form, and frameworks call the wrapper of everything `has-sidebar`.
    """
    if element.tag in _SITE or element.get("role", "").lower() in _SITE_ROLES:
        return True
    if element.tag not in LINES or element.tag in {"body", "article", "main"}:
        return False
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if element.tag != "form" and not _SITE_NAMES.search(names):
        return False
    return next(element.iter(*_CONTENT), None) is None and 2 * count_sentences(element) <= sentences


def count_sentences(element: _Element) -> int:
    """How many sentences an element holds; those of scripts count until they are taken out."""
    return "".join(element.itertext()).count("。")


def unwrapped(text: str) -> str:
    """Text without the source's line breaks between characters that are written without spaces (CSS Text 3)."""
    return _WRAP.sub("", text)


def collapsed(line: str) -> str:
    """A line as a browser shows it, its white space as one space each."""
    return _SPACE.sub(" ", line).strip(" ")


def text_of(element: _Element) -> str:
    """The visible text of an element, a line for each block of it."""
    lines = map(collapsed, "".join(_pieces(element)).split(_LINE_END))
    return "\n".join(line for line in lines if line)


def _pieces(element: _Element, kept: bool = False) -> Iterator[str]:
    apart = element.tag in LINES or element.tag == "br"
    kept = kept or element.tag == "pre"
    if apart:
        yield _LINE_END
    yield _shown(element.text or "", kept)
    for child in element:
        if is_visible(child):
            yield from _pieces(child, kept)
        yield _shown(child.tail or "", kept)
    if apart:
        yield _LINE_END


def _shown(text: str, kept: bool) -> str:
    return text.replace("\n", _LINE_END) if kept else unwrapped(text)
