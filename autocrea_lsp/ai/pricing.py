"""What an answer cost, in millionths of a US dollar."""

from __future__ import annotations

import functools
import logging

from autocrea_lsp.ai.base import Done

_log = logging.getLogger(__name__)


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
