"""Lets a local model read the window around the caret before it is asked: when a file is opened, and in pauses.

One timer, moved by each key: a key costs an assignment, not a task.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.lsp import convert

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer

IDLE_S = 0.4  # without a change before reading ahead: longer than the gap between two keys


class ReadAhead:
    """The place that is read next. Only the newest counts."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._place: tuple[str, lsp.Position] | None = None
        self._due = 0.0  # when nothing has changed for long enough (loop time)
        self._timer: asyncio.TimerHandle | None = None

    def soon(self, uri: str, position: lsp.Position) -> None:
        """Read around there when typing pauses."""
        self._place, self._due = (uri, position), self._loop.time() + IDLE_S
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._fire)

    def now(self, uri: str, position: lsp.Position) -> None:
        """Read around there at once."""
        self._server.tasks.spawn(self._read(uri, position), name="read ahead")

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _fire(self) -> None:
        self._timer = None
        if self._loop.time() < self._due:  # keys came meanwhile
            self._timer = self._loop.call_at(self._due, self._fire)
        elif self._place is not None:
            self.now(*self._place)

    async def _read(self, uri: str, position: lsp.Position) -> None:
        await self._server.configuration.loaded.wait()
        snapshot = convert.snapshot(self._server.protocol.documents, uri, position)
        if snapshot is None:
            return
        try:
            await self._server.latest.run("read ahead", object(), lambda: self._server.app.completer.prewarm(snapshot))
        except AutocreaError:
            return  # it was only a service; the request that needs it will tell
