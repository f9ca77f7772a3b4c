"""Promote and rollback: jobs of the host's that lead the production domains to another deployment, and build nothing.

After the request the project is asked until its `lastAliasRequest` is ours and has ended, and then whom the domains
lead to: that is the answer. Requests of before ours are told by their time, which is the host's as ours is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from autocrea_lsp.deploy.base import PRODUCTION, Change, Place, Ref
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, HostUnavailable, OutcomeUnknown
from autocrea_lsp.deploy.vercel import listing
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.fields import EMPTY, Json, line, number, record, seconds, text
from autocrea_lsp.deploy.vercel.states import remote

LIMIT_S = 180.0  # as the vendor's client waits
QUICK_S, QUICK_FOR_S, SLOW_S = 0.25, 15.0, 1.0  # between looks: at first, how long at first, afterwards
QUEUED = 202  # behind another release
_CANDIDATES = 20
_NAMED = 5  # domains that failed, in an error

Kind = Literal["promote", "rollback"]

_NOTES: dict[Kind, tuple[str, ...]] = {
    "rollback": (
        "Vercel gives new production deployments the domains no longer by itself, until one is promoted.",
        "The variables and cron jobs of that build are in force again.",
    ),
    "promote": (
        "Vercel gives new production deployments the domains by itself again.",
        "The variables and cron jobs of that build are in force.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    requested_at: float  # ms, of the last request before ours
    live: str


async def promote(api: Api, clock: Clock, ref: Ref) -> Change:
    place = await _known(api, ref)

    async def ask() -> int:
        return await api.promote(place.account, place.project, ref.id)

    return await _changed(api, clock, place, ref.id, "promote", ask)


async def rollback(api: Api, clock: Clock, place: Place, to: Ref | None) -> Change:
    """`to` None: the newest that may be gone back to before the live one. Raises CannotDo where there is none."""
    if to is not None and not place.project:
        place = await _known(api, to)
    key = to.id if to is not None else await _previous(api, place)

    async def ask() -> int:
        return await api.rollback(place.account, place.project, key)

    return await _changed(api, clock, place, key, "rollback", ask)


async def _known(api: Api, ref: Ref) -> Place:
    """The place of a deployment, with its project."""
    if ref.place.project:
        return ref.place
    deployment = await api.deployment(ref.place.account, ref.id)
    return remote(deployment, ref.place, now=0.0).ref.place


async def _previous(api: Api, place: Place) -> str:
    project = await _project(api, place)
    live = text(record(project, "targets", PRODUCTION), "id")
    query: dict[str, str | int] = {
        "projectId": place.project,
        "target": PRODUCTION,
        "state": "READY",
        "rollbackCandidate": "true",
        "limit": _CANDIDATES,
    }
    items, _after = await api.deployments(place.account, query)
    before = float("inf")
    if live:
        known = next((item for item in items if _id(item) == live), None)
        known = known if known is not None else await api.deployment(place.account, live)
        before = seconds(known, "createdAt", "created") or before
    for item in items:
        if _id(item) != live and seconds(item, "createdAt", "created") < before:
            return _id(item)
    raise CannotDo(
        "There is no earlier production deployment at Vercel to go back to.",
        hint="Choose one from the list and promote it, or deploy an earlier commit.",
    )


async def _changed(
    api: Api, clock: Clock, place: Place, key: str, kind: Kind, ask: Callable[[], Awaitable[int]]
) -> Change:
    project = await _project(api, place)
    before = _Before(requested_at=_requested_at(project), live=text(record(project, "targets", PRODUCTION), "id"))
    notes = list(_NOTES[kind])
    try:
        if await ask() == QUEUED:
            notes.append("It waited for another release of the project.")
    except OutcomeUnknown:
        if not _ours(await _project(api, place), before, key):
            raise
    await _ended(api, clock, place, key, kind, before)
    deployment = await api.deployment(place.account, key)
    live = await listing.live_id(api, place)
    if live and live != key:
        raise DeployError(
            f"Vercel says that the {kind} is done, but the domains lead to another deployment ({live}).",
            hint="Somebody may have deployed at the same time; look at the list, and try again.",
        )
    return Change(live=remote(deployment, place, now=clock.now(), live_id=key), notes=tuple(notes))


async def _ended(api: Api, clock: Clock, place: Place, key: str, kind: Kind, before: _Before) -> None:
    """Wait until the job has succeeded."""
    started = clock.monotonic()
    while True:
        project = await _project(api, place)
        job = record(project, "lastAliasRequest")
        status = text(job, "jobStatus")
        live = text(record(project, "targets", PRODUCTION), "id")
        if _ours(project, before, key):
            if status == "succeeded":
                return
            if status == "failed":
                raise await _failed(api, place, kind)
            if status == "skipped":
                if live == key:
                    return
                raise DeployError(
                    f"Vercel skipped the {kind}.", hint="Another one was asked for meanwhile; look at the list."
                )
        elif live == key != before.live:
            return  # done, and a later request is the last one
        elapsed_s = clock.monotonic() - started
        if elapsed_s >= LIMIT_S:
            raise HostUnavailable(
                f"Vercel has not finished the {kind} after {LIMIT_S / 60:.0f} minutes.",
                hint="It may still come; look at the list in a while before you ask again.",
            )
        await clock.sleep(QUICK_S if elapsed_s < QUICK_FOR_S else SLOW_S)


async def _failed(api: Api, place: Place, kind: Kind) -> DeployError:
    try:
        items = await api.failed_aliases(place.account, place.project)
    except DeployError:  # the names are a courtesy
        items = []
    names = [line(text(record(item, "alias"), "alias") or text(item, "alias")) for item in items]
    shown = ", ".join(name for name in names[:_NAMED] if name)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    stayed = f": these domains stayed where they were: {shown}{more}" if shown else ""
    return DeployError(
        f"Vercel could not finish the {kind}{stayed}.",
        hint="Check those domains at Vercel, and try again.",
    )


def _ours(project: Json, before: _Before, key: str) -> bool:
    job = record(project, "lastAliasRequest")
    return text(job, "toDeploymentId") == key and _requested_at(project) > before.requested_at


def _requested_at(project: Json) -> float:
    return number(record(project, "lastAliasRequest"), "requestedAt") or 0.0


async def _project(api: Api, place: Place) -> Json:
    found = await api.project(place.account, place.project, jobs=True) if place.project else EMPTY
    if not found:
        raise HostRefused(
            f"Vercel shows no project {place.project_name or place.project} to this token.",
            hint="Check the project and the team.",
            status=404,
        )
    return found


def _id(item: Json) -> str:
    return text(item, "uid") or text(item, "id")
