"""Where a text does not follow its grammar, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from autocrea_lsp.syntax.source import Source
from autocrea_lsp.syntax.values import Problem

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PROBLEMS = 50
_CLOSES = re.compile(rb"(?:\s++|//[^\n]*+|/\*.*?\*/)*+[\]}]", re.DOTALL)
_SHOWN = 30  # characters of the text in a message


def of(root: Node, source: Source, language: str) -> list[Problem]:
    """The outermost problems, in order. Plain JSON has no comments and one value; `jsonc` has both and `,]`."""
    found = [
        Problem(span=source.span(node.start_byte, node.end_byte), message=message)
        for node, message in islice(_walk(root, source, language), MAX_PROBLEMS)
    ]
    return sorted(found, key=lambda problem: (problem.span.start_line, problem.span.start_column))


def _walk(root: Node, source: Source, language: str) -> Iterator[tuple[Node, str]]:
    strict = language == "json" and (b"//" in source.bytes or b"/*" in source.bytes)
    if language == "json":
        for node in [node for node in root.named_children if node.type not in ("comment", "ERROR")][1:2]:
            yield node, "JSON has one value only"
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if strict and node.type == "comment":
            yield node, "JSON has no comments"
            continue
        if language == "jsonc" and (node.is_missing or node.is_error) and _is_last_comma(node, source):
            continue
        if node.is_missing:
            yield node, f"missing {_named(node.type)}"
            continue
        if node.is_error:
            inner = node.children if node == root else []
            if not any(child.has_error for child in inner):
                yield node, _unexpected(node, source)
                continue
        if node.type == "erroneous_end_tag":
            yield node, f"{source.text(node.start_byte, node.end_byte)[:_SHOWN]} closes nothing"
            continue
        if node.has_error or strict or node.type in _MAY_HOLD_END_TAGS:
            waiting.extend(reversed(node.children))


# An end tag that closes nothing is no error to the grammar of HTML.
_MAY_HOLD_END_TAGS = frozenset({"document", "element"})


def _is_last_comma(node: Node, source: Source) -> bool:
    """Whether the problem is but a comma before a closing bracket: it, or the value that does not follow it."""
    if node.is_error and source.bytes[node.start_byte : node.end_byte].strip() != b",":
        return False
    before = source.bytes[: node.start_byte].rstrip()
    if node.is_missing:
        before = before.removesuffix(b",").rstrip() if before.endswith(b",") else b""
    return before[-1:] not in (b"", b",", b"[", b"{") and _CLOSES.match(source.bytes, node.end_byte) is not None


def _named(kind: str) -> str:
    return f"`{kind}`" if not kind.replace("_", "").isalpha() else kind.replace("_", " ").strip()


def _unexpected(node: Node, source: Source) -> str:
    text = source.text(node.start_byte, min(node.end_byte, node.start_byte + 4 * _SHOWN))
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not line:
        return "syntax error"
    return f"syntax error at “{line if len(line) <= _SHOWN else line[:_SHOWN] + '…'}”"
