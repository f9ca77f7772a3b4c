"""What the acts need of the client: the workspace as it is, documents as they are, consent, and edits applied."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from autocrea_lsp.assist.source import Source
from autocrea_lsp.assist.workspace import Workspace
from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import client, convert, wire
from autocrea_lsp.lsp.documents import Document
from autocrea_lsp.lsp.shapes import structure
from autocrea_lsp.lsp.workspace_edit import workspace_edit
from autocrea_lsp.text import split_lines
from autocrea_lsp.workspace import paths
from autocrea_lsp.workspace.exclude import Exclusions
from autocrea_lsp.workspace.places import Places, read_text

if TYPE_CHECKING:
    from autocrea_lsp.assist.proposal import File, Proposal, Taken
    from autocrea_lsp.lsp.progress import Token
    from autocrea_lsp.lsp.server import AutocreaServer

log = logging.getLogger(__name__)

CONSENT_S = 300.0  # to answer a question that stands between a proposal and its edit; silence is no
MAX_SHOWN = 4_000  # characters in a message
YES, NO = "Apply", "Do not apply"


class Acting:
    """Keeps `App.workspace` true, and gives what the features share."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._made_for: tuple[object, ...] | None = None
        self._with_tree: set[str] = set()  # documents in which somebody has looked for what can be done

    def refresh(self) -> None:
        """Folders, trust, locale or settings may have changed."""
        server = self._server
        folders = tuple(server.configuration.folders())
        gitignore = server.app.settings.privacy.gitignore
        wanted = (folders, server.configuration.trusted, server.client.locale, gitignore)
        if wanted == self._made_for:
            return
        self._made_for = wanted
        server.app.workspace = Workspace(
            folders=folders,
            trusted=server.configuration.trusted,
            locale=server.client.locale,
            exclusions=Exclusions(folders, gitignore=gitignore),
            places=Places(folders),
        )

    # Trees ------------------------------------------------------------------------------------------------------------

    def want_tree(self, uri: str) -> None:
        """Somebody looks for what can be done here: from now on a tree of the document is kept, made in pauses."""
        if uri not in self._with_tree:
            self._with_tree.add(uri)
            self.changed(uri)

    def changed(self, uri: str) -> None:
        """The document has another text. A key costs an entry in a table; who only types pays for no tree."""
        documents = self._server.protocol.documents
        document = documents.find(uri) if documents is not None and uri in self._with_tree else None
        if document is not None:
            self._server.app.trees.note(uri, document.version or 0, document.language_id or "", lambda: document.lines)

    def closed(self, uri: str) -> None:
        self._with_tree.discard(uri)
        self._server.app.trees.forget(uri)

    # Documents --------------------------------------------------------------------------------------------------------

    def document(self, uri: str) -> Document:
        """The open document. Raises UserError for one that is not open."""
        documents = self._server.protocol.documents
        found = documents.find(uri) if documents is not None else None
        if found is None:
            raise UserError("The document is not open.", hint="Open it and try again.")
        return found

    def source(self, uri: str) -> Source:
        """The open document's text as it is now. Raises UserError for one that is not open."""
        found = convert.source(self._server.protocol.documents, uri, self._server.app.workspace.folders)
        if found is None:
            raise UserError("The document is not open.", hint="Open it and try again.")
        return found

    async def any_source(self, uri: str) -> Source:
        """A document of the workspace, open or not; for what accompanies another one.

        Raises UserError for a file outside of the workspace, and for one that is kept out of other files' prompts.
        """
        workspace = self._server.app.workspace
        if not workspace.exclusions.in_context(uri):
            raise UserError("That file is kept from the model.", hint="An ignore file or its name says so.")
        found = convert.source(self._server.protocol.documents, uri, workspace.folders)
        if found is not None:
            return found
        path = workspace.places.check(uri)
        text = await asyncio.to_thread(read_text, path)
        from autocrea_lsp.assist.newfile import language_of  # the acts' modules are loaded when they are used

        return Source(
            uri=uri,
            version=None,
            language=language_of(path.name),
            lines=tuple(split_lines(text)),
            name=convert.shown_name(uri, workspace.folders),
        )

    def now(self, uri: str) -> tuple[Sequence[str], int | None] | None:
        """Lines and version of a document as it is: open, or else on disk; None when it is nowhere."""
        documents = self._server.protocol.documents
        found = documents.find(uri) if documents is not None else None
        if found is not None:
            return list(found.lines), found.version
        path = to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
        if path is None or not Path(path).exists():
            return None
        return split_lines(read_text(self._server.app.workspace.places.check(uri))), None

    # Answers ----------------------------------------------------------------------------------------------------------

    def stream(self, token: Token | None) -> Callable[[str], None] | None:
        """Sends each piece of text as a partial result; None when the client wants none."""
        if token is None:
            return None
        send = self._server.protocol.notify

        def tell(text: str) -> None:
            send(lsp.PROGRESS, lsp.ProgressParams(token=token, value={"text": text}))

        return tell

    def edit(self, taken: Sequence[Taken], *, confirm: str | None = None) -> dict[str, Any]:
        documents = self._server.protocol.documents
        encoding = documents.encoding if documents is not None else "utf-16"
        return workspace_edit(taken, self._server.client, encoding, confirm=confirm)

    async def consent(self, proposal: Proposal) -> bool:
        """Ask whether an edit that no checker vouches for may be applied. Silence and anything odd are no."""
        answer = await self._server.ask(
            lsp.WINDOW_SHOW_MESSAGE_REQUEST,
            lsp.ShowMessageRequestParams(
                type=lsp.MessageType.Warning,
                message=f"JoxCoder: {proposal.title}. {proposal.verdict.label}",
                actions=[lsp.MessageActionItem(title=NO), lsp.MessageActionItem(title=YES)],
            ),
            timeout_s=CONSENT_S,
        )
        return bool(client.field(answer, "title") == YES)

    def folder(self, uri: str | None) -> Path:
        """The workspace folder of that URI, or the first. Raises UserError for one that is none."""
        folders = self._server.app.workspace.folders
        if not folders:
            raise UserError("There is no workspace folder.", hint="Open the project's folder.")
        if uri is None:
            return folders[0]
        path = to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
        for folder in folders:
            if path is not None and Path(path) == folder:
                return folder
        raise UserError("That is no folder of this workspace.", hint="Leave it out for the first one.")

    async def show_text(self, name: str, markdown: str, text: str) -> None:
        """Show a text to somebody whose editor has no view for it: as a document, else in a message."""
        if self._server.client.show_document:
            try:
                path = await asyncio.to_thread(_kept, name, markdown)
            except OSError as error:
                log.warning("a text could not be shown as a document: %s", type(error).__name__)
            else:
                params = lsp.ShowDocumentParams(uri=path.as_uri(), take_focus=True)
                answer = await self._server.ask(lsp.WINDOW_SHOW_DOCUMENT, params)
                if client.field(answer, "success") is True:
                    return
        self._server.show(lsp.MessageType.Info, text[:MAX_SHOWN])

    async def apply(self, edit: dict[str, Any], label: str) -> bool:
        """Let the client apply an edit. False when it says no, says nothing, or cannot."""
        if not self._server.client.apply_edit:
            return False
        params = lsp.ApplyWorkspaceEditParams(label=label, edit=structure(edit, lsp.WorkspaceEdit, strict=False))
        answer = await self._server.ask(lsp.WORKSPACE_APPLY_EDIT, params)
        return client.field(answer, "applied") is True


def _kept(name: str, text: str) -> Path:
    """The text as a file of ours that only its owner can read; one of each name, the last."""
    folder = paths.private(paths.state_dir()) / "shown"
    paths.private(folder)
    path = folder / f"{name}.md"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else text + "\n")
    return path


def proposal_shape(proposal: Proposal) -> wire.Proposal:
    return wire.Proposal(
        id=proposal.id,
        title=proposal.title,
        status=proposal.verdict.status,
        label=proposal.verdict.label,
        explanation=proposal.explanation,
        files=[_file_shape(file) for file in proposal.files],
        tokensUsed=proposal.took.tokens,
        costMicros=proposal.took.cost_micros,
    )


def _file_shape(file: File) -> wire.ProposedFile:
    return wire.ProposedFile(
        uri=file.uri,
        version=file.version,
        languageId=file.language,
        isNew=file.is_new,
        original="".join(file.base),
        proposed="".join(file.proposed),
        hunks=[
            wire.Hunk(
                id=part.id,
                startLine=part.start,
                endLine=part.end,
                oldText="".join(part.old),
                newText="".join(part.new),
                state=part.state,
            )
            for part in file.parts
        ],
    )
