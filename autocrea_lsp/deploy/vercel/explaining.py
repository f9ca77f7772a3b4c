"""The host's errors as ours: what happened, and what to do about it.

Their body is `{"error": {"code", "message", …}}`; some of their endpoints say `err`, some put it at the top.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autocrea_lsp.access.credentials import ways
from autocrea_lsp.access.periods import in_words
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import (
    BadToken,
    DeployError,
    HostRefused,
    NotThere,
    QuotaReached,
    TooLarge,
)
from autocrea_lsp.deploy.http import Answer
from autocrea_lsp.deploy.vercel.fields import EMPTY, Json, line, number, record, text, words

_MAKE_ONE = "Make a new one at vercel.com/account/tokens."
PROVIDER = "vercel"  # as tokens, settings and entry points name it
MAX_FILES = 15_000  # in a deployment, as their refusal says

# Quotas say which in their text: code: "api-deployments-free-per-day". Buckets of a minute (api-upload-…) do too.
_QUOTA = re.compile(r"api-deployments-|builds_rate_limited|per-day|deployments-.*-per-")

_HINTS = {
    "too_many_files": f"Leave files out with .vercelignore: {MAX_FILES:,} are the most.",
    "missing_project_settings": "Choose the framework in the project's settings at Vercel, then deploy again.",
    "missing_build_script": "Add a build script to package.json, or say the build command.",
    "conflicting_file_path": "Two files become the same path at Vercel; rename one of them.",
    "conflicting_path_segment": "A file and a folder have the same path at Vercel; rename one of them.",
    "env_value_invalid_type": "Give every environment variable as text.",
    "cert_missing": "Vercel has no certificate for the domain yet; wait for it, or check the domain there.",
}
_SEATS = {
    "COMMIT_AUTHOR_REQUIRED": "the commit's author is not known to Vercel",
    "TEAM_ACCESS_REQUIRED": "the commit's author is not a member of the team",
}


class MissingFiles(HostRefused):
    """The host lacks the files with these digests (SHA-1, hex, each once); nothing was created."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(
            "Vercel says that it has not received all files.",
            hint="Deploy again.",
            status=400,
            code="missing_files",
        )
        self.missing = missing


def explainer(clock: Clock) -> Callable[[Answer], DeployError | None]:
    """For `Http`: an answer of 400 or more as an error; None: nothing is known beyond its status."""

    def explain(answer: Answer) -> DeployError | None:
        return explained(answer, now=clock.now())

    return explain


def explained(answer: Answer, *, now: float) -> DeployError | None:
    """The same for one answer; `now`: wall seconds."""
    body = answer.fields()
    error = record(body, "error") or record(body, "err") or (body if body.get("code") else EMPTY)
    if not error:
        return None  # a proxy's page: its status says all that it can
    code, said = text(error, "code"), line(text(error, "message"))
    if code == "missing_files":
        return MissingFiles(tuple(dict.fromkeys(words(error, "missing") or words(body, "missing"))))
    match answer.status:
        case 401 | 403:
            return _forbidden(error, code, said, answer.status)
        case 404:
            return NotThere(
                f"Vercel does not find it: {said or 'not found'}",
                hint="Check the project and the team; this token may not see them.",
                status=404,
                code=code,
            )
        case 402:
            return _quota(error, code, said, 402, now)
        case 413:
            return TooLarge(f"Vercel does not take that much at once: {said or 'too large'}", status=413, code=code)
        case 429:
            return _quota(error, code, said, 429, now) if _QUOTA.search(f"{code} {said}") else None
        case 409:
            return HostRefused(
                f"Vercel cannot do that now: {said or code or 'conflict'}",
                hint="Something else changes the project at the same time; try again when it is done.",
                status=409,
                code=code,
            )
        case status if status < 500:
            return _refused(error, code, said, status)
    return None


def blocked(seat: Json, reason: str) -> str:
    """Why a deployment is BLOCKED, and what to do, as sentences. `seat`: its `seatBlock`."""
    why = _SEATS.get(text(seat, "blockCode")) or line(reason) or line(text(seat, "message"))
    return (
        f"Vercel does not build it{f': {why}' if why else ''}. "
        "Ask the owner of the team to let the author in, or commit as a member of the team."
    )


def _forbidden(error: Json, code: str, said: str, status: int) -> BadToken:
    if error.get("saml"):
        team = line(text(error, "scope") or text(error, "teamId"))
        return BadToken(
            f"The team {team} at Vercel asks for single sign-on (SAML), which this token has not passed."
            if team
            else "The team at Vercel asks for single sign-on (SAML), which this token has not passed.",
            hint=f"Log in to the team at Vercel first. {_MAKE_ONE}",
            status=status,
            code=code,
        )
    if error.get("invalidToken") or said.lower() in ("", "not authorized", "not authorized."):
        return BadToken(
            "Vercel does not accept the token: it is wrong, has expired, or was not made for this team.",
            hint=f"{_MAKE_ONE} {ways(PROVIDER)}",
            status=status,
            code=code,
        )
    return BadToken(
        f"Vercel does not allow this with the token: {said}",
        hint="Check that the token is for this team, and that you may do this there.",
        status=status,
        code=code,
    )


def _quota(error: Json, code: str, said: str, status: int, now: float) -> QuotaReached:
    # `reset` is in seconds where `resetMs` is in ms; the vendor's own client takes one for the other.
    limit = record(error, "limit")
    reset = (number(limit, "resetMs") or (number(limit, "reset") or 0) * 1000) / 1000
    again = f"Try again in {in_words(reset - now)}." if reset > now else "Wait, or change the plan at Vercel."
    shown = said or "the account has used up what it may."
    return QuotaReached(f"Vercel does not take more now: {shown}", hint=again, status=status, code=code)


def _refused(error: Json, code: str, said: str, status: int) -> HostRefused:
    where = line(text(error, "dataPath") or text(error, "path"))
    shown = said or code or f"HTTP {status}"
    if where and where not in shown:
        shown = f"{shown} (at {where})"
    hint = "Check vercel.json and the build settings." if error.get("keyword") else "The project's page may say more."
    hint = _HINTS.get(code, hint)
    return HostRefused(f"Vercel refused: {shown}", hint=hint, status=status, code=code)
