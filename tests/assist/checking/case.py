"""A proposed fix and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import Literal

from autocrea_lsp.assist.checking import Candidate
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.text import Span


def problem(line: int, source: str, code: str, message: str) -> Diagnostic:
    """A problem in a line, counted from 1 as people do."""
    span = Span(start_line=line - 1, start_column=0, end_line=line - 1, end_column=1)
    return Diagnostic(span=span, message=message, source=source, code=code)


@dataclass(frozen=True, kw_only=True)
class Case:
    """`label` is part of what the user reads; `checker` is what it takes ("" where no program is asked)."""

    name: str
    language: str
    before: str
    after: str
    problems: list[Diagnostic] = field(default_factory=list)
    expect: Literal["passed", "failed", "unchecked"]
    label: str
    checker: Literal["", "ruff", "pyright", "tsc", "node"] = ""

    def candidate(self, *, trusted: bool = True) -> Candidate:
        ending = {"python": "py", "typescript": "ts", "typescriptreact": "tsx", "javascript": "js", "go": "go"}
        return Candidate(
            language=self.language,
            file_name=f"sample.{ending.get(self.language, self.language)}",
            before=dedent(self.before).lstrip("\n"),
            after=dedent(self.after).lstrip("\n"),
            diagnostics=tuple(self.problems),
            trusted=trusted,
        )
