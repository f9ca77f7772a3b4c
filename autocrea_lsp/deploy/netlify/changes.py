"""Which deployment is live: restore (a named one) and rollback (the one before). Nothing is built.

Both are done with the answer; the site is asked afterwards, and that is the answer.
"""

from __future__ import annotations

from collections.abc import Callable

from autocrea_lsp.deploy.base import PRODUCTION, Change, Place, Ref
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostRefused, NotThere, OutcomeUnknown
from autocrea_lsp.deploy.netlify.api import Api
from autocrea_lsp.deploy.netlify.fields import Json
from autocrea_lsp.deploy.netlify.states import live_id, locked, placed, remote, target_of, word

LIMIT_S, PAUSE_S = 60.0, 0.5  # until the site says so; between looks
_GOES_ON = "Netlify goes on publishing new deployments by itself: the next one to production replaces this one."
_LOCKED = "The site is locked at Netlify: new deployments are not published until it is unlocked there."


async def promote(api: Api, clock: Clock, ref: Ref) -> Change:
    """Publish a deployment that is ready, a preview's too."""
    deploy = await api.deploy(ref.place.project, ref.id)
    if word(deploy) != "ready":
        raise CannotDo(
            "Only a deployment that is ready can be made the live one.", hint="Wait for it, or deploy again."
        )
    try:
        return await _restore(api, clock, placed(deploy, ref.place), ref.id)
    except HostRefused as error:
        if target_of(deploy) == PRODUCTION or isinstance(error, NotThere):
            raise
        raise CannotDo(
            f"Netlify does not publish this preview: {error}", hint="Deploy the same files or branch to production."
        ) from error


async def rollback(api: Api, clock: Clock, place: Place, to: Ref | None) -> Change:
    """`to` None: what was published before the present one. Raises CannotDo where there is none."""
    if to is None:
        return await _back(api, clock, place)
    deploy = await api.deploy(to.place.project, to.id)
    if word(deploy) != "ready" or target_of(deploy) != PRODUCTION:
        raise CannotDo(
            "Only a production deployment that is ready can be gone back to.",
            hint="A preview can be promoted; choose another from the list.",
        )
    return await _restore(api, clock, placed(deploy, to.place), to.id)


async def _restore(api: Api, clock: Clock, place: Place, key: str) -> Change:
    await api.restore(place.project, key)
    site = await _until(api, clock, place, lambda live: live == key)
    return await _change(api, clock, place, site, key)


async def _back(api: Api, clock: Clock, place: Place) -> Change:
    before = live_id(await _site(api, place))
    if not before:
        raise CannotDo("Nothing of the site is live at Netlify, so there is nothing to go back from.")
    try:
        await api.rollback(place.project)
    except NotThere as error:
        raise _none_before() from error
    except HostRefused as error:
        if error.status == 422:
            raise _none_before() from error
        raise
    except OutcomeUnknown:
        if live_id(await _site(api, place)) == before:
            raise
    site = await _until(api, clock, place, lambda live: live not in ("", before))
    return await _change(api, clock, place, site, live_id(site))


async def _until(api: Api, clock: Clock, place: Place, holds: Callable[[str], bool]) -> Json:
    """The site, when it shows that one."""
    started = clock.monotonic()
    while not holds(live_id(site := await _site(api, place))):
        if clock.monotonic() - started >= LIMIT_S:
            raise DeployError(
                "Netlify says that it is done, but the site shows another deployment.",
                hint="Somebody may have deployed at the same time; look at the list, and try again.",
            )
        await clock.sleep(PAUSE_S)
    return site


async def _change(api: Api, clock: Clock, place: Place, site: Json, key: str) -> Change:
    deploy = await api.deploy(place.project, key)
    live = remote(deploy, place, now=clock.now(), site=site)
    return Change(live=live, notes=(_LOCKED if locked(site) else _GOES_ON,))


async def _site(api: Api, place: Place) -> Json:
    site = await api.site(place.project) if place.project else None
    if not site:
        raise NotThere(
            f"Netlify shows no site {place.project_name or place.project or 'of this folder'} to this token.",
            hint="Check the site and the team.",
            status=404,
        )
    return site


def _none_before() -> CannotDo:
    return CannotDo(
        "There is no earlier production deployment at Netlify to go back to.",
        hint="Choose one from the list and promote it, or deploy an earlier commit.",
    )
