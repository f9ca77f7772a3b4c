"""Where a fault is shown: real jobs, store and provider over the emulated host, in one loop and one virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Ask, Ports, Question, Request
from autocrea_lsp.deploy.consent import YES
from autocrea_lsp.deploy.jobs import Deployments, Update
from autocrea_lsp.deploy.vercel import VercelProvider
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import DeploymentRow, Moment
from autocrea_lsp.workspace.redact import redact
from tests.deploy.desk import CountedStore
from tests.deploy.manual_clock import ManualClock
from tests.emulators.vercel import Emulator, Line, Plan

VARIABLE = "canary-7d0be2f4-of-a-variable"
_SETTLE_S, _PATIENCE_S = 0.0, 0.008  # real: all is in one loop, so that what is on its way comes with its next round


class SharedClock(ManualClock):
    """One time for many stages: it moves when none of them has anything to do, and their hosts see that it did."""

    def __init__(self) -> None:
        super().__init__(now=time.time(), auto=True, settle_s=_SETTLE_S, patience_s=_PATIENCE_S)
        self.stores: list[CountedStore] = []
        self.hosts: list[Emulator] = []
        self.busy = lambda: any(store.waiting for store in self.stores)

    def _go(self, tick_s: float) -> None:
        passed_s = tick_s - self.monotonic()
        super()._go(tick_s)
        self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[2].done()]  # most are, of a crowd
        heapq.heapify(self._sleepers)
        for host in self.hosts:
            host.clock.advance(passed_s)


class OneHost:
    """What `Deployments` takes for all hosts."""

    def __init__(self, provider: VercelProvider) -> None:
        self._provider = provider

    def __call__(self, _name: str) -> VercelProvider:
        return self._provider

    def names(self) -> list[str]:
        return ["vercel"]

    async def aclose(self) -> None:
        await self._provider.aclose()


@dataclass(slots=True, kw_only=True)
class Stage:
    """`updates`: everything that was told."""

    api: Emulator
    clock: SharedClock
    store: CountedStore
    deployments: Deployments
    database: Path
    folder: Path
    updates: list[Update] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, update: Update) -> None:
        self.updates.append(update)
        self.news.set()

    def request(self, **fields: str) -> Request:
        return Request(folder=self.folder, provider="vercel", environment={"KEY": Secret(VARIABLE)}, **fields)

    async def run(self, **fields: str) -> DeploymentRow:
        """A deployment until it is no longer watched; the row as it is in the store then."""
        return await self.end(await self.deployments.start(self.request(**fields)))

    async def end(self, key: str) -> DeploymentRow:
        await self.deployments.wait(key)
        row = await self.store.deployment(key)
        assert row is not None
        return row

    async def until(self, holds: Callable[[Update], bool]) -> None:
        """Until something of that kind was told."""
        while not any(holds(update) for update in self.updates):
            self.news.clear()
            await self.news.wait()

    def known_project(self) -> None:
        """It was deployed before, long ago."""
        project = self.api.world.add_project("shop")
        self.api.world.add_deployment(project, target="production", created_ms=int(self.clock.now() - 86_400) * 1000)


def site(path: Path) -> Path:
    """A folder called "shop" with two files."""
    folder = path / "shop"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Hi</h1>")
    (folder / "app.js").write_text("console.log(1)")
    return folder


def course(token: str) -> Plan:
    """A build that prints what it should not."""
    lines = (
        Line(type="command", text="npm run build"),
        Line(text=f"KEY={VARIABLE}\nwith authorization: Bearer {token}"),
        Line(type="stderr", level="warning", text="a chunk is large"),
    )
    return Plan(log=lines)


async def agree(_question: Question) -> str:
    return YES


@contextlib.asynccontextmanager
async def staged(
    path: Path,
    *,
    clock: SharedClock | None = None,
    ask: Ask = agree,
    minutes: int = 30,
    team: str = "",
    moment: Callable[[], Moment] | None = None,
) -> AsyncGenerator[Stage, None]:
    """Afterwards nothing runs any more, and every request was within the contract, as was every answer."""
    clock = clock or SharedClock()
    async with Emulator(speed=0) as api:  # whose time is moved with ours
        api.clock.advance(clock.now() - api.clock.now())
        api.plan = course(api.token)
        clock.hosts.append(api)
        async with opened(path, clock, api, ask=ask, minutes=minutes, team=team, moment=moment) as stage:
            yield stage
        assert not api.breaches, api.breaches
        assert not api.failures, api.failures


@contextlib.asynccontextmanager
async def opened(
    path: Path,
    clock: SharedClock,
    api: Emulator,
    *,
    ask: Ask = agree,
    minutes: int = 30,
    team: str = "",
    moment: Callable[[], Moment] | None = None,
    owner: str = "the editor",
) -> AsyncGenerator[Stage, None]:
    """An editor over a host and a database that are there already."""
    plain = Settings()
    deploy = replace(
        plain.deploy, timeout_minutes=minutes, vercel=replace(plain.deploy.vercel, api_url=api.url, team=team)
    )
    settings = replace(plain, deploy=deploy)

    async def token(_name: str) -> Secret:
        return Secret(api.token)

    async def admit() -> None:
        return

    database = path / "autocrea.db"
    store = CountedStore(database, user="somebody", redact=redact, clock=moment or _of(clock))
    clock.stores.append(store)
    ports = Ports(settings=lambda: settings, token=token, clock=clock, ask=ask, state_dir=path / "state")
    stage: Stage
    deployments = Deployments(
        store=store,
        providers=OneHost(VercelProvider(ports)),
        clock=clock,
        settings=lambda: settings,
        project=lambda: "shop",
        trusted=lambda: True,
        admit=admit,
        ask=ask,
        on_update=lambda update: stage.told(update),
        owner=owner,
    )
    folder = path / "shop"
    stage = Stage(
        api=api,
        clock=clock,
        store=store,
        deployments=deployments,
        database=database,
        folder=folder if folder.exists() else site(path),
    )
    try:
        yield stage
    finally:
        await deployments.aclose()
        await asyncio.to_thread(store.close)


def _of(clock: SharedClock) -> Callable[[], Moment]:
    return lambda: Moment(boot="boot", tick_s=clock.monotonic(), wall_s=clock.now())
