"""What is written, as values: what waits in the inbox, and what a database that takes another's place must be told.

Writing the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from autocrea_lsp.store.deployment_values import DeploymentRow, DeploymentState, LogLineRow
from autocrea_lsp.store.leases import Lease
from autocrea_lsp.store.moments import Moment
from autocrea_lsp.store.values import AIRequest, ChatMessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    request: AIRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPreference:
    user: str
    key: str
    value_json: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchProject:
    user: str
    name: str
    root_hash: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountAct:
    """An act that was counted: what `Take` has done, for a database that has not seen it."""

    user: str
    name: str
    amount: int
    moment: Moment
    nonce: int  # tells two acts of one moment apart


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMessage:
    """A message of a chat; `id` makes writing it twice writing it once."""

    id: str
    user: str
    project: str
    session: str
    title: str
    message: ChatMessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetChat:
    user: str
    session: str | None  # None: all of the user's


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDeployment:
    """A deployment that is new to a database, with who drives it and the number of the last line of its log."""

    row: DeploymentRow
    lease: Lease
    log_seq: int = 0

    @property
    def user(self) -> str:
        return self.row.user

    @property
    def id(self) -> str:
        return self.row.id


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDeployment:
    """Fields of a deployment, if it is in one of the states `expect` and nobody but `owner` drives it (None: any)."""

    user: str
    id: str
    expect: Collection[DeploymentState] | None
    owner: str | None
    at: float
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDeployment:
    user: str
    id: str
    owner: str
    lease_s: float
    clock: Callable[[], Moment]  # asked in the transaction, whose lock may have been waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDeployment:
    user: str
    id: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendLog:
    """Lines of a deployment's log; those with a number (`seq`) come from a database that another takes the place of."""

    user: str
    id: str
    lines: Sequence[LogLineRow]


DeploymentChange = SaveDeployment | UpdateDeployment | ClaimDeployment | ReleaseDeployment
"""What is known of a deployment afterwards is in its row."""

Write = (
    Record
    | Accept
    | SetPreference
    | TouchProject
    | CountAct
    | SaveMessage
    | ForgetChat
    | SaveDeployment
    | UpdateDeployment
    | ClaimDeployment
    | ReleaseDeployment
    | AppendLog
)
