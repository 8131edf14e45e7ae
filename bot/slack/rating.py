"""What asks for the reason of a 👎, and what is read from it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.schemas import MAX_NOTE
from bot.slack.elements import Element, plain
from bot.slack.words import Words
from bot.types import Rating, Verdict
from bot.wire import rating_from_json

CALLBACK = "complaint"
_WHY, _NOTE = "why", "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Of which answer a form is, and where that stands; the form keeps it."""

    answer_id: str
    channel: str
    thread: str | None = None


def rating_form(place: Place, words: Words) -> Element:
    """The modal that asks what is wrong; all of it may be left out."""
    said = words.rating
    reasons = [{"text": plain(text), "value": reason.value} for reason, text in said.reasons.items()]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps(asdict(place)),
        "title": plain(said.title),
        "submit": plain(said.send),
        "close": plain(said.close),
        "blocks": [
            _input(_WHY, said.why, {"type": "radio_buttons", "options": reasons}),
            _input(
                _NOTE, said.note, {"type": "plain_text_input", "multiline": True, "max_length": MAX_NOTE}, said.kept
            ),
        ],
    }


def read_place(view: Mapping[str, Any]) -> Place:
    """Where a form that was sent belongs."""
    return Place(**json.loads(view["private_metadata"]))


def read_form(view: Mapping[str, Any]) -> Rating:
    """What a form that was sent says. Raises BadInput."""
    values = view["state"]["values"]
    reason = (values[_WHY][_WHY].get("selected_option") or {}).get("value")
    note = values[_NOTE][_NOTE].get("value") or ""
    answer_id = read_place(view).answer_id
    return rating_from_json({"id": answer_id, "verdict": Verdict.DOWN.value, "reason": reason, "note": note})


def _input(name: str, label: str, element: Element, hint: str = "") -> Element:
    """A field that may be left empty; block and element have its name."""
    below = {"hint": plain(hint)} if hint else {}
    asked = {**element, "action_id": name}
    return {"type": "input", "block_id": name, "optional": True, "label": plain(label), "element": asked, **below}
