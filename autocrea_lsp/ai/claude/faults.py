"""What went wrong in a call, said in our errors. The one place where the SDK's and the HTTP library's errors are known.

A server's own words are not passed on: an error message may quote the request, and the request is the user's code.
What is taken from it are identifiers of known shape: error type, error code, request id, the name of a field.

What the SDK (2.12) does not do by itself and this module expects: an error record inside a stream has HTTP status 200
(`ErrorRecord`); a connection that breaks inside a stream raises the HTTP library's errors; no credentials at all is a
TypeError at the first call.
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.ai.claude.reply import SERVICE
from autocrea_lsp.errors import (
    AutocreaError,
    BackendError,
    BadCredentials,
    BadRequest,
    BrokenReply,
    NoCredentials,
    NoCredit,
    RateLimited,
    Unavailable,
    UserError,
)

_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status that an error type has when it comes before the stream; inside a stream only the type is there."""

_INVALID = {400, 422}  # 422: what some servers that speak the same protocol answer to an unknown field
_NAMED_WITHIN = 300  # characters: further on, a message quotes what it complains about, and that may be anything
_PASSING = {408, 409, 499}  # 4xx that a later try may not meet
_SPENT = re.compile(r"spend_limit|billing_unavailable")  # error codes: the account's money, not its pace
_SPENT_WORDS = re.compile(r"credit balance|spend(ing)? limit", re.IGNORECASE)  # a plain 400 where there is no code
_CODE = re.compile(r"[a-z_]{1,60}\Z")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
_REFUSED = (
    re.compile(r"\W{0,3}(?:output_config(?:\.(effort|format))?|thinking)\b"),  # `output_config.format: …`, as the API
    re.compile(r".*?\b(?:output_config\.(effort|format)|thinking\.type)\b", re.DOTALL),
    # Servers built on a validation library: `'loc': ('body', 'output_config', 'format')`.
    re.compile(r".*?\bloc\W{1,6}body\W{1,4}(?:output_config(?:\W{1,4}(effort|format))?|thinking)\b", re.DOTALL),
    re.compile(r".*?\bnot support (?:the )?(?:\w+ )?(effort)\b", re.DOTALL),  # of a model that has none
)
"""How a message names an optional field; the group is the part of `output_config` that is meant."""
_FIELD = re.compile(r"([a-z_]{1,30}(?:\.[a-z0-9_]{1,30}){0,6}):")  # how the API starts a message about one field

_LATER = "Try again in a moment; suggestions come back by themselves."
_PAY = "Add credit or raise the spend limit in the Claude Console, or set `autocrea.backend` to `embedded`."
_KEY = "Check the key and what it may do; `autocrea-lsp doctor` says where it was found."


class ErrorRecord(Exception):
    """An `error` event inside a stream."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        super().__init__("error record")
        self.record = record


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Our error; whether asking again may help; which of `request.OPTIONAL_FIELDS` was refused, if it was that.

    `refused_always` False: it was this value of the field that was refused, not the field.
    """

    error: AutocreaError
    retry: bool = False
    refused_field: str | None = None
    refused_always: bool = True


def explain(error: Exception, *, model: str) -> Fault | None:
    """The fault behind an exception of a call; None for one that is not a fault but a mistake of ours."""
    import anthropic  # loaded long ago: it raised, or made what raised
    import httpx2

    match error:
        case AutocreaError():
            return Fault(error=error)
        case ErrorRecord(record=record):
            return _said(_object(record.get("error")), None, {}, _id(record.get("request_id")), model)
        case anthropic.APIStatusError(response=response, body=body):
            said = _object(_object(body).get("error"))
            return _said(said, response.status_code, response.headers, _id(error.request_id), model)
        case anthropic.APITimeoutError() | httpx2.TimeoutException() | TimeoutError():
            return Fault(error=late(), retry=True)
        case anthropic.APIConnectionError():
            return _unreachable(error, httpx2)
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return Fault(error=bad_base_url())
        case httpx2.HTTPError() | httpx2.StreamError():
            return Fault(error=BrokenReply(SERVICE, "the connection broke off", hint="Ask once more."))
        case json.JSONDecodeError() | UnicodeDecodeError() | anthropic.APIResponseValidationError():
            return Fault(error=BrokenReply(SERVICE, "the answer was garbled", hint="Ask once more."))
        case TypeError() if "authentication" in str(error):
            return Fault(error=no_sdk_credentials())
        case anthropic.AnthropicError():  # a profile that cannot be read, a token exchange that failed
            return Fault(error=no_sdk_credentials())
    return None


