"""Definitions and imports by a look at the lines: for the moment in which there is no tree, and for other languages.

Indentation says what belongs together, whether a language means it or not; a pattern says what is a definition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autocrea_lsp.syntax.values import Definition, Kind
from autocrea_lsp.text import Span, body

_MAX_LINES = 10_000  # looked at for one guess: under a millisecond
_MAX_WIDTH = 400  # characters of a line that are looked at
_MAX_HEADER = 1_000  # lines in which imports are looked for
_MAX_SIGNATURE = 30  # lines from a closing bracket back to the definition's first line

_MODIFIERS = (
    r"(?:(?:export|default|declare|async|public|private|protected|internal|static|final|abstract|virtual|override|"
    r"sealed|partial|readonly|pub(?:\([^)]{0,40}\))?|unsafe|const|extern(?:\s+\"[^\"]{0,20}\")?|inline|constexpr|local|"
    r"open|data|suspend|synchronized|native)\s+)*+"
)
_CLASS = re.compile(
    rf"\s*{_MODIFIERS}(?:class|interface|trait|struct|enum(?:\s+class)?|union|record|module)\s+"
    r"(?P<name>[A-Za-z_$][\w$:.]*)(?!\s*[=;,)])"
)
_IMPL = re.compile(
    r"\s*(?:unsafe\s+)?impl\b(?:<[^>]{0,80}>)?\s+(?:[\w:<>, ']{1,200}\sfor\s+)?(?P<name>[A-Za-z_][\w:]*)"
)
_ALIAS = re.compile(r"\s*(?:export\s+|declare\s+)*type\s+(?P<name>\w+)(?:<[^>]{0,80}>)?\s*=")
_GO_TYPE = re.compile(r"\s*type\s+(?P<name>\w+)(?:\[[^\]]{0,80}\])?\s+(?:struct|interface)\b")
_FUNCTION = re.compile(
    rf"\s*{_MODIFIERS}(?:def|function\s*\*?|func|fn|fun|sub)\s+(?P<receiver>\([^)]{{0,100}}\)\s*)?"
    r"(?P<name>[A-Za-z_$][\w$.:]*[?!=]?)"
)
_BOUND = re.compile(
    rf"\s*{_MODIFIERS}(?:(?:let|var)\s+)?(?P<name>[A-Za-z_$][\w$.]*)\s*(?::[^=]{{1,100}})?(?::?=)\s*"
    r"(?:async\s+)?(?:function\b|func\s*\(|(?:\w+\()?(?:async\s+)?(?:\([^()]{0,200}\)|\w+)\s*(?::[^=]{1,80})?=>)"
)
_METHOD = re.compile(  # `name(…) {`, `int name(…)`, `Type<X> A::name(…) const {`; what is called ends with `;`
    rf"\s*{_MODIFIERS}(?:[A-Za-z_][\w:<>,.\[\]?*&]*\s+[*&]*)*+(?P<name>[A-Za-z_$~#][\w$:]*)\s*(?:<[^>]{{0,80}}>)?"
    r"\([^;{}]*\)?[^;(){}=]*(?:\{.*|\)\s*)?$"
)
_CONTROL = frozenset(
    {
        *("if", "for", "while", "switch", "catch", "return", "else", "elif", "do", "try", "match", "with", "foreach"),
        *("lock", "using", "sizeof", "throw", "new", "await", "yield", "assert", "print", "unless", "until", "when"),
        *("case", "not", "and", "or", "in", "super", "this", "self", "require", "describe", "it", "test", "raise"),
    }
)
_DECORATOR = re.compile(r"\s*(?:@[\w.]+\s*(?:\((?:.*\))?)?\s*$|#!?\[|\[[A-Za-z][\w.]*[\](,]|template\s*<[^;{]*>\s*$)")
_ACCESS = re.compile(r"\s*(?:public|private|protected)\s*:")
_CLOSES = re.compile(r"\s*(?:[)\]}]|end\b|fi\b|done\b|esac\b)")
_SHUT = re.compile(r"\s*(?:[)\]}]+[;,]?|end|fi|done|esac)\s*(?:$|[;,)#/-])")
_LONE_BRACE = re.compile(r"\s*[{(]?\s*$")
_OPENS = re.compile(r".*(?:[{(\[:]|=>|\bdo|\bthen)\s*$", re.DOTALL)

_IMPORT = re.compile(
    r"\s*(?:import\b|from\s+\S+\s+import\b|#\s*include\b|use\s+[\w:\\{]|using\s+[\w.=\s]+;|extern\s+crate\b|"
    r"require(?:_relative|_once)?\b|include_once\b|@import\b|(?:source|\.)\s+\S|"
    r"pub(?:\([^)]{0,40}\))?\s+use\b|(?:const|let|var|local)\b[^=]{1,300}=\s*require\b)"
)
_BEFORE_IMPORTS = re.compile(
    r"\s*(?:$|#!|#\s|#$|//|/?\*|--|<\?php|package\s|namespace\s+[\w\\.]+;|#pragma\b|#ifndef\b|#define\s+\w+\s*$|"
    r"#!\[|#\[|(?:pub\s+)?mod\s+\w+;|if\s+(?:typing\.)?TYPE_CHECKING\s*:|@charset\b|['\"]use \w+['\"];?|declare\()"
)
_QUOTES = ('"""', "'''")


