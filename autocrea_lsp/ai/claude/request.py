"""From a prompt to the body of a Messages API request. Pure; knows the API's rules, not its client.

What the API refuses, and is therefore never sent: sampling parameters, an assistant message at the end (a started
answer), a stop sequence of white space, an empty text block.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.ai.base import ChatPrompt, FillPrompt, Prompt
from autocrea_lsp.ai.claude import hole, models

THINKING_TOKENS = 8_192
"""Added to `max_tokens` where the model thinks: its thoughts count, and an answer would be cut for them."""

THINKING_TOKENS_QUICK = 1_024
"""The same for a quick job on a model that cannot be told not to think; with low effort it thinks little."""

OPTIONAL_FIELDS = ("thinking", "output_config", "output_config.effort", "output_config.format")
"""What may be left out when a model refuses it: the answer is slower, dearer or freer in form, but still an answer."""

_COUNTED_FIELDS = ("model", "system", "messages", "thinking", "output_config")  # all that `count_tokens` takes of ours

_CACHED = {"type": "ephemeral"}  # for five minutes, renewed by each use


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`body` as the SDK's `messages.create` takes it. `tag`: the answer is what stands inside `hole.TAG`."""

    body: dict[str, Any]
    tagged: bool

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def countable(self) -> dict[str, Any]:
        """The body as the SDK's `messages.count_tokens` takes it."""
        return {name: self.body[name] for name in _COUNTED_FIELDS if name in self.body}

    def has(self, field: str) -> bool:
        """Whether a field (dotted: "output_config.format") is sent."""
        name, _, part = field.partition(".")
        return name in self.body and (not part or part in self.body[name])

    def without(self, field: str) -> Request:
        """The same without one of `OPTIONAL_FIELDS`; what is left empty by that goes too."""
        name, _, part = field.partition(".")
        body = dict(self.body)
        value = body.pop(name, None)
        if part and value and (rest := {key: kept for key, kept in value.items() if key != part}):
            body[name] = rest
        return Request(body=body, tagged=self.tagged)


def build(prompt: Prompt, model_name: str, *, refused: Collection[str] = ()) -> Request:
    """The request for `prompt`. `refused` names the optional fields that this model is known not to take."""
    model, job = models.describe(model_name), models.JOBS[prompt.kind]
    body: dict[str, Any] = {"model": model_name, "max_tokens": most_tokens(prompt, model_name)}
    if not _thinks(model, job) and model.thinking in ("disabled", "between_tools"):
        body["thinking"] = {"type": model.thinking}
    if config := _output_config(prompt, model, job):
        body["output_config"] = config
    body |= _fill(prompt, model) if isinstance(prompt, FillPrompt) else _chat(prompt)
    request = Request(body=body, tagged=isinstance(prompt, FillPrompt))
    for field in refused:
        request = request.without(field)
    return request


def most_tokens(prompt: Prompt, model_name: str) -> int:
    """The most that the model may write, thoughts included: `max_tokens`."""
    model = models.describe(model_name)
    spare = 0
    if _thinks(model, models.JOBS[prompt.kind]):
        spare = THINKING_TOKENS_QUICK if isinstance(prompt, FillPrompt) else THINKING_TOKENS
    if isinstance(prompt, FillPrompt):
        spare += hole.TAG_TOKENS
    return min(prompt.max_output_tokens + spare, model.max_output_tokens)


def _thinks(model: models.Model, job: models.Job) -> bool:
    return model.thinking == "always" or (job.thinks and model.thinking != "off by default")


def _output_config(prompt: Prompt, model: models.Model, job: models.Job) -> dict[str, Any]:
    config: dict[str, Any] = {}
    # A model that cannot be told not to think can be told to think little.
    effort = "low" if model.thinking == "always" and not job.thinks else job.effort
    if effort and model.takes_effort:
        config["effort"] = effort
    if isinstance(prompt, ChatPrompt) and prompt.schema is not None:
        config["format"] = {"type": "json_schema", "schema": _plain(prompt.schema)}
    return config


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


def _plain(value: Any) -> Any:
    """Lists and dictionaries of our own, whatever kinds of mapping and sequence the schema is made of."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
