"""Which grammar reads which LSP language, loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language

_BY_LANGUAGE: Mapping[str, str] = {
    "python": "python",
    "javascript": "javascript",
    "javascriptreact": "javascript",
    "typescript": "typescript",
    "typescriptreact": "tsx",
    "go": "go",
    "rust": "rust",
    "java": "java",
    "c": "c",
    "cpp": "cpp",
    "csharp": "csharp",
    "ruby": "ruby",
    "php": "php",
    "lua": "lua",
    "shellscript": "bash",
    "sh": "bash",
    "bash": "bash",
    "json": "json",
    "jsonc": "json",
    "html": "html",
    "css": "css",
    "yaml": "yaml",
    "toml": "toml",
}

# Where the package or its function is not named after the grammar.
_SOURCES: Mapping[str, tuple[str, str]] = {
    "csharp": ("tree_sitter_c_sharp", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}


def grammar_for(language: str) -> str | None:
    """The grammar of an LSP language id, None where we have none."""
    return _BY_LANGUAGE.get(language)


@cache
def load(grammar: str) -> Language:
    """The grammar itself. The first call of each loads a shared library: 1 to 15 ms."""
    from tree_sitter import Language

    module, function = _SOURCES.get(grammar, (f"tree_sitter_{grammar}", "language"))
    return Language(getattr(import_module(module), function)())
