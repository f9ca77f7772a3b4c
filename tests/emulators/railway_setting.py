"""Mutations of projects, services, variables and domains; named and called as the fields of the schema."""

# ruff: noqa: A002, N803  # arguments have the schema's names

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulators import railway_details as details
from tests.emulators import railway_views as views
from tests.emulators.railway_queries import Call, View
from tests.emulators.railway_rules import Denied, problem
from tests.emulators.railway_starting import again, commit, connect, start

Input = Mapping[str, Any]


def project_create(call: Call, *, input: Input) -> View:
    call.scope.account()
    spaces = call.world.account.workspaces
    wanted = input.get("workspaceId")
    if wanted is not None and wanted not in [space.id for space in spaces]:
        raise Denied("Not Authorized")
    made = call.world.add_project(
        input.get("name") or "distinguished-simplicity",
        environments=(input.get("defaultEnvironmentName") or "production",),
        workspace_id=wanted or spaces[0].id,
        description=input.get("description"),
        public=bool(input.get("isPublic")),
        pr_deploys=bool(input.get("prDeploys")),
    )
    if repository := input.get("repo"):
        name = repository["fullRepoName"]
        added = call.world.add_service(made, name.rpartition("/")[2], domain=False)
        connect(call, added, name, repository["branch"])
    return views.project(call.scope, made)


def service_create(call: Call, *, input: Input) -> View:
    call.scope.account()
    owner = call.scope.project(input["projectId"])
    source = input.get("source") or {}
    if input.get("environmentId"):
        call.scope.environment(input["environmentId"], owner)
    name = input.get("name") or (source.get("repo") or source.get("image") or "service").rpartition("/")[2]
    if owner.service(name):
        raise Denied(f'A service named "{name}" already exists in this project')
    made = call.world.add_service(owner, name, domain=False, image=source.get("image"))
    for place in made.instances.values():
        place.variables.update(input.get("variables") or {})
    if source.get("repo"):
        connect(call, made, source["repo"], input.get("branch"))
        start(call, made, owner.default_environment, commit(call, made, None))
    return views.service(call.scope, made)


def service_connect(call: Call, *, id: str, input: Input) -> View:
    call.scope.account()
    found = call.scope.service(id)
    if input.get("repo"):
        connect(call, found, input["repo"], input.get("branch"))
    elif input.get("image"):
        found.repo, found.branch, found.image = None, None, input["image"]
    elif input.get("branch") and found.repo:
        found.branch = input["branch"]
    else:
        raise problem()
    return views.service(call.scope, found)


def service_instance_update(call: Call, *, serviceId: str, input: Input, environmentId: str | None = None) -> bool:
    found = call.scope.service(serviceId)
    owner = call.world.projects[found.project_id]
    place = call.scope.environment(environmentId or owner.default_environment.id, owner)
    settings = {name: value for name, value in input.items() if name not in ("source", "registryCredentials")}
    found.instances[place.id].settings.update(settings)
    source = input.get("source") or {}
    if source.get("repo"):
        connect(call, found, source["repo"], None)
    elif source.get("image"):
        found.repo, found.image = None, source["image"]
    return True


def deployment_trigger_create(call: Call, *, input: Input) -> View:
    call.scope.account()
    owner = call.scope.project(input["projectId"])
    found, place = call.scope.place(input["serviceId"], input["environmentId"])
    connect(call, found, input["repository"], input["branch"], place)
    if input.get("rootDirectory"):
        found.instances[place.id].settings["rootDirectory"] = input["rootDirectory"]
    made = owner.triggers[-1]
    made.provider, made.check_suites = input["provider"], bool(input.get("checkSuites"))
    return details.trigger(made)


def github_repo_deploy(call: Call, *, input: Input) -> str:
    """The id of the work that the host begins; it is none of a deployment."""
    call.scope.account()
    owner = call.scope.project(input["projectId"])
    place = call.scope.environment(input.get("environmentId") or owner.default_environment.id, owner)
    made = call.world.add_service(owner, input["repo"].rpartition("/")[2])
    connect(call, made, input["repo"], input.get("branch"), place)
    start(call, made, place, commit(call, made, None))
    return call.world.new_id()


def variable_collection_upsert(call: Call, *, input: Input) -> bool:
    kept = _variables(call, input)
    if not isinstance(input["variables"], dict):
        raise problem()
    if input.get("replace"):
        kept.clear()
    kept.update({name: str(value) for name, value in input["variables"].items()})
    _restage(call, input)
    return True


def variable_upsert(call: Call, *, input: Input) -> bool:
    _variables(call, input)[input["name"]] = input["value"]
    _restage(call, input)
    return True


def variable_delete(call: Call, *, input: Input) -> bool:
    if _variables(call, input).pop(input["name"], None) is None:
        raise Denied("Variable not found")
    _restage(call, input)
    return True


def service_domain_create(call: Call, *, input: Input) -> View:
    found, place = call.scope.place(input["serviceId"], input["environmentId"])
    instance = found.instances[place.id]
    made = call.world.add_domain(instance, found, place, target_port=input.get("targetPort"))
    for deployment in call.world.of(service=found, environment=place):
        deployment.url = deployment.url or made.domain
    return details.domain(found, instance, made)


def _variables(call: Call, input: Input) -> dict[str, str]:
    owner = call.scope.project(input["projectId"])
    place = call.scope.environment(input["environmentId"], owner)
    if not input.get("serviceId"):
        return place.variables
    found, _ = call.scope.place(input["serviceId"], input["environmentId"])
    return found.instances[place.id].variables


def _restage(call: Call, input: Input) -> None:
    """Whoever serves there is deployed anew, since its variables changed; unless the client asked for peace."""
    if input.get("skipDeploys"):
        return
    owner = call.world.projects[input["projectId"]]
    place = owner.environment(input["environmentId"])
    for service in owner.services:
        if input.get("serviceId") in (None, service.id) and (live := call.world.live(service, place)):
            again(call, live, "redeploy")
