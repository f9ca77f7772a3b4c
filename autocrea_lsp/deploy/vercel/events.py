"""The build log: `GET /v3/deployments/{id}/events`, as it comes.

A follow is one JSON object a line; a plain read may be one JSON array. An event has its fields flat or in `payload`;
`alias-assigned` says that the domains lead to the deployment. Events carry an id and a time (`date`, ms), and the
largest time seen is the cursor: going on from it repeats what has the same time, which the ids tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from autocrea_lsp.deploy.base import Level, Lines, LogLine
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.fields import Json, line, number, record, text, words

MAX_EVENT_BYTES = 1_000_000  # one line; more is no log line
MAX_ARRAY_BYTES = 32_000_000
_TEXTS = ("command", "stdout", "stderr", "fatal", "exit")  # of the types, those that are lines of a build
_BREAKS = re.compile(r"\r*\n|[\v\f\x85\u2028\u2029]")
_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning"}
_REMEMBERED = 20_000  # keys of a stream, to drop what comes twice


async def read(
    api: Api, account: str, deployment: str, *, after: str = "", follow: bool = False
) -> AsyncGenerator[Lines, None]:
    """The log, behind the cursor `after`. Raises HostUnavailable where the stream breaks."""
    query = {"direction": "forward", "follow": "1" if follow else "0", "limit": "-1"}
    if after.isdecimal():
        query["since"] = after
    seen: dict[str, None] = {}
    cursor = int(after) if after.isdecimal() else 0
    async with api.events(account, deployment, query) as pieces, aclosing(_batches(pieces)) as batches:
        async for events in batches:
            lines: list[LogLine] = []
            for event in events:
                cursor = max(cursor, int(_time(event)))
                new = [each for each in _lines(event) if not each.key or each.key not in seen]
                seen |= dict.fromkeys(each.key for each in new if each.key)
                lines += new
            while len(seen) > _REMEMBERED:
                del seen[next(iter(seen))]
            last = any(text(event, "type") == "alias-assigned" for event in events)
            if lines or last:
                yield Lines(lines=tuple(lines), cursor=str(cursor) if cursor else "", last=last)


async def _batches(pieces: AsyncIterator[bytes]) -> AsyncGenerator[list[Json], None]:
    """The events of each piece that came; the last line counts only when it is whole."""
    rest = bytearray()
    array: bool | None = None
    async for piece in pieces:
        rest += piece
        if array is None and (start := bytes(rest).lstrip()[:1]):
            array = start == b"["
        if array:
            if len(rest) > MAX_ARRAY_BYTES:
                return
            continue
        *whole, last = bytes(rest).split(b"\n")
        rest = bytearray(last if len(last) <= MAX_EVENT_BYTES else b"")
        if events := [event for each in whole for event in _events(each)]:
            yield events
    if events := list(_events(bytes(rest))):
        yield events


def _events(data: bytes) -> Iterator[Json]:
    """One event, or an array of them. What is no JSON is none: a stream may end in the middle of one."""
    try:
        found: Any = json.loads(data) if data.strip() else None
    except (ValueError, RecursionError):
        return
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield each


def _time(event: Json) -> float:
    """Milliseconds."""
    inner = record(event, "payload")
    for of, name in ((event, "date"), (inner, "date"), (event, "created"), (inner, "created")):
        if (found := number(of, name)) is not None:
            return found
    return 0.0


def _lines(event: Json) -> Iterator[LogLine]:
    kind = text(event, "type")
    at = _time(event) / 1000
    if kind == "alias-assigned":
        yield from _assigned(event, at)
        return
    inner = record(event, "payload") or event
    said = text(inner, "text") or text(event, "text")
    if kind not in _TEXTS or not said:
        return
    key = text(inner, "id") or text(inner, "serial")
    level = _LEVELS.get(text(event, "level") or text(inner, "level"), "error" if kind == "fatal" else "info")
    for at_line, part in enumerate(_BREAKS.split(said.rstrip("\r\n"))):
        shown = part.rstrip("\r").rpartition("\r")[2]  # a progress bar draws over itself
        yield LogLine(at=at, text=shown, level=level, key=f"{key}.{at_line}" if key else "")


def _assigned(event: Json, at: float) -> Iterator[LogLine]:
    key = f"alias-{_time(event):.0f}"
    error, warning = record(event, "aliasError"), record(event, "aliasWarning")
    if error:
        said = line(text(error, "message") or text(error, "code"))
        yield LogLine(at=at, text=f"Vercel could not assign the domains: {said}", level="error", key=f"{key}.error")
    elif names := words(event, "alias"):
        yield LogLine(at=at, text=f"Domains assigned: {', '.join(line(name) for name in names)}", key=key)
    if warning:
        yield LogLine(at=at, text=line(text(warning, "message")), level="warning", key=f"{key}.warning")
