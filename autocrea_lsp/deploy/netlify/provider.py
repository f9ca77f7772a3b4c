"""`NetlifyProvider`: Netlify behind the `Provider` protocol. It keeps connections, and hints about what it has seen."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

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
from autocrea_lsp.deploy.errors import CannotDo, HostRefused
from autocrea_lsp.deploy.http import Http
from autocrea_lsp.deploy.netlify import abandoned, changes, environment, events, listing, livelog, planning
from autocrea_lsp.deploy.netlify.api import URL, Api
from autocrea_lsp.deploy.netlify.creating import Creation
from autocrea_lsp.deploy.netlify.explaining import PROVIDER, explain
from autocrea_lsp.deploy.netlify.fields import EMPTY, Json
from autocrea_lsp.deploy.netlify.memory import Memory
from autocrea_lsp.deploy.netlify.patience import NEW_S, patiently
from autocrea_lsp.deploy.netlify.planning import COMMIT_INSTEAD, Planned
from autocrea_lsp.deploy.netlify.sites import LINK, Sites, write_link
from autocrea_lsp.deploy.netlify.states import remote, target_of, word
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import FINISHED


class NetlifyProvider:
    """Netlify."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = "Netlify"
    local: ClassVar[bool] = False
    link_file: ClassVar[str] = LINK  # by which an App sees that a folder belongs here
    abilities: ClassVar[Abilities] = Abilities(
        git=True,
        cancel=True,
        rollback=True,
        promote=True,
        environment=True,
        pull_environment=True,
        remote_list=True,
        link=True,
        instead={
            "git_commit": COMMIT_INSTEAD,
            "redeploy": "Deploy the folder's files, or the branch, once more; or roll back to the earlier deployment.",
            "other_targets": "Deploy a preview, or a branch: Netlify gives each branch an address of its own.",
        },
    )

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._apis: dict[str, tuple[Api, Sites]] = {}  # by base URL, which is a setting and may change
        self._memory = Memory()

    async def plan(self, request: Request) -> Plan:
        return await self._plan(request)

    async def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        planned = plan if isinstance(plan, Planned) else await self._plan(request)
        creation = Creation(self._api, self._sites, self._ports, request, planned, memory=self._memory)
        async with aclosing(creation.events()) as happening:
            async for event in happening:
                yield event

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        if not place.project and place.project_name:  # it was made by the request that nobody knows the end of
            place = await self._sites.named(place)
        return await listing.find(self._api, place, mark, since=since, now=self._now, memory=self._memory)

    async def status(self, ref: Ref) -> Remote:
        deploy = await self._deploy(ref)
        if (lost := await abandoned.look(self._api, self._ports.clock, deploy, ref.place, self._memory)) is not None:
            return lost
        site = EMPTY
        if word(deploy) == "ready" and target_of(deploy) == PRODUCTION:
            site = await listing.site_of(self._api, ref.place)
        return remote(deploy, ref.place, now=self._now, site=site, canceled=self._memory.canceled)

    def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncGenerator[Lines, None]:
        live = self._live if self._log_url else None
        return events.read(self._api, self._ports.clock, ref, live, after=after, follow=follow)

    async def cancel(self, ref: Ref) -> Remote:
        try:
            answer = await patiently(lambda: self._api.cancel(ref.id), self._ports.clock)
        except HostRefused as error:
            # One that has ended cannot be canceled; which is told like any other bad request.
            if error.status not in (400, 409, 422):
                raise
            found = await self.status(ref)
            if found.state not in FINISHED:
                raise
            return found
        self._memory.canceled.add(ref.id)
        found = remote(answer, ref.place, now=self._now, canceled=self._memory.canceled)
        return found if found.ref.id == ref.id and found.state in FINISHED else await self.status(ref)

    async def promote_builds(self, ref: Ref) -> bool:
        return False

    async def promote(self, ref: Ref) -> Change:
        return await changes.promote(self._api, self._ports.clock, ref)

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        return await changes.rollback(self._api, self._ports.clock, place, to)

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page:
        self._need_site(place)
        return await listing.page(
            self._api,
            place,
            now=self._now,
            limit=limit,
            cursor=cursor,
            target=target,
            state=state,
            memory=self._memory,
        )

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None:
        self._need_site(place)
        return await listing.latest_successful(self._api, place, target=target, now=self._now)

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        found = await self._sites.find(folder, project=project, account=account, default_account=self._team)
        return found.place

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        found = await self._sites.find(
            folder, project=project, account=account, default_account=self._team, relink=True
        )
        if not found.place.project:
            raise UserError(
                f"Netlify shows no site {found.place.project_name} to this token.",
                hint="Check the name and the team; a deployment creates the site.",
            )
        await write_link(folder, found.place)
        return found.place

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        return await environment.pull(self._api, place, target=target)

    async def aclose(self) -> None:
        apis, self._apis = self._apis, {}
        for api, _sites in apis.values():
            await api.aclose()

    async def _plan(self, request: Request) -> Planned:
        return await planning.plan(self._sites, request, default_account=self._team)

    async def _deploy(self, ref: Ref) -> Json:
        """It, though it was created just now."""
        clock, site = self._ports.clock, ref.place.project
        born = self._memory.born.get(ref.id)
        if born is None or clock.monotonic() - born > NEW_S:
            return await self._api.deploy(site, ref.id)
        return await patiently(lambda: self._api.deploy(site, ref.id), clock)

    async def _live(self, ref: Ref) -> AsyncGenerator[Json, None]:
        token = await self._token()
        async with aclosing(
            livelog.frames(self._log_url, deploy=ref.id, site=ref.place.project, token=token)
        ) as frames:
            async for frame in frames:
                yield frame

    def _need_site(self, place: Place) -> None:
        if not place.project:
            raise CannotDo(
                f"There is no site {place.project_name} at Netlify yet.",
                hint="Deploy first, link the folder to a site, or name another.",
            )

    @property
    def _api(self) -> Api:
        return self._connected()[0]

    @property
    def _sites(self) -> Sites:
        return self._connected()[1]

    @property
    def _team(self) -> str:
        return self._ports.settings().deploy.netlify.team

    @property
    def _log_url(self) -> str:
        """Theirs alone is where the token may go unasked, and only if the API is theirs, too; "": nowhere."""
        settings = self._ports.settings().deploy.netlify
        return settings.log_url or ("" if settings.api_url else livelog.URL)

    @property
    def _now(self) -> float:
        return self._ports.clock.now()

    def _connected(self) -> tuple[Api, Sites]:
        url = _with_path(self._ports.settings().deploy.netlify.api_url or URL)
        if url not in self._apis:
            http = Http(url, title=self.title, clock=self._ports.clock, token=self._token, explain=explain)
            api = Api(http)
            self._apis[url] = (api, Sites(api))
        return self._apis[url]

    async def _token(self) -> Secret:
        return await self._ports.token(self.name)


def _with_path(url: str) -> str:
    """As the vendor's client takes it: an address without a path means its API's usual one."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + urlsplit(URL).path
