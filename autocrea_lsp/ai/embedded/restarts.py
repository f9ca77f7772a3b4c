"""When a crashed worker may be started again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from autocrea_lsp.errors import Unavailable

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_S = 60.0  # a worker that lived this long is healthy: the next delay is the first one again
MOST_CRASHES = 5  # as many, and as fast, as an editor takes from a language server before it gives up
PERIOD_S = 180.0


class Restarts:
    """The delay doubles with each crash; too many in a short time, and the worker stays down."""

    def __init__(self, service: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._crashes: deque[float] = deque(maxlen=MOST_CRASHES)
        self._delay_s = 0.0
        self._started = 0.0

    def started(self) -> None:
        self._started = self._clock()

    def crashed(self) -> None:
        """It ended without being asked to, or did not even start."""
        now = self._clock()
        if now - self._started >= STEADY_S:
            self._delay_s = 0.0
        self._delay_s = min(LONGEST_DELAY_S, self._delay_s * 2 or FIRST_DELAY_S)
        self._crashes.append(now)

    def check(self) -> None:
        """Raises Unavailable while it must not be started; `retry_after_s` says for how long, None for good."""
        if len(self._crashes) == MOST_CRASHES and self._crashes[-1] - self._crashes[0] <= PERIOD_S:
            raise Unavailable(
                self._service,
                f"the model's process ended {MOST_CRASHES} times within {PERIOD_S / 60:.0f} minutes and stays off",
                hint="See the log, choose another model with `embedded.modelPath`, or restart the language server.",
            )
        wait_s = self._crashes[-1] + self._delay_s - self._clock() if self._crashes else 0.0
        if wait_s > 0:
            raise Unavailable(
                self._service, "the model's process ended and is about to be started again", retry_after_s=wait_s
            )
