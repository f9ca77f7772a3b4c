"""A damaged file, a deleted one, a replaced one: the store starts again, once, and says so."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from autocrea_lsp.store import writer
from tests.store.common import HANG_S, Ask, OpenStore, ids


def set_aside(database: Path) -> list[Path]:
    """The damaged databases, without the logs that were renamed with them."""
    found = database.parent.glob("usage.db.corrupt-*")
    return [each for each in found if not each.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("garbage", [b"this is no database, " * 1000, b"SQLite format 3\0" + b"\xff" * 30_000])
def test_a_damaged_file_is_set_aside_and_a_new_one_started(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str], garbage: bytes
) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(garbage)
    store = open_store()
    store.record(ask(id="new"))
    assert store.flush(HANG_S)
    assert (store.mode, store.problem) == ("disk", None)
    assert ids(database) == {"new"}
    (aside,) = set_aside(database)
    assert aside.read_bytes() == garbage
    (message,) = problems
    assert "damaged" in message
    assert aside.name in message


def test_damage_while_the_file_is_open_is_met_too(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str]
) -> None:
    store = open_store()
    for n in range(300):
        store.record(ask(id=str(n)))
    assert store.flush(HANG_S)
    store.close(HANG_S)
    store = open_store()
    assert store.flush(HANG_S)
    size = database.stat().st_size
    with database.open("r+b") as file:  # all but the schema, which is read when the file is opened
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    assert store.history(5).result(HANG_S) == []
    store.record(ask(id="new"))
    assert store.flush(HANG_S)
    assert ids(database) == {"new"}
    assert store.mode == "disk"
    assert len(set_aside(database)) == 1
    assert len(problems) == 1


def test_of_two_that_meet_the_same_damage_one_renames_and_both_go_on(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str]
) -> None:
    stores = [open_store(), open_store()]
    for store in stores:
        for _ in range(100):
            store.record(ask())
        assert store.flush(HANG_S)
    for store in stores:
        # Nothing of the file may be in the caches of the open connections.
        store.close(HANG_S)
    stores = [open_store(), open_store()]
    assert all(store.flush(HANG_S) for store in stores)
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(database.stat().st_size - 4096))
    for n, store in enumerate(stores):
        assert len(store.history(5).result(HANG_S)) == n  # what the first one wrote into the new file
        store.record(ask(id=str(n)))
        assert store.flush(HANG_S)
    assert ids(database) == {"0", "1"}
    assert len(set_aside(database)) == 1
    assert len(problems) == 1


@pytest.mark.parametrize("what", ["file", "directory"])
def test_a_file_deleted_while_it_is_open_is_started_again(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str], what: str
) -> None:
    store = open_store()
    store.record(ask(id="old"))
    assert store.flush(HANG_S)
    if what == "directory":
        shutil.rmtree(database.parent)
    else:
        database.unlink()
    store.record(ask(id="new"))
    assert store.flush(HANG_S)
    assert ids(database) == {"new"}
    assert database.stat().st_mode & 0o777 == 0o600
    assert [request.id for request in store.history(5).result(HANG_S)] == ["new"]
    (message,) = problems
    assert "was deleted" in message
    assert (store.mode, store.problem) == ("disk", None)


def test_who_deleted_the_file_is_not_shown_its_rows_again(
    open_store: OpenStore, ask: Ask, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_LOCK_S", 0.1)
    store = open_store()
    store.record(ask(id="deleted"))
    assert store.flush(HANG_S)
    database.unlink()
    store.record(ask(id="disk"))
    assert store.flush(HANG_S)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.record(ask(id="memory"))
    assert store.flush(HANG_S)
    assert store.mode == "memory"
    assert {request.id for request in store.history(5).result(HANG_S)} == {"disk", "memory"}
    other.execute("ROLLBACK")
    other.close()


def test_a_deleted_file_that_another_editor_started_again_is_shared_and_stays_whole(
    open_store: OpenStore, ask: Ask, database: Path
) -> None:
    old, new = open_store(), open_store()
    old.record(ask(id="lost"))
    assert old.flush(HANG_S)
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    new.record(ask(id="new"))
    assert new.flush(HANG_S)
    old.record(ask(id="old"))  # closes the deleted file, whose log has the name of the living one's
    assert old.flush(HANG_S)
    new.record(ask(id="newer"))
    assert new.flush(HANG_S)
    assert ids(database) == {"new", "old", "newer"}
