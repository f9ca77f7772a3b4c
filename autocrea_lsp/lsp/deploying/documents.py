"""Logs of deployments as documents: by `workspace/textDocumentContent` where the client has it, else as a file of ours.

A document that is shown follows its log while the deployment runs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp

from autocrea_lsp.errors import UserError
from autocrea_lsp.lsp import client, wire
from autocrea_lsp.workspace import paths

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer

log = logging.getLogger(__name__)

REFRESH_S = 1.0  # between two looks at a log that grows: each is the whole log over the wire
_PAGE = 1_000  # lines in one question to the store
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class LogDocuments:
    """The logs that the client has as documents, by the deployment's id."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._shown: set[str] = set()
        self._refreshing: dict[str, asyncio.Task[None]] = {}

    async def text(self, key: str) -> str:
        """The whole log that the store has."""
        after, lines = 0, list[str]()
        while page := await self._server.app.store.deployment_log(key, after_seq=after, limit=_PAGE):
            lines += [each.text for each in page]
            after = page[-1].seq
        return "".join(f"{each}\n" for each in lines) or "There is no log of it yet.\n"

    async def content(self, uri: str) -> str:
        """What the client is answered for a document of our scheme. Raises UserError for any other."""
        parts = urlsplit(uri)
        name = unquote(parts.path).strip("/").removesuffix(".log")
        if parts.scheme != wire.LOG_SCHEME or not _ID.fullmatch(name):
            raise UserError("That is no log of a deployment.")
        self._shown.add(name)
        return await self.text(name)

    async def show(self, key: str) -> str | None:
        """Open it in the editor; its URI, or None where the client shows no documents."""
        if not self._server.client.show_document:
            return None
        if self._server.client.text_content:
            uri = f"{wire.LOG_SCHEME}:/{key}.log"
        else:
            try:
                uri = (await asyncio.to_thread(_write, key, await self.text(key))).as_uri()
            except OSError as error:
                log.warning("a log could not be shown as a document: %s", type(error).__name__)
                return None
        self._shown.add(key)
        params = lsp.ShowDocumentParams(uri=uri, take_focus=True)
        answer = await self._server.ask(lsp.WINDOW_SHOW_DOCUMENT, params)
        return uri if client.field(answer, "success") is True else None

    def changed(self, key: str) -> None:
        """Its log has more lines, or it has ended: the document is made anew, not more than once in `REFRESH_S`."""
        if key in self._shown and key not in self._refreshing:
            task = self._server.tasks.spawn(self._refresh(key), name="refresh a log")
            self._refreshing[key] = task
            task.add_done_callback(lambda _: self._refreshing.pop(key, None))

    async def _refresh(self, key: str) -> None:
        await asyncio.sleep(REFRESH_S)
        self._refreshing.pop(key, None)  # what comes from now on wants another one
        if self._server.client.text_content:
            params = lsp.TextDocumentContentRefreshParams(uri=f"{wire.LOG_SCHEME}:/{key}.log")
            await self._server.ask(lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH, params)
            return
        text = await self.text(key)
        try:
            await asyncio.to_thread(_write, key, text)
        except OSError as error:
            log.info("a shown log could not be written: %s", type(error).__name__)


def _write(key: str, text: str) -> Path:
    """The log as a file that only its owner can read, in place of the one of before."""
    if not _ID.fullmatch(key):
        raise UserError("That is no log of a deployment.")
    folder = paths.private(paths.private(paths.state_dir()) / "shown")
    path, new = folder / f"{key}.log", folder / f".{key}.{os.getpid()}"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
    return path
