"""The checker of Slack's limits finds what Slack would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.rating import Place, rating_form
from bot.slack.words import ZH
from tests.slack_limits import message_faults, view_faults

TEXT: dict[str, Any] = {"type": "text", "text": "一"}
SECTION: dict[str, Any] = {"type": "rich_text_section", "elements": [TEXT]}
BLOCK: dict[str, Any] = {"type": "rich_text", "elements": [SECTION]}
FACE: dict[str, Any] = {"type": "plain_text", "text": "好"}
BUTTON: dict[str, Any] = {"type": "button", "text": FACE, "action_id": "a", "value": "1"}


def message(*blocks: dict[str, Any], text: str = "一") -> dict[str, Any]:
    return {"text": text, "blocks": list(blocks)}


def said(*leaves: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return message({"type": "rich_text", "elements": [{"type": kind, "elements": list(leaves)}]})


def buttons(*elements: dict[str, Any]) -> dict[str, Any]:
    return message({"type": "actions", "elements": list(elements)})


def test_what_slack_takes_has_no_fault() -> None:
    assert message_faults(message(BLOCK, {"type": "actions", "elements": [BUTTON]})) == []
    assert message_faults(said(TEXT | {"style": {"bold": True}}, {"type": "user", "user_id": "U1"})) == []


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        (message(BLOCK, text=""), ["text has 0 characters"]),
        (message(BLOCK, text="一" * 3001), ["text has 3001 characters"]),
        (message(), ["0 blocks"]),
        (message(*[BLOCK] * 51), ["51 blocks"]),
        (message({"type": "input"}), ["block 0: not a block of a message"]),
        (message(BLOCK | {"colour": "red"}), ["block 0: rich_text with colour"]),
        (message(BLOCK | {"block_id": "b"}, BLOCK | {"block_id": "b"}), ["block_id 'b' twice"]),
        (message(BLOCK | {"block_id": "b" * 256}), ["block 0: block_id of 256 characters"]),
        (said(TEXT, kind="rich_text_table"), ["block 0: rich_text_table in rich_text"]),
        (said(), ["block 0: rich_text_section of 0 characters"]),
        (said(TEXT | {"text": ""}), ["block 0: text of 0 characters"]),
        (
            said(TEXT | {"text": "一" * 2000}, TEXT | {"text": "一" * 1001}),
            ["block 0: rich_text_section of 3001 characters"],
        ),
        (said(TEXT | {"style": {"highlighted": True}}), ["block 0: style"]),
        (said({"type": "image", "url": "x"}), ["block 0: image in a section"]),
        (said({"type": "user"}), ["block 0: user without user_id"]),
        (said({"type": "link", "url": "file:///a", "text": "一"}), ["block 0: link to file:///a"]),
        (buttons(), ["block 0: 0 buttons"]),
        (buttons(BUTTON, BUTTON), ["block 0: action_id 'a' twice"]),
        (buttons({"type": "link"}), ["block 0: link among buttons"]),
        (buttons(BUTTON | {"value": "1" * 2001}), ["block 0: value of 2001 characters"]),
        (buttons(BUTTON | {"style": "blue"}), ["block 0: style"]),
        (buttons(BUTTON | {"text": TEXT}), ["block 0: text in place of plain_text"]),
        (
            buttons(BUTTON | {"text": FACE | {"text": "好" * 76}}),
            ["block 0: plain_text of 76 characters, 75 at most"],
        ),
        (
            message(
                *[{"type": "rich_text", "elements": [{**SECTION, "elements": [TEXT | {"text": "一" * 2800}]}]}] * 4
            ),
            ["msg_blocks_too_long: 11200 characters"],
        ),
    ],
)
def test_a_message_that_slack_refuses_has_its_fault(wrong: dict[str, Any], faults: list[str]) -> None:
    assert message_faults(wrong) == faults


def form(**changed: Any) -> dict[str, Any]:
    return {**rating_form(Place("a1", "C1"), ZH), **changed}


def with_input(place: int, **changed: Any) -> dict[str, Any]:
    blocks = form()["blocks"]
    blocks[place]["element"] |= changed
    return form(blocks=blocks)


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ({"type": "home"}, ["unknown view home"]),
        (form(title=FACE | {"text": "好" * 25}), ["plain_text of 25 characters, 24 at most"]),
        (form(private_metadata="1" * 3001), ["private_metadata of 3001 characters"]),
        (form(colour="red"), ["modal with colour"]),
        ({key: value for key, value in form().items() if key != "submit"}, ["an input without submit"]),
        (with_input(0, options=[]), ["block 0: 0 options"]),
        (with_input(0, options=[{"text": FACE, "value": ""}]), ["block 0: an option's value ''"]),
        (with_input(1, max_length=3001), ["block 1: max_length 3001"]),
        (with_input(1, type="email"), ["block 1: email in an input"]),
    ],
)
def test_a_modal_that_slack_refuses_has_its_fault(wrong: dict[str, Any], faults: list[str]) -> None:
    assert view_faults(wrong) == faults
