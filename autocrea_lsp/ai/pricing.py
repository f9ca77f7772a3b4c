"""What an answer cost, or will cost, in millionths of a US dollar; and how many tokens a prompt may be."""

from __future__ import annotations

import functools
import json
import logging

from autocrea_lsp.ai.base import ChatPrompt, Done, FillPrompt, Prompt

BYTES_PER_TOKEN = 3
"""Of UTF-8. Code and English have 3 to 4 characters a token with current tokenizers; other scripts, with 2 to 4 bytes
a character, have 1 to 2. Rounded so that an estimate is rather too high."""

_TOKENS_PER_MESSAGE = 4  # what marks its beginning, its end and its role

_log = logging.getLogger(__name__)


def text_tokens(text: str) -> int:
    """About how many tokens `text` is."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def estimate_tokens(prompt: Prompt) -> int:
    """About how many tokens of input `prompt` is, for where nobody counts them; a backend may send less of a fill."""
    if isinstance(prompt, FillPrompt):
        return text_tokens(prompt.prefix) + text_tokens(prompt.suffix)
    tokens = text_tokens(prompt.stable)
    for message in prompt.messages:
        tokens += text_tokens(message.text) + _TOKENS_PER_MESSAGE
    if prompt.schema is not None:  # the service tells the model of it, as text
        tokens += text_tokens(json.dumps(prompt.schema, default=dict, ensure_ascii=False))
    return tokens


def estimate_micros(model: str, input_tokens: int, output_tokens: int = 0) -> int | None:
    """What so many tokens cost when no cache helps; None when the model's price is not known."""
    return cost_micros(Done(model=model, stop="end", input_tokens=input_tokens, output_tokens=output_tokens))


def most_micros(prompt: ChatPrompt, model: str, input_tokens: int) -> int | None:
    """The most that one answer to `prompt` can cost; None when the model's price is not known.

    All of the input is written to the cache, which costs more than reading it, and the answer and its thoughts are as
    long as they may be.
    """
    from autocrea_lsp.ai.claude.request import most_tokens

    most = most_tokens(prompt, model)
    return cost_micros(Done(model=model, stop="length", cache_write_tokens=input_tokens, output_tokens=most))


def cost_micros(done: Done) -> int | None:
    """Rounded to the nearest millionth of a dollar; None when the model's price is not known (logged once a model)."""
    from autocrea_lsp.ai.claude import models  # the server starts without it

    model = models.known(done.model)
    if model is None or not model.prices:
        _say_unknown(done.model)
        return None
    prompt_tokens = done.input_tokens + done.cache_read_tokens + done.cache_write_tokens
    price = next(row for row in model.prices if row.up_to_tokens is None or prompt_tokens <= row.up_to_tokens)
    nano_dollars = (
        done.input_tokens * price.input
        + done.output_tokens * price.output
        + done.cache_write_tokens * price.cache_write
        + done.cache_read_tokens * price.cache_read
    )
    return (nano_dollars + 500) // 1000


@functools.lru_cache(maxsize=64)  # once for each model, and a bound where a server makes up names
def _say_unknown(model: str) -> None:
    _log.warning("the price of model %r is not known; its calls are counted without cost", model[:80])
