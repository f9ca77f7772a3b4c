"""Work that outlives its request, and requests of which only the newest counts."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


def is_alive(pid: int) -> bool:
    """Whether a process of that id runs. Windows cannot be asked this way (a signal would end it): always yes."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


class TaskScope:
    """Owns background tasks; closing it cancels them and waits for their end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def aclose(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background task %s failed", task.get_name(), exc_info=error)


@dataclass(slots=True)
class _Running:
    same: Hashable
    task: asyncio.Task[Any]
    waiting: int = 0


class Latest:
    """Newest wins: starting work for a key ends the older work for it, whose caller gets None.

    Callers that ask for the same thing share one piece of work; it ends when the last of them is cancelled.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, _Running] = {}

    async def run(self, key: Hashable, same: Hashable, start: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
        """The result of `start()`, or None when newer work took over. `same` is equal for the same question."""
        running = self._running.get(key)
        if running is None or running.same != same or running.task.done():
            if running is not None:
                running.task.cancel()
            running = self._running[key] = _Running(same, asyncio.ensure_future(start()))
        running.waiting += 1
        try:
            await asyncio.wait({running.task})
        except asyncio.CancelledError:
            if running.waiting == 1:
                running.task.cancel()
                await asyncio.gather(running.task, return_exceptions=True)
            raise
        finally:
            running.waiting -= 1
            if running.waiting == 0 and self._running.get(key) is running:
                del self._running[key]
        task: asyncio.Task[T] = running.task
        return None if task.cancelled() else task.result()
