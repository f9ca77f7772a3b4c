"""The plain values that go into a host of deployments and come out of it; `base` has them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.store import DeploymentState

if TYPE_CHECKING:
    from autocrea_lsp.deploy.bundle import Bundle

PREVIEW, PRODUCTION = "preview", "production"
"""Targets that every host has. Others are names of its own (Vercel's `staging` and custom environments)."""

Level = Literal["info", "warning", "error"]


# ---- what is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The folder's files, as `bundle` lists them."""

    def __str__(self) -> str:
        return "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """What the host fetches by itself. `repository` "": the one that the project is connected to; `commit` "": the
    branch's newest."""

    branch: str
    repository: str = ""  # "owner/name" or a URL
    commit: str = ""

    def __str__(self) -> str:
        return f"git:{self.branch}" + (f"@{self.commit}" if self.commit else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """An earlier deployment, built once more: as it was, or for production."""

    ref: Ref
    action: Literal["redeploy", "promote"]
    of: str = "files"  # what that one was made from

    def __str__(self) -> str:
        return self.of


Source = Files | Git | Again


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How it is built. None: the host, or our detection, finds out. `root_directory`: below the folder, POSIX."""

    framework: str | None = None
    install_command: str | None = None
    build_command: str | None = None
    output_directory: str | None = None
    root_directory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user wants deployed. Whoever makes one has looked at trust: no link or vendor file is read otherwise."""

    folder: Path
    provider: str
    target: str = PREVIEW
    source: Source = Files()
    project: str = ""  # the host's name or id of it; "": the link file's, else one of the folder's name
    account: str = ""  # team, by name or id; "": the link file's, else the token's own
    build: Build = Build()
    environment: Mapping[str, Secret] = field(default_factory=dict)  # for build and run time
    include: tuple[str, ...] = ()  # files that the user brings back though they are never sent, by their own flag
    mark: str = ""  # what the host keeps of ours: see `Provider.find`
    create_project: bool = True  # make the project where there is none
    remembered: bool = False  # the target was chosen another time, not named now: production is asked for anew
    label: str = ""  # what our history calls the folder; "": as the first of the workspace


# ---- where things are


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project at a host. `project` "": it is yet to be made."""

    account: str = ""  # id of the team, or of the user
    account_name: str = ""
    project: str = ""  # id
    project_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A deployment at a host; all that is needed to ask for it."""

    place: Place
    id: str
    details: Mapping[str, object] = field(default_factory=dict)  # the provider's own; small JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A deployment as the host tells of it now. `state` is "success" only when it is what `target` promises: live."""

    ref: Ref
    state: DeploymentState
    target: str = PREVIEW
    url: str = ""  # with scheme
    inspect_url: str = ""
    detail: str = ""  # one line: what it does, or the host's own word for its state
    error: str = ""  # why it failed, to show
    created_at: float = 0.0  # wall seconds
    source: str = ""
    mark: str = ""
    author: str = ""
    commit: str = ""  # its message or id
    live: bool = False  # the production domains lead here
    can_roll_back_to: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Of a host's list, the newest first. `next` "": there are no more."""

    items: tuple[Remote, ...]
    next: str = ""


# ---- what will happen


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a deployment will be; found out without changing anything anywhere."""

    place: Place
    target: str  # as the host will treat it: a project's first Vercel deployment goes to production
    production: bool
    build_command: str = ""  # as far as it is known; part of what the user agrees to
    creates_project: bool = False
    notes: tuple[str, ...] = ()  # sentences for the user: what is special about it
    bundle: Bundle | None = None  # None: the host fetches the source itself


# ---- what happens


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A new state. It is in the store before the provider goes on: "creating" before each request that may create."""

    state: DeploymentState
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How much of the files is there."""

    files: int
    total_files: int
    bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The host has it; from here on it can be found by its id."""

    remote: Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """`key`: the host's id of the line, to drop repeats; "" where it has none. `text` has no line break."""

    at: float  # wall seconds
    text: str
    level: Level = "info"
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A piece of the log. `cursor`: where to go on after a loss (`Provider.logs`). `last`: the host says that it ends
    with these."""

    lines: tuple[LogLine, ...]
    cursor: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the user should read; one sentence."""

    text: str


Event = Step | Sent | Created | Lines | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a rollback or promote did, as verified afterwards. `notes`: its side effects, as sentences."""

    live: Remote
    notes: tuple[str, ...] = ()


# ---- variables


class Variables(dict[str, Secret]):
    """Of a project: name → value. `unreadable`: names whose values the host never gives back."""

    def __init__(self, values: Mapping[str, Secret], unreadable: tuple[str, ...] = ()) -> None:
        super().__init__(values)
        self.unreadable = unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """Names of the variables that are in the file now, and of those whose values the host keeps to itself."""

    names: tuple[str, ...]
    unreadable: tuple[str, ...] = ()
