"""A proposal as a value: its files, their hunks, and what has become of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from autocrea_lsp.assist import hunks
from autocrea_lsp.assist.call import Took
from autocrea_lsp.assist.checking import Verdict
from autocrea_lsp.assist.editing import Request

State = Literal["pending", "accepted", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One hunk; of an accepted one `start` to `end` are the lines that it has become."""

    id: str
    start: int
    end: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    state: State = "pending"

    @property
    def hunk(self) -> hunks.Hunk:
        return hunks.Hunk(start=self.start, end=self.end, new=self.new)


@dataclass(slots=True, kw_only=True)
class File:
    """`base` is the document with what was accepted, as far as we know it; the parts count its lines."""

    uri: str
    version: int | None
    language: str
    is_new: bool
    base: tuple[str, ...]
    parts: list[Part]
    before: tuple[tuple[str, ...], list[Part]] | None = None  # base and parts before what was accepted last

    @property
    def pending(self) -> list[Part]:
        return [part for part in self.parts if part.state == "pending"]

    @property
    def proposed(self) -> list[str]:
        return hunks.apply(self.base, [part.hunk for part in self.pending])


@dataclass(slots=True, kw_only=True)
class Proposal:
    id: str
    title: str
    explanation: str
    verdict: Verdict
    took: Took
    files: list[File]
    request: Request | None = field(default=None, repr=False)  # None: it cannot be made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What to do to a file now: `hunks` of `base`, which is its text as it is; or make it with that text."""

    uri: str
    version: int | None
    base: tuple[str, ...]
    hunks: tuple[hunks.Hunk, ...]
    is_new: bool
