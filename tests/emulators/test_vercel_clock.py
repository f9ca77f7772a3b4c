"""The emulated host's time, and what a plan makes of it."""

from __future__ import annotations

import asyncio
import math
import time

import pytest

from tests.emulators.hosting.clock import HostClock
from tests.emulators.vercel import Line, Plan
from tests.emulators.vercel_plan import Course, plan_of


async def test_a_clock_at_speed_0_moves_by_hand_only() -> None:
    clock = HostClock(speed=0)
    before, waiting = clock.now(), asyncio.create_task(clock.pause(clock.now() + 5))
    await asyncio.sleep(0)
    clock.advance(5)
    await waiting
    assert clock.now() == before + 5


async def test_a_fast_clock_passes_a_minute_in_a_moment() -> None:
    clock, started = HostClock(speed=10_000), time.monotonic()
    until = clock.now() + 60
    while clock.now() < until:
        await clock.pause(until)
    assert time.monotonic() - started < 5


async def test_anothers_clock_is_followed() -> None:
    now = [1000.0]
    clock = HostClock(source=lambda: now[0])
    waiting = asyncio.create_task(clock.pause(1005))
    now[0] = 1005.0
    await waiting
    assert (clock.now(), clock.now_ms()) == (1005.0, 1_005_000)
    await clock.pause(1005)


STEPS = [
    (Plan(step_s=2), [(0, "QUEUED"), (2, "INITIALIZING"), (4, "BUILDING"), (6, "READY")], 6.5),
    (Plan(states=("QUEUED", "ERROR"), step_s=(3,)), [(0, "QUEUED"), (3, "ERROR")], math.inf),
    (Plan(states=("QUEUED", "BUILDING", "READY"), step_s=(1, math.inf)), [(0, "QUEUED"), (1, "BUILDING")], math.inf),
    (Plan(states=("QUEUED", "READY"), instant=True), [(0, "QUEUED"), (0, "READY")], 0),
]


@pytest.mark.parametrize(("plan", "states", "alias_s"), STEPS, ids=["even", "own", "endless", "instant"])
def test_the_course_of_a_plan(plan: Plan, states: list[tuple[float, str]], alias_s: float) -> None:
    course = Course(plan, 0)
    assert [entry for entry in course.states if math.isfinite(entry[0])] == states
    assert course.alias_s == alias_s


def test_lines_are_spread_over_the_build_and_numbered() -> None:
    course = Course(Plan(log=("a", Line(text="b", type="stderr"), "c"), step_s=4), 0)
    lines = [event for event in course.events if event.text]
    assert [(event.at_ms, event.type) for event in lines] == [(9000, "stdout"), (10_000, "stderr"), (11_000, "stdout")]
    serials = [event.serial for event in course.events]
    assert sorted(set(serials)) == sorted(serials)


def test_an_end_cuts_off_what_was_to_come() -> None:
    course = Course(Plan(step_s=4), 0)
    course.end(9.5, "CANCELED")
    assert (course.state(9.4), course.state(100)) == ("BUILDING", "CANCELED")
    assert course.events[-1].state == "CANCELED"
    assert max(event.at_ms for event in course.events) == 9500
    assert course.finished(9.5)


def test_a_plan_from_json() -> None:
    raw = {"states": ["QUEUED", "READY"], "step_s": [2], "log": ["a", {"text": "b", "type": "stderr"}]}
    expected = Plan(states=("QUEUED", "READY"), step_s=(2,), log=("a", Line(text="b", type="stderr")))
    assert plan_of(raw) == expected
