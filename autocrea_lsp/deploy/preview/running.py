"""A project's previews: each is built in its turn, shown at the project's one address, and kept for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.errors import BuildFailed, NotThere
from autocrea_lsp.deploy.preview import building
from autocrea_lsp.deploy.preview.building import SITE, SOURCE, Limits, Recipe, to_the_end
from autocrea_lsp.deploy.preview.buildlog import BuildLog
from autocrea_lsp.deploy.preview.history import Row
from autocrea_lsp.deploy.preview.output import real_folder
from autocrea_lsp.deploy.preview.site import Shown, SiteServer
from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.store import FINISHED

_INDEX = "index.html"
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Run:
    """One preview of this server. `folder` holds its source, and its site when it is built."""

    row: Row
    folder: Path
    recipe: Recipe
    log: BuildLog
    limits: Limits
    environment: Mapping[str, Secret]
    task: asyncio.Task[None] | None = None
    cancel_asked: bool = False

    @property
    def root(self) -> Path:
        """What is served of it. Blocking. Raises BuildFailed."""
        if self.recipe.builds:
            return self.folder / SITE
        name = self.recipe.framework.outputs[0]
        found = real_folder(self.folder / SOURCE, name)
        if found is None:
            raise BuildFailed(f"There is no folder {name} to show.", hint="Name the output directory.")
        return found


class Project:
    """All that is known of one project here. `save` writes rows to the history; `keep` is asked each time."""

    def __init__(self, *, save: Callable[[Sequence[Row]], Awaitable[None]], keep: Callable[[], int]) -> None:
        self.runs: dict[str, Run] = {}
        self.site = SiteServer()
        self._save = save
        self._keep = keep
        self._numbers = 0
        self._turn = asyncio.Lock()  # one build at a time
        self._showing = asyncio.Lock()  # one change of what is shown at a time

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    async def start(self, run: Run) -> None:
        """From now on it goes on by itself."""
        self.runs[run.row.id] = run
        if self._turn.locked():
            run.row = replace(run.row, state="queued", detail="It waits for the build before it.")
        run.task = asyncio.create_task(self._drive(run), name="build a preview")
        await self._save([run.row])

    async def cancel(self, run: Run) -> None:
        """Stop it, unless it has ended or is being shown already; when this returns nothing of it runs."""
        if run.task is None:
            return
        run.cancel_asked = run.cancel_asked or not run.task.done()
        await self._stop(run)

    async def roll_back(self, to: str | None) -> Run:
        """Show an earlier one; None: the one before the present. Raises NotThere, HostUnavailable."""
        async with self._showing:
            present = self.live
            if to is None:
                before = present.row.number if present is not None else self._numbers + 1
                kept = [each for each in self.runs.values() if each.row.kept and each.row.number < before]
                if not kept:
                    raise NotThere("There is no earlier preview to go back to.", hint="Deploy it again instead.")
                run = max(kept, key=lambda each: each.row.number)
            elif to in self.runs and self.runs[to].row.kept:
                run = self.runs[to]
            else:
                raise NotThere("The files of that preview are no longer kept.", hint="Deploy it again instead.")
            await self._show(run)
        return run

    @property
    def live(self) -> Run | None:
        return next((run for run in self.runs.values() if run.row.live), None)

    async def aclose(self) -> None:
        """What is built is stopped, what is served ends; the files are their place's business."""
        await asyncio.gather(*(self._stop(run) for run in self.runs.values()))
        await self.site.aclose()

    async def _drive(self, run: Run) -> None:
        try:
            async with self._turn:
                if run.row.state == "queued":
                    await self._set(run, state="building", detail="")
                await self._make(run)
                await to_the_end(self._publish(run))  # half of it would show one thing and say another
        except asyncio.CancelledError:
            await to_the_end(self._end_stopped(run))
        except AutocreaError as error:
            run.log.add(error.advice, "error")
            await to_the_end(self._end(run, state="failed", error=error.advice))
        except Exception as error:  # boundary: nobody waits for this task, and the row must not stay half open
            _log.exception("a preview failed in a way that nobody has foreseen")
            text = f"Something is wrong here ({type(error).__name__}); the server's log says more."
            await to_the_end(self._end(run, state="failed", error=text))
        finally:
            run.environment = {}
            run.log.close()

    async def _stop(self, run: Run) -> None:
        if run.task is None:
            return
        run.task.cancel()
        await asyncio.wait({run.task})
        if run.row.state not in FINISHED:  # it had not even begun
            await to_the_end(self._end_stopped(run))
            run.log.close()

    async def _end_stopped(self, run: Run) -> None:
        if run.cancel_asked:
            await self._end(run, state="canceled", detail="You canceled it.")
        else:
            await self._end(run, state="interrupted", detail="The server has ended.")

    async def _make(self, run: Run) -> None:
        if not run.recipe.builds:
            has_index = await asyncio.to_thread(lambda: (run.root / _INDEX).is_file())
        else:
            taken = await building.build(
                run.recipe, run.folder, limits=run.limits, environment=run.environment, log=run.log
            )
            run.log.add(f"The build has left {_count(taken.files)}, {taken.bytes / 1e3:,.0f} KB.")
            has_index = taken.has_index
        if not has_index:
            run.log.add("There is no index.html, so the front page will be missing.", "warning")

    async def _publish(self, run: Run) -> None:
        async with self._showing:
            url = await self._show(run, state="success", detail="", kept=True)
        run.log.add(f"Shown at {url}")
        await self._drop_old()

    async def _show(self, run: Run, **changes: Any) -> str:
        root = await asyncio.to_thread(lambda: run.root)
        shown = Shown(root=root, release=run.row.id, single_page=run.recipe.framework.single_page)
        url = await self.site.show(shown)
        before = self.live
        changed = [run]
        if before is not None and before is not run:
            before.row = replace(before.row, live=False)
            changed.append(before)
        run.row = replace(run.row, **changes, live=True, url=url)
        await self._save([each.row for each in changed])
        return url

    async def _drop_old(self) -> None:
        """More than `keep` are not kept; what is shown is."""
        kept = sorted((run for run in self.runs.values() if run.row.kept), key=lambda run: not run.row.live)
        shown, others = kept[:1], sorted(kept[1:], key=lambda run: -run.row.number)
        for run in others[max(0, self._keep() - len(shown)) :]:
            run.row = replace(run.row, kept=False)
            await asyncio.to_thread(_discard, run.folder)
            await self._save([run.row])

    async def _set(self, run: Run, **changes: Any) -> None:
        run.row = replace(run.row, **changes)
        await self._save([run.row])

    async def _end(self, run: Run, **changes: Any) -> None:
        assert changes["state"] in FINISHED
        await asyncio.to_thread(_discard, run.folder)
        await self._set(run, **changes)


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files:,} files"


def _discard(folder: Path) -> None:
    with suppress(OSError):  # its place is removed with the server
        building.discard(folder)
