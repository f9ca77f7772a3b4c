"""What node prints when a script fails, and what package managers say of package.json."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log

_MOST_FRAMES = 100
_MOST_OF_A_MESSAGE = 12  # lines between the first of an error and its frames

_FRAME = re.compile(r"\s{0,12}(?:at |❯ )")
_FRAME_PLACE = re.compile(r"(?P<path>\S.{0,600}):(?P<line>\d{1,7}):(?P<column>\d{1,6})\)?(?: \{)?$")
_ERROR = re.compile(
    r"\s{0,12}(?:\[cause\]: |Uncaught |⨯ |FAIL )?(?P<name>[A-Z]\w{0,60}(?:Error|Exception)|Error)"
    r"(?: \[(?P<code>[A-Z][A-Z0-9_]{2,60})\])?(?:: (?P<message>.*))?$"
)
_HEADING = re.compile(r"(?:file://)?(?P<path>(?:[A-Za-z]:)?[/\\].{1,600}|\.?/?[\w@./-]{1,300}):(?P<line>\d{1,7})$")
_IMPORTED_FROM = re.compile(r" imported from (?P<path>\S{1,600})$")

_JSON_PLACE = re.compile(r"\(?line (?P<line>\d{1,7}),? column (?P<column>\d{1,6})\)?")
_IN_FOLDER = re.compile(
    r"(?:npm (?:error|ERR!) path|Invalid package\.json in|Error parsing|not up to date with) (?P<path>\S{1,600})"
)
_PACKAGE_SAID = (
    re.compile(r"JSON\.parse (?P<message>Invalid package\.json: .*)"),
    re.compile(r"JSON\.parse (?P<message>Failed to parse .*package\.json.*)"),
    re.compile(r"(?P<message>(?:\w{0,20}Error|error) .{0,80}package\.json.{0,40}(?:JSON|Unexpected).*)"),
    re.compile(r"(?P<message>Missing script: ?.*)"),
    re.compile(r"ERESOLVE (?P<message>(?:unable to|could not) resolve.*)"),
    re.compile(r"notarget (?P<message>No matching version found for .*)"),
    re.compile(r"(?:404 )(?P<message>.* is not in (?:this|the npm) registry\.?)"),
    re.compile(r"(?P<message>`npm ci` can only install packages when your package\.json and .*)"),
    re.compile(r"ERR_PNPM_(?:OUTDATED_LOCKFILE|NO_SCRIPT|NO_MATCHING_VERSION)\s{1,4}(?P<message>.*)"),
    re.compile(r"error (?P<message>Command \"[^\"]{1,200}\" not found\.)"),
    re.compile(r"(?P<message>Couldn't find a script named .*)"),
)


def stack(log: Log, at: int) -> Iterator[Found]:
    """An error and the frames below it: the innermost that is the user's."""
    if not _FRAME.match(log.lines[at]) or _FRAME.match(log.line(at - 1)):
        return
    told = _error_above(log, at)
    if told is None:
        return
    name, code, message = told
    for text in [log.lines[at], *log.after(at, _MOST_FRAMES)]:
        if not _FRAME.match(text):
            break
        frame = _FRAME.sub("", text, count=1)
        place = _FRAME_PLACE.match(frame.partition(" (")[2] or frame)
        raw = place["path"].removeprefix("async ") if place else ""
        if place and log.places.find(raw):
            yield _thrown(raw, int(place["line"]), int(place["column"]), name, code, message)
            return


def headed(log: Log, at: int) -> Iterator[Found]:
    """`file:///app/x.mjs:3`, the line of code, a row of ^ and the error: how node shows where it stopped."""
    match = _HEADING.match(log.lines[at])
    if match is None:
        return
    marks = log.line(at + 2)
    if marks.strip("^ ") or "^" not in marks:
        return
    said = [text for text in log.after(at + 2, 5) if text]
    told = _ERROR.match(said[0]) if said else None
    if told:
        frames = next((number for number, text in enumerate(said) if number and _FRAME.match(text)), 1)
        yield _thrown(
            match["path"],
            int(match["line"]),
            marks.index("^") + 1,
            told["name"],
            told["code"] or "",
            "\n".join([told["message"] or "", *said[1:frames]]),
            width=marks.count("^"),
        )


def imported(log: Log, at: int) -> Iterator[Found]:
    """`Cannot find module … imported from /app/x.mjs`: the file without a line."""
    match = _IMPORTED_FROM.search(log.lines[at])
    told = _ERROR.match(log.lines[at])
    if match and told:
        message = _IMPORTED_FROM.sub("", told["message"] or "")
        yield Found(raw=match["path"], line=1, message=message, tool="node", code=told["code"] or "", vague=True)


def package(log: Log, at: int) -> Iterator[Found]:
    """What npm, pnpm and yarn find wrong with package.json; they seldom say where."""
    text = log.lines[at].strip()
    match = next(filter(None, (said.match(text) for said in _PACKAGE_SAID)), None)
    if match is None:
        return
    raw = "package.json"
    for near in [text, *log.before(at, 4), *log.after(at, 4)]:
        named = _IN_FOLDER.search(near)
        if named:
            raw = named["path"].rstrip(":/,")
            raw = raw.removeprefix("<ROOT>/")
            raw = raw if raw.endswith("package.json") else f"{raw}/package.json"
            break
    code = next((near.split()[-1] for near in log.before(at, 4) if " code E" in near), "")
    message = match["message"]
    if text.startswith("ERESOLVE"):
        code = "ERESOLVE"
        message = f"{message}\n{_conflict(log, at)}"
    place = _JSON_PLACE.search(text)
    yield Found(
        raw=raw,
        line=int(place["line"]) if place else 1,
        column=int(place["column"]) if place else 0,
        message=message,
        tool="npm",
        code=code,
    )


def _conflict(log: Log, at: int) -> str:
    """Which dependency npm could not bring together with the others."""
    below = log.after(at, 30)
    for text in below:
        if text.strip() == "Could not resolve dependency:":
            return next(below, "").strip()
    return ""


def _error_above(log: Log, at: int) -> tuple[str, str, str] | None:
    """Name, code and message of the error that ends above line `at`."""
    below: list[str] = []
    for text in log.before(at, _MOST_OF_A_MESSAGE):
        match = _ERROR.match(text)
        if match:
            rest = [] if any(line.startswith("Require stack") for line in below) else below[:3]
            return match["name"], match["code"] or "", "\n".join([match["message"] or "", *rest])
        if _FRAME.match(text):
            return None
        below.insert(0, text)
    return None


def _thrown(raw: str, line: int, column: int, name: str, code: str, message: str, width: int = 0) -> Found:
    return Found(
        raw=raw,
        line=line,
        column=column,
        end_line=line if width > 1 else 0,
        end_column=column + width if width > 1 else 0,
        message=message if name == "Error" and message.strip() else f"{name}: {message}".rstrip(": "),
        tool="node",
        code=code,
    )
