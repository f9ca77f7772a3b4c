"""The log of a deployment: that of its build, then what it says when it starts and runs.

Both are followed by subscriptions over one socket, beside one that tells the deployment's state: a log that has ended
says nothing of it. Each connection replays the last lines, so what is known by its time and text is dropped. The cursor
is the time of the last line of each of the two, in nanoseconds: "b:…" of the build, "d:…" of what was deployed.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import UTC, datetime
from typing import Final

from autocrea_lsp.deploy.base import Level, Lines, LogLine
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.ending import ended, wait_for
from autocrea_lsp.deploy.errors import BadToken, DeployError, HostUnavailable
from autocrea_lsp.deploy.railway import documents
from autocrea_lsp.deploy.railway.api import Api
from autocrea_lsp.deploy.railway.fields import Json, nanoseconds, record, records, text
from autocrea_lsp.deploy.railway.socket import Message, Subscriptions
from autocrea_lsp.deploy.railway.states import BUILT, ENDED, status_of

LIMIT = 500  # lines that a subscription replays, as their own client asks for
MANY = 5_000  # lines, where a log is read as a whole
RECONNECTS, PAUSE_S, PAUSE_GROWS = 4, 1.0, 1.5  # in a row, without a new line
QUIET_S = 2.0  # after the end: no line for so long, and there are no more
_STATE = "s"
_LOGS: Final = {
    "b": ("buildLogs", documents.BUILD_LOGS, documents.WATCH_BUILD_LOGS),
    "d": ("deploymentLogs", documents.DEPLOYMENT_LOGS, documents.WATCH_DEPLOYMENT_LOGS),
}
"""By the letter in a cursor and a subscription's id: field, question, subscription."""
_NANOSECONDS = 10**9
_BREAKS = re.compile(r"\r*\n|[\v\f\x85\u2028\u2029]")
_LEVELS: dict[str, Level] = {
    "warn": "warning",
    "warning": "warning",
    "err": "error",
    "error": "error",
    "fatal": "error",
    "critical": "error",
}
_REMEMBERED = 20_000  # keys, to drop what comes twice

Open = Callable[[], AbstractAsyncContextManager[Subscriptions]]


async def read(api: Api, deployment: str, *, after: str = "") -> AsyncGenerator[Lines, None]:
    """What there is, behind the cursor `after`."""
    seen = _Seen(after)
    if lines := await _asked(api, deployment, seen):
        yield Lines(lines=lines, cursor=seen.cursor)


async def follow(
    api: Api, open_socket: Open, clock: Clock, deployment: str, *, after: str = ""
) -> AsyncGenerator[Lines, None]:
    """As it comes, until the deployment has ended and nothing more is said.

    Raises HostUnavailable where the live log cannot be had; what could be asked for comes before.
    """
    seen = _Seen(after)
    failures, pause_s = 0, PAUSE_S
    while True:
        lines = 0
        try:
            async with (
                open_socket() as socket,
                aclosing(_Live(api, socket, clock, deployment, seen).pieces()) as pieces,
            ):
                async for piece in pieces:
                    lines += len(piece.lines)
                    yield piece
            return
        except BadToken:
            raise
        except DeployError as error:
            failure = error
        failures, pause_s = (0, PAUSE_S) if lines else (failures + 1, pause_s * PAUSE_GROWS)
        if failures > RECONNECTS:
            if rest := await _asked(api, deployment, seen):
                yield Lines(lines=rest, cursor=seen.cursor)
            raise failure
        await clock.sleep(pause_s)


