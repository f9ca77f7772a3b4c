"""Pulling a site's variables for one of its contexts."""

from __future__ import annotations

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Place, Variables
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.netlify.api import Api
from autocrea_lsp.deploy.netlify.fields import Json, line, records, text
from autocrea_lsp.errors import UserError

_CONTEXTS = {PRODUCTION: "production", PREVIEW: "deploy-preview", "development": "dev"}
_THEIRS = ("production", "deploy-preview", "branch-deploy", "dev", "dev-server")
_ALL = "all"


async def pull(api: Api, place: Place, *, target: str) -> Variables:
    """Values for a branch alone are left out. Raises UserError for a target that they have not."""
    context = _CONTEXTS.get(target, target)
    if context not in _THEIRS:
        raise UserError(
            f"Netlify has no variables for {line(target)}.", hint=f"There are these: {', '.join((PREVIEW, *_THEIRS))}."
        )
    if not place.project:
        raise NotThere(
            f"There is no site {line(place.project_name)} at Netlify to take variables from.",
            hint="Link the folder to a site, or deploy first.",
            status=404,
        )
    account = place.account or text(await api.site(place.project) or {}, "account_slug")
    values: dict[str, Secret] = {}
    unreadable: set[str] = set()
    for variable in await api.variables(account, place.project):
        name, value = text(variable, "key"), _value(variable, context)
        if not name or value is None:
            continue
        if _is_readable(variable, value, context):
            values[name] = Secret(text(value, "value"))
        else:
            unreadable.add(name)
    return Variables(values, tuple(sorted(unreadable)))


def _value(variable: Json, context: str) -> Json | None:
    """Of the context, else of all of them; None: it has none there."""
    found = {text(each, "context"): each for each in records(variable, "values")}
    return found.get(context) or found.get(_ALL)


def _is_readable(variable: Json, value: Json, context: str) -> bool:
    """What is secret they show for development alone, if at all; elsewhere it is empty or made of stars."""
    said = text(value, "value")
    if variable.get("is_secret") is not True:
        return "value" in value
    return context.startswith("dev") and text(value, "context") == context and bool(said.strip("*"))
