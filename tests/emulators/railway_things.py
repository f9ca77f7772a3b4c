"""What the emulated host keeps: an account, projects, environments, services and deployments, as mutable records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.hosting.clock import HostClock
from tests.emulators.railway_plan import BEFORE_LIFE, Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    id: str = "5d1f1d3c-6c1b-4c5e-9d1e-000000000001"
    name: str = "Acme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the account token is of."""

    id: str = "0b7f5d0a-3c55-4a0a-8c6e-000000000001"
    name: str = "Maker"
    username: str = "maker"
    email: str = "maker@example.com"
    workspaces: tuple[Workspace, ...] = (Workspace(),)


@dataclass(slots=True, kw_only=True)
class Environment:
    id: str
    name: str
    project_id: str
    created_s: float
    ephemeral: bool = False
    variables: dict[str, str] = field(default_factory=dict)  # shared by the services


@dataclass(slots=True, kw_only=True)
class Domain:
    id: str
    domain: str
    created_s: float
    target_port: int | None = None


@dataclass(slots=True, kw_only=True)
class Instance:
    """A service in an environment. `settings`: the fields of ServiceInstance that a client may set."""

    id: str
    service_id: str
    environment_id: str
    created_s: float
    settings: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    domains: list[Domain] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Trigger:
    """What the host's Git app deploys by itself."""

    id: str
    project_id: str
    environment_id: str
    service_id: str
    branch: str
    repository: str
    provider: str = "github"
    check_suites: bool = False


@dataclass(slots=True, kw_only=True)
class Service:
    """`repo` "owner/name" and `branch`, or `image`: its source; none of them: what is sent to it."""

    id: str
    name: str
    project_id: str
    created_s: float
    repo: str | None = None
    branch: str | None = None
    image: str | None = None
    instances: dict[str, Instance] = field(default_factory=dict)  # by environment's id

    @property
    def has_source(self) -> bool:
        return bool(self.repo or self.image)


@dataclass(slots=True, kw_only=True)
class Project:
    """`environments`: the first one is its default."""

    id: str
    name: str
    workspace_id: str
    created_s: float
    description: str | None = None
    public: bool = False
    pr_deploys: bool = False
    environments: list[Environment] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)

    @property
    def default_environment(self) -> Environment:
        return self.environments[0]

    def environment(self, id_or_name: str) -> Environment | None:
        return next((found for found in self.environments if id_or_name in (found.id, found.name)), None)

    def service(self, id_or_name: str) -> Service | None:
        return next((found for found in self.services if id_or_name in (found.id, found.name)), None)


@dataclass(slots=True, kw_only=True)
class Deployment:
    """`url` has no scheme. `files`: names and contents of what was sent. `lived`: it was SUCCESS once; `settled`: what
    that means for others was done."""

    id: str
    project: Project
    environment: Environment
    service: Service
    created_s: float
    clock: HostClock
    course: Course
    url: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)  # the service's own, as they were
    image_kept: bool = True
    stopped: bool = False
    removed: bool = False  # by somebody, or by a newer one
    settled: bool = False

    @property
    def instance(self) -> Instance:
        return self.service.instances[self.environment.id]

    @property
    def status(self) -> str:
        """As of now: BUILDING, SUCCESS …"""
        return self.course.state(self.clock.now())

    @property
    def lived(self) -> bool:
        return self.course.since(self.clock.now(), "SUCCESS") is not None

    @property
    def active(self) -> bool:
        """It serves, or may again."""
        return self.lived and self.status in ("SUCCESS", "SLEEPING", "CRASHED")

    @property
    def exited(self) -> bool:
        """What ran has ended well, or was stopped."""
        return self.stopped or (self.course.plan.stopped and self.lived)

    @property
    def can_roll_back(self) -> bool:
        return self.lived and self.status == "REMOVED" and self.image_kept and self.course.plan.can_roll_back

    @property
    def can_redeploy(self) -> bool:
        return self.status not in BEFORE_LIFE

    def end(self, *following: tuple[float, str], at_s: float | None = None) -> None:
        """It goes into these states, so many seconds from now (or from then)."""
        self.course.end(self.clock.now() if at_s is None else at_s, *following)
        self.clock.wake()
