"""Newest wins, the same question is asked once, and a scope leaves nothing running."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from autocrea_lsp.lsp.tasks import Latest, TaskScope, is_alive


class Job:
    def __init__(self) -> None:
        self.started = 0
        self.cancelled = 0
        self.go = asyncio.Event()

    async def run(self) -> str:
        self.started += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return "done"


async def start(latest: Latest, key: str, same: object, job: Job) -> asyncio.Task[str | None]:
    task = asyncio.create_task(latest.run(key, same, job.run))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_the_newest_wins_and_the_older_gets_none() -> None:
    latest, older, newer = Latest(), Job(), Job()
    first = await start(latest, "a", 1, older)
    second = await start(latest, "a", 2, newer)
    newer.go.set()
    assert (await first, await second) == (None, "done")
    assert older.cancelled == 1


async def test_other_keys_do_not_disturb_each_other() -> None:
    latest, one, two = Latest(), Job(), Job()
    tasks = [await start(latest, "a", 1, one), await start(latest, "b", 1, two)]
    one.go.set()
    two.go.set()
    assert await asyncio.gather(*tasks) == ["done", "done"]


async def test_the_same_question_is_asked_once_and_survives_one_askers_cancellation() -> None:
    latest, job = Latest(), Job()
    first = await start(latest, "a", 1, job)
    second = await start(latest, "a", 1, job)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    job.go.set()
    assert await second == "done"
    assert (job.started, job.cancelled) == (1, 0)


async def test_cancelling_the_last_asker_cancels_the_work() -> None:
    latest, job = Latest(), Job()
    task = await start(latest, "a", 1, job)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert job.cancelled == 1


async def test_a_failure_reaches_the_asker() -> None:
    async def fails() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await Latest().run("a", 1, fails)


async def test_a_closed_scope_has_nothing_running() -> None:
    scope, job = TaskScope(), Job()
    task = scope.spawn(job.run(), name="job")
    await asyncio.sleep(0)
    await scope.aclose()
    assert task.cancelled()
    assert job.cancelled == 1


def test_processes_are_alive_until_they_are_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert is_alive(os.getpid())
    assert not is_alive(child.pid)
