"""What Python, pip and the readers of pyproject.toml say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log, first_text

_MOST_FRAMES = 1_000  # lines of one traceback

_EDGE = re.compile(r"[\s|+]{0,24}")  # tracebacks in groups have a border
_FRAME = re.compile(r"File \"(?P<path>[^\"]{1,600})\", line (?P<line>\d{1,7})(?P<within>, in .*)?")
_END = re.compile(r"(?P<name>[A-Za-z_][\w.]{0,120})(?:: (?P<message>.*))?$")
_SYNTAX = re.compile(r"[\s|E]{0,24}(?P<name>SyntaxError|IndentationError|TabError): (?P<message>.*)")

_REQUIREMENT = re.compile(
    r"(?:ERROR|error): (?P<message>.*?)[:,]? ?\((?:from )?"
    r"(?:line (?P<line>\d{1,7}) of (?P<path>[^()]{1,400})|-[rc] (?P<file>[^()]{1,400}) \(line (?P<number>\d{1,7})\)\))"
)
_NO_DISTRIBUTION = re.compile(r"(?:ERROR|error): (?P<message>No matching distribution found for [^()]{1,200})$")
_TOML = re.compile(r"(?:at line|at row|line) (?P<line>\d{1,7}),? col(?:umn)? (?P<column>\d{1,6})")
_TOML_PATH = re.compile(r"[`\"' ](?P<path>[^`\"' ]{0,400}\.toml)\b")
_CONFIG = re.compile(r"(?:ValueError: )?(?P<message>invalid pyproject\.toml config: .*)")


def traceback(log: Log, at: int) -> Iterator[Found]:
    """`Traceback (most recent call last):` to the error: the innermost frame that is the user's."""
    head = log.lines[at]
    edge = head.index("Traceback (most")
    edge = max(0, edge - len("Exception Group ")) if "Exception Group Traceback" in head else edge
    path, line = "", 0
    for text in log.after(at, _MOST_FRAMES):
        body = text[edge:] if not text[:edge].strip(" |+E") else text.lstrip()
        frame = _FRAME.match(body.lstrip(" |"))
        if frame and body[:1] in (" ", "|"):
            if log.places.find(frame["path"]):
                path, line = frame["path"], int(frame["line"])
            continue
        body = body.removeprefix("| ")
        if not body or body[0] in " |+":
            continue
        end = _END.match(body)
        if end and path:
            yield _raised(path, line, end["name"], end["message"] or "")
        return


def syntax_error(log: Log, at: int) -> Iterator[Found]:
    """`File "x.py", line 3` without a function: what could not be compiled. Python shows the line without its
    indentation, so its ^ gives no column."""
    frame = _FRAME.match(_EDGE.sub("", log.lines[at].lstrip("*E "), count=1))
    if frame is None or frame["within"]:
        return
    for text in log.after(at, 4):
        match = _SYNTAX.match(text)
        if match:
            yield _raised(frame["path"], int(frame["line"]), match["name"], match["message"])
            return


def requirement(log: Log, at: int) -> Iterator[Found]:
    """pip on a line of a requirements file."""
    text = log.lines[at].strip()
    match = _REQUIREMENT.match(text)
    if match:
        yield Found(
            raw=match["path"] or match["file"],
            line=int(match["line"] or match["number"]),
            message=match["message"],
            tool="pip",
        )
        return
    missing = _NO_DISTRIBUTION.match(text)
    if missing:
        raw = next((each for each in ("requirements.txt", "pyproject.toml") if log.places.find(each)), "")
        if raw:
            yield Found(raw=raw, line=1, message=missing["message"], tool="pip", vague=True)


def toml(log: Log, at: int) -> Iterator[Found]:
    """A TOML file that cannot be read: its name stands above, or it is pyproject.toml."""
    text = log.lines[at]
    match = _TOML.search(text) if "toml" in text.lower() else None
    if match is None:
        return
    named = next(filter(None, (_TOML_PATH.search(f" {near}") for near in [text, *log.before(at, 4)])), None)
    message = text[: match.start()].rstrip(" (,:")
    message = message.rpartition("TOMLDecodeError: ")[2] or message
    if message.lower().endswith("parse error"):
        message = next((below.strip() for below in log.after(at, 8) if below[:1].isalpha()), "") or first_text(log, at)
        drawn = [below for below in log.after(at, 10) if "|" not in below and below.strip()]
        message = drawn[0].strip() if drawn else message
    yield Found(
        raw=named["path"] if named else "pyproject.toml",
        line=int(match["line"]),
        column=int(match["column"]),
        message=message or "This is no valid TOML.",
        tool="toml",
    )


def project_config(log: Log, at: int) -> Iterator[Found]:
    """What setuptools says of a value in pyproject.toml; it does not say where."""
    match = _CONFIG.match(log.lines[at].strip())
    if match:
        below = log.line(at + 1).strip()
        message = below.removeprefix("configuration error: ") if below.startswith("configuration") else match["message"]
        yield Found(raw="pyproject.toml", line=1, message=message, tool="setuptools", vague=True)


def _raised(raw: str, line: int, name: str, message: str) -> Found:
    return Found(
        raw=raw, line=line, message=f"{name}: {message}".rstrip(": "), tool="python", code=name.rpartition(".")[2]
    )
