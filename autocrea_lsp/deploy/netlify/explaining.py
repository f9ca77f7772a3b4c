"""The host's errors as ours: what happened, and what to do about it.

Their body is `{"code": <status>, "message": "…"}`, or `{"errors": {field: [text]}}`, or plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autocrea_lsp.access.credentials import ways
from autocrea_lsp.deploy.errors import BadToken, DeployError, HostRefused, NotThere, QuotaReached
from autocrea_lsp.deploy.http import Answer
from autocrea_lsp.deploy.netlify.fields import line, text

PROVIDER = "netlify"  # as tokens, settings and entry points name it
_MAKE_ONE = "Make a new one at app.netlify.com/user/applications."
_USED_UP = ("usage limit", "exceeded the limit of", "billing", "credits", "payment", "account is suspended")


def explain(answer: Answer) -> DeployError | None:
    """For `Http`: an answer of 400 or more as an error; None: nothing is known beyond its status."""
    said = message(answer)
    match answer.status:
        case 401:
            return BadToken(
                "Netlify does not accept the token: it is wrong or has expired.",
                hint=f"{_MAKE_ONE} {ways(PROVIDER)}",
                status=401,
            )
        case 403:
            if any(word in said.lower() for word in _USED_UP):
                return _quota(said, 403)
            return BadToken(
                f"Netlify does not allow this with the token: {said or 'forbidden'}",
                hint="Check that the token may act for the team of the site.",
                status=403,
            )
        case 402:
            return _quota(said, 402)
        case 404:
            return NotThere(
                f"Netlify does not find it: {said or 'not found'}",
                hint="Check the site and the team; this token may not see them.",
                status=404,
            )
        case 400 | 409 | 422:
            return HostRefused(
                f"Netlify refused: {said or f'HTTP {answer.status}'}",
                hint="The site's page at Netlify may say more.",
                status=answer.status,
            )
    return None


def message(answer: Answer) -> str:
    """Their own words, in one line; "" where there are none to show."""
    body = answer.fields()
    said = line(text(body, "message"))
    if isinstance(errors := body.get("errors"), Mapping):
        fields = "; ".join(line(f"{name} {_words(value)}") for name, value in errors.items())
        return f"{said} ({fields})" if said and fields else said or fields
    if isinstance(errors, str | list):
        return said or line(_words(errors))
    if said or body:
        return said or line(text(body, "error"))
    kind = answer.headers.get("content-type", "")
    return line(answer.body[:1000].decode("utf-8", "replace")) if kind.startswith("text/plain") else ""


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _quota(said: str, status: int) -> QuotaReached:
    shown = said or "the account has used up what it may."
    return QuotaReached(
        f"Netlify does not take more now: {shown}",
        hint="See the usage and the plan of the team at Netlify.",
        status=status,
    )
