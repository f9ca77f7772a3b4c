"""A `NetlifyProvider` over the emulated host, on one clock; used by the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import (
    Created,
    Event,
    Lines,
    Notice,
    Place,
    Ports,
    Question,
    Ref,
    Remote,
    Request,
    Sent,
    Step,
)
from autocrea_lsp.deploy.netlify import NetlifyProvider
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import FINISHED
from tests.deploy.manual_clock import ManualClock
from tests.emulators.netlify import Account, Emulator, Plan

REPOSITORY = {
    "provider": "github",
    "repo_path": "acme/shop",
    "repo_url": "https://github.com/acme/shop",
    "repo_branch": "main",
}


@dataclass(slots=True, kw_only=True)
class Hosted:
    """`team`, `log_url`: the settings. `path`: of the API, behind the host's address. `token`: what is sent. `answer`:
    what whoever is asked says."""

    api: Emulator
    clock: ManualClock
    provider: NetlifyProvider
    folder: Path
    token: str
    team: str = ""
    log_url: str = ""
    path: str = "/api/v1"
    answer: str | None = None
    asked: list[Question] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def request(self, **fields: Any) -> Request:
        return Request(folder=self.folder, provider="netlify", **fields)

    def write(self, **files: str) -> None:
        """Files of the folder; `index_html="…"` is index.html."""
        for name, text in files.items():
            (self.folder / name.replace("_", ".")).write_text(text)

    async def deploy(self, request: Request | None = None, **fields: Any) -> Created:
        """As far as `deploy` goes; what happened is in `events`."""
        request = request or self.request(**fields)
        self.events = []
        plan = await self.provider.plan(request)
        async for event in self.provider.deploy(request, plan):
            self.events.append(event)
        return next(event for event in self.events if isinstance(event, Created))

    async def finished(self, ref: Ref) -> Remote:
        """To its end."""
        for _ in range(100):
            found = await self.provider.status(ref)
            if found.state in FINISHED:
                return found
            await self.clock.sleep(1.0)
        raise AssertionError(f"it does not end: {found}")

    async def live(self, **fields: Any) -> Remote:
        """Deployed to production, to its end."""
        return await self.finished((await self.deploy(target="production", **fields)).remote.ref)

    def contents(self, deploy: str = "") -> dict[str, bytes]:
        """Of a deployment's files at the host; "": the newest's."""
        found = self.api.world.deploys[deploy] if deploy else list(self.api.world.deploys.values())[-1]
        return {name: self.api.world.files[sha] for name, sha in found.files.items()}

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
    def log(self) -> list[str]:
        return [line.text for event in self.events if isinstance(event, Lines) for line in event.lines]

    @property
    def place(self) -> Place:
        """Of the host's only site."""
        (site,) = self.api.world.sites.values()
        return Place(account=site.team.slug, project=site.id, project_name=site.name)

    def calls(self) -> list[str]:
        """What was asked, in order, by the emulator's names of operations."""
        return [request.op for request in self.api.requests]

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
            netlify = replace(plain.deploy.netlify, api_url=api.url + here.path, team=here.team, log_url=here.log_url)
            return replace(plain, deploy=replace(plain.deploy, netlify=netlify))

        async def token(name: str) -> Secret:
            assert name == "netlify"
            return Secret(here.token)

        async def ask(question: Question) -> str | None:
            here.asked.append(question)
            return here.answer

        ports = Ports(settings=settings, token=token, clock=clock, ask=ask, state_dir=folder.parent / "state")
        here.provider = NetlifyProvider(ports)
        try:
            yield here
        finally:
            await here.provider.aclose()
        assert not api.breaches, api.breaches
        assert not api.failures, api.failures
