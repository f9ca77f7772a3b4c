"""The kinds of edits that can be asked for, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from autocrea_lsp.ai.base import Kind

Goal = Literal[
    "fix", "fixAll", "refactor", "extract", "rename", "simplify", "addTypes", "handleErrors", "document", "tests"
]

TITLES: Mapping[Goal, str] = {
    "fix": "Fix",
    "fixAll": "Fix all problems in this file",
    "refactor": "Refactor",
    "extract": "Extract function",
    "rename": "Rename for clarity",
    "simplify": "Simplify",
    "addTypes": "Add types",
    "handleErrors": "Add error handling",
    "document": "Document",
    "tests": "Write tests",
}

READY_MADE: tuple[Goal, ...] = ("extract", "rename", "simplify", "addTypes", "handleErrors")
"""Refactorings that need no instruction."""

NOBODY = "Set a Claude key (`autocrea-lsp doctor` says how); the embedded model only completes lines."
"""What to do when nobody answers."""

FIXES: frozenset[Goal] = frozenset({"fix", "fixAll"})
MAKES_FILES: frozenset[Goal] = frozenset({"refactor", "tests"})
"""Goals whose answer may hold a new file."""


def kind_of(goal: Goal) -> Kind:
    """What the act counts as in the usage history."""
    if goal in FIXES:
        return "fix"
    return "generate" if goal in ("document", "tests") else "refactor"
