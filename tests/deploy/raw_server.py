"""A server on loopback that does to each request what the test says, down to the byte.

    async with RawServer(answer(503, headers={"Retry-After": "2"}), drop(at=10), answer(200, b"{}")) as server:
        ... server.url, server.requests

Each request takes the next behaviour; when they are used up, the last one stays. A behaviour reads what it wants of the
request and returns whether the connection stays open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

_PIECE = 256 * 1024


@dataclass(slots=True, kw_only=True)
class Request:
    """As far as it was read. `headers`: names in lower case. `size`: of the body; `body` is kept up to 1 MB."""

    method: str = ""
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    size: int = 0
    connection: int = 0  # which of the server's connections it came over, from 1


@dataclass(slots=True)
class Wire:
    """One connection, from the server's side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Request
    closing: asyncio.Event

    async def read_head(self) -> None:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.request.method, target, _ = lines[0].split(" ", 2)
        parts = urlsplit(target)
        self.request.path, self.request.query = parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(":")
            self.request.headers[name.lower()] = value.strip()

    async def read_body(self) -> None:
        if self.request.headers.get("transfer-encoding") == "chunked":
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                await self._take(size)
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
        else:
            await self._take(int(self.request.headers.get("content-length", "0")))

    async def _take(self, size: int) -> None:
        while size:
            piece = await self.reader.read(min(size, _PIECE))
            if not piece:
                raise asyncio.IncompleteReadError(b"", size)
            size -= len(piece)
            self.request.size += len(piece)
            if len(self.request.body) < 1_000_000:
                self.request.body += piece


Behaviour = Callable[[Wire], Awaitable[bool]]


def answer(
    status: int = 200,
    body: bytes | str = b"{}",
    *,
    headers: Mapping[str, str] | None = None,
    cut: int | None = None,
    early: bool = False,
    close: bool = False,
) -> Behaviour:
    """A whole answer, or its first `cut` bytes (negative: all but so many); `early`: before the body was read."""
    body = body.encode() if isinstance(body, str) else body
    names = {"content-length": str(len(body)), "content-type": "application/json"} | dict(headers or {})
    head = f"HTTP/1.1 {status} So\r\n" + "".join(f"{name}: {value}\r\n" for name, value in names.items()) + "\r\n"
    return garble((head.encode("latin-1") + body)[:cut], early=early, close=close or early or cut is not None)


def garble(raw: bytes, *, early: bool = False, close: bool = True) -> Behaviour:
    """Exactly these bytes."""

    async def run(wire: Wire) -> bool:
        await wire.read_head()
        if not early:
            await wire.read_body()
        wire.writer.write(raw)
        await wire.writer.drain()
        if early:  # what is closed with something unread takes the answer with it
            wire.writer.write_eof()
            while await wire.reader.read(_PIECE):
                pass
        return not close

    return run


def drop(at: int | None = None) -> Behaviour:
    """The connection breaks after so many bytes of the request; None: after all of it."""

    async def run(wire: Wire) -> bool:
        if at is None:
            await wire.read_head()
            await wire.read_body()
        else:
            await wire.reader.readexactly(at)
        wire.writer.transport.abort()
        return False

    return run


def hang(first: bytes = b"") -> Behaviour:
    """These bytes, and then nothing, for as long as the server is there or the client waits."""

    async def run(wire: Wire) -> bool:
        await wire.read_head()
        await wire.read_body()
        wire.writer.write(first)
        await wire.writer.drain()
        gone = asyncio.create_task(wire.reader.read())
        over = asyncio.create_task(wire.closing.wait())
        await asyncio.wait((gone, over), return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, over):
            task.cancel()
        return False

    return run


class RawServer:
    """`requests`: in the order in which they came."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._behaviours = list(behaviours) or [answer()]
        self._closing, self._came = asyncio.Event(), asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def then(self, *behaviours: Behaviour) -> None:
        """What it does from now on."""
        self._behaviours = list(behaviours)

    async def until_requested(self, count: int = 1) -> None:
        """Until so many requests have begun to come."""
        while len(self.requests) < count:
            self._came.clear()
            await self._came.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._closing.set()
        self._server.close()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        self.connections += 1
        number = self.connections
        try:
            while not reader.at_eof():
                first = await reader.read(1)
                if not first:
                    break
                # Given back: what begins a request is no request yet when the client only closes.
                reader._buffer[:0] = first  # type: ignore[attr-defined]
                request = Request(connection=number)
                self.requests.append(request)
                self._came.set()
                behaviour = self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]
                if not await behaviour(Wire(reader, writer, request, self._closing)):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
