"""HTTP/1.1 for the emulator: requests in, replies out, faults included; and when the client left.

Small on purpose: one request at a time on a connection, bodies with a length, answers with a length or chunked.
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
class Request:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
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
        try:
            head = (self._ahead + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self._ahead = b""
            first, *lines = head.rstrip("\r\n").split("\r\n")
            method, path, _ = first.split(" ")
            pairs = (line.split(":", 1) for line in lines)
            headers = {name.strip().lower(): value.strip() for name, value in pairs}
            body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return Request(method=method, path=path, headers=headers, body=body)

    async def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """A whole answer of known length."""
        await self._write(_head(status, {**headers, "content-length": str(len(body))}) + body)

    async def answer_json(self, status: int, value: Any, headers: Mapping[str, str]) -> None:
        await self.answer(status, json.dumps(value).encode(), {**headers, "content-type": "application/json"})

    async def stream(
        self, steps: list[Step], headers: Mapping[str, str], *, split_bytes: int, on_delta: Callable[[], None]
    ) -> None:
        """Play the steps as an event stream. Raises ClientLeft as soon as the client does."""
        kind = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        await self._write(_head(200, {**headers, **kind, "transfer-encoding": "chunked"}))
        left = asyncio.create_task(self._left())
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

    async def wait_for_the_end(self) -> None:
        """Say nothing until the client has left."""
        await self._left()
        raise ClientLeft

    def drop(self) -> None:
        """Close with a reset, as a process that was killed does."""
        self.closing = self.ended_by_us = True
        if (raw := self._writer.get_extra_info("socket")) is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

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

    async def _left(self) -> None:
        """Returns when the client has left."""
        try:
            while data := await self._reader.read(1):
                self._ahead += data
        except ConnectionError:
            return


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
