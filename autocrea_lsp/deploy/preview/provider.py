"""`PreviewProvider`: builds a folder here, locked in, and serves it to this machine, as long as the server lives."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar, NoReturn

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import (
    PREVIEW,
    PRODUCTION,
    Abilities,
    Again,
    Change,
    Created,
    Event,
    Files,
    Lines,
    Notice,
    Page,
    Place,
    Plan,
    Ports,
    Ref,
    Remote,
    Request,
    Step,
)
from autocrea_lsp.deploy.errors import CannotDo, NotThere
from autocrea_lsp.deploy.preview import building, permission, planning, staging
from autocrea_lsp.deploy.preview.building import SOURCE
from autocrea_lsp.deploy.preview.buildlog import BuildLog
from autocrea_lsp.deploy.preview.copying import copy
from autocrea_lsp.deploy.preview.history import Row
from autocrea_lsp.deploy.preview.ledger import Ledger
from autocrea_lsp.deploy.preview.planning import Planned
from autocrea_lsp.deploy.preview.running import Run

_ID = "prv_"


class PreviewProvider:
    """The embedded host. What it serves and builds ends with `aclose`, or with this process in any way."""

    name: ClassVar[str] = "preview"
    title: ClassVar[str] = "Preview"
    local: ClassVar[bool] = True
    abilities: ClassVar[Abilities] = Abilities(
        cancel=True,
        rollback=True,
        redeploy=True,
        environment=True,
        remote_list=True,
        instead={
            "git": "Deploy the folder's files, or a branch to a host such as `vercel`.",
            "git_commit": "Check the commit out and deploy the folder's files.",
            "production": "Deploy to a host such as `vercel`: a preview is served to this machine only.",
            "promote": "Deploy to a host such as `vercel`: a preview is served to this machine only.",
            "other_targets": "Deploy to a host such as `vercel`, which has targets of its own.",
            "pull_environment": "Give the variables by name or in a file.",
            "link": "Nothing needs to be linked: a preview belongs to its folder.",
        },
    )

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._ledger = Ledger(ports)

    # ---- what will happen, and doing it

    async def plan(self, request: Request) -> Plan:
        if request.target != PREVIEW:
            raise CannotDo("A preview has one target only.", hint=self.abilities.instead["production"])
        match request.source:
            case Files():
                return await planning.plan_files(request, planning.place_of(request.folder, request.project))
            case Again(ref=ref, action="redeploy"):
                run = self._ledger.kept(ref)
                return planning.planned(request, ref.place, run.recipe, again=ref.id)
            case _:
                raise CannotDo("A preview is made of files only.", hint=self.abilities.instead["git"])

    async def deploy(self, request: Request, plan: Plan) -> AsyncGenerator[Event, None]:
        if not isinstance(plan, Planned):
            raise TypeError("a plan of another host")
        limits = await permission.allowed(self._ports, plan.recipe)
        instance = await self._ledger.open()
        project = self._ledger.project(plan.place)
        row = Row(
            id=_ID + secrets.token_hex(8),
            instance=instance.name,
            project=plan.place.project,
            project_name=plan.place.project_name,
            number=project.next_number(),
            created_at=self._ports.clock.now(),
            source=str(request.source),
            mark=request.mark,
        )
        folder = instance.folder / row.id
        begun = False
        try:
            await asyncio.to_thread(folder.mkdir, mode=0o700)
            yield Step(state="uploading", detail="The files are copied.")
            if plan.again:
                earlier = self._ledger.kept(Ref(place=plan.place, id=plan.again))
                await asyncio.to_thread(staging.copy_all, earlier.folder / SOURCE, folder / SOURCE)
            elif plan.bundle is not None:
                async with aclosing(copy(plan.bundle, folder / SOURCE)) as progress:
                    async for sent in progress:
                        yield sent
            yield Step(state="creating")
            values = [value.reveal() for value in request.environment.values()]
            run = Run(
                row=row,
                folder=folder,
                recipe=plan.recipe,
                log=BuildLog(self._ports.clock.now, values),
                limits=limits,
                environment=dict(request.environment),
            )
            await project.start(run)
            begun = True
        finally:
            if not begun:
                await asyncio.shield(asyncio.to_thread(building.discard, folder))
        yield Created(remote=self._ledger.remote(run.row))
        if plan.recipe.builds and not await permission.isolates(limits):
            yield Notice(text=permission.NOT_ISOLATED)

    # ---- asking

    async def find(self, place: Place, mark: str, *, since: float) -> Remote | None:
        for row in await self._ledger.rows(place):
            if row.mark == mark and row.created_at >= since:
                return await self._ledger.now(row)
        return None

    async def status(self, ref: Ref) -> Remote:
        return await self._ledger.now(await self._ledger.row(ref))

    async def logs(self, ref: Ref, *, after: str = "", follow: bool = False) -> AsyncIterator[Lines]:
        run = self._ledger.run(ref)
        if run is None:  # of another server: its log is in the store, as far as it came
            return
        async with aclosing(run.log.read(after, follow=follow)) as pieces:
            async for piece in pieces:
                yield piece

    async def list(self, place: Place, *, limit: int, cursor: str = "", target: str = "", state: str = "") -> Page:
        start = int(cursor) if cursor.isdecimal() else 0
        rows = await self._ledger.rows(place) if target in ("", PREVIEW) else []
        remotes = [await self._ledger.now(row) for row in rows]
        found = [each for each in remotes if state in ("", each.state)]
        end = start + max(1, limit)
        return Page(items=tuple(found[start:end]), next=str(end) if end < len(found) else "")

    async def latest_successful(self, place: Place, *, target: str = PRODUCTION) -> Remote | None:
        page = await self.list(place, limit=1, state="success")  # there is one target, whatever was asked for
        return page.items[0] if page.items else None

    # ---- changing

    async def cancel(self, ref: Ref) -> Remote:
        run = self._ledger.run(ref)
        if run is not None:
            await self._ledger.projects[run.row.project].cancel(run)
        return await self.status(ref)

    async def rollback(self, place: Place, to: Ref | None) -> Change:
        project = self._ledger.projects.get(place.project)
        if project is None:
            raise NotThere("No preview of the project is served here.", hint="Deploy it again instead.")
        run = await project.roll_back(to.id if to is not None else None)
        return Change(
            live=self._ledger.remote(run.row),
            notes=("The address is the same; a page that is open shows the earlier build when it is loaded again.",),
        )

    async def promote_builds(self, ref: Ref) -> bool:
        return self._cannot("promote")

    async def promote(self, ref: Ref) -> Change:
        return self._cannot("promote")

    async def link(self, folder: Path, *, project: str, account: str = "") -> Place:
        return self._cannot("link")

    async def pull_environment(self, place: Place, *, target: str) -> Mapping[str, Secret]:
        return self._cannot("pull_environment")

    async def find_place(self, folder: Path, *, project: str = "", account: str = "") -> Place:
        return planning.place_of(folder, project)

    async def aclose(self) -> None:
        await self._ledger.aclose()

    def _cannot(self, ability: str) -> NoReturn:
        raise CannotDo("A preview cannot do that.", hint=self.abilities.instead[ability])
