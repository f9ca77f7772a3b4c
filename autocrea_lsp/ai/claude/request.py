"""From a prompt to the body of a Messages API request. Pure; knows the API's rules, not its client.

What the API refuses, and is therefore never sent: sampling parameters, an assistant message at the end (a started
answer), a stop sequence of white space, an empty text block.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.ai.base import ChatPrompt, FillPrompt, Prompt
from autocrea_lsp.ai.claude import hole, models

THINKING_TOKENS = 8_192
"""Added to `max_tokens` where the model thinks: its thoughts count, and an answer would be cut for them."""

THINKING_TOKENS_QUICK = 1_024
"""The same for a quick job on a model that cannot be told not to think; with low effort it thinks little."""

OPTIONAL_FIELDS = ("thinking", "output_config")
"""What may be left out when a model refuses it: the answer is the same in kind, only slower or dearer."""

_CACHED = {"type": "ephemeral"}  # for five minutes, renewed by each use


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`body` as the SDK's `messages.create` takes it. `tag`: the answer is what stands inside `hole.TAG`."""

    body: dict[str, Any]
    tagged: bool

    @property
    def model(self) -> str:
        return str(self.body["model"])

    def without(self, field: str) -> Request:
        return Request(body={key: value for key, value in self.body.items() if key != field}, tagged=self.tagged)


def build(prompt: Prompt, model_name: str, *, refused: Collection[str] = ()) -> Request:
    """The request for `prompt`. `refused` names the optional fields that this model is known not to take."""
    model, job = models.describe(model_name), models.JOBS[prompt.kind]
    thinks = model.thinking == "always" or (job.thinks and model.thinking != "off by default")
    spare = 0
    if thinks:
        spare = THINKING_TOKENS_QUICK if isinstance(prompt, FillPrompt) else THINKING_TOKENS
    if isinstance(prompt, FillPrompt):
        spare += hole.TAG_TOKENS
    body: dict[str, Any] = {
        "model": model_name,
        "max_tokens": min(prompt.max_output_tokens + spare, model.max_output_tokens),
    }
    if not thinks and model.thinking in ("disabled", "between_tools"):
        body["thinking"] = {"type": model.thinking}
    if job.effort and model.takes_effort:
        body["output_config"] = {"effort": job.effort}
    body |= _fill(prompt, model) if isinstance(prompt, FillPrompt) else _chat(prompt)
    return Request(
        body={key: value for key, value in body.items() if key not in refused},
        tagged=isinstance(prompt, FillPrompt),
    )


def _fill(prompt: FillPrompt, model: models.Model) -> dict[str, Any]:
    stable, cacheable = hole.stable(model.cache_minimum_tokens)
    return {
        "system": [_text(stable, cached=cacheable)],
        "messages": [{"role": "user", "content": hole.question(prompt)}],
        "stop_sequences": [hole.CLOSE],
    }


def _chat(prompt: ChatPrompt) -> dict[str, Any]:
    # A message of white space only is refused, and says nothing.
    messages = [{"role": message.role, "content": message.text} for message in prompt.messages if message.text.strip()]
    body: dict[str, Any] = {"messages": messages}
    if prompt.stable.strip():
        body["system"] = [_text(prompt.stable, cached=True)]  # too short to be cached: then it is not, no harm
    return body


def _text(text: str, *, cached: bool) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"cache_control": _CACHED} if cached else {})
