"""Opening the file, and its transactions: all or nothing, and in line with other processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from autocrea_lsp.store import migrations
from autocrea_lsp.store.disk import Connection, open_disk
from autocrea_lsp.store.writes import Accept, Record, SetPreference, TouchProject
from tests.store.common import HANG_S, Ask, execute, ids


@pytest.fixture
def connection(database: Path) -> Iterator[Connection]:
    connection = open_disk(database, timeout_s=1.0)
    yield connection
    connection.close()


def test_the_file_is_used_as_the_pragmas_say(connection: Connection) -> None:
    def pragma(name: str) -> object:
        return migrations.run(connection.database, f"PRAGMA {name}")[0][0]

    assert {name: pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")} == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    assert pragma("journal_size_limit") == 16 << 20
    assert pragma("busy_timeout") == 1000


def test_a_batch_is_written_whole_or_not_at_all(connection: Connection, ask: Ask, database: Path) -> None:
    broken = SetPreference(user="ana", key="k", value_json=None, at=0.0)  # type: ignore[arg-type]
    with pytest.raises(peewee.IntegrityError):
        connection.write([Record(request=ask()), broken])
    assert ids(database) == set()


def test_a_batch_can_be_written_again(connection: Connection, ask: Ask, database: Path) -> None:
    batch = [
        Record(request=ask(id="a", project="shop")),
        Accept(request_id="a"),
        SetPreference(user="ana", key="k", value_json="1", at=0.0),
        TouchProject(user="ana", name="shop", root_hash="ab12", at=5.0),
    ]
    assert connection.write(batch)
    questions = ("SELECT * FROM ai_requests", "SELECT * FROM preferences", "SELECT * FROM projects")
    once = [execute(database, question) for question in questions]
    assert all(once)
    assert connection.write(batch)
    assert once == [execute(database, question) for question in questions]


def test_a_transaction_takes_the_write_lock_when_it_begins(connection: Connection, database: Path) -> None:
    other = sqlite3.connect(database, isolation_level=None, timeout=0)
    with connection.database.atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")  # and it ends with the transaction
    other.execute("ROLLBACK")
    other.close()


def test_a_migration_that_another_process_did_meanwhile_is_not_done_again(database: Path) -> None:
    database.parent.mkdir(parents=True)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = threading.Event()
    results: list[int | Exception] = []

    def migrate() -> None:
        mine = peewee.SqliteDatabase(str(database), timeout=HANG_S, lock_type="IMMEDIATE")
        mine.connect()
        # Its version has been read by then, and it was 0.
        mine.connection().set_trace_callback(lambda statement: waiting.set() if "BEGIN" in statement else None)
        try:
            results.append(migrations.migrate(mine))
        except Exception as error:
            results.append(error)
        finally:
            mine.close()

    thread = threading.Thread(target=migrate)
    thread.start()
    assert waiting.wait(HANG_S)
    for step in migrations.STEPS:
        for statement in step:
            other.execute(statement)
    other.execute(f"PRAGMA user_version = {migrations.SCHEMA}")
    other.execute("COMMIT")
    other.close()
    thread.join(HANG_S)
    assert results == [migrations.SCHEMA]


def test_only_the_file_that_was_found_damaged_is_set_aside(connection: Connection, ask: Ask, database: Path) -> None:
    connection.write([Record(request=ask(id="good"))])
    again = open_disk(database, timeout_s=1.0, suspect=(0, 0))  # another process has replaced that one already
    assert again.set_aside is None
    again.close()
    assert ids(database) == {"good"}
    again = open_disk(database, timeout_s=1.0, suspect=connection.identity)
    assert again.set_aside is not None
    again.close()
    assert ids(database) == set()
