"""Failed builds light up: what their logs complain about, published as diagnostics, until it is history.

A problem is gone when its line is edited, when its file is, when a fix made for it is applied, when a later deployment
of the project to the host goes well, and when one to the same target fails otherwise. Nothing else of the server
publishes diagnostics: those of a file are all published here, without a version.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from autocrea_lsp.assist.blocks import blocks, moved_to
from autocrea_lsp.assist.goal import FIXES
from autocrea_lsp.assist.hunks import apply
from autocrea_lsp.lsp import convert
from autocrea_lsp.lsp.deploying.board import Board, Destination, Mark, Marked
from autocrea_lsp.lsp.deploying.placing import wire_range
from autocrea_lsp.lsp.deploying.watched import Watched
from autocrea_lsp.store import project_label, root_hash
from autocrea_lsp.text import body

if TYPE_CHECKING:
    from autocrea_lsp.assist.proposal import Proposal, Taken
    from autocrea_lsp.deploy.jobs import Update
    from autocrea_lsp.lsp.deploying.reading import Found
    from autocrea_lsp.lsp.documents import Document
    from autocrea_lsp.lsp.server import AutocreaServer
    from autocrea_lsp.store import DeploymentRow

Texts = Mapping[Path, Sequence[str]]
"""Lines, with their ends, by file."""

_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}


class Problems:
    """The problems that one client is shown. Its state is the loop's; logs and files are read in threads."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._board = Board()
        self._watched = Watched(server)
        self._deployed: dict[str, dict[Path, Sequence[str]]] = {}  # by deployment that runs: files as they went
        self._newest: dict[tuple[str, ...], float] = {}  # when the one began whose end counts for what is shown
        self._fixes: dict[str, tuple[list[str], frozenset[int]]] = {}  # by document: the text that ends those marks
        self._numbers = itertools.count(1)
        self._looking: asyncio.Task[None] | None = None

    # What comes from the deployments ----------------------------------------------------------------------------------

    def note(self, update: Update, root_directory: str) -> None:
        """Something has happened to a deployment. `root_directory`: where in its folder it is built, "" if unknown."""
        row = update.row
        folder = self._folder(row) if self._server.configuration.trusted else None
        if folder is not None and not update.finished:
            if row.id not in self._deployed:
                self._deployed[row.id] = {}
                self._server.tasks.spawn(self._remember(row.id, folder), name="remember what is deployed")
            return
        deployed = self._deployed.pop(row.id, {})
        if folder is None:
            return
        if row.state == "success" and self._counts(row, row.project, row.provider):
            self._publish(self._board.drop(lambda _, mark: _is_settled_by(row, mark)))
        elif row.state == "failed":
            failed = self._failed(row, folder, root_directory, deployed)
            self._server.tasks.spawn(failed, name="problems of a failed build")

    async def _failed(self, row: DeploymentRow, folder: Path, root_directory: str, deployed: Texts) -> None:
        log = f"{await self._server.deploying.documents.text(row.id)}{row.error}\n"
        opened = {path: list(document.lines) for path, document in self._open_in(folder).items()}
        found = await asyncio.to_thread(_read, log, folder, root_directory, opened, deployed)
        success = self._newest.get((row.project, row.provider), 0.0)
        if row.created_at < success or not self._counts(row, row.project, row.provider, row.target):
            return
        if not self._server.configuration.trusted or self._folder(row) is None:  # not any more
            return
        goal = Destination(project=row.project, host=row.provider, target=row.target)
        marks = [(each.path, self._mark(row, goal, each)) for each in found]
        changed = self._board.put(goal, marks)
        for file in changed:
            if (document := self._document(file.path.as_uri())) is not None:  # edited, or opened, while it was read
                self._board.settle(document.uri, document.lines)
        self._publish(changed)

    def _mark(self, row: DeploymentRow, goal: Destination, found: Found) -> Mark:
        return Mark(
            id=next(self._numbers),
            deployment=row.id,
            begun_at=row.created_at,
            destination=goal,
            spot=found.spot,
            tool=found.problem.tool,
            message=found.problem.message,
            severity=found.problem.severity,
            code=found.problem.code,
        )

    def _counts(self, row: DeploymentRow, *key: str) -> bool:
        """Whether none that was begun later has ended already."""
        if row.created_at < self._newest.get(key, 0.0):
            return False
        self._newest[key] = row.created_at
        return True

    async def _remember(self, key: str, folder: Path) -> None:
        """The texts on disk of open documents: what is edited from now on is not what is deployed."""
        texts = await asyncio.to_thread(_read_all, list(self._open_in(folder)))
        if key in self._deployed:
            self._deployed[key] |= {path: lines for path, lines in texts.items() if lines is not None}

    # What the client does ---------------------------------------------------------------------------------------------

    def opened(self, uri: str) -> None:
        """A document has come, with its own idea of the text."""
        document = self._document(uri)
        if document is None:
            return
        if self._board.settle(uri, document.lines):
            self._publish([file] if (file := self._board.find(uri)) else [], uri)
        path = _path(uri)
        for texts in self._deployed.values():
            if path is not None and path not in texts:
                texts[path] = list(document.lines)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """A document was edited; it is called for each key that is typed."""
        uri = params.text_document.uri
        file, document = self._board.find(uri), self._document(uri)
        if file is None or document is None:
            return
        moved = self._board.edited(uri, params.content_changes, document.lines)
        expected, fixed = self._fixes.get(unquote(uri), ([], frozenset[int]()))
        if fixed and len(expected) == len(document.lines) and expected == [body(line) for line in document.lines]:
            del self._fixes[unquote(uri)]
            moved = bool(self._board.drop(lambda _, mark: mark.id in fixed)) or moved
        if moved:
            self._publish([file])

    def fixing(self, proposal: Proposal, taken: Sequence[Taken]) -> None:
        """An edit is on its way to the client. Of a whole fix: when it is in, what it was made for is gone.

        Whether it helped only the next build can say, so it is not said that the problem is still there.
        """
        request = proposal.request
        if request is None or request.goal not in FIXES or any(file.pending for file in proposal.files):
            return
        for each in taken:
            file = self._board.find(each.uri)
            if file is None or each.uri != request.source.uri:
                continue
            moves = blocks(request.source.lines, each.base)
            wanted = {(moved_to(found.span.start_line, moves), found.message) for found in request.diagnostics}
            fixed = frozenset(mark.id for mark in file.marks if (mark.spot.line, mark.message) in wanted)
            self._fixes[unquote(each.uri)] = ([body(line) for line in apply(each.base, each.hunks)], fixed)

    def look(self) -> None:
        """Files that are not open may have changed, or be gone."""
        if self._board and (self._looking is None or self._looking.done()):
            self._looking = self._server.tasks.spawn(self._look(), name="look at files with problems")

    def refresh(self) -> None:
        """Folders or trust are others now."""
        folders = self._server.app.workspace.folders if self._server.configuration.trusted else ()
        self._publish(self._board.drop(lambda file, _: not any(file.path.is_relative_to(each) for each in folders)))

    # Private ----------------------------------------------------------------------------------------------------------
