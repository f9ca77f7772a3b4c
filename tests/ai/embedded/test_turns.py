"""Whose turn it is."""

from __future__ import annotations

import asyncio

import pytest

from autocrea_lsp.ai.embedded.turns import Turn, Turns
from autocrea_lsp.errors import StaleRequest


class Actor:
    """Takes a turn, holds it until told to stop, and writes down what happens."""

    def __init__(self, turns: Turns, log: list[str], name: str, *, real: bool) -> None:
        self.turns, self.log, self.name, self.real = turns, log, name, real
        self.stop = asyncio.Event()
        self.turn: Turn | None = None
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            async with self.turns.take(real=self.real) as self.turn:
                self.log.append(f"{self.name} runs")
                await self.stop.wait()
                self.turn.check()
                self.log.append(f"{self.name} done")
        except StaleRequest:
            self.log.append(f"{self.name} stale")


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def log() -> list[str]:
    return []


async def test_one_runs_and_the_newest_is_next(log: list[str]) -> None:
    turns = Turns()
    actors = []
    for name in "abcde":
        actors.append(Actor(turns, log, name, real=True))
        await settle()
    # Those that wait hear at once that they are stale; the one that runs, when it asks.
    assert log == ["a runs", "b stale", "c stale", "d stale"]
    actors[0].stop.set()
    await settle()
    actors[4].stop.set()
    await actors[4].task
    assert log[4:] == ["a stale", "e runs", "e done"]


async def test_a_turn_that_is_over_leaves_the_next_one_fresh(log: list[str]) -> None:
    turns = Turns()
    for name in "ab":
        actor = Actor(turns, log, name, real=True)
        actor.stop.set()
        await actor.task
    assert log == ["a runs", "a done", "b runs", "b done"]


async def test_a_preparation_waits_for_real_requests_and_never_stops_one(log: list[str]) -> None:
    turns = Turns()
    real = Actor(turns, log, "real", real=True)
    await settle()
    ahead = Actor(turns, log, "ahead", real=False)
    await settle()
    assert log == ["real runs"]
    real.stop.set()
    ahead.stop.set()
    await ahead.task
    assert log == ["real runs", "real done", "ahead runs", "ahead done"]


async def test_a_real_request_goes_before_preparations(log: list[str]) -> None:
    turns = Turns()
    ahead = Actor(turns, log, "ahead", real=False)
    await settle()
    real = Actor(turns, log, "real", real=True)
    await settle()
    assert ahead.turn is not None
    assert ahead.turn.stale
    ahead.stop.set()
    real.stop.set()
    await real.task
    assert log == ["ahead runs", "ahead stale", "real runs", "real done"]


async def test_a_newer_preparation_replaces_older_ones(log: list[str]) -> None:
    turns = Turns()
    first = Actor(turns, log, "first", real=False)
    await settle()
    Actor(turns, log, "second", real=False)
    await settle()
    third = Actor(turns, log, "third", real=False)
    await settle()
    first.stop.set()
    third.stop.set()
    await third.task
    assert log == ["first runs", "second stale", "first stale", "third runs", "third done"]


@pytest.mark.parametrize("given", [False, True])
async def test_a_waiter_that_is_cancelled_does_not_keep_the_turn(log: list[str], given: bool) -> None:
    turns = Turns()
    running = Actor(turns, log, "running", real=True)
    await settle()
    waiting = Actor(turns, log, "waiting", real=False)
    await settle()
    running.stop.set()
    if given:
        await asyncio.wait([running.task])  # the waiter has the turn now, but has not heard of it
    waiting.task.cancel()
    await asyncio.wait([waiting.task])
    after = Actor(turns, log, "after", real=True)
    after.stop.set()
    await asyncio.wait_for(after.task, 10)
    assert log[-2:] == ["after runs", "after done"]


async def test_a_cancelled_turn_is_passed_on(log: list[str]) -> None:
    turns = Turns()
    running = Actor(turns, log, "running", real=True)
    await settle()
    waiting = Actor(turns, log, "waiting", real=True)
    waiting.stop.set()
    await settle()
    running.task.cancel()
    await asyncio.wait_for(waiting.task, 10)
    assert log == ["running runs", "waiting runs", "waiting done"]
