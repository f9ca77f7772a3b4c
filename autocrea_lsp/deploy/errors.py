"""What can go wrong with a host of deployments, by what the caller does about it.

DeployError                     base
├── HostRefused                 4xx: a retry will not help; `status`, and the host's own `code`
│   ├── BadToken                the token is wrong, expired, or may not do this (401, 403)
│   ├── NotThere                there is no such project or deployment (404)
│   ├── QuotaReached            the account may not now: 402, a day's deployments
│   └── TooLarge                413
├── HostBusy                    429 for longer than we wait; `retry_after_s`
├── HostUnavailable             unreachable, 5xx, or an answer that is none (HTML, half a JSON)
├── OutcomeUnknown              a create went out and no clear answer came back: look for the mark, never repeat
├── CannotDo                    the host cannot do this: refused before any request, with the alternative in `hint`
├── NotAllowed                  the user or the workspace's trust said no; nothing was sent
└── BuildFailed                 the host or we built it, and that failed
"""

from __future__ import annotations

from autocrea_lsp.errors import AutocreaError


class DeployError(AutocreaError):
    """Base. Its text is safe to show and to keep: no token, no value of an environment variable."""


class HostRefused(DeployError):
    """The host understood and said no. `status`: HTTP's, 0 where it came in a 200; `code`: the host's word for it."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


class BadToken(HostRefused):
    """The token is wrong, expired, or may not do this."""


class NotThere(HostRefused):
    """No such project or deployment, or not with this token."""


class QuotaReached(HostRefused):
    """The account has used up what it may; waiting a minute does not help."""


class TooLarge(HostRefused):
    """The host takes no request of that size."""


class HostBusy(DeployError):
    """Asked too often, and the host wants a longer pause than we make; `retry_after_s` is what it wants (seconds)."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class HostUnavailable(DeployError):
    """No answer, or none that means anything, after all attempts."""


class OutcomeUnknown(DeployError):
    """A request that creates something went out, and whether it did is not known."""


class CannotDo(DeployError):
    """The host cannot do this. Nothing was sent."""


class NotAllowed(DeployError):
    """The user, or the trust in the workspace, does not allow it. Nothing was sent."""


class BuildFailed(DeployError):
    """The build ended with an error; the log says which."""
