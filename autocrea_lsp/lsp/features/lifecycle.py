"""From `initialized` on: settings, trust, credentials, and getting the backend ready."""

from __future__ import annotations

from lsprotocol import types as lsp

from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.server import AutocreaServer


async def initialized(ls: AutocreaServer, _params: lsp.InitializedParams) -> None:
    ls.protocol.client_ready = True
    await ls.configuration.start()
    ls.tasks.spawn(ls.app.start(), name="start backend")


async def configuration_changed(ls: AutocreaServer, params: lsp.DidChangeConfigurationParams) -> None:
    await ls.configuration.pull(params.settings)
    ls.tasks.spawn(ls.app.start(), name="start backend")


async def files_changed(ls: AutocreaServer, _params: lsp.DidChangeWatchedFilesParams) -> None:
    await ls.configuration.read_repository()


async def folders_changed(ls: AutocreaServer, _params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    await ls.configuration.read_repository()


async def trust(ls: AutocreaServer, params: wire.TrustParams) -> None:
    await ls.configuration.set_trust(params.trusted)


async def credentials_changed(ls: AutocreaServer, _params: wire.CredentialsChangedParams) -> None:
    ls.app.credentials_changed()
    ls.tasks.spawn(ls.app.start(), name="start backend")
