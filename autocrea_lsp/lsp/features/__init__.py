"""Everything the server does, in one table."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types as lsp

from autocrea_lsp.lsp import wire
from autocrea_lsp.lsp.features import completion, documents, inline_completion, lifecycle, model, status, usage
from autocrea_lsp.lsp.server import AutocreaServer, Command, Feature

KINDS = ["quickfix.autocrea", "quickfix.autocrea.all", "refactor.rewrite.autocrea"]
"""Kinds of our code actions. Not source.fixAll: editors run those on every save."""

ACTS = ("answering", "code_action", "editing", "prompt_preview", "proposal")
"""Modules here that are loaded when the first act is asked for: a server that only completes is ready sooner."""


def later(name: str) -> Callable[..., Awaitable[Any]]:
    """The handler `module.function` of this package, loaded when it is called."""

    async def handler(*arguments: Any) -> Any:
        return await _found(name)(*arguments)

    handler.__name__ = name
    return handler


def later_snapshot(name: str) -> Callable[..., Any]:
    """The same for a snapshot, which is taken at once."""

    def take(*arguments: Any) -> Any:
        return _found(name)(*arguments)

    take.__name__ = name
    return take


def _found(name: str) -> Any:
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(f"{__name__}.{module}"), function)


def load_acts() -> None:
    """Load what the acts need, so that the first of them does not wait for it. Blocking."""
    for module in ACTS:
        importlib.import_module(f"{__name__}.{module}")


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
    # acts
    Feature(
        method=lsp.TEXT_DOCUMENT_CODE_ACTION,
        handler=later("code_action.code_action"),
        options=lsp.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=True),
    ),
    Feature(
        method=lsp.CODE_ACTION_RESOLVE,
        handler=later("editing.resolve"),
        snapshot=later_snapshot("editing.resolve_snapshot"),
    ),
    Feature(method=wire.Method.EDIT, handler=later("editing.edit"), params="EditParams"),
    Feature(method=wire.Method.GENERATE, handler=later("answering.generate_request"), params="GenerateParams"),
    Feature(method=wire.Method.EXPLAIN, handler=later("answering.explain_request"), params="ExplainParams"),
    Feature(method=wire.Method.CHAT, handler=later("answering.chat_request"), params="ChatParams"),
    Feature(method=wire.Method.CHAT_SESSIONS, handler=later("answering.chat_sessions"), params="ChatSessionsParams"),
    Feature(method=wire.Method.CHAT_FORGET, handler=later("answering.chat_forget"), params="ChatForgetParams"),
    Feature(method=wire.Method.COMMIT_MESSAGE, handler=later("answering.commit_request"), params="CommitMessageParams"),
    Feature(method=wire.Method.PREVIEW, handler=later("prompt_preview.preview"), params="PreviewParams"),
    Feature(method=wire.Method.LAST_PROMPT, handler=later("prompt_preview.last"), params="LastPromptParams"),
    Feature(method=wire.Method.PROPOSALS, handler=later("proposal.proposals"), params="ProposalsParams"),
    Feature(method=wire.Method.PROPOSAL, handler=later("proposal.proposal"), params="ProposalParams"),
    Feature(method=wire.Method.PROPOSAL_ACCEPT, handler=later("proposal.accept"), params="HunksParams"),
    Feature(method=wire.Method.PROPOSAL_REJECT, handler=later("proposal.reject"), params="HunksParams"),
    Feature(method=wire.Method.PROPOSAL_REGENERATE, handler=later("proposal.regenerate"), params="RegenerateParams"),
    # deployments
    Feature(method=lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT, handler=later("deploy_history.content")),
    # status
    Feature(method=wire.Method.STATUS, handler=status.status, params=wire.StatusParams),
)

COMMANDS: tuple[Command, ...] = (
    Command(id=wire.Command.MODEL_INSTALL, handler=model.install, params=wire.InstallParams),
    Command(id=wire.Command.STATUS, handler=status.status_command, params=wire.StatusParams),
    Command(id=wire.Command.LOG, handler=status.log_command),
    Command(id=wire.Command.STATS, handler=usage.stats, params=wire.StatsParams),
    Command(id=wire.Command.ACCEPTED, handler=usage.accepted, params=wire.AcceptedParams),
    Command(id=wire.Command.ACT, handler=later("editing.act_command"), params="ActionData"),
    Command(id=wire.Command.EDIT, handler=later("editing.edit_command"), params="EditParams"),
    Command(id=wire.Command.GENERATE, handler=later("answering.generate_command"), params="GenerateParams"),
    Command(id=wire.Command.EXPLAIN, handler=later("answering.explain_command"), params="ExplainParams"),
    Command(id=wire.Command.CHAT, handler=later("answering.chat_command"), params="ChatParams"),
    Command(id=wire.Command.COMMIT_MESSAGE, handler=later("answering.commit_command"), params="CommitMessageParams"),
    Command(id=wire.Command.PREVIEW, handler=later("prompt_preview.preview_command"), params="PreviewParams"),
    Command(id=wire.Command.LAST_PROMPT, handler=later("prompt_preview.last_command"), params="LastPromptParams"),
    Command(id=wire.Command.PROPOSAL_ACCEPT, handler=later("proposal.accept_command"), params="HunksParams"),
    Command(id=wire.Command.PROPOSAL_REJECT, handler=later("proposal.reject_command"), params="HunksParams"),
    Command(id=wire.Command.DEPLOY, handler=later("deploy.deploy"), params="DeployParams"),
    Command(id=wire.Command.DEPLOY_CANCEL, handler=later("deploy_acts.cancel"), params="DeploymentActParams"),
    Command(id=wire.Command.DEPLOY_STATUS, handler=later("deploy_history.status"), params="DeploymentActParams"),
    Command(id=wire.Command.DEPLOY_LOGS, handler=later("deploy_history.logs"), params="DeployLogsParams"),
    Command(id=wire.Command.DEPLOY_ROLLBACK, handler=later("deploy_acts.rollback"), params="DeploymentActParams"),
    Command(id=wire.Command.DEPLOY_PROMOTE, handler=later("deploy_acts.promote"), params="DeploymentParams"),
    Command(id=wire.Command.DEPLOY_REDEPLOY, handler=later("deploy_acts.redeploy"), params="DeploymentActParams"),
    Command(id=wire.Command.DEPLOY_LIST, handler=later("deploy_history.listed"), params="DeployListParams"),
    Command(id=wire.Command.DEPLOY_LATEST, handler=later("deploy_history.latest"), params="DeployListParams"),
    Command(id=wire.Command.DEPLOY_STATS, handler=later("deploy_history.stats"), params="DeployListParams"),
    Command(id=wire.Command.DEPLOY_OPEN, handler=later("deploy_acts.open_site"), params="DeploymentActParams"),
    Command(id=wire.Command.DEPLOY_LINK, handler=later("deploy_acts.link"), params="DeployLinkParams"),
    Command(id=wire.Command.DEPLOY_ENV_PULL, handler=later("deploy_acts.pull_environment"), params="DeployEnvParams"),
    Command(id=wire.Command.DEPLOY_HOSTS, handler=later("deploy_hosts.hosts"), params="DeployHostsParams"),
    Command(id=wire.Command.DEPLOY_FORGET, handler=later("deploy_hosts.forget"), params="DeployHostsParams"),
)


def register(server: AutocreaServer) -> None:
    server.register(FEATURES, COMMANDS)
