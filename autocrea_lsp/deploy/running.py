"""What runs here: a task for each deployment that this process drives or follows."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from typing import Protocol

from autocrea_lsp.deploy.base import Ask, Provider, Request
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.creating import Parts
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.following import follow
from autocrea_lsp.deploy.job import LEASE_S, Job
from autocrea_lsp.deploy.record import Record, Update
from autocrea_lsp.store import DeploymentRow, Store

log = logging.getLogger(__name__)


class Hosts(Protocol):
    """Providers by name: `deploy.providers.Providers`."""

    def __call__(self, name: str) -> Provider: ...

    def names(self) -> list[str]: ...

    async def aclose(self) -> None: ...


class Running:
    """One task for each deployment, by its id; its record, and its job as long as it is driven here."""

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
        self._records: dict[str, Record] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._parts = Parts(store=store, clock=clock, owner=owner, ask=ask, tell=self._tell, limit_s=limit_s)

    async def _take_up(self, row: DeploymentRow) -> bool:
        """Drive it from here on, if nobody does; whether it is driven here now."""
        if not await self._store.claim(row.id, owner=self._owner, lease_s=LEASE_S):
            return False
        now = await self._store.deployment(row.id) or row
        if row.id not in self._tasks:  # somebody else here may have been faster
            self._drive(now)
        return row.id in self._jobs

    def _drive(self, row: DeploymentRow, request: Request | None = None, *, agreed: bool = False) -> None:
        record = self._record(row)
        self._spawn(record, self._job(record, request, agreed=agreed))

    def _follow(self, row: DeploymentRow) -> None:
        if row.id not in self._tasks:
            self._spawn(self._record(row), None)

    def _record(self, row: DeploymentRow) -> Record:
        return Record(self._store, row, owner=self._owner, clock=self._clock, tell=self._tell)

    def _job(self, record: Record, request: Request | None, *, agreed: bool = False) -> Job:
        if request is not None:
            record.hide_values(request)
        job = Job(self._parts, self._providers(record.row.provider), record, request, agreed=agreed)
        self._jobs[record.row.id] = job
        return job

    def _spawn(self, record: Record, job: Job | None) -> None:
        key = record.row.id
        task = asyncio.create_task(self._keep(record, job), name="a deployment")
        self._tasks[key], self._records[key] = task, record

        def done(ended: asyncio.Task[None]) -> None:
            for known in (self._tasks, self._records, self._jobs):
                known.pop(key, None)
            if not ended.cancelled() and (error := ended.exception()) is not None:
                trace = "".join(traceback.format_exception(error))  # whose text may quote a variable
                log.error("a deployment's task ended in a way that nobody has foreseen\n%s", record.hide(trace))

        task.add_done_callback(done)

    async def _keep(self, record: Record, job: Job | None) -> None:
        """Drive it or follow it, whichever is ours to do, until the last word is told."""
        key, driven = record.row.id, job is not None
        try:
            while job is None or not await job.run():
                self._jobs.pop(key, None)
                row = await follow(self._parts, record, heard=driven)
                if row is None:
                    return
                record.row, driven = row, True
                job = self._job(record, None)
        finally:
            self._jobs.pop(key, None)
            await asyncio.shield(self._give_back(key))

    async def _give_back(self, key: str) -> None:
        await self._store.release(key, owner=self._owner)

    def _tell(self, update: Update) -> None:
        try:
            self._on_update(update)
        except Exception:  # boundary: whoever shows it must not stop what is shown
            log.exception("a deployment's update could not be shown")

    async def _row(self, key: str) -> DeploymentRow:
        row = await self._store.deployment(key)
        if row is None and (record := self._records.get(key)) is not None:
            return record.row  # the history was cleared; it runs on
        if row is None:
            raise NotThere(f"There is no deployment {key[:80]!r}.", hint="The list of deployments has their ids.")
        return row
