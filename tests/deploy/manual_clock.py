"""A clock that a test moves by hand, or that moves by itself when nothing else does: hours in a moment.

    clock = ManualClock()
    task = asyncio.create_task(job(clock))
    await clock.until_asleep()          # somebody sleeps
    await clock.advance(30)             # whoever's time has come wakes, in the order of their times

    clock = ManualClock(auto=True)      # whenever all wait for the clock alone, on to the next who sleeps

By itself it moves only when the loop has nothing to do, no thread of `asyncio.to_thread` is at work, `busy()` says no,
and real time has passed in which nothing came either: `settle_s`, or `patience_s` while a request is on its way
(a sleeper in a task named "silence…" waits for one that takes too long). `settle_s` is for what the loop cannot see,
such as the store's writer or a server in another process; make it longer where those are slow.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

ROUNDS = 6  # of the loop with nothing to do, before it counts as idle
GUARD = "silence"


class ManualClock:
    """`sleeps` is what was asked for, in seconds, in order; the guards of requests are not in it."""

    def __init__(
        self, *, now: float = 1_800_000_000.0, auto: bool = False, settle_s: float = 0.005, patience_s: float = 0.3
    ) -> None:
        self.sleeps: list[float] = []
        self.busy: Callable[[], bool] = lambda: False
        self._auto = auto
        self._settle_s, self._patience_s = settle_s, patience_s
        self._wall_s, self._tick_s = now, 1000.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None], bool]] = []  # a heap; the last: a guard
        self._changes = 0
        self._came = asyncio.Event()  # somebody went to sleep
        self._held = 0
        self._pump: asyncio.Task[None] | None = None
        self._threads: set[asyncio.Future[Any] | Future[Any]] = set()
        self._watched: asyncio.AbstractEventLoop | None = None

    # ---- the protocol

    def now(self) -> float:
        return self._wall_s

    def monotonic(self) -> float:
        return self._tick_s

    async def sleep(self, seconds: float) -> None:
        guard = _is_guard()
        if not guard:
            self.sleeps.append(seconds)
        loop = asyncio.get_running_loop()
        wake: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._sleepers, (self._tick_s + max(0.0, seconds), next(self._order), wake, guard))
        self._changes += 1
        self._came.set()
        if self._auto:
            self._start_pump(loop)
        try:
            await wake
        finally:
            self._changes += 1

    # ---- the test's side

    @property
    def asleep(self) -> int:
        """How many sleep now, guards of requests not counted."""
        return sum(not wake.done() and not guard for _, _, wake, guard in self._sleepers)

    async def until_asleep(self, count: int = 1) -> None:
        """Until so many sleep at the same time."""
        while self.asleep < count:
            self._came.clear()
            await self._came.wait()

    async def advance(self, seconds: float) -> None:
        """Time passes; who wakes on the way runs until nobody has anything to do, before it passes on."""
        end = self._tick_s + seconds
        await _let_run()
        while (next_s := self._next()) is not None and next_s <= end:
            self._go(next_s)
            await _let_run()
        self._go(end)
        await _let_run()

    def set(self, now: float) -> None:
        """The wall clock is put right, or wrong; `monotonic` does not notice."""
        self._wall_s = now

    @contextmanager
    def hold(self) -> Iterator[None]:
        """It does not move by itself meanwhile."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    # ---- time

    def _next(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _go(self, tick_s: float) -> None:
        self._wall_s += tick_s - self._tick_s
        self._tick_s = tick_s
        while self._sleepers and self._sleepers[0][0] <= tick_s:
            _, _, wake, _ = heapq.heappop(self._sleepers)
            if not wake.done():
                wake.set_result(None)

    # ---- moving by itself

    def _start_pump(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watched is not loop:
            self._watched = loop
            self._watch_threads(loop)
        if self._pump is None or self._pump.done():
            self._pump = loop.create_task(self._run(), name="manual clock")

    async def _run(self) -> None:
        while (next_s := self._next()) is not None:
            changes = self._changes
            guarded = any(guard and not wake.done() for _, _, wake, guard in self._sleepers)
            if await self._idle(self._patience_s if guarded else self._settle_s) and changes == self._changes:
                self._go(next_s)

    async def _idle(self, settle_s: float) -> bool:
        """Whether nothing happened for so long (real seconds)."""
        loop = asyncio.get_running_loop()
        until = loop.time() + settle_s
        while True:
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
                if loop._ready or self._threads or self._held or self.busy():  # type: ignore[attr-defined]
                    await asyncio.sleep(0.0005 if self._threads or self._held else 0)
                    return False
            if loop.time() >= until:
                return True
            await asyncio.sleep(min(0.001, settle_s))

    def _watch_threads(self, loop: asyncio.AbstractEventLoop) -> None:
        run = loop.run_in_executor

        def run_in_executor(*args: Any) -> Any:
            future = run(*args)
            self._threads.add(future)
            future.add_done_callback(self._threads.discard)
            return future

        loop.run_in_executor = run_in_executor  # type: ignore[method-assign,assignment]


def _is_guard() -> bool:
    task = asyncio.current_task()
    return task is not None and task.get_name().startswith(GUARD)


async def _let_run() -> None:
    """Until the loop has had nothing to do for some rounds."""
    loop = asyncio.get_running_loop()
    calm = 0
    while calm < ROUNDS:
        await asyncio.sleep(0)
        calm = 0 if loop._ready else calm + 1  # type: ignore[attr-defined]
