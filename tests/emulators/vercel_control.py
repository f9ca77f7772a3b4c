"""Commands to the emulator from another process, over HTTP: what is there, and what goes wrong next.

GET `/__emulator__/state`; POST `/__emulator__/{fail,heal,plan,advance,reset,project,deployment,live}` with JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.emulators.vercel_faults import Fault
from tests.emulators.vercel_plan import failing, plan_of

if TYPE_CHECKING:
    from tests.emulators.vercel_server import Emulator

CONTROL = "/__emulator__/"


def obey(emulator: Emulator, name: str, body: bytes) -> dict[str, Any]:
    """Do one command and answer it; {"error": what} for one that cannot be done."""
    try:
        return _obey(emulator, name, json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration) as error:
        return {"error": repr(error)}


def _obey(emulator: Emulator, name: str, command: Mapping[str, Any]) -> dict[str, Any]:
    match name:
        case "state":
            return state(emulator)
        case "fail":
            values = {**command, "fault": Fault(command["fault"])}
            emulator.fail(**values)
        case "heal":
            emulator.heal()
        case "plan":
            emulator.plan = failing() if command.get("failing") else plan_of(command)
        case "advance":
            emulator.clock.advance(command["seconds"])
        case "reset":
            emulator.reset()
        case "project":
            project = emulator.world.add_project(**command)
            return {"id": project.id}
        case "deployment":
            project = emulator.world.projects[command["project"]]
            target = command.get("target")
            deployment = emulator.world.add_deployment(project, target=target, meta=dict(command.get("meta", {})))
            return {"id": deployment.id, "url": deployment.url}
        case _:
            raise ValueError(f"unknown command {name!r}")
    return {"ok": True}


def state(emulator: Emulator) -> dict[str, Any]:
    """Everything that a test may want to look at, the newest deployment first."""
    world = emulator.world
    deployments = sorted(world.deployments.values(), key=lambda deployment: -deployment.created_ms)
    return {
        "now": emulator.clock.now(),
        "saw_token": emulator.saw_token,
        "breaches": emulator.breaches,
        "failures": emulator.failures,
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
        "requests": [
            {
                "op": request.op,
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": request.status,
                "acted": request.acted,
                "fault": request.fault,
            }
            for request in emulator.requests
        ],
    }
