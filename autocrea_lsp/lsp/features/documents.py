"""What happens around open documents besides keeping their text: the embedded model reads ahead."""

from __future__ import annotations

import asyncio

from lsprotocol import types as lsp

from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.lsp import convert
from autocrea_lsp.lsp.server import AutocreaServer

OPEN_LINE = 40  # where the caret is supposed to be in a file just opened: its first window is read then
IDLE_S = 0.4  # without a change before reading ahead: longer than the gap between two keys


async def opened(ls: AutocreaServer, params: lsp.DidOpenTextDocumentParams) -> None:
    uri = params.text_document.uri
    document = ls.protocol.documents.find(uri) if ls.protocol.documents is not None else None
    if document is not None:
        line = min(OPEN_LINE, len(document.lines))
        _read_ahead(ls, uri, lsp.Position(line=line, character=0), delay_s=0.0)


async def changed(ls: AutocreaServer, params: lsp.DidChangeTextDocumentParams) -> None:
    change = params.content_changes[-1] if params.content_changes else None
    if isinstance(change, lsp.TextDocumentContentChangePartial):
        _read_ahead(ls, params.text_document.uri, change.range.start, delay_s=IDLE_S)


async def saved(ls: AutocreaServer, params: lsp.DidSaveTextDocumentParams) -> None:
    if params.text_document.uri.endswith("/pyproject.toml"):
        await ls.configuration.read_repository()


async def closed(ls: AutocreaServer, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.app.completer.forget(params.text_document.uri)


def _read_ahead(ls: AutocreaServer, uri: str, position: lsp.Position, delay_s: float) -> None:
    """One at a time, the newest wins; a document that has moved on is read where it is then."""

    async def read() -> None:
        await ls.configuration.loaded.wait()
        await asyncio.sleep(delay_s)
        snapshot = convert.snapshot(ls.protocol.documents, uri, position)
        if snapshot is None:
            return
        try:
            await ls.app.completer.prewarm(snapshot)
        except AutocreaError:
            return  # it was only a service; the request that needs it will tell

    async def newest() -> None:
        await ls.latest.run("read ahead", object(), read)

    ls.tasks.spawn(newest(), name="read ahead")
