"""Canceling a deployment, whoever drives it: this process, another one, or nobody."""

from __future__ import annotations

from dataclasses import dataclass

from autocrea_lsp.deploy.base import Provider
from autocrea_lsp.deploy.ending import wait_for
from autocrea_lsp.deploy.errors import DeployError
from autocrea_lsp.deploy.job import LEASE_S, Job
from autocrea_lsp.deploy.overview import Overview
from autocrea_lsp.deploy.providers import require
from autocrea_lsp.deploy.record import ref_of
from autocrea_lsp.store import FINISHED, DeploymentRow

CANCEL_S = 60.0  # how long an answer waits for a cancel to come true; the cancel itself goes on
LOOK_S = 1.0  # between looks at how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What became of a wish to cancel; `text` is for the user."""

    row: DeploymentRow
    text: str


class Canceling(Overview):
    """What `Overview` can, and stopping them."""

    async def cancel(self, id: str) -> Cancelled:  # noqa: A002
        """Stop it, whoever drives it. One that has ended is no error: the answer says so.

        Raises CannotDo, and DeployError when the host would not.
        """
        row = await self._row(id)
        if row.state in FINISHED:
            return self._too_late(row)
        provider = self._providers(row.provider)
        if row.remote_id:
            require(provider, "cancel")
        job = self._jobs.get(row.id)
        if job is not None:
            job.cancel()
        await self._store.ask_cancel(row.id)  # so that a wish outlives this process, and another one hears it
        job = job or await self._taken_up(row)
        if job is not None:
            row = await self._by_job(job)
        else:
            row = await self._by_another(row, provider)
        if row.state == "canceled":
            return Cancelled(row=row, text=row.detail or "It was canceled.")
        if row.state in FINISHED:
            return self._too_late(row)
        return Cancelled(row=row, text=f"{provider.title} was asked to cancel it, and has not yet.")

    def _too_late(self, row: DeploymentRow) -> Cancelled:
        text = f"It had ended already: {row.state}."
        if row.state == "success" and self._providers(row.provider).abilities.rollback:
            text += " You can roll it back."
        return Cancelled(row=row, text=text)

    async def _by_job(self, job: Job) -> DeploymentRow:
        """Driven here: until it has ended, could not be canceled, or the time is up."""
        key, end = job.row.id, self._clock.monotonic() + CANCEL_S
        while (task := self._tasks.get(key)) is not None and not job.canceling_failed:
            if self._clock.monotonic() >= end:
                break
            await wait_for(task, self._clock, LOOK_S)
        if job.canceling_failed and job.row.state not in FINISHED:
            raise DeployError(f"It could not be canceled. {job.canceling_failed}")
        return job.row

    async def _by_another(self, row: DeploymentRow, provider: Provider) -> DeploymentRow:
        """Another process drives it and was asked; when it does not listen, the host is asked from here."""
        end = self._clock.monotonic() + LEASE_S
        while self._clock.monotonic() < end:
            await self._clock.sleep(LOOK_S)
            row = await self._store.deployment(row.id) or row
            if row.state in FINISHED:
                return row
            if (job := self._jobs.get(row.id) or await self._taken_up(row)) is not None:
                job.cancel()
                return await self._by_job(job)
        if row.remote_id:
            await provider.cancel(ref_of(row))
        return await self._store.deployment(row.id) or row

    async def _taken_up(self, row: DeploymentRow) -> Job | None:
        """Driven here from now on, if nobody drives or follows it; what is followed here comes by itself."""
        if row.id in self._tasks:
            return None
        await self._take_up(row)  # which hears of the wish
        return self._jobs.get(row.id)