def guess_definition(lines: Sequence[str], line: int) -> Definition | None:
    """The innermost definition whose lines hold `line`, by their indentation."""
    if not 0 <= line < len(lines) or lines[line].isspace():
        line = _line_with_text(lines, line)
        if line < 0:
            return None
    first = _below_decorators(lines, line)
    found = _recognise(lines, first)
    if found is None:
        first = _opening(lines, line)
        found = _recognise(lines, first) if first >= 0 else None
        if found is None:
            return None
    name, kind = found
    end = _end(lines, first, max(line, first))
    start = first
    indent = _indent(lines[first])
    while start > 0 and _DECORATOR.match(lines[start - 1]) and _indent(lines[start - 1]) == indent:
        start -= 1
    span = Span(start_line=start, start_column=0, end_line=end, end_column=len(body(lines[end])))
    return Definition(span=span, name=name, kind=kind)


def guess_import_lines(lines: Sequence[str]) -> tuple[int, int]:
    """(first, end) of the imports at the top; (n, n) where there is none: where one would go."""
    first = end = -1
    header = number = 0
    limit = min(len(lines), _MAX_HEADER)
    while number < limit:
        line = lines[number][:_MAX_WIDTH]
        if _IMPORT.match(line):
            first = number if first < 0 else first
            number = end = _closed(lines, number, limit)
            continue
        if (quote := line.strip()[:3]) in _QUOTES and first < 0:
            number = _past(lines, number, quote, limit)
        elif line.lstrip().startswith("/*"):
            number = _past(lines, number, "*/", limit)
        elif _BEFORE_IMPORTS.match(line):
            number += 1
        else:
            break
        if line.strip() or number - 1 == header:
            header = number if line.strip() else header
    return (first, end) if first >= 0 else (header, header)


def _line_with_text(lines: Sequence[str], line: int) -> int:
    """The line before with text, for a blank line that is followed by a line indented like it or deeper; else -1."""
    if not 0 <= line < len(lines):
        return -1
    stop = min(len(lines), line + _MAX_SIGNATURE)
    below = next((at for at in range(line + 1, stop) if not lines[at].isspace()), -1)
    above = next((at for at in range(line - 1, max(-1, line - _MAX_SIGNATURE), -1) if not lines[at].isspace()), -1)
    if below < 0 or above < 0 or _indent(lines[below]) == 0:
        return -1
    return above if _indent(lines[above]) <= _indent(lines[below]) else below


def _below_decorators(lines: Sequence[str], line: int) -> int:
    stop = min(len(lines) - 1, line + _MAX_SIGNATURE)
    while line < stop and _DECORATOR.match(lines[line]):
        line += 1
    return line


