"""What the emulated Vercel adds to the commands from outside: `{project,deployment}`, and what `state` shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulators.vercel_world import World


def command(world: World, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValueError for a command that there is not."""
    match name:
        case "project":
            return {"id": world.add_project(**values).id}
        case "deployment":
            project = world.projects[values["project"]]
            made = world.add_deployment(project, target=values.get("target"), meta=dict(values.get("meta", {})))
            return {"id": made.id, "url": made.url}
    raise ValueError(f"unknown command {name!r}")


def state(world: World) -> dict[str, Any]:
    """Everything that a test may want to look at, the newest deployment first."""
    deployments = sorted(world.deployments.values(), key=lambda deployment: -deployment.created_ms)
    return {
        "aliases": world.aliases,
        "files": sorted(world.files),
        "deleted": sorted(world.deleted),
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "scope": project.scope,
                "live": project.lived[-1] if project.lived else None,
                "autoAssign": project.auto_assign,
                "env": {variable.key: variable.value for variable in project.env.values()},
            }
            for project in world.projects.values()
        ],
        "deployments": [
            {
                "id": deployment.id,
                "name": deployment.name,
                "project": deployment.project.id,
                "url": deployment.url,
                "state": deployment.state,
                "target": deployment.target,
                "meta": deployment.meta,
                "aliases": deployment.aliases,
                "assigned": deployment.assigned,
                "source": deployment.source,
                "gitSource": deployment.git_source,
                "files": [file.name for file in deployment.files],
            }
            for deployment in deployments
        ],
    }
