"""A vocabulary for Chinese and Latin text: of the encoder's pieces those that such text uses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MARKS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
LARGEST = 80_000  # pieces
_ALWAYS = 1  # a piece of so many characters stays if it is Chinese, Latin, a digit or a mark
_PLAIN = set(map(chr, range(0x20, 0x7F))) | set("▁。，、：；？！“”‘’（）《》〈〉【】「」『』—…·％￥℃°")


def used_pieces(tokenizer_file: Path, texts: Iterable[str], least: int = 1) -> list[str]:
    """The pieces that the texts use at least so often, and all single Chinese and Latin characters, in their order."""
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(tokenizer_file))
    counted: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 256:
            _count(tokenizer, batch, counted)
            batch = []
    _count(tokenizer, batch, counted)
    pieces = [piece for piece, _ in json.loads(tokenizer_file.read_text(encoding="utf-8"))["model"]["vocab"]]
    kept = [
        piece
        for number, piece in enumerate(pieces)
        if piece in MARKS or counted[number] >= least or (len(piece) == _ALWAYS and _is_plain(piece))
    ]
    if len(kept) > LARGEST:
        often = {pieces[number] for number, _ in counted.most_common(LARGEST // 2)}
        kept = [piece for piece in kept if piece in MARKS or piece in often or _is_plain(piece)][:LARGEST]
    return kept


def prune(tokenizer_file: Path, kept: Iterable[str], into: Path) -> list[int]:
    """Writes the tokenizer with the kept pieces alone; gives each one's number in the old vocabulary."""
    told = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    wanted = set(kept)
    numbers = [number for number, (piece, _) in enumerate(told["model"]["vocab"]) if piece in wanted]
    told["model"]["vocab"] = [told["model"]["vocab"][number] for number in numbers]
    places = {piece: place for place, (piece, _) in enumerate(told["model"]["vocab"])}
    told["model"]["unk_id"] = places["<unk>"]
    told["added_tokens"] = [mark | {"id": places[mark["content"]]} for mark in told["added_tokens"]]
    for mark in told["post_processor"]["special_tokens"].values():
        mark["ids"] = [places[mark["id"]]]
    into.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return numbers


def _count(tokenizer: Any, texts: list[str], counted: Counter[int]) -> None:
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        counted.update(encoding.ids)


def _is_plain(piece: str) -> bool:
    return piece in _PLAIN or "\u4e00" <= piece <= "\u9fff"
