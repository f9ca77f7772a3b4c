"""Every bad input gets its answer, the stream stays in step, and the end is in good order: a real process each time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.lsp_client import Server

pytestmark = pytest.mark.e2e

NOBODY = {"initializationOptions": {"settings": {"backend": "none"}}}


@pytest_asyncio.fixture
async def fresh() -> AsyncIterator[Server]:
    """A server that has heard nothing yet."""
    async with await Server.start() as server:
        yield server


@pytest_asyncio.fixture
async def server(fresh: Server) -> Server:
    """A server in use, with nobody to ask."""
    await fresh.initialize(**NOBODY)
    return fresh


def frame(body: bytes, name: bytes = b"Content-Length") -> bytes:
    return b"%b: %d\r\n\r\n%b" % (name, len(body), body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{nonsense", -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "\xff"}', -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b'"text"', -32600),
        (b"42", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "shutdown"}', -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "shutdown"}', -32600),
    ],
    ids=["bad JSON", "bad UTF-8", "deep", "batch", "text", "number", "empty", "null id", "object as id"],
)
async def test_bad_messages_are_answered_with_id_null(server: Server, body: bytes, code: int) -> None:
    server.raw(frame(body))
    answer = await server.answer(None)
    assert (answer["id"], answer["error"]["code"]) == (None, code)
    assert await server.code("no/such") == -32601  # the stream is in step


async def test_a_message_over_64_mib_is_refused_and_skipped(server: Server) -> None:
    size = (64 << 20) + 1
    server.raw(b"Content-Length: %d\r\n\r\n" % size)
    answer = await server.answer(None)
    assert answer["error"]["code"] == -32600
    before = Path(f"/proc/{server.process.pid}/statm")
    assert server.process.stdin is not None
    for _ in range(65):
        server.raw(b"x" * (size // 65 + 1) if _ < 64 else b"x" * (size - 64 * (size // 65 + 1)))
        await server.process.stdin.drain()
    assert await server.code("no/such") == -32601
    if before.exists():
        assert int(before.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") < 150 << 20  # it was not kept


async def test_headers_are_case_insensitive_and_may_come_in_pieces(server: Server) -> None:
    body = b'{"jsonrpc": "2.0", "id": "x", "method": "no/such"}'
    assert server.process.stdin is not None
    for byte in frame(body, b"cOnTeNt-LeNgTh"):
        server.raw(bytes([byte]))
        await server.process.stdin.drain()
    answer = await server.wait(lambda message: message.get("id") == "x")
    assert answer["error"]["code"] == -32601


async def test_a_header_without_length_is_refused_and_the_next_message_heard(server: Server) -> None:
    server.raw(b"Content-Type: text/plain\r\n\r\n")
    assert (await server.answer(None))["error"]["code"] == -32600
    assert await server.code("no/such") == -32601


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/inlineCompletion", {"position": "here"}),
        ("textDocument/inlineCompletion", None),
        ("textDocument/inlineCompletion", []),
        ("textDocument/completion", {"textDocument": {"uri": "file:///a"}, "position": {"line": "0", "character": 0}}),
        ("workspace/executeCommand", {"arguments": []}),
        ("workspace/executeCommand", {"command": "no.such.command"}),
        ("workspace/executeCommand", {"command": "autocrea.server.status", "arguments": [{"uri": 5}]}),
        ("workspace/executeCommand", {"command": "autocrea.server.stats", "arguments": [{"from": 5}]}),
        ("autocrea/status", {"uri": 5}),
    ],
)
async def test_invalid_params_are_minus_32602(server: Server, method: str, params: Any) -> None:
    answer = await server.ask(method, params)
    assert answer["error"]["code"] == -32602
    assert "Traceback" not in json.dumps(answer)


@pytest.mark.parametrize("method", ["no/such", "$/noSuch", "textDocument/hover"])
@pytest.mark.parametrize("params", [None, {}, [1]])
async def test_unknown_requests_are_minus_32601(server: Server, method: str, params: Any) -> None:
    assert await server.code(method, params) == -32601


async def test_unknown_and_broken_notifications_are_ignored(server: Server) -> None:
    server.notify("no/such", {})
    server.notify("$/noSuch")
    server.notify("textDocument/didOpen", {"textDocument": 1})
    server.notify("textDocument/didChange", {"contentChanges": "?"})
    server.notify(
        "textDocument/didChange", {"textDocument": {"uri": "file:///none", "version": 1}, "contentChanges": []}
    )
    server.notify("$/cancelRequest", {"id": 12345})
    server.notify("window/workDoneProgress/cancel", {"token": "none"})
    server.send({"id": 999, "result": {"an": "answer to nothing"}})
    server.send({"id": 998, "error": {"code": 1, "message": "no"}})
    assert await server.code("no/such") == -32601
    assert server.sent("window/showMessage") == []


async def test_before_initialize_requests_are_refused(fresh: Server) -> None:
    assert await fresh.code("textDocument/completion", {}) == -32002
    assert await fresh.code("shutdown") == -32002
    fresh.notify("textDocument/didOpen", {})
    await fresh.initialize(**NOBODY)
    assert await fresh.code("initialize", {"processId": None, "rootUri": None, "capabilities": {}}) == -32600


async def test_nothing_is_asked_before_initialized(fresh: Server) -> None:
    await fresh.result(
        "initialize", {"processId": None, "rootUri": None, "capabilities": {"workspace": {"configuration": True}}}
    )
    assert await fresh.code("no/such") == -32601
    assert [message for message in fresh.messages if "method" in message and "id" in message] == []


async def test_after_shutdown_requests_are_refused_and_exit_is_0(server: Server) -> None:
    assert await server.result("shutdown") is None
    assert await server.code("textDocument/completion", {}) == -32600
    server.notify("exit")
    assert await server.ended() == 0


async def test_exit_without_shutdown_is_1(server: Server) -> None:
    server.notify("exit")
    assert await server.ended() == 1


async def test_a_client_that_exits_at_once_after_shutdown_still_gets_0(server: Server) -> None:
    server.begin("shutdown")
    server.notify("exit")
    assert await server.ended() == 0


async def test_the_end_of_stdin_ends_the_server(server: Server) -> None:
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert await server.ended() == 1


async def test_a_signal_ends_the_server(server: Server) -> None:
    server.kill(signal.SIGTERM)
    assert await server.ended() == 128 + signal.SIGTERM


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
async def test_the_death_of_the_parent_ends_the_server_though_the_pipe_stays_open() -> None:
    """The process named in `initialize` dies; somebody else still holds the pipe."""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    async with await Server.start() as server:
        await server.initialize(processId=parent.pid)
        parent.kill()
        await parent.wait()
        assert await asyncio.wait_for(server.process.wait(), 10) == 1


async def test_a_parent_that_never_was_is_not_watched() -> None:
    async with await Server.start() as server:
        await server.initialize(processId=2**22 - 7, **NOBODY)  # beyond what this kernel hands out
        await asyncio.sleep(1.5)  # longer than the watch's period: nothing may happen, so there is nothing to wait for
        assert await server.code("no/such") == -32601


@contextlib.contextmanager
def home(path: Path) -> Iterator[dict[str, str]]:
    yield {"HOME": str(path), "AUTOCREA_HOME": str(path / "autocrea")}


async def test_stdout_belongs_to_the_protocol_and_stderr_is_quiet(server: Server) -> None:
    """Neovim turns each line of stderr into an error in its log."""
    server.open("file:///a.py", "x = ")
    await server.inline("file:///a.py", 0, 4)
    assert await server.stop() == 0
    assert await server.stderr() == ""


async def test_the_log_is_private_and_holds_no_text_of_files(own_home: Path) -> None:
    async with await Server.start() as server:
        await server.initialize(initializationOptions={"settings": {"backend": "none", "log": {"level": "debug"}}})
        server.open("file:///a.py", "canary_of_the_document = ")
        await server.inline("file:///a.py", 0, 25)
        where = (await server.execute("autocrea.server.log"))["result"]["path"]
        await server.stop()
    log = Path(where)
    assert log.stat().st_mode & 0o077 == 0
    assert log.parent.stat().st_mode & 0o077 == 0
    text = log.read_text()
    assert "serves on stdio" in text
    assert "canary" not in text


async def test_errors_tell_nothing_of_our_installation(server: Server) -> None:
    answer = await server.execute("autocrea.server.model.install", {"source": "/no/such/file.whl"})
    told = json.dumps(answer)
    assert answer["error"]["code"] == -32803
    assert "Traceback" not in told
    assert sys.prefix not in told
    assert str(Path(__file__).parents[2]) not in told
