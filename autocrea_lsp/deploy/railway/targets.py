"""Railway's environments as our targets, and the other way round.

"production" is the environment called so, else the project's default one. "preview" is one that is neither: the one
called so, else the one called "staging", else the only one that there is. Any other target is an environment's name.
"""

from __future__ import annotations

from dataclasses import dataclass

from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION
from autocrea_lsp.deploy.railway.fields import Json, line, nodes, seconds, text
from autocrea_lsp.errors import UserError

_PREVIEWS = ("preview", "staging")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`target`: what we call it. `production`: the user's yes is needed. `passing`: gone with its pull request."""

    id: str
    name: str
    target: str
    production: bool = False
    passing: bool = False


def environments(project: Json) -> list[Environment]:
    """Of a project; those of production first."""
    found = sorted(nodes(project, "environments"), key=lambda each: seconds(each, "createdAt"))
    lasting = [text(each, "id") for each in found if each.get("isEphemeral") is not True]
    named = [text(each, "id") for each in found if _is_production(each) and text(each, "id") in lasting]
    likely = [text(project, "primaryEnvironmentId"), text(project, "baseEnvironmentId"), *named, *lasting]
    default = next((key for key in likely if key in lasting), "")
    live = named[0] if named else default
    return sorted(
        (_environment(each, live=live, default=default) for each in found), key=lambda each: not each.production
    )


def choose(target: str, known: list[Environment], project: str) -> Environment:
    """The environment that a target means. Raises UserError, saying which there are."""
    if target == PRODUCTION:
        live = next((each for each in known if each.target == PRODUCTION), None)
        if live is not None:
            return live
    by_name = [each for each in known if target in (each.name, each.id)] or [
        each for each in known if target.casefold() == each.name.casefold()
    ]
    if by_name:
        return by_name[0]
    if target == PREVIEW:
        others = [each for each in known if not each.production and not each.passing]
        for name in _PREVIEWS:
            if hits := [each for each in others if each.name.casefold() == name]:
                return hits[0]
        if len(others) == 1:
            return others[0]
    names = ", ".join(f"{each.name}{' (production)' if each.production else ''}" for each in known) or "none"
    what = "environment for previews" if target == PREVIEW else f"environment {line(target)}"
    hint = f"It has these: {names}. Name one of them as the target"
    raise UserError(
        f"The project {project} at Railway has no {what}.",
        hint=f"{hint}, or make an environment called preview at Railway." if target == PREVIEW else f"{hint}.",
    )


def _environment(found: Json, *, live: str, default: str) -> Environment:
    key, name = text(found, "id"), line(text(found, "name"))
    return Environment(
        id=key,
        name=name,
        target=PRODUCTION if key == live else name,
        production=key in (live, default) or _is_production(found),
        passing=found.get("isEphemeral") is True,
    )


def _is_production(found: Json) -> bool:
    return text(found, "name").casefold() == PRODUCTION
