"""Who counts, and when: in one transaction, without waiting for a batch, and by this process where there is no file."""

from __future__ import annotations

import threading
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

import pytest

from autocrea_lsp.store import Moment, Taken
from autocrea_lsp.store.inbox import Read
from tests.store.common import HANG_S, Ask, Clock, OpenStore, execute, fill, take, window
from tests.store.test_locked import writing


def test_nobody_else_counts_between_the_look_and_the_insert(open_store: OpenStore, clock: Clock) -> None:
    inside = threading.Event()
    go_on = threading.Event()

    def slow() -> Moment:  # it is asked for the time in the middle
        inside.set()
        go_on.wait(HANG_S)
        return clock()

    first, second = open_store(clock=slow), open_store(clock=clock)
    assert first.flush(HANG_S)
    assert second.flush(HANG_S)
    early = first.take([window(1)])
    assert inside.wait(HANG_S)
    late = second.take([window(1)])
    with pytest.raises(NotYet):
        late.result(0.3)
    go_on.set()
    assert early.result(HANG_S) == Taken(counted=True)
    assert late.result(HANG_S).refused == "ai"


def test_taking_does_not_wait_for_a_batch_and_sees_the_rows_before_it(open_store: OpenStore, ask: Ask) -> None:
    store = open_store()
    assert store.flush(HANG_S)
    store.record(ask(cost_micros=7))
    assert take(store, window(1)).counted
    assert execute(store.path, "SELECT COUNT(*) FROM ai_requests") == [(1,)]


def test_an_act_that_was_taken_back_in_the_queue_is_not_counted(open_store: OpenStore) -> None:
    store = open_store()
    gate, held = threading.Event(), threading.Event()

    def hold(connection: object) -> int:
        held.set()
        gate.wait(HANG_S)
        return 0

    store._inbox.put(Read(ask=hold, default=0))
    assert held.wait(HANG_S)
    answer = store.take([window(1)])
    assert answer.cancel()
    gate.set()
    assert take(store, window(1)) == Taken(counted=True)
    assert take(store, window(1)).refused == "ai"


def test_a_stopped_store_counts_nothing_and_says_so(open_store: OpenStore) -> None:
    store = open_store()
    store.close(HANG_S)
    assert take(store, window(1)) == Taken(counted=False, refused=None)


def test_where_the_file_cannot_be_used_this_process_counts(open_store: OpenStore, database: Path) -> None:
    database.mkdir(parents=True)
    store = open_store()
    fill(store, [window(2)], 2)
    assert take(store, window(2)).refused == "ai"
    assert store.mode == "memory"


@pytest.mark.usefixtures("impatient")
def test_a_file_that_goes_and_comes_gives_nothing_back(open_store: OpenStore, database: Path, clock: Clock) -> None:
    store = open_store(clock=clock)
    fill(store, [window(3)], 1)
    with writing(database):
        fill(store, [window(3)], 2)  # in memory, beginning with what this process had taken before
        assert store.mode == "memory"
        assert take(store, window(3)).refused == "ai"
    store.close(HANG_S)
    again = open_store(clock=clock)
    assert take(again, window(3)).refused == "ai"
    assert again.mode == "disk"
    assert execute(database, "SELECT COUNT(*) FROM counted_acts") == [(3,)]


def test_beside_a_newer_versions_file_this_process_counts(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    assert store.flush(HANG_S)
    store.close(HANG_S)
    execute(database, "PRAGMA user_version = 99")
    store = open_store()
    fill(store, [window(2)], 2)
    assert take(store, window(2)).refused == "ai"
    assert store.mode == "read-only"
    assert execute(database, "SELECT COUNT(*) FROM counted_acts") == [(0,)]
