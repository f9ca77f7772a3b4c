"""The emulated Railway's own commands from another process, besides those that every host takes.

POST `/__emulator__/{project,service,environment,deployment,limit,repository}` with JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulators.railway_plan import plan_of
from tests.emulators.railway_world import World


def command(world: World, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValueError for one that there is not."""
    match name:
        case "project":
            places = tuple(values.get("environments", ("production",)))
            project = world.add_project(values["name"], environments=places, id_=values.get("id"))
            services = [world.add_service(project, service) for service in values.get("services", ())]
            return {
                "id": project.id,
                "environments": {place.name: place.id for place in project.environments},
                "services": {service.name: service.id for service in services},
            }
        case "service":
            service = world.add_service(
                world.projects[values["project"]],
                values["name"],
                domain=values.get("domain", True),
                repo=values.get("repo"),
                branch=values.get("branch"),
            )
            return {"id": service.id}
        case "environment":
            return {"id": world.add_environment(world.projects[values["project"]], values["name"]).id}
        case "deployment":
            return _deployment(world, values)
        case "limit":
            world.limits[values["op"]] = values["count"]
        case "repository":
            world.repositories[values["name"]] = dict(values["branches"])
        case _:
            raise ValueError(f"unknown command {name!r}")
    return {"ok": True}


def state(world: World) -> dict[str, Any]:
    """What there is, the newest deployment first."""
    return {
        "deleted": sorted(world.deleted),
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "workspaceId": project.workspace_id,
                "environments": {place.name: place.id for place in project.environments},
                "services": [
                    {
                        "id": service.id,
                        "name": service.name,
                        "repo": service.repo,
                        "branch": service.branch,
                        "live": {
                            place.name: live.id
                            for place in project.environments
                            if place.id in service.instances and (live := world.live(service, place))
                        },
                        "variables": {
                            place.name: service.instances[place.id].variables
                            for place in project.environments
                            if place.id in service.instances
                        },
                    }
                    for service in project.services
                ],
            }
            for project in world.projects.values()
        ],
        "deployments": [
            {
                "id": deployment.id,
                "project": deployment.project.id,
                "environment": deployment.environment.name,
                "service": deployment.service.id,
                "status": deployment.status,
                "url": deployment.url,
                "meta": deployment.meta,
                "canRollback": deployment.can_roll_back,
                "stopped": deployment.exited,
                "files": sorted(deployment.files),
            }
            for deployment in world.of()
        ],
    }


def _deployment(world: World, values: Mapping[str, Any]) -> dict[str, Any]:
    found = world.find_service(values["service"])
    if found is None:
        raise ValueError("there is no such service")
    project, service = found
    place = project.environment(values["environment"]) if "environment" in values else project.default_environment
    plan = plan_of(values["plan"]) if "plan" in values else None
    deployment = world.add_deployment(service, place, plan=plan, meta=values.get("meta"))
    return {"id": deployment.id, "url": deployment.url}
