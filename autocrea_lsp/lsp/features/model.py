"""autocrea.server.model.install: bring the embedded model here, with progress, and use it at once."""

from __future__ import annotations

from pathlib import Path

from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer


async def install(ls: AutocreaServer, params: wire.InstallParams, token: Token | None) -> wire.Installed:
    from autocrea_lsp.ai import weights  # the server starts without it

    source = Path(params.source) if params.source else None
    async with work(ls, "Installing the embedded model", token) as progress:
        installed = await weights.install(
            source, again=params.again, progress=lambda now: progress.report(now.stage, now.percent)
        )
    ls.app.choose_again()
    ls.tasks.spawn(ls.app.start(), name="start backend")
    return wire.Installed(path=installed.path.name)
