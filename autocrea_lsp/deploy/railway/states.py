"""Their deployment as a `Remote`: what their words for its state mean.

SUCCESS is live. REMOVED is how a canceled one ends, and also how one ends that was live until a newer one took its
place: of that one they keep the image (`canRollback`), or its events say that it ran (`lived`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autocrea_lsp.deploy.base import PRODUCTION, Place, Ref, Remote
from autocrea_lsp.deploy.railway.fields import Json, line, record, seconds, text
from autocrea_lsp.deploy.railway.targets import Environment
from autocrea_lsp.store import DeploymentState

DASHBOARD = "https://railway.com"
MARK = re.compile(r"autocrea-[0-9a-f]{8,64}")
ENDED = frozenset({"SUCCESS", "FAILED", "CRASHED", "REMOVED", "SKIPPED", "SLEEPING"})
"""Nothing more happens to it by itself."""
BUILT = frozenset({"DEPLOYING", *ENDED})

_STATES: dict[str, DeploymentState] = {
    "QUEUED": "queued",
    "WAITING": "queued",
    "NEEDS_APPROVAL": "blocked",
    "INITIALIZING": "building",
    "BUILDING": "building",
    "DEPLOYING": "building",
    "SUCCESS": "success",
    "SLEEPING": "success",
    "FAILED": "failed",
    "CRASHED": "failed",
    "SKIPPED": "canceled",
    "CANCELLED": "canceled",  # met by others, though their schema has it not
    "CANCELED": "canceled",
}
_DETAILS = {
    "QUEUED": "Waiting for a build machine",
    "WAITING": "Waiting, as for the checks of a commit",
    "NEEDS_APPROVAL": "Railway waits until somebody approves it: do so on the deployment's page at Railway.",
    "INITIALIZING": "Starting the build",
    "BUILDING": "Building",
    "DEPLOYING": "Built; waiting until it runs and its health check passes",
    "SLEEPING": "It sleeps until the next request.",
    "SKIPPED": "Railway skipped it: none of the watched files has changed, or a check of the commit failed.",
    "CANCELLED": "It was canceled at Railway.",
    "CANCELED": "It was canceled at Railway.",
}
_ERRORS = {
    "FAILED": "The build, the start or the health check failed; see the log.",
    "CRASHED": "It was built and started, and then it crashed; see the log.",
}
_PARTS: dict[str, tuple[str, ...]] = {
    "success": ("SUCCESS", "SLEEPING", "REMOVED"),
    "failed": ("FAILED", "CRASHED"),
    "canceled": ("REMOVED", "SKIPPED"),
    "queued": ("QUEUED", "WAITING"),
    "building": ("INITIALIZING", "BUILDING", "DEPLOYING"),
    "blocked": ("NEEDS_APPROVAL",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    state: DeploymentState
    detail: str = ""
    error: str = ""


def remote(
    deployment: Json,
    place: Place,
    environment: Environment | None,
    *,
    fallback: Mapping[str, object],
    lived: bool = False,
) -> Remote:
    """`environment` None: it is not known; `fallback` are the details of the `Ref` that it was asked by. `lived`: one
    that is REMOVED was live before."""
    key = text(deployment, "id")
    word = status_of(deployment)
    read = _read(deployment, word, lived=lived)
    target = environment.target if environment is not None else str(fallback.get("target", "") or PRODUCTION)
    meta = record(deployment, "meta")
    details: dict[str, object] = {
        "environment": text(deployment, "environmentId") or fallback.get("environment", ""),
        "service": text(deployment, "serviceId") or fallback.get("service", ""),
        "target": target,
    }
    url = _secure(text(deployment, "staticUrl")) or _secure(text(deployment, "url"))
    detail = read.detail
    if word == "SUCCESS" and not detail and not url:
        detail = "It is live, without a public address: make one in the service's settings at Railway (Networking)."
    return Remote(
        ref=Ref(place=place, id=key, details=details),
        state=read.state,
        target=target,
        url=url,
        inspect_url=page_of(place, key, details),
        detail=detail,
        error=read.error,
        created_at=seconds(deployment, "createdAt"),
        source=source_of(deployment),
        mark=mark_of(meta),
        author=line(text(record(deployment, "creator"), "name") or text(record(deployment, "creator"), "email")),
        commit=_commit(meta),
        live=read.state == "success" and word in ("SUCCESS", "SLEEPING") and target == PRODUCTION,
        can_roll_back_to=deployment.get("canRollback") is True,
    )


def status_of(deployment: Json) -> str:
    return text(deployment, "status")


def their_states(state: str) -> list[str]:
    """Our state as those of theirs that may be it; empty: they have none like it."""
    return list(_PARTS.get(state, ()))


def mark_of(meta: Json) -> str:
    """Ours, wherever they keep the message of an upload; "": none."""
    for value in meta.values():
        if isinstance(value, str) and (found := MARK.fullmatch(value.strip())):
            return found[0]
    return ""


def source_of(deployment: Json) -> str:
    """As `base.Source` writes itself."""
    meta = record(deployment, "meta")
    branch, commit = line(text(meta, "branch")), text(meta, "commitHash")
    if not branch and not commit:
        return "files"
    return f"git:{branch}" + (f"@{commit}" if re.fullmatch(r"[0-9a-f]{7,64}", commit) else "")


def page_of(place: Place, deployment: str, details: Mapping[str, object]) -> str:
    """The deployment's page at Railway; "" where not all of it is known."""
    project = place.project.partition("/")[0]
    service, environment = str(details.get("service", "")), str(details.get("environment", ""))
    parts = (project, service, environment, deployment)
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", part) for part in parts):
        return ""
    return f"{DASHBOARD}/project/{project}/service/{service}?environmentId={environment}&id={deployment}"


def _read(deployment: Json, word: str, *, lived: bool) -> _Reading:
    if word == "REMOVED":
        if lived or deployment.get("canRollback") is True:
            return _Reading(state="success", detail="It was live; a newer one took its place, or it was removed.")
        return _Reading(
            state="canceled", detail="Railway removed it before it was live: it was canceled, or a newer one came."
        )
    if word == "REMOVING":
        return _Reading(state="unknown", detail="Railway is removing it.")
    state = _STATES.get(word, "unknown")
    if state == "unknown":
        return _Reading(state=state, detail=line(f"Railway calls its state {word or 'nothing'}"))
    if word == "SUCCESS" and deployment.get("deploymentStopped") is True:
        return _Reading(state=state, detail="It ran and has ended, without an error.")
    return _Reading(state=state, detail=_DETAILS.get(word, ""), error=_ERRORS.get(word, ""))


def _commit(meta: Json) -> str:
    return line(text(meta, "commitMessage")) or text(meta, "commitHash")[:12]


def _secure(host: str) -> str:
    """With scheme. Anything but a plain https address becomes ""."""
    url = host if host.startswith("https://") else f"https://{host}"
    return url if host and re.fullmatch(r"https://[!-~]{1,2000}", url) else ""
