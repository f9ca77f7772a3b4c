from __future__ import annotations

from typing import Any

import pytest

from autocrea_lsp.ai.base import ChatPrompt, FillPrompt, Kind, Message, Prompt
from autocrea_lsp.ai.claude import ClaudeBackend, hole, models, request
from autocrea_lsp.settings import ClaudeSettings
from tests.emulators import messages_rules
from tests.emulators.messages import Emulator

KINDS: tuple[Kind, ...] = ("complete", "explain", "fix", "refactor", "generate", "chat")
ALLOWED = {
    "model", "max_tokens", "system", "messages", "stop_sequences", "thinking", "output_config", "stream"
}  # fmt: skip
MODELS = tuple(messages_rules.CACHE_MINIMUM)


def prompts(fill: FillPrompt, chat: ChatPrompt) -> list[Prompt]:
    return [fill, *(ChatPrompt(stable=chat.stable, messages=chat.messages, kind=kind) for kind in KINDS)]


@pytest.mark.parametrize("model", MODELS)
async def test_no_request_holds_what_the_api_refuses(
    api: Emulator, claude: ClaudeBackend, fill: FillPrompt, chat: ChatPrompt, model: str
) -> None:
    claude.reconfigure(ClaudeSettings(base_url=api.url, inline_model=model, model=model, inline_timeout_ms=20_000))
    for prompt in prompts(fill, chat):
        assert [item async for item in claude.stream(prompt)]
    for recorded in api.requests:
        body = recorded.body
        assert recorded.status == 200  # the emulator refuses what the vendor refuses
        assert set(body) <= ALLOWED  # no sampling parameter, nothing that nobody asked for
        assert body["messages"][-1]["role"] == "user"
        assert body["stream"] is True
        assert all(stop.strip() for stop in body.get("stop_sequences", ()))
        assert body["max_tokens"] <= models.describe(model).max_output_tokens
        for block in body.get("system", ()):
            assert block["text"]
    assert api.requests[0].body["stop_sequences"] == [hole.CLOSE]


@pytest.mark.parametrize(
    ("model", "thinking", "effort"),
    [
        ("claude-haiku-5-5", {"type": "disabled"}, "low"),
        ("claude-sonnet-5-5", {"type": "between_tools"}, "low"),
        ("claude-opus-5-5", None, "low"),
        ("claude-opus-5", {"type": "disabled"}, "low"),
        ("claude-sonnet-5", {"type": "disabled"}, "low"),
        ("claude-haiku-4-5", None, None),
        ("claude-haiku-4-5-20251001", None, None),
        ("claude-hologram-9", {"type": "disabled"}, "low"),
    ],
)
def test_a_fill_does_not_think_where_that_can_be_switched_off(
    fill: FillPrompt, model: str, thinking: dict[str, str] | None, effort: str | None
) -> None:
    body = request.build(fill, model).body
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    spare = request.THINKING_TOKENS_QUICK if model == "claude-opus-5-5" else 0
    assert body["max_tokens"] == fill.max_output_tokens + hole.TAG_TOKENS + spare


@pytest.mark.parametrize(("kind", "thinks"), [("explain", False), ("fix", False), ("refactor", True), ("chat", True)])
def test_a_chat_thinks_by_kind_and_has_room_for_it(chat: ChatPrompt, kind: Kind, thinks: bool) -> None:
    prompt = ChatPrompt(stable="s", messages=chat.messages, kind=kind, max_output_tokens=1000)
    body = request.build(prompt, "claude-sonnet-5-5").body
    assert ("thinking" not in body) == thinks
    assert body["max_tokens"] == 1000 + (request.THINKING_TOKENS if thinks else 0)


def test_the_stable_part_comes_first_and_is_cached(fill: FillPrompt, chat: ChatPrompt) -> None:
    for prompt, cached in ((fill, hole.stable(512)[0]), (chat, chat.stable)):
        (block,) = request.build(prompt, "claude-haiku-5-5").body["system"]
        assert block == {"type": "text", "text": cached, "cache_control": {"type": "ephemeral"}}


def test_an_empty_stable_part_and_empty_messages_are_left_out() -> None:
    messages = (Message(role="user", text=" \n"), Message(role="user", text="hello"))
    body = request.build(ChatPrompt(stable=" ", messages=messages), "claude-sonnet-5-5").body
    assert "system" not in body
    assert body["messages"] == [{"role": "user", "content": "hello"}]


def test_nothing_of_the_body_is_shared_between_requests(fill: FillPrompt) -> None:
    first, second = (request.build(fill, "claude-haiku-5-5").body for _ in range(2))
    changed: dict[str, Any] = first["thinking"]
    changed["type"] = "changed"
    assert second["thinking"] == {"type": "disabled"}


def test_the_emulator_and_the_table_know_the_same_models() -> None:
    assert set(MODELS) == set(models._BY_NAME)
