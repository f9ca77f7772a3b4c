"""What a host answered, and what its status means where the provider has no better reading of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostBusy,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
    QuotaReached,
    TooLarge,
)

_LONGEST_SAID = 300  # characters of the host's own words in an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer. `headers`: names in lower case. `creates`: it answers a request that must not be repeated."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    title: str = "The host"
    creates: bool = False

    def json(self) -> Any:
        """Its data. Raises HostUnavailable when there is none (OutcomeUnknown for a creating request that went well).

        The error never shows the body: it may hold values of environment variables.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise self._unreadable() from None

    def fields(self) -> Mapping[str, Any]:
        """Its JSON object; empty where it is anything else. For reading errors, which proxies send as well."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def _unreadable(self) -> DeployError:
        start = self.body[:200].lstrip().lower()
        kind, hint = "with half of its data", "Try again in a moment."
        if not start:
            kind = "with nothing"
        elif start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")):
            kind = "with a web page instead of data"
            hint = "A proxy, or a network's sign-in page, may stand in between; open the host's site in a browser once."
        elif not start.startswith((b"{", b"[")):
            kind = "with something that is not JSON"
        told = f"{self.title} answered {kind} (HTTP {self.status})"
        if self.creates and self.status < HTTPStatus.BAD_REQUEST:
            return OutcomeUnknown(told, hint="What was asked for may have been done; see the host's dashboard.")
        return HostUnavailable(told, hint=hint)


Explain = Callable[[Answer], DeployError | None]
"""A provider's reading of an answer of 400 or above; None: the general one will do."""


def general(answer: Answer, title: str) -> DeployError:
    """What an answer of 300 or above means, by its status."""
    status = answer.status
    said = _said(answer)
    told = f": {said}" if said else ""
    code = _code(answer)
    if status < HTTPStatus.BAD_REQUEST:
        return HostRefused(
            f"{title} sent us to another address (HTTP {status}), where the token must not go",
            hint="Check the address of the API in the settings, and what stands between you and the host.",
            status=status,
        )
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return BadToken(
            f"{title} does not accept the token for this (HTTP {status}){told}",
            hint="It may have expired or been made for another team: make a new one, and give it to the editor.",
            status=status,
            code=code,
        )
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return QuotaReached(
            f"{title} wants the account to pay first (HTTP {status}){told}",
            hint="See the plan and the usage in the host's dashboard.",
            status=status,
            code=code,
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return NotThere(
            f"{title} knows no such thing, or not with this token (HTTP {status}){told}",
            hint="Check the names of the project and the team.",
            status=status,
            code=code,
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge(
            f"{title} takes no request of this size (HTTP {status}){told}",
            hint="Leave large files out, with the host's ignore file.",
            status=status,
            code=code,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return HostBusy(f"{title} was asked too often{told}", hint="Try again later.")
    if passes(status):
        return HostUnavailable(
            f"{title} does not work properly at the moment (HTTP {status}){told}",
            hint="Try again in a moment; the host's status page may say more.",
        )
    return HostRefused(f"{title} refused (HTTP {status}){told}", status=status, code=code)


def passes(status: int) -> bool:
    """Whether it is about the host's state rather than about what was asked."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}


def _error(answer: Answer) -> Mapping[str, Any]:
    fields = answer.fields()
    for name in ("error", "err"):
        if isinstance(inner := fields.get(name), dict):
            return inner
    return fields


def _said(answer: Answer) -> str:
    """The host's own words, in one line; "" where there are none to show."""
    error = _error(answer)
    for words in (error.get("message"), error.get("error"), error.get("err")):
        if isinstance(words, str) and (line := " ".join(words.split())):
            line = "".join(character for character in line if character.isprintable())
            return line if len(line) <= _LONGEST_SAID else f"{line[: _LONGEST_SAID - 1]}…"
    return ""


def _code(answer: Answer) -> str:
    code = _error(answer).get("code")
    return code if isinstance(code, str) else ""
