"""Going back: Railway makes a new deployment of an earlier one's image and variables, and tells not even its id.

So it is found by being new, and watched until it is live: that is the answer.
"""

from __future__ import annotations

from autocrea_lsp.deploy.base import PRODUCTION, Change, Place, Ref, Remote
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import CannotDo, DeployError, HostUnavailable, NotThere, OutcomeUnknown
from autocrea_lsp.deploy.railway import listing
from autocrea_lsp.deploy.railway.api import LEAST_POLL_S, Api, known
from autocrea_lsp.deploy.railway.fields import Json, line, seconds, text
from autocrea_lsp.deploy.railway.projects import Projects, split
from autocrea_lsp.deploy.railway.states import remote, status_of
from autocrea_lsp.deploy.railway.targets import Environment, choose, environments
from autocrea_lsp.store import FINISHED

LIMIT_S = 300.0  # an image has to be fetched, started and checked
_CANDIDATES = 50
_NOTES = (
    "Railway made a new deployment of the earlier one's image.",
    "The service's own variables of that deployment are in force again.",
    "The next push to a connected branch replaces it.",
)
_INSTEAD = "Build it once more instead (redeploy), or deploy an earlier commit."


async def rollback(api: Api, projects: Projects, clock: Clock, place: Place, to: Ref | None) -> Change:
    """`to` None: the newest that may be gone back to before the live one. Raises CannotDo where there is none."""
    if to is not None:
        deployment = known(await api.deployment(to.id), "deployment")
        if deployment.get("canRollback") is not True:
            raise CannotDo("Railway cannot go back to this deployment: its image is not kept any more.", hint=_INSTEAD)
        place = listing.of(deployment, place)
        environment = _named(environments(await projects.at(place)), text(deployment, "environmentId"))
    else:
        if not split(place)[1]:
            raise NotThere(f"There is no service {line(place.project_name)} at Railway.", hint="Deploy first.")
        environment = choose(PRODUCTION, environments(await projects.at(place)), place.project_name)
        deployment = await _previous(api, place, environment)
    before = {text(each, "id") for each in await _recent(api, place, environment)}
    try:
        await api.rollback(text(deployment, "id"))
    except OutcomeUnknown:
        if not await _new(api, place, environment, before):
            raise
    return Change(live=await _live(api, clock, place, environment, before), notes=_NOTES)


async def _previous(api: Api, place: Place, environment: Environment) -> Json:
    recent = await _recent(api, place, environment)
    live = next((each for each in recent if status_of(each) in ("SUCCESS", "SLEEPING", "CRASHED")), None)
    before = seconds(live, "createdAt") if live is not None else float("inf")
    for each in recent:
        if each.get("canRollback") is True and seconds(each, "createdAt") < before:
            return each
    raise CannotDo("There is no earlier deployment at Railway to go back to.", hint=_INSTEAD)


async def _live(api: Api, clock: Clock, place: Place, environment: Environment, before: set[str]) -> Remote:
    """The one that the rollback made, once it is live."""
    started = clock.monotonic()
    key = ""
    while True:
        if not key:
            key = next((text(each, "id") for each in await _new(api, place, environment, before)), "")
        if key:
            deployment = await api.deployment(key)
            found = remote(deployment, listing.of(deployment, place), environment, fallback={})
            if found.state == "success":
                return found
            if found.state in FINISHED:
                raise DeployError(
                    f"The rollback did not become live: {found.error or found.detail}",
                    hint="What was live before still is; see the log at Railway.",
                )
        if clock.monotonic() - started >= LIMIT_S:
            raise HostUnavailable(
                f"Railway has not finished the rollback after {LIMIT_S / 60:.0f} minutes.",
                hint="It may still come; look at the list in a while before you ask again.",
            )
        await clock.sleep(LEAST_POLL_S)


async def _new(api: Api, place: Place, environment: Environment, before: set[str]) -> list[Json]:
    """What was not there before, the oldest first."""
    recent = await _recent(api, place, environment)
    return [each for each in reversed(recent) if text(each, "id") not in before]


async def _recent(api: Api, place: Place, environment: Environment) -> list[Json]:
    project, service = split(place)
    given = {"projectId": project, "environmentId": environment.id, "serviceId": service}
    return (await api.deployments(given, first=_CANDIDATES))[0]


def _named(there: list[Environment], key: str) -> Environment:
    found = next((each for each in there if each.id == key), None)
    if found is None:
        raise NotThere("Its environment at Railway is gone.", hint=_INSTEAD)
    return found
