"""Deployments in foul weather: a file that is locked, lost, damaged, deleted or a newer version's stops none."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocrea_lsp.store import Beat, Store
from autocrea_lsp.store.disk import open_memory
from autocrea_lsp.store.journal import Journal
from autocrea_lsp.store.leases import NOBODYS
from autocrea_lsp.store.writes import AppendLog, SaveDeployment
from tests.store.common import (
    HANG_S,
    Clock,
    OpenStore,
    Until,
    create,
    deployment,
    execute,
    line,
    names,
    one,
    texts,
    update,
)
from tests.store.test_damage import set_aside
from tests.store.test_locked import writing

LEASE_S = 20.0


def beat(store: Store, name: str = "d", owner: str = "one") -> Beat:
    return store.heartbeat(name, owner=owner, lease_s=LEASE_S).result(HANG_S)


def log(store: Store, name: str = "d") -> list[tuple[int, str]]:
    return [(each.seq, each.text) for each in store.deployment_log(name).result(HANG_S)]


def drive_to_the_end(store: Store, name: str) -> None:
    """All that a deployment does, each step of which must work."""
    create(store, deployment(id=name, project="shop"), owner="one", lease_s=LEASE_S)
    assert store.update_deployment(name, expect={"pending"}, owner="one", state="building").result(HANG_S)
    assert not store.update_deployment(name, expect={"pending"}, state="queued").result(HANG_S)
    store.append_deployment_log(name, [line("a", key="1"), line("b", key="2"), line("a", key="1")])
    assert store.ask_cancel(name).result(HANG_S)
    assert beat(store, name) == Beat(lease="held", cancel_asked=True)
    assert not store.claim(name, owner="two", lease_s=9.0).result(HANG_S)
    assert store.release(name, owner="one").result(HANG_S)
    assert store.claim(name, owner="two", lease_s=9.0).result(HANG_S)
    assert name in names(store.unfinished().result(HANG_S))
    assert store.update_deployment(name, owner="two", state="success", at=9.0).result(HANG_S)
    latest = store.latest_successful(project="shop").result(HANG_S)
    assert latest is not None
    assert latest.id == name
    assert store.deployment_stats(project="shop").result(HANG_S).by_status["success"] >= 1
    assert log(store, name) == [(1, "a"), (2, "b")]


@contextlib.contextmanager
def writing_at_last(database: Path, *statements: str) -> Iterator[None]:
    """Another program holds the write lock, and has changed something when it lets go."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
        for statement in statements:
            other.execute(statement)
        other.execute("COMMIT")
    finally:
        other.close()


def below_a_file(database: Path) -> None:
    database.parent.parent.mkdir(parents=True)
    database.parent.write_text("a file where the directory should be")


