"""A blocking generator of bytes, driven from the loop: each piece is made in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator


async def in_threads(source: Generator[bytes, None, None]) -> AsyncGenerator[bytes, None]:
    """Its pieces but the empty ones. Closing it never waits, and what the generator holds is let go all the same."""
    steps = _Steps(source)
    try:
        while (piece := await asyncio.to_thread(steps.next)) is not None:
            if piece:
                yield piece
    finally:
        steps.close()


class _Steps:
    """A generator that may be closed while a thread is in it.

    Who is cancelled while it waits for a piece leaves the thread behind, which reads on. Were the file closed then, its
    number could be another's by the time it is read from: so it is closed by whoever is the last to be in it.
    """

    def __init__(self, source: Generator[bytes, None, None]) -> None:
        self._source = source
        self._inside = threading.Lock()
        self._closed = False

    def next(self) -> bytes | None:
        with self._inside:
            piece = None if self._closed else next(self._source, None)
        if self._closed:
            self.close()
        return piece

    def close(self) -> None:
        self._closed = True
        if self._inside.acquire(blocking=False):
            try:
                self._source.close()
            finally:
                self._inside.release()
