"""HTTP/1.1 for the emulator: requests in, replies out, faults included; and when the client left.

Small on purpose: one request at a time on a connection; bodies and answers with a length or chunked.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tests.emulators.messages_faults import End, Pause, Record, Step


class ClientLeft(Exception):
    """The client closed its side, or the connection broke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A request as far as it is known before its body is read."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Head):
    body: bytes


class Connection:
    """One client's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ahead = b""  # read while watching for the end
        self.closing = False  # nothing more will be answered
        self.ended_by_us = False  # by a fault, before the client could

    async def request(self) -> Request | None:
        """The next request; None when the client has left."""
        if (head := await self.head()) is None or (body := await self.body(head)) is None:
            return None
        return Request(method=head.method, path=head.path, headers=head.headers, body=body)

    async def head(self) -> Head | None:
        """The next request without its body, which `body` reads; None when the client has left."""
        try:
            head = (self._ahead + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        self._ahead = b""
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        return Head(method=method, path=path, headers=headers)

    async def body(self, head: Head) -> bytes | None:
        """The body that follows, of known length or chunked; None when the client has left."""
        try:
            if head.headers.get("transfer-encoding", "").lower() != "chunked":
                return await self._reader.readexactly(int(head.headers.get("content-length", "0")))
            pieces = []
            while size := int((await self._reader.readuntil(b"\r\n")).partition(b";")[0], 16):
                pieces.append(await self._reader.readexactly(size))
                await self._reader.readexactly(2)
            await self._reader.readuntil(b"\r\n")
            return b"".join(pieces)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """A whole answer of known length."""
        await self._write(_head(status, {**headers, "content-length": str(len(body))}) + body)

    async def answer_json(self, status: int, value: Any, headers: Mapping[str, str]) -> None:
        await self.answer(status, json.dumps(value).encode(), {**headers, "content-type": "application/json"})

    async def answer_part(self, status: int, body: bytes, headers: Mapping[str, str], *, at: int) -> None:
        """The first `at` bytes of a body whose length was announced whole; then the connection is gone."""
        await self._write(_head(status, {**headers, "content-length": str(len(body))}) + body[:at])
        self.cut()

    async def open_stream(self, status: int, headers: Mapping[str, str]) -> None:
        """Begin an answer of unknown length, for `piece` and `end_stream`."""
        await self._write(_head(status, {**headers, "transfer-encoding": "chunked"}))

    async def piece(self, data: bytes) -> None:
        await self._write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end_stream(self) -> None:
        await self._write(b"0\r\n\r\n")

    async def stream(
        self, steps: list[Step], headers: Mapping[str, str], *, split_bytes: int, on_delta: Callable[[], None]
    ) -> None:
        """Play the steps as an event stream. Raises ClientLeft as soon as the client does."""
        kind = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        await self._write(_head(200, {**headers, **kind, "transfer-encoding": "chunked"}))
        left = asyncio.create_task(self.left())
        try:
            for step in steps:
                match step:
                    case Record():
                        await self._chunks(_encode(step), split_bytes)
                        if step.data.get("type") == "content_block_delta":
                            on_delta()
                    case Pause(seconds=seconds):
                        await _unless(left, seconds)
                    case End(how=how):
                        await self._end(how, left)
                        return
                if left.done():
                    raise ClientLeft
            await self._write(b"0\r\n\r\n")
        finally:
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)

    async def read(self) -> bytes:
        """What the client has sent, as it comes; empty at its end. For what is no HTTP any more."""
        ahead, self._ahead = self._ahead, b""
        if ahead:
            return ahead
        try:
            return await self._reader.read(65_536)
        except ConnectionError:
            return b""

    async def write(self, data: bytes) -> None:
        """Bytes as they are. Raises ClientLeft."""
        await self._write(data)

    async def wait_for_the_end(self) -> None:
        """Say nothing until the client has left."""
        await self.left()
        raise ClientLeft

    async def left(self) -> None:
        """Returns when the client has left; to be cancelled before the next request is read."""
        try:
            while data := await self._reader.read(1):
                self._ahead += data
        except ConnectionError:
            return

    def drop(self) -> None:
        """Close with a reset, as a process that was killed does."""
        self.closing = self.ended_by_us = True
        if (raw := self._writer.get_extra_info("socket")) is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def cut(self) -> None:
        """Send what is written, then close in the middle of it."""
        self.closing = self.ended_by_us = True
        self._writer.close()

    async def close(self) -> None:
        self.closing = True
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return

    async def _end(self, how: str, left: asyncio.Task[None]) -> None:
        if how == "reset":
            self.drop()
        elif how == "cut":
            self.ended_by_us = True
            await self.close()
        elif how == "clean":
            self.ended_by_us = True
            await self._write(b"0\r\n\r\n")
            await self.close()
        else:
            while how == "pings" and not left.done():
                await self._chunks(_encode(Record(data={"type": "ping"})), 0)
                await _unless(left, 0.02)
            await left
            raise ClientLeft

    async def _chunks(self, data: bytes, split_bytes: int) -> None:
        size = split_bytes or len(data)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            await self._write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if split_bytes:
                await asyncio.sleep(0)

    async def _write(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            raise ClientLeft from None


async def _unless(left: asyncio.Task[None], seconds: float) -> None:
    """Wait so long, or until the client has left."""
    await asyncio.wait({left}, timeout=seconds)
    if left.done():
        raise ClientLeft


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    known = {entry.value: entry.phrase for entry in HTTPStatus}
    lines = [
        f"HTTP/1.1 {status} {known.get(status, 'Other')}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _encode(record: Record) -> bytes:
    data = record.raw if record.raw is not None else json.dumps(record.data, ensure_ascii=False)
    name = f"event: {record.data['type']}\n" if record.named else ""
    return f"{name}data: {data}\n\n".encode()
