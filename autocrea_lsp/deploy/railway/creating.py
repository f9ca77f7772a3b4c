"""From a plan to a deployment at the host.

Nothing that creates is sent twice. An upload has our mark in its message; a deployment from git, and one that is built
once more, cannot carry one, and is known by being the one behind the newest that there was before (`listing.find`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import Again, Created, Event, Files, Git, Notice, Remote, Request, Step
from autocrea_lsp.deploy.bundle import FileChanged
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import DeployError, OutcomeUnknown
from autocrea_lsp.deploy.railway import listing
from autocrea_lsp.deploy.railway.api import Api, Uploaded
from autocrea_lsp.deploy.railway.fields import Json, nodes, text
from autocrea_lsp.deploy.railway.planning import FIRST, RULES, Planned
from autocrea_lsp.deploy.railway.projects import placed, split
from autocrea_lsp.deploy.railway.states import remote
from autocrea_lsp.deploy.railway.targets import Environment, choose, environments
from autocrea_lsp.deploy.railway.uploading import LastPiece, upload
from autocrea_lsp.errors import UserError

CHANGES = 2  # of files that change while they are sent


class Creation:
    """One deployment on its way. `anchor`: is told behind which deployment one without our mark will be."""

    def __init__(
        self, api: Api, clock: Clock, request: Request, plan: Planned, *, anchor: Callable[[str], None]
    ) -> None:
        self._api, self._clock = api, clock
        self._request, self._plan = request, plan
        self._anchor = anchor
        self._place = replace(plan.place, project="/".join(part for part in split(plan.place) if part))
        self._environment = plan.environment
        self._service = plan.service

    async def events(self) -> AsyncGenerator[Event, None]:
        """All of it, up to `Created`."""
        if self._environment is None:
            yield Step(state="creating", detail=f"Creating the project {self._plan.place.project_name}")
            await self._make_project()
        if not self._service:
            yield Step(state="creating", detail=f"Creating the service {self._plan.service_name}")
            await self._make_service()
            if notice := await self._make_domain():
                yield Notice(text=notice)
        making = self._from_files() if isinstance(self._request.source, Files) else self._from_there()
        async with aclosing(making) as events:
            async for event in events:
                yield event

    # ---- what must be there first

    async def _make_project(self) -> None:
        """One that is there by now, of an earlier try, is taken."""
        wanted = self._plan.place
        found = await self._project_there()
        if found is None:
            try:
                found = await self._api.create_project(wanted.project_name, wanted.account)
            except OutcomeUnknown:
                found = await self._project_there()
                if found is None:
                    raise
        if not text(found, "id"):
            raise OutcomeUnknown("Railway answered the request for a project with none.")
        self._environment = choose(FIRST, environments(found), wanted.project_name)
        place = placed(found, {})
        self._place = replace(place, account=place.account or wanted.account, project_name=wanted.project_name)

    async def _project_there(self) -> Json | None:
        wanted = self._plan.place
        for each in await self._api.projects(wanted.account):
            if text(each, "name") == wanted.project_name:
                return await self._api.project(text(each, "id"))
        return None

    async def _make_service(self) -> None:
        """The same for a service."""
        project, _none = split(self._place)
        found = await self._service_there(project)
        if found is None:
            try:
                found = await self._api.create_service(project, self._at.id, self._plan.service_name)
            except OutcomeUnknown:
                found = await self._service_there(project)
                if found is None:
                    raise
        self._service = text(found, "id")
        if not self._service:
            raise OutcomeUnknown("Railway answered the request for a service with none.")
        name, service = self._place.project_name, text(found, "name") or self._plan.service_name
        self._place = replace(
            self._place,
            project=f"{project}/{self._service}",
            project_name=name if service.casefold() == name.casefold() else f"{name}/{service}",
        )

    async def _service_there(self, project: str) -> Json | None:
        services = nodes(await self._api.project(project), "services")
        return next((each for each in services if text(each, "name") == self._plan.service_name), None)

    async def _make_domain(self) -> str:
        """What the user should know, if there is none."""
        try:
            await self._api.create_domain(self._at.id, self._service)
        except DeployError:  # it works without; the user can make one
            return "The service has no public address yet: make one in its settings at Railway (Networking)."
        return ""

    @property
    def _at(self) -> Environment:
        if self._environment is None:
            raise OutcomeUnknown("Railway made the project without an environment.")
        return self._environment

    # ---- the deployment

    async def _from_files(self) -> AsyncGenerator[Event, None]:
        """Upload. Files that change meanwhile break it off, and it is done anew: half an archive makes nothing."""
        files = self._plan.bundle or await self._collect()
        for attempt in range(1 + CHANGES):
            try:
                async with aclosing(self._upload(files)) as events:
                    async for event in events:
                        yield event
                return
            except FileChanged as error:
                if attempt == CHANGES:
                    raise UserError(
                        f"Files of {self._request.folder.name} go on changing while they are sent: {error}",
                        hint="Stop what writes them, such as a build that watches, and deploy again.",
                    ) from None
            files = await self._collect()

    async def _upload(self, files: bundle.Bundle) -> AsyncGenerator[Event, None]:
        project, service = split(self._place)
        yield Step(state="uploading", detail=_sending(files))
        sending = upload(
            self._api, files, project=project, environment=self._at.id, service=service, mark=self._request.mark
        )
        async with aclosing(sending) as parts:
            async for part in parts:
                match part:
                    case LastPiece():
                        yield Step(state="creating", detail="Railway makes the deployment")
                    case Uploaded():
                        yield Created(remote=self._queued(part.id, part.domain))
                    case _:
                        yield part

    async def _from_there(self) -> AsyncGenerator[Event, None]:
        """What Railway fetches, or has, itself."""
        source = self._request.source
        self._anchor(await listing.newest(self._api, self._place, self._at))
        yield Step(state="creating", detail="Creating the deployment")
        if isinstance(source, Again):
            made = await self._api.redeploy(source.ref.id)
            if not text(made, "id"):
                raise OutcomeUnknown("Railway answered the request for a deployment with none.")
            found = remote(made, listing.of(made, self._place), self._at, fallback={})
        else:
            commit = source.commit if isinstance(source, Git) else ""
            found = self._queued(await self._api.deploy(self._at.id, self._service, commit))
        yield Created(remote=found)

    def _queued(self, key: str, domain: str = "") -> Remote:
        """As little as is known of a new one."""
        if not key:
            raise OutcomeUnknown("Railway answered the request for a deployment with none.")
        told = {
            "id": key,
            "status": "QUEUED",
            "environmentId": self._at.id,
            "serviceId": self._service,
            "staticUrl": domain,
        }
        found = remote(told, self._place, self._at, fallback={})
        now = self._clock.now()
        ref = replace(found.ref, details={**found.ref.details, "made_at": now})
        return replace(found, ref=ref, created_at=now, source=str(self._request.source), mark=self._request.mark)

    async def _collect(self) -> bundle.Bundle:
        root = self._plan.root_directory
        return await bundle.collect(self._request.folder, RULES, root_directory=root, include=self._request.include)


def _sending(files: bundle.Bundle) -> str:
    count = len(files.files)
    return f"Sending {count:,} file{'s' if count != 1 else ''} ({files.total_bytes / 1e6:,.1f} MB)"
