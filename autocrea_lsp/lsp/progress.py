"""`async with work(ls, "Installing", token) as progress:` begins, reports, ends exactly once, and can be cancelled.

`background` is the same for work that is not the block itself: its Cancel is told to somebody, and the block goes on.

Two ways to cancel end the same work: `$/cancelRequest` (the request is answered -32800) and the progress's own
Cancel (the request is answered with null). A client without progress gets none, and the work is the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autocrea_lsp.lsp.boundary import CancelledByUserError

if TYPE_CHECKING:
    from autocrea_lsp.lsp.server import AutocreaServer

log = logging.getLogger(__name__)

CREATE_TIMEOUT_S = 3.0  # some clients never answer window/workDoneProgress/create
REPORT_INTERVAL_S = 0.1  # ten reports a second are as many as anyone reads

Token = str | int


class Work:
    """What the work tells of itself. Without a token everything is silent."""

    def __init__(self, server: AutocreaServer, token: Token | None) -> None:
        self._server = server
        self._token = token
        self._percent = 0
        self._next_report = 0.0
        self.end = ""  # of `background`: what its end says

    def report(self, message: str, percent: int | None = None) -> None:
        """Percentages never go back; reports that come too fast are dropped."""
        if self._token is None or (now := time.monotonic()) < self._next_report:
            return
        self._next_report = now + REPORT_INTERVAL_S
        if percent is not None:
            self._percent = max(self._percent, min(percent, 100))
            percent = self._percent
        value = lsp.WorkDoneProgressReport(message=message, percentage=percent, cancellable=True)
        self._server.work_done_progress.report(self._token, value)


@asynccontextmanager
async def work(server: AutocreaServer, title: str, token: Token | None = None) -> AsyncIterator[Work]:
    """Progress for the block. `token` is the client's own (`workDoneToken`), else one is created where allowed."""
    token = await _token(server, token)
    if token is None:
        yield Work(server, None)
        return
    progress = server.work_done_progress
    begin = lsp.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0)
    progress.begin(token, begin)
    task = asyncio.current_task()
    assert task is not None  # an async context manager runs in a task
    by_user = False

    def cancel(_: object) -> None:
        nonlocal by_user
        by_user = True
        task.cancel()

    progress.tokens[token].add_done_callback(cancel)
    end = "failed"
    try:
        yield Work(server, token)
        end = "done"
    except asyncio.CancelledError:
        end = "cancelled"
        if by_user and task.uncancel() == 0:
            raise CancelledByUserError(f"{title}: cancelled") from None
        raise
    finally:
        progress.tokens.pop(token, None)
        progress.end(token, lsp.WorkDoneProgressEnd(message=end))


@asynccontextmanager
async def background(server: AutocreaServer, title: str, on_cancel: Callable[[], None]) -> AsyncIterator[Work]:
    """Progress of work that goes on by itself. `on_cancel` is called each time that the user presses its Cancel."""
    token = await _token(server, None)
    told = Work(server, token)
    if token is None:
        yield told
        return
    progress = server.work_done_progress
    progress.begin(token, lsp.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))

    def arm() -> None:
        pressed: Future[None] = Future()
        pressed.add_done_callback(cancelled)
        progress.tokens[token] = pressed

    def cancelled(_: object) -> None:
        arm()  # what it asked for may fail, and is then asked for once more
        on_cancel()

    arm()
    try:
        yield told
    finally:
        progress.tokens.pop(token, None)
        progress.end(token, lsp.WorkDoneProgressEnd(message=told.end or None))


async def _token(server: AutocreaServer, token: Token | None) -> Token | None:
    """The client's token, or a new one that it has accepted, or None."""
    if token is not None:
        return None if token in server.work_done_progress.tokens else token
    if not server.client.work_done_progress:
        return None
    token = str(uuid.uuid4())
    create = server.protocol.send_request_async(
        lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, lsp.WorkDoneProgressCreateParams(token=token)
    )
    with contextlib.suppress(TimeoutError):
        try:
            await asyncio.wait_for(asyncio.shield(create), CREATE_TIMEOUT_S)
            return token
        except (asyncio.CancelledError, TimeoutError):
            raise
        except Exception as error:  # boundary: the client refused, in whatever way
            log.info("the client refused a progress token: %s", type(error).__name__)
    return None
