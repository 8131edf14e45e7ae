"""What the styles of a Word file make of a paragraph: a heading, an entry of the contents, a numbered one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.documents.opc import Element, is_on

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VALUE = f"{W}val"
_BODY_TEXT = 9  # the outline level of what is no heading
_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*(\d)", re.IGNORECASE)
_TITLE_NAMES = {"title", "标题", "標題"}
_CONTENTS_NAME = re.compile(r"(?:toc|目录)\s*\d", re.IGNORECASE)
_INHERITED = ("level", "bold", "numbering", "depth")


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style; None where it leaves a matter to the style that it is based on."""

    name: str = ""
    based_on: str = ""
    level: int | None = None  # of a heading, 1 the outermost; 0: it is none
    bold: bool | None = None
    numbering: str | None = None  # the id of a numbering
    depth: int | None = None  # the numbering's level, 0 the outermost

    @property
    def is_contents(self) -> bool:
        """Whether paragraphs in this style make up the table of contents."""
        return bool(_CONTENTS_NAME.match(self.name))


class Styles:
    """A Word file's paragraph styles by their ids."""

    def __init__(self, root: Element | None) -> None:
        self._own: dict[str, Style] = {}
        self._whole: dict[str, Style] = {}
        self._default = ""
        for element in root.iterchildren(f"{W}style") if root is not None else ():
            if element.get(f"{W}type", "paragraph") == "paragraph":
                identity = element.get(f"{W}styleId", "")
                self._own[identity] = _style(element)
                if is_on(element, f"{W}default", "0"):
                    self._default = identity

    def style(self, identity: str) -> Style:
        """A style with all that it leaves to others filled in; the default one where there is none of this id."""
        if identity not in self._whole:
            chain = list(self._chain(identity))
            filled = {name: _first(getattr(style, name) for style in chain) for name in _INHERITED}
            self._whole[identity] = replace(chain[0], **filled) if chain else Style()
        return self._whole[identity]

    def _chain(self, identity: str) -> Iterator[Style]:
        """A style and those that it is based on; a circle ends where it closes."""
        seen = set()
        identity = identity if identity in self._own else self._default
        while identity in self._own and identity not in seen:
            seen.add(identity)
            yield self._own[identity]
            identity = self._own[identity].based_on


def _first(found: Iterable[Any]) -> Any:
    return next((one for one in found if one is not None), None)


def outline_level(properties: Element | None) -> int | None:
    """The heading's level that a paragraph's properties tell; 0: they say it is none, None: nothing."""
    outline = properties.find(f"{W}outlineLvl") if properties is not None else None
    if outline is None:
        return None
    level = int(outline.get(VALUE, _BODY_TEXT))
    return level + 1 if level < _BODY_TEXT else 0


def numbering_of(properties: Element | None) -> tuple[str | None, int | None]:
    """The numbering's id and its level that a paragraph's properties tell; 0 is the id of none."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    if found is None:
        return None, None
    number, depth = found.find(f"{W}numId"), found.find(f"{W}ilvl")
    return (
        number.get(VALUE) if number is not None else None,
        int(depth.get(VALUE, 0)) if depth is not None else None,
    )


def toggled(properties: Element | None, name: str) -> bool | None:
    """Whether a run's properties turn something on or off, such as b; None: they say nothing."""
    found = properties.find(W + name) if properties is not None else None
    return None if found is None else is_on(found, VALUE)


def _style(element: Element) -> Style:
    name, base, properties = (element.find(W + tag) for tag in ("name", "basedOn", "pPr"))
    name = name.get(VALUE, "") if name is not None else ""
    number, depth = numbering_of(properties)
    return Style(
        name=name,
        based_on=base.get(VALUE, "") if base is not None else "",
        level=_level_by_name(name) or outline_level(properties),
        bold=toggled(element.find(f"{W}rPr"), "b"),
        numbering=number,
        depth=depth,
    )


def _level_by_name(name: str) -> int:
    if name.strip().lower() in _TITLE_NAMES:
        return 1
    match = _HEADING_NAME.fullmatch(name.strip())
    return int(match[1]) if match else 0
