"""Where a fault is shown: real jobs, store and provider over the emulated host, in one loop and one virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Ask, Ports, Provider, Question, Request
from autocrea_lsp.deploy.consent import YES
from autocrea_lsp.deploy.jobs import Deployments, Update
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import DeploymentRow, Moment
from autocrea_lsp.workspace.redact import redact
from tests.deploy.desk import CountedStore
from tests.deploy.faults.case import Case
from tests.deploy.manual_clock import ManualClock

VARIABLE = "canary-7d0be2f4-of-a-variable"
_SETTLE_S, _PATIENCE_S = 0.0, 0.008  # real: all is in one loop, so that what is on its way comes with its next round


class SharedClock(ManualClock):
    """One time for many stages: it moves when none of them has anything to do, and their hosts see that it did."""

    def __init__(self) -> None:
        super().__init__(now=time.time(), auto=True, settle_s=_SETTLE_S, patience_s=_PATIENCE_S)
        self.stores: list[CountedStore] = []
        self.hosts: list[Any] = []
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

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __call__(self, _name: str) -> Provider:
        return self._provider

    def names(self) -> list[str]:
        return [self._provider.name]

    async def aclose(self) -> None:
        await self._provider.aclose()


@dataclass(slots=True, kw_only=True)
class Stage:
    """`updates`: everything that was told."""

    case: Case
    api: Any
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

    def request(self, **fields: Any) -> Request:
        variables = {"KEY": Secret(VARIABLE)} if self.case.takes_variables else {}
        values: dict[str, Any] = {"environment": variables, **self.case.fields, **fields}
        return Request(folder=self.folder, provider=self.case.name, **values)

    async def run(self, **fields: Any) -> DeploymentRow:
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


def site(path: Path) -> Path:
    """A folder called "shop" with two files."""
    folder = path / "shop"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Hi</h1>")
    (folder / "app.js").write_text("console.log(1)")
    return folder


async def agree(_question: Question) -> str:
    return YES


@contextlib.asynccontextmanager
async def staged(
    path: Path,
    case: Case,
    *,
    clock: SharedClock | None = None,
    ask: Ask = agree,
    minutes: int = 30,
    moment: Callable[[], Moment] | None = None,
) -> AsyncGenerator[Stage, None]:
    """Afterwards nothing runs any more, and every request was within the contract, as was every answer."""
    clock = clock or SharedClock()
    async with case.emulator(speed=0) as api:  # whose time is moved with ours
        api.clock.advance(clock.now() - api.clock.now())
        api.plan = case.course(api.token, VARIABLE)
        clock.hosts.append(api)
        async with opened(path, case, clock, api, ask=ask, minutes=minutes, moment=moment) as stage:
            yield stage
        assert not api.breaches, api.breaches
        assert not api.failures, api.failures


@contextlib.asynccontextmanager
async def opened(
    path: Path,
    case: Case,
    clock: SharedClock,
    api: Any,
    *,
    ask: Ask = agree,
    minutes: int = 30,
    moment: Callable[[], Moment] | None = None,
    owner: str = "the editor",
) -> AsyncGenerator[Stage, None]:
    """An editor over a host and a database that are there already."""
    plain = Settings()
    deploy = replace(case.settings(plain.deploy, api.url), timeout_minutes=minutes)
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
        providers=OneHost(case.provider(ports)),
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
        case=case,
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
