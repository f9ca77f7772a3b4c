"""Which line of the text before became which line of the text after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_EXACT = 1_000  # lines; comparing more of them line by line would take seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines `start` to before `end` became `new_start` to before `new_end`; one of the two may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


def blocks(before: Sequence[str], after: Sequence[str]) -> list[Block]:
    """The changed places, in order. What the texts share at both ends is not compared at all."""
    head = 0
    limit = min(len(before), len(after))
    while head < limit and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < limit - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > _EXACT)
    return [
        Block(start=head + i1, end=head + i2, new_start=head + j1, new_end=head + j2)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def moved_to(line: int, changes: Sequence[Block]) -> int | None:
    """Where an unchanged line stands now; None for one that was changed."""
    shift = 0
    for block in changes:
        if line < block.start:
            break
        if line < block.end:
            return None
        shift = block.new_end - block.end
    return line + shift


def is_new(line: int, changes: Sequence[Block]) -> bool:
    """Whether a line of the text after was put in or changed."""
    return any(block.new_start <= line < block.new_end for block in changes)
