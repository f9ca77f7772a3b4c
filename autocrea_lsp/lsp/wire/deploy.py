"""Shapes of deployments. A host is called by its provider's name: `preview`, `netlify`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
LogLevel = Literal["info", "warning", "error"]
DeploymentAct = Literal["log", "cancel", "redeploy", "promote", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSource:
    """What the host fetches by itself."""

    branch: str
    repository: str | None = None  # "owner/name" or a URL; null: the one that the project is connected to
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployParams:
    """Everything may be left out: the folder's files, to where `DeployHosts` says that they go then.

    A host that is named, and a target other than production, are remembered for the folder on this machine.
    """

    provider: str | None = None
    target: str | None = None  # "preview", "production", or an environment of the host's; null: `DeployHosts.target`
    source: GitSource | None = None  # null: the folder's files
    folder: str | None = None  # URI of a workspace folder; null: the first
    project: str | None = None  # the host's name or id of it
    team: str | None = None
    environment: list[str] | None = None  # names of variables of ours, or of the editor's secret store, to send along
    environmentFile: str | None = None  # URI of a file with more of them
    include: list[str] | None = None  # files that are never sent otherwise, brought back by the user
    framework: str | None = None
    installCommand: str | None = None
    buildCommand: str | None = None
    outputDirectory: str | None = None
    rootDirectory: str | None = None
    dryRun: bool = False  # answer with what would be sent, and send nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployAnswer:
    id: str | None  # null for a dry run
    plan: DeployPlan | None = None  # of a dry run


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployPlan:
    """What would be deployed: `files` is empty where the host fetches the source."""

    provider: str
    account: str
    project: str
    target: str
    production: bool
    createsProject: bool
    buildCommand: str
    notes: list[str]
    files: list[BundledFile]
    totalBytes: int
    leftOut: list[LeftOut]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledFile:
    name: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One row of the history, or of a host's own list (then `id` is the host's)."""

    id: str
    provider: str
    target: str
    source: str  # "files" or "git:branch@commit"
    state: DeploymentState
    detail: str  # one line: what it does now
    error: str
    url: str  # "" until there is one
    inspectUrl: str
    project: str
    account: str
    createdAt: float  # seconds since the epoch
    updatedAt: float
    finishedAt: float | None = None
    remoteId: str = ""
    live: bool = False
    environment: list[str] | None = None  # names only
    acts: list[DeploymentAct] | None = None  # what its host can do about it now; null: not looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployLine:
    seq: int  # from 1; 0 in an event, which comes before the line has a number
    at: float
    text: str
    level: LogLevel = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployEvent:
    """What happened to a deployment that this server drives or follows; `finished` comes once, last."""

    deployment: Deployment
    text: str  # one line for a progress
    finished: bool
    percent: int | None = None
    lines: list[DeployLine] | None = None
    notices: list[str] | None = None
    filesSent: int | None = None
    filesTotal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentParams:
    """A deployment of the history by its id (or its beginning), or by the host's id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentActParams:
    """As DeploymentParams; null where the act has a sensible default (the newest)."""

    id: str | None = None
    provider: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployActAnswer:
    """What an act came to. `id`: of the new deployment, where the act began one."""

    text: str  # to show
    id: str | None = None
    deployment: Deployment | None = None
    notes: list[str] | None = None  # side effects


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployLogsParams:
    id: str | None = None  # null: the newest
    provider: str | None = None  # of this host
    folder: str | None = None
    afterSeq: int = 0
    limit: int = 1000
    show: bool = False  # show it in the editor as a document, besides answering


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployLog:
    id: str
    lines: list[DeployLine]
    uri: str | None = None  # the log as a document


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployListParams:
    limit: int = 20
    offset: int = 0
    provider: str | None = None
    target: str | None = None
    state: DeploymentState | None = None
    folder: str | None = None  # URI: only that project's; null: the first folder's
    everywhere: bool = False  # all projects
    remote: bool = False  # the host's own list
    cursor: str | None = None  # of the host's list: the page after
    acts: bool = False  # also what can be done about each; for a list to pick from


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployments:
    deployments: list[Deployment]
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployStats:
    total: int
    byStatus: dict[str, int]
    successRate: float | None = None  # of those that succeeded or failed
    medianDurationS: float | None = None  # of the successful ones
    hosts: list[DeployHostStats] | None = None  # by host, the one with the most first


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployHostStats:
    provider: str
    total: int
    successRate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployLinkParams:
    provider: str
    project: str
    team: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployEnvParams:
    """Writes a project's variables to a file of the folder. Their values go nowhere else."""

    file: str  # relative to the folder; must be ignored by git
    provider: str | None = None
    target: str = "preview"
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployHost:
    """A host, and what it can do: for pickers."""

    name: str
    title: str
    local: bool
    linked: bool  # the folder's link file names a project of it
    abilities: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployHosts:
    hosts: list[DeployHost]
    default: str  # where `deploy` without a provider goes
    target: str = "preview"  # and to which target of it, without one
    picked: bool = False  # the user chose it for this folder another time; it can be forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployHostsParams:
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployEnvironmentParams:
    """Names that the user wants sent along and that our own environment does not hold."""

    names: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployEnvironment:
    """What the editor's secret store holds of them. These values go to the host and nowhere else."""

    values: dict[str, str]
