"""Shapes of the assistant's acts: edits and proposals, explanations, generation, previews.

Lines and characters are LSP's, in the position encoding agreed with the client. Texts of a document are whole lines
where not said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Goal = Literal[
    "fix", "fixAll", "refactor", "extract", "rename", "simplify", "addTypes", "handleErrors", "document", "tests"
]
CheckStatus = Literal["passed", "failed", "unchecked"]
HunkState = Literal["pending", "accepted", "rejected"]
PromptOf = Literal["edit", "generate", "explain", "chat", "commitMessage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    line: int
    character: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    start: Position
    end: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticRef:
    """A diagnostic as the client has it, as far as it matters to us."""

    range: Range
    message: str
    severity: int | None = None
    source: str | None = None
    code: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionData:
    """What a code action carries until it is resolved. Clients hand it back as it is."""

    goal: Goal
    uri: str
    version: int
    range: Range
    region: str  # hash of the lines it is about: a document that moved elsewhere is no obstacle
    diagnostics: list[DiagnosticRef]
    action: str = "autocrea"  # whose action it is: data of others is left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class EditParams:
    uri: str
    range: Range
    goal: Goal = "refactor"
    instruction: str | None = None  # needed for `refactor`, an addition for the others
    diagnostics: list[DiagnosticRef] | None = None  # for `fix` and `fixAll`
    files: list[str] | None = None  # URIs of other files of the workspace that may be shown and changed
    workDoneToken: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines `startLine` to before `endLine` of `original` become `newText`; of an accepted one they are that."""

    id: str
    startLine: int
    endLine: int
    oldText: str
    newText: str
    state: HunkState


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedFile:
    uri: str
    version: int | None  # of the document that `original` is; null for a file that is not open
    languageId: str
    isNew: bool
    original: str  # the whole text of the document as it is, accepted hunks included; hunks count its lines
    proposed: str  # the whole text with the hunks that are pending
    hunks: list[Hunk]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An edit that waits for the user. Accepting gives the WorkspaceEdit; nothing is written before that."""

    id: str
    title: str
    status: CheckStatus
    label: str  # what was checked, in one sentence, to show beside the edit
    explanation: str  # Markdown
    files: list[ProposedFile]
    tokensUsed: int
    costMicros: int | None = None  # millionths of a US dollar; null: the price is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalParams:
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsParams:
    uri: str | None = None  # null: of every document


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    proposals: list[Proposal]


@dataclass(frozen=True, slots=True, kw_only=True)
class HunksParams:
    id: str  # of the proposal
    hunks: list[str] | None = None  # null: all that are pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    edit: dict[str, object]  # a WorkspaceEdit of the kind that the client takes; empty: nothing to apply
    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerateParams:
    """All of the proposal becomes another one; or one pending `hunk` of it is made anew, and the rest stays."""

    id: str
    hunk: str | None = None
    instruction: str | None = None  # what to do otherwise
    workDoneToken: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixApplied:
    """The edit of a fix has been applied: these should be gone."""

    uri: str
    diagnostics: list[DiagnosticRef]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChunk:
    """The value of a partial result: the next piece of text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateParams:
    """Code by description: at `position` of `uri`, or as a new file at `path` (the model names one when it is null)."""

    prompt: str = ""
    language: str | None = None  # LSP language id
    framework: str | None = None
    context: str | None = None  # text to show the model
    uri: str | None = None
    position: Position | None = None
    path: str | None = None  # relative to the workspace folder
    partialResultToken: str | int | None = None
    workDoneToken: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    code: str
    explanation: str  # Markdown
    tokensUsed: int
    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainParams:
    """A document's range, or `text` (a terminal's output, a message)."""

    uri: str | None = None
    range: Range | None = None  # empty: the definition around it
    text: str | None = None
    language: str | None = None
    question: str | None = None
    partialResultToken: str | int | None = None
    workDoneToken: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    markdown: str
    tokensUsed: int
    costMicros: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewParams:
    prompt: PromptOf
    params: dict[str, object]  # as for that request
    count: bool = False  # let the service count the tokens: the prompt then leaves this machine, unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPromptParams:
    prompt: PromptOf | None = None  # the last one of that kind; null: of any


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMessage:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPreview:
    """Exactly what is, or was, sent to the model: secrets are placeholders here as they are there."""

    backend: str
    model: str
    system: str
    messages: list[PromptMessage]
    inputTokens: int
    counted: bool  # by the service; else estimated
    maxOutputTokens: int
    costMicros: int | None  # of the input; null: the price is not known
    maxCostMicros: int | None  # with the longest answer
    secretsHidden: int
