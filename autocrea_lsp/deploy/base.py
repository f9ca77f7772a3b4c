"""A host of deployments as the rest knows it: the `Provider` protocol, and the plain values that go in and out.

A deployment's life: `plan` (looks, changes nothing) → consent → `deploy` (creates it; ends when the host has it and
all that it needs) → `status` and `logs` until it is finished. Providers keep no state of a deployment: everything they
need to find one again is in its `Ref`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.values import (
    PREVIEW,
    PRODUCTION,
    Again,
    Build,
    Change,
    Created,
    Event,
    Files,
    Git,
    Level,
    Lines,
    LogLine,
    Notice,
    Page,
    Place,
    Plan,
    Pulled,
    Ref,
    Remote,
    Request,
    Sent,
    Source,
    Step,
    Variables,
)
from autocrea_lsp.settings import Settings

__all__ = [
    "PREVIEW",
    "PRODUCTION",
    "Abilities",
    "Again",
    "Ask",
    "Build",
    "Change",
    "Created",
    "Event",
    "Files",
    "Git",
    "Level",
    "Lines",
    "LogLine",
    "Notice",
    "Page",
    "Place",
    "Plan",
    "Ports",
    "Provider",
    "ProviderFactory",
    "Pulled",
    "Question",
    "Ref",
    "Remote",
    "Request",
    "Sent",
    "Source",
    "Step",
    "Variables",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a host can do. `instead`: for what it cannot, by the same words, what the user can do instead."""

    files: bool = True
    git: bool = False
    git_commit: bool = False
    cancel: bool = False
    rollback: bool = False
    promote: bool = False
    redeploy: bool = False
    other_targets: bool = False  # targets of the host's own besides preview and production
    environment: bool = False
    pull_environment: bool = False
    remote_list: bool = False
    link: bool = False
    least_poll_s: float = 0.0  # between two questions for a deployment's state; the pace of the watching may be slower
    instead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asked before something that the user may not want. `choices[0]` is the safe answer, which silence means."""

    text: str
    choices: tuple[str, ...]


Ask = Callable[[Question], Awaitable[str | None]]
"""The choice that was made; None: whoever is there cannot be asked, or said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a provider is given. `token(name)` raises NoCredentials; `ask` is for what the provider itself must ask."""

    settings: Callable[[], Settings]
    token: Callable[[str], Awaitable[Secret]]
    clock: Clock
    ask: Ask
    state_dir: Path  # for what the preview keeps
    alone: bool = False  # nobody types in this process: a deployment may take all of its time


class Provider(Protocol):
    """A host. Every method raises DeployError, NoCredentials or UserError, and nothing else for what a host does.

    What `abilities` denies is refused by the callers (`deploy.abilities.require`) before any method is called.
    """

    name: ClassVar[str]  # "vercel": of the entry point, the settings and the commands
    title: ClassVar[str]  # "Vercel"
    abilities: ClassVar[Abilities]
    local: ClassVar[bool]  # it runs on this machine: no token, gone with the server

    async def plan(self, request: Request) -> Plan:
        """What would happen; only reads."""
        ...

    def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        """Create it. Closing the iterator before `Created` leaves nothing at the host that lives on by itself."""
        ...

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        """The deployment that was created with this mark, if one was (not before `since`, wall seconds)."""
        ...

    async def status(self, ref: Ref) -> Remote:
        """How it is now. Raises NotThere when it is gone."""
        ...

    def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncGenerator[Lines, None]:
        """The log from its beginning, or behind the cursor `after`; `follow`: until the host says that it is whole.

        Its end or loss says nothing about the deployment.
        """
        ...

    async def cancel(self, ref: Ref) -> Remote:
        """Stop it at the host. One that has finished meanwhile is no error: the answer says so."""
        ...

    async def promote_builds(self, ref: Ref) -> bool:
        """Whether promoting it is a new deployment (`Again`), rather than a change of domains (`promote`)."""
        ...

    async def promote(self, ref: Ref) -> Change: ...

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        """Make an earlier deployment the live one; None: the one before the present."""
        ...

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page: ...

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None: ...

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        """The project that a folder belongs to: as named, by its link file, or by the folder's name. Only reads."""
        ...

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        """Connect the folder to a project, in the host's own link file."""
        ...

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        """The project's variables; `Variables` where some of them cannot be read."""
        ...

    async def aclose(self) -> None: ...


ProviderFactory = Callable[[Ports], Provider]
"""What an entry point of the group `autocrea_lsp.providers` is: the provider's class."""
