"""What happens around open documents besides keeping their text, which `lsp.documents` does."""

from __future__ import annotations

from lsprotocol import types as lsp

from autocrea_lsp.lsp.server import AutocreaServer
from autocrea_lsp.workspace.exclude import IGNORE_FILES

OPEN_LINE = 40  # where the caret is supposed to be in a file just opened: its first window is read then


def opened(ls: AutocreaServer, params: lsp.DidOpenTextDocumentParams) -> None:
    uri = params.text_document.uri
    document = ls.protocol.documents.find(uri) if ls.protocol.documents is not None else None
    if document is not None:
        line = min(OPEN_LINE, len(document.lines))
        ls.read_ahead.now(uri, lsp.Position(line=line, character=0))
    if (problems := ls.deploying.problems) is not None:
        problems.opened(uri)


def changed(ls: AutocreaServer, params: lsp.DidChangeTextDocumentParams) -> None:
    change = params.content_changes[-1] if params.content_changes else None
    if isinstance(change, lsp.TextDocumentContentChangePartial):
        ls.read_ahead.soon(params.text_document.uri, change.range.start)
    ls.acting.changed(params.text_document.uri)
    if (problems := ls.deploying.problems) is not None:
        problems.changed(params)


async def saved(ls: AutocreaServer, params: lsp.DidSaveTextDocumentParams) -> None:
    name = params.text_document.uri.rsplit("/", 1)[-1]
    if name in IGNORE_FILES or name == ".gitignore":
        ls.app.workspace.exclusions.refresh()
        ls.status.tell()
    if name == "pyproject.toml":
        await ls.configuration.read_repository()
    if (problems := ls.deploying.problems) is not None:
        problems.look()


def closed(ls: AutocreaServer, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.app.completer.forget(params.text_document.uri)
    ls.acting.closed(params.text_document.uri)
    if (problems := ls.deploying.problems) is not None:
        problems.look()
