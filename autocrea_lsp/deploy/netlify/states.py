"""A deployment as the host describes it, as a `Remote`.

`ready` is not live: the site must have published it, which a lock prevents and drafts never are. There is no state for
canceled: it is `error` with a message, or with our own memory of having asked for it. A state that we do not know goes
on being asked about. Fields: reference of `GET /sites/{site}/deploys/{id}`; times are ISO 8601 in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Place, Ref, Remote
from autocrea_lsp.deploy.netlify.fields import EMPTY, Json, line, moment, record, secure, text
from autocrea_lsp.store import DeploymentState

MARK = "autocrea-"  # how a mark of ours begins; it is the deployment's title
PUBLISH_S = 300.0  # ready for so long and not published: it will not be
ENDED = frozenset({"ready", "error", "rejected", "skipped", "canceled", "deleted"})
UNSENT = frozenset({"new", "prepared", "uploading"})  # the host waits for us

_STATES: dict[str, DeploymentState] = {
    "new": "uploading",
    "preparing": "uploading",
    "prepared": "uploading",
    "uploading": "uploading",
    "pending": "queued",
    "enqueued": "queued",
    "accepted": "queued",
    "building": "building",
    "retrying": "building",
    "uploaded": "building",
    "processing": "building",
    "processed": "building",
    "pending_review": "blocked",
    "rejected": "failed",
    "skipped": "canceled",
    "canceled": "canceled",
    "error": "failed",
    "deleted": "failed",
}
_DETAILS = {
    "new": "Netlify waits for the list of files",
    "preparing": "Netlify looks which files it has",
    "prepared": "Netlify waits for the files",
    "uploading": "Sending the files",
    "pending": "Waiting for a build machine",
    "enqueued": "Waiting for a build machine",
    "accepted": "Waiting for a build machine",
    "building": "Building",
    "retrying": "Netlify tries the build again",
    "uploaded": "Netlify has the files",
    "processing": "Netlify processes the files",
    "processed": "Netlify has processed the files",
}
_CANCELED = re.compile(r"\bcancell?ed\b|\bcancell?ation\b", re.IGNORECASE)
_SKIPPED = re.compile(r"\bskipped\b|\bskip(?:ping)? (?:the )?(?:build|deploy)|\bno content change\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    state: DeploymentState
    detail: str = ""
    error: str = ""


def remote(
    deploy: Json, place: Place, *, now: float, site: Json = EMPTY, canceled: Container[str] = frozenset()
) -> Remote:
    """`now`: wall seconds. `site`: as the host tells of it, where it was asked. `canceled`: ids that we canceled."""
    key = text(deploy, "id")
    target = target_of(deploy)
    live = bool(key) and live_id(site) == key
    read = _read(deploy, target, now=now, site=site, ours=key in canceled)
    success = read.state == "success"
    title = line(text(deploy, "title"))
    return Remote(
        ref=Ref(place=placed(deploy, place), id=key),
        state=read.state,
        target=target,
        url=_url(deploy, live=live),
        inspect_url=inspect_url(deploy),
        detail=read.detail,
        error=read.error,
        created_at=moment(deploy, "created_at"),
        source=source_of(deploy),
        mark=title if title.startswith(MARK) else "",
        author=line(text(deploy, "committer")),
        commit="" if title.startswith(MARK) and not text(deploy, "commit_ref") else _commit(deploy, title),
        live=live,
        can_roll_back_to=success and target == PRODUCTION and not live,
    )


def word(deploy: Json) -> str:
    return text(deploy, "state").lower()


def target_of(deploy: Json) -> str:
    """A draft, and what is built from another branch or for a review, is never the site's production."""
    return PRODUCTION if deploy.get("draft") is not True and text(deploy, "context") == "production" else PREVIEW


def source_of(deploy: Json) -> str:
    """As `base.Source` writes itself."""
    commit, branch = text(deploy, "commit_ref"), line(text(deploy, "branch"))
    if not text(deploy, "build_id") and not commit:
        return "files"
    return f"git:{branch}" + (f"@{commit}" if re.fullmatch(r"[0-9a-f]{7,64}", commit) else "")


def live_id(site: Json) -> str:
    """The deployment that the site shows; "": none, or it is not known."""
    return text(record(site, "published_deploy"), "id")


