"""The emulated host's state, and what time does to it: builds end, aliases move, jobs finish."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from tests.emulators.hosting.clock import HostClock
from tests.emulators.vercel_plan import Course, Plan
from tests.emulators.vercel_things import Account, Deployment, Job, JobStatus, Project

JOB_S = 0.5  # of a promote or rollback


class World:
    """Everything that is at the host. `settle` must run before it is looked at; the emulator's `world` does that."""

    def __init__(self, account: Account, clock: HostClock) -> None:
        self.account, self.clock = account, clock
        self.projects: dict[str, Project] = {}
        self.deployments: dict[str, Deployment] = {}
        self.deleted: set[str] = set()
        self.files: dict[str, bytes] = {}  # by SHA-1
        self.aliases: dict[str, str] = {}  # host name → the deployment that is there
        self.job_s = JOB_S
        self.job_outcome: JobStatus = "succeeded"  # of the next promote or rollback
        self.job_queues = False  # a promote is answered 202: it waits behind a rolling release
        self.limits: dict[str, int] = {}  # how many requests of an operation are answered before 429
        self.refused_repositories: set[str] = set()  # "owner/name" that the host's Git app may not read
        self.merges_identical = False  # a create without forceNew that repeats another answers with that other one
        # proposed to a project's first deployment that neither has settings nor skips the question; None: not asked
        self.first_settings: dict[str, Any] | None = {"framework": None, "buildCommand": None, "outputDirectory": None}
        self._numbers = itertools.count(1)
        self._last_ms = 0

    @property
    def teams(self) -> dict[str, Any]:
        return {team.id: team for team in self.account.teams}

    @property
    def env(self) -> dict[str, dict[str, str]]:
        """Project id → key → value."""
        return {
            project.id: {variable.key: variable.value for variable in project.env.values()}
            for project in self.projects.values()
        }

    def new_id(self, prefix: str) -> str:
        return prefix + hashlib.sha1(f"{prefix}{next(self._numbers)}".encode()).hexdigest()[:24]  # noqa: S324

    def now_ms(self) -> int:
        """The host's time, never twice the same: lists are paged by it."""
        self._last_ms = max(self._last_ms + 1, self.clock.now_ms())
        return self._last_ms

    def live(self, project: str) -> str | None:
        """The deployment that a project's production domains lead to; by the project's id or name."""
        self.settle()
        found = self.projects.get(project) or next(p for p in self.projects.values() if p.name == project)
        return found.lived[-1] if found.lived else None

    def add_project(self, name: str, *, scope: str | None = None, **fields: Any) -> Project:
        """A project that was there before."""
        scope = scope or self.account.default_team or self.account.user
        fields = {"id": self.new_id("prj_"), "created_ms": self.now_ms(), **fields}
        project = Project(name=name, scope=scope, **fields)
        self.projects[project.id] = project
        return project

    def add_deployment(self, project: Project, *, plan: Plan | None = None, **fields: Any) -> Deployment:
        """A deployment; by default one that was READY and assigned long ago."""
        number, slug = next(self._numbers), self.account.slug_of(project.scope)
        if plan is None:
            plan = Plan(instant=True)
        mark = hashlib.sha1(f"url{number}".encode()).hexdigest()[:9]  # noqa: S324
        values: dict[str, Any] = {
            "id": self.new_id("dpl_"),
            "name": project.name,
            "url": f"{project.name}-{mark}-{slug}.vercel.app",
            "created_ms": self.now_ms(),
            "settings": dict(project.settings),
            **fields,
        }
        course = Course(plan, min(values["created_ms"] / 1000, self.clock.now()))
        deployment = Deployment(project=project, scope=project.scope, clock=self.clock, course=course, **values)
        self.deployments[deployment.id] = deployment
        self.settle()
        return deployment

    def find_project(self, id_or_name: str, scope: str) -> Project | None:
        return next(
            (
                project
                for project in self.projects.values()
                if id_or_name in (project.id, project.name) and project.scope == scope
            ),
            None,
        )

    def find_deployment(self, id_or_host: str, scope: str) -> Deployment | None:
        wanted = self.aliases.get(id_or_host, id_or_host)
        return next(
            (
                deployment
                for deployment in self.deployments.values()
                if wanted in (deployment.id, deployment.url) and deployment.scope == scope
            ),
            None,
        )

    def of_project(self, project: Project) -> list[Deployment]:
        """The newest first."""
        return sorted(
            (deployment for deployment in self.deployments.values() if deployment.project is project),
            key=lambda deployment: -deployment.created_ms,
        )

    def can_roll_back_to(self, deployment: Deployment) -> bool:
        lived = deployment.project.lived
        return deployment.state == "READY" and deployment.id in lived and deployment.id != lived[-1]

    def start_job(self, project: Project, deployment: Deployment, kind: Any) -> Job:
        now_s = self.clock.now()
        live = self.live(project.id)
        project.job = Job(
            kind=kind,
            from_deployment=live or deployment.id,
            to_deployment=deployment.id,
            started_s=now_s,
            ends_s=now_s + self.job_s,
            outcome=self.job_outcome,
        )
        return project.job

    def remove(self, deployment: Deployment) -> None:
        del self.deployments[deployment.id]
        self.deleted.add(deployment.id)
        self.aliases = {host: id_ for host, id_ in self.aliases.items() if id_ != deployment.id}
        lived = deployment.project.lived
        lived[:] = [id_ for id_ in lived if id_ != deployment.id]
        deployment.end("CANCELED")

    def settle(self) -> None:
        """Do all that was due until now, in the order in which it was due."""
        now_s = self.clock.now()
        due: list[tuple[float, int, Deployment | Project]] = [
            (deployment.course.alias_s, deployment.created_ms, deployment)
            for deployment in self.deployments.values()
            if not deployment.settled and deployment.course.alias_s <= now_s
        ]
        due += [
            (project.job.ends_s, project.created_ms, project)
            for project in self.projects.values()
            if project.job and not project.job.done and project.job.ends_s <= now_s
        ]
        for _, _, thing in sorted(due, key=lambda entry: entry[:2]):
            if isinstance(thing, Deployment):
                self._assign(thing)
            else:
                self._finish(thing)

    def _assign(self, deployment: Deployment) -> None:
        deployment.settled = True
        if deployment.course.plan.alias_error or deployment.course.plan.checks == "failed":
            return
        deployment.assigned = True
        slug = self.account.slug_of(deployment.scope)
        project = deployment.project
        if deployment.production and deployment.auto_assign and project.auto_assign:
            self._go_live(deployment)
            return
        middle = f"git-{deployment.branch}" if deployment.branch else self.account.username
        self._point([f"{project.name}-{middle}-{slug}.vercel.app".lower()], deployment)

    def _finish(self, project: Project) -> None:
        job = project.job
        assert job is not None
        job.done = True
        deployment = self.deployments.get(job.to_deployment)
        if job.outcome != "succeeded" or deployment is None:
            return
        project.rolled_back_from = job.from_deployment if job.kind == "rollback" else None
        project.auto_assign = job.kind == "promote"
        self._go_live(deployment)

    def _go_live(self, deployment: Deployment) -> None:
        lived = deployment.project.lived
        lived[:] = [id_ for id_ in lived if id_ != deployment.id] + [deployment.id]
        self._point(deployment.project.production_aliases, deployment)

    def _point(self, hosts: list[str], deployment: Deployment) -> None:
        for host in hosts:
            if (before := self.deployments.get(self.aliases.get(host, ""))) and before is not deployment:
                before.aliases = [alias for alias in before.aliases if alias != host]
            self.aliases[host] = deployment.id
        deployment.aliases = list(dict.fromkeys([*deployment.aliases, *hosts]))
