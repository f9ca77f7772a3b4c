"""Who drives a deployment: one at a time, until the lease ends, whatever is done to the clock."""

from __future__ import annotations

import pytest

from autocrea_lsp.store import Beat, Store
from tests.store.common import HANG_S, Clock, OpenStore, create, deployment, one, update

LEASE_S = 20.0
HOUR_S = 3600.0


def claim(store: Store, owner: str) -> bool:
    return store.claim("d", owner=owner, lease_s=LEASE_S).result(HANG_S)


def beat(store: Store, owner: str) -> Beat:
    return store.heartbeat("d", owner=owner, lease_s=LEASE_S).result(HANG_S)


def driven(open_store: OpenStore, clock: Clock) -> Store:
    """A deployment that `one` drives."""
    store = open_store(clock=clock)
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    return store


def test_it_is_driven_from_its_creation_until_the_lease_ends(open_store: OpenStore, clock: Clock) -> None:
    store = driven(open_store, clock)
    assert not claim(store, "two")
    clock.pass_(LEASE_S - 0.5)
    assert not claim(store, "two")
    clock.pass_(0.5)
    assert claim(store, "two")
    assert not claim(store, "one")
    assert beat(store, "one") == Beat(lease="lost")


def test_without_an_owner_nobody_drives_it(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    create(store, deployment())
    assert beat(store, "one") == Beat(lease="lost")
    assert claim(store, "one")
    assert not claim(store, "two")
    for call in (store.claim, store.heartbeat, store.release):
        with pytest.raises(ValueError, match="owner"):
            call("d", owner="", **({} if call == store.release else {"lease_s": 1.0}))  # type: ignore[operator]


def test_a_heartbeat_holds_it_for_longer_even_a_late_one(open_store: OpenStore, clock: Clock) -> None:
    store = driven(open_store, clock)
    clock.pass_(15)
    assert beat(store, "one") == Beat(lease="held")
    clock.pass_(15)
    assert not claim(store, "two")
    clock.pass_(500)  # the machine was asleep; nobody else took it
    assert beat(store, "one") == Beat(lease="held")
    assert not claim(store, "two")
    assert claim(store, "one")  # its own, once more
    clock.pass_(LEASE_S)
    assert claim(store, "two")


def test_a_short_heartbeat_does_not_shorten_a_longer_lease(open_store: OpenStore, clock: Clock) -> None:
    store = driven(open_store, clock)
    assert store.heartbeat("d", owner="one", lease_s=1.0).result(HANG_S) == Beat(lease="held")
    clock.pass_(LEASE_S - 1)
    assert not claim(store, "two")
    clock.pass_(1)
    assert claim(store, "two")


def test_what_is_released_is_free_and_only_its_holder_releases_it(open_store: OpenStore, clock: Clock) -> None:
    store = driven(open_store, clock)
    assert not store.release("d", owner="two").result(HANG_S)
    assert not claim(store, "two")
    assert store.release("d", owner="one").result(HANG_S)
    assert not store.release("d", owner="one").result(HANG_S)
    assert beat(store, "one") == Beat(lease="lost")
    assert claim(store, "two")


def test_what_is_finished_is_not_claimed_but_its_holder_keeps_it(open_store: OpenStore, clock: Clock) -> None:
    store = driven(open_store, clock)
    assert update(store, state="success")
    assert beat(store, "one") == Beat(lease="held")
    clock.pass_(HOUR_S)
    assert not claim(store, "two")


def test_the_wish_to_cancel_is_seen_at_the_next_heartbeat(open_store: OpenStore, clock: Clock) -> None:
    store, other = driven(open_store, clock), open_store(clock=clock)
    assert other.ask_cancel("d").result(HANG_S)
    assert beat(store, "one") == Beat(lease="held", cancel_asked=True)
    assert one(other).cancel_asked
    assert beat(other, "two") == Beat(lease="lost", cancel_asked=True)
    assert update(store, state="canceled")
    assert not other.ask_cancel("d").result(HANG_S)
    assert not other.ask_cancel("nobody").result(HANG_S)


def test_of_what_is_not_there_nobody_has_a_lease(open_store: OpenStore, clock: Clock) -> None:
    store = open_store(clock=clock)
    assert not claim(store, "one")
    assert beat(store, "one") == Beat(lease="gone")
    assert not store.release("d", owner="one").result(HANG_S)
    store.close(HANG_S)
    assert beat(store, "one") == Beat(lease="gone")
    assert not claim(store, "one")


@pytest.mark.parametrize("set_by_s", [-HOUR_S, HOUR_S, -400 * 24 * HOUR_S, 400 * 24 * HOUR_S])
def test_a_clock_that_is_set_ends_no_lease_and_makes_none_longer(
    open_store: OpenStore, clock: Clock, set_by_s: float
) -> None:
    store = driven(open_store, clock)
    clock.wall_s += set_by_s
    assert not claim(store, "two")
    clock.pass_(LEASE_S - 1)
    assert not claim(store, "two")
    clock.pass_(1)
    assert claim(store, "two")


def test_after_a_restart_of_the_machine_a_lease_ends_by_the_wall_clock(open_store: OpenStore, clock: Clock) -> None:
    store = driven(open_store, clock)
    clock.restart()
    clock.wall_s += 5
    assert not claim(store, "two")
    clock.pass_(LEASE_S - 5)
    assert claim(store, "two")


@pytest.mark.parametrize("set_by_s", [-HOUR_S, -400 * 24 * HOUR_S])
def test_after_a_restart_with_the_clock_set_back_a_lease_ends_as_late_as_it_was_long(
    open_store: OpenStore, clock: Clock, set_by_s: float
) -> None:
    store = driven(open_store, clock)
    clock.restart()
    clock.wall_s += set_by_s
    assert not claim(store, "two")
    clock.pass_(LEASE_S - 1)
    assert not claim(store, "two")
    clock.pass_(1)
    assert claim(store, "two")


def test_another_machine_that_lives_holds_on_by_its_own_clock(open_store: OpenStore, clock: Clock) -> None:
    elsewhere = Clock(boot="elsewhere", tick_s=9e9, wall_s=clock.wall_s)
    store, other = driven(open_store, clock), open_store(clock=elsewhere)
    for _ in range(3):
        clock.pass_(LEASE_S - 1)
        elsewhere.pass_(LEASE_S - 1)
        assert not claim(other, "two")
        assert beat(store, "one") == Beat(lease="held")
    elsewhere.pass_(LEASE_S)
    assert claim(other, "two")
    assert beat(store, "one") == Beat(lease="lost")
