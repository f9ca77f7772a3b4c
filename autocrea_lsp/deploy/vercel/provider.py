"""`VercelProvider`: Vercel behind the `Provider` protocol. It keeps connections, and nothing of any deployment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import (
    PRODUCTION,
    Abilities,
    Change,
    Event,
    Lines,
    Page,
    Place,
    Plan,
    Ports,
    Ref,
    Remote,
    Request,
)
from autocrea_lsp.deploy.errors import DeployError, HostRefused
from autocrea_lsp.deploy.http import Http
from autocrea_lsp.deploy.vercel import changes, environment, events, listing, planning, uploading
from autocrea_lsp.deploy.vercel.api import URL, Api
from autocrea_lsp.deploy.vercel.creating import Creation
from autocrea_lsp.deploy.vercel.explaining import PROVIDER, explainer
from autocrea_lsp.deploy.vercel.planning import Planned
from autocrea_lsp.deploy.vercel.projects import LINK, Projects, write_link
from autocrea_lsp.deploy.vercel.states import remote, target_of
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import FINISHED


class VercelProvider:
    """Vercel."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = "Vercel"
    local: ClassVar[bool] = False
    link_file: ClassVar[str] = LINK  # by which an App sees that a folder belongs here
    abilities: ClassVar[Abilities] = Abilities(
        git=True,
        git_commit=True,
        cancel=True,
        rollback=True,
        promote=True,
        redeploy=True,
        other_targets=True,
        environment=True,
        pull_environment=True,
        remote_list=True,
        link=True,
    )

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._apis: dict[str, tuple[Api, Projects]] = {}  # by base URL, which is a setting and may change

    async def plan(self, request: Request) -> Plan:
        return await self._plan(request)

    async def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        planned = plan if isinstance(plan, Planned) else await self._plan(request)
        at_once = uploading.ALONE_AT_ONCE if self._ports.alone else uploading.AT_ONCE
        creation = Creation(self._api, self._ports.clock, request, planned, at_once=at_once)
        async with aclosing(creation.events()) as happening:
            async for event in happening:
                yield event

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        return await listing.find(self._api, place, mark, since=since, now=self._now)

    async def status(self, ref: Ref) -> Remote:
        deployment = await self._api.deployment(ref.place.account, ref.id)
        found = remote(deployment, ref.place, now=self._now)
        if not found.live:
            return found
        try:
            live = await listing.live_id(self._api, found.ref.place)
        except DeployError:  # the deployment is what was asked for; the project only says who is live
            return found
        return replace(found, live=live in ("", found.ref.id))

    def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncGenerator[Lines, None]:
        return events.read(self._api, ref.place.account, ref.id, after=after, follow=follow)

    async def cancel(self, ref: Ref) -> Remote:
        try:
            answer = await self._api.cancel(ref.place.account, ref.id)
        except HostRefused as error:
            # One that has ended cannot be canceled; which is told like any other bad request.
            if error.status not in (400, 409):
                raise
            found = await self.status(ref)
            if found.state not in FINISHED:
                raise
            return found
        found = remote(answer, ref.place, now=self._now)
        return found if found.ref.id == ref.id else await self.status(ref)

    async def promote_builds(self, ref: Ref) -> bool:
        return target_of(await self._api.deployment(ref.place.account, ref.id)) != PRODUCTION

    async def promote(self, ref: Ref) -> Change:
        return await changes.promote(self._api, self._ports.clock, ref)

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        return await changes.rollback(self._api, self._ports.clock, place, to)

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page:
        return await listing.page(
            self._api, place, now=self._now, limit=limit, cursor=cursor, target=target, state=state
        )

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None:
        return await listing.latest_successful(self._api, place, target=target, now=self._now)

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        found = await self._projects.find(folder, project=project, account=account, default_account=self._team)
        return found.place

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        found = await self._projects.find(
            folder, project=project, account=account, default_account=self._team, relink=True
        )
        if not found.place.project:
            raise UserError(
                f"Vercel shows no project {found.place.project_name} to this token.",
                hint="Check the name and the team; a deployment creates the project.",
            )
        await write_link(folder, found.place)
        return found.place

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        return await environment.pull(self._api, place, target=target)

    async def aclose(self) -> None:
        apis, self._apis = self._apis, {}
        for api, _projects in apis.values():
            await api.aclose()

    async def _plan(self, request: Request) -> Planned:
        return await planning.plan(self._api, self._projects, request, default_account=self._team)

    @property
    def _api(self) -> Api:
        return self._connected()[0]

    @property
    def _projects(self) -> Projects:
        return self._connected()[1]

    @property
    def _team(self) -> str:
        return self._ports.settings().deploy.vercel.team

    @property
    def _now(self) -> float:
        return self._ports.clock.now()

    def _connected(self) -> tuple[Api, Projects]:
        url = self._ports.settings().deploy.vercel.api_url or URL
        if url not in self._apis:
            http = Http(
                url,
                title=self.title,
                clock=self._ports.clock,
                token=self._token,
                explain=explainer(self._ports.clock),
            )
            api = Api(http)
            self._apis[url] = (api, Projects(api))
        return self._apis[url]

    async def _token(self) -> Secret:
        return await self._ports.token(self.name)
