"""A preview stays on this machine unless the tokens are to be counted by the service; and it says what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.claude_server import URI, claude
from tests.emulators.messages import Emulator

pytestmark = pytest.mark.e2e

PLACE = {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 4}}


def asked(emulator: Emulator) -> list[str]:
    return [request.path for request in emulator.requests]


@pytest.mark.parametrize("prompt", ["explain", "edit", "chat"])
@pytest.mark.parametrize("count", [False, True])
async def test_only_counting_sends_anything(emulator: Emulator, prompt: str, count: bool) -> None:
    params: dict[str, Any] = {
        "explain": {"uri": URI, "range": PLACE},
        "edit": {"uri": URI, "range": PLACE, "instruction": "shorter"},
        "chat": {"message": "hello"},
    }[prompt]
    async with claude(emulator) as server:
        shown = await server.result("autocrea/preview", {"prompt": prompt, "params": params, "count": count})
        paths = asked(emulator)
    assert paths == (["/v1/messages/count_tokens"] if count else [])
    assert shown["counted"] is count
    assert shown["inputTokens"] > 0
    assert 0 < shown["costMicros"] < shown["maxCostMicros"]


async def test_bad_params_of_the_previewed_request_are_named(emulator: Emulator) -> None:
    async with claude(emulator) as server:
        answer = await server.ask("autocrea/preview", {"prompt": "chat", "params": {"mesage": "hello"}})
    assert "message" in answer["error"]["message"]


async def test_what_was_sent_last_is_told_by_kind(emulator: Emulator) -> None:
    async with claude(emulator) as server:
        before = await server.ask("autocrea/lastPrompt", {})
        await server.result("autocrea/chat", {"message": "first question"})
        await server.result("autocrea/explain", {"uri": URI, "range": PLACE})
        last = await server.result("autocrea/lastPrompt", {})
        chat = await server.result("autocrea/lastPrompt", {"prompt": "chat"})
    assert "Nothing was sent" in before["error"]["message"]
    assert "Explain" in last["messages"][0]["text"]
    assert chat["messages"] == [{"role": "user", "text": "first question"}]
    assert chat["counted"] is True
