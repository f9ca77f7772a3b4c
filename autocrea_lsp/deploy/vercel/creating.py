"""From a plan to a deployment at the host.

From files: say which, be told which are missing, send those, say it again; what is refused as missing files created
nothing, so that all of it is one effect. A create is sent once for each `Step("creating")`, and never by itself again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import PRODUCTION, Again, Created, Event, Files, Git, Notice, Place, Request, Step
from autocrea_lsp.deploy.bundle import FileChanged, Hashed
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import HostRefused, OutcomeUnknown, TooLarge
from autocrea_lsp.deploy.vercel import body, git, payload
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.explaining import MissingFiles
from autocrea_lsp.deploy.vercel.fields import Json, text
from autocrea_lsp.deploy.vercel.payload import RULES, Payload
from autocrea_lsp.deploy.vercel.planning import Planned
from autocrea_lsp.deploy.vercel.projects import LINK, write_link
from autocrea_lsp.deploy.vercel.states import remote
from autocrea_lsp.deploy.vercel.uploading import AT_ONCE, Upload, upload
from autocrea_lsp.errors import UserError

ROUNDS = 2  # of being told that files are missing, for the same files
CHANGES = 2  # of files that change while they are sent
_NEW = {"skipAutoDetectionConfirmation": "1"}  # without it a project's first may be refused with questions
_REBUILD = {"forceNew": "1"}  # else they may answer with the one that there is


class Creation:
    """One deployment on its way."""

    def __init__(self, api: Api, clock: Clock, request: Request, plan: Planned, *, at_once: int = AT_ONCE) -> None:
        """`at_once`: uploads that are under way together."""
        self._api, self._clock, self._at_once = api, clock, at_once
        self._request, self._plan = request, plan
        self._place = plan.place

    async def events(self) -> AsyncGenerator[Event, None]:
        """All of it, up to `Created`."""
        request, plan = self._request, self._plan
        # Before the link file is written, which would make the folder differ from its commit.
        commit = await git.metadata(request.folder) if isinstance(request.source, Files) else None
        if plan.creates_project:
            yield Step(state="creating", detail=f"Creating the project {plan.place.project_name}")
            self._place = await self._project()
            yield Notice(text=await self._link())
        if isinstance(request.source, Again):
            action = request.source.action
            again = body.again(
                request, name=plan.name, deployment=request.source.ref.id, action=action, target=plan.destination
            )
            async with aclosing(self._create(again, _REBUILD)) as events:
                async for event in events:
                    yield event
            return
        common = body.common(request, name=plan.name, project=self._place.project, target=plan.destination)
        if isinstance(request.source, Git):
            rest = self._create(common | {"gitSource": dict(plan.repository)}, _NEW)
        else:
            rest = self._from_files(common | ({"gitMetadata": commit} if commit else {}))
        async with aclosing(rest) as events:
            async for event in events:
                yield event

    async def _project(self) -> Place:
        """Make it; one that is there by now is taken."""
        account, name = self._plan.place.account, self._plan.place.project_name
        made: Json | None
        try:
            made = await self._api.create_project(account, body.project(name, self._request.build))
        except OutcomeUnknown:
            made = await self._api.project(account, name)
            if made is None:
                raise
        except HostRefused as error:
            made = await self._api.project(account, name) if error.status == 409 else None
            if made is None:
                raise
        return replace(
            self._place,
            account=self._place.account or text(made, "accountId"),
            project=text(made, "id"),
            project_name=text(made, "name") or name,
        )

    async def _link(self) -> str:
        """Keep the new project in the folder, as the vendor's client does; what came of it, as a sentence."""
        name = self._place.project_name
        try:
            also = await write_link(self._request.folder, self._place)
        except (UserError, OSError):  # a folder that cannot be written to is deployed all the same
            return f"{LINK} could not be written; name the project {name} the next time."
        return f"The folder is linked to {name} from now on ({LINK}). {also}".strip()

    async def _create(self, content: Mapping[str, Any], query: Mapping[str, str]) -> AsyncGenerator[Event, None]:
        """One request. Raises MissingFiles and OutcomeUnknown."""
        yield Step(state="creating", detail="Creating the deployment")
        made = await self._api.create(self._place.account, content, query)
        found = remote(made.deployment, self._place, now=self._clock.now())
        if not found.ref.id:
            raise OutcomeUnknown("Vercel answered the request for a deployment with none.")
        yield Created(remote=found)
        for notice in made.notices:
            yield Notice(text=notice)
        if found.target == PRODUCTION and not self._plan.production:
            yield Notice(text="Vercel made this a production deployment, though a preview was asked for.")

    async def _from_files(self, common: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        async with payload.scratch_folder() as scratch:
            files = self._plan.bundle or await self._collect()
            archive = False
            changes = 0
            hashed: Hashed | None = None
            while True:
                how = "archive" if archive else payload.way(files)
                yield Step(state="pending", detail=f"Reading {len(files.files):,} files")
                try:
                    loaded = await payload.prepare(files, how, scratch=scratch, previous=hashed)
                    hashed = loaded.hashed
                    async with aclosing(self._handshake(common, loaded)) as events:
                        async for event in events:
                            yield event
                    return
                except FileChanged as error:
                    changes += 1
                    if changes > CHANGES:
                        raise UserError(
                            f"Files of {self._request.folder.name} go on changing while they are sent: {error}",
                            hint="Stop what writes them, such as a build that watches, and deploy again.",
                        ) from None
                    files = await self._collect()
                except TooLarge as error:
                    if how != "files":
                        raise
                    archive = True
                    yield Notice(text=f"{error} All files go as one archive, in parts, instead.")

    async def _handshake(self, common: Mapping[str, Any], loaded: Payload) -> AsyncGenerator[Event, None]:
        """Create, and send what is missing, until it is there. Raises FileChanged and TooLarge."""
        for attempt in range(1 + ROUNDS):
            try:
                async with aclosing(self._create({**common, "files": loaded.files}, _NEW)) as events:
                    async for event in events:
                        yield event
                return
            except MissingFiles as error:
                missing = error
            lacking = loaded.lacking(missing.missing)
            if attempt == ROUNDS or not lacking:
                break
            yield Step(state="uploading", detail=_sending(lacking))
            async with aclosing(upload(self._api, self._place.account, lacking, at_once=self._at_once)) as sent:
                async for progress in sent:
                    yield progress
        raise HostRefused(
            "Vercel goes on saying that files are missing which it has accepted.",
            hint="Deploy again in a few minutes; Vercel's status page may say more.",
            status=missing.status,
            code=missing.code,
        )

    async def _collect(self) -> bundle.Bundle:
        return await bundle.collect(self._request.folder, RULES, include=self._request.include)


def _sending(uploads: Mapping[str, Upload]) -> str:
    count = len(uploads)
    size = sum(each.size for each in uploads.values()) / 1e6
    return f"Sending {count:,} file{'s' if count != 1 else ''} ({size:,.1f} MB)"
