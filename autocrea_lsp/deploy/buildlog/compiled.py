"""What cargo, ruff, go and programs that panic print."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log, first_text, level_of, marked_width

_MOST_FRAMES = 80

_ARROW = re.compile(r"\s{0,12}--> (?P<path>\S.{0,400}?):(?P<line>\d{1,7}):(?P<column>\d{1,6})$")
_RUSTC = re.compile(r"(?P<level>error|warning)(?:\[(?P<code>[\w:]{1,60})\])?: (?P<message>.*)")
_RUFF = re.compile(r"(?P<code>[A-Z]{1,6}\d{2,5}|invalid-syntax|unformatted)(?: \[\*\])?:? (?P<message>.*)")
_PANIC = re.compile(
    r"thread '[^']{0,200}'(?: \(\d{1,9}\))? panicked at (?:'(?P<message>.{0,500})', )?"
    r"(?P<path>\S.{0,400}?):(?P<line>\d{1,7}):(?P<column>\d{1,6}):?$"
)

_GO_PANIC = re.compile(r"(?P<message>(?:panic|fatal error): .*?)(?: \[recovered.*\])?$")
_GO_FRAME = re.compile(r"\s{1,12}(?P<path>\S.{0,400}\.go):(?P<line>\d{1,7})(?: \+0x[0-9a-f]{1,16})?$")
_GO_TEST = re.compile(r"\s{2,12}(?P<path>[\w.-]{1,200}_test\.go):(?P<line>\d{1,7}): (?P<message>.*)")
_GO_PACKAGE = re.compile(r"FAIL\s+(?P<package>[\w./~-]{1,300})\s")


def arrow(log: Log, at: int) -> Iterator[Found]:
    """` --> src/main.rs:3:7` below the message: rustc, and ruff in its full form."""
    match = _ARROW.match(log.lines[at])
    if match is None:
        return
    above = log.line(at - 1)
    rustc = _RUSTC.match(above)
    ruff = None if rustc else _RUFF.match(above)
    said = rustc or ruff
    if said is None:
        return  # a note on what is above
    line, column = int(match["line"]), int(match["column"])
    width = marked_width(log, at, 10)
    python = match["path"].endswith((".py", ".pyi", ".ipynb"))
    yield Found(
        raw=match["path"],
        line=line,
        column=column,
        end_line=line if width else 0,
        end_column=column + width if width else 0,
        message=said["message"],
        severity=level_of(rustc["level"]) if rustc else "error",
        tool="ruff" if ruff or python else "cargo",
        code=said["code"] or "",
    )


def rust_panic(log: Log, at: int) -> Iterator[Found]:
    """`thread 'main' panicked at src/main.rs:3:7:` and the message below."""
    match = _PANIC.match(log.lines[at].strip())
    if match:
        yield Found(
            raw=match["path"],
            line=int(match["line"]),
            column=int(match["column"]),
            message=match["message"] or first_text(log, at, 1),
            tool="cargo",
            code="panic",
        )


def go_panic(log: Log, at: int) -> Iterator[Found]:
    """`panic: …` and the stack below it: the innermost frame that is the user's."""
    match = _GO_PANIC.match(log.lines[at])
    if match is None:
        return
    for text in log.after(at, _MOST_FRAMES):
        if text.startswith(("panic: ", "fatal error: ")):
            return
        frame = _GO_FRAME.match(text)
        raw = frame["path"] if frame else ""
        if "." in raw.partition("/")[0] and not raw.startswith("."):
            raw = f"/{raw}"  # built with -trimpath: below the module's name
        if frame and log.places.find(raw):
            yield Found(raw=raw, line=int(frame["line"]), message=match["message"], tool="go", code="panic")
            return


def go_test(log: Log, at: int) -> Iterator[Found]:
    """`    x_test.go:3: …`, told without its folder, which only the package's line at the end has."""
    match = _GO_TEST.match(log.lines[at])
    if match is None:
        return
    package = _GO_PACKAGE.match(log.next_that_starts(("FAIL\t", "FAIL "), at) + " ")
    inside = f"/{package['package']}/{match['path']}" if package else ""
    yield Found(
        raw=inside if inside and log.places.find(inside) else match["path"],
        line=int(match["line"]),
        message=match["message"],
        tool="go",
    )
