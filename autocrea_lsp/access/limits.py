"""How much is allowed: sliding windows over a clock that does not go backwards."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable


class SlidingWindow:
    """At most `limit` events in any `period_s` seconds. Not for several threads."""

    def __init__(self, limit: int, period_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._period_s = period_s
        self._clock = clock
        self._times: collections.deque[float] = collections.deque()

    def take(self) -> bool:
        """Count one event if it is allowed; False if it is not."""
        if self.retry_after_s() > 0:
            return False
        self._times.append(self._clock())
        return True

    def seed(self, count: int) -> None:
        """Count events of before this process as if they had just happened: careful, never generous."""
        now = self._clock()
        self._times.extendleft([now] * min(count, self.limit))

    def retry_after_s(self) -> float:
        """Seconds until the next event is allowed; 0 when it is allowed now."""
        now = self._clock()
        while self._times and self._times[0] <= now - self._period_s:
            self._times.popleft()
        if len(self._times) < self.limit:
            return 0.0
        if self.limit == 0:
            return self._period_s
        return self._times[len(self._times) - self.limit] + self._period_s - now
