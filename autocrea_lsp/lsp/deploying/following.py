"""What one deployment shows while it runs: a progress of the server's own making, until its end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from autocrea_lsp.lsp.deploying.ending import where
from autocrea_lsp.lsp.progress import background

if TYPE_CHECKING:
    from collections.abc import Callable

    from autocrea_lsp.deploy.jobs import Update
    from autocrea_lsp.lsp.server import AutocreaServer

TICK_S = 1.0  # between reports while nothing happens: the time that has passed is shown
GOES_ON = "it goes on without being watched here"


class Following:
    """The progress of a deployment, from its first update on. `notices` are those that came meanwhile."""

    def __init__(self, server: AutocreaServer, first: Update, on_cancel: Callable[[], None]) -> None:
        self._server = server
        self._last = first
        self._news = asyncio.Event()
        self._over = False
        self._ended_by = ""  # what the progress says at its end
        self._on_cancel = on_cancel
        self.notices: list[str] = []
        self.told = True  # the user wants to hear how it ended
        self.note(first)
        if server.client.work_done_progress and not first.finished:
            server.tasks.spawn(self._show(), name="deployment's progress")

    def note(self, update: Update) -> None:
        """The newest of what is known. The last one, `finished`, ends the progress."""
        self._last = update
        self.notices += [each for each in update.notices if each not in self.notices]
        if update.finished:
            self._end(update.row.state)
        self._news.set()

    def leave(self) -> None:
        """End the progress, not the deployment, of which nothing more is said."""
        self.told = False
        self._end(GOES_ON)

    def _end(self, text: str) -> None:
        if not self._over:
            self._over, self._ended_by = True, text
            self._news.set()

    async def _show(self) -> None:
        title = f"Deploying to {where(self._last.row)}"
        async with background(self._server, title, self._on_cancel) as progress:
            progress.end = GOES_ON  # where the server ends before the deployment does
            while not self._over:
                progress.report(self._line(), self._last.percent)
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), TICK_S)
            progress.end = self._ended_by

    def _line(self) -> str:
        """One line: what it does, how many files have gone, how long it has taken."""
        last = self._last
        text = last.text or last.row.detail or last.row.state
        if last.sent is not None and last.row.state == "uploading" and "/" not in text:
            text = f"{text}, {last.sent.files}/{last.sent.total_files} files"
        return f"{text} ({in_clock(time.time() - last.row.created_at)})"


def in_clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
