"""How deployments stand: rows, logs, numbers; from the store, and from the host where it knows more."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from autocrea_lsp.deploy.base import Page, Provider
from autocrea_lsp.deploy.errors import DeployError, NotThere
from autocrea_lsp.deploy.job import INTERRUPTED_HERE, LEASE_S
from autocrea_lsp.deploy.providers import require
from autocrea_lsp.deploy.record import LeaseLost, Record, ref_of
from autocrea_lsp.deploy.running import Running
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import FINISHED, DeploymentRow, DeploymentState, DeploymentStats, LogLineRow

log = logging.getLogger(__name__)

NOT_SERVED = "It is not served any more: the server that did has ended."


class Overview(Running):
    """Questions; none of them changes anything at a host."""

    async def status(self, id: str) -> DeploymentRow:  # noqa: A002
        """The row; from the host where it is not finished and nobody drives it. Raises NotThere for no such row.

        Where the host cannot be asked, `detail` says why.
        """
        row = await self._row(id)
        if row.id in self._jobs:
            return self._jobs[row.id].row
        provider = self._providers(row.provider)
        if provider.local and row.state == "success":
            return await self._still_served(provider, row)
        if row.state in FINISHED or not row.remote_id:
            return row
        # Not as this process: a cancel that comes meanwhile may begin to drive it, and keeps its lease then.
        owner = f"{self._owner} asking {uuid.uuid4().hex}"
        if not await self._store.claim(row.id, owner=owner, lease_s=LEASE_S):
            return row
        record = Record(self._store, row, owner=owner, clock=self._clock, tell=lambda _update: None)
        try:
            await self._refresh(provider, record)
        except LeaseLost:
            return await self._store.deployment(row.id) or row
        except (DeployError, UserError) as error:
            log.info("a deployment's state could not be asked for: %s", type(error).__name__)
            return replace(record.row, detail=error.advice)
        finally:
            await asyncio.shield(self._let_go(row.id, owner))
        return record.row

    async def _refresh(self, provider: Provider, record: Record) -> None:
        if provider.local:
            await record.change(state="interrupted", detail=INTERRUPTED_HERE)
            return
        try:
            remote = await provider.status(record.ref())
        except NotThere:
            await record.change(state="failed", error=f"It is no longer there at {provider.title}.")
            return
        await record.take(remote)
        if remote.state in FINISHED:
            await record.change(state=remote.state, detail=remote.detail, error=remote.error)

    async def _let_go(self, key: str, owner: str) -> None:
        await self._store.release(key, owner=owner)

    async def log(self, id: str, *, after_seq: int = 0, limit: int = 1000) -> list[LogLineRow]:  # noqa: A002
        """Its log, as far as it was read; at the host's where nothing of it was kept."""
        row = await self._row(id)
        lines = await self._store.deployment_log(row.id, after_seq=after_seq, limit=limit)
        if lines or after_seq or not row.remote_id or not row.finished:  # whoever drives it keeps its log
            return lines
        record = Record(self._store, row, owner=self._owner, clock=self._clock, tell=lambda _update: None)
        try:
            async with aclosing(self._providers(row.provider).logs(ref_of(row))) as pieces:
                async for piece in pieces:
                    record.add_lines(piece.lines)
        except (DeployError, UserError) as error:
            log.info("a log could not be fetched: %s", type(error).__name__)
        return await self._store.deployment_log(row.id, after_seq=after_seq, limit=limit)

    async def rows(
        self,
        *,
        limit: int = 20,
        offset: int = 0,
        project: str | None = None,
        provider: str | None = None,
        target: str | None = None,
        state: DeploymentState | str | None = None,
    ) -> list[DeploymentRow]:
        """Our own history, the newest first."""
        return await self._store.deployments(
            limit=limit,
            offset=offset,
            project=project,
            provider=provider,
            target=target,
            state=state,  # type: ignore[arg-type]  # a filter for a state that there is not finds nothing
        )

    async def remote(
        self, provider: str, folder: Path, *, limit: int, cursor: str = "", target: str = "", state: str = ""
    ) -> Page:
        """The host's own list of the folder's project. It reads a link file: the caller looks at trust."""
        host = self._providers(provider)
        require(host, "remote_list")
        place = await host.find_place(folder)
        return await host.list(place, limit=limit, cursor=cursor, target=target, state=state)

    async def latest(
        self, *, project: str | None = None, provider: str | None = None, target: str | None = None
    ) -> DeploymentRow | None:
        """The one that succeeded last."""
        return await self._store.latest_successful(project=project, provider=provider, target=target)

    async def stats(self, *, project: str | None = None, provider: str | None = None) -> DeploymentStats:
        return await self._store.deployment_stats(project=project, provider=provider)

    async def wait(self, id: str) -> DeploymentRow:  # noqa: A002
        """The row when it has ended, or when nobody here watches it any more; what another drives is followed."""
        row = await self._row(id)
        if row.id not in self._tasks:
            if row.state in FINISHED or row.state == "unknown":  # where the watching was given up
                return row
            if not await self._take_up(row):
                self._follow(row)
        record, task = self._records.get(row.id), self._tasks.get(row.id)
        if record is None or task is None:
            return await self._row(row.id)
        await asyncio.wait({task})
        return record.row

    async def _still_served(self, provider: Provider, row: DeploymentRow) -> DeploymentRow:
        try:
            remote = await provider.status(ref_of(row))
        except NotThere:
            return replace(row, detail=NOT_SERVED)
        return replace(row, detail=remote.detail, url=remote.url or row.url)
