"""Pulling a service's variables for one of its environments."""

from __future__ import annotations

from collections.abc import Mapping

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.railway.api import Api
from autocrea_lsp.deploy.railway.projects import Projects, split
from autocrea_lsp.deploy.railway.targets import choose, environments

_THEIRS = "RAILWAY_"  # made up by Railway; here they would lead its own program to another project


async def pull(api: Api, projects: Projects, place: Place, *, target: str) -> Mapping[str, Secret]:
    """Name → value; of sealed ones Railway gives none. Raises UserError for a target that the project lacks."""
    known = environments(await projects.at(place))
    project, service = split(place)
    found = await api.variables(project, choose(target, known, place.project_name).id, service)
    return {
        name: Secret(value) for name, value in found.items() if isinstance(value, str) and not name.startswith(_THEIRS)
    }
