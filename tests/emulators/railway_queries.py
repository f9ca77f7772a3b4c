"""What can be asked of the host: a function for each field of its Query type, named and called as that is."""

# ruff: noqa: A002, N803  # arguments have the schema's names

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulators import railway_details as details
from tests.emulators import railway_logs as logs
from tests.emulators import railway_views as views
from tests.emulators.railway_paging import connection
from tests.emulators.railway_plan import Phase, Plan
from tests.emulators.railway_rules import Denied, Scope
from tests.emulators.railway_things import Deployment
from tests.emulators.railway_world import World

View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request on its way. `plan`: of a new deployment. `notes`: what the record of the request keeps of it."""

    world: World
    scope: Scope
    plan: Plan
    notes: dict[str, Any]


Resolver = Callable[..., Any]


def me(call: Call) -> View:
    call.scope.person()
    return views.user(call.scope)


def api_token(call: Call) -> View:
    call.scope.account()
    return {"workspaces": [{"id": found.id, "name": found.name} for found in call.world.account.workspaces]}


def projects(call: Call, *, workspaceId: str | None = None, **arguments: Any) -> View:
    found = [one for one in call.scope.projects() if workspaceId in (None, one.workspace_id)]
    found.sort(key=lambda one: -one.created_s)
    return views.pages(found, lambda one: views.project(call.scope, one))(None, **arguments)


def project(call: Call, *, id: str) -> View:
    return views.project(call.scope, call.scope.project(id))


def environment(call: Call, *, id: str, projectId: str | None = None) -> View:
    owner = call.scope.project(projectId) if projectId else None
    return views.environment(call.scope, call.scope.environment(id, owner))


def environments(call: Call, *, projectId: str, isEphemeral: bool | None = None, **arguments: Any) -> View:
    found = [one for one in call.scope.project(projectId).environments if isEphemeral in (None, one.ephemeral)]
    return views.pages(found, lambda one: views.environment(call.scope, one))(None, **arguments)


def service(call: Call, *, id: str) -> View:
    return views.service(call.scope, call.scope.service(id))


def service_instance(call: Call, *, serviceId: str, environmentId: str) -> View:
    found, place = call.scope.place(serviceId, environmentId)
    return views.instance(call.scope, found.instances[place.id])


def project_token(call: Call) -> View:
    project_id, environment_id = call.scope.project_token()
    owner = call.world.projects.get(project_id)
    place = owner.environment(environment_id) if owner else None
    if owner is None or place is None:
        raise Denied("Project Token not found")
    return {
        "id": f"token-{project_id[:8]}",
        "name": "a token",
        "displayToken": "****-c1d2",
        "createdAt": details.moment(owner.created_s),
        "projectId": project_id,
        "environmentId": environment_id,
        "project": lambda _info: views.project(call.scope, owner),
        "environment": lambda _info: views.environment(call.scope, place),
    }


def deployment(call: Call, *, id: str) -> View:
    call.notes.setdefault("looks", []).append(id)
    return views.deployment(call.scope, call.scope.deployment(id))


def deployments(call: Call, *, input: Mapping[str, Any], **arguments: Any) -> View:
    found = listed(call, input)
    return views.pages(found, lambda one: views.deployment(call.scope, one))(None, **arguments)


def listed(call: Call, input: Mapping[str, Any]) -> list[Deployment]:
    """The newest first, REMOVED ones too; `includeDeleted` adds nothing, since no service is ever deleted."""
    scope, status = call.scope, input.get("status") or {}
    owner = scope.project(input["projectId"]) if input.get("projectId") else None
    place = scope.environment(input["environmentId"], owner) if input.get("environmentId") else None
    wanted = scope.service(input["serviceId"], owner) if input.get("serviceId") else None
    if owner is None and place is None and wanted is None:
        raise Denied("Problem processing request")
    found = call.world.of(project=owner, environment=place, service=wanted)
    if scope.environment_id is not None:
        found = [one for one in found if one.environment.id == scope.environment_id]
    if status.get("in") is not None:
        found = [one for one in found if one.status in status["in"]]
    return [one for one in found if one.status not in (status.get("notIn") or ())]


def _logs(phase: Phase) -> Resolver:
    def resolve(call: Call, *, deploymentId: str, **arguments: Any) -> list[View]:
        found = call.scope.deployment(deploymentId)
        entries = logs.lines(found, phase, call.world.clock.now(), **arguments)
        return [details.log(found, entry) for entry in entries]

    return resolve


def deployment_events(call: Call, *, id: str, **arguments: Any) -> View:
    paging = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(details.events(call.scope.deployment(id)), dict, lambda event: str(event["id"]), **paging)


def domains(call: Call, *, projectId: str, environmentId: str, serviceId: str) -> View:
    call.scope.project(projectId)
    found, place = call.scope.place(serviceId, environmentId)
    return details.domains(found, found.instances[place.id])


def variables(
    call: Call, *, projectId: str, environmentId: str, serviceId: str | None = None, unrendered: bool | None = None
) -> dict[str, str]:
    owner = call.scope.project(projectId)
    place = call.scope.environment(environmentId, owner)
    if serviceId is None:
        return dict(place.variables)
    found, _ = call.scope.place(serviceId, environmentId)
    own = {"RAILWAY_PROJECT_ID": projectId, "RAILWAY_ENVIRONMENT_ID": environmentId, "RAILWAY_SERVICE_ID": serviceId}
    return {**found.instances[place.id].variables, **own}


def deployment_triggers(call: Call, *, projectId: str, environmentId: str, serviceId: str, **arguments: Any) -> View:
    owner = call.scope.project(projectId)
    call.scope.place(serviceId, environmentId)
    found = [one for one in owner.triggers if (one.environment_id, one.service_id) == (environmentId, serviceId)]
    return views.pages(found, details.trigger)(None, **arguments)


QUERIES: dict[str, Resolver] = {
    "me": me,
    "apiToken": api_token,
    "projects": projects,
    "project": project,
    "environment": environment,
    "environments": environments,
    "service": service,
    "serviceInstance": service_instance,
    "projectToken": project_token,
    "deployment": deployment,
    "deployments": deployments,
    "buildLogs": _logs("build"),
    "deploymentLogs": _logs("deploy"),
    "deploymentEvents": deployment_events,
    "domains": domains,
    "variables": variables,
    "deploymentTriggers": deployment_triggers,
}
