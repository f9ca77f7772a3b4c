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
from autocrea_lsp.text import Encoding, body

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
        self._stale = False  # something may have changed since the disk was looked at last

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
        if (file := self._board.settle(uri, document.lines)) is not None:
            self._publish([file])
        path = _path(uri)
        for texts in self._deployed.values():
            if path is not None and path not in texts:
                texts[path] = list(document.lines)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """A document was edited; it is called for each key that is typed."""
        uri = params.text_document.uri
        file = self._board.find(uri)
        document = self._document(uri) if file is not None else None
        if file is None or document is None:
            return
        before = file.marks
        self._board.edited(uri, params.content_changes, document.lines)
        if self._is_fixed(uri, document):
            _, fixed = self._fixes.pop(unquote(uri))
            self._board.drop(lambda _, mark: mark.id in fixed)
        if file.marks != before:
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
        if not self._board:
            return
        self._stale = True
        if self._looking is None or self._looking.done():
            self._looking = self._server.tasks.spawn(self._look(), name="look at files with problems")

    def refresh(self) -> None:
        """Folders or trust are others now."""
        folders = self._server.app.workspace.folders if self._server.configuration.trusted else ()
        self._publish(self._board.drop(lambda file, _: not any(file.path.is_relative_to(each) for each in folders)))

    # Private ----------------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while self._stale and self._board:
            self._stale = False
            files = self._board.all()
            there = await asyncio.to_thread(_read_all, [file.path for file in files])
            changed = []
            for file in files:
                uri, lines = file.path.as_uri(), there[file.path]
                document = self._document(uri)
                if document is not None and lines is not None:
                    lines = document.lines  # what is on disk is not what is shown
                changed.append(self._board.settle(uri, lines))
            self._publish([file for file in changed if file is not None])

    def _publish(self, files: Iterable[Marked]) -> None:
        """Tell the client all that these files have; of the same problem found at two hosts, one."""
        server = self._server
        documents = server.protocol.documents
        if documents is None or not server.protocol.accepts_messages:
            return
        for file in files:
            uri = file.path.as_uri()
            document = documents.find(uri)
            shown = {(each.spot.line, each.spot.column, each.tool, each.message): each for each in file.marks}
            found = [_diagnostic(each, documents.encoding) for _, each in sorted(shown.items())]
            params = lsp.PublishDiagnosticsParams(uri=document.uri if document else uri, diagnostics=found)
            server.text_document_publish_diagnostics(params)
            if not found:
                self._fixes.pop(unquote(uri), None)
        self._watched.files(file.path for file in self._board.all())

    def _is_fixed(self, uri: str, document: Document) -> bool:
        expected, _ = self._fixes.get(unquote(uri), (None, None))
        same = expected is not None and len(expected) == len(document.lines)
        return same and expected == [body(line) for line in document.lines]

    def _document(self, uri: str) -> Document | None:
        documents = self._server.protocol.documents
        return documents.find(uri) if documents is not None else None

    def _open_in(self, folder: Path) -> dict[Path, Document]:
        documents = self._server.protocol.documents
        uris = [each.uri for each in documents.text_documents.values()] if documents is not None else []
        found = {path: self._document(uri) for uri in uris if (path := _path(uri)) is not None}
        return {path: each for path, each in found.items() if each is not None and path.is_relative_to(folder)}

    def _folder(self, row: DeploymentRow) -> Path | None:
        """The open folder that it was deployed from."""
        folders = self._server.app.workspace.folders
        return next((each for each in folders if project_label(each.name, root_hash(str(each))) == row.project), None)


def _is_settled_by(row: DeploymentRow, mark: Mark) -> bool:
    same = (mark.destination.project, mark.destination.host) == (row.project, row.provider)
    return same and mark.begun_at <= row.created_at


def _diagnostic(mark: Mark, encoding: Encoding) -> lsp.Diagnostic:
    return lsp.Diagnostic(
        range=wire_range(mark.spot, encoding),
        message=convert.of_build(mark.tool, mark.message),
        severity=_SEVERITIES[mark.severity],
        code=mark.code or None,
        source=convert.BUILD,
        data={"deployment": mark.deployment},
    )


def _path(uri: str) -> Path | None:
    path = to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
    return Path(path) if path else None


def _read(log: str, folder: Path, root_directory: str, opened: Texts, deployed: Texts) -> list[Found]:
    from autocrea_lsp.lsp.deploying.reading import place, read_log  # loads the parser of logs

    return place(read_log(log, folder, root_directory), folder, opened=opened, deployed=deployed)


def _read_all(paths: Sequence[Path]) -> dict[Path, list[str] | None]:
    from autocrea_lsp.lsp.deploying.reading import lines_of

    return {path: lines_of(path) for path in paths}
