"""The emulated host's state, and what time does to it: a deployment that comes to life removes the one before."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping
from typing import Any

from tests.emulators.hosting.clock import HostClock
from tests.emulators.railway_plan import Course, Plan
from tests.emulators.railway_things import Account, Deployment, Domain, Environment, Instance, Project, Service

_SPACE = uuid.UUID("6a8f5c0e-2f0f-4a3f-9a53-6f1c6f0d7e11")
REMOVING_S = 0.5
MAX_UP_BYTES = 100_000_000


class World:
    """Everything that is at the host. `settle` must run before it is looked at; the emulator's `world` does that."""

    def __init__(self, account: Account, clock: HostClock, project_token: str) -> None:
        self.account, self.clock = account, clock
        self.projects: dict[str, Project] = {}
        self.deployments: dict[str, Deployment] = {}
        self.deleted: set[str] = set()  # ids of what somebody, or a fault, took away
        self.foreign: set[str] = set()  # ids of projects in which the token has no business
        self.repositories: dict[str, dict[str, str]] = {}  # "owner/name" → branch → newest commit
        self.project_tokens: dict[str, tuple[str, str]] = {}  # token → ids of project and environment
        self.limits: dict[str, int] = {}  # how many requests of an operation are answered before 429
        self.removing_s = REMOVING_S
        self.max_up_bytes = MAX_UP_BYTES
        self._project_token = project_token
        self._numbers = itertools.count(1)
        self._last_s = 0.0

    def new_id(self) -> str:
        return str(uuid.uuid5(_SPACE, str(next(self._numbers))))

    def now_s(self) -> float:
        """The host's time, in milliseconds that never come twice: lists are ordered by it."""
        self._last_s = max(round(self._last_s + 0.001, 3), round(self.clock.now(), 3))
        return self._last_s

    # ---- what tests put there

    def add_project(
        self, name: str, *, environments: tuple[str, ...] = ("production",), id_: str | None = None, **fields: Any
    ) -> Project:
        """A project. The emulator's project token is of the first one and its first environment."""
        project = Project(
            id=id_ or self.new_id(),
            name=name,
            created_s=self.now_s(),
            **{"workspace_id": self.account.workspaces[0].id, **fields},
        )
        self.projects[project.id] = project
        for environment in environments:
            self.add_environment(project, environment)
        self.project_tokens.setdefault(self._project_token, (project.id, project.default_environment.id))
        return project

    def add_environment(self, project: Project, name: str, *, ephemeral: bool = False) -> Environment:
        environment = Environment(
            id=self.new_id(), name=name, project_id=project.id, created_s=self.now_s(), ephemeral=ephemeral
        )
        project.environments.append(environment)
        for service in project.services:
            self._instance(service, environment)
        return environment

    def add_service(self, project: Project, name: str, *, domain: bool = True, **fields: Any) -> Service:
        """A service, in every environment of the project. `domain`: with the host's own name for it."""
        service = Service(id=self.new_id(), name=name, project_id=project.id, created_s=self.now_s(), **fields)
        project.services.append(service)
        for environment in project.environments:
            instance = self._instance(service, environment)
            if domain:
                self.add_domain(instance, service, environment)
        return service

    def add_domain(
        self, instance: Instance, service: Service, environment: Environment, *, target_port: int | None = None
    ) -> Domain:
        mark = self.new_id()[:4]
        domain = Domain(
            id=self.new_id(),
            domain=f"{service.name}-{environment.name}-{mark}.up.railway.app".lower(),
            created_s=self.now_s(),
            target_port=target_port,
        )
        instance.domains.append(domain)
        return domain

    def add_deployment(
        self,
        service: Service,
        environment: Environment | None = None,
        *,
        plan: Plan | None = None,
        states: tuple[str, ...] | None = None,
        files: Mapping[str, bytes] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> Deployment:
        """A deployment; by default one that is SUCCESS already. `states`: the last ones of the plan's, only these."""
        project = self.projects[service.project_id]
        environment = environment or project.default_environment
        instance = service.instances[environment.id]
        created_s = self.now_s()
        plan = plan or Plan(instant=True)
        course = Course(plan, min(created_s, self.clock.now()), states)
        deployment = Deployment(
            id=self.new_id(),
            project=project,
            environment=environment,
            service=service,
            created_s=created_s,
            clock=self.clock,
            course=course,
            url=instance.domains[0].domain if instance.domains else None,
            meta=dict(meta or {}),
            files=dict(files or {}),
            variables=dict(instance.variables),
        )
        self.deployments[deployment.id] = deployment
        self.settle()
        return deployment

    def remove(self, deployment: Deployment) -> None:
        """It is gone without a trace."""
        del self.deployments[deployment.id]
        self.deleted.add(deployment.id)
        deployment.end((0.0, "REMOVED"))

    def remove_project(self, project: Project) -> None:
        for deployment in self.of(project=project):
            self.remove(deployment)
        del self.projects[project.id]
        self.deleted.add(project.id)

    # ---- what there is

    def of(
        self, *, project: Project | None = None, service: Service | None = None, environment: Environment | None = None
    ) -> list[Deployment]:
        """The newest first."""
        found = [
            deployment
            for deployment in self.deployments.values()
            if (project is None or deployment.project is project)
            and (service is None or deployment.service is service)
            and (environment is None or deployment.environment is environment)
        ]
        return sorted(found, key=lambda deployment: -deployment.created_s)

    def live(self, service: Service, environment: Environment | None = None) -> Deployment | None:
        """The one that serves."""
        self.settle()
        environment = environment or self.projects[service.project_id].default_environment
        return next((found for found in self.of(service=service, environment=environment) if found.active), None)

    def find_service(self, id_: str) -> tuple[Project, Service] | None:
        return next(
            (
                (project, service)
                for project in self.projects.values()
                for service in project.services
                if service.id == id_
            ),
            None,
        )

    def find_environment(self, id_: str) -> tuple[Project, Environment] | None:
        return next(
            (
                (project, environment)
                for project in self.projects.values()
                for environment in project.environments
                if environment.id == id_
            ),
            None,
        )

    def settle(self) -> None:
        """Do all that was due until now, in the order in which it was due."""
        now_s = self.clock.now()
        due = [
            (at_s, deployment.created_s, deployment)
            for deployment in self.deployments.values()
            if not deployment.settled and (at_s := deployment.course.since(now_s, "SUCCESS")) is not None
        ]
        for at_s, _, deployment in sorted(due, key=lambda entry: entry[:2]):
            deployment.settled = True
            for older in self.of(service=deployment.service, environment=deployment.environment):
                if older is not deployment and older.settled and not older.removed:
                    self.take_down(older, at_s)

    def take_down(self, deployment: Deployment, at_s: float | None = None) -> None:
        """It stops serving, and is REMOVED a moment later."""
        deployment.removed = True
        deployment.end((0.0, "REMOVING"), (self.removing_s, "REMOVED"), at_s=at_s)

    def _instance(self, service: Service, environment: Environment) -> Instance:
        instance = Instance(
            id=self.new_id(), service_id=service.id, environment_id=environment.id, created_s=self.now_s()
        )
        service.instances[environment.id] = instance
        return instance
