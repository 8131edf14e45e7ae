"""A character normalisation table as the `Precompiled` normaliser of `tokenizers` reads it.

The layout is SentencePiece's `precompiled_charsmap`: the size of a trie in bytes, a Darts
double-array trie over UTF-8 keys, then the replacements, each ended by a zero byte. A leaf's
value is its replacement's offset. Units are those of darts-clone: bits 0-7 the label, bit 8
"has a leaf", bit 9 "the offset is in steps of 256", bits 10-30 the offset, bit 31 "is a value".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_BLOCK = 256


@dataclass
class _Node:
    children: dict[int, _Node] = field(default_factory=dict)
    value: int | None = None


def precompiled_charsmap(table: Mapping[str, str]) -> bytes:
    """The charsmap that replaces each key (one character or more) by its value."""
    root, replacements = _Node(), bytearray()
    offsets: dict[str, int] = {}
    for key in sorted(table, key=str.encode):
        replacement = table[key]
        if replacement not in offsets:
            offsets[replacement] = len(replacements)
            replacements += replacement.encode() + b"\0"
        node = root
        for byte in key.encode():
            node = node.children.setdefault(byte, _Node())
        node.value = offsets[replacement]
    units = _double_array(root)
    return struct.pack("<I", 4 * len(units)) + struct.pack(f"<{len(units)}I", *units) + bytes(replacements)


def _double_array(root: _Node) -> list[int]:
    """The units of the trie: a child with label c of the node at i stands at ``i ^ offset(i) ^ c``."""
    units = [0] * (2 * _BLOCK)
    used = bytearray(2 * _BLOCK)
    used[0] = 1
    bases = {0}  # two nodes on one base would take each other's children for theirs
    free = 1  # every place before it is used
    waiting = [(root, 0)]
    while waiting:
        node, place = waiting.pop()
        labels = sorted(node.children) if node.value is None else [0, *sorted(node.children)]
        while free < len(used) and used[free]:
            free += 1
        base = _free_base(used, bases, labels, free)
        bases.add(base)
        while len(used) < (base | 0xFF) + 1 + _BLOCK:
            used.extend(bytes(_BLOCK))
            units.extend([0] * _BLOCK)
        units[place] |= _offset_bits(base ^ place)
        for label in labels:
            used[base ^ label] = 1
        if node.value is not None:
            units[place] |= 1 << 8
            units[base] = (1 << 31) | node.value
        for label, child in node.children.items():
            units[base ^ label] = label
            waiting.append((child, base ^ label))
    return units


def _free_base(used: bytearray, bases: set[int], labels: list[int], start: int) -> int:
    """The first new base, at or after the block of `start`, whose places for all labels are free."""
    base = start & ~0xFF
    while base in bases or any(base ^ label < len(used) and used[base ^ label] for label in labels):
        base += 1
    return base


def _offset_bits(offset: int) -> int:
    if offset < 1 << 21:
        return offset << 10
    if offset & 0xFF or offset >= 1 << 29:
        raise ValueError("the table is too large for a double-array trie")
    return (offset >> 8) << 10 | 1 << 9
