"""What the pages say, in Chinese and in English; the templates and the pages' scripts take it from here."""

from __future__ import annotations

from typing import Any

from bot.web.words import access, chat, indexing

WORDS: dict[str, dict[str, Any]] = {
    "zh": {**chat.ZH, "access": access.ZH, "indexing": indexing.ZH},
    "en": {**chat.EN, "access": access.EN, "indexing": indexing.EN},
}
