"""The host's side of a WebSocket, over the emulator's own connection."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from tests.emulators.messages_wire import ClientLeft, Connection, Head

_SILENT = logging.getLogger(__name__)
_SILENT.setLevel(logging.WARNING)  # a host in the client's process must not tell what it was sent, the token too


class Socket:
    """A WebSocket that a client wants: `accept` or `reject` it, then `receive` and `send` texts."""

    def __init__(self, connection: Connection, head: Head, *, subprotocols: tuple[str, ...] = ()) -> None:
        self._connection = connection
        self._protocol = ServerProtocol(
            subprotocols=[Subprotocol(name) for name in subprotocols] or None, logger=_SILENT
        )
        self._request = self._read_in(head)
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None
        self.closed_with: int | None = None  # the client's code

    def _read_in(self, head: Head) -> Request:
        """The handshake, through the protocol's own parser: it reads no frame before it has read one."""
        lines = [f"GET {head.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.headers.items()), "", ""]
        self._protocol.receive_data("\r\n".join(lines).encode("latin-1"))
        request = self._protocol.events_received()[0]
        assert isinstance(request, Request)
        return request

    async def accept(self) -> bool:
        """Whether the handshake went well; else the client was answered so."""
        response = self._protocol.accept(self._request)
        self._protocol.send_response(response)
        await self._flush()
        if response.status_code != 101:
            return False
        self._reading = asyncio.create_task(self._read())
        return True

    async def receive(self) -> str | None:
        """The next text; None when the client has closed or is gone."""
        return await self._texts.get()

    async def send(self, text: str) -> None:
        """Raises ClientLeft when it cannot be sent any more."""
        try:
            self._protocol.send_text(text.encode())
        except InvalidState:
            raise ClientLeft from None
        await self._flush()

    async def send_part(self, text: str) -> None:
        """Half of a message, and then nothing: the connection is gone."""
        frame = Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
        await self._connection.write(frame[: len(frame) // 2])
        self._connection.cut()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        try:
            self._protocol.send_close(code, reason)
        except InvalidState:
            return
        await self._flush()

    def cut(self) -> None:
        """The connection is lost, without a word of closing."""
        self._connection.cut()

    async def aclose(self) -> None:
        if self._reading:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        """Runs until the connection ends: control frames are answered, texts are queued."""
        try:
            while data := await self._connection.read():
                self._protocol.receive_data(data)
                for event in self._protocol.events_received():
                    self._take(event)
                await self._flush()
        except ClientLeft:
            pass
        finally:
            self._texts.put_nowait(None)

    def _take(self, event: Any) -> None:
        if not isinstance(event, Frame):
            return
        if event.opcode is Opcode.TEXT:
            self._texts.put_nowait(bytes(event.data).decode())
        elif event.opcode is Opcode.CLOSE:
            self.closed_with = self._protocol.close_code
            self._texts.put_nowait(None)

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                await self._connection.write(data)