def locked(site: Json) -> bool:
    """Whether new deployments are kept from being published."""
    return record(site, "published_deploy").get("locked") is True


def how_to_unlock(site: Json) -> str:
    """A sentence."""
    where = secure(text(site, "admin_url"))
    return f"Unlock it at {where}/deploys." if where else "Unlock it on the site's Deploys page at Netlify."


def inspect_url(deploy: Json) -> str:
    """The deployment's page at the host."""
    admin, key = secure(text(deploy, "admin_url")).rstrip("/"), text(deploy, "id")
    return f"{admin}/deploys/{key}" if admin and key and "/deploys/" not in admin else admin


def placed(deploy: Json, place: Place) -> Place:
    """`place`, with what the deployment itself says of its site where that was not known."""
    return Place(
        account=place.account or text(deploy, "account_slug") or text(deploy, "account_id"),
        account_name=place.account_name or line(text(deploy, "account_slug")),
        project=place.project or text(deploy, "site_id"),
        project_name=place.project_name or line(text(deploy, "name")),
    )


def _read(deploy: Json, target: str, *, now: float, site: Json, ours: bool) -> _Reading:
    said = word(deploy)
    message = line(text(deploy, "error_message"))
    if deploy.get("skipped") is True:
        said = "skipped"
    if said == "ready":
        return _ready(deploy, target, now, site)
    if said == "error":
        if _SKIPPED.search(message) and not ours:
            said = "skipped"
        elif ours or _CANCELED.search(message):
            return _Reading(state="canceled", detail=message)
    if said == "new" and source_of(deploy) != "files":
        said = "enqueued"
    state = _STATES.get(said, "unknown")
    match said:
        case "skipped":
            return _Reading(state=state, detail=_also("Netlify skipped the build, so nothing has changed.", message))
        case "pending_review":
            where = inspect_url(deploy)
            detail = "Somebody of the site's team has to approve it first" + (f": {where}" if where else ".")
            return _Reading(state=state, detail=detail)
        case "rejected":
            return _Reading(state=state, error=_also("Somebody of the site's team has rejected it.", message))
        case "deleted":
            return _Reading(state=state, error="It was deleted at Netlify.")
    if state == "failed":
        return _Reading(state=state, error=message or "Netlify does not say why; see the log.")
    if state == "canceled":
        return _Reading(state=state, detail=message)
    if state == "unknown":
        return _Reading(state=state, detail=line(f"Netlify calls its state {said or 'nothing'}"))
    return _Reading(state=state, detail=_DETAILS.get(said, ""))


def _ready(deploy: Json, target: str, now: float, site: Json) -> _Reading:
    if target != PRODUCTION:
        return _Reading(state="success")
    shown = record(site, "published_deploy")
    if text(shown, "id") == text(deploy, "id"):
        return _Reading(state="success")
    created, before = moment(deploy, "created_at"), moment(shown, "created_at")
    newer = before > created > 0
    published = moment(deploy, "published_at")
    if published and (newer or published <= moment(shown, "published_at")):
        return _Reading(state="success", detail="Another deployment has been published since")
    own = secure(text(deploy, "deploy_ssl_url") or text(deploy, "deploy_url"))
    where = f" It can be seen at {own}." if own else ""
    if locked(site):
        return _Reading(
            state="failed",
            error=f"It is ready, but not live: the site is locked to another deployment.{where} {how_to_unlock(site)}",
        )
    since_s = now - (moment(deploy, "updated_at") or created or now)
    if since_s >= PUBLISH_S:
        why = "a newer deployment is live" if newer else "Netlify has not published it by itself"
        return _Reading(state="failed", error=f"It is ready, but not live: {why}.{where} Promote it to make it live.")
    return _Reading(state="building", detail="Ready; waiting until Netlify publishes it")


def _also(text: str, message: str) -> str:
    return f"{text} {message}" if message else text


def _url(deploy: Json, *, live: bool) -> str:
    """The site's address of what is live; else the deployment's own."""
    own = ("deploy_ssl_url", "deploy_url")
    names = ("ssl_url", "url", *own) if live else own
    links = text(record(deploy, "links"), "permalink")
    return next((url for name in names if (url := secure(text(deploy, name)))), "") or secure(links)


def _commit(deploy: Json, title: str) -> str:
    shown = "" if title.startswith(MARK) else title
    return shown or text(deploy, "commit_ref")[:12]
