"""When a crashed worker may be started again."""

from __future__ import annotations

import pytest

from autocrea_lsp.ai.embedded.restarts import MOST_CRASHES, PERIOD_S, STEADY_S, Restarts
from autocrea_lsp.errors import Unavailable


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def wait_s(restarts: Restarts) -> float:
    """How long it says to wait, 0 if it may be started."""
    try:
        restarts.check()
    except Unavailable as error:
        return error.retry_after_s or 0.0
    return 0.0


def test_the_first_start_is_free(clock: Clock) -> None:
    assert wait_s(Restarts("x", clock)) == 0


def test_the_delay_doubles_up_to_half_a_minute(clock: Clock) -> None:
    restarts = Restarts("x", clock)
    delays = []
    for _ in range(9):
        restarts.started()
        clock.now += STEADY_S - 1  # often enough to be unwell, too seldom to give up
        restarts.crashed()
        delays.append(wait_s(restarts))
        clock.now += delays[-1]
        assert wait_s(restarts) == 0
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_good_minute_resets_the_delay(clock: Clock) -> None:
    restarts = Restarts("x", clock)
    for lived_s in (1, 1, STEADY_S):
        restarts.started()
        clock.now += lived_s
        restarts.crashed()
    assert wait_s(restarts) == 0.5


def crash(restarts: Restarts, clock: Clock, times: int, apart_s: float) -> None:
    for _ in range(times):
        clock.now += apart_s
        restarts.started()
        restarts.crashed()


def test_five_crashes_in_three_minutes_are_the_end_and_it_says_what_to_do(clock: Clock) -> None:
    restarts = Restarts("x", clock)
    crash(restarts, clock, MOST_CRASHES - 1, PERIOD_S / (MOST_CRASHES - 1))
    assert wait_s(restarts) > 0
    crash(restarts, clock, 1, PERIOD_S / (MOST_CRASHES - 1))
    clock.now += 3600
    with pytest.raises(Unavailable, match="5 times within 3 minutes") as caught:
        restarts.check()
    assert caught.value.retry_after_s is None
    assert "embedded.modelPath" in caught.value.hint


def test_five_crashes_in_a_longer_time_are_not(clock: Clock) -> None:
    restarts = Restarts("x", clock)
    crash(restarts, clock, 3 * MOST_CRASHES, PERIOD_S / (MOST_CRASHES - 1) + 1)
    assert wait_s(restarts) > 0