def late() -> Unavailable:
    """No answer, or no more of it, within the limit."""
    return Unavailable(SERVICE, "it did not answer in time", hint=_LATER)


def no_sdk_credentials() -> NoCredentials:
    """The SDK was to find credentials by itself, and could not."""
    return NoCredentials(
        "the Claude profile or identity of this machine could not be used",
        hint="Log in again, or set ANTHROPIC_API_KEY; `autocrea-lsp doctor` says what is there.",
    )


def bad_base_url() -> UserError:
    """The base URL is none."""
    return UserError(
        "the base URL for Claude cannot be used",
        hint="Give `claude.baseUrl` (or ANTHROPIC_BASE_URL) as `https://host` or `http://127.0.0.1:port`, no `/v1`.",
    )


def _unreachable(error: BaseException, httpx2: Any) -> Fault:
    if isinstance(error.__cause__, httpx2.UnsupportedProtocol | httpx2.InvalidURL | httpx2.LocalProtocolError):
        return Fault(error=bad_base_url())
    hint = "Check the network and the proxy settings; suggestions come back by themselves."
    return Fault(error=Unavailable(SERVICE, "it cannot be reached", hint=hint), retry=True)


def _said(
    said: Mapping[str, Any], status: int | None, headers: Mapping[str, str], request_id: str | None, model: str
) -> Fault:
    """The fault that the service itself told us. `status` None: inside a stream."""
    kind, message = said.get("type"), said.get("message")
    message = message if isinstance(message, str) else ""
    code = _object(said.get("details")).get("error_code")
    code = code if isinstance(code, str) and _CODE.match(code) else ""
    meant = status or (_STATUS.get(kind, 500) if isinstance(kind, str) else 500)
    error_class, what, hint = _meaning(meant, code, message, model)
    about = f" [{request_id}]" if request_id else ""
    error = error_class(SERVICE, what + about, hint=hint, status=status, retry_after_s=_wait_s(headers))
    return Fault(
        error=error,
        retry=_retry(error, headers.get("x-should-retry")),
        refused_field=_refused_field(message) if meant in _INVALID else None,
        refused_always="output_config.format.schema" not in message[:_NAMED_WITHIN],
    )


def _meaning(status: int, code: str, message: str, model: str) -> tuple[type[BackendError], str, str]:
    """Our class of error, what to say, and what to do about it."""
    if status == 402 or _SPENT.search(code) or (status < 500 and _SPENT_WORDS.search(message)):
        return NoCredit, "the account has no credit, or reached its spend limit", _PAY
    if status in (401, 403):
        return BadCredentials, "the key was refused" if status == 401 else "the key may not do this", _KEY
    if status == 429:
        return RateLimited, "too many requests", _LATER
    if status >= 500 or status in _PASSING:
        return Unavailable, "it is overloaded" if status == 529 else f"it has a problem (status {status})", _LATER
    if status == 404:
        return BadRequest, f"it does not know the model `{model}`", "Check `claude.model` and `claude.inlineModel`."
    if status == 413:
        return BadRequest, "the request was too large", "Select less text."
    field = _FIELD.match(message)
    what = f"`{field[1]}`" if field else code or f"status {status}"
    hint = "Another model may take it (`claude.model`, `claude.inlineModel`); else please report it."
    return BadRequest, f"it did not accept the request ({what})", hint


def _retry(error: BackendError, told: str | None) -> bool:
    if told in ("true", "false"):  # the service knows best
        return told == "true"
    return isinstance(error, RateLimited | Unavailable)


def _refused_field(message: str) -> str | None:
    """The optional field that a 400 is about."""
    found = next((match for pattern in _REFUSED if (match := pattern.match(message[:_NAMED_WITHIN]))), None)
    if found is None:
        return None
    if found[0].endswith(("thinking", "thinking.type")):
        return "thinking"
    return f"output_config.{found[1]}" if found[1] else "output_config"


def _wait_s(headers: Mapping[str, str]) -> float | None:
    """How long the service wants us to wait: `retry-after-ms`, or `retry-after` as seconds or as a date."""
    try:
        if value := headers.get("retry-after-ms"):
            return max(0.0, float(value) / 1000)
        if not (value := headers.get("retry-after")):
            return None
        if date := email.utils.parsedate_tz(value):
            return max(0.0, email.utils.mktime_tz(date) - time.time())
        return max(0.0, float(value))
    except (ValueError, OverflowError):
        return None


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.match(value) else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
