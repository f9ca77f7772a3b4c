"""tree-sitter behind one small face: definitions, comments and strings, parse errors, where imports stand.

Importing this package loads no grammar and no parser; the first parse of a language does.
"""

from __future__ import annotations

from autocrea_lsp.syntax.grammars import grammar_for
from autocrea_lsp.syntax.guess import guess_definition, guess_import_lines
from autocrea_lsp.syntax.parsing import parse
from autocrea_lsp.syntax.tree import Tree
from autocrea_lsp.syntax.trees import Trees
from autocrea_lsp.syntax.values import Definition, Problem

__all__ = [
    "Definition",
    "Problem",
    "Tree",
    "Trees",
    "grammar_for",
    "guess_definition",
    "guess_import_lines",
    "parse",
]
