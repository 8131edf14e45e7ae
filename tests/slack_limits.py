"""What Slack would refuse in a message or a modal, by the limits it publishes.

https://docs.slack.dev/reference/block-kit/ and https://docs.slack.dev/reference/views/modal-views/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Element = Mapping[str, Any]

FALLBACK = 3000  # characters of a message's text; Slack takes more, and cuts it in notifications
BLOCKS = {"message": 50, "modal": 100}
WHOLE = 11_000  # characters of a message's blocks; not published: 11,341 were refused (bolt-js #2867)
TEXT = 3000
BUTTONS = 25
OPTIONS = 10
STYLES = {"bold", "italic", "strike", "code"}  # of a text in rich_text, as every client shows them

REQUIRED: Mapping[str, tuple[set[str], set[str]]] = {  # the keys that each type takes: those it must have, and others
    "rich_text": ({"elements"}, {"block_id"}),
    "rich_text_section": ({"elements"}, set()),
    "rich_text_quote": ({"elements"}, {"border"}),
    "text": ({"text"}, {"style"}),
    "link": ({"url"}, {"text", "style", "unsafe"}),
    "user": ({"user_id"}, {"style"}),
    "channel": ({"channel_id"}, {"style"}),
    "actions": ({"elements"}, {"block_id"}),
    "button": ({"text"}, {"action_id", "value", "url", "style", "confirm", "accessibility_label"}),
    "input": ({"label", "element"}, {"block_id", "hint", "optional", "dispatch_action"}),
    "radio_buttons": ({"options"}, {"action_id", "initial_option", "confirm", "focus_on_load"}),
    "plain_text_input": (
        set(),
        {"action_id", "multiline", "min_length", "max_length", "initial_value", "placeholder", "focus_on_load"},
    ),
    "plain_text": ({"text"}, {"emoji"}),
    "modal": (
        {"title", "blocks"},
        {"submit", "close", "callback_id", "private_metadata", "clear_on_close", "notify_on_close", "external_id"},
    ),
}
LIMITS = {  # characters
    "block_id": 255,
    "action_id": 255,
    "callback_id": 255,
    "private_metadata": 3000,
    "value": 2000,
    "url": 3000,
    "accessibility_label": 75,
    "initial_value": 3000,
}


def message_faults(message: Element) -> list[str]:
    """What Slack would refuse in a message's text and blocks; empty where it is fine."""
    text, blocks = message.get("text", ""), message.get("blocks", [])
    faults = [] if 0 < len(text) <= FALLBACK else [f"text has {len(text)} characters"]
    faults += _blocks(blocks, "message", {"rich_text": _rich_text, "actions": _actions})
    size = sum(len(leaf.get("text", "")) + len(leaf.get("url", "")) for leaf in leaves(blocks))
    return faults + ([f"msg_blocks_too_long: {size} characters"] if size > WHOLE else [])


def view_faults(view: Element) -> list[str]:
    """What Slack would refuse in a modal; empty where it is fine."""
    if view.get("type") != "modal":
        return [f"unknown view {view.get('type')}"]
    faults = _keys(view)
    for name in ("title", "submit", "close"):
        faults += _plain(view[name], 24) if name in view else []
    blocks = view.get("blocks", [])
    if "submit" not in view and any(block.get("type") == "input" for block in blocks):
        faults.append("an input without submit")
    return faults + _blocks(blocks, "modal", {"rich_text": _rich_text, "actions": _actions, "input": _input})


def leaves(blocks: Sequence[Element]) -> list[Element]:
    """What stands in the sections and quotes of rich_text blocks, in order."""
    said = (block for block in blocks if block["type"] == "rich_text")
    return [leaf for block in said for part in block["elements"] for leaf in part["elements"]]


def _blocks(blocks: Sequence[Element], where: str, known: Mapping[str, Callable[[Element], list[str]]]) -> list[str]:
    faults = [] if 0 < len(blocks) <= BLOCKS[where] else [f"{len(blocks)} blocks"]
    for number, block in enumerate(blocks):
        check = known.get(block.get("type", ""))
        found = [*_keys(block), *check(block)] if check else [f"not a block of a {where}"]
        faults += [f"block {number}: {fault}" for fault in found]
    return faults + _repeated("block_id", blocks)


