"""A site built here: its source copied to a private place, built as a preview is, and what it leaves listed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import Event, Lines, Notice, Ports, Request, Step
from autocrea_lsp.deploy.bundle import Bundle, FileChanged
from autocrea_lsp.deploy.ending import ended
from autocrea_lsp.deploy.netlify.planning import OUTPUT_RULES, Planned, collect, with_file
from autocrea_lsp.deploy.preview import building, permission, places
from autocrea_lsp.deploy.preview.building import SITE, SOURCE, Recipe, to_the_end
from autocrea_lsp.deploy.preview.buildlog import BuildLog
from autocrea_lsp.deploy.preview.copying import copy
from autocrea_lsp.errors import AutocreaError, UserError

CHANGES = 2  # of files that change while they are copied
_KEY = "built-here-"  # of log lines, apart from the host's


class LocalBuild:
    """One build. `events` runs it; `files` are what it has left, as long as its place is there."""

    def __init__(self, ports: Ports, request: Request, plan: Planned, recipe: Recipe, folder: Path) -> None:
        """`folder`: an empty one of ours."""
        self._ports, self._request, self._plan, self._recipe = ports, request, plan, recipe
        self._folder = folder
        self.files: Bundle | None = None

    async def events(self) -> AsyncGenerator[Event, None]:
        """Its log. Raises NotAllowed, BuildFailed, FileChanged, and UserError for what cannot be sent."""
        limits = await permission.allowed(self._ports, self._recipe)
        if not await permission.isolates(limits):
            yield Notice(text=permission.NOT_ISOLATED)
        yield Step(state="pending", detail="Building it here")
        await self._copy()
        values = [value.reveal() for value in self._request.environment.values()]
        log = BuildLog(self._ports.clock.now, values)
        work = building.build(self._recipe, self._folder, limits=limits, environment=self._request.environment, log=log)
        task = asyncio.create_task(work, name="build a site here")
        task.add_done_callback(lambda done: self._last_word(done, log))
        try:
            async with aclosing(log.read(follow=True)) as pieces:
                async for piece in pieces:
                    # Without its cursor, which means nothing to the host's log.
                    yield Lines(lines=tuple(replace(each, key=f"{_KEY}{each.key}") for each in piece.lines))
            await task
        finally:
            await to_the_end(ended(task))
        built = await bundle.collect(self._folder / SITE, OUTPUT_RULES, gitignore=False)
        self.files = with_file(built, self._plan.more)
        for note in built.notes:
            yield Notice(text=note)

    async def _copy(self) -> None:
        """The source, as it is now: the user may have thought about the plan for a while."""
        source, target = self._plan.bundle, self._folder / SOURCE
        for left in reversed(range(1 + CHANGES)):
            try:
                source = source or await collect(self._request, self._plan)
                async with aclosing(copy(source, target)) as copying:
                    async for _sent in copying:  # not told: it is not on its way to anywhere
                        pass
                return
            except FileChanged:
                if not left:
                    raise
                source = None
                await asyncio.to_thread(building.discard, target)

    @staticmethod
    def _last_word(task: asyncio.Task[object], log: BuildLog) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, AutocreaError):
            log.add(error.advice, "error")
        log.close()


@asynccontextmanager
async def place(state_dir: Path) -> AsyncIterator[Path]:
    """A private folder, gone afterwards; the next server removes what one that died has left. Raises UserError where
    there can be none."""
    try:
        instance = await asyncio.to_thread(places.open_instance, state_dir)
    except OSError as error:
        raise UserError(
            f"There is no place to build it in: {error.strerror}.", hint="Look at who may write there."
        ) from None
    try:
        yield instance.folder
    finally:
        await to_the_end(asyncio.to_thread(instance.close))
