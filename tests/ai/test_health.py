"""Failures hold back automatic calls, and are forgotten with the first answer."""

from __future__ import annotations

from autocrea_lsp.ai.health import MAX_PAUSE_S, Health
from autocrea_lsp.errors import RateLimited, StaleRequest, Unavailable


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_failures_hold_back_automatic_calls_but_never_for_long() -> None:
    clock = Clock()
    health = Health(clock)
    pauses = []
    for _ in range(12):
        health.note(Unavailable("claude", "away"))
        pauses.append(health.pause_s())
    assert pauses == sorted(pauses)
    assert pauses[-1] == MAX_PAUSE_S
    clock.now += MAX_PAUSE_S
    assert health.pause_s() == 0
    health.note(RateLimited("claude", "later", retry_after_s=3600))
    assert health.pause_s() == MAX_PAUSE_S
    health.note(None)
    assert health.pause_s() == 0


def test_a_request_that_was_overtaken_says_nothing_about_the_backend() -> None:
    health = Health()
    health.note(StaleRequest("newer"))
    assert health.error is None
    assert health.pause_s() == 0
