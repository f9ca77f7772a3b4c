"""The emulated Netlify's state, and what time does to it: manifests are read, builds end, deploys are published."""

from __future__ import annotations

import hashlib
import itertools
import math
import uuid
from collections.abc import Mapping
from typing import Any

from tests.emulators.hosting.clock import HostClock
from tests.emulators.netlify_plan import CANCELED, Course, Plan
from tests.emulators.netlify_things import Account, Build, Deploy, Site, Team, Variable

MAX_PARALLEL_UPLOADS = 5  # reference A2.6: the host enforces it
_WAITING = ("prepared", "uploading")


class World:
    """Everything that is at the host. `settle` must run before it is looked at; the emulator's `world` does that."""

    def __init__(self, account: Account, clock: HostClock) -> None:
        self.account, self.clock = account, clock
        self.sites: dict[str, Site] = {}
        self.deploys: dict[str, Deploy] = {}
        self.builds: dict[str, Build] = {}
        self.variables: dict[str, list[Variable]] = {}  # by team
        self.deleted: set[str] = set()
        self.files: dict[str, bytes] = {}  # by SHA-1
        self.limits: dict[str, int] = {}  # how many requests of an operation are answered before 429
        self.max_parallel_uploads = MAX_PARALLEL_UPLOADS
        self._numbers = itertools.count(1)

    @property
    def env(self) -> dict[str, dict[str, str]]:
        """Site id → key → the value of its first context."""
        found: dict[str, dict[str, str]] = {}
        for variable in itertools.chain.from_iterable(self.variables.values()):
            if variable.site and variable.values:
                found.setdefault(variable.site, {})[variable.key] = variable.values[0]["value"]
        return found

    def new_id(self) -> str:
        """24 hex digits, as of everything but sites."""
        return hashlib.sha1(f"id{next(self._numbers)}".encode()).hexdigest()[:24]  # noqa: S324

    def live(self, site: str) -> str | None:
        """The deploy that is published; by the site's id or name."""
        self.settle()
        found = self.find_site(site)
        return found.lived[-1] if found and found.lived else None

    def find_site(self, wanted: str) -> Site | None:
        """By id, name, or any of its host names."""
        sites = self.sites.values()
        return next((site for site in sites if wanted in (site.id, site.name, *site.hosts)), None)

    def of_site(self, site: Site) -> list[Deploy]:
        """The newest first."""
        found = [deploy for deploy in self.deploys.values() if deploy.site is site]
        return sorted(found, key=lambda deploy: -deploy.number)

    def add_site(
        self, name: str, *, team: Team | None = None, repo: Mapping[str, Any] | None = None, **fields: Any
    ) -> Site:
        """A site that was there before. `repo`: {} for one that is connected to some repository."""
        if repo is not None:
            at = {"provider": "github", "repo_path": f"acme/{name}", "repo_branch": "main"}
            repo = {**at, "repo_url": f"https://github.com/{repo.get('repo_path', at['repo_path'])}", **repo}
        now_s = self.clock.now()
        values: dict[str, Any] = {
            "id": str(uuid.UUID(int=next(self._numbers) + (4 << 76) + (8 << 60))),
            "created_s": now_s,
            "updated_s": now_s,
            **fields,
        }
        site = Site(
            name=name, team=team or self.account.teams[0], repo=dict(repo) if repo is not None else None, **values
        )
        self.sites[site.id] = site
        return site

    def add_deploy(self, site: Site, *, plan: Plan | None = None, state: str = "new", **fields: Any) -> Deploy:
        """A deploy in that state; without a plan one that became ready, and live if it may, long ago."""
        now_s = self.clock.now()
        values: dict[str, Any] = {
            "id": self.new_id(),
            "created_s": now_s,
            "branch": site.production_branch,
            **fields,
        }
        deploy = Deploy(
            number=next(self._numbers),
            site=site,
            clock=self.clock,
            course=Course("ready" if plan is None else state, now_s),
            plan=plan or Plan(),
            **values,
        )
        self.deploys[deploy.id] = deploy
        if deploy.plan.locked:
            site.locked = True
        self.settle()
        return deploy

    def set_files(self, deploy: Deploy, files: Mapping[str, str], *, later: bool) -> None:
        """Take its manifest. `later`: it is read after some time, and only then known what is missing."""
        now_s = self.clock.now()
        deploy.files = {path.lstrip("/"): sha for path, sha in files.items()}
        deploy.required = [sha for sha in dict.fromkeys(deploy.files.values()) if sha not in self.files]
        deploy.there = 0
        if later:
            deploy.course.go(now_s, ["preparing", "prepared"], [deploy.plan.prepare_s])
        elif deploy.required:
            deploy.course.go(now_s, ["uploading"], [])
        else:
            self.process(deploy, now_s)
        self.settle()

    def missing(self, deploy: Deploy) -> list[str]:
        """The digests that are still wanted; none is known before the manifest is read."""
        if deploy.state not in _WAITING:
            return []
        return [sha for sha in deploy.required if sha not in self.files]

    def complete(self, deploy: Deploy) -> bool:
        """Nothing is missing; cheap, since it is asked with every request."""
        while deploy.there < len(deploy.required) and deploy.required[deploy.there] in self.files:
            deploy.there += 1
        return deploy.there == len(deploy.required)

    def process(self, deploy: Deploy, now_s: float) -> None:
        """All its files are there."""
        plan = deploy.plan
        deploy.course.go(now_s, plan.states, plan.steps_s(plan.states))
        deploy.course.write(plan.lines(built=False))
        self.clock.wake()

    def start_build(self, site: Site, plan: Plan, *, branch: str, title: str | None) -> Build:
        """Of a branch of its repository."""
        sha = hashlib.sha1(f"head of {branch}".encode()).hexdigest()  # noqa: S324
        production = branch == site.production_branch and plan.review is None
        context = "production" if production else "branch-deploy" if plan.review is None else "deploy-preview"
        deploy = self.add_deploy(
            site,
            plan=plan,
            state=plan.git_states[0],
            branch=branch,
            context=context,
            title=title,
            commit=sha,
            review=plan.review,
            source="git",
        )
        deploy.course.go(deploy.created_s, plan.git_states, plan.steps_s(plan.git_states))
        if "building" in plan.git_states:
            deploy.course.write(plan.lines(built=True))
        number = next(self._numbers)
        build = Build(id=self.new_id(), number=number, site=site, deploy=deploy, sha=sha, created_s=deploy.created_s)
        deploy.build = build.id
        self.builds[build.id] = build
        self.settle()
        return build

    def review(self, deploy: Deploy, *, accept: bool) -> None:
        """Somebody decides about a deploy that waits for it."""
        if not accept:
            deploy.end("rejected")
            return
        plan, states = deploy.plan, ("accepted", "enqueued", "building", "ready")
        deploy.course.go(self.clock.now(), states, plan.steps_s(states))
        deploy.course.write(plan.lines(built=True))
        self.clock.wake()

    def cancel(self, deploy: Deploy) -> None:
        """One that is finished stays as it is."""
        if not deploy.finished:
            deploy.end("error", CANCELED)

    def publish(self, deploy: Deploy, at_s: float | None = None) -> None:
        """It is what the site shows, from now on or from then on."""
        lived = deploy.site.lived
        lived[:] = [id_ for id_ in lived if id_ != deploy.id] + [deploy.id]
        deploy.published_s = deploy.site.updated_s = self.clock.now() if at_s is None else at_s

    def roll_back(self, site: Site) -> bool:
        """Publish the one that was live before; False: there is none."""
        if len(site.lived) < 2:
            return False
        site.lived.pop()
        self.publish(self.deploys[site.lived[-1]])
        return True

    def remove(self, deploy: Deploy) -> None:
        del self.deploys[deploy.id]
        self.deleted.add(deploy.id)
        deploy.site.lived[:] = [id_ for id_ in deploy.site.lived if id_ != deploy.id]
        if not deploy.finished:
            deploy.end("error", CANCELED)

    def remove_site(self, site: Site) -> None:
        for deploy in self.of_site(site):
            self.remove(deploy)
        del self.sites[site.id]

    def settle(self) -> None:
        """Do all that was due until now, in the order in which it was due."""
        now_s = self.clock.now()
        for deploy in self.deploys.values():
            prepared_s = deploy.course.since(now_s, *_WAITING)
            if prepared_s is not None and deploy.state in _WAITING and self.complete(deploy):
                self.process(deploy, now_s if deploy.required else prepared_s)
        due = [
            (deploy.course.since(now_s, "ready"), deploy.number, deploy)
            for deploy in self.deploys.values()
            if not deploy.settled
        ]
        for ready_s, _, deploy in sorted(due, key=lambda entry: (entry[0] or math.inf, entry[1])):
            if ready_s is None:
                continue
            deploy.settled = True
            if deploy.context == "production" and not deploy.draft and not deploy.site.locked:
                self.publish(deploy, ready_s)
