"""A document as tree-sitter sees it (UTF-8 bytes) and as we do (lines and code points), and the way between both."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from autocrea_lsp.text import Span, body

_LONE_RETURN = re.compile(rb"\r(?!\n)")


class Source:
    """Lines with their bytes, as long as the grammars need them.

    Halves of surrogate pairs, which UTF-8 has no bytes for, are read as `?`, and a `\\r` that ends a line as `\\n`.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        text = "".join(self.lines)
        self.bytes = encoded(text)
        self._ascii = len(self.bytes) == len(text)
        if b"\r" in self.bytes:
            self.bytes = _LONE_RETURN.sub(b"\n", self.bytes)
        sizes = map(len, self.lines if self._ascii else map(encoded, self.lines))
        self._starts = [0, *accumulate(sizes)]  # of each line, and of what follows the last one

    def offset(self, line: int, column: int) -> int:
        """The byte at a place; beyond the line's text is its end."""
        if line >= len(self.lines):
            return len(self.bytes)
        head = body(self.lines[line])[:column]
        return self._starts[line] + (len(head) if self._ascii else len(encoded(head)))

    def line_of(self, offset: int) -> int:
        """The line of a byte; at the end of a text that ends with a line break it is the empty last line."""
        line = bisect_right(self._starts, offset) - 1
        if line == len(self.lines) and self.lines and not self.lines[-1].endswith(("\n", "\r")):
            return line - 1
        return line

    def place(self, offset: int) -> tuple[int, int]:
        """(line, column in code points) of a byte."""
        line = self.line_of(offset)
        start = self._starts[line]
        if self._ascii:
            return line, offset - start
        return line, len(self.bytes[start:offset].decode("utf-8", "ignore"))

    def span(self, start: int, end: int) -> Span:
        start_line, start_column = self.place(start)
        end_line, end_column = self.place(end)
        return Span(start_line=start_line, start_column=start_column, end_line=end_line, end_column=end_column)

    def whole_lines(self, start: int, end: int) -> Span:
        """Like `span`, grown to whole lines where only blanks (and a closing `;`, `,` or `)`) stand beside it."""
        span = self.span(start, start + len(self.bytes[start:end].rstrip()))  # some nodes take line breaks along
        start_line, start_column, end_line, end_column = (
            span.start_line, span.start_column, span.end_line, span.end_column,
        )  # fmt: skip
        if start_line < len(self.lines) and not self.lines[start_line][:start_column].strip():
            start_column = 0
        if end_line < len(self.lines):
            line = body(self.lines[end_line])
            if not line[end_column:].strip(" \t;,)"):
                end_column = len(line)
        return Span(start_line=start_line, start_column=start_column, end_line=end_line, end_column=end_column)

    def text(self, start: int, end: int) -> str:
        return self.bytes[start:end].decode("utf-8", "replace")


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
