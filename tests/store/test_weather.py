"""Foul weather: whatever happens to the file, recording goes on, the user is told once, and what can be saved is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autocrea_lsp.store import writer
from autocrea_lsp.store.inbox import Configure, Health, Inbox
from tests.store.common import HANG_S, Ask, OpenStore, Until, ids


def below_a_file(database: Path) -> None:
    database.parent.parent.mkdir(parents=True)
    database.parent.write_text("a file where the directory should be")


def a_directory(database: Path) -> None:
    database.mkdir(parents=True)


def a_link(database: Path) -> None:
    database.parent.mkdir(parents=True)
    (database.parent / "elsewhere.db").touch()
    database.symlink_to("elsewhere.db")


def a_dangling_link(database: Path) -> None:
    database.parent.mkdir(parents=True)
    database.symlink_to("elsewhere.db")


def a_pipe(database: Path) -> None:
    database.parent.mkdir(parents=True)
    os.mkfifo(database)


def a_foreign_database(database: Path) -> None:
    database.parent.mkdir(parents=True)
    other = sqlite3.connect(database)
    other.execute("CREATE TABLE users (something TEXT)")
    other.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (below_a_file, "cannot be written (not a directory)"),
        (a_directory, "not a regular file"),
        (a_link, "symbolic link"),
        (a_dangling_link, "symbolic link"),
        (a_pipe, "not a regular file"),
        (a_foreign_database, "cannot be used (table users already exists)"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_path_that_cannot_be_used_means_memory_and_one_message(
    open_store: OpenStore,
    ask: Ask,
    database: Path,
    problems: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    words: str,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    spoil(database)
    store = open_store()
    for n in range(3):
        store.record(ask(id=str(n), completion_tokens=2))
        assert store.flush(HANG_S)
    store.mark_accepted("1")
    store.set_preference("key", "value")
    assert store.mode == "memory"
    usage = store.usage(None, None).result(HANG_S)
    assert (usage.total_requests, usage.total_tokens, usage.accepted) == (3, 6, 1)
    assert [request.id for request in store.history(9).result(HANG_S)] == ["2", "1", "0"]
    assert store.get_preference("key").result(HANG_S) == "value"
    (message,) = problems
    assert words in message
    assert "~/state/autocrea-lsp/usage.db" in message
    assert str(tmp_path) not in message
    assert store.problem == message


def test_a_link_is_not_followed(open_store: OpenStore, ask: Ask, database: Path) -> None:
    a_link(database)
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    assert (database.parent / "elsewhere.db").stat().st_size == 0


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root writes where modes forbid it")
def test_a_write_protected_directory_means_memory(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str]
) -> None:
    database.parent.mkdir(parents=True)
    database.parent.chmod(0o500)
    store = open_store()
    store.record(ask())
    assert store.flush(HANG_S)
    assert (store.mode, len(problems)) == ("memory", 1)
    database.parent.chmod(0o700)


@pytest.mark.usefixtures("impatient")
def test_a_path_that_becomes_usable_is_used(
    open_store: OpenStore, ask: Ask, database: Path, problems: list[str], until: Until
) -> None:
    below_a_file(database)
    store = open_store()
    store.record(ask(id="early"))
    store.set_preference("key", 1)
    store.touch_project("shop", "ab12")
    assert store.flush(HANG_S)
    assert store.mode == "memory"
    database.parent.unlink()
    until(lambda: store.mode == "disk")
    assert ids(database) == {"early"}
    assert store.get_preference("key").result(HANG_S) == 1
    assert [project.label for project in store.projects().result(HANG_S)] == ["shop-ab12"]
    assert len(problems) == 1


def test_what_on_problem_does_with_it_is_not_the_stores_failure(
    open_store: OpenStore, ask: Ask, database: Path
) -> None:
    def broken(text: str) -> None:
        raise RuntimeError(text)

    a_directory(database)
    store = open_store(on_problem=broken)
    store.record(ask())
    assert store.flush(HANG_S)
    assert store.usage(None, None).result(HANG_S).total_requests == 1


def test_texts_are_not_kept_in_memory(open_store: OpenStore, ask: Ask, database: Path) -> None:
    a_directory(database)
    store = open_store(keep_prompts=True, redact=str)
    store.record(ask(prompt="text", answer="text"))
    (kept,) = store.history(5).result(HANG_S)
    assert store.mode == "memory"
    assert (kept.prompt, kept.answer) == (None, None)


def test_the_pause_between_attempts_doubles_up_to_a_limit(database: Path) -> None:
    a_directory(database)
    settings = Configure(retention_days=0, redact=None)
    started = writer.Writer(database, Inbox(), Health(), settings, on_problem=lambda text: None)
    started._open()
    pauses = []
    for _ in range(9):
        pauses.append(started._retry_s)
        started._come_back(0.01)
    started._connection.close()
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_when_not_even_memory_is_left_nobody_waits_for_ever(
    open_store: OpenStore, ask: Ask, problems: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory() -> None:
        raise MemoryError

    def fail(connection: object) -> int:
        raise sqlite3.OperationalError("the disk is gone")

    store = open_store()
    assert store.flush(HANG_S)
    monkeypatch.setattr(writer, "open_memory", no_memory)
    assert store._ask(fail, 7).result(HANG_S) == 7  # the one that met it
    assert store.usage(None, None).result(HANG_S).total_requests == 0  # the next
    store.record(ask())
    assert store.flush(HANG_S) is False
    (message,) = problems
    assert "stopped" in message
    assert store.problem == message


def test_without_sqlite_nobody_waits_for_ever(database: Path) -> None:
    source = """
import sys
sys.modules["sqlite3"] = None  # a Python that was built without it
from pathlib import Path
from autocrea_lsp.store import Store
told = []
store = Store(Path(sys.argv[1]), user="ana", on_problem=told.append)
print(store.history(5).result(30), store.usage(None, None).result(30).total_requests, store.flush(30), len(told))
"""
    out = subprocess.run(
        [sys.executable, "-c", source, str(database)], check=True, capture_output=True, text=True, timeout=HANG_S
    )
    assert out.stdout.split() == ["[]", "0", "False", "1"]
