"""What the rest of the program leaves for the writer's thread: a bounded queue and the things in it.

Putting is safe from any thread, never waits and never raises. Order is kept between writes and questions, so a
question sees every row that was recorded before it. When there are too many writes the oldest request, chat message or
piece of a log is dropped; preferences, questions, changes and flushes never are.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from autocrea_lsp.store.values import Mode
from autocrea_lsp.store.writes import Accept, AppendLog, Record, SaveMessage, SetPreference, TouchProject, Write

if TYPE_CHECKING:
    from autocrea_lsp.store.disk import Connection

T = TypeVar("T")

CAPACITY = 10_000  # writes: hours of typing, about 10 MB
_BATCH = 100  # writes in one transaction: one fsync-free commit is about 0.1 ms, a hundred cost little more
_LINGER_S = 0.2  # how long a lone write waits for others; what a kill may lose


class Answer(Future[T]):
    """A future for both worlds: `.result(timeout)` in a thread, `await` on an event loop."""

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.wrap_future(self).__await__()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[T]):
    """A question; `default` is the answer when nothing can be read."""

    ask: Callable[[Connection], T]
    default: T
    answer: Answer[T] = field(default_factory=Answer)

    def settle(self, value: T) -> None:
        """Give the answer, unless it was given or is no longer wanted."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_result(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[T]):
    """A question that writes, in a transaction of its own: the answer, and what another database must be told of it.

    `withdrawable`: who cancels the answer before it was begun does not want it done.
    """

    ask: Callable[[Connection], tuple[T, Sequence[Write]]]
    default: T
    withdrawable: bool = True
    answer: Answer[T] = field(default_factory=Answer)

    def begin(self) -> bool:
        """Whether it is to be done; if it could be withdrawn, from here on its answer cannot be cancelled."""
        return not self.withdrawable or self.answer.set_running_or_notify_cancel()

    def settle(self, value: T) -> None:
        """As for a `Read`."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_result(value)


@dataclass(slots=True, kw_only=True)
class Flush:
    """Set when every write before it is settled; `saved` says that none was lost."""

    done: threading.Event = field(default_factory=threading.Event)
    saved: bool = False

    def settle(self, *, saved: bool) -> None:
        if not self.done.is_set():
            self.saved = saved
            self.done.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """Settings from here on in the queue: `redact` None keeps no text of requests, `retention_days` 0 everything.

    `redactor` is for what is text in any case: None keeps no chat, and logs as they come.
    """

    retention_days: int
    redact: Callable[[str], str] | None
    redactor: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The last thing in the queue."""


Control = Read[Any] | Change[Any] | Flush | Configure | Stop


@dataclass(slots=True, kw_only=True)
class Health:
    """How the store is; written by its thread, read by any."""

    mode: Mode = "disk"
    problem: str | None = None  # what is wrong now, in words for a person


class Inbox:
    """The queue between any thread and the writer's."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._items: deque[Write | Control] = deque()
        self._writes = 0
        self._urgent = False
        self._changed = threading.Condition()
        self._closed = False
        self._dropped = 0

    def put(self, item: Write | Control) -> bool:
        """Leave it for the writer; False when nobody will come for it (a question then has its default)."""
        with self._changed:
            if not self._closed:
                if isinstance(item, Write):
                    if self._writes >= self._capacity:
                        self._drop_oldest()
                    self._writes += 1
                self._urgent = self._urgent or not isinstance(item, SetPreference | TouchProject | Configure)
                self._closed = isinstance(item, Stop)
                self._items.append(item)
                self._changed.notify()
                return True
        _leave(item)
        return False

    def wait_for_work(self, timeout_s: float) -> None:
        """Until there is more than what a server notes while it starts, or `timeout_s` has passed; takes nothing."""
        with self._changed:
            self._changed.wait_for(lambda: self._urgent, timeout_s)

    def take(self, timeout_s: float | None, *, batch: int = _BATCH, linger_s: float = _LINGER_S) -> Batch:
        """The next writes, at most `batch`, and what came after them; nothing if `timeout_s` passed.

        A lone write waits up to `linger_s` for others; a question, a flush or a stop ends that wait.
        """
        writes: list[Write] = []
        with self._changed:
            self._changed.wait_for(lambda: self._items, timeout_s)
            deadline = time.monotonic() + linger_s
            while self._items or (writes and self._changed.wait_for(lambda: self._items, deadline - time.monotonic())):
                item = self._items[0]
                if isinstance(item, Write):
                    if len(writes) >= batch:
                        break
                    self._writes -= 1
                    writes.append(item)
                    self._items.popleft()
                else:
                    self._items.popleft()
                    return Batch(writes=writes, control=item)
        return Batch(writes=writes, control=None)

    def take_dropped(self) -> int:
        """How many writes were dropped since this was asked last."""
        with self._changed:
            dropped, self._dropped = self._dropped, 0
        return dropped

    def close(self) -> None:
        """Nobody takes any more: questions get their default, now and from here on."""
        with self._changed:
            self._closed = True
            left, self._writes = list(self._items), 0
            self._items.clear()
        for item in left:
            _leave(item)

    def _drop_oldest(self) -> None:
        for index, item in enumerate(self._items):
            if isinstance(item, Record | Accept | SaveMessage | AppendLog):
                del self._items[index]
                self._writes -= 1
                self._dropped += 1
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What `take` gives; `release` lets go of who still waits, however the work on it ended."""

    writes: list[Write]
    control: Control | None

    def release(self) -> None:
        if self.control is not None:
            _leave(self.control)


def _leave(item: Write | Control) -> None:
    """Nobody will look at it any more: whoever waits for it is let go."""
    if isinstance(item, Read | Change):
        item.settle(item.default)
    elif isinstance(item, Flush):
        item.settle(saved=False)
