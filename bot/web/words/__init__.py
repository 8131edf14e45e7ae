"""What the pages say, in Chinese and in English; the templates and the pages' scripts take it from here."""

from __future__ import annotations

from typing import Any

from bot.web.words import access, admin, chat, indexing

WORDS: dict[str, dict[str, Any]] = {
    "zh": {**chat.ZH, "indexing": indexing.ZH, "access": access.ZH, "admin": admin.ZH},
    "en": {**chat.EN, "indexing": indexing.EN, "access": access.EN, "admin": admin.EN},
}

# What the chat's script says; the rest is the templates'.
FOR_SCRIPT = (
    *("looking", "retry", "understood", "masked", "conflict", "target", "reasons", "advice", "nearest", "others"),
    *("copies", "row", "page", "confidence", "milliseconds", "seconds", "undated", "marks", "errors"),
    *("scope", "copy", "copied", "copy_failed", "feedback", "beside", "past", "upload"),
)
