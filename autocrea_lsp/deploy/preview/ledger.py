"""What is known of previews: those of this server, and by the history those of others that run or have ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from autocrea_lsp.deploy.base import PREVIEW, Place, Ports, Ref, Remote
from autocrea_lsp.deploy.errors import NotAllowed, NotThere
from autocrea_lsp.deploy.preview.history import History, Row
from autocrea_lsp.deploy.preview.places import FOLDER, Instance, is_alive, open_instance
from autocrea_lsp.deploy.preview.running import Project, Run
from autocrea_lsp.errors import UserError
from autocrea_lsp.store import FINISHED

_ENDED = "It is not served any more: the server that did has ended. Deploy it again."
_CRASHED = "It is not served any more: the process that did has ended. Deploy it again."
_LATER = "A later one is shown at its address."
_log = logging.getLogger(__name__)


class Ledger:
    """All of it belongs to one event loop."""

    def __init__(self, ports: Ports) -> None:
        self.projects: dict[str, Project] = {}
        self._ports = ports
        self._root = ports.state_dir / FOLDER
        self._history = History(self._root / "history.json")
        self._instance: Instance | None = None
        self._closed = False
        self._opening = asyncio.Lock()
        self._saving = asyncio.Lock()

    async def open(self) -> Instance:
        """This server's place. Raises UserError where there can be none."""
        async with self._opening:
            if self._closed:
                raise NotAllowed("The server is ending; nothing is deployed any more.")
            if self._instance is None:
                try:
                    self._instance = await asyncio.to_thread(open_instance, self._ports.state_dir)
                except OSError as error:
                    raise UserError(
                        f"There is no place for previews: {error.strerror}.", hint="Look at who may write there."
                    ) from None
            return self._instance

    async def aclose(self) -> None:
        """Builds are stopped, nothing is served, no file is left. Idempotent."""
        self._closed = True
        await asyncio.gather(*(project.aclose() for project in self.projects.values()))
        async with self._opening:
            if self._instance is not None:
                await asyncio.to_thread(self._instance.close)

    def project(self, place: Place) -> Project:
        if place.project not in self.projects:
            self.projects[place.project] = Project(
                save=self._save, keep=lambda: self._ports.settings().deploy.preview.keep
            )
        return self.projects[place.project]

    def run(self, ref: Ref) -> Run | None:
        """The preview, where it is one of this server's."""
        return next((each.runs[ref.id] for each in self.projects.values() if ref.id in each.runs), None)

    def kept(self, ref: Ref) -> Run:
        """The same, where its files are still there. Raises NotThere."""
        run = self.run(ref)
        if run is None or not run.row.kept:
            raise NotThere("The files of that preview are no longer kept.", hint="Deploy the folder instead.")
        return run

    async def rows(self, place: Place) -> list[Row]:
        """The project's previews, the newest first."""
        known = {row.id: row for row in await asyncio.to_thread(self._history.rows)}
        known |= {run.row.id: run.row for project in self.projects.values() for run in project.runs.values()}
        rows = [row for row in known.values() if row.project == place.project]
        return sorted(rows, key=lambda row: (row.created_at, row.number), reverse=True)

    async def row(self, ref: Ref) -> Row:
        """Raises NotThere for one that nobody has heard of."""
        if (run := self.run(ref)) is not None:
            return run.row
        for row in await asyncio.to_thread(self._history.rows):
            if row.id == ref.id:
                return row
        raise NotThere("There is no such preview.", hint="Deploy it again.")

    async def now(self, row: Row) -> Remote:
        """What is so at this moment: a server that has ended could not write down that it has."""
        ours = self._instance is not None and row.instance == self._instance.name
        alive = not self._closed if ours else await asyncio.to_thread(is_alive, self._root, row.instance)
        return self.remote(row, alive=alive)

    def remote(self, row: Row, *, alive: bool = True) -> Remote:
        project = self.projects.get(row.project)
        url = row.url
        if project is not None and row.id in project.runs:
            url = project.site.url  # it may have moved, or be gone for good
        live = row.live and alive and url != ""
        if not alive and row.state not in FINISHED:
            row = replace(row, state="interrupted", error="The server that built it has ended.")
        elif row.state == "success" and not live:
            row = replace(row, detail=_ENDED if not alive else _CRASHED if row.live else _LATER)
        return Remote(
            ref=Ref(place=Place(project=row.project, project_name=row.project_name), id=row.id),
            state=row.state,
            target=PREVIEW,
            url=url if live else "",
            detail=row.detail,
            error=row.error,
            created_at=row.created_at,
            source=row.source,
            mark=row.mark,
            live=live,
            can_roll_back_to=alive and row.kept and not live,
        )

    async def _save(self, rows: Sequence[Row]) -> None:
        async with self._saving:
            try:
                await asyncio.to_thread(self._history.put, rows)
            except OSError as error:  # it is known here as long as we live
                _log.warning("preview: the history could not be written: %s", error.strerror)
