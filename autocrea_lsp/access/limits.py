"""How much is allowed: sliding windows over a clock that does not go backwards, and what a user may do.

Who is limited, in settings: by default the users who come over the network; a local one with a key of the own has the
budget, and the limit on deployments: a loop that deploys costs a host's daily quota, whoever started it. One act of a
user counts once, however many calls it takes: `Limiter.admit` is called once for an act, `Limiter.afford` before each
call.
"""

from __future__ import annotations

import asyncio
import collections
import time
from collections.abc import Callable, Sequence
from typing import Literal

from autocrea_lsp.access.budget import Budget
from autocrea_lsp.access.periods import in_words, month_of
from autocrea_lsp.errors import OverBudget
from autocrea_lsp.settings import BudgetSettings, LimitsSettings
from autocrea_lsp.store import Quota, Store, Taken, Window

Act = Literal["general", "ai", "deploy"]

QUARTER_S = 15 * 60.0
HOUR_S = 3600.0
COUNTING_S = 10.0  # the store waits 5 s for a lock and then counts in memory; longer is a disk that hangs

_WORDS = {
    "general": ("requests", "15 minutes", "generalPerQuarterHour"),
    "ai": ("requests to a model", "15 minutes", "aiPerQuarterHour"),
    "deploy": ("deployments", "hour", "deploysPerHour"),
    "ai month": ("requests to a model", "month", "aiPerMonth"),
}
"""Of each window: what it counts, in how long, and its setting."""


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


class Limiter:
    """One user's limits and budget. The windows are the store's: all processes that use the file share them.

    A new connection, another editor and a clock that is set forward or back leave them as they are. Where the store
    has stopped or hangs, this process counts for itself.
    """

    def __init__(
        self,
        store: Store,
        limits: Callable[[], LimitsSettings],
        budget: Callable[[], BudgetSettings],
        *,
        remote: bool = False,
        on_warning: Callable[[str], None] = lambda _text: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`remote`: the user comes over the network. `on_warning` is told once a day that the budget is spent."""
        self._store = store
        self._limits = limits
        self._remote = remote
        self._now = now
        self._budget = Budget(store, budget, on_warning=on_warning, now=now)
        self._here: dict[str, SlidingWindow] = {}  # where the store cannot count

    async def admit(self, act: Act, *, cost_micros: int = 0) -> None:
        """Count one act of the user, if it is allowed: called once, not for its retries, checks and summaries.

        `cost_micros` is what its first call may cost. Raises OverBudget, and has counted nothing then.
        """
        if act == "ai":
            await self.afford(cost_micros)
        windows = self._windows(act)
        if not windows:
            return
        taken = await self._take(windows)
        if taken.refused is not None:
            raise self._refusal(next(each for each in windows if each.name == taken.refused), taken.retry_after_s)

    async def afford(self, cost_micros: int = 0) -> None:
        """May a call that costs about so much be made? See `Budget.afford`. Cheap enough for every keystroke."""
        await self._budget.afford(cost_micros)

    def note_cost(self, cost_micros: int) -> None:
        """A call of ours has just cost this: told beside `Store.record`, with no await between the two."""
        self._budget.note_cost(cost_micros)

    def over(self) -> str | None:
        """Why nothing is sent now, for the status line; None while the budget lasts. Waits for nothing."""
        return self._budget.over()

    def _windows(self, act: Act) -> list[Window | Quota]:
        limits = self._limits()
        if limits.apply == "nobody":
            return []
        windows: list[Window | Quota] = []
        if self._remote or limits.apply == "everyone":
            windows.append(Window(name="general", limit=limits.general_per_quarter_hour, period_s=QUARTER_S))
        elif act != "deploy":
            return []
        if act == "ai":
            windows.append(Window(name="ai", limit=limits.ai_per_quarter_hour, period_s=QUARTER_S))
            if limits.ai_per_month > 0:
                month = month_of(self._now())
                windows.append(Quota(name="ai month", limit=limits.ai_per_month, since=month.start, until=month.end))
        elif act == "deploy":
            windows.append(Window(name="deploy", limit=limits.deploys_per_hour, period_s=HOUR_S))
        return windows

    async def _take(self, windows: Sequence[Window | Quota]) -> Taken:
        try:
            taken = await asyncio.wait_for(asyncio.wrap_future(self._store.take(windows)), COUNTING_S)
        except TimeoutError:
            taken = Taken()
        if taken.counted or taken.refused is not None:
            return taken
        return self._take_here(windows)

    def _take_here(self, windows: Sequence[Window | Quota]) -> Taken:
        mine = []
        for window in windows:
            period_s = window.period_s if isinstance(window, Window) else window.until - window.since
            kept = self._here.setdefault(window.name, SlidingWindow(window.limit, period_s))
            kept.limit = window.limit
            if (wait_s := kept.retry_after_s()) > 0:
                return Taken(refused=window.name, retry_after_s=wait_s)
            mine.append(kept)
        return Taken(counted=all(kept.take() for kept in mine))

    def _refusal(self, window: Window | Quota, wait_s: float) -> OverBudget:
        what, span, name = _WORDS[window.name]
        setting = f"`autocrea.limits.{name}`"
        whose = "whoever runs the server can raise" if self._remote else "you can raise"
        if window.limit == 0:
            return OverBudget(f"No {what} are allowed: {setting} is 0.", hint=f"Only {whose} it.", retry_after_s=wait_s)
        return OverBudget(
            f"Too many {what}: at most {window.limit} in any {span} are allowed, and the next in {in_words(wait_s)}.",
            hint=f"Wait so long; {whose} {setting}.",
            retry_after_s=wait_s,
        )
