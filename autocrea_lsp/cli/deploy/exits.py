"""What each exit code of `autocrea-lsp deploy` means, and which one a failure or an outcome gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocrea_lsp.deploy.errors import (
    BadToken,
    CannotDo,
    HostBusy,
    HostUnavailable,
    NotAllowed,
    NotThere,
    OutcomeUnknown,
    QuotaReached,
)
from autocrea_lsp.errors import NoCredentials, OverBudget
from autocrea_lsp.store import DeploymentState

LIVE: Final = 0
FAILED: Final = 1
WRONG_ARGUMENTS: Final = 2
NOT_ALLOWED: Final = 3
CANCELED: Final = 4
STILL_RUNNING: Final = 5
NO_TOKEN: Final = 6
TOO_MANY: Final = 7
UNREACHABLE: Final = 8
NOT_FOUND: Final = 9
STOPPED: Final = 130  # 128 + SIGINT, as shells have it

MEANING: Mapping[int, str] = {
    LIVE: "done: what was asked for is so",
    FAILED: "the build or the deployment failed",
    WRONG_ARGUMENTS: "wrong arguments",
    NOT_ALLOWED: "not allowed, or the host cannot do it",
    CANCELED: "the deployment was canceled, or not agreed to",
    STILL_RUNNING: "it goes on, and its end was not waited for",
    NO_TOKEN: "no token, or the host refused it",
    TOO_MANY: "a limit was reached, yours or the host's",
    UNREACHABLE: "the host does not answer",
    NOT_FOUND: "there is no such deployment or project",
    STOPPED: "Ctrl-C",
}
HELP: Final = "Exit codes: " + "; ".join(f"{code} {text}" for code, text in MEANING.items()) + "."

_BY_ERROR: tuple[tuple[type[Exception], int], ...] = (
    (NoCredentials, NO_TOKEN),
    (BadToken, NO_TOKEN),
    (NotAllowed, NOT_ALLOWED),
    (CannotDo, NOT_ALLOWED),
    (OverBudget, TOO_MANY),
    (QuotaReached, TOO_MANY),
    (HostBusy, TOO_MANY),
    (NotThere, NOT_FOUND),
    (HostUnavailable, UNREACHABLE),
    (OutcomeUnknown, STILL_RUNNING),
)
_BY_STATE: Mapping[DeploymentState, int] = {
    "success": LIVE,
    "failed": FAILED,
    "canceled": CANCELED,
    "interrupted": FAILED,
}


def of_error(error: Exception) -> int:
    """The code for a failure that ended the command."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), FAILED)


def of_state(state: DeploymentState) -> int:
    """The code for where a deployment stands."""
    return _BY_STATE.get(state, STILL_RUNNING)
