"""Guesses without a tree. Their patterns are made at the first one: a server that starts does not wait for them."""

from __future__ import annotations

from collections.abc import Sequence

from autocrea_lsp.syntax.values import Definition


def guess_definition(lines: Sequence[str], line: int) -> Definition | None:
    """The innermost definition whose lines hold `line`, by their indentation."""
    from autocrea_lsp.syntax import guessing

    return guessing.definition(lines, line)


def guess_import_lines(lines: Sequence[str]) -> tuple[int, int]:
    """(first, end) of the imports at the top; (n, n) where there is none: where one would go."""
    from autocrea_lsp.syntax import guessing

    return guessing.import_lines(lines)
