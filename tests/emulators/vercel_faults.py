"""Every way in which the host is known to fail, as switches of the emulator.

A fault is an answer in place of the right one, or what it does to the connection, the world or the right answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from typing import Any, Literal

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Fault(StrEnum):
    """The switches; `SPECS` says what each does."""

    UNAUTHORIZED = "401"
    PAYMENT = "402"
    DAILY_DEPLOYMENTS = "402-api-deployments-free-per-day"
    FORBIDDEN = "403"
    INVALID_TOKEN = "403-invalid-token"
    SAML = "403-saml"
    NOT_FOUND = "404"
    CONFLICT = "409"
    TOO_LARGE = "413"
    RATE = "429"
    RATE_INT = "429-retry-after-int"
    RATE_FLOAT = "429-retry-after-float"
    RATE_DATE = "429-retry-after-http-date"
    RATE_TEXT_DATE = "429-retry-after-text-date"
    RATE_RESET_SECONDS = "429-reset-seconds"
    RATE_RESET_MS = "429-reset-ms"
    RATE_RESET_DATE = "429-reset-date"
    RATE_BODY = "429-body-limit"
    RATE_UPLOADS = "429-api-upload-paid"
    RATE_BUILDS = "429-builds-rate-limited"
    SERVER_ERROR = "500"
    SERVER_ERROR_AFTER_ACTING = "500-after-acting"
    BAD_GATEWAY = "502-html"
    UNAVAILABLE = "503"
    UNAVAILABLE_RETRY_AFTER = "503-retry-after"
    GATEWAY_TIMEOUT_AFTER_ACTING = "504-after-acting"
    ERROR_UNDER_ERR = "400-err"
    REDIRECT = "307-other-host"
    HTML = "200-html"
    EMPTY = "200-empty"
    TRUNCATED = "200-truncated-json"
    DROP_BEFORE_READING = "drop-before-reading"
    DROP_BEFORE_ACTING = "drop-before-acting"
    DROP_AFTER_ACTING = "drop-after-acting"
    DROP_IN_ANSWER = "drop-in-answer"
    SLOW = "slow"
    NEVER = "never-answers"
    UNKNOWN_STATE = "unknown-ready-state"
    BLOCKED = "blocked"
    MISSING_AGAIN = "missing-files-again"
    PROJECT_VANISHES = "project-vanishes"
    DEPLOYMENT_VANISHES = "deployment-vanishes"
    ALIAS_NUMBER = "alias-assigned-number"
    FEW_FIELDS = "few-fields"
    NULLS = "nulls"
    DUPLICATE_EVENTS = "duplicate-events"
    BAD_EVENT = "event-not-json"
    STREAM_DIES = "stream-dies"
    STREAM_ENDS = "stream-ends-early"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An answer in place of the right one. A header's value or an extra may be a mark of `when`."""

    status: int
    code: str = ""
    message: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    key: str = "error"

    def value(self, now_s: float, seconds: float) -> dict[str, Any]:
        extra = {name: when(value, now_s, seconds) for name, value in self.extra.items()}
        return {self.key: {"code": self.code, "message": self.message, **extra}}

    def headers_now(self, now_s: float, seconds: float) -> dict[str, str]:
        return {name: when(value, now_s, seconds) for name, value in self.headers.items()}


Change = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """`acts`: the host does what it was asked before it fails. `lies`: the answer is against the contract on purpose.

    `place`: where the connection is lost. `change`: of the right answer's value. `raw`: in place of its bytes.
    """

    status: Status | None = None
    acts: bool = True
    place: Literal["before-reading", "before-acting", "after-acting", "in-answer", "never", "slow"] | None = None
    change: Change | None = None
    raw: Callable[[bytes], bytes] | None = None
    lies: bool = False


