"""Sending the folder: one gzipped tar in one request, made while it is sent, so that no size of it is in memory.

The archive's end is held back until it is in our books that the deployment may exist from now on. What went out before
is no archive, of which Railway makes nothing; so breaking off is safe as long as the files go.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.bundle import Bundle, archive
from autocrea_lsp.deploy.errors import TooLarge
from autocrea_lsp.deploy.railway.api import Api, Uploaded

PREFIX = "./"  # of names in the archive, as their own client writes them
TELL_S = 0.1  # between two words about how far it is: an editor draws each of them
_NAMED = 3  # of the largest files and folders, where it was too much


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPiece:
    """All but the archive's end has gone out. It follows as soon as the next event is asked for."""


class Tally:
    """How much of the files has been packed; what is packed goes out at once."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._taken = 0
        self.moved = asyncio.Event()
        self.held = False  # the end is held back
        self.go = asyncio.Event()  # let it follow

    async def counted(self) -> AsyncGenerator[bytes, None]:
        """The archive. Raises FileChanged."""
        self._taken = 0
        before = b""
        async with contextlib.aclosing(archive(self._bundle, prefix=PREFIX, took=self._took)) as pieces:
            async for piece in pieces:
                if before:
                    yield before
                before = piece
                self.moved.set()
        self.held = True
        self.moved.set()
        await self.go.wait()
        yield before

    def sent(self, *, whole: bool = False) -> Sent:
        total, count = self._bundle.total_bytes, len(self._bundle.files)
        done = total if whole else min(self._taken, total)
        files = count if whole or not total else int(count * done / total)
        return Sent(files=files, total_files=count, bytes=done, total_bytes=total)

    def _took(self, count: int) -> None:
        self._taken += count


async def upload(
    api: Api, bundle: Bundle, *, project: str, environment: str, service: str, mark: str
) -> AsyncGenerator[Sent | LastPiece | Uploaded, None]:
    """How far it is, once `LastPiece`, and last what they made of it. Raises TooLarge, FileChanged, OutcomeUnknown.

    Closing the iterator breaks the request off.
    """
    tally = Tally(bundle)
    # A task of its own: the request goes on while the caller handles what we yield.
    task = asyncio.create_task(api.upload(project, environment, service, mark, tally.counted), name="upload")
    task.add_done_callback(lambda _task: tally.moved.set())
    loop = asyncio.get_running_loop()
    try:
        yield tally.sent()
        told_at = loop.time()
        while not task.done():
            await tally.moved.wait()
            tally.moved.clear()
            if tally.held and not tally.go.is_set():
                yield tally.sent(whole=True)
                yield LastPiece()
                tally.go.set()
            elif loop.time() - told_at >= TELL_S and not (task.done() or tally.held):
                yield tally.sent()
                told_at = loop.time()
        try:
            made = await task
        except TooLarge as error:
            raise TooLarge(
                f"Railway does not take the upload: the files have {bundle.total_bytes / 1e6:,.1f} MB together. "
                f"Most is in {', '.join(largest(bundle))}.",
                hint="Leave out what it does not need, with .railwayignore or .gitignore, then deploy again.",
                status=error.status,
                code=error.code,
            ) from None
        yield made
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # raised above, or moot


def largest(bundle: Bundle) -> list[str]:
    """The folders and files at the top that hold most, with their sizes."""
    sizes: dict[str, int] = {}
    for file in bundle.files:
        top, slash, _rest = file.name.partition("/")
        sizes[top + slash] = sizes.get(top + slash, 0) + file.size
    names = sorted(sizes, key=lambda name: -sizes[name])[:_NAMED]
    return [f"{name} ({sizes[name] / 1e6:,.1f} MB)" for name in names]
