"""What calls have cost today and this month, against what they may cost.

The store knows what all editors have spent, in rows; this process knows what its own calls cost a little earlier. What
is told with `note_cost` counts until the store was asked again: every row is in the store's queue before the question,
so nothing counts twice and nothing is forgotten, as long as a cost is noted where its row is recorded, with no await
between the two.

The store is asked at most every 5 s, so that every keystroke may ask here. Two processes that spend at once learn of
each other at their next question: the overshoot is what each has in flight, and what the other has spent for 5 s.
A call whose price is unknown costs nothing here. Days and months are local time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from autocrea_lsp.access.periods import Period, day_of, in_words, month_of
from autocrea_lsp.errors import OverBudget
from autocrea_lsp.settings import BudgetSettings
from autocrea_lsp.store import Answer, Spent, Store

MICROS = 1_000_000  # in a US dollar
HARD_STOP = 2  # times the budget
FRESH_S = 5.0  # how long an answer of the store is good for
PATIENCE_S = 1.0  # for a store that hangs; then what is known must do


@dataclass(slots=True, kw_only=True)
class _Account:
    """What was spent in one period."""

    name: str  # "today", "this month"
    setting: str
    period: Period
    stored: int = 0  # by everybody, when the store was asked last
    own: int = 0  # by this process
    own_stored: int = 0  # as much of that was in the store then
    warned: bool = False

    def spent(self) -> int:
        return self.stored + self.own - self.own_stored

    def learn(self, stored: int, own: int) -> None:
        """The store's answer, with as much of our own as there was then.

        What is spent stays spent: a database that was deleted, or is out of reach, gives no money back.
        """
        self.stored = max(stored, self.stored + own - self.own_stored)
        self.own_stored = own

    def turn(self, period: Period) -> bool:
        """Begin anew if that is another period; whether it is."""
        if period.key == self.period.key:
            return False
        self.period, self.warned = period, False
        self.stored = self.own = self.own_stored = 0
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Asked of the store, and how much there was of our own then."""

    answer: Answer[Spent]
    at: float
    own_day: int
    own_month: int
    ours_missing: bool  # the file is not ours to write, so our rows are not in it
    patience_until: float  # on the loop's clock


class Budget:
    """One per process and user."""

    def __init__(
        self,
        store: Store,
        settings: Callable[[], BudgetSettings],
        *,
        on_warning: Callable[[str], None] = lambda _text: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._settings = settings
        self._on_warning = on_warning
        self._now = now
        self._day = _Account(name="today", setting="autocrea.budget.perDay", period=day_of(now()))
        self._month = _Account(name="this month", setting="autocrea.budget.perMonth", period=month_of(now()))
        self._question: _Question | None = None

    async def afford(self, cost_micros: int = 0) -> None:
        """May a call that costs about so much be made? Warns once a day (a month) from the budget on.

        Raises OverBudget at twice the budget, with the seconds until the period ends. Costs nothing with no budget.
        """
        if not (limits := self._limits()):
            return
        await self._look()
        stops = [(account, limit) for account, limit in limits if _stops(account, limit, cost_micros)]
        if stops:
            # The one that ends last: waiting for the other would not help.
            account, limit = max(stops, key=lambda each: each[0].period.end)
            wait_s = max(account.period.end - self._now(), 0.0)
            raise OverBudget(
                self._sentence(account, limit, cost_micros),
                hint=f"It goes on in {in_words(wait_s)}; to go on now, raise `{account.setting}` (0: no budget).",
                retry_after_s=wait_s,
            )
        for account, limit in limits:
            if not account.warned and account.spent() + cost_micros >= limit:
                account.warned = True
                self._on_warning(
                    f"The calls of {account.name} have cost {_dollars(account.spent())}, and the budget is "
                    f"{_dollars(limit)}. At {_dollars(HARD_STOP * limit)} nothing more is sent "
                    f"(`{account.setting}`)."
                )

    def note_cost(self, cost_micros: int) -> None:
        """A call of ours has just cost this. Told where its row is recorded, with no await between the two."""
        self._turn()
        for account in (self._day, self._month):
            account.own += max(0, cost_micros)

    def over(self) -> str | None:
        """Why nothing is sent now, in a sentence; None while there is money. From what is known: waits for nothing."""
        self._turn()
        for account, limit in self._limits():
            if _stops(account, limit, 0):
                return self._sentence(account, limit, 0)
        return None

    def _limits(self) -> list[tuple[_Account, int]]:
        """The budgets that are set, in millionths of a dollar."""
        settings = self._settings()
        budgets = ((self._day, settings.per_day), (self._month, settings.per_month))
        return [(account, round(dollars * MICROS)) for account, dollars in budgets if dollars > 0]

    def _turn(self) -> None:
        """A new day is a new account, and so is a new month."""
        now = self._now()
        turned = [self._day.turn(day_of(now)), self._month.turn(month_of(now))]
        if any(turned):
            self._question = None  # what it will answer is about another time

    async def _look(self) -> None:
        """Make what is known new enough."""
        self._turn()
        loop = asyncio.get_running_loop()
        asked = self._question
        if asked is not None and asked.answer.done():
            self._learn(asked)
            if not 0 <= self._now() - asked.at < FRESH_S:
                asked = None
        if asked is None:
            asked = self._question = self._ask(loop.time())
        if not asked.answer.done() and (left_s := asked.patience_until - loop.time()) > 0:
            # Not `wait_for`: a keystroke that takes its request back must not take the question back too.
            await asyncio.wait([asyncio.wrap_future(asked.answer)], timeout=left_s)
            self._turn()
        if asked is self._question and asked.answer.done():
            self._learn(asked)

    def _ask(self, loop_s: float) -> _Question:
        # Without a budget for the month nobody adds up the month.
        since_month = self._month.period.start if self._settings().per_month > 0 else self._day.period.start
        return _Question(
            answer=self._store.spent(self._day.period.start, since_month),
            at=self._now(),
            own_day=self._day.own,
            own_month=self._month.own,
            ours_missing=self._store.mode == "read-only",
            patience_until=loop_s + PATIENCE_S,
        )

    def _learn(self, asked: _Question) -> None:
        spent = asked.answer.result()
        for account, stored, own in (
            (self._day, spent.day_micros, asked.own_day),
            (self._month, spent.month_micros, asked.own_month),
        ):
            account.learn(stored + own if asked.ours_missing else stored, own)

    def _sentence(self, account: _Account, limit: int, cost_micros: int) -> str:
        cost = f"have cost {_dollars(account.spent())}"
        if account.spent() < HARD_STOP * limit:
            cost = f"would have cost {_dollars(account.spent() + cost_micros)} with this one"
        return f"The calls of {account.name} {cost}; at twice the budget of {_dollars(limit)} nothing more is sent."


def _stops(account: _Account, limit: int, cost_micros: int) -> bool:
    return account.spent() + cost_micros >= HARD_STOP * limit


def _dollars(micros: int) -> str:
    dollars = micros / MICROS
    return f"${dollars:,.2f}" if dollars >= 0.1 or micros == 0 else f"${dollars:,.4f}"
