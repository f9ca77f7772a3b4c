"""What runs here: a task for each deployment that this process drives or follows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from autocrea_lsp.deploy.base import Ask, Provider
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.creating import Parts
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.job import LEASE_S, Job, follow
from autocrea_lsp.deploy.record import Record, Update
from autocrea_lsp.store import FINISHED, DeploymentRow, Store

log = logging.getLogger(__name__)


class Hosts(Protocol):
    """Providers by name: `deploy.providers.Providers`."""

    def __call__(self, name: str) -> Provider: ...

    def names(self) -> list[str]: ...

    async def aclose(self) -> None: ...


class Running:
    """The tasks, by the ids of their deployments."""

    def __init__(
        self,
        *,
        store: Store,
        providers: Hosts,
        clock: Clock,
        owner: str,
        ask: Ask,
        on_update: Callable[[Update], None],
        limit_s: Callable[[], float],
    ) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock
        self._owner = owner
        self._on_update = on_update
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._parts = Parts(store=store, clock=clock, owner=owner, ask=ask, tell=self._tell, limit_s=limit_s)

    async def _take_up(self, row: DeploymentRow) -> bool:
        """Drive it from here on, if nobody else does."""
        if not await self._store.claim(row.id, owner=self._owner, lease_s=LEASE_S):
            return False
        now = await self._store.deployment(row.id) or row
        self._drive(Job(self._parts, self._providers(row.provider), now, None))
        return True

    def _drive(self, job: Job) -> None:
        key = job.row.id
        self._jobs[key] = job
        self._spawn(key, job.run())

    def _follow(self, row: DeploymentRow) -> None:
        record = Record(self._store, row, owner=self._owner, clock=self._clock, tell=self._tell)
        self._spawn(row.id, self._follow_until_it_is_ours(record))

    async def _follow_until_it_is_ours(self, record: Record) -> None:
        """Whoever drives it may die: then it is ours."""
        following = asyncio.ensure_future(follow(self._parts, record))
        try:
            while not following.done():
                sleeping = asyncio.ensure_future(self._clock.sleep(LEASE_S / 2))
                await asyncio.wait({following, sleeping}, return_when=asyncio.FIRST_COMPLETED)
                sleeping.cancel()
                key = record.row.id
                if following.done() or record.row.state in FINISHED:
                    continue
                if await self._store.claim(key, owner=self._owner, lease_s=LEASE_S):
                    row = await self._store.deployment(key) or record.row
                    job = self._jobs[key] = Job(self._parts, self._providers(row.provider), row, None)
                    await job.run()
                    return
        finally:
            following.cancel()

    def _spawn(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="a deployment")
        self._tasks[key] = task

        def done(ended: asyncio.Task[None]) -> None:
            self._tasks.pop(key, None)
            self._jobs.pop(key, None)
            if not ended.cancelled() and (error := ended.exception()) is not None:
                log.error("a deployment's task ended in a way that nobody has foreseen", exc_info=error)

        task.add_done_callback(done)

    def _tell(self, update: Update) -> None:
        try:
            self._on_update(update)
        except Exception:  # boundary: whoever shows it must not stop what is shown
            log.exception("a deployment's update could not be shown")

    async def _row(self, key: str) -> DeploymentRow:
        row = await self._store.deployment(key)
        if row is None:
            raise NotThere(f"There is no deployment {key[:80]!r}.", hint="The list of deployments has their ids.")
        return row
