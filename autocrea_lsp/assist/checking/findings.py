"""What a checker found in the text before and in the text after."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from autocrea_lsp.assist.checking.bench import Bench
from autocrea_lsp.assist.checking.verdict import Candidate

_PLACES = re.compile(r"\b(?:on |at |from )?line \d+\b")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`line` counts from 0. `outside`: it comes from what a copy of one file lacks, modules and their types."""

    line: int
    code: str
    message: str
    error: bool = True
    syntax: bool = False
    outside: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The same for the same problem at another place."""
        return self.code, _SPACE.sub(" ", _PLACES.sub("", self.message)).strip()

    def __str__(self) -> str:
        """ "F821 Undefined name `x` (line 3)" """
        first = self.message.splitlines()[0] if self.message else "a problem"
        return f"{self.code} {first[:300]} (line {self.line + 1})".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`first_only`: the checker stops at the first syntax error, which stands for all of them."""

    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    first_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """`judge` raises Unable where it cannot say."""

    name: str
    judge: Callable[[Candidate, Bench], Awaitable[Report]]
