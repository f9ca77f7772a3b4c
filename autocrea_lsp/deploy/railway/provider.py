"""`RailwayProvider`: Railway behind the `Provider` protocol. It keeps connections, and nothing of any deployment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
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
from autocrea_lsp.deploy.errors import CannotDo, HostRefused, HostUnavailable, NotThere
from autocrea_lsp.deploy.railway import changes, config, listing, logs, planning, socket, variables
from autocrea_lsp.deploy.railway.api import LEAST_POLL_S, URL, Api, known
from autocrea_lsp.deploy.railway.creating import Creation
from autocrea_lsp.deploy.railway.explaining import PROVIDER
from autocrea_lsp.deploy.railway.fields import Json, text
from autocrea_lsp.deploy.railway.logs import Open
from autocrea_lsp.deploy.railway.planning import Planned
from autocrea_lsp.deploy.railway.projects import LINK_INSTEAD, Projects, anchor_of
from autocrea_lsp.deploy.railway.socket import Subscriptions
from autocrea_lsp.deploy.railway.states import remote, status_of
from autocrea_lsp.deploy.railway.targets import environments
from autocrea_lsp.deploy.railway.wire import GRAPHQL, TITLE
from autocrea_lsp.store import FINISHED

FRESH_S = 30.0  # a deployment of before may not be known everywhere at Railway yet
FRESH_LOOKS, FRESH_PAUSE_S = 3, 5.0
_REMEMBERED = 200

_PROMOTE_INSTEAD = (
    "Deploy the same files or branch with production as the target, or merge the environments at Railway."
)


class RailwayProvider:
    """Railway."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = TITLE
    local: ClassVar[bool] = False
    abilities: ClassVar[Abilities] = Abilities(
        git=True,
        git_commit=True,
        cancel=True,
        rollback=True,
        redeploy=True,
        other_targets=True,
        pull_environment=True,
        remote_list=True,
        least_poll_s=LEAST_POLL_S,
        instead={
            "promote": _PROMOTE_INSTEAD,
            "environment": "Railway keeps variables in the service, for every later deployment: set them there "
            "(`railway variables --set`, or Variables in the dashboard), then deploy.",
            "link": LINK_INSTEAD,
        },
    )

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._apis: dict[str, tuple[Api, Projects]] = {}  # by base URL, which is a setting and may change
        self._anchors: dict[str, str] = {}  # by mark: what a deployment that cannot carry it is newer than

    async def plan(self, request: Request) -> Plan:
        return await self._plan(request)

    async def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        planned = plan if isinstance(plan, Planned) else await self._plan(request)

        def anchor(newest: str) -> None:
            self._anchors[request.mark] = newest
            while len(self._anchors) > _REMEMBERED:
                del self._anchors[next(iter(self._anchors))]

        creation = Creation(self._api, self._ports.clock, request, planned, anchor=anchor)
        async with aclosing(creation.events()) as happening:
            async for event in happening:
                yield event

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        anchor = self._anchors.get(mark) or anchor_of(place)
        return await listing.find(self._api, self._projects, place, mark, since=since, anchor=anchor)

    async def status(self, ref: Ref) -> Remote:
        deployment = await self._deployment(ref)
        place = listing.of(deployment, ref.place)
        environment = None
        if not ref.details.get("target"):
            there = environments(await self._projects.at(place))
            environment = next((each for each in there if each.id == text(deployment, "environmentId")), None)
        lived = listing.removed_for_good(deployment) and await listing.was_live(self._api, deployment)
        return remote(deployment, place, environment, fallback=ref.details, lived=lived)

    async def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncGenerator[Lines, None]:
        if follow:
            pieces = logs.follow(self._api, await self._opener(), self._ports.clock, ref.id, after=after)
        else:
            pieces = logs.read(self._api, ref.id, after=after)
        async with aclosing(pieces) as found:
            async for piece in found:
                yield piece

    async def cancel(self, ref: Ref) -> Remote:
        try:
            await self._api.cancel(ref.id)
        except NotThere:
            raise
        except (HostRefused, HostUnavailable):
            # One that has ended cannot be canceled; which is told in no certain words.
            found = await self.status(ref)
            if found.state not in FINISHED and status_of(await self._api.deployment(ref.id)) != "REMOVING":
                raise
            return found
        return await self.status(ref)

    async def promote_builds(self, ref: Ref) -> bool:
        raise self._no_promote()

    async def promote(self, ref: Ref) -> Change:
        raise self._no_promote()

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        return await changes.rollback(self._api, self._projects, self._ports.clock, place, to)

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page:
        return await listing.page(
            self._api, self._projects, place, limit=limit, cursor=cursor, target=target, state=state
        )

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None:
        return await listing.latest_successful(self._api, self._projects, place, target=target)

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        found = await self._projects.find(folder, project=project, account=account, default_account=self._workspace)
        return found.place

    async def is_linked(self, folder: Path) -> bool:
        """Whether Railway's own program has linked the folder: by which an App sees that it belongs here."""
        return await config.is_linked(folder)

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        raise CannotDo("Railway keeps no link in a folder, so it cannot be linked to a project.", hint=LINK_INSTEAD)

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        return await variables.pull(self._api, self._projects, place, target=target)

    async def aclose(self) -> None:
        apis, self._apis = self._apis, {}
        for api, _projects in apis.values():
            await api.aclose()

    async def _plan(self, request: Request) -> Planned:
        return await planning.plan(self._api, self._projects, request, default_account=self._workspace)

    async def _deployment(self, ref: Ref) -> Json:
        """Raises NotThere, for one that was made just now only when it does not turn up."""
        looks = FRESH_LOOKS if self._ports.clock.now() - _made_at(ref) < FRESH_S else 1
        for look in range(looks):
            try:
                return known(await self._api.deployment(ref.id), "deployment")
            except NotThere:
                if look == looks - 1:
                    raise
            await self._ports.clock.sleep(FRESH_PAUSE_S)
        raise AssertionError("the loop returns or raises")

    def _no_promote(self) -> CannotDo:
        return CannotDo("Railway cannot promote a deployment to production.", hint=_PROMOTE_INSTEAD)

    @property
    def _api(self) -> Api:
        return self._connected()[0]

    @property
    def _projects(self) -> Projects:
        return self._connected()[1]

    @property
    def _workspace(self) -> str:
        return self._ports.settings().deploy.railway.workspace

    @property
    def _url(self) -> str:
        return self._ports.settings().deploy.railway.api_url or URL

    async def _opener(self) -> Open:
        """Makes sockets for logs."""
        headers = await self._api.headers()

        def opened() -> AbstractAsyncContextManager[Subscriptions]:
            return socket.opened(self._url, GRAPHQL, headers, clock=self._ports.clock)

        return opened

    def _connected(self) -> tuple[Api, Projects]:
        if self._url not in self._apis:
            api = Api(self._url, clock=self._ports.clock, token=self._token)
            self._apis[self._url] = (api, Projects(api))
        return self._apis[self._url]

    async def _token(self) -> Secret:
        return await self._ports.token(self.name)


def _made_at(ref: Ref) -> float:
    """Wall seconds; 0: it is not known."""
    at = ref.details.get("made_at")
    return float(at) if isinstance(at, int | float) else 0.0
