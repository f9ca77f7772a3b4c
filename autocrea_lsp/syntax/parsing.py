"""From text to tree: from scratch, or from the tree of an earlier text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autocrea_lsp.syntax.grammars import grammar_for, load
from autocrea_lsp.syntax.source import Source, encoded
from autocrea_lsp.syntax.tree import Tree
from autocrea_lsp.text import common_prefix, split_lines

if TYPE_CHECKING:
    import tree_sitter

MAX_SIZE = 2_000_000  # code points; a larger document gets no tree
MAX_PARSE_S = 5.0  # error recovery can be slow on what is no text of the language at all
_MAX_YAML_LINES = 30_000
_MAX_YAML_DEPTH = 110
_YAML_INDICATOR = re.compile(r"[-?:](?=\s)")
_CHUNK = 4096  # bytes; the parser holds the GIL but for each chunk it asks for: about 0.6 ms


def parse(text: str, language: str) -> Tree | None:
    """The tree of a text. None for a language we have no grammar for, and for too large a text. Blocks."""
    return parse_lines(split_lines(text), language)


def parse_lines(
    lines: Sequence[str], language: str, last: Tree | None = None, stop: Callable[[], bool] = lambda: False
) -> Tree | None:
    """The tree of a document, made from `last` where that is a tree of an earlier version of it. Blocks.

    None where `parse` gives none, and when `stop` says so meanwhile.
    """
    grammar = grammar_for(language)
    if grammar is None or sum(map(len, lines)) > MAX_SIZE or (grammar == "yaml" and not _fit_for_yaml(lines)):
        return None
    source = Source(lines)
    if last is not None and last.grammar == grammar:
        root = _run(grammar, source.bytes, _edited(last, source), stop)
        # A text with errors can be read in more than one way, and what comes of it depends on where the parser starts.
        # The tree shall depend on the text alone.
        if root is None or not root.root_node.has_error:
            return root and Tree(root, source, language)
    root = _run(grammar, source.bytes, None, stop)
    return root and Tree(root, source, language)


def _fit_for_yaml(lines: Sequence[str]) -> bool:
    """Whether the YAML scanner can hold the text: it dies at 255 open levels, and counts lines in 16 bits.

    At most two levels open at a column, and one at an indicator.
    """
    return len(lines) <= _MAX_YAML_LINES and all(
        _indent(line) + 2 * len(_YAML_INDICATOR.findall(line)) <= _MAX_YAML_DEPTH for line in lines
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _run(grammar: str, text: bytes, last: tree_sitter.Tree | None, stop: Callable[[], bool]) -> tree_sitter.Tree | None:
    from tree_sitter import Parser

    until = time.monotonic() + MAX_PARSE_S

    def read(offset: int, _: tree_sitter.Point) -> bytes:
        return text[offset : offset + _CHUNK]

    def give_up(_: int, __: bool) -> bool:
        return time.monotonic() > until or stop()

    parser = Parser(load(grammar))
    try:
        if last is None:
            return parser.parse(read, progress_callback=give_up)
        return parser.parse(read, last, progress_callback=give_up)
    except ValueError:  # given up
        return None


def _edited(last: Tree, source: Source) -> tree_sitter.Tree:
    """The last tree, told what has changed since. The tree that others may be reading stays as it is."""
    old, new = last.source.lines, source.lines
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    before, after = "".join(old[head : len(old) - tail]), "".join(new[head : len(new) - tail])
    same = common_prefix(before, after)
    before, after = before[same:], after[same:]
    same_end = common_prefix(before[::-1], after[::-1])
    start = last.source.offset(head, 0) + len(encoded("".join(old[head : len(old) - tail])[:same]))
    old_end = start + len(encoded(before[: len(before) - same_end]))
    new_end = start + len(encoded(after[: len(after) - same_end]))
    tree = last.raw.copy()
    tree.edit(
        start,
        old_end,
        new_end,
        _point(last.source.bytes, start),
        _point(last.source.bytes, old_end),
        _point(source.bytes, new_end),
    )
    return tree


def _point(text: bytes, offset: int) -> tuple[int, int]:
    """tree-sitter's row and column, in bytes."""
    return text.count(b"\n", 0, offset), offset - (text.rfind(b"\n", 0, offset) + 1)
