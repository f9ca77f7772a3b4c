"""Definitions and imports by a look at the lines: for the moment in which there is no tree, and for other languages.

Indentation says what belongs together, whether a language means it or not; a pattern says what is a definition. What
is looked at is bounded, so that a guess takes less than a millisecond on any text: no guess is better than a late one.
"""

from __future__ import annotations

from collections.abc import Sequence

from autocrea_lsp.syntax import patterns
from autocrea_lsp.syntax.patterns import MAX_WIDTH
from autocrea_lsp.syntax.values import Definition, Kind
from autocrea_lsp.text import Span, body

_MAX_LINES = 10_000  # passed over; fewer of deep ones, whose blanks take time
_MAX_CANDIDATES = 25  # lines that are held against all patterns
_MAX_SIGNATURE = 30  # lines of a signature, or of decorators
_MAX_HEADER = 200  # lines in which imports are looked for


def definition(lines: Sequence[str], line: int) -> Definition | None:
    """The innermost definition whose lines hold `line`, by their indentation."""
    if not 0 <= line < len(lines):
        return None
    page = _Page(lines)
    first = -1
    if lines[line].isspace():
        line = page.below(line)  # what a blank line is in is what the next line is in
        if line < 0:
            return None
    else:
        first = page.past_decorators(line)
    found = page.recognise(first) if first >= 0 else None
    if found is None:
        first = page.opening(line)
        found = page.recognise(first) if first >= 0 else None
    if found is None:
        return None
    name, kind = found
    start, end = page.decorators(first), page.end(first, max(line, first))
    span = Span(start_line=start, start_column=0, end_line=end, end_column=len(body(lines[end])))
    return Definition(span=span, name=name, kind=kind)


def import_lines(lines: Sequence[str]) -> tuple[int, int]:
    """(first, end) of the imports at the top; (n, n) where there is none: where one would go."""
    first = end = -1
    header = number = 0
    limit = min(len(lines), _MAX_HEADER)
    while number < limit:
        line = lines[number][:MAX_WIDTH].strip()
        if not line:
            number += 1
            continue
        if patterns.IMPORT.match(line):
            first = number if first < 0 else first
            number = end = _closed(lines, number, limit)
            continue
        if line[:3] in ('"""', "'''") and first < 0:
            number = _past(lines, number, line[:3], limit)
        elif line.startswith("/*"):
            number = _past(lines, number, "*/", limit)
        elif patterns.BEFORE_IMPORTS.match(line):
            number += 1
        else:
            break
        header = number
    return (first, end) if first >= 0 else (header, header)


