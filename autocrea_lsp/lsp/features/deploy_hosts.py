"""Which hosts there are, which one is meant when none is named, and what the user chose another time."""

from __future__ import annotations

from pathlib import Path

from autocrea_lsp.app_deploy import DEFAULT, Aim, Host
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.deploying import shapes
from autocrea_lsp.lsp.progress import Token
from autocrea_lsp.lsp.server import AutocreaServer


async def hosts(ls: AutocreaServer, params: wire.DeployHostsParams, _token: Token | None) -> wire.DeployHosts:
    """Who could be deployed to, for a picker. In a workspace without trust no link file is looked at."""
    await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    rows = await ls.app.deploying.hosts(folder)
    aim = await _aim(ls, folder, rows)
    return wire.DeployHosts(
        hosts=[shapes.host(row) for row in rows], default=aim.provider, target=aim.target, picked=aim.picked
    )


async def forget(ls: AutocreaServer, params: wire.DeployHostsParams, _token: Token | None) -> wire.DeployActAnswer:
    """Remember no choice of host and target for the folder any more. Allowed without trust: it is the user's own."""
    folder = ls.acting.folder(params.folder)
    before = await ls.app.deploying.forget(folder)
    if before is None:
        return shapes.told(ls, wire.DeployActAnswer(text=f"No host was remembered for {folder.name}."))
    text = f"{folder.name} is not deployed to {before} by itself any more."
    return shapes.told(ls, wire.DeployActAnswer(text=text))


async def _aim(ls: AutocreaServer, folder: Path, rows: list[Host]) -> Aim:
    try:
        return await ls.app.deploying.aim(folder)
    except UserError:  # linked to several: a picker shows all of them, one of these first
        return Aim(provider=next((row.name for row in rows if row.linked), DEFAULT))
