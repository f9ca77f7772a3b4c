"""Every way in which the host is known to fail, as switches of the emulator."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tests.emulators.hosting import faults as common
from tests.emulators.hosting.faults import Spec, Status, refused
from tests.emulators.railway_graphql import VALIDATION
from tests.emulators.railway_rules import INTERNAL


class Fault(StrEnum):
    """The switches; `SPECS` says what each does. Those of the socket strike the next connection of one."""

    NOT_AUTHORIZED = "200-not-authorized"
    NO_PROJECT_TOKEN = "200-project-token-not-found"
    PROBLEM = "200-problem-processing-request"
    TWO_FACTOR = "200-two-factor-authentication-required"
    NOT_FOUND_INSIDE = "200-not-found"
    ERROR_AFTER_ACTING = "200-error-after-acting"
    ANSWERS_FALSE = "200-false"
    ANSWERS_FALSE_AFTER_ACTING = "200-false-after-acting"
    DATA_NULL = "200-data-null"
    VALIDATION = "400-validation"
    UP_REFUSED = "400-message"
    UNAUTHORIZED = "401"
    NOT_FOUND = "404"
    TOO_LARGE = "413"
    RATE = "429"
    SERVER_ERROR = "500"
    SERVER_ERROR_AFTER_ACTING = "500-after-acting"
    BAD_GATEWAY = "502-html"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT_AFTER_ACTING = "504-after-acting"
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
    UNKNOWN_STATUS = "unknown-status"
    NULLS = "nulls"
    DUPLICATE_LINES = "duplicate-lines"
    PROJECT_VANISHES = "project-vanishes"
    DEPLOYMENT_VANISHES = "deployment-vanishes"
    SOCKET_REFUSED = "socket-refused"
    SOCKET_UNAUTHORIZED = "socket-4401"
    SOCKET_TOO_MANY = "socket-4429"
    SOCKET_NEVER_ACKS = "socket-never-acks"
    SOCKET_SILENT = "socket-silent"
    SOCKET_ERROR = "socket-error"
    SOCKET_COMPLETES = "socket-completes-at-once"
    SOCKET_DIES = "socket-dies"
    SOCKET_HALF_FRAME = "socket-half-frame"
    SOCKET_DUPLICATES = "socket-duplicates"
    SOCKET_GARBAGE = "socket-not-json"


def _inside(message: str, **extra: Any) -> Spec:
    """An error inside a 200."""
    return Spec(status=Status(status=200, code=INTERNAL, message=message, extra=extra), acts=False)


def _unknown_status(value: Any) -> Any:
    """A status that the schema does not know, wherever a deployment says its own."""
    if isinstance(value, list):
        return [_unknown_status(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    own = {"status": "CANCELLED"} if isinstance(value.get("status"), str) else {}
    return {name: _unknown_status(inner) for name, inner in value.items()} | own


def _false(value: Any) -> Any:
    """False for every true answer of a mutation; only those are values of `data` itself."""
    if not isinstance(value, dict) or not isinstance(value.get("data"), dict):
        return value
    return {**value, "data": {name: False if given is True else given for name, given in value["data"].items()}}


def _twice(value: Any) -> Any:
    """Each line of a log comes twice."""
    if not isinstance(value, dict) or not isinstance(value.get("data"), dict):
        return value
    return {**value, "data": {name: _doubled(inner) for name, inner in value["data"].items()}}


def _doubled(value: Any) -> Any:
    return [entry for entry in value for _ in range(2)] if isinstance(value, list) else value


_RATE_HEADERS = {"retry-after": "<int>", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "<reset-s>"}

SPECS: dict[Fault, Spec] = {
    Fault.NOT_AUTHORIZED: _inside("Not Authorized"),
    Fault.NO_PROJECT_TOKEN: _inside("Project Token not found"),
    Fault.PROBLEM: _inside("Problem processing request"),
    Fault.TWO_FACTOR: _inside("Two Factor Authentication Required", workspaceName="Acme"),
    Fault.NOT_FOUND_INSIDE: _inside("Deployment not found"),
    Fault.ERROR_AFTER_ACTING: common.after_acting(200, INTERNAL, "Problem processing request"),
    Fault.ANSWERS_FALSE: Spec(acts=False, change=_false, lies=True),
    Fault.ANSWERS_FALSE_AFTER_ACTING: Spec(change=_false, lies=True, waits_for_an_act=True),
    Fault.DATA_NULL: Spec(change=lambda _: {"data": None}, lies=True),
    Fault.VALIDATION: refused(400, VALIDATION, 'Cannot query field "status" on type "Boolean".'),
    Fault.UP_REFUSED: refused(400, "", "Your plan does not allow this."),
    Fault.UNAUTHORIZED: refused(401, "", "Unauthorized"),
    Fault.NOT_FOUND: refused(404, "", "Not Found", extra={"requestId": "3f0b4d0e-7f0e-4a55-9d68-4f5d8b8f8b11"}),
    Fault.TOO_LARGE: Spec(
        status=Status(status=413, raw=b"Payload Too Large", headers={"content-type": "text/plain"}), acts=False
    ),
    Fault.RATE: Spec(status=Status(status=429, message="Too Many Requests", headers=_RATE_HEADERS), acts=False),
    Fault.SERVER_ERROR: refused(500, "", "Internal Server Error"),
    Fault.SERVER_ERROR_AFTER_ACTING: common.after_acting(500, "", "Internal Server Error"),
    Fault.BAD_GATEWAY: common.BAD_GATEWAY,
    Fault.UNAVAILABLE: refused(503, "", "Service Unavailable"),
    Fault.GATEWAY_TIMEOUT_AFTER_ACTING: common.after_acting(504, "", "Gateway Timeout"),
    Fault.REDIRECT: common.REDIRECT,
    Fault.HTML: common.HTML,
    Fault.EMPTY: common.EMPTY,
    Fault.TRUNCATED: common.TRUNCATED,
    Fault.DROP_BEFORE_READING: common.DROP_BEFORE_READING,
    Fault.DROP_BEFORE_ACTING: common.DROP_BEFORE_ACTING,
    Fault.DROP_AFTER_ACTING: common.DROP_AFTER_ACTING,
    Fault.DROP_IN_ANSWER: common.DROP_IN_ANSWER,
    Fault.SLOW: common.SLOW,
    Fault.NEVER: common.NEVER,
    Fault.UNKNOWN_STATUS: Spec(change=_unknown_status, lies=True),
    Fault.NULLS: Spec(),
    Fault.DUPLICATE_LINES: Spec(change=_twice),
    Fault.PROJECT_VANISHES: Spec(acts=False),
    Fault.DEPLOYMENT_VANISHES: Spec(acts=False),
    Fault.SOCKET_REFUSED: refused(403, "", "Forbidden"),
    **{fault: Spec() for fault in Fault if fault.startswith("socket-") and fault is not Fault.SOCKET_REFUSED},
}

SOCKET_FAULTS = frozenset(fault for fault in Fault if fault.startswith("socket-"))
