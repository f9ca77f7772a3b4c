"""What was deployed: status, logs, lists, numbers. Only a host's own list needs trust; the rest is the store's."""

from __future__ import annotations

import logging

from lsprotocol import types as lsp

from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.deploying import shapes
from autocrea_lsp.lsp.features.deploy import host_of, require_trust
from autocrea_lsp.lsp.progress import Token, work
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.store import FINISHED, DeploymentRow, LogLineRow, project_label, root_hash

log = logging.getLogger(__name__)

MAX_ROWS = 1_000  # in one answer
MAX_LINES = 5_000
SERVED_HERE = "preview"  # the host whose deployments are gone with the server that serves them
LOOK_BACK = 50  # rows among which the newest of a kind is looked for


async def status(ls: AutocreaServer, params: wire.DeploymentActParams, _token: Token | None) -> wire.Deployment | None:
    """As the host says where it is not finished and nobody here watches it; null: nothing was deployed from here."""
    row = await found(ls, params.id) if params.id else await newest(ls, params.folder, provider=params.provider)
    if row is None:
        return None
    if ls.configuration.trusted and (row.state not in FINISHED or row.provider == SERVED_HERE):
        row = await (await ls.deploying.machinery()).status(row.id)
    if not ls.client.autocrea:
        ls.show(lsp.MessageType.Info, f"JoxCoder: {in_a_line(row)}")
    return shapes.deployment(row)


async def logs(ls: AutocreaServer, params: wire.DeployLogsParams, _token: Token | None) -> wire.DeployLog:
    """The lines that the store has, and the log as a document where it is asked for or nobody else would show it."""
    row = await found(ls, params.id) if params.id else await newest(ls, params.folder, provider=params.provider)
    if row is None:
        raise nothing_yet()
    limit = max(1, min(params.limit, MAX_LINES))
    lines = await ls.app.store.deployment_log(row.id, after_seq=params.afterSeq, limit=limit)
    if not lines and not params.afterSeq and row.remote_id and ls.configuration.trusted:
        lines = await _from_host(ls, row, limit)
    show = params.show or not ls.client.autocrea
    uri = await ls.deploying.documents.show(row.id) if show else None
    return wire.DeployLog(id=row.id, lines=[shapes.line(each) for each in lines], uri=uri)


async def content(ls: AutocreaServer, params: lsp.TextDocumentContentParams) -> lsp.TextDocumentContentResult:
    """A document of our scheme: the log of a deployment."""
    return lsp.TextDocumentContentResult(text=await ls.deploying.documents.content(params.uri))


async def listed(ls: AutocreaServer, params: wire.DeployListParams, token: Token | None) -> wire.Deployments:
    limit = max(1, min(params.limit, MAX_ROWS))
    if not params.remote:
        rows = await ls.app.store.deployments(
            limit=limit,
            offset=max(0, params.offset),
            project=label(ls, params.folder, everywhere=params.everywhere),
            provider=params.provider,
            target=params.target,
            state=params.state,
        )
        able = await _abilities(ls) if params.acts and rows else None
        return wire.Deployments(
            deployments=[shapes.deployment(row, able and able.get(row.provider, frozenset())) for row in rows]
        )
    require_trust(ls)  # whose project it is, the folder's link file says
    deployments = await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    host = await host_of(ls, params.provider, folder, "remote_list")
    async with work(ls, f"Asking {host} for its deployments", token):
        page = await deployments.remote(
            host,
            folder,
            limit=limit,
            cursor=params.cursor or "",
            target=params.target or "",
            state=params.state or "",
        )
    items = [shapes.remote(each, host, await _acts_on(ls, params, host, each.ref.id)) for each in page.items]
    return wire.Deployments(deployments=items, cursor=page.next or None)


