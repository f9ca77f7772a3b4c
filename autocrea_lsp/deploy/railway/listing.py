"""Railway's history of a service; and which of its deployments is ours, where no clear answer came to a create."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autocrea_lsp.deploy.base import Page, Place, Remote
from autocrea_lsp.deploy.errors import DeployError, OutcomeUnknown
from autocrea_lsp.deploy.railway.api import Api
from autocrea_lsp.deploy.railway.fields import Json, record, seconds, text
from autocrea_lsp.deploy.railway.projects import Projects, split
from autocrea_lsp.deploy.railway.states import mark_of, remote, status_of, their_states
from autocrea_lsp.deploy.railway.targets import Environment, choose, environments

LARGEST_PAGE = 100
SKEW_S = 24 * 3600.0  # our clock and theirs may differ; a mark is unique, so that this costs nothing but reading
NONE_BEFORE = "none"
_FIND_PAGES, _FIND_PAGE = 3, 50
_ASKED = 10  # of a list's removed ones, how many are asked for what became of them


async def page(
    api: Api, projects: Projects, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = ""
) -> Page:
    """The newest first; `cursor`: of the page before. `target` and `state`: only these."""
    if not place.project:
        return Page(items=())
    known = environments(await projects.at(place))
    chosen = choose(target, known, place.project_name) if target else None
    statuses = their_states(state)
    if state and not statuses:
        return Page(items=())
    given = await _given(api, place, chosen, statuses)
    items, after = await api.deployments(given, first=max(1, min(limit, LARGEST_PAGE)), after=cursor)
    found = await _read(api, place, known, items)
    return Page(items=tuple(each for each in found if each.ref.id and state in ("", each.state)), next=after)


async def latest_successful(api: Api, projects: Projects, place: Place, *, target: str) -> Remote | None:
    if not place.project:
        return None
    known = environments(await projects.at(place))
    given = await _given(api, place, choose(target, known, place.project_name), ["SUCCESS", "SLEEPING"])
    items, _after = await api.deployments(given, first=1)
    return next(iter(await _read(api, place, known, items)), None)


async def newest(api: Api, place: Place, environment: Environment) -> str:
    """The id of the newest deployment there is, behind which one of ours would be; or NONE_BEFORE."""
    items, _after = await api.deployments(await _given(api, place, environment), first=1)
    return next((text(item, "id") for item in items), NONE_BEFORE)


async def find(
    api: Api, projects: Projects, place: Place, mark: str, *, since: float, anchor: str = ""
) -> Remote | None:
    """The deployment with this mark; `since`: wall seconds of ours, before which it cannot have been made.

    `anchor`: ours cannot carry a mark, and is the one that is newer than this one. Raises OutcomeUnknown where several
    are.
    """
    for each in await _places(api, place):
        if (found := await _find_in(api, projects, each, mark, since=since, anchor=anchor)) is not None:
            return found
    return None


async def _find_in(
    api: Api, projects: Projects, place: Place, mark: str, *, since: float, anchor: str
) -> Remote | None:
    given = await _given(api, place, None)
    cursor = ""
    unmarked: list[Json] = []
    for _page in range(_FIND_PAGES):
        items, cursor = await api.deployments(given, first=_FIND_PAGE, after=cursor)
        for item in items:
            if anchor and text(item, "id") == anchor:
                return await _only(api, projects, place, unmarked)
            if 0 < seconds(item, "createdAt") < since - SKEW_S:
                return await _only(api, projects, place, unmarked if anchor else [])
            own = mark_of(record(item, "meta"))
            if own == mark:
                return await _only(api, projects, place, [item])
            if anchor and not own:
                unmarked.append(item)
        if not cursor:
            break
    return await _only(api, projects, place, unmarked)


async def _only(api: Api, projects: Projects, place: Place, items: Sequence[Json]) -> Remote | None:
    if len(items) > 1:
        raise OutcomeUnknown(
            "Railway has several new deployments, of which one may be ours.", hint="See them at railway.com."
        )
    if not items:
        return None
    known = environments(await projects.at(place))
    return next(iter(await _read(api, place, known, items)))


async def _places(api: Api, place: Place) -> list[Place]:
    """Itself; one whose project was yet to be made may be there by now, once or more."""
    if place.project:
        return [place]
    wanted = place.project_name.casefold()
    hits = [each for each in await api.projects(place.account) if text(each, "name").casefold() == wanted]
    return [Place(account=place.account, project=text(each, "id"), project_name=place.project_name) for each in hits]


async def _read(api: Api, place: Place, known: Sequence[Environment], items: Sequence[Json]) -> list[Remote]:
    by_id = {each.id: each for each in known}
    asked = 0
    found = []
    for item in items:
        lived = False
        if asked < _ASKED and removed_for_good(item):
            asked += 1
            lived = await was_live(api, item)
        environment = by_id.get(text(item, "environmentId"))
        found.append(remote(item, of(item, place), environment, fallback={}, lived=lived))
    return found


def of(deployment: Json, place: Place) -> Place:
    """The place of a deployment, with the ids that it says itself."""
    key, service = text(deployment, "projectId"), text(deployment, "serviceId")
    project, own = split(place)
    key, service = key or project, service or own
    return Place(
        account=place.account,
        account_name=place.account_name,
        project=f"{key}/{service}" if service else key,
        project_name=place.project_name,
    )


def removed_for_good(deployment: Json) -> bool:
    """Whether its state alone does not say if it was ever live."""
    return status_of(deployment) == "REMOVED" and deployment.get("canRollback") is not True


async def was_live(api: Api, deployment: Json) -> bool:
    """What its events say; False where they say nothing."""
    try:
        return await api.was_live(deployment)
    except DeployError:  # they are kept for a while only
        return False


async def _given(
    api: Api, place: Place, environment: Environment | None, statuses: Sequence[str] = ()
) -> dict[str, Any]:
    """Their DeploymentListInput. A project's token sees one environment alone."""
    project, service = split(place)
    given: dict[str, Any] = {"projectId": project}
    key = environment.id if environment is not None else (await api.scope()).environment
    given |= {"environmentId": key} if key else {}
    given |= {"serviceId": service} if service else {}
    given |= {"status": {"in": list(statuses)}} if statuses else {}
    return given
