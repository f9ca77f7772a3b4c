"""Where a build's problem stands: in the text as it is, in the client's units, and after an edit.

A tool counts lines and columns from 1, and columns in units of its own. What it saw may have changed since: whatever
it says is clamped to the text at hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autocrea_lsp.text import Encoding, body, column_of, split_lines, units_of

if TYPE_CHECKING:
    from autocrea_lsp.deploy.buildlog import Problem

_WORD = re.compile(r"[\w$]+|[^\w\s]+")
_COUNTS: Mapping[str, Encoding] = {
    **dict.fromkeys(("go", "gcc", "esbuild"), "utf-8"),
    **dict.fromkeys(("python", "pip", "setuptools", "pytest", "mypy", "ruff", "toml", "cargo", "docker"), "utf-32"),
}
"""What a tool's columns count. Those that are not named are written in JavaScript, whose strings are UTF-16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A stretch of one line, in code points, the end exclusive. Lines count from 0; `text` is the line without its end.

    By `text` it is known whether the line is still the one that the problem is about.
    """

    line: int
    column: int
    end_column: int
    text: str


def spot(problem: Problem, line: int, lines: Sequence[str]) -> Spot:
    """Where the problem stands in these lines, of which `line` (from 0) is its own; past the last one is the last.

    From its column to the end that the tool names, else to that of the word; without a column all of the line.
    """
    clamped = min(max(line, 0), max(len(lines) - 1, 0))
    text = body(lines[clamped]) if lines else ""
    units = _COUNTS.get(problem.tool, "utf-16")
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if clamped == line and problem.column:
        start = column_of(text, problem.column - 1, units)
        if problem.end_column and problem.end_line in (0, problem.line):
            end = column_of(text, problem.end_column - 1, units)
        elif not problem.end_line > problem.line and (word := _WORD.match(text, start)) is not None:
            end = word.end()
    if end <= start:  # nothing to underline there: the character before it
        start, end = max(0, min(start, len(text)) - 1), min(start, len(text))
    return Spot(line=clamped, column=start, end_column=end, text=text)


def wire_range(spot: Spot, encoding: Encoding) -> lsp.Range:
    """The spot in the client's units."""
    start, end = (units_of(spot.text, column, encoding) for column in (spot.column, spot.end_column))
    return lsp.Range(
        start=lsp.Position(line=spot.line, character=start), end=lsp.Position(line=spot.line, character=end)
    )


def moved_by(change: lsp.TextDocumentContentChangeEvent, line: int, text: str) -> int | None:
    """Where a line with that text stands after the change; None where the change has edited it.

    What it says of a line at the edge of the change holds only if the line still has its text.
    """
    new = split_lines(change.text)
    if not isinstance(change, lsp.TextDocumentContentChangePartial):
        return found_again(line, text, new)
    ends = sum(each.endswith(("\n", "\r")) for each in new)  # of lines; what stands after the last one is no line yet
    first, last = change.range.start, change.range.end
    if line < first.line:
        return line
    if line > last.line:
        return line + ends - (last.line - first.line)
    if line == last.line and last.character == 0:
        return first.line + ends  # what was put in or taken out stood before it
    if line == first.line and first.character and (ends or last.line > first.line):
        return line  # its head is left: all of it, where the change began at its end
    same = [number for number, each in enumerate(new) if body(each) == text]
    return first.line + same[0] if len(same) == 1 else None


def found_again(line: int, text: str, lines: Sequence[str]) -> int | None:
    """The line in a text of which nothing else is known: at its place, else the only one that is the same."""
    if line < len(lines) and body(lines[line]) == text:
        return line
    same = [number for number, each in enumerate(lines) if body(each) == text] if text.strip() else []
    return same[0] if len(same) == 1 else None