async def latest(ls: AutocreaServer, params: wire.DeployListParams, token: Token | None) -> wire.Deployment | None:
    """The last that went well: in our history, or as the host says."""
    if not params.remote:
        row = await ls.app.store.latest_successful(
            project=label(ls, params.folder, everywhere=params.everywhere),
            provider=params.provider,
            target=params.target,
        )
        return shapes.deployment(row) if row is not None else None
    require_trust(ls)
    deployments = await ls.deploying.machinery()
    folder = ls.acting.folder(params.folder)
    host = await host_of(ls, params.provider, folder, "remote_list")
    async with work(ls, f"Asking {host} for the last deployment", token):
        page = await deployments.remote(host, folder, limit=1, target=params.target or "production", state="success")
    return shapes.remote(page.items[0], host) if page.items else None


async def stats(ls: AutocreaServer, params: wire.DeployListParams, _token: Token | None) -> wire.DeployStats:
    project = label(ls, params.folder, everywhere=params.everywhere)
    return shapes.stats(await ls.app.store.deployment_stats(project=project, provider=params.provider))


async def _abilities(ls: AutocreaServer) -> dict[str, frozenset[str]]:
    """What each host that is installed can do."""
    await ls.deploying.machinery()
    return {host.name: frozenset(host.abilities) for host in ls.app.deploying.installed()}


async def _acts_on(
    ls: AutocreaServer, params: wire.DeployListParams, host: str, remote_id: str
) -> frozenset[str] | None:
    """What the host can do about one of its list: nothing where the history has not what acts need to know of it."""
    if not params.acts:
        return None
    row = await ls.app.store.deployment(remote_id)
    if row is None or (row.provider, row.remote_id) != (host, remote_id):
        return frozenset()
    return (await _abilities(ls)).get(host, frozenset())


async def _from_host(ls: AutocreaServer, row: DeploymentRow, limit: int) -> list[LogLineRow]:
    """What the host still has of a log of which nothing was kept here; nothing where it cannot be asked."""
    try:
        return await (await ls.deploying.machinery()).log(row.id, limit=limit)
    except AutocreaError as error:
        log.info("a log could not be fetched: %s", type(error).__name__)
        return []


# Which one is meant ---------------------------------------------------------------------------------------------------


async def found(ls: AutocreaServer, key: str) -> DeploymentRow:
    """The deployment of that id, ours or the host's, or of one that begins so. Raises NotThere."""
    row = await ls.app.store.deployment(key)
    if row is None:
        raise NotThere(
            "The history has no deployment of that id, or several whose ids begin so.",
            hint=f"`{wire.Command.DEPLOY_LIST}` lists them.",
        )
    return row


async def newest(
    ls: AutocreaServer, folder: str | None, *, provider: str | None = None, running: bool = False, url: bool = False
) -> DeploymentRow | None:
    """The folder's newest: of all, of those that run, or of those that are up and have a URL."""
    rows = await ls.app.store.deployments(limit=LOOK_BACK, project=label(ls, folder), provider=provider)
    for row in rows:
        if (not running or row.state not in FINISHED) and (not url or (row.url and row.state == "success")):
            return row
    return None


def nothing_yet(*, running: bool = False) -> NotThere:
    what = "No deployment of this project is running." if running else "Nothing was deployed from this project yet."
    return NotThere(what, hint=f"`{wire.Command.DEPLOY_LIST}` with `everywhere` lists those of all projects.")


def label(ls: AutocreaServer, folder: str | None, *, everywhere: bool = False) -> str | None:
    """What the history calls the project of a folder; None: any project, also where no folder is open."""
    if everywhere or (folder is None and not ls.app.workspace.folders):
        return None
    path = ls.acting.folder(folder)
    return project_label(path.name, root_hash(str(path)))


def in_a_line(row: DeploymentRow) -> str:
    """For a message: what it is, how it is, and where."""
    parts = [f"{row.provider} ({row.target}): {row.state}", row.error or row.detail, row.url]
    return ". ".join(part.rstrip(".") for part in parts if part) + ("" if row.url else ".")
