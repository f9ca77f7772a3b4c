"""Variables of an account and of its sites."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from tests.emulators import netlify_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.netlify_calls import Call, not_found, unprocessable
from tests.emulators.netlify_things import Site, Team, Variable
from tests.emulators.netlify_world import World

CONTEXTS = ("all", "dev", "dev-server", "branch-deploy", "deploy-preview", "production", "branch")
SCOPES = ("builds", "functions", "runtime", "post-processing")
_numbers = itertools.count(1)


def add_variable(
    world: World, site: Site, key: str, value: str, *, context: str = "all", secret: bool = False
) -> Variable:
    """A variable that was there before."""
    variable = _variable(
        world, site.id, {"key": key, "values": [{"value": value, "context": context}], "is_secret": secret}
    )
    world.variables.setdefault(site.team.id, []).append(variable)
    return variable


def list_env(call: Call) -> Answer:
    """Those of the site that the query names, or of the whole account."""
    found = _of(call, call.team())
    if (context := call.query.get("context_name")) and context != "all":
        found = [one for one in found if any(value["context"] in ("all", context) for value in one.values)]
    if scope := call.query.get("scope"):
        found = [one for one in found if scope in ("any", *one.scopes)]
    return Answer(value=[views.variable(one, call.world.account) for one in found])


def site_env(call: Call) -> Answer:
    """What a build of the site gets: its own and the account's."""
    site = call.site()
    found = {one.key: one for one in call.world.variables.get(site.team.id, ()) if one.site is None}
    found |= {one.key: one for one in call.world.variables.get(site.team.id, ()) if one.site == site.id}
    return Answer(value=[views.variable(one, call.world.account) for one in found.values()])


def create_env(call: Call) -> Answer:
    """An array of them; none is made when one of them is there already."""
    team, body = call.team(), call.body
    if not isinstance(body, list):
        raise unprocessable("The body must be an array")
    site = _site_id(call)
    made = [_variable(call.world, site, raw) for raw in body]
    taken = {one.key for one in _of(call, team)} & {one.key for one in made}
    if taken:
        raise unprocessable(f"The key {min(taken)} is there already")
    call.world.variables.setdefault(team.id, []).extend(made)
    return Answer(status=201, value=[views.variable(one, call.world.account) for one in made])


def read_env(call: Call) -> Answer:
    return Answer(value=views.variable(_named(call), call.world.account))


def set_env(call: Call) -> Answer:
    """All its values anew."""
    found = _named(call)
    new = _variable(call.world, found.site, {"key": found.key, **call.fields})
    found.key, found.values, found.scopes, found.is_secret = new.key, new.values, new.scopes, new.is_secret
    found.updated_s = new.updated_s
    return Answer(value=views.variable(found, call.world.account))


def set_env_value(call: Call) -> Answer:
    """Its value in one context."""
    found, value = _named(call), _value(call.fields)
    place = (value["context"], value.get("context_parameter"))
    found.values = [one for one in found.values if (one["context"], one.get("context_parameter")) != place] + [value]
    return Answer(status=201, value=views.variable(found, call.world.account))


def delete_env(call: Call) -> Answer:
    call.world.variables[call.team().id].remove(_named(call))
    return Answer(status=204, raw=b"")


def delete_env_value(call: Call) -> Answer:
    found = _named(call)
    kept = [value for value in found.values if value["id"] != call.params["value"]]
    if len(kept) == len(found.values):
        raise not_found()
    found.values = kept
    return Answer(status=204, raw=b"")


def _of(call: Call, team: Team) -> list[Variable]:
    site = _site_id(call)
    return [one for one in call.world.variables.get(team.id, ()) if one.site == site]


def _site_id(call: Call) -> str | None:
    if (wanted := call.query.get("site_id")) is None:
        return None
    if (site := call.world.find_site(wanted)) is None:
        raise not_found()
    return site.id


def _named(call: Call) -> Variable:
    found = next((one for one in _of(call, call.team()) if one.key == call.params["key"]), None)
    if found is None:
        raise not_found()
    return found


def _variable(world: World, site: str | None, raw: Any) -> Variable:
    if not isinstance(raw, dict) or not isinstance(raw.get("key"), str) or not isinstance(raw.get("values"), list):
        raise unprocessable("A variable needs a key and values")
    scopes = raw.get("scopes") or list(SCOPES)
    if not set(scopes) <= set(SCOPES):
        raise unprocessable(f"scopes must be among {', '.join(SCOPES)}")
    return Variable(
        key=raw["key"],
        values=[_value(value) for value in raw["values"]],
        scopes=scopes,
        is_secret=bool(raw.get("is_secret")),
        updated_s=world.clock.now(),
        site=site,
    )


def _value(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or not isinstance(raw.get("value"), str):
        raise unprocessable("A value needs its text")
    if raw.get("context", "all") not in CONTEXTS:
        raise unprocessable(f"context must be one of {', '.join(CONTEXTS)}")
    if raw.get("context") == "branch" and not raw.get("context_parameter"):
        raise unprocessable("The context branch needs a context_parameter")
    named = {"context_parameter": raw["context_parameter"]} if raw.get("context_parameter") else {}
    id_ = str(uuid.UUID(int=next(_numbers) + (4 << 76) + (8 << 60)))
    return {"id": id_, "value": raw["value"], "context": raw.get("context", "all"), **named}
