"""A raw LSP client for measuring: it frames, counts and takes times, and adds no work of its own to the server."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import processes
from tests.bench.report import BenchError
from tests.bench.servers import Server, environment

ANSWER_TIMEOUT_S = 120.0  # a hang guard: jedi's first completion in 10,000 lines takes seconds on a busy machine
UNKNOWN = "bench/unknown"  # sent with params: pygls itself has no answer to a request without
METHOD_NOT_FOUND, REQUEST_CANCELLED = -32601, -32800
BUFFER = 16 << 20  # bytes: a server is never slowed down by us
STDERR_BYTES = 2000  # the end of it, when a server fails

# What a full editor declares; the same for every server.
CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showMessage": {}, "showDocument": {"support": True}},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True},
        "workspaceFolders": True,
    },
    "textDocument": {
        "synchronization": {"didSave": True, "willSave": True},
        "completion": {"contextSupport": True, "completionItem": {"snippetSupport": True}},
        "inlineCompletion": {"dynamicRegistration": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
        },
        "publishDiagnostics": {"relatedInformation": True},
        "rename": {"prepareSupport": True},
    },
    "experimental": {"autocrea": {"version": 1}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    at: float  # time.perf_counter() when the last byte was here
    result: Any
    error_code: int | None


class Client:
    """Speaks to one server process; made by `running`."""

    def __init__(
        self, server: Server, process: asyncio.subprocess.Process, *, started: float, root: Path, stderr: Path
    ) -> None:
        self.server = server
        self.root = root
        self.stderr = stderr
        self.pid = process.pid
        self.started = started  # time.perf_counter() before the process was there
        self.on_notification: Callable[[str, Any], None] = lambda _method, _params: None
        self._process = process
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._reading = asyncio.create_task(self._read(), name=f"read {server.name}")

    async def initialize(self) -> None:
        """The first message's answer is here when this returns; `initialized` is then still to be sent."""
        root = self.root.as_uri()
        answer = await self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "clientInfo": {"name": "bench"},
                "rootUri": root,
                "workspaceFolders": [{"uri": root, "name": "bench"}],
                "capabilities": CAPABILITIES,
                "initializationOptions": self.server.options,
            },
        )
        if answer.error_code is not None:
            raise BenchError(f"{self.server.name} refused initialize: {answer}")

    def open(self, name: str, text: str) -> str:
        """Open a Python file of the workspace, which is written there too; its uri."""
        path = self.root / name
        path.write_text(text, encoding="utf-8")
        document = {"uri": path.as_uri(), "languageId": "python", "version": 0, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return path.as_uri()

    def insert(self, uri: str, version: int, line: int, character: int, text: str) -> None:
        """A change as a key press makes one."""
        here = {"line": line, "character": character}
        change = {"range": {"start": here, "end": here}, "text": text}
        self.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        )

    async def unknown(self) -> Answer:
        """The cheapest request there is: every server must refuse it, and has then read all that came before."""
        return self.check_unknown(await self.request(UNKNOWN, {}))

    def check_unknown(self, answer: Answer) -> Answer:
        if answer.error_code != METHOD_NOT_FOUND:
            raise BenchError(f"{self.server.name}: an unknown method was answered with {answer}")
        return answer

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> tuple[int, asyncio.Future[Answer]]:
        """Send a request: its id, and its answer to come."""
        number, answer = next(self._numbers), asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._send({"id": number, "method": method, **({} if params is None else {"params": params})})
        return number, answer

    async def request(self, method: str, params: Mapping[str, Any] | None = None) -> Answer:
        return await self.answer(self.ask(method, params)[1])

    async def answer(self, waiting: asyncio.Future[Answer]) -> Answer:
        """Raises BenchError when the server ended or is silent for too long."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await waiting
        except (TimeoutError, EOFError) as error:
            said = self.stderr.read_bytes()[-STDERR_BYTES:].decode("utf-8", "replace")
            raise BenchError(f"{self.server.name} did not answer ({type(error).__name__}); it said: {said}") from error

    async def kill(self) -> None:
        """The end, of the server's children too: not every peer ends when it is asked to."""
        self._reading.cancel()
        if self._process.returncode is None:
            for pid in processes.tree(self.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await self._process.wait()

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None  # opened as a pipe
        body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # opened as a pipe
        try:
            while True:
                header = await stream.readuntil(b"\r\n\r\n")
                fields = dict(line.lower().split(b":", 1) for line in header.split(b"\r\n") if line)
                body = await stream.readexactly(int(fields[b"content-length"]))
                self._take(json.loads(body), time.perf_counter())
        except (asyncio.IncompleteReadError, ConnectionError):
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(EOFError("the server ended"))

    def _take(self, message: Mapping[str, Any], at: float) -> None:
        if "method" in message:
            if "id" in message:
                self._send({"id": message["id"], "result": self._our_answer(message)})
            else:
                self.on_notification(message["method"], message.get("params"))
            return
        waiting = self._waiting.pop(message.get("id", 0), None)
        if waiting is not None and not waiting.done():
            error = message.get("error") or {}
            waiting.set_result(Answer(at=at, result=message.get("result"), error_code=error.get("code")))

    def _our_answer(self, message: Mapping[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            return [self.server.settings.get(item.get("section")) for item in message["params"]["items"]]
        return None  # registrations, progress, credentials


@asynccontextmanager
async def running(server: Server, extra_environment: Mapping[str, str] | None = None) -> AsyncIterator[Client]:
    """A server process in a home and a workspace of its own, both gone afterwards, as is the process."""
    with tempfile.TemporaryDirectory(prefix="autocrea-bench-") as name:
        home, root, stderr = (Path(name).resolve() / part for part in ("home", "workspace", "stderr"))
        home.mkdir(mode=0o700)
        root.mkdir()
        with stderr.open("wb") as sink:
            started = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *server.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=sink,
                limit=BUFFER,
                cwd=root,
                env=environment(home) | dict(extra_environment or {}),
            )
        client = Client(server, process, started=started, root=root, stderr=stderr)
        try:
            yield client
        finally:
            await client.kill()
