"""autocrea.server.deploy: from what the client asks for to a deployment that runs by itself, or to a dry run."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pygls.uris import to_fs_path

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.errors import NotAllowed
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import client, wire
from autocrea_lsp.lsp.deploying import shapes
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.store import project_label, root_hash

if TYPE_CHECKING:
    from autocrea_lsp.app_deploy import Aim
    from autocrea_lsp.deploy.base import Request, Source


async def deploy(ls: AutocreaServer, params: wire.DeployParams, token: Token | None) -> wire.DeployAnswer:
    require_trust(ls)
    deployments = await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    aim = await ls.app.deploying.aim(folder, provider=params.provider or "", target=params.target or "")
    request = await _request(ls, params, folder, aim)
    if params.dryRun:
        async with work(ls, "Looking at what would be deployed", token):
            plan = await deployments.plan(request)
        return wire.DeployAnswer(id=None, plan=shapes.plan(plan, request.provider))
    key = await ls.deploying.begin(request)
    await ls.app.deploying.remember(folder, aim)
    return wire.DeployAnswer(id=key)


def require_trust(ls: AutocreaServer) -> None:
    """Raises NotAllowed in a workspace that the user does not trust: its files would decide what is run and sent."""
    if not ls.configuration.trusted:
        raise NotAllowed(
            "The workspace is not trusted, so nothing is deployed from it.",
            hint="Trust it in your editor; a client says so by `trusted` in `initializationOptions`, or by "
            f"`{wire.Method.TRUST}`.",
        )


async def host_of(ls: AutocreaServer, provider: str | None, folder: Path, ability: str) -> str:
    """The host that was named, or the one that is meant for something that a host must be able to do."""
    return provider or await ls.app.default_provider(folder, ability)


async def _request(ls: AutocreaServer, params: wire.DeployParams, folder: Path, aim: Aim) -> Request:
    from autocrea_lsp.deploy.base import Build, Request  # with the machinery, when the first one is wanted

    return Request(
        folder=folder,
        provider=aim.provider,
        target=aim.target,
        remembered=aim.remembered,
        source=_source(params.source),
        project=params.project or "",
        account=params.team or "",
        build=Build(
            framework=params.framework,
            install_command=params.installCommand,
            build_command=params.buildCommand,
            output_directory=params.outputDirectory,
            root_directory=params.rootDirectory,
        ),
        environment=await _environment(ls, params.environment or [], params.environmentFile),
        include=tuple(params.include or ()),
        label=project_label(folder.name, root_hash(str(folder))),
    )


def _source(source: wire.GitSource | None) -> Source:
    from autocrea_lsp.deploy.base import Files, Git

    if source is None:
        return Files()
    return Git(branch=source.branch, repository=source.repository or "", commit=source.commit or "")


async def _environment(ls: AutocreaServer, names: list[str], file: str | None) -> dict[str, Secret]:
    """The values: of the file, else of our own environment, else of the editor's secret store.

    Raises UserError naming those that are nowhere, or that are no names of variables.
    """
    from autocrea_lsp.deploy import environment

    found: dict[str, Secret] = {}
    if file is not None:
        path = to_fs_path(file) if urlsplit(file).scheme == "file" else None
        if path is None:
            raise UserError("The file of variables is not a file on this machine.", hint="Give its `file:` URI.")
        found = await asyncio.to_thread(environment.from_file, Path(path))
    missing = [name for name in names if name not in os.environ and environment.valid_name(name)]
    asked = await _from_editor(ls, missing) if missing else {}
    return {**found, **environment.from_names(names, {**asked, **os.environ})}


async def _from_editor(ls: AutocreaServer, names: list[str]) -> dict[str, str]:
    """What the editor's secret store holds of those; asked only of editors that know the message."""
    if not ls.client.autocrea:
        return {}
    answer = await ls.ask(wire.Method.DEPLOY_ENVIRONMENT, {"names": names})
    values = client.field(answer, "values")
    told = {name: client.field(values, name) for name in names}
    return {name: value for name, value in told.items() if isinstance(value, str)}
