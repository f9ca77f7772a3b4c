"""What every act needs from the rest of the program, and what comes before each: may it be, and who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from autocrea_lsp.access.limits import Limiter
from autocrea_lsp.ai.base import Backend, ChatPrompt, Kind
from autocrea_lsp.ai.pricing import estimate_micros, estimate_tokens
from autocrea_lsp.assist.goal import NOBODY
from autocrea_lsp.assist.invisible import strip_for_model
from autocrea_lsp.assist.source import MAX_BYTES, Source
from autocrea_lsp.assist.workspace import Workspace
from autocrea_lsp.errors import UserError
from autocrea_lsp.settings import Settings
from autocrea_lsp.syntax import Trees
from autocrea_lsp.workspace.key_blocks import whole_keys
from autocrea_lsp.workspace.redact import Redaction

MAX_PROMPT = 100_000  # characters that a user may write in one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Ports of the acts. `workspace` and `settings` are read anew for each act."""

    backend: Callable[[], Awaitable[Backend | None]]
    limiter: Limiter
    settings: Callable[[], Settings]
    workspace: Callable[[], Workspace]
    trees: Trees
    secrets: Callable[[], list[str]]  # that we hold ourselves: hidden wherever they stand

    async def who(self, kind: Kind) -> Backend:
        """Who answers a prompt of that kind. Raises UserError, saying how to get somebody."""
        backend = await self.backend()
        if backend is None or not backend.capabilities.can(kind):
            raise UserError("Nobody is there who can do that: it needs a chat model.", hint=NOBODY)
        return backend

    async def admit(self, backend: Backend, prompt: ChatPrompt) -> None:
        """Count one act of the user. Raises OverBudget; then nothing is sent."""
        if not backend.capabilities.local:
            await self.limiter.admit("ai", cost_micros=_cost(backend, prompt))

    async def afford(self, backend: Backend, prompt: ChatPrompt) -> None:
        """Another call of an act that was counted. Raises OverBudget when there is no money for it."""
        if not backend.capabilities.local:
            await self.limiter.afford(_cost(backend, prompt))

    def may_send(self, source: Source) -> None:
        """Raises UserError for a document of which nothing may leave, and for one that is too large."""
        if why := self.workspace().exclusions.why_excluded(source.uri):
            raise UserError(why, hint="Nothing was sent.")
        if sum(map(len, source.lines)) > MAX_BYTES:
            raise UserError(f"{source.name} is larger than {MAX_BYTES // 1_000_000} MB.", hint="Nothing was sent.")

    def redaction(self) -> Redaction:
        return Redaction(known=self.secrets())


def _cost(backend: Backend, prompt: ChatPrompt) -> int:
    """Millionths of a dollar for reading the prompt; 0 where the price is not known."""
    return estimate_micros(backend.model_for(prompt.kind), estimate_tokens(prompt)) or 0


def written(text: str, what: str) -> str:
    """What the user wrote, without blanks at its ends. Raises UserError for none and for too much."""
    text = text.strip()
    if not text:
        raise UserError(f"{what} is empty.", hint="Write what you want.")
    if len(text) > MAX_PROMPT:
        raise UserError(f"{what} has {len(text)} characters.", hint=f"At most {MAX_PROMPT} are allowed.")
    return text


def shown(redaction: Redaction, text: str, file: str = "") -> str:
    """A text as a model gets it: secrets hidden, nothing invisible, and not without end."""
    return strip_for_model(redaction.hide(text, file=file))[:MAX_PROMPT]


def excerpt(redaction: Redaction, source: Source, first: int, last: int) -> str:
    """Lines `first` to before `last` as a model gets them; widened where they would cut a private key in two."""
    first, last = whole_keys(source.lines, max(0, first), min(last, len(source.lines)))
    return shown(redaction, "".join(source.lines[first:last]), source.uri)
