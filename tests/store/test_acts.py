"""Counting acts: all windows or none, and a clock that somebody sets gives nothing back."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.store import Quota, Taken
from tests.store.common import HANG_S, QUARTER_S, Clock, OpenStore, execute, fill, take, window

HOUR_S = 3600.0
DAY_S = 86_400.0


def refused(name: str, retry_after_s: float) -> Taken:
    return Taken(refused=name, retry_after_s=retry_after_s)


def test_a_window_opens_exactly_when_its_oldest_act_is_as_old_as_the_period(
    open_store: OpenStore, clock: Clock
) -> None:
    store = open_store(clock=clock)
    fill(store, [window(2)], 1)
    clock.pass_(100)
    fill(store, [window(2)], 1)
    assert take(store, window(2)) == refused("ai", 800)
    clock.pass_(799.5)
    assert take(store, window(2)) == refused("ai", 0.5)
    clock.pass_(0.5)
    assert take(store, window(2)) == Taken(counted=True)
    assert take(store, window(2)) == refused("ai", 100)


def test_an_act_counts_in_all_windows_or_in_none(open_store: OpenStore, clock: Clock, database: Path) -> None:
    store = open_store(clock=clock)
    general, ai = window(3, "general"), window(2)
    fill(store, [general, ai], 2)
    for _ in range(5):
        assert take(store, general, ai) == refused("ai", QUARTER_S)
    assert execute(database, "SELECT name, COUNT(*) FROM counted_acts GROUP BY name") == [("ai", 2), ("general", 2)]
    fill(store, [general], 1)
    assert take(store, general) == refused("general", QUARTER_S)


def test_of_two_that_refuse_the_one_that_opens_last_is_named(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    general, deploys = window(1, "general"), window(1, "deploy", HOUR_S)
    fill(store, [general, deploys], 1)
    assert take(store, general, deploys) == take(store, deploys, general) == refused("deploy", HOUR_S)


def test_several_at_once_need_room_for_all(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    assert take(store, window(5), amount=3) == Taken(counted=True)
    clock.pass_(60)
    assert take(store, window(5), amount=3) == refused("ai", QUARTER_S - 60)
    assert take(store, window(5), amount=2) == Taken(counted=True)
    assert take(store, window(5), amount=6) == refused("ai", QUARTER_S)  # never
    clock.pass_(QUARTER_S - 60)
    assert take(store, window(5), amount=3) == Taken(counted=True)


def test_a_limit_of_nothing_allows_nothing_and_a_new_limit_counts_at_once(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    assert take(store, window(0)) == refused("ai", QUARTER_S)
    fill(store, [window(3)], 3)
    assert take(store, window(2)) == refused("ai", QUARTER_S)
    fill(store, [window(4)], 1)


@pytest.mark.parametrize("set_by_s", [-HOUR_S, HOUR_S, -400 * DAY_S, 400 * DAY_S])
def test_a_clock_that_is_set_gives_nothing_back_and_takes_nothing(
    open_store: OpenStore, clock: Clock, set_by_s: float
) -> None:
    store = open_store(clock=clock)
    fill(store, [window(2)], 2)
    clock.wall_s += set_by_s
    assert take(store, window(2)) == refused("ai", QUARTER_S)
    clock.pass_(QUARTER_S - 1)
    assert take(store, window(2)) == refused("ai", 1)
    clock.pass_(1)
    fill(store, [window(2)], 2)


def test_another_process_and_a_new_connection_find_the_same_windows(open_store: OpenStore, clock: Clock) -> None:
    first = open_store(clock=clock)
    fill(first, [window(2)], 1)
    fill(open_store(clock=clock), [window(2)], 1)
    assert take(first, window(2)) == refused("ai", QUARTER_S)
    first.close(HANG_S)
    assert take(open_store(clock=clock), window(2)) == refused("ai", QUARTER_S)
    assert take(open_store(clock=clock, user="ben"), window(2)) == Taken(counted=True)


def test_after_a_restart_of_the_machine_acts_are_aged_by_the_wall_clock(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    fill(store, [window(2)], 2)
    clock.restart()
    clock.wall_s += 300
    assert take(store, window(2)) == refused("ai", 600)
    clock.pass_(600)
    fill(store, [window(2)], 2)


@pytest.mark.parametrize("boot", ["a boot before it in the alphabet", "second"])
def test_after_a_restart_with_the_clock_set_back_acts_count_for_one_more_period_and_no_longer(
    open_store: OpenStore, clock: Clock, boot: str
) -> None:
    store = open_store(clock=clock)
    fill(store, [window(2)], 2)
    clock.restart(boot)
    clock.wall_s -= 400 * DAY_S  # as with an empty battery; they now are of a far future
    assert take(store, window(2)) == refused("ai", QUARTER_S)
    clock.pass_(QUARTER_S - 1)
    assert take(store, window(2)) == refused("ai", 1)
    clock.wall_s += 400 * DAY_S  # the network has told the time
    assert take(store, window(2)) == refused("ai", 1)
    clock.pass_(1)
    fill(store, [window(2)], 2)


def test_a_window_keeps_no_more_than_it_counts(open_store: OpenStore, clock: Clock, database: Path) -> None:
    store = open_store(clock=clock)
    fill(store, [window(5)], 5)
    clock.restart("an earlier one")
    clock.wall_s += 1
    fill(store, [window(9)], 4)
    clock.restart("zero")
    clock.pass_(QUARTER_S)
    fill(store, [window(5)], 1)
    assert execute(database, "SELECT COUNT(*) FROM counted_acts") == [(1,)]


def test_acts_of_those_who_never_came_back_go_with_the_retention(
    open_store: OpenStore, clock: Clock, database: Path
) -> None:
    store = open_store(clock=clock, user="eve")
    clock.wall_s = 1000.0
    fill(store, [window(5)], 3)
    store.configure(retention_days=90, keep_prompts=False)
    assert store.flush(HANG_S)
    store.usage(None, None).result(HANG_S)  # after the sweep that the new setting starts
    assert execute(database, "SELECT COUNT(*) FROM counted_acts") == [(0,)]


def month(limit: int, since: float, days: int = 30) -> Quota:
    return Quota(name="month", limit=limit, since=since, until=since + days * DAY_S)


def test_a_quota_lasts_until_its_span_is_over(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    this = month(2, clock.wall_s - 10 * DAY_S)
    fill(store, [this], 2)
    assert take(store, this) == refused("month", 20 * DAY_S)
    clock.pass_(20 * DAY_S)
    fill(store, [month(2, this.until)], 2)
    assert take(store, month(2, this.until)) == refused("month", 30 * DAY_S)


@pytest.mark.parametrize("set_by_s", [-HOUR_S, HOUR_S, -10 * DAY_S, 10 * DAY_S])
def test_a_clock_that_is_set_over_the_end_of_a_month_refills_no_quota(
    open_store: OpenStore, clock: Clock, set_by_s: float
) -> None:
    store = open_store(clock=clock)
    turn = clock.wall_s + (1 if set_by_s > 0 else -1)  # the end of the month, a second ahead or just over
    this, other = (month(2, turn - 30 * DAY_S), month(2, turn)) if set_by_s > 0 else (month(2, turn), month(2, 0.0))
    fill(store, [this], 2)
    clock.wall_s += set_by_s
    assert take(store, other).refused == "month"


def test_a_quota_counts_what_was_taken_before_a_restart(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    this = month(2, clock.wall_s - DAY_S)
    fill(store, [this], 2)
    clock.restart()
    clock.wall_s += DAY_S
    assert take(store, this).refused == "month"
