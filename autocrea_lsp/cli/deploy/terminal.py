"""The person at the terminal: is there one, what do they choose, and Ctrl-C as an event rather than an end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator

from autocrea_lsp.deploy.base import Question

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def somebody_there() -> bool:
    """Whether questions can be asked: both what is typed and what is shown is a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Interrupts:
    """Ctrl-C and the signals that end a program, counted instead of obeyed."""

    def __init__(self) -> None:
        self._came = asyncio.Event()
        self.last: int | None = None  # the number of the last one

    async def wait(self) -> None:
        """Until one has come that nobody has taken."""
        await self._came.wait()

    def take(self) -> int:
        """Its number; it is dealt with."""
        self._came.clear()
        return self.last or signal.SIGINT

    def note(self, number: int) -> None:
        self.last = number
        self._came.set()

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        caught = []
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, self.note, number)
                caught.append(number)
            except (RuntimeError, ValueError):  # Windows has none of it; nor has a thread that is not the main one
                continue
        try:
            yield
        finally:
            for number in caught:
                loop.remove_signal_handler(number)


async def choose(question: Question) -> str | None:
    """Ask on the terminal. Enter means the first choice; what is none of them, and the end of the input, nothing."""
    if not somebody_there():
        return None
    print(f"\n{question.text}", file=sys.stderr)  # noqa: T201  # the command line's own output
    for number, choice in enumerate(question.choices, 1):
        print(f"  {number}) {choice}", file=sys.stderr)  # noqa: T201
    print("Number [1]: ", end="", file=sys.stderr, flush=True)  # noqa: T201
    line = await _line()
    if line is None:
        return None
    text = line.strip() or "1"
    if text.isdecimal() and 1 <= int(text) <= len(question.choices):
        return question.choices[int(text) - 1]
    return next((choice for choice in question.choices if choice.casefold() == text.casefold()), None)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _line() -> str | None:
    """A line from the terminal, None at its end. It can be cancelled: no thread is left waiting for a key."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(sys.stdin.fileno(), _settle, ready)
    except RuntimeError:  # Windows has no such thing
        return await asyncio.to_thread(sys.stdin.readline) or None
    try:
        await ready
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline() or None  # a terminal gives whole lines
