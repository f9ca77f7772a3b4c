"""A document as the assistant's acts see it, and the lines that an act is about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from autocrea_lsp.text import Span

MAX_BYTES = 10_000_000  # of a file that an act may look at


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A whole document. `name` is what a model is told: relative to the workspace folder, or the bare name."""

    uri: str
    version: int | None  # None: a file that is not open
    language: str  # LSP language id, "" when unknown
    lines: tuple[str, ...]  # with their ends
    name: str

    @property
    def text(self) -> str:
        return "".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file's new text; `is_new`: `source` is where it will be, without a text."""

    source: Source
    lines: tuple[str, ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines `first` to before `last`, from 0."""

    first: int
    last: int

    def holds(self, first: int, last: int) -> bool:
        """Whether lines `first` to before `last` lie inside; an insertion at either edge does."""
        return self.first <= first and last <= self.last


def plain_ends(source: Source) -> str:
    """The text as a model reads and writes it: with `\\n`, where the document has `\\r\\n` throughout."""
    return source.text.replace("\r\n", "\n") if _is_crlf(source) else source.text


def own_ends(source: Source, text: str) -> str:
    """A text that came of `plain_ends`, with the document's own line ends."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n") if _is_crlf(source) else text


def _is_crlf(source: Source) -> bool:
    ended = [line for line in source.lines if line.endswith(("\n", "\r"))]
    return bool(ended) and all(line.endswith("\r\n") for line in ended)


def lines_of(span: Span) -> Lines:
    """The lines that a span touches; one that ends at a line's start does not touch that line."""
    last = span.end_line + (1 if span.end_column or span.end_line == span.start_line else 0)
    return Lines(first=span.start_line, last=max(last, span.start_line + 1))


def region_hash(lines: Sequence[str], where: Lines) -> str:
    """A short name for the text of those lines, to find out later whether it is still there."""
    text = "".join(lines[where.first : where.last])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def find_region(lines: Sequence[str], where: Lines, name: str) -> Lines | None:
    """Where the lines that `region_hash` named are now: the nearest place with that text, None when it is gone."""
    size = where.last - where.first
    places = range(max(0, len(lines) - size) + 1)
    for first in sorted(places, key=lambda first: abs(first - where.first)):
        moved = Lines(first=first, last=first + size)
        if region_hash(lines, moved) == name:
            return moved
    return None
