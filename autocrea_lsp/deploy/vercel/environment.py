"""Pulling a project's variables for one of its targets."""

from __future__ import annotations

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Place, Variables
from autocrea_lsp.deploy.errors import HostRefused, NotThere
from autocrea_lsp.deploy.together import together
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.fields import Json, line, record, records, text, words
from autocrea_lsp.errors import UserError

_AT_ONCE = 5
_TARGETS = (PRODUCTION, PREVIEW, "development")
_UNREADABLE = ("sensitive", "secret", "system")  # written only, or made up by them during a build


async def pull(api: Api, place: Place, *, target: str) -> Variables:
    """Variables for a branch of git alone are left out. Raises UserError for a target that the project lacks."""
    if not place.project:
        raise NotThere(
            f"There is no project {line(place.project_name)} at Vercel to take variables from.",
            hint="Link the folder to a project, or deploy first.",
            status=404,
        )
    custom = "" if target in _TARGETS else await _custom(api, place, target)
    wanted = [each for each in await api.variables(place.account, place.project) if _is_for(each, target, custom)]
    unreadable = [each for each in wanted if text(each, "type") in _UNREADABLE]
    readable = [each for each in wanted if text(each, "type") not in _UNREADABLE]

    async def value(variable: Json) -> tuple[str, Secret | None]:
        return text(variable, "key"), await _value(api, place, variable)

    pairs = await together(value, readable, at_once=_AT_ONCE)
    values = {name: found for name, found in pairs if found is not None and name}
    lost = {name for name, found in pairs if found is None} | {text(each, "key") for each in unreadable}
    return Variables(values, tuple(sorted(lost - set(values) - {""})))


async def _value(api: Api, place: Place, variable: Json) -> Secret | None:
    """The clear text; None: they keep it to themselves. The list holds most of them encrypted."""
    if text(variable, "type") == "plain" or variable.get("decrypted") is True:
        return Secret(text(variable, "value"))
    try:
        found = await api.variable(place.account, place.project, text(variable, "id"))
    except HostRefused:  # one that may not be read is no reason to give none
        return None
    if text(found, "type") in _UNREADABLE or found.get("decrypted") is False:
        return None
    return Secret(text(found, "value")) if "value" in found else None


async def _custom(api: Api, place: Place, target: str) -> str:
    """The id of an environment of the project's own."""
    project = await api.project(place.account, place.project)
    known = records(record(project), "customEnvironments") or await api.custom_environments(
        place.account, place.project
    )
    for each in known:
        if target in (text(each, "slug"), text(each, "id")):
            return text(each, "id")
    names = ", ".join([*_TARGETS, *(line(text(each, "slug")) for each in known)])
    raise UserError(f"The project has no target {line(target)}.", hint=f"It has these: {names}.")


def _is_for(variable: Json, target: str, custom: str) -> bool:
    if text(variable, "gitBranch"):
        return False
    if custom:
        return custom in words(variable, "customEnvironmentIds")
    return target in words(variable, "target")
