"""Forgetting everything: no row, no trace in free pages or logs, no damaged copy; with editors at work meanwhile."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.store import Beat, Cleared, Store, UsageStats, Window, clearing
from autocrea_lsp.store import clear as clear_database
from autocrea_lsp.store.models import MODELS
from tests.store.common import CANARY, HANG_S, Ask, OpenStore, deployment, execute, line, traces


def fill(store: Store, ask: Ask) -> None:
    """Something with the canary in every table."""
    for n in range(200):
        store.record(ask(id=f"{n}-{CANARY}", model=CANARY, prompt=f"{CANARY} {n} " * 50, answer=CANARY))
    store.set_preference("key", CANARY)
    store.touch_project(CANARY, "ab12")
    store.save_chat_message(CANARY, CANARY, "user", CANARY, attachments=CANARY)
    assert store.take([Window(name=CANARY, limit=5, period_s=60.0)]).result(HANG_S).counted
    assert store.create_deployment(deployment(id="d", error=CANARY, details={"a": CANARY})).result(HANG_S)
    store.append_deployment_log("d", [line(CANARY)])
    assert store.flush(HANG_S)
    execute(store.path, "INSERT INTO expired_costs SELECT id, 1000.0, 5 FROM users")
    assert [table for table, rows in counts(store.path).items() if rows == 0] == []


def counts(database: Path) -> dict[str, int]:
    """The rows of each of our tables."""
    tables = [model._meta.table_name for model in MODELS]
    return {table: int(str(execute(database, f"SELECT COUNT(*) FROM {table}")[0][0])) for table in tables}  # noqa: S608


@pytest.mark.parametrize("in_use", [False, True], ids=["closed", "in use"])
def test_nothing_is_left(open_store: OpenStore, ask: Ask, database: Path, problems: list[str], in_use: bool) -> None:
    store = open_store(keep_prompts=True, redact=lambda text: text)
    fill(store, ask)
    assert traces(database)
    if not in_use:
        store.close(HANG_S)
    assert clear_database(database) == Cleared(requests=200, files_removed=0, deployments=1)
    assert traces(database) == []
    assert set(counts(database).values()) == {0}
    again = store if in_use else open_store()
    assert again.usage(None, None).result(HANG_S) == UsageStats()
    assert again.projects().result(HANG_S) == []
    assert again.get_preference("key").result(HANG_S) is None
    assert again.deployments().result(HANG_S) == []
    assert again.heartbeat("d", owner="o", lease_s=9.0).result(HANG_S) == Beat(lease="gone")
    again.record(ask(id="new"))  # whose user was deleted with the rest
    assert again.flush(HANG_S)
    assert [request.id for request in again.history(5).result(HANG_S)] == ["new"]
    assert traces(database) == []
    assert (again.mode, problems) == ("disk", [])
    assert database.stat().st_mode & 0o777 == 0o600


def test_what_another_program_deleted_without_care_leaves_no_trace_either(
    open_store: OpenStore, ask: Ask, database: Path
) -> None:
    store = open_store(keep_prompts=True, redact=lambda text: text)
    fill(store, ask)
    store.close(HANG_S)
    execute(database, "PRAGMA secure_delete = 0", "DELETE FROM ai_requests")
    assert traces(database) == ["usage.db"]  # in free pages
    assert clear_database(database).requests == 0
    assert traces(database) == []


def test_retention_too_leaves_nothing_in_free_pages(
    open_store: OpenStore, ask: Ask, database: Path, until: Callable[[Callable[[], object]], None]
) -> None:
    store = open_store(keep_prompts=True, redact=lambda text: text)
    for n in range(300):
        store.record(ask(at=float(n), prompt=f"{CANARY} {n} " * 50))
    assert store.flush(HANG_S)
    store.configure(retention_days=1, keep_prompts=False)
    until(lambda: store.usage(None, None).result(HANG_S).total_requests == 0)
    store.close(HANG_S)  # which moves the log into the file
    assert traces(database) == []


def test_damaged_copies_go_too(open_store: OpenStore, ask: Ask, database: Path) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(CANARY.encode() * 1000)
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    assert len(traces(database)) == 1
    assert clear_database(database) == Cleared(requests=1, files_removed=1)
    assert traces(database) == []


def test_a_damaged_database_goes_whole(database: Path) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(CANARY.encode() * 1000)
    assert clear_database(database) == Cleared(requests=0, files_removed=1)
    assert traces(database) == []
    assert not database.exists()


def test_the_database_of_a_newer_version_is_emptied_whatever_its_tables(database: Path) -> None:
    database.parent.mkdir(parents=True)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("PRAGMA journal_mode = wal")
    other.execute('CREATE TABLE "a ""new"" one" (text TEXT)')
    other.execute("PRAGMA user_version = 99")
    other.execute('INSERT INTO "a ""new"" one" VALUES (?)', (CANARY,))
    other.close()
    assert traces(database)
    clear_database(database)
    assert traces(database) == []
    other = sqlite3.connect(database)
    assert other.execute("PRAGMA user_version").fetchone() == (99,)
    other.close()


def test_where_nothing_is_nothing_is_made(database: Path) -> None:
    assert clear_database(database) == Cleared(requests=0, files_removed=0)
    assert not database.parent.exists()


def test_a_locked_database_is_left_alone_and_named(
    open_store: OpenStore, ask: Ask, database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clearing, "_LOCK_S", 0.2)
    monkeypatch.setenv("HOME", str(tmp_path))
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserError, match=r"^~/state/autocrea-lsp/usage.db is locked") as failure:
        clear_database(database)
    assert "Close" in failure.value.hint
    other.execute("ROLLBACK")
    other.close()
    assert store.usage(None, None).result(HANG_S).total_requests == 1


def test_a_link_is_not_followed(database: Path) -> None:
    database.parent.mkdir(parents=True)
    target = database.parent / "elsewhere"
    target.write_text(CANARY)
    database.symlink_to(target)
    with pytest.raises(UserError, match="could not be deleted"):
        clear_database(database)
    assert target.read_text() == CANARY


def test_an_editor_in_another_process_goes_on(
    start_child: Callable[..., subprocess.Popen[str]], database: Path
) -> None:
    source = """
store = Store(path, user="ana", on_problem=problem, keep_prompts=True, redact=str)
for n in range(100):
    store.record(request(prompt=sys.argv[2] * 50))
print(store.flush(60), flush=True)
sys.stdin.readline()
store.record(request(id="after"))
print(store.flush(60), store.mode, [request.id for request in store.history(9).result(60)], flush=True)
"""
    child = start_child(source, CANARY)
    assert child.stdout is not None
    assert child.stdout.readline() == "True\n"
    assert clear_database(database).requests == 100
    assert traces(database) == []
    out, _ = child.communicate("go\n", timeout=HANG_S)
    assert out == "True disk ['after']\n"
