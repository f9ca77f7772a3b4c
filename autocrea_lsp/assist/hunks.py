"""From an old and a new text to the smallest runs of lines that differ, and back; and across edits made meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autocrea_lsp.assist.blocks import blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines `start` to before `end` (from 0) become `new`; lines keep their ends."""

    start: int
    end: int
    new: tuple[str, ...]


def between(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """The hunks that make `new` of `old`, in order, none touching another."""
    return [
        Hunk(start=block.start, end=block.end, new=tuple(new[block.new_start : block.new_end]))
        for block in blocks(old, new)
    ]


def apply(lines: Sequence[str], hunks: Sequence[Hunk]) -> list[str]:
    """The lines with the hunks in place; hunks are of `lines` and in order."""
    result: list[str] = []
    at = 0
    for hunk in hunks:
        result += lines[at : hunk.start]
        if hunk.new and result and not result[-1].endswith(("\n", "\r")):
            result[-1] += "\n"  # the last line of a text had no end, and now something follows
        result += hunk.new
        at = hunk.end
    result += lines[at:]
    return result


def rebase(hunks: Sequence[Hunk], old: Sequence[str], now: Sequence[str]) -> list[Hunk] | None:
    """Hunks of `old` as hunks of `now`, what `old` has become meanwhile.

    None where a line that a hunk replaces, or one beside it, is not as it was: nobody knows then what is right.
    """
    if old == now:
        return list(hunks)
    changes = between(old, now)
    moved: list[Hunk] = []
    for hunk in hunks:
        shift = 0
        for change in changes:
            if change.end < hunk.start:
                shift += len(change.new) - (change.end - change.start)
            elif change.start <= hunk.end:
                return None
        moved.append(replace(hunk, start=hunk.start + shift, end=hunk.end + shift))
    return moved
