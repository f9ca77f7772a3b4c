"""What some checker says is wrong in a document; severities are LSP's (1 error, 2 warning, 3 information, 4 hint)."""

from __future__ import annotations

from dataclasses import dataclass

from autocrea_lsp.text import Span

ERROR, WARNING, INFORMATION, HINT = 1, 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """`source` and `code` are the checker's own words ("Ruff", "F821"; "ts", "2304"), "" where it did not say."""

    span: Span
    message: str
    severity: int = ERROR
    source: str = ""
    code: str = ""
