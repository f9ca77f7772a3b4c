"""Everything the server does, in one table."""

from __future__ import annotations

from lsprotocol import types as lsp

from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.features import completion, documents, inline_completion, lifecycle, model, status, usage
from autocrea_lsp.lsp.server import AutocreaServer, Command, Feature

FEATURES: tuple[Feature, ...] = (
    # life
    Feature(method=lsp.INITIALIZED, handler=lifecycle.initialized),
    Feature(method=lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, handler=lifecycle.configuration_changed),
    Feature(method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, handler=lifecycle.files_changed),
    Feature(method=lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, handler=lifecycle.folders_changed),
    Feature(method=wire.Method.TRUST, handler=lifecycle.trust, params=wire.TrustParams),
    Feature(
        method=wire.Method.CREDENTIALS_CHANGED,
        handler=lifecycle.credentials_changed,
        params=wire.CredentialsChangedParams,
    ),
    # documents (pygls keeps the texts; these are our own reactions)
    Feature(method=lsp.TEXT_DOCUMENT_DID_OPEN, handler=documents.opened),
    Feature(method=lsp.TEXT_DOCUMENT_DID_CHANGE, handler=documents.changed),
    Feature(method=lsp.TEXT_DOCUMENT_DID_SAVE, handler=documents.saved, options=lsp.SaveOptions(include_text=False)),
    Feature(method=lsp.TEXT_DOCUMENT_DID_CLOSE, handler=documents.closed),
    # typing
    Feature(
        method=lsp.TEXT_DOCUMENT_INLINE_COMPLETION,
        handler=inline_completion.inline_completion,
        options=lsp.InlineCompletionOptions(),  # pygls advertises it only with options
        snapshot=inline_completion.snapshot,
    ),
    Feature(
        method=lsp.TEXT_DOCUMENT_COMPLETION,
        handler=completion.completion,
        options=lsp.CompletionOptions(trigger_characters=[".", "("]),
        snapshot=completion.snapshot,
    ),
    # status
    Feature(method=wire.Method.STATUS, handler=status.status, params=wire.StatusParams),
)

COMMANDS: tuple[Command, ...] = (
    Command(id=wire.Command.MODEL_INSTALL, handler=model.install, params=wire.InstallParams),
    Command(id=wire.Command.STATUS, handler=status.status_command, params=wire.StatusParams),
    Command(id=wire.Command.LOG, handler=status.log_command),
    Command(id=wire.Command.STATS, handler=usage.stats, params=wire.StatsParams),
    Command(id=wire.Command.ACCEPTED, handler=usage.accepted, params=wire.AcceptedParams),
)


def register(server: AutocreaServer) -> None:
    server.register(FEATURES, COMMANDS)
