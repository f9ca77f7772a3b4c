"""A raw LSP client for tests: a real process, its pipes, and every byte under the test's control."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, Self

GUARD_S = 30.0
"""An answer that has not come after this long never will: a hang guard, not a measure."""

SERVER = (sys.executable, "-m", "autocrea_lsp")


class Ended(Exception):
    """The server closed its output."""


class Server:
    """A running server. `messages` holds all it has sent, in order; `answers` gives results to its own requests."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.messages: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.silent: set[str] = set()  # requests of the server's that are never answered
        self._news = asyncio.Condition()
        self._numbers = itertools.count(1)
        self._ended = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, *arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> Server:
        process = await asyncio.create_subprocess_exec(
            *SERVER,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **(env or {})},
            limit=1 << 27,
            **options,
        )
        return cls(process)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await self.process.communicate()

    # Sending ----------------------------------------------------------------------------------------------------------

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, **({} if params is None else {"params": params})})

    def begin(self, method: str, params: Any = None) -> int:
        """Send a request without waiting; its id."""
        number = next(self._numbers)
        self.send({"id": number, "method": method, **({} if params is None else {"params": params})})
        return number

    async def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """The whole answer, result or error."""
        return await self.answer(self.begin(method, params))

    async def result(self, method: str, params: Any = None) -> Any:
        answer = await self.ask(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    async def code(self, method: str, params: Any = None) -> int:
        """The code of the error that a request is answered with."""
        answer = await self.ask(method, params)
        return int(answer["error"]["code"])

    async def initialize(self, capabilities: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities or {}, **more}
        result: dict[str, Any] = await self.result("initialize", params)
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        document = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, line: int, character: int, text: str) -> None:
        spot = {"line": line, "character": character}
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": {"start": spot, "end": spot}, "text": text}],
            },
        )

    def begin_inline(self, uri: str, line: int, character: int, kind: int = 2, **context: Any) -> int:
        params = {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": kind, **context},
        }
        return self.begin("textDocument/inlineCompletion", params)

    async def inline(self, uri: str, line: int, character: int, kind: int = 2, **context: Any) -> list[str]:
        answer = await self.answer(self.begin_inline(uri, line, character, kind, **context))
        return [item["insertText"] for item in answer["result"]["items"]]

    async def execute(self, command: str, *arguments: Any, **more: Any) -> dict[str, Any]:
        return await self.ask("workspace/executeCommand", {"command": command, "arguments": list(arguments), **more})

    # Receiving --------------------------------------------------------------------------------------------------------

    async def answer(self, number: int | None) -> dict[str, Any]:
        return await self.wait(lambda message: "method" not in message and message.get("id") == number)

    async def notification(self, method: str, accept: Callable[[Any], bool] = lambda _: True) -> Any:
        message = await self.wait(lambda m: m.get("method") == method and accept(m.get("params")))
        return message.get("params")

    async def wait(self, accept: Callable[[dict[str, Any]], bool], *, after: int = 0) -> dict[str, Any]:
        """The first message that is accepted, among those that came and those that will."""
        async with asyncio.timeout(GUARD_S), self._news:
            seen = after
            while True:
                for message in self.messages[seen:]:
                    if accept(message):
                        return message
                seen = len(self.messages)
                if self._ended:
                    raise Ended((await self.stderr())[-2000:])
                await self._news.wait()

    def sent(self, method: str) -> list[Any]:
        """Params of all notifications and requests of that name so far."""
        return [message.get("params") for message in self.messages if message.get("method") == method]

    # The end ----------------------------------------------------------------------------------------------------------

    async def stop(self) -> int:
        assert await self.result("shutdown") is None
        self.notify("exit")
        return await self.ended()

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), GUARD_S)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)

    async def stderr(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode(errors="replace")

    async def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        try:
            while True:
                length = 0
                while line := (await stream.readline()).strip():
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                if not length:
                    break
                await self._received(json.loads(await stream.readexactly(length)))
        except asyncio.IncompleteReadError:
            pass
        finally:
            async with self._news:
                self._ended = True
                self._news.notify_all()

    async def _received(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is not None and "id" in message and method not in self.silent:
            answer = self.answers.get(method)
            self.send({"id": message["id"], "result": answer(message.get("params")) if answer else None})
        async with self._news:
            self.messages.append(message)
            self._news.notify_all()