@pytest.mark.usefixtures("impatient")
def test_without_a_file_all_works_in_this_process_and_is_saved_when_there_is_one(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    below_a_file(database)
    store = open_store()
    drive_to_the_end(store, "d")
    create(store, deployment(id="e", created_at=6.0), owner="one", lease_s=LEASE_S)
    before = store.deployments().result(HANG_S)
    assert (store.mode, names(before)) == ("memory", ["e", "d"])
    database.parent.unlink()
    until(lambda: store.mode == "disk")
    assert store.deployments().result(HANG_S) == before
    assert log(store) == [(1, "a"), (2, "b")]
    assert beat(store, "e") == Beat(lease="held")
    assert not open_store().claim("e", owner="two", lease_s=9.0).result(HANG_S)
    store.append_deployment_log("d", [line("b", key="2"), line("c")])
    assert log(store) == log(open_store()) == [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.usefixtures("impatient")
def test_a_deployment_goes_on_while_the_file_is_locked(
    open_store: OpenStore, database: Path, clock: Clock, until: Until
) -> None:
    store = open_store(clock=clock)
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    assert update(store, owner="one", state="creating", remote_id="dpl_1", at=6.0)
    store.append_deployment_log("d", [line("disk", key="1")])
    assert store.flush(HANG_S)
    with writing(database):
        assert update(store, owner="one", expect={"creating"}, state="building", at=7.0)
        assert store.mode == "memory"
        assert (one(store).remote_id, one(store).state) == ("dpl_1", "building")
        clock.pass_(1000)
        assert beat(store) == Beat(lease="held")
        store.append_deployment_log("d", [line("disk", key="1"), line("memory", key="2")])
        assert store.deployment_log("d", after_seq=1).result(HANG_S)[-1].text == "memory"  # a reader sees it go on
        assert update(store, owner="one", expect={"building"}, state="success", at=8.0)
        after = one(store)
    until(lambda: store.mode == "disk")
    assert one(open_store()) == one(store) == after
    assert texts(store.deployment_log("d").result(HANG_S)) == ["disk", "memory"]
    assert execute(database, "SELECT log_lines FROM deployments") == [(2,)]


@pytest.mark.usefixtures("impatient")
def test_what_another_process_took_over_meanwhile_is_its_own(
    open_store: OpenStore, database: Path, clock: Clock, until: Until
) -> None:
    store = open_store(clock=clock)
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    with writing_at_last(database, "UPDATE deployments SET state = 'failed', finished_at = 7.0, lease_owner = 'two'"):
        assert update(store, owner="one", state="building")
        assert store.ask_cancel("d").result(HANG_S)
        assert store.mode == "memory"
    until(lambda: store.mode == "disk")
    assert one(store).state == "failed"
    assert beat(store).lease == "lost"


@pytest.mark.usefixtures("impatient")
def test_who_cleared_the_file_meanwhile_finds_nothing_of_it_again(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    store = open_store()
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    with writing_at_last(database, "DELETE FROM deployments"):
        assert update(store, state="building")
        store.append_deployment_log("d", [line("a")])
        create(store, deployment(id="new"))
    until(lambda: store.mode == "disk")
    assert names(store.deployments().result(HANG_S)) == ["new"]
    assert beat(store) == Beat(lease="gone")
    assert not update(store, state="failed")


@pytest.mark.usefixtures("impatient")
def test_coming_back_twice_changes_what_coming_back_once_does(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    store = open_store()
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    store.append_deployment_log("d", [line("0")])
    assert store.flush(HANG_S)
    for n, state in enumerate(["creating", "building", "success"], 1):
        with writing(database):
            assert update(store, owner="one", state=state, at=float(n))
            store.append_deployment_log("d", [line(str(n))])
            assert store.flush(HANG_S)
            assert store.mode == "memory"
        until(lambda: store.mode == "disk")
        assert one(store).state == state
    assert log(store) == [(1, "0"), (2, "1"), (3, "2"), (4, "3")]
    assert (one(store).finished_at, one(store).updated_at) == (3.0, 3.0)


def test_a_damaged_file_is_begun_anew_with_what_is_under_way(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    create(store, deployment(id="over"), owner="one", lease_s=LEASE_S)
    create(store, deployment(), deployment(id="idle"), owner="one", lease_s=LEASE_S)
    assert store.update_deployment("over", state="success").result(HANG_S)
    assert store.release("idle", owner="one").result(HANG_S)
    assert update(store, state="building", remote_id="dpl_1", at=7.0)
    for n in range(50):
        store.append_deployment_log("d", [line("x" * 500) for _ in range(10)])
        assert store.flush(HANG_S), n
    before = one(store)
    other = open_store()
    create(other, deployment(id="other", created_at=1.0), owner="two", lease_s=LEASE_S)
    assert other.deployment("d").result(HANG_S) == before
    execute(database, "PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:  # all but the schema, which is read when the file is opened
        file.seek(4096)
        file.write(os.urandom(database.stat().st_size - 4096))
    assert store.deployment_log("d").result(HANG_S) == []
    assert len(set_aside(database)) == 1
    assert store.mode == "disk"
    assert store.deployments().result(HANG_S) == [before]
    assert beat(store) == Beat(lease="held")
    store.append_deployment_log("d", [line("new")])
    assert texts(store.deployment_log("d", after_seq=500).result(HANG_S)) == ["new"]  # a reader sees it go on
    assert names(other.deployments().result(HANG_S)) == ["d", "other"]  # each has brought its own
    assert not other.claim("d", owner="two", lease_s=9.0).result(HANG_S)
    drive_to_the_end(store, "e")


def test_of_a_deleted_file_nothing_is_left_and_it_begins_anew(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    database.unlink()
    assert beat(store) == Beat(lease="gone")
    assert not update(store, state="building")
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    assert beat(store) == Beat(lease="held")
    drive_to_the_end(store, "e")
    assert len(names(open_store().deployments().result(HANG_S))) == 2


@pytest.mark.usefixtures("impatient")
def test_a_deployment_that_was_created_while_the_file_went_is_created_once(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    store = open_store()
    assert store.flush(HANG_S)
    with writing(database):
        create(store, deployment(), owner="one", lease_s=LEASE_S)
        assert store.mode == "memory"
        assert not store.create_deployment(deployment()).result(HANG_S)
    until(lambda: store.mode == "disk")
    assert not store.create_deployment(deployment()).result(HANG_S)
    assert execute(database, "SELECT id, state, lease_owner FROM deployments") == [("d", "pending", "one")]


def test_what_was_handed_over_can_be_handed_over_again() -> None:
    memory, disk, journal = open_memory(), open_memory(), Journal()
    new = SaveDeployment(row=deployment(user="ana"), lease=NOBODYS)
    log = AppendLog(user="ana", id="d", lines=[line("a"), line("b")])
    memory.write([new, log])
    journal.note([each for each in map(memory.remembered, [new, log]) if each is not None], saved=False)
    assert list(journal._unsaved) == [new]  # texts are in the memory's tables, once
    for _ in range(2):
        journal.hand_over(memory, disk)
        assert texts(disk.logs.read("ana", "d", 0, 9)) == ["a", "b"]
    memory.close()
    disk.close()


def test_a_store_that_has_stopped_does_nothing_and_says_so(open_store: OpenStore) -> None:
    store = open_store()
    create(store, deployment())
    store.close(HANG_S)
    assert not store.create_deployment(deployment(id="e")).result(HANG_S)
    assert not update(store, state="failed")
    assert not store.ask_cancel("d").result(HANG_S)
    assert beat(store) == Beat(lease="gone")
    assert store.deployment("d").result(HANG_S) is None
    assert store.deployments().result(HANG_S) == store.unfinished().result(HANG_S) == []
    store.append_deployment_log("d", [line("a")])
