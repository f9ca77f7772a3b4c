"""Sending the files that the host lacks, several at a time, each digest once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass

from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.errors import TooLarge
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.together import together

AT_ONCE = 10  # leaves time for who types meanwhile: with thirty, one completion in twenty waits 30 ms longer
ALONE_AT_ONCE = 50  # as many as the vendor's own client has in flight

TELL_S = 0.1  # between two words about how far it is: an editor draws each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A content to send. `open` makes its bytes anew for each attempt."""

    name: str  # of a file that has it
    size: int
    open: Callable[[], AsyncGenerator[bytes, None]]


class _Tally:
    """What has been sent so far; a repeated attempt counts its bytes once."""

    def __init__(self, uploads: Mapping[str, Upload]) -> None:
        self._uploads = uploads
        self._bytes = dict.fromkeys(uploads, 0)
        self._files = 0
        self._sent_bytes, self._total_bytes = 0, sum(upload.size for upload in uploads.values())
        self.moved = asyncio.Event()

    def sent(self) -> Sent:
        return Sent(
            files=self._files,
            total_files=len(self._uploads),
            bytes=self._sent_bytes,
            total_bytes=self._total_bytes,
        )

    async def counted(self, digest: str) -> AsyncGenerator[bytes, None]:
        self._count(digest, 0)
        async with contextlib.aclosing(self._uploads[digest].open()) as pieces:
            async for piece in pieces:
                yield piece
                self._count(digest, self._bytes[digest] + len(piece))

    def done(self, digest: str) -> None:
        self._files += 1
        self._count(digest, self._uploads[digest].size)

    def _count(self, digest: str, sent_bytes: int) -> None:
        self._sent_bytes += sent_bytes - self._bytes[digest]
        self._bytes[digest] = sent_bytes
        self.moved.set()


async def upload(
    api: Api, account: str, uploads: Mapping[str, Upload], *, at_once: int = AT_ONCE
) -> AsyncGenerator[Sent, None]:
    """Send them; how far it is, now and then while it moves. `uploads` by SHA-1 (hex).

    The first that is refused for good stops the others: TooLarge names its file; FileChanged comes through. Closing the
    iterator stops them too.
    """
    tally = _Tally(uploads)

    async def send(digest: str) -> None:
        each = uploads[digest]
        try:
            await api.upload(account, digest, each.size, lambda: tally.counted(digest))
        except TooLarge as error:
            raise TooLarge(
                f"Vercel does not take {each.name}: it has {each.size / 1e6:.1f} MB.",
                hint="Leave it out with .vercelignore, or make it smaller.",
                status=error.status,
                code=error.code,
            ) from None
        tally.done(digest)

    # A task of its own: a task group may not be open while the caller handles what we yield.
    largest_first = sorted(uploads, key=lambda digest: -uploads[digest].size)
    task = asyncio.create_task(together(send, largest_first, at_once=at_once))
    task.add_done_callback(lambda _task: tally.moved.set())
    loop = asyncio.get_running_loop()
    try:
        yield tally.sent()
        told_at = loop.time()
        while not task.done():
            await tally.moved.wait()
            tally.moved.clear()
            if task.done() or loop.time() - told_at >= TELL_S:
                yield tally.sent()
                told_at = loop.time()
        await task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # raised above, or moot
