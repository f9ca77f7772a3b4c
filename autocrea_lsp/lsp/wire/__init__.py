"""Names and shapes of everything that is ours on the wire, and nothing of LSP's own.

TypeScript and Lua get their constants and types from here (`make gen`). Fields are camelCase, as on the wire.
Custom messages go only to clients that declare `capabilities.experimental.autocrea = {"version": 1}`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from autocrea_lsp.lsp.wire.names import (
    VERSION,
    Command,
    EditorCommand,
    Method,
)
from autocrea_lsp.lsp.wire.spine import (
    AcceptedParams,
    Credentials,
    CredentialsChangedParams,
    CredentialsParams,
    InitializationOptions,
    Installed,
    InstallParams,
    LogLocation,
    Provider,
    State,
    Stats,
    StatsParams,
    Status,
    StatusChangedParams,
    StatusParams,
    TrustParams,
)

if TYPE_CHECKING:
    from autocrea_lsp.lsp.wire.acts import (
        Accepted,
        ActionData,
        CheckStatus,
        DiagnosticRef,
        EditParams,
        ExplainParams,
        Explanation,
        FixApplied,
        Generated,
        GenerateParams,
        Goal,
        Hunk,
        HunksParams,
        HunkState,
        LastPromptParams,
        Position,
        PreviewParams,
        PromptMessage,
        PromptOf,
        PromptPreview,
        Proposal,
        ProposalParams,
        Proposals,
        ProposalsParams,
        ProposedFile,
        Range,
        RegenerateParams,
        TextChunk,
    )
    from autocrea_lsp.lsp.wire.chat import (
        Attachment,
        AttachmentKind,
        ChatAnswer,
        ChatForgetParams,
        ChatParams,
        ChatSession,
        ChatSessions,
        ChatSessionsParams,
        CommitMessage,
        CommitMessageParams,
    )

__all__ = [
    "VERSION",
    "Accepted",
    "AcceptedParams",
    "ActionData",
    "Attachment",
    "AttachmentKind",
    "ChatAnswer",
    "ChatForgetParams",
    "ChatParams",
    "ChatSession",
    "ChatSessions",
    "ChatSessionsParams",
    "CheckStatus",
    "Command",
    "CommitMessage",
    "CommitMessageParams",
    "Credentials",
    "CredentialsChangedParams",
    "CredentialsParams",
    "DiagnosticRef",
    "EditParams",
    "EditorCommand",
    "ExplainParams",
    "Explanation",
    "FixApplied",
    "GenerateParams",
    "Generated",
    "Goal",
    "Hunk",
    "HunkState",
    "HunksParams",
    "InitializationOptions",
    "InstallParams",
    "Installed",
    "LastPromptParams",
    "LogLocation",
    "Method",
    "Position",
    "PreviewParams",
    "PromptMessage",
    "PromptOf",
    "PromptPreview",
    "Proposal",
    "ProposalParams",
    "Proposals",
    "ProposalsParams",
    "ProposedFile",
    "Provider",
    "Range",
    "RegenerateParams",
    "State",
    "Stats",
    "StatsParams",
    "Status",
    "StatusChangedParams",
    "StatusParams",
    "TextChunk",
    "TrustParams",
]

_LATER = ("acts", "chat")  # making fifty dataclasses takes 30 ms, which nobody waits for before the first act


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _LATER:
            found = getattr(importlib.import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
