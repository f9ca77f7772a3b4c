"""What pytest prints of tests that fail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocrea_lsp.deploy.buildlog.log import Found, Log

_FORWARD, _BACKWARD = 40, 400  # lines of a failure's text, and of its frames
_MOST_OF_A_MESSAGE = 4  # lines

_SAID = re.compile(r"E {1,8}(?P<message>\S.*)")
_PLACE = re.compile(r"(?P<path>[^\s:][^:]{0,400}):(?P<line>\d{1,7}): (?P<what>[A-Za-z].*)$")
_FRAME = re.compile(r"(?P<path>[^\s:][^:]{0,400}):(?P<line>\d{1,7}):(?: in .*)?$")
_HEADING = re.compile(r"[_=]{3,} .* [_=]{3,}$")
_SUMMARY = re.compile(r"(?:FAILED|ERROR) (?P<path>[^\s:]{1,400}\.py)(?:::(?P<test>.+?))?(?: - (?P<message>.*))?$")


def failure(log: Log, at: int) -> Iterator[Found]:
    """A block of `E   …`; where, stands below it, or, where that is not the user's, above."""
    if not _SAID.match(log.lines[at]) or log.line(at - 1).startswith("E "):
        return
    said: list[str] = []
    place: tuple[str, int] | None = None
    for text in [log.lines[at], *log.after(at, _FORWARD)]:
        match = _SAID.match(text)
        if match:
            if len(said) < _MOST_OF_A_MESSAGE:
                said.append(match["message"])
            continue
        below = _PLACE.match(text)
        if below:
            if log.places.find(below["path"]):
                place = below["path"], int(below["line"])
            break
        if _HEADING.match(text):
            break
    place = place or _user_frame(log, at)
    if place:
        name = re.match(r"(?P<name>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Warning))(?::|$)", said[0])
        yield Found(
            raw=place[0],
            line=place[1],
            message="\n".join(said),
            tool="pytest",
            code=name["name"].rpartition(".")[2] if name else "AssertionError" if said[0].startswith("assert") else "",
        )


def summary(log: Log, at: int) -> Iterator[Found]:
    """`FAILED tests/test_x.py::test_y - …`: all there is with --tb=no."""
    match = _SUMMARY.match(log.lines[at])
    if match:
        message = ": ".join(filter(None, (match["test"], match["message"]))) or "The tests in it cannot be collected."
        yield Found(raw=match["path"], line=1, message=message, tool="pytest", vague=True)


def _user_frame(log: Log, at: int) -> tuple[str, int] | None:
    for text in log.before(at, _BACKWARD):
        if text.startswith("E ") or _HEADING.match(text):
            return None
        match = _FRAME.match(text)
        if match and log.places.find(match["path"]):
            return match["path"], int(match["line"])
    return None
