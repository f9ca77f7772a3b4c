"""What a container's build says of its Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log

_DRAWING = 60  # lines of the Dockerfile that are shown before the error

_FAILED = re.compile(
    r"(?:ERROR|error|Error): (?:failed to build: )?failed to (?:solve|build)[^:]{0,80}: (?P<message>.*)"
)
_PLACE = re.compile(r"(?P<path>[\w./ -]{0,300}(?i:dockerfile|containerfile)[\w.-]{0,80}):(?P<line>\d{1,7})$")
_PARSE = re.compile(r"[Dd]ockerfile parse error (?:on )?line (?P<line>\d{1,7}): (?P<message>.*)")
_WARNING = re.compile(r" {0,3}- (?P<code>[A-Z][A-Za-z]{3,60}): (?P<message>.*) \(line (?P<line>\d{1,7})\)$")


def failed(log: Log, at: int) -> Iterator[Found]:
    """`ERROR: failed to solve: …`, with the instruction's place above it."""
    match = _FAILED.match(log.lines[at].strip())
    parse = _PARSE.search(log.lines[at])
    if match is None and parse is None:
        return
    place = None
    for text in log.before(at, _DRAWING):
        place = _PLACE.match(text.strip())
        if place:
            break
    if parse:
        raw = place["path"] if place else "Dockerfile"
        yield Found(raw=raw, line=int(parse["line"]), message=parse["message"], tool="docker")
    elif match and place:
        yield Found(raw=place["path"], line=int(place["line"]), message=match["message"], tool="docker")


def warned(log: Log, at: int) -> Iterator[Found]:
    """` - FromAsCasing: … (line 3)`: a build check's warning."""
    match = _WARNING.match(log.lines[at])
    if match:
        yield Found(
            raw="Dockerfile",
            line=int(match["line"]),
            message=match["message"],
            severity="warning",
            tool="docker",
            code=match["code"],
        )
