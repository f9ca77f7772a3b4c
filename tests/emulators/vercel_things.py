"""What the emulated host keeps: accounts, projects, deployments and variables, as plain mutable records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.emulators.hosting.clock import HostClock
from tests.emulators.vercel_plan import Course

HostPlan = Literal["hobby", "pro", "enterprise"]
JobStatus = Literal["pending", "in-progress", "succeeded", "failed", "skipped"]
SETTINGS = ("framework", "buildCommand", "devCommand", "installCommand", "outputDirectory", "rootDirectory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: str = "team_emulated00000000000001"
    slug: str = "acme"
    name: str = "Acme"
    plan: HostPlan = "pro"
    sso: bool = False  # asks for a login with the identity provider, which a token cannot do


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the token is of. `default_team`: what a request without a scope means; None: the person's own."""

    user: str = "usr_emulated0000000000001"
    username: str = "maker"
    email: str = "maker@example.com"
    plan: HostPlan = "hobby"
    teams: tuple[Team, ...] = (Team(),)
    default_team: str | None = Team().id

    def team(self, id_or_slug: str) -> Team | None:
        return next((team for team in self.teams if id_or_slug in (team.id, team.slug)), None)

    def plan_of(self, scope: str) -> HostPlan:
        return found.plan if (found := self.team(scope)) else self.plan

    def slug_of(self, scope: str) -> str:
        return found.slug if (found := self.team(scope)) else self.username


HOBBY = Account(teams=(Team(plan="hobby"),))


@dataclass(slots=True, kw_only=True)
class Job:
    """A promote or rollback. Between `started_s` and `ends_s` it goes from pending to its `outcome`."""

    kind: Literal["promote", "rollback"]
    from_deployment: str | None
    to_deployment: str
    started_s: float
    ends_s: float
    outcome: JobStatus = "succeeded"
    done: bool = False

    def status(self, now_s: float) -> JobStatus:
        if now_s >= self.ends_s:
            return self.outcome
        return "pending" if now_s < (self.started_s + self.ends_s) / 2 else "in-progress"


@dataclass(slots=True, kw_only=True)
class Variable:
    """A variable of a project's environment."""

    id: str
    key: str
    value: str
    type: str
    target: list[str]
    created_ms: int
    updated_ms: int
    git_branch: str | None = None
    comment: str = ""
    environments: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Project:
    """`auto_assign`: production deployments go live by themselves; off after a rollback. `lived`: who was live, last
    one last. `domains`: production aliases besides the host's own."""

    id: str
    name: str
    scope: str
    created_ms: int
    settings: dict[str, Any] = field(default_factory=dict)
    link: dict[str, Any] | None = None
    domains: list[str] = field(default_factory=list)
    environments: list[dict[str, Any]] = field(default_factory=list)
    env: dict[str, Variable] = field(default_factory=dict)
    auto_assign: bool = True
    job: Job | None = None
    lived: list[str] = field(default_factory=list)
    rolled_back_from: str | None = None
    rollback_description: str | None = None

    @property
    def production_aliases(self) -> list[str]:
        return [*self.domains, f"{self.name}.vercel.app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file of a deployment; its content is in `World.files` under `sha`."""

    name: str
    sha: str
    size: int
    mode: int


@dataclass(slots=True, kw_only=True)
class Deployment:
    """`url` has no scheme. `target` None: preview. `settled`: its aliases were decided; `assigned`: and given."""

    id: str
    name: str
    url: str
    project: Project
    scope: str
    created_ms: int
    clock: HostClock
    course: Course
    target: str | None = None
    files: list[SourceFile] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    env: list[str] = field(default_factory=list)
    build_env: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    source: str = "api-trigger-git-deploy"
    git_source: dict[str, Any] | None = None
    git_metadata: dict[str, Any] | None = None
    environment: dict[str, Any] | None = None
    prebuilt: bool = False
    auto_assign: bool = True
    aliases: list[str] = field(default_factory=list)
    settled: bool = False
    assigned: bool = False
    blocked: bool = False
    body: dict[str, Any] = field(default_factory=dict)  # what it was created with

    @property
    def state(self) -> str:
        """As of now: QUEUED, BUILDING, READY …"""
        return self.course.state(self.clock.now())

    @property
    def production(self) -> bool:
        return self.target == "production"

    @property
    def branch(self) -> str | None:
        return (self.git_source or {}).get("ref") or (self.git_metadata or {}).get("commitRef")

    @property
    def commit(self) -> str | None:
        return (self.git_source or {}).get("sha") or (self.git_metadata or {}).get("commitSha")

    def end(self, state: str) -> None:
        """It goes into that state now."""
        self.course.end(self.clock.now(), state)
        self.clock.wake()
