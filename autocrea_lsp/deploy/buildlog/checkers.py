"""What checkers of source code print in ways of their own: tsc, eslint, next's lint, svelte-check."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log, level_of

_MOST_ROWS = 2_000  # of one file
_CONTINUED = 4  # lines of a message that tsc goes on below

_PARENTHESES = re.compile(
    r"\((?P<line>\d{1,7}),(?P<column>\d{1,6})(?:,\d{1,7},\d{1,6})?\): (?P<level>error|warning)"
    r" (?:(?P<code>[\w@/-]{1,80}) ?)?: ?(?P<message>.*)"
)
_COMPACT = re.compile(r": line (?P<line>\d{1,7}), col (?P<column>\d{1,6}), (?P<level>Error|Warning) - (?P<message>.*)")
_TRAILING_RULE = re.compile(r" \((?P<code>[\w@/-]{1,80})\)$")
_ROW = re.compile(
    r"\s{0,8}(?P<cra>Line )?(?P<line>\d{1,7}):(?P<column>\d{1,6}):?\s{1,12}"
    r"(?:(?P<level>error|warning|Error:|Warning:)\s{1,12})?(?P<message>\S.*)"
)
_RULE = re.compile(r"[\w@][\w@/.-]{0,80}")
_GAP = re.compile(r" {2,}(?=\S+$)")
_HEADING = re.compile(r"(?:[A-Za-z]:|\.{0,2}/)?[\w@.()\[\]$ +/\\-]{1,400}\.\w{1,10}:?")
_TSL = re.compile(r"(?:\[tsl\] )?ERROR in (?P<path>.{1,400}?)\((?P<line>\d{1,7}),(?P<column>\d{1,6})\):?$")
_TS_MESSAGE = re.compile(r"\s{0,8}(?:error )?(?P<code>TS\d{1,6}): (?P<message>.*)")


def parenthesised(log: Log, at: int) -> Iterator[Found]:
    """`src/x.ts(3,7): error TS2322: …`: tsc without colours, and who writes like it."""
    text = log.lines[at]
    match = _PARENTHESES.search(text)
    if match is None:
        return
    code = match["code"] or ""
    message = match["message"]
    tool = "tsc" if code.startswith("TS") else "dotnet" if re.fullmatch(r"[A-Z]{2,8}\d{3,5}", code) else "eslint"
    if tool == "tsc":
        message = "\n".join([message, *_continued(log, at)])
    if tool == "dotnet":
        message = re.sub(r" \[[^\[\]]{1,400}proj\]$", "", message)
    yield Found(
        raw=text[: match.start()],
        line=int(match["line"]),
        column=int(match["column"]),
        message=message,
        severity=level_of(match["level"]),
        tool=tool,
        code=code,
    )


def in_loader(log: Log, at: int) -> Iterator[Found]:
    """`[tsl] ERROR in /src/x.ts(3,7)` and the message below: TypeScript inside of webpack."""
    match = _TSL.match(log.lines[at].lstrip())
    below = _TS_MESSAGE.match(log.line(at + 1))
    if match and below:
        yield Found(
            raw=match["path"],
            line=int(match["line"]),
            column=int(match["column"]),
            message=below["message"],
            tool="tsc",
            code=below["code"],
        )


def eslint_compact(log: Log, at: int) -> Iterator[Found]:
    """`/src/x.js: line 3, col 7, Error - … (rule)`."""
    text = log.lines[at]
    match = _COMPACT.search(text)
    if match is None:
        return
    rule = _TRAILING_RULE.search(match["message"])
    yield Found(
        raw=text[: match.start()],
        line=int(match["line"]),
        column=int(match["column"]),
        message=match["message"][: rule.start()] if rule else match["message"],
        severity=level_of(match["level"]),
        tool="eslint",
        code=rule["code"] if rule else "",
    )


def eslint_rows(log: Log, at: int) -> Iterator[Found]:
    """A file's name, and below it rows of `3:7  error  …  rule`: eslint's own form, next's, ruff's grouped."""
    if not _ROW.match(log.line(at + 1)):
        return
    heading = log.lines[at].strip()
    if not _HEADING.fullmatch(heading):
        return
    raw = heading.removesuffix(":")
    for text in log.after(at, _MOST_ROWS):
        match = _ROW.match(text)
        if match is None:
            break
        tool, code, message = _told(match["message"], raw, bool(match["level"] or match["cra"]))
        if tool:
            yield Found(
                raw=raw,
                line=int(match["line"]),
                column=int(match["column"]),
                message=message,
                severity=level_of((match["level"] or "error").removesuffix(":")),
                tool=tool,
                code=code,
            )


def _told(message: str, raw: str, eslint: bool) -> tuple[str, str, str]:
    """Tool, code and message of a row; "" as the tool: the row is nobody's."""
    if eslint:
        gap = _GAP.search(message)
        rule = message[gap.end() :] if gap else ""
        if gap and _RULE.fullmatch(rule):
            return "eslint", rule, message[: gap.start()]
        return "eslint", "", message
    ruff = re.match(r"(?P<code>[A-Z]{1,5}\d{2,5}|invalid-syntax)(?: \[\*\])?:? (?P<message>.*)", message)
    if ruff and raw.endswith((".py", ".pyi", ".ipynb")):
        return "ruff", ruff["code"], ruff["message"]
    return "", "", ""


def _continued(log: Log, at: int) -> Iterator[str]:
    for text in log.after(at, _CONTINUED):
        if not text.startswith("  ") or _PARENTHESES.search(text):
            return
        yield text
