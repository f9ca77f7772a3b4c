"""A generator in threads: nothing is closed under a thread that still uses it, and nothing stays open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator

from autocrea_lsp.deploy.bundle.threaded import in_threads


class Source:
    """A generator whose second piece takes until it is let go, and what has become of it."""

    def __init__(self) -> None:
        self.inside, self.go, self.closed = threading.Event(), threading.Event(), threading.Event()
        self.closed_inside = False

    def pieces(self) -> Generator[bytes, None, None]:
        try:
            yield b"first"
            yield b""
            self.inside.set()
            assert self.go.wait(10)
            self.closed_inside = self.closed.is_set()
            yield b"second"
        finally:
            self.closed.set()


async def test_all_pieces_come_but_the_empty_ones() -> None:
    source = Source()
    source.go.set()
    assert [piece async for piece in in_threads(source.pieces())] == [b"first", b"second"]
    assert source.closed.is_set()


async def test_closing_between_pieces_closes_at_once() -> None:
    source = Source()
    pieces = in_threads(source.pieces())
    assert await anext(pieces) == b"first"
    await pieces.aclose()
    assert source.closed.is_set()


async def test_what_is_closed_while_a_thread_is_in_it_is_closed_by_that_thread() -> None:
    source = Source()
    pieces = in_threads(source.pieces())
    assert await anext(pieces) == b"first"
    waiting = asyncio.ensure_future(anext(pieces))
    assert await asyncio.to_thread(source.inside.wait, 10)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    assert not source.closed.is_set()
    source.go.set()
    assert await asyncio.to_thread(source.closed.wait, 10)
    assert not source.closed_inside
