"""The host's history of a site. Cursors are numbers of pages."""

from __future__ import annotations

from collections.abc import Container

from autocrea_lsp.deploy.base import PRODUCTION, Page, Place, Remote
from autocrea_lsp.deploy.errors import DeployError, NotThere
from autocrea_lsp.deploy.netlify.api import LARGEST_PAGE, Api
from autocrea_lsp.deploy.netlify.fields import EMPTY, Json, moment, text
from autocrea_lsp.deploy.netlify.memory import Memory
from autocrea_lsp.deploy.netlify.states import live_id, remote, source_of, target_of, word

SKEW_S = 24 * 3600.0  # our clock and theirs may differ; a mark is unique, so that this costs nothing but reading
_MARK_PAGES = 3
_GOOD_PAGES = 5


async def page(
    api: Api,
    place: Place,
    *,
    now: float,
    limit: int,
    cursor: str = "",
    target: str = "",
    state: str = "",
    memory: Memory,
) -> Page:
    """The newest first; `cursor`: of the page before. `target` and `state`: only these."""
    number = max(1, int(cursor)) if cursor.isdecimal() and len(cursor) < 10 else 1
    found, more = await api.deploys(place.project, page=number, per_page=max(1, min(limit, LARGEST_PAGE)))
    site = await site_of(api, place)
    items = [remote(each, place, now=now, site=site, canceled=memory.canceled) for each in found]
    kept = tuple(each for each in items if each.ref.id and target in ("", each.target) and state in ("", each.state))
    return Page(items=kept, next=str(number + 1) if more else "")


async def find(api: Api, place: Place, mark: str, *, since: float, now: float, memory: Memory) -> Remote | None:
    """The deployment with this mark; `since`: wall seconds of ours, before which it cannot have been made.

    One that never got its list of files, which nobody sends any more, is canceled, and then is none.
    """
    for deploy in await _marked(api, place.project, mark, since=since):
        key = text(deploy, "id")
        if key in memory.dropped:
            continue
        if word(deploy) == "new" and source_of(deploy) == "files" and key not in memory.ours:
            memory.dropped.add(key)
            try:
                await api.cancel(key)
            except NotThere:
                pass
            except BaseException:
                memory.dropped.discard(key)
                raise
            continue
        return remote(deploy, place, now=now, site=await site_of(api, place), canceled=memory.canceled)
    return None


async def shell(api: Api, site: str, mark: str, *, without: Container[str]) -> Json | None:
    """The newest one with this mark that waits for its files; None: there is none, or nobody can say."""
    try:
        found = await _marked(api, site, mark, since=0.0, pages=1)
    except DeployError:
        return None
    return next((each for each in found if word(each) == "new" and text(each, "id") not in without), None)


async def latest_successful(api: Api, place: Place, *, target: str, now: float) -> Remote | None:
    site = await site_of(api, place)
    if target == PRODUCTION and (live := live_id(site)):
        return remote(await api.deploy(place.project, live), place, now=now, site=site)
    number, more = 1, True
    while more and number <= _GOOD_PAGES:
        found, more = await api.deploys(place.project, page=number)
        number += 1
        for deploy in found:
            if word(deploy) == "ready" and target_of(deploy) == target:
                item = remote(deploy, place, now=now, site=site)
                if item.state == "success":
                    return item
    return None


async def site_of(api: Api, place: Place) -> Json:
    """The site, which knows what is live; empty where it cannot be asked: it is not what was asked for."""
    try:
        return (await api.site(place.project) if place.project else None) or EMPTY
    except DeployError:
        return EMPTY


async def _marked(api: Api, site: str, mark: str, *, since: float, pages: int = _MARK_PAGES) -> list[Json]:
    found: list[Json] = []
    number, more = 1, bool(mark and site)
    while more and number <= pages:
        deploys, more = await api.deploys(site, page=number)
        number += 1
        found += [each for each in deploys if text(each, "title") == mark]
        if any(0 < moment(each, "created_at") < since - SKEW_S for each in deploys):
            break
    return found
