"""What the host says of its things: the fields of its schema's types; what leads to other things is looked up late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.emulators.railway_details import domains, moment, trigger
from tests.emulators.railway_paging import connection
from tests.emulators.railway_rules import Scope
from tests.emulators.railway_things import (
    Deployment,
    Environment,
    Instance,
    Project,
    Service,
    Workspace,
)

T = TypeVar("T")
View = dict[str, Any]
_RUNNING = {"SUCCESS": "RUNNING", "DEPLOYING": "INITIALIZING", "CRASHED": "CRASHED", "REMOVING": "REMOVING"}


def pages(things: Sequence[T], shown: Callable[[T], View]) -> Callable[..., View]:
    """A field that is a list read by pages; it takes the arguments of one."""

    def page(_info: Any, **arguments: Any) -> View:
        paging = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
        return connection(things, shown, lambda thing: str(thing.id), **paging)  # type: ignore[attr-defined]

    return page


def empty(_info: Any, **_arguments: Any) -> View:
    """A list of what this host does not have."""
    return connection([], str, str)


def workspace(scope: Scope, shown: Workspace) -> View:
    projects = [project for project in scope.world.projects.values() if project.workspace_id == shown.id]
    return {
        "id": shown.id,
        "name": shown.name,
        "createdAt": moment(0),
        "updatedAt": moment(0),
        "adoptionLevel": 0.5,
        "has2FAEnforcement": False,
        "hasAutomaticDiagnosis": False,
        "hasGuardrailsAccess": False,
        "hasHipaaBAA": False,
        "hasSAML": False,
        "members": [],
        "plan": "PRO",
        "projectCount": lambda _info, **_: len(projects),
        "projects": pages(projects, lambda found: project(scope, found)),
        "redactedDueTo2FAPending": False,
        "subscriptionModel": "USER",
        "subscriptionPlanLimit": {},
        "usersWithout2FA": [],
    }


def user(scope: Scope) -> View:
    account = scope.world.account
    return {
        "id": account.id,
        "name": account.name,
        "username": account.username,
        "email": account.email,
        "createdAt": moment(0),
        "lastLogin": moment(0),
        "agreedFairUse": True,
        "featureFlags": [],
        "flags": [],
        "has2FA": False,
        "hasPasskeys": False,
        "isAdmin": False,
        "isConductor": False,
        "isVerified": True,
        "platformFeatureFlags": [],
        "registrationStatus": "REGISTERED",
        "projects": pages(scope.projects(), lambda found: project(scope, found)),
        "workspaces": lambda _info: [workspace(scope, found) for found in account.workspaces],
    }


def project(scope: Scope, shown: Project) -> View:
    own = next((found for found in scope.world.account.workspaces if found.id == shown.workspace_id), None)

    def environments(info: Any, *, isEphemeral: bool | None = None, **arguments: Any) -> View:  # noqa: N803
        found = [one for one in shown.environments if isEphemeral in (None, one.ephemeral)]
        return pages(found, lambda one: environment(scope, one))(info, **arguments)

    return {
        "id": shown.id,
        "name": shown.name,
        "description": shown.description,
        "createdAt": moment(shown.created_s),
        "updatedAt": moment(shown.created_s),
        "baseEnvironmentId": shown.default_environment.id,
        "primaryEnvironmentId": shown.default_environment.id,
        "baseEnvironment": lambda _info: environment(scope, shown.default_environment),
        "botPrEnvironments": False,
        "featureFlags": [],
        "focusedPrEnvironments": False,
        "isPublic": shown.public,
        "isTempProject": False,
        "prDeploys": shown.pr_deploys,
        "members": [],
        "subscriptionPlanLimit": {},
        "subscriptionType": "pro",
        "workspaceId": shown.workspace_id,
        "workspace": lambda _info: workspace(scope, own) if own else None,
        "environments": environments,
        "services": pages(shown.services, lambda found: service(scope, found)),
        "deployments": lambda info, **arguments: pages(
            scope.world.of(project=shown), lambda found: deployment(scope, found)
        )(info, **arguments),
        "deploymentTriggers": pages(shown.triggers, trigger),
        **dict.fromkeys(("buckets", "groups", "plugins", "projectPermissions", "volumes"), empty),
    }


def environment(scope: Scope, shown: Environment) -> View:
    def owner() -> Project:
        return scope.world.projects[shown.project_id]

    def instances(info: Any, **arguments: Any) -> View:
        found = [one.instances[shown.id] for one in owner().services if shown.id in one.instances]
        return pages(found, lambda one: instance(scope, one))(info, **arguments)

    return {
        "id": shown.id,
        "name": shown.name,
        "projectId": shown.project_id,
        "createdAt": moment(shown.created_s),
        "updatedAt": moment(shown.created_s),
        "canAccess": True,
        "canvasGroupRefs": [],
        "config": lambda _info, **_: {"services": {}},
        "configEtag": "0",
        "isEphemeral": shown.ephemeral,
        "meta": None,
        "unmergedChangesCount": 0,
        "serviceInstances": instances,
        "deployments": lambda info, **arguments: pages(
            scope.world.of(environment=shown), lambda found: deployment(scope, found)
        )(info, **arguments),
        "deploymentTriggers": lambda info, **arguments: pages(
            [found for found in owner().triggers if found.environment_id == shown.id], trigger
        )(info, **arguments),
        **dict.fromkeys(("variables", "volumeInstances"), empty),
    }


def service(scope: Scope, shown: Service) -> View:
    def owner() -> Project:
        return scope.world.projects[shown.project_id]

    return {
        "id": shown.id,
        "name": shown.name,
        "projectId": shown.project_id,
        "createdAt": moment(shown.created_s),
        "updatedAt": moment(shown.created_s),
        "featureFlags": [],
        "hasHiddenRegistryCredentialsFromTemplate": False,
        "isRestricted": False,
        "project": lambda _info: project(scope, owner()),
        "serviceInstances": pages(list(shown.instances.values()), lambda found: instance(scope, found)),
        "deployments": lambda info, **arguments: pages(
            scope.world.of(service=shown), lambda found: deployment(scope, found)
        )(info, **arguments),
        "repoTriggers": lambda info, **arguments: pages(
            [found for found in owner().triggers if found.service_id == shown.id], trigger
        )(info, **arguments),
    }


def instance(scope: Scope, shown: Instance) -> View:
    found = scope.world.find_service(shown.service_id)
    assert found is not None
    owner = found[1]

    def deployments() -> list[Deployment]:
        place = scope.world.projects[owner.project_id].environment(shown.environment_id)
        return scope.world.of(service=owner, environment=place)

    return {
        "builder": "RAILPACK",
        "restartPolicyMaxRetries": 10,
        "restartPolicyType": "ON_FAILURE",
        "watchPatterns": [],
        **shown.settings,
        "id": shown.id,
        "serviceId": owner.id,
        "serviceName": owner.name,
        "environmentId": shown.environment_id,
        "createdAt": moment(shown.created_s),
        "updatedAt": moment(shown.created_s),
        "isUpdatable": owner.has_source,
        "source": {"repo": owner.repo, "image": owner.image} if owner.has_source else None,
        "service": lambda _info: service(scope, owner),
        "domains": lambda _info: domains(owner, shown),
        "latestDeployment": lambda _info: next((deployment(scope, found) for found in deployments()), None),
        "activeDeployments": lambda _info: [deployment(scope, found) for found in deployments() if found.active],
    }


def deployment(scope: Scope, shown: Deployment) -> View:
    now_s = scope.world.clock.now()
    status = shown.status
    account = scope.world.account
    running = "EXITED" if shown.exited else _RUNNING.get(status)
    return {
        "id": shown.id,
        "status": status,
        "createdAt": moment(shown.created_s),
        "updatedAt": moment(shown.course.changed_s(now_s)),
        "statusUpdatedAt": moment(shown.course.changed_s(now_s)),
        "url": shown.url,
        "staticUrl": shown.url,
        "meta": shown.meta,
        "canRollback": shown.can_roll_back,
        "canRedeploy": shown.can_redeploy,
        "deploymentStopped": shown.exited,
        "environmentId": shown.environment.id,
        "projectId": shown.project.id,
        "serviceId": shown.service.id,
        "snapshotId": shown.id[::-1],
        "creator": {"id": account.id, "email": account.email, "name": account.name, "avatar": None},
        "diagnosis": shown.course.plan.diagnosis if status == "FAILED" else None,
        "instances": [{"id": f"{shown.id[:8]}-instance", "status": running}] if running else [],
        "sockets": [],
        "suggestAddServiceDomain": not shown.instance.domains and shown.lived,
        "environment": lambda _info: environment(scope, shown.environment),
        "service": lambda _info: service(scope, shown.service),
    }
