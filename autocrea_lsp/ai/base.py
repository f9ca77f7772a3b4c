"""The contract every AI backend keeps: a prompt in, a stream of text out.

A prompt says what is wanted, not how to ask for it: each backend translates it into the language of its model.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal["generate", "explain", "fix", "refactor", "complete", "chat"]
"""The six things an assistant is asked for; the kind that is counted in the usage history."""

StopReason = Literal["end", "length", "stop", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPrompt:
    """The text around a caret; wanted is what belongs between `prefix` and `suffix`.

    `prefix` starts at the beginning of line `first_line` (0-based, absolute in the document), so that a backend
    can choose a narrower window without moving its start at every key.
    """

    prefix: str
    suffix: str
    first_line: int
    language: str  # LSP language id, "" when unknown
    file_name: str  # base name only, never a path
    max_output_tokens: int = 64
    max_lines: int = 1  # 1: only the rest of the caret's line is wanted
    kind: Kind = "complete"
    request_id: str = ""  # id of the usage row this call leaves; "": the meter makes one
    detail: str = ""  # who asked, for the usage row: "inline", "menu", "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPrompt:
    """A conversation; `stable` goes first and is the same from call to call (cached where the service can).

    `schema`: the answer is to be JSON of that schema. A service that cannot promise it answers as it likes: read it
    with care.
    """

    stable: str
    messages: tuple[Message, ...]
    kind: Kind = "chat"
    schema: Mapping[str, Any] | None = None
    max_output_tokens: int = 4096
    request_id: str = ""
    detail: str = ""


Prompt = FillPrompt | ChatPrompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The service took the prompt, and what reading it cost: known even when the answer is closed early.

    Optional, at most one, before the first Delta. Its counts are repeated (maybe corrected) in Done.
    """

    model: str
    input_tokens: int = 0  # without those read from or written to a cache
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of the answer. `logprob` is the sum of its tokens' log probabilities (natural log), None if unknown."""

    text: str
    logprob: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The end of an answer and what it took. Tokens are counted by the backend; unknown counts are 0."""

    model: str
    stop: StopReason
    input_tokens: int = 0  # without those read from or written to a cache
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    inline: bool  # accepts FillPrompt
    chat: bool  # accepts ChatPrompt
    local: bool  # answers on this machine: costs nothing, sends nothing
    explains: bool = False  # accepts ChatPrompt of kind "explain", though not others

    def can(self, kind: Kind) -> bool:
        """Whether a prompt of that kind is answered."""
        return self.inline if kind == "complete" else self.chat or (self.explains and kind == "explain")


class Backend(Protocol):
    """Who answers. Closing the iterator (`aclose`, or cancelling its task) stops the work and closes the socket."""

    name: str
    capabilities: Capabilities

    def model_for(self, kind: Kind) -> str:
        """The model id that will answer a prompt of that kind."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done]:
        """At most one Started, then Deltas, then exactly one Done.

        Raises BackendError, OverBudget, StaleRequest, or UserError (NoCredentials, something to install or to set).
        """
        ...

    async def count_tokens(self, prompt: ChatPrompt) -> int | None:
        """Input tokens of that prompt as the service counts them, without answering it; None: it cannot tell.

        Never raises BackendError. The prompt leaves this machine as it would when streamed.
        """
        ...

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        """Get ready for a prompt like this one (None: for any). Cheap, cancellable, never raises BackendError."""
        ...

    async def aclose(self) -> None:
        """Release sockets and processes. Idempotent."""
        ...
