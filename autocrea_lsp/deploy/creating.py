"""From a request to a deployment at its host: plan, consent, and one request that creates, never two.

No host has keys that make a request safe to repeat. When it is not clear what came of one, the host is asked for our
mark, for a while; only where it says that there is none may a second one go out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from autocrea_lsp.deploy import consent
from autocrea_lsp.deploy.base import Ask, Created, Event, Lines, Notice, Plan, Provider, Remote, Request, Sent, Step
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.ending import ended, wait_for
from autocrea_lsp.deploy.errors import DeployError, OutcomeUnknown
from autocrea_lsp.deploy.record import LeaseLost, Record, Update, of_place, place_of
from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.store import FINISHED, DeploymentRow, Store

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOKS_S = (0.0, 2.0, 5.0, 10.0, 15.0)  # pauses before each look for what an unclear request may have made
CREATE_GRACE_S = 20.0  # a request that is on its way is waited for when the user cancels: aborted, it may still count
CLOCK_SLACK_S = 600.0  # a host's clock may be so wrong


class CancelWanted(Exception):
    """The user has canceled it, and nothing of it is at the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every job has in common."""

    store: Store
    clock: Clock
    owner: str
    ask: Ask
    tell: Callable[[Update], None]
    limit_s: Callable[[], float]


class Creation:
    """A deployment up to the point where its host has it. `cancel` is heard at every step."""

    def __init__(self, parts: Parts, provider: Provider, record: Record, *, agreed: bool) -> None:
        self._parts = parts
        self._provider = provider
        self._record = record
        self._agreed = agreed
        self._cancel = asyncio.Event()
        self._remote: Remote | None = None  # what was created

    @property
    def row(self) -> DeploymentRow:
        return self._record.row

    async def _create(self, request: Request) -> Remote:
        """From the plan to what the host has. Raises CancelWanted when the user stops it before."""
        plan = await self._unless_canceled(self._provider.plan(request))
        await self._record.change(
            detail="", target=plan.target, **of_place(plan.place, self.row), text="", notices=plan.notes
        )
        if plan.production and (request.remembered or not self._agreed):
            await self._record.change(detail="Waiting for your yes.")
            await self._unless_canceled(
                consent.agree(self._provider, request, plan, ask=self._parts.ask, store=self._parts.store)
            )
            await self._record.change(detail="")
        return await self._create_once(request, plan)

    async def _create_once(self, request: Request, plan: Plan) -> Remote:
        """At most two requests that create, and the second only after the host has said that there is none of ours."""
        for attempt in (1, 2):
            try:
                return await self._deploy(request, plan)
            except OutcomeUnknown as error:
                if (found := await self._find_ours()) is not None:
                    return found
                if self._cancel.is_set():
                    raise CancelWanted from None
                if attempt == 2:
                    raise DeployError(str(error), hint=f"Nothing was created at {self._provider.title}.") from error
            except (AutocreaError, CancelWanted, LeaseLost):
                raise
            except Exception:  # boundary: a provider is somebody's code, and its request may have been sent
                if self.row.state != "creating" or (found := await self._find_ours()) is None:
                    raise
                return found
        raise AssertionError("the loop returns or raises")

    async def _deploy(self, request: Request, plan: Plan) -> Remote:
        work = asyncio.create_task(self._consume(self._provider.deploy(request, plan)), name="create a deployment")
        wish = asyncio.create_task(self._cancel.wait())
        try:
            await asyncio.wait({work, wish}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and self._remote is None and self.row.state == "creating":
                await wait_for(work, self._parts.clock, CREATE_GRACE_S)
            by_itself = work.done()
        finally:
            await ended(wish)
            await asyncio.shield(ended(work))
        if by_itself and work.cancelled():
            raise RuntimeError("a provider has cancelled itself")
        error = None if work.cancelled() else work.exception()
        if isinstance(error, LeaseLost):
            raise error
        if self._remote is not None:
            if error is not None and not isinstance(error, OutcomeUnknown):
                await self._stop_at_host(self._remote)  # without what it still needs it would never end there
                raise error
            return self._remote
        if isinstance(error, OutcomeUnknown) or not self._cancel.is_set():
            raise error or DeployError(f"{self._provider.title} ended without a deployment.")
        if not isinstance(error, AutocreaError) and self.row.state == "creating":
            found = await self._find_ours()
            if found is not None:
                return found
        raise CancelWanted

    async def _consume(self, events: AsyncGenerator[Event, None]) -> None:
        async with aclosing(events) as stream:
            async for event in stream:
                await self._note(event)
                if self._cancel.is_set() and self._remote is None and self.row.state != "creating":
                    return

    async def _note(self, event: Event) -> None:
        record = self._record
        match event:
            case Step(state=state, detail=detail):
                if state in FINISHED:
                    raise DeployError(f"{self._provider.title} says {state!r} before there is a deployment.")
                await record.change(state=state, detail=detail, text=detail)
            case Sent():
                record.note_sent(event)
            case Created(remote=remote):
                self._remote = remote
                try:
                    await record.take(remote)
                except LeaseLost:
                    if await record.ended_elsewhere():  # as if nothing had been created: nothing shall be left
                        await self._stop_at_host(remote)
                    raise
            case Lines(lines=lines, cursor=cursor):
                record.add_lines(lines)
                if cursor:
                    await record.keep_cursor(cursor)
            case Notice(text=text):
                await record.change(notices=(text,))

    async def _stop_at_host(self, remote: Remote) -> None:
        """As well as it can be done: nobody watches it any more."""
        if self._provider.abilities.cancel:
            try:
                await self._provider.cancel(remote.ref)
            except AutocreaError as error:
                log.warning("a deployment that nobody watches could not be canceled: %s", type(error).__name__)

    async def _find_ours(self) -> Remote | None:
        """As `_find`; what is found is in the store."""
        found = await self._find()
        if found is not None:
            await self._note(Created(remote=found))
        return found

    async def _find(self) -> Remote | None:
        """The one with our mark; None: the host says, after some time too, that there is none.

        Raises OutcomeUnknown when it could not be asked to the end.
        """
        row, answered = self.row, False
        for pause_s in LOOKS_S:
            await self._parts.clock.sleep(pause_s)
            try:
                found = await self._provider.find(place_of(row), row.mark, since=row.created_at - CLOCK_SLACK_S)
            except Exception as error:  # boundary: a provider is somebody's code, and ours may be there all the same
                answered = False
                log.info("a deployment could not be looked for: %s", type(error).__name__)
                continue
            if found is not None:
                return found
            answered = True
        if not answered:
            raise OutcomeUnknown(
                f"Whether {self._provider.title} has created it is not known, and it cannot be asked now.",
                hint="It is looked for again at the next start; until then see the host's own list.",
            )
        return None

    async def _unless_canceled(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        wish = asyncio.ensure_future(self._cancel.wait())
        try:
            await asyncio.wait({task, wish}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise CancelWanted
        finally:
            wish.cancel()
            await asyncio.shield(ended(task))
