"""Every way in which the Messages API is known to fail, as switches of the emulator.

A reply is a list of steps; a fault is what it does to that list, or a status that comes instead of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from typing import Any, Literal

MESSAGES = "/v1/messages"  # the path that fails unless another is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One SSE record. `named` False leaves out its `event:` line; `raw` replaces its data."""

    data: dict[str, Any]
    named: bool = True
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How the connection ends: `clean` (last chunk, then closed), `cut` (closed without it), `reset`, or not at all.

    `stall` sends nothing more and `pings` nothing but pings, both until the client leaves.
    """

    how: Literal["clean", "cut", "reset", "stall", "pings"]


Step = Record | Pause | End


class Fault(StrEnum):
    """The switches. `SPECS` says what each does, and whether a good client still shows the answer."""

    BAD_REQUEST = "status-400"
    ECHO_400 = "status-400-echo"
    SPEND_LIMIT_400 = "status-400-spend-limit"
    UNAUTHORIZED = "status-401"
    NO_CREDIT = "status-402"
    FORBIDDEN = "status-403"
    NOT_FOUND = "status-404"
    TIMEOUT_408 = "status-408"
    CONFLICT = "status-409"
    TOO_LARGE = "status-413"
    RATE_LIMITED = "status-429"
    RATE_LIMITED_SECONDS = "status-429-retry-after"
    RATE_LIMITED_MS = "status-429-retry-after-ms"
    RATE_LIMITED_DATE = "status-429-retry-after-date"
    RATE_LIMITED_HOUR = "status-429-retry-after-hour"
    SPEND_LIMIT_429 = "status-429-spend-limit"
    SERVER_ERROR = "status-500"
    DO_NOT_RETRY = "status-500-should-not-retry"
    HTML_502 = "status-502-html"
    HTML_503 = "status-503-html"
    GATEWAY_TIMEOUT = "status-504"
    OVERLOADED = "status-529"
    OVERLOADED_RETRY_AFTER = "status-529-retry-after"
    ERROR_FIRST = "stream-error-first"
    ERROR_LATER = "stream-error-later"
    RESET = "stream-reset"
    CUT = "stream-cut"
    CLEAN_END = "stream-clean-end"
    STALL = "stream-stall"
    STALL_FIRST = "stall-before-headers"
    PINGS_FOREVER = "stream-pings-forever"
    TRUNCATED_JSON = "stream-truncated-json"
    NOT_JSON = "stream-not-json"
    REFUSAL = "stream-refusal"
    DROP = "drop-before-headers"
    NO_EVENT_LINE = "stream-no-event-line"
    UNKNOWN_EVENT = "stream-unknown-event"
    UNKNOWN_DELTA = "stream-unknown-delta"
    UNKNOWN_BLOCK = "stream-unknown-block"
    UNKNOWN_STOP_REASON = "stream-unknown-stop-reason"
    SPLIT_WRITES = "stream-split-writes"
    PING_STORM = "stream-ping-storm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An HTTP answer instead of a reply. `html` replaces the API's error object, as a proxy does."""

    status: int
    kind: str = ""
    message: str = ""
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    html: str = ""
    echo: bool = False  # the message quotes the request, key included, as some gateways do


Change = Callable[[list[Step], int], list[Step]]
"""(steps, after how many deltas) → steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """`harmless`: the reply is whole, only unusual. `before_headers`: nothing is sent but this."""

    status: Status | None = None
    change: Change | None = None
    before_headers: Literal["drop", "stall"] | None = None
    split_bytes: int = 0  # write in pieces of so many bytes, which cuts lines and characters
    harmless: bool = False


def _position(steps: list[Step], deltas: int) -> int:
    """The index behind the first `deltas` content deltas."""
    seen = 0
    for index, step in enumerate(steps):
        if isinstance(step, Record) and step.data.get("type") == "content_block_delta":
            seen += 1
            if seen >= deltas:
                return index + 1
    return len(steps)


def _end(how: Literal["clean", "cut", "reset", "stall", "pings"], *last: Record) -> Change:
    return lambda steps, deltas: [*steps[: _position(steps, deltas)], *last, End(how=how)]


def _insert(*records: Record) -> Change:
    def change(steps: list[Step], deltas: int) -> list[Step]:
        at = _position(steps, deltas)
        return [*steps[:at], *records, *steps[at:]]

    return change


def _unname_delta(steps: list[Step], deltas: int) -> list[Step]:
    at = _position(steps, deltas) - 1
    step = steps[at]
    assert isinstance(step, Record)
    return [*steps[:at], Record(data=step.data, named=False), *steps[at + 1 :]]


def _stop_reason(steps: list[Step], reason: str, details: dict[str, Any] | None) -> list[Step]:
    changed: list[Step] = []
    for step in steps:
        if isinstance(step, Record) and step.data.get("type") == "message_delta":
            delta = {"stop_reason": reason, "stop_sequence": None, "stop_details": details}
            step = Record(data={**step.data, "delta": delta})
        changed.append(step)
    return changed


def _refusal(steps: list[Step], deltas: int) -> list[Step]:
    at = _position(steps, deltas)
    last = [
        step for step in steps[at:] if not (isinstance(step, Record) and step.data.get("type") == "content_block_delta")
    ]
    details = {"type": "refusal", "category": "cyber", "explanation": "It was declined."}
    return _stop_reason([*steps[:at], *last], "refusal", details)


def error_object(kind: str, message: str, code: str | None = None, request_id: str = "req_emulator") -> dict[str, Any]:
    """The API's error, as a body or as the data of an `error` record."""
    details = {"error_code": code} if code else None
    return {
        "type": "error",
        "error": {"type": kind, "message": message, "details": details},
        "request_id": request_id,
    }


