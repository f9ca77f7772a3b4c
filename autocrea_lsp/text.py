"""Plain values for text: lines, columns, snapshots. No editor, no files.

Lines end where LSP says they end (`\\n`, `\\r\\n`, `\\r`); other separators that `str.splitlines` knows are text.
Columns are code points unless a function says units; units are those of the position encoding agreed with a client.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]
_CODECS: Mapping[Encoding, str] = {"utf-8": "utf-8", "utf-16": "utf-16-le"}  # without a byte order mark

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A document at one moment, with a caret in it.

    `lines` keep their ends; a document that ends in a line end has no empty last line. `line` may be `len(lines)`
    (the caret is on that empty last line). `line` and `column` count from 0, `column` in code points and never past
    the line's text.
    """

    uri: str
    version: int
    language: str  # LSP language id, "" when unknown
    lines: Sequence[str]
    size: int  # code points in the document
    line: int
    column: int

    @property
    def current(self) -> str:
        """The caret's line without its end."""
        return body(self.lines[self.line]) if self.line < len(self.lines) else ""

    @property
    def head(self) -> str:
        """What stands before the caret on its line."""
        return self.current[: self.column]

    @property
    def tail(self) -> str:
        """What stands after the caret on its line, without the line end."""
        return self.current[self.column :]

    def before(self, first_line: int) -> str:
        """The text from the start of `first_line` to the caret."""
        return "".join(self.lines[first_line : self.line]) + self.head

    def after(self, last_line: int) -> str:
        """The text from the caret to the end of `last_line` (inclusive)."""
        if self.line >= len(self.lines):
            return ""
        return self.lines[self.line][self.column :] + "".join(self.lines[self.line + 1 : last_line + 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a document: lines from 0, columns in code points, the end exclusive. May be empty."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


def split_lines(text: str) -> list[str]:
    """Split into lines that keep their ends, on LSP's three line ends only."""
    if "\r" in text:
        return _LINE.findall(text)
    lines = [part + "\n" for part in text.split("\n")]
    last = lines.pop()[:-1]
    if last:
        lines.append(last)
    return lines


def sound(text: str) -> str:
    """Without lone surrogates, which JSON lets in and UTF-8 does not let out."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def body(line: str) -> str:
    """A line without its end."""
    if line.endswith("\n"):
        return line[:-2] if line.endswith("\r\n") else line[:-1]
    return line.removesuffix("\r")


def column_of(text: str, units: int, encoding: Encoding) -> int:
    """Code points for `units` of `text` (one line without its end).

    Past the end is the end; inside a character is before it, as clients do.
    """
    if units <= 0:
        return 0
    if encoding == "utf-32" or text.isascii():
        return min(units, len(text))
    # Halves of surrogate pairs, which JSON can bring, are characters of their own here: each is one unit of UTF-16.
    raw = text.encode(_CODECS[encoding], "surrogatepass")
    if encoding == "utf-8":
        end = min(units, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:  # a continuation byte
            end -= 1
        return len(raw[:end].decode("utf-8", "surrogatepass"))
    if len(raw) == 2 * len(text):
        return min(units, len(text))
    # Not by decoding: two halves that stand side by side would come back as one character.
    columns = range(min(units, len(text)) + 1)
    return bisect_right(columns, units, key=lambda column: units_of(text, column, encoding)) - 1


def units_of(text: str, column: int, encoding: Encoding) -> int:
    """Units of `encoding` for the first `column` code points of `text` (one line without its end)."""
    head = text[:column]
    if encoding == "utf-32" or head.isascii():
        return len(head)
    return len(head.encode(_CODECS[encoding], "surrogatepass")) // (2 if encoding == "utf-16" else 1)


def offset_of(lines: Sequence[str], line: int, column: int) -> int:
    """Code points from the start of the document to that place."""
    return sum(map(len, lines[:line])) + column


def common_prefix(a: str, b: str) -> int:
    """How many characters the two share at their start."""
    limit = min(len(a), len(b))
    if a[:limit] == b[:limit]:
        return limit
    low, high = 0, limit
    while low < high:  # binary search over slices: C speed on long texts
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
