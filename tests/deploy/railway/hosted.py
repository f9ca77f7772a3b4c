"""A `RailwayProvider` over the emulated host, on one clock; used by the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Created, Event, Lines, Notice, Place, Ports, Question, Ref, Request, Sent, Step
from autocrea_lsp.deploy.railway import RailwayProvider
from autocrea_lsp.settings import Settings
from tests.deploy.manual_clock import ManualClock
from tests.emulators.railway import Account, Emulator
from tests.emulators.railway_things import Deployment, Project, Service, Trigger

MARK = "autocrea-0123456789abcdef"


@dataclass(slots=True, kw_only=True)
class Hosted:
    """`workspace`: the setting. `token`: what is sent."""

    api: Emulator
    clock: ManualClock
    provider: RailwayProvider
    folder: Path
    token: str
    workspace: str = ""
    events: list[Event] = field(default_factory=list)

    def request(self, **fields: Any) -> Request:
        given = {"target": "production", "mark": "autocrea-0123456789abcdef"} | fields
        return Request(folder=self.folder, provider="railway", **given)

    async def deploy(self, request: Request | None = None, **fields: Any) -> Created:
        """All the way; what happened is in `events`."""
        request = request or self.request(**fields)
        plan = await self.provider.plan(request)
        self.events = []
        async for event in self.provider.deploy(request, plan):
            self.events.append(event)
        return next(event for event in self.events if isinstance(event, Created))

    @property
    def project(self) -> Project:
        """The host's first one."""
        return next(iter(self.api.world.projects.values()))

    @property
    def service(self) -> Service:
        """The first one of it."""
        return self.project.services[0]

    @property
    def place(self) -> Place:
        return Place(
            account=self.project.workspace_id,
            project=f"{self.project.id}/{self.service.id}",
            project_name=self.project.name,
        )

    def ref(self, deployment: Deployment) -> Ref:
        return Ref(place=self.place, id=deployment.id)

    @property
    def newest(self) -> Deployment:
        return list(self.api.world.deployments.values())[-1]

    @property
    def steps(self) -> list[str]:
        return [event.state for event in self.events if isinstance(event, Step)]

    @property
    def sent(self) -> list[Sent]:
        return [event for event in self.events if isinstance(event, Sent)]

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]

    def calls(self) -> list[str]:
        """What was asked, in order, by the emulator's names of operations."""
        return [request.op or request.path for request in self.api.requests]

    def variables(self, op: str) -> list[Any]:
        return [request.body["variables"] for request in self.api.requests if request.op == op]


async def read(host: Hosted, ref: Ref, **rest: Any) -> list[Lines]:
    return [piece async for piece in host.provider.logs(ref, **rest)]


def texts(pieces: list[Lines]) -> list[str]:
    return [line.text for piece in pieces for line in piece.lines]


@asynccontextmanager
async def hosted(folder: Path, *, account: Account | None = None) -> AsyncIterator[Hosted]:
    """Afterwards every request was within the contract, and so was every answer."""
    clock = ManualClock(auto=True)
    async with Emulator(account, now=clock.now) as api:
        here = Hosted(api=api, clock=clock, provider=None, folder=folder, token=api.token)  # type: ignore[arg-type]

        def settings() -> Settings:
            plain = Settings()
            railway = replace(plain.deploy.railway, api_url=api.url, workspace=here.workspace)
            return replace(plain, deploy=replace(plain.deploy, railway=railway))

        async def token(name: str) -> Secret:
            assert name == "railway"
            return Secret(here.token)

        async def ask(_question: Question) -> str | None:
            return None

        ports = Ports(settings=settings, token=token, clock=clock, ask=ask, state_dir=folder.parent / "state")
        here.provider = RailwayProvider(ports)
        try:
            yield here
        finally:
            await here.provider.aclose()
        assert not api.breaches, api.breaches
        assert not api.failures, api.failures
        assert not api.errors, api.errors


def connect(host: Hosted) -> None:
    """To acme/shop, whose main is at bbb…"""
    host.api.world.repositories["acme/shop"] = {"main": "b" * 40}
    host.service.repo, host.service.branch = "acme/shop", "main"
    for environment in host.project.environments:
        host.project.triggers.append(
            Trigger(
                id=host.api.world.new_id(),
                project_id=host.project.id,
                environment_id=environment.id,
                service_id=host.service.id,
                branch="main",
                repository="acme/shop",
            )
        )
