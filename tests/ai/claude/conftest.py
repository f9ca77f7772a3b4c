"""The backend under test, talking to the emulator over a real socket through the real SDK."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from autocrea_lsp.access.credentials import Found
from autocrea_lsp.access.secret import Secret
from autocrea_lsp.ai.base import ChatPrompt, Delta, FillPrompt, Message, Prompt
from autocrea_lsp.ai.claude import ClaudeBackend
from autocrea_lsp.settings import ClaudeSettings
from tests.emulators.messages import DEFAULT_KEY, Emulator


class Keys:
    """A source of credentials whose answer a test can change."""

    def __init__(self, text: str | None = DEFAULT_KEY) -> None:
        self.found = Found(secret=Secret(text) if text else None, source="environment" if text else "sdk")
        self.asked: list[str] = []

    async def find(self, provider: str) -> Found:
        self.asked.append(provider)
        return self.found


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """What a module's tests left open complains at its end at the latest, and a complaint is an error here."""
    yield
    gc.collect()


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator
        assert emulator.failures == []


@pytest.fixture
async def claude(api: Emulator, keys: Keys) -> AsyncIterator[ClaudeBackend]:
    backend = ClaudeBackend(ClaudeSettings(base_url=api.url, inline_timeout_ms=20_000), keys)
    await backend.prewarm(None)
    yield backend
    await backend.aclose()


@pytest.fixture
def fill() -> FillPrompt:
    return FillPrompt(
        prefix="import json\n\n\ndef load(path):\n    with open(path) as f:\n        return json.",
        suffix="\n\n\nprint(load('a.json'))\n",
        first_line=0,
        language="python",
        file_name="load.py",
    )


@pytest.fixture
def chat() -> ChatPrompt:
    return ChatPrompt(stable="You are terse.", messages=(Message(role="user", text="What is a monad?"),))


async def answer(backend: ClaudeBackend, prompt: Prompt) -> str:
    """All text of the answer."""
    async with aclosing(backend.stream(prompt)) as items:
        return "".join([item.text async for item in items if isinstance(item, Delta)])
