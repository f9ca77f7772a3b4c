"""What the vendor does with a request: refuses what it must, counts tokens and cached prefixes.

Knows nothing of AUTOCREA: it is the other side. The facts are the vendor's documentation of API version 2026-10-21.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators import messages_schema

CHARACTERS_PER_TOKEN = 4
CACHE_SECONDS = 300.0
API_VERSION = "2026-10-21"

CACHE_MINIMUM = {
    "claude-haiku-5-5": 512,
    "claude-sonnet-5-5": 512,
    "claude-opus-5-5": 512,
    "claude-opus-5": 512,
    "claude-fable-5-1": 512,
    "claude-sonnet-5": 1024,
    "claude-haiku-4-5": 4096,
}
"""The models there are, and from how many tokens on each caches a prefix."""

_THINKING = {
    "claude-haiku-5-5": {"disabled", "adaptive"},
    "claude-sonnet-5-5": {"between_tools", "adaptive"},
    "claude-opus-5-5": {"adaptive"},
    "claude-opus-5": {"disabled", "adaptive"},
    "claude-fable-5-1": {"adaptive"},
    "claude-sonnet-5": {"disabled", "adaptive"},
    "claude-haiku-4-5": {"disabled", "enabled"},
}
_NO_FORCED_TOOL = {"claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1"}
_FIELDS = {
    "model", "max_tokens", "messages", "system", "stream", "stop_sequences", "thinking", "output_config", "tools",
    "tool_choice", "metadata", "cache_control", "container", "diagnostics", "inference_geo", "service_tier", "speed",
    "user_profile_id", "workspace_id",
}  # fmt: skip
_COUNT_FIELDS = {
    "model", "messages", "system", "thinking", "output_config", "tools", "tool_choice", "cache_control", "speed",
    "user_profile_id", "workspace_id",
}  # fmt: skip


class Refused(Exception):
    """The request is refused: HTTP status, error type, message."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


def check(body: Any, *, unknown: Collection[str] = (), counting: bool = False) -> None:
    """Raises Refused for what the API refuses.

    `unknown`: fields (dotted) that this server does not know, as one that only speaks the same protocol may not.
    `counting`: the request is to be counted, not answered.
    """
    if not isinstance(body, dict):
        raise _bad("the body must be an object")
    for name in [name for name in body if name not in (_COUNT_FIELDS if counting else _FIELDS)]:
        raise _bad(f"{name}: Extra inputs are not permitted")
    for name in sorted(unknown):
        if _has(body, name):
            raise _bad(f"{name}: Extra inputs are not permitted")
    model = body.get("model")
    if not isinstance(model, str):
        raise _bad("model: Field required")
    if _known(model) is None:
        raise Refused(404, "not_found_error", f"model: {model}")
    most = body.get("max_tokens")
    if not counting and (not isinstance(most, int) or most < 0):
        raise _bad("max_tokens: Input should be a valid integer, not less than 0")
    _check_messages(body.get("messages"))
    for text in body.get("stop_sequences") or ():
        if not text.strip():
            raise _bad("stop_sequences: each stop sequence must contain non-whitespace")
    _check_blocks(body)
    _check_thinking(body, _known(model) or model)
    if "output_config" in body and (complaint := messages_schema.complaint(body["output_config"])):
        raise _bad(complaint)
    forced = (body.get("tool_choice") or {}).get("type") in ("any", "tool")
    if forced and _known(model) in _NO_FORCED_TOOL:
        raise _bad("tool_choice.type: a forced tool is not supported by this model")


@dataclass(slots=True)
class PromptCache:
    """Which prefixes are kept, by hash, and until when."""

    _kept: dict[str, float] = field(default_factory=dict)

    def usage(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The input half of `usage`; keeps the prefixes that the request marks."""
        model = _known(body["model"]) or body["model"]
        now = time.monotonic()
        read = written = total = 0
        so_far = hashlib.sha256(model.encode())
        for block in _blocks(body):
            total += tokens(block["text"])
            so_far.update(json.dumps(block["text"]).encode())
            if not block["marked"] or total < CACHE_MINIMUM[model]:
                continue
            key = so_far.hexdigest()
            if self._kept.get(key, 0.0) > now:
                read = total
            else:
                written = total
            self._kept[key] = now + CACHE_SECONDS
        written = max(0, written - read)
        return {
            "input_tokens": total - read - written,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "service_tier": "standard",
        }


def count_tokens(body: Mapping[str, Any]) -> int:
    return sum(tokens(block["text"]) for block in _blocks(body))


def _known(model: str) -> str | None:
    name = re.sub(r"-\d{8}\Z", "", model)
    return name if name in CACHE_MINIMUM else None


def thinks(body: Mapping[str, Any]) -> bool:
    """Whether the model thinks: on by default, but for the old small one."""
    kind = (body.get("thinking") or {}).get("type")
    if _known(body["model"]) == "claude-haiku-4-5":
        return kind == "enabled"
    return kind not in ("disabled", "between_tools")


def _check_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise _bad("messages: at least one message is required")
    for index, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant"):
            raise _bad(f"messages.{index}.role: Input should be 'user' or 'assistant'")
        if not any(text.strip() for text in texts(message.get("content"))):
            raise _bad(f"messages.{index}.content: text content blocks must contain non-whitespace text")
    if messages[-1]["role"] == "assistant":
        raise _bad("messages: this model does not support assistant message prefill; the last must be from the user")


def _check_blocks(body: Mapping[str, Any]) -> None:
    blocks = list(_blocks(body))
    if any(block["marked"] and not block["text"] for block in blocks):
        raise _bad("system.0.cache_control: cannot be set for empty text blocks")
    if sum(block["marked"] for block in blocks) > 4:
        raise _bad("cache_control: a maximum of 4 blocks may be marked")


def _has(body: Mapping[str, Any], name: str) -> bool:
    value: Any = body
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _check_thinking(body: Mapping[str, Any], model: str) -> None:
    thinking = body.get("thinking")
    if thinking is not None and thinking.get("type") not in _THINKING[model]:
        raise _bad(f"thinking.type: '{thinking.get('type')}' is not supported by {model}")
    config = body.get("output_config")
    effort = config.get("effort") if isinstance(config, dict) else None
    if effort is not None and model == "claude-haiku-4-5":
        raise _bad("output_config.effort: not supported by this model")
    if effort not in (None, "low", "medium", "high") and thinking and thinking["type"] in ("disabled", "between_tools"):
        raise _bad("output_config.effort: at most 'high' without thinking")


def _blocks(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every text block in the order of the prefix, and whether it ends a prefix to keep."""
    config = body.get("output_config")
    if isinstance(config, dict) and (wanted := config.get("format")):  # the vendor tells the model of it, as text
        yield {"text": json.dumps(wanted), "marked": False}
    if tools := body.get("tools"):
        yield {"text": json.dumps(tools), "marked": any("cache_control" in tool for tool in tools)}
    contents = [body.get("system")] + [message["content"] for message in body["messages"]]
    blocks = [block for content in contents for block in _as_blocks(content)]
    for index, block in enumerate(blocks):
        automatic = bool(body.get("cache_control")) and index == len(blocks) - 1
        yield {"text": block.get("text", json.dumps(block)), "marked": automatic or bool(block.get("cache_control"))}


def _as_blocks(content: Any) -> list[dict[str, Any]]:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def texts(content: Any) -> list[str]:
    return [block.get("text", "") for block in _as_blocks(content)]


def tokens(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def _bad(message: str) -> Refused:
    return Refused(400, "invalid_request_error", message)
