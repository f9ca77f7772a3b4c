"""The part of the store that knows deployments: what `Store` says about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autocrea_lsp.store.asking import Asking
from autocrea_lsp.store.deployment_fields import storable, storable_row
from autocrea_lsp.store.deployment_values import (
    FINISHED,
    STATES,
    Beat,
    DeploymentRow,
    DeploymentState,
    DeploymentStats,
    LogLineRow,
    check_changes,
    details_json,
)
from autocrea_lsp.store.inbox import Answer
from autocrea_lsp.store.leases import lease
from autocrea_lsp.store.writes import (
    AppendLog,
    ClaimDeployment,
    ReleaseDeployment,
    SaveDeployment,
    UpdateDeployment,
    Write,
)

if TYPE_CHECKING:
    from autocrea_lsp.store.disk import Connection

_UNFINISHED = frozenset(STATES) - FINISHED


class DeploymentCalls(Asking):
    """Deployments of the user's, of all processes that use the file.

    Every change is one transaction that looks and writes, and its answer comes when it is in the file: a kill of the
    process loses none of it. An answer that is cancelled takes `create_deployment` and `claim` back if they were not
    begun; what else was asked is done. In memory mode all of it works within this process, and the file gets what was
    done when it is back, unless another process has taken the deployment over. Beside a newer version's file the same
    goes for this session only. A file that was damaged is begun anew with the deployments that are under way; of one
    that was deleted or cleared, nothing is left. A store that has stopped answers False, `gone`, None or nothing.

    `owner` names a process, uniquely. Its lease is good until it ends and another claims the deployment.
    """

    # ---- changing

    def create_deployment(self, row: DeploymentRow, *, owner: str = "", lease_s: float = 0.0) -> Answer[bool]:
        """Add a deployment of the user's, driven by `owner`; False if it is not stored, or there is one with its id.

        Raises TypeError or ValueError for details that are no small JSON object. `error` and `detail` are redacted,
        `details` is not: it has no place for a secret.
        """
        details_json(row.details)
        row = replace(row, user=self.user)

        def ask(connection: Connection) -> tuple[bool, list[Write]]:
            held = lease(owner, lease_s, self._clock())
            write = SaveDeployment(row=storable_row(row, self._redactor), lease=held)
            return _done(connection.deployments.save(write), write)

        return self._change(ask, False)

    def update_deployment(
        self,
        id: str,  # noqa: A002  # as in the row
        *,
        expect: Collection[DeploymentState] | None = None,
        owner: str | None = None,
        at: float | None = None,
        **changes: object,
    ) -> Answer[bool]:
        """Change fields, `updated_at` with them, and `finished_at` when the state becomes a finished one.

        False, and nothing changed: there is no such deployment, its state is none of `expect`, `owner` is given and the
        lease is another's, or it is finished and would no longer be. Raises TypeError or ValueError for what is no
        field that may change (see `deployment_values.CHANGEABLE`) or no value of it, as a URL without a scheme.
        """
        check_changes(changes)
        expected = None if expect is None else frozenset(expect)

        def ask(connection: Connection) -> tuple[bool, list[Write]]:
            write = UpdateDeployment(
                user=self.user,
                id=id,
                expect=expected,
                owner=owner,
                at=self._clock().wall_s if at is None else at,
                changes=storable(changes, self._redactor),
            )
            return _done(connection.deployments.update(write), write)

        return self._change(ask, False, withdrawable=False)

    def append_deployment_log(self, id: str, lines: Sequence[LogLineRow]) -> None:  # noqa: A002
        """Add lines, in the file 0.2 s later at most; only enqueues. A line with a key that is there is dropped.

        Lines are redacted and lose colours and controls; one with line breaks becomes several. Of each log 5,000 lines
        and 1 MiB are kept: the first 200 (at most a tenth of it) and the newest; `seq` has a gap where lines are gone.
        """
        if lines:
            plain = tuple(replace(line, seq=0) for line in lines)
            self._inbox.put(AppendLog(user=self.user, id=id, lines=plain))

    def claim(self, id: str, *, owner: str, lease_s: float) -> Answer[bool]:  # noqa: A002
        """Drive it from now on. False: it is not there, finished, or another's lease has not ended."""
        _check_owner(owner)

        def ask(connection: Connection) -> tuple[bool, list[Write]]:
            write = ClaimDeployment(user=self.user, id=id, owner=owner, lease_s=lease_s, clock=self._clock)
            return _done(connection.deployments.claim(write), write)

        return self._change(ask, False)

    def heartbeat(self, id: str, *, owner: str, lease_s: float) -> Answer[Beat]:  # noqa: A002
        """Hold it for at least `lease_s` more, even after the lease's end if nobody else has claimed it."""
        _check_owner(owner)

        def ask(connection: Connection) -> tuple[Beat, list[Write]]:
            return connection.deployments.heartbeat(self.user, id, owner, lease_s, self._clock), []

        return self._change(ask, Beat(lease="gone"), withdrawable=False)

    def release(self, id: str, *, owner: str) -> Answer[bool]:  # noqa: A002
        """Drive it no longer; False if it was not this owner's."""
        _check_owner(owner)

        def ask(connection: Connection) -> tuple[bool, list[Write]]:
            write = ReleaseDeployment(user=self.user, id=id, owner=owner)
            return _done(connection.deployments.release(write), write)

        return self._change(ask, False, withdrawable=False)

    def ask_cancel(self, id: str) -> Answer[bool]:  # noqa: A002
        """Let whoever drives it know, at the next heartbeat; False if it is not there or finished."""
        return self.update_deployment(id, expect=_UNFINISHED, cancel_asked=True)

    # ---- asking

    def unfinished(self) -> Answer[list[DeploymentRow]]:
        """Those that could be driven on, the oldest first."""
        return self._ask(lambda connection: connection.deployment_history.unfinished(self.user), [])

    def deployment(self, id: str) -> Answer[DeploymentRow | None]:  # noqa: A002
        """The one with that id; else the newest with that id at its host; else the only one whose id begins so.

        A beginning has six characters or more.
        """
        return self._ask(lambda connection: connection.deployment_history.one(self.user, id), None)

    def deployments(
        self,
        *,
        limit: int = 20,
        offset: int = 0,
        project: str | None = None,
        provider: str | None = None,
        target: str | None = None,
        state: DeploymentState | None = None,
    ) -> Answer[list[DeploymentRow]]:
        """A page of them, the newest first."""
        equal = {"project": project, "provider": provider, "target": target, "state": state}
        return self._ask(lambda connection: connection.deployment_history.page(self.user, limit, offset, equal), [])

    def latest_successful(
        self, *, project: str | None, provider: str | None = None, target: str | None = None
    ) -> Answer[DeploymentRow | None]:
        """The one that succeeded last; `project` None is any."""
        equal = {"project": project, "provider": provider, "target": target}
        return self._ask(lambda connection: connection.deployment_history.latest_successful(self.user, equal), None)

    def deployment_stats(
        self, *, project: str | None = None, provider: str | None = None, since: float | None = None
    ) -> Answer[DeploymentStats]:
        """Numbers of those that were created from `since` on."""
        equal = {"project": project, "provider": provider}
        return self._ask(
            lambda connection: connection.deployment_history.stats(self.user, since, equal), DeploymentStats()
        )

    def deployment_log(self, id: str, *, after_seq: int = 0, limit: int = 1000) -> Answer[list[LogLineRow]]:  # noqa: A002
        """The lines after that number, in order, of what `deployment` finds."""
        return self._ask(lambda connection: connection.deployment_history.log(self.user, id, after_seq, limit), [])


def _done(value: bool, write: Write) -> tuple[bool, list[Write]]:
    return value, [write] if value else []


def _check_owner(owner: str) -> None:
    if not owner:
        raise ValueError("a lease needs an owner with a name")