@dataclass(slots=True, kw_only=True)
class Due:
    """A fault that was asked for. `skip`: so many requests go well first; `times` None: all that follow."""

    fault: Fault
    op: str | None
    times: int | None
    skip: int
    at: int | None
    seconds: float

    def take(self, op: str) -> bool:
        """Whether it strikes this request; counts it."""
        if self.op not in (None, op) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def when(value: Any, now_s: float, seconds: float) -> Any:
    """The value for a mark such as `<seconds>`, which tells when to come back; anything else as it is."""
    if isinstance(value, dict):
        return {name: when(inner, now_s, seconds) for name, inner in value.items()}
    at = now_s + seconds
    marks: dict[str, Callable[[], Any]] = {
        "<int>": lambda: str(round(seconds)),
        "<float>": lambda: f"{seconds:.3f}",
        "<http-date>": lambda: formatdate(at, usegmt=True),
        "<text-date>": lambda: dt.datetime.fromtimestamp(at, tz=dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "<reset-s>": lambda: str(round(at)),
        "<reset-ms>": lambda: str(round(at * 1000)),
        "<limit-s>": lambda: round(at),
        "<limit-ms>": lambda: round(at * 1000),
    }
    return marks[value]() if isinstance(value, str) and value in marks else value


def _status(status: int, code: str, message: str, *, extra: Mapping[str, Any] | None = None, **headers: str) -> Spec:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Spec(status=Status(status=status, code=code, message=message, extra=extra or {}, headers=named), acts=False)


_LIMIT = {"limit": {"remaining": 0, "reset": "<limit-s>", "resetMs": "<limit-ms>", "total": 100}}


def _limited(code: str = "rate_limited", message: str = "Too many requests", **headers: str) -> Spec:
    return _status(429, code, message, extra=None, **headers)


def _after_acting(status: int, code: str) -> Spec:
    return Spec(status=Status(status=status, code=code, message="An unexpected error occurred."))


def _set_state(value: Any) -> Any:
    """A state that no contract knows, wherever a deployment says its own."""
    if isinstance(value, list):
        return [_set_state(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    states = {name: "HIBERNATING" for name in ("readyState", "status", "state") if name in value}
    return {name: _set_state(inner) for name, inner in value.items()} | states


_NEEDED = {
    "id", "uid", "name", "url", "createdAt", "created", "readyState", "status", "state", "type", "version", "public",
    "regions", "meta", "creator", "aliasAssigned", "bootedAt", "buildingAt", "buildSkipped",
    "deployments", "pagination", "count", "next", "prev", "projectId", "inspectorUrl", "projects", "accountId",
    "directoryListing", "nodeVersion", "resourceConfig", "functionDefaultRegions", "defaultResourceConfig",
}  # fmt: skip


def _few_fields(value: Any) -> Any:
    """Only what the contract requires of what a stranger may see."""
    if isinstance(value, list):
        return [_few_fields(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: value[name] if name == "meta" else _few_fields(value[name]) for name in value if name in _NEEDED}


_KEPT = {"id", "uid", "readyState", "state", "url", "deployments", "pagination", "projects"}


def _nulls(value: Any) -> Any:
    """Null in every field but the few without which it would be nothing."""
    if isinstance(value, list):
        return [_nulls(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: _nulls(inner) if name in _KEPT else None for name, inner in value.items()}


def _alias_number(value: Any) -> Any:
    if isinstance(value, dict) and value.get("aliasAssigned") is True:
        return {**value, "aliasAssigned": value["createdAt"] + 1}
    return value


_FREE = 'Resource is limited - try again in 24 hours (more than 100, code: "api-deployments-free-per-day").'
_UPLOADS = 'Too many requests - try again in 24 hours (more than 5000, code: "api-upload-paid").'
_BUILDS = {
    "ctaLabel": "Upgrade",
    "ctaUrl": "https://vercel.com/upgrade",
    "action": "Upgrade",
    "link": "https://vercel.com",
}
_SAML = {"saml": True, "teamId": "team_emulated00000000000001", "scope": "acme", "enforced": True}

SPECS: dict[Fault, Spec] = {
    Fault.UNAUTHORIZED: _status(401, "unauthorized", "The request is not authorized."),
    Fault.PAYMENT: _status(402, "payment_required", "The account is soft-blocked: an invoice is unpaid."),
    Fault.DAILY_DEPLOYMENTS: _status(402, "api-deployments-free-per-day", _FREE, extra=_LIMIT),
    Fault.FORBIDDEN: _status(403, "forbidden", "Not authorized"),
    Fault.INVALID_TOKEN: _status(403, "forbidden", "Not authorized", extra={"invalidToken": True}),
    Fault.SAML: _status(403, "forbidden", "You must re-authenticate to use this team.", extra=_SAML),
    Fault.NOT_FOUND: _status(404, "not_found", "It was not found."),
    Fault.CONFLICT: _status(409, "conflict", "The project is being transferred."),
    Fault.TOO_LARGE: Spec(status=Status(status=413, raw=b"Request Entity Too Large"), acts=False),
    Fault.RATE: _limited(),
    Fault.RATE_INT: _limited(retry_after="<int>"),
    Fault.RATE_FLOAT: _limited(retry_after="<float>"),
    Fault.RATE_DATE: _limited(retry_after="<http-date>"),
    Fault.RATE_TEXT_DATE: _limited(retry_after="<text-date>"),
    Fault.RATE_RESET_SECONDS: _limited(x_ratelimit_reset="<reset-s>"),
    Fault.RATE_RESET_MS: _limited(x_ratelimit_reset="<reset-ms>"),
    Fault.RATE_RESET_DATE: _limited(x_ratelimit_reset="<text-date>"),
    Fault.RATE_BODY: _status(429, "rate_limited", "Too many requests", extra=_LIMIT),
    Fault.RATE_UPLOADS: _status(429, "rate_limited", _UPLOADS, extra=_LIMIT),
    Fault.RATE_BUILDS: _status(429, "builds_rate_limited", "Too many builds.", extra=_BUILDS),
    Fault.SERVER_ERROR: _status(500, "internal_server_error", "An unexpected internal error occurred."),
    Fault.SERVER_ERROR_AFTER_ACTING: _after_acting(500, "internal_server_error"),
    Fault.BAD_GATEWAY: Spec(status=Status(status=502, raw=PAGE, headers={"content-type": "text/html"}), acts=False),
    Fault.UNAVAILABLE: _status(503, "service_unavailable", "Service unavailable"),
    Fault.UNAVAILABLE_RETRY_AFTER: _status(503, "service_unavailable", "Service unavailable", retry_after="<int>"),
    Fault.GATEWAY_TIMEOUT_AFTER_ACTING: _after_acting(504, "gateway_timeout"),
    Fault.ERROR_UNDER_ERR: Spec(
        status=Status(status=400, code="bad_request", message="It is not to our liking.", key="err"),
        acts=False,
        lies=True,
    ),
    Fault.REDIRECT: Spec(status=Status(status=307, raw=b""), acts=False, lies=True),
    Fault.HTML: Spec(raw=lambda _: PAGE, lies=True),
    Fault.EMPTY: Spec(raw=lambda _: b"", lies=True),
    Fault.TRUNCATED: Spec(raw=lambda whole: whole[: len(whole) * 2 // 3], lies=True),
    Fault.DROP_BEFORE_READING: Spec(place="before-reading", acts=False),
    Fault.DROP_BEFORE_ACTING: Spec(place="before-acting", acts=False),
    Fault.DROP_AFTER_ACTING: Spec(place="after-acting"),
    Fault.DROP_IN_ANSWER: Spec(place="in-answer"),
    Fault.SLOW: Spec(place="slow"),
    Fault.NEVER: Spec(place="never", acts=False),
    Fault.UNKNOWN_STATE: Spec(change=_set_state, lies=True),
    Fault.BLOCKED: Spec(),
    Fault.MISSING_AGAIN: Spec(acts=False),
    Fault.PROJECT_VANISHES: Spec(acts=False),
    Fault.DEPLOYMENT_VANISHES: Spec(acts=False),
    Fault.ALIAS_NUMBER: Spec(change=_alias_number, lies=True),
    Fault.FEW_FIELDS: Spec(change=_few_fields, lies=True),
    Fault.NULLS: Spec(change=_nulls, lies=True),
    Fault.DUPLICATE_EVENTS: Spec(),
    Fault.BAD_EVENT: Spec(lies=True),
    Fault.STREAM_DIES: Spec(),
    Fault.STREAM_ENDS: Spec(),
}
