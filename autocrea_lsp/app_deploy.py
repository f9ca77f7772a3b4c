"""Deployments as the App has them: loaded and put together when the first one is wanted, closed with the App.

Importing this module imports nothing of `deploy`: a server that never deploys starts without it.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autocrea_lsp.access.credentials import Credentials
from autocrea_lsp.access.limits import Limiter
from autocrea_lsp.errors import UserError
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import Pick, Store, forget_pick, pick_of, remember_pick
from autocrea_lsp.workspace import paths

if TYPE_CHECKING:
    from autocrea_lsp.deploy.base import Ask, Provider, Question
    from autocrea_lsp.deploy.clock import Clock
    from autocrea_lsp.deploy.jobs import Deployments, Update
    from autocrea_lsp.deploy.providers import Providers
    from autocrea_lsp.deploy.tokens import Tokens

log = logging.getLogger(__name__)

DEFAULT = "preview"  # where nothing says otherwise: no account, nothing leaves this machine
PREVIEW, PRODUCTION = "preview", "production"  # targets, as in `deploy.base`, which is not imported yet
YES, NO = "Use it", "Do not use it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host, for pickers. `linked`: the folder's link file names a project of it."""

    name: str
    title: str
    local: bool
    linked: bool = False
    abilities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where a deployment goes. `picked`: to the host that the user chose for the folder another time."""

    provider: str
    target: str = PREVIEW
    host_named: bool = False
    target_named: bool = False
    picked: bool = False

    @property
    def remembered(self) -> bool:
        """Nobody has named the target now: it comes from that choice."""
        return not self.target_named and self.target != PREVIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What of the App deployments are made of; functions where it changes."""

    store: Store
    limiter: Limiter
    settings: Callable[[], Settings]
    project: Callable[[], str]
    credentials: Callable[[], Credentials]


async def nobody_to_ask(_question: Question) -> str | None:
    return None


