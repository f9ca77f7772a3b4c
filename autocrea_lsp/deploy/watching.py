"""Watching a deployment at its host until it has ended: its state by asking, its log by the stream beside it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

from autocrea_lsp.deploy.base import Provider, Ref, Remote
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.ending import ended, wait_for
from autocrea_lsp.deploy.errors import BadToken, DeployError, HostBusy, NotThere
from autocrea_lsp.deploy.record import Record
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import FINISHED

log = logging.getLogger(__name__)

PACE: tuple[tuple[float, float], ...] = ((15.0, 1.0), (60.0, 5.0), (300.0, 15.0))
"""Until so many seconds: ask again after so many. Later every `SLOWEST_S`."""
SLOWEST_S = 30.0
LONGEST_S = 300.0  # a host that wants a longer pause has it this long
LINES_S = 5.0  # new lines let it be asked earlier, but not oftener than this
LOG_TRIES, LOG_PAUSE_S = 4, 2.0  # the stream is opened anew so often, with nothing in between; the pause doubles
REST_OF_LOG_S = 10.0  # for the lines that come after the end


class WaitOver(Exception):
    """The watching ends, the deployment does not; `str()` says why and what to do."""


class Watch:
    """One deployment. `run` ends when it has ended; cancelling it leaves the deployment alone."""

    def __init__(self, provider: Provider, record: Record, clock: Clock, *, limit_s: float) -> None:
        self._provider = provider
        self._record = record
        self._clock = clock
        self._limit_s = limit_s
        self._news = asyncio.Event()  # look now
        self._quick_from = clock.monotonic()
        self._asked_at = self._quick_from
        self._lines = 0  # of the log, that were new
        self._over = False  # the deployment has ended
        self._streaming = False
        self._whole = False  # the log has been read to its end

    def look_now(self) -> None:
        """Something has happened there: ask at once, and often again."""
        self._quick_from = self._clock.monotonic()
        self._news.set()

    async def run(self, created: Remote | None = None) -> Remote:
        """The deployment as it has ended. Raises WaitOver, or NotThere when the host no longer has it.

        `created`: as the host has told it just now, so that it need not be asked at once.
        """
        ref = self._record.ref()
        reading = asyncio.create_task(self._read_log(ref), name="read a deployment's log")
        try:
            if created is not None and created.state in FINISHED:
                remote = created
            else:
                remote = await self._until_finished(ref, told=created is not None)
            await self._finish_log(ref, reading)
            return remote
        finally:
            await asyncio.shield(ended(reading))

    async def _until_finished(self, ref: Ref, *, told: bool) -> Remote:
        began = self._clock.monotonic()
        if told:
            await self._pause(0.0)
        while True:
            self._asked_at = self._clock.monotonic()
            longer_s = 0.0
            try:
                remote = await self._provider.status(ref)
            except NotThere:
                raise
            except (BadToken, UserError) as error:
                raise WaitOver(f"{error.advice} The deployment goes on.") from error
            except DeployError as error:  # for a while: the next question may be answered
                log.info("a deployment's state could not be asked for: %s", type(error).__name__)
                longer_s = error.retry_after_s if isinstance(error, HostBusy) else 0.0
                await self._record.change(detail=f"{error} Asking again.")
            else:
                if remote.state in FINISHED:
                    return remote
                await self._record.take(remote)
            if self._clock.monotonic() - began >= self._limit_s:
                raise WaitOver(self._too_long())
            await self._pause(longer_s)

    def _too_long(self) -> str:
        """That the time is up, and what was known last: a host that waits for somebody says so there."""
        minutes = self._limit_s / 60
        text = (
            f"After {minutes:g} minute{'' if minutes == 1 else 's'} it is not finished; it is no longer watched, and "
        )
        last = self._record.row.detail
        return f"{text}goes on at the host." + (f" Last: {last}" if last else "")

    async def _pause(self, longer_s: float) -> None:
        """Until the next look is due, or something has happened; `longer_s`: what the host asks for."""
        if longer_s > 0:  # no news makes it less busy
            await self._clock.sleep(min(longer_s, LONGEST_S))
            self._news.clear()
            return
        least_s = self._provider.abilities.least_poll_s
        passed = self._clock.monotonic() - self._quick_from
        pause_s = max(least_s, next((pause_s for until_s, pause_s in PACE if passed < until_s), SLOWEST_S))
        news = asyncio.ensure_future(self._news.wait())
        try:
            await wait_for(news, self._clock, pause_s)
        finally:
            await ended(news)
        await self._clock.sleep(max(0.0, self._asked_at + least_s - self._clock.monotonic()))
        self._news.clear()

    async def _read_log(self, ref: Ref) -> None:
        """Follow the log; its loss is not the deployment's failure. Nor is its end."""
        failures = 0
        while failures <= LOG_TRIES:
            before = self._lines
            self._streaming = True
            try:
                self._whole = await self._read_pieces(ref, follow=True)
            except (DeployError, UserError) as error:
                log.info("a deployment's log is not to be had now: %s", type(error).__name__)
            except Exception as error:  # boundary: a provider is somebody's code, and a log is not the deployment
                log.warning("a deployment's log is not to be had: %s", type(error).__name__)
                return
            else:
                self._news.set()  # a log that is whole says that something has ended
            self._streaming = False
            if self._over:
                return
            failures = 0 if self._lines > before else failures + 1
            await self._clock.sleep(LOG_PAUSE_S * 2**failures)

    async def _read_pieces(self, ref: Ref, *, follow: bool) -> bool:
        """Whether the last of them says that nothing comes after it."""
        last = False
        async with aclosing(self._provider.logs(ref, after=self._record.row.cursor, follow=follow)) as pieces:
            async for piece in pieces:
                last = piece.last
                added = self._record.add_lines(piece.lines)
                self._lines += added
                if added and self._clock.monotonic() - self._asked_at >= LINES_S:
                    self._news.set()
                if piece.cursor and piece.cursor != self._record.row.cursor:
                    await self._record.keep_cursor(piece.cursor)
        return last

    async def _finish_log(self, ref: Ref, reading: asyncio.Task[None]) -> None:
        """What was written after the end: the stream brings it, or one question does. Neither may keep us long."""
        self._over = True
        if self._streaming:
            await wait_for(reading, self._clock, REST_OF_LOG_S)
        await ended(reading)
        if self._whole:
            return
        rest = asyncio.ensure_future(self._read_pieces(ref, follow=False))
        try:
            if await wait_for(rest, self._clock, REST_OF_LOG_S):
                rest.result()
        except Exception as error:  # boundary: as for `_read_log`
            log.info("the end of a deployment's log is not to be had: %s", type(error).__name__)
        finally:
            await asyncio.shield(ended(rest))
