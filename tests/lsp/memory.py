"""A server in memory: bytes in, messages out, no process. The document and protocol code is the product's own."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any, Self

from autocrea_lsp.app import App
from autocrea_lsp.lsp.features import register
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.settings import Settings


class Wire:
    """What the server writes, as messages; requests of the server's are answered with null."""

    def __init__(self, answer: Callable[[dict[str, Any]], None]) -> None:
        self._answer = answer
        self.messages: list[dict[str, Any]] = []
        self.news = asyncio.Condition()
        self._waiting: set[asyncio.Task[None]] = set()

    def write(self, data: bytes) -> None:
        message = json.loads(data.split(b"\r\n\r\n", 1)[1])
        self.messages.append(message)
        if "method" in message and "id" in message:
            asyncio.get_running_loop().call_soon(self._answer, {"id": message["id"], "result": None})
        task = asyncio.ensure_future(self._tell())
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def close(self) -> None: ...

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


class Memory:
    """A client of a server in memory."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.app = App(settings or Settings(backend="none"))
        self.server = AutocreaServer(self.app)
        register(self.server)
        self.wire = Wire(self.send)
        self.server.protocol.set_writer(self.wire)
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.on_shutdown()
        await self.app.aclose()

    def send(self, message: dict[str, Any]) -> None:
        self.server.protocol.receive(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def begin(self, method: str, params: Any = None) -> int:
        number = next(self._numbers)
        self.send({"id": number, "method": method, "params": params})
        return number

    async def wait(self, accept: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(10), self.wire.news:
            while True:
                for message in self.wire.messages:
                    if accept(message):
                        return message
                await self.wire.news.wait()

    async def answer(self, number: int | None) -> dict[str, Any]:
        return await self.wait(lambda message: "method" not in message and message.get("id") == number)

    async def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        return await self.answer(self.begin(method, params))

    async def initialize(self, capabilities: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        answer = await self.ask(
            "initialize", {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **more}
        )
        self.notify("initialized", {})
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, uri: str, text: str, version: int = 1) -> None:
        document = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
