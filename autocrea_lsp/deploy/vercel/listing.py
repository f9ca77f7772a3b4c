"""The host's history of a project."""

from __future__ import annotations

from collections.abc import Mapping

from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Page, Place, Remote
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.fields import Json, record, seconds, text
from autocrea_lsp.deploy.vercel.states import MARK, remote, their_states

LARGEST_PAGE = 100
SKEW_S = 24 * 3600.0  # our clock and theirs may differ; a mark is unique, so that this costs nothing but reading
_MARK_PAGES = 3
_UNMARKED = 10  # of a list's items that come without their `meta`, how many are asked for one by one


async def page(
    api: Api, place: Place, *, now: float, limit: int, cursor: str = "", target: str = "", state: str = ""
) -> Page:
    """The newest first; `cursor`: of the page before. `target` and `state`: only these."""
    query = _query(place) | {"limit": max(1, min(limit, LARGEST_PAGE)), "until": cursor, "state": their_states(state)}
    if target and target != PREVIEW:
        query["target"] = target
    items, after = await api.deployments(place.account, query)
    live = await live_id(api, place)
    found = [remote(item, place, now=now, live_id=live) for item in items]
    kept = tuple(each for each in found if each.ref.id and target in ("", each.target) and state in ("", each.state))
    return Page(items=kept, next=after)


async def find(api: Api, place: Place, mark: str, *, since: float, now: float) -> Remote | None:
    """The deployment with this mark; `since`: wall seconds of ours, before which it cannot have been made."""
    cursor = ""
    unmarked = 0
    for _page in range(_MARK_PAGES if mark else 0):
        items, cursor = await api.deployments(place.account, _query(place) | {"limit": LARGEST_PAGE, "until": cursor})
        for item in items:
            if 0 < seconds(item, "created", "createdAt") < since - SKEW_S:
                return None
            if not isinstance(item.get("meta"), Mapping) and unmarked < _UNMARKED:
                unmarked += 1
                item = await _whole(api, place, item)
            if text(record(item, "meta"), MARK) == mark:
                # A list's item lacks what tells whether it is live.
                return remote(await _whole(api, place, item), place, now=now)
        if not cursor:
            break
    return None


async def latest_successful(api: Api, place: Place, *, target: str, now: float) -> Remote | None:
    query = _query(place) | {"state": "READY", "limit": 20}
    if target != PREVIEW:
        query["target"] = target
    items, _after = await api.deployments(place.account, query)
    live = await live_id(api, place) if target == PRODUCTION else ""
    found = (remote(item, place, now=now, live_id=live) for item in items)
    return next((each for each in found if each.state == "success" and each.target == target), None)


async def live_id(api: Api, place: Place) -> str:
    """The deployment that the production domains lead to; "": none, or it is not known."""
    project = await api.project(place.account, place.project) if place.project else None
    return text(record(project, "targets", PRODUCTION), "id")


def _query(place: Place) -> dict[str, str | int]:
    if place.project:
        return {"projectId": place.project}
    return {"app": place.project_name} if place.project_name else {}


async def _whole(api: Api, place: Place, item: Json) -> Json:
    try:
        return await api.deployment(place.account, text(item, "uid") or text(item, "id"))
    except NotThere:
        return item
