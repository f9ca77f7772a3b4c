"""One deployment, driven by this process from its row in the store to its end: plan, consent, create, watch, cancel."""

from __future__ import annotations

import asyncio
import logging
import traceback
from dataclasses import replace

from autocrea_lsp.deploy.base import Provider, Request
from autocrea_lsp.deploy.creating import CancelWanted, Creation, Parts
from autocrea_lsp.deploy.ending import ended
from autocrea_lsp.deploy.errors import NotAllowed, NotThere, OutcomeUnknown
from autocrea_lsp.deploy.providers import require
from autocrea_lsp.deploy.record import LeaseLost, Record
from autocrea_lsp.deploy.watching import WaitOver, Watch
from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.store import DeploymentState

log = logging.getLogger(__name__)

LEASE_S = 20.0
BEAT_S = LEASE_S / 3

BEFORE_CREATE: tuple[DeploymentState, ...] = ("pending", "uploading")
UNFINISHED: tuple[DeploymentState, ...] = (*BEFORE_CREATE, "creating", "queued", "building", "blocked", "unknown")

CANCELED_BEFORE = "You canceled it before anything was created."
FINISHED_FIRST = "It had finished before it could be canceled."
INTERRUPTED = "The server ended before anything was created at the host."
INTERRUPTED_HERE = "The server that built it has ended."


class Job(Creation):
    """`run` once. `request` None: it was begun by another process, and is taken up."""

    def __init__(
        self, parts: Parts, provider: Provider, record: Record, request: Request | None, *, agreed: bool = False
    ) -> None:
        super().__init__(parts, provider, record, agreed=agreed)
        self._request = request
        self._watch: Watch | None = None
        self.canceling_failed = ""  # why, if the host would not

    def cancel(self) -> None:
        """The user wants it stopped: here, or at the host if it is there already. Twice is once."""
        self.canceling_failed = ""
        self._cancel.set()
        if self._watch is not None:
            self._watch.look_now()

    async def run(self) -> bool:
        """Until it has ended, or its watching has; the last update is told then. Cancelling: this process ends.

        False: another process has it now, and this one must not touch it.
        """
        beating = asyncio.create_task(self._beat(), name="hold a deployment's lease")
        driving = asyncio.create_task(self._drive(), name="drive a deployment")
        ours = True
        try:
            await asyncio.wait({beating, driving}, return_when=asyncio.FIRST_COMPLETED)
            ours = driving.done() and await driving
            return ours
        finally:
            await asyncio.shield(ended(beating))
            await asyncio.shield(ended(driving))
            if ours:
                await asyncio.shield(self._leave())

    # ---- the whole of it

    async def _drive(self) -> bool:
        """As `run`."""
        try:
            await self._record.change(**await self._outcome())
        except LeaseLost:
            return False
        self._record.say("", finished=True)
        return True

    async def _outcome(self) -> dict[str, str]:
        """Everything that is done for it; the row's last changes. Raises LeaseLost."""
        title = self._provider.title
        try:
            if self._request is not None:
                await self._create(self._request)
            elif not await self._is_at_host():
                return {"state": "interrupted", "detail": INTERRUPTED_HERE if self._provider.local else INTERRUPTED}
            return await self._see_it_through()
        except CancelWanted:
            return {"state": "canceled", "detail": CANCELED_BEFORE}
        except NotAllowed as error:
            return {"state": "canceled", "detail": error.advice}
        except NotThere as error:
            gone = self.row.remote_id != ""
            return {"state": "failed", "error": f"It is no longer there at {title}." if gone else error.advice}
        except WaitOver as error:
            return {"state": "unknown", "detail": str(error)}
        except OutcomeUnknown as error:
            return {"state": "unknown", "detail": error.advice}
        except AutocreaError as error:
            return {"state": "failed", "error": error.advice}
        except LeaseLost:
            raise
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            return self._unforeseen(error)  # a provider's own, which has nothing to do with us
        except Exception as error:  # boundary: a provider is somebody's code, and a row must not stay half open
            return self._unforeseen(error)

    def _unforeseen(self, error: BaseException) -> dict[str, str]:
        trace = "".join(traceback.format_exception(error))  # whose text may quote a variable
        log.error("a deployment failed in a way that nobody has foreseen\n%s", self._record.hide(trace))
        text = f"Something is wrong here ({type(error).__name__}); see the log."
        if self.row.remote_id:
            return {"state": "unknown", "detail": f"{text} The deployment goes on at {self._provider.title}."}
        return {"state": "failed", "error": text}

    async def _is_at_host(self) -> bool:
        """Whether another process has left something there."""
        row = self.row
        if row.cancel_asked:
            self._cancel.set()
        if self._provider.local:
            return False
        if row.remote_id:
            return True
        if row.state in ("creating", "unknown") and await self._find_ours() is not None:
            return True
        if self._cancel.is_set():
            raise CancelWanted
        return False

    async def _see_it_through(self) -> dict[str, str]:
        """Watch to the end; a wish to cancel goes to the host, and the watching goes on."""
        self._watch = watch = Watch(self._provider, self._record, self._parts.clock, limit_s=self._parts.limit_s())
        canceling = asyncio.create_task(self._cancel_at_host(watch), name="cancel a deployment")
        try:
            last = await watch.run(self._remote)
        finally:
            await asyncio.shield(ended(canceling))
        detail = last.detail
        if self._cancel.is_set() and last.state == "success":
            detail = f"{FINISHED_FIRST} You can roll it back." if self._provider.abilities.rollback else FINISHED_FIRST
        await self._record.take(replace(last, detail=detail))
        return {"state": last.state, "detail": detail, "error": last.error}

    async def _cancel_at_host(self, watch: Watch) -> None:
        while True:
            await self._cancel.wait()
            await self._record.change(detail="Canceling.")
            try:
                require(self._provider, "cancel")
                await self._provider.cancel(self._record.ref())
                watch.look_now()
                return
            except AutocreaError as error:
                failed = error.advice
            except Exception as error:  # boundary: a provider is somebody's code, and somebody waits for this
                self._unforeseen(error)
                failed = f"Something is wrong here ({type(error).__name__}); see the log."
            self._cancel.clear()
            await self._record.change(detail=f"It could not be canceled. {failed}", cancel_asked=False)
            self.canceling_failed = failed

    # ---- the lease

    async def _beat(self) -> None:
        """Hold the lease; ends when another has it. A wish to cancel that another process left is heard here."""
        while True:
            await self._parts.clock.sleep(BEAT_S)
            beat = await self._parts.store.heartbeat(self.row.id, owner=self._parts.owner, lease_s=LEASE_S)
            if beat.lease == "lost" and not await self._is_ours_again():
                return
            if beat.cancel_asked and not self._cancel.is_set():
                self.cancel()

    async def _is_ours_again(self) -> bool:
        """Whether another had it for a moment, while we slept too long, and has left it as it was."""
        store, key = self._parts.store, self.row.id
        if not await store.claim(key, owner=self._parts.owner, lease_s=LEASE_S):
            return False
        row = await store.deployment(key)
        return row is not None and (row.state, row.remote_id) == (self.row.state, self.row.remote_id)

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
