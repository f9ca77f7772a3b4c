"""How things stand with whoever answers, in a word and in a sentence, for a status line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autocrea_lsp.access.limits import SlidingWindow
from autocrea_lsp.ai.base import Backend
from autocrea_lsp.errors import AutocreaError, BackendError, BadCredentials, NoCredentials, NoCredit
from autocrea_lsp.settings import BackendName

State = Literal["ready", "busy", "off", "noKey", "overBudget", "backendDown", "error"]

_INSTALL = "Install the embedded model (`autocrea-lsp model install`): it needs no key and no network."


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`message` is one sentence, safe to show; `installable`: installing the embedded model would help."""

    state: State
    message: str
    backend: str | None = None
    model: str | None = None
    installable: bool = False


def nobody(wanted: BackendName, why: AutocreaError | None) -> Condition:
    """Nobody answers; `wanted` is the setting, `why` what stood in the way."""
    if isinstance(why, NoCredentials):
        hint = why.hint if wanted == "claude" else _INSTALL
        return Condition(state="noKey", message=f"No key was found. {hint}", installable=wanted == "auto")
    if why is not None:
        return Condition(state="error", message=why.advice, installable=True)
    return Condition(state="error", message=f"No backend. {_INSTALL}", installable=True)


def answering(
    backend: Backend, error: AutocreaError | None, window: SlidingWindow, spent: str | None = None
) -> Condition:
    """Somebody answers; `error` is how the last call ended, `window` what is left of the hour's remote calls.

    `spent` says that the budget is used up.
    """
    if spent is not None and not backend.capabilities.local:
        return Condition(state="overBudget", message=spent, backend=backend.name, model=backend.model_for("complete"))
    state, message = _state(backend, error, window)
    return Condition(state=state, message=message, backend=backend.name, model=backend.model_for("complete"))


def _state(backend: Backend, error: AutocreaError | None, window: SlidingWindow) -> tuple[State, str]:
    if not backend.capabilities.local and window.retry_after_s() > 0:
        minutes = max(1, round(window.retry_after_s() / 60))
        text = f"{window.limit} remote calls in the last hour (`autocrea.inline.maxCallsPerHour`)"
        return "overBudget", f"{text}; more in {minutes} min."
    if error is None:
        return "ready", f"{backend.name}: ready."
    text = error.advice
    if isinstance(error, BadCredentials | NoCredentials):
        return "noKey", text
    if isinstance(error, NoCredit):
        return "overBudget", text
    if isinstance(error, BackendError):
        return "backendDown", text
    return "error", text
