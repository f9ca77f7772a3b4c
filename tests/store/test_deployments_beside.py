"""Deployments beside a file of a newer version, which is only read: this session's live in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.store import Beat
from tests.store.common import HANG_S, OpenStore, Until, create, deployment, execute, line, names, one, update
from tests.store.test_deployments_weather import LEASE_S, beat, drive_to_the_end, log, writing_at_last


def test_beside_a_newer_versions_file_this_session_deploys_and_its_history_is_read(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    for name, created_at in [("theirs1", 1.0), ("theirs2", 9.0)]:
        create(store, deployment(id=name, created_at=created_at, project="shop"))
    assert store.update_deployment("theirs1", state="success", at=5.0).result(HANG_S)
    store.append_deployment_log("theirs1", [line("old")])
    store.close(HANG_S)
    execute(database, "ALTER TABLE deployments ADD COLUMN mood TEXT", "PRAGMA user_version = 99")
    before = execute(database, "SELECT * FROM deployments")

    store = open_store(retention_days=1)
    drive_to_the_end(store, "d")  # created at 5, succeeded at 9
    assert store.mode == "read-only"
    assert names(store.deployments().result(HANG_S)) == ["theirs2", "d", "theirs1"]
    assert names(store.deployments(limit=1, offset=1).result(HANG_S)) == ["d"]
    assert names(store.deployments(state="success").result(HANG_S)) == ["d", "theirs1"]
    assert store.deployment("theirs").result(HANG_S) is None  # two begin so
    assert one(store, "theirs1").state == "success"
    assert log(store, "theirs1") == [(1, "old")]
    assert store.deployment_stats().result(HANG_S).by_status == {"success": 2, "pending": 1}
    assert store.unfinished().result(HANG_S) == []  # theirs cannot be driven
    assert not store.claim("theirs2", owner="one", lease_s=9.0).result(HANG_S)
    store.close(HANG_S)
    assert execute(database, "SELECT * FROM deployments") == before


def test_beside_a_file_whose_tables_are_others_this_session_deploys(open_store: OpenStore, database: Path) -> None:
    database.parent.mkdir(parents=True)
    execute(database, "CREATE TABLE deployments (something TEXT)", "PRAGMA user_version = 99")
    store = open_store()
    drive_to_the_end(store, "d")
    assert names(store.deployments().result(HANG_S)) == ["d"]
    assert store.mode == "read-only"


@pytest.mark.usefixtures("impatient")
def test_a_file_that_comes_back_as_a_newer_versions_has_the_session_beside_it(
    open_store: OpenStore, database: Path, until: Until
) -> None:
    store = open_store()
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    with writing_at_last(database, "PRAGMA user_version = 99"):
        assert update(store, state="building")
        store.append_deployment_log("d", [line("a")])
        create(store, deployment(id="new"))
    until(lambda: store.mode == "read-only")
    assert one(store).state == "building"
    assert log(store) == [(1, "a")]
    assert beat(store) == Beat(lease="held")
    assert {row.id for row in store.unfinished().result(HANG_S)} == {"d", "new"}


def test_a_newer_versions_file_in_the_place_of_ours_has_the_session_beside_it(
    open_store: OpenStore, database: Path
) -> None:
    newer = database.with_name("newer.db")
    other = open_store(newer)
    create(other, deployment(id="theirs"))
    other.close(HANG_S)
    execute(newer, "PRAGMA user_version = 99")
    store = open_store()
    create(store, deployment(), owner="one", lease_s=LEASE_S)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    newer.rename(database)
    assert beat(store) == Beat(lease="held")
    assert store.mode == "read-only"
    assert set(names(store.deployments().result(HANG_S))) == {"d", "theirs"}
