"""What was asked and what it cost."""

from __future__ import annotations

from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.progress import Token
from autocrea_lsp.lsp.server import AutocreaServer


async def stats(ls: AutocreaServer, params: wire.StatsParams, _token: Token | None) -> wire.Stats:
    sums = await ls.app.store.usage(params.since, params.until)
    return wire.Stats(
        totalRequests=sums.total_requests,
        totalTokens=sums.total_tokens,
        byType=dict(sums.by_type),
        averageTokensPerRequest=sums.average_tokens_per_request,
        costMicros=sums.cost_micros,
        accepted=sums.accepted,
    )


async def accepted(ls: AutocreaServer, params: wire.AcceptedParams, _token: Token | None) -> None:
    ls.app.store.mark_accepted(params.id)
