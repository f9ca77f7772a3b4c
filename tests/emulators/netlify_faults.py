"""Every way in which Netlify is known to fail, as switches of the emulator; `netlify_striking` does what acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from tests.emulators.hosting import faults
from tests.emulators.hosting.faults import Change, Spec, Status, after_acting, refused


class Fault(StrEnum):
    """The switches; `SPECS` says what each does."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    NOT_FOUND_TEXT = "404-plain-text"
    FRESH = "404-just-after-create"
    UNPROCESSABLE = "422"
    RATE = "429"
    RATE_BARE = "429-no-headers"
    RATE_INT = "429-retry-after-int"
    RATE_FLOAT = "429-retry-after-float"
    RATE_DATE = "429-retry-after-http-date"
    RATE_TEXT_DATE = "429-retry-after-text-date"
    RATE_RESET_SECONDS = "429-reset-seconds"
    RATE_RESET_FLOAT = "429-reset-float"
    RATE_RESET_MS = "429-reset-ms"
    RATE_RESET_DATE = "429-reset-http-date"
    RATE_RESET_TEXT_DATE = "429-reset-text-date"
    RATE_TEXT_DATES = "429-text-date-in-both"
    RATE_UPLOADS = "429-parallel-uploads"
    SERVER_ERROR = "500"
    SERVER_ERROR_AFTER_ACTING = "500-after-acting"
    BAD_GATEWAY = "502-html"
    BAD_GATEWAY_AFTER_ACTING = "502-after-acting"
    MANIFEST_GATEWAY = "502-big-manifest"
    UNAVAILABLE = "503"
    UNAVAILABLE_RETRY_AFTER = "503-retry-after"
    REDIRECT = "307-other-host"
    LINK_ELSEWHERE = "link-other-host"
    HTML = "200-html"
    EMPTY = "200-empty"
    TRUNCATED = "200-truncated-json"
    DROP_BEFORE_READING = "drop-before-reading"
    DROP_BEFORE_ACTING = "drop-before-acting"
    DROP_AFTER_ACTING = "drop-after-acting"
    DROP_IN_ANSWER = "drop-in-answer"
    SLOW = "slow"
    NEVER = "never-answers"
    UNKNOWN_STATE = "unknown-state"
    FEW_FIELDS = "few-fields"
    NULLS = "nulls"
    DEPLOY_VANISHES = "deploy-vanishes"
    SITE_VANISHES = "site-vanishes"
    UPLOAD_REFUSED = "upload-422"
    UPLOAD_BAD = "upload-400"
    REQUIRED_AGAIN = "required-again"
    CANCEL_TOO_LATE = "422-cancel-too-late"
    SOCKET_REFUSED = "socket-403"
    SOCKET_DIES = "socket-dies"
    SOCKET_DUPLICATES = "socket-duplicates"
    SOCKET_HALF_FRAME = "socket-half-frame"
    SOCKET_GARBAGE = "socket-not-json"
    SOCKET_ENDS = "socket-ends-early"
    SOCKET_SILENT = "socket-says-nothing"
    SOCKET_NEVER_OPENS = "socket-never-opens"


SOCKET = {fault for fault in Fault if fault.value.startswith("socket-")}
"""Those that strike the socket only; a fault of any operation may strike it as well."""

UPLOAD = {Fault.UPLOAD_REFUSED, Fault.UPLOAD_BAD, Fault.RATE_UPLOADS}
BIG_FILES = 100  # above this many the vendor's command line sends the manifest as an asynchronous one


def _limited(message: str = "API Request rate limit surpassed", **headers: str) -> Spec:
    return refused(429, "", message, extra=None, **headers)