def _opening(lines: Sequence[str], line: int) -> int:
    """The line of the innermost definition that `line` is indented under, -1 where there is none."""
    text = lines[line]
    limit = _indent(text) + (1 if _CLOSES.match(text) or _LONE_BRACE.match(text) else 0)
    for at in range(line - 1, max(-1, line - _MAX_LINES), -1):
        if limit == 0:
            break
        text = lines[at]
        if text[:limit].isspace():  # blank, or indented as deep
            continue
        if _recognise(lines, at) is not None:
            return at
        # A lone brace, or the end of a signature: its first line stands above, as deep. A bracket that only closes ends
        # what has nothing to do with the place.
        continues = _LONE_BRACE.match(text) or (_CLOSES.match(text) and _OPENS.match(text))
        limit = _indent(text) + (1 if continues else 0)
    return -1


def _end(lines: Sequence[str], first: int, line: int) -> int:
    """The last line of the definition that begins at `first` and holds `line`."""
    indent = _indent(lines[first])
    width = indent + 1
    last = line
    if line > first and _indent(lines[line]) == indent and _SHUT.match(lines[line]):
        return line
    stop = min(len(lines), line + _MAX_LINES)
    for at in range(line + 1, stop):
        text = lines[at]
        if text[:width].isspace():  # blank, or indented deeper
            continue
        if _indent(text) < indent:
            stop = at
            break
        if _SHUT.match(text):
            return at
        if _LONE_BRACE.match(text) or (_CLOSES.match(text) and at - first < _MAX_SIGNATURE):
            last = at
            continue
        stop = at
        break
    else:
        if stop == len(lines):
            last = max(last, stop - 1)
    last = max(last, stop - 1)
    while last > line and lines[last].isspace():
        last -= 1
    return last


def _recognise(lines: Sequence[str], at: int) -> tuple[str, Kind] | None:
    """The name and kind of a definition whose first line this is."""
    line = body(lines[at])[:_MAX_WIDTH]
    if line.lstrip()[:1] in ("#", "/", "*", "", "-", '"', "'"):
        return None
    if found := _CLASS.match(line) or _IMPL.match(line) or _GO_TYPE.match(line):
        return found["name"].rstrip(":"), "class"
    if found := _ALIAS.match(line):
        return found["name"], "other"
    indented = line[:1].isspace()
    if found := _FUNCTION.match(line):
        name = found["name"].rstrip(":").removeprefix("self.")
        method = found["receiver"] or ":" in name or (indented and _in_class(lines, at))
        return name, "method" if method else "function"
    if found := _BOUND.match(line):
        return found["name"], "method" if indented and _in_class(lines, at) else "function"
    if (found := _METHOD.match(line)) and not _CONTROL.intersection(line[: found.end("name")].split()):
        if not _has_body(lines, at, line):
            return None
        method = "::" in found["name"] or (indented and _in_class(lines, at))
        return found["name"], "method" if method else "function"
    return None


def _has_body(lines: Sequence[str], at: int, line: str) -> bool:
    """Whether a block opens after what may be a signature, and no statement ends before."""
    for number in range(at, min(len(lines), at + _MAX_SIGNATURE)):
        text = body(lines[number])[:_MAX_WIDTH].rstrip() if number > at else line.rstrip()
        if "{" in text:
            return True
        if text.endswith((";", ":")) or not text:
            return False
    return False


def _in_class(lines: Sequence[str], at: int) -> bool:
    """Whether the nearest line above that is indented less begins a class."""
    limit = _indent(lines[at])
    for above in range(at - 1, max(-1, at - _MAX_LINES), -1):
        text = lines[above]
        if text[:limit].isspace() or _LONE_BRACE.match(text) or _ACCESS.match(text):
            continue
        return (_CLASS.match(text[:_MAX_WIDTH]) or _IMPL.match(text[:_MAX_WIDTH])) is not None
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _closed(lines: Sequence[str], number: int, limit: int) -> int:
    """The line after an import that may have brackets over several lines."""
    depth = 0
    for at in range(number, limit):
        line = lines[at][:_MAX_WIDTH]
        depth += sum(map(line.count, "({[")) - sum(map(line.count, ")}]"))
        if depth <= 0:
            return at + 1
    return number + 1


def _past(lines: Sequence[str], number: int, mark: str, limit: int) -> int:
    """The line after the one in which a text that begins on line `number` ends."""
    if lines[number].count(mark) >= (2 if mark in _QUOTES else 1):
        return number + 1
    return next((at + 1 for at in range(number + 1, limit) if mark in lines[at]), number + 1)
