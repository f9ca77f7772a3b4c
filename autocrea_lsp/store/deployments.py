"""Deployments: writing them with compare-and-set, who drives them, and forgetting them.

Every change looks and writes in one IMMEDIATE transaction, so of two processes that want the same one gets it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from autocrea_lsp.store.deployment_fields import FIELDS, columns
from autocrea_lsp.store.deployment_history import select
from autocrea_lsp.store.deployment_values import FINISHED, Beat
from autocrea_lsp.store.leases import NOBODYS, Lease, adopted, is_free, lease, renewed
from autocrea_lsp.store.models import Deployment, User
from autocrea_lsp.store.moments import Moment
from autocrea_lsp.store.users import Users
from autocrea_lsp.store.values import label
from autocrea_lsp.store.writes import ClaimDeployment, ReleaseDeployment, SaveDeployment, UpdateDeployment

if TYPE_CHECKING:
    from peewee import SqliteDatabase

T = TypeVar("T")

_SHORTEST_PREFIX = 6  # characters of an id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    seq: int
    state: str
    finished_at: float | None
    cancel_asked: bool
    log_seq: int
    lease: Lease


class Deployments:
    """The table `deployments` of one open database."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._users = Users(database)

    # ---- changing

    def save(self, write: SaveDeployment) -> bool:
        """Add a deployment; False if one with its id is there, which is left as it is."""
        row = write.row
        with self._database.atomic():
            if Deployment.select(Deployment.seq).where(Deployment.id == row.id).exists(self._database):
                return False
            user = self._users.user_id(row.user, row.created_at)
            values = columns({name: getattr(row, name) for name in FIELDS})
            project = self._users.project_id(user, row.project, row.created_at)
            log = {"log_seq": write.log_seq, "log_lines": 0, "log_bytes": 0}
            Deployment.insert(user=user, project=project, **values, **_lease_columns(write.lease), **log).execute(
                self._database
            )
        return True

    def update(self, write: UpdateDeployment) -> bool:
        """Change it, unless it is not there, not as expected, driven by another, or finished and would not stay so."""
        with self._database.atomic():
            found = self._find(write.user, write.id)
            if found is None or (write.expect is not None and found.state not in write.expect):
                return False
            if write.owner is not None and found.lease.owner not in ("", write.owner):
                return False
            values = dict(write.changes)
            finished = values.get("state", found.state) in FINISHED
            if found.state in FINISHED and not finished:
                return False
            if not finished:
                values.pop("finished_at", None)
            elif values.get("finished_at") is None:
                values["finished_at"] = write.at if found.finished_at is None else found.finished_at
            self._set(found.seq, **columns(values), updated_at=write.at)
        return True

    def claim(self, write: ClaimDeployment) -> bool:
        """Drive it from now on: False if it is not there, finished, or another's lease has not ended."""
        with self._database.atomic():
            found, now = self._find(write.user, write.id), write.clock()
            if found is None or found.state in FINISHED:
                return False
            held = found.lease
            if held.owner != write.owner and not is_free(held, now):
                self._set_lease(found, adopted(held, now))
                return False
            self._set_lease(found, lease(write.owner, write.lease_s, now))
        return True

    def heartbeat(self, user: str, name: str, owner: str, lease_s: float, clock: Callable[[], Moment]) -> Beat:
        """Hold it for longer, even if the lease had ended, as long as nobody else took it."""
        with self._database.atomic():
            found = self._find(user, name)
            if found is None:
                return Beat(lease="gone")
            if found.lease.owner != owner:
                return Beat(lease="lost", cancel_asked=found.cancel_asked)
            self._set_lease(found, renewed(found.lease, lease_s, clock()))
        return Beat(lease="held", cancel_asked=found.cancel_asked)

    def release(self, write: ReleaseDeployment) -> bool:
        """Drive it no longer; False if it was not this owner's."""
        with self._database.atomic():
            found = self._find(write.user, write.id)
            if found is None or found.lease.owner != write.owner:
                return False
            self._set_lease(found, NOBODYS)
        return True

    def expire(self, before: float, limit: int) -> int:
        """Delete the longest finished, until `limit` rows may be gone with their lines; how many those are at most.

        Fewer than `limit`: no more of them finished before `before`.
        """
        old = (
            Deployment.select(Deployment.seq, Deployment.log_seq)
            .where(Deployment.finished_at < before)
            .order_by(Deployment.finished_at)
            .limit(limit)
            .tuples()
            .execute(self._database)
        )
        chosen: list[int] = []
        rows = 0
        for seq, lines in old:
            if rows >= limit:
                break
            chosen.append(seq)
            rows += 1 + lines
        if chosen:
            Deployment.delete().where(Deployment.seq.in_(chosen)).execute(self._database)
        return rows

    def snapshot(self, user: str, name: str) -> SaveDeployment | None:
        """The deployment with that id as it is now, for a database that takes this one's place."""
        found = self._find(user, name)
        if found is None:
            return None
        (row,) = select(self._database, user, Deployment.seq == found.seq)
        return SaveDeployment(row=row, lease=found.lease, log_seq=found.log_seq)

    # ---- private

    def _find(self, user: str, name: str) -> _Found | None:
        table = Deployment
        rows = (
            table.select(
                *(table.seq, table.state, table.finished_at, table.cancel_asked, table.log_seq),
                *(table.lease_owner, table.lease_boot, table.lease_tick, table.lease_at, table.lease_s),
            )
            .join(User)
            .where(User.name == label(user), table.id == label(name))
            .tuples()
            .execute(self._database)
        )
        for seq, state, finished_at, asked, log_seq, owner, boot, tick_s, wall_s, length_s in rows:
            held = Lease(owner=owner, boot=boot, tick_s=tick_s, wall_s=wall_s, length_s=length_s)
            return _Found(
                seq=seq, state=state, finished_at=finished_at, cancel_asked=asked, log_seq=log_seq, lease=held
            )
        return None

    def _set(self, seq: int, **values: object) -> None:
        Deployment.update(**values).where(Deployment.seq == seq).execute(self._database)

    def _set_lease(self, found: _Found, new: Lease) -> None:
        if new != found.lease:
            self._set(found.seq, **_lease_columns(new))


def _lease_columns(held: Lease) -> dict[str, object]:
    return {
        "lease_owner": held.owner,
        "lease_boot": held.boot,
        "lease_tick": held.tick_s,
        "lease_at": held.wall_s,
        "lease_s": held.length_s,
    }
