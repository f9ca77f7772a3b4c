"""What can be done about deployments: cancel, roll back, promote, deploy once more, open, link, fetch variables."""

from __future__ import annotations

from pathlib import Path

from autocrea_lsp.app_deploy import Aim
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.deploying import shapes
from autocrea_lsp.lsp.deploying.ending import web_address
from autocrea_lsp.lsp.features.deploy import host_of, require_trust
from autocrea_lsp.lsp.features.deploy_history import found, newest, nothing_yet
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.store import DeploymentRow


async def cancel(ls: AutocreaServer, params: wire.DeploymentActParams, token: Token | None) -> wire.DeployActAnswer:
    """Stop it at the host; without an id the newest that runs. Allowed without trust: nothing of the folder is read."""
    row = await _meant(ls, params, running=True)
    deployments = await ls.deploying.machinery()
    async with work(ls, "Canceling the deployment", token):
        done = await deployments.cancel(row.id)
    return shapes.told(ls, wire.DeployActAnswer(text=done.text, deployment=shapes.deployment(done.row)))


async def rollback(ls: AutocreaServer, params: wire.DeploymentActParams, token: Token | None) -> wire.DeployActAnswer:
    """Make an earlier deployment the live one; without an id the one before the present."""
    require_trust(ls)
    deployments = await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    key = (await found(ls, params.id)).id if params.id else None
    host = params.provider or (None if key else await host_of(ls, None, folder, "rollback"))
    async with work(ls, "Rolling back", token):
        change = await deployments.rollback(id=key, provider=host, folder=folder)
    live = shapes.remote(change.live, host or "")
    notes = list(change.notes)
    text = " ".join([f"Live is now {live.url or live.id}.", *notes])
    return shapes.told(ls, wire.DeployActAnswer(text=text, deployment=live, notes=notes))


async def promote(ls: AutocreaServer, params: wire.DeploymentParams, token: Token | None) -> wire.DeployActAnswer:
    """Make it the live one: at once, or by a new deployment where the host must build it for that."""
    require_trust(ls)
    row = await found(ls, params.id)
    deployments = await ls.deploying.machinery()
    async with work(ls, "Promoting", token):
        came = await deployments.promote(row.id, folder=_folder(ls, None))
    if isinstance(came, str):
        return wire.DeployActAnswer(text=f"{row.provider} builds it for production.", id=came)
    live, notes = shapes.remote(came.live, row.provider), list(came.notes)
    text = " ".join([f"Live is now {live.url or live.id}.", *notes])
    return shapes.told(ls, wire.DeployActAnswer(text=text, deployment=live, notes=notes))


async def redeploy(ls: AutocreaServer, params: wire.DeploymentActParams, _token: Token | None) -> wire.DeployActAnswer:
    """Build it once more, as it was; without an id the newest. Progress and messages follow, as with `deploy`."""
    require_trust(ls)
    row = await _meant(ls, params)
    deployments = await ls.deploying.machinery()
    key = await deployments.again(row.id, "redeploy", folder=_folder(ls, params.folder))
    return wire.DeployActAnswer(text=f"{row.provider} builds it once more.", id=key)


async def open_site(ls: AutocreaServer, params: wire.DeploymentActParams, _token: Token | None) -> wire.DeployActAnswer:
    """Open its URL in the browser; without an id that of the newest that is up."""
    row = (
        await found(ls, params.id) if params.id else await newest(ls, params.folder, provider=params.provider, url=True)
    )
    if row is None:
        raise nothing_yet()
    url = web_address(row.url)
    if url is None:
        raise UserError("It has no URL that could be opened.", hint="See what its log says.")
    opened = await ls.deploying.open(url)
    answer = wire.DeployActAnswer(text=f"Opened {url}" if opened else url, deployment=shapes.deployment(row))
    return answer if opened else shapes.told(ls, answer)


async def link(ls: AutocreaServer, params: wire.DeployLinkParams, token: Token | None) -> wire.DeployActAnswer:
    """Connect the folder to a project of the host's, in the host's own link file."""
    require_trust(ls)
    deployments = await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    async with work(ls, f"Asking {params.provider} for the project", token):
        place = await deployments.link(params.provider, folder, project=params.project, account=params.team or "")
    await ls.app.deploying.remember(folder, Aim(provider=params.provider, host_named=True))
    account = f" of {place.account_name}" if place.account_name else ""
    text = f"{folder.name} is {place.project_name}{account} at {params.provider} from now on."
    return shapes.told(ls, wire.DeployActAnswer(text=text))


async def pull_environment(
    ls: AutocreaServer, params: wire.DeployEnvParams, token: Token | None
) -> wire.DeployActAnswer:
    """Write the project's variables to a file that git ignores. The answer names them; no value goes over the wire."""
    require_trust(ls)
    deployments = await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    host = await host_of(ls, params.provider, folder, "pull_environment")
    async with work(ls, f"Fetching variables from {host}", token):
        pulled = await deployments.pull_environment(host, folder, file=params.file, target=params.target)
    names = pulled.names
    text = f"{params.file} holds {len(names)} variables of {host}." if names else f"{host} has no variables for it."
    if pulled.unreadable:
        text += f" It does not hand out {', '.join(pulled.unreadable)}."
    return shapes.told(ls, wire.DeployActAnswer(text=text, notes=list(names)))


async def _meant(
    ls: AutocreaServer, params: wire.DeploymentActParams, *, running: bool = False, url: bool = False
) -> DeploymentRow:
    """The one that is named, or the newest of those. Raises NotThere."""
    if params.id:
        return await found(ls, params.id)
    row = await newest(ls, params.folder, provider=params.provider, running=running, url=url)
    if row is None:
        raise nothing_yet(running=running)
    return row


def _folder(ls: AutocreaServer, uri: str | None) -> Path | None:
    """The folder that is named, or the first; None where none is open: what is at a host needs none."""
    return ls.acting.folder(uri) if uri is not None or ls.app.workspace.folders else None