class AppDeployments:
    """The one `Deployments` of an App, and what hosts there are."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._made: Deployments | None = None
        self._providers: Providers | None = None
        self._tokens: Tokens | None = None  # made with the rest
        self._ask: Ask = nobody_to_ask
        self._on_update: Callable[[Update], None] = lambda _update: None
        self.trusted: Callable[[], bool] = lambda: False
        self.clock: Clock | None = None  # another than the machine's
        self.alone = False  # deployments are all that this process does

    def connect(self, *, ask: Ask, on_update: Callable[[Update], None], trusted: Callable[[], bool]) -> None:
        """Who can be asked, who hears what happens, and whether the workspace is trusted. Before the first use."""
        self._ask, self._on_update, self.trusted = ask, on_update, trusted

    async def load(self) -> Deployments:
        """The deployments; the first time the modules are loaded, in a thread."""
        if self._made is None:
            await asyncio.to_thread(_import)
        return self.get()

    def get(self) -> Deployments:
        """The same at once, for whom it does not matter that modules are loaded."""
        if self._made is None:
            self._made = self._compose()
        return self._made

    async def default_provider(self, folder: Path, ability: str = "") -> str:
        """Which host is meant when none is named, for something that a host must be able to do."""
        return (await self.aim(folder, ability=ability)).provider

    async def aim(self, folder: Path, *, provider: str = "", target: str = "", ability: str = "") -> Aim:
        """Where a deployment of the folder goes. In this order: what is named, the setting, the user's last choice for
        the folder, the host that it is linked to, the preview.

        A choice or a link whose host is gone, or cannot do it, is passed over for one that can. Raises UserError where
        the folder is linked to several of those.
        """
        named = {"host_named": bool(provider), "target_named": bool(target)}
        wanted = provider or self._parts.settings().deploy.provider
        if wanted != "auto":
            return Aim(provider=wanted, target=target or PREVIEW, **named)
        hosts = await self.hosts(folder)
        pick = await pick_of(self._parts.store, folder)
        chosen = [host for host in hosts if pick is not None and host.name == pick.provider]
        linked = [host for host in hosts if host.linked]
        for some in (chosen, linked):
            able = [host for host in some if _able(host, "production" if target == PRODUCTION else ability)]
            if len(able) > 1:
                titles = " and ".join(host.title for host in able)
                raise UserError(
                    f"The folder is linked to {titles}.", hint="Name the one that you mean; a deployment remembers it."
                )
            if able:
                return self._at(able[0], pick, target, **named)
        for host in (*chosen, *linked):  # none can: the refusal tells what to do instead
            return self._at(host, pick, target, **named)
        return Aim(provider=DEFAULT, target=target or PREVIEW, **named)

    async def remember(self, folder: Path, aim: Aim) -> None:
        """The user has sent a deployment there: what they have named of it is their choice for the folder from now on.

        Production is never remembered; it leaves the target that was.
        """
        if not (aim.host_named or (aim.target_named and aim.picked)):
            return
        target = aim.target if aim.target_named else ""
        if target == PRODUCTION:
            before = await pick_of(self._parts.store, folder)
            target = before.target if before is not None and before.provider == aim.provider else ""
        remember_pick(self._parts.store, folder, aim.provider, target)

    async def forget(self, folder: Path) -> Pick | None:
        """Remember no choice for the folder any more; the one that there was."""
        before = await pick_of(self._parts.store, folder)
        forget_pick(self._parts.store, folder)
        return before

    async def hosts(self, folder: Path) -> list[Host]:
        """Every host that is installed; whether the folder is linked to it is looked up in a trusted workspace only."""
        await self.load()
        installed = self.installed()
        if not self.trusted():
            return installed
        return [replace(host, linked=await _is_linked(self._provider(host.name), folder)) for host in installed]

    def installed(self) -> list[Host]:
        """Every host that is installed, as if the folder were linked to none. After `load`."""
        assert self._providers is not None  # made with the rest
        found = []
        for name in self._providers.names():
            try:
                provider = self._provider(name)
            except UserError as error:  # somebody's package is broken; the others are not
                log.warning("%s", error)
                continue
            found.append(Host(name=name, title=provider.title, local=provider.local, abilities=_abilities(provider)))
        return found

    def _provider(self, name: str) -> Provider:
        assert self._providers is not None
        return self._providers(name)

    @property
    def tokens(self) -> Tokens:
        """Where hosts get their tokens from. After `load`."""
        assert self._tokens is not None
        return self._tokens

    def in_memory(self) -> list[str]:
        """Tokens that are held right now, for the log's filter."""
        return self._tokens.in_memory() if self._tokens is not None else []

    def look_again(self) -> None:
        """Look for the hosts' tokens anew when one is needed: the user does something, and may have put one right."""
        if self._tokens is not None and self._providers is not None:
            for name in self._providers.names():
                self._tokens.forget(name)

    def credentials_changed(self) -> None:
        if self._tokens is not None:
            self._tokens.forget()

    async def aclose(self) -> None:
        """Leases are given back, nothing is canceled: what runs at a host goes on. Idempotent."""
        if (made := self._made) is not None:
            await made.aclose()

    @staticmethod
    def _at(host: Host, pick: Pick | None, target: str, *, host_named: bool, target_named: bool) -> Aim:
        picked = pick is not None and pick.provider == host.name
        before = pick.target if pick is not None and picked else ""
        return Aim(
            provider=host.name,
            target=target or before or PREVIEW,
            host_named=host_named,
            target_named=target_named,
            picked=picked,
        )

    def _compose(self) -> Deployments:
        from autocrea_lsp.deploy.base import Ports
        from autocrea_lsp.deploy.clock import SystemClock
        from autocrea_lsp.deploy.jobs import Deployments
        from autocrea_lsp.deploy.providers import Providers
        from autocrea_lsp.deploy.tokens import Tokens

        parts, clock = self._parts, self.clock or SystemClock()
        self._tokens = tokens = Tokens(parts.credentials(), self._may_use_login)
        ports = Ports(
            settings=parts.settings,
            token=tokens.token,
            clock=clock,
            ask=self._ask,
            state_dir=paths.state_dir(),
            alone=self.alone,
        )
        self._providers = Providers(ports)
        return Deployments(
            store=parts.store,
            providers=self._providers,
            clock=clock,
            settings=parts.settings,
            project=parts.project,
            trusted=self.trusted,
            admit=lambda: parts.limiter.admit("deploy"),
            ask=self._ask,
            on_update=self._on_update,
            owner=uuid.uuid4().hex,
        )

    async def _may_use_login(self, title: str) -> bool:
        """Whether the token of a vendor's own program may be used; asked once for each host."""
        from autocrea_lsp.deploy.base import Question

        question = Question(text=f"Use the login of the {title} CLI on this machine?", choices=(NO, YES))
        return await self._ask(question) == YES


def _import() -> None:
    """The modules, so that putting together does not wait for them. Blocking."""
    import autocrea_lsp.deploy.jobs
    import autocrea_lsp.deploy.providers
    import autocrea_lsp.deploy.tokens  # noqa: F401  # for its effect


def _abilities(provider: Provider) -> tuple[str, ...]:
    has = provider.abilities
    return tuple(name for name in has.__dataclass_fields__ if getattr(has, name) is True)


def _able(host: Host, ability: str) -> bool:
    """`ability` "": nothing in particular; "production" is what a host on this machine has not."""
    return not host.local if ability == "production" else not ability or ability in host.abilities


async def _is_linked(provider: Provider, folder: Path) -> bool:
    """By the link file in the folder; or as the host says, whose own program keeps its links elsewhere."""
    link_file: str = getattr(provider, "link_file", "")
    if link_file:
        return await asyncio.to_thread((folder / link_file).is_file)
    knows: Callable[[Path], Awaitable[bool]] | None = getattr(provider, "is_linked", None)
    return knows is not None and await knows(folder)
