"""Requests to models: recording, reading and forgetting them. Transactions are the caller's.

Measured on 1,000,000 rows over 90 days: a page of 50 takes 1 ms (it walks the time index), statistics of a day 2 ms,
of 30 days 40 ms, of all 120 ms (they seek each of the six kinds in `ai_requests_stats` and never read the table), the
calls of the last hour 0.3 ms, the cost of a day 1 ms and of 30 days 25 ms. A test holds the plans.
"""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peewee import JOIN, fn

from autocrea_lsp.store.migrations import run
from autocrea_lsp.store.models import ExpiredCost, ProjectRow, RequestRow, User
from autocrea_lsp.store.users import Users
from autocrea_lsp.store.values import AIRequest, Kind, Spent, UsageStats, label

if TYPE_CHECKING:
    from peewee import SqliteDatabase

_KINDS = typing.get_args(Kind)
_SAME = (
    "id", "at", "kind", "detail", "model", "backend", "prompt_tokens", "completion_tokens", "cache_read_tokens",
    "cache_write_tokens", "cost_micros", "latency_ms", "outcome", "accepted", "prompt", "answer",
)  # fmt: skip
"""What is called the same in `AIRequest` and in the table."""

_ROWS_PER_INSERT = 50  # of 19 values: SQLite before 3.32 takes 999 in one statement

_KEEP_COSTS = """
    INSERT INTO expired_costs (user_id, at, cost_micros)
    SELECT user_id, CAST(strftime('%s', date(at, 'unixepoch', 'localtime'), 'utc') AS REAL) AS day, SUM(cost_micros)
    FROM (SELECT user_id, at, cost_micros FROM ai_requests WHERE at < ? ORDER BY at, seq LIMIT ?)
    WHERE at >= ? AND cost_micros > 0
    GROUP BY user_id, day
    ON CONFLICT (user_id, at) DO UPDATE SET cost_micros = cost_micros + excluded.cost_micros
"""


