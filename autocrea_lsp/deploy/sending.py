"""Sending contents to a host, several at a time, each once; how far it is, now and then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.together import together

TELL_S = 0.1  # between two words about how far it is: an editor draws each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A content to send. `open` makes its bytes anew for each attempt."""

    name: str  # of a file that has it
    size: int
    open: Callable[[], AsyncGenerator[bytes, None]]


Put = Callable[[str, Upload, Callable[[], AsyncIterator[bytes]]], Awaitable[None]]
"""One request, with all of its attempts: is given the digest, what it is of, and what makes its bytes (counted)."""


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


async def send_all(uploads: Mapping[str, Upload], put: Put, *, at_once: int) -> AsyncGenerator[Sent, None]:
    """Send them, by digest; how far it is, now and then while it moves.

    The first that fails for good stops the others, and its error comes through. Closing the iterator stops them too.
    """
    tally = _Tally(uploads)

    async def send(digest: str) -> None:
        await put(digest, uploads[digest], lambda: tally.counted(digest))
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
