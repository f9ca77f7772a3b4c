"""Whose turn it is: one request in the model at any time, and the newest one wins.

Nothing here knows what a request does; the one who holds the turn asks `check` wherever it can stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from autocrea_lsp.errors import StaleRequest


class Turn:
    """A place in the queue. `real`: somebody waits for an answer; otherwise it only prepares for one."""

    __slots__ = ("go", "real", "stale")

    def __init__(self, *, real: bool) -> None:
        self.real = real
        self.stale = False
        self.go: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def check(self) -> None:
        """Raises StaleRequest when a newer request wants the model."""
        if self.stale:
            raise StaleRequest("a newer request has come")


class Turns:
    """At most one turn runs, at most one of each sort waits.

    A new real request makes everything before it stale; a new preparation only older preparations. They are served
    in the order of their coming, so that a preparation waits until a real request before it is done.
    """

    def __init__(self) -> None:
        self._running: Turn | None = None
        self._waiting: list[Turn] = []

    @asynccontextmanager
    async def take(self, *, real: bool) -> AsyncIterator[Turn]:
        """Wait for the turn and hold it. Raises StaleRequest when a newer request comes before it is given."""
        turn = Turn(real=real)
        self._displace_for(turn)
        self._waiting.append(turn)
        if self._running is None:
            self._give_next()
        try:
            await turn.go
            turn.check()
            yield turn
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)
            if self._running is turn:
                self._give_next()

    def _displace_for(self, newer: Turn) -> None:
        for older in (*self._waiting, *([self._running] if self._running else [])):
            if newer.real or not older.real:
                older.stale = True
                if older in self._waiting:  # it need not wait to hear of it
                    self._waiting.remove(older)
                    if not older.go.done():
                        older.go.set_result(None)

    def _give_next(self) -> None:
        # A cancelled waiter leaves the list in its own `finally`, which may still be to come: pass over it.
        self._running = next((turn for turn in self._waiting if not turn.go.done()), None)
        if self._running is not None:
            self._waiting.remove(self._running)
            self._running.go.set_result(None)
