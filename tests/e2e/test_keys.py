"""Where the key comes from, where it goes, and who hears of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.claude_server import AUTOCREA, CARET, TEXT, URI, claude, status
from tests.e2e.lsp_client import Server
from tests.emulators.messages import DEFAULT_KEY, Emulator, Fault

pytestmark = pytest.mark.e2e


async def test_the_editor_is_asked_for_the_key_and_a_new_key_counts_at_once(emulator: Emulator) -> None:
    keys = iter([None, DEFAULT_KEY])
    async with await Server.start(env={"ANTHROPIC_BASE_URL": emulator.url}) as server:
        server.answers["autocrea/credentials"] = lambda params: {"secret": next(keys)} if params else None
        options = {"settings": {"backend": "claude", "inline": {"debounceMs": 0}}}
        await server.initialize(AUTOCREA, initializationOptions=options)
        server.open(URI, TEXT)
        assert await server.inline(URI, *CARET) == []
        await status(server, "noKey")
        server.notify("autocrea/credentialsChanged", {"provider": "anthropic"})
        await status(server, "ready")
        assert await server.inline(URI, *CARET) == ["load(f)"]
        assert server.sent("autocrea/credentials") == [{"provider": "anthropic"}] * 2


async def test_the_key_is_nowhere_but_in_the_request(emulator: Emulator, own_home: Path) -> None:
    key = "sk-ant-canary-0123456789abcdef0123"
    emulator.key = key
    async with claude(emulator, {"log": {"level": "debug"}}, key=key) as server:
        await server.inline(URI, *CARET)
        emulator.fail(Fault.ECHO_400)
        server.open("untitled:1", "broken = ")
        await server.inline("untitled:1", 0, 9)
        told = json.dumps(server.messages) + json.dumps((await server.execute("autocrea.server.status"))["result"])
        arguments = Path(f"/proc/{server.process.pid}/cmdline")
        told += arguments.read_text() if arguments.exists() else ""
        assert await server.stop() == 0
        told += await server.stderr()
    written = [path for path in own_home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in written)
    assert any(path.name == "server.log" for path in written)
    for path in written:
        assert key.encode() not in path.read_bytes(), path
    assert key not in told
    assert emulator.requests[0].headers["authorization"] == f"Bearer {key}"


async def test_a_client_that_does_not_know_our_messages_gets_none(emulator: Emulator) -> None:
    async with await Server.start(env={"ANTHROPIC_BASE_URL": emulator.url, "ANTHROPIC_API_KEY": "wrong"}) as server:
        await server.initialize(initializationOptions={"settings": {"inline": {"debounceMs": 0}}})
        server.open(URI, TEXT)
        assert await server.inline(URI, *CARET) == []
        assert await server.stop() == 0
        assert [message["method"] for message in server.messages if "autocrea/" in message.get("method", "")] == []
