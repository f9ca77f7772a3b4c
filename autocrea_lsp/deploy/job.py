"""One deployment, driven by this process from its row in the store to its end: plan, consent, create, watch, cancel."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from autocrea_lsp.deploy.base import Created, Provider, Request
from autocrea_lsp.deploy.creating import CancelWanted, Creation, Parts, ended
from autocrea_lsp.deploy.errors import DeployError, NotAllowed, NotThere, OutcomeUnknown
from autocrea_lsp.deploy.record import LeaseLost, Record
from autocrea_lsp.deploy.watching import WaitOver, Watch
from autocrea_lsp.errors import AutocreaError, UserError
from autocrea_lsp.store import FINISHED, DeploymentRow, DeploymentState

log = logging.getLogger(__name__)

LEASE_S = 20.0
BEAT_S = LEASE_S / 3
FOLLOW_S = 2.0  # between looks at a row that another process writes

BEFORE_CREATE: tuple[DeploymentState, ...] = ("pending", "uploading")
UNFINISHED: tuple[DeploymentState, ...] = (*BEFORE_CREATE, "creating", "queued", "building", "blocked", "unknown")

CANCELED_BEFORE = "You canceled it before anything was created."
FINISHED_FIRST = "It had finished before it could be canceled."
INTERRUPTED = "The server ended before anything was created at the host."
INTERRUPTED_HERE = "The server that built it has ended."


class Job(Creation):
    """`run` once. `request` None: it was begun by an earlier process, and is taken up."""

    def __init__(
        self, parts: Parts, provider: Provider, row: DeploymentRow, request: Request | None, *, agreed: bool = False
    ) -> None:
        record = Record(parts.store, row, owner=parts.owner, clock=parts.clock, tell=parts.tell)
        super().__init__(parts, provider, record, agreed=agreed)
        if request is not None:
            record.hide_values(request)
        self._request = request
        self._watch: Watch | None = None
        self.canceling_failed = ""  # why, if the host would not

    def cancel(self) -> None:
        """The user wants it stopped: here, or at the host if it is there already. Twice is once."""
        self._cancel.set()
        if self._watch is not None:
            self._watch.look_now()

    async def run(self) -> None:
        """Until it has ended, or its watching has; the last update is told then. Cancelling: this process ends."""
        beating = asyncio.create_task(self._beat(), name="hold a deployment's lease")
        driving = asyncio.create_task(self._drive(), name="drive a deployment")
        try:
            await asyncio.wait({beating, driving}, return_when=asyncio.FIRST_COMPLETED)
            if not driving.done():  # the lease is lost
                await ended(driving)
                await self._follow()
            elif isinstance(driving.exception(), LeaseLost):
                await self._follow()
            else:
                driving.result()
        finally:
            beating.cancel()
            await asyncio.shield(ended(driving))
            await asyncio.shield(self._leave())

    # ---- the whole of it

    async def _drive(self) -> None:
        record = self._record
        try:
            if self._request is not None:
                await self._create(self._request)
            if self._request is not None or await self._take_up():
                await self._see_it_through()
        except CancelWanted:
            await record.change(state="canceled", detail=CANCELED_BEFORE)
        except NotAllowed as error:
            await record.change(state="canceled", detail=error.advice)
        except NotThere as error:
            gone = record.row.remote_id != ""
            text = f"It is no longer there at {self._provider.title}." if gone else error.advice
            await record.change(state="failed", error=text)
        except WaitOver as error:
            await record.change(state="unknown", detail=str(error))
        except OutcomeUnknown as error:
            await record.change(state="unknown", detail=error.advice)
        except (DeployError, AutocreaError) as error:
            await record.change(state="failed", error=error.advice)
        except (LeaseLost, asyncio.CancelledError):
            raise
        except Exception as error:  # boundary: a provider is somebody's code, and a row must not stay half open
            log.exception("a deployment failed in a way that nobody has foreseen")
            await record.change(state="failed", error=f"Something is wrong here ({type(error).__name__}); see the log.")
        record.say("", finished=True)

    async def _take_up(self) -> bool:
        """Whether an earlier process has left something at the host; said so, when not."""
        row = self.row
        if row.cancel_asked:
            self._cancel.set()
        if self._provider.local:
            await self._record.change(state="interrupted", detail=INTERRUPTED_HERE)
            return False
        if row.remote_id:
            return True
        if row.state in ("creating", "unknown"):
            found = await self._find()
            if found is not None:
                await self._note(Created(remote=found))
                return True
        await self._record.change(state="interrupted", detail=INTERRUPTED)
        return False

    async def _see_it_through(self) -> None:
        """Watch to the end; a wish to cancel goes to the host, and the watching goes on."""
        self._watch = watch = Watch(self._provider, self._record, self._parts.clock, limit_s=self._parts.limit_s())
        canceling = asyncio.create_task(self._cancel_at_host(watch), name="cancel a deployment")
        try:
            last = await watch.run()
        finally:
            canceling.cancel()
            await ended(canceling)
        detail = last.detail
        if self._cancel.is_set() and last.state == "success":
            detail = f"{FINISHED_FIRST} You can roll it back."
        await self._record.take(replace(last, detail=detail))
        await self._record.change(state=last.state, detail=detail, error=last.error)

    async def _cancel_at_host(self, watch: Watch) -> None:
        while True:
            await self._cancel.wait()
            await self._record.change(detail="Canceling.")
            try:
                await self._provider.cancel(self._record.ref())
                watch.look_now()
                return
            except (DeployError, UserError) as error:
                self.canceling_failed = error.advice
                await self._record.change(detail=f"It could not be canceled. {error.advice}")
                self._cancel.clear()

    # ---- the lease

    async def _beat(self) -> None:
        """Hold the lease; ends when another has it. A wish to cancel that another process left is heard here."""
        while True:
            await self._parts.clock.sleep(BEAT_S)
            beat = await self._parts.store.heartbeat(self.row.id, owner=self._parts.owner, lease_s=LEASE_S)
            if beat.lease == "lost":
                return
            if beat.cancel_asked and not self._cancel.is_set() and not self.canceling_failed:
                self.cancel()

    async def _follow(self) -> None:
        """Another process drives it: tell what it writes, until the end."""
        await follow(self._parts, self._record)

    async def _leave(self) -> None:
        """The last word of a process that ends, and the lease back. What is at the host goes on."""
        row, store, owner = self.row, self._parts.store, self._parts.owner
        if self._provider.local:
            states, detail = UNFINISHED, INTERRUPTED_HERE
        else:
            states, detail = BEFORE_CREATE if not row.remote_id else (), INTERRUPTED
        if not self._record.finished and row.state in states:
            await store.update_deployment(row.id, owner=owner, expect=states, state="interrupted", detail=detail)
        await store.release(row.id, owner=owner)


async def follow(parts: Parts, record: Record) -> None:
    """Tell what another process writes into a row, until it has ended there."""
    after, changed = 0, True  # whoever shows it has not heard of it yet
    while not record.finished:
        row = await parts.store.deployment(record.row.id)
        if row is None:
            record.say("It is no longer in the history.", finished=True)
            return
        lines = await parts.store.deployment_log(row.id, after_seq=after)
        after = lines[-1].seq if lines else after
        changed = changed or row != record.row
        record.row = row
        if changed or row.state in FINISHED:
            record.say(row.detail, finished=row.state in FINISHED)
        changed = False
        if row.state not in FINISHED:
            await parts.clock.sleep(FOLLOW_S)
