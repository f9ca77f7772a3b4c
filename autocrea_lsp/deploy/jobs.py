"""Deployments of one user: begun, taken up after a restart, followed, and everything that can be done about them.

Order of a new one: trust → what the host can do → how many were made this hour → its row in the store → its plan →
consent → the host. An act on one that is there needs no more than its row.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from autocrea_lsp.deploy import consent, environment
from autocrea_lsp.deploy.base import (
    PRODUCTION,
    Again,
    Ask,
    Change,
    Page,
    Place,
    Plan,
    Provider,
    Pulled,
    Ref,
    Request,
    Variables,
)
from autocrea_lsp.deploy.canceling import Canceling, Cancelled
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import NotAllowed
from autocrea_lsp.deploy.job import LEASE_S
from autocrea_lsp.deploy.providers import require, require_all
from autocrea_lsp.deploy.record import Update, ref_of
from autocrea_lsp.deploy.running import Hosts
from autocrea_lsp.errors import UserError
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import DeploymentRow, Store

__all__ = ["Cancelled", "Deployments", "Update"]

log = logging.getLogger(__name__)

_EFFECTS = "It goes live for everybody at once. Databases and other services stay as they are."
_AFTER_ROLLBACK = "Some hosts put no new deployment live by itself until the rollback is undone."
ENDING_S = 1.5  # for the last words of a process that ends


class Deployments(Canceling):
    """Everything that is done about deployments; one for each process. `owner` names the process, uniquely."""

    def __init__(
        self,
        *,
        store: Store,
        providers: Hosts,
        clock: Clock,
        settings: Callable[[], Settings],
        project: Callable[[], str],
        trusted: Callable[[], bool],
        admit: Callable[[], Awaitable[None]],
        ask: Ask,
        on_update: Callable[[Update], None],
        owner: str,
    ) -> None:
        super().__init__(
            store=store,
            providers=providers,
            clock=clock,
            owner=owner,
            ask=ask,
            on_update=on_update,
            limit_s=lambda: settings().deploy.timeout_minutes * 60,
        )
        self._project = project
        self._trusted = trusted
        self._admit = admit
        self._closed = False

    # ---- new ones

    async def plan(self, request: Request) -> Plan:
        """What a deployment would be; nothing is sent, made or counted."""
        return await self._allowed(request).plan(request)

    async def start(self, request: Request, *, consent: bool = False) -> str:
        """Begin it; its id, at once. `consent`: the user has agreed to production already.

        Raises NotAllowed, CannotDo, UserError, OverBudget, and nothing was sent then.
        """
        self._allowed(request)
        if self._closed:
            raise UserError("The server is ending, so no deployment was begun.", hint="Deploy after its restart.")
        await self._admit()
        key = uuid.uuid4().hex
        request = replace(request, mark=f"autocrea-{key}")
        row = DeploymentRow(
            id=key,
            project=request.label or self._project(),
            provider=request.provider,
            target=request.target,
            source=str(request.source),
            action=request.source.action if isinstance(request.source, Again) else "deploy",
            mark=request.mark,
            env_names=tuple(sorted(request.environment)),
            created_at=self._clock.now(),
        )
        if not await self._store.create_deployment(row, owner=self._owner, lease_s=LEASE_S):
            raise UserError(
                "The deployment could not be recorded, so it was not begun: it could not be found again.",
                hint="`autocrea-lsp doctor` says what is wrong with the database.",
            )
        self._drive(row, request, agreed=consent)
        return key

    async def again(
        self,
        id: str,  # noqa: A002
        action: Literal["redeploy"] = "redeploy",
        *,
        folder: Path | None = None,
        consent: bool = False,
    ) -> str:
        """Build an earlier one once more; the new one's id."""
        row = await self._at_host(id)
        source = Again(ref=ref_of(row), action=action, of=row.source)
        return await self.start(self._like(row, source, row.target, folder), consent=consent)

    async def promote(self, id: str, *, folder: Path | None = None, consent: bool = False) -> str | Change:  # noqa: A002
        """Make it the live one: what came of it, or the id of the deployment that the host needs for that."""
        self._need_trust()
        row = await self._at_host(id)
        provider = self._providers(row.provider)
        require(provider, "promote")
        ref = ref_of(row)
        if await provider.promote_builds(ref):
            source = Again(ref=ref, action="promote", of=row.source)
            return await self.start(self._like(row, source, PRODUCTION, folder), consent=consent)
        name = row.project_name or row.remote_project
        if not consent:
            await self._confirm(
                f"Make {row.remote_id} the live deployment of {name} at {provider.title}? {_EFFECTS}", "Promote"
            )
        return await provider.promote(ref)

    async def rollback(
        self,
        *,
        id: str | None = None,  # noqa: A002
        provider: str | None = None,
        folder: Path | None = None,
        consent: bool = False,
    ) -> Change:
        """Make an earlier one the live one: that one, or the one before the present of the folder's project."""
        self._need_trust()
        to: Ref | None = None
        if id:
            row = await self._at_host(id)
            host = self._providers(row.provider)
            to = ref_of(row)
            place = to.place
        elif provider and folder is not None:
            host = self._providers(provider)
            require(host, "rollback")
            place = await host.find_place(folder)
        else:
            raise UserError("What should be rolled back?", hint="Name a deployment, or a host and a folder.")
        require(host, "rollback")
        if not (consent or host.local):
            what = to.id if to is not None else "the deployment before the present one"
            name = place.project_name or place.project
            text = f"Roll back the production of {name} at {host.title} to {what}? {_EFFECTS} {_AFTER_ROLLBACK}"
            await self._confirm(text, "Roll back")
        return await host.rollback(place, to)

    # ---- the project

    async def remote(
        self, provider: str, folder: Path, *, limit: int, cursor: str = "", target: str = "", state: str = ""
    ) -> Page:
        """The host's own list of the folder's project."""
        self._need_trust()
        return await super().remote(provider, folder, limit=limit, cursor=cursor, target=target, state=state)

    async def link(self, provider: str, folder: Path, *, project: str, account: str = "") -> Place:
        self._need_trust()
        host = self._providers(provider)
        require(host, "link")
        return await host.link(folder, project=project, account=account)

    async def pull_environment(self, provider: str, folder: Path, *, file: str, target: str) -> Pulled:
        """Write the project's variables into a file of the folder."""
        self._need_trust()
        host = self._providers(provider)
        require(host, "pull_environment")
        path = await asyncio.to_thread(environment.writable, folder, file)
        values = await host.pull_environment(await host.find_place(folder), target=target)
        if values:
            await asyncio.to_thread(environment.write_env_file, path, values, folder=folder)
        return Pulled(
            names=tuple(sorted(values)), unreadable=values.unreadable if isinstance(values, Variables) else ()
        )

    # ---- over restarts

    async def reattach(self) -> list[str]:
        """Take up what earlier processes have left, and follow what others drive; their ids."""
        taken = []
        for row in await self._store.unfinished():
            if row.id in self._tasks:
                continue
            try:
                self._providers(row.provider)
            except UserError as error:
                log.warning("a deployment cannot be taken up: %s", error)
                continue
            if not await self._take_up(row):
                self._follow(row)
            taken.append(row.id)
        return taken

    async def aclose(self) -> None:
        """This process ends. Nothing is canceled at a host; leases are given back. Idempotent."""
        self._closed = True
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=ENDING_S)
        await self._providers.aclose()

    # ---- what all need

    def _need_trust(self) -> None:
        if not self._trusted():
            raise NotAllowed(
                "The workspace is not trusted, so nothing is deployed from it.", hint="Trust it in your editor."
            )

    def _allowed(self, request: Request) -> Provider:
        self._need_trust()
        provider = self._providers(request.provider)
        require_all(provider, request)
        return provider

    async def _confirm(self, text: str, yes: str) -> None:
        await consent.confirm(text, yes, ask=self._parts.ask)

    async def _at_host(self, key: str) -> DeploymentRow:
        row = await self._row(key)
        if not row.remote_id:
            raise UserError("That deployment never came to its host, so nothing can be done with it there.")
        return row

    def _like(self, row: DeploymentRow, source: Again, target: str, folder: Path | None) -> Request:
        return Request(
            folder=folder or Path(),
            provider=row.provider,
            target=target,
            source=source,
            project=row.remote_project or row.project_name,
            account=row.account,
            label=row.project,
        )
