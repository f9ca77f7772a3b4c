"""A sliding window refuses when it is full, and opens as time passes."""

from __future__ import annotations

from autocrea_lsp.access.limits import SlidingWindow


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_at_most_so_many_in_any_period() -> None:
    clock = Clock()
    window = SlidingWindow(2, 10, clock)
    assert (window.take(), window.take(), window.take()) == (True, True, False)
    assert window.retry_after_s() == 10
    clock.now += 9.5
    assert not window.take()
    assert window.retry_after_s() == 0.5
    clock.now += 0.5
    assert window.take()


def test_a_lower_limit_counts_at_once() -> None:
    clock = Clock()
    window = SlidingWindow(5, 10, clock)
    for _ in range(3):
        assert window.take()
    window.limit = 2
    assert not window.take()
    window.limit = 0
    clock.now += 11
    assert not window.take()


def test_what_came_before_this_process_counts() -> None:
    window = SlidingWindow(3, 10, Clock())
    window.seed(2)
    assert (window.take(), window.take()) == (True, False)
