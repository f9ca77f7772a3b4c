"""From a plan to a deployment at the host.

From files: built here where it must be, then a deployment without files, its list of files, and each content that the
host lacks, once. From git: their build. The request that creates goes out once for each `Step("creating")`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import Any

from autocrea_lsp.deploy.base import PRODUCTION, Created, Event, Git, Notice, Ports, Ref, Remote, Request, Step
from autocrea_lsp.deploy.bundle import FileChanged, Hashed, content, hash_all
from autocrea_lsp.deploy.ending import ended, wait_for
from autocrea_lsp.deploy.errors import (
    CannotDo,
    DeployError,
    HostRefused,
    HostUnavailable,
    NotThere,
    OutcomeUnknown,
    TooLarge,
)
from autocrea_lsp.deploy.netlify import listing, local, planning
from autocrea_lsp.deploy.netlify.api import Api
from autocrea_lsp.deploy.netlify.fields import Json, line, text, words
from autocrea_lsp.deploy.netlify.local import LocalBuild
from autocrea_lsp.deploy.netlify.memory import Memory
from autocrea_lsp.deploy.netlify.patience import patiently
from autocrea_lsp.deploy.netlify.planning import Planned
from autocrea_lsp.deploy.netlify.sites import LINK, Sites, write_link
from autocrea_lsp.deploy.netlify.states import remote, word
from autocrea_lsp.deploy.sending import Upload, send_all
from autocrea_lsp.errors import UserError

AT_ONCE = 5  # they take no more
ASYNC_FROM = 100  # more files than this are compared by the host in its own time: a long answer breaks off
LIST_S, LIST_PAUSE_S = 600.0, 1.0  # for that; between looks
CHANGES = 2  # of files that change while they are sent
LAST_S = 5.0  # for a request that is on its way when nobody wants it any more
_COMPARED = frozenset({"prepared", "uploading", "uploaded", "processing", "processed", "ready"})


class Creation:
    """One deployment on its way."""

    def __init__(
        self, api: Api, sites: Sites, ports: Ports, request: Request, plan: Planned, *, memory: Memory
    ) -> None:
        self._api, self._sites, self._ports = api, sites, ports
        self._clock = ports.clock
        self._request, self._plan, self._memory = request, plan, memory
        self._place = plan.place
        self._built: LocalBuild | None = None

    async def events(self) -> AsyncGenerator[Event, None]:
        """All of it, up to the last file."""
        async with AsyncExitStack() as stack:
            plan = self._plan
            if plan.recipe is not None:  # first: what does not build leaves nothing at the host
                folder = await stack.enter_async_context(local.place(self._ports.state_dir))
                self._built = LocalBuild(self._ports, self._request, plan, plan.recipe, folder)
                async with aclosing(self._built.events()) as building:
                    async for event in building:
                        yield event
            if plan.creates_project:
                yield Step(state="creating", detail=f"Creating the site {plan.place.project_name}")
                self._place = await self._sites.create(plan.place)
                yield Notice(text=await self._link())
            rest = self._from_git() if isinstance(self._request.source, Git) else self._from_files()
            async with aclosing(rest) as events:
                async for event in events:
                    yield event

    async def _link(self) -> str:
        """Keep the new site in the folder, as the vendor's client does; what came of it, as a sentence."""
        name = self._place.project_name
        try:
            also = await write_link(self._request.folder, self._place)
        except (UserError, OSError):  # a folder that cannot be written to is deployed all the same
            return f"{LINK} could not be written; name the project {name} the next time."
        return f"The folder is linked to {name} from now on ({LINK}). {also}".strip()

    # ---- from git

    async def _from_git(self) -> AsyncGenerator[Event, None]:
        plan = self._plan
        yield Step(state="creating", detail=f"Asking Netlify to build {line(plan.branch)}")
        try:
            build = await self._begin(
                self._api.build(self._place.project, branch=plan.branch, title=self._request.mark), "deploy_id"
            )
        except NotThere as error:
            raise CannotDo(
                "Netlify builds nothing for this site: it is connected to no repository, or its builds are stopped.",
                hint="Connect it at Netlify, or deploy the folder's files.",
            ) from error
        key = text(build, "deploy_id")
        if not key:
            raise OutcomeUnknown("Netlify answered the request for a build with no deployment.")
        self._memory.born[key] = self._clock.monotonic()
        yield Created(
            remote=Remote(
                ref=Ref(place=self._place, id=key),
                state="queued",
                target=plan.target,
                inspect_url=f"{plan.admin_url}/deploys/{key}" if plan.admin_url else "",
                detail="Waiting for a build machine",
                created_at=self._clock.now(),
                source=str(self._request.source),
                mark=self._request.mark,
            )
        )

    # ---- from files

    async def _from_files(self) -> AsyncGenerator[Event, None]:
        files = self._built.files if self._built is not None else self._plan.bundle
        hashed: Hashed | None = None
        deploy = ""
        for left in reversed(range(1 + CHANGES)):
            try:
                files = files or await planning.collect(self._request, self._plan)
                yield Step(state="uploading" if deploy else "pending", detail=f"Reading {len(files.files):,} files")
                hashed = await hash_all(files, previous=hashed)
                if not deploy:
                    yield Step(state="creating", detail="Creating the deployment")
                    shell = await self._shell()
                    deploy = text(shell, "id")
                    yield Created(remote=remote(shell, self._place, now=self._clock.now()))
                async with aclosing(self._send(deploy, hashed)) as events:
                    async for event in events:
                        yield event
                return
            except FileChanged as error:
                if self._built is not None or not left:
                    raise UserError(
                        f"Files of {self._request.folder.name} go on changing while they are sent: {error}",
                        hint="Stop what writes them, such as a build that watches, and deploy again.",
                    ) from None
                files = None

    async def _shell(self) -> Json:
        """A deployment without files; one that an unclear request has left is taken."""
        site, mark = self._place.project, self._request.mark
        try:
            shell = await self._begin(self._api.create(site, title=mark, draft=self._draft), "id")
        except OutcomeUnknown:
            found = await listing.shell(self._api, site, mark, without=self._memory.dropped) if mark else None
            if found is None:
                raise
            shell = found
        if not (key := text(shell, "id")):
            raise OutcomeUnknown("Netlify answered the request for a deployment with none.")
        self._memory.create(key, self._clock.monotonic())
        return shell

    @property
    def _draft(self) -> bool:
        return self._plan.target != PRODUCTION

    async def _send(self, deploy: str, hashed: Hashed) -> AsyncGenerator[Event, None]:
        """Say which files there are, and send those that are asked for. Raises FileChanged."""
        required = await self._required(deploy, hashed)
        uploads = {
            digest: Upload(name=file.name, size=file.size, open=partial(content, file, expect=digest))
            for digest, file in hashed.unique.items()
            if digest in required
        }
        yield Step(state="uploading", detail=_sending(uploads))

        async def put(_digest: str, each: Upload, pieces: Callable[[], AsyncIterator[bytes]]) -> None:
            try:
                await self._patiently(lambda: self._api.upload(deploy, each.name, pieces))
            except TooLarge as error:
                raise TooLarge(
                    f"Netlify does not take {each.name}: it has {each.size / 1e6:.1f} MB.",
                    hint="Leave it out, or make it smaller.",
                    status=error.status,
                ) from None
            except HostRefused as error:
                error.args = (f"{error} (the file {each.name})",)
                raise

        if uploads:
            async with aclosing(send_all(uploads, put, at_once=AT_ONCE)) as sent:
                async for progress in sent:
                    yield progress

    async def _required(self, deploy: str, hashed: Hashed) -> frozenset[str]:
        """The digests that the host lacks."""
        files = dict(hashed.digests)
        later = len(files) > ASYNC_FROM
        body = {"files": files, "async": later, "draft": self._draft}
        site = self._place.project
        answer = await self._patiently(lambda: self._api.say_files(site, deploy, body))
        started = self._clock.monotonic()
        while later and word(answer) not in _COMPARED:
            if word(answer) == "error":
                why = line(text(answer, "error_message")) or "no reason given"
                raise HostRefused(f"Netlify does not take the list of files: {why}")
            if self._clock.monotonic() - started >= LIST_S:
                raise HostUnavailable(
                    f"Netlify has not looked through the list of files after {LIST_S / 60:.0f} minutes.",
                    hint="Deploy again; Netlify's status page may say more.",
                )
            await self._clock.sleep(LIST_PAUSE_S)
            answer = await self._patiently(lambda: self._api.deploy(site, deploy))
        return frozenset(digest.lower() for digest in words(answer, "required"))

    async def _patiently(self, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return await patiently(ask, self._clock)

    async def _begin(self, work: Coroutine[Any, Any, Json], name: str) -> Json:
        """A request that creates. When nobody wants it any more, what it has made is canceled; `name`: of its id."""
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if await wait_for(task, self._clock, LAST_S) and not task.cancelled() and task.exception() is None:
                await self._cancel(text(task.result(), name))
            await ended(task)
            raise

    async def _cancel(self, deploy: str) -> None:
        if not deploy:
            return
        self._memory.dropped.add(deploy)
        canceling = asyncio.ensure_future(self._api.cancel(deploy))
        if not await wait_for(canceling, self._clock, LAST_S):
            await ended(canceling)
        elif not canceling.cancelled() and not isinstance(error := canceling.exception(), DeployError | None):
            raise error


def _sending(uploads: dict[str, Upload]) -> str:
    if not uploads:
        return "Netlify has all files already"
    size = sum(each.size for each in uploads.values()) / 1e6
    return f"Sending {len(uploads):,} file{'s' if len(uploads) != 1 else ''} ({size:,.1f} MB)"
