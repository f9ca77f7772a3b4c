"""What the emulated Netlify keeps: accounts, sites, deploys, builds and variables, as plain mutable records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.hosting.clock import HostClock
from tests.emulators.netlify_plan import Course, Plan

_NOT_IN_HOST = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: str = "5f0000000000000000000001"
    slug: str = "acme"
    name: str = "Acme"
    type: str = "pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the token is of, and the teams they are in; the first is where a new site goes that names none."""

    user: str = "5f00000000000000000000aa"
    full_name: str = "Maker"
    email: str = "maker@example.com"
    teams: tuple[Team, ...] = (Team(),)

    def team(self, id_or_slug: str) -> Team | None:
        return next((team for team in self.teams if id_or_slug in (team.id, team.slug)), None)


@dataclass(slots=True, kw_only=True)
class Variable:
    """A variable of an account, or of one site of it. `values`: as the host gives them out."""

    key: str
    values: list[dict[str, Any]]
    scopes: list[str]
    is_secret: bool
    updated_s: float
    site: str | None = None  # None: all of the account


@dataclass(slots=True, kw_only=True)
class Site:
    """`lived`: the deploys that were published, the live one last. `locked`: no deploy publishes itself.

    `repo`: of the contract's `repoInfo`; None: none is connected.
    """

    id: str
    name: str
    team: Team
    created_s: float
    updated_s: float
    repo: dict[str, Any] | None = None
    custom_domain: str | None = None
    locked: bool = False
    lived: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> list[str]:
        return [f"{self.name}.netlify.app", *([self.custom_domain] if self.custom_domain else [])]

    @property
    def host(self) -> str:
        """The one that it is shown with."""
        return self.hosts[-1]

    @property
    def production_branch(self) -> str:
        return (self.repo or {}).get("repo_branch") or "main"


@dataclass(slots=True, kw_only=True)
class Deploy:
    """`files`: path without a leading slash → SHA-1. `required`: the digests that were not there at the manifest.

    `manifest`: the body that set `files`; None: there is none yet. `settled`: whether it is live was decided.
    """

    id: str
    number: int  # the order of their making
    site: Site
    clock: HostClock
    course: Course
    plan: Plan
    created_s: float
    draft: bool = False
    branch: str | None = None
    context: str = "production"
    title: str | None = None
    manifest: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    there: int = 0  # how many of `required`, from its beginning, are known to be there: files never go
    framework: str | None = None
    source: str = "api"
    build: str | None = None
    commit: str | None = None
    review: int | None = None
    error: str | None = None
    published_s: float | None = None
    settled: bool = False

    @property
    def state(self) -> str:
        """As of now: new, uploading, processing, ready …"""
        return self.course.state(self.clock.now())

    @property
    def finished(self) -> bool:
        return self.course.finished(self.clock.now())

    @property
    def skipped(self) -> bool:
        return self.plan.skipped and self.finished

    @property
    def error_message(self) -> str | None:
        return (self.error or self.plan.error or "Deploy failed") if self.state == "error" else None

    @property
    def host(self) -> str:
        """Its own, which stays when it is not live any more."""
        return f"{self.id}--{self.site.name}.netlify.app"

    @property
    def alias(self) -> str | None:
        """The host of its branch or pull request."""
        if self.review is not None:
            return f"deploy-preview-{self.review}--{self.site.name}.netlify.app"
        if self.context != "branch-deploy" or not self.branch:
            return None
        return f"{_NOT_IN_HOST.sub('-', self.branch.lower()).strip('-')}--{self.site.name}.netlify.app"

    def end(self, state: str, error: str | None = None) -> None:
        """It goes into that state now."""
        self.error = error
        self.course.end(self.clock.now(), state)
        self.clock.wake()


@dataclass(slots=True, kw_only=True)
class Build:
    """A build from the repository, or from source that was sent."""

    id: str
    number: int
    site: Site
    deploy: Deploy
    sha: str
    created_s: float