_PING = Record(data={"type": "ping"})
_OVERLOADED = Record(data=error_object("overloaded_error", "Overloaded"))
_BLOCK = {"type": "content_block_start", "index": 9, "content_block": {"type": "hologram", "text": "not for you"}}
_BLOCK_DELTA = {"type": "content_block_delta", "index": 9, "delta": {"type": "hologram_delta", "text": "nor this"}}
_UNKNOWN_BLOCK = (
    Record(data=_BLOCK),
    Record(data=_BLOCK_DELTA),
    Record(data={"type": "content_block_stop", "index": 9}),
)
_PAGE = "<html><body><h1>Bad gateway</h1></body></html>"
_SPENT = "You have reached your specified API usage limits."


def _limited(headers: Mapping[str, str], code: str | None = None) -> Spec:
    return Spec(
        status=Status(
            status=429, kind="rate_limit_error", message=_SPENT if code else "Slow down", code=code, headers=headers
        )
    )


def _status(status: int, kind: str, message: str = "It went wrong.", **headers: str) -> Spec:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Spec(status=Status(status=status, kind=kind, message=message, headers=named))


SPECS: dict[Fault, Spec] = {
    Fault.BAD_REQUEST: _status(400, "invalid_request_error", "messages.0.content: it is not to our liking"),
    Fault.ECHO_400: Spec(status=Status(status=400, kind="invalid_request_error", message="rejected: ", echo=True)),
    Fault.SPEND_LIMIT_400: _status(400, "invalid_request_error", "Your organization has reached its spend limit."),
    Fault.UNAUTHORIZED: _status(401, "authentication_error", "invalid bearer token"),
    Fault.NO_CREDIT: _status(402, "billing_error", "Your payment failed."),
    Fault.FORBIDDEN: _status(403, "permission_error"),
    Fault.NOT_FOUND: _status(404, "not_found_error", "model: not found"),
    Fault.TIMEOUT_408: _status(408, "timeout_error"),
    Fault.CONFLICT: _status(409, "conflict_error"),
    Fault.TOO_LARGE: _status(413, "request_too_large"),
    Fault.RATE_LIMITED: _limited({}),
    Fault.RATE_LIMITED_SECONDS: _limited({"retry-after": "1"}),
    Fault.RATE_LIMITED_MS: _limited({"retry-after-ms": "50"}),
    Fault.RATE_LIMITED_DATE: _limited({"retry-after": "date"}),
    Fault.RATE_LIMITED_HOUR: _limited({"retry-after": "3600"}),
    Fault.SPEND_LIMIT_429: _limited({}, code="enforced_spend_limit_reached"),
    Fault.SERVER_ERROR: _status(500, "api_error"),
    Fault.DO_NOT_RETRY: _status(500, "api_error", x_should_retry="false"),
    Fault.HTML_502: Spec(status=Status(status=502, html=_PAGE)),
    Fault.HTML_503: Spec(status=Status(status=503, html=_PAGE)),
    Fault.GATEWAY_TIMEOUT: _status(504, "timeout_error"),
    Fault.OVERLOADED: _status(529, "overloaded_error", "Overloaded"),
    Fault.OVERLOADED_RETRY_AFTER: _status(529, "overloaded_error", "Overloaded", retry_after="1"),
    Fault.ERROR_FIRST: Spec(change=lambda _steps, _deltas: [_OVERLOADED, End(how="clean")]),
    Fault.ERROR_LATER: Spec(change=_end("clean", _OVERLOADED)),
    Fault.RESET: Spec(change=_end("reset")),
    Fault.CUT: Spec(change=_end("cut")),
    Fault.CLEAN_END: Spec(change=_end("clean")),
    Fault.STALL: Spec(change=_end("stall")),
    Fault.STALL_FIRST: Spec(before_headers="stall"),
    Fault.PINGS_FOREVER: Spec(change=_end("pings")),
    Fault.TRUNCATED_JSON: Spec(change=_insert(Record(data={"type": "content_block_delta"}, raw='{"type":"content_bl'))),
    Fault.NOT_JSON: Spec(change=_insert(Record(data={"type": "content_block_delta"}, raw="<html>"))),
    Fault.REFUSAL: Spec(change=_refusal),
    Fault.DROP: Spec(before_headers="drop"),
    Fault.NO_EVENT_LINE: Spec(change=_unname_delta, harmless=True),
    Fault.UNKNOWN_EVENT: Spec(change=_insert(Record(data={"type": "message_hologram", "index": 0})), harmless=True),
    Fault.UNKNOWN_DELTA: Spec(change=_insert(Record(data={**_BLOCK_DELTA, "index": 0})), harmless=True),
    Fault.UNKNOWN_BLOCK: Spec(change=_insert(*_UNKNOWN_BLOCK), harmless=True),
    Fault.UNKNOWN_STOP_REASON: Spec(change=lambda steps, _deltas: _stop_reason(steps, "hologram", None), harmless=True),
    Fault.SPLIT_WRITES: Spec(split_bytes=5, harmless=True),
    Fault.PING_STORM: Spec(change=_insert(*[_PING] * 500), harmless=True),
}


def headers_now(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, with a date for those that want one: two seconds from now."""
    return {
        name: formatdate(time.time() + 2, usegmt=True) if value == "date" else value for name, value in headers.items()
    }
