"""The imports that a file begins with, or where one would go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from autocrea_lsp.syntax.source import Source
from autocrea_lsp.text import body

if TYPE_CHECKING:
    from tree_sitter import Node

_IMPORTS = frozenset(
    {
        *("import_statement", "import_from_statement", "future_import_statement"),  # Python, JavaScript, CSS
        *("import_alias", "import_declaration", "use_declaration", "extern_crate_declaration"),
        *("preproc_include", "using_declaration", "using_directive", "extern_alias_directive"),
        "namespace_use_declaration",
    }
)
# What imports only when it is written so.
_CALLS: Mapping[str, re.Pattern[str]] = {
    "javascript": re.compile(r"(?:(?:const|let|var)\b[^=]{0,500}=\s*)?require\s*\("),
    "ruby": re.compile(r"(?:require|require_relative|load)\b"),
    "lua": re.compile(r"(?:local\b[^=]{0,500}=\s*)?require\b"),
    "php": re.compile(r"(?:require|include)(?:_once)?\b"),
    "bash": re.compile(r"(?:source|\.)\s"),
    # `if TYPE_CHECKING:`, and `try:` with an import as its first statement
    "python": re.compile(r"if\s+(?:typing\.)?TYPE_CHECKING\b|try:\s*(?:#[^\n]*\s*)*(?:import|from)\b"),
}
_CALLS_AS = {"typescript": "javascript", "tsx": "javascript"}
_COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment", "js_comment"})
# What may stand before imports and between them.
_HEADER = frozenset(
    {
        *("hash_bang_line", "package_clause", "package_declaration", "php_tag", "namespace_definition"),
        *("declare_statement", "inner_attribute_item", "attribute_item", "charset_statement", "preproc_call"),
        *("\n", ";", "text"),
    }
)
_GUARDS = frozenset({"preproc_ifdef", "preproc_if"})
_NO_IMPORTS = frozenset({"html", "json", "yaml", "toml"})
_FIRST_LINES = re.compile(r"#!|#.{0,20}coding[:=]")


def lines_of(root: Node, source: Source, grammar: str) -> tuple[int, int]:
    """(first, end): from the first import to the line after the last one; (n, n) where a first one would go."""
    if grammar in _NO_IMPORTS:
        return 0, 0
    first = end = -1
    header = 0  # the line after what must stay on top
    comments = -1  # where the comments that stand directly before the next node begin
    last_comment = 0
    for number, node in enumerate(_items(root)):
        start, after = source.line_of(node.start_byte), _line_after(node, source)
        if node.type in _COMMENTS:
            text = body(source.lines[start])
            if start < 2 and _FIRST_LINES.match(text):
                header = after
            elif comments < 0 or start > last_comment:
                if comments >= 0:
                    header = max(header, last_comment)
                comments = start
            last_comment = after
            continue
        if _imports(node, source, grammar):
            first = start if first < 0 else first
            end = after
        elif _is_header(node, grammar, number):
            header = max(header, after)
        else:
            if comments >= 0 and last_comment < start:  # a blank line: they are the file's, not this node's
                header = max(header, last_comment)
            break
        comments = -1
    else:
        header = max(header, last_comment if comments >= 0 else 0)
    return (first, end) if first >= 0 else (header, header)


def _items(root: Node) -> Iterator[Node]:
    """The top-level nodes; those inside C's include guard too."""
    for node in root.children:
        if node.type in _GUARDS:
            yield from node.children
        else:
            yield node


def _line_after(node: Node, source: Source) -> int:
    line, column = source.place(node.end_byte)
    return line + 1 if column else line


def _imports(node: Node, source: Source, grammar: str) -> bool:
    if node.type in _IMPORTS:
        return True
    pattern = _CALLS.get(_CALLS_AS.get(grammar, grammar))
    return pattern is not None and pattern.match(source.text(node.start_byte, node.start_byte + 1000)) is not None


def _is_header(node: Node, grammar: str, number: int) -> bool:
    if node.type in _HEADER:
        return node.type != "namespace_definition" or node.child_by_field_name("body") is None
    if node.type == "expression_statement":  # a docstring, "use strict"
        inner = node.named_child(0) if node.named_child_count == 1 else None
        return inner is not None and inner.type == "string"
    if grammar == "rust":
        return node.type == "mod_item" and node.child_by_field_name("body") is None
    if grammar in ("c", "cpp"):  # `#ifndef NAME`, `#define NAME`
        return node.type in ("#ifndef", "#if", "identifier") or (
            node.type == "preproc_def" and node.child_by_field_name("value") is None
        )
    return False
