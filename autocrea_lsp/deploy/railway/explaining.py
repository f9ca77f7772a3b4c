"""Their errors as ours. A refusal comes as HTTP 200 with `errors`, and its code is the same for all: it is told by its
message. A document that their schema does not know comes as HTTP 400; the upload says `{"message"}`, or nothing."""

from __future__ import annotations

import re

from autocrea_lsp.access.credentials import ways
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
    QuotaReached,
    TooLarge,
)
from autocrea_lsp.deploy.http import Answer
from autocrea_lsp.deploy.railway.fields import Json, line, record, records, text

PROVIDER = "railway"  # as tokens, settings and entry points name it
NO_PROJECT_TOKEN = "Project Token not found"  # noqa: S105  # words
INVALID = "GRAPHQL_VALIDATION_FAILED"
_DASHBOARD = "See the project at railway.com."
_BUSY = re.compile(r"rate.?limit|too many requests", re.IGNORECASE)
_UNCLEAR = re.compile(
    r"problem processing request|internal (?:server )?error|timed? ?out|try again later", re.IGNORECASE
)
_QUOTA = re.compile(
    r"upgrade your plan|free plan|trial (?:has )?(?:ended|expired)|usage limit|resource (?:provision )?limit|"
    r"spend(?:ing)? limit|payment|plan limit|limited access|peak hours",
    re.IGNORECASE,
)


def refusal(body: Json, *, creates: bool = False) -> DeployError | None:
    """What the `errors` of an answer mean, the first of them; None where there are none.

    `creates`: it answers what must not be repeated, so that "something went wrong" is OutcomeUnknown.
    """
    errors = records(body, "errors")
    if not errors and not body.get("errors"):
        return None
    error = errors[0] if errors else {}
    return _read(error, line(text(error, "message")), creates=creates)


def explain(answer: Answer) -> DeployError | None:
    """For `Http`: an answer of 400 or more as an error; None: nothing is known beyond its status."""
    if answer.status == 413:
        return TooLarge(
            "Railway does not take an upload of this size.",
            hint="Leave large files and folders out with .railwayignore or .gitignore, then deploy again.",
            status=413,
        )
    body = answer.fields()
    if answer.status == 429 or answer.status >= 500 or not body:
        return None
    errors = records(body, "errors")
    if errors and text(record(errors[0], "extensions"), "code") == INVALID:
        return HostRefused(
            f"Railway does not know what was asked for: {line(text(errors[0], 'message'))}",
            hint="Its API has changed; update autocrea-lsp.",
            status=answer.status,
            code=INVALID,
        )
    if errors:
        found = _read(errors[0], line(text(errors[0], "message")), creates=False)
        return found if isinstance(found, HostRefused) else None
    said = line(text(body, "message"))
    if answer.status == 404:
        return NotThere(
            f"Railway does not find it: {said or 'not found'}", hint="Check the project and the service.", status=404
        )
    if answer.status == 400 and said:
        return HostRefused(f"Railway refused: {said}", hint=_DASHBOARD, status=400)
    return None


def not_authorized(said: str) -> BadToken:
    """The same words for a token that is wrong, and for a thing that it may not see."""
    return BadToken(
        f"Railway says {said!r}: the token is wrong or has expired, or this is not there for it.",
        hint=f"Check the names, and that the token is for this workspace or project. {ways(PROVIDER)}",
        code=said,
    )


def _read(error: Json, said: str, *, creates: bool) -> DeployError:
    low = said.lower()
    if "not authorized" in low or "unauthorized" in low or "invalid token" in low:
        return not_authorized(said)
    if NO_PROJECT_TOKEN.lower() in low:
        return BadToken(
            "Railway knows no such project token.",
            hint=f"RAILWAY_TOKEN is for a project's token, RAILWAY_API_TOKEN for an account's. {ways(PROVIDER)}",
            code=NO_PROJECT_TOKEN,
        )
    if "two factor" in low or "two-factor" in low:
        workspace = line(text(record(error, "extensions"), "workspaceName"))
        return BadToken(
            f"The workspace {workspace} at Railway asks for two-factor authentication, which this account has not."
            if workspace
            else "The workspace at Railway asks for two-factor authentication, which this account has not.",
            hint="Turn it on in the account's settings at railway.com, then try again.",
            code=said,
        )
    if low.endswith("not found") or " not found" in low or "does not exist" in low:
        return NotThere(
            f"Railway does not find it: {said}",
            hint="It was removed, or this token may not see it: check the project, the environment and the service.",
            code=said,
        )
    if _BUSY.search(said):
        return QuotaReached("Railway was asked too often for this plan.", hint="Try again later.", code=said)
    if _QUOTA.search(said):
        return QuotaReached(f"Railway does not take more now: {said}", hint="See the plan and usage at railway.com.")
    if _UNCLEAR.search(said) or not said:
        shown = "Railway could not process the request, and does not say why"
        if creates:
            return OutcomeUnknown(shown, hint="What was asked for may have been done all the same.")
        return HostUnavailable(shown, hint=f"Try again in a moment. {_DASHBOARD}")
    return HostRefused(f"Railway refused: {said}", hint=_DASHBOARD, code=text(record(error, "extensions"), "code"))
