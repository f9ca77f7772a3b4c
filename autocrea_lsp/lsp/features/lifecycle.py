"""From `initialized` on: settings, trust, credentials, deployments of before, and getting the backend ready."""

from __future__ import annotations

import asyncio

from lsprotocol import types as lsp

from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.syntax import guess_definition

_PLACE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
_LISTING = {
    "textDocument": {"uri": "untitled:1"},
    "range": _PLACE,
    "context": {"diagnostics": [{"range": _PLACE, "message": "m", "severity": 1}], "only": ["quickfix"]},
}
_ACTION = lsp.CodeAction(title="t", kind=lsp.CodeActionKind.QuickFix, command=lsp.Command(title="t", command="c"))


async def initialized(ls: AutocreaServer, _params: lsp.InitializedParams) -> None:
    ls.protocol.client_ready = True
    await ls.configuration.start()
    ls.tasks.spawn(ls.app.start(), name="start backend")
    ls.tasks.spawn(ls.deploying.take_up(), name="take up deployments")
    if ls.client.action_literals or ls.client.autocrea:
        ls.tasks.spawn(asyncio.to_thread(_load_acts, ls), name="load acts")


def _load_acts(ls: AutocreaServer) -> None:
    """Modules, and the converters that are made when a first message of a kind is read or written."""
    from autocrea_lsp.lsp.features import load_acts  # the package that imports this module

    load_acts()
    guess_definition([], 0)  # its patterns
    ls.protocol.prepare(lsp.TEXT_DOCUMENT_CODE_ACTION, _LISTING, [_ACTION])


async def configuration_changed(ls: AutocreaServer, params: lsp.DidChangeConfigurationParams) -> None:
    await ls.configuration.pull(params.settings)
    ls.tasks.spawn(ls.app.start(), name="start backend")


async def files_changed(ls: AutocreaServer, _params: lsp.DidChangeWatchedFilesParams) -> None:
    if (problems := ls.deploying.problems) is not None:
        problems.look()
    ls.app.workspace.exclusions.refresh()
    ls.status.tell()
    await ls.configuration.read_repository()


async def folders_changed(ls: AutocreaServer, _params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    ls.acting.refresh()
    if (problems := ls.deploying.problems) is not None:
        problems.refresh()
    await ls.configuration.read_repository()


async def trust(ls: AutocreaServer, params: wire.TrustParams) -> None:
    await ls.configuration.set_trust(params.trusted)
    if (problems := ls.deploying.problems) is not None:
        problems.refresh()


async def credentials_changed(ls: AutocreaServer, _params: wire.CredentialsChangedParams) -> None:
    ls.app.credentials_changed()
    ls.tasks.spawn(ls.app.start(), name="start backend")