class _Page:
    """Lines, and how many of them may still be held against the patterns."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._left = _MAX_CANDIDATES

    def below(self, line: int) -> int:
        """The next line that is not blank, -1 where that begins something new."""
        stop = min(len(self._lines), line + _MAX_SIGNATURE)
        at = next((at for at in range(line + 1, stop) if not self._lines[at].isspace()), -1)
        return -1 if at < 0 or not self._lines[at][:1].isspace() else at

    def past_decorators(self, line: int) -> int:
        stop = min(len(self._lines) - 1, line + _MAX_SIGNATURE)
        while line < stop and patterns.DECORATOR.match(self._text(line)):
            line += 1
        return line

    def decorators(self, first: int) -> int:
        """Where the decorators of the definition that begins there begin."""
        indent, start = _indent(self._lines[first]), first
        while start > max(0, first - _MAX_SIGNATURE) and _indent(self._lines[start - 1]) == indent:
            if not patterns.DECORATOR.match(self._text(start - 1)):
                break
            start -= 1
        return start

    def opening(self, line: int) -> int:
        """The line of the innermost definition that `line` is indented under, -1 where there is none."""
        text = self._text(line)
        closes = patterns.CLOSES.match(text) or patterns.LONE_BRACE.fullmatch(text)
        limit = _indent(self._lines[line]) + (1 if closes else 0)
        for at in range(line - 1, max(-1, line - _reach(limit)), -1):
            if limit == 0 or self._left <= 0:
                break
            if self._lines[at][:limit].isspace():  # blank, or indented as deep
                continue
            if self.recognise(at) is not None:
                return at
            # A lone brace, or the end of a signature: its first line stands above, as deep. A bracket that only closes
            # ends what has nothing to do with the place.
            text = self._text(at)
            continues = patterns.LONE_BRACE.fullmatch(text) or (
                patterns.CLOSES.match(text) and text.endswith(patterns.OPENS)
            )
            limit = _indent(self._lines[at]) + (1 if continues else 0)
        return -1

    def end(self, first: int, line: int) -> int:
        """The last line of the definition that begins at `first` and holds `line`."""
        lines = self._lines
        indent = _indent(lines[first])
        if line > first and _indent(lines[line]) == indent and patterns.SHUT.match(self._text(line)):
            return line
        stop = min(len(lines), line + _reach(indent))
        width = indent + 1
        for at in range(line + 1, stop):
            if lines[at][:width].isspace():  # blank, or indented deeper
                continue
            text = self._text(at)
            if _indent(lines[at]) == indent:
                if patterns.SHUT.match(text):
                    return at
                in_signature = at - first < _MAX_SIGNATURE and patterns.CLOSES.match(text)
                if in_signature or patterns.LONE_BRACE.fullmatch(text):
                    continue
            stop = at
            break
        last = stop - 1
        while last > line and lines[last].isspace():
            last -= 1
        return last

    def recognise(self, at: int) -> tuple[str, Kind] | None:
        """The name and kind of a definition whose first line this is."""
        line = self._text(at)
        if self._left <= 0 or line[:1] in ("", "#", "/", "*", "-", '"', "'", ")", "}", "]", "{", "."):
            return None
        self._left -= 1
        if found := patterns.class_at(line):
            return found["name"].rstrip(":"), "class"
        if found := patterns.ALIAS.match(line):
            return found["name"], "other"
        if found := patterns.FUNCTION.match(line):
            name = found["name"].rstrip(":").removeprefix("self.")
            return name, self._function(at, known=bool(found["receiver"]) or ":" in name)
        if found := patterns.BOUND.match(line):
            return found["name"], self._function(at)
        if (found := patterns.METHOD.match(line)) and patterns.CONTROL.isdisjoint(line[: found.end("name")].split()):
            return (found["name"], self._function(at, known="::" in found["name"])) if self._has_body(at) else None
        return None

    def _function(self, at: int, *, known: bool = False) -> Kind:
        """Whether the nearest line above that is indented less begins a class: then it is a method."""
        limit = _indent(self._lines[at])
        if known or limit == 0:
            return "method" if known else "function"
        for above in range(at - 1, max(-1, at - _reach(limit)), -1):
            if self._lines[above][:limit].isspace():
                continue
            text = self._text(above)
            self._left -= 1
            if self._left > 0 and (patterns.LONE_BRACE.fullmatch(text) or patterns.ACCESS.match(text)):
                continue
            return "method" if patterns.class_at(text) else "function"
        return "function"

    def _has_body(self, at: int) -> bool:
        """Whether a block opens after what may be a signature, and no statement ends before."""
        for number in range(at, min(len(self._lines), at + _MAX_SIGNATURE)):
            text = self._text(number)
            if "{" in text:
                return True
            if not text or text.endswith((";", ":")):
                return False
        return False

    def _text(self, at: int) -> str:
        return self._lines[at].strip()[:MAX_WIDTH]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _reach(indent: int) -> int:
    return _MAX_LINES // (1 + indent // 64)


def _closed(lines: Sequence[str], number: int, limit: int) -> int:
    """The line after an import that may have brackets over several lines."""
    depth = 0
    for at in range(number, limit):
        line = lines[at][:MAX_WIDTH]
        depth += sum(map(line.count, "({[")) - sum(map(line.count, ")}]"))
        if depth <= 0:
            return at + 1
    return number + 1


def _past(lines: Sequence[str], number: int, mark: str, limit: int) -> int:
    """The line after the one in which a text that begins on line `number` ends."""
    begins = lines[number].lstrip()[len(mark) :]
    if mark in begins:
        return number + 1
    return next((at + 1 for at in range(number + 1, limit) if mark in lines[at]), number + 1)
