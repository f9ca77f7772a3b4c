"""Problems that went away because the code did: statements and definitions that were thrown away or made hollow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from autocrea_lsp.assist.blocks import Block, blocks
from autocrea_lsp.assist.checking.masking import Masked
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.text import split_lines

# Where taking something away is the fix. Codes whose messages do not say so, and words of those that do.
_REMOVABLE_CODES = re.compile(
    r"F401|F811|F84[12]|ERA001|T20[13]|T100|B018|B032|PIE790|PIE794|RUF100|[EW][1-3]\d\d|UP009|UP010|C03\d\d"
    r"|PLR1711|PLW0104|no-console|no-debugger|no-extra-.*|no-useless-.*|no-dupe-.*|reportUnused\w*"
    r"|reportUnnecessary\w*|reportRedeclaration|1117|2300|2451|6133|6138|619[2689]|6205|7027|7028",
    re.IGNORECASE,
)
_REMOVABLE_WORDS = re.compile(
    r"\b(?:unused|not used|never used|never read|unreachable|duplicate[sd]?|redundant|unnecessary|not accessed"
    r"|redefin\w+|redeclar\w+|obscured|trailing|no effect|useless|superfluous|extra)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^[ \t]*(?:(?:export|default|public|private|protected|static|abstract|async|pub)\s+)*"
    r"(?:def|class|function\*?|interface|type|enum|struct|trait|fn|func(?:\s*\([^)\n]{0,200}\))?)\s+(\w+)",
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d]\w*")
# What a statement may hold that does nothing.
_NOTHING = frozenset(
    {"pass", "return", "raise", "throw", "new", "continue", "break", "void", "todo", "panic", "unimplemented"}
    | {"None", "null", "nil", "undefined", "True", "False", "true", "false"}
    | {"NotImplementedError", "NotImplemented", "Error"}
)
_ALIKE = 0.35  # of 1: below it, a line has not become the other
_MOST_PAIRS = 2_500  # of lines to compare
_MOST_OF_A_LINE = 300  # characters to compare


def is_removable(diagnostic: Diagnostic) -> bool:
    """Whether taking the code away may be the right fix."""
    return bool(_REMOVABLE_CODES.fullmatch(diagnostic.code) or _REMOVABLE_WORDS.search(diagnostic.message))


def removed(before: Masked, after: Masked, diagnostics: Sequence[Diagnostic]) -> str | None:
    """What was thrown away with the problem, in words; None where nothing was."""
    old = [line.strip() for line in split_lines(before.code)]
    new = [line.strip() for line in split_lines(after.code)]
    changes = blocks(old, new)
    for diagnostic in diagnostics:
        line = diagnostic.span.start_line
        if line >= len(old) or is_removable(diagnostic):
            continue
        if _is_gone(line, old, new, changes):
            return f"the statement in line {line + 1}"
    excused = {word for each in diagnostics if is_removable(each) for word in _WORD.findall(each.message)}
    excused |= {word for each in diagnostics if is_removable(each) for word in _words_at(each, old)}
    lost = Counter(_DEFINITION.findall(before.code))
    lost.subtract(_DEFINITION.findall(after.code))
    missing = [name for name, count in lost.items() if count > 0 and name not in excused]
    if len(missing) > sum(-count for count in lost.values() if count < 0):  # more than were renamed
        return f"the definition of `{missing[0]}`"
    return None


def _words_at(diagnostic: Diagnostic, lines: list[str]) -> list[str]:
    line = diagnostic.span.start_line
    return _WORD.findall(lines[line]) if line < len(lines) else []


def _is_gone(line: int, old: list[str], new: list[str], changes: Sequence[Block]) -> bool:
    """Whether nothing took the place of what stood in a line. Comments and texts in strings are no replacement."""
    text = old[line]
    if not _telling(text):  # a bracket or an `else`: nothing is lost with it
        return False
    block = next((each for each in changes if each.start <= line < each.end), None)
    if block is None or text in _inserted(new, changes):
        return False
    came = [each for each in new[block.new_start : block.new_end] if _telling(each)]
    went = [each for each in old[block.start : block.end] if _telling(each)]
    if len(came) * len(went) > _MOST_PAIRS:
        return False  # rewritten at large: the checker has to say
    became, left = _pairs(went, came)
    return text not in became and not left


def _pairs(went: list[str], came: list[str]) -> tuple[set[str], list[str]]:
    """Old lines that became one of the new ones, the most alike first; and the new lines that none became."""
    pairs = sorted(
        (
            (
                SequenceMatcher(None, one[:_MOST_OF_A_LINE], other[:_MOST_OF_A_LINE], autojunk=False).ratio(),
                -abs(i - j),
                i,
                j,
            )
            for i, one in enumerate(went)
            for j, other in enumerate(came)
        ),
        reverse=True,
    )
    old: set[int] = set()
    new: set[int] = set()
    for ratio, _, i, j in pairs:
        if ratio >= _ALIKE and i not in old and j not in new:
            old.add(i)
            new.add(j)
    return {went[i] for i in old}, [line for j, line in enumerate(came) if j not in new]


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_MOST_OF_A_LINE], other[:_MOST_OF_A_LINE], autojunk=False).ratio()


def _telling(text: str) -> bool:
    return any(word not in _NOTHING for word in _WORD.findall(text))


def _inserted(new: list[str], changes: Sequence[Block]) -> set[str]:
    """Lines that stand somewhere else now: moved code is not lost."""
    return {new[at] for block in changes for at in range(block.new_start, block.new_end)}