class _Live:
    """One connection. Its last piece says so where the deployment has ended.

    The second log is asked for when the first is whole, or seems so: each replays what it has, and they would mix.
    """

    def __init__(self, api: Api, socket: Subscriptions, clock: Clock, deployment: str, seen: _Seen) -> None:
        self._api, self._socket, self._clock = api, socket, clock
        self._deployment, self._seen = deployment, seen
        self._to_ask, self._under_way = list(_LOGS), set[str]()
        self._state = ""

    async def pieces(self) -> AsyncGenerator[Lines, None]:
        """Raises HostUnavailable where it ends before the deployment."""
        self._under_way.add(_STATE)
        await self._socket.subscribe(_STATE, documents.WATCH_DEPLOYMENT, {"id": self._deployment})
        await self._ask()
        coming: asyncio.Future[Message | None] | None = None
        async with aclosing(self._socket.messages()) as messages:
            try:
                while True:
                    coming = coming or asyncio.ensure_future(anext(messages, None))
                    if not await self._wait(coming):
                        if not self._to_ask:
                            break
                        await self._ask()
                        continue
                    message, coming = coming.result(), None
                    if message is None:
                        break
                    if lines := await self._take(message):
                        yield Lines(lines=lines, cursor=self._seen.cursor)
            finally:
                if coming is not None:
                    await ended(coming)
        if self._state not in ENDED:
            raise HostUnavailable("Railway's live log has ended before the deployment has")
        yield Lines(lines=(), cursor=self._seen.cursor, last=True)

    async def _ask(self) -> None:
        """For the next log."""
        kind = self._to_ask.pop(0)
        self._under_way.add(kind)
        await self._socket.subscribe(kind, _LOGS[kind][2], {"id": self._deployment, "limit": LIMIT})

    async def _wait(self, coming: asyncio.Future[Message | None]) -> bool:
        """Whether it has come: when no more is to be expected it is not waited for long."""
        if self._state in ENDED or not self._under_way - {_STATE} or (self._state in BUILT and self._to_ask):
            return await wait_for(coming, self._clock, QUIET_S)
        await asyncio.wait({coming})
        return True

    async def _take(self, message: Message) -> tuple[LogLine, ...]:
        """The new lines that it brings."""
        if message.id == _STATE:
            self._state = status_of(record(message.data, "deployment")) or self._state
        elif message.kind == "error":
            raise message.error or HostUnavailable("Railway's live log broke off")
        elif message.kind == "complete":
            self._under_way.discard(message.id)
            if self._to_ask:
                await self._ask()
        elif message.id in _LOGS:
            found = records(message.data, _LOGS[message.id][0])
            if len(found) >= LIMIT:  # there may be more before them
                found = await _whole(self._api, self._deployment, message.id, found)
            return self._seen.new(message.id, found)
        return ()


async def _whole(api: Api, deployment: str, kind: str, found: list[Json]) -> list[Json]:
    try:
        return await api.logs(_LOGS[kind][1], deployment, limit=MANY)
    except DeployError:  # the last ones are better than none
        return found


async def _asked(api: Api, deployment: str, seen: _Seen) -> tuple[LogLine, ...]:
    """Both logs by a question, in the order of time."""
    lines: list[LogLine] = []
    for kind, (_field, query, _subscription) in _LOGS.items():
        lines += seen.new(kind, await api.logs(query, deployment, limit=MANY, since=seen.since(kind)))
    return tuple(sorted(lines, key=lambda line: line.at))


class _Seen:
    """What has come, of both logs."""

    def __init__(self, after: str) -> None:
        told = dict(part.split(":", 1) for part in after.split() if ":" in part)
        self._after = {kind: int(value) if (value := told.get(kind, "")).isdecimal() else 0 for kind in _LOGS}
        self._last = dict(self._after)
        self._keys: dict[str, None] = {}

    @property
    def cursor(self) -> str:
        return " ".join(f"{kind}:{at}" for kind, at in self._last.items() if at)

    def since(self, kind: str) -> str:
        """The cursor as a moment of theirs, somewhat before; "": from the beginning."""
        at = self._last[kind]
        return datetime.fromtimestamp(at // _NANOSECONDS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""

    def new(self, kind: str, found: Iterable[Json]) -> tuple[LogLine, ...]:
        """Those of these that are behind the cursor we began with, and have not come yet."""
        lines: list[LogLine] = []
        for each in found:
            at, message = nanoseconds(text(each, "timestamp")), text(each, "message")
            key = f"{kind}{at}.{zlib.crc32(message.encode('utf-8', 'replace')):08x}"
            if key in self._keys or 0 < at <= self._after[kind]:
                continue
            self._keys[key] = None
            self._last[kind] = max(self._last[kind], at)
            lines += _lines(each, at, message, key)
        while len(self._keys) > _REMEMBERED:
            del self._keys[next(iter(self._keys))]
        return tuple(lines)


def _lines(found: Json, at: int, message: str, key: str) -> Iterator[LogLine]:
    level = _level(found)
    for number, part in enumerate(_BREAKS.split(message.rstrip("\r\n"))):
        shown = part.rstrip("\r").rpartition("\r")[2]  # a progress bar draws over itself
        yield LogLine(at=at / _NANOSECONDS, text=shown, level=level, key=f"{key}.{number}")


def _level(found: Json) -> Level:
    """Its severity, or the attribute `level`, whose value is JSON in a text."""
    said = text(found, "severity") or next(
        (_decoded(text(each, "value")) for each in records(found, "attributes") if text(each, "key") == "level"), ""
    )
    return _LEVELS.get(said.casefold(), "info")


def _decoded(value: str) -> str:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, str) else ""