class Usage:
    """The table `ai_requests` of one open database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._users = Users(database)

    def insert(self, requests: Sequence[AIRequest]) -> None:
        """Add rows; one whose id is there already is left as it is, so a batch can be written again."""
        users: dict[str, int] = {}
        projects: dict[tuple[int, str], int | None] = {}
        rows = []
        for request in requests:
            if request.user not in users:
                users[request.user] = self._users.user_id(request.user, request.at)
            user = users[request.user]
            if (user, request.project) not in projects:
                projects[user, request.project] = self._users.project_id(user, request.project, request.at)
            row: dict[str, Any] = {name: getattr(request, name) for name in _SAME}
            row |= {
                "user": user,
                "project": projects[user, request.project],
                "total_tokens": request.total_tokens,
            }
            rows.append(row)
        for start in range(0, len(rows), _ROWS_PER_INSERT):
            chunk = rows[start : start + _ROWS_PER_INSERT]
            RequestRow.insert_many(chunk).on_conflict_ignore().execute(self._database)

    def accept(self, request_id: str) -> None:
        """Mark a request's answer as taken by the user; an unknown id is nothing."""
        RequestRow.update(accepted=True).where(RequestRow.id == label(request_id)).execute(self._database)

    def history(self, limit: int, offset: int, kind: str | None, user: str | None) -> list[AIRequest]:
        """The newest first."""
        columns = [getattr(RequestRow, name) for name in _SAME]
        query = (
            RequestRow.select(User.name, ProjectRow.label, *columns)
            .join(User)
            .switch(RequestRow)
            .join(ProjectRow, JOIN.LEFT_OUTER)
            .order_by(RequestRow.at.desc(), RequestRow.seq.desc())
            .limit(max(0, limit))
            .offset(max(0, offset))
        )
        conditions = self._conditions(kind=kind, user=user)
        rows = (query.where(*conditions) if conditions else query).tuples().execute(self._database)
        return [
            AIRequest(user=name, project=project or "", **dict(zip(_SAME, values, strict=True)))
            for name, project, *values in rows
        ]

    def stats(self, since: float | None, until: float | None, user: str | None) -> UsageStats:
        """Sums over `since` <= at < `until` (None: no bound)."""
        rows = (
            RequestRow.select(
                RequestRow.kind,
                fn.COUNT(RequestRow.at),
                fn.SUM(RequestRow.total_tokens),
                fn.SUM(RequestRow.cost_micros),
                fn.SUM(RequestRow.accepted).coerce(False),  # else the sum comes back as a bool
            )
            # Naming the six kinds lets SQLite seek in the index by kind and time.
            .where(RequestRow.kind.in_(_KINDS), *self._conditions(since=since, until=until, user=user))
            .group_by(RequestRow.kind)
            .tuples()
            .execute(self._database)
        )
        by_kind = {kind: sums for kind, *sums in rows}
        requests, tokens, cost, accepted = (sum(column) for column in zip((0, 0, 0, 0), *by_kind.values(), strict=True))
        return UsageStats(
            total_requests=requests,
            total_tokens=tokens,
            by_type={kind: by_kind[kind][0] for kind in _KINDS if kind in by_kind},
            average_tokens_per_request=tokens / requests if requests else 0.0,
            cost_micros=cost,
            accepted=accepted,
        )

    def count_since(self, since: float, backend: str, kind: str, user: str | None) -> int:
        """How many requests of that kind went to that backend from `since` on, whatever became of them."""
        conditions = self._conditions(since=since, kind=kind, user=user)
        return int(
            RequestRow.select(fn.COUNT(RequestRow.seq))
            .where(RequestRow.backend == label(backend), *conditions)
            .scalar(self._database)
        )

    def spent(self, since_day: float, since_month: float, user: str) -> Spent:
        """The costs from each of the two times on, the future included: a clock that is set back refills nothing."""
        day = self._cost_since(since_day, user)
        month = day if since_month == since_day else self._cost_since(since_month, user)
        return Spent(day_micros=day, month_micros=month)

    def expire(self, before: float, limit: int, counted: float) -> int:
        """Delete at most `limit` requests older than `before`; how many it were.

        What they cost is kept for budgets, by user and local day, if it is younger than `counted`.
        """
        run(self._database, "DELETE FROM expired_costs WHERE at < ?", counted)
        run(self._database, _KEEP_COSTS, before, limit, counted)
        order = (RequestRow.at, RequestRow.seq)
        old = RequestRow.select(RequestRow.seq).where(RequestRow.at < before).order_by(*order).limit(limit)
        return int(RequestRow.delete().where(RequestRow.seq.in_(old)).execute(self._database))

    def _cost_since(self, since: float, user: str) -> int:
        """Of what is there and of what retention has deleted."""
        conditions = self._conditions(since=since, user=user)
        # Naming the kinds: as in `stats`.
        there = RequestRow.select(fn.SUM(RequestRow.cost_micros)).where(RequestRow.kind.in_(_KINDS), *conditions)
        ids = User.select(User.id).where(User.name == label(user))
        gone = ExpiredCost.select(fn.SUM(ExpiredCost.cost_micros)).where(
            ExpiredCost.user.in_(ids), ExpiredCost.at >= since
        )
        return sum(int(query.scalar(self._database) or 0) for query in (there, gone))

    def _conditions(
        self,
        *,
        since: float | None = None,
        until: float | None = None,
        kind: str | None = None,
        user: str | None = None,
    ) -> list[Any]:
        conditions: list[Any] = []
        if since is not None:
            conditions.append(RequestRow.at >= since)
        if until is not None:
            conditions.append(RequestRow.at < until)
        if kind is not None:
            conditions.append(RequestRow.kind == kind)
        if user is not None:
            ids = User.select(User.id).where(User.name == label(user))
            conditions.append(RequestRow.user.in_(ids))
        return conditions
