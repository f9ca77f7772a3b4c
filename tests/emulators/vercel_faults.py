"""Every way in which the host is known to fail, as switches of the emulator.

A fault is an answer in place of the right one, or what it does to the connection, the world or the right answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tests.emulators.hosting import faults
from tests.emulators.hosting.faults import Spec, Status, after_acting, refused


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


_LIMIT = {"limit": {"remaining": 0, "reset": "<limit-s>", "resetMs": "<limit-ms>", "total": 100}}


def _limited(code: str = "rate_limited", message: str = "Too many requests", **headers: str) -> Spec:
    return refused(429, code, message, **headers)


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
    Fault.UNAUTHORIZED: refused(401, "unauthorized", "The request is not authorized."),
    Fault.PAYMENT: refused(402, "payment_required", "The account is soft-blocked: an invoice is unpaid."),
    Fault.DAILY_DEPLOYMENTS: refused(402, "api-deployments-free-per-day", _FREE, extra=_LIMIT),
    Fault.FORBIDDEN: refused(403, "forbidden", "Not authorized"),
    Fault.INVALID_TOKEN: refused(403, "forbidden", "Not authorized", extra={"invalidToken": True}),
    Fault.SAML: refused(403, "forbidden", "You must re-authenticate to use this team.", extra=_SAML),
    Fault.NOT_FOUND: refused(404, "not_found", "It was not found."),
    Fault.CONFLICT: refused(409, "conflict", "The project is being transferred."),
    Fault.TOO_LARGE: faults.TOO_LARGE,
    Fault.RATE: _limited(),
    Fault.RATE_INT: _limited(retry_after="<int>"),
    Fault.RATE_FLOAT: _limited(retry_after="<float>"),
    Fault.RATE_DATE: _limited(retry_after="<http-date>"),
    Fault.RATE_TEXT_DATE: _limited(retry_after="<text-date>"),
    Fault.RATE_RESET_SECONDS: _limited(x_ratelimit_reset="<reset-s>"),
    Fault.RATE_RESET_MS: _limited(x_ratelimit_reset="<reset-ms>"),
    Fault.RATE_RESET_DATE: _limited(x_ratelimit_reset="<text-date>"),
    Fault.RATE_BODY: refused(429, "rate_limited", "Too many requests", extra=_LIMIT),
    Fault.RATE_UPLOADS: refused(429, "rate_limited", _UPLOADS, extra=_LIMIT),
    Fault.RATE_BUILDS: refused(429, "builds_rate_limited", "Too many builds.", extra=_BUILDS),
    Fault.SERVER_ERROR: refused(500, "internal_server_error", "An unexpected internal error occurred."),
    Fault.SERVER_ERROR_AFTER_ACTING: after_acting(500, "internal_server_error"),
    Fault.BAD_GATEWAY: faults.BAD_GATEWAY,
    Fault.UNAVAILABLE: refused(503, "service_unavailable", "Service unavailable"),
    Fault.UNAVAILABLE_RETRY_AFTER: refused(503, "service_unavailable", "Service unavailable", retry_after="<int>"),
    Fault.GATEWAY_TIMEOUT_AFTER_ACTING: after_acting(504, "gateway_timeout"),
    Fault.ERROR_UNDER_ERR: Spec(
        status=Status(status=400, code="bad_request", message="It is not to our liking.", key="err"),
        acts=False,
        lies=True,
    ),
    Fault.REDIRECT: faults.REDIRECT,
    Fault.HTML: faults.HTML,
    Fault.EMPTY: faults.EMPTY,
    Fault.TRUNCATED: faults.TRUNCATED,
    Fault.DROP_BEFORE_READING: faults.DROP_BEFORE_READING,
    Fault.DROP_BEFORE_ACTING: faults.DROP_BEFORE_ACTING,
    Fault.DROP_AFTER_ACTING: faults.DROP_AFTER_ACTING,
    Fault.DROP_IN_ANSWER: faults.DROP_IN_ANSWER,
    Fault.SLOW: faults.SLOW,
    Fault.NEVER: faults.NEVER,
    Fault.UNKNOWN_STATE: Spec(change=_set_state, lies=True, waits_for_an_act=True),
    Fault.BLOCKED: Spec(waits_for_an_act=True),
    Fault.MISSING_AGAIN: Spec(acts=False),
    Fault.PROJECT_VANISHES: Spec(acts=False),
    Fault.DEPLOYMENT_VANISHES: Spec(acts=False),
    Fault.ALIAS_NUMBER: Spec(change=_alias_number, lies=True),
    Fault.FEW_FIELDS: Spec(change=_few_fields, lies=True),
    Fault.NULLS: Spec(change=_nulls, lies=True),
    Fault.DUPLICATE_EVENTS: Spec(duplicates=True),
    Fault.BAD_EVENT: Spec(lies=True, garbage=b'{"type":"stdout","text":"half\n'),
    Fault.STREAM_DIES: Spec(dies=True),
    Fault.STREAM_ENDS: Spec(ends=True),
}
