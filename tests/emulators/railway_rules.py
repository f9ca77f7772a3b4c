"""What the host refuses, in its own words; and what a token may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.emulators.hosting.calls import Answer, Refused
from tests.emulators.railway_things import Deployment, Environment, Project, Service
from tests.emulators.railway_world import World

NOT_AUTHORIZED = "Not Authorized"
TRACE = "909477571025499935"
INTERNAL = "INTERNAL_SERVER_ERROR"  # the code of every refusal by a resolver


class Denied(Exception):
    """A refusal by a resolver: an error inside a 200. `message` tells, the code never does."""

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message, self.extra = message, extra


class Unspoken(Refused):
    """A refusal outside of GraphQL, with a status of HTTP."""

    def __init__(self, status: int, message: str, *, plain: bool = False) -> None:
        super().__init__(message)
        self.status, self.message, self.plain = status, message, plain

    def answer(self) -> Answer:
        if self.plain:
            return Answer(status=self.status, raw=self.message.encode(), headers={"content-type": "text/plain"})
        return Answer(status=self.status, value={"message": self.message})


class InErrors(Refused):
    """What was asked by GraphQL and came to nothing: `value` is the whole body."""

    def __init__(self, value: Mapping[str, Any], status: int = 200) -> None:
        super().__init__(str(value))
        self.value, self.status = value, status

    def answer(self) -> Answer:
        return Answer(status=self.status, value=self.value)


def problem() -> Denied:
    """What the host says when it does not say what."""
    return Denied("Problem processing request")


def error_value(message: str, *, code: str = INTERNAL, path: list[Any] | None = None, **extra: Any) -> dict[str, Any]:
    """An entry of `errors`."""
    where: dict[str, Any] = {"locations": [{"line": 1, "column": 3}], "path": path} if path else {}
    return {"message": message, **where, "extensions": {"code": code, **extra}, "traceId": TRACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a request's token may see and do. `problem`: what is answered to everything where it is good for nothing."""

    world: World
    kind: Literal["account", "workspace", "project", "none"]
    problem: str = ""
    project_id: str | None = None
    environment_id: str | None = None

    def person(self) -> None:
        """Only a person's own token may."""
        self._allow(self.kind == "account")

    def account(self) -> None:
        """A token of one project may not."""
        self._allow(self.kind in ("account", "workspace"))

    def project_token(self) -> tuple[str, str]:
        """Ids of its project and environment."""
        if self.kind == "none":
            raise Denied(self.problem)
        if self.project_id is None or self.environment_id is None:
            raise Denied("Project Token not found")
        return self.project_id, self.environment_id

    def projects(self) -> list[Project]:
        self.account()
        return [project for project in self.world.projects.values() if project.id not in self.world.foreign]

    def project(self, id_: str) -> Project:
        self._allow(self.kind != "none")
        project = self.world.projects.get(id_)
        if project is None:
            raise Denied("Project not found")
        self._allow(self.project_id in (None, id_) and id_ not in self.world.foreign)
        return project

    def environment(self, id_: str, project: Project | None = None) -> Environment:
        self._allow(self.kind != "none")
        found = self.world.find_environment(id_)
        if found is None or (project is not None and found[0] is not project):
            raise Denied("Environment not found")
        self.project(found[0].id)
        self._allow(self.environment_id in (None, id_))
        return found[1]

    def service(self, id_: str, project: Project | None = None) -> Service:
        self._allow(self.kind != "none")
        found = self.world.find_service(id_)
        if found is None or (project is not None and found[0] is not project):
            raise Denied("Service not found")
        self.project(found[0].id)
        return found[1]

    def place(self, service_id: str, environment_id: str) -> tuple[Service, Environment]:
        """A service in an environment of its project."""
        environment = self.environment(environment_id)
        service = self.service(service_id)
        if environment.id not in service.instances:
            raise Denied("ServiceInstance not found")
        return service, environment

    def deployment(self, id_: str) -> Deployment:
        self._allow(self.kind != "none")
        deployment = self.world.deployments.get(id_)
        if deployment is None:
            raise Denied("Deployment not found")
        self.environment(deployment.environment.id)
        return deployment

    def _allow(self, allowed: bool) -> None:
        if self.kind == "none":
            raise Denied(self.problem)
        if not allowed:
            raise Denied(NOT_AUTHORIZED)


def scope_of(world: World, headers: Mapping[str, str], *, account_token: str, workspace_token: str) -> Scope:
    """By the headers of a request; the token of a project comes first, as with the host's own client."""
    if (token := headers.get("project-access-token")) is not None:
        if token not in world.project_tokens:
            return Scope(world=world, kind="none", problem="Project Token not found")
        project_id, environment_id = world.project_tokens[token]
        return Scope(world=world, kind="project", project_id=project_id, environment_id=environment_id)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token == account_token:
        return Scope(world=world, kind="account")
    if scheme.lower() == "bearer" and token == workspace_token:
        return Scope(world=world, kind="workspace")
    return Scope(world=world, kind="none", problem=NOT_AUTHORIZED)
