"""A server whose Claude is the emulator, with a document open: what the tests of typing and of keys drive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.lsp_client import Server
from tests.emulators.messages import DEFAULT_KEY, Emulator

URI = "file:///w/main.py"
TEXT = "def load(path):\n    with open(path) as f:\n        return json."
CARET = (2, len("        return json."))
AUTOCREA = {"experimental": {"autocrea": {"version": 1}}}


@asynccontextmanager
async def claude(
    emulator: Emulator, settings: dict[str, Any] | None = None, *, key: str = DEFAULT_KEY, **capabilities: Any
) -> AsyncIterator[Server]:
    """A server whose Claude is the emulator, with a document open."""
    environment = {"ANTHROPIC_BASE_URL": emulator.url, "ANTHROPIC_API_KEY": key}
    async with await Server.start(env=environment) as server:
        options = {"settings": {"inline": {"debounceMs": 0}, **(settings or {})}}
        await server.initialize({**AUTOCREA, **capabilities}, initializationOptions=options)
        server.open(URI, TEXT)
        yield server


async def status(server: Server, state: str) -> dict[str, Any]:
    """The status, once it is that."""
    async with asyncio.timeout(30):
        while True:
            now: dict[str, Any] = await server.result("autocrea/status", {})
            if now["state"] == state:
                return now
            seen = len(server.messages)
            await server.wait(lambda message: message.get("method") == "autocrea/statusChanged", after=seen - 1)
