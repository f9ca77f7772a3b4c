"""A small LSP client over a real process's pipes: what an editor does, and nothing of ours inside."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from autocrea_lsp.lsp.transport import FrameParser

ANSWER_TIMEOUT_S = 120.0  # the embedded model on a busy machine; the demo shows what it really took


class ServerError(Exception):
    """The server answered with an error, or ended."""


class Client:
    """Starts a server and speaks to it; requests of the server's are answered as a plain editor would."""

    def __init__(self, process: asyncio.subprocess.Process, settings: Mapping[str, Any]) -> None:
        self._process = process
        self._settings = settings
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reader = asyncio.create_task(self._read(), name="read server")

    @classmethod
    async def start(
        cls, command: Sequence[str], *, environment: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Client:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None,
            env=dict(environment),
        )
        return cls(process, settings)

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    async def request(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """The result; raises ServerError for an error answer."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send({"id": number, "method": method, **({} if params is None else {"params": params})})
        return await asyncio.wait_for(self._waiting[number], ANSWER_TIMEOUT_S)

    async def stop(self) -> int:
        """shutdown, exit, and the exit code."""
        await self.request("shutdown")
        self._send({"method": "exit"})
        code = await asyncio.wait_for(self._process.wait(), 10)
        self._reader.cancel()
        return code

    async def kill(self) -> None:
        """For when something went wrong."""
        self._reader.cancel()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None  # opened as a pipe
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        parser = FrameParser()
        assert self._process.stdout is not None  # opened as a pipe
        while data := await self._process.stdout.read(65536):
            for body in parser.feed(data):
                if isinstance(body, bytes):
                    self._receive(json.loads(body))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ServerError("the server ended"))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" in message:
            if "id" in message:
                result = [self._settings] if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": result})
            return
        waiting = self._waiting.pop(message.get("id", 0), None)
        if waiting is None or waiting.done():
            return
        if "error" in message:
            waiting.set_exception(ServerError(str(message["error"].get("message"))))
        else:
            waiting.set_result(message.get("result"))
