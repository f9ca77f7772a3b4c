"""Optional fields of a request: who thinks, with what effort and in what format, and what a refused one costs."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from autocrea_lsp.ai.base import ChatPrompt, Done, FillPrompt, Kind
from autocrea_lsp.ai.claude import ClaudeBackend, backend, faults, models, request
from autocrea_lsp.errors import BadRequest
from autocrea_lsp.settings import ClaudeSettings
from tests.ai.claude.conftest import answer
from tests.emulators import messages_rules
from tests.emulators.messages import Emulator, Fault, Rule

KINDS: tuple[Kind, ...] = ("explain", "fix", "refactor", "generate", "chat")
SCHEMA = {
    "type": "object",
    "properties": {"edits": {"type": "array", "items": {"type": "string"}}},
    "required": ["edits"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "schema": SCHEMA}

# How a job that does not think is kept from it, and whether the model takes an effort.
SWITCHES: dict[str, tuple[str | None, bool]] = {
    "claude-haiku-5-5": ("disabled", True),
    "claude-sonnet-5-5": ("between_tools", True),
    "claude-opus-5-5": ("always", True),
    "claude-fable-5-1": ("always", True),
    "claude-opus-5": ("disabled", True),
    "claude-sonnet-5": ("disabled", True),
    "claude-haiku-4-5": (None, False),
}


def test_every_model_of_the_table_is_here() -> None:
    assert set(SWITCHES) == set(models._BY_NAME) == set(messages_rules.CACHE_MINIMUM)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", SWITCHES)
async def test_each_kind_thinks_as_it_should_on_each_model(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, model: str, kind: Kind
) -> None:
    claude.reconfigure(ClaudeSettings(base_url=api.url, inline_model=model, model=model))
    api.default = Rule(answer='{"edits": []}')
    assert await answer(claude, replace(chat, kind=kind, schema=SCHEMA)) == '{"edits": []}'
    (recorded,) = api.requests
    assert recorded.status == 200
    switch, takes_effort = SWITCHES[model]
    wants_to_think = kind in ("refactor", "generate", "chat")
    body = recorded.body
    assert messages_rules.thinks(body) == (switch == "always" or (wants_to_think and switch is not None))
    assert body.get("thinking") == (None if wants_to_think or switch in ("always", None) else {"type": switch})
    config = body["output_config"]
    assert config["format"] == FORMAT
    effort = None if wants_to_think or not takes_effort else "low" if switch == "always" else "medium"
    assert config.get("effort") == effort
    room = request.THINKING_TOKENS if messages_rules.thinks(body) else 0
    assert body["max_tokens"] == chat.max_output_tokens + room


def test_a_schema_is_sent_as_plain_json_of_our_own(chat: ChatPrompt) -> None:
    frozen = MappingProxyType(SCHEMA | {"required": ("edits",)})
    config = request.build(replace(chat, kind="fix", schema=frozen), "claude-sonnet-5-5").body["output_config"]
    assert config == {"effort": "medium", "format": FORMAT}
    assert type(config["format"]["schema"]) is dict
    config["format"]["schema"]["properties"].clear()
    assert SCHEMA["properties"]


def test_without_schema_and_effort_there_is_no_output_config(chat: ChatPrompt) -> None:
    assert "output_config" not in request.build(chat, "claude-sonnet-5-5").body
    assert request.build(replace(chat, schema=SCHEMA), "claude-sonnet-5-5").body["output_config"] == {"format": FORMAT}


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        ((), {"thinking": {"type": "between_tools"}, "output_config": {"effort": "medium", "format": FORMAT}}),
        (("output_config.format",), {"thinking": {"type": "between_tools"}, "output_config": {"effort": "medium"}}),
        (("output_config.effort",), {"thinking": {"type": "between_tools"}, "output_config": {"format": FORMAT}}),
        (("output_config.effort", "output_config.format"), {"thinking": {"type": "between_tools"}}),
        (("output_config",), {"thinking": {"type": "between_tools"}}),
        (("output_config", "output_config.format", "thinking"), {}),
    ],
)
def test_only_what_is_refused_is_left_out(chat: ChatPrompt, refused: tuple[str, ...], left: dict[str, Any]) -> None:
    body = request.build(replace(chat, kind="fix", schema=SCHEMA), "claude-sonnet-5-5", refused=refused).body
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == left


UNKNOWN = {
    "format": ({"output_config.format"}, 1, {"effort": "medium"}),
    "effort": ({"output_config.effort"}, 1, {"format": FORMAT}),
    "both, one by one": ({"output_config.effort", "output_config.format"}, 2, None),
    "all of it": ({"output_config"}, 1, None),
    "thinking too": ({"output_config.format", "thinking"}, 2, {"effort": "medium"}),
}


@pytest.mark.parametrize(("unknown", "tries", "config"), UNKNOWN.values(), ids=UNKNOWN)
async def test_a_field_that_a_server_does_not_know_costs_one_more_request_once(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, unknown: set[str], tries: int, config: Any
) -> None:
    api.unknown = unknown
    prompt = replace(chat, kind="fix", schema=SCHEMA)
    for _ in range(2):
        assert await answer(claude, prompt) == "emulated_answer(42)"
    assert [request.status for request in api.requests] == [400] * tries + [200, 200]
    for recorded in api.requests[tries:]:
        assert recorded.body.get("output_config") == config
        assert ("thinking" in recorded.body) == ("thinking" not in unknown)
    # Another model may take it; and so may another server.
    await answer(claude, replace(prompt, kind="explain"))
    assert len(api.requests) == tries + 2 + tries + 1
    api.unknown = set()
    claude.reconfigure(replace(claude._settings, base_url=f"{api.url}/"))
    assert await answer(claude, prompt) == "emulated_answer(42)"
    assert api.requests[-1].body["output_config"] == {"effort": "medium", "format": FORMAT}


async def test_a_schema_that_cannot_be_followed_is_left_out_of_that_request_alone(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt
) -> None:
    bad = replace(chat, kind="fix", schema={"type": "object"})
    assert await answer(claude, bad) == "emulated_answer(42)"
    assert [request.status for request in api.requests] == [400, 200]
    assert await answer(claude, replace(bad, schema=SCHEMA)) == "emulated_answer(42)"
    assert api.requests[-1].status == 200
    assert api.requests[-1].body["output_config"]["format"] == FORMAT


async def test_a_refused_field_does_not_take_a_try_from_what_may_pass(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "_FIRST_BACKOFF_S", 0.01)
    api.unknown = {"output_config.format", "output_config.effort"}
    api.fail(Fault.OVERLOADED, times=2)
    assert await answer(claude, replace(chat, kind="fix", schema=SCHEMA)) == "emulated_answer(42)"
    assert [request.status for request in api.requests] == [529, 529, 400, 400, 200]


async def test_a_field_refused_in_the_middle_of_an_answer_does_not_begin_it_again(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(record: Any) -> Any:
        event = parsed(record)
        if event.get("type") == "content_block_delta":
            said = {"type": "invalid_request_error", "message": "thinking.type: not for me"}
            raise faults.ErrorRecord({"error": said})
        return event

    parsed = backend._parsed
    monkeypatch.setattr(backend, "_parsed", fail)
    with pytest.raises(BadRequest):
        await answer(claude, replace(chat, kind="fix"))
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("output_config.format: Extra inputs are not permitted", "output_config.format"),
        ("output_config.format.schema: For 'object' type, ...", "output_config.format"),
        ("output_config.format.type: Input should be 'json_schema'", "output_config.format"),
        ("output_config.effort: not supported by this model", "output_config.effort"),
        ('output_config.effort "high" was provided, but the model does not support it', "output_config.effort"),
        ("`output_config.format` is not supported", "output_config.format"),
        ("This model does not support the effort parameter.", "output_config.effort"),
        ("the model does not support reasoning effort", "output_config.effort"),
        ("output_config: Extra inputs are not permitted", "output_config"),
        ("'output_config' is unknown", "output_config"),
        ("output_config.hologram: Extra inputs are not permitted", "output_config"),
        ("1 error: {'type': 'extra', 'loc': ('body', 'output_config', 'format')}", "output_config.format"),
        ('[{"loc":["body","output_config"],"msg":"no"}]', "output_config"),
        ('[{"loc":["body","thinking","type"],"msg":"no"}]', "thinking"),
        ("thinking.type: 'disabled' is not supported", "thinking"),
        ("thinking: Extra inputs are not permitted", "thinking"),
        ("For this model thinking.type must be adaptive", "thinking"),
        ("messages.0.content: it is not to our liking", None),
        ("thinking_budget: no", None),
        ("output_configuration: no", None),
        ("messages: I was thinking about output_config", None),
        ('rejected: {"thinking":{"type":"disabled"},"output_config":{"effort":"low"}}', None),
        ("x" * 400 + " output_config.format", None),
        ("", None),
    ],
)
def test_which_field_a_message_names(message: str, field: str | None) -> None:
    assert faults._refused_field(message) == field
    assert field is None or field in request.OPTIONAL_FIELDS


@pytest.mark.parametrize(
    ("reason", "stop"),
    [("max_tokens", "length"), ("model_context_window_exceeded", "length"), ("pause_turn", "length"),
     ("end_turn", "end"), ("hologram", "end")],
)  # fmt: skip
async def test_an_answer_that_is_only_a_part_says_so(
    api: Emulator, claude: ClaudeBackend, chat: ChatPrompt, reason: str, stop: str
) -> None:
    api.default = Rule(answer='{"edits": [', stop_reason=reason)
    items = [item async for item in claude.stream(replace(chat, kind="fix", schema=SCHEMA))]
    assert isinstance(items[-1], Done)
    assert items[-1].stop == stop


async def test_a_cut_fill_says_so_too(api: Emulator, claude: ClaudeBackend, fill: FillPrompt) -> None:
    api.default = Rule(answer="<fill>load(", raw=True, stop_reason="max_tokens")
    done = [item async for item in claude.stream(fill)][-1]
    assert isinstance(done, Done)
    assert done.stop == "length"