def _set_state(value: Any) -> Any:
    """A state that nobody knows, wherever a deploy says its own; a site's is left."""
    if isinstance(value, list):
        return [_set_state(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    named = {"state": "hibernating"} if "site_id" in value and "state" in value else {}
    return {name: _set_state(inner) for name, inner in value.items()} | named


_NEEDED = {
    "id", "site_id", "state", "required", "error_message", "name", "slug", "published_deploy", "account_slug",
    "deploy_id", "done", "error", "sha", "path", "key", "values", "value", "context",
}  # fmt: skip


def _few_fields(value: Any) -> Any:
    """Only what a client cannot do without."""
    if isinstance(value, list):
        return [_few_fields(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: _few_fields(inner) for name, inner in value.items() if name in _NEEDED and inner is not None}


_KEPT = {
    "id",
    "site_id",
    "state",
    "required",
    "name",
    "slug",
    "published_deploy",
    "deploy_id",
    "key",
    "values",
    "value",
}


def _nulls(value: Any) -> Any:
    """Null in every field but the few without which it would be nothing."""
    if isinstance(value, list):
        return [_nulls(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: _nulls(inner) if name in _KEPT else None for name, inner in value.items()}


def _changes(change: Change) -> Spec:
    return Spec(change=change, lies=True)


_SERVER = "Internal Server Error"
_TEXT = {"content-type": "text/plain; charset=utf-8"}

SPECS: Mapping[Fault, Spec] = {
    Fault.UNAUTHORIZED: refused(401, "", "Access Denied"),
    Fault.FORBIDDEN: refused(403, "", "Forbidden"),
    Fault.NOT_FOUND: refused(404, "", "Not Found"),
    Fault.NOT_FOUND_TEXT: Spec(status=Status(status=404, raw=b"Not Found", headers=_TEXT), acts=False),
    Fault.FRESH: Spec(acts=False),
    Fault.UNPROCESSABLE: refused(422, "", "Unprocessable Entity"),
    Fault.RATE: _limited(x_ratelimit_reset="<reset-s>"),
    Fault.RATE_BARE: _limited(),
    Fault.RATE_INT: _limited(retry_after="<int>"),
    Fault.RATE_FLOAT: _limited(retry_after="<float>"),
    Fault.RATE_DATE: _limited(retry_after="<http-date>"),
    Fault.RATE_TEXT_DATE: _limited(retry_after="<text-date>"),
    Fault.RATE_RESET_SECONDS: _limited(x_ratelimit_reset="<reset-s>"),
    Fault.RATE_RESET_FLOAT: _limited(x_ratelimit_reset="<reset-float>"),
    Fault.RATE_RESET_MS: _limited(x_ratelimit_reset="<reset-ms>"),
    Fault.RATE_RESET_DATE: _limited(x_ratelimit_reset="<http-date>"),
    Fault.RATE_RESET_TEXT_DATE: _limited(x_ratelimit_reset="<text-date>"),
    Fault.RATE_TEXT_DATES: _limited(retry_after="<text-date>", x_ratelimit_reset="<text-date>"),
    Fault.RATE_UPLOADS: _limited("Too many concurrent uploads", retry_after="<int>"),
    Fault.SERVER_ERROR: refused(500, "", _SERVER),
    Fault.SERVER_ERROR_AFTER_ACTING: after_acting(500, "", _SERVER),
    Fault.BAD_GATEWAY: faults.BAD_GATEWAY,
    Fault.BAD_GATEWAY_AFTER_ACTING: Spec(
        status=Status(status=502, raw=faults.PAGE, headers={"content-type": "text/html"}), waits_for_an_act=True
    ),
    Fault.MANIFEST_GATEWAY: Spec(acts=False),
    Fault.UNAVAILABLE: refused(503, "", "Service Unavailable"),
    Fault.UNAVAILABLE_RETRY_AFTER: refused(503, "", "Service Unavailable", retry_after="<int>"),
    Fault.REDIRECT: faults.REDIRECT,
    Fault.LINK_ELSEWHERE: Spec(lies=True),
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
    Fault.FEW_FIELDS: _changes(_few_fields),
    Fault.NULLS: _changes(_nulls),
    Fault.DEPLOY_VANISHES: Spec(acts=False),
    Fault.SITE_VANISHES: Spec(acts=False),
    Fault.UPLOAD_REFUSED: refused(422, "", "The file could not be processed"),
    Fault.UPLOAD_BAD: refused(400, "", "Bad Request"),
    Fault.REQUIRED_AGAIN: Spec(lies=True, waits_for_an_act=True),
    Fault.CANCEL_TOO_LATE: refused(422, "", "The deploy is finished already"),
    Fault.SOCKET_REFUSED: refused(403, "", "Forbidden"),
    Fault.SOCKET_DIES: Spec(dies=True),
    Fault.SOCKET_DUPLICATES: Spec(duplicates=True),
    Fault.SOCKET_HALF_FRAME: Spec(dies=True),
    Fault.SOCKET_GARBAGE: Spec(garbage=b"<html>Bad Gateway</html>", lies=True),
    Fault.SOCKET_ENDS: Spec(ends=True),
    Fault.SOCKET_SILENT: Spec(),
    Fault.SOCKET_NEVER_OPENS: faults.NEVER,
}
