"""Shapes of the chat and of commit messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autocrea_lsp.lsp.wire.acts import DiagnosticRef, PromptMessage, Range

AttachmentKind = Literal["selection", "file", "diagnostics", "terminal", "deployment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`selection` (its `range`), `file` and `diagnostics` of `uri`; of a `terminal` or a `deployment` the `text`."""

    kind: AttachmentKind
    uri: str | None = None
    range: Range | None = None
    text: str | None = None
    diagnostics: list[DiagnosticRef] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParams:
    message: str
    session: str | None = None  # null: a new one
    attachments: list[Attachment] | None = None
    partialResultToken: str | int | None = None
    workDoneToken: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer:
    session: str
    markdown: str
    tokensUsed: int
    costMicros: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSessionsParams:
    session: str | None = None  # that one with its messages; null: all, without


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSession:
    id: str
    title: str
    updatedAt: float  # seconds since the epoch
    messages: list[PromptMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSessions:
    sessions: list[ChatSession]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatForgetParams:
    session: str | None = None  # null: all


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitMessageParams:
    folder: str | None = None  # URI of the workspace folder; null: the first
    partialResultToken: str | int | None = None
    workDoneToken: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitMessage:
    message: str
    tokensUsed: int
