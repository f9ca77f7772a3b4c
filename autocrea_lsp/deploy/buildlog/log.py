"""What the readers of single tools share: the lines, what one finds in them, and the code that tools draw around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autocrea_lsp.deploy.buildlog.places import Places
from autocrea_lsp.deploy.values import Level

FRAME_LINES = 14  # of code that a tool shows around a place

_CODE_ROW = re.compile(r"\s{0,12}>?\s{0,6}(?P<number>\d{1,7})\s{0,6}[|│] ?")
_MARK_ROW = re.compile(r"\s{0,12}>?\s{0,12}[|│:·╵]? ?(?P<before>[\s|│─.-]*)(?P<mark>\^+|~+|[─┬]{1,200})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A problem before its path is known to be the project's. Columns from 1; the end is behind the last character."""

    raw: str  # the path as the tool writes it
    line: int
    message: str
    tool: str
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    severity: Level = "error"
    code: str = ""
    vague: bool = False  # the file is known, the line is not: line 1 stands for it


class Log:
    """The lines of one log, without colours and prefixes, and the files that it may speak of."""

    def __init__(self, lines: list[str], places: Places) -> None:
        self.lines = lines
        self.places = places
        self._next: dict[tuple[str, ...], int] = {}

    def line(self, at: int) -> str:
        """A line; "" outside of the log."""
        return self.lines[at] if 0 <= at < len(self.lines) else ""

    def after(self, at: int, most: int) -> Iterator[str]:
        """The lines that follow, at most so many."""
        for number in range(at + 1, min(at + 1 + most, len(self.lines))):
            yield self.lines[number]

    def before(self, at: int, most: int) -> Iterator[str]:
        """The lines that precede, the nearest first, at most so many."""
        for number in range(at - 1, max(-1, at - 1 - most), -1):
            yield self.lines[number]

    def next_that_starts(self, prefixes: tuple[str, ...], at: int) -> str:
        """The first line from `at` on that starts so; "": none does. Asked in ascending order it reads each once."""
        found = self._next.get(prefixes, -1)
        if found < at:
            found = at
            while found < len(self.lines) and not self.lines[found].startswith(prefixes):
                found += 1
            self._next[prefixes] = found
        return self.line(found)


Reader = Callable[[Log, int], Iterator[Found]]
"""Looks at one line, and at few around it; `at` is its index."""


def framed(log: Log, at: int, most: int = FRAME_LINES) -> tuple[int, int, int]:
    """Line, column and end column that a drawing of code below line `at` marks; zeros where there is none."""
    line, gutter = 0, 0
    for text in log.after(at, most):
        row = _CODE_ROW.match(text)
        if row:
            line, gutter = int(row["number"]), row.end()
            continue
        mark = _MARK_ROW.match(text) if line else None
        if mark:
            column = mark.start("mark") - gutter + 1
            return (line, column, column + len(mark["mark"])) if column > 0 else (line, 0, 0)
    return 0, 0, 0


def marked_width(log: Log, at: int, most: int = 8) -> int:
    """How many characters the first marking below line `at` underlines; 0: there is none."""
    for text in log.after(at, most):
        if not text:
            continue
        mark = _MARK_ROW.match(text)
        if mark and mark["mark"][0] in "^~":
            return len(mark["mark"])
    return 0


def first_text(log: Log, at: int, most: int = 3) -> str:
    """The first line behind `at` that is not empty, stripped."""
    return next((text.strip() for text in log.after(at, most) if text.strip()), "")


def level_of(word: str) -> Level:
    """What a tool calls it."""
    lower = word.lower()
    return "error" if lower in ("error", "fatal error", "err") else "warning" if lower.startswith("warn") else "info"
