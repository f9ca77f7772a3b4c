"""Reading deployments. One statement each, by seeks: a test holds the plans."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from peewee import JOIN

from autocrea_lsp.store.deployment_fields import FIELDS, row_of
from autocrea_lsp.store.deployment_log import DeploymentLog
from autocrea_lsp.store.deployment_values import DeploymentRow, DeploymentStats, HostStats, LogLineRow
from autocrea_lsp.store.models import Deployment, ProjectRow, User
from autocrea_lsp.store.values import label

if TYPE_CHECKING:
    from peewee import Expression, SqliteDatabase

T = TypeVar("T")
Equal = Mapping[str, str | None]
"""Columns, and the project's label, with what they are to be (None: any)."""

_SHORTEST_PREFIX = 6  # characters of an id


class DeploymentHistory:
    """The table `deployments` of one open database; `also` is a newer version's file, which is read with it."""

    def __init__(self, database: SqliteDatabase, *, also: SqliteDatabase | None = None) -> None:
        self._database = database
        self._also = also

    def one(self, user: str, name: str) -> DeploymentRow | None:
        """By its id, else the newest with that id at the host, else by the beginning of its id that no other has."""
        name = label(name)
        if not name:
            return None
        for condition in (Deployment.id == name, Deployment.remote_id == name):
            found = self._page(user, 1, 0, condition)
            if found:
                return found[0]
        if len(name) < _SHORTEST_PREFIX:
            return None
        found = self._page(user, 2, 0, (Deployment.id >= name) & (Deployment.id < name + "\U0010ffff"))
        return found[0] if len(found) == 1 else None

    def page(self, user: str, limit: int, offset: int, equal: Equal) -> list[DeploymentRow]:
        """The newest first."""
        return self._page(user, max(0, limit), max(0, offset), *_conditions(equal))

    def unfinished(self, user: str) -> list[DeploymentRow]:
        """Of the database that can be written, the oldest first: nobody could say of another's that it goes on."""
        order = (Deployment.created_at, Deployment.seq)
        return select(self._database, user, Deployment.finished_at.is_null(), order=order)

    def latest_successful(self, user: str, equal: Equal) -> DeploymentRow | None:
        """The one that succeeded last."""
        chosen = (Deployment.state == "success", *_conditions(equal))
        order = (Deployment.finished_at.desc(), Deployment.seq.desc())
        found = self._both(lambda database: select(database, user, *chosen, order=order, limit=1))
        return max(found, key=lambda row: row.finished_at or 0.0, default=None)

    def stats(self, user: str, since: float | None, equal: Equal) -> DeploymentStats:
        """Over those that were created from `since` on."""
        chosen = list(_conditions(equal))
        if since is not None:
            chosen.append(Deployment.created_at >= since)
        rows = self._both(
            lambda database: list(
                Deployment.select(Deployment.state, Deployment.created_at, Deployment.finished_at, Deployment.provider)
                .join(User)
                .switch(Deployment)
                .join(ProjectRow, JOIN.LEFT_OUTER)
                .where(User.name == label(user), *chosen)
                .order_by(Deployment.created_at)
                .tuples()
                .execute(database)
            )
        )
        by_status = Counter[str](state for state, *_ in rows)
        hosts = Counter[str](provider for *_, provider in rows)
        durations = [max(0.0, end - start) for state, start, end, _ in rows if state == "success" and end is not None]
        return DeploymentStats(
            total=len(rows),
            by_status=dict(by_status),
            success_rate=_rate(by_status),
            median_duration_s=_median(durations),
            by_host={
                host: HostStats(total=total, success_rate=_rate(Counter(row[0] for row in rows if row[3] == host)))
                for host, total in hosts.most_common()
            },
        )

    def log(self, user: str, name: str, after_seq: int, limit: int) -> list[LogLineRow]:
        """The lines after that one of the deployment that `one` finds."""
        row = self.one(user, name)
        if row is None:
            return []
        return self._both(lambda database: DeploymentLog(database).read(user, row.id, after_seq, limit))

    def _page(self, user: str, limit: int, offset: int, *chosen: Expression) -> list[DeploymentRow]:
        found = self._both(lambda database: select(database, user, *chosen, limit=limit + offset))
        if self._also is not None:
            found.sort(key=lambda row: row.created_at, reverse=True)
        return found[offset : offset + limit]

    def _both(self, ask: Callable[[SqliteDatabase], list[T]]) -> list[T]:
        found = ask(self._database)
        if self._also is not None:
            with contextlib.suppress(Exception):  # boundary: a newer version's tables need not be as we know them
                found += ask(self._also)
        return found


def select(
    database: SqliteDatabase,
    user: str,
    *chosen: Expression,
    order: Sequence[Any] = (),
    limit: int | None = None,
) -> list[DeploymentRow]:
    """The user's, the newest first unless `order` says otherwise."""
    rows = (
        Deployment.select(User.name, ProjectRow.label, *(getattr(Deployment, name) for name in FIELDS))
        .join(User)
        .switch(Deployment)
        .join(ProjectRow, JOIN.LEFT_OUTER)
        .where(User.name == label(user), *chosen)
        .order_by(*(order or (Deployment.created_at.desc(), Deployment.seq.desc())))
        .limit(limit)
        .tuples()
        .execute(database)
    )
    return [row_of(name, project, values) for name, project, *values in rows]


def _conditions(equal: Equal) -> list[Expression]:
    fields = {"project": ProjectRow.label}
    return [
        fields.get(name, getattr(Deployment, name)) == label(value)
        for name, value in equal.items()
        if value is not None
    ]


def _rate(by_status: Counter[str]) -> float | None:
    """Of those that went well or failed."""
    good, bad = by_status["success"], by_status["failed"]
    return good / (good + bad) if good + bad else None


def _median(values: list[float]) -> float | None:
    if not values:
        return None
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
