"""Counting acts against limits: look and insert in one IMMEDIATE transaction, so that no two processes both see room.

How old an act is: of this boot, by the ticks of its clock, so setting the wall clock forward or back changes nothing.
Of another boot, by the wall clock; one from the future (the clock was set back in between) happened at the latest now,
and is made an act of this boot and of now: it counts for one whole period and no longer.

A quota counts an act that either clock places in its span: neither way of setting the clock refills it, but over a
restart of the machine, after which a later month is a later month.

Acts that a window no longer counts are deleted when it is asked next, so it holds at most its limit. SQL by hand:
each statement here is one seek in the primary key.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autocrea_lsp.store.migrations import run
from autocrea_lsp.store.moments import Moment
from autocrea_lsp.store.users import Users
from autocrea_lsp.store.values import Quota, Taken, Window, label
from autocrea_lsp.store.writes import CountAct

if TYPE_CHECKING:
    from peewee import SqliteDatabase

_NONCE_BITS = 62  # SQLite's integers are signed, of 64 bits
_OTHER_BOOTS = ("boot < ?", "boot > ?")  # `<>` would not seek


class Acts:
    """The table `counted_acts` of one open database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._users = Users(database)

    def take(
        self, user: str, windows: Sequence[Window | Quota], amount: int, clock: Callable[[], Moment]
    ) -> tuple[Taken, list[CountAct]]:
        """Count `amount` in every window, or in none if one has no room; what was counted. A transaction of its own."""
        with self._database.atomic():
            now = clock()  # not before: the lock may have been waited for
            owner = self._users.user_id(user, now.wall_s)
            waits: dict[str, float] = {}
            for window in windows:
                name = label(window.name)
                if isinstance(window, Window):
                    self._adopt(owner, name, now)
                    self._forget(owner, name, now, window.period_s)
                    wait_s = self._window_wait_s(owner, name, now, window, amount)
                else:
                    wait_s = self._quota_wait_s(owner, name, now, window, amount)
                if wait_s is not None:
                    waits[window.name] = wait_s
            if waits:
                last = max(waits, key=lambda each: waits[each])
                return Taken(refused=last, retry_after_s=waits[last]), []
            acts = [
                CountAct(
                    user=user,
                    name=window.name,
                    amount=amount,
                    moment=now,
                    nonce=secrets.randbits(_NONCE_BITS),
                )
                for window in windows
            ]
            for act in acts:
                self.add(act)
        return Taken(counted=True), acts

    def add(self, act: CountAct) -> None:
        """Count it, if it is not counted yet."""
        at = act.moment
        owner = self._users.user_id(act.user, at.wall_s)
        run(
            self._database,
            "INSERT OR IGNORE INTO counted_acts (user_id, name, boot, tick, nonce, amount, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(owner, label(act.name), at.boot, at.tick_s, act.nonce, act.amount, at.wall_s),
        )

    def expire(self, before: float) -> None:
        """Delete what is older by the wall clock: acts of those who never came back, and of quotas that are over."""
        run(self._database, "DELETE FROM counted_acts WHERE at < ?", before)

    def _adopt(self, owner: int, name: str, now: Moment) -> None:
        """What another boot says to be in the future is of now."""
        for other in _OTHER_BOOTS:
            run(
                self._database,
                f"UPDATE counted_acts SET boot = ?, tick = ?, at = ? WHERE user_id = ? AND name = ? AND {other} "  # noqa: S608  # one of our two
                "AND at > ?",
                *(now.boot, now.tick_s, now.wall_s, owner, name, now.boot, now.wall_s),
            )

    def _forget(self, owner: int, name: str, now: Moment, period_s: float) -> None:
        """Delete what is as old as the period, or older."""
        one = "DELETE FROM counted_acts WHERE user_id = ? AND name = ?"
        run(self._database, f"{one} AND boot = ? AND tick <= ?", owner, name, now.boot, now.tick_s - period_s)
        for other in _OTHER_BOOTS:
            run(self._database, f"{one} AND {other} AND at <= ?", owner, name, now.boot, now.wall_s - period_s)

    def _window_wait_s(self, owner: int, name: str, now: Moment, window: Window, amount: int) -> float | None:
        """Seconds until the window has room; None: now. It holds nothing but what counts."""
        mine = "FROM counted_acts WHERE user_id = ? AND name = ?"
        used = int(run(self._database, f"SELECT COALESCE(SUM(amount), 0) {mine}", owner, name)[0][0])
        if used + amount <= window.limit:
            return None
        ages = run(
            self._database,
            f"SELECT CASE WHEN boot = ? THEN ? - tick ELSE ? - at END AS age, amount {mine} ORDER BY age DESC",
            *(now.boot, now.tick_s, now.wall_s, owner, name),
        )
        for age_s, freed in ages:
            used -= freed
            if used + amount <= window.limit:
                return float(window.period_s - age_s)
        return window.period_s  # it will never have room for so many

    def _quota_wait_s(self, owner: int, name: str, now: Moment, quota: Quota, amount: int) -> float | None:
        """Seconds until the quota's span is over; None: it has room."""
        ((used,),) = run(
            self._database,
            "SELECT COALESCE(SUM(amount), 0) FROM counted_acts "
            "WHERE user_id = ? AND name = ? AND (at >= ? OR (boot = ? AND tick >= ?))",
            *(owner, name, quota.since, now.boot, now.tick_s - (now.wall_s - quota.since)),
        )
        if int(used) + amount <= quota.limit:
            return None
        return max(quota.until - now.wall_s, 0.0)
