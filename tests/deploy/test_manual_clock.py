"""The clock that the tests of deployments rely on."""

from __future__ import annotations

import asyncio
import time

from tests.deploy.manual_clock import ManualClock


async def sleeper(clock: ManualClock, name: str, seconds: float, woken: list[tuple[str, float]]) -> None:
    await clock.sleep(seconds)
    woken.append((name, clock.monotonic()))


async def test_by_hand_who_sleeps_wakes_in_order_at_the_right_time() -> None:
    clock, woken = ManualClock(now=100.0), list[tuple[str, float]]()
    start = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        for name, seconds in (("c", 30), ("a", 10), ("b", 10), ("z", 0)):
            group.create_task(sleeper(clock, name, seconds, woken))
        await clock.until_asleep(4)
        await clock.advance(29)
        assert [name for name, _ in woken] == ["z", "a", "b"]
        assert [at - start for _, at in woken] == [0, 10, 10]
        assert (clock.now(), clock.asleep) == (129.0, 1)
        await clock.advance(1)
    assert woken[-1] == ("c", start + 30)
    assert clock.sleeps == [30, 10, 10, 0]


async def test_who_sleeps_again_on_the_way_wakes_again_on_the_way() -> None:
    clock = ManualClock()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await clock.sleep(1)
            ticks += 1

    task = asyncio.create_task(tick())
    await clock.advance(3600)
    assert ticks == 3600
    task.cancel()


async def test_who_is_cancelled_is_not_waited_for() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(5))
    await clock.until_asleep()
    task.cancel()
    await asyncio.wait([task])
    assert clock.asleep == 0
    await clock.advance(10)


async def test_by_itself_hours_are_a_moment() -> None:
    clock, started = ManualClock(auto=True), time.monotonic()
    before = clock.now()
    for _ in range(10):
        await clock.sleep(3600)
    assert clock.now() - before == 36_000
    assert time.monotonic() - started < 2


async def test_by_itself_it_waits_for_threads_for_who_holds_it_and_for_who_is_busy() -> None:
    clock = ManualClock(auto=True, settle_s=0.001)
    sleeping = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    await asyncio.to_thread(time.sleep, 0.05)
    assert not sleeping.done()
    with clock.hold():
        await asyncio.sleep(0.05)
        assert not sleeping.done()
    busy = True
    clock.busy = lambda: busy
    await asyncio.sleep(0.05)
    assert not sleeping.done()
    busy = False
    await sleeping


async def test_by_itself_it_gives_a_request_on_its_way_time() -> None:
    clock = ManualClock(auto=True, settle_s=0.001, patience_s=0.2)
    guard = asyncio.create_task(clock.sleep(60), name="silence of a request")
    other = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0.05)  # an answer that takes real time
    assert not other.done()
    assert clock.sleeps == [1]
    guard.cancel()
    await other
