"""Everything that can go wrong, by who can do something about it.

AutocreaError                 base; `str(error)` is safe to show: no secret, no path outside the workspace
├── UserError                 the user can fix it: a setting, an argument, something to install
│   └── NoCredentials         the service needs a key and none was found
├── StaleRequest              the document or the request moved on while we worked
├── OverBudget                a limit of ours was reached
├── UnusableAnswer            the model's answer may not or cannot be used; nothing was changed
└── BackendError              the one who answers could not
    ├── BadCredentials        it refused the key (401, 403)
    ├── NoCredit              the account cannot pay (402, spend limits)
    ├── RateLimited           429; `retry_after_s` where it said so
    ├── Unavailable           overloaded, 5xx, unreachable, timed out, worker down
    ├── BadRequest            it did not understand us (other 4xx); a retry will not help
    ├── BrokenReply           the stream ended early or was garbled
    └── Refused               the model declined; partial text must be dropped
"""

from __future__ import annotations


class AutocreaError(Exception):
    """Base. `str(error)` may be shown to the user; `hint` says what to do, in one sentence."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def advice(self) -> str:
        """Message and hint as sentences."""
        text = str(self)
        if not self.hint:
            return text
        return f"{text} {self.hint}" if text.endswith((".", "!", "?", "…")) else f"{text}. {self.hint}"


class UserError(AutocreaError):
    """The user can fix it."""


class NoCredentials(UserError):
    """The service needs a key and none was found."""


class StaleRequest(AutocreaError):
    """The document or the request moved on while we worked."""


class OverBudget(AutocreaError):
    """A limit of ours was reached; `retry_after_s` is when the next call is allowed (seconds)."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class UnusableAnswer(AutocreaError):
    """The model answered, but what it answered may not or cannot be used; nothing was changed."""


class BackendError(AutocreaError):
    """The one who answers could not. `service` is its name, `status` the HTTP status where there was one."""

    def __init__(
        self,
        service: str,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{service}: {message}", hint=hint)
        self.service = service
        self.status = status
        self.retry_after_s = retry_after_s


class BadCredentials(BackendError):
    """The service refused the key."""


class NoCredit(BackendError):
    """The account cannot pay, or its own spend limit was reached."""


class RateLimited(BackendError):
    """Too many requests; `retry_after_s` where the service said so."""


class Unavailable(BackendError):
    """Overloaded, unreachable, timed out, or our own worker is down. Worth another try later."""


class BadRequest(BackendError):
    """The service did not accept the request; repeating it will not help."""


class BrokenReply(BackendError):
    """The answer ended early or was garbled."""


class Refused(BackendError):
    """The model declined to answer; partial text must be dropped."""
