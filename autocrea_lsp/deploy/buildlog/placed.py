"""Lines that begin with a place, `src/x.go:3:7: …`: most compilers and checkers write so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from autocrea_lsp.deploy.buildlog.log import Found, Log, framed, level_of, marked_width

_PLACE = re.compile(
    r":(?P<line>\d{1,7})(?::(?P<column>\d{1,6}))?(?::(?P<end_line>\d{1,7}):(?P<end_column>\d{1,6}))?"
    r"(?P<separator>: +|:? - |:?$)"
)
_BEFORE = re.compile(r"\s{0,8}(?:vet: |> |(?:[A-Za-z]{0,30}Error|error|Error|ERROR): |\*{3} )?")
_LEVELLED = re.compile(
    r"(?:fatal )?(?P<level>[Ee]rror|[Ww]arning|ERROR|WARNING|note|hint|info|help)(?:\[(?P<bracketed>\w{1,20})\])?"
    r"(?: (?P<code>TS\d{1,6}|(?:ts|astro)\(\d{1,6}\)))?: (?P<message>.*)"
)
_TRAILING_CODE = re.compile(r"\s{1,2}\[(?P<code>[\w+=-]{1,60})\]$")
_ESLINT = re.compile(r"(?P<message>.*) \[(?P<level>Error|Warning)(?:/(?P<code>[\w@/.-]{1,80}))?\]$")
_PYTHON_RULE = re.compile(
    r"\[?(?P<code>[A-Z]{1,6}\d{2,5}|invalid-syntax)\]?(?:\([\w-]{1,60}\))?(?: \[\*\])?:? (?P<message>.*)"
)
_PYTHON_WARNING = re.compile(r"(?P<code>[A-Z]\w{0,60}Warning): (?P<message>.*)")
_BELOW = re.compile(
    r"(?P<kind>Type error|Syntax error|Syntax Error|Error|Warn|Warning|Module not found|Module parse failed): ?"
)
_TOOLS = {
    **dict.fromkeys((".ts", ".tsx", ".mts", ".cts", ".vue"), "tsc"),
    **dict.fromkeys((".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".m", ".mm"), "gcc"),
    **dict.fromkeys((".go", ".mod", ".work"), "go"),
    **dict.fromkeys((".py", ".pyi"), "mypy"),
    ".rs": "cargo",
    ".java": "javac",
    ".swift": "swift",
    ".rb": "ruby",
    ".astro": "astro",
    ".svelte": "svelte-check",
    ".css": "postcss",
}


def placed(log: Log, at: int) -> Iterator[Found]:
    """A place and what is said of it, in the same line or in the next."""
    text = log.lines[at]
    match = _PLACE.search(text)
    if match is None:
        return
    before = _BEFORE.match(text)
    raw = text[before.end() if before else 0 : match.start()]
    line, column = int(match["line"]), int(match["column"] or 0)
    if not raw or not line:
        return
    rest = text[match.end() :]
    found = (
        _said(raw, line, column, rest, match["separator"]) if rest.strip() else _said_below(log, at, raw, line, column)
    )
    if found is None:
        return
    if found.tool == "mypy" and column and not found.code:
        found = _unwrapped(log, at, found)
    yield found if not match["end_line"] else _ended(found, int(match["end_line"]), int(match["end_column"]))


def pretty(log: Log, at: int) -> Iterator[Found]:
    """`src/x.ts:3:7 - error TS2322: …`, with the code below it underlined: tsc with colours, astro."""
    for found in placed(log, at):
        width = marked_width(log, at, 6) if found.column else 0
        yield _ended(found, found.line, found.column + width - 1) if width else found


def _said(raw: str, line: int, column: int, rest: str, separator: str) -> Found | None:
    suffix = PurePosixPath(raw).suffix
    tool = _TOOLS.get(suffix, "")
    level = _LEVELLED.match(rest)
    if level:
        return _levelled(raw, line, column, level, tool)
    if separator.endswith("- "):
        return None
    eslint = _ESLINT.match(rest)
    if eslint:
        return Found(
            raw=raw,
            line=line,
            column=column,
            message=eslint["message"],
            severity=level_of(eslint["level"]),
            tool="eslint",
            code=eslint["code"] or "",
        )
    if tool == "mypy":
        return _python(raw, line, column, rest)
    if tool in ("go", "postcss") or rest.startswith(("syntax error", "*** ")):
        return Found(raw=raw, line=line, column=column, message=rest.removeprefix("*** "), tool=tool or "make")
    return None


def _levelled(raw: str, line: int, column: int, match: re.Match[str], tool: str) -> Found | None:
    level, message = match["level"], match["message"]
    severity = level_of(level)
    if severity == "info":
        return None  # it explains another line
    if level.isupper():  # esbuild, which counts columns from 0
        return Found(raw=raw, line=line, column=column + 1, message=message, severity=severity, tool="esbuild")
    code = match["code"] or match["bracketed"] or ""
    trailing = _TRAILING_CODE.search(message)
    if trailing and not code:
        code, message = trailing["code"], message[: trailing.start()]
    return Found(
        raw=raw, line=line, column=column, message=message, severity=severity, tool=tool or "compiler", code=code
    )


def _python(raw: str, line: int, column: int, rest: str) -> Found | None:
    rule = _PYTHON_RULE.match(rest)
    if rule:
        return Found(raw=raw, line=line, column=column, message=rule["message"], tool="ruff", code=rule["code"])
    warning = _PYTHON_WARNING.match(rest)
    if warning:
        return Found(
            raw=raw, line=line, message=warning["message"], severity="warning", tool="python", code=warning["code"]
        )
    return None


def _said_below(log: Log, at: int, raw: str, line: int, column: int) -> Found | None:
    """`./src/x.tsx:3:7` alone: next, turbopack, svelte-check."""
    below = log.line(at + 1).strip()
    kind = _BELOW.match(below)
    if kind is None or not column:
        return None
    marked, _, end = framed(log, at + 1)
    end = end if marked == line and end > column else 0
    svelte = raw.endswith(".svelte") or re.search(r" \((?:ts|js|css|svelte)\)$", below) is not None
    word = kind["kind"]
    message = below if word.startswith(("Module", "Syntax")) else below[kind.end() :]
    return Found(
        raw=raw,
        line=line,
        column=column,
        end_line=line if end else 0,
        end_column=end,
        message=message,
        severity="warning" if word.startswith("Warn") else "error",
        tool="svelte-check" if svelte else "next",
    )


def _unwrapped(log: Log, at: int, found: Found) -> Found:
    """mypy's pretty form breaks a message where the terminal ends; its code ends it."""
    message = found.message
    for text in log.after(at, 4):
        if not text or text[0].isspace() or _PLACE.search(text):
            return found
        message = f"{message} {text}"
        trailing = _TRAILING_CODE.search(f" {text}")
        if trailing:
            code = trailing["code"]
            return replace(found, message=message.removesuffix(f"[{code}]").rstrip(), code=code)
    return found


def _ended(found: Found, line: int, column: int) -> Found:
    """With its last character's place."""
    return replace(found, end_line=line, end_column=column + 1)
