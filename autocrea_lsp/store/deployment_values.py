"""What the store takes and gives about deployments: plain values, no SQL, no peewee. Times as in `values`."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

DeploymentState = Literal[
    "pending",
    "creating",
    "uploading",
    "queued",
    "building",
    "blocked",
    "unknown",
    "success",
    "failed",
    "canceled",
    "interrupted",
]

FINISHED: frozenset[DeploymentState] = frozenset({"success", "failed", "canceled", "interrupted"})
"""Nothing more happens to it. "unknown" and "blocked" are not finished."""

DeploymentAction = Literal["deploy", "redeploy", "promote"]
LogLevel = Literal["info", "warning", "error"]
Held = Literal["held", "lost", "gone"]

CHANGEABLE = frozenset(
    {
        "target",
        "source",
        "mark",
        "account",
        "account_name",
        "remote_project",
        "project_name",
        "remote_id",
        "url",
        "inspect_url",
        "state",
        "detail",
        "error",
        "cursor",
        "env_names",
        "finished_at",
        "cancel_asked",
        "details",
    }
)
"""What `update_deployment` may change: all but whose it is, what was asked of whom, and when."""

STATES = get_args(DeploymentState)
_SCHEME = re.compile(r"https?://[^/]", re.IGNORECASE)
_DETAILS_LIMIT = 65_536  # characters of JSON: ids and names, not documents


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRow:
    """A deployment, and how far it got. Raises ValueError for a URL without `http://` or `https://`.

    `user` is filled in by the store, `updated_at` is `created_at` where it is not given.
    """

    id: str  # ours, uuid4 hex
    user: str = ""
    project: str = ""  # as in `AIRequest`; never a path
    provider: str
    target: str  # "preview", "production", or a host's environment name
    source: str  # "files" or "git:<branch>[@<commit>]"
    action: DeploymentAction = "deploy"
    mark: str = ""  # what the host keeps of ours, to find it again
    account: str = ""  # the host's id of team or user
    account_name: str = ""
    remote_project: str = ""  # the host's id
    project_name: str = ""  # the host's name of it
    remote_id: str = ""  # of the deployment
    url: str = ""  # with scheme, or ""
    inspect_url: str = ""
    state: DeploymentState = "pending"
    detail: str = ""  # one line: what it is doing, or a notice
    error: str = ""  # why it failed, to show
    cursor: str = ""  # of the host's log
    env_names: tuple[str, ...] = ()  # names only, never values
    created_at: float
    updated_at: float = 0.0
    finished_at: float | None = None
    cancel_asked: bool = False
    details: Mapping[str, object] = field(default_factory=dict)  # a small JSON object of the provider's

    def __post_init__(self) -> None:
        check_url(self.url)
        check_url(self.inspect_url)
        if not self.updated_at:
            object.__setattr__(self, "updated_at", self.created_at)

    @property
    def finished(self) -> bool:
        """Nothing more happens to it."""
        return self.state in FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLineRow:
    """A line of a deployment's log. The store numbers them from 1; a gap in `seq` is what was left out for its size."""

    seq: int = 0
    at: float
    text: str
    level: LogLevel = "info"
    key: str = ""  # the host's id of the line; "": it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What became of a lease. `gone`: the deployment is no longer in the store, or the store has stopped."""

    lease: Held
    cancel_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStats:
    """Those of one host."""

    total: int
    success_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStats:
    """Deployments in numbers. `by_status` and `by_host` leave out what has none; the host with the most is first.

    `success_rate` is success / (success + failed), None where there is neither; `median_duration_s` is of successes.
    """

    total: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    success_rate: float | None = None
    median_duration_s: float | None = None
    by_host: dict[str, HostStats] = field(default_factory=dict)


def check_url(url: str) -> None:
    """Raises ValueError unless it is "" or of http or https: an editor opens it."""
    if url and not _SCHEME.match(url):
        raise ValueError(f"a deployment's URL begins with https:// (or http://), which this one does not: {url[:80]!r}")


def check_changes(changes: Mapping[str, object]) -> None:
    """Raises TypeError for what is no field that may change, ValueError for what it may not become."""
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"a deployment's {', '.join(sorted(unknown))} cannot be changed")
    if changes.get("state", "pending") not in STATES:
        raise ValueError(f"there is no such state of a deployment: {changes['state']!r}")
    for name in ("url", "inspect_url"):
        check_url(str(changes.get(name, "")))
    details = changes.get("details")
    if details is not None:
        details_json(details)


def details_json(details: object) -> str:
    """The object as the database holds it. Raises TypeError for what is not JSON, ValueError for what is too large."""
    if not isinstance(details, Mapping):
        raise TypeError("a deployment's details are a JSON object")
    text = json.dumps(dict(details), allow_nan=False, ensure_ascii=True)
    if len(text) > _DETAILS_LIMIT:
        raise ValueError(f"a deployment's details are too large: {len(text)} characters of JSON")
    return text


def one_line(text: str, limit: int) -> str:
    """Nothing that would command a terminal, hide or reorder text: printable characters, on one line."""
    text = str(text)[: 4 * limit]  # more than is left of it when what cannot be printed is gone, most often
    if not text.isprintable():
        text = "".join(map(_printable, text))
    return text[:limit].strip()


def finite(at: float, default: float) -> float:
    """A time that the database can hold and sort."""
    return float(at) if math.isfinite(at) else default


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character in "\t\n\r\v\f\x85" or unicodedata.category(character) in {"Zs", "Zl", "Zp"} else ""
