"""Has the client say when files change that it does not have open, where it can watch them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer

_ID = "autocrea-failed-builds"
_SPECIAL = re.compile(r"[\[\]{}*?!\\]")  # in a glob; files are called `[id].tsx`


class Watched:
    """The files that are watched: of each their name in any folder, as every client's globs can say."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._wanted: frozenset[str] = frozenset()
        self._told: frozenset[str] = frozenset()
        self._telling: asyncio.Task[None] | None = None

    def files(self, paths: Iterable[Path]) -> None:
        """Watch these from now on, and no others."""
        if not self._server.client.watched_files_dynamic:
            return
        self._wanted = frozenset(f"**/{_SPECIAL.sub('?', path.name)}" for path in paths)
        if self._wanted != self._told and (self._telling is None or self._telling.done()):
            self._telling = self._server.tasks.spawn(self._tell(), name="watch files with problems")

    async def _tell(self) -> None:
        """One question after the other: a client must not hear of two registrations of one id."""
        while self._wanted != self._told:
            wanted, told = self._wanted, self._told
            if told:
                gone = lsp.Unregistration(id=_ID, method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
                params = lsp.UnregistrationParams(unregisterations=[gone])
                await self._server.ask(lsp.CLIENT_UNREGISTER_CAPABILITY, params)
            if wanted:
                watchers = [lsp.FileSystemWatcher(glob_pattern=each) for each in sorted(wanted)]
                registration = lsp.Registration(
                    id=_ID,
                    method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    register_options=lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
                )
                params_ = lsp.RegistrationParams(registrations=[registration])
                await self._server.ask(lsp.CLIENT_REGISTER_CAPABILITY, params_)
            self._told = wanted
