"""What the last calls of a backend say about it."""

from __future__ import annotations

import time
from collections.abc import Callable

from autocrea_lsp.errors import AutocreaError, RateLimited, StaleRequest

FIRST_PAUSE_S = 0.25  # doubled with each failure
MAX_PAUSE_S = 1.5  # between automatic calls after failures: when the service is back, so are we, within two seconds.
# A service may ask for more patience than that; `inline.maxCallsPerHour` bounds what it gets instead.


class Health:
    """The last error, and how long to hold back after failures."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._not_before = 0.0
        self.error: AutocreaError | None = None

    def note(self, error: AutocreaError | None) -> None:
        """A call was answered (None) or failed. A request that was overtaken says nothing about the backend."""
        if isinstance(error, StaleRequest):
            return
        self.error = error
        if error is None:
            self._failures, self._not_before = 0, 0.0
            return
        self._failures += 1
        pause_s = min(FIRST_PAUSE_S * 2 ** min(self._failures - 1, 8), MAX_PAUSE_S)
        if isinstance(error, RateLimited):
            pause_s = MAX_PAUSE_S
        self._not_before = self._clock() + pause_s

    def pause_s(self) -> float:
        """How long to hold back the next automatic call (seconds)."""
        return max(0.0, self._not_before - self._clock())

    def reset(self) -> None:
        self.error, self._failures, self._not_before = None, 0, 0.0
