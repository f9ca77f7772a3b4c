"""A counted call as a row of the usage history."""

from __future__ import annotations

from autocrea_lsp.ai.metered import Call
from autocrea_lsp.store import AIRequest


def usage_row(call: Call, *, user: str, project: str, keep_texts: bool) -> AIRequest:
    """The row. An unknown price counts as nothing; texts are in it only if they are to be kept."""
    return AIRequest(
        id=call.request_id,
        user=user,
        project=project,
        kind=call.kind,
        detail=call.detail,
        model=call.model,
        backend=call.backend,
        prompt_tokens=call.input_tokens,
        completion_tokens=call.output_tokens,
        cache_read_tokens=call.cache_read_tokens,
        cache_write_tokens=call.cache_write_tokens,
        cost_micros=call.cost_micros or 0,
        latency_ms=call.latency_ms,
        outcome=call.outcome,
        prompt=call.prompt if keep_texts else None,
        answer=call.answer if keep_texts else None,
    )
