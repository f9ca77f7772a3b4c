"""The schema: made by whoever comes first, the same as the models say, and left alone by older programs."""

from __future__ import annotations

from pathlib import Path

from autocrea_lsp.store import UsageStats, Window
from autocrea_lsp.store.migrations import SCHEMA, STEPS
from autocrea_lsp.store.models import MODELS
from tests.store.common import HANG_S, Ask, OpenStore, create, deployment, execute, line, texts


def test_an_empty_file_is_migrated(open_store: OpenStore, ask: Ask, database: Path) -> None:
    database.parent.mkdir(parents=True)
    database.touch()
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    assert execute(database, "PRAGMA user_version") == [(SCHEMA,)]
    assert store.mode == "disk"


def test_every_released_version_is_brought_up_to_date_with_its_rows(
    open_store: OpenStore, ask: Ask, database: Path
) -> None:
    database.parent.mkdir(parents=True)
    for version in range(SCHEMA + 1):
        database.unlink(missing_ok=True)
        made = [statement for step in STEPS[:version] for statement in step]
        rows = ["INSERT INTO users VALUES (7, 'eve', 1.0)"] if version else []
        execute(database, *made, *rows, f"PRAGMA user_version = {version}")
        store = open_store()
        store.record(ask(user="eve"))
        create(store, deployment(), owner="one", lease_s=9.0)
        store.append_deployment_log("d", [line("a", key="1"), line("a", key="1")])
        assert texts(store.deployment_log("d").result(HANG_S)) == ["a"]
        store.close(HANG_S)
        assert execute(database, "PRAGMA user_version") == [(SCHEMA,)]
        assert execute(database, "SELECT id, name FROM users ORDER BY id") == [
            (7 if version else 1, "eve"),
            (8 if version else 2, "ana"),
        ]


def test_a_file_of_the_version_before_deployments_keeps_all_that_is_in_it(
    open_store: OpenStore, ask: Ask, database: Path
) -> None:
    store = open_store(redact=str)
    store.record(ask(id="old", project="shop"))
    store.set_preference("key", 1)
    store.save_chat_message("s", "title", "user", "text")
    assert store.take([Window(name="ai", limit=1, period_s=1e6)]).result(HANG_S).counted
    store.close(HANG_S)
    # Back to what that version made: it is the same but for these.
    execute(database, "DROP TABLE deployment_lines", "DROP TABLE deployments", "PRAGMA user_version = 2")
    made = {statement for step in STEPS[:2] for statement in step}
    there = {str(sql) for (sql,) in execute(database, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    assert there == made

    store = open_store(redact=str)
    create(store, deployment(project="shop"))
    assert [request.id for request in store.history(9).result(HANG_S)] == ["old"]
    assert store.get_preference("key").result(HANG_S) == 1
    assert [message.text for message in store.chat_messages("s").result(HANG_S)] == ["text"]
    assert store.take([Window(name="ai", limit=1, period_s=1e6)]).result(HANG_S).refused == "ai"
    assert [row.project for row in store.deployments().result(HANG_S)] == ["shop"]
    assert execute(database, "PRAGMA user_version") == [(SCHEMA,)]


def test_the_steps_make_what_the_models_say(open_store: OpenStore, database: Path) -> None:
    assert open_store().flush(HANG_S)
    tables = {name for (name,) in execute(database, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {model._meta.table_name for model in MODELS}
    for model in MODELS:
        there = {
            str(name): (bool(not_null), bool(key))
            for _, name, _, not_null, _, key in execute(database, f"PRAGMA table_info({model._meta.table_name})")
        }
        keys = {field.column_name for field in model._meta.get_primary_keys()}
        said = {field.column_name: (not field.null, field.column_name in keys) for field in model._meta.sorted_fields}
        assert there == said


def test_a_failed_migration_leaves_no_half_of_it(open_store: OpenStore, ask: Ask, database: Path) -> None:
    database.parent.mkdir(parents=True)
    execute(database, "CREATE TABLE ai_requests (something TEXT)")  # the last table of the first step
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    assert store.mode == "memory"
    assert execute(database, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("ai_requests",)]
    assert execute(database, "PRAGMA user_version") == [(0,)]


def test_a_newer_file_is_read_and_not_written(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str]
) -> None:
    store = open_store()
    store.record(ask(id="theirs", at=1000.0))
    assert store.flush(HANG_S)
    store.close(HANG_S)
    execute(database, "ALTER TABLE ai_requests ADD COLUMN mood TEXT", "PRAGMA user_version = 99")
    before = execute(database, "SELECT * FROM ai_requests")

    store = open_store(retention_days=1)  # would delete that row
    for _ in range(3):
        store.record(ask())
        store.mark_accepted("theirs")
        assert store.flush(HANG_S) is False  # nothing was saved
    assert store.mode == "read-only"
    assert [request.id for request in store.history(5).result(HANG_S)] == ["theirs"]
    assert store.usage(None, None).result(HANG_S).total_requests == 1
    store.close(HANG_S)
    assert execute(database, "SELECT * FROM ai_requests") == before
    assert execute(database, "PRAGMA user_version") == [(99,)]
    (message,) = problems
    assert "newer" in message
    assert store.problem == message


def test_a_newer_file_without_our_tables_has_empty_answers(open_store: OpenStore, database: Path) -> None:
    database.parent.mkdir(parents=True)
    execute(database, "CREATE TABLE other (something TEXT)", "PRAGMA user_version = 99")
    store = open_store()
    assert store.usage(None, None).result(HANG_S) == UsageStats()
    assert store.history(5).result(HANG_S) == []
    assert store.get_preference("key").result(HANG_S) is None
    assert store.mode == "read-only"
