"""The emulated host's time: the machine's at some speed, moved on by hand, or somebody else's clock."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

_LOOK_S = 0.005  # how often another's clock is looked at: it cannot tell that it moved


class HostClock:
    """Wall seconds of the host. `speed` 0: it stands still until `advance`. `source`: it is that clock instead."""

    def __init__(self, *, speed: float = 1.0, source: Callable[[], float] | None = None) -> None:
        self._speed, self._source = speed, source
        self._started_at, self._started = time.time(), time.monotonic()
        self._advanced_s = 0.0
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def now(self) -> float:
        if self._source:
            return self._source() + self._advanced_s
        return self._started_at + (time.monotonic() - self._started) * self._speed + self._advanced_s

    def now_ms(self) -> int:
        return math.floor(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        """Move on at once; may be called from any thread."""
        self._advanced_s += seconds
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again: what they wait for may come earlier now, or never."""
        for event, loop in list(self._waiting.items()):
            loop.call_soon_threadsafe(event.set)

    async def pause(self, until_s: float) -> None:
        """Until that time, or until something moved; the caller looks again."""
        event = asyncio.Event()
        self._waiting[event] = asyncio.get_running_loop()  # before the look at the time, so that no move is missed
        remaining_s = until_s - self.now()
        if self._source:
            timeout_s: float | None = _LOOK_S if remaining_s > 0 else 0
        elif self._speed and math.isfinite(remaining_s):
            timeout_s = max(remaining_s / self._speed, 0)
        else:
            timeout_s = None if remaining_s > 0 else 0
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return
        finally:
            del self._waiting[event]
