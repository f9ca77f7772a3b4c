"""What can be done at the host: mutations of deployments (others are in `railway_setting`), and the table of all."""

# ruff: noqa: A002, N803  # arguments have the schema's names

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulators import railway_setting as setting
from tests.emulators import railway_views as views
from tests.emulators.railway_plan import BEFORE_LIFE
from tests.emulators.railway_queries import Call, Resolver, View
from tests.emulators.railway_rules import Denied, problem
from tests.emulators.railway_starting import again, commit, start
from tests.emulators.railway_things import Deployment

Input = Mapping[str, Any]


def service_instance_deploy_v2(call: Call, *, serviceId: str, environmentId: str, commitSha: str | None = None) -> str:
    found, place = call.scope.place(serviceId, environmentId)
    if not found.has_source:
        raise Denied("Service source not found")
    return start(call, found, place, commit(call, found, commitSha)).id


def service_instance_deploy(
    call: Call,
    *,
    serviceId: str,
    environmentId: str,
    commitSha: str | None = None,
    latestCommit: bool | None = None,
) -> bool:
    found, place = call.scope.place(serviceId, environmentId)
    if found.has_source and (commitSha or latestCommit):
        start(call, found, place, commit(call, found, commitSha))
        return True
    return service_instance_redeploy(call, serviceId=serviceId, environmentId=environmentId)


def service_instance_redeploy(call: Call, *, serviceId: str, environmentId: str) -> bool:
    found, place = call.scope.place(serviceId, environmentId)
    newest = next(iter(call.world.of(service=found, environment=place)), None)
    if newest is None:
        raise Denied("Deployment not found")
    again(call, newest, "redeploy")
    return True


def environment_triggers_deploy(call: Call, *, input: Input) -> bool:
    owner = call.scope.project(input["projectId"])
    found, place = call.scope.place(input["serviceId"], input["environmentId"])
    triggers = [one for one in owner.triggers if (one.service_id, one.environment_id) == (found.id, place.id)]
    if not triggers:
        raise Denied("DeploymentTrigger not found")
    start(call, found, place, commit(call, found, None))
    return True


def deployment_redeploy(call: Call, *, id: str, usePreviousImageTag: bool | None = None) -> View:
    found = _noted(call, id)
    if not found.can_redeploy:
        raise problem()
    return views.deployment(call.scope, again(call, found, "redeploy", rebuilt=not usePreviousImageTag))


def deployment_rollback(call: Call, *, id: str) -> bool:
    found = _noted(call, id)
    if not found.can_roll_back:
        raise problem()
    found.instance.variables = dict(found.variables)  # they come back with the image
    again(call, found, "rollback", rebuilt=False)
    return True


def deployment_cancel(call: Call, *, id: str) -> bool:
    found = _noted(call, id)
    if found.status not in BEFORE_LIFE:
        raise problem()
    call.world.take_down(found)
    return True


def deployment_stop(call: Call, *, id: str) -> bool:
    _active(call, id).stopped = True
    return True


def deployment_restart(call: Call, *, id: str) -> bool:
    found = _active(call, id)
    found.stopped = False
    found.end((0.0, "SUCCESS"))
    return True


def deployment_remove(call: Call, *, id: str) -> bool:
    found = _noted(call, id)
    if found.status in ("REMOVED", "REMOVING"):
        raise problem()
    call.world.take_down(found)
    return True


def deployment_approve(call: Call, *, id: str) -> bool:
    found = _noted(call, id)
    if found.status != "NEEDS_APPROVAL":
        raise problem()
    found.course.resume(call.world.clock.now())
    found.clock.wake()
    return True


def _noted(call: Call, id: str) -> Deployment:
    call.notes.setdefault("acts", []).append(id)
    return call.scope.deployment(id)


def _active(call: Call, id: str) -> Deployment:
    found = _noted(call, id)
    if not found.active:
        raise problem()
    return found


MUTATIONS: dict[str, Resolver] = {
    "projectCreate": setting.project_create,
    "serviceCreate": setting.service_create,
    "serviceConnect": setting.service_connect,
    "serviceInstanceUpdate": setting.service_instance_update,
    "serviceInstanceDeployV2": service_instance_deploy_v2,
    "serviceInstanceDeploy": service_instance_deploy,
    "serviceInstanceRedeploy": service_instance_redeploy,
    "environmentTriggersDeploy": environment_triggers_deploy,
    "deploymentRedeploy": deployment_redeploy,
    "deploymentRollback": deployment_rollback,
    "deploymentCancel": deployment_cancel,
    "deploymentStop": deployment_stop,
    "deploymentRestart": deployment_restart,
    "deploymentRemove": deployment_remove,
    "deploymentApprove": deployment_approve,
    "deploymentTriggerCreate": setting.deployment_trigger_create,
    "githubRepoDeploy": setting.github_repo_deploy,
    "variableCollectionUpsert": setting.variable_collection_upsert,
    "variableUpsert": setting.variable_upsert,
    "variableDelete": setting.variable_delete,
    "serviceDomainCreate": setting.service_domain_create,
}
