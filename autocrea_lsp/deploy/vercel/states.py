"""A deployment as the host describes it, as a `Remote`.

READY is not live: the domains must lead to it too (`aliasAssigned`, false, true or a time). A state that we do not know
goes on being asked about. Fields: reference of `GET /v13/deployments/{id}`; items of lists call the id `uid`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Place, Ref, Remote
from autocrea_lsp.deploy.vercel.explaining import blocked
from autocrea_lsp.deploy.vercel.fields import Json, line, record, seconds, text, words
from autocrea_lsp.store import DeploymentState

MARK = "autocreaId"  # in `meta`
ALIAS_TOLERANCE_S = 120.0  # a preview that is READY this long works at its own URL, whatever became of its aliases
STAGED_AFTER_S = 60.0  # a production that is READY and STAGED this long will not go live by itself

_STATES: dict[str, DeploymentState] = {
    "QUEUED": "queued",
    "INITIALIZING": "building",
    "ANALYZING": "building",
    "UPLOADING": "building",
    "BUILDING": "building",
    "DEPLOYING": "building",
    "ERROR": "failed",
    "CANCELED": "canceled",
    "DELETED": "failed",
    "BLOCKED": "blocked",
}
_DETAILS = {
    "QUEUED": "Waiting for a build machine",
    "INITIALIZING": "Starting the build machine",
    "BUILDING": "Building",
}
_PARTS: dict[str, tuple[str, ...]] = {
    "success": ("READY",),
    "failed": ("ERROR",),
    "canceled": ("CANCELED",),
    "queued": ("QUEUED",),
}
_PARTS |= {"building": ("BUILDING", "INITIALIZING"), "blocked": ("BLOCKED",)}
_SHA = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    state: DeploymentState
    detail: str = ""
    error: str = ""


def remote(deployment: Json, place: Place, *, now: float, live_id: str = "") -> Remote:
    """`now`: wall seconds. `live_id`: where the production domains lead, if that is known."""
    key = text(deployment, "id") or text(deployment, "uid")
    target = target_of(deployment)
    read = _read(deployment, target, now)
    production = target == PRODUCTION
    success = read.state == "success"
    meta = record(deployment, "meta")
    return Remote(
        ref=Ref(place=_placed(deployment, place), id=key, details={"name": text(deployment, "name")}),
        state=read.state,
        target=target,
        url=_url(deployment, production=production and success),
        inspect_url=_secure(text(deployment, "inspectorUrl")),
        detail=read.detail,
        error=read.error,
        created_at=seconds(deployment, "createdAt", "created"),
        source=source_of(deployment),
        mark=text(meta, MARK),
        author=line(text(record(deployment, "creator"), "username") or text(record(deployment, "creator"), "email")),
        commit=_commit(deployment, meta),
        live=success and production and (not live_id or live_id == key),
        can_roll_back_to=deployment.get("isRollbackCandidate") is True,
    )


def target_of(deployment: Json) -> str:
    """ "production", "preview", or the slug of a custom environment."""
    custom = record(deployment, "customEnvironment")
    return text(custom, "slug") or text(custom, "id") or text(deployment, "target") or PREVIEW


def source_of(deployment: Json) -> str:
    """As `base.Source` writes itself."""
    git, meta = record(deployment, "gitSource"), record(deployment, "meta")
    if text(deployment, "source") in ("cli", "drop") or not (git or text(deployment, "source").startswith("git")):
        return "files"
    branch = text(git, "ref") or next((text(meta, name) for name in meta if name.endswith("CommitRef")), "")
    commit = text(git, "sha") or next((text(meta, name) for name in meta if name.endswith("CommitSha")), "")
    return f"git:{line(branch)}" + (f"@{commit}" if _SHA.fullmatch(commit) else "")


def their_states(state: str) -> str:
    """Our state as the filter of their list; "": they have none like it."""
    return ",".join(_PARTS.get(state, ()))


def ready_state(deployment: Json) -> str:
    return text(deployment, "readyState") or text(deployment, "status") or text(deployment, "state")


def _read(deployment: Json, target: str, now: float) -> _Reading:
    word = ready_state(deployment)
    if word == "READY":
        return _ready(deployment, target, now)
    if word.endswith("_ERROR"):
        word = "ERROR"
    state = _STATES.get(word, "unknown")
    reason = line(text(deployment, "readyStateReason"))
    if word == "BLOCKED":
        return _Reading(state=state, detail=blocked(record(deployment, "seatBlock"), reason))
    if word == "DELETED":
        return _Reading(state=state, error="It was deleted at Vercel.")
    if state == "failed":
        return _Reading(state=state, error=_failure(deployment, reason))
    if state == "unknown":
        return _Reading(state=state, detail=line(f"Vercel calls its state {word or 'nothing'}"))
    return _Reading(state=state, detail=reason or _DETAILS.get(word, ""))


def _ready(deployment: Json, target: str, now: float) -> _Reading:
    production = target == PRODUCTION
    since_s = now - (seconds(deployment, "ready", "buildingAt", "createdAt", "created") or now)
    alias_error = record(deployment, "aliasError")
    if alias_error:
        said = line(text(alias_error, "message") or text(alias_error, "code"))
        return _Reading(state="failed", error=f"It is built, but Vercel could not give it its domains: {said}")
    if production and text(deployment, "readySubstate") == "STAGED" and since_s >= STAGED_AFTER_S:
        return _Reading(
            state="blocked",
            detail="It is built, but Vercel does not make it live by itself, as after a rollback: promote it.",
        )
    if deployment.get("aliasAssigned"):
        if production and text(deployment, "readySubstate") == "STAGED":
            return _Reading(state="building", detail="Built; waiting until the domains lead to it")
        warning = line(text(record(deployment, "aliasWarning"), "message"))
        return _Reading(state="success", detail=warning)
    gate = text(record(deployment, "checks", "deployment-alias"), "state")
    if text(deployment, "checksConclusion") == "failed" or gate == "failed":
        return _Reading(
            state="failed", error="It is built, but a check of the project failed, so Vercel did not make it live."
        )
    if not production and since_s >= ALIAS_TOLERANCE_S:
        return _Reading(state="success", detail="Ready at its own URL; Vercel has given it no other")
    if text(deployment, "checksState") in ("registered", "running"):
        return _Reading(state="building", detail="Built; the project's checks run")
    return _Reading(state="building", detail="Built; waiting until the domains lead to it")


def _failure(deployment: Json, reason: str) -> str:
    said = line(text(deployment, "errorMessage")) or reason or line(text(deployment, "errorCode"))
    step = line(text(deployment, "errorStep"))
    shown = said or "Vercel does not say why; see the log."
    return f"{shown} (step {step})" if step and step not in shown else shown


def _placed(deployment: Json, place: Place) -> Place:
    """`place`, with what the deployment itself says of its project where that was not known."""
    project, team = record(deployment, "project"), record(deployment, "team")
    name = text(project, "name") or text(deployment, "name")
    return Place(
        account=place.account or text(team, "id") or text(deployment, "ownerId"),
        account_name=place.account_name or text(team, "slug"),
        project=place.project or text(deployment, "projectId") or text(project, "id"),
        project_name=place.project_name or name,
    )


def _url(deployment: Json, *, production: bool) -> str:
    """The deployment's own; of a live production its domain, which asks no visitor to log in."""
    own = text(deployment, "url")
    domains = [alias for alias in words(deployment, "alias") if alias != own] if production else []
    return _secure(domains[0] if domains else own)


def _secure(host: str) -> str:
    """With scheme. Anything but a plain https address becomes ""."""
    url = host if host.startswith("https://") else f"https://{host}"
    return url if host and re.fullmatch(r"https://[!-~]{1,2000}", url) else ""


def _commit(deployment: Json, meta: Json) -> str:
    messages = (text(meta, name) for name in meta if name.endswith("CommitMessage"))
    return line(next(messages, "")) or text(record(deployment, "gitSource"), "sha")[:12]