def _rich_text(block: Element) -> list[str]:
    parts = block.get("elements") or [{}]
    return [fault for part in parts for fault in _part(part)]


def _part(part: Element) -> list[str]:
    if part.get("type") not in ("rich_text_section", "rich_text_quote"):
        return [f"{part.get('type')} in rich_text"]
    elements = part.get("elements", [])
    length = sum(len(leaf.get("text", "")) for leaf in elements)
    faults = [*_keys(part), *(fault for leaf in elements for fault in _leaf(leaf))]
    return faults if elements and length <= TEXT else [*faults, f"{part['type']} of {length} characters"]


def _leaf(leaf: Element) -> list[str]:
    kind = leaf.get("type")
    if kind not in ("text", "link", "user", "channel"):
        return [f"{kind} in a section"]
    faults = _keys(leaf)
    if kind in ("text", "link") and not 0 < len(leaf.get("text", "")) <= TEXT:
        faults.append(f"text of {len(leaf.get('text', ''))} characters")
    if kind == "link" and not leaf.get("url", "").startswith(("http://", "https://")):
        faults.append(f"link to {leaf.get('url')}")
    style = leaf.get("style", {"bold": True})
    return faults if style and set(style) <= STYLES and set(style.values()) <= {True, False} else [*faults, "style"]


def _actions(block: Element) -> list[str]:
    elements = block.get("elements", [])
    faults = [] if 0 < len(elements) <= BUTTONS else [f"{len(elements)} buttons"]
    return faults + _repeated("action_id", elements) + [fault for element in elements for fault in _button(element)]


def _button(element: Element) -> list[str]:
    if element.get("type") != "button":
        return [f"{element.get('type')} among buttons"]
    faults = [*_keys(element), *_plain(element.get("text", {}), 75)]
    return faults if element.get("style", "primary") in ("primary", "danger") else [*faults, "style"]


def _input(block: Element) -> list[str]:
    faults = _plain(block.get("label", {}), 2000)
    faults += _plain(block["hint"], 2000) if "hint" in block else []
    element = block.get("element", {})
    match element.get("type"):
        case "radio_buttons":
            return faults + _keys(element) + list(_options(element))
        case "plain_text_input":
            longest = element.get("max_length", TEXT)
            faults += [] if 0 < longest <= TEXT else [f"max_length {longest}"]
            return faults + _keys(element) + (_plain(element["placeholder"], 150) if "placeholder" in element else [])
        case kind:
            return [*faults, f"{kind} in an input"]


def _options(element: Element) -> Iterator[str]:
    options = element.get("options", [])
    if not 0 < len(options) <= OPTIONS:
        yield f"{len(options)} options"
    for option in options:
        yield from _plain(option.get("text", {}), 75)
        if not 0 < len(option.get("value", "")) <= 150:
            yield f"an option's value {option.get('value')!r}"
    if "initial_option" in element and element["initial_option"] not in options:
        yield "an initial_option that is none of them"


def _plain(text: Element, longest: int) -> list[str]:
    if text.get("type") != "plain_text":
        return [f"{text.get('type')} in place of plain_text"]
    length = len(text.get("text", ""))
    return _keys(text) + ([] if 0 < length <= longest else [f"plain_text of {length} characters, {longest} at most"])


def _keys(item: Element) -> list[str]:
    """The keys that an item misses, has too many of, or fills with too much."""
    must, may = REQUIRED[item["type"]]
    keys = set(item) - {"type"}
    wrong = [f"{item['type']} without {key}" for key in sorted(must - keys)]
    wrong += [f"{item['type']} with {key}" for key in sorted(keys - must - may)]
    long = [name for name, limit in LIMITS.items() if isinstance(item.get(name), str) and len(item[name]) > limit]
    return wrong + [f"{name} of {len(item[name])} characters" for name in long]


def _repeated(name: str, items: Sequence[Element]) -> list[str]:
    named = [item[name] for item in items if name in item]
    return [f"{name} {one!r} twice" for one in sorted(set(named)) if named.count(one) > 1]
