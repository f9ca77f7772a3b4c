"""A `VercelProvider` over the emulated host, on one clock; used by the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Created, Event, Notice, Place, Ports, Question, Request, Sent, Step
from autocrea_lsp.deploy.vercel import VercelProvider
from autocrea_lsp.settings import Settings
from tests.deploy.manual_clock import ManualClock
from tests.emulators.vercel import Account, Emulator, Plan


@dataclass(slots=True, kw_only=True)
class Hosted:
    """`team`: the setting. `token`: what is sent."""

    api: Emulator
    clock: ManualClock
    provider: VercelProvider
    folder: Path
    token: str
    team: str = ""
    events: list[Event] = field(default_factory=list)

    def request(self, **fields: Any) -> Request:
        return Request(folder=self.folder, provider="vercel", **fields)

    def write(self, **files: str) -> None:
        """Files of the folder; `index_html="…"` is index.html."""
        for name, text in files.items():
            (self.folder / name.replace("_", ".")).write_text(text)

    async def deploy(self, request: Request | None = None, **fields: Any) -> Created:
        """All the way; what happened is in `events`."""
        request = request or self.request(**fields)
        plan = await self.provider.plan(request)
        self.events = [event async for event in self.provider.deploy(request, plan)]
        return next(event for event in self.events if isinstance(event, Created))

    def contents(self) -> dict[str, bytes]:
        """Of the newest deployment's files at the host."""
        newest = list(self.api.world.deployments.values())[-1]
        return {file.name: self.api.world.files[file.sha] for file in newest.files}

    @property
    def steps(self) -> list[str]:
        return [event.state for event in self.events if isinstance(event, Step)]

    @property
    def sent(self) -> list[Sent]:
        return [event for event in self.events if isinstance(event, Sent)]

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]

    @property
    def place(self) -> Place:
        """Of the host's only project."""
        (project,) = self.api.world.projects.values()
        return Place(account=project.scope, project=project.id, project_name=project.name)

    def calls(self) -> list[str]:
        """What was asked, in order, by the emulator's names of operations."""
        return [request.op or request.path for request in self.api.requests]

    def bodies(self, op: str) -> list[Any]:
        return [request.body for request in self.api.requests if request.op == op]


@asynccontextmanager
async def hosted(folder: Path, *, account: Account | None = None, plan: Plan | None = None) -> AsyncIterator[Hosted]:
    """Afterwards every request was within the contract, and so was every answer."""
    clock = ManualClock(auto=True)
    async with Emulator(account, now=clock.now) as api:
        api.plan = plan or Plan()
        here = Hosted(api=api, clock=clock, provider=None, folder=folder, token=api.token)  # type: ignore[arg-type]

        def settings() -> Settings:
            plain = Settings()
            vercel = replace(plain.deploy.vercel, api_url=api.url, team=here.team)
            return replace(plain, deploy=replace(plain.deploy, vercel=vercel))

        async def token(name: str) -> Secret:
            assert name == "vercel"
            return Secret(here.token)

        async def ask(_question: Question) -> str | None:
            return None

        ports = Ports(settings=settings, token=token, clock=clock, ask=ask, state_dir=folder / ".state")
        here.provider = VercelProvider(ports)
        try:
            yield here
        finally:
            await here.provider.aclose()
        assert not api.breaches, api.breaches
        assert not api.failures, api.failures
