"""What is judged, and what is said of it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autocrea_lsp.assist.diagnostic import Diagnostic

Status = Literal["passed", "failed", "unchecked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A new text for a file. `diagnostics` are the problems that it shall be rid of; none for a refactoring.

    `file_name` has no folder in it. `folders` are the workspace's, from which no checker is ever taken.
    """

    language: str
    file_name: str
    before: str
    after: str
    diagnostics: tuple[Diagnostic, ...]
    trusted: bool
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`passed` only where a checker agreed. `label` is one sentence for the user.

    `complaint` is for the model's next try and "" where there is nothing that it could do better; like any message of
    a checker it may quote the file, so it goes through the redaction. `checker` and `isolation` are "" where none ran.
    """

    status: Status
    label: str
    complaint: str = ""
    checker: str = ""
    isolation: str = ""
