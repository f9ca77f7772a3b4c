"""Counting tokens: of what would be sent, once, soon, and never an error."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest

from autocrea_lsp.ai.base import ChatPrompt, Done, Kind, Message
from autocrea_lsp.ai.claude import ClaudeBackend, backend
from autocrea_lsp.errors import NoCredentials
from autocrea_lsp.settings import ClaudeSettings
from tests.ai.claude.conftest import Keys, answer
from tests.emulators import messages_rules
from tests.emulators.messages import SPECS, Emulator, Fault

COUNT = "/v1/messages/count_tokens"
KINDS: tuple[Kind, ...] = ("explain", "fix", "refactor", "generate", "chat")
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
FAULTS = [fault for fault in Fault if SPECS[fault].status or SPECS[fault].before_headers]


@pytest.mark.parametrize("model", messages_rules.CACHE_MINIMUM)
async def test_it_counts_what_it_would_send(api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, model: str) -> None:
    claude.reconfigure(ClaudeSettings(base_url=api.url, inline_model=model, model=model))
    for kind in KINDS:
        prompt = replace(chat, kind=kind, schema=SCHEMA, messages=(*chat.messages, Message(role="user", text="é" * 99)))
        counted = await claude.count_tokens(prompt)
        done = [item async for item in claude.stream(prompt)][-1]
        assert isinstance(done, Done)
        assert counted == done.input_tokens + done.cache_read_tokens + done.cache_write_tokens
        count, sent = api.requests[-2:]
        assert (count.path, count.status, sent.path) == (COUNT, 200, "/v1/messages")
        assert count.body == {key: value for key, value in sent.body.items() if key not in ("max_tokens", "stream")}
        assert set(count.body) >= {"model", "system", "messages", "output_config"}


async def test_it_counts_without_what_the_service_refused(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt
) -> None:
    api.unknown = {"output_config.format"}
    prompt = replace(chat, kind="fix", schema=SCHEMA)
    assert await claude.count_tokens(prompt) is None  # asked once
    assert len(api.requests) == 1
    await answer(claude, prompt)
    assert await claude.count_tokens(prompt) is not None
    assert api.requests[-1].body["output_config"] == {"effort": "medium"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.value)
async def test_a_failure_is_no_count_and_no_second_request(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, monkeypatch: pytest.MonkeyPatch, fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(backend, "_COUNT_S", 0.3)
    api.fail(fault, path=COUNT)
    assert await claude.count_tokens(chat) is None
    assert len(api.requests) == 1
    assert "monad" not in caplog.text
    api.fail(None)
    monkeypatch.undo()
    assert await claude.count_tokens(chat)


async def test_what_is_no_number_is_no_count(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ("14", None, True, -1, 1.5, [], {}):

        def count(_body: Any, value: object = value) -> object:
            return value

        monkeypatch.setattr(messages_rules, "count_tokens", count)
        assert await claude.count_tokens(chat) is None
    assert len(api.requests) == 7
    monkeypatch.setattr(messages_rules, "count_tokens", lambda _body: 0)
    assert await claude.count_tokens(chat) == 0


async def test_without_a_key_a_url_or_a_client_there_is_no_count(api: Emulator, keys: Keys, chat: ChatPrompt) -> None:
    class NoKeys(Keys):
        async def find(self, provider: str) -> Any:
            raise NoCredentials("none")

    closed = ClaudeBackend(ClaudeSettings(base_url=api.url), keys)
    await closed.aclose()
    broken = ClaudeBackend(ClaudeSettings(base_url="nowhere"), keys)
    for counter in (ClaudeBackend(ClaudeSettings(base_url=api.url), NoKeys()), broken, closed):
        assert await counter.count_tokens(chat) is None
    assert api.requests == []


async def test_a_key_that_is_slow_to_come_is_not_waited_for(
    api: Emulator, chat: ChatPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Keys):
        async def find(self, provider: str) -> Any:
            await asyncio.Event().wait()

    monkeypatch.setattr(backend, "_COUNT_S", 0.05)
    counter = ClaudeBackend(ClaudeSettings(base_url=api.url), Slow())
    async with asyncio.timeout(20):
        assert await counter.count_tokens(chat) is None
    assert api.requests == []


async def test_cancelling_closes_the_socket(api: Emulator, claude: ClaudeBackend, chat: ChatPrompt) -> None:
    api.fail(Fault.STALL_FIRST, path=COUNT)
    task = asyncio.create_task(claude.count_tokens(chat))
    await api.wait(lambda requests: len(requests) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await api.wait(lambda requests: requests[0].closed == "before")
    assert len(api.requests) == 1


async def test_a_closed_backend_lets_a_count_end(api: Emulator, keys: Keys, chat: ChatPrompt) -> None:
    counter = ClaudeBackend(ClaudeSettings(base_url=api.url), keys)
    assert await counter.count_tokens(chat)
    await counter.aclose()
    await api.wait(lambda requests: requests[0].closed == "after")
    assert api.requests[0].completed
